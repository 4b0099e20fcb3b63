//! `--update-refs`: branches on the way of a rebase follow it. Where they go lies in `update-refs`, as real Git writes it.

use super::cli::{Git, Stop};
use super::rebase_run::Flow;
use super::rebase_state as files;
use super::rebase_todo::{Command, Item};
use git::{ObjectId, RefChange, Repo};

const FILE: &str = "update-refs";

/// `update-ref` behind each commit that branches stand on.
#[inline(never)]
pub(crate) fn added(g: &Git<'_, '_>, repo: &Repo, head_name: &str, items: Vec<Item>) -> Vec<Item> {
    let branches = repo.refs(g.files(), "refs/heads/");
    let mut out = Vec::new();
    for item in items {
        let id = item.id;
        out.push(item);
        for (full, _) in branches.iter().rev().filter(|(full, tip)| Some(**tip) == id && full.as_str() != head_name) {
            if repo.used_elsewhere(g.files(), full).is_none() {
                let rest = full.clone();
                out.push(Item { command: Command::UpdateRef, id: None, keeps_message: None, rest });
            }
        }
    }
    out
}

/// A branch, where it was, and where it goes.
type Moves = Vec<(String, ObjectId, ObjectId)>;

fn read(g: &Git<'_, '_>, repo: &Repo) -> Moves {
    let text = files::read(g, repo, FILE).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let one = |three: &[&str]| Some((three[0].to_string(), git::parse_id(three[1])?, git::parse_id(three[2])?));
    lines.chunks_exact(3).filter_map(one).collect()
}

fn write(g: &mut Git<'_, '_>, repo: &Repo, moves: &Moves) -> Result<(), Stop> {
    let text: String = moves.iter().map(|(name, old, new)| format!("{name}\n{old}\n{new}\n")).collect();
    files::write(g, repo, FILE, &text)
}

/// Notes the branches that the list names.
pub(crate) fn begin(g: &mut Git<'_, '_>, repo: &Repo, items: &[Item]) -> Result<(), Stop> {
    let names = items.iter().filter(|item| item.command == Command::UpdateRef).map(|item| item.rest.clone());
    let names: order::OrdSet<String> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    let old = |name: &String| repo.read_ref(g.files(), name).unwrap_or_else(git::null_id);
    let moves = names.into_iter().map(|name| (name.clone(), old(&name), git::null_id())).collect();
    write(g, repo, &moves)
}

/// The branch goes to where HEAD is now, once all is done.
pub(crate) fn note(g: &mut Git<'_, '_>, repo: &Repo, item: &Item) -> Result<Flow, Stop> {
    let mut moves = read(g, repo);
    let head = repo.read_ref(g.files(), "HEAD").unwrap_or_else(git::null_id);
    for (_, _, new) in moves.iter_mut().filter(|(name, ..)| *name == item.rest) {
        *new = head;
    }
    write(g, repo, &moves)?;
    Ok(Flow::Next)
}

/// Moves the branches, and names them.
pub(crate) fn finish(g: &mut Git<'_, '_>, repo: &Repo, quiet: bool) -> Result<(), Stop> {
    let who = g.logger();
    let mut text = String::new();
    for (name, _, new) in read(g, repo).iter().filter(|(.., new)| !new.is_null()) {
        let change = RefChange { name, new: *new, who: &who, message: "rewritten during rebase" };
        repo.update_ref(g.cx.files_mut(), &change)?;
        text.push_str(&format!("\t{name}\n"));
    }
    if !text.is_empty() && !quiet {
        g.err(["Updated the following refs with --update-refs:\n", &text].concat());
    }
    Ok(())
}
