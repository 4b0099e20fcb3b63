//! Solutions and wrong answers: Markdown whose fenced blocks are what a learner does.
//!
//! - `console`: command lines after `$ `, continued after `> `; a line that only looks ends with `# look`. What
//!   follows a command is the output that it must have; a command without output may print anything.
//! - `save PATH`: the editor panel saves this text.
//! - `clock`: lines `advance 5m`.
//! - `answer STEP` and `predict STEP`: what the learner says there; an answer may hold `{expressions}`.

use super::part::{Notes, Sheet, seconds};
use super::{Folder, front};
use crate::cel::Template;
use crate::proof::{Action, Expected, Script, Wrong};

/// Every `solve/*.md`.
pub(super) fn solutions(folder: &Folder, notes: &mut Notes) -> Vec<Script> {
    let mut scripts = Vec::new();
    for (file, text) in files(folder, "solve/") {
        let Some(split) = front::split(file, text, notes) else { continue };
        let Some(sheet) = Sheet::read(file, split.front, split.front_line, notes) else { continue };
        let head = sheet.root();
        head.only(&["title"], notes);
        let title = head.need_text("title", notes);
        scripts.push(Script {
            file: file.to_owned(),
            title,
            actions: actions(file, split.body, split.body_line, notes),
        });
    }
    if scripts.is_empty() {
        notes.add("solve", 1, "every lesson has at least one solution in solve/");
    }
    scripts
}

/// Every `wrong/*.md`.
pub(super) fn wrong(folder: &Folder, notes: &mut Notes) -> Vec<Wrong> {
    let mut all = Vec::new();
    for (file, text) in files(folder, "wrong/") {
        let Some(split) = front::split(file, text, notes) else { continue };
        let Some(sheet) = Sheet::read(file, split.front, split.front_line, notes) else { continue };
        let head = sheet.root();
        head.only(&["title", "expect"], notes);
        let title = head.need_text("title", notes);
        let Some(expect) = head.get("expect") else {
            notes.add(file, 1, "`expect` is missing: name the step and words of its explanation");
            continue;
        };
        expect.only(&["step", "say"], notes);
        let expect = Expected { step: expect.need_text("step", notes), say: expect.need_text("say", notes) };
        let actions = actions(file, split.body, split.body_line, notes);
        all.push(Wrong { script: Script { file: file.to_owned(), title, actions }, expect });
    }
    all
}

fn files<'f>(folder: &'f Folder, start: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
    let inside = move |path: &str| path.starts_with(start) && path.ends_with(".md");
    folder.iter().filter(move |(path, _)| inside(path)).map(|(path, text)| (path.as_str(), text.as_str()))
}

/// The actions of all fenced blocks, in order.
fn actions(file: &str, body: &str, body_line: usize, notes: &mut Notes) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut lines = body.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut code = Vec::new();
        let mut closed = false;
        for (_, inner) in lines.by_ref() {
            closed = inner.trim_end() == "```";
            if closed {
                break;
            }
            code.push(inner);
        }
        let place = (file, body_line + index);
        if !closed {
            notes.add(file, place.1, "this block has no end");
        }
        block(info.trim(), &code, place, &mut actions, notes);
    }
    if !actions.iter().any(Action::acts) {
        notes.add(file, body_line, "nothing is done here");
    }
    actions
}

fn block(info: &str, code: &[&str], place: (&str, usize), actions: &mut Vec<Action>, notes: &mut Notes) {
    let (kind, name) = info.split_once(' ').map_or((info, ""), |(kind, name)| (kind, name.trim()));
    let text = code.join("\n");
    let need_name = matches!(kind, "save" | "answer" | "predict");
    if need_name && name.is_empty() {
        notes.add(place.0, place.1, format!("`{kind}` needs a name after it"));
        return;
    }
    match kind {
        "console" => console(code, place, actions, notes),
        "save" => actions.push(Action::Save { path: name.to_owned(), text: format!("{text}\n") }),
        "answer" => match Template::parse(text.trim()) {
            Ok(value) => actions.push(Action::Answer { step: name.to_owned(), value }),
            Err(error) => notes.add(place.0, place.1 + 1, error.to_string()),
        },
        "predict" => actions.push(Action::Predict { step: name.to_owned(), choice: text.trim().to_owned() }),
        "clock" => {
            for line in code.iter().filter(|line| !line.trim().is_empty()) {
                match line.trim().strip_prefix("advance ").and_then(seconds) {
                    Some(secs) => actions.push(Action::Advance { secs }),
                    None => notes.add(place.0, place.1, format!("`{line}` is not a clock line such as `advance 5m`")),
                }
            }
        }
        _ => notes.add(place.0, place.1, format!("`{kind}` is none of console, save, clock, answer and predict")),
    }
}

fn console(code: &[&str], place: (&str, usize), actions: &mut Vec<Action>, notes: &mut Notes) {
    let mut continued = false;
    for line in code {
        if let Some(command) = line.strip_prefix("$ ") {
            let marked = command.trim_end().strip_suffix("# look");
            let line = marked.unwrap_or(command).trim_end().to_owned();
            actions.push(Action::Run { line, look: marked.is_some(), output: Vec::new() });
            continued = true;
            continue;
        }
        let Some(Action::Run { line: command, output, .. }) = actions.last_mut().filter(|_| continued) else {
            notes.add(place.0, place.1, "a console block begins with a command after `$ `");
            return;
        };
        match line.strip_prefix("> ") {
            Some(more) if output.is_empty() => {
                command.push('\n');
                command.push_str(more);
            }
            _ => output.push((*line).to_owned()),
        }
    }
}
