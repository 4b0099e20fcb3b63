//! jq's functions of values: one result for each.

use super::builtins::{by, contained, flatten, from_json, has, keys, shown, split_text, text_of};
use super::eval::{Machine, Run, fail};
use super::json::{Json, Style};
use super::operate::indices;
use sim::Time;

/// The result; `None` where there is no such function.
pub(super) fn function(machine: &mut Machine<'_>, name: &str, value: &Json, args: &[Json]) -> Run<Option<Json>> {
    Ok(Some(match (name, args) {
        ("not", []) => Json::Bool(!value.holds()),
        ("length", []) => match value {
            Json::Null => Json::Number(0.0),
            Json::Bool(_) => return fail(format!("{} has no length", shown(value))),
            Json::Number(number) => Json::Number(number.abs()),
            Json::Text(text) => Json::count(text.chars().count()),
            Json::List(items) => Json::count(items.len()),
            Json::Map(map) => Json::count(map.len()),
        },
        ("utf8bytelength", []) => match value {
            Json::Text(text) => Json::count(text.len()),
            other => return fail(format!("{} only strings have UTF-8 byte length", shown(other))),
        },
        ("keys", []) => keys(value, true)?,
        ("keys_unsorted", []) => keys(value, false)?,
        ("has", [key]) => has(value, key)?,
        ("contains", [other]) => contained(value, other)?,
        ("type", []) => Json::text(value.kind()),
        ("tostring", []) => Json::text(text_of(value)),
        ("tojson", []) => Json::text(value.write(&Style::default())),
        ("fromjson", []) => match value {
            Json::Text(text) => from_json(text)?,
            other => return fail(format!("{} cannot be parsed as JSON", shown(other))),
        },
        ("tonumber", []) => match value {
            Json::Number(_) => value.clone(),
            Json::Text(text) => match manifest::float_of(text.trim()) {
                Some(number) => Json::Number(number),
                None => {
                    let at = text.chars().count();
                    return fail(format!(
                        "Invalid numeric literal at EOF at line 1, column {at} (while parsing '{text}')"
                    ));
                }
            },
            other => return fail(format!("{} cannot be parsed as a number", shown(other))),
        },
        ("sort", []) => by(value, value, "sort")?,
        ("min", []) => by(value, value, "min")?,
        ("max", []) => by(value, value, "max")?,
        ("_by", [keys, Json::Text(how)]) => by(value, keys, how)?,
        ("reverse", []) => match value {
            Json::List(items) => Json::list(items.iter().rev().cloned().collect()),
            Json::Text(text) => Json::text(text.chars().rev().collect::<String>()),
            Json::Null => Json::list(Vec::new()),
            other => return fail(format!("Cannot reverse {}", shown(other))),
        },
        ("flatten", []) => flatten(value, 1e9)?,
        ("flatten", [Json::Number(depth)]) => flatten(value, *depth)?,
        ("indices", [part]) => indices(value, part),
        ("setpath", [Json::List(path), new]) => super::paths::set(value, path, new.clone())?,
        ("delpaths", [Json::List(paths)]) => super::paths::delete(value, (**paths).clone())?,
        ("now", []) => Json::Number(machine.now),
        ("infinite", []) => Json::Number(f64::INFINITY),
        ("nan", []) => Json::Number(f64::NAN),
        ("input_filename", []) => Json::Null,
        _ => return text(machine, name, value, args),
    }))
}

