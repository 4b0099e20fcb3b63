//! The lessons as the site shows them: the folders go to `dist/lessons/`, and a catalogue of tracks and lessons
//! feeds the prerendered pages.
//!
//! It judges nothing: whether a lesson is right is proven by `opsfest verify`.

use crate::files;
use crate::html::escape;
use anyhow::{Context, Result};
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub order: u32,
    pub lessons: Vec<Lesson>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    pub slug: String,
    pub title: String,
    pub minutes: String,
    pub objective: String,
    /// The prose before the first command, as HTML.
    pub brief: String,
    /// As HTML, too.
    pub goals: Vec<String>,
}

/// Brings the lessons into the site and gives the catalogue, tracks in their order.
pub fn compile_all(root: &Path, dist: &Path) -> Result<Vec<Track>> {
    let folder = root.join("lessons");
    files::copy_tree(&folder, &dist.join("lessons"))?;
    let mut tracks = Vec::new();
    for file in files::walk(&folder)? {
        if file.ends_with("track.yaml") {
            let folder = file.parent().context("a file lies in a folder")?;
            tracks.push(track(folder, &files::read_text(&file)?)?);
        }
    }
    tracks.sort_by(|a, b| (a.order, &a.slug).cmp(&(b.order, &b.slug)));
    Ok(tracks)
}

fn track(folder: &Path, yaml: &str) -> Result<Track> {
    let value = |key: &str| scalar(yaml, key).unwrap_or_default();
    let mut lessons = Vec::new();
    for file in files::walk(folder)? {
        if file.ends_with("lesson.md") {
            let slug = file.parent().map(|lesson| files::relative(folder, lesson)).unwrap_or_default();
            let text = files::read_text(&file)?;
            lessons.push(lesson(slug, &text).with_context(|| format!("{} has no front matter", file.display()))?);
        }
    }
    let slug = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let order = value("order").parse().unwrap_or(u32::MAX);
    Ok(Track { slug, title: value("title"), summary: value("summary"), order, lessons })
}

fn lesson(slug: String, text: &str) -> Option<Lesson> {
    let (front, prose) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let value = |key: &str| scalar(front, key).unwrap_or_default();
    let goals = front.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("- ").trim_start_matches('{').trim_start();
        scalar(line, "goal").map(|goal| inline(&goal))
    });
    Some(Lesson {
        slug,
        title: value("title"),
        minutes: value("minutes"),
        objective: value("objective"),
        brief: brief(prose),
        goals: goals.collect(),
    })
}

/// A top-level `key: value` on one line.
fn scalar(yaml: &str, key: &str) -> Option<String> {
    let line = yaml.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let value = line.trim();
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split(quote).next());
    Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(value).to_owned())
}

/// The paragraphs before the first step, heading or block.
fn brief(prose: &str) -> String {
    let plain = |paragraph: &&str| !paragraph.starts_with(['#', ':', '`', '-', '*', '<', '|', '!']);
    let paragraphs = prose.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.take_while(plain).map(|paragraph| format!("<p>{}</p>", inline(paragraph))).collect()
}

/// Markdown's `code`, emphasis and links inside a paragraph.
fn inline(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            html.push_str(&format!("<code>{}</code>", escape(part)));
        } else {
            html.push_str(&escape(&unlink(part)).replace(['*', '_'], ""));
        }
    }
    html
}

/// `[words](address)` becomes its words.
fn unlink(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (words, after))) = link(rest) {
        out.push_str(before);
        out.push_str(words);
        rest = after;
    }
    out + rest
}

/// What stands before the first link, its words, and what comes after.
fn link(text: &str) -> Option<(&str, (&str, &str))> {
    let (before, rest) = text.split_once('[')?;
    let (words, rest) = rest.split_once("](")?;
    let (_, after) = rest.split_once(')')?;
    Some((before, (words, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "---\nid: first-release\ntitle: \"Ship it\"\nminutes: 5\nobjective: One push.\nsteps:\n  - \
        id: find\n    goal: Find it\n  - {id: push, check: a, goal: 'Push it'}\n  - id: x\n    goal: Last\n---\n\n\
        Doors open at **seven**, see [the docs](https://x.y/z) for `a<b`.\n\n::step{id=find}\n\nMore.\n";

    #[test]
    fn front_matter_brief_and_goals() {
        let lesson = lesson("00-a".to_owned(), LESSON).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.minutes.as_str()), ("Ship it", "5"));
        assert_eq!(lesson.brief, "<p>Doors open at seven, see the docs for <code>a&lt;b</code>.</p>");
        assert_eq!(lesson.goals, ["Find it", "Last"]);
    }

    #[test]
    fn a_file_without_front_matter_is_none() {
        assert_eq!(lesson("x".to_owned(), "# Title\n"), None);
    }
}
