//! What a panel can do: say something to the worker, ask it, or change what is shown. One small value that panels get
//! as a prop; it never changes, so it never makes them draw again.

use crate::browser::clipboard;
use crate::link::Link;
use crate::state::{Action, Model, Sheet, SheetContent, View};
use screen::{Control, Input, Look, Reply, Tone, TreeDiff};
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::{Callback, MouseEvent, UseReducerDispatcher};

#[derive(Clone)]
pub struct Acts {
    dispatcher: UseReducerDispatcher<Model>,
    link: Rc<Link>,
}

impl PartialEq for Acts {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.link, &other.link)
    }
}

impl Acts {
    pub fn new(dispatcher: UseReducerDispatcher<Model>, link: Rc<Link>) -> Self {
        Self { dispatcher, link }
    }

    pub fn link(&self) -> &Rc<Link> {
        &self.link
    }

    pub fn dispatch(&self, action: Action) {
        self.dispatcher.dispatch(action);
    }

    pub fn input(&self, input: Input) {
        self.link.input(input);
    }

    pub fn control(&self, control: Control) {
        self.link.control(control);
    }

    /// Asks; `on_reply` gets the answer.
    pub fn ask(&self, look: Look, on_reply: impl FnOnce(&Self, Reply) + 'static) {
        let acts = self.clone();
        self.link.ask(look, move |reply| on_reply(&acts, reply));
    }

    pub fn toast(&self, tone: Tone, text: impl Into<String>) {
        self.dispatch(Action::Toast { tone, bold: "", text: text.into() });
    }

    /// Opens the chain of causes of an object.
    pub fn why(&self, kind: String, name: String) {
        let nobody = name.is_empty();
        self.ask(Look::Why { kind, name }, move |acts, reply| match reply {
            Reply::Why(why) if !why.steps.is_empty() => acts.dispatch(Action::Why(Some(why))),
            _ if nobody => acts.toast(Tone::Ok, "Nothing has happened yet that has a cause to tell."),
            _ => acts.toast(Tone::Warn, "Nothing is known about its causes."),
        });
    }

    /// Opens the sheet of an object over a panel.
    pub fn describe(&self, view: View, kind: String, namespace: String, name: String) {
        self.ask(Look::Describe { kind, namespace, name }, move |acts, reply| match reply {
            Reply::Describe(describe) => {
                let content = SheetContent::Object(describe);
                acts.dispatch(Action::Sheet(Some(Sheet { view, content })));
            }
            _ => acts.toast(Tone::Warn, "It is no longer there."),
        });
    }

    /// Shows what a commit changed, in the Git panel.
    pub fn commit(&self, repo: String, id: String, subject: String) {
        let commit = id.clone();
        self.ask(Look::CommitDiff { repo, commit }, move |acts, reply| match reply {
            Reply::Diff(diff) if !diff.is_empty() => {
                let content = SheetContent::Commit { id, subject, diff };
                acts.dispatch(Action::Select(View::Git));
                acts.dispatch(Action::Sheet(Some(Sheet { view: View::Git, content })));
            }
            _ => acts.toast(Tone::Warn, "This commit is not in the repository."),
        });
    }

    /// Shows what a pull request changes.
    pub fn pull_diff(&self, repo: String, number: u32, subject: String) {
        self.ask(Look::PullDiff { repo, number }, move |acts, reply| match reply {
            Reply::Diff(diff) if !diff.is_empty() => {
                let content = SheetContent::Commit { id: format!("#{number}"), subject, diff };
                acts.dispatch(Action::Sheet(Some(Sheet { view: View::Git, content })));
            }
            _ => acts.toast(Tone::Warn, "It changes nothing that is still there."),
        });
    }

    /// Shows what a file changes from one of Git's trees to the next.
    pub fn tree_diff(&self, repo: String, diff: TreeDiff) {
        let (id, subject) = (if diff.staged { "staged" } else { "unstaged" }.to_owned(), diff.path.clone());
        self.ask(Look::TreeDiff { repo, diff }, move |acts, reply| match reply {
            Reply::Diff(diff) if !diff.is_empty() => {
                let content = SheetContent::Commit { id, subject, diff };
                acts.dispatch(Action::Sheet(Some(Sheet { view: View::Git, content })));
            }
            _ => acts.toast(Tone::Warn, "Nothing differs there now."),
        });
    }

    /// Shows in the Git panel what a line would do.
    pub fn preview(&self, terminal: u32, line: String) {
        self.ask(Look::Preview { terminal, line }, |acts, reply| {
            if let Reply::Preview(preview) = reply {
                acts.dispatch(Action::Select(View::Git));
                acts.dispatch(Action::Preview(Some(preview)));
            }
        });
    }

    /// Copies a text, and says so; where that is not allowed, `otherwise` shows it.
    pub fn copy(&self, text: String, done: &'static str, otherwise: impl FnOnce(String) -> Action + 'static) {
        let acts = self.clone();
        spawn_local(async move {
            if clipboard::copy(&text).await {
                acts.toast(Tone::Ok, done);
            } else {
                acts.dispatch(otherwise(text));
            }
        });
    }

    /// A click that does something.
    pub fn click(&self, act: impl Fn(&Self) + 'static) -> Callback<MouseEvent> {
        let acts = self.clone();
        Callback::from(move |_: MouseEvent| act(&acts))
    }

    pub fn on_input(&self, input: Input) -> Callback<MouseEvent> {
        self.click(move |acts| acts.input(input.clone()))
    }

    pub fn on_control(&self, control: Control) -> Callback<MouseEvent> {
        self.click(move |acts| acts.control(control.clone()))
    }
}
