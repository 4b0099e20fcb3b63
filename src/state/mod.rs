//! The one owner of what the workspace shows: models from the worker, and what the learner has open.
//!
//! Parts sit in `Rc`, so that a panel whose part did not change is not drawn again. Nothing here reaches out: a
//! reducer takes an action and gives the next model.

mod drafts;
mod editing;
mod layout;
mod terminal;
mod update;

pub use drafts::Drafts;
pub use layout::{Edge, Layout, Sizes, View};
pub use terminal::{Chunk, Tail, TerminalView, Terminals};

use screen::{
    ArgoCd, Banner, Brief, Clock, Cluster, Describe, Editing, FileView, Files, Git, Pipelines, Preview, Shop, Tone,
    Update, Why,
};
use std::rc::Rc;
use yew::Reducible;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    pub stage: Stage,
    pub brief: Option<Rc<Brief>>,
    pub clock: Rc<Clock>,
    pub shop: Option<Rc<Shop>>,
    pub files: Option<Rc<Files>>,
    pub file: Option<Rc<FileView>>,
    pub git: Option<Rc<Git>>,
    /// What a line being typed would do to it.
    pub preview: Option<Rc<Preview>>,
    pub pipelines: Option<Rc<Pipelines>>,
    pub argocd: Option<Rc<ArgoCd>>,
    pub cluster: Option<Rc<Cluster>>,
    pub terminals: Rc<Terminals>,
    /// Lines typed before the world was there.
    pub typed_ahead: Rc<Vec<String>>,
    pub drafts: Rc<Drafts>,
    /// The file that a command waits for.
    pub editing: Option<Rc<Editing>>,
    /// The views shown before a command opened the editor.
    before_editing: Option<[View; 3]>,
    pub layout: Rc<Layout>,
    pub why: Option<Rc<Why>>,
    pub sheet: Option<Rc<Sheet>>,
    pub toasts: Rc<Vec<Toast>>,
    pub notices: Rc<Vec<Notice>>,
    pub dialog: Option<Dialog>,
    toast_count: u32,
}

/// How far the world is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Starting,
    Open,
    /// Another tab has the lesson.
    Elsewhere,
    /// It cannot be shown: a plain page says why.
    Plain(Plain),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain {
    NoWorker(String),
    /// A part of the worker that is loaded when it is first called could not be.
    Missing,
    OtherBuild,
    Refused(String),
    /// It stopped again and again; the report.
    Stopped(String),
}

/// The sheet of one object, over the panel that it was opened from.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub view: View,
    pub content: SheetContent,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SheetContent {
    Object(Describe),
    /// What a commit changed: its id, its subject, the diff.
    Commit {
        id: String,
        subject: String,
        diff: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub id: u32,
    pub tone: Tone,
    /// `Step passed.`
    pub bold: &'static str,
    pub text: String,
}

/// What is said above the workbench until it is dismissed or over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The worker died of an input; the rest was replayed.
    Recovered {
        input: String,
        report: String,
    },
    /// Another tab took the lesson away from this one.
    TakenAway,
    Elsewhere,
    NothingKept(String),
    Shared,
    /// What the worker has to say on opening.
    Opened(String),
    Worker(Banner),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    Reset,
    /// The worked solution counts as assisted: step and rung.
    Solution {
        step: String,
        rung: u32,
    },
    /// The address holds somebody's world.
    OpenShared,
    /// The link could not be copied by itself.
    ShareLink(String),
    /// A session from a file is to replace this one.
    Replace(Rc<Vec<u8>>),
    NewFile,
    RenameFile(String),
    DeleteFile(String),
    /// Which keys do what.
    Keys,
    /// A text that could not be copied by itself.
    Report(String),
}

#[derive(Debug)]
pub enum Action {
    Updates(Vec<Update>),
    Opened {
        notice: Option<String>,
    },
    Stage(Stage),
    Notice(Notice),
    /// Takes a notice away.
    Dismiss(Notice),
    Toast {
        tone: Tone,
        bold: &'static str,
        text: String,
    },
    ToastOver(u32),
    Select(View),
    Narrow(bool),
    Size(Edge, u32),
    Sizes(Sizes),
    Why(Option<Why>),
    Sheet(Option<Sheet>),
    Preview(Option<Preview>),
    Dialog(Option<Dialog>),
    OpenFile(String),
    CloseFile(String),
    Edit {
        path: String,
        text: String,
    },
    Saving(String),
    Discard(String),
    /// A line that the world will get when it is there.
    TypedAhead(String),
    /// Ctrl-L: earlier lines are no longer shown.
    ClearTerminal(u32),
    ShowTerminal(u32),
    /// The one behind it in the row of tabs.
    NextTerminal,
}

