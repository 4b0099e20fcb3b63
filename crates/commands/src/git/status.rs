//! `git status`.

use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe};
use super::status_text::Report;

pub(crate) const SPEC: Spec = Spec {
    name: "status",
    usage: &["status [<options>] [--] [<pathspec>...]"],
    options: &[&[
        flag('s', "short", "one line a file"),
        flag('b', "branch", "say which branch, in the short form too"),
        maybe('\0', "porcelain", "version", "the short form, made for scripts"),
        flag('\0', "long", "the long form (default)"),
        maybe('u', "untracked-files", "mode", "which untracked files: all, normal, no"),
        maybe('\0', "ignored", "mode", "list ignored files too"),
    ]],
    missing: &[
        "--verbose",
        "-v",
        "--show-stash",
        "--ahead-behind",
        "--null",
        "-z",
        "--ignore-submodules",
        "--column",
        "--no-renames",
        "--renames",
        "--find-renames",
        "-M",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let spec = g.pathspec(&work, &given.operands)?;
    let settings = g.settings();
    let untracked = match (given.state("untracked-files"), given.value("untracked-files")) {
        (Some(false), _) => "no".to_string(),
        (Some(true), None) => "all".into(),
        (_, Some(mode)) => mode.to_string(),
        (None, None) => settings.get("status.showuntrackedfiles").unwrap_or("normal".into()),
    };
    if !matches!(untracked.as_str(), "all" | "normal" | "no" | "true" | "false") {
        return fatal(format!("Invalid untracked files mode '{untracked}'"));
    }
    if let Some(version) = given.value("porcelain").filter(|version| !matches!(*version, "v1" | "1")) {
        if matches!(version, "v2" | "2") {
            g.err("error: option `--porcelain=v2' is real Git, but not part of this sandbox yet\n");
            return Ok(129);
        }
        return fatal(format!("unsupported porcelain version '{version}'"));
    }
    if let Some(mode) = given.value("ignored").filter(|mode| *mode != "traditional") {
        if matches!(mode, "matching" | "no") {
            g.err(format!("error: option `--ignored={mode}' is real Git, but not part of this sandbox yet\n"));
            return Ok(129);
        }
        return fatal(format!("Invalid ignored mode '{mode}'"));
    }
    let porcelain = given.has("porcelain");
    let short = porcelain
        || given
            .last(&["short", "long"])
            .map_or(settings.get_bool("status.short") == Some(true), |last| last == "short");
    let index = work.repo.read_index(g.files())?;
    let ignores = g.ignores(&work.repo);
    let status = work.repo.status(g.files(), &index, &ignores, &spec, untracked == "all")?;
    let report = Report {
        work: &work,
        status: &status,
        color: !porcelain && g.colored("status", None),
        for_commit: false,
        amend: false,
        show_untracked: !matches!(untracked.as_str(), "no" | "false"),
        show_ignored: given.has("ignored"),
        hints: g.advises("statusHints"),
    };
    let branch = given.state("branch").unwrap_or(!porcelain && settings.get_bool("status.branch") == Some(true));
    let text = if short { report.short(g, branch, porcelain)? } else { report.whole(g)? };
    g.out(text);
    Ok(0)
}
