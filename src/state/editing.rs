//! A command opens the editor: its file is shown as long as the command waits for it, and then what was shown before.

use super::{Model, View};
use screen::Editing;
use std::rc::Rc;

impl Model {
    pub(super) fn set_editing(&mut self, new: Option<Editing>) {
        if self.editing.as_deref() == new.as_ref() {
            return;
        }
        let is_same = self.editing.as_ref().map(|open| (open.serial, &open.path))
            == new.as_ref().map(|open| (open.serial, &open.path));
        if let Some(old) = self.editing.take().filter(|old| !is_same && old.waits()) {
            Rc::make_mut(&mut self.drafts).close(&old.path);
        }
        let layout = Rc::make_mut(&mut self.layout);
        match &new {
            Some(open) if !is_same => {
                if open.waits() {
                    self.before_editing.get_or_insert([layout.left, layout.right, layout.one]);
                }
                layout.select(View::Files);
                Rc::make_mut(&mut self.drafts).open(open.path.clone());
            }
            Some(_) => {}
            None => {
                if let Some([left, right, one]) = self.before_editing.take() {
                    (layout.left, layout.right, layout.one) = (left, right, one);
                }
            }
        }
        self.editing = new.map(Rc::new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(serial: u32, path: &str, close: &str) -> Option<Editing> {
        Some(Editing { serial, path: path.to_owned(), close: close.to_owned(), ..Editing::default() })
    }

    #[test]
    fn the_file_is_shown_as_long_as_the_command_waits() {
        let mut model = Model::default();
        model.set_editing(open(7, "/a/COMMIT_EDITMSG", ":wq"));
        assert_eq!((model.layout.right, model.layout.one), (View::Files, View::Files));
        assert_eq!(model.drafts.shown.as_deref(), Some("/a/COMMIT_EDITMSG"));
        model.set_editing(open(8, "/a/git-rebase-todo", ":wq"));
        assert_eq!(model.drafts.tabs, ["/a/git-rebase-todo"]);
        model.set_editing(None);
        assert!(model.drafts.tabs.is_empty());
        assert_eq!((model.layout.right, model.layout.one), (View::Git, View::Shop));
    }

    #[test]
    fn a_file_that_nothing_waits_for_stays_open() {
        let mut model = Model::default();
        model.set_editing(open(7, "/a/b", ""));
        model.set_editing(None);
        assert_eq!(model.drafts.shown.as_deref(), Some("/a/b"));
        assert_eq!(model.layout.right, View::Files);
    }
}
