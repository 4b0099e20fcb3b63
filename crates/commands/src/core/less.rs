//! `less` and `more`: a text on the screen, page by page. The page shows it and answers the keys that only look; `q` and
//! the files before and after are words for the program. Where the output is no terminal, the text goes through.

use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Paging, Program, Read, Step};

pub(crate) fn programs() -> impl Iterator<Item = Program> {
    ["less", "more"].into_iter().map(Program::steps::<Less>)
}

// Unlike less: `-F` counts with a screen of 24 rows, however high the window is.
const ROWS: usize = 24;
/// A longer text is cut.
const TEXT_BYTES_MAX: usize = 2 << 20;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Less {
    asked: Option<Asked>,
    files: Vec<String>,
    at: usize,
    /// Standard input, once it is whole.
    input: Option<String>,
    code: i32,
    open: bool,
}

/// What the options say.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Asked {
    numbers: bool,
    chop: bool,
    raw: bool,
    quit_if_one_screen: bool,
    keep_screen: bool,
    squeeze: bool,
    ignore_case: bool,
    quit_at_end: bool,
    start: String,
}

impl From<Vec<String>> for Less {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Less {
    const PROGRAM: &'static str = "less";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.asked.is_none() {
            match options(cx) {
                Ok((asked, files)) => (self.asked, self.files) = (Some(asked), files),
                Err(code) => return Step::Done(code),
            }
        }
        if self.input.is_none() && self.files.iter().any(|file| file == "-") {
            let Some(text) = cx.stdin_text() else { return Step::Stdin };
            self.input = Some(text);
        }
        if !cx.stdout_is_terminal() {
            return Step::Done(self.print_through(cx));
        }
        if !self.open {
            self.open = true;
            return self.show(cx);
        }
        match cx.read_line() {
            Read::Line(line) => self.word(String::from_utf8_lossy(&line).trim(), cx),
            Read::Wait => Step::Stdin,
            Read::End => Step::Done(self.code),
        }
    }
}

impl Less {
    /// The text of a file; a complaint where it cannot be read.
    fn text(&self, file: &str, cx: &Cx<'_>) -> Result<String, String> {
        if file == "-" {
            return Ok(self.input.clone().unwrap_or_default());
        }
        let path = cx.path(file);
        if cx.files().is_dir(&path) {
            return Err(if cx.program() == "more" {
                format!("\n*** {file}: directory ***\n\n")
            } else {
                format!("{file} is a directory\n")
            });
        }
        match cx.files().read(&path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if cx.program() == "more" => Err(format!("more: cannot open {file}: {error}\n")),
            Err(error) => Err(format!("{file}: {error}\n")),
        }
    }

    fn print_through(&mut self, cx: &mut Cx<'_>) -> i32 {
        let mut code = 0;
        for file in self.files.clone() {
            match self.text(&file, cx) {
                Ok(text) => cx.out(text),
                Err(message) => {
                    cx.err(message);
                    code = 1;
                }
            }
        }
        code
    }

    /// Shows the file that is at hand, or the next one that can be read.
    fn show(&mut self, cx: &mut Cx<'_>) -> Step {
        loop {
            let Some(file) = self.files.get(self.at).cloned() else { return Step::Done(self.code) };
            match self.text(&file, cx) {
                Ok(text) => return self.page(&file, text, cx),
                Err(message) => {
                    cx.err(message);
                    self.code = 1;
                    self.files.remove(self.at);
                }
            }
        }
    }

