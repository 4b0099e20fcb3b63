//! Sync windows: when a project lets its applications sync (`pkg/apis/application/v1alpha1/types.go`).

use crate::glob::fits;
use cluster::{Object, Schedule, Zone};
use manifest::Value;
use sim::Time;
use std::time::Duration;

/// Go's `time.ParseDuration` of what is not negative; a plain number is no duration there.
#[inline(never)]
pub fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, f64); 6] = [("ms", 1e3), ("us", 1.0), ("ns", 1e-3), ("s", 1e6), ("m", 6e7), ("h", 3.6e9)];
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut micros = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (unit, size) = UNITS.iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        micros += manifest::float_of(&rest[..end])? * size;
        rest = &rest[end + unit.len()..];
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of what is not negative")]
    let micros = micros as u64;
    (!text.is_empty()).then(|| Duration::from_micros(micros))
}

/// What is wrong with a window, in Argo CD's words.
#[inline(never)]
pub fn window_fault(window: &Value) -> Option<String> {
    let (kind, schedule, duration) = (window.str_at("kind"), window.str_at("schedule"), window.str_at("duration"));
    if !matches!(kind, "allow" | "deny") {
        return Some(format!("kind '{kind}' mismatch: can only be allow or deny"));
    }
    if let Err(error) = Schedule::parse(schedule) {
        return Some(format!("cannot parse schedule '{schedule}': {error}"));
    }
    if parse_duration(duration).is_none() {
        return Some(format!("cannot parse duration '{duration}': time: invalid duration \"{duration}\""));
    }
    let named = ["applications", "namespaces", "clusters"].iter().any(|part| !window.list_at(part).is_empty());
    let what = "requires one of application, cluster or namespace";
    (!named).then(|| format!("window '{kind}':'{schedule}':'{duration}' {what}"))
}

/// Whether a window is open.
pub fn is_active(window: &Value, now: Time) -> bool {
    let (Ok(schedule), Some(span)) =
        (Schedule::parse(window.str_at("schedule")), parse_duration(window.str_at("duration")))
    else {
        return false;
    };
    let zone = Zone::find(window.str_at("timeZone")).or_else(|| Zone::find("UTC"));
    let from = Time::from_micros(now.as_micros().saturating_sub(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)));
    zone.and_then(|zone| schedule.next(from, zone)).is_some_and(|next| next < now)
}

/// The windows of a project that are for an application.
#[inline(never)]
pub fn windows_of<'p>(project: &'p Value, app: &Object) -> Vec<&'p Value> {
    let destination = app.value.at("spec.destination");
    let like = |list: &Value, text: &str| {
        let mut patterns = list.items().iter().filter_map(Value::as_str);
        patterns.any(|pattern| pattern == "*" || (!text.is_empty() && fits(pattern, text, None)))
    };
    let is_for = |window: &&Value| {
        let cluster = window.at("clusters");
        let parts = [
            (window.at("applications"), like(window.at("applications"), app.name())),
            (cluster, like(cluster, destination.str_at("server")) || like(cluster, destination.str_at("name"))),
            (window.at("namespaces"), like(window.at("namespaces"), destination.str_at("namespace"))),
        ];
        let mut set = parts.iter().filter(|(list, _)| !list.items().is_empty()).peekable();
        let none = set.peek().is_none();
        if window.bool_at("andOperator") { !none && set.all(|part| part.1) } else { set.any(|part| part.1) }
    };
    project.list_at("spec.syncWindows").iter().filter(is_for).collect()
}

/// How the windows of an application stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub deny: bool,
    pub allow: bool,
    /// Allow windows that are not open.
    pub closed: bool,
    /// Whether a sync by hand may be.
    pub manual: bool,
    /// Whether one by itself may be.
    pub automated: bool,
    /// A sync that was let begin may go on.
    overrun: bool,
}

