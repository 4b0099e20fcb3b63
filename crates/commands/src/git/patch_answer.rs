//! `--patch`: what an answer does.

use super::cli::{Git, Stop};
use super::patch_apply;
use super::patch_ask::{Asked, LISTED, Session, after_file, end_of_file, rendered, say};
use super::patch_edit::edit;
use super::patch_hunks::Use;
use shell::regex::{Syntax, build};

/// The next hunk that is open, or the end.
pub(crate) fn next(s: &mut Session) {
    s.at = s.open().1.unwrap_or(usize::MAX);
}

pub(crate) fn answered(g: &mut Git<'_, '_>, s: &mut Session, text: &str) -> Result<(), Stop> {
    match s.asked {
        Asked::Hunk => of_hunk(g, s, text),
        Asked::Goto(end) if text.trim().is_empty() && end < s.count() => Ok(()),
        Asked::Goto(_) => {
            s.asked = Asked::Hunk;
            go_to(g, s, text.trim());
            Ok(())
        }
        Asked::Search => {
            s.asked = Asked::Hunk;
            search(g, s, text);
            Ok(())
        }
        Asked::EditAgain => match text.chars().next().map(|c| c.to_ascii_lowercase()) {
            Some('y') => edit(g, s),
            Some('n') => {
                s.asked = Asked::Hunk;
                Ok(())
            }
            _ => Ok(()),
        },
        Asked::Anyway => match text.chars().next().map(|c| c.to_ascii_lowercase()) {
            Some(c @ ('y' | 'n')) => {
                patch_apply::anyway(g, s, c == 'y')?;
                after_file(g, s);
                Ok(())
            }
            _ => Ok(()),
        },
        Asked::Editor => Ok(()),
    }
}

#[inline(never)]
fn of_hunk(g: &mut Git<'_, '_>, s: &mut Session, text: &str) -> Result<(), Stop> {
    let Some(first) = text.chars().next() else { return Ok(()) };
    let letter = first.to_ascii_lowercase();
    if text.chars().count() > 1 && !matches!(letter, 'g' | '/') {
        say(g, s, &format!("Only one letter is expected, got '{text}'"));
        return Ok(());
    }
    let at = s.at;
    let (before, after) = s.open();
    let may = |letter: char| s.offered.contains(letter);
    match first {
        'y' | 'Y' | 'n' | 'N' => {
            s.now().pieces[at].decided = if letter == 'y' { Use::Yes } else { Use::No };
            next(s);
        }
        'a' | 'A' | 'd' | 'D' | 'q' | 'Q' => {
            let decided = if letter == 'a' { Use::Yes } else { Use::No };
            for piece in s.now().pieces.iter_mut().skip(at).filter(|piece| piece.decided == Use::Open) {
                piece.decided = decided;
            }
            s.at = usize::MAX;
            if letter == 'q' {
                end_of_file(g, s)?;
                if s.asked != Asked::Anyway {
                    s.file = s.files.len();
                } else {
                    s.files.truncate(s.file + 1);
                }
            }
        }
        'K' if may('K') => s.at = at.checked_sub(1).unwrap_or(usize::MAX),
        'J' if may('J') => s.at = at + 1,
        'k' if may('k') => s.at = before.unwrap_or(usize::MAX),
        'j' if may('j') => s.at = after.unwrap_or(usize::MAX),
        'k' | 'K' => say(g, s, "No previous hunk"),
        'j' | 'J' => say(g, s, "No next hunk"),
        'g' | 'G' if !may('g') => say(g, s, "No other hunks to goto"),
        'g' | 'G' => match text[1..].trim() {
            "" => s.asked = Asked::Goto(at.saturating_sub(LISTED / 2)),
            number => go_to(g, s, number),
        },
        '/' if !may('/') => say(g, s, "No other hunks to search"),
        '/' if text.len() == 1 => s.asked = Asked::Search,
        '/' => search(g, s, &text[1..]),
        's' | 'S' if !may('s') => say(g, s, "Sorry, cannot split this hunk"),
        's' | 'S' => {
            let parts = s.now().pieces[at].split();
            let (on, off) = if s.color { ("\x1b[1m", "\x1b[m") } else { ("", "") };
            g.out(format!("{on}Split into {} hunks.{off}\n", parts.len()));
            s.now().pieces.splice(at..=at, parts);
            s.shown = None;
        }
        'e' | 'E' if !may('e') => say(g, s, "Sorry, cannot edit this hunk"),
        'e' | 'E' => return edit(g, s),
        'p' | 'P' => s.shown = None,
        '?' => help(g, s),
        _ => say(g, s, &format!("Unknown command '{text}' (use '?' for help)")),
    }
    Ok(())
}

const HELP: [(char, &str); 10] = [
    ('j', "leave this hunk undecided, see next undecided hunk"),
    ('J', "leave this hunk undecided, see next hunk"),
    ('k', "leave this hunk undecided, see previous undecided hunk"),
    ('K', "leave this hunk undecided, see previous hunk"),
    ('g', "select a hunk to go to"),
    ('/', "search for a hunk matching the given regex"),
    ('s', "split the current hunk into smaller hunks"),
    ('e', "manually edit the current hunk"),
    ('p', "print the current hunk, 'P' to use the pager"),
    ('?', "print help"),
];

fn help(g: &mut Git<'_, '_>, s: &Session) {
    let (on, off) = if s.color { ("\x1b[1;31m", "\x1b[m") } else { ("", "") };
    let now = s.offered.split_inclusive('?').next().unwrap_or_default();
    let mut text = s.mode.help();
    for (letter, what) in HELP.iter().filter(|(letter, _)| now.contains(*letter)) {
        text.push_str(&format!("{letter} - {what}\n"));
    }
    text.lines().for_each(|line| g.out([on, line, off, "\n"].concat()));
}

fn go_to(g: &mut Git<'_, '_>, s: &mut Session, number: &str) {
    let count = s.count();
    match number.parse::<usize>() {
        Err(_) => say(g, s, &format!("Invalid number: '{number}'")),
        Ok(n) if n > 0 && n <= count => s.at = n - 1,
        Ok(_) => say(g, s, &format!("Sorry, only {count} hunk{} available.", if count == 1 { "" } else { "s" })),
    }
}

#[inline(never)]
fn search(g: &mut Git<'_, '_>, s: &mut Session, pattern: &str) {
    if pattern.is_empty() {
        return;
    }
    let Ok(regex) = build(pattern, Syntax::Extended, false) else {
        say(g, s, &format!("Malformed search regexp {pattern}: Invalid regular expression"));
        return;
    };
    let plain = Session { color: false, ..s.clone() };
    let count = s.count();
    let found = (0..count).map(|n| (s.at + n) % count).find(|n| regex.is_match(&rendered(&plain, *n)));
    match found {
        Some(n) => s.at = n,
        None => say(g, s, "No hunk matches the given pattern"),
    }
}
