//! Dates and durations, all in UTC; `now` is the world's clock.

use super::{Around, Done, arg, text};
use gotemplate::{Civil, Val, from_civil, layout};

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" => "",
        "date" => "sa",
        "dateInZone" | "date_in_zone" => "sas",
        "dateModify" | "date_modify" => "st",
        "htmlDate" | "ago" | "duration" | "durationRound" => "a",
        "htmlDateInZone" => "as",
        "toDate" => "ss",
        "unixEpoch" => "t",
        _ => return None,
    })
}

const SECOND: i64 = 1_000_000;

fn moment_of(value: &Val, now: i64) -> i64 {
    match value {
        Val::Time(at) => *at,
        Val::Int(n) | Val::Long(n) => n.saturating_mul(SECOND),
        _ => now,
    }
}

pub(super) fn call(name: &str, args: &[Val], around: &mut Around<'_>) -> Done {
    let now = around.now;
    Ok(match name {
        "now" => Val::Time(now),
        "date" | "dateInZone" | "date_in_zone" => Val::text(layout(moment_of(arg(args, 1), now), text(args, 0))),
        "htmlDate" | "htmlDateInZone" => Val::text(layout(moment_of(arg(args, 0), now), "2006-01-02")),
        "dateModify" | "date_modify" => {
            let by = duration(text(args, 0)).unwrap_or(0);
            Val::Time(moment_of(arg(args, 1), now).saturating_add(by))
        }
        "toDate" => Val::Time(read(text(args, 0), text(args, 1)).unwrap_or(from_civil(1, 1, 1, 0))),
        "unixEpoch" => Val::text(moment_of(arg(args, 0), now).div_euclid(SECOND).to_string()),
        "ago" => {
            let past = now - moment_of(arg(args, 0), now);
            Val::text(duration_text((past + SECOND / 2).div_euclid(SECOND)))
        }
        "duration" => Val::text(duration_text(match arg(args, 0) {
            Val::Str(text) => text.parse().unwrap_or(0),
            Val::Long(n) => *n,
            _ => 0,
        })),
        _ => Val::text(rounded(match arg(args, 0) {
            Val::Str(text) => duration(text).unwrap_or(0),
            Val::Long(nanos) => nanos / 1_000,
            Val::Time(at) => now - at,
            _ => 0,
        })),
    })
}

/// `time.ParseDuration`, in microseconds.
fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    rest = rest.strip_prefix('+').unwrap_or(rest);
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = manifest::float_of(&rest[..end])?;
        let units: &[(&str, f64)] =
            &[("ns", 0.001), ("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 6e7), ("h", 3.6e9)];
        let (unit, size) = units.iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        sum += number * size;
        rest = &rest[end + unit.len()..];
    }
    #[expect(clippy::cast_possible_truncation, reason = "durations are small")]
    let micros = sum as i64;
    Some(if negative { -micros } else { micros })
}

/// `time.Duration.String` of whole seconds.
fn duration_text(seconds: i64) -> String {
    let size = seconds.unsigned_abs();
    let (hours, minutes, rest) = (size / 3_600, size / 60 % 60, size % 60);
    let sign = if seconds < 0 { "-" } else { "" };
    match (hours, minutes) {
        (0, 0) => format!("{sign}{rest}s"),
        (0, _) => format!("{sign}{minutes}m{rest}s"),
        _ => format!("{sign}{hours}h{minutes}m{rest}s"),
    }
}

fn rounded(micros: i64) -> String {
    let size = micros.unsigned_abs();
    let units: [(u64, &str); 6] = [
        (31_536_000_000_000, "y"),
        (2_592_000_000_000, "mo"),
        (86_400_000_000, "d"),
        (3_600_000_000, "h"),
        (60_000_000, "m"),
        (1_000_000, "s"),
    ];
    units.iter().find(|(unit, _)| size > *unit).map_or("0s".into(), |(unit, name)| format!("{}{name}", size / unit))
}

/// Digits of a layout in a text: years, months and days, hours, minutes and seconds, and RFC 3339's `Z`.
fn read(layout: &str, text: &str) -> Option<i64> {
    let (mut year, mut month, mut day, mut seconds) = (1, 1, 1, 0);
    let (mut rest, mut input) = (layout, text);
    while !rest.is_empty() {
        let pieces = ["2006", "01", "02", "15", "04", "05", "Z07:00"];
        let Some(piece) = pieces.iter().find(|piece| rest.starts_with(**piece)) else {
            let c = rest.chars().next()?;
            input = input.strip_prefix(c)?;
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = &rest[piece.len()..];
        if *piece == "Z07:00" {
            input = input.strip_prefix('Z')?;
            continue;
        }
        let len = if *piece == "2006" { 4 } else { 2 };
        let n: i64 = input.get(..len)?.parse().ok()?;
        input = &input[len..];
        match *piece {
            "2006" => year = n,
            "01" => month = n,
            "02" => day = n,
            "15" => seconds += n * 3_600,
            "04" => seconds += n * 60,
            _ => seconds += n,
        }
    }
    (input.is_empty() && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| from_civil(year, month, day, seconds))
}

/// The methods of a time that templates use.
pub(crate) fn time_method(name: &str) -> Option<&'static str> {
    Some(match name {
        "Unix" | "UnixNano" | "UTC" | "Year" | "Day" | "Hour" | "Minute" | "Second" => "",
        "Format" => "s",
        _ => return None,
    })
}

pub(crate) fn call_time(at: i64, name: &str, args: &[Val]) -> Val {
    let parts = Civil::of(at);
    match name {
        "Unix" => Val::Long(at.div_euclid(SECOND)),
        "UnixNano" => Val::Long(at.saturating_mul(1_000)),
        "Format" => Val::text(layout(at, text(args, 0))),
        "UTC" => Val::Time(at),
        "Year" => Val::Int(parts.year),
        "Day" => Val::Int(parts.day),
        "Hour" => Val::Int(parts.hour),
        "Minute" => Val::Int(parts.minute),
        _ => Val::Int(parts.second),
    }
}

/// A moment in RFC 3339 and UTC, in microseconds since 1970.
pub fn moment(text: &str) -> Option<i64> {
    let (whole, part) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let at = read("2006-01-02T15:04:05", whole)?;
    let digits: String = part.chars().chain("000000".chars()).take(6).collect();
    Some(at + digits.parse::<i64>().ok()?)
}