impl Reducible for Model {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        next.act(action);
        Rc::new(next)
    }
}

impl Model {
    fn act(&mut self, action: Action) {
        match action {
            Action::Updates(updates) => updates.into_iter().for_each(|update| self.apply(update)),
            Action::Opened { notice } => self.opened(notice),
            Action::Stage(stage) => {
                self.stage = stage;
                // Nothing takes a line until a world is open.
                self.terminals = Rc::default();
            }
            Action::Notice(notice) => self.notice(notice),
            Action::Dismiss(notice) => Rc::make_mut(&mut self.notices).retain(|other| *other != notice),
            Action::Toast { tone, bold, text } => self.toast(tone, bold, text),
            Action::ToastOver(id) => Rc::make_mut(&mut self.toasts).retain(|toast| toast.id != id),
            Action::Select(view) => Rc::make_mut(&mut self.layout).select(view),
            Action::Narrow(narrow) => Rc::make_mut(&mut self.layout).narrow = narrow,
            Action::Size(edge, value) => Rc::make_mut(&mut self.layout).sizes.set(edge, value),
            Action::Sizes(sizes) => Rc::make_mut(&mut self.layout).sizes = sizes,
            Action::Why(why) => self.why = why.map(Rc::new),
            Action::Sheet(sheet) => self.sheet = sheet.map(Rc::new),
            Action::Preview(preview) => self.preview = preview.map(Rc::new),
            Action::Dialog(dialog) => self.dialog = dialog,
            Action::OpenFile(path) => Rc::make_mut(&mut self.drafts).open(path),
            Action::CloseFile(path) => Rc::make_mut(&mut self.drafts).close(&path),
            Action::Edit { path, text } => self.edit(path, text),
            Action::Saving(path) => Rc::make_mut(&mut self.drafts).saving(&path),
            Action::Discard(path) => Rc::make_mut(&mut self.drafts).discard(&path),
            Action::TypedAhead(line) => Rc::make_mut(&mut self.typed_ahead).push(line),
            Action::ClearTerminal(terminal) => Rc::make_mut(&mut self.terminals).clear(terminal),
            Action::ShowTerminal(terminal) => self.show_terminal(terminal),
            Action::NextTerminal => {
                if let Some(terminal) = self.terminals.beside(1) {
                    self.show_terminal(terminal);
                }
            }
        }
    }

    fn show_terminal(&mut self, terminal: u32) {
        Rc::make_mut(&mut self.layout).select(View::Terminal);
        Rc::make_mut(&mut self.terminals).show(terminal);
        self.set_editing(self.terminals.editing().cloned());
    }

    fn opened(&mut self, notice: Option<String>) {
        self.stage = Stage::Open;
        self.typed_ahead = Rc::default();
        if let Some(sentence) = notice {
            self.notice(Notice::Opened(sentence));
        }
    }

    fn notice(&mut self, notice: Notice) {
        let notices = Rc::make_mut(&mut self.notices);
        let same = |other: &Notice| std::mem::discriminant(other) == std::mem::discriminant(&notice);
        notices.retain(|other| !same(other));
        notices.push(notice);
    }

    pub(crate) fn toast(&mut self, tone: Tone, bold: &'static str, text: String) {
        /// More would cover the workbench.
        const TOASTS_MAX: usize = 4;
        self.toast_count += 1;
        let toasts = Rc::make_mut(&mut self.toasts);
        toasts.push(Toast { id: self.toast_count, tone, bold, text });
        let extra = toasts.len().saturating_sub(TOASTS_MAX);
        toasts.drain(..extra);
    }

    fn edit(&mut self, path: String, text: String) {
        let saved = self.file.as_ref().filter(|file| file.path == path).map(|file| file.text.clone());
        Rc::make_mut(&mut self.drafts).edit(path, text, saved.as_deref());
    }
}
