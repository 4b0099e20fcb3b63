//! The world's clock behind the server, and the moments that clients are told.
#![expect(clippy::disallowed_types, reason = "real clients wait in real time")]

use manifest::Value;
use sim::Time;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use world::World;

/// When the world goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All the time, this many times as fast as the clock on the wall. Clients are told moments of that clock.
    Always(u32),
    /// Only while somebody watches or waits, as fast as that; moments are the world's own. For tests.
    WhileWatched(u32),
}

/// The world with its pace.
#[derive(Debug)]
pub(super) struct Running {
    pub world: World,
    pub pace: Pace,
    last: Instant,
    /// What is added to each moment that a client is told.
    shift_secs: i64,
}

impl Running {
    pub fn new(world: World, pace: Pace) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let (wall, own) = (i64::try_from(wall).unwrap_or(0), i64::try_from(world.now().unix_secs()).unwrap_or(0));
        let shift_secs = if matches!(pace, Pace::Always(1)) { wall - own } else { 0 };
        Self { world, pace, last: Instant::now(), shift_secs }
    }

    /// Lets pass what passed on the wall, where the clock runs all the time.
    pub fn catch_up(&mut self) {
        let passed = self.last.elapsed();
        self.last = Instant::now();
        if let Pace::Always(speed) = self.pace {
            self.advance(passed * speed);
        }
    }

    /// A watcher has waited this long.
    pub fn waited(&mut self, wall: Duration) {
        match self.pace {
            Pace::Always(_) => self.catch_up(),
            Pace::WhileWatched(speed) => self.advance(wall * speed),
        }
    }

    fn advance(&mut self, by: Duration) {
        let limit = self.world.now() + by.min(Duration::from_secs(24 * 3_600));
        self.world.advance_to(limit);
    }

    /// A value as clients are told it: with moments of their clock.
    pub fn told(&self, value: &Value) -> Value {
        if self.shift_secs == 0 { value.clone() } else { shifted(value, self.shift_secs) }
    }

    /// What a client says, with moments of the world's clock.
    pub fn heard(&self, value: &Value) -> Value {
        if self.shift_secs == 0 { value.clone() } else { shifted(value, -self.shift_secs) }
    }
}

fn shifted(value: &Value, secs: i64) -> Value {
    match value {
        Value::Str(text) => moved(text, secs).map_or_else(|| value.clone(), Value::from),
        Value::List(items) => items.iter().map(|item| shifted(item, secs)).collect(),
        Value::Map(map) => {
            let mut out = Value::map();
            for (key, value) in map.iter() {
                out.put(key, shifted(value, secs));
            }
            out
        }
        other => other.clone(),
    }
}

/// `2026-06-05T18:42:10Z`, also with a fraction; nothing for other texts.
fn moved(text: &str, secs: i64) -> Option<String> {
    let bytes = text.as_bytes();
    if !(20..=30).contains(&bytes.len()) || bytes[10] != b'T' || bytes[4] != b'-' || !text.ends_with('Z') {
        return None;
    }
    let (whole, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    let time = Time::parse_rfc3339(&format!("{whole}Z"))?;
    let moved = u64::try_from(i64::try_from(time.unix_secs()).ok()?.checked_add(secs)?).ok()?;
    let told = Time::from_unix_secs(moved).rfc3339();
    Some(if fraction.is_empty() { told } else { format!("{}.{fraction}Z", told.trim_end_matches('Z')) })
}

#[test]
fn moments_move_and_texts_stay() {
    assert_eq!(moved("2026-06-05T18:42:10Z", 60).as_deref(), Some("2026-06-05T18:43:10Z"));
    assert_eq!(moved("2026-06-05T18:42:10.000000Z", -10).as_deref(), Some("2026-06-05T18:42:00.000000Z"));
    assert_eq!(moved("a-long-name-that-has-T-in-itZ", 60), None);
}
