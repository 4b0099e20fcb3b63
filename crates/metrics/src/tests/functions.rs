//! The functions that `promql-experimental-functions` switches on, and those of labels and histograms.

use super::{asked, store};
use crate::{Features, Labels, Query, Store, Value, number_text, parse_with};

const ALL: Features = Features { experimental: true };

fn told(store: &Store, text: &str) -> Result<String, String> {
    asked(store, ALL, text, 300)
}

#[test]
fn functions_over_time_look_at_moments_and_medians() {
    let store = store();
    for (text, wanted) in [
        ("first_over_time(free{pod=\"a\"}[1m])", "free{pod=\"a\"} 17"),
        ("ts_of_first_over_time(free{pod=\"a\"}[1m])", "{pod=\"a\"} 255"),
        ("ts_of_last_over_time(free{pod=\"a\"}[1m] offset 1m)", "{pod=\"a\"} 240"),
        ("ts_of_max_over_time(free{pod=\"b\"}[1m])", "{pod=\"b\"} 255"),
        // Of equal ones it is the last.
        ("ts_of_min_over_time(took_bucket{le=\"1\"}[1m])", "{le=\"1\"} 300"),
        ("mad_over_time(free{pod=\"a\"}[1m])", "{pod=\"a\"} 1"),
        // A straight line is its own trend.
        ("round(double_exponential_smoothing(free{pod=\"a\"}[5m], 0.5, 0.5), 0.001)", "{pod=\"a\"} 20"),
        ("max_of(2, 3) - min_of(2, 3)", "1"),
        ("max_of(NaN, 3)", "NaN"),
        ("max_of(NaN, Inf) + min_of(-Inf, NaN)", "NaN"),
        ("start() + end() + range() + step()", "600"),
        ("start_timestamp(free)", ""),
    ] {
        assert_eq!(told(&store, text), Ok(wanted.to_string()), "{text}");
    }
    assert_eq!(
        told(&store, "double_exponential_smoothing(free[1m], 0.5, 1)"),
        Err("invalid trend factor. Expected: 0 < tf < 1, got: 1.000000".into())
    );
    assert_eq!(told(&store, "double_exponential_smoothing(nothing[1m], 7, 1)"), Ok(String::new()));
}

