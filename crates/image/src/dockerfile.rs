//! Dockerfiles: lines to instructions, with BuildKit's words for what is wrong (`frontend/dockerfile/parser`).

use crate::history::History;
use serde::{Deserialize, Serialize};

/// A text within the file: `<<EOF … EOF`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heredoc {
    pub name: String,
    /// Variables in it are filled in.
    pub expand: bool,
    pub text: String,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// `COPY`
    pub word: String,
    pub flags: Vec<(String, String)>,
    /// What follows the flags, lines joined.
    pub rest: String,
    /// `["node", "server.js"]`
    pub json: Option<Vec<String>>,
    pub heredocs: Vec<Heredoc>,
    /// Its lines, from 1.
    pub first: usize,
    pub last: usize,
}

/// A file's instructions, and its text for excerpts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dockerfile {
    pub text: String,
    pub escape: char,
    pub instructions: Vec<Instruction>,
}

/// What is wrong, and in which lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub lines: (usize, usize),
    /// What stands behind `failed to solve: `.
    pub message: String,
}

const WORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

impl Instruction {
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As it was written, flags included, on one line.
    pub fn written(&self) -> String {
        let mut text = self.word.clone();
        for (name, value) in &self.flags {
            text.push_str(&if value.is_empty() { [" --", name].concat() } else { [" --", name, "=", value].concat() });
        }
        if !self.rest.is_empty() {
            text.push(' ');
            text.push_str(&self.rest);
        }
        text
    }

    /// The words of `COPY` and its like: of the JSON form, or between blanks.
    pub fn words(&self) -> Vec<String> {
        match &self.json {
            Some(words) => words.clone(),
            None => self.rest.split_whitespace().map(String::from).collect(),
        }
    }

    /// Whether it makes a step of its own in the progress.
    pub fn is_step(&self) -> bool {
        matches!(self.word.as_str(), "RUN" | "COPY" | "ADD" | "WORKDIR")
    }
}

impl Dockerfile {
    /// Reads a file; it knows nothing of stages yet.
    #[inline(never)]
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let lines: Vec<&str> = text.lines().collect();
        let escape = escape_of(&lines);
        let (mut at, mut instructions) = (0, Vec::new());
        while at < lines.len() {
            let line = lines[at].trim_start();
            if line.trim().is_empty() || line.starts_with('#') {
                at += 1;
                continue;
            }
            let first = at + 1;
            let joined = join(&lines, &mut at, escape);
            let mut made = instruction(&joined, first, at)?;
            if matches!(made.word.as_str(), "RUN" | "COPY" | "ADD") && made.json.is_none() {
                read_heredocs(&mut made, &lines, &mut at)?;
            }
            made.last = at;
            instructions.push(made);
        }
        if instructions.is_empty() {
            let message =
                if text.trim().is_empty() { "the Dockerfile cannot be empty" } else { "file with no instructions" };
            return Err(Wrong { lines: (0, 0), message: ["failed to read dockerfile: ", message].concat() });
        }
        Ok(Self { text: text.to_string(), escape, instructions })
    }

    /// The lines around an instruction, as BuildKit shows them below an error.
    pub fn excerpt(&self, name: &str, (first, last): (usize, usize)) -> String {
        let lines: Vec<&str> = self.text.split('\n').collect();
        let from = first.saturating_sub(3).max(1);
        let to = (last + 2).min(lines.len());
        let mut out = [name, ":", &first.to_string(), "\n--------------------\n"].concat();
        for number in from..=to {
            let mark = if (first..=last).contains(&number) { ">>>" } else { "   " };
            out.push_str(&format!("{number:4} | {mark} {}\n", lines[number - 1].trim_end_matches('\r')));
        }
        out.push_str("--------------------\n");
        out
    }
}

