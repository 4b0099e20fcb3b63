//! Names, labels and annotations.

use crate::status::FieldError;
use manifest::{Map, Value};

/// What the name of a kind may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameForm {
    Subdomain,
    Label,
    /// Anything that can be a part of an address.
    Path,
    /// A label that starts with a letter.
    Label1035,
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
     must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
     and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
     alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
     validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
     and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
     validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const PREFIX_PART: &str = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
     '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED: &str = "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end \
     with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. \
     'example.com/MyName')";

fn dns_label(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

fn name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// What is wrong with a name.
pub(crate) fn name_flaw(form: NameForm, name: &str) -> Option<&'static str> {
    match form {
        NameForm::Path if name.contains('/') => Some("may not contain '/'"),
        NameForm::Path if name.contains('%') => Some("may not contain '%'"),
        NameForm::Path => matches!(name, "." | "..").then_some("may not be '.'"),
        NameForm::Subdomain if name.len() > 253 => Some("must be no more than 253 bytes"),
        NameForm::Subdomain => (!name.split('.').all(dns_label)).then_some(SUBDOMAIN),
        NameForm::Label | NameForm::Label1035 if name.len() > 63 => Some("must be no more than 63 bytes"),
        NameForm::Label => (!dns_label(name)).then_some(LABEL),
        NameForm::Label1035 => {
            let lettered = name.starts_with(|c: char| c.is_ascii_lowercase());
            (!dns_label(name) || !lettered).then_some(LABEL_1035)
        }
    }
}

/// What is wrong with the key of a label, an annotation or a taint.
pub(crate) fn qualified_name_flaw(key: &str) -> Option<&'static str> {
    let mut parts = key.split('/');
    let (first, second, third) = (parts.next().unwrap_or(""), parts.next(), parts.next());
    if third.is_some() {
        return Some(QUALIFIED);
    }
    let (prefix, name) = second.map_or((None, first), |name| (Some(first), name));
    if prefix == Some("") {
        return Some("prefix part must be non-empty");
    }
    if prefix.is_some_and(|prefix| !prefix.split('.').all(dns_label)) {
        return Some(PREFIX_PART);
    }
    match name {
        "" => Some("name part must be non-empty"),
        name if name.len() > 63 => Some("name part must be no more than 63 bytes"),
        name => (!name_part(name)).then_some(NAME_PART),
    }
}

/// Whether a label can have this value.
pub(crate) fn label_value(text: &str) -> bool {
    text.is_empty() || (text.len() <= 63 && name_part(text))
}

/// What is wrong with labels; their keys and values.
pub(super) fn labels(errors: &mut Vec<FieldError>, labels: &Map, path: &str) {
    for (key, value) in labels.iter() {
        if let Some(why) = qualified_name_flaw(key) {
            errors.push(FieldError::invalid(path, &Value::from(key), why));
        }
        let text = value.as_str().unwrap_or("");
        if text.len() > 63 {
            errors.push(FieldError::invalid(path, value, "must be no more than 63 bytes"));
        } else if !text.is_empty() && !name_part(text) {
            errors.push(FieldError::invalid(path, value, LABEL_VALUE));
        }
    }
}

/// The checks that every kind shares.
pub(crate) fn metadata(object: &Value, form: NameForm) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = object.at("metadata.name");
    if name.is_zero() {
        errors.push(FieldError::required("metadata.name", "name or generateName is required"));
    } else if let Some(why) = name_flaw(form, name.as_str().unwrap_or("")) {
        errors.push(FieldError::invalid("metadata.name", name, why));
    }
    labels(&mut errors, object.map_at("metadata.labels"), "metadata.labels");
    for key in object.map_at("metadata.annotations").keys() {
        if let Some(why) = qualified_name_flaw(&key.to_ascii_lowercase()) {
            errors.push(FieldError::invalid("metadata.annotations", &Value::from(key), why));
        }
    }
    let total: usize =
        object.map_at("metadata.annotations").iter().map(|(k, v)| k.len() + v.as_str().map_or(0, str::len)).sum();
    if total > 256 * 1024 {
        errors.push(FieldError::too_long("metadata.annotations", 256 * 1024));
    }
    errors
}

/// A name from `generateName`: five characters are added, the base is cut to fit.
pub(crate) fn generate_name(base: &str, suffix: &str) -> String {
    let room = 63 - suffix.len();
    let cut = base.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last().unwrap_or(0);
    format!("{}{suffix}", &base[..cut])
}
