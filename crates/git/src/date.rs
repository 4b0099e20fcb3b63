//! Dates as Git writes and reads them.

use crate::When;
use crate::when::parse_zone;
use sim::{Civil, Time};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How a date is printed: the values of `--date=`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateFormat {
    #[default]
    Default,
    Iso,
    IsoStrict,
    Rfc2822,
    Short,
    Relative,
    Unix,
    Raw,
}

impl DateFormat {
    /// Reads the value of `--date=` or `log.date`.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "default" | "normal" => Self::Default,
            "iso" | "iso8601" => Self::Iso,
            "iso-strict" | "iso8601-strict" => Self::IsoStrict,
            "rfc" | "rfc2822" => Self::Rfc2822,
            "short" => Self::Short,
            "relative" => Self::Relative,
            "unix" => Self::Unix,
            "raw" => Self::Raw,
            _ => return None,
        })
    }
}

impl When {
    fn civil(self) -> Civil {
        let local = self.secs + i64::from(self.offset_mins) * 60;
        Time::from_unix_secs(u64::try_from(local).unwrap_or(0)).civil()
    }

    /// `2026-06-05`.
    pub fn short_date(self) -> String {
        let c = self.civil();
        format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
    }

    /// Prints it in one of Git's formats; `now` is for the relative one.
    pub fn format(self, format: DateFormat, now: i64) -> String {
        let c = self.civil();
        let (day, month) = (DAYS[c.weekday as usize % 7], MONTHS[(c.month as usize - 1) % 12]);
        let mut clock = String::with_capacity(8);
        for (number, end) in [(c.hour, ":"), (c.minute, ":"), (c.second, "")] {
            clock.push(char::from(b'0' + (number / 10 % 10) as u8));
            clock.push(char::from(b'0' + (number % 10) as u8));
            clock.push_str(end);
        }
        let zone = self.zone();
        match format {
            DateFormat::Default => {
                [day, " ", month, " ", &c.day.to_string(), " ", &clock, " ", &c.year.to_string(), " ", &zone].concat()
            }
            DateFormat::Iso => format!("{} {clock} {zone}", self.short_date()),
            DateFormat::IsoStrict if self.offset_mins == 0 => format!("{}T{clock}Z", self.short_date()),
            DateFormat::IsoStrict => format!("{}T{clock}{}:{}", self.short_date(), &zone[..3], &zone[3..]),
            DateFormat::Rfc2822 => format!("{day}, {} {month} {} {clock} {zone}", c.day, c.year),
            DateFormat::Short => self.short_date(),
            DateFormat::Relative => relative(now - self.secs),
            DateFormat::Unix => self.secs.to_string(),
            DateFormat::Raw => self.to_string(),
        }
    }

    /// Reads what `GIT_AUTHOR_DATE` and `--date` take: `@1234567890 +0200`, ISO 8601, RFC 2822.
    pub fn parse(text: &str, zone_mins: i32) -> Option<Self> {
        let text = text.trim();
        let mut words = text.trim_start_matches('@').split_whitespace();
        let first = words.next()?;
        let at = text.starts_with('@');
        if first.bytes().all(|byte| byte.is_ascii_digit()) && (at || first.len() >= 9) {
            let offset_mins = words.next().map_or(Some(0), parse_zone)?;
            return Some(Self { secs: first.parse().ok()?, offset_mins });
        }
        parse_written(text, zone_mins)
    }

    /// Reads what `--since` and `--until` take: also `2 weeks ago`, `yesterday`, `now`.
    pub fn parse_approximate(text: &str, now: i64) -> Option<i64> {
        let text = text.trim().to_ascii_lowercase().replace(['.', '_'], " ");
        match text.as_str() {
            "now" => return Some(now),
            "yesterday" => return Some(now - 86_400),
            _ => {}
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        if let [count, unit, "ago"] | [count, unit] = words.as_slice()
            && let Ok(count) = count.parse::<i64>()
            && let Some(secs) = unit_secs(unit)
        {
            return Some(now - count * secs);
        }
        Self::parse(&text.to_ascii_uppercase(), 0).map(|when| when.secs)
    }
}

fn unit_secs(unit: &str) -> Option<i64> {
    Some(match unit.trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    })
}

