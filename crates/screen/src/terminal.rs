//! Terminals.

use serde::{Deserialize, Serialize};

/// A terminal that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalTab {
    pub terminal: u32,
    /// `~/web`, or the command that runs.
    pub title: String,
    /// A command runs in the foreground.
    pub runs: bool,
    /// Its shell has ended.
    pub over: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    pub terminal: u32,
    /// Number of the first line in `lines`: lines before it are unchanged since the last update, or cleared away.
    pub from: u32,
    /// Lines before this number are to be dropped.
    pub first: u32,
    pub lines: Vec<TerminalLine>,
    /// `None` while a command runs.
    pub prompt: Option<TerminalLine>,
    /// The line being printed, without its end yet.
    pub partial: TerminalLine,
    /// `skipping 38 s, rollout of web`.
    pub waiting: Option<String>,
    /// Earlier lines typed, oldest first.
    pub history: Vec<String>,
    /// A command reads the keyboard.
    pub reading: bool,
    /// The file that an editor of this terminal has open.
    pub editing: Option<Editing>,
    /// The text that a pager of this terminal shows.
    pub pager: Option<Pager>,
}

/// A text to be looked at page by page. Only `q` and the words for other files are told to the program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pager {
    /// Another number is another call of the pager.
    pub serial: u32,
    /// The file's name; empty for what came by a pipe.
    pub name: String,
    /// Which of how many files, from 1.
    pub file: (u32, u32),
    pub lines: Vec<TerminalLine>,
    pub numbers: bool,
    /// Long lines are cut, not wrapped.
    pub chop: bool,
    pub ignore_case: bool,
    /// It closes when one goes on behind the end.
    pub quit_at_end: bool,
    /// Keys that are pressed at the beginning: `G`, `/words`.
    pub start: String,
}

/// A file that a program wants edited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editing {
    /// Another number is another call of the editor.
    pub serial: u32,
    /// Where the program waits for its word.
    pub terminal: u32,
    /// `vi`, `nano`, `code`.
    pub program: String,
    pub path: String,
    /// The line to begin at, from 1.
    pub line: u32,
    /// What the terminal's program is told when the file is closed; empty where nothing waits.
    pub close: String,
}

impl Editing {
    /// Whether a command goes on only when the file is closed.
    pub fn waits(&self) -> bool {
        !self.close.is_empty()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalLine(pub Vec<Span>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub text: String,
    pub style: Style,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Style {
    /// 0 is the normal colour; 31 to 36 as ANSI numbers them.
    pub colour: u8,
    pub bold: bool,
    pub dim: bool,
    pub reverse: bool,
}
