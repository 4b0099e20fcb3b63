use crate::{Level, Value, json_merge, json_merge_three_way, list, object, strategic_merge, strategic_three_way};
use expect_test::{Expect, expect};

fn yaml(text: &str) -> Value {
    Value::from_yaml(text).expect("valid YAML")
}

#[expect(clippy::needless_pass_by_value, reason = "an expectation is used once")]
fn check_errors(text: &str, expected: Expect) {
    let (_, diagnostics) = Value::parse_yaml(text);
    let shown: Vec<String> = diagnostics.into_iter().map(|d| format!("{:?} {}", d.level, d.message)).collect();
    expected.assert_eq(&shown.join("\n"));
}

#[test]
fn plain_scalars_mean_what_yaml_1_1_says() {
    let text = "[no, on, y, 0755, 1_000, 1e3, 0x1F, 0b11, .5, ~, '', '1', 1.0.0, 08, -7, 12:30, 2024-01-01]";
    let want = r#"[false,true,true,493,1000,1000,31,3,0.5,null,"","1","1.0.0",8,-7,"12:30","2024-01-01"]"#;
    // 08 is no octal number, so go-yaml reads it as the float 8, which prints as 8.
    assert_eq!(yaml(text).to_json(), want);
}

#[test]
fn anchors_merges_and_duplicates() {
    let value = yaml("base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\ncopy: *b\n");
    assert_eq!(value.to_json(), r#"{"base":{"a":1,"b":2},"copy":{"a":1,"b":2},"use":{"a":1,"b":3}}"#);
    check_errors("a: 1\nb: 2\na: 3\n", expect![[r#"Warning line 3: key "a" already set in map"#]]);
}

#[test]
fn errors_speak_like_go_yaml() {
    // Each was compared with `kubectl label --local` 1.32.
    check_errors("a: b: c\n", expect!["Error mapping values are not allowed in this context"]);
    check_errors("a:\n\tb: 1\n", expect!["Error line 2: found character that cannot start any token"]);
    check_errors("a:\n  b: 1\n c: 2\n", expect!["Error line 2: did not find expected key"]);
    check_errors("a: [1, 2\nb: 3\n", expect!["Error line 1: did not find expected ',' or ']'"]);
    check_errors("a: \"open\nb: 2\n", expect!["Error line 3: found unexpected end of stream"]);
    check_errors("a: *x\n", expect!["Error unknown anchor 'x' referenced"]);
    check_errors(
        "m:\n  labels\n    app: y\nspec: {}\n",
        expect!["Error line 3: mapping values are not allowed in this context"],
    );
}

#[test]
fn bombs_and_depth_are_refused() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..9 {
        let from = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [from.as_str(); 9].join(","));
    }
    let (_, diagnostics) = Value::parse_yaml(&bomb);
    assert!(diagnostics[0].message.contains("excessive aliasing"), "{diagnostics:?}");
    let deep = "[".repeat(5_000);
    assert_eq!(Value::parse_yaml(&deep).1[0].level, Level::Error);
    assert!(Value::from_json(&deep).is_err());
}

#[test]
fn any_text_gives_a_value_or_diagnostics() {
    let seedling = "a: &x [1, {b: 'c', <<: *x}]\n- |\n  t\n? !!int k : \"\\x41\"\n---\n%\t";
    let chars: Vec<char> = seedling.chars().collect();
    let mut state = 1_u64;
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..(state % 40) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push(chars[usize::try_from(state >> 33).unwrap() % chars.len()]);
        }
        state = state.wrapping_add(1).rotate_left(9);
        let (documents, _) = Value::parse_yaml(&text);
        for document in documents {
            let printed = document.value.to_yaml();
            let again = Value::from_yaml(&printed).unwrap_or_else(|e| panic!("{text:?} gave {printed:?}: {e}"));
            assert_eq!(again.to_json(), document.value.to_json(), "{text:?}");
        }
    }
}

#[test]
fn documents_know_their_places() {
    let (documents, _) = Value::parse_yaml("kind: A\n---\nkind: B\nspec:\n  containers:\n  - image: x\n");
    assert_eq!(documents.len(), 2);
    let at = documents[1].spans["spec.containers[0].image"];
    assert_eq!((at.line, at.column), (6, 5));
}

#[test]
fn yaml_is_printed_as_kubectl_does() {
    // The whole of tests/baseline.yaml was printed by kubectl 1.32; it must come back unchanged.
    let baseline = include_str!("../tests/baseline.yaml");
    assert_eq!(yaml(baseline).to_yaml(), baseline);
    assert_eq!(
        yaml("a: []\nb: {}\nc: ~\nd:\n  - - 1\n    - x: 'y'\n").to_yaml(),
        "a: []\nb: {}\nc: null\nd:\n- - 1\n  - x: \"y\"\n"
    );
}

