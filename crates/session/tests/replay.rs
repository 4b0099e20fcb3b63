//! Journal, seed and scenario determine everything: replays and snapshots give the same state hash.

use screen::Input;
use session::{Session, random_input, random_session};
use sim::Rng;
use testkit::{first_lesson as lesson, seeds};

#[test]
fn a_replay_equals_the_original_over_two_hundred_seeds() {
    let lesson = lesson();
    let start = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts").now().clone();
    for seed in seeds(200) {
        let session = random_session(&lesson, &start, seed, 8);
        let replayed = session.replay_all();
        assert_eq!(replayed.state_hash(), session.now().state_hash(), "seed {seed}");
    }
}

#[test]
fn a_snapshot_and_the_tail_equal_the_whole_replay_at_every_index() {
    let lesson = lesson();
    let start = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts").now().clone();
    for seed in 300..304 {
        let mut rng = Rng::new(seed);
        let mut session = Session::from_start(lesson.clone(), start.clone(), 1, "test");
        let terminal = session.now().terminal.0;
        // A background sleep and a pipeline run through it all; the watch comes at random.
        for line in ["cd ~/web", "sleep 300 &", "echo x > x; git add x; git commit -m x", "git push"] {
            session.act(Input::Line { terminal, text: line.into() });
        }
        let mut saved = Vec::new();
        for _ in 0..10 {
            let input = random_input(&mut rng, &session);
            session.act(input);
            saved.push((session.journal().len(), session.save(true)));
        }
        let whole = session.replay_all().state_hash();
        assert_eq!(whole, session.now().state_hash(), "seed {seed}");
        for (index, saved) in saved {
            let with_tail = screen::Saved { journal: session.journal().bytes(), ..saved };
            let (mut opened, notice) = Session::open(lesson.clone(), &with_tail, "test").expect("own bytes open");
            opened.settle();
            assert_eq!(notice, None);
            assert_eq!(opened.now().state_hash(), whole, "seed {seed}, snapshot after input {index}");
        }
    }
}

#[test]
fn undo_and_rewind_go_to_the_very_state_and_branches_are_kept() {
    let lesson = lesson();
    let mut session = Session::start(lesson, 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    let mut hashes = vec![session.now().state_hash()];
    for line in ["cd ~/web", "echo one > a", "echo two > b", "rm a"] {
        session.act(Input::Line { terminal, text: line.into() });
        hashes.push(session.now().state_hash());
    }
    session.undo();
    assert_eq!(session.now().state_hash(), hashes[3]);
    session.redo();
    session.settle();
    assert_eq!(session.now().state_hash(), hashes[4]);
    for (at, hash) in hashes.iter().enumerate().take(4) {
        session.seek(Some(at));
        assert_eq!(session.shown().state_hash(), *hash, "place {at}");
    }
    session.seek(Some(2));
    let nodes = session.journal().len();
    session.branch_here();
    session.act(Input::Line { terminal, text: "echo other > c".into() });
    assert_eq!(session.journal().len(), nodes + 1, "the old branch stays in the journal");
    let files = &session.now().world.machine(&world::MachineId::workstation()).expect("there").files;
    assert!(files.exists("/home/learner/web/c") && !files.exists("/home/learner/web/b"));
}

#[test]
fn a_watch_after_an_interrupted_command_leaves_the_clock_alone() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    let watch = Input::Line { terminal, text: "kubectl get pods -n shop -w".into() };
    for _ in 0..3 {
        let before = session.now().now();
        session.write_ahead(watch.clone());
        session.apply_head();
        let mut steps = 0;
        while !session.now().settled() && steps < 1_000 {
            session.pump(std::time::Duration::ZERO, &mut || false);
            steps += 1;
        }
        assert_eq!(session.now().foreground(), world::Foreground::Following);
        assert!(session.now().now().since(before).as_secs() <= 2, "typing and a few steps");
        session.act(Input::Interrupt { terminal });
    }
}

