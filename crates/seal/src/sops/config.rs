//! `.sops.yaml`: for which files which recipients and which values (`creation_rules`).

use super::{Error, RULES};
use manifest::Value;
use regex_lite::Regex;

pub(super) const TWO_RULES: &str = "error loading config: cannot use more than one of encrypted_suffix, \
    unencrypted_suffix, encrypted_regex, unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex for \
    the same rule";

/// What a rule says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Creation {
    pub age: Vec<String>,
    /// One of [`RULES`] with its word.
    pub rule: Option<(String, String)>,
    pub mac_only_encrypted: bool,
}

pub fn default_rule() -> (String, String) {
    ("unencrypted_suffix".into(), "_unencrypted".into())
}

/// Of the configuration's text, for a path from its folder; nothing where it has no rules.
pub fn creation(text: &str, path: &str) -> Result<Option<Creation>, Error> {
    let unreadable = |message: String| {
        Error::Unreadable(format!("error loading config: Could not unmarshal config file: {message}"))
    };
    let config = Value::from_yaml(text).map_err(unreadable)?;
    let rules = config.list_at("creation_rules");
    if rules.is_empty() {
        return Ok(None);
    }
    for rule in rules {
        let wanted = rule.str_at("path_regex");
        let regex = Regex::new(wanted)
            .map_err(|error| Error::Unreadable(format!("can not compile regexp: error parsing regexp: {error}")))?;
        if !wanted.is_empty() && !regex.is_match(path) {
            continue;
        }
        return of(rule).map(Some);
    }
    Err(Error::Unreadable("error loading config: no matching creation rules found".into()))
}

fn of(rule: &Value) -> Result<Creation, Error> {
    let mut out = Creation { mac_only_encrypted: rule.bool_at("mac_only_encrypted"), ..Creation::default() };
    for (key, value) in rule.entries().iter() {
        match key.as_ref() {
            "path_regex" | "mac_only_encrypted" => {}
            "age" => out.age = recipients(value),
            "key_groups" => out.age = groups(value)?,
            name if RULES.contains(&name) => {
                if out.rule.is_some() {
                    return Err(Error::Unreadable(TWO_RULES.into()));
                }
                out.rule = value.as_str().map(|word| (name.to_string(), word.to_string()));
            }
            name => return Err(Error::Missing(format!("`{name}` in a creation rule"))),
        }
    }
    Ok(out)
}

/// A text with commas, or a list.
pub fn recipients(value: &Value) -> Vec<String> {
    let texts = value.as_str().into_iter().chain(value.items().iter().filter_map(Value::as_str));
    let parts = texts.flat_map(|text| text.split(',')).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_string).collect()
}

fn groups(value: &Value) -> Result<Vec<String>, Error> {
    let [group] = value.items() else { return Err(Error::Missing("more than one key group".into())) };
    let other = group.entries().keys().find(|key| key.as_ref() != "age");
    match other {
        Some(name) => Err(Error::Missing(format!("`{name}` in a key group"))),
        None => Ok(recipients(group.at("age"))),
    }
}
