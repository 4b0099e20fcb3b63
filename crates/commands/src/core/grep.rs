//! `grep`: line by line as input comes, so that it can follow a stream.

use crate::getopt::{Given, Tool, flag, missing, parse, value};
use serde::{Deserialize, Serialize};
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
        missing('A', "after-context"),
        missing('B', "before-context"),
        missing('C', "context"),
        missing('P', "perl-regexp"),
        missing('f', "file"),
        missing('z', "null-data"),
        missing('\0', "include"),
        missing('\0', "exclude"),
    ],
    trouble: 2,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Grep {
    job: Option<Job>,
    /// Inputs to come, next one last; `-` is standard input.
    inputs: Vec<String>,
    names: bool,
    hits: u64,
    line: u64,
    any: bool,
    trouble: bool,
}

/// What to look for and how to tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Job {
    pattern: String,
    syntax: Syntax,
    ignore_case: bool,
    invert: bool,
    count: bool,
    list: bool,
    list_without: bool,
    numbers: bool,
    only: bool,
    quiet: bool,
    max: u64,
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
            for line in lines {
                self.look(&line, &name, &job, &regex, cx);
                if self.hits >= job.max || (self.any && job.quiet) {
                    break;
                }
            }
            if name != "-" || self.hits >= job.max || (self.any && job.quiet) {
                self.finish(&name, &job, cx);
            }
            if self.any && job.quiet {
                return Step::Done(0);
            }
        }
        Step::Done(if self.trouble { 2 } else { i32::from(!self.any) })
    }
}

impl Grep {
    fn start(&mut self, cx: &mut Cx<'_>) -> Result<(), i32> {
        let mut given = parse(cx, &TOOL)?;
        let mut patterns: Vec<String> = given.values("e").into_iter().map(String::from).collect();
        if patterns.is_empty() {
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
        let (pattern, syntax) = joined(&patterns, syntax, given.has("w"), given.has("x"));
        self.inputs = self.files(&given, cx);
        self.job = Some(Job {
            pattern,
            syntax,
            ignore_case: given.has("i"),
            invert: given.has("v"),
            count: given.has("c"),
            list: given.has("l"),
            list_without: given.has("L"),
            numbers: given.has("n"),
            only: given.has("o"),
            quiet: given.has("q"),
            max,
        });
        Ok(())
    }

    fn files(&mut self, given: &Given, cx: &mut Cx<'_>) -> Vec<String> {
        let recursive = given.has("r") || given.has("R");
        let mut names = given.operands.clone();
        if names.is_empty() {
            names.push(if recursive { ".".into() } else { "-".into() });
        }
        self.names = (names.len() > 1 || recursive || given.has("H")) && !given.has("h");
        let mut all = Vec::new();
        for name in names {
            let path = cx.path(&name);
            let is_dir = name != "-" && cx.files().is_dir(&path);
            if is_dir && recursive {
                let found = cx.files().walk(&path, &mut |_| true).unwrap_or_default();
                let shown = |full: &str| match (name.as_str(), given.operands.is_empty()) {
                    (".", true) => full[path.len()..].trim_start_matches('/').to_string(),
                    _ => format!("{}{}", name.trim_end_matches('/'), &full[path.len()..]),
                };
                all.extend(found.iter().filter(|(_, stat)| stat.kind == Kind::File).map(|(full, _)| shown(full)));
            } else if is_dir {
                cx.err(format!("grep: {name}: Is a directory\n"));
            } else {
                all.push(name);
            }
        }
        all.reverse();
        all
    }

    fn label(&self, name: &str) -> String {
        let shown = if name == "-" { "(standard input)" } else { name };
        if self.names { format!("{shown}:") } else { String::new() }
    }

    fn look(&mut self, line: &[u8], name: &str, job: &Job, regex: &regex_lite::Regex, cx: &mut Cx<'_>) {
        self.line += 1;
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
        if regex.is_match(&text) == job.invert {
            return;
        }
        self.any = true;
        self.hits += 1;
        if job.quiet || job.count || job.list || job.list_without {
            return;
        }
        let mut prefix = self.label(name);
        if job.numbers {
            prefix.push_str(&format!("{}:", self.line));
        }
        if job.only && !job.invert {
            let found: String =
                regex.find_iter(&text).filter(|m| !m.is_empty()).map(|m| format!("{prefix}{}\n", m.as_str())).collect();
            cx.out(found);
        } else if cx.stdout_is_terminal() && !job.invert {
            let marked = regex.replace_all(&text, "\x1b[1;31m$0\x1b[0m");
            cx.out(format!("{prefix}{marked}\n"));
        } else {
            cx.out(format!("{prefix}{text}\n"));
        }
    }

    fn finish(&mut self, name: &str, job: &Job, cx: &mut Cx<'_>) {
        let shown = if name == "-" { "(standard input)" } else { name };
        if job.quiet {
        } else if job.count {
            let label = self.label(name);
            cx.out(format!("{label}{}\n", self.hits));
        } else if (job.list && self.hits > 0) || (job.list_without && self.hits == 0) {
            cx.out(format!("{shown}\n"));
        }
        self.inputs.pop();
        self.hits = 0;
        self.line = 0;
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
