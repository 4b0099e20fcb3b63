//! Times in words: `date +FORMAT`, `printf '%(…)T'`, awk's `strftime`. Always UTC.

use sim::Time;

pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
pub const MONTHS: [&str; 12] = [
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

/// The conversions of `date +FORMAT`; others stay as they are, as in GNU date.
pub fn strftime(format: &str, time: Time) -> String {
    let mut out = String::new();
    let chars: Vec<char> = format.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        if c != '%' {
            out.push(c);
            continue;
        }
        let start = at;
        let mut flag = None;
        while let Some(c @ ('-' | '_' | '0' | '^' | '#')) = chars.get(at) {
            flag = Some(*c);
            at += 1;
        }
        let mut width = 0;
        while let Some(digit) = chars.get(at).and_then(|c| c.to_digit(10)) {
            width = (width * 10 + digit as usize).min(100);
            at += 1;
        }
        let mut colons = 0;
        while chars.get(at) == Some(&':') {
            colons += 1;
            at += 1;
        }
        let conversion = chars.get(at).copied().unwrap_or('\0');
        at += 1;
        match one(conversion, colons, time, width) {
            Some((text, fill, least)) => {
                let text = if flag == Some('^') { text.to_uppercase() } else { text };
                let (text, fill, least) = match flag {
                    Some('-') => (text.trim_start_matches([' ', '0']).to_string(), fill, 0),
                    Some('_') => (text.trim_start_matches('0').to_string(), ' ', least),
                    Some('0') => (text.trim_start().to_string(), '0', least),
                    _ => (text, fill, least),
                };
                let text = if text.is_empty() && flag == Some('-') { "0".into() } else { text };
                let least = if flag == Some('-') { 0 } else { least.max(width) };
                for _ in text.chars().count()..least {
                    out.push(fill);
                }
                out.push_str(&text);
            }
            None => {
                out.push('%');
                out.extend(&chars[start..at.min(chars.len())]);
            }
        }
    }
    out
}

/// A conversion's text, what fills it, and how wide it is at least.
fn one(conversion: char, colons: usize, time: Time, width: usize) -> Option<(String, char, usize)> {
    let c = time.civil();
    let (day, month) = (DAYS[c.weekday as usize], MONTHS[c.month as usize - 1]);
    let text = |text: &str| Some((text.to_string(), ' ', 0));
    let number = |n: i64, fill: char, least: usize| {
        let digits = n.to_string();
        Some((if fill == '0' { format!("{n:0least$}") } else { format!("{digits:>least$}") }, fill, least))
    };
    let nested = |format: &str| Some((strftime(format, time), ' ', 0));
    let hour12 = if c.hour.is_multiple_of(12) { 12 } else { c.hour % 12 };
    let yday = day_of_year(c.year, i64::from(c.month), i64::from(c.day));
    let weekday = i64::from(c.weekday);
    match conversion {
        'Y' => number(c.year, '0', 4),
        'C' => number(c.year / 100, '0', 2),
        'y' => number(c.year % 100, '0', 2),
        'm' => number(i64::from(c.month), '0', 2),
        'd' => number(i64::from(c.day), '0', 2),
        'e' => number(i64::from(c.day), ' ', 2),
        'H' => number(i64::from(c.hour), '0', 2),
        'k' => number(i64::from(c.hour), ' ', 2),
        'I' => number(i64::from(hour12), '0', 2),
        'l' => number(i64::from(hour12), ' ', 2),
        'M' => number(i64::from(c.minute), '0', 2),
        'S' => number(i64::from(c.second), '0', 2),
        'j' => number(yday, '0', 3),
        'u' => number(if weekday == 0 { 7 } else { weekday }, '0', 1),
        'w' => number(weekday, '0', 1),
        'U' => number((yday + 6 - weekday) / 7, '0', 2),
        'W' => number((yday + 6 - (weekday + 6) % 7) / 7, '0', 2),
        'V' => number(iso_week(c.year, yday, weekday).1, '0', 2),
        'G' => number(iso_week(c.year, yday, weekday).0, '0', 4),
        'g' => number(iso_week(c.year, yday, weekday).0 % 100, '0', 2),
        'q' => number((i64::from(c.month) + 2) / 3, '0', 1),
        's' => number(i64::try_from(time.unix_secs()).unwrap_or(i64::MAX), '0', 1),
        'N' => {
            let nanos = format!("{:09}", time.as_micros() % 1_000_000 * 1000);
            Some((nanos[..if width == 0 { 9 } else { width.min(9) }].to_string(), '0', 0))
        }
        'p' => text(if c.hour < 12 { "AM" } else { "PM" }),
        'P' => text(if c.hour < 12 { "am" } else { "pm" }),
        'a' => text(&day[..3]),
        'A' => text(day),
        'b' | 'h' => text(&month[..3]),
        'B' => text(month),
        'Z' => text("UTC"),
        'z' => text(["+0000", "+00:00", "+00:00:00", "+00"][colons.min(3)]),
        'n' => text("\n"),
        't' => text("\t"),
        '%' => text("%"),
        'F' => nested("%Y-%m-%d"),
        'T' | 'X' => nested("%H:%M:%S"),
        'R' => nested("%H:%M"),
        'D' | 'x' => nested("%m/%d/%y"),
        'c' => nested("%a %b %e %H:%M:%S %Y"),
        'r' => nested("%I:%M:%S %p"),
        _ => None,
    }
}

/// 1 for the first of January.
fn day_of_year(year: i64, month: i64, day: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let index = usize::try_from(month - 1).unwrap_or(0).min(11);
    BEFORE[index] + day + i64::from(month > 2 && leap(year))
}

pub fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

/// Year and week of ISO 8601: weeks begin on Mondays, the first one has the year's first Thursday.
fn iso_week(year: i64, yday: i64, weekday: i64) -> (i64, i64) {
    let monday_based = (weekday + 6) % 7;
    let week = (yday - 1 - monday_based + 10) / 7;
    let weeks_in = |year: i64| {
        let p = |y: i64| (y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)).rem_euclid(7);
        if p(year) == 4 || p(year - 1) == 3 { 53 } else { 52 }
    };
    if week < 1 {
        (year - 1, weeks_in(year - 1))
    } else if week > weeks_in(year) {
        (year + 1, 1)
    } else {
        (year, week)
    }
}
