//! Schedules in cron's five fields, with the words of errors of `robfig/cron`, which Kubernetes uses.

mod zone;

pub use zone::Zone;

use crate::Time;

/// When something is due. Bit n stands for the value n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// A day or weekday of `*`: then only the other counts.
    any_day: bool,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Years in which a time is looked for.
const YEARS_MAX: u64 = 5;

impl Schedule {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("empty spec string".into());
        }
        let expanded = match text {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            text if text.starts_with('@') => return Err(format!("unrecognized descriptor: {text}")),
            text => text,
        };
        let fields: Vec<&str> = expanded.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        };
        let star = |field: &str| field.starts_with(['*', '?']);
        Ok(Self {
            minutes: bits(minute, 0, 59, &[])?,
            hours: bits(hour, 0, 23, &[])?,
            days: bits(day, 1, 31, &[])?,
            months: bits(month, 1, 12, &MONTHS)?,
            weekdays: bits(weekday, 0, 6, &WEEKDAYS)?,
            any_day: star(day) || star(weekday),
        })
    }

    fn on_day(&self, day: u32, month: u32, weekday: u32) -> bool {
        let has = |bits: u64, n: u32| bits >> n & 1 == 1;
        let (by_day, by_weekday) = (has(self.days, day), has(self.weekdays, weekday));
        has(self.months, month) && if self.any_day { by_day && by_weekday } else { by_day || by_weekday }
    }

    /// The first due time after a moment.
    pub fn next(&self, after: Time, zone: Zone) -> Option<Time> {
        let local = zone.local(after).unix_secs() / 60 + 1;
        let (first_day, first_minute) = (local / 1_440, local % 1_440);
        for day in first_day..first_day + 366 * YEARS_MAX {
            let civil = Time::from_unix_secs(day * 86_400).civil();
            if !self.on_day(civil.day, civil.month, civil.weekday) {
                continue;
            }
            let from = if day == first_day { first_minute } else { 0 };
            let due = |minute: &u64| self.hours >> (minute / 60) & 1 == 1 && self.minutes >> (minute % 60) & 1 == 1;
            if let Some(minute) = (from..1_440).find(due) {
                return Some(zone.universal(Time::from_unix_secs(day * 86_400 + minute * 60)));
            }
        }
        None
    }
}

fn bits(field: &str, min: u64, max: u64, names: &[&str]) -> Result<u64, String> {
    field.split(',').filter(|part| !part.is_empty()).try_fold(0, |all, part| Ok(all | range(part, min, max, names)?))
}

fn range(text: &str, min: u64, max: u64, names: &[&str]) -> Result<u64, String> {
    let (span, step) = match text.split('/').collect::<Vec<_>>()[..] {
        [span] => (span, None),
        [span, step] => (span, Some(number(step, &[])?)),
        _ => return Err(format!("too many slashes: {text}")),
    };
    let offset = min;
    let value = |text: &str| match names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
        Some(at) => Ok(at as u64 + offset),
        None => number(text, names),
    };
    let (first, last) = match span.split('-').collect::<Vec<_>>()[..] {
        ["*" | "?"] => (min, max),
        [one] => {
            let first = value(one)?;
            (first, if step.is_some() { max } else { first })
        }
        [first, last] => (value(first)?, value(last)?),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    if first < min {
        return Err(format!("beginning of range ({first}) below minimum ({min}): {text}"));
    }
    if last > max {
        return Err(format!("end of range ({last}) above maximum ({max}): {text}"));
    }
    if first > last {
        return Err(format!("beginning of range ({first}) beyond end of range ({last}): {text}"));
    }
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok((first..=last).filter(|n| (n - first) % step == 0).fold(0, |bits, n| bits | 1 << n))
}

fn number(text: &str, _: &[&str]) -> Result<u64, String> {
    if let Some(rest) = text.strip_prefix('-')
        && rest.parse::<u64>().is_ok()
    {
        return Err(format!("negative number ({text}) not allowed: {text}"));
    }
    text.parse().map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"))
}

#[cfg(test)]
mod tests {
    use super::{Schedule, Zone};
    use crate::Time;

    fn next(schedule: &str, after: &str, zone: &str) -> String {
        let (schedule, zone) = (Schedule::parse(schedule).unwrap(), Zone::find(zone).unwrap());
        schedule.next(Time::parse_rfc3339(after).unwrap(), zone).unwrap().rfc3339()
    }

    #[test]
    fn the_next_time() {
        for (schedule, after, wanted) in [
            ("*/5 * * * *", "2026-06-05T18:42:10Z", "2026-06-05T18:45:00Z"),
            ("* * * * *", "2026-06-05T18:42:00Z", "2026-06-05T18:43:00Z"),
            ("0 9-17/4 * * mon-fri", "2026-06-05T18:42:10Z", "2026-06-08T09:00:00Z"),
            ("30 2 1,15 * *", "2026-06-05T18:42:10Z", "2026-06-15T02:30:00Z"),
            ("0 0 13 * fri", "2026-06-05T18:42:10Z", "2026-06-12T00:00:00Z"),
            ("@yearly", "2026-06-05T18:42:10Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 feb *", "2026-06-05T18:42:10Z", "2028-02-29T00:00:00Z"),
        ] {
            assert_eq!(next(schedule, after, "UTC"), wanted, "{schedule}");
        }
        assert_eq!(next("0 8 * * *", "2026-06-05T18:42:10Z", "Europe/Berlin"), "2026-06-06T06:00:00Z");
        assert_eq!(next("0 8 * * *", "2026-12-05T18:42:10Z", "Europe/Berlin"), "2026-12-06T07:00:00Z");
        assert_eq!(next("0 8 * * *", "2026-07-05T18:42:10Z", "America/New_York"), "2026-07-06T12:00:00Z");
    }

    #[test]
    fn errors_have_the_words_of_the_real_parser() {
        for (schedule, wanted) in [
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("61 * * * *", "end of range (61) above maximum (59): 61"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("@often", "unrecognized descriptor: @often"),
        ] {
            assert_eq!(Schedule::parse(schedule).unwrap_err(), wanted);
        }
    }
}
