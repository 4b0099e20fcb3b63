//! Random sessions, for the checks that replays equal originals and that native equals wasm (feature `checks`).

use crate::moment::Moment;
use crate::session::{Lesson, Session};
use screen::{ArgoCdAct, Fault, Input};
use sim::Rng;
use std::time::Duration;

/// Things that a learner may do, a watch, a background sleep and a push among them.
const LINES: &[&str] = &[
    "cd ~/web",
    "ls -la",
    "cat encore.yaml | head -3",
    "sed -i 's/^headline:.*/headline: \"Summer 2026\"/' encore.yaml",
    "echo note >> notes.txt; git add notes.txt",
    "git commit -am \"a change\"",
    "git push",
    "git status",
    "sleep 40 &",
    "sleep 7",
    "kubectl get pods -n shop",
    "kubectl get pods -n shop -w",
    "kubectl delete pod -n shop -l app=web",
    "curl -s shop.encore",
    "for i in 1 2 3; do echo $i; sleep 1; done",
    "git log --oneline | head -2",
    "nonsense && echo never || echo always",
    "exit",
    "fg",
    "bg; jobs",
    "kill %1",
];

/// What a learner of lesson 0 may do next.
#[inline(never)]
pub fn random_input(rng: &mut Rng, session: &Session) -> Input {
    let open: Vec<u32> = session.now().world.terminals().map(|(id, _)| id.0).collect();
    let terminal = open[usize::try_from(rng.below(open.len() as u64)).expect("a short list")];
    match rng.below(22) {
        0 => Input::Interrupt { terminal },
        1 => Input::ArgoCd { app: "encore".into(), act: ArgoCdAct::Refresh },
        2 => Input::ArgoCd { app: "encore".into(), act: ArgoCdAct::Sync(None) },
        3 => Input::Save { path: "/home/learner/web/README.md".into(), text: format!("{}\n", rng.below(9)) },
        4..=6 => Input::Advance { to_micros: session.now().now().as_micros() + rng.below(90) * 1_000_000 },
        7 => Input::OpenTerminal { beside: terminal },
        9 => Input::Suspend { terminal },
        8 if rng.below(3) == 0 => Input::CloseTerminal { terminal },
        10 if rng.below(3) == 0 => Input::Fault(random_fault(rng, session)),
        _ => {
            let index = usize::try_from(rng.below(LINES.len() as u64)).expect("a short list");
            Input::Line { terminal, text: LINES[index].into() }
        }
    }
}

/// Something to break: a node's power, an image, the number of replicas.
#[inline(never)]
fn random_fault(rng: &mut Rng, session: &Session) -> Fault {
    let store = session.now().world.cluster.store();
    let nodes: Vec<String> = store.all(cluster::NODE, None).map(|node| node.name().to_string()).collect();
    let node = nodes[usize::try_from(rng.below(nodes.len() as u64)).expect("a short list")].clone();
    let (namespace, deployment) = ("shop".to_string(), "web".to_string());
    match rng.below(4) {
        0 => Fault::CutPower { node },
        1 => Fault::PowerOn { node },
        2 => Fault::BadImage { namespace, deployment },
        _ => Fault::Drift { namespace, deployment },
    }
}

/// A random session from a start made before, with Play pressed now and then.
#[inline(never)]
pub fn random_session(lesson: &Lesson, start: &Moment, seed: u64, inputs: u64) -> Session {
    let mut rng = Rng::new(seed);
    let mut session = Session::from_start(lesson.clone(), start.clone(), 1, "test");
    for _ in 0..inputs {
        let input = random_input(&mut rng, &session);
        session.act(input);
        if rng.below(4) == 0 {
            session.play(10);
            for _ in 0..rng.below(5) {
                session.pump(Duration::from_millis(200), &mut || true);
            }
            session.stop();
        }
    }
    session
}

/// Inputs of a session whose hash native and wasm compare.
const INPUTS: u64 = 8;

/// `random/SEED HASH`, one line for each of the first `seeds` seeds.
pub fn random_hashes(lesson: &Lesson, seeds: u64) -> Result<String, String> {
    let start = Session::start(lesson.clone(), 1, "test").map_err(|error| error.to_string())?;
    let line = |seed| {
        let session = random_session(lesson, start.now(), seed, INPUTS);
        format!("random/{seed} {}\n", session.now().state_hash())
    };
    Ok((0..seeds).map(line).collect())
}
