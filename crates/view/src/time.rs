//! Times and spans as the screen says them.

use sim::Time;
use std::time::Duration;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `18:42:10`.
pub fn clock_text(time: Time) -> String {
    let c = time.civil();
    format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second)
}

/// `Fri 5 Jun`.
pub fn date_text(time: Time) -> String {
    let c = time.civil();
    format!("{} {} {}", DAYS[c.weekday as usize % 7], c.day, MONTHS[(c.month as usize + 11) % 12])
}

/// `18:42`, `Mon`, `5 Jun`, `Jun 2025`: the shorter the nearer.
#[inline(never)]
pub fn when(time: Time, now: Time) -> String {
    let c = time.civil();
    let today = now.civil();
    let month = MONTHS[(c.month as usize + 11) % 12];
    let days = now.since(time).as_secs() / 86_400;
    if (c.year, c.month, c.day) == (today.year, today.month, today.day) {
        format!("{:02}:{:02}", c.hour, c.minute)
    } else if days < 6 {
        DAYS[c.weekday as usize % 7].into()
    } else if c.year == today.year {
        format!("{} {month}", c.day)
    } else {
        format!("{month} {}", c.year)
    }
}

/// `48 s`, `3 min 5 s`, `2 h 4 min`.
pub fn span(span: Duration) -> String {
    let secs = span.as_secs();
    match secs {
        0..=59 => format!("{secs} s"),
        60..=3_599 if secs.is_multiple_of(60) => format!("{} min", secs / 60),
        60..=3_599 => format!("{} min {} s", secs / 60, secs % 60),
        _ => format!("{} h {} min", secs / 3_600, secs / 60 % 60),
    }
}
