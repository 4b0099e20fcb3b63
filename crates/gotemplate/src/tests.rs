//! Templates as Go runs them.

use crate::{Entries, Host, Place, Templates, Val};

struct Nothing;

impl Host for Nothing {
    fn signature(&self, _: &str) -> Option<&'static str> {
        None
    }
    fn call(&mut self, _: &Place<'_>, _: &str, _: Vec<Val>) -> Result<Val, String> {
        Ok(Val::Nil)
    }
    fn method(&self, _: &Val, _: &str) -> Option<&'static str> {
        None
    }
    fn call_method(&mut self, _: &Val, _: &str, _: Vec<Val>) -> Result<Val, String> {
        Ok(Val::Nil)
    }
}

fn run(text: &str) -> String {
    let inner: Entries = [("name".into(), Val::text("web")), ("port".into(), Val::Float(8080.0))].into_iter().collect();
    let list = Val::list(vec![Val::text("a"), Val::text("b"), Val::Int(3)]);
    let dot: Entries = [("app".into(), Val::map(inner)), ("list".into(), list)].into_iter().collect();
    let mut templates = Templates::default();
    match templates.parse("t", text, &Nothing) {
        Ok(()) => templates.execute("t", Val::map(dot), 0, &mut Nothing).unwrap_or_else(|told| told),
        Err(told) => told,
    }
}

#[test]
fn actions_pipelines_and_trimming() {
    assert_eq!(run("a {{- .app.name -}} b"), "awebb");
    assert_eq!(run("{{ .app.port }} {{ printf \"%s-%d\" .app.name 3 }}"), "8080 web-3");
    assert_eq!(
        run("{{ range $i, $e := .list }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}={{ $e }};{{ end }}"),
        "0=a;2=3;"
    );
    assert_eq!(run("{{ with .none }}x{{ else with .app }}{{ .name }}{{ end }}"), "web");
    assert_eq!(run("{{ define \"x\" }}<{{ . }}>{{ end }}{{ template \"x\" .app.name }}"), "<web>");
    assert_eq!(run("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}"), "2");
    assert_eq!(run("{{/* gone */}}{{ or .none \"d\" }}{{ and true .app.name }}{{ not .none }}"), "dwebtrue");
}

#[test]
fn errors_in_gos_words() {
    let nil = "template: t:1:8: executing \"t\" at <.none.x>: nil pointer evaluating interface {}.x";
    assert_eq!(run("{{ .none.x }}"), nil);
    assert_eq!(run("{{ (.none).x }}"), "<no value>");
    assert_eq!(run("{{ nope }}"), "template: t:1: function \"nope\" not defined");
    assert_eq!(run("\n{{ if }}x{{ end }}"), "template: t:2: missing value for if");
    assert_eq!(run("{{ if true }}x"), "template: t:1: unexpected EOF");
    assert_eq!(run("{{ .app.name"), "template: t:1: unclosed action");
    let eq = "template: t:1:3: executing \"t\" at <eq 1 \"a\">: error calling eq: incompatible types for comparison";
    assert_eq!(run("{{ eq 1 \"a\" }}"), eq);
}
