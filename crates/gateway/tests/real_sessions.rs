//! The contract of `opsfest sh`: the same random sessions through it and through real bash and Git. Text and exit codes
//! are equal in at least 99 % of commands, references and files in at least 99.5 % of sessions.
//!
//! Both get the same script file. It exports the same author and committer dates before each line, so that commit ids
//! are compared as they are; only the home folder's path is told apart. Clones get a relative address, for a merge that
//! `git pull` makes names it in its message. Real Git reads what `opsfest sh --export` wrote.
//!
//! What still differs, and why:
//! - usage texts after a wrong option: ours name the options that are there, and those that are not; so does `git --nope`;
//!   half of all that differs are these;
//! - `format-patch` of a file that is not text says so: a binary patch depends on the real compressor's bytes;
//! - where a pick of several began in the middle of a merge, or `bisect` in one, the words of what is refused afterwards;
//! - `am -3` of a file that both sides renamed, or whose name is a folder on the other side: other words;
//! - commits of the same second stand in another order in `range-diff`; `log -L` of a merge's second parent is not shown;
//! - the real index knows that a file was written anew, though with the same content: `diff-files` and `stash create` say so;
//! - `rerere` writes a preimage once for each variant of a conflict, ours once for all;
//! - real `git gc` goes by the clock; what `crates/commands/tests/real_language.rs` names of the language and the tools.
//!
//! `FROM=61000 SEEDS=2000`: 59496 of 59741 commands are equal (99.59 %), and 1995 of 2000 sessions (99.75 %).
//! `FROM=81000 SEEDS=2000`: 59194 of 59428 (99.61 %), and 1989 of 2000 (99.45 %); three of the eleven others were mended after
//! (`restore --theirs` of a file that they do not have, `merge -` of a detached commit, `stash -a` of a file that is staged as
//! gone). Of the rest: a todo list that resets to a new root, `add -p` among conflicts, `stash -u` of one new file, a mail that
//! changes nothing, a commit that the real one found empty, a detached switch in the middle of a merge.
//!
//! `SEEDS=500` draws more sessions, `FROM=2000` later ones, `ONLY=17` shows and runs one, `VERBOSE=1` shows what differs;
//! `OPSFEST=path` is another build of the program, so that a long run goes on while one works.

mod real_sessions {
    pub mod both;
    pub mod draw;
    pub mod git_lines;
    pub mod shell_lines;
    pub mod state;
    pub mod wide_lines;
    pub mod wide_words;
}

use real_sessions::both::{Compared, compare};
use real_sessions::draw::session;
use std::process::Command;
use testkit::seeds;

/// Enough to meet every kind of line some times, in some seconds.
const SEEDS: u64 = 40;

/// Whether the real Git of these comparisons is here; its words change from version to version.
fn git_2_47_is_here() -> bool {
    let said = Command::new("git").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_string();
    let here = said.starts_with("git version 2.47.");
    if !here {
        println!("skipped: this compares with git 2.47; here is: {}", if said.is_empty() { "none" } else { &said });
    }
    here
}

fn there_is_bash() -> bool {
    Command::new("bash").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// All seeds, some at a time.
fn compare_all(seeds: &[u64]) -> Vec<Compared> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let part = seeds.len().div_ceil(at_once).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = seeds
            .chunks(part)
            .map(|seeds| scope.spawn(|| seeds.iter().map(|seed| compare(*seed)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("a comparison does not panic")).collect()
    })
}

#[test]
fn sessions_equal_those_of_real_bash_and_git() {
    if !there_is_bash() {
        println!("skipped: there is no real bash on this machine");
        return;
    }
    if !git_2_47_is_here() {
        return;
    }
    let seeds = seeds(SEEDS);
    if let [seed] = seeds.as_slice() {
        println!("{}", session(*seed).join("\n"));
    }
    let all = compare_all(&seeds);
    let (commands, equal): (usize, usize) =
        (all.iter().map(|one| one.commands).sum(), all.iter().map(|one| one.equal).sum());
    let states = all.iter().filter(|one| one.state_differs.is_empty()).count();
    if std::env::var("VERBOSE").is_ok() {
        for one in &all {
            for told in one.differ.iter().chain(&one.state_differs) {
                println!("=== seed {}: {told}", one.seed);
            }
        }
    }
    let seeds_where = |differs: fn(&Compared) -> bool| {
        all.iter().filter(|one| differs(one)).map(|one| one.seed.to_string()).collect::<Vec<_>>().join(" ")
    };
    println!("commands equal: {equal}/{commands}; seeds with others: {}", seeds_where(|one| one.equal < one.commands));
    println!(
        "sessions with equal references and files: {states}/{}; others: {}",
        all.len(),
        seeds_where(|one| !one.state_differs.is_empty())
    );
    assert!(commands >= seeds.len() * 15, "sessions have at least fifteen lines");
    assert!(equal * 100 >= commands * 99, "{equal} of {commands} commands are equal; VERBOSE=1 shows the others");
    assert!(
        states * 1000 >= all.len() * 995,
        "{states} of {} sessions end equal; VERBOSE=1 shows the others",
        all.len()
    );
}
