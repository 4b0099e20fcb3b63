//! `grep`: line by line as input comes, so that it can follow a stream.

use super::grep_lines::{Context, Lines};
use crate::getopt::{Given, Tool, flag, missing, parse_words, value};
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use shell::glob_matches as matches;
use shell::regex::{Syntax, build};
use vfs::Kind;
use world::{Behaviour, Cx, Read, Step};

pub(super) const TOOL: Tool = Tool {
    name: "grep",
    usage: "[OPTION]... PATTERNS [FILE]...",
    summary: "Print lines that match.",
    options: &[
        flag('E', "extended-regexp", "PATTERN is an extended regular expression"),
        flag('F', "fixed-strings", "PATTERN is text"),
        flag('G', "basic-regexp", "PATTERN is a basic regular expression (default)"),
        value('e', "regexp", "PATTERN", "a pattern; may be given several times"),
        flag('i', "ignore-case", "upper and lower case are the same"),
        flag('v', "invert-match", "lines that do not match"),
        flag('w', "word-regexp", "whole words"),
        flag('x', "line-regexp", "whole lines"),
        flag('c', "count", "only how many lines"),
        flag('l', "files-with-matches", "only the names of files with a match"),
        flag('L', "files-without-match", "only the names of files without one"),
        flag('n', "line-number", "with line numbers"),
        flag('o', "only-matching", "only what matches"),
        flag('q', "quiet", "print nothing"),
        flag('s', "no-messages", "no word of files that cannot be read"),
        flag('h', "no-filename", "without file names"),
        flag('H', "with-filename", "with file names"),
        flag('r', "recursive", "folders with all in them"),
        flag('R', "dereference-recursive", "as -r"),
        value('m', "max-count", "NUM", "stop after NUM lines"),
        value('\0', "color", "[WHEN]", "mark what matches: always, never, auto"),
        value('A', "after-context", "NUM", "with NUM lines behind each match"),
        value('B', "before-context", "NUM", "with NUM lines before each match"),
        value('C', "context", "NUM", "with NUM lines around each match; so does -NUM"),
        flag('a', "text", "also in files that are not text"),
        value('f', "file", "FILE", "patterns from FILE, one a line"),
        value('\0', "include", "GLOB", "of folders only files whose names match GLOB"),
        value('\0', "exclude", "GLOB", "no files whose names match GLOB"),
        value('\0', "exclude-dir", "GLOB", "no folders whose names match GLOB"),
        missing('P', "perl-regexp"),
        missing('z', "null-data"),
        missing('b', "byte-offset"),
    ],
    trouble: 2,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Grep {
    job: Option<Job>,
    /// Inputs to come, next one last; `-` is standard input.
    inputs: Vec<String>,
    lines: Lines,
    any: bool,
    trouble: bool,
}

/// What to look for and how to tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pattern: String,
    syntax: Syntax,
    ignore_case: bool,
    pub invert: bool,
    count: bool,
    list: bool,
    list_without: bool,
    pub names: bool,
    pub numbers: bool,
    pub only: bool,
    quiet: bool,
    text: bool,
    max: u64,
    pub context: Option<Context>,
}

impl Job {
    /// Whether lines are printed at all.
    fn prints(&self) -> bool {
        !(self.quiet || self.count || self.list || self.list_without)
    }
}

