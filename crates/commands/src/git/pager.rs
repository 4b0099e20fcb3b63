//! The pager: where standard output is a terminal, the output of commands that only show goes through it.
//!
//! The lessons' machines have `core.pager=cat` in `/etc/gitconfig`: there it is switched off until somebody changes that.

use super::cli::Git;
use world::{Fd, Pid};

/// Starts the pager of a command and leads its output there; `None` where it wants none.
#[inline(never)]
pub(crate) fn begin(g: &mut Git<'_, '_>, args: &[String]) -> Option<Pid> {
    if !g.cx.stdout_is_terminal() || !wanted(g, args) {
        return None;
    }
    let settings = g.settings();
    let program = g.cx.env("GIT_PAGER").or_else(|| settings.get("core.pager")).or_else(|| g.cx.env("PAGER"));
    let program = program.unwrap_or_else(|| "less".into());
    if program.is_empty() || program == "cat" {
        return None;
    }
    let mut env = (*g.cx.env_all()).clone();
    env.entry("LESS".into()).or_insert_with(|| "FRX".into());
    env.entry("LV".into()).or_insert_with(|| "-c".into());
    let pipe = Fd::Stream(g.cx.world.new_stream());
    let mut fds = g.cx.fds();
    fds.insert(0, pipe.clone());
    let argv = ["sh", "-c", &program].map(String::from).to_vec();
    let pid = g.cx.spawn(argv, env.into(), fds)?;
    let mut own = g.cx.fds();
    own.insert(1, pipe);
    g.cx.set_fds(own);
    Some(pid)
}

/// Lets go of the pipe: the pager has it all.
pub(crate) fn end(g: &mut Git<'_, '_>) {
    let mut fds = g.cx.fds();
    fds.insert(1, Fd::Null);
    g.cx.set_fds(fds);
}

/// `--no-pager`, `--paginate`, `pager.<command>`, else what the command does by itself.
#[inline(never)]
fn wanted(g: &Git<'_, '_>, args: &[String]) -> bool {
    if let Some(asked) = g.pager {
        return asked;
    }
    let Some((name, rest)) = args.split_first() else { return false };
    let has = |flags: &[&str]| rest.iter().any(|arg| flags.contains(&arg.as_str()));
    let lists = rest.iter().all(|arg| arg.starts_with('-'));
    let usual = match name.as_str() {
        "log" | "show" | "shortlog" | "blame" | "grep" | "range-diff" | "whatchanged" => true,
        "diff" => !has(&["--quiet", "--exit-code", "-q"]),
        "reflog" => !has(&["expire", "delete", "exists"]),
        "stash" => has(&["list", "show"]),
        "branch" => {
            (rest.is_empty() || has(&["-l", "--list", "-a", "-r", "-v", "-vv", "--all", "--remotes"]))
                && !has(&["-d", "-D", "-m", "-M", "-c", "-C", "--show-current", "--edit-description"])
        }
        "tag" => rest.is_empty() || (has(&["-l", "--list", "-n"]) && !has(&["-d", "-v", "-a"]) && lists),
        "config" => has(&["-l", "--list", "list"]),
        _ => false,
    };
    let set = g.settings().get(&format!("pager.{name}"));
    match set.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("false" | "no" | "off" | "0") => false,
        Some("true" | "yes" | "on" | "1" | "") => true,
        _ => usual,
    }
}
