//! Durations as Go writes and reads them: `1m30s`, `412.5ms`.

use std::time::Duration;

/// Reads one; nothing where the text is none. Digits below a microsecond are dropped.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut nanos) = (text, 0_u64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let scale: u64 = match &behind[..unit] {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "µs" => 1_000,
            _ => return None,
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && part.is_empty()) || part.contains('.') {
            return None;
        }
        let mut sum = scale.checked_mul(if whole.is_empty() { 0 } else { whole.parse().ok()? })?;
        let mut tenth = scale;
        for digit in part.bytes() {
            tenth /= 10;
            sum += tenth * u64::from(digit - b'0');
        }
        nanos = nanos.checked_add(sum)?;
        rest = &behind[unit..];
    }
    Some(Duration::from_micros(nanos / 1_000))
}

/// `1h0m0s`, `1.5s`, `20ms`.
pub fn duration_text(time: Duration) -> String {
    let micros = time.as_micros();
    if micros == 0 {
        return "0s".into();
    }
    if micros < 1_000_000 {
        return [&fraction(micros, 1_000), "ms"].concat();
    }
    let (secs, part) = (micros / 1_000_000, micros % 1_000_000);
    let last = [&fraction((secs % 60) * 1_000_000 + part, 1_000_000), "s"].concat();
    match (secs / 3_600, secs / 60 % 60) {
        (0, 0) => last,
        (0, minutes) => format!("{minutes}m{last}"),
        (hours, minutes) => format!("{hours}h{minutes}m{last}"),
    }
}

/// A number of parts of a whole, without zeros at the end.
fn fraction(parts: u128, whole: u128) -> String {
    let (before, after) = (parts / whole, parts % whole);
    if after == 0 {
        return before.to_string();
    }
    let width = whole.ilog10() as usize;
    let text = format!("{before}.{after:0width$}");
    text.trim_end_matches('0').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        for (text, shown) in [
            ("10m", "10m0s"),
            ("1h30m", "1h30m0s"),
            ("90s", "1m30s"),
            ("412.5ms", "412.5ms"),
            ("0s", "0s"),
            ("1.25s", "1.25s"),
        ] {
            assert_eq!(parse_duration(text).map(duration_text).as_deref(), Some(shown), "{text}");
        }
        for wrong in ["", "10", "m", "10x", "-5s"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
