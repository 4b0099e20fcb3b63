//! What a label's value and a qualified name may be: apimachinery's `util/validation`, in its words.

const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
     must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
     validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const SUBDOMAIN: &str = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
     '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

fn is_name(text: &str) -> bool {
    let ends = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// What is wrong with a label's value.
pub(super) fn label_value(text: &str) -> Option<String> {
    let mut wrong = Vec::new();
    if text.len() > 63 {
        wrong.push("must be no more than 63 characters");
    }
    if !text.is_empty() && !is_name(text) {
        wrong.push(LABEL_VALUE);
    }
    (!wrong.is_empty()).then(|| wrong.join(";"))
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(|part| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends(part.chars().next())
            && ends(part.chars().next_back())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
}

/// What is wrong with a qualified name: `example.com/name`.
pub(super) fn qualified_name(text: &str) -> Option<String> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let mut wrong = Vec::new();
    match prefix {
        Some("") => wrong.push("prefix part must be non-empty"),
        Some(prefix) if !is_subdomain(prefix) => wrong.push(SUBDOMAIN),
        _ => {}
    }
    if name.is_empty() {
        wrong.push("name part must be non-empty");
    } else if name.len() > 63 {
        wrong.push("name part must be no more than 63 characters");
    }
    if !is_name(name) {
        wrong.push(NAME_PART);
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}
