//! Editing a command line, as readline does it: pure functions from a text and a cursor to the next. Cursors are
//! counted in UTF-16 units, as the browser counts them.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub cursor: u32,
}

impl Line {
    /// With the cursor at its end.
    pub fn ended(text: String) -> Self {
        Self { cursor: units(&text), text }
    }
}

/// UTF-16 units of a text.
fn units(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

/// The byte at which a cursor stands.
pub fn byte_at(text: &str, cursor: u32) -> usize {
    let mut seen = 0;
    for (at, letter) in text.char_indices() {
        if seen >= cursor {
            return at;
        }
        seen += letter.len_utf16() as u32;
    }
    text.len()
}

/// What Ctrl with a letter does to the line; `None` if it does nothing here.
pub fn edit(letter: &str, line: &Line) -> Option<Line> {
    let (before, after) = line.text.split_at(byte_at(&line.text, line.cursor));
    Some(match letter {
        "a" => Line { text: line.text.clone(), cursor: 0 },
        "e" => Line::ended(line.text.clone()),
        "u" => Line { text: after.to_owned(), cursor: 0 },
        "k" => Line::ended(before.to_owned()),
        "w" => {
            let word = before.trim_end();
            let kept = word.rfind(' ').map_or("", |at| &word[..=at]);
            Line { text: format!("{kept}{after}"), cursor: units(kept) }
        }
        _ => return None,
    })
}

/// Puts a completion in. With several, what they share goes in, and they are given back when that is nothing new.
pub fn complete(line: &Line, replace: u32, with: &[String]) -> (Line, Vec<String>) {
    let at = byte_at(&line.text, line.cursor);
    let (before, after) = line.text.split_at(at);
    let start = at.saturating_sub(replace as usize);
    let Some(word) = before.get(start..) else {
        return (line.clone(), Vec::new());
    };
    let mut new = shared(with);
    if let [only] = with
        && !only.ends_with(['/', ' ', '='])
        && !after.starts_with(' ')
    {
        new.push(' ');
    }
    if with.is_empty() || (with.len() > 1 && new.len() <= word.len()) {
        return (line.clone(), with.to_vec());
    }
    let head = format!("{}{new}", &before[..start]);
    let cursor = units(&head);
    (Line { text: format!("{head}{after}"), cursor }, Vec::new())
}

/// The longest beginning that all have.
fn shared(words: &[String]) -> String {
    let Some((first, others)) = words.split_first() else {
        return String::new();
    };
    let mut end = first.len();
    for word in others {
        let same = first.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        end = end.min(same);
    }
    while !first.is_char_boundary(end) {
        end -= 1;
    }
    first[..end].to_owned()
}

/// Where the arrow keys are in the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recall {
    /// `None` on the line being typed.
    at: Option<usize>,
    /// The line being typed, to come back to.
    typed: String,
}

impl Recall {
    pub fn older(&mut self, history: &[String], now: &str) -> Option<String> {
        let to = match self.at {
            None => history.len().checked_sub(1)?,
            Some(at) => at.checked_sub(1)?,
        };
        if self.at.is_none() {
            self.typed = now.to_owned();
        }
        self.at = Some(to);
        history.get(to).cloned()
    }

    pub fn newer(&mut self, history: &[String]) -> Option<String> {
        let to = self.at? + 1;
        if let Some(line) = history.get(to) {
            self.at = Some(to);
            return Some(line.clone());
        }
        self.at = None;
        Some(std::mem::take(&mut self.typed))
    }
}

/// The newest line of the history, older than `before`, that holds the words looked for.
pub fn search(history: &[String], words: &str, before: usize) -> Option<usize> {
    if words.is_empty() {
        return None;
    }
    history.iter().take(before).rposition(|line| line.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, cursor: u32) -> Line {
        Line { text: text.to_owned(), cursor }
    }

    fn check(letter: &str, text: &str, cursor: u32, expected: (&str, u32)) {
        assert_eq!(edit(letter, &at(text, cursor)), Some(at(expected.0, expected.1)), "Ctrl-{letter}");
    }

    #[test]
    fn control_keys_edit_the_line() {
        check("a", "git push", 3, ("git push", 0));
        check("e", "git push", 3, ("git push", 8));
        check("u", "git push", 4, ("push", 0));
        check("k", "git push", 3, ("git", 3));
        check("w", "git commit -m", 13, ("git commit ", 11));
        check("w", "git  ", 5, ("", 0));
        check("u", "ö😀x", 3, ("x", 0));
        assert_eq!(edit("z", &at("", 0)), None);
    }

    #[test]
    fn one_completion_ends_the_word() {
        let words = ["commit".to_owned()];
        assert_eq!(complete(&at("git com", 7), 3, &words), (at("git commit ", 11), vec![]));
        assert_eq!(complete(&at("cat ap", 6), 2, &["app/".to_owned()]), (at("cat app/", 8), vec![]));
    }

    #[test]
    fn several_share_their_beginning_and_are_shown_then() {
        let words = ["checkout".to_owned(), "cherry".to_owned()];
        assert_eq!(complete(&at("git c", 5), 1, &words), (at("git che", 7), vec![]));
        assert_eq!(complete(&at("git che", 7), 3, &words), (at("git che", 7), words.to_vec()));
        assert_eq!(complete(&at("git x", 5), 1, &[]), (at("git x", 5), vec![]));
    }

    #[test]
    fn the_arrows_walk_the_history_and_come_back() {
        let history = ["a".to_owned(), "b".to_owned()];
        let mut recall = Recall::default();
        assert_eq!(recall.older(&history, "x").as_deref(), Some("b"));
        assert_eq!(recall.older(&history, "b").as_deref(), Some("a"));
        assert_eq!(recall.older(&history, "a"), None);
        assert_eq!(recall.newer(&history).as_deref(), Some("b"));
        assert_eq!(recall.newer(&history).as_deref(), Some("x"));
        assert_eq!(recall.newer(&history), None);
    }

    #[test]
    fn search_goes_from_new_to_old() {
        let history = ["git push".to_owned(), "ls".to_owned(), "git pull".to_owned()];
        assert_eq!(search(&history, "git", 3), Some(2));
        assert_eq!(search(&history, "git", 2), Some(0));
        assert_eq!(search(&history, "git", 0), None);
        assert_eq!(search(&history, "", 3), None);
    }
}