impl From<Vec<String>> for Grep {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Grep {
    const PROGRAM: &'static str = "grep";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.job.is_none()
            && let Err(code) = self.start(cx)
        {
            return Step::Done(code);
        }
        let job = self.job.clone().expect("started above");
        let regex = match build(&job.pattern, job.syntax, job.ignore_case) {
            Ok(regex) => regex,
            Err(reason) => {
                cx.err(format!("grep: {reason}\n"));
                return Step::Done(2);
            }
        };
        while let Some(name) = self.inputs.last().cloned() {
            let lines = if name == "-" {
                match cx.read_line() {
                    Read::Line(line) => vec![line],
                    Read::Wait => return Step::Stdin,
                    Read::End => {
                        self.finish(&name, &job, cx);
                        continue;
                    }
                }
            } else {
                match cx.files().read(&cx.path(&name)) {
                    Ok(bytes) => super::input::lines(&bytes).map(<[u8]>::to_vec).collect(),
                    Err(error) => {
                        cx.err(format!("grep: {name}: {error}\n"));
                        self.trouble = true;
                        self.inputs.pop();
                        continue;
                    }
                }
            };
            // A byte of zero is in no text.
            let secret = !job.text && job.prints() && lines.iter().any(|line| line.contains(&0));
            for line in lines {
                self.look(&line, &name, &job, &regex, secret, cx);
                if self.is_done(&job) || (secret && self.lines.hits > 0) {
                    break;
                }
            }
            if secret && self.lines.hits > 0 {
                cx.err(format!("grep: {}: binary file matches\n", shown(&name)));
            }
            if name != "-" || self.is_done(&job) {
                self.finish(&name, &job, cx);
            }
            if self.any && job.quiet {
                return Step::Done(0);
            }
        }
        Step::Done(if self.trouble { 2 } else { i32::from(!self.any) })
    }
}

/// `-5` as `-C 5`.
fn spelled_out(args: Vec<String>) -> Vec<String> {
    let is_number =
        |arg: &str| arg.strip_prefix('-').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let mut ended = false;
    args.into_iter()
        .map(|arg| {
            ended |= arg == "--";
            if !ended && is_number(&arg) { format!("-C{}", &arg[1..]) } else { arg }
        })
        .collect()
}

fn shown(name: &str) -> &str {
    if name == "-" { "(standard input)" } else { name }
}

/// How many lines around a match; nothing where none was asked for.
fn context(given: &Given) -> Result<Option<Context>, String> {
    let (mut before, mut after) = (None, None);
    for (option, text) in given.in_order(&["A", "B", "C"]) {
        let lines: u64 = text.parse().map_err(|_| format!("{text}: invalid context length argument"))?;
        match option {
            "A" => after = Some(lines),
            "B" => before = Some(lines),
            _ => (before, after) = (before.or(Some(lines)), after.or(Some(lines))),
        }
    }
    // `-A` and `-B` win over `-C`, wherever they stand.
    let asked = before.is_some() || after.is_some();
    Ok(asked.then(|| Context { before: before.unwrap_or(0), after: after.unwrap_or(0) }))
}

impl Grep {
    /// Whether the rest of an input changes nothing.
    fn is_done(&self, job: &Job) -> bool {
        let full = self.lines.hits >= job.max && (self.lines.after == 0 || !job.prints());
        full || (self.any && job.quiet)
    }

    fn start(&mut self, cx: &mut Cx<'_>) -> Result<(), i32> {
        let words = spelled_out(cx.args());
        let mut given = parse_words(cx, &words, &TOOL)?;
        let mut patterns: Vec<String> = given.values("e").into_iter().map(String::from).collect();
        for name in given.values("f") {
            match cx.files().read(&cx.path(name)) {
                Ok(bytes) => patterns.extend(String::from_utf8_lossy(&bytes).lines().map(String::from)),
                Err(error) => {
                    cx.err(format!("grep: {name}: {error}\n"));
                    return Err(2);
                }
            }
        }
        if patterns.is_empty() && !given.has("f") {
            if given.operands.is_empty() {
                cx.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n");
                return Err(2);
            }
            patterns.push(given.operands.remove(0));
        }
        let max = given.value("m").map(str::parse);
        let Ok(max) = max.unwrap_or(Ok(u64::MAX)) else {
            cx.err("grep: invalid max count\n");
            return Err(2);
        };
        let syntax = match given.last(&["E", "F", "G"]) {
            Some("E") => Syntax::Extended,
            Some("F") => Syntax::Fixed,
            _ => Syntax::Basic,
        };
        let context = context(&given).map_err(|reason| {
            cx.err(format!("grep: {reason}\n"));
            2
        })?;
        // No pattern at all matches nothing.
        let invert = given.has("v") != patterns.is_empty();
        let (pattern, syntax) = joined(&patterns, syntax, given.has("w"), given.has("x"));
        let names;
        (self.inputs, names) = files(&given, cx);
        self.job = Some(Job {
            pattern,
            syntax,
            ignore_case: given.has("i"),
            invert,
            count: given.has("c"),
            list: given.has("l"),
            list_without: given.has("L"),
            names,
            numbers: given.has("n"),
            only: given.has("o"),
            quiet: given.has("q"),
            text: given.has("a"),
            max,
            context,
        });
        Ok(())
    }

