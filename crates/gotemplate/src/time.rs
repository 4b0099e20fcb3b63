//! Times in UTC, written by Go's layouts.

/// A moment's parts.
#[derive(Debug, Clone, Copy)]
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub micros: i64,
    /// 0 is Sunday.
    pub weekday: i64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Civil {
    /// The parts of a moment, in microseconds since 1970.
    pub fn of(micros: i64) -> Self {
        let seconds = micros.div_euclid(1_000_000);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days since 0000-03-01, in eras of 400 years.
        let shifted = days + 719_468;
        let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let in_year = day - (365 * year + year / 4 - year / 100);
        let march = (5 * in_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month,
            day: in_year - (153 * march + 2) / 5 + 1,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
            micros: micros.rem_euclid(1_000_000),
            weekday: (days + 4).rem_euclid(7),
        }
    }
}

/// A date and time in UTC to microseconds since 1970.
pub fn from_civil(year: i64, month: i64, day: i64, seconds: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let in_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468;
    (days * 86_400 + seconds) * 1_000_000
}

pub fn rfc3339(micros: i64) -> String {
    layout(micros, "2006-01-02T15:04:05.999999999Z07:00")
}

/// The pieces of a layout, longer ones first.
const PIECES: &[&str] = &[
    "January", "Monday", "-07:00", "Z07:00", "-0700", "Z0700", "2006", "Jan", "Mon", "MST", "-07", "002", "01", "02",
    "03", "04", "05", "06", "15", "PM", "pm", "__2", "_2", "1", "2", "3", "4", "5",
];

/// `time.Format`.
pub fn layout(micros: i64, layout: &str) -> String {
    let at = Civil::of(micros);
    let mut out = String::new();
    let mut rest = layout;
    while let Some(c) = rest.chars().next() {
        if let Some(places) = fraction(rest) {
            let digits = format!("{:06}000", at.micros);
            let part = &digits[..places.min(9)];
            let cut = if rest[1..].starts_with('9') { part.trim_end_matches('0') } else { part };
            if !cut.is_empty() {
                out.push_str(&rest[..1]);
                out.push_str(cut);
            }
            rest = &rest[1 + places..];
            continue;
        }
        match PIECES.iter().find(|piece| rest.starts_with(**piece)) {
            Some(piece) => {
                write(&mut out, &at, piece);
                rest = &rest[piece.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// `.000` or `.999`, with nothing but the digits behind it.
fn fraction(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix(['.', ','])?;
    let first = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let count = digits.chars().take_while(|c| *c == first).count();
    (!digits[count..].starts_with(|c: char| c.is_ascii_digit())).then_some(count)
}

fn write(out: &mut String, at: &Civil, piece: &str) {
    let two = |n: i64| format!("{n:02}");
    let name =
        |names: &[&'static str], at: i64| usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or("");
    let twelve = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
    let text = match piece {
        "January" => name(&MONTHS, at.month - 1).into(),
        "Jan" => name(&MONTHS, at.month - 1)[..3].into(),
        "Monday" => name(&DAYS, at.weekday).into(),
        "Mon" => name(&DAYS, at.weekday)[..3].into(),
        "2006" => format!("{:04}", at.year),
        "06" => two(at.year.rem_euclid(100)),
        "01" => two(at.month),
        "1" => at.month.to_string(),
        "02" => two(at.day),
        "_2" => format!("{:2}", at.day),
        "2" => at.day.to_string(),
        "002" | "__2" => {
            let start = from_civil(at.year, 1, 1, 0);
            let day = (from_civil(at.year, at.month, at.day, 0) - start) / 86_400_000_000 + 1;
            if piece == "002" { format!("{day:03}") } else { format!("{day:3}") }
        }
        "15" => two(at.hour),
        "03" => two(twelve),
        "3" => twelve.to_string(),
        "04" => two(at.minute),
        "4" => at.minute.to_string(),
        "05" => two(at.second),
        "5" => at.second.to_string(),
        "PM" => (if at.hour >= 12 { "PM" } else { "AM" }).into(),
        "pm" => (if at.hour >= 12 { "pm" } else { "am" }).into(),
        "Z07:00" | "Z0700" => "Z".into(),
        "-07:00" => "+00:00".into(),
        "-0700" => "+0000".into(),
        "-07" => "+00".into(),
        _ => "UTC".to_string(),
    };
    out.push_str(&text);
}
