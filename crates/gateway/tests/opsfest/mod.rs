//! The program under test, run where the lessons lie.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

pub fn opsfest<S: AsRef<OsStr>>(args: &[S]) -> Ran {
    run(command(args))
}

pub fn command<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opsfest"));
    command.args(args).current_dir(testkit::root()).env_remove("UPDATE").stdin(Stdio::null());
    command
}

pub fn run(mut command: Command) -> Ran {
    let output = command.output().expect("opsfest starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
}