    fn look(&mut self, line: &[u8], name: &str, job: &Job, regex: &Regex, secret: bool, cx: &mut Cx<'_>) {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
        let matches = self.lines.hits < job.max && regex.is_match(&text) != job.invert;
        self.any |= matches;
        self.lines.hits += u64::from(matches);
        if job.prints() && !secret {
            self.lines.print(text, matches, name, job, regex, cx);
        }
    }

    fn finish(&mut self, name: &str, job: &Job, cx: &mut Cx<'_>) {
        let hits = self.lines.hits;
        if job.quiet {
        } else if job.count {
            let label = if job.names { format!("{}:", shown(name)) } else { String::new() };
            cx.out(format!("{label}{hits}\n"));
        } else if (job.list && hits > 0) || (job.list_without && hits == 0) {
            cx.out(format!("{}\n", shown(name)));
        }
        self.inputs.pop();
        self.lines.next_input();
    }
}

/// All inputs, the last one first, and whether their names are told.
fn files(given: &Given, cx: &mut Cx<'_>) -> (Vec<String>, bool) {
    let recursive = given.has("r") || given.has("R");
    let mut names = given.operands.clone();
    if names.is_empty() {
        names.push(if recursive { ".".into() } else { "-".into() });
    }
    let told = (names.len() > 1 || recursive || given.has("H")) && !given.has("h");
    let mut all = Vec::new();
    for name in names {
        let path = cx.path(&name);
        let is_dir = name != "-" && cx.files().is_dir(&path);
        if is_dir && recursive {
            let enters = |full: &str| {
                let last = full.rsplit('/').next().unwrap_or(full);
                !given.values("exclude-dir").iter().any(|glob| matches(glob.trim_end_matches('/'), last))
            };
            let found = cx.files().walk(&path, &mut |full| full == path || enters(full)).unwrap_or_default();
            let shown = |full: &str| match (name.as_str(), given.operands.is_empty()) {
                (".", true) => full[path.len()..].trim_start_matches('/').to_string(),
                _ => format!("{}{}", name.trim_end_matches('/'), &full[path.len()..]),
            };
            let files = found.iter().filter(|(full, stat)| stat.kind == Kind::File && is_wanted(given, full));
            all.extend(files.map(|(full, _)| shown(full)));
        } else if is_dir {
            cx.err(format!("grep: {name}: Is a directory\n"));
        } else if name == "-" || is_wanted(given, &name) {
            all.push(name);
        }
    }
    all.reverse();
    (all, told)
}

/// `--include` and `--exclude`: the last that matches counts; without one, what the first of all is not.
fn is_wanted(given: &Given, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let rules = given.in_order(&["include", "exclude"]);
    let hit = rules.iter().rev().find(|(_, glob)| matches(glob, last));
    match (hit, rules.first()) {
        (Some((kind, _)), _) => *kind == "include",
        (None, Some((kind, _))) => *kind == "exclude",
        (None, None) => true,
    }
}

/// Several patterns, `-w` and `-x` as one extended pattern.
fn joined(patterns: &[String], syntax: Syntax, words: bool, lines: bool) -> (String, Syntax) {
    let lines_of: Vec<&str> = patterns.iter().flat_map(|p| p.split('\n')).collect();
    if lines_of.len() == 1 && !words && !lines {
        return (lines_of[0].to_string(), syntax);
    }
    let one = |p: &&str| match syntax {
        Syntax::Fixed => regex_lite::escape(p),
        Syntax::Extended => (*p).to_string(),
        Syntax::Basic => shell::regex::to_extended(p),
    };
    let any = lines_of.iter().map(one).collect::<Vec<_>>().join("|");
    let text = match (words, lines) {
        (_, true) => format!("^({any})$"),
        (true, false) => format!("\\b({any})\\b"),
        _ => any,
    };
    (text, Syntax::Extended)
}
