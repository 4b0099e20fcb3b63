//! Flags, columns and JSONPath: cases checked against the real client.

use super::columns::{align, table};
use super::jsonpath::Template;
use super::{find, flags};
use manifest::Value;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_string).collect()
}

fn parsed(line: &str) -> Result<(Vec<String>, flags::Given), String> {
    let (path, rest) = flags::command_path(&words(line));
    let (command, used) = find(&path).expect("a known command");
    flags::parse(command, &path[used..], &rest).map(|given| (path, given)).map_err(|stop| stop.message)
}

#[test]
fn flags_stand_anywhere() {
    for line in [
        "-n shop get pods -o yaml -l a=b",
        "get -nshop -oyaml pods -l=a=b",
        "get pods --namespace=shop --output yaml --selector a=b",
    ] {
        let (path, given) = parsed(line).expect("a valid line");
        assert_eq!(path, ["get", "pods"], "{line}");
        assert_eq!(
            (given.text("namespace"), given.text("output"), given.text("selector")),
            ("shop", "yaml", "a=b"),
            "{line}"
        );
    }
    let (_, given) = parsed("get pods -Aw").expect("switches together");
    assert!(given.has("all-namespaces") && given.has("watch") && !given.has("no-headers"));
    let (_, given) = parsed("apply -f a.yaml -f b.yaml,c.yaml --dry-run").expect("a flag with a value of its own");
    assert_eq!(given.all("filename"), ["a.yaml", "b.yaml", "c.yaml"]);
    assert_eq!(given.text("dry-run"), "unchanged");
    let (path, given) = parsed("create deployment x --image=y -- run --fast").expect("words behind --");
    assert_eq!((path.len(), &given.operands[..]), (3, &words("x run --fast")[..]));
}

#[test]
fn wrong_flags_are_told_in_pflags_words() {
    for (line, told) in [
        ("get -n", "error: flag needs an argument: 'n' in -n\nSee 'kubectl get --help' for usage.\n"),
        ("get --namespace", "error: flag needs an argument: --namespace\nSee 'kubectl get --help' for usage.\n"),
        (
            "scale d/x --replicas=x",
            "error: invalid argument \"x\" for \"--replicas\" flag: strconv.ParseInt: parsing \"x\": invalid syntax\nSee 'kubectl scale --help' for usage.\n",
        ),
        (
            "get -w=maybe",
            "error: invalid argument \"maybe\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax\nSee 'kubectl get --help' for usage.\n",
        ),
        ("get --chunk-size=5", "error: --chunk-size is real, but not part of this sandbox yet\n"),
    ] {
        assert_eq!(parsed(line).expect_err("a wrong line"), told, "{line}");
    }
}

#[test]
fn columns_are_shared_by_neighbouring_lines() {
    let rows = [["NAME", "AGE"], ["a-long-name", "5s"]].map(|row| row.map(String::from).to_vec());
    assert_eq!(table(&rows), "NAME          AGE\na-long-name   5s\n");
    assert_eq!(
        align("A:\tx\nLonger:\ty\n\nB:\tz\nno cell\nC:\tq\n", 0, 2),
        "A:       x\nLonger:  y\n\nB:  z\nno cell\nC:  q\n"
    );
    assert_eq!(align("a\t\tb\nccc\tdd\te\n", 0, 1), "a      b\nccc dd e\n");
}

#[test]
fn jsonpath_finds_what_the_real_one_finds() {
    let yaml = "items:\n- {name: a, k: 1, labels: {x.y/z: q}, c: [{t: Ready, s: 'True'}, {t: Other, s: 'False'}]}\n- {name: b, k: 20, c: [{t: Ready, s: 'False'}]}\n";
    let value = Value::from_yaml(yaml).expect("valid YAML");
    for (template, wanted) in [
        ("{.items[*].name}", "a b"),
        ("{.items[0].name}-{.items[-1].name}", "a-b"),
        ("{.items[0:1].name}", "a"),
        ("{.items[*]['name','k']}", "a b 1 20"),
        ("{..name}", "a b"),
        ("{.items[?(@.k>5)].name}", "b"),
        ("{.items[?(@.name==\"a\")].c[?(@.t=='Ready')].s}", "True"),
        ("{range .items[*]}{.name}={.k}{\"\\n\"}{end}", "a=1\nb=20\n"),
        ("{.items[0].labels.x\\.y/z}", "q"),
        ("{.items[0].labels}", "{\"x.y/z\":\"q\"}"),
        ("{.missing.key}", ""),
        ("plain", "plain"),
    ] {
        let found = Template::parse(template).and_then(|template| template.print(&value)).expect("a valid template");
        assert_eq!(found, wanted, "{template}");
    }
    for wrong in ["{.a", "{.items[}", "{'a}", "{.a[?(@.b]}"] {
        assert!(Template::parse(wrong).is_err(), "{wrong}");
    }
    let names = Template::relaxed("items[*].name").expect("no braces needed");
    assert_eq!(names.values(&value).len(), 2);
}
