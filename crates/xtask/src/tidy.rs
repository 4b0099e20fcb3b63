//! `cargo xtask tidy`: what the style guide says about files and functions, and a compiler does not. Two counts
//! in `.ci/ratchet.txt` may only fall.

use crate::files;
use crate::flags::Flags;
use crate::outcome::Counts;
use crate::process::{self, say};
use crate::source;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

const LINES_MAX: usize = 600;
const LINES_TO_EXPLAIN: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const RATCHET: &str = ".ci/ratchet.txt";

/// Words that code (not its comments or texts) may not hold, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("#[ignore", "a known wrong result is asserted as it is, with a sentence saying why"),
    ("HashMap", "iteration order differs between runs: use BTreeMap"),
    ("HashSet", "iteration order differs between runs: use BTreeSet"),
    ("todo!(", "nothing unfinished is left behind"),
    ("unimplemented!(", "nothing unfinished is left behind"),
];

pub fn run(flags: Flags) -> Result<bool> {
    flags.done()?;
    let counts = check()?;
    println!("{}", counts.line());
    Ok(counts.failed == 0)
}

/// One file as tidy sees it.
#[derive(Debug)]
struct File {
    path: String,
    text: String,
    /// Empty for what is not Rust.
    code: String,
}

/// Every rule is one check, whatever the number of places that break it; the places are printed.
pub fn check() -> Result<Counts> {
    let files = load(&process::root())?;
    let rust = || files.iter().filter(|file| file.path.ends_with(".rs"));
    let rules: Vec<Vec<String>> = vec![
        files.iter().filter_map(too_long).collect(),
        files.iter().flat_map(blanks).collect(),
        rust().filter_map(without_doc).collect(),
        rust().flat_map(forbidden).collect(),
        ratchet(&counts_now(&files))?,
    ];
    let mut counts = Counts::default();
    for places in rules {
        counts.count(places.is_empty());
        for place in places {
            println!("tidy: {place}");
        }
    }
    Ok(counts)
}

fn load(root: &Path) -> Result<Vec<File>> {
    let mut loaded = Vec::new();
    for folder in ["crates", "src", "e2e", "editor"] {
        for path in files::sources(&root.join(folder))? {
            if files::has_extension(&path, &["rs", "mjs", "js"]) {
                let text = files::read_text(&path)?;
                let code = if files::has_extension(&path, &["rs"]) { source::code_only(&text) } else { String::new() };
                loaded.push(File { path: files::relative(root, &path), text, code });
            }
        }
    }
    Ok(loaded)
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LINES_MAX).then(|| format!("{}: {lines} lines, more than {LINES_MAX}", file.path))
}

/// Tabs before code and blanks at line ends; what stands inside a text literal may be anything.
fn blanks(file: &File) -> Vec<String> {
    let text = if file.code.is_empty() { &file.text } else { &file.code };
    let wrong = |line: &str| line.contains('\t') || line.ends_with(' ');
    let places = text.lines().enumerate().filter(|(_, line)| wrong(line));
    places.map(|(at, _)| format!("{}:{}: a tab, or a blank at the end of the line", file.path, at + 1)).collect()
}

/// Every crate and module says what it is; only files of tests may leave it out.
fn without_doc(file: &File) -> Option<String> {
    let tests = file.path.ends_with("/tests.rs");
    let documented = file.text.trim_start().starts_with("//!");
    (!tests && !documented).then(|| format!("{}: does not open with `//!`", file.path))
}

fn forbidden(file: &File) -> Vec<String> {
    let mut places = Vec::new();
    for (at, line) in file.code.lines().enumerate() {
        for (word, why) in FORBIDDEN {
            if line.contains(word) {
                places.push(format!("{}:{}: `{word}`: {why}", file.path, at + 1));
            }
        }
    }
    places
}

type Numbers = BTreeMap<String, usize>;

fn counts_now(files: &[File]) -> Numbers {
    let long_files = files.iter().filter(|file| file.text.lines().count() > LINES_TO_EXPLAIN).count();
    let bodies = files.iter().flat_map(|file| source::functions(&file.code));
    let long_functions = bodies.filter(|(_, _, lines)| *lines > FUNCTION_LINES_MAX).count();
    Numbers::from([
        (format!("files_over_{LINES_TO_EXPLAIN}_lines"), long_files),
        (format!("functions_over_{FUNCTION_LINES_MAX}_lines"), long_functions),
    ])
}

/// Compares with the ratchet file, and tightens it where the counts have fallen.
fn ratchet(now: &Numbers) -> Result<Vec<String>> {
    let file = process::root().join(RATCHET);
    let before = if file.is_file() { parse_ratchet(&files::read_text(&file)?)? } else { Numbers::new() };
    let (kept, grown) = tighten(&before, now);
    if kept != before {
        let lines: String = kept.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
        files::write(&file, lines)?;
        say(format_args!("{RATCHET} tightened"));
    }
    Ok(grown)
}

fn parse_ratchet(text: &str) -> Result<Numbers> {
    text.lines().filter(|line| !line.trim().is_empty()).map(parse_count).collect()
}

fn parse_count(line: &str) -> Result<(String, usize)> {
    let (name, count) = line.split_once(' ').with_context(|| format!("{RATCHET}: `{line}` is no name and count"))?;
    let count = count.trim().parse::<usize>().with_context(|| format!("{RATCHET}: `{line}` has no count"))?;
    Ok((name.to_owned(), count))
}

/// The lower of both counts each, and a sentence for each count that has grown.
fn tighten(before: &Numbers, now: &Numbers) -> (Numbers, Vec<String>) {
    let mut grown = Vec::new();
    let mut kept = Numbers::new();
    for (name, &count) in now {
        let limit = before.get(name).copied().unwrap_or(count);
        if count > limit {
            grown.push(format!("{name}: {count}, and the ratchet stands at {limit}"));
        }
        kept.insert(name.clone(), count.min(limit));
    }
    (kept, grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "crates/x/src/lib.rs".to_owned(), text: text.to_owned(), code: source::code_only(text) }
    }

    #[test]
    fn forbidden_words_only_count_in_code() {
        assert!(forbidden(&file("// HashMap\nlet a = \"todo!()\";")).is_empty());
        let places = forbidden(&file("fn a() {\n    todo!()\n}"));
        assert_eq!(places, ["crates/x/src/lib.rs:2: `todo!(`: nothing unfinished is left behind"]);
    }

    #[test]
    fn blanks_and_docs() {
        assert_eq!(blanks(&file("let a = 1; \n\tb\nlet c = \"\t\";")).len(), 2);
        assert!(without_doc(&file("//! A.\n")).is_none());
        assert!(without_doc(&file("use a;\n")).is_some());
    }

    #[test]
    fn counts_may_only_fall() {
        let numbers = |count| Numbers::from([("long".to_owned(), count)]);
        assert_eq!(tighten(&numbers(3), &numbers(2)), (numbers(2), vec![]));
        let (kept, grown) = tighten(&numbers(3), &numbers(5));
        assert_eq!((kept, grown.len()), (numbers(3), 1));
        assert_eq!(tighten(&Numbers::new(), &numbers(4)), (numbers(4), vec![]));
    }
}
