//! `git rm`.

use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag};
use super::switching::flat;

pub(crate) const SPEC: Spec = Spec {
    name: "rm",
    usage: &["rm [-f | --force] [-n] [-r] [--cached] [--ignore-unmatch] [--quiet] [--] [<pathspec>...]"],
    options: &[&[
        flag('n', "dry-run", "only say what would be removed"),
        flag('q', "quiet", "say nothing"),
        flag('\0', "cached", "only from the index"),
        flag('f', "force", "also where something would be lost"),
        flag('r', "", "folders with all in them"),
        flag('\0', "ignore-unmatch", "it is fine if nothing matches"),
    ]],
    missing: &["--sparse", "--pathspec-from-file", "--pathspec-file-nul"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if given.operands.is_empty() {
        return fatal("No pathspec was given. Which files should I remove?");
    }
    let work = g.work()?;
    let repo = work.repo.clone();
    let spec = g.pathspec(&work, &given.operands)?;
    let mut index = repo.read_index(g.files())?;
    let tracked: Vec<String> = index.unique_paths();
    let known: Vec<&str> = tracked.iter().map(String::as_str).collect();
    if let Some(typed) = spec.unmatched(&known).filter(|_| !given.has("ignore-unmatch")) {
        return fatal(format!("pathspec '{typed}' did not match any files"));
    }
    let chosen: Vec<String> = tracked.iter().filter(|path| spec.matches(path)).cloned().collect();
    if !given.has("r") {
        for (typed, path) in spec.items() {
            let below = path.is_empty() || (!index.has(path) && index.has_below(path));
            if below && !git::has_wildcard(path) {
                return fatal(format!("not removing '{typed}' recursively without -r"));
            }
        }
    }
    if !given.has("force") {
        let text = losses(g, &work, &index, &chosen, given.has("cached"))?;
        if !text.is_empty() {
            g.err(text);
            return Ok(1);
        }
    }
    let when = g.when();
    for path in &chosen {
        if !given.has("quiet") {
            g.out(format!("rm '{path}'\n"));
        }
        if given.has("dry-run") {
            continue;
        }
        index.remove(path);
        if !given.has("cached") {
            repo.remove_from_work(g.cx.files_mut(), path, when)?;
        }
    }
    if !given.has("dry-run") {
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    Ok(0)
}

/// What is said where removing would lose something that is nowhere else.
#[inline(never)]
fn losses(
    g: &Git<'_, '_>,
    work: &super::cli::Work,
    index: &git::Index,
    chosen: &[String],
    cached: bool,
) -> Result<String, super::cli::Stop> {
    let repo = &work.repo;
    let head = repo.head(g.files())?.id();
    let committed = flat(g, repo, head.as_ref())?;
    let (mut both, mut staged, mut local) = (Vec::new(), Vec::new(), Vec::new());
    for path in chosen {
        let Some(entry) = index.get(path, 0) else { continue };
        let Some(file) = repo.work_file(g.files(), path, Some(entry), index.written)? else { continue };
        let changed = (file.mode, file.id) != (entry.mode, entry.id);
        let new = committed.get(path) != Some(&(entry.mode, entry.id));
        match (changed, new) {
            (true, true) => both.push(path),
            (false, true) if !cached => staged.push(path),
            (true, false) if !cached => local.push(path),
            _ => {}
        }
    }
    let mut text = String::new();
    let mut say = |paths: &[&String], one: &str, many: &str, advice: &str| {
        if !paths.is_empty() {
            let list: String = paths.iter().map(|path| format!("    {path}\n")).collect();
            let words = if paths.len() == 1 { one } else { many };
            text.push_str(&format!("error: {words}\n{list}{advice}\n"));
        }
    };
    say(
        &both,
        "the following file has staged content different from both the\nfile and the HEAD:",
        "the following files have staged content different from both the\nfile and the HEAD:",
        "(use -f to force removal)",
    );
    let keep = "(use --cached to keep the file, or -f to force removal)";
    say(
        &staged,
        "the following file has changes staged in the index:",
        "the following files have changes staged in the index:",
        keep,
    );
    say(&local, "the following file has local modifications:", "the following files have local modifications:", keep);
    Ok(text)
}
