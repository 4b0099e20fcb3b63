//! One session through `opsfest sh` and through the real tools.

use super::draw::session;
use super::state::state_of;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use testkit::Temp;

/// Above the sandbox's home folder `learner`: what the folder above the real one is called when texts are compared.
const ABOVE_HOME: &str = "/home";
/// The first line's date; each line is ten seconds later.
const START: u64 = 1_780_684_200;
const MARK: &str = "#=#=";

/// What a seed came to.
pub struct Compared {
    pub seed: u64,
    pub commands: usize,
    pub equal: usize,
    /// Each command that differs, and each difference of the ends, in words.
    pub differ: Vec<String>,
    pub state_differs: Vec<String>,
}

/// What a command gave.
#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    out: String,
    err: String,
    code: String,
}

/// Dates, the line, then a mark on both outputs and the exit code.
fn script(lines: &[String]) -> String {
    let mut text = String::new();
    for (n, line) in (0..).zip(lines) {
        let date = format!("{} +0000", START + n * 10);
        writeln!(text, "export GIT_AUTHOR_DATE='{date}' GIT_COMMITTER_DATE='{date}' TERM=dumb").expect("memory");
        writeln!(text, "{line}\nr=$?; echo \"{MARK}{n} $r\"; echo \"{MARK}{n} .\" >&2; r=").expect("memory");
    }
    text
}

/// The text of each command: what stands before its mark.
fn cut(text: &str, commands: usize) -> Vec<(String, String)> {
    let mut rest = text;
    (0..commands)
        .map(|n| {
            let parts = rest.split_once(&format!("{MARK}{n} ")).and_then(|(before, after)| {
                let (code, after) = after.split_once('\n')?;
                rest = after;
                Some((before.to_string(), code.to_string()))
            });
            // The script ended in this command: all that is left is its text.
            parts.unwrap_or_else(|| (std::mem::take(&mut rest).to_string(), "ended".into()))
        })
        .collect()
}

fn run(mut command: Command, home: &Path, lines: usize) -> (Vec<Given>, Option<i32>) {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&above(home), ABOVE_HOME);
    let (out, err) = (cut(&text(&output.stdout), lines), cut(&text(&output.stderr), lines));
    let given = out.into_iter().zip(err).map(|((out, code), (err, _))| Given { out, err, code }).collect();
    (given, output.status.code())
}

fn ours(file: &Path, export: &Path) -> Command {
    let program = std::env::var_os("OPSFEST").unwrap_or_else(|| env!("CARGO_BIN_EXE_opsfest").into());
    let mut command = Command::new(program);
    command.args(["sh", "--export"]).arg(export).arg(file);
    command
}

fn real(file: &Path, home: &Path) -> Command {
    let mut command = Command::new("bash");
    command
        .arg(file)
        .current_dir(home)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("USER", "learner")
        .env("LANG", "C.UTF-8")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn above(home: &Path) -> String {
    home.parent().unwrap_or(home).display().to_string()
}

pub fn compare(seed: u64) -> Compared {
    let lines = session(seed);
    let folder = Temp::new(&format!("contract-{seed}"));
    let (home, export) = (folder.path("home/learner"), folder.path("export/learner"));
    std::fs::create_dir_all(&home).expect("the temporary folder takes folders");
    let file = folder.file("session.sh", script(&lines));
    let (mine, my_end) = run(ours(&file, &export), &home, lines.len());
    let (theirs, their_end) = run(real(&file, &home), &home, lines.len());
    // Lines behind the end of both scripts are no commands.
    let ended = |given: &[Given]| given.iter().position(|given| given.code == "ended").unwrap_or(lines.len() - 1);
    let last = ended(&mine).max(ended(&theirs));
    let mut compared = Compared { seed, commands: last + 1, equal: 0, differ: Vec::new(), state_differs: Vec::new() };
    for (n, (line, (mine, theirs))) in lines.iter().zip(mine.iter().zip(&theirs)).enumerate().take(last + 1) {
        if mine == theirs && (n < last || my_end == their_end) {
            compared.equal += 1;
        } else {
            compared.differ.push(told(n, line, (mine, my_end), (theirs, their_end)));
        }
    }
    let (mine, theirs) = (state_of(&export, ABOVE_HOME), state_of(&home, ABOVE_HOME));
    for name in mine.keys().chain(theirs.keys().filter(|name| !mine.contains_key(*name))) {
        let (a, b) = (mine.get(name), theirs.get(name));
        if a != b {
            compared.state_differs.push(format!("{name}\n{}{}", only_in('-', b, a), only_in('+', a, b)));
        }
    }
    compared
}

/// Lines of one text that the other has not, each behind `sign`.
fn only_in(sign: char, text: Option<&String>, other: Option<&String>) -> String {
    let Some(text) = text else { return format!("{sign} (nothing)\n") };
    let other: Vec<&str> = other.map(|text| text.lines().collect()).unwrap_or_default();
    text.lines().filter(|line| !other.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
}

fn told(n: usize, line: &str, mine: (&Given, Option<i32>), theirs: (&Given, Option<i32>)) -> String {
    let side = |(given, end): (&Given, Option<i32>)| {
        format!("{} (script {})\n{}!{}", given.code, end.unwrap_or(-1), given.out, given.err.replace('\n', "\n!"))
    };
    format!("{n}: $ {line}\n--- real {}\n--- ours {}", side(theirs), side(mine))
}
