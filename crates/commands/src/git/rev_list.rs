//! `git rev-list`: ids of commits, newest first.

use super::cli::{Answer, Git, Stop};
use super::log_format::Format;
use super::log_options::{FORMAT_ROWS, PICK_ROWS};
use super::log_sides::Sides;
use super::options::{Dialect, Given, Spec, only, usage, value};
use super::range::Range;
use super::{log, log_pick};
use git::{ObjectId, Repo};
use order::OrdSet;

pub(crate) const SPEC: Spec = Spec {
    name: "rev-list",
    usage: &["rev-list [<options>] <commit>... [--] [<path>...]"],
    options: &[
        PICK_ROWS,
        FORMAT_ROWS,
        super::log_sides::ROWS,
        &[
            only('\0', "count", "only how many"),
            only('\0', "objects", "trees and blobs too"),
            only('\0', "quiet", "print nothing"),
            only('\0', "no-commit-header", "no line with the id before a format"),
            only('\0', "no-abbrev-commit", "whole ids"),
            value('\0', "abbrev", "n", "so many digits"),
        ],
    ],
    missing: &[
        "--sparse",
        "--remove-empty",
        "--stdin",
        "--children",
        "--objects-edge",
        "--disk-usage",
        "--unpacked",
        "--header",
        "--bisect",
        "--bisect-vars",
        "--bisect-all",
        "--boundary",
        "--use-bitmap-index",
        "--filter",
        "--graph",
        "--no-walk",
        "--ancestry-path",
        "--timestamp",
        "--in-commit-order",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mut range = Range::read(g, &repo, &given.operands, given.dashes_at)?;
    log::add_references(g, &repo, given, &mut range)?;
    let asked_all = ["all", "branches", "tags", "remotes"].iter().any(|name| given.has(name));
    if range.from.is_empty() && range.hidden.is_empty() && !asked_all {
        if given.has("objects") {
            return Ok(0);
        }
        g.err(usage(&SPEC));
        return Ok(129);
    }
    let spec = match repo.work_tree {
        Some(_) => g.pathspec(&g.work()?, &range.paths)?,
        None => git::Pathspec::literal(&range.paths),
    };
    let picked = log_pick::pick(g, &repo, given, &range, &spec)?;
    let sides = Sides::read(g, &repo, given, &range)?;
    if given.has("count") {
        g.out(sides.counted(picked.iter().map(|(id, _)| id)));
        return Ok(0);
    }
    if given.has("quiet") {
        return Ok(0);
    }
    let mut out = listed(g, &repo, given, &picked, &sides)?;
    if given.has("objects") {
        out.push_str(&objects(g, &repo, &picked, &range)?);
    }
    g.out(out);
    Ok(0)
}

/// A line, or a whole entry, for each commit.
#[inline(never)]
fn listed(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    picked: &[(ObjectId, git::Lineage)],
    sides: &Sides,
) -> Result<String, Stop> {
    let style = log::style(g, repo, given)?;
    let length = given.value("abbrev").and_then(|text| text.parse().ok()).unwrap_or(7);
    let formatted = given.last(&["oneline", "format", "pretty"]);
    let mut out = String::new();
    for (id, line_of) in picked {
        let mark = sides.mark(id);
        let hash = |id: &ObjectId| {
            if style.abbrev && !given.has("no-abbrev-commit") {
                repo.short_id(g.files(), id, length)
            } else {
                id.to_string()
            }
        };
        let mut line = format!("{mark}{}", hash(id));
        if given.has("parents") {
            line_of.parents.iter().for_each(|parent| line.push_str(&format!(" {}", hash(parent))));
        }
        match formatted {
            None => out.push_str(&format!("{line}\n")),
            Some("oneline") => {
                let subject = line_of.commit(id)?.subject();
                out.push_str(&format!("{line} {subject}\n"));
            }
            Some(_) => {
                let commit = line_of.commit(id)?;
                let user = matches!(style.format, Format::User { .. });
                if user && !given.has("no-commit-header") {
                    out.push_str(&format!("commit {line}\n"));
                }
                let text = style.entry(g, repo, id, &commit, mark)?;
                out.push_str(&text);
                if !text.ends_with('\n') || !user {
                    out.push('\n');
                }
            }
        }
    }
    Ok(out)
}

/// Trees and blobs of the commits, each once, with a path where it is found.
fn objects(g: &Git<'_, '_>, repo: &Repo, picked: &[(ObjectId, git::Lineage)], range: &Range) -> Result<String, Stop> {
    let mut seen: OrdSet<ObjectId> = OrdSet::new();
    for (_, id) in &range.hidden {
        let tree = repo.read_commit(g.files(), id)?.tree;
        let mut ignored = String::new();
        list(g, repo, &tree, "", &mut seen, &mut ignored)?;
    }
    let mut out = String::new();
    for (_, line) in picked {
        list(g, repo, &line.tree, "", &mut seen, &mut out)?;
    }
    Ok(out)
}

fn list(
    g: &Git<'_, '_>,
    repo: &Repo,
    tree: &ObjectId,
    path: &str,
    seen: &mut OrdSet<ObjectId>,
    out: &mut String,
) -> Result<(), Stop> {
    let mut stack = vec![(*tree, path.to_string(), true)];
    while let Some((id, path, is_tree)) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        out.push_str(&format!("{id} {path}\n"));
        if is_tree {
            let base = if path.is_empty() { String::new() } else { format!("{path}/") };
            for entry in repo.read_tree(g.files(), &id)?.into_iter().rev() {
                stack.push((entry.id, format!("{base}{}", entry.name), entry.mode.is_tree()));
            }
        }
    }
    Ok(())
}
