//! The cases of Kubernetes' own test of JSONPath, as data.
//! Left out of `jsonpath_test.go`: rows that only differ in the Go type of a slice's elements. Different here: a struct is
//! a map, whose members come in the order of their names, and `map[string]int` is `map[string]interface {}`.

use super::jsonpath::Template;
use manifest::Value;

/// A table: its name upstream, the input, whether missing keys are allowed, and templates with what they print; none is an error.
type Table<'t> = (&'t str, &'t str, bool, &'t [(&'t str, Option<&'t str>)]);

const TYPES: &str = "{bools: [true, false, true, false], floats: [1.5, 2.2, 3.3, 4.5], strings: [one, two, three, four], \
                     interfaces: [true, one, 1, 1.1], maps: [{name: one, value: 1}, {name: two, value: 2.02}, \
                     {name: three, value: 3.03}, {name: four, value: 4.04}]}";

const STORE: &str = "{Book: [{Category: reference, Author: Nigel Rees, Title: Sayings of the Centurey, Price: 8.95}, \
                     {Category: fiction, Author: Evelyn Waugh, Title: Sword of Honour, Price: 12.99}, \
                     {Category: fiction, Author: Herman Melville, Title: Moby Dick, Price: 8.99}], \
                     Bicycle: [{Color: red, Price: 19.95, IsNew: true}, {Color: green, Price: 20.01, IsNew: false}], \
                     Name: jsonpath, Labels: {engieer: 10, web/html: 15, k8s-app: 20}, \
                     Employees: {jason: manager, dan: clerk}}";

const POINTS: &str = "[{id: i1, x: 4, y: -5}, {id: i2, x: -2, y: -5, z: 1}, {id: i3, x: 8, y: 3}, {id: i4, x: -6, y: -1}, \
                      {id: i5, x: 0, y: 2, z: 1}, {id: i6, x: 1, y: 4}]";

const NODES: &str = "{kind: List, items: [{kind: None, metadata: {name: 127.0.0.1, labels: {kubernetes.io/hostname: \
                     127.0.0.1}}, status: {capacity: {cpu: '4'}, ready: true, addresses: [{type: LegacyHostIP, address: \
                     127.0.0.1}]}}, {kind: None, metadata: {name: 127.0.0.2, labels: {kubernetes.io/hostname: \
                     127.0.0.2}}, status: {capacity: {cpu: '8'}, ready: false, addresses: [{type: LegacyHostIP, \
                     address: 127.0.0.2}, {type: another, address: 127.0.0.3}]}}], users: [{name: myself, user: {}}, \
                     {name: e2e, user: {username: admin, password: secret}}]}";

const NESTED: &str = "{items: [{metadata: {name: pod1}, spec: {containers: [{name: foo, another: [{name: value1}, {name: \
                      value2}]}, {name: bar, another: [{name: value1}, {name: value2}]}]}}, {metadata: {name: pod2}, \
                      spec: {containers: [{name: baz, another: [{name: value1}, {name: value2}]}]}}]}";

const COLOURS: &str = "{items: [{metadata: {name: pod1, annotations: {color: blue}}}, {metadata: {name: pod2}}, \
                       {metadata: {name: pod3, annotations: {color: green}}}, {metadata: {name: pod4, annotations: \
                       {color: blue}}}]}";

const FOUR: &str = "{spec: {containers: [{name: fake0}, {name: fake1}, {name: fake2}, {name: fake3}]}}";
const SIX: &str =
    "{spec: {containers: [{name: fake0}, {name: fake1}, {name: fake2}, {name: fake3}, {name: fake4}, {name: fake5}]}}";
const RUNNING: &str = "{items: [{metadata: {name: pod1}, status: {phase: Running}}, {metadata: {name: pod2}, status: \
                       {phase: Running}}, {resourceVersion: '', selfLink: ''}]}";

