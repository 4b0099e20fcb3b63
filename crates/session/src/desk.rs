//! The desk: messages of the page in, messages to the page out. The worker only carries them.

use crate::drive::Motion;
use crate::models::Models;
use crate::save::{OpenError, SaveError};
use crate::session::{Lesson, Session};
use commands::complete::{Place, complete};
use lesson::{LessonPage, Plan};
use screen::{
    Banner, BannerKind, Control, Describe, FromWorker, Input, Look, Opened, PROTOCOL, Preview, Reply, Saved, ToWorker,
    Tone, Update,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{MachineId, TerminalId};

/// A lesson as the worker gets it: what acts, and what is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LessonFile {
    pub plan: Plan,
    pub page: LessonPage,
}

/// One page's session.
#[derive(Debug)]
pub struct Desk {
    build: String,
    session: Option<Session>,
    models: Models,
    /// An input that was applied and whose foreground has not come to rest yet.
    unsaved: bool,
    busy: bool,
    /// There was time for what can wait, and there is more of it.
    resting: bool,
    /// The clock was running when something was done: it runs on at this speed once that has come to rest.
    playing: Option<u32>,
}

impl Desk {
    #[inline(never)]
    pub fn new(build: &str) -> Self {
        Self {
            build: build.into(),
            session: None,
            models: Models::default(),
            unsaved: false,
            busy: false,
            resting: false,
            playing: None,
        }
    }

    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Handles a message. `go_on` says whether there is time for more now.
    #[inline(never)]
    pub fn take(&mut self, message: ToWorker, send: &mut dyn FnMut(FromWorker), go_on: &mut dyn FnMut() -> bool) {
        self.resting &= matches!(message, ToWorker::Tick { .. } | ToWorker::Ask { .. });
        match message {
            ToWorker::Hello { .. } => {
                send(FromWorker::Hello { protocol: PROTOCOL, build: self.build.clone() });
            }
            ToWorker::Open { lesson, seed, saved } => self.open(&lesson, seed, saved.as_ref(), send),
            ToWorker::Do(input) => self.act(input, send, go_on),
            ToWorker::Control(control) => self.control(control, send),
            ToWorker::Ask { id, look } => {
                let shown = &self.models.shown_repo;
                let reply = self.session.as_mut().map_or(Reply::Nothing, |session| answer(session, shown, look));
                send(FromWorker::Reply { id, reply });
            }
            ToWorker::Rest => self.rest(send, go_on),
            ToWorker::Tick { millis } => {
                if let Some(session) = &mut self.session {
                    session.pump(Duration::from_millis(u64::from(millis)), go_on);
                }
                self.play_on();
                self.recall(send, go_on);
            }
        }
        self.flush(send);
    }

    #[inline(never)]
    fn open(&mut self, bytes: &[u8], seed: u64, saved: Option<&Saved>, send: &mut dyn FnMut(FromWorker)) {
        let Ok(file) = postcard::from_bytes::<LessonFile>(bytes) else {
            send(FromWorker::Refused("The lesson's file is damaged, or of another build. Reload the page.".into()));
            return;
        };
        let lesson = Lesson::new(file.plan, file.page);
        let opened = match saved {
            Some(saved) => Session::open(lesson, saved, &self.build),
            None => Session::start(lesson, seed, &self.build).map(|session| (session, None)).map_err(OpenError::from),
        };
        match opened {
            Ok((session, notice)) => {
                let opened = Opened {
                    lesson: session.lesson.plan.id.clone(),
                    seed: session.journal().seed,
                    notice: notice.clone(),
                };
                self.models = Models::default();
                self.session = Some(session);
                send(FromWorker::Opened(opened));
                if let Some(text) = notice {
                    let banner = Banner { kind: BannerKind::OtherBuild, text };
                    send(FromWorker::Updates(vec![Update::Banner(Some(banner))]));
                }
            }
            Err(error) => send(FromWorker::Refused(sentence(&error.to_string()))),
        }
    }

