//! `opsfest pack DIR`: what the site carries of the lessons. The build calls it.
//!
//! `DIR/lessons/<track>/<slug>.bin` for the worker, `DIR/lessons/index.json` for the home page, `DIR/catalogue.json`
//! for prerendering, and `DIR/proofs/<track>-<slug>.bin` for the comparison of native and wasm.

use crate::args::Given;
use crate::{Usage, lessons};
use lesson::{Block, CompiledLesson, TrackPage};
use serde::Serialize;
use session::LessonFile;
use std::path::Path;

#[derive(Serialize)]
struct Track {
    slug: String,
    id: String,
    title: String,
    summary: String,
    order: u32,
    lessons: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    slug: String,
    /// `devops/00-ship-your-first-release`.
    path: String,
    title: String,
    minutes: u32,
    objective: String,
    /// The prose before the first step, and the goals, as HTML.
    brief: String,
    goals: Vec<String>,
}

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    let [folder] = given.operands.as_slice() else { return Err(Usage("pack takes one folder".into())) };
    let folder = Path::new(folder);
    let mut tracks: Vec<Track> = Vec::new();
    for found in lessons::find(&[])? {
        let lesson = found.compiled.map_err(|wrong| Usage(wrong.join("\n")))?;
        let track = lesson.page.track.clone();
        if !tracks.iter().any(|known| known.slug == track) {
            tracks.push(read_track(found.folder.parent().unwrap_or(Path::new(".")), &track)?);
        }
        if let Some(known) = tracks.iter_mut().find(|known| known.slug == track) {
            known.lessons.push(row(&lesson));
        }
        write_lesson(folder, lesson)?;
    }
    tracks.sort_by(|a, b| (a.order, &a.slug).cmp(&(b.order, &b.slug)));
    let json = serde_json::to_string(&tracks).map_err(|error| Usage(error.to_string()))?;
    write(&folder.join("lessons/index.json"), json.as_bytes())?;
    write(&folder.join("catalogue.json"), json.as_bytes())?;
    Ok(0)
}

fn read_track(folder: &Path, slug: &str) -> Result<Track, Usage> {
    let file = folder.join("track.yaml");
    let text = std::fs::read_to_string(&file).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
    let (track, diagnostics) = lesson::compile::track(slug, &text);
    let track: TrackPage = track
        .ok_or_else(|| Usage(diagnostics.first().map_or_else(|| "track.yaml is empty".into(), ToString::to_string)))?;
    let (title, summary, order) = (track.title, track.summary, track.order);
    Ok(Track { slug: slug.into(), id: slug.into(), title, summary, order, lessons: Vec::new() })
}

fn row(lesson: &CompiledLesson) -> Row {
    let page = &lesson.page;
    let brief = page.prose.iter().map_while(|block| match block {
        Block::Html(html) => Some(html.as_str()),
        Block::Step(_) => None,
    });
    Row {
        id: page.id.clone(),
        slug: page.slug.clone(),
        path: format!("{}/{}", page.track, page.slug),
        title: page.title.clone(),
        minutes: page.minutes,
        objective: page.objective.clone(),
        brief: brief.collect(),
        goals: page.steps.iter().map(|step| step.goal.clone()).collect(),
    }
}

fn write_lesson(folder: &Path, lesson: CompiledLesson) -> Result<(), Usage> {
    let (track, slug) = (lesson.page.track.clone(), lesson.page.slug.clone());
    let bytes = |result: postcard::Result<Vec<u8>>| result.map_err(|error| Usage(error.to_string()));
    let proofs = bytes(postcard::to_stdvec(&lesson))?;
    write(&folder.join(format!("proofs/{track}-{slug}.bin")), &proofs)?;
    let file = bytes(postcard::to_stdvec(&LessonFile { plan: lesson.plan, page: lesson.page }))?;
    write(&folder.join(format!("lessons/{track}/{slug}.bin")), &file)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Usage> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, bytes)).map_err(|error| Usage(format!("{}: {error}", path.display())))
}
