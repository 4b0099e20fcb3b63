//! Queries over a small store; Prometheus' own cases are run by `cargo xtask conformance`.

mod functions;

use crate::{Features, Labels, Query, Store, Value, answer, number_text, parse, parse_with};

/// Two counters that grow by 10 and 20 a scrape, one of which starts anew; a gauge; a histogram; each 15 s for five minutes.
fn store() -> Store {
    let mut store = Store::default();
    let mut put = |name: &str, pairs: &[(&str, &str)], of: &dyn Fn(i32) -> f64| {
        for at in 0..=20 {
            store.append(&Labels::new(name, pairs), i64::from(at) * 15_000, of(at));
        }
    };
    put("hits_total", &[("code", "200"), ("pod", "a")], &|at| f64::from(at) * 10.0);
    put("hits_total", &[("code", "500"), ("pod", "b")], &|at| f64::from(at % 11) * 20.0);
    put("free", &[("pod", "a")], &|at| f64::from(at));
    put("free", &[("pod", "b")], &|at| -f64::from(at));
    for (end, count) in [("0.1", 5.0), ("0.5", 8.0), ("1", 9.0), ("+Inf", 10.0)] {
        put("took_bucket", &[("le", end)], &|_| count);
    }
    store
}

fn at(text: &str, secs: i64) -> Result<String, String> {
    asked(&store(), Features::default(), text, secs)
}

fn asked(store: &Store, features: Features, text: &str, secs: i64) -> Result<String, String> {
    let value = Query::new(store).instant(&parse_with(text, features)?, secs * 1_000)?;
    Ok(match value {
        Value::Scalar(number) => number_text(number),
        Value::Text(text) => text,
        Value::Vector(samples) => {
            let line = |one: &crate::Sample| format!("{} {}", one.labels, number_text(one.point.value));
            samples.iter().map(line).collect::<Vec<_>>().join("; ")
        }
        Value::Matrix(all) => all.iter().map(|one| format!("{} x{}", one.labels, one.points.len())).collect(),
    })
}

#[test]
fn queries_give_what_prometheus_gives() {
    for (text, wanted) in [
        ("1 + 2 * 3 ^ 2", "19"),
        ("-2 ^ 2", "-4"),
        ("1e3 + 0x10 + 1m", "1076"),
        ("'a' ", "a"),
        ("free{pod=\"a\"}", "free{pod=\"a\"} 20"),
        ("free{pod!=\"a\"}", "free{pod=\"b\"} -20"),
        ("free{pod=~\"a|c\"} + 1", "{pod=\"a\"} 21"),
        ("{\"free\", pod=\"a\"} offset 1m", "free{pod=\"a\"} 16"),
        ("free{pod=\"a\"} @ 60", "free{pod=\"a\"} 4"),
        ("sum(free)", "{} 0"),
        ("sum by (pod) (hits_total)", "{pod=\"a\"} 200; {pod=\"b\"} 180"),
        ("max without (pod, code) (hits_total)", "{} 200"),
        ("count(hits_total{code=~\"5..\"})", "{} 1"),
        ("topk(1, hits_total)", "hits_total{code=\"200\", pod=\"a\"} 200"),
        ("quantile(0.5, free)", "{} 0"),
        ("rate(hits_total{pod=\"a\"}[1m])", "{code=\"200\", pod=\"a\"} 0.6666666666666666"),
        ("increase(hits_total{pod=\"a\"}[1m])", "{code=\"200\", pod=\"a\"} 40"),
        ("irate(hits_total{pod=\"b\"}[1m])", "{code=\"500\", pod=\"b\"} 1.3333333333333333"),
        ("resets(hits_total{pod=\"b\"}[5m])", "{code=\"500\", pod=\"b\"} 1"),
        ("delta(free{pod=\"b\"}[1m])", "{pod=\"b\"} -4"),
        ("avg_over_time(free{pod=\"a\"}[1m])", "{pod=\"a\"} 18.5"),
        ("count_over_time(free{pod=\"a\"}[1m])", "{pod=\"a\"} 4"),
        ("max_over_time(rate(hits_total{pod=\"a\"}[1m])[2m:30s])", "{code=\"200\", pod=\"a\"} 0.6666666666666666"),
        ("free > 0", "free{pod=\"a\"} 20"),
        ("free > bool 0", "{pod=\"a\"} 1; {pod=\"b\"} 0"),
        ("free and on (pod) hits_total{code=\"500\"}", "free{pod=\"b\"} -20"),
        ("free unless on (pod) hits_total{code=\"500\"}", "free{pod=\"a\"} 20"),
        ("free{pod=\"a\"} or free", "free{pod=\"a\"} 20; free{pod=\"b\"} -20"),
        ("hits_total / ignoring (code) free", "{pod=\"a\"} 10; {pod=\"b\"} -9"),
        ("hits_total * on (pod) group_left () free", "{code=\"200\", pod=\"a\"} 4000; {code=\"500\", pod=\"b\"} -3600"),
        ("histogram_quantile(0.5, took_bucket)", "{} 0.1"),
        ("histogram_quantile(0.95, took_bucket)", "{} 1"),
        ("scalar(free{pod=\"a\"}) + 1", "21"),
        ("scalar(free)", "NaN"),
        ("vector(3)", "{} 3"),
        ("absent(nothing{a=\"b\"})", "{a=\"b\"} 1"),
        ("absent(free)", ""),
        ("clamp_max(clamp_min(free, -5), 5)", "{pod=\"a\"} 5; {pod=\"b\"} -5"),
        ("round(free{pod=\"a\"} / 3, 0.5)", "{pod=\"a\"} 6.5"),
        ("label_replace(free{pod=\"a\"}, \"to\", \"$1!\", \"pod\", \"(.*)\")", "free{pod=\"a\", to=\"a!\"} 20"),
        ("free[1m]", "free{pod=\"a\"} x4free{pod=\"b\"} x4"),
    ] {
        assert_eq!(at(text, 300), Ok(wanted.to_string()), "{text}");
    }
    // Five minutes after its last sample a series is gone.
    assert_eq!(at("free{pod=\"a\"}", 599), Ok("free{pod=\"a\"} 20".into()));
    assert_eq!(at("free{pod=\"a\"}", 600), Ok(String::new()));
}

