//! The brief: Markdown between figures and the places of steps.

use super::part::Notes;
use super::{Folder, markdown};
use crate::page::{Block, ClosingPart, StepPage};

/// Words of idea that may stand before the first command or step.
const WORDS_BEFORE_ACTION_MAX: usize = 150;

/// The line after which the closing words begin.
const CLOSING: &str = "::finish";

/// Cuts a body at the line `::finish`: the brief, the closing words, and the line at which those begin.
pub(super) fn cut(body: &str, body_line: usize, notes: &mut Notes) -> (String, String, usize) {
    let mut brief = String::new();
    let mut lines = body.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.trim_end() == CLOSING {
            let closing: Vec<&str> = lines.map(|(_, line)| line).collect();
            return (brief, closing.join("\n"), body_line + index + 1);
        }
        push(&mut brief, line);
    }
    notes.add(
        "lesson.md",
        body_line,
        "the closing words are missing: a line `::finish`, then parts under `## ` headings",
    );
    (brief, String::new(), body_line)
}

/// The closing words by their headings.
pub(super) fn closing(text: &str, line: usize, notes: &mut Notes) -> Vec<ClosingPart> {
    let mut parts: Vec<ClosingPart> = Vec::new();
    for section in text.split("\n## ").map(|section| section.strip_prefix("## ").unwrap_or(section)) {
        let (title, body) = section.split_once('\n').unwrap_or((section, ""));
        if title.trim().is_empty() && body.trim().is_empty() {
            continue;
        }
        let html = markdown::blocks(body, "lesson.md", line, notes);
        parts.push(ClosingPart { title: title.trim().to_owned(), html });
    }
    parts
}

/// A line of the brief outside of code.
enum Line<'t> {
    Step(&'t str),
    FigureFence,
    Other,
}

/// Cuts the brief into HTML, figures and steps.
pub(super) fn blocks(
    folder: &Folder,
    body: &str,
    body_line: usize,
    steps: &[StepPage],
    notes: &mut Notes,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut pending = String::new();
    let mut pending_line = body_line;
    let mut words = Some(0);
    let mut lines = body.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let here = body_line + index;
        match classify(line) {
            Line::Other => {
                if pending.is_empty() {
                    pending_line = here;
                }
                push(&mut pending, line);
                if line.starts_with("```") {
                    words = finish_count(words, here, notes);
                    for (_, code) in lines.by_ref() {
                        push(&mut pending, code);
                        if code.starts_with("```") {
                            break;
                        }
                    }
                }
                words = words.map(|count: usize| count + line.split_whitespace().count());
            }
            Line::Step(id) => {
                flush(&mut blocks, &mut pending, pending_line, notes);
                words = finish_count(words, here, notes);
                blocks.push(Block::Step(id.to_owned()));
                check_place(id, here, steps, &blocks, notes);
            }
            Line::FigureFence => {
                flush(&mut blocks, &mut pending, pending_line, notes);
                let names = lines.by_ref().map(|(_, name)| name.trim()).take_while(|name| *name != "```");
                let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
                blocks.extend(names.into_iter().filter_map(|name| figure(folder, name, here, notes)));
            }
        }
    }
    flush(&mut blocks, &mut pending, pending_line, notes);
    for step in steps.iter().filter(|step| !blocks.contains(&Block::Step(step.id.clone()))) {
        notes.add("lesson.md", body_line, format!("step `{}` has no place: write `::step{{id={}}}`", step.id, step.id));
    }
    blocks
}

fn classify(line: &str) -> Line<'_> {
    if let Some(id) = line.trim().strip_prefix("::step{id=").and_then(|rest| rest.strip_suffix('}')) {
        Line::Step(id.trim_matches('"'))
    } else if line.trim_end() == "```figure" {
        Line::FigureFence
    } else {
        Line::Other
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn flush(blocks: &mut Vec<Block>, pending: &mut String, line: usize, notes: &mut Notes) {
    let text = std::mem::take(pending);
    if !text.trim().is_empty() {
        blocks.push(Block::Html(markdown::blocks(&text, "lesson.md", line, notes)));
    }
}

/// Ends the count at the first command or step, and notes a brief that talks too long before it.
fn finish_count(words: Option<usize>, line: usize, notes: &mut Notes) -> Option<usize> {
    if let Some(count) = words.filter(|count| *count > WORDS_BEFORE_ACTION_MAX) {
        let message = format!("{count} words stand before the first command; at most {WORDS_BEFORE_ACTION_MAX} may");
        notes.add("lesson.md", line, message);
    }
    None
}

fn check_place(id: &str, line: usize, steps: &[StepPage], blocks: &[Block], notes: &mut Notes) {
    if !steps.iter().any(|step| step.id == id) {
        notes.add("lesson.md", line, format!("there is no step `{id}`"));
    }
    if blocks.iter().filter(|block| **block == Block::Step(id.to_owned())).count() > 1 {
        notes.add("lesson.md", line, format!("step `{id}` already has a place"));
    }
}

fn figure(folder: &Folder, name: &str, line: usize, notes: &mut Notes) -> Option<Block> {
    let Some(svg) = folder.get(name) else {
        notes.add("lesson.md", line, format!("there is no figure `{name}` in the lesson's folder"));
        return None;
    };
    match markdown::figure(svg) {
        Ok(html) => Some(Block::Html(html)),
        Err(message) => {
            notes.add(name, 1, message);
            None
        }
    }
}
