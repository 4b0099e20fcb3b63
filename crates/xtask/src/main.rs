//! All automation of Opsfest: `cargo xtask COMMAND`. CI and the README call this and nothing else.
//!
//! It runs other programs and moves files. It never decides anything about the simulated world, and no crate
//! of ours links it.

mod bench;
mod conformance;
mod editor;
mod engine;
mod files;
mod flags;
mod fuzz;
mod hashes;
mod html;
mod layers;
mod ledger;
mod lessons;
mod metadata;
mod origins;
mod outcome;
mod pack;
mod prerender;
mod process;
mod serve;
mod setup;
mod site;
mod sizes;
mod source;
mod split;
mod test;
mod tidy;
mod unlike;
mod wasm;

use anyhow::Result;
use flags::{Flags, Usage};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  setup                            install what the other commands need (they call it themselves)
  build [--base PATH] [--skip-opt] [--keep-engines DIR]
                                   the static site in dist/
  serve [--port N]                 build if needed, then serve dist/ on 127.0.0.1
  test [--only STEP,…]             everything that must hold; last line `N passed, N failed`
  layers                           who may use whom
  tidy                             file and function sizes, module docs, forbidden words
  fuzz [--inputs N] [--from SEED] [--target NAME]
                                   a million damaged inputs: no panic, no hang
  bench [NAME]                     figures: sizes, ledger, native, wasm, git, browser; crowd, which takes long
  conformance --data DIR [--verbose]
                                   suites of outside test data";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    process::start_clock();
    match run(&args) {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// What a command that checks something found; the findings are already printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    Fails,
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Verdict::Holds } else { Verdict::Fails }
    }
}

fn run(args: &[String]) -> Result<Verdict> {
    let Some((command, rest)) = args.split_first() else {
        return Err(Usage(USAGE.to_owned()).into());
    };
    let flags = Flags::new(rest);
    let done = |()| Verdict::Holds;
    match command.as_str() {
        "setup" => setup::run(flags).map(done),
        "build" => site::run(flags).map(done),
        "serve" => serve::run(flags).map(done),
        "test" => test::run(flags).map(Verdict::from),
        "layers" => layers::run(flags).map(Verdict::from),
        "tidy" => tidy::run(flags).map(Verdict::from),
        "fuzz" => fuzz::run(flags).map(Verdict::from),
        "bench" => bench::run(flags).map(done),
        "conformance" => conformance::run(flags).map(done),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(Verdict::Holds)
        }
        other => Err(Usage(format!("there is no command `{other}`\n{USAGE}")).into()),
    }
}
