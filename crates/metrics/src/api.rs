//! The HTTP API, as far as it is asked: `query`, `query_range`, `labels`, `label/NAME/values`, `series`
//! (`web/api/v1/api.go`).

use crate::eval::Query;
use crate::labels::{Labels, stray};
use crate::numbers::number_text;
use crate::parse::{Expr, Features, parse, parse_with};
use crate::store::Store;
use crate::value::{Point, Value};

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if stray(c).is_some() => out.push(char::REPLACEMENT_CHARACTER),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Seconds with their fraction, as the API writes a moment.
fn moment(at: i64) -> String {
    let (whole, part) = (at.div_euclid(1_000), at.rem_euclid(1_000));
    match part {
        0 => whole.to_string(),
        part => format!("{whole}.{part:03}").trim_end_matches('0').to_string(),
    }
}

fn point(point: Point, out: &mut String) {
    out.push_str(&["[", &moment(point.at), ",\"", &number_text(point.value), "\"]"].concat());
}

fn metric(labels: &Labels, out: &mut String) {
    out.push('{');
    for (at, (name, value)) in labels.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quoted(name, out);
        out.push(':');
        quoted(value, out);
    }
    out.push('}');
}

/// The `data` of a result.
fn data(value: &Value, now: i64) -> String {
    let mut out = String::new();
    let mut kind = "vector";
    match value {
        Value::Scalar(value) => {
            kind = "scalar";
            point(Point { at: now, value: *value }, &mut out);
        }
        Value::Text(text) => {
            kind = "string";
            out.push_str(&["[", &moment(now), ","].concat());
            quoted(text, &mut out);
            out.push(']');
        }
        Value::Vector(samples) => {
            out.push('[');
            for (at, sample) in samples.iter().enumerate() {
                out.push_str(if at > 0 { ",{\"metric\":" } else { "{\"metric\":" });
                metric(&sample.labels, &mut out);
                out.push_str(",\"value\":");
                point(sample.point, &mut out);
                out.push('}');
            }
            out.push(']');
        }
        Value::Matrix(all) => {
            kind = "matrix";
            out.push('[');
            for (at, series) in all.iter().enumerate() {
                out.push_str(if at > 0 { ",{\"metric\":" } else { "{\"metric\":" });
                metric(&series.labels, &mut out);
                out.push_str(",\"values\":[");
                for (at, one) in series.points.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    point(*one, &mut out);
                }
                out.push_str("]}");
            }
            out.push(']');
        }
    }
    ["{\"resultType\":\"", kind, "\",\"result\":", &out, "}"].concat()
}

struct Refused {
    status: u16,
    kind: &'static str,
    told: String,
}

fn bad(told: String) -> Refused {
    Refused { status: 400, kind: "bad_data", told }
}

/// Texts behind `%`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let hex = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
        match (first, more.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = more;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Asked<'a>(&'a str);

impl Asked<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let pair = |part: &str| {
            let (own, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(own) == name).then(|| decoded(value))
        };
        self.0.split('&').find_map(pair)
    }

    fn time(&self, name: &str, now: i64) -> Result<i64, Refused> {
        let Some(text) = self.value(name).filter(|text| !text.is_empty()) else { return Ok(now) };
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
        if let Ok(secs) = text.parse::<f64>() {
            return Ok(libm::round(secs * 1_000.0) as i64);
        }
        let told = || bad(format!("invalid parameter \"{name}\": cannot parse {text:?} to a valid timestamp"));
        let found = sim::Time::parse_rfc3339(&text).ok_or_else(told)?;
        i64::try_from(found.as_micros() / 1_000).map_err(|_| told())
    }

    fn step(&self) -> Result<i64, Refused> {
        let text = self.value("step").unwrap_or_default();
        let told = || bad(format!("invalid parameter \"step\": cannot parse {text:?} to a valid duration"));
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
        if let Ok(secs) = text.parse::<f64>() {
            return Ok(libm::round(secs * 1_000.0) as i64);
        }
        match parse(&text) {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
            Ok(Expr::Number(secs)) => Ok(libm::round(secs * 1_000.0) as i64),
            _ => Err(told()),
        }
    }
}

fn list(texts: Vec<String>) -> String {
    let mut out = String::from("[");
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quoted(text, &mut out);
    }
    out.push(']');
    out
}

/// What a path below `/api/v1/` is answered with: the status and a body. `now` is in milliseconds.
pub fn answer(store: &Store, features: Features, path: &str, now: i64) -> Option<(u16, String)> {
    let rest = path.strip_prefix("/api/v1/")?;
    let (route, query) = rest.split_once('?').unwrap_or((rest, ""));
    let asked = Asked(query);
    let done = match route.split('/').collect::<Vec<_>>()[..] {
        ["query" | "query_range"] => query_for(store, features, &asked, route == "query_range", now),
        ["labels"] => {
            let mut names: Vec<String> =
                store.labels().flat_map(|labels| labels.iter().map(|(name, _)| name.to_string())).collect();
            order::Arrange::arrange(&mut names[..]);
            names.dedup();
            Ok(list(names))
        }
        ["label", name, "values"] => {
            let values = store.labels().map(|labels| labels.get(name).to_string());
            let mut values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
            order::Arrange::arrange(&mut values[..]);
            values.dedup();
            Ok(list(values))
        }
        _ => return None,
    };
    Some(match done {
        Ok(data) => (200, ["{\"status\":\"success\",\"data\":", &data, "}\n"].concat()),
        Err(refused) => {
            let mut body = ["{\"status\":\"error\",\"errorType\":\"", refused.kind, "\",\"error\":"].concat();
            quoted(&refused.told, &mut body);
            body.push_str("}\n");
            (refused.status, body)
        }
    })
}

fn query_for(store: &Store, features: Features, asked: &Asked<'_>, range: bool, now: i64) -> Result<String, Refused> {
    let text = asked.value("query").unwrap_or_default();
    let expr = parse_with(&text, features).map_err(|told| bad(format!("invalid parameter \"query\": {told}")))?;
    let failed = |told: String| Refused { status: 422, kind: "execution", told };
    let query = Query::new(store);
    if range {
        let (start, end, step) = (asked.time("start", now)?, asked.time("end", now)?, asked.step()?);
        if end < start {
            return Err(bad("invalid parameter \"end\": end timestamp must not be before start time".into()));
        }
        return Ok(data(&query.range(&expr, start, end, step).map_err(failed)?, now));
    }
    let at = asked.time("time", now)?;
    Ok(data(&query.instant(&expr, at).map_err(failed)?, at))
}
