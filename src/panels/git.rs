//! Git: the working tree in numbers, and the commits with their graph.

use super::git_peek::{Peek, use_peek};
use super::git_pulls::pulls;
use super::git_trees::trees;
use crate::acts::Acts;
use crate::browser::{dom, js};
use crate::components::{SheetOver, empty, skeleton, yes};
use crate::state::{Action, Sheet, View};
use screen::{CommitRow, Control, Git, Lane, Preview, RefKind, RefName, Repo};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Lane colours of the style sheet.
const COLOURS: u32 = 5;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub git: Option<Rc<Git>>,
    /// What the line in the terminal would make of it: shown in its place.
    pub preview: Option<Rc<Preview>>,
    pub sheet: Option<Rc<Sheet>>,
    pub acts: Acts,
}

#[component]
pub fn GitPanel(props: &Props) -> Html {
    let peek = use_peek();
    use_head(props.git.as_deref().map(head).unwrap_or_default());
    let Some(now) = &props.git else {
        return html! { <div class="body">{ skeleton() }</div> };
    };
    let git = props.preview.as_ref().map_or(&**now, |preview| &*preview.git);
    let Some(repo) = git.repos.iter().find(|repo| repo.path == git.shown) else {
        return empty(
            "git",
            "No repository yet",
            "Clone one, or make one with git init, and its history appears here.",
        );
    };
    let acts = &props.acts;
    let is_over = props.sheet.as_ref().is_some_and(|sheet| sheet.view == View::Git);
    html! {
        <>
            { for props.preview.as_ref().map(|preview| previewed(preview, acts)) }
            { working_tree(git, repo, acts) }
            { trees(git, props.preview.is_none().then_some(acts)) }
            { pulls(git, props.preview.is_none().then_some(acts)) }
            if git.rows.is_empty() {
                <p class="empty"><b>{ "No commit yet" }</b></p>
            } else {
                { log(git, now, acts, &peek) }
            }
            if !is_over {
                { peek.view() }
            }
            <SheetOver view={View::Git} sheet={props.sheet.clone()} acts={acts.clone()} />
        </>
    }
}

/// The repository that is shown, and the commit that is checked out.
fn head(git: &Git) -> (String, String) {
    let id = git.rows.iter().find(|row| row.head).map(|row| row.id.clone());
    (git.shown.clone(), id.unwrap_or_default())
}

/// When another commit is checked out, it is brought into view.
#[hook]
fn use_head(head: (String, String)) {
    let seen = use_mut_ref(|| None);
    use_effect_with(head, move |head| {
        let before = seen.replace(Some(head.clone()));
        if before.is_some_and(|before| before.0 == head.0 && before.1 != head.1)
            && let Some(row) = dom::find(".log tr[aria-selected]")
        {
            js::tell(&row, "scrollIntoView", &[&js::object(&[("block", "nearest".into())])]);
        }
    });
}

/// Says that nothing has happened, what would be printed, and how to go on.
fn previewed(preview: &Preview, acts: &Acts) -> Html {
    let close = acts.click(|acts| acts.dispatch(Action::Preview(None)));
    let (state, verdict) = if preview.code == 0 { ("run", String::new()) } else { ("warn", failure(preview.code)) };
    html! {
        <div class="preview" data-s={state} role="status">
            <b>{ "Not yet: " }<code>{ &preview.line }</code>{ " would do this." }{ verdict }</b>
            <button class="btn small" type="button" onclick={close}>{ "Back to now" }</button>
            if !preview.output.trim().is_empty() {
                <pre>{ preview.output.trim_end() }</pre>
            }
        </div>
    }
}

fn failure(code: i32) -> String {
    format!(" It would fail, with exit code {code}.")
}

fn working_tree(git: &Git, repo: &Repo, acts: &Acts) -> Html {
    let count = |state: &'static str, count: u32, word: &'static str| {
        let shown = count > 0;
        html! {
            if shown {
                <span data-s={state}><b>{ count.to_string() }</b>{ " " }{ word }</span>
            }
        }
    };
    let is_clean = repo.staged + repo.unstaged + repo.untracked + repo.conflicted == 0;
    html! {
        <div class="wt" role="status">
            { which(git, repo, acts) }
            { count("bad", repo.conflicted, "conflicted") }
            { count("ok", repo.staged, "staged") }
            { count("warn", repo.unstaged, "unstaged") }
            { count("idle", repo.untracked, "untracked") }
            if is_clean {
                <span class="dim">{ "clean" }</span>
            }
            if !repo.in_progress.is_empty() {
                <span data-s="warn"><b>{ &repo.in_progress }</b></span>
            }
            <span class="grow"></span>
            <span class="dim">{ branch_words(repo) }</span>
        </div>
    }
}

/// The repository's name, or a choice where there are several.
fn which(git: &Git, repo: &Repo, acts: &Acts) -> Html {
    if git.repos.len() < 2 {
        return html! { <span>{ &repo.name }</span> };
    }
    let onchange = {
        let acts = acts.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                acts.control(Control::ShowRepo(select.value()));
            }
        })
    };
    let option = |other: &Repo| {
        let selected = other.path == repo.path;
        html! { <option key={other.path.clone()} value={other.path.clone()} {selected}>{ &other.name }</option> }
    };
    let options = git.repos.iter().map(option).collect::<Html>();
    html! { <select class="sel" aria-label="Repository" {onchange}>{ options }</select> }
}

