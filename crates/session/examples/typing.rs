//! How long commands take in the session's desk: a scratch program for profiles.
use lesson::compile::Folder;
use screen::{FromWorker, Input, ToWorker};
use session::{Desk, LessonFile};
use std::path::Path;
use std::time::Instant;

fn read_all(root: &Path, folder: &Path, texts: &mut Folder) {
    for entry in std::fs::read_dir(folder).expect("there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(root, &path, texts);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            texts.insert(path.strip_prefix(root).expect("below").to_string_lossy().into_owned(), text);
        }
    }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons/devops/00-ship-your-first-release");
    let mut texts = Folder::new();
    read_all(&root, &root, &mut texts);
    let compiled = lesson::compile::lesson("devops", "00-ship-your-first-release", &texts).lesson.expect("compiles");
    let bytes = postcard::to_allocvec(&LessonFile { plan: compiled.plan, page: compiled.page }).expect("plain");
    println!("lesson file {} bytes", bytes.len());
    let mut out_bytes = 0;
    let mut desk = Desk::new("x");
    let start = Instant::now();
    let reps = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    for _ in 0..reps {
        desk = Desk::new("x");
        desk.take(
            ToWorker::Open { lesson: bytes.clone(), seed: 7, saved: None },
            &mut |m| out_bytes += postcard::to_allocvec(&m).expect("x").len(),
            &mut || true,
        );
    }
    println!("open {:?} {} bytes", start.elapsed() / reps, out_bytes);
    let lines = [
        "cd ~/web",
        "ls",
        "pwd",
        "git status",
        "git log --oneline",
        "cat encore.yaml",
        "kubectl get pods -A",
        "echo done | wc -c",
    ];
    let mut total = std::collections::BTreeMap::new();
    let n = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(200);
    for at in 0..n {
        let line = lines[at % lines.len()];
        let start = Instant::now();
        let mut bytes = 0;
        let mut kinds = Vec::new();
        let mut send = |m: FromWorker| {
            let n = postcard::to_allocvec(&m).expect("x").len();
            bytes += n;
            if let FromWorker::Updates(u) = &m {
                for u in u {
                    kinds.push(format!("{:?}", u).split('(').next().unwrap().to_string());
                }
            }
        };
        desk.take(ToWorker::Do(Input::Line { terminal: 0, text: line.into() }), &mut send, &mut || true);
        while desk.session().unwrap().busy() {
            desk.take(ToWorker::Tick { millis: 1 }, &mut send, &mut || true);
        }
        let took = start.elapsed();
        let entry = total.entry(line).or_insert((0, std::time::Duration::ZERO, 0, Vec::new()));
        entry.0 += 1;
        entry.1 += took;
        entry.2 += bytes;
        entry.3 = kinds;
    }
    for (line, (n, took, bytes, kinds)) in total {
        println!("{line:24} {:?} {} bytes {kinds:?}", took / n, bytes / n as usize);
    }
}
