//! `git clean`.

use super::cli::{Answer, Git, fatal, relative};
use super::options::{Dialect, Given, Spec, flag, only, value};
use git::Ignores;
use order::Arrange;

pub(crate) const SPEC: Spec = Spec {
    name: "clean",
    usage: &["clean [-d] [-f] [-i] [-n] [-q] [-e <pattern>] [-x | -X] [--] [<pathspec>...]"],
    options: &[&[
        flag('q', "quiet", "say nothing of what is removed"),
        flag('n', "dry-run", "only say what would be removed"),
        flag('f', "force", "do it"),
        only('d', "", "folders too"),
        value('e', "exclude", "pattern", "leave this alone too"),
        only('x', "", "ignored files too"),
        only('X', "", "only ignored files"),
    ]],
    missing: &["-i", "--interactive"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let repo = &work.repo;
    let (dry, force) = (given.has("dry-run"), given.has("force"));
    if !dry && !force && g.settings().get_bool("clean.requireforce") != Some(false) {
        return fatal("clean.requireForce is true and -f not given: refusing to clean");
    }
    if given.has("x") && given.has("X") {
        return fatal("options '-x' and '-X' cannot be used together");
    }
    let spec = g.pathspec(&work, &given.operands)?;
    let index = repo.read_index(g.files())?;
    let extra: String = given.values("exclude").iter().map(|pattern| format!("{pattern}\n")).collect();
    let ignores = if given.has("x") { Ignores::only(&extra) } else { Ignores::clone(&g.ignores(repo)).and(&extra) };
    let found = repo.untracked(g.files(), &index, &ignores, &spec, false)?;
    let folders = given.has("d") || !given.operands.is_empty();
    let mut paths: Vec<String> = if given.has("X") { found.ignored.clone() } else { found.untracked.clone() };
    paths.retain(|path| folders || !path.ends_with('/'));
    if folders && !given.has("X") {
        let empty = repo.empty_folders(g.files(), &index, &ignores)?;
        paths.extend(empty.into_iter().filter(|path| spec.matches(path.trim_end_matches('/'))));
        paths.arrange();
        paths.dedup();
    }
    // Without `-d`, files in folders that hold tracked ones are still found; a wholly unknown folder is left alone.
    // A folder with something ignored in it stays: only the rest of it goes.
    let mut gone = Vec::new();
    for path in paths {
        let holds_ignored =
            path.ends_with('/') && found.ignored.iter().any(|other| other.starts_with(&path) && *other != path);
        if holds_ignored && !given.has("X") {
            let name = path.trim_end_matches('/');
            let all = repo.untracked_files(g.files(), &index, &ignores, false)?;
            gone.extend(all.into_iter().filter(|file| file.starts_with(&format!("{name}/"))));
        } else {
            gone.push(path);
        }
    }
    let when = g.when();
    for path in gone {
        let shown = git::quoted_path("", &relative(&work.prefix, &path));
        if dry {
            g.out(format!("Would remove {shown}\n"));
            continue;
        }
        if !given.has("quiet") {
            g.out(format!("Removing {shown}\n"));
        }
        let full = repo.work_path(path.trim_end_matches('/'))?;
        // Gone already is as good.
        g.cx.files_mut().remove_all(&full, when.micros()).ok();
    }
    Ok(0)
}
