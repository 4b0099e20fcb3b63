//! Dates as `date -d` reads them: ISO, `@secs`, `yesterday`, `2 days ago`, `next monday`, and their mixtures.

use shell::clock::{DAYS, MONTHS, leap};
use sim::Time;

const DAY: i64 = 86_400;

/// A moment being put together: a date, a time of day, and what is added.
#[derive(Default)]
struct Parts {
    date: Option<(i64, i64, i64)>,
    clock: Option<i64>,
    /// Seconds east of Greenwich.
    zone: i64,
    weekday: Option<(i64, i64)>,
    months: i64,
    seconds: i64,
    moment: Option<i64>,
}

pub(crate) fn parse(text: &str, now: Time) -> Option<Time> {
    let mut parts = Parts::default();
    let text = text.trim();
    if let Some(secs) = text.strip_prefix('@') {
        let secs: i64 = secs.split('.').next()?.parse().ok()?;
        return Some(Time::from_unix_secs(u64::try_from(secs).ok()?));
    }
    let lower = text.to_lowercase().replace(',', " ");
    let words = split(&lower);
    let mut at = 0;
    while at < words.len() {
        at += take(&words[at..], &mut parts)?;
    }
    moment(&parts, now)
}

/// Words; `2026-06-05t10:00z` and `+2days` come apart.
fn split(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in text.split_whitespace() {
        let bytes = word.as_bytes();
        if bytes.len() > 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b't' {
            out.push(word[..10].to_string());
            out.push(word[11..].to_string());
            continue;
        }
        let sign = usize::from(word.starts_with(['+', '-']));
        let digits = word[sign..].bytes().take_while(u8::is_ascii_digit).count();
        let rest = &word[sign + digits..];
        if digits > 0
            && rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && !matches!(rest, "am" | "pm" | "st" | "nd" | "rd" | "th")
        {
            out.push(word[..sign + digits].to_string());
            out.push(rest.to_string());
        } else {
            out.push(word.to_string());
        }
    }
    out
}

/// Reads what the words begin with; how many it took.
fn take(words: &[String], parts: &mut Parts) -> Option<usize> {
    let word = words[0].as_str();
    let next = words.get(1).map_or("", String::as_str);
    match word {
        "now" | "today" => {
            if word == "today" && parts.clock.is_none() && words.len() == 1 {
                return Some(1);
            }
            return Some(1);
        }
        "midnight" => parts.clock = Some(0),
        "noon" => parts.clock = Some(DAY / 2),
        "yesterday" => parts.seconds -= DAY,
        "tomorrow" => parts.seconds += DAY,
        "z" | "utc" | "gmt" => {}
        "ago" | "at" | "of" | "and" => return if word == "ago" { None } else { Some(1) },
        "next" | "last" | "this" => {
            let by = match word {
                "next" => 1,
                "last" => -1,
                _ => 0,
            };
            if let Some(day) = weekday(next) {
                parts.weekday = Some((day, by));
            } else {
                add(by, next, parts)?;
            }
            return Some(2);
        }
        _ => return longer(words, parts),
    }
    Some(1)
}

fn longer(words: &[String], parts: &mut Parts) -> Option<usize> {
    let word = words[0].as_str();
    let next = words.get(1).map_or("", String::as_str);
    if let Some(day) = weekday(word) {
        parts.weekday = Some((day, 0));
        return Some(1);
    }
    if let Some(month) = month(word) {
        // `Jun 5 2026`.
        let day: i64 = next.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
        let year = words.get(2).and_then(|text| text.parse::<i64>().ok()).filter(|year| *year > 999);
        parts.date = Some((year.unwrap_or(0), month, day));
        return Some(if year.is_some() { 3 } else { 2 });
    }
    if word.contains(':') {
        clock(word, next, parts)?;
        if next.starts_with(['+', '-']) && next.len() > 1 {
            // A zone, in hours or in hours and minutes.
            let digits: i64 = next[1..].replace(':', "").parse().ok()?;
            let (hours, minutes) = if next.len() > 3 { (digits / 100, digits % 100) } else { (digits, 0) };
            if hours > 24 || minutes > 59 {
                return None;
            }
            parts.zone = (hours * 3_600 + minutes * 60) * if next.starts_with('-') { -1 } else { 1 };
            return Some(2);
        }
        return Some(if matches!(next, "am" | "pm") { 2 } else { 1 });
    }
    if let Some(hour) = word.strip_suffix("am").or(word.strip_suffix("pm"))
        && !hour.is_empty()
    {
        clock(&format!("{hour}:00"), &word[hour.len()..], parts)?;
        return Some(1);
    }
    if word.matches('-').count() == 2 && !word.starts_with('-') {
        let mut numbers = word.split('-').map(|part| part.parse::<i64>().ok());
        parts.date = Some((numbers.next()??, numbers.next()??, numbers.next()??));
        return Some(1);
    }
    if word.matches('/').count() == 2 {
        let mut numbers = word.split('/').map(|part| part.parse::<i64>().ok());
        let (a, b, c) = (numbers.next()??, numbers.next()??, numbers.next()??);
        parts.date = Some(if a > 99 { (a, b, c) } else { (if c < 100 { c + 2000 } else { c }, a, b) });
        return Some(1);
    }
    if let Ok(number) = word.parse::<i64>() {
        if let Some(month) = month(next) {
            let year = words.get(2).and_then(|text| text.parse::<i64>().ok()).filter(|year| *year > 999);
            parts.date = Some((year.unwrap_or(0), month, number));
            return Some(if year.is_some() { 3 } else { 2 });
        }
        if word.len() == 8 && !word.starts_with(['+', '-']) {
            parts.date = Some((number / 10_000, number / 100 % 100, number % 100));
            return Some(1);
        }
        let ago = words.get(2).is_some_and(|word| word == "ago");
        add(if ago { -number } else { number }, next, parts)?;
        return Some(if ago { 3 } else { 2 });
    }
    // `day`, `week`: one of it.
    let ago = next == "ago";
    add(if ago { -1 } else { 1 }, word, parts)?;
    Some(if ago { 2 } else { 1 })
}

