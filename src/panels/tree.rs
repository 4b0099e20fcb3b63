//! The tree of files: arrow keys move, open and close; Enter opens a file.

use crate::browser::dom;
use crate::components::{icon, yes};
use screen::{Files, TreeItem};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub files: Rc<Files>,
    /// The open file; empty without one.
    pub shown: AttrValue,
    pub open: Callback<String>,
}

type Closed = Vec<String>;

#[component]
pub fn Tree(props: &Props) -> Html {
    let closed = use_state_eq(Closed::new);
    let at = use_state_eq(|| None::<String>);
    let visible = visible(&props.files.items, &closed);
    let first = visible.first().map(|item| item.path.clone());
    let current = (*at).clone().filter(|path| visible.iter().any(|item| item.path == *path)).or(first);
    let toggle = {
        let closed = closed.clone();
        Callback::from(move |path: String| {
            let mut next = (*closed).clone();
            next.retain(|one| *one != path);
            if next.len() == closed.len() {
                next.push(path);
            }
            closed.set(next);
        })
    };
    let pick = {
        let (open, toggle, at) = (props.open.clone(), toggle.clone(), at.setter());
        Callback::from(move |(path, folder): (String, bool)| {
            at.set(Some(path.clone()));
            if folder {
                toggle.emit(path);
            } else {
                open.emit(path);
            }
        })
    };
    let onkeydown = {
        let items: Vec<TreeItem> = visible.iter().map(|item| (*item).clone()).collect();
        let (closed, current, at, pick) = (closed.clone(), current.clone(), at.setter(), pick.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(now) = items.iter().position(|item| Some(&item.path) == current.as_ref()) else {
                return;
            };
            match step(&items, now, &closed, &event.key()) {
                Some(Step::To(to)) => {
                    if let Some(item) = items.get(to) {
                        at.set(Some(item.path.clone()));
                        dom::focus(&format!("[data-path=\"{}\"]", item.path));
                    }
                }
                Some(Step::Pick) => pick.emit((items[now].path.clone(), items[now].folder)),
                None => return,
            }
            event.prevent_default();
        })
    };
    let mut next = 0;
    let draw = Draw { closed: &closed, current: current.as_deref().unwrap_or_default(), shown: &props.shown, pick };
    let items = draw.level(&visible, &mut next, 1);
    html! {
        <ul class="tree" role="tree" aria-label="Files" {onkeydown}>
            { for items }
            if props.files.cut {
                <li role="none" class="faint">{ "More files are not shown; ls shows all." }</li>
            }
        </ul>
    }
}

/// Items whose folders are all open.
fn visible<'a>(items: &'a [TreeItem], closed: &Closed) -> Vec<&'a TreeItem> {
    let mut hidden_below = None;
    let mut shown = Vec::new();
    for item in items {
        if hidden_below.is_some_and(|level| item.level > level) {
            continue;
        }
        hidden_below = (item.folder && closed.contains(&item.path)).then_some(item.level);
        shown.push(item);
    }
    shown
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    To(usize),
    /// Opens a file, or opens and closes a folder.
    Pick,
}

fn step(items: &[TreeItem], now: usize, closed: &Closed, key: &str) -> Option<Step> {
    let item = items.get(now)?;
    let is_open = item.folder && !closed.contains(&item.path);
    let parent = || items[..now].iter().rposition(|other| other.level < item.level);
    match key {
        "ArrowDown" => Some(Step::To((now + 1).min(items.len() - 1))),
        "ArrowUp" => Some(Step::To(now.saturating_sub(1))),
        "Home" => Some(Step::To(0)),
        "End" => Some(Step::To(items.len() - 1)),
        "ArrowRight" if item.folder && !is_open => Some(Step::Pick),
        "ArrowRight" if is_open => Some(Step::To((now + 1).min(items.len() - 1))),
        "ArrowLeft" if is_open => Some(Step::Pick),
        "ArrowLeft" => parent().map(Step::To),
        "Enter" | " " => Some(Step::Pick),
        _ => None,
    }
}

struct Draw<'a> {
    closed: &'a Closed,
    current: &'a str,
    shown: &'a str,
    pick: Callback<(String, bool)>,
}

impl Draw<'_> {
    /// The items of one level, from a flat list in tree order; `next` moves past what was drawn.
    fn level(&self, items: &[&TreeItem], next: &mut usize, level: u32) -> Vec<Html> {
        let mut drawn = Vec::new();
        while let Some(item) = items.get(*next).filter(|item| item.level >= level) {
            *next += 1;
            let below = self.level(items, next, item.level + 1);
            drawn.push(self.item(item, below));
        }
        drawn
    }

    fn item(&self, item: &TreeItem, below: Vec<Html>) -> Html {
        let open = !self.closed.contains(&item.path);
        let onclick = {
            let (path, folder) = (item.path.clone(), item.folder);
            self.pick.reform(move |event: MouseEvent| {
                event.stop_propagation();
                (path.clone(), folder)
            })
        };
        let status = match item.status.as_str() {
            "M" => "modified",
            "A" => "added",
            "?" => "untracked",
            "D" => "deleted",
            _ => "",
        };
        let is_group = !below.is_empty();
        html! {
            <li key={item.path.clone()} role="treeitem" aria-level={item.level.to_string()}
                aria-expanded={item.folder.then_some(yes(open))} aria-selected={yes(item.path == self.shown)}
                tabindex={if item.path == self.current { "0" } else { "-1" }} data-path={item.path.clone()} {onclick}>
                <span class="node">
                    { icon(if item.folder { "folder" } else { "file" }) }<span class="cut">{ &item.name }</span>
                    if !item.status.is_empty() {
                        <span class="st" title={status}>{ &item.status }</span>
                    }
                </span>
                if is_group {
                    <ul role="group">{ for below }</ul>
                }
            </li>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<TreeItem> {
        let item = |path: &str, level, folder| TreeItem {
            path: path.to_owned(),
            name: path.to_owned(),
            level,
            folder,
            status: String::new(),
        };
        vec![item("web", 1, true), item("web/app", 2, true), item("web/app/x", 3, false), item("notes", 1, false)]
    }

    #[test]
    fn a_closed_folder_hides_all_below() {
        let items = items();
        let paths = |closed: &Closed| -> Vec<String> {
            visible(&items, closed).into_iter().map(|item| item.path.clone()).collect()
        };
        assert_eq!(paths(&Closed::new()).len(), 4);
        assert_eq!(paths(&Closed::from(["web".to_owned()])), ["web", "notes"]);
    }

    #[test]
    fn arrows_move_open_and_close() {
        let items = items();
        let closed = Closed::new();
        assert_eq!(step(&items, 0, &closed, "ArrowDown"), Some(Step::To(1)));
        assert_eq!(step(&items, 2, &closed, "ArrowLeft"), Some(Step::To(1)));
        assert_eq!(step(&items, 1, &closed, "ArrowLeft"), Some(Step::Pick));
        assert_eq!(step(&items, 3, &closed, "ArrowDown"), Some(Step::To(3)));
        assert_eq!(step(&items, 3, &closed, "x"), None);
    }
}
