//! Runs a `sed` script over lines.

// Unlike sed: `r /dev/stdin` reads nothing, and a script of more than five million steps is stopped.

use super::sed_script::{Action, Command};
use super::sed_substitute::substitute;
use order::OrdMap;
use regex_lite::Regex;
use world::Cx;

/// A script that takes more steps than this is stopped.
const STEPS_MAX: u64 = 5_000_000;

pub(crate) struct Editor {
    commands: Vec<Command>,
    quiet: bool,
    end: char,
    hold: String,
    /// The pattern space, and whether its line ended with a newline.
    pub line: String,
    whole: bool,
    pub number: usize,
    lines: Vec<(String, bool)>,
    next: usize,
    name: String,
    out: String,
    /// The last line printed had no newline: the next one puts it there.
    missing: bool,
    after: Vec<String>,
    pub last: Option<Regex>,
    replaced: bool,
    files: OrdMap<String, String>,
    steps: u64,
    pub over: bool,
    pub code: i32,
}

/// What comes after a command.
enum Then {
    Next,
    To(usize),
    /// The cycle ends; whether the line is printed.
    End(bool),
    /// `D`: a new cycle without a new line.
    Again,
    Quit(bool),
}

impl Editor {
    #[inline(never)]
    pub fn new(commands: Vec<Command>, quiet: bool, end: char) -> Self {
        Self {
            commands,
            quiet,
            end,
            hold: String::new(),
            line: String::new(),
            whole: true,
            number: 0,
            lines: Vec::new(),
            next: 0,
            name: String::new(),
            out: String::new(),
            missing: false,
            after: Vec::new(),
            last: None,
            replaced: false,
            files: OrdMap::new(),
            steps: 0,
            over: false,
            code: 0,
        }
    }

    /// Runs the script over texts, one after the other as one input.
    #[inline(never)]
    pub fn edit(&mut self, texts: Vec<(String, String)>, cx: &mut Cx<'_>) -> Vec<u8> {
        self.lines = Vec::new();
        for (name, text) in texts {
            self.name = name;
            for line in text.split_inclusive(self.end) {
                let body = line.strip_suffix(self.end);
                self.lines.push((body.unwrap_or(line).to_string(), body.is_some()));
            }
        }
        self.next = 0;
        self.number = 0;
        self.missing = false;
        for command in &mut self.commands {
            command.inside = false;
        }
        let mut commands = std::mem::take(&mut self.commands);
        let mut fresh = true;
        while !self.over {
            if fresh && !self.read() {
                break;
            }
            fresh = self.cycle(&mut commands, cx);
        }
        self.commands = commands;
        std::mem::take(&mut self.out).into_bytes()
    }

    fn read(&mut self) -> bool {
        let Some((line, whole)) = self.lines.get(self.next).cloned() else { return false };
        self.next += 1;
        self.number += 1;
        self.line = line;
        self.whole = whole;
        true
    }

    pub fn at_last(&self) -> bool {
        self.next >= self.lines.len()
    }

    fn put(&mut self, text: &str, whole: bool) {
        if self.missing {
            self.out.push(self.end);
        }
        self.out.push_str(text);
        self.missing = !whole;
        if whole {
            self.out.push(self.end);
        }
    }

