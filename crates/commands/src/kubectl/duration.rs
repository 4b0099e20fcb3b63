//! Durations of flags, as Go reads them: `30s`, `1m30s`, `0`.

use super::kube::Stop;
use std::time::Duration;

/// `command` is the one whose help an error points to.
pub(crate) fn parse(command: &str, flag: &str, text: &str) -> Result<Duration, Stop> {
    let wrong = |why: String| {
        let told = format!("error: invalid argument \"{text}\" for \"--{flag}\" flag: time: {why} \"{text}\"");
        Stop::said(format!("{told}\nSee 'kubectl {command} --help' for usage."))
    };
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (mut rest, mut total) = (text, 0.0_f64);
    if rest.is_empty() {
        return Err(wrong("invalid duration".into()));
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = manifest::float_of(&rest[..end]).ok_or_else(|| wrong("invalid duration".into()))?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "" => return Err(wrong("missing unit in duration".into())),
            _ => return Err(wrong("unknown unit in duration".into())),
        };
        total += number * unit;
        rest = &rest[end..];
    }
    Ok(Duration::try_from_secs_f64(total).unwrap_or(Duration::MAX))
}
