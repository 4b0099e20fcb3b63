//! The cluster's objects by kind; each opens its sheet.

use crate::acts::Acts;
use crate::state::View;
use screen::{Cluster, Control, ObjectRow, ObjectTable};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

pub fn objects(cluster: &Cluster, acts: &Acts) -> Html {
    let shown = cluster.table.as_ref().map(|table| table.kind.clone());
    let onchange = {
        let acts = acts.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let value = select.value();
                acts.control(Control::ShowKind((!value.is_empty()).then_some(value)));
            }
        })
    };
    let option = |(kind, count): &(String, u32)| {
        let selected = shown.as_ref() == Some(kind);
        html! { <option key={kind.clone()} value={kind.clone()} {selected}>{ kind }{ " (" }{ *count }{ ")" }</option> }
    };
    html! {
        <div>
            <label class="row cap">
                { "Objects " }
                <select class="sel" {onchange}>
                    <option value="" selected={shown.is_none()}>{ "choose a kind" }</option>
                    { cluster.kinds.iter().map(option).collect::<Html>() }
                </select>
            </label>
            if let Some(table) = &cluster.table { { list(table, acts) } }
        </div>
    }
}

fn list(table: &ObjectTable, acts: &Acts) -> Html {
    let heads = table.columns.iter().map(|name| html! { <th>{ name }</th> }).collect::<Html>();
    let rows = table.rows.iter().map(|row| object(&table.kind, row, acts)).collect::<Html>();
    html! {
        <div class="over">
            <table class="objects">
                <thead><tr><th>{ "NAME" }</th>{ heads }</tr></thead>
                <tbody>{ rows }</tbody>
            </table>
            if table.more > 0 { <p class="dim">{ "and " }{ table.more }{ " more" }</p> }
        </div>
    }
}

fn object(kind: &str, row: &ObjectRow, acts: &Acts) -> Html {
    let (kind, namespace, name) = (kind.to_owned(), row.namespace.clone(), row.name.clone());
    let onclick = acts.click(move |acts| {
        acts.describe(View::Cluster, kind.clone(), namespace.clone(), name.clone());
    });
    let cells = row.cells.iter().map(|cell| html! { <td>{ cell }</td> }).collect::<Html>();
    html! {
        <tr key={format!("{}/{}", row.namespace, row.name)}>
            <td><button class="link" type="button" {onclick}>{ &row.name }</button></td>{ cells }
        </tr>
    }
}
