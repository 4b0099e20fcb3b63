//! A track, from its `track.yaml`.

use super::part::{Notes, Sheet};
use super::{Diagnostic, is_identifier};
use crate::page::TrackPage;

/// Reads `<id>/track.yaml`.
pub fn track(id: &str, text: &str) -> (Option<TrackPage>, Vec<Diagnostic>) {
    let mut notes = Notes::default();
    let found = Sheet::read("track.yaml", text, 1, &mut notes).map(|sheet| {
        let root = sheet.root();
        root.only(&["title", "order", "prerequisites", "summary"], &mut notes);
        TrackPage {
            id: id.to_owned(),
            title: root.need_text("title", &mut notes),
            order: root.number("order", &mut notes).and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
            prerequisites: root.texts("prerequisites", &mut notes),
            summary: root.need_text("summary", &mut notes),
        }
    });
    if !is_identifier(id) {
        notes.add("track.yaml", 1, format!("the folder `{id}` is not an id: use small letters, digits and dashes"));
    }
    (found, notes.list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_reads_and_a_wrong_key_is_noted_with_its_line() {
        let (found, notes) = track("devops", "title: DevOps\norder: 1\nsummary: Ship.\n");
        assert_eq!(found.map(|track| (track.title, track.order)), Some(("DevOps".into(), 1)));
        assert_eq!(notes, []);
        let (_, notes) = track("devops", "title: DevOps\nsummary: Ship.\ncolour: red\n");
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].line, 3);
    }
}