fn branch_words(repo: &Repo) -> String {
    let branch = &repo.branch;
    let Some(upstream) = &repo.upstream else {
        return branch.clone();
    };
    match (repo.ahead, repo.behind) {
        (0, 0) => format!("{branch} is level with {upstream}"),
        (ahead, 0) => format!("{branch} is {ahead} ahead of {upstream}"),
        (0, behind) => format!("{branch} is {behind} behind {upstream}"),
        (ahead, behind) => format!("{branch} and {upstream} have parted: {ahead} and {behind}"),
    }
}

/// The table is the text alternative of the graph.
fn log(git: &Git, now: &Git, acts: &Acts, peek: &Peek) -> Html {
    let rows = git.rows.iter().map(|row| commit(git, now, row, acts, peek)).collect::<Html>();
    html! {
        <>
            <table class="log">
                <caption class="sr">{ "Commits, newest first" }</caption>
                <thead>
                    <tr>
                        <th><span class="sr">{ "Graph" }</span></th><th>{ "Message" }</th>
                        <th class="opt-col">{ "Author" }</th><th>{ "Commit" }</th><th class="opt-time">{ "Time" }</th>
                    </tr>
                </thead>
                <tbody>{ rows }</tbody>
            </table>
            if git.cut {
                <p class="faint">{ "Older commits are not shown; git log shows all." }</p>
            }
        </>
    }
}

fn commit(git: &Git, now: &Git, row: &CommitRow, acts: &Acts, peek: &Peek) -> Html {
    let before = now.rows.iter().find(|before| before.id == row.id);
    let change = match before {
        None => Some("new"),
        Some(before) if before.refs != row.refs => Some("moved"),
        Some(_) => None,
    };
    let (repo, id, subject) = (git.shown.clone(), row.id.clone(), row.subject.clone());
    let onclick = {
        let peek = peek.clone();
        acts.click(move |acts| {
            peek.hide();
            acts.commit(repo.clone(), id.clone(), subject.clone());
        })
    };
    let (onmouseenter, onmouseleave) = (peek.over(acts, &git.shown, &row.id), peek.out());
    let refs = row.refs.iter().map(reference).collect::<Html>();
    html! {
        <tr key={row.id.clone()} aria-selected={row.head.then_some(yes(true))} data-change={change}>
            <td>{ graph(git.lanes, row) }</td>
            <td class="msg" {onmouseenter} {onmouseleave}>
                <div><button type="button" {onclick}>{ &row.subject }</button><span class="refs">{ refs }</span></div>
            </td>
            <td class="opt-col">{ &row.author }</td>
            <td class="mono">{ &row.short }</td>
            <td class="opt-time"><time>{ &row.time }</time></td>
        </tr>
    }
}

fn reference(reference: &RefName) -> Html {
    let kind = match reference.kind {
        RefKind::Head => "HEAD",
        RefKind::Local => "local",
        RefKind::Remote => "remote",
        RefKind::Tag => "tag",
    };
    html! { <span key={reference.name.clone()} class={classes!("ref", kind)}>{ &reference.name }</span> }
}

fn graph(lanes: u32, row: &CommitRow) -> Html {
    let lines = row.lines.iter().map(|lane| {
        html! { <path class={format!("lane-{}", lane.colour % COLOURS)} d={line(lane, row.lane)} /> }
    });
    let lines = lines.collect::<Html>();
    let width = (20 + 14 * lanes.max(1)).to_string();
    let (class, radius) = if row.head { ("head", "5") } else { ("c", "4.5") };
    html! {
        <svg class={format!("graph lane-{}", row.lane % COLOURS)} {width} height="32" aria-hidden="true">
            { lines }
            <circle {class} cx={x(row.lane).to_string()} cy="16" r={radius} />
        </svg>
    }
}

fn x(lane: u32) -> u32 {
    10 + 14 * lane
}

/// A line through a row that is 32 high; the commit stands at its middle.
fn line(lane: &Lane, own: u32) -> String {
    let own = x(own);
    match (lane.from.map(x), lane.to.map(x)) {
        (Some(from), Some(to)) if from == to => format!("M{from} 0V32"),
        (Some(from), Some(to)) => format!("M{from} 0C{from} 16 {to} 16 {to} 32"),
        (Some(from), None) if from == own => format!("M{own} 0V16"),
        (Some(from), None) => format!("M{from} 0C{from} 8 {own} 6 {own} 16"),
        (None, Some(to)) if to == own => format!("M{own} 16V32"),
        (None, Some(to)) => format!("M{to} 32C{to} 24 {own} 26 {own} 16"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: Option<u32>, to: Option<u32>, expected: &str) {
        assert_eq!(line(&Lane { from, to, colour: 0 }, 0), expected);
    }

    #[test]
    fn lines_pass_begin_and_end() {
        check(Some(0), Some(0), "M10 0V32");
        check(Some(1), None, "M24 0C24 8 10 6 10 16");
        check(None, Some(1), "M24 32C24 24 10 26 10 16");
        check(None, Some(0), "M10 16V32");
    }
}