/// `2026-06-05 18:42:10 +0200`, `2026-06-05T18:42:10Z`, `Fri, 5 Jun 2026 18:42:10 +0200`.
fn parse_written(text: &str, zone_mins: i32) -> Option<When> {
    let (mut date, mut clock, mut zone) = (None, None, None);
    let (mut day, mut month, mut year) = (None, None, None);
    let spaced = match text.find(['T', 't']) {
        Some(at) if at >= 8 && text[..at].bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
            format!("{} {}", &text[..at], &text[at + 1..])
        }
        _ => text.to_string(),
    };
    for word in spaced.split([' ', ',']).filter(|word| !word.is_empty()) {
        let (word, tail) = match word.find(['Z', '+']).or_else(|| word.rfind('-').filter(|_| word.contains(':'))) {
            Some(at) if at > 0 => (&word[..at], Some(&word[at..])),
            _ => (word, None),
        };
        zone = zone.or(tail.and_then(|tail| if tail == "Z" { Some(0) } else { parse_zone(tail) }));
        let parts: Vec<&str> = word.split(['-', '.', '/']).collect();
        if word.contains(':') {
            let mut hms = word.split(':').map(|part| part.split('.').next().unwrap_or(part).parse::<i64>().ok());
            clock = Some((hms.next()??, hms.next()??, hms.next().flatten().unwrap_or(0)));
        } else if let Some(mins) = parse_zone(word) {
            zone = Some(mins);
        } else if parts.len() == 3 && parts.iter().all(|part| part.parse::<i64>().is_ok()) {
            let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
            date = Some((numbers[0], numbers[1], numbers[2]));
        } else if let Some(at) =
            MONTHS.iter().position(|name| word.get(..3).is_some_and(|start| name.eq_ignore_ascii_case(start)))
        {
            month = i64::try_from(at + 1).ok();
        } else if let Ok(number) = word.parse::<i64>() {
            if number > 31 { year = Some(number) } else { day = Some(number) }
        } else if !DAYS.iter().any(|name| word.get(..3).is_some_and(|start| name.eq_ignore_ascii_case(start))) {
            return None;
        }
    }
    let (year, month, day) = date.or_else(|| Some((year?, month?, day?)))?;
    let (hour, minute, second) = clock.unwrap_or((0, 0, 0));
    let offset_mins = zone.unwrap_or(zone_mins);
    let stamp = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let secs = i64::try_from(Time::parse_rfc3339(&stamp)?.unix_secs()).ok()?;
    Some(When { secs: secs - i64::from(offset_mins) * 60, offset_mins })
}

/// `3 hours ago`, by Git's own thresholds.
fn relative(age: i64) -> String {
    if age < 0 {
        return "in the future".into();
    }
    let say = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    if age < 90 {
        return say(age, "second");
    }
    let mins = (age + 30) / 60;
    if mins < 90 {
        return say(mins, "minute");
    }
    let hours = (mins + 30) / 60;
    if hours < 36 {
        return say(hours, "hour");
    }
    let days = (hours + 12) / 24;
    if days < 14 {
        return say(days, "day");
    }
    if days < 70 {
        return say((days + 3) / 7, "week");
    }
    if days < 365 {
        return say((days + 15) / 30, "month");
    }
    if days < 1825 {
        let months = (days * 12 * 2 + 365) / (365 * 2);
        let (years, rest) = (months / 12, months % 12);
        if rest == 0 {
            return say(years, "year");
        }
        let years = format!("{years} year{}", if years == 1 { "" } else { "s" });
        return format!("{years}, {}", say(rest, "month"));
    }
    say((days + 183) / 365, "year")
}
