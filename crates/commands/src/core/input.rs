//! Files named on the command line, or standard input.

use world::Cx;

/// The text of a named file, or of standard input for `-`; `None` while that is not whole yet.
pub(crate) fn bytes_of(cx: &mut Cx<'_>, name: &str) -> Option<Result<Vec<u8>, String>> {
    if matches!(name, "-" | "/dev/stdin") {
        return cx.stdin().map(Ok);
    }
    if name == "/dev/null" {
        return Some(Ok(Vec::new()));
    }
    let path = cx.path(name);
    Some(match cx.files().read(&path) {
        Ok(bytes) => Ok(bytes.into_owned()),
        Err(error) => Err(error.to_string()),
    })
}

/// An input's name, and its bytes or why they cannot be read.
pub(crate) type Input = (String, Result<Vec<u8>, String>);

/// All inputs at once: nothing is done before standard input is whole.
pub(crate) fn all(cx: &mut Cx<'_>, names: &[String]) -> Option<Vec<Input>> {
    names.iter().map(|name| Some((name.clone(), bytes_of(cx, name)?))).collect()
}

/// A name as the core tools show it: in quotes where a shell would want them.
pub(crate) fn shown(name: &str) -> String {
    let special = |c: char| c.is_whitespace() || "!\"$&'()*;<=>?[\\^`|".contains(c);
    if name.is_empty() || name.starts_with(['#', '~']) || name.contains(special) {
        format!("'{}'", name.replace('\'', "'\\''"))
    } else {
        name.to_string()
    }
}

/// A name in quotes, as some messages always show it.
pub(crate) fn shown_always(name: &str) -> String {
    format!("‘{name}’")
}

/// Lines with their newlines.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}
