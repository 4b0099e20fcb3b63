//! Manifests as they were read before: a revision is compared many times and parsed once, as the real repo server
//! does with its cache. A memory only: it is no state, is not saved, and never changes an answer.

use manifest::Value;
use order::OrdMap;
use std::sync::Arc;

/// More texts than this are forgotten together.
const TEXTS_MAX: usize = 128;

/// What a file holds: its objects, those of a List one by one; or why it cannot be read.
pub(crate) type Parsed = Arc<Result<Vec<Value>, String>>;

/// Files by their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct ParsedFiles {
    by_text: OrdMap<Arc<str>, Parsed>,
}

impl ParsedFiles {
    #[inline(never)]
    pub fn parse(&mut self, text: &str) -> Parsed {
        if let Some(known) = self.by_text.get(text) {
            return known.clone();
        }
        if self.by_text.len() >= TEXTS_MAX {
            self.by_text.clear();
        }
        let parsed = Arc::new(parse(text));
        self.by_text.insert(text.into(), parsed.clone());
        parsed
    }
}

#[inline(never)]
fn parse(text: &str) -> Result<Vec<Value>, String> {
    let (documents, problems) = Value::parse_yaml(text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == manifest::Level::Error) {
        return Err(problem.message);
    }
    let mut objects = Vec::new();
    for document in documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()) {
        if document.str_at("kind") == "List" {
            objects.extend_from_slice(document.list_at("items"));
        } else {
            objects.push(document);
        }
    }
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_lists_are_opened() {
        let mut files = ParsedFiles::default();
        let first = files.parse("kind: List\nitems: [{a: 1}, {a: 2}]\n---\nb: 3\n");
        assert_eq!(first.as_ref().as_ref().expect("it is YAML").len(), 3);
        assert!(Arc::ptr_eq(&first, &files.parse("kind: List\nitems: [{a: 1}, {a: 2}]\n---\nb: 3\n")));
        assert!(files.parse("a: [").as_ref().is_err());
    }
}
