//! `awk`: the language as POSIX has it, with mawk's words. It reads all of its input before it begins.

mod builtins;
mod eval;
mod fields;
mod lex;
mod parse;
mod parse_expr;
mod records;
mod run;
mod stmt;
mod tree;
mod value;
mod variables;

use run::{Machine, Stop};
use world::Cx;

const USAGE: &str = "Usage: awk [-F FS] [-v VAR=VALUE] ['PROGRAM' | -f FILE] [FILE | VAR=VALUE]...\n";

/// Variables that awk itself keeps, at fixed places.
pub(super) const KNOWN: [&str; 15] = [
    "NF", "NR", "FNR", "FS", "OFS", "ORS", "RS", "FILENAME", "RSTART", "RLENGTH", "SUBSEP", "CONVFMT", "OFMT",
    "ENVIRON", "ARGV",
];

struct Given {
    program: String,
    assigns: Vec<(String, String)>,
    operands: Vec<String>,
}

fn given(cx: &mut Cx<'_>) -> Result<Given, i32> {
    let args = cx.args();
    let mut args = args.into_iter().peekable();
    let (mut program, mut assigns): (Option<String>, Vec<(String, String)>) = (None, Vec::new());
    while let Some(arg) = args.next_if(|arg| arg.len() > 1 && arg.starts_with('-')) {
        if arg == "--" {
            break;
        }
        if arg == "--version" {
            cx.out("mawk 1.3.4, as far as this sandbox simulates it\n");
            return Err(0);
        }
        if arg == "--help" {
            cx.out(USAGE);
            return Err(0);
        }
        let letter = arg.chars().nth(1).unwrap_or('-');
        let rest = arg[1 + letter.len_utf8()..].to_string();
        if !matches!(letter, 'F' | 'v' | 'f') {
            cx.err(format!("awk: not an option: {arg}\n"));
            return Err(2);
        }
        let Some(value) = Some(rest).filter(|rest| !rest.is_empty()).or_else(|| args.next()) else {
            cx.err(format!("awk: option requires an argument -- '{letter}'\n{USAGE}"));
            return Err(2);
        };
        match letter {
            'F' => assigns.push(("FS".into(), value)),
            'v' => match value.split_once('=') {
                Some((name, value)) => assigns.push((name.into(), value.into())),
                None => {
                    cx.err(format!("awk: improper assignment: -v {value}\n"));
                    return Err(2);
                }
            },
            _ => match cx.files().read_text(&cx.path(&value)) {
                Ok(text) => program = Some(program.unwrap_or_default() + &text + "\n"),
                Err(error) => {
                    cx.err(format!("awk: cannot open {value} ({error})\n"));
                    return Err(2);
                }
            },
        }
    }
    let program = match program.or_else(|| args.next()) {
        Some(program) => program,
        None => {
            cx.err(USAGE);
            return Err(2);
        }
    };
    Ok(Given { program, assigns, operands: args.collect() })
}

pub(super) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match given(cx) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let script = match parse::parse(&given.program, &KNOWN) {
        Ok(script) => script,
        Err(message) => {
            cx.err(format!("awk: {message}\n"));
            return 2;
        }
    };
    let reads =
        script.rules.iter().any(|(pattern, _)| *pattern != tree::Pattern::Begin) || given.program.contains("getline");
    let from_input = !given.operands.iter().any(|arg| !run::is_assignment(arg));
    let stdin = if reads && (from_input || given.operands.iter().any(|arg| arg == "-")) {
        match cx.stdin_text() {
            Some(text) => text,
            None => return Cx::WAIT,
        }
    } else {
        String::new()
    };
    let mut machine = Machine::new(&script, stdin, &given.operands, cx);
    for (name, value) in &given.assigns {
        machine.command_line(name, value);
    }
    let code = match machine.run(cx) {
        Ok(code) => code,
        Err(Stop::Exit(code)) => code,
        Err(Stop::Wrong(message)) => {
            machine.flush(cx);
            cx.err(format!("awk: {message}\n"));
            2
        }
        Err(_) => 0,
    };
    machine.flush(cx);
    code
}
