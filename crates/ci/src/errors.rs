//! All that is wrong with a workflow file: what was found first is taken out, or put right, and the rest is read again.

use crate::workflow::{self, Workflow, Wrong, place_of};
use manifest::{Mark, Value, object};
use order::{Arrange, OrdMap};

/// GitHub tells no more.
const ERRORS_MAX: usize = 10;
/// What a step or a job cannot be without: if it is wrong, the whole is put right.
const NEEDED: [&str; 6] = ["run", "uses", "runs-on", "steps", "on", "jobs"];

/// Where it is wrong and how, in the order of the file.
#[inline(never)]
pub(crate) fn all(path: &str, root: &Value, spans: &OrdMap<String, Mark>, first: Wrong) -> Vec<(usize, usize, String)> {
    let (mut root, mut found) = (root.clone(), vec![first]);
    while found.len() < ERRORS_MAX {
        let Some((at, _)) = found.last() else { break };
        if !mend(&mut root, at) {
            break;
        }
        match workflow::read(path, &root, spans) {
            Err(wrong) if !found.contains(&wrong) => found.push(wrong),
            _ => break,
        }
    }
    let mut placed: Vec<_> = found
        .into_iter()
        .map(|(at, message)| {
            let (line, column) = place_of(&at, spans);
            (line, column, message)
        })
        .collect();
    placed.arrange_by_key(|(line, column, _)| (*line, *column));
    placed
}

/// Takes out what is wrong; whether there was something to take out.
#[inline(never)]
fn mend(root: &mut Value, at: &str) -> bool {
    let at = at.trim_end_matches('=');
    let (whole, key) = match at.rsplit_once('.') {
        Some((whole, key)) => (whole, key),
        None => ("", at),
    };
    let part = key.split('[').next().unwrap_or(key);
    if part == "runs-on" && part == key && root.at(at).as_str() != Some("x") && !root.at(at).is_null() {
        *root.at_mut(at) = "x".into();
        return true;
    }
    if key.is_empty() || NEEDED.contains(&part) {
        return replace(root, whole);
    }
    let out = if part == key { at.to_string() } else { at[..at.len() - key.len() + part.len()].to_string() };
    root.remove(&out).is_some()
}

/// Puts a step or a job in the place of one that is wrong: others may name it.
#[inline(never)]
fn replace(root: &mut Value, whole: &str) -> bool {
    let old = root.at(whole).clone();
    let (mut new, kept): (Value, &[&str]) = if whole.ends_with(']') && whole.contains(".steps[") {
        (object! { "run" => "true" }, &["id", "shell"])
    } else if whole.starts_with("jobs.") && whole.matches('.').count() == 1 {
        let step = object! { "run" => "true" };
        (object! { "runs-on" => "ubuntu-latest", "steps" => Value::list(vec![step]) }, &["needs"])
    } else {
        return false;
    };
    for key in kept {
        if let Some(value) = old.get(key) {
            new.put(key, value.clone());
        }
    }
    if new == old {
        return false;
    }
    *root.at_mut(whole) = new;
    true
}

impl Workflow {
    /// What is wrong with a text, one line each where there are several.
    pub(crate) fn told(errors: &[(usize, usize, String)]) -> String {
        let one =
            |(line, column, message): &(usize, usize, String)| format!("(Line: {line}, Col: {column}): {message}");
        errors.iter().map(one).collect::<Vec<_>>().join("\n")
    }
}