#[inline(never)]
fn open(windows: &[&Value], now: Time) -> Open {
    let of = |kind: &str, active: bool| {
        let mut found = windows.iter().filter(|w| w.str_at("kind") == kind && is_active(w, now) == active).peekable();
        let any = found.peek().is_some();
        found.fold((any, any, any), |all, w| {
            (all.0, all.1 && w.bool_at("manualSync"), all.2 && w.bool_at("syncOverrun"))
        })
    };
    let (deny, allow, closed) = (of("deny", true), of("allow", true), of("allow", false));
    let decides = if deny.0 {
        deny
    } else if allow.0 {
        (false, false, false)
    } else {
        closed
    };
    let automated = !decides.0;
    let manual = automated || decides.1;
    Open { deny: deny.0, allow: allow.0, closed: closed.0, manual, automated, overrun: decides.2 }
}

/// How they stand for an operation that began then, or for one to come.
pub fn can_sync(windows: &[&Value], now: Time, started: Option<Time>) -> Open {
    let mut open_now = open(windows, now);
    if let Some(started) = started.filter(|_| open_now.overrun) {
        let then = open(windows, started);
        open_now.manual |= then.manual;
        open_now.automated |= then.automated;
    }
    open_now
}

#[cfg(test)]
mod tests {
    use super::{can_sync, is_active, parse_duration, window_fault};
    use manifest::Value;
    use sim::Time;
    use std::time::Duration;

    fn at(text: &str) -> Time {
        Time::parse_rfc3339(text).expect("a time")
    }

    fn window(more: &str) -> Value {
        let text = format!("{{schedule: '0 22 * * *', duration: 1h30m, applications: ['*'], {more}}}");
        Value::from_yaml(&text).expect("a valid text")
    }

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1_500)));
        assert_eq!((parse_duration("90"), parse_duration(""), parse_duration("1d")), (None, None, None));
    }

    #[test]
    fn a_window_is_open_from_its_time_on() {
        let deny = window("kind: deny");
        for (time, expect) in [
            ("2026-06-05T21:59:59Z", false),
            ("2026-06-05T22:00:01Z", true),
            ("2026-06-05T23:29:59Z", true),
            ("2026-06-05T23:30:00Z", false),
        ] {
            assert_eq!(is_active(&deny, at(time)), expect, "{time}");
        }
        let berlin = window("kind: deny, timeZone: Europe/Berlin");
        assert!(is_active(&berlin, at("2026-06-05T20:30:00Z")) && !is_active(&berlin, at("2026-06-05T22:30:00Z")));
    }

    #[test]
    fn a_deny_window_wins_and_an_allow_window_shuts_out_the_rest_of_the_day() {
        let (inside, outside) = (at("2026-06-05T22:30:00Z"), at("2026-06-05T12:00:00Z"));
        let (deny, manual) = (window("kind: deny"), window("kind: deny, manualSync: true"));
        let allow = window("kind: allow");
        let may = |windows: &[&Value], now| {
            let open = can_sync(windows, now, None);
            (open.manual, open.automated)
        };
        assert_eq!(may(&[], inside), (true, true));
        assert_eq!((may(&[&deny], inside), may(&[&deny], outside)), ((false, false), (true, true)));
        assert_eq!(may(&[&manual], inside), (true, false));
        assert_eq!(may(&[&manual, &deny], inside), (false, false));
        assert_eq!((may(&[&allow], inside), may(&[&allow], outside)), ((true, true), (false, false)));
        assert_eq!(may(&[&allow, &deny], inside), (false, false));
        let overrun = window("kind: deny, syncOverrun: true");
        assert!(
            can_sync(&[&overrun], inside, Some(outside)).automated && !can_sync(&[&overrun], inside, None).automated
        );
    }

    #[test]
    fn faults_are_told_as_argo_cd_tells_them() {
        let fault = |text: &str| window_fault(&Value::from_yaml(text).expect("a valid text")).unwrap_or_default();
        assert_eq!(fault("{kind: maybe}"), "kind 'maybe' mismatch: can only be allow or deny");
        assert!(fault("{kind: deny, schedule: x}").starts_with("cannot parse schedule 'x': expected exactly 5 fields"));
        let told = fault("{kind: deny, schedule: '* * * * *', duration: 1h}");
        assert_eq!(told, "window 'deny':'* * * * *':'1h' requires one of application, cluster or namespace");
        assert_eq!(window_fault(&window("kind: deny")), None);
    }
}
