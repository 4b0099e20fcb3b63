//! GitHub Actions' expressions: `${{ … }}`. Their meaning is that of GitHub's own test data (`docs/conformance.md`).

mod data;
mod evaluate;
mod functions;
mod json;
mod lexer;
mod parser;
mod places;

pub use data::Data;
pub(crate) use places::allows;

use manifest::Value;
use order::OrdMap;

/// Contexts that workflows have; a name that is none of them is refused before anything runs.
const CONTEXTS: [&str; 12] =
    ["github", "env", "vars", "secrets", "steps", "needs", "job", "jobs", "runner", "matrix", "strategy", "inputs"];

/// What an expression can see: a map of contexts, and how the job stands.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// `github`, `env`, `vars`, `secrets`, `steps`, `needs`, `job`, `runner`.
    pub contexts: &'a Value,
    pub failed: bool,
    pub cancelled: bool,
    /// Something that it needs was skipped: no success, and no failure either.
    pub skipped: bool,
    /// For `hashFiles`: the files of the workspace and their SHA-256, where there is one to look at.
    pub files: Option<&'a OrdMap<String, Vec<u8>>>,
}

impl<'a> Scope<'a> {
    /// Where nothing has gone wrong.
    pub fn of(contexts: &'a Value) -> Self {
        Self { contexts, failed: false, cancelled: false, skipped: false, files: None }
    }
}

/// Replaces every `${{ … }}` in a text.
#[inline(never)]
pub(crate) fn interpolate(text: &str, scope: Scope<'_>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(end) = closing(&rest[start..]) else {
            return Err(NOT_CLOSED.into());
        };
        out.push_str(&rest[..start]);
        out.push_str(&evaluate(&rest[start + 3..start + end], scope)?.to_text());
        rest = &rest[start + end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The same of a text that is nothing but one expression, whose type stays.
pub(crate) fn value_of(text: &str, scope: Scope<'_>) -> Result<Data, String> {
    let trimmed = text.trim();
    match trimmed.strip_prefix("${{").and_then(closing) {
        Some(end) if end + 5 == trimmed.len() => evaluate(&trimmed[3..end + 3], scope),
        _ => Ok(Data::text(&interpolate(text, scope)?)),
    }
}

/// Whether every `${{ … }}` of a text can be read.
#[inline(never)]
pub(crate) fn check_in(text: &str, contexts: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(end) = closing(&rest[start..]) else {
            return Err(NOT_CLOSED.into());
        };
        let inside = rest[start + 3..start + end].trim();
        if inside.is_empty() {
            return Err("An expression was expected".into());
        }
        check_one(inside, contexts)?;
        rest = &rest[start + end + 2..];
    }
    Ok(())
}

/// The same of an expression without its braces.
pub(crate) fn check_one(text: &str, contexts: &dyn Fn(&str) -> bool) -> Result<(), String> {
    parser::parse(text.trim(), contexts).map(|_| ())
}

const NOT_CLOSED: &str =
    "The expression is not closed. An unescaped ${{ sequence was found, but the closing }} sequence was not found.";

/// Where the `}}` stands that closes an expression: not one inside a quoted text.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        quoted ^= c == '\'';
        if !quoted && text[at..].starts_with("}}") {
            return Some(at);
        }
    }
    None
}

/// An `if:`. Without a status function it means `success() && …`, as in the real runner.
#[inline(never)]
pub(crate) fn condition(text: &str, scope: Scope<'_>) -> Result<bool, String> {
    let trimmed = text.trim();
    let whole = trimmed.strip_prefix("${{").and_then(|t| t.strip_suffix("}}")).filter(|t| !t.contains("${{"));
    let (holds, names_status) = match whole {
        // Text around an expression makes it a string, which is true unless empty: a trap of the real thing.
        None if trimmed.contains("${{") => (!interpolate(text, scope)?.is_empty(), false),
        _ => match parser::parse(whole.unwrap_or(trimmed).trim(), &is_context)? {
            Some(expr) => {
                let contexts = Data::from(scope.contexts);
                (evaluate::evaluate(&expr, &contexts, scope)?.truthy(), expr.names_status())
            }
            None => (true, false),
        },
    };
    Ok(holds && (names_status || !(scope.failed || scope.cancelled || scope.skipped)))
}

pub(crate) fn is_context(name: &str) -> bool {
    // Which functions may stand where was asked when the file was read.
    name.ends_with("()") || CONTEXTS.iter().any(|context| context.eq_ignore_ascii_case(name))
}

/// What one expression is worth, without its `${{ }}`.
pub(crate) fn evaluate(text: &str, scope: Scope<'_>) -> Result<Data, String> {
    match parser::parse(text.trim(), &is_context)? {
        Some(expr) => evaluate::evaluate(&expr, &Data::from(scope.contexts), scope),
        None => Err("An expression was expected".into()),
    }
}

/// Evaluates an expression over contexts, an object whose keys are the names that it may use. For tests with outside data.
pub fn evaluate_over(text: &str, contexts: &Data) -> Result<Data, String> {
    let none = Value::Null;
    let scope = Scope::of(&none);
    let known = |name: &str| name.ends_with("()") || contexts.member(name).is_some();
    match parser::parse(text, &known)? {
        Some(expr) => evaluate::evaluate(&expr, contexts, scope),
        None => Ok(Data::Null),
    }
}

impl Data {
    /// Reads JSON, keys in their order; `None` where it is none.
    pub fn from_json(text: &str) -> Option<Self> {
        json::read(text)
    }

    /// As `toJSON` prints it.
    pub fn to_json(&self) -> String {
        json::write(self)
    }
}

/// A value of a workflow file as a text.
pub(crate) fn to_text(value: &Value) -> String {
    Data::from(value).to_text()
}
