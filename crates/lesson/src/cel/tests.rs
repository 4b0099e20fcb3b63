//! The language: values, errors, limits, and the past.

use super::*;
use crate::latches::Latches;
use crate::testing::World;
use manifest::{list, object};
use order::OrdMap;
use sim::{Rng, Time};
use std::time::Duration;

fn world() -> World {
    let mut world = World::default()
        .var("x", 4_i64)
        .var("pod", object! { "name" => "web-1", "phase" => "Running", "node" => manifest::Value::Null })
        .var("shares", object! { "v1" => 0.25, "v2" => 0.75 })
        .var("list", list![1_i64, 2_i64, 3_i64]);
    world.now = Time::from_unix_secs(1_780_000_000);
    world.set("head(encore/web,main)", "1a2b3c4d");
    world
}

fn run(source: &str) -> Result<Term, crate::Error> {
    let (latches, passed) = (Latches::default(), OrdMap::new());
    let past = Past { owner: "test", latches: &latches, passed: &passed };
    evaluate(&Expr::parse(source)?, &world(), past)
}

#[track_caller]
fn check(source: &str, expect: &str) {
    match run(source) {
        Ok(term) => assert_eq!(term.text(), expect, "{source}"),
        Err(error) => panic!("{source}: {error}"),
    }
}

#[track_caller]
fn fails(source: &str, expect: &str) {
    match run(source) {
        Ok(term) => panic!("{source} is {}", term.text()),
        Err(error) => assert_eq!(error.to_string(), expect, "{source}"),
    }
}

#[test]
fn literals_and_arithmetic() {
    check("1 + 2 * 3 - 4 / 2", "5");
    check("-(7 % 4)", "-3");
    check("0.5 + 1.5", "2");
    check("'a' + \"b\" + r'\\n'", "ab\\n");
    check("[1, 2] + [3]", "1, 2, 3");
    check("{'b': 1, 'a': [true]}['a'][0]", "true");
    check("1 == 1.0 && 2 > 1.5 && 'a' < 'b' && null == null && 1 != '1'", "true");
    check("x > 3 ? 'many' : 'few'", "many");
    check("// a note\n 1 in [1, 2] && 'v1' in shares && !(9 in list)", "true");
}

#[test]
fn durations_and_moments() {
    check("1h30m", "1h30m");
    check("90s == 1m30s", "true");
    check("duration('250ms') < 1s", "true");
    check("now", "2026-05-28T20:26:40Z");
    check("now - timestamp('2026-05-28T20:00:00Z')", "26m40s");
    check("now + 10m > now", "true");
}

#[test]
fn members_methods_and_macros() {
    check("pod.name + ' ' + pod['phase']", "web-1 Running");
    check("has(pod.name) && !has(pod.node) && !has(pod.other) && !has(pod.node.name)", "true");
    check("list.all(i, i > 0) && list.exists(i, i == 2) && list.exists_one(i, i == 3)", "true");
    check("list.map(i, i * 2)", "2, 4, 6");
    check("list.map(i, i > 1, i * 10)", "20, 30");
    check("list.filter(i, i != 2).size() + size('äö')", "4");
    check("shares.all(v, shares[v] < 0.8)", "true");
    check("'web:1a2b'.startsWith('web') && 'abc'.endsWith('c') && 'abc'.contains('b')", "true");
    check("'headline: 2026'.matches('^headline: \\\\d{4}$')", "true");
    check("head('encore/web', 'main').substring(0, 7)", "1a2b3c4");
    check("'a,b'.split(',').size()", "2");
    check("percent(0.0312) + ' ' + string(round(2.345, 1))", "3.1 % 2.3");
    check("int('42') + int(1.9) + int(5m)", "343");
}

#[test]
fn an_error_is_absorbed_by_the_side_that_decides() {
    check("false && pod.none", "false");
    check("pod.none && false", "false");
    check("true || 1 / 0 > 0", "true");
    check("1 / 0 > 0 || true", "true");
    check("list.exists(i, i == 3 || 1 / 0 > 0)", "true");
    check("list.all(i, i < 3 && 1 / 0 > 0)", "false");
    fails("true && pod.none", "at character 12: there is no `none` in this map");
}