fn weekday(word: &str) -> Option<i64> {
    let at = DAYS.iter().position(|day| {
        let day = day.to_lowercase();
        word == day || (word.len() >= 3 && day.starts_with(word))
    })?;
    i64::try_from(at).ok()
}

fn month(word: &str) -> Option<i64> {
    let at = MONTHS.iter().position(|month| {
        let month = month.to_lowercase();
        word == month || (word.len() == 3 && month.starts_with(word))
    })?;
    i64::try_from(at + 1).ok()
}

fn add(count: i64, unit: &str, parts: &mut Parts) -> Option<()> {
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    match unit {
        "sec" | "second" => parts.seconds += count,
        "min" | "minute" => parts.seconds += count * 60,
        "hour" => parts.seconds += count * 3_600,
        "day" => parts.seconds += count * DAY,
        "week" => parts.seconds += count * 7 * DAY,
        "fortnight" => parts.seconds += count * 14 * DAY,
        "month" => parts.months += count,
        "year" => parts.months += count * 12,
        _ => return None,
    }
    Some(())
}

fn clock(word: &str, next: &str, parts: &mut Parts) -> Option<()> {
    let body = word.strip_suffix('z').unwrap_or(word);
    let (body, zone) = match body.rfind(['+', '-']) {
        Some(at) => {
            let digits: String = body[at + 1..].chars().filter(char::is_ascii_digit).collect();
            let (hours, minutes) =
                if digits.len() > 2 { digits.split_at(digits.len() - 2) } else { (digits.as_str(), "0") };
            let east = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
            (&body[..at], if body[at..].starts_with('-') { -east } else { east })
        }
        None => (body, 0),
    };
    let (body, half) = match (body.strip_suffix("am"), body.strip_suffix("pm"), next) {
        (Some(body), ..) => (body, Some(0)),
        (_, Some(body), _) => (body, Some(12)),
        (_, _, "am") => (body, Some(0)),
        (_, _, "pm") => (body, Some(12)),
        _ => (body, None),
    };
    let mut numbers = body.split(':').map(|part| part.split('.').next().unwrap_or("").parse::<i64>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    let second = numbers.next().map_or(Some(0), |second| second)?;
    let hour = match half {
        Some(half) => hour % 12 + half,
        None => hour,
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    parts.clock = Some(hour * 3_600 + minute * 60 + second);
    parts.zone = zone;
    Some(())
}

/// Days since 1970 of a date that exists.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    Some(day_number(year, month, day))
}

fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn moment(parts: &Parts, now: Time) -> Option<Time> {
    let c = now.civil();
    let now_secs = i64::try_from(now.unix_secs()).ok()?;
    let (year, month, day) = match parts.date {
        Some((0, month, day)) => (c.year, month, day),
        Some(date) => date,
        None => (c.year, i64::from(c.month), i64::from(c.day)),
    };
    let mut number = days(year, month, day)?;
    if parts.months != 0 {
        let all = year * 12 + month - 1 + parts.months;
        number = day_number(all.div_euclid(12), all.rem_euclid(12) + 1, day);
    }
    if let Some((wanted, by)) = parts.weekday {
        let today = (number + 4).rem_euclid(7);
        let ahead = (wanted - today).rem_euclid(7);
        number += match by {
            0 => ahead,
            1 => {
                if ahead == 0 {
                    7
                } else {
                    ahead
                }
            }
            _ => {
                if ahead == 0 {
                    -7
                } else {
                    ahead - 7
                }
            }
        };
    }
    let of_day = match parts.clock {
        Some(clock) => clock,
        None if parts.date.is_some() || parts.weekday.is_some() => 0,
        None => now_secs.rem_euclid(DAY),
    };
    let secs = parts.moment.unwrap_or(number * DAY + of_day - parts.zone) + parts.seconds;
    let micros = if parts.clock.is_none() && parts.date.is_none() && parts.weekday.is_none() {
        now.as_micros() % 1_000_000
    } else {
        0
    };
    Some(Time::from_micros(u64::try_from(secs).ok()? * 1_000_000 + micros))
}
