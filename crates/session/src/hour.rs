//! An hour in lesson 0, for figures of rewinding (feature `checks`).

use crate::session::{Lesson, Session};
use crate::start::StartError;
use screen::Input;
use std::time::Duration;

/// What is done again and again, about one line a minute; `@` is the number of the round.
const ROUND: &[&str] = &[
    "cd ~/web && sed -i 's/^headline:.*/headline: \"Night @\"/' encore.yaml",
    "git commit -am \"headline @\"",
    "git push",
    "kubectl get pods -n shop",
    "kubectl rollout status deployment/web -n shop",
    "kubectl get pods -n shop -w",
    "git log --oneline | head -5",
    "curl -s shop.encore | head -3",
    "sleep 20 &",
    "git status",
];
const ROUNDS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(60);

/// Commits, pushes with their pipelines and rollouts, watches and waits: 126 inputs in an hour of virtual time.
#[inline(never)]
pub fn hour_session(lesson: &Lesson) -> Result<Session, StartError> {
    let mut session = Session::start(lesson.clone(), 1, "bench")?;
    let terminal = session.now().terminal.0;
    for round in 1..=ROUNDS {
        for line in ROUND {
            session.act(Input::Line { terminal, text: line.replace('@', &round.to_string()) });
            session.advance(PAUSE);
            if line.ends_with(" -w") {
                session.act(Input::Interrupt { terminal });
            }
        }
    }
    Ok(session)
}

impl Session {
    /// When the session began.
    pub fn began(&self) -> sim::Time {
        self.start.now()
    }
}
