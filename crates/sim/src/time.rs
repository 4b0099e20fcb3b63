//! Virtual time: microseconds since the Unix epoch, and its civil (UTC) form.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment of virtual time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(u64);

/// A moment as people write it, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// 0 is Sunday.
    pub weekday: u32,
}

impl Time {
    pub const MAX: Self = Self(u64::MAX);

    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    pub const fn from_unix_secs(secs: u64) -> Self {
        Self(secs * 1_000_000)
    }

    pub const fn as_micros(self) -> u64 {
        self.0
    }

    pub const fn unix_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// How long after `earlier`; zero where it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// The Gregorian date and time of day, by Howard Hinnant's days-from-civil algorithm.
    pub fn civil(self) -> Civil {
        let secs = self.unix_secs();
        let days = i64::try_from(secs / 86_400).expect("days fit in i64");
        let of_day = u32::try_from(secs % 86_400).expect("seconds of a day fit in u32");
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let small = |n: i64| u32::try_from(n).expect("calendar parts are small");
        Civil {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day),
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            weekday: small((days + 4).rem_euclid(7)),
        }
    }

    /// `2026-06-05T18:42:10Z`, as Kubernetes writes it.
    pub fn rfc3339(self) -> String {
        let c = self.civil();
        let mut text = String::with_capacity(20);
        let mut digits = |n: u32, before: &str| {
            text.push_str(before);
            text.push(char::from(b'0' + u8::try_from(n / 10 % 10).unwrap_or(0)));
            text.push(char::from(b'0' + u8::try_from(n % 10).unwrap_or(0)));
        };
        let year = u32::try_from(c.year).unwrap_or(0);
        digits(year / 100, "");
        digits(year, "");
        for (n, before) in [(c.month, "-"), (c.day, "-"), (c.hour, "T"), (c.minute, ":"), (c.second, ":")] {
            digits(n, before);
        }
        text.push('Z');
        text
    }

    /// Reads `2026-06-05T18:42:10Z`, with or without a fraction of a second; only UTC.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let body = text.strip_suffix('Z')?;
        let (date, clock) = body.split_once('T')?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut clock = whole.splitn(3, ':').map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
        let sane = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..61).contains(&second)
            && (1970..10_000).contains(&year);
        if !sane || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let y = year - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let secs = u64::try_from(days * 86_400 + hour * 3_600 + minute * 60 + second).ok()?;
        let mut micros = 0;
        for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(6) {
            micros = micros * 10 + u64::from(digit - b'0');
        }
        Some(Self(secs * 1_000_000 + micros))
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}