/// `client-go/util/jsonpath/jsonpath_test.go`
#[rustfmt::skip]
const TABLES: &[Table<'_>] = &[
    ("TestTypesInput", TYPES, false, &[
        ("{ .bools }", Some("[true,false,true,false]")),
        ("{ .bools[0] }", Some("true")),
        ("{ .bools[-1] }", Some("false")),
        ("{ .bools[0:2] }", Some("true false")),
        ("{ .bools[:2] }", Some("true false")),
        ("{ .bools[:4:2] }", Some("true true")),
        ("{ .floats[-2] }", Some("3.3")),
        ("{ .floats[0:2] }", Some("1.5 2.2")),
        ("{ .strings }", Some("[\"one\",\"two\",\"three\",\"four\"]")),
        ("{ .strings[:4:2] }", Some("one three")),
        ("{ .interfaces }", Some("[true,\"one\",1,1.1]")),
        ("{ .interfaces[-2] }", Some("1")),
        ("{ .interfaces[:4:2] }", Some("true 1")),
        ("{ .maps[-2] }", Some("{\"name\":\"three\",\"value\":3.03}")),
        ("{ .maps[:2] }", Some("{\"name\":\"one\",\"value\":1} {\"name\":\"two\",\"value\":2.02}")),
        ("{ .maps[::2] }", Some("{\"name\":\"one\",\"value\":1} {\"name\":\"three\",\"value\":3.03}")),
        ("{ .maps[1::2] }", Some("{\"name\":\"two\",\"value\":2.02} {\"name\":\"four\",\"value\":4.04}")),
    ]),
    ("TestStructInput", "[1, 2, 3]", false, &[("hello jsonpath", Some("hello jsonpath")), ("{..}", Some("[1,2,3]"))]),
    ("TestStructInput", "[2, 6, 3, 7]", false, &[("{[?(@<5)]}", Some("2 3"))]),
    ("TestStructInput", "[0, 1, 2, 3, 4]", false, &[("{\"{\"}", Some("{")), ("{[1,3,4]}", Some("1 3 4"))]),
    ("TestStructInput", "[Monday, Tudesday]", false, &[("{[0:2]}", Some("Monday Tudesday"))]),
    ("TestStructInput", STORE, false, &[
        ("hello {.Name}", Some("hello jsonpath")),
        ("{$.Labels.web/html}", Some("15")),
        ("{$.Employees.jason}", Some("manager")),
        ("{.Labels.k8s-app}", Some("20")),
        ("{.Bicycle[*].Color}", Some("red green")),
        ("{.Book[*].Author}", Some("Nigel Rees Evelyn Waugh Herman Melville")),
        ("{range .Bicycle[*]}{ \"{\" }{ @.* }{ \"} \" }{end}", Some("{red true 19.95} {green false 20.01} ")),
        ("{..Price}", Some("19.95 20.01 8.95 12.99 8.99")),
        ("{...Price}", Some("19.95 20.01 8.95 12.99 8.99")),
        ("{............................................................Price}", None),
        ("{.Book[-1:].Title}", Some("Moby Dick")),
        ("{..Book[2].Title}", Some("Moby Dick")),
        ("{.Bicycle[?(@.IsNew==true)].Color}", Some("red")),
    ]),
    ("TestStructInput (missing keys)", STORE, true, &[
        ("{.hello}", Some("")),
        ("before-{.hello}after", Some("before-after")),
    ]),
    ("TestJSONInput", POINTS, false, &[("{[?(@.z)].id}", Some("i2 i5")), ("{[0]['id']}", Some("i1"))]),
    ("TestKubernetes", NODES, false, &[
        ("{range .items[*]}{.metadata.name}, {end}{.kind}", Some("127.0.0.1, 127.0.0.2, List")),
        ("{range .items[*]}{.metadata.name}{\"\\t\"}{end}", Some("127.0.0.1\t127.0.0.2\t")),
        ("{.items[*].status.addresses[*].address}", Some("127.0.0.1 127.0.0.2 127.0.0.3")),
        ("{range .items[*]}{range .status.addresses[*]}{.address}, {end}{end}", Some("127.0.0.1, 127.0.0.2, 127.0.0.3, ")),
        ("{.items[*].metadata.name}", Some("127.0.0.1 127.0.0.2")),
        ("{.items[*]['metadata.name', 'status.capacity']}", Some("127.0.0.1 127.0.0.2 {\"cpu\":\"4\"} {\"cpu\":\"8\"}")),
        ("{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}", Some("[127.0.0.1, {\"cpu\":\"4\"}] [127.0.0.2, {\"cpu\":\"8\"}] ")),
        ("{.users[?(@.name==\"e2e\")].user.password}", Some("secret")),
        ("{.items[0].metadata.labels.kubernetes\\.io/hostname}", Some("127.0.0.1")),
        ("{.items[?(@.metadata.labels.kubernetes\\.io/hostname==\"127.0.0.1\")].kind}", Some("None")),
        ("{.items[?(@..ready==true)].metadata.name}", Some("127.0.0.1")),
        ("{..name}", Some("127.0.0.1 127.0.0.2 myself e2e")),
    ]),
    ("TestEmptyRange", "{items: []}", true, &[
        ("{range .items[*]}{.metadata.name}{end}", Some("")),
        ("{range .items[*]}{.metadata.name}{\":\"}{range @.spec.containers[*]}{.name}{\",\"}{end}{\"+\"}{end}", Some("")),
    ]),
    ("TestNestedRanges", NESTED, false, &[
        ("{range .items[*]}{.metadata.name}{\":\"}{range @.spec.containers[*]}{.name}{\",\"}{end}{\"+\"}{end}", Some("pod1:foo,bar,+pod2:baz,+")),
        ("{range .items[*]}{.metadata.name}{\"~\"}{range @.spec.containers[*]}{.name}{\":\"}{range @.another[*]}{.name}{\",\"}{end}{\"+\"}{end}{\"#\"}{end}",
         Some("pod1~foo:value1,value2,+bar:value1,value2,+#pod2~baz:value1,value2,+#")),
        ("{range .items[*]}{.metadata.name}{\"\\t\"}{range @.spec.containers[*]}{.name}{\" \"}{end}{\"\\t\"}{range @.spec.containers[*]}{.name}{\" \"}{end}{\"\\n\"}{end}",
         Some("pod1\tfoo bar \tfoo bar \npod2\tbaz \tbaz \n")),
    ]),
    ("TestFilterPartialMatchesSometimesMissingAnnotations", COLOURS, true, &[
        ("{.items[?(@.metadata.annotations.color==\"blue\")].metadata.name}", Some("pod1 pod4")),
    ]),
    ("TestFilterPartialMatchesSometimesMissingAnnotations", COLOURS, false, &[
        ("{.items[?(@.metadata.annotations.color==\"blue\")].metadata.name}", None),
    ]),
    ("TestNegativeIndex", FOUR, false, &[
        ("{.spec.containers[0].name}", Some("fake0")),
        ("{.spec.containers[0:0].name}", Some("")),
        ("{.spec.containers[0:-1].name}", Some("fake0 fake1 fake2")),
        ("{.spec.containers[-1:0].name}", None),
        ("{.spec.containers[-1].name}", Some("fake3")),
        ("{.spec.containers[-1:].name}", Some("fake3")),
        ("{.spec.containers[-2].name}", Some("fake2")),
        ("{.spec.containers[-2:].name}", Some("fake2 fake3")),
        ("{.spec.containers[-3].name}", Some("fake1")),
        ("{.spec.containers[-4].name}", Some("fake0")),
        ("{.spec.containers[-4:].name}", Some("fake0 fake1 fake2 fake3")),
        ("{.spec.containers[-5].name}", None),
        ("{.spec.containers[5:5].name}", Some("")),
        ("{.spec.containers[-5:-5].name}", Some("")),
        ("{.spec.containers[3:1].name}", None),
        ("{.spec.containers[-1:-2].name}", None),
    ]),
    ("TestRunningPodsJSONPathOutput", RUNNING, true, &[
        ("{range .items[?(.status.phase==\"Running\")]}{.metadata.name}{\" is Running\\n\"}{end}", Some("pod1 is Running\npod2 is Running\n")),
    ]),
    ("TestStep", SIX, false, &[
        ("{.spec.containers[0:].name}", Some("fake0 fake1 fake2 fake3 fake4 fake5")),
        ("{.spec.containers[0:6:].name}", Some("fake0 fake1 fake2 fake3 fake4 fake5")),
        ("{.spec.containers[0:6:1].name}", Some("fake0 fake1 fake2 fake3 fake4 fake5")),
        ("{.spec.containers[0:6:0].name}", None),
        ("{.spec.containers[0:6:-1].name}", None),
        ("{.spec.containers[1:4:2].name}", Some("fake1 fake3")),
        ("{.spec.containers[1:4:3].name}", Some("fake1")),
        ("{.spec.containers[1:4:4].name}", Some("fake1")),
        ("{.spec.containers[0:6:2].name}", Some("fake0 fake2 fake4")),
        ("{.spec.containers[0:6:3].name}", Some("fake0 fake3")),
        ("{.spec.containers[0:6:5].name}", Some("fake0 fake5")),
        ("{.spec.containers[0:6:6].name}", Some("fake0")),
    ]),
];

