//! `--patch`: asks hunk by hunk. Everything between two lines of input is data, so that a terminal can wait.

use super::cli::{Answer, Git, Stop};
use super::patch_answer::answered;
use super::patch_apply;
use super::patch_edit::edited;
use super::patch_hunks::{PatchFile, Use};
use super::patch_mode::Mode;
use super::process::Resume;
use serde::{Deserialize, Serialize};
use world::Read;

/// What the next line of input answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Asked {
    #[default]
    Hunk,
    /// `g` without a number: hunks are listed up to this one.
    Goto(usize),
    Search,
    /// The editor is open.
    Editor,
    EditAgain,
    Anyway,
}

/// All that is known while it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub mode: Mode,
    pub files: Vec<PatchFile>,
    pub file: usize,
    pub at: usize,
    /// The hunk that was printed last.
    pub shown: Option<usize>,
    /// Letters that were offered; what was once offered for a file stays.
    pub offered: String,
    pub asked: Asked,
    /// The question is printed, its answer has not come yet.
    pub waits: bool,
    pub color: bool,
    /// A trial of the hunk being edited.
    pub trial: Option<PatchFile>,
    /// The words that follow a stash.
    pub message: Option<String>,
    pub keep: Option<bool>,
    pub quiet: bool,
    /// `commit -p`: the words of the commit that follows.
    pub commit: Option<Vec<String>>,
}

impl Session {
    pub fn new(mode: Mode, files: Vec<PatchFile>) -> Self {
        Self {
            mode,
            files,
            file: 0,
            at: 0,
            shown: None,
            offered: String::new(),
            asked: Asked::Hunk,
            waits: false,
            color: false,
            trial: None,
            message: None,
            keep: None,
            quiet: false,
            commit: None,
        }
    }

    pub fn now(&mut self) -> &mut PatchFile {
        &mut self.files[self.file]
    }

    pub fn count(&self) -> usize {
        self.files[self.file].pieces.len()
    }

    /// The nearest hunks before and after that are not decided.
    pub fn open(&self) -> (Option<usize>, Option<usize>) {
        let pieces = &self.files[self.file].pieces;
        let open = |n: &usize| pieces[*n].decided == Use::Open;
        ((0..self.at).rev().find(open), (self.at + 1..pieces.len()).find(open))
    }
}

/// Asks until a line of input is wanted that has not come, or all is answered. `code`: of the editor.
pub(crate) fn go(g: &mut Git<'_, '_>, mut s: Session, mut code: Option<i32>) -> Answer {
    while s.file < s.files.len() {
        if s.asked == Asked::Editor {
            let Some(code) = code.take() else { return Ok(1) };
            edited(g, &mut s, code)?;
            continue;
        }
        if !s.waits && !ask(g, &mut s)? {
            continue;
        }
        match g.cx.read_line() {
            Read::Wait => return Err(Stop::Input(Box::new(Resume::Patch(Box::new(s))))),
            Read::End => {
                s.waits = false;
                if s.asked == Asked::Anyway {
                    patch_apply::anyway(g, &s, false)?;
                    after_file(g, &mut s);
                } else if s.asked != Asked::Hunk {
                    // Without an answer it is back at the hunk.
                    let answer = if s.asked == Asked::EditAgain { "n" } else { "" };
                    if matches!(s.asked, Asked::Goto(_)) {
                        s.asked = Asked::Goto(usize::MAX);
                    }
                    answered(g, &mut s, answer)?;
                } else {
                    // Only this file is given up.
                    end_of_file(g, &mut s)?;
                }
            }
            Read::Line(line) => {
                s.waits = false;
                let text = String::from_utf8_lossy(&line);
                answered(g, &mut s, text.trim_end_matches('\n'))?;
            }
        }
    }
    patch_apply::finish(g, &s)
}

pub(crate) fn say(g: &mut Git<'_, '_>, s: &Session, text: &str) {
    let (on, off) = if s.color { ("\x1b[1;31m", "\x1b[m") } else { ("", "") };
    g.out([on, text, off, "\n"].concat());
}

fn prompt(g: &mut Git<'_, '_>, s: &mut Session, text: &str) {
    let (on, off) = if s.color { ("\x1b[1;34m", "\x1b[m") } else { ("", "") };
    g.out([on, text, off].concat());
    s.waits = true;
}

fn line(text: &str, color: bool) -> String {
    let on = match text.as_bytes().first() {
        _ if !color => return text.to_string() + "\n",
        Some(b'-') => "\x1b[31m",
        Some(b'+') => return ["\x1b[32m+\x1b[m\x1b[32m", &text[1..], "\x1b[m\n"].concat(),
        _ => return text.to_string() + "\n",
    };
    [on, text, "\x1b[m\n"].concat()
}

