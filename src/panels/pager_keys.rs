//! What the keys of a pager do: from a place in a text to the next. It draws nothing, and tells the program nothing but
//! the word that ends it.

/// A text as the keys see it.
#[derive(Debug)]
pub struct Text<'a> {
    /// Plain, without colours.
    pub lines: &'a [String],
    /// How many rows of the screen each takes, and how many fit.
    pub rows: &'a [usize],
    pub screen: usize,
    pub ignore_case: bool,
    pub quit_at_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    pub top: usize,
    /// Columns to the right, of cut lines.
    pub left: usize,
    pub numbers: bool,
    pub chop: bool,
    /// What is being typed behind `/` or `?` or `-`.
    pub asks: Option<(char, String)>,
    /// What was looked for, and whether upwards.
    pub pattern: String,
    pub upwards: bool,
    /// Digits in front of a command.
    pub count: String,
    pub message: String,
}

/// What is to be done beside moving.
#[derive(Debug, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// Typed into the terminal.
    Say(&'static str),
    Suspend,
    /// The key is not the pager's.
    Leave,
}

impl Place {
    /// The last line that may stand on top.
    fn last(text: &Text<'_>) -> usize {
        let mut room = text.screen;
        for (at, rows) in text.rows.iter().enumerate().rev() {
            if *rows > room {
                return (at + 1).min(text.rows.len().saturating_sub(1));
            }
            room -= rows;
        }
        0
    }

    /// The line behind the screen.
    pub fn end(&self, text: &Text<'_>) -> usize {
        let mut room = text.screen;
        let shown = text.rows.iter().skip(self.top).take_while(|rows| {
            let fits = **rows <= room;
            room = room.saturating_sub(**rows);
            fits
        });
        (self.top + shown.count().max(1)).min(text.rows.len())
    }

    fn down(&mut self, text: &Text<'_>, lines: usize) -> Act {
        let last = Self::last(text);
        if self.top >= last && text.quit_at_end {
            return Act::Say("q");
        }
        self.top = (self.top + lines).min(last.max(self.top));
        Act::Nothing
    }

    fn page(&self, text: &Text<'_>) -> usize {
        self.end(text).saturating_sub(self.top).max(1)
    }

    fn up_page(&self, text: &Text<'_>) -> usize {
        let mut room = text.screen;
        let above = text.rows.iter().take(self.top).rev().take_while(|rows| {
            let fits = **rows <= room;
            room = room.saturating_sub(**rows);
            fits
        });
        above.count().max(1)
    }

    fn up(&mut self, lines: usize) -> Act {
        self.top = self.top.saturating_sub(lines);
        Act::Nothing
    }

    /// Goes to the next line with the pattern, from the top line on or, with `after`, behind it.
    fn search(&mut self, text: &Text<'_>, upwards: bool, after: bool) {
        let wanted = if text.ignore_case { self.pattern.to_ascii_lowercase() } else { self.pattern.clone() };
        let has = |line: &String| match text.ignore_case {
            true => line.to_ascii_lowercase().contains(&wanted),
            false => line.contains(&wanted),
        };
        let found = if upwards {
            text.lines.iter().take(self.top).rposition(has)
        } else {
            let from = self.top + usize::from(after);
            text.lines.iter().skip(from).position(has).map(|at| from + at)
        };
        match found {
            Some(at) => self.top = at,
            None => self.message = "Pattern not found  (press RETURN)".into(),
        }
    }

    pub fn key(&mut self, key: &str, by_control: bool, text: &Text<'_>) -> Act {
        self.message.clear();
        if self.asks.is_some() {
            return self.asked(key, by_control, text);
        }
        if key.len() == 1 && key.as_bytes()[0].is_ascii_digit() && !by_control {
            self.count.push_str(key);
            return Act::Nothing;
        }
        let count = std::mem::take(&mut self.count).parse::<usize>().ok();
        let times = count.unwrap_or(1);
        match (key, by_control) {
            (" " | "f" | "PageDown" | "z", false) | ("f" | "v", true) => {
                self.down(text, count.unwrap_or(self.page(text)))
            }
            ("b" | "PageUp" | "w", false) | ("b", true) => self.up(count.unwrap_or(self.up_page(text))),
            ("j" | "e" | "Enter" | "ArrowDown", false) | ("e" | "n", true) => self.down(text, times),
            ("k" | "y" | "ArrowUp", false) | ("y" | "p" | "k", true) => self.up(times),
            ("d", _) => self.down(text, text.screen / 2),
            ("u", _) => self.up(text.screen / 2),
            ("g" | "<" | "Home", false) => {
                self.top = (times - 1).min(Self::last(text));
                Act::Nothing
            }
            ("G" | ">" | "End", false) => {
                self.top = count.map_or(Self::last(text), |line| line.saturating_sub(1).min(Self::last(text)));
                Act::Nothing
            }
            ("%" | "p", false) => {
                self.top = (text.lines.len() * count.unwrap_or(0).min(100) / 100).min(Self::last(text));
                Act::Nothing
            }
            ("ArrowRight", false) if self.chop => {
                self.left += 40;
                Act::Nothing
            }
            ("ArrowLeft", false) if self.chop => {
                self.left = self.left.saturating_sub(40);
                Act::Nothing
            }
            ("/" | "?" | "-" | ":", false) => {
                self.asks = key.chars().next().map(|key| (key, String::new()));
                Act::Nothing
            }
            ("n" | "N", false) if self.pattern.is_empty() => {
                self.message = "No previous search  (press RETURN)".into();
                Act::Nothing
            }
            ("n", false) => self.again(text, self.upwards),
            ("N", false) => self.again(text, !self.upwards),
            ("q" | "Q", false) => Act::Say("q"),
            ("z", true) => Act::Suspend,
            ("c" | "l" | "r", true) | ("r" | "R", false) => Act::Nothing,
            ("h" | "H", false) => {
                self.message = "space b page, j k line, g G ends, / ? n N search, -N -S options, q quits".into();
                Act::Nothing
            }
            ("F" | "v" | "!" | "m" | "'" | "&" | "s" | "|", false) => {
                self.message = format!("{key}: real less, but not part of this sandbox yet");
                Act::Nothing
            }
            _ => Act::Leave,
        }
    }

