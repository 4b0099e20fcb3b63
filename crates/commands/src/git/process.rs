//! A running `git` as data: most commands end in their first step; those that start an editor, a hook or a shell
//! command wait for that child, and what comes after it is a [`Resume`].

use super::cli::{Answer, Git, Stop};
use super::draft::Draft;
use super::patch_ask::Session;
use super::rebase_run::After;
use super::{dispatch, global_options};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use world::{Behaviour, Cx, Fd, Pid, Step};

/// A program that Git starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Child {
    /// The program's name, then its arguments.
    pub argv: Vec<String>,
    /// Added to the environment.
    pub env: Vec<(String, String)>,
    /// Another folder than Git's own.
    pub folder: Option<String>,
    /// Its standard input, where it is not Git's own.
    pub input: Option<String>,
    /// Its standard output goes where errors go, as that of a hook does.
    pub out_to_err: bool,
    /// A person is told that Git waits for it.
    pub is_editor: bool,
}

/// What is done when the child has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Resume {
    /// Nothing: its exit code is Git's.
    Exit,
    /// Nothing: this is Git's exit code.
    Done(i32),
    /// The command starts over, and finds the child's exit code among the answers.
    Again,
    /// A commit is being made.
    Draft(Box<Draft>),
    /// A rebase goes on.
    Rebase(After),
    /// `--patch` goes on asking.
    Patch(Box<Session>),
}

/// The process.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Process {
    waiting: Option<(Pid, Resume)>,
    /// The line of the terminal says that Git waits for the editor.
    told: bool,
    /// What goes on with the next line of input.
    asking: Option<Resume>,
    answers: Vec<i32>,
    begun: bool,
    /// Shows the output.
    pager: Option<Pid>,
    /// The exit code, while the pager is still looked at.
    over: Option<i32>,
}

impl From<Vec<String>> for Process {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Process {
    const PROGRAM: &'static str = "git";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if let (Some(pager), Some(code)) = (self.pager, self.over) {
            return if cx.reap(pager).is_some() { Step::Done(code) } else { Step::Child };
        }
        let mut resumed = self.asking.take().map(|resume| (resume, None));
        if let Some((pid, resume)) = self.waiting.take() {
            match cx.reap(pid) {
                Some(code) => {
                    if std::mem::take(&mut self.told) && code == 0 {
                        cx.err("\r\x1b[K");
                    }
                    resumed = Some((resume, Some(code)));
                }
                None => {
                    self.waiting = Some((pid, resume));
                    return Step::Child;
                }
            }
        }
        let cwd = cx.cwd();
        let mut args = cx.args();
        let mut g = Git {
            cx,
            cwd,
            overrides: Vec::new(),
            command: "git",
            answers: Vec::new(),
            words: Vec::new(),
            action: None,
            found: RefCell::default(),
            pager: None,
            paged: self.pager.is_some(),
        };
        let read = global_options(&mut g, &mut args);
        if read.is_ok() && !std::mem::replace(&mut self.begun, true) {
            self.pager = super::pager::begin(&mut g, &args);
            g.paged = self.pager.is_some();
        }
        let answer = read.and_then(|()| match resumed {
            None => {
                g.answers.clone_from(&self.answers);
                dispatch(&mut g, &args)
            }
            Some((resume, code)) => self.resumed(&mut g, &args, resume, code),
        });
        let step = self.answered(&mut g, answer);
        if let (Some(_), Step::Done(code)) = (self.pager, step) {
            super::pager::end(&mut g);
            self.over = Some(code);
            return Step::Child;
        }
        step
    }
}

impl Process {
    fn answered(&mut self, g: &mut Git<'_, '_>, answer: Answer) -> Step {
        match answer {
            Ok(Cx::WAIT) | Err(Stop::Exit(Cx::WAIT)) => Step::Stdin,
            Ok(code) | Err(Stop::Exit(code)) => Step::Done(code),
            Err(Stop::Git(error)) => {
                g.err(format!("{error}\n"));
                Step::Done(error.exit_code())
            }
            Err(Stop::Input(resume)) => {
                self.asking = Some(*resume);
                Step::Stdin
            }
            Err(Stop::Child(child)) => {
                let (child, resume) = *child;
                self.told = child.is_editor;
                if child.is_editor {
                    g.err("hint: Waiting for your editor to close the file... ");
                }
                match start(g, child) {
                    Some(pid) => {
                        self.waiting = Some((pid, resume));
                        Step::Child
                    }
                    None => Step::Done(127),
                }
            }
        }
    }

    /// Goes on; `code` is that of the child, where it was one that was waited for.
    #[inline(never)]
    fn resumed(&mut self, g: &mut Git<'_, '_>, args: &[String], resume: Resume, code: Option<i32>) -> Answer {
        match (resume, code) {
            (Resume::Patch(session), code) => super::patch_ask::go(g, *session, code),
            (Resume::Exit, code) => Ok(code.unwrap_or(0)),
            (Resume::Done(code), _) => Ok(code),
            (Resume::Again, code) => {
                self.answers.extend(code);
                g.answers.clone_from(&self.answers);
                dispatch(g, args)
            }
            (Resume::Draft(draft), code) => super::draft::go(g, *draft, code),
            (Resume::Rebase(after), code) => super::rebase_run::resumed(g, after, code.unwrap_or(0)),
        }
    }
}

fn start(g: &mut Git<'_, '_>, child: Child) -> Option<Pid> {
    let mut env = (*g.cx.env_all()).clone();
    env.extend(child.env);
    let mut fds = g.cx.fds();
    if let Some(text) = child.input {
        let stream = g.cx.world.stream_of(text.into_bytes());
        fds.insert(0, Fd::Stream(stream));
    }
    if child.out_to_err {
        fds.insert(1, g.cx.fd(2));
    }
    let before = g.cx.cwd();
    g.cx.set_cwd(child.folder.unwrap_or_else(|| g.cwd.clone()));
    let pid = g.cx.spawn(child.argv, env.into(), fds);
    g.cx.set_cwd(before);
    pid
}

/// Ends this step; `resume` is what comes after the child.
pub(crate) fn wait_for(child: Child, resume: Resume) -> Answer {
    Err(Stop::Child(Box::new((child, resume))))
}

impl Child {
    /// A line for the shell, with words that it gets as `"$@"`.
    #[inline(never)]
    pub fn shell(line: &str, words: &[String]) -> Self {
        let mut argv = vec!["sh".to_string(), "-c".into()];
        if words.is_empty() {
            argv.push(line.to_string());
        } else {
            argv.push(format!("{line} \"$@\""));
            argv.push(line.to_string());
            argv.extend(words.iter().cloned());
        }
        Self { argv, ..Self::default() }
    }
}