/// A hunk as it is printed.
#[inline(never)]
pub(crate) fn rendered(s: &Session, n: usize) -> String {
    let file = &s.files[s.file];
    let piece = &file.pieces[n];
    let mut out = String::new();
    if !(piece.lines.is_empty() || file.mode_change && n == 0) {
        let head = ["@@ ", &piece.range(), " @@"].concat();
        let (on, off) = if s.color { ("\x1b[36m", "\x1b[m") } else { ("", "") };
        out.push_str(&[on, &head, off].concat());
        if !piece.function.is_empty() {
            out.push(' ');
            out.push_str(&piece.function);
        }
        out.push('\n');
    }
    piece.lines.iter().for_each(|text| out.push_str(&line(text, s.color)));
    out
}

/// Prints what is next: a file's head, a hunk, the question. False: there was nothing to ask any more.
#[inline(never)]
fn ask(g: &mut Git<'_, '_>, s: &mut Session) -> Result<bool, Stop> {
    match s.asked {
        Asked::EditAgain => {
            prompt(g, s, "Your edited hunk does not apply. Edit again (saying \"no\" discards!) [y/n]? ");
            return Ok(true);
        }
        Asked::Anyway => {
            prompt(g, s, "Apply them to the worktree anyway? ");
            return Ok(true);
        }
        Asked::Search => {
            prompt(g, s, "search for regex? ");
            return Ok(true);
        }
        Asked::Goto(_) => {
            list(g, s);
            return Ok(true);
        }
        Asked::Hunk | Asked::Editor => {}
    }
    let count = s.count();
    if s.at >= count {
        s.at = 0;
    }
    if s.shown.is_none() && s.offered.is_empty() {
        let head = s.now().head.clone();
        let (on, off) = if s.color { ("\x1b[1m", "\x1b[m") } else { ("", "") };
        head.lines().for_each(|text| g.out([on, text, off, "\n"].concat()));
    }
    let (before, after) = s.open();
    if before.is_none() && after.is_none() && s.files[s.file].pieces[s.at].decided != Use::Open {
        end_of_file(g, s)?;
        return Ok(false);
    }
    if s.shown != Some(s.at) {
        let text = rendered(s, s.at);
        g.out(text);
        s.shown = Some(s.at);
    }
    let (at, file) = (s.at, s.now());
    let what = match () {
        () if file.deleted => "deletion",
        () if file.added => "addition",
        () if file.mode_change && at == 0 => "mode change",
        () => "this hunk",
    };
    let letters = [
        (before.is_some(), 'k'),
        (at > 0, 'K'),
        (after.is_some(), 'j'),
        (at + 1 < count, 'J'),
        (count > 1, 'g'),
        (count > 1, '/'),
        (file.pieces[at].parts() > 1, 's'),
        (at + 1 > usize::from(file.mode_change) && !file.deleted, 'e'),
        (true, 'p'),
        (true, '?'),
    ];
    let offered: String = letters.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect();
    let list: String = offered.chars().flat_map(|letter| [',', letter]).collect();
    let question = s.mode.question(what);
    s.offered = offered.clone() + &s.offered.chars().filter(|letter| !offered.contains(*letter)).collect::<String>();
    // The letters of now come first, up to `?`, so that help names these only.
    prompt(g, s, &format!("({}/{count}) {question} [y,n,q,a,d{list}]? ", at + 1));
    Ok(true)
}

pub(crate) const LISTED: usize = 20;

/// The hunks that `g` offers.
fn list(g: &mut Git<'_, '_>, s: &mut Session) {
    let Asked::Goto(start) = s.asked else { return };
    let count = s.count();
    let end = (start + LISTED).min(count);
    for n in start..end {
        let piece = &s.now().pieces[n];
        let mark = match piece.decided {
            Use::Yes => "+",
            Use::No => "-",
            Use::Open => " ",
        };
        let first = piece.lines.iter().find(|line| line.starts_with(['-', '+'])).map_or("", String::as_str);
        let text = format!("{:<20}{first}", piece.full_range());
        let text: String = text.chars().take(80).collect();
        g.out(format!("{mark}{:2}: {text}\n", n + 1));
    }
    s.asked = Asked::Goto(end);
    let more = if end < count { " (<ret> to see more)" } else { "" };
    prompt(g, s, &format!("go to which hunk{more}? "));
}

/// Nothing more is asked of this file: what was chosen is applied.
pub(crate) fn end_of_file(g: &mut Git<'_, '_>, s: &mut Session) -> Result<(), Stop> {
    if patch_apply::one_file(g, s)? {
        after_file(g, s);
    } else {
        s.asked = Asked::Anyway;
    }
    Ok(())
}

pub(crate) fn after_file(g: &mut Git<'_, '_>, s: &mut Session) {
    g.out("\n");
    s.file += 1;
    s.at = 0;
    s.shown = None;
    s.offered.clear();
    s.trial = None;
    s.asked = Asked::Hunk;
}
