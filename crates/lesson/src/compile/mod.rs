//! Reading a lesson's folder: texts in, a [`CompiledLesson`] and diagnostics out. It reads no file itself.
//!
//! Every mistake of an author becomes a diagnostic with file, line and a sentence; nothing here panics on a text.

mod front;
mod markdown;
mod part;
mod prose;
mod quiz;
mod scenario;
mod script;
mod steps;
mod track;
mod words;

pub use track::track;

use crate::CompiledLesson;
use crate::page::LessonPage;
use crate::plan::Plan;
use crate::proof::Proofs;
use order::OrdMap;
use part::{Notes, Part, Sheet};
use std::fmt;

/// What is wrong with a lesson.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Relative to the lesson's folder.
    pub file: String,
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A lesson, or the reasons why there is none. A lesson with diagnostics must not be published.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub lesson: Option<CompiledLesson>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The texts of a lesson's folder, by path relative to it.
pub type Folder = OrdMap<String, String>;

/// Compiles the folder `slug` of a track.
pub fn lesson(track: &str, slug: &str, folder: &Folder) -> Compiled {
    let mut notes = Notes::default();
    let lesson = compile(track, slug, folder, &mut notes);
    if let Some(lesson) = &lesson {
        words::check(lesson, &mut notes);
    }
    let mut diagnostics = notes.list;
    diagnostics.sort();
    diagnostics.dedup();
    Compiled { lesson, diagnostics }
}

fn compile(track: &str, slug: &str, folder: &Folder, notes: &mut Notes) -> Option<CompiledLesson> {
    let Some(text) = folder.get("lesson.md") else {
        notes.add("lesson.md", 1, "every lesson has a lesson.md");
        return None;
    };
    let split = front::split("lesson.md", text, notes)?;
    let sheet = Sheet::read("lesson.md", split.front, split.front_line, notes)?;
    let head = sheet.root();
    let known = ["id", "title", "minutes", "objective", "concepts", "prerequisites", "interview", "steps"];
    head.only(&known, notes);
    let (brief, closing, closing_line) = prose::cut(split.body, split.body_line, notes);
    let (step_pages, step_plans) = steps::steps(&head, notes);
    let (questions, keys) = quiz::quiz(folder, notes);
    let scenario = scenario::scenario(folder, notes)?;
    words::literal_picks(text, split.body_line, scenario.picks.keys(), notes);
    let page = LessonPage {
        id: identifier(&head, notes),
        track: track.to_owned(),
        slug: slug.to_owned(),
        title: head.need_text("title", notes),
        minutes: head.number("minutes", notes).and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
        objective: head.need_text("objective", notes),
        concepts: head.texts("concepts", notes),
        prerequisites: head.texts("prerequisites", notes),
        interview: head.texts("interview", notes),
        prose: prose::blocks(folder, &brief, split.body_line, &step_pages, notes),
        steps: step_pages,
        quiz: questions,
        finish: prose::closing(&closing, closing_line, notes),
    };
    let plan = Plan { id: page.id.clone(), steps: step_plans, quiz: keys, scenario };
    let proofs = Proofs { solutions: script::solutions(folder, notes), wrong: script::wrong(folder, notes) };
    Some(CompiledLesson { page, plan, proofs })
}

/// An id: small letters, digits and dashes, because progress is kept under it for ever.
fn identifier(part: &Part<'_>, notes: &mut Notes) -> String {
    let id = part.need_text("id", notes);
    if !id.is_empty() && !is_identifier(&id) {
        let message = format!("`{id}` is not an id: use small letters, digits and dashes");
        notes.at(part, Some("id"), message);
    }
    id
}

fn is_identifier(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Checks across all lessons: ids stand once, prerequisites exist and do not run in a circle. `file` of a diagnostic is
/// relative to the `lessons` folder.
pub fn course(lessons: &[&LessonPage]) -> Vec<Diagnostic> {
    let mut notes = Notes::default();
    let mut places: OrdMap<&str, usize> = OrdMap::new();
    for (index, page) in lessons.iter().enumerate() {
        let file = format!("{}/{}/lesson.md", page.track, page.slug);
        if places.insert(&page.id, index).is_some() {
            notes.add(&file, 1, format!("another lesson already has the id `{}`", page.id));
        }
    }
    for page in lessons {
        let file = format!("{}/{}/lesson.md", page.track, page.slug);
        for before in page.prerequisites.iter().filter(|id| !places.contains_key(id.as_str())) {
            notes.add(&file, 1, format!("the prerequisite `{before}` is no lesson"));
        }
        if leads_back(page, lessons, &places) {
            notes.add(&file, 1, format!("the prerequisites of `{}` lead back to itself", page.id));
        }
    }
    notes.list
}

fn leads_back(page: &LessonPage, lessons: &[&LessonPage], places: &OrdMap<&str, usize>) -> bool {
    let mut open: Vec<&str> = page.prerequisites.iter().map(String::as_str).collect();
    let mut seen: Vec<&str> = Vec::new();
    while let Some(id) = open.pop() {
        if id == page.id {
            return true;
        }
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        if let Some(before) = places.get(id).and_then(|index| lessons.get(*index)) {
            open.extend(before.prerequisites.iter().map(String::as_str));
        }
    }
    false
}

#[cfg(test)]
mod tests;
