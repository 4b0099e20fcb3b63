//! `sleep`: virtual seconds.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Behaviour, Cx, Step};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sleep {
    asleep: bool,
}

impl From<Vec<String>> for Sleep {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Sleep {
    const PROGRAM: &'static str = "sleep";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.asleep {
            return Step::Done(0);
        }
        self.asleep = true;
        let args = cx.args();
        if args.is_empty() {
            cx.err("sleep: missing operand\nTry 'sleep --help' for more information.\n");
            return Step::Done(1);
        }
        let mut total = Duration::ZERO;
        for arg in &args {
            match span(arg) {
                Some(span) => total = total.saturating_add(span),
                None => {
                    let tail = "Try 'sleep --help' for more information.";
                    cx.err(format!("sleep: invalid time interval ‘{arg}’\n{tail}\n"));
                    return Step::Done(1);
                }
            }
        }
        Step::Until(cx.now() + total)
    }
}

/// `1.5`, `2m`, `1h`, `3d`.
fn span(text: &str) -> Option<Duration> {
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 's') => (&text[..at], 1.0),
        (at, 'm') => (&text[..at], 60.0),
        (at, 'h') => (&text[..at], 3_600.0),
        (at, 'd') => (&text[..at], 86_400.0),
        _ => (text, 1.0),
    };
    let secs = manifest::float_of(number).filter(|n| n.is_finite() && *n >= 0.0)?;
    Duration::try_from_secs_f64(secs * unit).ok()
}