    fn again(&mut self, text: &Text<'_>, upwards: bool) -> Act {
        self.search(text, upwards, true);
        Act::Nothing
    }

    /// A key while a pattern, an option or a word is typed.
    fn asked(&mut self, key: &str, by_control: bool, text: &Text<'_>) -> Act {
        let Some((kind, mut words)) = self.asks.take() else { return Act::Nothing };
        match key {
            "Escape" => return Act::Nothing,
            "c" | "g" if by_control => return Act::Nothing,
            "Backspace" if words.pop().is_none() => return Act::Nothing,
            "Backspace" => {}
            "Enter" if matches!(kind, '/' | '?') => {
                if !words.is_empty() {
                    self.pattern = words;
                }
                self.upwards = kind == '?';
                self.search(text, self.upwards, false);
                return Act::Nothing;
            }
            _ if key.chars().count() == 1 && !by_control => words.push_str(key),
            _ => {}
        }
        match (kind, words.as_str()) {
            ('-', "N") => self.numbers = !self.numbers,
            ('-', "S") => (self.chop, self.left) = (!self.chop, 0),
            ('-', word) if !word.is_empty() => {
                self.message = format!("-{word}: only -N and -S can be changed here");
            }
            (':', "q" | "Q") => return Act::Say("q"),
            (':', "n") => return Act::Say(":n"),
            (':', "p") => return Act::Say(":p"),
            (':', word) if !word.is_empty() => {}
            _ => self.asks = Some((kind, words)),
        }
        Act::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(keys: &str) -> (Place, Act) {
        let lines: Vec<String> = (1..=100).map(|n| format!("line {n}")).collect();
        let rows = vec![1; 100];
        let text = Text { lines: &lines, rows: &rows, screen: 10, ignore_case: false, quit_at_end: false };
        let (mut place, mut act) = (Place::default(), Act::Nothing);
        for key in keys.split_whitespace() {
            act = place.key(if key == "_" { " " } else { key }, false, &text);
        }
        (place, act)
    }

    #[test]
    fn pages_lines_and_ends() {
        assert_eq!(after("_ _").0.top, 20);
        assert_eq!(after("_ _ b j j k").0.top, 11);
        assert_eq!(after("G").0.top, 90);
        assert_eq!(after("G _").0.top, 90);
        assert_eq!(after("5 0 g").0.top, 49);
        assert_eq!(after("5 0 %").0.top, 50);
        assert_eq!(after("d d u").0.top, 5);
    }

    #[test]
    fn a_search_goes_on_and_back() {
        assert_eq!(after("/ 5 Enter").0.top, 4);
        assert_eq!(after("/ 5 Enter n").0.top, 14);
        assert_eq!(after("/ 5 Enter n n N").0.top, 14);
        assert_eq!(after("G ? 5 Enter").0.top, 84);
        assert!(after("/ x Enter").0.message.starts_with("Pattern not found"));
        assert!(after("n").0.message.starts_with("No previous search"));
        assert_eq!(after("/ a Backspace Backspace j").0.top, 1);
    }

    #[test]
    fn words_are_for_the_program() {
        assert_eq!(after("q").1, Act::Say("q"));
        assert_eq!(after(": n").1, Act::Say(":n"));
        let (place, act) = after("- N");
        assert!(place.numbers && act == Act::Nothing);
        assert_eq!(after("Tab").1, Act::Leave);
    }

    #[test]
    fn wrapped_lines_fill_the_screen() {
        let lines: Vec<String> = (1..=4).map(|n| format!("line {n}")).collect();
        let text = Text { lines: &lines, rows: &[3, 3, 3, 3], screen: 7, ignore_case: false, quit_at_end: true };
        let mut place = Place::default();
        assert_eq!(place.end(&text), 2);
        place.key(" ", false, &text);
        assert_eq!(place.top, 2);
        assert_eq!(place.key(" ", false, &text), Act::Say("q"));
    }
}