fn escape_of(lines: &[&str]) -> char {
    for line in lines {
        let Some(directive) = line.trim().strip_prefix('#') else { break };
        let Some((name, value)) = directive.split_once('=') else { break };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// An instruction's lines as one; comments and empty lines between them do not count. `at` moves behind them.
#[inline(never)]
fn join(lines: &[&str], at: &mut usize, escape: char) -> String {
    let mut joined = String::new();
    let mut first = true;
    while let Some(line) = lines.get(*at) {
        let bare = line.trim();
        *at += 1;
        if !first && (bare.is_empty() || bare.starts_with('#')) {
            continue;
        }
        let line = if first { line.trim_start() } else { line };
        first = false;
        match line.trim_end().strip_suffix(escape) {
            Some(more) => joined.push_str(more),
            None => {
                joined.push_str(line.trim_end());
                break;
            }
        }
    }
    joined
}

#[inline(never)]
fn instruction(line: &str, first: usize, last: usize) -> Result<Instruction, Wrong> {
    let (word, mut rest) = line.split_once([' ', '\t']).map_or((line, ""), |(word, rest)| (word, rest.trim()));
    let upper = word.to_ascii_uppercase();
    if !WORDS.contains(&upper.as_str()) {
        let message = ["unknown instruction: ", word, &suggestion(word)].concat();
        return Err(at_line((first, last), &message));
    }
    let mut flags = Vec::new();
    while let Some(flag) = rest.strip_prefix("--") {
        let (one, more) = flag.split_once([' ', '\t']).unwrap_or((flag, ""));
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        flags.push((name.to_string(), value.to_string()));
        rest = more.trim_start();
    }
    let takes_json =
        ["RUN", "CMD", "ENTRYPOINT", "COPY", "ADD", "VOLUME", "SHELL", "HEALTHCHECK"].contains(&upper.as_str());
    let json = takes_json.then(|| json_words(rest)).flatten();
    let made = Instruction { word: upper, flags, rest: rest.to_string(), json, heredocs: Vec::new(), first, last };
    match complaint(&made) {
        Some(message) => Err(at_line((first, last), &message)),
        None => Ok(made),
    }
}

pub(crate) fn at_line(lines: (usize, usize), message: &str) -> Wrong {
    Wrong { lines, message: format!("dockerfile parse error on line {}: {message}", lines.0) }
}

/// A list of texts; anything else is for the shell.
pub(crate) fn json_words(text: &str) -> Option<Vec<String>> {
    if !text.starts_with('[') {
        return None;
    }
    let value = manifest::Value::from_json(text).ok()?;
    value.as_list()?.iter().map(|item| item.as_str().map(String::from)).collect()
}

/// What BuildKit says of an instruction by itself (`frontend/dockerfile/instructions/parse.go`).
#[inline(never)]
fn complaint(made: &Instruction) -> Option<String> {
    let word = made.word.as_str();
    let words = made.words();
    let known: &[&str] = match word {
        "COPY" => &["from", "chown", "chmod", "link", "parents", "exclude"],
        "ADD" => &["chown", "chmod", "link", "keep-git-dir", "checksum", "exclude"],
        "RUN" => &["mount", "network", "security"],
        "FROM" => &["platform"],
        "HEALTHCHECK" => &["interval", "timeout", "start-period", "start-interval", "retries"],
        _ => &[],
    };
    if let Some((name, _)) = made.flags.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Some(format!("unknown flag: --{name}"));
    }
    match word {
        "FROM" if words.len() == 3 && words[1].eq_ignore_ascii_case("as") => {
            let name = words[2].to_ascii_lowercase();
            let good = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
            (!good).then(|| {
                format!(
                    "invalid name for build stage: {:?}, name can't start with a number or contain symbols",
                    words[2]
                )
            })
        }
        "FROM" if words.len() != 1 => Some("FROM requires either one or three arguments".into()),
        "COPY" | "ADD" if words.len() < 2 => Some(format!(
            "{word} requires at least two arguments, but only one was provided. Destination could not be determined"
        )),
        "WORKDIR" | "USER" | "STOPSIGNAL" if words.len() != 1 => Some(format!("{word} requires exactly one argument")),
        "ENV" | "LABEL" => pairs(&made.rest, word).err(),
        "ARG" | "EXPOSE" | "VOLUME" | "ONBUILD" | "HEALTHCHECK" if words.is_empty() => {
            Some(format!("{word} requires at least one argument"))
        }
        "SHELL" if made.json.is_none() => Some("SHELL requires the arguments to be in JSON form".into()),
        _ => None,
    }
}

/// `A=1 B="two words"`, or the old `A one value`. Quotes and variables stay.
#[inline(never)]
pub(crate) fn pairs(rest: &str, word: &str) -> Result<Vec<(String, String)>, String> {
    let words = quoted_words(rest);
    let Some(first) = words.first() else { return Err(format!("{word} requires at least one argument")) };
    if !first.contains('=') {
        let Some((name, value)) = rest.split_once([' ', '\t']) else {
            return Err(format!("{word} must have two arguments"));
        };
        return Ok(vec![(name.to_string(), value.trim().to_string())]);
    }
    let mut all = Vec::new();
    for one in &words {
        let Some((name, value)) = one.split_once('=') else {
            return Err(format!("Syntax error - can't find = in {one:?}. Must be of the form: name=value"));
        };
        if name.is_empty() {
            return Err(format!("{word} names can not be blank"));
        }
        all.push((name.to_string(), value.to_string()));
    }
    Ok(all)
}

/// Words between blanks that stand in no quotes.
#[inline(never)]
pub(crate) fn quoted_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut escaped) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        if quote.is_none() && !escaped && c.is_whitespace() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        word.push(c);
        match quote {
            _ if escaped => escaped = false,
            _ if c == '\\' && quote != Some('\'') => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[inline(never)]
fn read_heredocs(made: &mut Instruction, lines: &[&str], at: &mut usize) -> Result<(), Wrong> {
    for word in made.rest.clone().split_whitespace() {
        let Some(mark) = word.strip_prefix("<<").filter(|mark| !mark.is_empty() && !mark.starts_with('<')) else {
            continue;
        };
        let (chomp, mark) = mark.strip_prefix('-').map_or((false, mark), |mark| (true, mark));
        let name = mark.trim_matches(['"', '\'']);
        let mut text = String::new();
        loop {
            let Some(line) = lines.get(*at) else {
                return Err(Wrong {
                    lines: (made.first, *at),
                    message: "dockerfile parse error: unterminated heredoc".into(),
                });
            };
            *at += 1;
            let line = if chomp { line.trim_start_matches('\t') } else { line };
            if line == name {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        made.heredocs.push(Heredoc { name: name.to_string(), expand: name == mark, text });
    }
    Ok(())
}

/// ` (did you mean RUN?)`: BuildKit's `util/suggest`.
#[inline(never)]
fn suggestion(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let mut best = (3, "");
    for known in WORDS {
        let distance = distance(&lower, &known.to_ascii_lowercase());
        if distance < best.0 {
            best = (distance, known);
        }
    }
    if best.1.is_empty() {
        return String::new();
    }
    let shown = if word == word.to_ascii_uppercase() { best.1.to_string() } else { best.1.to_ascii_lowercase() };
    [" (did you mean ", &shown, "?)"].concat()
}

/// Levenshtein's.
#[inline(never)]
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.bytes().enumerate() {
            let next = (diagonal + usize::from(left != right)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

impl History {
    /// What `docker history` shows in CREATED BY for an instruction that runs in the shell.
    pub(crate) fn shell(text: &str) -> String {
        [text, " # buildkit"].concat()
    }
}
