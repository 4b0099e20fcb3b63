//! Fuzzing: shell lines, index, pack, bundle, loose objects, configuration, patches and revisions. An input is drawn by the
//! form that it has, or a valid one is damaged; nothing may panic, and nothing may take longer than some seconds.
//!
//! `INPUTS=1000000` tries so many (`cargo xtask fuzz` does), `FROM=SEED` begins with that seed, `TARGET=pack` tries one
//! kind only. A failure names the kind and the seed: `TARGET=pack FROM=77 INPUTS=1` tries it again.

mod draw;
#[path = "fuzz/formats.rs"]
mod formats;
#[path = "fuzz/lines.rs"]
mod lines;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/packs.rs"]
mod packs;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

/// An input that takes longer hangs.
const HANG: Duration = Duration::from_secs(30);

/// As much stack as a worker of the site has.
const STACK_BYTES: usize = 1 << 20;

/// Tries the input of a seed; gives it in words, for a report.
type Try = fn(&formats::Fixture, u64) -> String;

/// A kind of input, its part of a hundred, and what tries one.
const TARGETS: [(&str, u64, Try); 8] = [
    ("shell", 30, lines::shell),
    ("index", 10, formats::index),
    ("pack", 10, packs::pack),
    ("bundle", 10, packs::bundle),
    ("loose", 10, formats::loose),
    ("config", 10, formats::config),
    ("patch", 10, formats::patch),
    ("revision", 10, formats::revision),
];

/// What came of it does not matter.
fn tried<T>(value: T) {
    drop(value);
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(default)
}

#[test]
fn no_input_panics_or_hangs() {
    let (inputs, from) = (number("INPUTS", 3_000), number("FROM", 1));
    let only = std::env::var("TARGET").ok();
    // One input alone is looked at closely.
    let quiet = inputs > 1;
    if quiet {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let mut told = Vec::new();
    let mut total = 0;
    for (name, part, target) in TARGETS {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let count = if only.is_some() { inputs } else { (inputs * part / 100).max(1) };
        let (first, failed) = (count / 2, &mut told);
        let halves = [from..from + first, from + first..from + count];
        let watched: Vec<_> = halves.into_iter().map(|seeds| watch(name, seeds, target, quiet)).collect();
        let before = failed.len();
        for half in watched {
            failed.extend(half.join().expect("a watch ends"));
        }
        total += count;
        println!("{name}: {count} inputs from seed {from}, {} failed", failed.len() - before);
    }
    // The standard hook prints what fails from here on.
    drop(std::panic::take_hook());
    assert!(total > 0, "there is no such target");
    println!("{total} inputs");
    assert!(told.is_empty(), "{} fail:\n{}", told.len(), told.join("\n"));
}

/// Tries seeds on a thread of its own, and waits for a sign of life after each.
fn watch(
    name: &'static str,
    seeds: std::ops::Range<u64>,
    target: Try,
    quiet: bool,
) -> std::thread::JoinHandle<Vec<String>> {
    let (sender, receiver) = mpsc::channel();
    let start = seeds.start;
    let work = move || {
        let fixture = formats::Fixture::new();
        let mut failed = Vec::new();
        for seed in seeds {
            let done = catch_unwind(AssertUnwindSafe(|| target(&fixture, seed)));
            if let (false, Ok(input)) = (quiet, &done) {
                println!("{input}");
            }
            if done.is_err() && failed.len() < 20 {
                failed.push(format!("TARGET={name} FROM={seed} INPUTS=1"));
            }
            // The watch has ended only if it found a hang, which ends everything.
            tried(sender.send(seed));
        }
        failed
    };
    std::thread::spawn(move || {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread starts");
        let mut last = start;
        loop {
            match receiver.recv_timeout(HANG) {
                Ok(seed) => last = seed + 1,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    eprintln!("hangs: TARGET={name} FROM={last} INPUTS=1");
                    std::process::abort();
                }
            }
        }
        worker.join().unwrap_or_else(|_| vec![format!("TARGET={name}: the thread died")])
    })
}

#[test]
fn an_input_is_the_same_each_time() {
    let fixture = formats::Fixture::new();
    for (name, _, target) in TARGETS {
        assert_eq!(target(&fixture, 7), target(&fixture, 7), "{name}");
    }
}