#[test]
fn a_link_or_file_carries_a_session_and_junk_is_refused() {
    let lesson = lesson();
    let mut session = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: "cd ~/web && echo hi > hello".into() });
    let hash = session.now().state_hash();
    let link = session.link().expect("a short session fits");
    for bytes in [link.into_bytes(), session.export()] {
        let saved = session::decode_file(&bytes).expect("own bytes are readable");
        let (mut opened, _) = Session::open(lesson.clone(), &saved, "test").expect("own session opens");
        opened.settle();
        assert_eq!(opened.now().state_hash(), hash);
    }
    // Text that does not deflate, more than a link carries.
    let mut rng = Rng::new(5);
    let text: String = (0..140_000).map(|_| char::from(b' ' + u8::try_from(rng.below(90)).expect("small"))).collect();
    session.act(Input::Save { path: "/home/learner/big.txt".into(), text });
    let refused = session.link().expect_err("too long for a link").to_string();
    assert!(refused.contains("links carry at most 100 kB"), "{refused}");
    for seed in 0..2_000 {
        let mut rng = Rng::new(seed);
        let mut bytes = session::encode_file(&session.save(false));
        for _ in 0..3 {
            let at = usize::try_from(rng.below(bytes.len() as u64)).expect("an index");
            bytes[at] ^= u8::try_from(rng.below(255)).expect("a byte") + 1;
        }
        bytes.truncate(usize::try_from(rng.below(bytes.len() as u64)).expect("an index"));
        assert!(session::decode_file(&bytes).is_err() || seed > 0);
    }
}

#[test]
fn an_input_that_kills_is_left_out_and_another_build_opens_the_snapshot() {
    let lesson = lesson();
    let mut session = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: "cd ~/web".into() });
    let good = session.now().state_hash();
    session.act(Input::Line { terminal, text: "rm -rf ~/web".into() });
    let mut saved = session.save(false);
    saved.skip = vec![1];
    let (mut opened, _) = Session::open(lesson.clone(), &saved, "test").expect("opens");
    opened.settle();
    let files = |session: &Session| {
        session.now().world.machine(&world::MachineId::workstation()).expect("there").files.exists("/home/learner/web")
    };
    assert!(files(&opened));
    let saved = session.save(true);
    let (other, notice) = Session::open(lesson, &saved, "a newer build").expect("opens");
    assert!(notice.expect("said").contains("since build test"));
    assert!(!files(&other), "the world is as it was left");
    assert_ne!(other.now().state_hash(), good);
}

#[test]
fn what_is_recalled_after_opening_equals_what_was() {
    let lesson = lesson();
    let mut session = Session::start(lesson.clone(), 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    for line in
        ["cd ~/web", "echo x > x; git add x; git commit -m x", "git push", "sleep 40", "kubectl get pods -n shop"]
    {
        session.act(Input::Line { terminal, text: line.into() });
    }
    let whole = session.save(true);
    let (mut opened, _) = Session::open(lesson, &whole, "test").expect("own bytes open");
    assert!(opened.can_recall());
    assert_eq!(opened.keyframes(), 0, "a snapshot brings none");
    let mut slices = 0;
    while opened.can_recall() {
        // One input a slice, and a look back in between.
        let mut left = 2;
        opened.recall(&mut || {
            left -= 1;
            left > 0
        });
        slices += 1;
        opened.seek((slices == 2).then_some(4));
    }
    assert!(slices > 4, "{slices} slices");
    assert_eq!(opened.keyframes(), session.keyframes());
    for at in 0..5 {
        session.seek(Some(at));
        opened.seek(Some(at));
        assert_eq!(opened.shown().state_hash(), session.shown().state_hash(), "place {at}");
    }
}

#[test]
fn a_script_is_not_held_up_by_an_endless_loop() {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let mut interrupted = |line: &str| {
        let before = session.now().now();
        session.run_line(line);
        assert!(session.now().settled(), "{line}");
        assert!(session.now().now().since(before).as_secs() < 1_000, "{line}");
        assert_eq!(session.run_line("echo $?"), "130\n", "{line}");
        session.now().state_hash() == session.replay_all().state_hash()
    };
    assert!(interrupted("until grep -q never ~/.gitconfig; do sleep 5; done"), "a replay is interrupted, too");
}