/// `TestStructInput`'s templates that fail, with the words.
const WRONG: &[(&str, &str)] = &[
    ("{hello}", "unrecognized identifier hello"),
    ("{.hello}", "hello is not found"),
    ("{.Labels[0]}", "map[string]interface {} is not array or slice"),
    ("{.Book[?(@.Price<>10)]}", "unrecognized filter operator <>"),
    ("{range .Labels.*}{@}{end}{end}", "not in range, nothing to end"),
];

fn fill(template: &str, input: &str, strict: bool) -> Result<String, String> {
    let input = Value::from_yaml(input).expect("valid YAML");
    let template = Template::parse(template).map_err(|why| format!("{why:?}"))?;
    template.fill(&input, strict)
}

#[test]
fn upstreams_templates_print_what_they_print_there() {
    let mut wrong = Vec::new();
    for (name, input, lax, rows) in TABLES {
        for (template, wanted) in *rows {
            let found = fill(template, input, !lax);
            if found.as_ref().ok().map(String::as_str) != *wanted {
                wrong.push(format!("{name} {template}\n wanted {wanted:?}\n found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn upstreams_wrong_templates_fail_in_the_same_words() {
    for (template, wanted) in WRONG {
        assert_eq!(fill(template, STORE, true).as_ref().map_err(String::as_str), Err(*wanted), "{template}");
    }
}