    fn put_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.put(&line, self.whole);
        self.line = line;
    }

    /// What `a` and `r` left for the end of the cycle.
    #[inline(never)]
    fn put_after(&mut self, cx: &Cx<'_>) {
        for item in std::mem::take(&mut self.after) {
            match item.strip_prefix('\0') {
                Some(name) => {
                    if let Ok(text) = cx.files().read_text(&cx.path(name)) {
                        if self.missing && !text.is_empty() {
                            self.out.push(self.end);
                            self.missing = false;
                        }
                        self.out.push_str(&text);
                    }
                }
                None => self.put(&item, true),
            }
        }
    }

    /// One cycle; whether the next one reads a line.
    #[inline(never)]
    fn cycle(&mut self, commands: &mut [Command], cx: &mut Cx<'_>) -> bool {
        let mut at = 0;
        self.replaced = false;
        let (mut prints, mut fresh) = (true, true);
        while at < commands.len() {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                cx.err("sed: stopped: a script may take so many steps in this sandbox and no more\n");
                (self.over, self.code) = (true, 1);
                return true;
            }
            if !self.selected(&mut commands[at]) {
                at = match commands[at].action {
                    Action::Open(close) => close,
                    _ => at + 1,
                };
                continue;
            }
            match self.act(&commands[at], cx) {
                Then::Next => at += 1,
                Then::To(to) => at = to,
                Then::End(print) => {
                    prints = print;
                    break;
                }
                Then::Again => {
                    (prints, fresh) = (false, false);
                    break;
                }
                Then::Quit(print) => {
                    self.over = true;
                    prints = print;
                    break;
                }
            }
        }
        if prints && !self.quiet {
            self.put_line();
        }
        self.put_after(cx);
        fresh
    }

    #[inline(never)]
    fn act(&mut self, command: &Command, cx: &mut Cx<'_>) -> Then {
        match &command.action {
            Action::Open(_) | Action::Close | Action::Label => {}
            Action::Plain(letter) => return self.plain(*letter, cx),
            Action::Quit(print, code) => {
                self.code = *code;
                return Then::Quit(*print);
            }
            Action::Jump(letter, to, _) => {
                let jumps = match letter {
                    'b' => true,
                    't' => std::mem::take(&mut self.replaced),
                    _ => !std::mem::take(&mut self.replaced),
                };
                if jumps {
                    return Then::To(*to);
                }
            }
            Action::Text('a', text) => self.after.push(text.clone()),
            Action::Text('i', text) => self.put(text, true),
            Action::Text(_, text) => {
                if command.to.is_none() || command.negated || !command.inside {
                    self.put(text, true);
                }
                return Then::End(false);
            }
            Action::Read(name) => self.after.push(format!("\0{name}")),
            Action::Write(name) => {
                let line = self.line.clone();
                self.put_in(name, &line);
            }
            Action::Translate(pairs) => {
                let swap = |c: char| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
                self.line = self.line.chars().map(swap).collect();
            }
            Action::Substitute { pattern, with, global, nth, print, file } => {
                if let Some(pattern) = pattern {
                    self.last = Some(pattern.clone());
                }
                let Some(pattern) = self.last.clone() else { return Then::Next };
                if let Some(line) = substitute(&self.line, &pattern, with, *global, (*nth).max(1)) {
                    self.line = line;
                    self.replaced = true;
                    if *print {
                        self.put_line();
                    }
                    if let Some(name) = file {
                        let line = self.line.clone();
                        self.put_in(name, &line);
                    }
                }
            }
        }
        Then::Next
    }

    fn put_in(&mut self, name: &str, line: &str) {
        match name {
            "/dev/stdout" => self.put(line, true),
            _ => {
                let text = self.files.entry(name.to_string()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        }
    }

    /// What `w` wrote; its files exist even where nothing was.
    #[inline(never)]
    pub fn write_files(&mut self, cx: &mut Cx<'_>) {
        for command in &self.commands {
            if let Action::Write(name) | Action::Substitute { file: Some(name), .. } = &command.action
                && !name.starts_with("/dev/")
            {
                self.files.entry(name.clone()).or_default();
            }
        }
        let micros = cx.micros();
        for (name, text) in std::mem::take(&mut self.files) {
            let path = cx.path(&name);
            if let Err(error) = cx.files_mut().write(&path, text.into_bytes(), micros) {
                cx.err(format!("sed: couldn't open file {name}: {error}\n"));
                self.code = 4;
            }
        }
    }

    #[inline(never)]
    fn plain(&mut self, letter: char, cx: &Cx<'_>) -> Then {
        match letter {
            'd' => return Then::End(false),
            'D' => match self.line.find('\n') {
                Some(at) => {
                    self.line.drain(..=at);
                    return Then::Again;
                }
                None => return Then::End(false),
            },
            'g' => self.line.clone_from(&self.hold),
            'G' => {
                self.line.push('\n');
                self.line.push_str(&self.hold.clone());
            }
            'h' => self.hold.clone_from(&self.line),
            'H' => {
                self.hold.push('\n');
                self.hold.push_str(&self.line);
            }
            'x' => std::mem::swap(&mut self.line, &mut self.hold),
            'n' => {
                // Without a line to come, the script ends here.
                if self.at_last() {
                    return Then::Quit(true);
                }
                if !self.quiet {
                    self.put_line();
                }
                self.put_after(cx);
                self.read();
            }
            'N' => {
                if self.at_last() {
                    return Then::Quit(true);
                }
                let before = std::mem::take(&mut self.line);
                self.put_after(cx);
                self.read();
                self.line = format!("{before}\n{}", self.line);
            }
            'p' => self.put_line(),
            'P' => {
                let first = self.line.split('\n').next().unwrap_or_default().to_string();
                self.put(&first, true);
            }
            '=' => {
                let number = self.number.to_string();
                self.put(&number, true);
            }
            'z' => self.line.clear(),
            'F' => {
                let name = self.name.clone();
                self.put(&name, true);
            }
            _ => {
                let text = listed(&self.line);
                self.put(&text, true);
            }
        }
        Then::Next
    }
}

/// As `l` shows a line.
#[inline(never)]
fn listed(line: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for byte in line.bytes() {
        let piece = match byte {
            b'\\' => "\\\\".to_string(),
            b'\n' => "\\n".into(),
            b'\t' => "\\t".into(),
            b'\r' => "\\r".into(),
            7 => "\\a".into(),
            8 => "\\b".into(),
            11 => "\\v".into(),
            12 => "\\f".into(),
            byte if byte.is_ascii_graphic() || byte == b' ' => char::from(byte).to_string(),
            byte => format!("\\{byte:03o}"),
        };
        if width + piece.len() > 69 {
            out.push_str("\\\n");
            width = 0;
        }
        width += piece.len();
        out.push_str(&piece);
    }
    out.push('$');
    out
}
