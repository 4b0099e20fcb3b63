//! Regular expressions: Go's syntax is `regex-lite`'s, but for what neither has.

use super::{Around, Done, int, size, text};
use gotemplate::Val;
use regex_lite::Regex;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "regexMatch" | "regexFind" => "ss",
        "regexFindAll" | "regexSplit" => "ssi",
        "regexReplaceAll" | "regexReplaceAllLiteral" => "sss",
        "regexQuoteMeta" => "s",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    if name == "regexQuoteMeta" {
        return Ok(Val::text(regex_lite::escape(text(args, 0))));
    }
    let pattern = text(args, 0);
    let Ok(regex) = Regex::new(pattern) else {
        if name == "regexMatch" {
            return Ok(Val::Bool(false));
        }
        return Err(format!("regexp: Compile({}): error parsing regexp", gotemplate::quoted(pattern)));
    };
    let subject = text(args, 1);
    let limit = |n: i64| if n < 0 { usize::MAX } else { size(n) };
    let list = |parts: Vec<&str>| Val::texts(parts.into_iter().map(Val::text).collect());
    Ok(match name {
        "regexMatch" => Val::Bool(regex.is_match(subject)),
        "regexFind" => Val::text(regex.find(subject).map_or("", |found| found.as_str())),
        "regexFindAll" => {
            list(regex.find_iter(subject).take(limit(int(args, 2))).map(|found| found.as_str()).collect())
        }
        "regexSplit" => match int(args, 2) {
            0 => list(Vec::new()),
            n if n < 0 => list(regex.split(subject).collect()),
            n => list(regex.splitn(subject, size(n)).collect()),
        },
        "regexReplaceAll" => Val::text(regex.replace_all(subject, text(args, 2)).into_owned()),
        _ => Val::text(regex.replace_all(subject, regex_lite::NoExpand(text(args, 2))).into_owned()),
    })
}
