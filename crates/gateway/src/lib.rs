//! `opsfest`: the world on a real command line. Protocols in, session calls out; it decides nothing about the world.

mod apps;
mod args;
mod bench;
mod expressions;
mod first;
mod hashes;
pub mod kube;
mod lessons;
mod pack;
mod parts;
mod play;
mod promql;
mod proof;
mod sh;
mod verify;
mod verify_progress;
mod workflows;

pub use bench::bench;

use std::process::ExitCode;

const USAGE: &str = "usage: opsfest sh [--lesson ID] [--seed N] [--file HOSTFILE]… [--export DIR] [-c LINE | FILE | -]
       opsfest play FILE.md…
       opsfest verify [--list] [lessons/…]…
       opsfest verify-progress FILE…
       opsfest serve --kube ADDR [--kubeconfig FILE] [--lesson ID] [--seed N] [--speed N]
       opsfest hashes [--random N]
       opsfest pack DIR
       opsfest apps DIR [--verbose]
       opsfest expressions DIR [--verbose]
       opsfest workflows DIR [--verbose]
       opsfest promql DIR [--verbose]
";

/// Every mistake in the arguments: one line, exit code 2, nothing changed.
pub(crate) struct Usage(pub String);

/// The program `opsfest`.
pub fn opsfest() -> ExitCode {
    leave_quietly_when_unread();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        None => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
        Some((command, rest)) => (command.as_str(), rest),
    };
    let done = match command {
        "sh" => sh::run(rest),
        "play" => play::run(rest),
        "verify" => verify::run(rest),
        "verify-progress" => verify_progress::run(rest),
        "first" => first::run(rest),
        "hashes" => hashes::run(rest),
        "apps" => apps::run(rest),
        "expressions" => expressions::run(rest),
        "workflows" => workflows::run(rest),
        "promql" => promql::run(rest),
        "pack" => pack::run(rest),
        "serve" => kube::run(rest),
        "--help" | "-h" | "help" => {
            print!("{USAGE}");
            Ok(0)
        }
        "--version" => {
            println!("opsfest {}", env!("CARGO_PKG_VERSION"));
            Ok(0)
        }
        other => Err(Usage(format!("unknown command \"{other}\"; see opsfest --help"))),
    };
    ended(done)
}

/// Who reads no more (`opsfest verify | head`) gets no more: no message, and the exit code of a broken pipe.
fn leave_quietly_when_unread() {
    let panics = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        if text.starts_with("failed printing to stdout") && text.contains("Broken pipe") {
            std::process::exit(141);
        }
        panics(info);
    }));
}

fn ended(done: Result<i32, Usage>) -> ExitCode {
    match done {
        Ok(code) => ExitCode::from(u8::try_from(code.rem_euclid(256)).unwrap_or(1)),
        Err(Usage(message)) => {
            eprintln!("opsfest: {message}");
            ExitCode::from(2)
        }
    }
}
