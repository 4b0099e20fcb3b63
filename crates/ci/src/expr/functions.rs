//! The functions of expressions.

use super::data::Data;
use super::evaluate::equal;
use super::{Scope, json};

/// Name, and how many arguments at least and at most.
const TABLE: [(&str, usize, usize); 13] = [
    ("always", 0, 0),
    ("cancelled", 0, 0),
    ("case", 3, usize::MAX),
    ("contains", 2, 2),
    ("endswith", 2, 2),
    ("failure", 0, usize::MAX),
    ("format", 1, 255),
    ("fromjson", 1, 1),
    ("hashfiles", 1, 255),
    ("join", 1, 2),
    ("startswith", 2, 2),
    ("success", 0, usize::MAX),
    ("tojson", 1, 1),
];

/// Longer texts are not made; the real runner counts two bytes a character.
const LONGEST: usize = 500_000;

/// Why a call of it is wrong, whatever its arguments are.
#[inline(never)]
pub(super) fn refuses(name: &str, args: usize) -> Option<&'static str> {
    let Some((_, least, most)) = TABLE.iter().find(|(known, ..)| *known == name) else {
        return Some("Unrecognized function");
    };
    if args < *least {
        return Some("Too few parameters supplied");
    }
    if args > *most {
        return Some("Too many parameters supplied");
    }
    let even = name == "case" && args.is_multiple_of(2);
    even.then_some("Even number of parameters supplied, requires an odd number of parameters")
}

#[inline(never)]
pub(super) fn call(name: &str, args: &[Data], scope: Scope<'_>) -> Result<Data, String> {
    Ok(match name {
        "always" => Data::Bool(true),
        "cancelled" => Data::Bool(scope.cancelled),
        "failure" => Data::Bool(scope.failed && !scope.cancelled),
        "success" => Data::Bool(!scope.failed && !scope.cancelled && !scope.skipped),
        "case" => {
            let (last, pairs) = args.split_last().expect("three arguments at least");
            for pair in pairs.chunks_exact(2) {
                match &pair[0] {
                    Data::Bool(true) => return Ok(pair[1].clone()),
                    Data::Bool(false) => {}
                    _ => return Err("case predicate must evaluate to a boolean value".into()),
                }
            }
            last.clone()
        }
        "contains" => Data::Bool(match &args[0] {
            Data::Array(array) => array.items.iter().any(|item| equal(&args[1], item)),
            text => both(text, &args[1]).is_some_and(|(text, part)| text.to_lowercase().contains(&part.to_lowercase())),
        }),
        "startswith" => {
            Data::Bool(both(&args[0], &args[1]).is_some_and(|(text, part)| upper(&text).starts_with(&upper(&part))))
        }
        "endswith" => {
            Data::Bool(both(&args[0], &args[1]).is_some_and(|(text, part)| upper(&text).ends_with(&upper(&part))))
        }
        "tojson" => Data::text(&bounded(json::write(&args[0]))?),
        "fromjson" => {
            let text = args[0].to_text();
            if text.trim().is_empty() {
                return Err("empty input".into());
            }
            json::read(&text).ok_or("Error parsing JSON when evaluating fromJson")?
        }
        "join" => join(args)?,
        "format" => Data::text(&format(&args[0].to_text(), &args[1..])?),
        "hashfiles" => {
            let files = scope.files.ok_or("Unrecognized function: 'hashFiles'")?;
            let patterns: Vec<String> = args.iter().map(Data::to_text).collect();
            Data::text(&crate::cache::hash(files, scope.contexts.at("github").str_at("workspace"), &patterns)?)
        }
        _ => return Err(["Unrecognized function: '", name, "'"].concat()),
    })
}

fn bounded(text: String) -> Result<String, String> {
    if text.len() > LONGEST { Err("The maximum allowed memory size was exceeded".into()) } else { Ok(text) }
}

fn both(one: &Data, two: &Data) -> Option<(String, String)> {
    (one.is_primitive() && two.is_primitive()).then(|| (one.to_text(), two.to_text()))
}

/// In capitals, but for the small dotless i, which no other letter is to equal.
pub(super) fn upper(text: &str) -> String {
    if !text.contains('ı') {
        return text.to_uppercase();
    }
    text.split('ı').map(str::to_uppercase).collect::<Vec<_>>().join("ı")
}

fn join(args: &[Data]) -> Result<Data, String> {
    let Data::Array(array) = &args[0] else {
        return Ok(Data::text(&if args[0].is_primitive() { args[0].to_text() } else { String::new() }));
    };
    let between = args.get(1).filter(|between| between.is_primitive()).map_or(",".into(), Data::to_text);
    let items: Vec<String> = array.items.iter().map(Data::to_text).collect();
    Ok(Data::text(&bounded(items.join(&between))?))
}

/// `format('{0} of {1}', …)`; doubled braces stand for themselves.
#[inline(never)]
fn format(template: &str, args: &[Data]) -> Result<String, String> {
    let invalid = || ["The following format string is invalid: ", template].concat();
    let (mut out, mut rest) = (String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let (brace, behind) = rest[at..].split_at(1);
        if let Some(further) = behind.strip_prefix(brace) {
            out.push_str(brace);
            rest = further;
            continue;
        }
        let end = behind.find('}').filter(|_| brace == "{").ok_or_else(invalid)?;
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(invalid());
        }
        let arg = behind[..digits].parse::<usize>().ok().and_then(|number| args.get(number));
        let missing =
            || ["The following format string references more arguments than were supplied: ", template].concat();
        out.push_str(&arg.ok_or_else(missing)?.to_text());
        out = bounded(out)?;
        rest = &behind[end + 1..];
    }
    out.push_str(rest);
    bounded(out)
}
