//! Git's three trees side by side: the last commit, the index, and the working tree. Where a file changes from one to
//! the next, a press shows the change.

use crate::acts::Acts;
use screen::{Git, TreeDiff, TreeRow};
use yew::prelude::*;

/// Nothing where all three are the same. In a preview the changes have not happened: they cannot be opened.
pub fn trees(git: &Git, acts: Option<&Acts>) -> Html {
    if git.trees.is_empty() {
        return Html::default();
    }
    let rows = git.trees.iter().map(|row| tree_row(git, row, acts)).collect::<Html>();
    html! {
        <table class="trees">
            <caption class="sr">{ "Files that are not the same in the last commit, the index and the working tree" }</caption>
            <thead><tr><th>{ "File" }</th><th>{ "Last commit" }</th><th>{ "Index" }</th><th>{ "Working tree" }</th></tr></thead>
            <tbody>
                { rows }
                if git.trees_cut {
                    <tr><td colspan="4" class="faint">{ "git status shows all." }</td></tr>
                }
            </tbody>
        </table>
    }
}

fn tree_row(git: &Git, row: &TreeRow, acts: Option<&Acts>) -> Html {
    let cell = |before: &str, now: &str, staged: bool| {
        let word = match (before, now) {
            _ if row.conflict && staged => ("bad", "3 versions"),
            _ if row.conflict => ("bad", "to resolve"),
            _ if row.untracked && !staged => ("idle", "untracked"),
            _ if before == now => return blob(now),
            ("", _) => ("ok", "new"),
            (_, "") => ("warn", "deleted"),
            _ => ("warn", "changed"),
        };
        chip(git, row, staged, word, acts)
    };
    html! {
        <tr key={row.path.clone()}>
            <th scope="row" title={row.path.clone()}>{ &row.path }</th>
            <td>{ blob(&row.head) }</td>
            <td>{ cell(&row.head, &row.index, true) }</td>
            <td>{ cell(&row.index, &row.work, false) }</td>
        </tr>
    }
}

/// The same as on its left.
fn blob(id: &str) -> Html {
    if id.is_empty() {
        html! { <span class="faint">{ "–" }</span> }
    } else {
        html! { <code>{ id.to_owned() }</code> }
    }
}

fn chip(
    git: &Git,
    row: &TreeRow,
    staged: bool,
    (state, word): (&'static str, &'static str),
    acts: Option<&Acts>,
) -> Html {
    let state = if staged && state == "warn" { "ok" } else { state };
    let text = if staged && word == "changed" { "staged" } else { word };
    let Some(acts) = acts.filter(|_| !row.conflict && !row.untracked) else {
        return html! { <span class="chip" data-s={state}>{ text }</span> };
    };
    let (repo, diff) = (git.shown.clone(), TreeDiff { path: row.path.clone(), staged });
    let onclick = acts.click(move |acts| acts.tree_diff(repo.clone(), diff.clone()));
    html! { <button type="button" class="chip" data-s={state} {onclick}>{ text }</button> }
}