#[test]
fn what_is_wrong_is_told_in_its_words() {
    for (text, wanted) in [
        ("", "1:1: parse error: no expression found in input"),
        ("foo(1)", "1:1: parse error: unknown function with name \"foo\""),
        ("rate(free)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"),
        ("rate()", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 0"),
        ("1 < 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
        ("free{pod=\"a\"", "1:13: parse error: unexpected end of input in label matching, expected \",\" or \"}\""),
        ("{a=\"\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher"),
        ("1 and 2", "1:3: parse error: set operator \"and\" not allowed in binary scalar expression"),
        ("info(free)", "1:1: parse error: function \"info\" is not enabled"),
        (
            "limitk(1, free)",
            "1:1: parse error: limitk() is experimental and must be enabled with \
             --enable-feature=promql-experimental-functions",
        ),
        (
            "histogram_avg(free)",
            "1:1: parse error: function \"histogram_avg\" is real, but not part of this sandbox yet",
        ),
        (
            "hits_total / on () free",
            "found duplicate series for the match group {} on the right hand-side of the operation: \
             [{__name__=\"free\", pod=\"a\"}, {__name__=\"free\", pod=\"b\"}];many-to-many matching not allowed: matching labels must be unique on one side",
        ),
    ] {
        assert_eq!(at(text, 300), Err(wanted.to_string()), "{text}");
    }
}

#[test]
fn the_api_answers_in_json() {
    let store = store();
    let ask = |path: &str| answer(&store, Features::default(), path, 300_000).expect("a route");
    assert_eq!(
        ask("/api/v1/query?query=free%7Bpod%3D%22a%22%7D"),
        (200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"free\",\
               \"pod\":\"a\"},\"value\":[300,\"20\"]}]}}\n".into())
    );
    assert_eq!(
        ask("/api/v1/query_range?query=sum(free)%2B1&start=0&end=60&step=30s").1,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[0,\"1\"],\
         [30,\"1\"],[60,\"1\"]]}]}}\n"
    );
    assert_eq!(
        ask("/api/v1/query?query=foo("),
        (
            400,
            "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": 1:1: parse \
               error: unknown function with name \\\"foo\\\"\"}\n"
                .into()
        )
    );
    assert_eq!(ask("/api/v1/label/pod/values").1, "{\"status\":\"success\",\"data\":[\"a\",\"b\"]}\n");
    assert_eq!(answer(&store, Features::default(), "/", 0), None);
}

#[test]
fn what_is_scraped_no_more_ends_and_what_is_old_goes() {
    let mut store = Store::default();
    let labels = Labels::new("up", &[]);
    store.append(&labels, 15_000, 1.0);
    store.scraped(15_000);
    store.scraped(30_000);
    let up = |store: &Store, at: i64| Query::new(store).instant(&parse("up").expect("a query"), at);
    assert_eq!(up(&store, 29_000).map(|value| matches!(value, Value::Vector(all) if all.len() == 1)), Ok(true));
    assert_eq!(up(&store, 31_000), Ok(Value::Vector(Vec::new())));
    store.scraped(15_000 + crate::RETENTION_MS + 60_000);
    assert!(store.is_empty());
}
