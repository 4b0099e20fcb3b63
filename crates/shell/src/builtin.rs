//! Builtins: the commands that change the shell itself. Here is their table; each group has its own file.

use crate::run::Flow;
use crate::state::Bash;
use world::Cx;

pub(crate) type Builtin = fn(&mut Bash, &[String], &mut Cx<'_>) -> Flow;

/// Their names, for `help`, `type` and completion.
pub const BUILTINS: &[&str] = &[
    ".",
    ":",
    "[",
    "alias",
    "bg",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "test",
    "trap",
    "true",
    "type",
    "typeset",
    "umask",
    "unalias",
    "unset",
    "wait",
];

/// What real bash has and this sandbox has not.
const MISSING: &[&str] =
    &["bind", "caller", "compgen", "complete", "compopt", "enable", "fc", "logout", "suspend", "times", "ulimit"];

pub(crate) fn find(name: &str) -> Option<Builtin> {
    Some(match name {
        ":" | "true" => |shell, _, _| {
            shell.status = 0;
            Flow::Next
        },
        "false" => |shell, _, _| {
            shell.status = 1;
            Flow::Next
        },
        "echo" => crate::echo::echo,
        "printf" => crate::printf::printf,
        "test" => crate::test_builtin::test,
        "[" => crate::test_builtin::bracket,
        "cd" => crate::folders::cd,
        "pwd" => crate::folders::pwd,
        "pushd" => crate::folders::pushd,
        "popd" => crate::folders::popd,
        "dirs" => crate::folders::dirs,
        "declare" | "typeset" => crate::declare::declare,
        "local" => crate::declare::local,
        "export" => crate::declare::export,
        "readonly" => crate::declare::readonly,
        "unset" => crate::unset::unset,
        "let" => crate::declare::let_,
        "set" => crate::options::set,
        "shopt" => crate::options::shopt,
        "shift" => crate::flow::shift,
        "exit" => crate::flow::exit,
        "return" => crate::flow::leave_function,
        "break" => |shell, args, cx| crate::loops::leave_loop(shell, args, cx, true),
        "continue" => |shell, args, cx| crate::loops::leave_loop(shell, args, cx, false),
        "eval" => |shell, args, cx| crate::flow::eval(shell, &args.join(" "), cx),
        "source" | "." => crate::flow::source,
        "read" => crate::read::read,
        "mapfile" | "readarray" => crate::read::mapfile,
        "getopts" => crate::getopts::getopts,
        "history" => crate::lookup::history,
        "jobs" => crate::jobs::jobs,
        "wait" => crate::jobs::wait,
        "kill" => crate::signals::kill,
        "disown" => crate::job_control::disown,
        "fg" => crate::job_control::fg,
        "bg" => crate::job_control::bg,
        "trap" => crate::trap::trap,
        "umask" => crate::folders::umask,
        "type" => crate::lookup::type_of,
        "command" => crate::lookup::command,
        "builtin" | "exec" => |shell, _, _| shell.end(0),
        "hash" => crate::lookup::hash,
        "alias" => crate::lookup::alias,
        "unalias" => crate::lookup::unalias,
        "help" => crate::lookup::help,
        name if MISSING.contains(&name) => |shell, _, cx| {
            let message = "real bash, but not part of this sandbox yet";
            shell.usage(cx, message, 1)
        },
        _ => return None,
    })
}

impl Bash {
    pub(crate) fn end(&mut self, status: i32) -> Flow {
        self.status = status;
        Flow::Turn
    }

    pub(crate) fn usage(&mut self, cx: &mut Cx<'_>, message: &str, status: i32) -> Flow {
        self.complain(cx, message);
        self.end(status)
    }
}
