//! `--word-diff`: changed words inside of lines instead of changed lines.

use super::lines::{Algorithm, hunks};
use super::patch::PatchOptions;
use std::ops::Range;

/// How changed words are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Words {
    /// Changed lines, not words.
    #[default]
    Off,
    /// `[-gone-]{+new+}`.
    Plain,
    /// By colour only.
    Color,
    /// A line for each run of words, for scripts.
    Porcelain,
}

/// What a run of words is.
#[derive(Clone, Copy)]
enum Run {
    Same,
    Gone,
    New,
}

/// Prints what became of some lines; both sides may be empty, not both at once.
pub(crate) fn print_words(out: &mut String, old: &[&[u8]], new: &[&[u8]], options: &PatchOptions) {
    let (old, new) = (joined(old), joined(new));
    if new.is_empty() {
        write(out, Run::Gone, &old, options);
        return;
    }
    let (a, b) = (words(&old), words(&new));
    let (left, right): (Vec<&[u8]>, Vec<&[u8]>) = (
        a.iter().map(|word| old[word.clone()].as_bytes()).collect(),
        b.iter().map(|word| new[word.clone()].as_bytes()).collect(),
    );
    let mut at = 0;
    for hunk in hunks(&left, &right, Algorithm::Myers, false) {
        let (gone, made) = (span(&a, &hunk.old), span(&b, &hunk.new));
        write(out, Run::Same, &new[at..made.start.max(at)], options);
        write(out, Run::Gone, &old[gone], options);
        write(out, Run::New, &new[made.clone()], options);
        at = made.end.max(at);
    }
    write(out, Run::Same, &new[at..], options);
}

/// A line that did not change.
pub(crate) fn print_same(out: &mut String, line: &[u8], options: &PatchOptions) {
    let text = String::from_utf8_lossy(line);
    let body = text.strip_suffix('\n').unwrap_or(&text);
    if options.words == Words::Porcelain {
        out.push_str(&format!(" {body}\n~\n"));
    } else {
        out.push_str(body);
        if !body.is_empty() {
            out.push_str(options.colors.reset);
        }
        out.push('\n');
    }
}

fn joined(lines: &[&[u8]]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            text.push('\n');
        }
    }
    text
}

/// Where the words stand: runs of what is not blank.
fn words(text: &str) -> Vec<Range<usize>> {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let mut found = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().enumerate() {
        match (blank(byte), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        found.push(from..text.len());
    }
    found
}

/// From the first to the last of some words; where there are none, the place behind the word before.
fn span(words: &[Range<usize>], some: &Range<usize>) -> Range<usize> {
    match (words.get(some.start), some.end.checked_sub(1).and_then(|last| words.get(last))) {
        (Some(first), Some(last)) if !some.is_empty() => first.start..last.end,
        (_, last) => {
            let end = last.map_or(0, |last| last.end);
            end..end
        }
    }
}

/// A run of words line by line.
fn write(out: &mut String, run: Run, text: &str, options: &PatchOptions) {
    let colors = &options.colors;
    let color = match run {
        Run::Same => "",
        Run::Gone => colors.old,
        Run::New => colors.new,
    };
    let (before, after) = match (options.words, run) {
        (Words::Plain, Run::Gone) => ("[-", "-]"),
        (Words::Plain, Run::New) => ("{+", "+}"),
        (Words::Porcelain, Run::Same) => (" ", "\n"),
        (Words::Porcelain, Run::Gone) => ("-", "\n"),
        (Words::Porcelain, Run::New) => ("+", "\n"),
        _ => ("", ""),
    };
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        if !body.is_empty() {
            out.push_str(color);
            out.push_str(before);
            out.push_str(body);
            out.push_str(after);
            if !color.is_empty() {
                out.push_str(colors.reset);
            }
        }
        if line.ends_with('\n') {
            out.push_str(if options.words == Words::Porcelain { "~\n" } else { "\n" });
        }
    }
}