#[test]
fn a_range_of_moments_knows_its_ends_and_its_step() {
    let store = store();
    let query = |text: &str| {
        let expr = parse_with(text, ALL).expect("a query");
        match Query::new(&store).range(&expr, 60_000, 120_000, 30_000) {
            Ok(Value::Matrix(all)) => {
                let points = all.iter().flat_map(|series| &series.points);
                points.map(|point| number_text(point.value)).collect::<Vec<_>>().join(" ")
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(query("step()"), "30 30 30");
    assert_eq!(query("end() - start() - range()"), "0 0 0");
    assert_eq!(query("time() - start()"), "0 30 60");
    assert_eq!(query("max_over_time(vector(step())[1m:10s])"), "30 30 30");
}

#[test]
fn histograms_have_quantiles_and_fractions() {
    let store = store();
    for (text, wanted) in [
        ("histogram_fraction(0, 0.1, took_bucket)", "{} 0.5"),
        ("histogram_fraction(0.1, 0.3, took_bucket)", "{} 0.15"),
        ("histogram_fraction(-1, 7, took_bucket)", "{} 0.9"),
        ("histogram_fraction(-Inf, +Inf, took_bucket)", "{} 1"),
        ("histogram_fraction(2, 1, took_bucket)", "{} 0"),
        ("histogram_fraction(NaN, 1, took_bucket)", "{} NaN"),
        ("histogram_quantiles(took_bucket, \"p\", 0.5, 1)", "{p=\"0.5\"} 0.1; {p=\"1.0\"} 1"),
    ] {
        assert_eq!(told(&store, text), Ok(wanted.to_string()), "{text}");
    }
    let doubled = Err("vector cannot contain metrics with the same labelset".to_string());
    assert_eq!(told(&store, "histogram_quantiles(took_bucket, \"p\", 0.5, 0.5)"), doubled);
    let few = "1:1: parse error: expected at least 3 argument(s) in call to \"histogram_quantiles\", got 2";
    assert_eq!(told(&store, "histogram_quantiles(took_bucket, \"p\")"), Err(few.into()));
    // Ten million is labelled with an exponent, which is no quantile, but is written so.
    assert_eq!(told(&store, "histogram_quantiles(took_bucket, \"p\", 1e7)"), Ok("{p=\"1e+07\"} +Inf".into()));
}

#[test]
fn labels_sort_as_people_count() {
    let mut store = Store::default();
    for (cpu, zone) in [("10", "b"), ("9", "b"), ("x2", "a"), ("x10", "a"), ("09b", "a")] {
        store.append(&Labels::new("busy", &[("cpu", cpu), ("zone", zone)]), 300_000, 1.0);
    }
    let order = |text: &str| {
        let expr = parse_with(text, ALL).expect("a query");
        let Ok(Value::Vector(samples)) = Query::new(&store).instant(&expr, 300_000) else { return String::new() };
        samples.iter().map(|sample| sample.labels.get("cpu").to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order("sort_by_label(busy, \"cpu\")"), "9 09b 10 x2 x10");
    assert_eq!(order("sort_by_label_desc(busy, \"cpu\")"), "x10 x2 10 09b 9");
    assert_eq!(order("sort_by_label(busy, \"zone\", \"cpu\")"), "09b x2 x10 9 10");
    // All labels, as texts.
    assert_eq!(order("sort_by_label(busy)"), "09b 10 9 x10 x2");
}

#[test]
fn a_byte_that_is_no_text_names_no_label() {
    let store = store();
    for (text, wanted) in [
        ("label_join(free, \"a\", \"-\", \"\")", "invalid source label name in label_join(): "),
        ("count_values(\"\\xfe!\", free)", "invalid label name \"\\xfe!\""),
        ("label_join(free, \"\\377\", \"-\", \"pod\")", "invalid destination label name in label_join(): \u{10ffff}"),
    ] {
        assert_eq!(told(&store, text), Err(wanted.to_string()), "{text}");
    }
    // Two bytes that are a letter are one.
    let text = "label_replace(free{pod=\"a\"}, \"\\xc3\\xa9\", \"\\303\\251\", \"\", \"\")";
    assert_eq!(told(&store, text), Ok("free{pod=\"a\", é=\"é\"} 20".into()));
}

#[test]
fn info_adds_the_labels_of_the_target() {
    let mut store = Store::default();
    let mut put = |name: &str, pairs: &[(&str, &str)], at: i64| {
        store.append(&Labels::new(name, pairs), at, 1.0);
    };
    put("hits", &[("job", "web"), ("instance", "a")], 300_000);
    put("hits", &[("job", "web"), ("instance", "b"), ("zone", "mine")], 300_000);
    put("hits", &[("job", "db"), ("instance", "c")], 300_000);
    put("target_info", &[("job", "web"), ("instance", "a"), ("zone", "old"), ("arch", "arm")], 200_000);
    put("target_info", &[("job", "web"), ("instance", "a"), ("zone", "new"), ("os", "linux")], 300_000);
    put("target_info", &[("job", "web"), ("instance", "b"), ("zone", "new"), ("os", "bsd")], 300_000);
    put("build_info", &[("job", "web"), ("instance", "a"), ("version", "7")], 300_000);
    for (text, wanted) in [
        ("info(hits{instance=\"a\"})", "hits{instance=\"a\", job=\"web\", os=\"linux\", zone=\"new\"} 1"),
        // What it has stays.
        ("info(hits{instance=\"b\"})", "hits{instance=\"b\", job=\"web\", os=\"bsd\", zone=\"mine\"} 1"),
        ("info(hits{instance=\"c\"})", "hits{instance=\"c\", job=\"db\"} 1"),
        ("info(hits, {os=~\".+\"}) and on (job) hits{instance=\"c\"}", ""),
        ("info(hits{instance=\"a\"}, {os=~\".+\"})", "hits{instance=\"a\", job=\"web\", os=\"linux\"} 1"),
        ("info(hits{instance=\"a\"}, {__name__=\"build_info\"})", "hits{instance=\"a\", job=\"web\", version=\"7\"} 1"),
        (
            "info(hits{instance=\"a\"} @ 300 offset 0s)",
            "hits{instance=\"a\", job=\"web\", os=\"linux\", zone=\"new\"} 1",
        ),
        ("info(build_info, {__name__=~\".*_info\"})", "build_info{instance=\"a\", job=\"web\", version=\"7\"} 1"),
    ] {
        assert_eq!(told(&store, text), Ok(wanted.to_string()), "{text}");
    }
    for (text, wanted) in [
        ("info(hits, up)", "1:12: parse error: expected label selectors only, got vector selector instead"),
        ("info(hits, ({a=\"b\"}))", "1:12: parse error: expected label selectors only"),
        ("info(hits, 1)", "1:12: parse error: expected type instant vector in call to function \"info\", got scalar"),
    ] {
        assert_eq!(told(&store, text), Err(wanted.to_string()), "{text}");
    }
    store.append(&Labels::new("target_info", &[("job", "db"), ("instance", "c"), ("a", "1")]), 300_000, 1.0);
    store.append(&Labels::new("target_info", &[("job", "db"), ("instance", "c"), ("a", "2")]), 300_000, 1.0);
    let twice = "found duplicate series for info metric: existing {__name__=\"target_info\", a=\"1\", instance=\"c\", \
                 job=\"db\"} @ 300000, new {__name__=\"target_info\", a=\"2\", instance=\"c\", job=\"db\"} @ 300000";
    assert_eq!(told(&store, "info(hits)"), Err(twice.into()));
}

#[test]
fn some_of_the_series_are_taken() {
    let mut store = Store::default();
    for pod in 0..100 {
        store.append(&Labels::new("hits", &[("pod", &pod.to_string())]), 300_000, 1.0);
    }
    for (text, wanted) in [
        ("count(limitk(7, hits))", "{} 7"),
        ("count(limitk(7, hits) and hits)", "{} 7"),
        ("limitk(0.9, hits)", ""),
        ("topk(-1e30, hits)", ""),
        ("limit_ratio(0, hits)", ""),
        ("count(limit_ratio(-2, hits))", "{} 100"),
        ("count(limit_ratio(0.3, hits) or limit_ratio(-0.7, hits))", "{} 100"),
        ("limit_ratio(0.3, hits) and limit_ratio(-0.7, hits)", ""),
    ] {
        assert_eq!(told(&store, text), Ok(wanted.to_string()), "{text}");
    }
    let of_all = told(&store, "count(limit_ratio(0.3, hits)) > 20 < 40").expect("a count");
    assert_ne!(of_all, "", "about a third");
    assert_eq!(told(&store, "limit_ratio(NaN, hits)"), Err("Ratio value is NaN".into()));
    assert_eq!(told(&store, "topk(1e30, hits)"), Err("Scalar value 1e+30 overflows int64".into()));
}