#[test]
fn errors_say_where_and_what() {
    fails("1 +", "at character 4: expected a value, found the end of the expression");
    fails("pod.", "at character 5: expected a name after `.`, found the end of the expression");
    fails("shopp('web')", "at character 1: there is no function `shopp`");
    fails("shop()", "at character 1: `shop` wants 1 arguments, not 0");
    fails("'a'.upper()", "at character 4: there is no method `upper`");
    fails("unknown > 1", "at character 1: nothing here is called `unknown`");
    fails("1 + 'a'", "at character 3: `+` does not work between an int and a string");
    fails("9223372036854775807 + 1", "at character 21: this number does not fit");
    fails("list[7]", "at character 5: there is no item 7 in a list of 3");
    fails("'open", "at character 1: this string has no end");
    fails("5q", "at character 1: `q` is not a unit of time; they are ms, s, m, h and d");
    fails("held(x, true)", "at character 1: `held` wants a duration and an expression, as in `held(5m, x > 1)`");
    fails("head(1, 2)", "at character 1: `head` wants texts");
    fails("a b", "at character 3: `b` does not belong here");
}

#[test]
fn limits_hold() {
    assert!(run(&"(".repeat(500)).is_err());
    assert!(run(&"!".repeat(500)).is_err());
    assert!(run(&format!("1{}", "+1".repeat(300))).is_err());
    check(&format!("1{}", "+1".repeat(150)), "151");
    let wide = "list.map(a, list.map(b, list.map(c, list.map(d, list.map(e, list.map(f, list)))))).size()";
    check(wide, "3");
}

#[test]
fn a_sentence_holds_values() {
    let (latches, passed) = (Latches::default(), OrdMap::new());
    let past = Past { owner: "test", latches: &latches, passed: &passed };
    let say = Template::parse("Don't: {pod.name} is {{{x + 1}}}; {pod.none}.").unwrap();
    assert_eq!(say.render(&world(), past, &[]), "Don't: web-1 is {5}; ….");
    assert_eq!(say.words().next(), Some("Don't: "));
    assert!(Template::parse("a } b").is_err());
    assert!(Template::parse("a {x").is_err());
}

#[test]
fn once_and_held_remember() {
    let expr = Expr::parse("once(x == 4) && held(2m, x < 10)").unwrap();
    let (mut latches, passed) = (Latches::default(), OrdMap::new());
    let mut world = world();
    let mut step = |world: &World| {
        latches.observe(&expr.root, "o", world, &passed);
        let past = Past { owner: "o", latches: &latches, passed: &passed };
        (holds(&expr, world, past), latches.next_due(&expr, "o", world.now))
    };
    let start = world.now;
    assert_eq!(step(&world), (false, Some(start + Duration::from_secs(120))));
    world.now = start + Duration::from_secs(60);
    world = world.var("x", 5_i64);
    assert_eq!(step(&world), (false, Some(start + Duration::from_secs(120))));
    world.now = start + Duration::from_secs(120);
    assert_eq!(step(&world), (true, None));
    world = world.var("x", 50_i64);
    assert_eq!(step(&world), (false, None));
    world = world.var("x", 5_i64);
    assert!(!step(&world).0, "the break starts the time anew");
}

#[test]
fn since_waits_for_its_step() {
    let expr = Expr::parse("since('push', once(x == 4))").unwrap();
    let mut latches = Latches::default();
    let mut passed = OrdMap::new();
    latches.observe(&expr.root, "o", &world(), &passed);
    passed.insert("push".to_owned(), crate::Pass { at: Time::default(), assisted: false });
    let later = world().var("x", 5_i64);
    latches.observe(&expr.root, "o", &later, &passed);
    assert!(!holds(&expr, &later, Past { owner: "o", latches: &latches, passed: &passed }));
    latches.observe(&expr.root, "o", &world(), &passed);
    assert!(holds(&expr, &later, Past { owner: "o", latches: &latches, passed: &passed }));
}

#[test]
fn random_texts_never_panic() {
    const PARTS: &[&str] = &[
        "x",
        "pod",
        ".",
        "name",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'a'",
        "\"",
        "'",
        "\\",
        "1",
        "5m",
        "0.5",
        "1e9",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "<",
        "in",
        "?",
        ":",
        ",",
        "list",
        "all",
        "map",
        "has",
        "once",
        "held",
        "since",
        "size",
        "matches",
        "head",
        " ",
        "é",
        "// ",
        "9223372036854775807",
        "null",
        "true",
        "(a",
        "@",
    ];
    let mut rng = Rng::new(7);
    let mut parsed = 0;
    for _ in 0..10_000 {
        let count = rng.below(14) + 1;
        let mut text = String::new();
        for _ in 0..count {
            let index = usize::try_from(rng.below(PARTS.len() as u64)).unwrap();
            text.push_str(PARTS[index]);
        }
        parsed += u32::from(Expr::parse(&text).is_ok());
        let _result = run(&text);
        let _template = Template::parse(&text);
    }
    assert!(parsed > 100, "only {parsed} of the random texts were expressions");
}
