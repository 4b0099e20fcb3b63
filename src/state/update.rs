//! What the worker sends, put into the model.

use super::{Model, Notice};
use screen::{AskKind, Brief, FileView, StepState, Tone, Update};
use std::rc::Rc;

impl Model {
    pub(super) fn apply(&mut self, update: Update) {
        match update {
            Update::Brief(brief) => self.set_brief(brief),
            Update::Clock(clock) => {
                if *self.clock != clock {
                    self.clock = Rc::new(clock);
                }
            }
            Update::Shop(shop) => {
                self.offer(!shop.host.is_empty(), self.layout.argocd);
                put(&mut self.shop, shop);
            }
            Update::Files(files) => put(&mut self.files, files),
            Update::File(file) => self.set_file(file),
            Update::Git(git) => put(&mut self.git, git),
            Update::Pipelines(pipelines) => put(&mut self.pipelines, pipelines),
            Update::ArgoCd(argocd) => {
                self.offer(self.layout.shop, argocd.there);
                put(&mut self.argocd, argocd);
            }
            Update::Cluster(cluster) => put(&mut self.cluster, cluster),
            Update::Screen(screen) => {
                // Something was done: what would have happened is over.
                self.preview = None;
                Rc::make_mut(&mut self.terminals).apply(screen);
                self.set_editing(self.terminals.editing().cloned());
            }
            Update::Terminals(tabs) => {
                Rc::make_mut(&mut self.terminals).set_tabs(tabs);
                self.set_editing(self.terminals.editing().cloned());
            }
            Update::Say { tone, text } => self.toast(tone, "", text),
            Update::Banner(banner) => {
                Rc::make_mut(&mut self.notices)
                    .retain(|notice| !matches!(notice, Notice::Worker(_) | Notice::Opened(_)));
                if let Some(banner) = banner {
                    self.notice(Notice::Worker(banner));
                }
            }
        }
    }

    /// A step that has just passed is said aloud; not so on opening and on the way back.
    /// Which views there are.
    fn offer(&mut self, shop: bool, argocd: bool) {
        if (self.layout.shop, self.layout.argocd) != (shop, argocd) {
            Rc::make_mut(&mut self.layout).world(shop, argocd);
        }
    }

    fn set_brief(&mut self, brief: Brief) {
        let before = self.brief.clone().filter(|before| before.id == brief.id && !before.steps.is_empty());
        if let Some(before) = before {
            for (step, was) in brief.steps.iter().zip(&before.steps) {
                if done(step.state) && !done(was.state) {
                    let predicts = step.ask.as_ref().is_some_and(|ask| ask.kind == AskKind::Predict);
                    let word = if predicts { "Noted. You will see." } else { "Step passed." };
                    self.toast(Tone::Ok, word, step.goal.clone());
                }
            }
        }
        put(&mut self.brief, brief);
    }

    fn set_file(&mut self, file: Option<FileView>) {
        if let Some(file) = &file {
            Rc::make_mut(&mut self.drafts).on_disk(&file.path, &file.text);
        }
        match file {
            Some(file) => put(&mut self.file, file),
            None => self.file = None,
        }
    }
}

pub(super) fn done(state: StepState) -> bool {
    matches!(state, StepState::Passed | StepState::Assisted)
}

/// Keeps the old `Rc` where nothing changed, so that nothing is drawn again.
fn put<T: PartialEq>(slot: &mut Option<Rc<T>>, value: T) {
    if slot.as_deref() != Some(&value) {
        *slot = Some(Rc::new(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use screen::StepView;

    fn brief(state: StepState) -> Brief {
        let step = StepView {
            id: "find".to_owned(),
            goal: "Find it".to_owned(),
            state,
            ask: None,
            explain: None,
            hints: Vec::new(),
        };
        Brief { id: "l".to_owned(), steps: vec![step], ..Brief::default() }
    }

    #[test]
    fn a_step_that_passes_is_said_once() {
        let mut model = Model::default();
        model.apply(Update::Brief(brief(StepState::Passed)));
        assert!(model.toasts.is_empty(), "not on opening");
        model.apply(Update::Brief(brief(StepState::Now)));
        model.apply(Update::Brief(brief(StepState::Passed)));
        model.apply(Update::Brief(brief(StepState::Passed)));
        assert_eq!(model.toasts.len(), 1);
        assert_eq!(model.toasts[0].text, "Find it");
    }

    #[test]
    fn an_equal_part_keeps_its_rc() {
        let mut model = Model::default();
        model.apply(Update::Brief(brief(StepState::Now)));
        let before = model.brief.clone().unwrap();
        model.apply(Update::Brief(brief(StepState::Now)));
        assert!(Rc::ptr_eq(&before, &model.brief.unwrap()));
    }
}
