//! The terminal: DOM text that can be selected, with the line being typed below it.

use super::pager::PagerView;
use super::terminal_line::InputLine;
use super::terminal_tabs::{TERMINAL_PANEL, tab_id};
use crate::acts::Acts;
use crate::browser::{dom, js};
use crate::components::yes;
use crate::state::{Action, Chunk, Tail, TerminalView, Terminals, View};
use screen::{Control, Editing, Input, Style, TerminalLine};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::prelude::*;

/// Nearer to the end than this, the view follows new output.
const FOLLOW_PX: f64 = 32.0;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub terminals: Rc<Terminals>,
    /// Lines typed before there is a terminal: it takes them already.
    pub ahead: Rc<Vec<String>>,
    /// What is typed into the file that a command waits for, and not saved.
    pub unsaved: Option<AttrValue>,
    /// The world runs in another tab.
    pub elsewhere: bool,
    pub acts: Acts,
}

/// The terminal that is shown.
#[component]
pub fn TerminalPanel(props: &Props) -> Html {
    let place = use_node_ref();
    let follows = use_mut_ref(|| true);
    let letter_px = use_mut_ref(|| 0.0);
    let measure = {
        let acts = props.acts.clone();
        Callback::from(move |()| {
            if let Some(columns) = columns(&letter_px) {
                acts.link().resize(columns);
            }
        })
    };
    let terminal = props.terminals.shown();
    let view = props.terminals.views.get(&terminal).cloned().unwrap_or_default();
    {
        let (follows, was) = (follows.clone(), use_mut_ref(|| terminal));
        use_effect_with(terminal, move |now| {
            *follows.borrow_mut() = true;
            if was.replace(*now) != *now {
                dom::focus("#cmd");
            }
        });
    }
    {
        let (place, follows, measure) = (place.clone(), follows.clone(), measure.clone());
        use_effect_with((terminal, view.clone()), move |_| {
            if let Some(screen) = place.get().filter(|_| *follows.borrow()) {
                js::set(&screen, "scrollTop", &js::get(&screen, "scrollHeight"));
            }
            measure.emit(());
        });
    }
    use_effect_with((), move |_| {
        let listener = js::Listener::new(&js::global(), "resize", move |_| measure.emit(()));
        move || drop(listener)
    });
    let onscroll = Callback::from(move |event: Event| {
        if let Some(screen) = event.target() {
            let size = |name: &str| js::number(&js::get(&screen, name));
            let below = size("scrollHeight") - size("scrollTop") - size("clientHeight");
            *follows.borrow_mut() = below < FOLLOW_PX;
        }
    });
    let onclick = Callback::from(|_: MouseEvent| {
        if dom::selection().is_empty() {
            dom::focus("#cmd, #pager");
        }
    });
    html! {
        <div class="screen" id={TERMINAL_PANEL} role="tabpanel" aria-labelledby={tab_id(terminal)} ref={place} {onscroll} {onclick}>
            if props.elsewhere && props.terminals.views.is_empty() {
                <div role="status"><span class="wait">{ "The world runs in another tab." }</span></div>
            } else {
                if let Some(pager) = &view.tail.pager {
                    <PagerView key={terminal} {terminal} pager={Rc::clone(pager)} acts={props.acts.clone()} />
                } else {
                    { screen(&view, props) }
                }
                { lines(terminal, &view, props) }
            }
        </div>
    }
}

/// The line of each terminal, so that one half typed is there when its terminal comes back.
fn lines(shown: u32, view: &TerminalView, props: &Props) -> Html {
    if props.terminals.is_over() {
        let onclick = props.acts.on_input(Input::OpenTerminal { beside: shown });
        return html! {
            <div role="status">
                <span class="wait">{ "The shell has ended. " }</span>{ " " }
                <button type="button" class="btn small" {onclick}>{ "New shell" }</button>
            </div>
        };
    }
    let mut all: Vec<(u32, Rc<Tail>)> =
        props.terminals.views.iter().map(|(id, view)| (*id, Rc::clone(&view.tail))).collect();
    if all.iter().all(|(id, _)| *id != shown) {
        all.push((shown, Rc::clone(&view.tail)));
    }
    let line = |(terminal, tail): (u32, Rc<Tail>)| {
        let unsaved = props.unsaved.clone().filter(|_| terminal == shown && tail.editing.is_some());
        let acts = props.acts.clone();
        html! { <InputLine key={terminal} {terminal} shown={terminal == shown && tail.pager.is_none()} {tail} {unsaved} {acts} /> }
    };
    all.into_iter().map(line).collect::<Html>()
}

