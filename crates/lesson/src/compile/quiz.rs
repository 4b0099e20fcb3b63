//! The quiz, from `quiz.yaml`: questions with feedback for every option.

use super::part::{Notes, Part, Sheet};
use super::{Folder, is_identifier, markdown};
use crate::page::QuestionPage;
use crate::plan::QuizKey;

const FILE: &str = "quiz.yaml";

/// Reads the questions and their key.
pub(super) fn quiz(folder: &Folder, notes: &mut Notes) -> (Vec<QuestionPage>, Vec<QuizKey>) {
    let Some(text) = folder.get(FILE) else {
        notes.add(FILE, 1, "every lesson has a quiz.yaml");
        return (Vec::new(), Vec::new());
    };
    let Some(sheet) = Sheet::read(FILE, text, 1, notes) else {
        return (Vec::new(), Vec::new());
    };
    let root = sheet.root();
    root.only(&["questions"], notes);
    let mut pages: Vec<QuestionPage> = Vec::new();
    let mut keys = Vec::new();
    for part in root.parts("questions", notes) {
        let (page, key) = question(&part, notes);
        if pages.iter().any(|other| other.id == page.id) {
            notes.at(&part, Some("id"), format!("another question already has the id `{}`", page.id));
        }
        pages.push(page);
        keys.push(key);
    }
    if pages.is_empty() {
        notes.add(FILE, 1, "the quiz has no question");
    }
    (pages, keys)
}

fn question(part: &Part<'_>, notes: &mut Notes) -> (QuestionPage, QuizKey) {
    part.only(&["id", "ask", "options", "source"], notes);
    let id = part.need_text("id", notes);
    if !is_identifier(&id) {
        notes.at(part, Some("id"), "a question's `id` has small letters, digits and dashes");
    }
    let ask = part.need_text("ask", notes);
    let ask = markdown::blocks(&ask, FILE, part.line(), notes);
    let mut options = Vec::new();
    let mut feedback = Vec::new();
    let mut right = Vec::new();
    for (index, option) in part.parts("options", notes).into_iter().enumerate() {
        option.only(&["text", "right", "say"], notes);
        let text = option.need_text("text", notes);
        let say = option.need_text("say", notes);
        options.push(markdown::inline(&text, FILE, option.line(), notes));
        feedback.push(markdown::inline(&say, FILE, option.line(), notes));
        if option.value.bool_at("right") {
            right.push(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    if options.len() < 2 || right.is_empty() || right.len() == options.len() {
        notes.at(part, None, "a question needs a right and a wrong option");
    }
    let source = part.need_text("source", notes);
    if !source.starts_with("https://") {
        notes.at(part, Some("source"), "`source` is the https address of the documentation that says so");
    }
    let count = u32::try_from(options.len()).unwrap_or(u32::MAX);
    let page = QuestionPage { id: id.clone(), ask, many: right.len() > 1, options, feedback, source };
    (page, QuizKey { id, options: count, right })
}
