//! `opsfest play`: runs the console blocks of Markdown files and compares what they print.

use crate::args::Given;
use crate::{Usage, lessons, proof};
use session::Session;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    if given.operands.is_empty() {
        return Err(Usage("play takes Markdown files".into()));
    }
    let update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    // All are read and started before one is rewritten: a wrong name changes nothing.
    let mut documents = Vec::new();
    for file in &given.operands {
        let text = std::fs::read_to_string(file).map_err(|error| Usage(format!("{file}: {error}")))?;
        let session = start(&text)?;
        documents.push((file, text, session));
    }
    let mut differ = 0;
    for (file, text, mut session) in documents {
        let (played, differences) = play(&text, &mut session);
        if differences.is_empty() {
            println!("{file}: as written");
        } else if update {
            std::fs::write(file, played).map_err(|error| Usage(format!("{file}: {error}")))?;
            println!("{file}: {} blocks rewritten", differences.len());
        } else {
            differ += differences.len();
            for difference in differences {
                println!("{file}:{difference}");
            }
        }
    }
    Ok(i32::from(differ > 0))
}

/// The world that a file plays in: `lesson: ID` in its front matter, or an empty one.
fn start(text: &str) -> Result<Session, Usage> {
    let id = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split("\n---").next())
        .and_then(|front| front.lines().find_map(|line| line.strip_prefix("lesson:")).map(|id| id.trim().to_string()));
    match id {
        Some(id) => proof::session(&lessons::by_id(&id)?, 0).map_err(Usage),
        None => Session::bare("play").map_err(|error| Usage(error.to_string())),
    }
}

/// The text with the real output in it, and the differences.
fn play(text: &str, session: &mut Session) -> (String, Vec<String>) {
    let (mut out, mut differences) = (String::new(), Vec::new());
    let mut lines = text.lines().enumerate().peekable();
    let mut inside = false;
    while let Some((number, line)) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.trim_end() == "```console" {
            inside = true;
            continue;
        }
        inside &= !line.starts_with("```");
        let Some(command) = line.strip_prefix("$ ").filter(|_| inside) else { continue };
        let mut command = command.to_string();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with("> ")) {
            out.push_str(more);
            out.push('\n');
            command.push('\n');
            command.push_str(&more[2..]);
        }
        let mut expected = String::new();
        while let Some((_, more)) = lines.next_if(|(_, line)| !line.starts_with("$ ") && !line.starts_with("```")) {
            expected.push_str(more);
            expected.push('\n');
        }
        let got = session.run_line(&command);
        if got.trim_end() != expected.trim_end() {
            let mut told = format!("{}: $ {command}\n", number + 1);
            told.extend(expected.lines().map(|line| format!("- {line}\n")));
            told.extend(got.lines().map(|line| format!("+ {line}\n")));
            differences.push(told);
        }
        out.push_str(&got);
    }
    (out, differences)
}