    /// Most commands come to rest within the slice and are answered in one go; ticks drive the others.
    #[inline(never)]
    fn act(&mut self, input: Input, send: &mut dyn FnMut(FromWorker), go_on: &mut dyn FnMut() -> bool) {
        let Some(session) = &mut self.session else { return };
        if let Motion::Playing { speed, .. } = session.motion() {
            self.playing = Some(*speed);
        }
        let id = session.write_ahead(input);
        send(FromWorker::WriteAhead { sequence: u64::from(id.0), journal: session.journal().bytes() });
        session.apply_head();
        session.pump(Duration::ZERO, go_on);
        self.unsaved = true;
        self.play_on();
    }

    fn play_on(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| session.now().settled()) else { return };
        if let Some(speed) = self.playing.take() {
            session.play(speed);
        }
    }

    /// Makes the snapshot that no command has to wait for, then what makes looking back quick.
    fn rest(&mut self, send: &mut dyn FnMut(FromWorker), go_on: &mut dyn FnMut() -> bool) {
        let Some(session) = &mut self.session else { return };
        if session.wants_snapshot() && session.now().settled() && matches!(session.motion(), Motion::Still) {
            keep(session, true, send);
        }
        self.resting = session.can_recall();
        self.recall(send, go_on);
    }

    /// Goes on with what can wait, tick by tick, until something else is to be done.
    fn recall(&mut self, send: &mut dyn FnMut(FromWorker), go_on: &mut dyn FnMut() -> bool) {
        let Some(session) = self.session.as_mut().filter(|session| self.resting && !session.busy()) else { return };
        session.recall(go_on);
        self.resting = session.can_recall();
        // Every tick wants an answer.
        self.busy = self.resting;
        send(FromWorker::Busy(self.busy));
    }

    #[inline(never)]
    fn control(&mut self, control: Control, send: &mut dyn FnMut(FromWorker)) {
        let Some(session) = &mut self.session else { return };
        let mut journal_moved = true;
        self.playing = None;
        match control {
            Control::Play { speed } => session.play(speed),
            Control::Pause => {
                session.stop();
            }
            Control::NextEvent => session.next_event(),
            Control::Undo => {
                if !session.undo() {
                    session.say(false, "There is nothing to undo.");
                }
            }
            Control::Redo => {
                session.redo();
            }
            Control::Seek(at) => {
                session.seek(at.map(|at| at as usize));
                journal_moved = false;
            }
            Control::BranchHere => {
                session.branch_here();
            }
            Control::Resize { columns } => {
                session.resize(columns);
                journal_moved = false;
            }
            Control::ShowRepo(path) => self.models.shown_repo = path,
            Control::OpenFile(path) => self.models.open_file = Some(path),
            Control::ShowRun(run) => self.models.shown_run = Some(run),
            Control::ShowNamespace(namespace) => self.models.cluster_look.namespace = namespace,
            Control::ShowNode(node) => self.models.cluster_look.node = node,
            Control::ShowKind(kind) => self.models.cluster_look.kind = kind,
            Control::Reset => {
                let fresh = Session::start(session.lesson.clone(), session.journal().seed, &self.build);
                match fresh {
                    Ok(fresh) => {
                        *session = fresh;
                        self.models = Models::default();
                    }
                    Err(error) => send(FromWorker::Refused(sentence(&error.to_string()))),
                }
            }
        }
        self.models.choose();
        self.unsaved |= journal_moved;
    }

    /// Sends what changed, what is to be kept, and whether there is more to do.
    #[inline(never)]
    fn flush(&mut self, send: &mut dyn FnMut(FromWorker)) {
        let Some(session) = &mut self.session else { return };
        let mut updates = self.models.changed(session);
        for said in session.take_said() {
            let tone = if said.good { Tone::Ok } else { Tone::Warn };
            updates.push(Update::Say { tone, text: said.text });
        }
        if !updates.is_empty() {
            send(FromWorker::Updates(updates));
        }
        if self.unsaved && session.now().settled() && matches!(session.motion(), Motion::Still) {
            self.unsaved = false;
            keep(session, false, send);
        }
        let busy = session.busy() || self.resting;
        if busy != self.busy {
            self.busy = busy;
            send(FromWorker::Busy(busy));
        }
    }
}