#[test]
fn json_goes_both_ways_with_gos_words() {
    let text = r#"{"a":[1,2.5,-0.0000001,1e30,"\u00e9\ud83d\ude00<"],"b":null}"#;
    let value = Value::from_json(text).unwrap();
    assert_eq!(value.to_json(), "{\"a\":[1,2.5,-1e-7,1e+30,\"é😀<\"],\"b\":null}");
    assert!(value.to_json_pretty().contains("\\u003c"));
    for (text, message) in [
        ("{a}", "invalid character 'a' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        ("", "unexpected end of JSON input"),
        ("tru", "unexpected end of JSON input"),
        ("{} x", "invalid character 'x' after top-level value"),
    ] {
        assert_eq!(Value::from_json(text).unwrap_err().message, message, "{text}");
    }
}

#[test]
fn paths_read_and_write_and_share() {
    let mut pod = object! { "spec" => object! { "containers" => list![object! { "name" => "web" }] } };
    let before = pod.clone();
    pod.set("spec.containers[0].image", "nginx:1.27");
    pod.set("metadata.labels", object! { "app" => "web" });
    assert_eq!(pod.str_at("spec.containers[0].image"), "nginx:1.27");
    assert_eq!(before.str_at("spec.containers[0].image"), "");
    assert!(pod.remove("metadata.labels").is_some() && pod.remove("metadata.labels").is_none());
    let copy = pod.clone();
    pod.set("spec.containers[0].name", "web");
    assert!(copy.at("spec.containers").shares(pod.at("spec.containers")), "an equal write copies nothing");
}

#[test]
fn values_survive_postcard() {
    let value = yaml("a: [1, 2.5, ~, true, x]\nb: {c: d}\n");
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<Value>(&bytes).unwrap(), value);
}

fn deployment(image: &str, extra: &str) -> Value {
    yaml(&format!(
        "spec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: web\n        image: {image}\n        env:\n        - {{name: A, value: '1'}}\n{extra}"
    ))
}

#[test]
fn strategic_patches_merge_by_key() {
    let live = deployment("web:1", "      - {name: side, image: side:1}\n");
    let patch = yaml(
        "spec:\n  template:\n    spec:\n      containers:\n      - {name: web, image: 'web:2'}\n      - {name: side, $patch: delete}\n",
    );
    let merged = strategic_merge("Deployment", &live, &patch).unwrap();
    let containers = merged.at("spec.template.spec.containers");
    assert_eq!(containers.to_json(), r#"[{"env":[{"name":"A","value":"1"}],"image":"web:2","name":"web"}]"#);
    let bad = yaml("spec: {template: {spec: {containers: [{image: x}]}}}");
    assert_eq!(
        strategic_merge("Deployment", &live, &bad).unwrap_err().0,
        "map: map[image:x] does not contain declared merge key: name"
    );
}

#[test]
fn three_way_apply_keeps_what_others_added_and_drops_what_was_dropped() {
    let original = deployment("web:1", "        command: [run]\n");
    let mut live = original.clone();
    live.set("spec.template.spec.containers[0].imagePullPolicy", "Always");
    live.set("spec.paused", true);
    let modified = deployment("web:2", "");
    let patch = strategic_three_way("Deployment", &original, &modified, &live);
    expect![[r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"}],"containers":[{"command":null,"image":"web:2","name":"web"}]}}}}"#]]
        .assert_eq(&patch.to_json());
    let merged = strategic_merge("Deployment", &live, &patch).unwrap();
    assert_eq!(merged.str_at("spec.template.spec.containers[0].imagePullPolicy"), "Always");
    assert!(merged.bool_at("spec.paused") && merged.at("spec.template.spec.containers[0].command").is_null());
    let again = strategic_three_way("Deployment", &modified, &modified, &merged);
    assert_eq!(again, Value::map(), "a second apply changes nothing");
}

#[test]
fn strategy_retains_only_the_named_keys() {
    let old = yaml("spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}");
    let new = yaml("spec: {strategy: {type: Recreate}}");
    let patch = strategic_three_way("Deployment", &new, &new, &old);
    assert_eq!(patch.to_json(), r#"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#);
    assert_eq!(strategic_merge("Deployment", &old, &patch).unwrap(), new);
}

#[test]
fn element_order_follows_the_patch() {
    let live = yaml("spec: {containers: [{name: a}, {name: x}, {name: b}]}");
    let patch =
        yaml("spec:\n  $setElementOrder/containers: [{name: b}, {name: a}]\n  containers: [{name: b, image: i}]\n");
    let merged = strategic_merge("Pod", &live, &patch).unwrap();
    let names: Vec<&str> = merged.list_at("spec.containers").iter().map(|c| c.str_at("name")).collect();
    assert_eq!(names, ["x", "b", "a"]);
}

#[test]
fn merge_patches_follow_rfc_7386() {
    let merged = json_merge(&yaml("{a: 1, b: {c: 2, d: 3}}"), &yaml("{a: ~, b: {c: ~, e: {f: ~}}}"));
    assert_eq!(merged.to_json(), r#"{"b":{"d":3,"e":{}}}"#);
    let patch = json_merge_three_way(&yaml("{a: 1, b: 2}"), &yaml("{b: 3}"), &yaml("{a: 1, b: 2, s: 9}"));
    assert_eq!(patch.to_json(), r#"{"a":null,"b":3}"#);
}
