//! Open files and text that is not saved yet. It survives a change of panels.

use order::OrdMap;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafts {
    /// Paths in the order of their tabs.
    pub tabs: Vec<String>,
    pub shown: Option<String>,
    unsaved: OrdMap<String, Draft>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    pub text: String,
    /// What the file held when the learner began to edit it.
    base: String,
    /// Texts that were saved meanwhile: the learner's own, too, when the worker tells of them.
    handed: Vec<String>,
    /// Handed to the worker, which has not confirmed it yet.
    saving: bool,
    /// The file was changed by something else meanwhile.
    pub changed_below: bool,
}

impl Drafts {
    pub fn open(&mut self, path: String) {
        if !self.tabs.contains(&path) {
            self.tabs.push(path.clone());
        }
        self.shown = Some(path);
    }

    pub fn close(&mut self, path: &str) {
        let at = self.tabs.iter().position(|tab| tab == path).unwrap_or_default();
        self.tabs.retain(|tab| tab != path);
        self.unsaved.remove(path);
        if self.shown.as_deref() == Some(path) {
            self.shown = self.tabs.get(at).or(self.tabs.last()).cloned();
        }
    }

    pub fn edit(&mut self, path: String, text: String, saved: Option<&str>) {
        if saved == Some(text.as_str()) {
            self.unsaved.remove(&path);
            return;
        }
        let base = saved.unwrap_or_default().to_owned();
        let draft = self.unsaved.entry(path).or_insert_with(|| Draft { base, ..Draft::default() });
        draft.text = text;
        draft.saving = false;
    }

    pub fn saving(&mut self, path: &str) {
        if let Some(draft) = self.unsaved.get_mut(path) {
            draft.saving = true;
            draft.handed.push(draft.text.clone());
        }
    }

    pub fn discard(&mut self, path: &str) {
        self.unsaved.remove(path);
    }

    /// The worker says what the file holds now.
    pub fn on_disk(&mut self, path: &str, text: &str) {
        let Some(draft) = self.unsaved.get_mut(path) else {
            return;
        };
        if draft.text == text {
            self.unsaved.remove(path);
        } else if text != draft.base && !draft.handed.iter().any(|handed| handed == text) {
            draft.changed_below = true;
        }
    }

    pub fn draft(&self, path: &str) -> Option<&Draft> {
        self.unsaved.get(path)
    }

    pub fn dirty(&self, path: &str) -> bool {
        self.unsaved.get(path).is_some_and(|draft| !draft.saving)
    }

    /// Whether anything would be lost by leaving the page.
    pub fn any_dirty(&self) -> bool {
        self.unsaved.values().any(|draft| !draft.saving)
    }

    /// The first path with text that is not saved.
    pub fn first_unsaved(&self) -> Option<&str> {
        self.unsaved.iter().find(|(_, draft)| !draft.saving).map(|(path, _)| path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited() -> Drafts {
        let mut drafts = Drafts::default();
        drafts.open("a".to_owned());
        drafts.open("b".to_owned());
        drafts.edit("a".to_owned(), "two".to_owned(), Some("one"));
        drafts
    }

    #[test]
    fn a_draft_is_dirty_until_it_is_saved() {
        let mut drafts = edited();
        assert!(drafts.any_dirty() && drafts.dirty("a") && !drafts.dirty("b"));
        drafts.saving("a");
        assert!(!drafts.any_dirty());
        drafts.on_disk("a", "two");
        assert_eq!(drafts.draft("a"), None);
    }

    #[test]
    fn typing_back_is_no_draft() {
        let mut drafts = edited();
        drafts.edit("a".to_owned(), "one".to_owned(), Some("one"));
        assert_eq!(drafts.draft("a"), None);
    }

    #[test]
    fn a_change_below_is_told() {
        let mut drafts = edited();
        drafts.on_disk("a", "one");
        assert!(!drafts.draft("a").unwrap().changed_below);
        drafts.on_disk("a", "three");
        assert!(drafts.draft("a").unwrap().changed_below);
    }

    #[test]
    fn typing_on_after_saving_is_no_change_below() {
        let mut drafts = edited();
        drafts.saving("a");
        drafts.edit("a".to_owned(), "two more".to_owned(), Some("one"));
        drafts.on_disk("a", "two");
        assert!(!drafts.draft("a").unwrap().changed_below);
        assert!(drafts.dirty("a"));
    }

    #[test]
    fn closing_shows_the_neighbour() {
        let mut drafts = edited();
        drafts.close("b");
        assert_eq!(drafts.shown.as_deref(), Some("a"));
        drafts.close("a");
        assert_eq!(drafts.shown, None);
        assert!(!drafts.any_dirty());
    }
}
