//! `man`: a short page from a tool's option table: name, synopsis, options. Not the real manual's words.

use crate::getopt::{Opt, Tool};
use world::Cx;

/// Unlike man: pages are short, and there are those of the core tools; others say how they tell of themselves.
pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let args = cx.args();
    let names: Vec<&String> =
        args.iter().filter(|arg| !arg.starts_with('-') && !arg.bytes().all(|byte| byte.is_ascii_digit())).collect();
    if names.is_empty() {
        cx.err("What manual page do you want?\nFor example, try 'man man'.\n");
        return 1;
    }
    let mut code = 0;
    for name in names {
        if let Some(tool) = super::tool(name) {
            let page = page(tool);
            cx.out(page);
            continue;
        }
        cx.err(format!("No manual entry for {name}\n"));
        if cx.world.programs().get(name).is_some() {
            cx.err(format!("hint: the manual here has the core tools only; try '{name} --help'\n"));
        } else if shell::BUILTINS.contains(&name.as_str()) {
            cx.err(format!("hint: {name} is a shell builtin; try 'help {name}'\n"));
        } else if let Some(command) = name.strip_prefix("git-") {
            cx.err(format!("hint: try 'git {command} -h'\n"));
        }
        code = 16;
    }
    code
}

fn page(tool: &Tool) -> String {
    let title = format!("{}(1)", tool.name.to_uppercase());
    let gap = 78_usize.saturating_sub(title.len() * 2 + 13) / 2;
    let gap = " ".repeat(gap);
    let mut text = format!("{title}{gap}User Commands{gap}{title}\n");
    let summary = tool.summary.trim_end_matches('.');
    let mut letters = summary.chars();
    let summary: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    text.push_str(&format!("\nNAME\n       {} - {summary}\n", tool.name));
    text.push_str(&format!("\nSYNOPSIS\n       {} {}\n", tool.name, tool.usage.replace("\n  or: ", "\n      ")));
    text.push_str("\nOPTIONS\n");
    for opt in tool.options.iter().filter(|opt| !opt.missing) {
        text.push_str(&format!("       {}\n", spelled(opt)));
        if !opt.help.is_empty() {
            text.push_str(&format!("              {}\n", opt.help));
        }
        text.push('\n');
    }
    text.push_str("       --help\n              a summary of these\n");
    let gone: Vec<String> = tool.options.iter().filter(|opt| opt.missing).map(spelled).collect();
    if !gone.is_empty() {
        text.push_str(&format!("\nNOT IN THIS SANDBOX YET\n       {}\n", gone.join(", ")));
    }
    text
}

fn spelled(opt: &Opt) -> String {
    let mut text = String::new();
    if opt.short != '\0' {
        text.push('-');
        text.push(opt.short);
    }
    if !opt.long.is_empty() {
        text.push_str(if text.is_empty() { "--" } else { ", --" });
        text.push_str(opt.long);
    }
    match (opt.arg.is_empty(), opt.arg.starts_with('['), opt.long.is_empty()) {
        (true, ..) => {}
        (false, true, _) => text.push_str(&format!("[={}", opt.arg.trim_start_matches('['))),
        (false, false, true) => text.push_str(&format!(" {}", opt.arg)),
        (false, false, false) => text.push_str(&format!("={}", opt.arg)),
    }
    text
}