    fn page(&mut self, file: &str, text: String, cx: &mut Cx<'_>) -> Step {
        let asked = self.asked.clone().unwrap_or_default();
        let text = made_ready(text, &asked);
        let columns = cx.columns().unwrap_or(80);
        if asked.quit_if_one_screen && self.files.len() == 1 && rows(&text, columns, asked.chop) < ROWS {
            cx.out(&text);
            return Step::Done(0);
        }
        let count = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let paging = Paging {
            pid: cx.pid,
            name: if file == "-" { String::new() } else { file.to_owned() },
            file: (u32::try_from(self.at + 1).unwrap_or(u32::MAX), count),
            text: text.into(),
            numbers: asked.numbers,
            chop: asked.chop,
            ignore_case: asked.ignore_case,
            quit_at_end: asked.quit_at_end,
            start: asked.start,
        };
        if cx.page(paging) { Step::Stdin } else { Step::Done(self.print_through(cx)) }
    }

    fn word(&mut self, word: &str, cx: &mut Cx<'_>) -> Step {
        match word {
            "q" | "Q" | ":q" | ":Q" | "ZZ" => {
                let asked = self.asked.clone().unwrap_or_default();
                let text = self.files.get(self.at).cloned().and_then(|file| self.text(&file, cx).ok());
                if let Some(text) = text.filter(|_| asked.keep_screen) {
                    // Unlike less: what stays on the screen after `-X` is the beginning, not the place that was looked at.
                    let first: String = made_ready(text, &asked).split_inclusive('\n').take(ROWS - 1).collect();
                    cx.out(first);
                }
                Step::Done(self.code)
            }
            ":n" if self.at + 1 < self.files.len() => {
                self.at += 1;
                self.show(cx)
            }
            ":p" if self.at > 0 => {
                self.at -= 1;
                self.show(cx)
            }
            _ => Step::Stdin,
        }
    }
}

/// Squeezed, cut, and with escapes made visible where they are not meant to be colours.
fn made_ready(text: String, asked: &Asked) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = false;
    for line in text.split_inclusive('\n') {
        let is_empty = line == "\n";
        if asked.squeeze && is_empty && empty {
            continue;
        }
        empty = is_empty;
        if asked.raw {
            out.push_str(line);
        } else {
            out.push_str(&line.replace('\x1b', "\x1b[7mESC\x1b[27m"));
        }
        if out.len() > TEXT_BYTES_MAX {
            break;
        }
    }
    out
}

/// How many rows of the screen a text takes.
fn rows(text: &str, columns: usize, chop: bool) -> usize {
    let of = |line: &str| match chop {
        true => 1,
        false => world::strip_ansi(line).chars().count().div_ceil(columns.max(1)).max(1),
    };
    text.lines().map(of).sum()
}

/// Reads `$LESS`, then the arguments.
fn options(cx: &mut Cx<'_>) -> Result<(Asked, Vec<String>), i32> {
    let is_more = cx.program() == "more";
    let mut asked = Asked { keep_screen: is_more, quit_at_end: is_more, raw: is_more, ..Asked::default() };
    if !is_more && let Some(usual) = cx.env("LESS").filter(|usual| !usual.is_empty()) {
        for word in usual.split_whitespace() {
            let dash = if word.starts_with(['-', '+']) { "" } else { "-" };
            option(&format!("{dash}{word}"), None, &mut asked, cx)?;
        }
    }
    let (mut files, mut ended) = (Vec::new(), false);
    let args = cx.args();
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--" if !ended => ended = true,
            "--help" | "--version" if !ended => {
                let program = cx.program();
                cx.err(format!("{program}: {arg}: real, but not part of this sandbox yet\n"));
                return Err(1);
            }
            _ if !ended && arg.len() > 1 && arg.starts_with(['-', '+']) => {
                if option(&arg, args.peek().map(String::as_str), &mut asked, cx)? {
                    args.next();
                }
            }
            _ => files.push(arg),
        }
    }
    if files.is_empty() {
        if cx.stdin_is_terminal() {
            cx.err(if is_more {
                "more: bad usage\nTry 'more --help' for more information.\n".to_owned()
            } else {
                "Missing filename (\"less --help\" for help)\n".to_owned()
            });
            return Err(1);
        }
        files.push("-".into());
    }
    Ok((asked, files))
}

