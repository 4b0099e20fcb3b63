//! `git mv`.

use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag, only, usage};
use vfs::{base_name, join};

pub(crate) const SPEC: Spec = Spec {
    name: "mv",
    usage: &[
        "mv [-v] [-f] [-n] [-k] <source> <destination>",
        "mv [-v] [-f] [-n] [-k] <source>... <destination-directory>",
    ],
    options: &[&[
        flag('v', "verbose", "say what is moved"),
        flag('n', "dry-run", "only say what would be moved"),
        flag('f', "force", "over a file that exists too"),
        only('k', "", "skip what cannot be moved"),
    ]],
    missing: &["--sparse"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let Some((target, sources)) = given.operands.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        g.err(usage(&SPEC));
        return Ok(129);
    };
    let top = work.repo.work_tree()?.to_string();
    let below = |path: &str| path.strip_prefix(&top).unwrap_or(path).trim_start_matches('/').to_string();
    let folder = join(&g.cwd, target);
    let into = g.files().is_dir(&folder);
    if !into && (sources.len() > 1 || target.ends_with('/')) {
        return fatal(format!("destination '{target}' is not a directory"));
    }
    let mut index = work.repo.read_index(g.files())?;
    let mut moves = Vec::new();
    for source in sources {
        let from = join(&g.cwd, source);
        let to = if into { join(&folder, base_name(&from)) } else { folder.clone() };
        let (old, new) = (below(&from), below(&to));
        let why = trouble(g, &work.repo, &index, [&from, &to], [&old, &new], given.has("force"));
        if given.has("dry-run") {
            g.out(format!("Checking rename of '{old}' to '{new}'\n"));
        }
        match why {
            None => moves.push((old, new, from, to)),
            Some(_) if given.has("k") => {}
            Some((why, below)) => {
                return fatal(format!("{why}, source={old}{below}, destination={new}{below}"));
            }
        }
    }
    let micros = g.cx.micros();
    for (old, new, from, to) in &moves {
        if given.has("verbose") || given.has("dry-run") {
            let below: Vec<String> =
                index.unique_paths().into_iter().filter(|path| path.starts_with(&format!("{old}/"))).collect();
            g.out(format!("Renaming {old} to {new}\n"));
            for path in below {
                g.out(format!("Renaming {path} to {new}{}\n", &path[old.len()..]));
            }
        }
        if given.has("dry-run") {
            continue;
        }
        if let Err(why) = g.cx.files_mut().rename(from, to, micros) {
            if given.has("k") {
                continue;
            }
            return fatal(format!("renaming '{old}' failed: {why}"));
        }
        index.rename(old, new);
    }
    if !given.has("dry-run") {
        let when = g.when();
        work.repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    Ok(0)
}

/// Why a source cannot be moved, and for which file below it.
#[inline(never)]
fn trouble(
    g: &Git<'_, '_>,
    repo: &git::Repo,
    index: &git::Index,
    [from, to]: [&str; 2],
    [old, new]: [&str; 2],
    force: bool,
) -> Option<(&'static str, String)> {
    let whole = |why| Some((why, String::new()));
    let folder = g.files().is_dir(from);
    if g.files().lstat(from).is_err() {
        return whole("bad source");
    }
    if to == from || to.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
        return whole("can not move directory into itself");
    }
    if folder && !index.has_below(old) {
        return whole("source directory is empty");
    }
    if folder {
        let start = [old, "/"].concat();
        for path in index.unique_paths().into_iter().filter(|path| path.starts_with(&start)) {
            let lost = repo.work_path(&path).is_ok_and(|full| g.files().lstat(&full).is_err());
            if lost || index.get(&path, 0).is_none() {
                let below = path[old.len()..].to_string();
                return Some((if lost { "bad source" } else { "conflicted" }, below));
            }
        }
    } else if index.get(old, 0).is_none() {
        return whole(if index.has(old) { "conflicted" } else { "not under version control" });
    }
    let taken = g.files().lstat(to).is_ok() && !force && old != new;
    if taken { whole("destination exists") } else { None }
}
