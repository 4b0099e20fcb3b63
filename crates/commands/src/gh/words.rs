//! Words that several commands print.

use sim::Time;
use world::{Cx, Pull, PullState};

/// `about 5 minutes ago`, as `text.FuzzyAgo` counts.
pub(super) fn ago(now: Time, then: Time) -> String {
    let secs = now.since(then).as_secs();
    let many = |count: u64, word: &str| format!("about {count} {word}{} ago", if count == 1 { "" } else { "s" });
    match secs {
        0..60 => "less than a minute ago".into(),
        60..3_600 => many(secs / 60, "minute"),
        3_600..86_400 => many(secs / 3_600, "hour"),
        86_400..2_592_000 => many(secs / 86_400, "day"),
        2_592_000..31_536_000 => many(secs / 2_592_000, "month"),
        _ => many(secs / 31_536_000, "year"),
    }
}

/// `Open`, `Draft`, `Closed`, `Merged`.
pub(super) fn state(pull: &Pull) -> &'static str {
    match pull.state {
        PullState::Open if pull.draft => "Draft",
        PullState::Open => "Open",
        PullState::Closed => "Closed",
        PullState::Merged => "Merged",
    }
}

pub(super) fn count(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Columns as wide as their widest cell and two blanks; the last one as it is.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width + 2 - cell.chars().count()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// In a colour where it goes to a terminal.
pub(super) fn coloured(cx: &Cx<'_>, code: u8, text: &str) -> String {
    if cx.stdout_is_terminal() { format!("\x1b[0;{code}m{text}\x1b[0m") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_fuzzy() {
        let at = |secs: u64| ago(Time::from_unix_secs(100_000_000), Time::from_unix_secs(100_000_000 - secs));
        assert_eq!(at(59), "less than a minute ago");
        assert_eq!(at(60), "about 1 minute ago");
        assert_eq!(at(7_300), "about 2 hours ago");
        assert_eq!(at(200_000), "about 2 days ago");
    }
}
