//! A pager over the terminal: the rows of the text that fit, and a line below that says where one is.

use super::pager_keys::{Act, Place, Text};
use super::terminal::{columns, spans};
use crate::acts::Acts;
use crate::browser::{dom, js};
use screen::{Input, Pager, Span, TerminalLine};
use std::rc::Rc;
use yew::prelude::*;

/// Of a row of the terminal.
const ROW_PX: f64 = 19.0;
/// A higher number of rows is not read at once.
const ROWS_MAX: f64 = 200.0;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub terminal: u32,
    pub pager: Rc<Pager>,
    pub acts: Acts,
}

#[component]
pub fn PagerView(props: &Props) -> Html {
    let Props { terminal, pager, acts } = props;
    let plain = use_memo(Rc::clone(pager), |pager| pager.lines.iter().map(plain).collect::<Vec<String>>());
    let letter_px = use_mut_ref(|| 0.0);
    let (screen, width) = (rows_of_screen(), columns(&letter_px).map_or(80, usize::from));
    let keys = Keys { terminal: *terminal, pager: Rc::clone(pager), plain, screen, width, acts: acts.clone() };
    let (place, press) = use_press(&keys);
    let onkeydown = {
        let press = press.clone();
        Callback::from(move |event: KeyboardEvent| {
            let held = event.alt_key() || event.meta_key();
            if !held && press.emit((event.key(), event.ctrl_key())) {
                event.prevent_default();
            }
        })
    };
    let onwheel = {
        let press = press.clone();
        Callback::from(move |event: WheelEvent| {
            let key = if event.delta_y() > 0.0 { "j" } else { "k" };
            for _ in 0..3 {
                press.emit((key.to_owned(), false));
            }
        })
    };
    let rows = keys.rows(&place);
    let end = place.end(&keys.text(&rows));
    let name = if pager.name.is_empty() { "standard input" } else { &pager.name };
    html! {
        <div class="pager">
            <div id="pager" class={classes!("rows", place.chop.then_some("chop"))} role="document" tabindex="0"
                aria-label={format!("Pager: {name}")} {onkeydown} {onwheel}>
                { (place.top..end).map(|at| row(pager, at, &place)).collect::<Html>() }
            </div>
            <div class="row">
                <span class="grow cut" role="status">{ status(&place, pager, end) }</span>
                { button("Back", "b", &press) }{ button("Next page", " ", &press) }{ button("Close (q)", "q", &press) }
            </div>
        </div>
    }
}

/// A key, and whether Control was held with it; whether it was the pager's.
type Press = Callback<(String, bool), bool>;

fn button(label: &'static str, key: &'static str, press: &Press) -> Html {
    let press = press.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        press.emit((key.to_owned(), false));
        dom::focus("#pager");
    });
    html! { <button type="button" class="btn small" {onclick}>{ label }</button> }
}

/// The place that is drawn, and how it is moved. Another text begins at its beginning.
#[hook]
fn use_press(keys: &Keys) -> (Place, Press) {
    let place = use_state_eq(|| begin(&keys.pager));
    // Keys may come faster than they are drawn.
    let newest = use_mut_ref(|| begin(&keys.pager));
    {
        let (place, newest, keys) = (place.setter(), Rc::clone(&newest), keys.clone());
        use_effect_with((keys.pager.serial, keys.pager.file), move |_| {
            dom::focus("#pager");
            let mut first = begin(&keys.pager);
            for key in keys.pager.start.chars() {
                keys.press(&mut first, &key.to_string(), false);
            }
            if keys.pager.start.starts_with(['/', '?']) {
                keys.press(&mut first, "Enter", false);
            }
            newest.replace(first.clone());
            place.set(first);
        });
    }
    let (setter, keys) = (place.setter(), keys.clone());
    let press = Callback::from(move |(key, by_control): (String, bool)| -> bool {
        let mut next = newest.borrow().clone();
        let act = keys.press(&mut next, &key, by_control);
        newest.replace(next.clone());
        setter.set(next);
        keys.act(act)
    });
    ((*place).clone(), press)
}

/// What the keys need of what is drawn.
#[derive(Clone)]
struct Keys {
    terminal: u32,
    pager: Rc<Pager>,
    plain: Rc<Vec<String>>,
    screen: usize,
    width: usize,
    acts: Acts,
}

