//! The tabs of the terminals, with the buttons that open another one and close the one that is shown.

use crate::acts::Acts;
use crate::browser::dom;
use crate::components::{icon, yes};
use crate::state::{Action, Terminals};
use screen::{Input, TerminalTab};
use std::rc::Rc;
use yew::prelude::*;

/// The panel that the tabs control.
pub const TERMINAL_PANEL: &str = "terminal-panel";

#[derive(PartialEq, Properties)]
pub struct Props {
    pub terminals: Rc<Terminals>,
    pub acts: Acts,
}

/// The id of a terminal's tab.
pub fn tab_id(terminal: u32) -> String {
    format!("terminal-{terminal}")
}

#[component]
pub fn TerminalTabs(props: &Props) -> Html {
    let Props { terminals, acts } = props;
    let shown = terminals.shown();
    let onkeydown = {
        let (terminals, acts) = (Rc::clone(terminals), acts.clone());
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowRight" => terminals.beside(1),
                "ArrowLeft" => terminals.beside(-1),
                "Home" => terminals.tabs.first().map(|tab| tab.terminal),
                "End" => terminals.tabs.last().map(|tab| tab.terminal),
                "Delete" => return close(&acts, &terminals),
                _ => return,
            };
            event.prevent_default();
            if let Some(terminal) = to {
                acts.dispatch(Action::ShowTerminal(terminal));
                dom::focus(&format!("#{}", tab_id(terminal)));
            }
        })
    };
    let several = terminals.tabs.len() > 1;
    let mut tabs = terminals.tabs.clone();
    if tabs.is_empty() {
        // The first one can be typed into before it is there.
        tabs.push(TerminalTab { terminal: shown, ..TerminalTab::default() });
    }
    let tabs = tabs.iter().map(|tab| draw(tab, several, shown, acts)).collect::<Html>();
    let onopen = acts.click(move |acts| acts.input(Input::OpenTerminal { beside: shown }));
    let onclose = {
        let terminals = Rc::clone(terminals);
        acts.click(move |acts| close(acts, &terminals))
    };
    html! {
        <div class="tabs">
            <div class="tablist" role="tablist" aria-label="Terminals" {onkeydown}>{ tabs }</div>
            if several {
                <button class="btn icon ghost" type="button" aria-label="Close this terminal" title="Close this terminal (Ctrl+D)"
                    onclick={onclose}>{ icon("x") }</button>
            }
            if !terminals.tabs.is_empty() {
                <button class="btn icon ghost" type="button" aria-label="New terminal" title="New terminal (Alt+N)"
                    onclick={onopen}>{ icon("plus") }</button>
            }
        </div>
    }
}

fn close(acts: &Acts, terminals: &Terminals) {
    if terminals.tabs.len() > 1 {
        acts.input(Input::CloseTerminal { terminal: terminals.shown() });
        dom::focus("#cmd");
    }
}

/// The only terminal is just "Terminal"; several have a number and say what they do.
fn draw(tab: &TerminalTab, several: bool, shown: u32, acts: &Acts) -> Html {
    let (terminal, selected) = (tab.terminal, tab.terminal == shown);
    let onclick = acts.click(move |acts| {
        acts.dispatch(Action::ShowTerminal(terminal));
        dom::focus("#cmd");
    });
    let title = if several { format!("{terminal} {}", tab.title) } else { "Terminal".to_owned() };
    let runs = several && tab.runs;
    html! {
        <button key={terminal} class="tab" role="tab" type="button" id={tab_id(terminal)} aria-selected={yes(selected)}
            aria-controls={selected.then_some(TERMINAL_PANEL)} aria-description={runs.then_some("a command runs")}
            title={(several && !selected).then_some("Alt+J goes on to the next one")}
            tabindex={if selected { "0" } else { "-1" }} {onclick}>
            <span class="cut">{ title }</span>
            if runs {
                <span class="dot" data-s="run" aria-hidden="true"></span>
            }
        </button>
    }
}