fn text(machine: &mut Machine<'_>, name: &str, value: &Json, args: &[Json]) -> Run<Option<Json>> {
    let own = match value {
        Json::Text(text) => Some(&**text),
        _ => None,
    };
    Ok(Some(match (name, args, own) {
        ("ascii_downcase", [], Some(text)) => Json::text(text.to_ascii_lowercase()),
        ("ascii_upcase", [], Some(text)) => Json::text(text.to_ascii_uppercase()),
        ("ascii_downcase" | "ascii_upcase", [], None) => return fail(format!("{name} input must be a string")),
        ("explode", [], Some(text)) => {
            Json::list(text.chars().map(|c| Json::Number(f64::from(u32::from(c)))).collect())
        }
        ("explode", [], None) => return fail(format!("{} cannot be exploded", shown(value))),
        ("implode", [], _) => match value {
            Json::List(items) => {
                let code = |item: &Json| match item {
                    Json::Number(number) => {
                        super::paths::place(*number, 0).and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32)
                    }
                    _ => None,
                };
                Json::text(items.iter().filter_map(code).collect::<String>())
            }
            _ => return fail("implode input must be an array"),
        },
        ("ltrimstr", [Json::Text(part)], Some(text)) => Json::text(text.strip_prefix(&**part).unwrap_or(text)),
        ("rtrimstr", [Json::Text(part)], Some(text)) => Json::text(text.strip_suffix(&**part).unwrap_or(text)),
        ("ltrimstr" | "rtrimstr", [_], _) => value.clone(),
        ("startswith", [Json::Text(part)], Some(text)) => Json::Bool(text.starts_with(&**part)),
        ("endswith", [Json::Text(part)], Some(text)) => Json::Bool(text.ends_with(&**part)),
        ("startswith" | "endswith", [_], _) => return fail(format!("{name}() requires string inputs")),
        ("trim", [], Some(text)) => Json::text(text.trim()),
        ("ltrim", [], Some(text)) => Json::text(text.trim_start()),
        ("rtrim", [], Some(text)) => Json::text(text.trim_end()),
        ("split", [between], _) => split_text(value, between)?,
        ("_match", [Json::Text(regex), flags, Json::Bool(test)], Some(text)) => matched(text, regex, flags, *test)?,
        ("_match", [Json::List(both), _, Json::Bool(test)], Some(text)) => match &both[..] {
            [Json::Text(regex)] => matched(text, regex, &Json::Null, *test)?,
            [Json::Text(regex), flags] => matched(text, regex, flags, *test)?,
            _ => return fail("a regular expression is a string, or an array of one and its flags"),
        },
        ("_match", ..) => return fail(format!("{} cannot be matched, as it is not a string", shown(value))),
        ("strftime", [Json::Text(format)], _) => {
            let secs = match value {
                Json::Number(secs) if *secs >= 0.0 => *secs,
                Json::List(parts) => broken_down(parts)?,
                other => return fail(format!("strftime/1 requires parsed datetime inputs, not {}", other.kind())),
            };
            Json::text(shell::clock::strftime(format, time(secs)))
        }
        ("gmtime" | "localtime", [], None) => match value {
            Json::Number(secs) => parts(*secs),
            _ => return fail(format!("{name}() requires a number")),
        },
        ("mktime" | "timegm", [], None) => match value {
            Json::List(parts) => Json::Number(broken_down(parts)?),
            _ => return fail("mktime requires array of 6 numbers"),
        },
        ("fromdate", [], Some(text)) => match Time::parse_rfc3339(text).filter(|_| !text.contains('.')) {
            Some(time) => Json::Number(number(time)),
            None => return fail(format!("date \"{text}\" does not match format \"%Y-%m-%dT%H:%M:%SZ\"")),
        },
        ("strptime", [Json::Text(_)], Some(text)) => {
            match super::super::core::parse_date(text, Time::from_unix_secs(0)) {
                Some(time) => parts(number(time)),
                None => return fail(format!("date \"{text}\" does not match format")),
            }
        }
        _ => return numbers(machine, name, value, args),
    }))
}

#[expect(clippy::cast_precision_loss, reason = "seconds fit")]
fn number(time: Time) -> f64 {
    time.unix_secs() as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds are positive and small enough")]
fn time(secs: f64) -> Time {
    Time::from_unix_secs(secs.clamp(0.0, 1e11) as u64)
}

fn parts(secs: f64) -> Json {
    let c = time(secs).civil();
    let text = shell::clock::strftime("%j", time(secs));
    let yday = manifest::float_of(text.trim_start_matches('0')).unwrap_or(1.0) - 1.0;
    let small = |n: u32| Json::Number(f64::from(n));
    let year = Json::Number(f64::from(i32::try_from(c.year).unwrap_or(0)));
    let second = Json::Number(f64::from(c.second) + secs.fract());
    Json::list(vec![
        year,
        small(c.month - 1),
        small(c.day),
        small(c.hour),
        small(c.minute),
        second,
        small(c.weekday),
        Json::Number(yday),
    ])
}

fn broken_down(parts: &[Json]) -> Run<f64> {
    let mut numbers = parts.iter().map(|part| match part {
        Json::Number(number) => super::paths::place(*number, 0).unwrap_or(0),
        _ => 0,
    });
    let mut next = || numbers.next().unwrap_or(0);
    let (year, month, day, hour, minute, second) = (next(), next(), next(), next(), next(), next());
    let text = format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1);
    Time::parse_rfc3339(&text).map_or_else(|| fail("invalid gmtime representation"), |time| Ok(number(time)))
}