impl Keys {
    fn rows(&self, place: &Place) -> Vec<usize> {
        let width = self.width.saturating_sub(if place.numbers { 8 } else { 0 }).max(1);
        let of = |line: &String| if place.chop { 1 } else { line.chars().count().div_ceil(width).max(1) };
        self.plain.iter().map(of).collect()
    }

    fn text<'a>(&'a self, rows: &'a [usize]) -> Text<'a> {
        let Pager { ignore_case, quit_at_end, .. } = *self.pager;
        Text { lines: &self.plain, rows, screen: self.screen, ignore_case, quit_at_end }
    }

    fn press(&self, place: &mut Place, key: &str, by_control: bool) -> Act {
        let rows = self.rows(place);
        place.key(key, by_control, &self.text(&rows))
    }

    /// Whether the key was the pager's.
    fn act(&self, act: Act) -> bool {
        let terminal = self.terminal;
        match act {
            Act::Nothing => {}
            Act::Say(word) => self.acts.input(Input::Line { terminal, text: word.to_owned() }),
            Act::Suspend => self.acts.input(Input::Suspend { terminal }),
            Act::Leave => return false,
        }
        true
    }
}

fn begin(pager: &Pager) -> Place {
    Place { numbers: pager.numbers, chop: pager.chop, ..Place::default() }
}

fn plain(line: &TerminalLine) -> String {
    line.0.iter().map(|span| span.text.as_str()).collect()
}

/// How many rows there is room for, the line below left out.
fn rows_of_screen() -> usize {
    let height = dom::find(".screen").map_or(0.0, |screen| js::number(&js::get(&screen, "clientHeight")));
    ((height - 48.0) / ROW_PX).clamp(3.0, ROWS_MAX) as usize
}

fn row(pager: &Pager, at: usize, place: &Place) -> Html {
    let Some(line) = pager.lines.get(at) else { return Html::default() };
    let cut = |line: &TerminalLine| {
        let mut left = place.left;
        let span = |span: &Span| {
            let skipped = left.min(span.text.chars().count());
            left -= skipped;
            Span { text: span.text.chars().skip(skipped).collect(), style: span.style }
        };
        TerminalLine(line.0.iter().map(span).collect())
    };
    let line = if place.left > 0 { cut(line) } else { line.clone() };
    let line = if place.pattern.is_empty() { line } else { marked(&line, &place.pattern, pager.ignore_case) };
    html! {
        <div key={at}>
            if place.numbers {
                <span class="dim">{ format!("{:>7} ", at + 1) }</span>
            }
            { spans(&line) }
        </div>
    }
}

/// What was looked for stands out.
fn marked(line: &TerminalLine, pattern: &str, ignore_case: bool) -> TerminalLine {
    let mut out = Vec::new();
    for span in &line.0 {
        let shown = if ignore_case { span.text.to_ascii_lowercase() } else { span.text.clone() };
        let wanted = if ignore_case { pattern.to_ascii_lowercase() } else { pattern.to_owned() };
        let mut from = 0;
        // Letters whose small form is longer would shift the places: such a line is left as it is.
        let places = shown.match_indices(&wanted).filter(|_| shown.len() == span.text.len());
        for (at, found) in places {
            let mut style = span.style;
            out.push(Span { text: span.text[from..at].to_owned(), style });
            style.reverse = !style.reverse;
            from = at + found.len();
            out.push(Span { text: span.text[at..from].to_owned(), style });
        }
        out.push(Span { text: span.text[from..].to_owned(), style: span.style });
    }
    out.retain(|span| !span.text.is_empty());
    TerminalLine(out)
}

fn status(place: &Place, pager: &Pager, end: usize) -> Html {
    if let Some((kind, words)) = &place.asks {
        return html! { { format!("{kind}{words}▏") } };
    }
    if !place.message.is_empty() {
        return html! { <span class="a-rev">{ place.message.clone() }</span> };
    }
    let several =
        if pager.file.1 > 1 { format!(" (file {} of {})", pager.file.0, pager.file.1) } else { String::new() };
    let count = pager.lines.len();
    let at = if end >= count { "(END)".to_owned() } else { format!("lines {}-{end}/{count}", place.top + 1) };
    html! { <span class="a-rev">{ format!("{}{several} {at}", pager.name).trim().to_owned() }</span> }
}