fn keep(session: &mut Session, with_snapshot: bool, send: &mut dyn FnMut(FromWorker)) {
    let saved = session.save(with_snapshot);
    let sequence = session.head().map_or(0, |head| u64::from(head.0));
    send(FromWorker::Kept { sequence, journal: saved.journal, snapshot: saved.snapshot });
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// Questions about the world on the screen; none changes it.
#[inline(never)]
fn answer(session: &mut Session, shown_repo: &str, look: Look) -> Reply {
    let world = &session.shown().world;
    match look {
        Look::Why { kind, name } => Reply::Why(view::why(world, &kind, &name)),
        Look::Describe { kind, namespace, name } => Reply::Describe(describe(session, kind, namespace, name)),
        Look::AppDiff { app } => {
            let model = view::argocd(world);
            let changes =
                model.apps.into_iter().find(|found| found.name == app).map(|app| app.changes).unwrap_or_default();
            let text: Vec<String> =
                changes.into_iter().map(|change| format!("===== {} =====\n{}", change.resource, change.diff)).collect();
            Reply::Diff(text.join("\n"))
        }
        Look::PullDiff { repo, number } => Reply::Diff(view::pull_diff(world, &repo, number).unwrap_or_default()),
        Look::TreeDiff { repo, diff } => Reply::Diff(view::tree_diff(world, &repo, &diff).unwrap_or_default()),
        Look::CommitDiff { repo, commit } => Reply::Diff(view::commit_diff(world, &repo, &commit).unwrap_or_default()),
        Look::Diagnose { path, text } => Reply::Diagnostics(view::diagnose(world, &path, &text)),
        Look::Export => Reply::Export(session.export()),
        Look::Share => Reply::Share(session.link().map_err(|error: SaveError| error.to_string())),
        Look::Bundle { repo } => Reply::Bundle(world.export_bundle(&repo)),
        Look::Preview { terminal, line } => Reply::Preview(preview(session, TerminalId(terminal), line, shown_repo)),
        Look::Complete { terminal, line, cursor } => {
            let cwd = world.shell_cwd(TerminalId(terminal));
            let place = Place { world, machine: &MachineId::workstation(), cwd: &cwd };
            let found = complete(place, &line, cursor as usize);
            let replace = (cursor as usize).saturating_sub(found.start);
            Reply::Complete { replace: u32::try_from(replace).unwrap_or(0), with: found.candidates }
        }
        Look::StateHash => Reply::StateHash(session.now().state_hash().to_string()),
    }
}

/// What a line would do: it is run on a fork, which is thrown away.
fn preview(session: &Session, terminal: TerminalId, line: String, repo: &str) -> Preview {
    let mut world = session.shown().world.clone();
    let cwd = world.shell_cwd(terminal);
    let (output, code) = world.run_apart(&cwd, &line);
    Preview { line, output: world::strip_ansi(&output), code, git: view::git(&world, repo).into() }
}

/// What `kubectl describe` says, asked on a fork so that the terminal does not see it.
#[inline(never)]
fn describe(session: &Session, kind: String, namespace: String, name: String) -> Describe {
    let mut line = format!("kubectl describe {} {name}", kind.to_ascii_lowercase());
    if !namespace.is_empty() {
        line.push_str(&format!(" -n {namespace}"));
    }
    let mut world = session.shown().world.clone();
    let home = world.shell_cwd(session.shown().terminal);
    let (text, code) = world.run_apart(&home, &line);
    let (question, answer) = view::trouble(&session.shown().world, &kind, &namespace, &name);
    Describe { kind, namespace, name, question, answer, text, found: code == 0 }
}
