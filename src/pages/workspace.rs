//! The workspace of a lesson: the brief on the left, views on the right, the terminal below; one column where there is
//! no room.

use super::notices::Notices;
use super::plain::plain;
use super::topbar::TopBar;
use crate::acts::Acts;
use crate::brief::BriefPanel;
use crate::browser::{dom, js};
use crate::components::{Dialogs, Menu, Splitter, Tab, Tabs, Toasts};
use crate::link::{Link, Start};
use crate::panels::{
    ArgoCdPanel, ClusterPanel, FilesPanel, GitPanel, PipelinesPanel, ShopPanel, TerminalPanel, TerminalTabs, WhyDrawer,
    dot,
};
use crate::place::Place;
use crate::state::{Action, Edge, Model, Sizes, Stage, View};
use screen::{Control, Input};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::prelude::*;

const NARROW: &str = "(max-width: 899px)";
const ALT_P_SPEED: u32 = 3;

#[derive(Debug, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
}

#[component]
pub fn Workspace(props: &Props) -> Html {
    let model = use_reducer(Model::default);
    let acts = use_acts(&props.place, model.dispatcher());
    use_listeners(&acts, &model);
    // What is drawn anew has to get its sizes again.
    let drawn = (model.layout.narrow, matches!(model.stage, Stage::Plain(_)));
    use_sizes(&acts, model.layout.sizes, drawn);
    let pages = model.terminals.views.get(&model.terminals.shown()).is_some_and(|view| view.tail.pager.is_some());
    use_terminal_after(model.editing.as_ref().is_some_and(|editing| editing.waits()) || pages);
    let root = AttrValue::from(props.place.root.to_string());
    let title = model.brief.as_ref().map_or(&props.place.ready_made.title, |brief| &brief.title);
    let repo = AttrValue::from(model.git.as_ref().map(|git| git.shown.clone()).unwrap_or_default());
    let dialogs = html! { <Dialogs dialog={model.dialog.clone()} acts={acts.clone()} /> };
    let toasts = html! { <Toasts toasts={Rc::clone(&model.toasts)} acts={acts.clone()} /> };
    if let Stage::Plain(page) = &model.stage {
        return html! { <>{ plain(page, &root, &acts) }{ toasts }{ dialogs }</> };
    }
    html! {
        <>
            <a class="skip" href="#work">{ "Skip to the workbench" }</a>
            <div class="ws">
                <TopBar root={root.clone()} title={title.clone()} clock={Rc::clone(&model.clock)} acts={acts.clone()} />
                <Menu {repo} acts={acts.clone()} />
                <Notices notices={Rc::clone(&model.notices)} past={model.clock.past.clone()} acts={acts.clone()} />
                { stage(&props.place, &model, &acts) }
            </div>
            { toasts }
            <WhyDrawer why={model.why.clone()} acts={acts.clone()} />
            { dialogs }
        </>
    }
}

/// The link to the worker, made once, and what panels do with it.
#[hook]
fn use_acts(place: &Place, dispatcher: UseReducerDispatcher<Model>) -> Acts {
    let place = place.clone();
    let acts = use_memo((), move |_| {
        let actions = dispatcher.clone();
        let events = Callback::from(move |action: Action| actions.dispatch(action));
        Acts::new(dispatcher, Link::new(place, events))
    });
    let acts = (*acts).clone();
    {
        let acts = acts.clone();
        use_effect_with((), move |_| acts.link().begin(Start::Politely));
    }
    acts
}

/// Keys that work everywhere, the width of the window, and leaving with unsaved text.
#[hook]
fn use_listeners(acts: &Acts, model: &Model) {
    let unsaved = use_memo((), |_| Cell::new(false));
    unsaved.set(model.drafts.any_dirty());
    let terminal = use_memo((), |_| Cell::new(0));
    terminal.set(model.terminals.shown());
    let acts = acts.clone();
    use_effect_with((), move |_| {
        let narrow = dom::media(NARROW);
        acts.dispatch(Action::Narrow(dom::matches(NARROW)));
        let (window, on_width, on_key) = (js::global(), acts.clone(), acts);
        let listeners = [
            js::Listener::new(&narrow, "change", move |event| {
                on_width.dispatch(Action::Narrow(js::get(&event, "matches").is_truthy()));
            }),
            js::Listener::new(&window, "keydown", move |event| key(&event, terminal.get(), &on_key)),
            js::Listener::new(&window, "beforeunload", move |event| {
                if unsaved.get() {
                    js::tell(&event, "preventDefault", &[]);
                    js::set(&event, "returnValue", &JsValue::TRUE);
                }
            }),
        ];
        move || drop(listeners)
    });
}

/// Alt with a letter that no browser takes for itself.
fn key(event: &JsValue, terminal: u32, acts: &Acts) {
    if !js::get(event, "altKey").is_truthy() || js::get(event, "ctrlKey").is_truthy() {
        return;
    }
    match js::text(&js::get(event, "code")).as_str() {
        "KeyP" => {
            let playing = acts.link().playing();
            acts.control(if playing { Control::Pause } else { Control::Play { speed: ALT_P_SPEED } });
        }
        "KeyN" => acts.input(Input::OpenTerminal { beside: terminal }),
        "KeyJ" => acts.dispatch(Action::NextTerminal),
        _ => return,
    }
    js::tell(event, "preventDefault", &[]);
}

