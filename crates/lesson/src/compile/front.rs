//! Front matter: YAML between two lines of three dashes, before the Markdown.

use super::part::Notes;

/// A Markdown file in its two parts, each with the line at which it starts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split<'t> {
    pub front: &'t str,
    pub front_line: usize,
    pub body: &'t str,
    pub body_line: usize,
}

/// Splits a file that must have front matter; `None` after a note where it has none.
pub(super) fn split<'t>(file: &str, text: &'t str, notes: &mut Notes) -> Option<Split<'t>> {
    let found = text.strip_prefix("---\n").and_then(|rest| {
        let (front, body) = match rest.strip_prefix("---\n") {
            Some(body) => ("", body),
            None => rest.split_once("\n---\n")?,
        };
        let body_line = 3 + if front.is_empty() { 0 } else { front.matches('\n').count() + 1 };
        Some(Split { front, front_line: 2, body, body_line })
    });
    if found.is_none() {
        notes.add(file, 1, "the file must begin with front matter: YAML between two lines `---`");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_the_file() {
        let mut notes = Notes::default();
        let split = split("a.md", "---\nid: x\ntitle: y\n---\nHello\n", &mut notes).unwrap();
        assert_eq!((split.front, split.front_line), ("id: x\ntitle: y", 2));
        assert_eq!((split.body, split.body_line), ("Hello\n", 5));
    }

    #[test]
    fn a_file_without_front_matter_is_noted() {
        let mut notes = Notes::default();
        assert_eq!(split("a.md", "Hello\n", &mut notes), None);
        assert_eq!(notes.list.len(), 1);
    }
}
