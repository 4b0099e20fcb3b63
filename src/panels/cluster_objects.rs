//! The cluster's objects by kind; each opens its sheet.

use crate::acts::Acts;
use crate::components::action;
use crate::state::View;
use screen::{Cluster, Control};
use yew::prelude::*;

pub fn objects(cluster: &Cluster, acts: &Acts) -> Html {
    if cluster.kind.is_empty() {
        let open = acts.click(|acts| acts.control(Control::ShowKind(Some("Deployment".to_owned()))));
        return html! { <div>{ action("All objects", "", open) }</div> };
    }
    let onchange = super::cluster::chosen(acts, |value| Control::ShowKind(Some(value)));
    let option = |words: &String| {
        let kind = words.split(' ').next().unwrap_or_default().to_owned();
        let selected = cluster.kind == kind;
        html! { <option value={kind} {selected}>{ words }</option> }
    };
    html! {
        <div class="over">
            <select class="sel" aria-label="Kind" {onchange}>{ cluster.kinds.iter().map(option).collect::<Html>() }</select>
            <table class="objects">{ cluster.table.iter().map(|row| object(&cluster.kind, row, acts)).collect::<Html>() }</table>
            if cluster.more > 0 { <p class="dim">{ cluster.more }{ " more" }</p> }
        </div>
    }
}

/// A row; the headings have no kind of their own.
fn object(kind: &str, row: &[String], acts: &Acts) -> Html {
    let [namespace, name, cells @ ..] = row else { return Html::default() };
    let cells = cells.iter().map(|cell| html! { <td>{ cell }</td> }).collect::<Html>();
    if name == "NAME" {
        return html! { <tr class="dim"><td>{ name }</td>{ cells }</tr> };
    }
    let (kind, namespace, text) = (kind.to_owned(), namespace.clone(), name.clone());
    let onclick = acts.click(move |acts| {
        acts.describe(View::Cluster, kind.clone(), namespace.clone(), text.clone());
    });
    html! { <tr><td><button class="link" type="button" {onclick}>{ name }</button></td>{ cells }</tr> }
}
