//! `git reflog`.

use super::cli::{Answer, Git, fatal};
use super::log::style;
use super::log_format::Format;
use super::log_options::FORMAT_ROWS;
use super::options::{Dialect, Given, Spec, value};

pub(crate) const SPEC: Spec = Spec {
    name: "reflog",
    usage: &["reflog [show] [<log-options>] [<ref>]"],
    options: &[
        &[value('n', "max-count", "n", "so many entries"), value('#', "max-count", "n", "the same")],
        FORMAT_ROWS,
        &[
            super::options::maybe('\0', "color", "when", "colour: always, never or auto"),
            super::options::only('\0', "no-color", "no colour"),
        ],
    ],
    missing: &[
        "--all",
        "--date-order",
        "-p",
        "--patch",
        "--stat",
        "--expire",
        "--expire-unreachable",
        "--rewrite",
        "--updateref",
        "--stale-fix",
        "--dry-run",
        "--verbose",
        "--single-worktree",
        "--since",
        "--until",
        "--grep",
    ],
    dialect: Dialect::Revisions,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let name = match given.operands.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["show"] => "HEAD".to_string(),
        ["show", name] => (*name).to_string(),
        [verb @ ("expire" | "delete" | "exists" | "list"), ..] => {
            g.err(format!("git: 'reflog {verb}' is real Git, but not part of this sandbox yet\n"));
            return Ok(1);
        }
        [name, ..] => (*name).to_string(),
    };
    let (name, first) = match name.strip_suffix('}').and_then(|text| text.rsplit_once("@{")) {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            (if base.is_empty() { "HEAD" } else { base }.to_string(), number.parse().unwrap_or(0))
        }
        _ => (name, 0),
    };
    let Some(full) = repo.full_ref_name(g.files(), &name) else {
        if name == "HEAD" {
            let head = repo.head(g.files())?;
            return fatal(format!(
                "your current branch '{}' does not have any commits yet",
                head.branch().unwrap_or("HEAD")
            ));
        }
        return Err(git::GitError::unknown_revision(name).into());
    };
    let name = if full.starts_with("refs/remotes/") { full.clone() } else { name };
    let mut style = style(g, &repo, given)?;
    if given.last(&["oneline", "format", "pretty"]).is_none() {
        style.format = Format::Oneline;
        style.abbrev = true;
    }
    if style.format != Format::Oneline {
        g.err("error: option `--format' of reflog is real Git, but not part of this sandbox yet\n");
        return Ok(129);
    }
    let count = given.value("max-count").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let entries = repo.reflog(g.files(), &full);
    if first >= entries.len().max(1) {
        return fatal(format!("log for '{name}' only has {} entries", entries.len()));
    }
    let all = entries.iter().rev().enumerate().skip(first);
    for (n, entry) in all.filter(|(_, entry)| !entry.new.is_null()).take(count) {
        let selector = super::log_reflog::selector(g, given, &name, n, entry)?;
        let text = style.reflog_line(g, &repo, entry, &selector);
        g.out(text);
    }
    Ok(0)
}
