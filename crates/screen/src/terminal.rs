//! Terminals.

use serde::{Deserialize, Serialize};

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