fn screen(view: &TerminalView, props: &Props) -> Html {
    let from = view.shown_from;
    let chunk = |chunk: &Rc<Chunk>| html! { <ChunkView key={chunk.first} chunk={Rc::clone(chunk)} {from} /> };
    let chunks = view.chunks.iter().map(chunk).collect::<Html>();
    let starts = props.terminals.views.is_empty();
    let busy = yes(view.tail.prompt.is_none());
    let ahead =
        props.ahead.iter().map(|line| html! { <div class="dim">{ format!("$ {line}") }</div> }).collect::<Html>();
    html! {
        <>
            <div role="log" aria-label="Terminal" tabindex="0" aria-busy={busy}>{ chunks }{ ahead }</div>
            if let Some(waiting) = &view.tail.waiting {
                <div>
                    <span class="wait">
                        <span class="spin" aria-hidden="true"></span>{ waiting }{ " " }
                        <span class="dim">{ "Ctrl+C stops" }</span>
                    </span>
                </div>
            } else if let Some(editing) = view.tail.editing.as_ref().filter(|editing| editing.waits()) {
                { edited(editing, props) }
            } else if starts {
                <div role="status">
                    <span class="wait">
                        <span class="spin" aria-hidden="true"></span>{ "Starting the world…" }{ " " }
                        <span class="dim">{ "You can type already." }</span>
                    </span>
                </div>
            }
        </>
    }
}

/// A program waits for its editor.
fn edited(editing: &Editing, props: &Props) -> Html {
    let name = editing.path.rsplit('/').next().unwrap_or_default();
    let show = {
        let path = editing.path.clone();
        props.acts.click(move |acts| {
            acts.dispatch(Action::Select(View::Files));
            acts.control(Control::OpenFile(path.clone()));
            acts.dispatch(Action::OpenFile(path.clone()));
        })
    };
    html! {
        <div role="status">
            <span class="wait">
                { format!("{name} is open in ") }
                <button type="button" class="btn small" onclick={show}>{ "Files" }</button>
                <span class="dim">{ format!("{} here saves and closes", editing.close) }</span>
            </span>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct ChunkProps {
    chunk: Rc<Chunk>,
    /// Lines before this one are cleared away.
    from: u32,
}

#[component]
fn ChunkView(props: &ChunkProps) -> Html {
    let lines = (props.chunk.first..).zip(&props.chunk.lines).filter(|(number, _)| *number >= props.from);
    let lines = lines.map(|(number, line)| html! { <div key={number}>{ spans(line) }</div> }).collect::<Html>();
    html! { <div class="chunk">{ lines }</div> }
}

/// A line in its colours.
pub fn spans(line: &TerminalLine) -> Html {
    let span = |span: &screen::Span| {
        let text = span.text.clone();
        if span.style == Style::default() {
            return html! { { text } };
        }
        html! { <span class={classes(span.style)}>{ text }</span> }
    };
    line.0.iter().map(span).collect::<Html>()
}

fn classes(style: Style) -> Classes {
    let colour = match style.colour {
        31 => "a-red",
        32 => "a-green",
        33 => "a-yellow",
        34 => "a-blue",
        35 => "a-magenta",
        36 => "a-cyan",
        _ => "",
    };
    let bold = style.bold.then_some("a-bold");
    let dim = style.dim.then_some("a-dim");
    let reverse = style.reverse.then_some("a-rev");
    yew::classes!(colour, bold, dim, reverse)
}

/// How many columns the screen has.
pub(super) fn columns(letter_px: &RefCell<f64>) -> Option<u16> {
    /// Left and right together.
    const PADDING_PX: f64 = 24.0;
    let [_, _, width, _] = dom::bounds(".screen")?;
    let mut letter_px = letter_px.borrow_mut();
    if *letter_px <= 0.0 {
        *letter_px = letter_width()?;
    }
    Some(((width - PADDING_PX) / *letter_px).clamp(20.0, 500.0) as u16)
}

/// The width of a letter in the terminal's font.
fn letter_width() -> Option<f64> {
    const LETTERS: usize = 20;
    let screen = dom::find(".screen")?;
    let probe = dom::create("span").ok()?;
    js::set(&probe, "id", &JsValue::from_str("letters"));
    js::set(&probe, "textContent", &JsValue::from_str(&"0".repeat(LETTERS)));
    js::call(&screen, "appendChild", &[&probe]).ok()?;
    let width = dom::bounds("#letters").map(|[_, _, width, _]| width / LETTERS as f64);
    js::tell(&probe, "remove", &[]);
    width.filter(|width| *width > 0.0)
}