/// Sizes are set by CSSOM, which the policy allows, and kept.
#[hook]
fn use_sizes(acts: &Acts, sizes: Sizes, drawn: (bool, bool)) {
    let acts = acts.clone();
    use_effect_with((sizes, drawn), move |(sizes, _)| {
        let sizes = *sizes;
        dom::set_property(".stage", "--brief", &format!("{}px", sizes.brief_px));
        dom::set_property(".views", "--split", &format!("{}%", 100 - sizes.split_percent));
        dom::set_property(".work", "--term", &format!("{}%", 100 - sizes.term_percent));
        if sizes != Sizes::default()
            && let Some(store) = acts.link().store()
        {
            spawn_local(async move {
                // Where it cannot be kept, the next visit has the usual sizes.
                store.set_setting("sizes", &sizes.to_text()).await.ok();
            });
        }
    });
}

/// The keyboard goes back to the terminal when a command's editor or pager is closed.
#[hook]
fn use_terminal_after(edits: bool) {
    let edited = use_mut_ref(|| false);
    use_effect_with(edits, move |edits| {
        if edited.replace(*edits) && !edits {
            dom::focus("#cmd");
        }
    });
}

fn stage(place: &Place, model: &Model, acts: &Acts) -> Html {
    let ready_made = AttrValue::from(place.ready_made.brief.clone());
    let work = if model.layout.narrow { one_column(model, acts) } else { panes(model, acts) };
    html! {
        <main class="stage">
            <BriefPanel brief={model.brief.clone()} {ready_made} sheet={model.sheet.clone()}
                cluster={model.cluster.clone()} unsaved={model.drafts.first_unsaved().map(str::to_owned)}
                place={place.clone()} acts={acts.clone()} />
            { splitter(Edge::Brief, model, acts) }
            { work }
        </main>
    }
}

fn splitter(edge: Edge, model: &Model, acts: &Acts) -> Html {
    let value = model.layout.sizes.get(edge);
    let acts = acts.clone();
    let onmove = Callback::from(move |(edge, value): (Edge, u32)| acts.dispatch(Action::Size(edge, value)));
    html! { <Splitter {edge} {value} {onmove} /> }
}

fn panes(model: &Model, acts: &Acts) -> Html {
    html! {
        <div class="work" id="work" tabindex="-1">
            <div class="views">
                { pane("a", model.layout.left_views(), model.layout.left, model, acts) }
                { splitter(Edge::Split, model, acts) }
                { pane("b", model.layout.right_views(), model.layout.right, model, acts) }
            </div>
            { splitter(Edge::Term, model, acts) }
            <section class="pane term" aria-label="Terminal">
                { terminal(model, acts) }
            </section>
        </div>
    }
}

fn one_column(model: &Model, acts: &Acts) -> Html {
    let shown = model.layout.one;
    let content = if shown == View::Terminal { terminal(model, acts) } else { panel("a", shown, model, acts) };
    let class = classes!("pane", (shown == View::Terminal).then_some("term"));
    html! {
        <div class="work" id="work" tabindex="-1">
            <section {class}>{ tabs("a", "Views", &model.layout.views(), shown, model, acts) }{ content }</section>
        </div>
    }
}

fn terminal(model: &Model, acts: &Acts) -> Html {
    let elsewhere = model.stage == Stage::Elsewhere;
    let (terminals, ahead) = (Rc::clone(&model.terminals), Rc::clone(&model.typed_ahead));
    let draft = model.editing.as_ref().and_then(|editing| model.drafts.draft(&editing.path));
    let unsaved = draft.map(|draft| AttrValue::from(draft.text.clone()));
    html! {
        <>
            <TerminalTabs terminals={Rc::clone(&terminals)} acts={acts.clone()} />
            <TerminalPanel {terminals} {ahead} {unsaved} {elsewhere} acts={acts.clone()} />
        </>
    }
}

fn pane(group: &'static str, views: &[View], shown: View, model: &Model, acts: &Acts) -> Html {
    html! {
        <section class="pane">
            { tabs(group, "Views", views, shown, model, acts) }
            { panel(group, shown, model, acts) }
        </section>
    }
}

fn tabs(group: &'static str, label: &'static str, views: &[View], selected: View, model: &Model, acts: &Acts) -> Html {
    let tabs: Vec<Tab> = views.iter().map(|view| Tab { view: *view, dot: dot(*view, model) }).collect();
    let acts = acts.clone();
    let onselect = Callback::from(move |view: View| acts.dispatch(Action::Select(view)));
    html! { <Tabs {group} {label} {tabs} {selected} {onselect} /> }
}

fn panel(group: &'static str, view: View, model: &Model, acts: &Acts) -> Html {
    let flush = matches!(view, View::Git | View::Files | View::Pipelines);
    html! {
        <div class={classes!("body", flush.then_some("flush"))} id={format!("{group}-panel")} role="tabpanel"
            aria-labelledby={format!("{group}-{}", view.slug())} tabindex="0">
            { content(view, model, acts) }
        </div>
    }
}

fn content(view: View, model: &Model, acts: &Acts) -> Html {
    let (acts, sheet) = (acts.clone(), model.sheet.clone());
    match view {
        View::Shop => html! { <ShopPanel shop={model.shop.clone()} /> },
        View::Cluster => html! { <ClusterPanel cluster={model.cluster.clone()} {sheet} {acts} /> },
        View::ArgoCd => html! { <ArgoCdPanel argocd={model.argocd.clone()} {sheet} {acts} /> },
        View::Pipelines => html! { <PipelinesPanel pipelines={model.pipelines.clone()} {acts} /> },
        View::Git => html! { <GitPanel git={model.git.clone()} preview={model.preview.clone()} {sheet} {acts} /> },
        View::Files => {
            let drafts = Rc::clone(&model.drafts);
            html! { <FilesPanel files={model.files.clone()} file={model.file.clone()} {drafts}
            editing={model.editing.clone()} {acts} /> }
        }
        View::Terminal => Html::default(),
    }
}