fn numbers(_: &mut Machine<'_>, name: &str, value: &Json, args: &[Json]) -> Run<Option<Json>> {
    if let ("pow" | "atan2" | "fmin" | "fmax" | "log2", [Json::Number(a), Json::Number(b)]) = (name, args) {
        return Ok(Some(Json::Number(match name {
            "pow" => libm::pow(*a, *b),
            "atan2" => libm::atan2(*a, *b),
            "fmin" => a.min(*b),
            _ => a.max(*b),
        })));
    }
    if !args.is_empty() {
        return Ok(None);
    }
    let known = matches!(
        name,
        "floor"
            | "ceil"
            | "round"
            | "sqrt"
            | "fabs"
            | "trunc"
            | "exp"
            | "exp2"
            | "exp10"
            | "log"
            | "log2"
            | "log10"
            | "sin"
            | "cos"
            | "tan"
            | "isnan"
            | "isinfinite"
            | "isnormal"
    );
    if !known {
        return Ok(None);
    }
    let Json::Number(number) = *value else { return fail(format!("{} number required", shown(value))) };
    Ok(Some(match name {
        "isnan" => Json::Bool(number.is_nan()),
        "isinfinite" => Json::Bool(number.is_infinite()),
        "isnormal" => Json::Bool(number.is_normal()),
        _ => Json::Number(match name {
            "floor" => number.floor(),
            "ceil" => number.ceil(),
            "round" => number.round(),
            "fabs" => number.abs(),
            "trunc" => number.trunc(),
            "sqrt" => libm::sqrt(number),
            "exp" => libm::exp(number),
            "exp2" => libm::exp2(number),
            "exp10" => libm::pow(10.0, number),
            "log" => libm::log(number),
            "log2" => libm::log2(number),
            "log10" => libm::log10(number),
            "sin" => libm::sin(number),
            "cos" => libm::cos(number),
            _ => libm::tan(number),
        }),
    }))
}

fn matched(text: &str, regex: &str, flags: &Json, test: bool) -> Run<Json> {
    let flags = match flags {
        Json::Text(flags) => flags.to_string(),
        Json::Null => String::new(),
        other => return fail(format!("{} is not a string", shown(other))),
    };
    if let Some(bad) = flags.chars().find(|c| !"gimnpslx".contains(*c)) {
        return fail(format!("{flags} is not a valid modifier string: {bad}"));
    }
    let built = regex_lite::RegexBuilder::new(regex)
        .case_insensitive(flags.contains('i'))
        .ignore_whitespace(flags.contains('x'))
        .dot_matches_new_line(flags.contains('s') || flags.contains('p'))
        .build();
    let Ok(built) = built else { return fail(format!("{regex} (at offset 0) is not a valid regex")) };
    if test {
        return Ok(Json::Bool(built.is_match(text)));
    }
    let names: Vec<Option<String>> = built.capture_names().map(|name| name.map(String::from)).collect();
    let place = |at: usize| Json::count(text[..at].chars().count());
    let mut all = Vec::new();
    for found in built.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let captures = (1..found.len()).map(|index| {
            let name = names.get(index).cloned().flatten().map_or(Json::Null, Json::text);
            let (offset, length, string) = match found.get(index) {
                Some(group) => {
                    (place(group.start()), Json::count(group.as_str().chars().count()), Json::text(group.as_str()))
                }
                None => (Json::Number(-1.0), Json::Number(0.0), Json::Null),
            };
            Json::Null.with("offset", offset).with("length", length).with("string", string).with("name", name)
        });
        let captures = Json::list(captures.collect());
        let item = Json::Null
            .with("offset", place(whole.start()))
            .with("length", Json::count(whole.as_str().chars().count()))
            .with("string", Json::text(whole.as_str()))
            .with("captures", captures);
        all.push(item);
        if !flags.contains('g') {
            break;
        }
    }
    Ok(Json::list(all))
}
