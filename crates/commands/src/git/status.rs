//! `git status`.

use super::cli::{Answer, Git, Settings, Stop, Work, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe};
use super::status_text::{Paths, Report};
use super::status_v2;
use git::{Change, ChangeKind, DiffColors, PatchOptions};
use order::Arrange;

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
        flag('v', "verbose", "with the changes that would be committed"),
        flag('\0', "show-stash", "say how many entries the stash has"),
        flag('z', "null", "a NUL behind each path"),
        flag('\0', "renames", "pair removed and added files that are similar (default)"),
    ]],
    missing: &["--ahead-behind", "--ignore-submodules", "--column", "--find-renames", "-M"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let spec = g.pathspec(&work, &given.operands)?;
    let settings = g.settings();
    let untracked = untracked_mode(given, &settings)?;
    let second = match given.value("porcelain") {
        None | Some("v1" | "1") => false,
        Some("v2" | "2") => true,
        Some(version) => return fatal(format!("unsupported porcelain version '{version}'")),
    };
    if given.count("verbose") > 1 {
        g.err("error: option `-vv' is real Git, but not part of this sandbox yet\n");
        return Ok(129);
    }
    let nul = given.has("null");
    if nul && given.last(&["short", "long", "porcelain"]) == Some("long") {
        return fatal("options '--long' and '-z' cannot be used together");
    }
    if let Some(mode) = given.value("ignored").filter(|mode| !matches!(*mode, "traditional" | "no")) {
        if mode == "matching" {
            g.err(format!("error: option `--ignored={mode}' is real Git, but not part of this sandbox yet\n"));
            return Ok(129);
        }
        return fatal(format!("Invalid ignored mode '{mode}'"));
    }
    let porcelain = given.has("porcelain") || (nul && given.last(&["short", "long"]).is_none());
    let short = porcelain
        || given
            .last(&["short", "long"])
            .map_or(settings.get_bool("status.short") == Some(true), |last| last == "short");
    let index = work.repo.read_index(g.files())?;
    let ignores = g.ignores(&work.repo);
    let mut status = work.repo.status(g.files(), &index, &ignores, &spec, untracked == "all")?;
    if given.state("renames") == Some(false) {
        status.staged = unpaired(status.staged);
    }
    let report = Report {
        work: &work,
        status: &status,
        color: !porcelain && g.colored("status", None),
        for_commit: false,
        amend: false,
        show_untracked: !matches!(untracked.as_str(), "no" | "false"),
        show_ignored: given.has("ignored") && given.value("ignored") != Some("no"),
        hints: g.advises("statusHints"),
    };
    let branch = given.state("branch").unwrap_or(!porcelain && settings.get_bool("status.branch") == Some(true));
    let stash = given.state("show-stash").unwrap_or(settings.get_bool("status.showstash") == Some(true));
    let text = if second {
        let wanted = status_v2::Wanted { branch: given.has("branch"), stash, nul };
        status_v2::lines(g, &report, &index, wanted)?
    } else if short {
        let paths = match (nul, porcelain) {
            (true, _) => Paths::Nul,
            (_, true) => Paths::FromTop,
            _ => Paths::Relative,
        };
        report.short(g, branch, paths)?
    } else {
        let diff = if given.has("verbose") { diff_of(g, &work, &report)? } else { String::new() };
        let entries = if stash { work.repo.reflog(g.files(), "refs/stash").len() } else { 0 };
        report.whole(g, &diff)? + &stash_line(entries)
    };
    g.out(text);
    Ok(0)
}

/// Which untracked files are listed: `all`, `normal` or `no`.
fn untracked_mode(given: &Given, settings: &Settings) -> Result<String, Stop> {
    let untracked = match (given.state("untracked-files"), given.value("untracked-files")) {
        (Some(false), _) => "no".to_string(),
        (Some(true), None) => "all".into(),
        (_, Some(mode)) => mode.to_string(),
        (None, None) => settings.get("status.showuntrackedfiles").unwrap_or("normal".into()),
    };
    if !matches!(untracked.as_str(), "all" | "normal" | "no" | "true" | "false") {
        return fatal(format!("Invalid untracked files mode '{untracked}'"));
    }
    Ok(untracked)
}

fn stash_line(entries: usize) -> String {
    match entries {
        0 => String::new(),
        1 => "Your stash currently has 1 entry\n".into(),
        more => format!("Your stash currently has {more} entries\n"),
    }
}

/// `-v`: what would be committed.
#[inline(never)]
fn diff_of(g: &Git<'_, '_>, work: &Work, report: &Report<'_>) -> Result<String, Stop> {
    let colors = if report.color { DiffColors::TERMINAL } else { DiffColors::NONE };
    let options = PatchOptions { colors, ..PatchOptions::default() };
    let mut out = String::new();
    let unmerged = work.repo.read_index(g.files()).map(|index| index.unmerged()).unwrap_or_default();
    for path in unmerged.keys() {
        out.push_str(&format!("* Unmerged path {path}\n"));
    }
    for change in &report.status.staged {
        out.push_str(&git::patch(&work.repo, g.files(), change, &options)?);
    }
    Ok(out)
}

/// Renames as what they were made of.
#[inline(never)]
fn unpaired(changes: Vec<Change>) -> Vec<Change> {
    let mut all = Vec::new();
    for change in changes {
        if change.kind == ChangeKind::Renamed {
            all.extend(Change::between(&change.old_path, change.old, None));
            all.extend(Change::between(&change.path, None, change.new));
        } else {
            all.push(change);
        }
    }
    all.arrange_by_key(|change| change.path.clone());
    all
}