const LONG: [(&str, char); 12] = [
    ("LINE-NUMBERS", 'N'),
    ("line-numbers", 'n'),
    ("chop-long-lines", 'S'),
    ("RAW-CONTROL-CHARS", 'R'),
    ("raw-control-chars", 'r'),
    ("quit-if-one-screen", 'F'),
    ("no-init", 'X'),
    ("squeeze-blank-lines", 's'),
    ("ignore-case", 'i'),
    ("IGNORE-CASE", 'I'),
    ("quit-at-eof", 'e'),
    ("QUIT-AT-EOF", 'E'),
];

/// Reads one argument that begins with `-` or `+`; whether it took the word behind it.
fn option(arg: &str, next: Option<&str>, asked: &mut Asked, cx: &mut Cx<'_>) -> Result<bool, i32> {
    if let Some(start) = arg.strip_prefix('+') {
        asked.start = start.to_owned();
        return Ok(false);
    }
    if let Some(name) = arg.strip_prefix("--") {
        return match LONG.into_iter().find(|(long, _)| *long == name) {
            Some((_, letter)) => letter_of(letter, asked, cx).map(|()| false),
            None => {
                cx.err(format!("There is no {name} option (\"less --help\" for help)\n"));
                Err(1)
            }
        };
    }
    let letters: Vec<char> = arg.chars().skip(1).collect();
    for (at, letter) in letters.iter().enumerate() {
        if *letter == 'p' {
            let rest: String = letters[at + 1..].iter().collect();
            let took = rest.is_empty();
            asked.start = format!("/{}", if took { next.unwrap_or_default() } else { &rest });
            return Ok(took && next.is_some());
        }
        letter_of(*letter, asked, cx)?;
    }
    Ok(false)
}

fn letter_of(letter: char, asked: &mut Asked, cx: &mut Cx<'_>) -> Result<(), i32> {
    match letter {
        'N' => asked.numbers = true,
        'n' => asked.numbers = false,
        'S' => asked.chop = true,
        'R' | 'r' => asked.raw = true,
        'F' => asked.quit_if_one_screen = true,
        'X' => asked.keep_screen = true,
        's' => asked.squeeze = true,
        'i' | 'I' => asked.ignore_case = true,
        'e' | 'E' => asked.quit_at_end = true,
        // Prompts say where one is anyway, and nothing here rings or scrolls line by line.
        'M' | 'm' | 'q' | 'Q' | 'c' | 'C' | 'd' | 'f' | 'K' | 'w' | 'W' => {}
        'a' | 'A' | 'b' | 'B' | 'D' | 'g' | 'G' | 'h' | 'j' | 'J' | 'k' | 'L' | 'o' | 'O' | 'P' | 't' | 'T' | 'u'
        | 'U' | 'V' | 'x' | 'y' | 'z' | '"' | '~' | '#' => {
            let program = cx.program();
            cx.err(format!("{program}: -{letter}: real, but not part of this sandbox yet\n"));
            return Err(1);
        }
        _ => {
            cx.err(format!("There is no {letter} option (\"less --help\" for help)\n"));
            return Err(1);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_wrapped_lines() {
        assert_eq!(rows("a\nbb\n", 80, false), 2);
        assert_eq!(rows("123456\n\n", 4, false), 3);
        assert_eq!(rows("\x1b[31m123456\x1b[m\n", 4, true), 1);
    }

    #[test]
    fn escapes_are_seen_unless_they_are_colours() {
        let text = "\x1b[31mred\x1b[m\n\n\n\nend\n";
        assert_eq!(
            made_ready(text.into(), &Asked { raw: true, squeeze: true, ..Asked::default() }),
            "\x1b[31mred\x1b[m\n\nend\n"
        );
        assert!(made_ready(text.into(), &Asked::default()).starts_with("\x1b[7mESC\x1b[27m[31mred"));
    }
}
