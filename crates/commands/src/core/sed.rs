//! `sed`: runs a script over lines.

use super::sed_script::{Action, Address, Command, Piece, parse as parse_script};
use crate::getopt::{Tool, flag, missing, parse, value};
use world::Cx;

const TOOL: Tool = Tool {
    name: "sed",
    usage: "[OPTION]... {SCRIPT} [FILE]...",
    summary: "Edit text line by line.",
    options: &[
        flag('n', "quiet", "print only what the script prints"),
        flag('\0', "silent", "as -n"),
        flag('E', "regexp-extended", "extended regular expressions"),
        flag('r', "", "as -E"),
        value('e', "expression", "SCRIPT", "a script; may be given several times"),
        value('i', "in-place", "[SUFFIX]", "change the files; keep the old as FILE+SUFFIX"),
        missing('f', "file"),
        missing('s', "separate"),
        missing('z', "null-data"),
        missing('l', "line-length"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let mut given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let mut scripts: Vec<String> = given.values("e").into_iter().map(String::from).collect();
    if scripts.is_empty() {
        if given.operands.is_empty() {
            cx.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n");
            return 1;
        }
        scripts.push(given.operands.remove(0));
    }
    let extended = given.has("E") || given.has("r");
    let mut commands = match parse_script(&scripts.join("\n"), extended) {
        Ok(commands) => commands,
        Err(message) => {
            cx.err(format!("sed: -e expression #1, {message}\n"));
            return 1;
        }
    };
    let quiet = given.has("n") || given.has("silent");
    match given.value("i").map(String::from) {
        Some(suffix) => in_place(cx, &given.operands, &mut commands, quiet, &suffix),
        None => stream(cx, &given.operands, &mut commands, quiet),
    }
}

fn cannot_read(cx: &mut Cx<'_>, name: &str, error: &str) -> i32 {
    if cx.files().is_dir(&cx.path(name)) {
        cx.err(format!("sed: couldn't read {name}: Is a directory\n"));
    } else {
        cx.err(format!("sed: can't read {name}: {error}\n"));
    }
    2
}

fn stream(cx: &mut Cx<'_>, names: &[String], commands: &mut [Command], quiet: bool) -> i32 {
    let names = if names.is_empty() { vec!["-".to_string()] } else { names.to_vec() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let (mut text, mut code) = (Vec::new(), 0);
    for (name, input) in inputs {
        match input {
            Ok(bytes) => text.extend(bytes),
            Err(error) => code = cannot_read(cx, &name, &error),
        }
    }
    let out = edit(&text, commands, quiet);
    cx.out(out);
    code
}

fn in_place(cx: &mut Cx<'_>, names: &[String], commands: &mut [Command], quiet: bool, suffix: &str) -> i32 {
    let mut code = 0;
    if names.is_empty() {
        cx.err("sed: no input files\n");
        return 1;
    }
    for name in names {
        let path = cx.path(name);
        if cx.files().is_dir(&path) {
            cx.err(format!("sed: couldn't edit {name}: not a regular file\n"));
            code = 4;
            continue;
        }
        let bytes = match cx.files().read(&path) {
            Ok(bytes) => bytes.into_owned(),
            Err(error) => {
                code = cannot_read(cx, name, &error.to_string());
                continue;
            }
        };
        let out = edit(&bytes, commands, quiet);
        let micros = cx.micros();
        let files = cx.files_mut();
        let kept = if suffix.is_empty() { Ok(()) } else { files.write(&format!("{path}{suffix}"), bytes, micros) };
        if let Err(error) = kept.and_then(|()| files.write(&path, out, micros)) {
            cx.err(format!("sed: couldn't write {name}: {error}\n"));
            code = 4;
        }
    }
    code
}

/// Runs the script over a whole text.
fn edit(input: &[u8], commands: &mut [Command], quiet: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    let ends_with_newline = text.ends_with('\n') || text.is_empty();
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(&text).split('\n').collect();
    let count = if text.is_empty() { 0 } else { lines.len() };
    let mut out = String::new();
    for command in commands.iter_mut() {
        command.inside = false;
    }
    let mut last_printed = false;
    for (index, line) in lines.iter().take(count).enumerate() {
        let place = Place { number: index + 1, last: index + 1 == count };
        let before = out.len();
        let mut cycle = Cycle { line: (*line).to_string(), after: Vec::new(), deleted: false, quit: false };
        for command in commands.iter_mut() {
            if cycle.selected(command, place) {
                cycle.act(command, place, &mut out);
            }
            if cycle.deleted || cycle.quit {
                break;
            }
        }
        if !quiet && !cycle.deleted {
            out.push_str(&cycle.line);
            out.push('\n');
        }
        last_printed = place.last && out.len() > before && cycle.after.is_empty();
        for text in &cycle.after {
            out.push_str(text);
            out.push('\n');
        }
        if cycle.quit {
            return out.into_bytes();
        }
    }
    // The last line keeps its missing newline, where it was the last thing printed.
    if !ends_with_newline && last_printed && out.ends_with('\n') {
        out.pop();
    }
    out.into_bytes()
}

#[derive(Clone, Copy)]
struct Place {
    number: usize,
    last: bool,
}

struct Cycle {
    line: String,
    after: Vec<String>,
    deleted: bool,
    quit: bool,
}

impl Cycle {
    fn hits(&self, address: &Address, place: Place) -> bool {
        match address {
            Address::Line(number) => *number == place.number,
            Address::Last => place.last,
            Address::Match(pattern) => pattern.is_match(&self.line),
        }
    }

    fn selected(&self, command: &mut Command, place: Place) -> bool {
        let hit = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(from), None) => self.hits(from, place),
            (Some(_), Some(to)) if command.inside => {
                // A line number that is already past ends the range at once.
                let past = matches!(to, Address::Line(n) if *n < place.number);
                command.inside = !(past || self.hits(to, place));
                !past
            }
            (Some(from), Some(to)) => {
                let begins = self.hits(from, place);
                command.inside = begins && !matches!(to, Address::Line(n) if *n <= place.number);
                begins
            }
        };
        hit != command.negated
    }

    fn act(&mut self, command: &Command, place: Place, out: &mut String) {
        match &command.action {
            Action::Delete => self.deleted = true,
            Action::Print => {
                out.push_str(&self.line);
                out.push('\n');
            }
            Action::Quit => self.quit = true,
            Action::LineNumber => out.push_str(&format!("{}\n", place.number)),
            Action::Append(text) => self.after.push(text.clone()),
            Action::Insert(text) => {
                out.push_str(text);
                out.push('\n');
            }
            Action::Change(text) => {
                if !command.inside {
                    out.push_str(text);
                    out.push('\n');
                }
                self.deleted = true;
            }
            Action::Translate(pairs) => {
                let swap = |c: char| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
                self.line = self.line.chars().map(swap).collect();
            }
            Action::Substitute { pattern, with, global, nth, print } => {
                if let Some(line) = substitute(&self.line, pattern, with, *global, (*nth).max(1)) {
                    self.line = line;
                    if *print {
                        out.push_str(&self.line);
                        out.push('\n');
                    }
                }
            }
        }
    }
}

fn substitute(line: &str, pattern: &regex_lite::Regex, with: &[Piece], global: bool, nth: usize) -> Option<String> {
    let mut out = String::new();
    let mut at = 0;
    let mut hit = false;
    for (index, found) in pattern.captures_iter(line).enumerate() {
        let whole = found.get(0)?;
        if index + 1 < nth || (hit && !global) {
            continue;
        }
        hit = true;
        out.push_str(&line[at..whole.start()]);
        for piece in with {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(n) => out.push_str(found.get(*n).map_or("", |group| group.as_str())),
            }
        }
        at = whole.end();
    }
    out.push_str(&line[at..]);
    hit.then_some(out)
}
