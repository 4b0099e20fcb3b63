//! `opsfest first FILE`: what a page sends a worker in a visit's first moments and in lesson 0. The build plays it to see
//! which functions the worker wants at once; all others come behind.

use crate::args::Given;
use crate::parts::{self, plain};
use crate::{Usage, lessons, proof};
use screen::{Control, Input, PROTOCOL, Saved, ToWorker};
use session::LessonFile;
use std::path::Path;

/// What learners type first, here and elsewhere, a mistake among it.
const LINES: [&str; 14] = [
    "ls",
    "ls -la",
    "pwd",
    "help",
    "cat encore.yaml",
    "cd ..",
    "cd - && ls",
    "git status",
    "git log --oneline",
    "git diff",
    "kubectl get pods",
    "kubectl get pods -n shop -o wide",
    "echo hello world",
    "sl",
];
const SEEDS: [u64; 3] = [1, 77, 4_242];
const FRAME_MILLIS: u32 = 16;

/// The file's parts: a tick for as long as the worker is busy, the build's id, the messages in their order.
pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    let [file] = given.operands.as_slice() else { return Err(Usage("first takes one file".into())) };
    let compiled = lessons::by_id(lessons::FIRST)?;
    let lesson = plain(&LessonFile { plan: compiled.plan.clone(), page: compiled.page.clone() });
    let mut messages = vec![ToWorker::Hello { protocol: PROTOCOL, build: String::new() }];
    for seed in SEEDS {
        messages.extend(visit(lesson.clone(), seed));
    }
    let mut build = String::new();
    for script in &compiled.proofs.solutions {
        let session = proof::play(&compiled, script, 1, None).map_err(Usage)?;
        let journal = session.journal();
        build.clone_from(&journal.build);
        let saved = Saved { journal: journal.bytes(), snapshot: None, skip: Vec::new() };
        messages.push(ToWorker::Open { lesson: lesson.clone(), seed: journal.seed, saved: Some(saved) });
    }
    let head = [plain(&ToWorker::Tick { millis: FRAME_MILLIS }), build.into_bytes()];
    let parts: Vec<Vec<u8>> = head.into_iter().chain(messages.iter().map(plain)).collect();
    parts::write(Path::new(file), &parts)?;
    Ok(0)
}

fn visit(lesson: Vec<u8>, seed: u64) -> Vec<ToWorker> {
    let mut messages = vec![
        ToWorker::Open { lesson, seed, saved: None },
        ToWorker::Control(Control::Resize { columns: 100 }),
        ToWorker::Control(Control::OpenFile("encore.yaml".into())),
    ];
    for text in LINES {
        messages.push(ToWorker::Do(Input::Line { terminal: 1, text: text.into() }));
    }
    messages.push(ToWorker::Control(Control::Play { speed: 1 }));
    messages.push(ToWorker::Control(Control::Pause));
    messages
}
