//! `opsfest verify-progress`: what was really done in exported sessions.

mod opsfest;

use opsfest::{Ran, opsfest};
use session::{Journal, Session};
use std::path::Path;
use testkit::{Temp, compiled, first_lesson};

const BUILD: &str = "0123456789ab";

/// A session of lesson 0 after the first `actions` actions of its first solution.
fn played(actions: usize, seed: u64) -> Session {
    let script = compiled().proofs.solutions.swap_remove(0);
    let mut session = Session::start(first_lesson(), seed, BUILD).expect("lesson 0 starts");
    for action in script.actions.iter().take(actions) {
        session.play_action(action);
    }
    session
}

fn verify(files: &[&Path]) -> Ran {
    let args: Vec<&std::ffi::OsStr> =
        std::iter::once("verify-progress".as_ref()).chain(files.iter().map(|file| file.as_os_str())).collect();
    opsfest(&args)
}

fn lines(ran: &Ran) -> Vec<&str> {
    assert_eq!(ran.err, "");
    ran.out.lines().map(|line| line.split_once(": ").expect("a file and what is said of it").1).collect()
}

fn steps() -> Vec<String> {
    compiled().plan.steps.iter().map(|step| step.id.clone()).collect()
}

#[test]
fn solved_and_unsolved_sessions_are_told_apart() {
    let folder = Temp::new("progress");
    let solved = folder.file("solved", played(usize::MAX, 1).export());
    let begun = folder.file("begun", played(0, 2).export());
    // A link is as good as a file.
    let link = folder.file("link", played(usize::MAX, 3).link().expect("a short session fits"));
    let ran = verify(&[&solved, &begun, &link]);
    let (all, count) = (steps().join(" "), steps().len());
    let whole = format!("first-release solved, {count} of {count} steps: {all}; made by build {BUILD}");
    let none = format!("first-release not solved, 0 of {count} steps; made by build {BUILD}");
    assert_eq!(lines(&ran), [&whole, &none, &whole]);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn what_only_a_snapshot_or_a_note_claims_does_not_count() {
    let folder = Temp::new("progress-claims");
    let (solved, begun) = (played(usize::MAX, 1).save(true), played(1, 1).save(true));
    // The snapshot of a solved session beside a journal in which little was done.
    let snapshot = screen::Saved { journal: begun.journal.clone(), snapshot: solved.snapshot, skip: Vec::new() };
    let mut journal = Journal::read(&begun.journal).expect("own bytes");
    journal.passed = steps();
    let note = screen::Saved { journal: journal.bytes(), snapshot: None, skip: Vec::new() };
    let files = [&snapshot, &note].map(session::encode_file);
    let ran = verify(&[&folder.file("snapshot", &files[0]), &folder.file("note", &files[1])]);
    let told = lines(&ran);
    assert!(told.iter().all(|line| line.starts_with("first-release not solved, ")), "{told:?}");
    assert!(told[1].contains(", which noted as passed what this one does not replay: "), "{told:?}");
    assert!(!ran.out.contains("forged"));
}

#[test]
fn identical_journals_are_flagged_with_the_first_of_them() {
    let folder = Temp::new("progress-twins");
    let bytes = played(2, 1).export();
    let (a, b, c) = (folder.file("a", &bytes), folder.file("b", played(2, 2).export()), folder.file("c", &bytes));
    let ran = verify(&[&a, &b, &c]);
    let twins: Vec<bool> = ran.out.lines().map(|line| line.contains("; identical to ")).collect();
    assert_eq!(twins, [false, false, true]);
    assert!(ran.out.trim_end().ends_with(&format!("; identical to {}", a.display())));
    assert_eq!(ran.code, Some(0));
}

#[test]
fn a_journal_of_another_form_says_which_build_made_it() {
    let folder = Temp::new("progress-build");
    let mut saved = played(1, 1).save(false);
    let mut journal = Journal::read(&saved.journal).expect("own bytes");
    journal.schema += 1;
    saved.journal = journal.bytes();
    // What follows schema and build may have any form.
    saved.journal.extend(b"and more");
    let ran = verify(&[&folder.file("later", session::encode_file(&saved))]);
    assert_eq!(lines(&ran), [format!("made by build {BUILD}; this is 0.1.0, which cannot replay it")]);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn garbage_is_one_line_and_exit_2_and_hides_no_other_file() {
    let folder = Temp::new("progress-garbage");
    let good = folder.file("good", played(0, 1).export());
    let (junk, cut) = (folder.file("junk", b"\x00\xffnothing"), folder.file("cut", &played(0, 1).export()[..40]));
    let ran = verify(&[&junk, &cut, &folder.path("missing"), &good]);
    let told = lines(&ran);
    assert_eq!(told[..2], ["this is no Opsfest session, or it is damaged"; 2]);
    assert_eq!(told[2], "No such file or directory (os error 2)");
    assert!(told[3].starts_with("first-release not solved"));
    assert_eq!((told.len(), ran.code), (4, Some(2)));
}
