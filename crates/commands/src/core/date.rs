//! `date`, by the world's clock.

use super::date_parse;
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use shell::clock::strftime;
use sim::Time;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "date",
    usage: "[OPTION]... [+FORMAT]",
    summary: "Print a date.",
    options: &[
        value('d', "date", "STRING", "the date that STRING describes, not now"),
        value('f', "file", "FILE", "one date for each line of FILE"),
        value('I', "iso-8601", "[FMT]", "as ISO 8601: date, hours, minutes, seconds or ns"),
        flag('R', "rfc-email", "as RFC 5322"),
        value('\0', "rfc-3339", "FMT", "as RFC 3339: date, seconds or ns"),
        value('r', "reference", "FILE", "when FILE was changed"),
        flag('u', "utc", "UTC, which it is anyway"),
        flag('\0', "universal", "as -u"),
        missing('s', "set"),
        missing('\0', "debug"),
        missing('\0', "resolution"),
    ],
    trouble: 1,
};

const DEFAULT: &str = "%a %b %e %H:%M:%S %Z %Y";

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let format = match format_of(cx, &given) {
        Ok(format) => format,
        Err(code) => return code,
    };
    let mut texts: Vec<String> = given.values("d").into_iter().map(String::from).collect();
    if let Some(name) = given.value("f") {
        match super::input::bytes_of(cx, name) {
            None => return Cx::WAIT,
            Some(Ok(bytes)) => texts = String::from_utf8_lossy(&bytes).lines().map(String::from).collect(),
            Some(Err(error)) => {
                cx.err(format!("date: {name}: {error}\n"));
                return 1;
            }
        }
    }
    if let Some(name) = given.value("r") {
        return match cx.files().stat(&cx.path(name)) {
            Ok(stat) => {
                cx.out(strftime(&format, Time::from_micros(stat.mtime)) + "\n");
                0
            }
            Err(error) => {
                cx.err(format!("date: {name}: {error}\n"));
                1
            }
        };
    }
    if texts.is_empty() {
        cx.out(strftime(&format, cx.now()) + "\n");
        return 0;
    }
    let mut code = 0;
    for text in texts.iter().skip(if given.has("f") { 0 } else { texts.len() - 1 }) {
        let found = if text.trim().is_empty() {
            date_parse::parse("00:00", cx.now())
        } else {
            date_parse::parse(text, cx.now())
        };
        match found {
            Some(time) => cx.out(strftime(&format, time) + "\n"),
            None => {
                cx.err(format!("date: invalid date ‘{text}’\n"));
                code = 1;
            }
        }
    }
    code
}

/// The format that is asked for.
fn format_of(cx: &mut Cx<'_>, given: &Given) -> Result<String, i32> {
    let mut format = DEFAULT.to_string();
    if given.has("R") {
        format = "%a, %d %b %Y %H:%M:%S %z".into();
    }
    if let Some(kind) = given.value("I") {
        let Some(found) = iso(kind, "T") else {
            cx.err(format!("date: invalid argument ‘{kind}’ for ‘--iso-8601’\n"));
            return Err(1);
        };
        format = found;
    }
    if let Some(kind) = given.value("rfc-3339") {
        let Some(found) = iso(kind, " ").filter(|_| !matches!(kind, "hours" | "minutes")) else {
            cx.err(format!("date: invalid argument ‘{kind}’ for ‘--rfc-3339’\n"));
            return Err(1);
        };
        format = found;
    }
    for operand in &given.operands {
        match operand.strip_prefix('+') {
            Some(text) if format == DEFAULT => format = text.into(),
            Some(_) => {
                cx.err("date: multiple output formats specified\n");
                return Err(1);
            }
            None => {
                cx.err(format!("date: invalid date ‘{operand}’\n"));
                return Err(1);
            }
        }
    }
    Ok(format)
}

fn iso(kind: &str, between: &str) -> Option<String> {
    let kinds = ["date", "hours", "minutes", "seconds", "ns"];
    Some(match kinds.into_iter().find(|name| name.starts_with(kind))? {
        "date" => "%Y-%m-%d".into(),
        "hours" => format!("%Y-%m-%d{between}%H%:z"),
        "minutes" => format!("%Y-%m-%d{between}%H:%M%:z"),
        "seconds" => format!("%Y-%m-%d{between}%H:%M:%S%:z"),
        _ => format!("%Y-%m-%d{between}%H:%M:%S{}%N%:z", if between == "T" { "," } else { "." }),
    })
}
