//! Terminals, put together from what changed. Lines stand in chunks, so that printing one line draws one chunk.

use order::OrdMap;
use screen::{Editing, Pager, Screen, TerminalLine, TerminalTab};
use std::rc::Rc;

const CHUNK_LINES: u32 = 32;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terminals {
    pub views: OrdMap<u32, TerminalView>,
    /// Those that are open, in their order.
    pub tabs: Vec<TerminalTab>,
    /// The one on the screen, as far as it was chosen.
    chosen: Option<u32>,
}

/// The world's first terminal, as it will be called.
const FIRST_TERMINAL: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerminalView {
    pub chunks: Vec<Rc<Chunk>>,
    /// Lines before this one were cleared away by Ctrl-L.
    pub shown_from: u32,
    pub tail: Rc<Tail>,
}

/// Lines with consecutive numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chunk {
    pub first: u32,
    pub lines: Vec<TerminalLine>,
}

/// What stands below the finished lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    pub prompt: Option<TerminalLine>,
    pub partial: TerminalLine,
    pub waiting: Option<String>,
    pub history: Vec<String>,
    pub reading: bool,
    pub editing: Option<Editing>,
    pub pager: Option<Rc<Pager>>,
}

impl Terminals {
    pub fn apply(&mut self, screen: Screen) {
        self.views.entry(screen.terminal).or_default().apply(screen);
    }

    /// One that has just been opened is shown; when the one that is shown closes, its neighbour is.
    pub fn set_tabs(&mut self, tabs: Vec<TerminalTab>) {
        let is_open = |terminal: u32| tabs.iter().any(|tab| tab.terminal == terminal);
        self.views.retain(|terminal, _| is_open(*terminal));
        let is_new = |tab: &&TerminalTab| self.tabs.iter().all(|other| other.terminal != tab.terminal);
        let opened = tabs.iter().find(is_new).filter(|_| !self.tabs.is_empty()).map(|tab| tab.terminal);
        let shown = self.shown();
        self.chosen = opened.or_else(|| is_open(shown).then_some(shown)).or_else(|| {
            let below = tabs.iter().rev().find(|tab| tab.terminal < shown);
            below.or(tabs.first()).map(|tab| tab.terminal)
        });
        self.tabs = tabs;
    }

    pub fn show(&mut self, terminal: u32) {
        self.chosen = Some(terminal);
    }

    /// The terminal on the screen.
    pub fn shown(&self) -> u32 {
        self.chosen.or(self.tabs.first().map(|tab| tab.terminal)).unwrap_or(FIRST_TERMINAL)
    }

    /// The terminal so many tabs on, round and round.
    pub fn beside(&self, by: i32) -> Option<u32> {
        let at = self.tabs.iter().position(|tab| tab.terminal == self.shown())?;
        let to = (at as i32 + by).rem_euclid(self.tabs.len() as i32);
        self.tabs.get(to as usize).map(|tab| tab.terminal)
    }

    /// Whether the shell of the terminal on the screen has ended.
    pub fn is_over(&self) -> bool {
        self.tabs.iter().any(|tab| tab.terminal == self.shown() && tab.over)
    }

    /// The file that a program wants edited: of the terminal on the screen, else of another one.
    pub fn editing(&self) -> Option<&Editing> {
        let of = |view: &'_ TerminalView| view.tail.editing.is_some();
        let shown = self.views.get(&self.shown()).filter(|view| of(view));
        shown.or_else(|| self.views.values().find(|view| of(view)))?.tail.editing.as_ref()
    }

    pub fn clear(&mut self, terminal: u32) {
        if let Some(view) = self.views.get_mut(&terminal) {
            view.shown_from = view.end();
        }
    }
}

impl Chunk {
    fn end(&self) -> u32 {
        self.first + self.lines.len() as u32
    }

    /// Whether the line with this number belongs to this chunk, as its next one.
    fn takes(&self, number: u32) -> bool {
        self.end() == number && self.first / CHUNK_LINES == number / CHUNK_LINES
    }
}

impl TerminalView {
    fn apply(&mut self, screen: Screen) {
        self.drop_before(screen.first);
        self.cut_from(screen.from);
        for (number, line) in (screen.from..).zip(screen.lines) {
            self.push(number, line);
        }
        // After a rewind the numbers start lower again.
        self.shown_from = self.shown_from.min(self.end());
        self.tail = Rc::new(Tail {
            prompt: screen.prompt,
            partial: screen.partial,
            waiting: screen.waiting,
            history: screen.history,
            reading: screen.reading,
            editing: screen.editing,
            pager: screen.pager.map(Rc::new),
        });
    }

