//! Other programs: how they are found, shown, run, and how their failure reads. Also the lines that say how far
//! a command has come.

use anyhow::{Context, Result, bail};
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

static START: OnceLock<Instant> = OnceLock::new();

/// Progress lines count from here.
pub fn start_clock() {
    START.get_or_init(Instant::now);
}

/// One line of progress, with the seconds since the start.
pub fn say(text: impl std::fmt::Display) {
    let secs = START.get_or_init(Instant::now).elapsed().as_secs_f64();
    println!("▸ {secs:6.1} s  {text}");
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where programs are looked for: npm's of e2e first, then `PATH`, then cargo's.
fn search_path() -> OsString {
    let mut folders = vec![root().join("e2e/node_modules/.bin")];
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        folders.push(Path::new(&home).join("bin"));
    } else if let Some(home) = std::env::var_os("HOME") {
        folders.push(Path::new(&home).join(".cargo/bin"));
    }
    std::env::join_paths(folders).unwrap_or_default()
}

/// The file that a program's name stands for.
pub fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What a program printed, while it was shown.
#[derive(Debug)]
pub struct Teed {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// A program about to run, in the repository's root unless told otherwise.
#[derive(Debug)]
pub struct Program {
    command: Command,
    shown: String,
}

impl Program {
    pub fn new(name: &str) -> Self {
        let file = find(name).map_or_else(|| OsString::from(name), PathBuf::into_os_string);
        let mut command = Command::new(file);
        command.env("PATH", search_path()).current_dir(root());
        Self { command, shown: name.to_owned() }
    }

    /// The cargo that runs us.
    pub fn cargo(subcommand: &str) -> Self {
        let mut program = Self::new("cargo");
        if let Some(cargo) = std::env::var_os("CARGO") {
            program.command = Command::new(cargo);
            program.command.env("PATH", search_path()).current_dir(root());
        }
        program.arg(subcommand)
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub fn args<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Self {
        args.into_iter().fold(self, Program::arg)
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it, its output going straight to the terminal.
    pub fn run(mut self) -> Result<()> {
        say(format_args!("$ {}", self.shown));
        let status = self.command.stdin(Stdio::null()).status().with_context(|| no_start(&self.shown))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown);
        }
        Ok(())
    }

    /// Runs it, shows its output line by line and keeps it.
    pub fn tee(mut self) -> Result<Teed> {
        say(format_args!("$ {}", self.shown));
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().with_context(|| no_start(&self.shown))?;
        let stdout = child.stdout.take().context("standard output is piped")?;
        let stderr = child.stderr.take().context("standard error is piped")?;
        let (stdout, stderr) = std::thread::scope(|scope| {
            let errors = scope.spawn(move || echo(stderr, |line| eprintln!("{line}")));
            let text = echo(stdout, |line| println!("{line}"));
            (text, errors.join().unwrap_or_default())
        });
        let status = child.wait().with_context(|| format!("waiting for `{}`", self.shown))?;
        Ok(Teed { status, stdout, stderr })
    }

    /// Runs it without showing anything and gives what it printed on standard output.
    pub fn read(mut self) -> Result<String> {
        let output = self.command.stdin(Stdio::null()).output().with_context(|| no_start(&self.shown))?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` failed ({}): {}", self.shown, output.status, why.trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What it answers when asked for its version, if it is there and answers.
    pub fn answer(self) -> Option<String> {
        self.read().ok().map(|text| text.trim().to_owned())
    }
}

fn no_start(shown: &str) -> String {
    format!("`{shown}` could not be started")
}

fn echo(stream: impl Read, show: impl Fn(&str)) -> String {
    let mut text = String::new();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        show(&line);
        text.push_str(&line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_kept() {
        let teed = Program::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).tee().unwrap();
        assert_eq!((teed.stdout.as_str(), teed.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(teed.status.code(), Some(3));
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = Program::new("sh").args(["-c", "exit 1"]).read().unwrap_err();
        assert!(error.to_string().starts_with("`sh -c exit 1` failed"), "{error}");
        assert!(Program::new("no-such-program-here").answer().is_none());
    }
}
