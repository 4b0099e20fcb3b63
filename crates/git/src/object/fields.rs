//! The header of a commit or a tag: lines of a name and a value, up to an empty line.

use super::{ObjectId, parse_id};

/// The lines of a header one by one, and what stands behind it.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }

    /// The value of the next line, if that has this name.
    pub fn take(&mut self, name: &str) -> Option<&'a [u8]> {
        let value = self.rest.strip_prefix(name.as_bytes())?.strip_prefix(b" ")?;
        let end = value.iter().position(|byte| *byte == b'\n').unwrap_or(value.len());
        self.rest = value.get(end + 1..).unwrap_or_default();
        Some(&value[..end])
    }

    pub fn take_id(&mut self, name: &str) -> Option<ObjectId> {
        parse_id(std::str::from_utf8(self.take(name)?).ok()?)
    }

    pub fn take_text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The text behind the header; further lines of it (`gpgsig`, `encoding`) are passed over.
    pub fn message(self) -> String {
        let mut rest = self.rest;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = &rest[..end];
            rest = &rest[end + 1..];
            if line.is_empty() {
                break;
            }
        }
        String::from_utf8_lossy(rest).into_owned()
    }
}