    /// The number of the next line.
    fn end(&self) -> u32 {
        self.chunks.last().map_or(0, |chunk| chunk.end())
    }

    fn drop_before(&mut self, first: u32) {
        self.chunks.retain(|chunk| chunk.end() > first);
        if let Some(chunk) = self.chunks.first_mut()
            && chunk.first < first
        {
            let chunk = Rc::make_mut(chunk);
            chunk.lines.drain(..(first - chunk.first) as usize);
            chunk.first = first;
        }
    }

    fn cut_from(&mut self, from: u32) {
        self.chunks.retain(|chunk| chunk.first < from);
        if let Some(chunk) = self.chunks.last_mut()
            && chunk.end() > from
        {
            let chunk = Rc::make_mut(chunk);
            chunk.lines.truncate((from - chunk.first) as usize);
        }
    }

    fn push(&mut self, number: u32, line: TerminalLine) {
        match self.chunks.last_mut().filter(|chunk| chunk.takes(number)) {
            Some(chunk) => Rc::make_mut(chunk).lines.push(line),
            None => self.chunks.push(Rc::new(Chunk { first: number, lines: vec![line] })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use screen::Span;

    fn screen(first: u32, from: u32, lines: &[&str]) -> Screen {
        let line = |text: &&str| TerminalLine(vec![Span { text: (*text).to_owned(), ..Span::default() }]);
        Screen { first, from, lines: lines.iter().map(line).collect(), ..Screen::default() }
    }

    fn texts(view: &TerminalView) -> Vec<String> {
        let lines = view.chunks.iter().flat_map(|chunk| &chunk.lines);
        lines.map(|line| line.0.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    #[test]
    fn lines_are_appended_replaced_and_dropped() {
        let mut view = TerminalView::default();
        view.apply(screen(0, 0, &["a", "b"]));
        view.apply(screen(0, 2, &["c"]));
        assert_eq!(texts(&view), ["a", "b", "c"]);
        view.apply(screen(0, 1, &["B"]));
        assert_eq!(texts(&view), ["a", "B"]);
        view.apply(screen(1, 2, &["c"]));
        assert_eq!(texts(&view), ["B", "c"]);
        assert_eq!(view.end(), 3);
    }

    #[test]
    fn old_chunks_are_left_alone() {
        let mut view = TerminalView::default();
        let many: Vec<&str> = vec!["x"; 40];
        view.apply(screen(0, 0, &many));
        assert_eq!(view.chunks.len(), 2);
        let first = Rc::clone(&view.chunks[0]);
        view.apply(screen(0, 40, &["y"]));
        assert!(Rc::ptr_eq(&first, &view.chunks[0]));
        assert_eq!(view.chunks[1].lines.len(), 9);
    }

    #[test]
    fn a_new_terminal_is_shown_and_a_closed_one_gives_way_to_its_neighbour() {
        let tabs = |open: &[u32]| open.iter().map(|n| TerminalTab { terminal: *n, ..TerminalTab::default() }).collect();
        let mut terminals = Terminals::default();
        assert_eq!(terminals.shown(), 1);
        terminals.set_tabs(tabs(&[1, 2]));
        assert_eq!(terminals.shown(), 1, "none has just been opened");
        terminals.set_tabs(tabs(&[1, 2, 5]));
        assert_eq!((terminals.shown(), terminals.beside(1), terminals.beside(-1)), (5, Some(1), Some(2)));
        terminals.set_tabs(tabs(&[1, 2]));
        assert_eq!(terminals.shown(), 2);
        terminals.show(1);
        terminals.set_tabs(tabs(&[2]));
        assert_eq!(terminals.shown(), 2);
    }

    #[test]
    fn a_cleared_screen_shows_what_comes_after() {
        let mut terminals = Terminals::default();
        terminals.apply(screen(0, 0, &["a"]));
        terminals.clear(0);
        terminals.apply(screen(0, 1, &["b"]));
        assert_eq!(terminals.views[&0].shown_from, 1);
        terminals.apply(screen(0, 0, &[]));
        assert_eq!(terminals.views[&0].shown_from, 0, "a rewind shows everything");
    }
}
