//! `git`: one file a subcommand. Each reads its option table, acts on the repository through crate `git`, and
//! prints what real Git prints.

mod add;
mod branch;
mod checkout;
mod cli;
mod clone;
mod commit;
mod commit_make;
mod config;
mod diff;
mod diff_out;
mod fetch;
mod help;
mod hooks_to_world;
mod init;
mod log;
mod log_format;
mod log_graph;
mod merge;
mod merging;
mod mv;
mod options;
mod pull;
mod push;
mod push_plan;
mod range;
mod reflog;
mod remote;
mod reset;
mod restore;
mod rev_parse;
mod revert;
mod rm;
mod show;
mod status;
mod status_text;
mod switch;
mod switching;
mod tag;
mod tracking;

use cli::{Answer, Git, Stop};
use options::{Given, Spec};
use vfs::join;
use world::{Cx, Program};

/// A row of the table of subcommands.
#[derive(Clone, Copy)]
struct Command {
    spec: &'static Spec,
    run: fn(&mut Git<'_, '_>, &Given) -> Answer,
}

const COMMANDS: &[Command] = &[
    Command { spec: &add::SPEC, run: add::run },
    Command { spec: &branch::SPEC, run: branch::run },
    Command { spec: &checkout::SPEC, run: checkout::run },
    Command { spec: &clone::SPEC, run: clone::run },
    Command { spec: &commit::SPEC, run: commit::run },
    Command { spec: &config::SPEC, run: config::run },
    Command { spec: &diff::SPEC, run: diff::run },
    Command { spec: &fetch::SPEC, run: fetch::run },
    Command { spec: &init::SPEC, run: init::run },
    Command { spec: &log::SPEC, run: log::run },
    Command { spec: &merge::SPEC, run: merge::run },
    Command { spec: &mv::SPEC, run: mv::run },
    Command { spec: &pull::SPEC, run: pull::run },
    Command { spec: &push::SPEC, run: push::run },
    Command { spec: &reflog::SPEC, run: reflog::run },
    Command { spec: &remote::SPEC, run: remote::run },
    Command { spec: &reset::SPEC, run: reset::run },
    Command { spec: &restore::SPEC, run: restore::run },
    Command { spec: &rev_parse::SPEC, run: rev_parse::run },
    Command { spec: &revert::SPEC, run: revert::run },
    Command { spec: &rm::SPEC, run: rm::run },
    Command { spec: &show::SPEC, run: show::run },
    Command { spec: &status::SPEC, run: status::run },
    Command { spec: &switch::SPEC, run: switch::run },
    Command { spec: &tag::SPEC, run: tag::run },
];

/// The program.
pub(crate) fn program() -> Program {
    Program::once("git", main)
}

fn main(cx: &mut Cx<'_>) -> i32 {
    let cwd = cx.cwd();
    let mut args = cx.args();
    let mut g = Git { cx, cwd, overrides: Vec::new(), command: "git" };
    match global_options(&mut g, &mut args).and_then(|()| dispatch(&mut g, &args)) {
        Ok(code) | Err(Stop::Exit(code)) => code,
        Err(Stop::Git(error)) => {
            g.err(format!("{error}\n"));
            error.exit_code()
        }
    }
}

/// Reads what stands before the subcommand.
fn global_options(g: &mut Git<'_, '_>, args: &mut Vec<String>) -> Result<(), Stop> {
    while let Some(first) = args.first().filter(|arg| arg.starts_with('-')).cloned() {
        let value = args.get(1).cloned();
        match (first.as_str(), value) {
            ("--no-pager" | "-P" | "-p" | "--paginate" | "--no-optional-locks", _) => {
                args.remove(0);
            }
            ("-C", Some(folder)) => {
                let path = join(&g.cwd, &folder);
                if !folder.is_empty() {
                    if !g.files().is_dir(&path) {
                        return cli::fatal(format!("cannot change to '{folder}': No such file or directory"));
                    }
                    g.cwd = path;
                }
                args.drain(..2);
            }
            ("-c", Some(setting)) => {
                let (name, value) = setting.split_once('=').unwrap_or((&setting, "true"));
                g.overrides.push((name.into(), value.into()));
                args.drain(..2);
            }
            ("-C", None) => {
                g.err(format!("no directory given for '-C'\n{}", help::usage()));
                return Err(Stop::Exit(129));
            }
            ("-c", None) => {
                g.err("-c expects a configuration string\n".to_string() + &help::usage());
                return Err(Stop::Exit(129));
            }
            ("--version" | "-v", _) => {
                args[0] = "version".into();
                return Ok(());
            }
            ("--help" | "-h", _) => {
                args[0] = "help".into();
                return Ok(());
            }
            (option, _) if help::MISSING_GLOBAL.iter().any(|known| option.split('=').next() == Some(known)) => {
                g.err(format!("error: option `{option}' is real Git, but not part of this sandbox yet\n"));
                return Err(Stop::Exit(129));
            }
            (option, _) => {
                g.err(format!("unknown option: {option}\n{}", help::usage()));
                return Err(Stop::Exit(129));
            }
        }
    }
    Ok(())
}

fn dispatch(g: &mut Git<'_, '_>, args: &[String]) -> Answer {
    let Some((name, rest)) = args.split_first() else {
        g.out(help::overview());
        return Ok(1);
    };
    match name.as_str() {
        "version" => {
            g.out("git version 2.47.3\n");
            return Ok(0);
        }
        "help" => return help::run(g, rest),
        _ => {}
    }
    let Some(command) = find(name) else { return help::not_a_command(g, name) };
    if rest.iter().any(|arg| arg == "--help") {
        return help::run(g, std::slice::from_ref(name));
    }
    g.command = command.spec.name;
    match options::parse(rest, command.spec) {
        Ok(given) => (command.run)(g, &given),
        Err(refused) if refused.help => {
            g.out(refused.text);
            Ok(refused.code)
        }
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

/// The names of the subcommands, for completion.
pub(crate) fn subcommands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.spec.name).chain(["help"])
}

/// A subcommand's options as they are typed.
pub(crate) fn flags(name: &str) -> Vec<String> {
    let tables = find(name).map_or(&[][..], |command| command.spec.options);
    let all = tables.iter().flat_map(|table| table.iter());
    all.filter(|opt| !opt.long.is_empty()).map(|opt| format!("--{}", opt.long)).collect()
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.spec.name == name)
}
