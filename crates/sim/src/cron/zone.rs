//! Time zones by name: the usual ones, by their rules of today.
//! Unlike kubernetes: not the whole IANA database; zones beyond these are unknown.

use crate::Time;

/// When summer time holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    Never,
    /// From the last Sunday of March to that of October, at 01:00 UTC.
    Europe,
    /// From the second Sunday of March to the first of November, at 02:00 local time.
    America,
}

/// A zone: minutes ahead of UTC, and its summer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    minutes: i64,
    summer: Summer,
}

const ZONES: &[(&str, i64, Summer)] = &[
    ("UTC", 0, Summer::Never),
    ("Etc/UTC", 0, Summer::Never),
    ("GMT", 0, Summer::Never),
    ("Europe/London", 0, Summer::Europe),
    ("Europe/Dublin", 0, Summer::Europe),
    ("Europe/Lisbon", 0, Summer::Europe),
    ("Europe/Amsterdam", 60, Summer::Europe),
    ("Europe/Berlin", 60, Summer::Europe),
    ("Europe/Brussels", 60, Summer::Europe),
    ("Europe/Madrid", 60, Summer::Europe),
    ("Europe/Paris", 60, Summer::Europe),
    ("Europe/Prague", 60, Summer::Europe),
    ("Europe/Rome", 60, Summer::Europe),
    ("Europe/Stockholm", 60, Summer::Europe),
    ("Europe/Vienna", 60, Summer::Europe),
    ("Europe/Warsaw", 60, Summer::Europe),
    ("Europe/Zurich", 60, Summer::Europe),
    ("Europe/Athens", 120, Summer::Europe),
    ("Europe/Helsinki", 120, Summer::Europe),
    ("Europe/Kyiv", 120, Summer::Europe),
    ("Europe/Istanbul", 180, Summer::Never),
    ("America/New_York", -300, Summer::America),
    ("America/Toronto", -300, Summer::America),
    ("America/Chicago", -360, Summer::America),
    ("America/Denver", -420, Summer::America),
    ("America/Los_Angeles", -480, Summer::America),
    ("America/Sao_Paulo", -180, Summer::Never),
    ("Asia/Dubai", 240, Summer::Never),
    ("Asia/Kolkata", 330, Summer::Never),
    ("Asia/Singapore", 480, Summer::Never),
    ("Asia/Shanghai", 480, Summer::Never),
    ("Asia/Hong_Kong", 480, Summer::Never),
    ("Asia/Tokyo", 540, Summer::Never),
    ("Asia/Seoul", 540, Summer::Never),
    ("Australia/Brisbane", 600, Summer::Never),
    ("Africa/Johannesburg", 120, Summer::Never),
    ("Africa/Lagos", 60, Summer::Never),
];

impl Zone {
    /// The zone of a name; the empty name is UTC.
    pub fn find(name: &str) -> Option<Self> {
        let name = if name.is_empty() { "UTC" } else { name };
        ZONES
            .iter()
            .find(|(own, ..)| *own == name)
            .map(|(_, minutes, summer)| Self { minutes: *minutes, summer: *summer })
    }

    fn offset_secs(self, at: Time) -> i64 {
        let summer = match self.summer {
            Summer::Never => false,
            Summer::Europe => within(at, (3, -1, 3_600), (10, -1, 3_600)),
            Summer::America => {
                let hour = |local: i64| local * 3_600 - self.minutes * 60;
                within(at, (3, 2, hour(2)), (11, 1, hour(1)))
            }
        };
        self.minutes * 60 + if summer { 3_600 } else { 0 }
    }

    /// The wall clock, as if it were UTC.
    pub(crate) fn local(self, at: Time) -> Time {
        moved(at, self.offset_secs(at))
    }

    pub(crate) fn universal(self, local: Time) -> Time {
        let guess = moved(local, -self.minutes * 60);
        moved(local, -self.offset_secs(moved(guess, -1)))
    }
}

fn moved(at: Time, secs: i64) -> Time {
    Time::from_unix_secs(at.unix_secs().saturating_add_signed(secs))
}

/// Whether a moment is between two Sundays of its year: month, which Sunday (-1: the last), seconds after midnight UTC.
fn within(at: Time, from: (u32, i64, i64), to: (u32, i64, i64)) -> bool {
    let year = at.civil().year;
    let start = |(month, nth, secs): (u32, i64, i64)| {
        let first = Time::parse_rfc3339(&format!("{year:04}-{month:02}-01T00:00:00Z")).unwrap_or_default();
        let days = i64::from((7 - first.civil().weekday) % 7);
        let mut day = days + 7 * (nth.max(1) - 1);
        if nth < 0 {
            // March and October have 31 days.
            while day + 7 < 31 {
                day += 7;
            }
        }
        moved(first, day * 86_400 + secs)
    };
    at >= start(from) && at < start(to)
}
