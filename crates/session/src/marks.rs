//! Marks on the rewind slider: inputs that led to a commit, a pipeline, a sync or a failure.

use crate::session::Session;
use screen::{Mark, MarkKind};

impl Session {
    /// One mark at most for each kind and input, in journal order.
    #[inline(never)]
    pub fn marks(&self) -> Vec<Mark> {
        let path = self.journal.path();
        let times: Vec<_> = path.iter().filter_map(|id| self.journal.node(*id)).map(|node| node.at).collect();
        let mut marks: Vec<Mark> = Vec::new();
        let first = self.start.world.sim.events().len();
        for event in self.now.world.sim.events().since(first) {
            let Some((kind, label)) = kind_of(event) else { continue };
            // The input during or after which it happened: the slider's place just behind it.
            let entry = times.partition_point(|at| *at <= event.at);
            let entry = u32::try_from(entry).unwrap_or(u32::MAX);
            if !marks.iter().any(|mark| mark.entry == entry && mark.kind == kind) {
                marks.push(Mark { entry, kind, label });
            }
        }
        marks
    }
}

#[inline(never)]
fn kind_of(event: &sim::Event) -> Option<(MarkKind, String)> {
    let kind = match (&*event.topic, &*event.subject.kind) {
        ("git", "Commit") => MarkKind::Commit,
        ("ci", "Run") if event.text.contains("failed") || event.text.contains("cannot") => MarkKind::Failure,
        ("ci", "Run") if event.text.ends_with("passed") => MarkKind::Pipeline,
        ("argocd", "Application") if event.text.contains("failed") => MarkKind::Failure,
        ("argocd", "Application") if event.text.contains("ynced") => MarkKind::Sync,
        ("flux", _) if event.text.contains("failed") => MarkKind::Failure,
        ("flux", "Kustomization") if event.text.ends_with(" configured") => MarkKind::Sync,
        ("shop", _) if event.text.contains("fail") => MarkKind::Failure,
        _ => return None,
    };
    Some((kind, event.text.to_string()))
}

/// Nothing, or a word for a pager: not what one wants to have back by the arrow key.
fn is_key(text: &str) -> bool {
    matches!(text.trim(), "" | "q" | ":n" | ":p")
}

impl Session {
    /// An input in a few words.
    #[inline(never)]
    pub(crate) fn told(&self, id: crate::journal::NodeId) -> String {
        use screen::Input;
        match self.journal.node(id).map(|node| &node.input) {
            None => String::new(),
            Some(Input::Line { text, .. }) => text.clone(),
            Some(Input::Interrupt { .. }) => "Ctrl-C".into(),
            Some(Input::EndOfInput { .. }) => "Ctrl-D".into(),
            Some(Input::Suspend { .. }) => "Ctrl-Z".into(),
            Some(Input::Save { path, .. }) => format!("saved {}", vfs::base_name(path)),
            Some(Input::Delete { path }) => format!("deleted {}", vfs::base_name(path)),
            Some(Input::Rename { from, .. }) => format!("renamed {}", vfs::base_name(from)),
            Some(Input::Advance { .. }) => "the clock ran".into(),
            Some(Input::ArgoCd { app, act }) => crate::argocd::told(app, act),
            Some(Input::Rerun { run }) => format!("ran pipeline {run} again"),
            Some(Input::Review { environment, approve, .. }) => crate::input::reviewed(environment, *approve),
            Some(Input::DeletePod { name, .. }) => format!("deleted pod {name}"),
            Some(Input::Answer { .. }) => "answered".into(),
            Some(Input::Predict { .. }) => "predicted".into(),
            Some(Input::Quiz(_)) => "answered the quiz".into(),
            Some(Input::Hint { .. }) => "took a hint".into(),
            Some(Input::ImportBundle { name, .. }) => format!("imported {name}"),
            Some(Input::Pull { act, .. }) => crate::pulls::told(act),
            Some(Input::Fault(fault)) => crate::faults::told(fault),
            Some(Input::OpenTerminal { .. }) => "opened a terminal".into(),
            Some(Input::CloseTerminal { .. }) => "closed a terminal".into(),
        }
    }

    /// Lines typed into a terminal on the way to now, oldest first.
    pub(crate) fn typed(&self, into: u32) -> Vec<String> {
        let path = self.journal.path();
        let lines = path.iter().filter_map(|id| match &self.journal.node(*id)?.input {
            screen::Input::Line { terminal, text } if *terminal == into && !is_key(text) => Some(text.clone()),
            _ => None,
        });
        lines.collect()
    }
}
