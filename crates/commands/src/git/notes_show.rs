//! Notes beside the entries of a log.

use super::cli::{Git, Stop};
use super::notes::{default_ref, full_name};
use super::options::Given;
use git::{ObjectId, Repo};
use order::OrdMap;

/// The notes of a reference: what each object has.
pub(crate) fn read(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<OrdMap<ObjectId, ObjectId>, Stop> {
    let mut notes = OrdMap::new();
    let Some(id) = repo.read_ref(g.files(), name) else { return Ok(notes) };
    let tree = repo.read_commit(g.files(), &id)?.tree;
    for (path, (_, blob)) in repo.flat_tree(g.files(), Some(&tree))? {
        if let Some(object) = git::parse_id(&path.replace('/', "")) {
            notes.insert(object, blob);
        }
    }
    Ok(notes)
}

/// What stands beside entries of a log: titles, and the notes by commit.
pub(crate) type Shown = Vec<(String, OrdMap<ObjectId, ObjectId>)>;

/// Says which of the references that were asked for are not there.
pub(crate) fn warn(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) {
    for name in given.values("notes").iter().map(|name| full_name(name)) {
        if !git::has_wildcard(&name) && repo.read_ref(g.files(), &name).is_none() {
            g.err(format!("warning: notes ref {name} is invalid\n"));
        }
    }
}

/// `--notes`, `--notes=<ref>`, `--no-notes`; without any, the usual ones where `usual`.
pub(crate) fn shown(g: &Git<'_, '_>, repo: &Repo, given: &Given, usual: bool) -> Result<Shown, Stop> {
    let mut names: Vec<String> = Vec::new();
    match given.state("notes") {
        Some(false) => {}
        None if !usual => {}
        None => names.push(default_ref(g)),
        Some(true) => {
            for name in given.values("notes") {
                let full = full_name(name);
                if git::has_wildcard(&full) {
                    let all = repo.refs(g.files(), "refs/notes/").into_keys();
                    names.extend(all.filter(|name| git::wildmatch(&full, name, false)));
                } else {
                    names.push(full);
                }
            }
            if names.is_empty() {
                names.push(default_ref(g));
            }
        }
    }
    let mut all = Shown::new();
    for name in names {
        let notes = read(g, repo, &name)?;
        let title = match name.strip_prefix("refs/notes/") {
            Some("commits") => "Notes:\n".to_string(),
            Some(short) => format!("Notes ({short}):\n"),
            None => format!("Notes ({name}):\n"),
        };
        if !notes.is_empty() {
            all.push((title, notes));
        }
    }
    Ok(all)
}

/// The notes of a commit as they stand: `%N`.
pub(crate) fn raw(g: &Git<'_, '_>, repo: &Repo, shown: &Shown, id: &ObjectId) -> String {
    let ids = shown.iter().filter_map(|(_, notes)| notes.get(id));
    ids.filter_map(|blob| repo.read_blob(g.files(), blob).ok())
        .map(|blob| String::from_utf8_lossy(blob.data()).into_owned())
        .collect()
}

/// The notes of a commit as they are printed below it.
#[inline(never)]
pub(crate) fn below(g: &Git<'_, '_>, repo: &Repo, shown: &Shown, id: &ObjectId, oneline: bool) -> String {
    let mut out = String::new();
    for (title, notes) in shown {
        let Some(blob) = notes.get(id).and_then(|blob| repo.read_blob(g.files(), blob).ok()) else { continue };
        if !oneline {
            out.push('\n');
        }
        out.push_str(title);
        for line in String::from_utf8_lossy(blob.data()).lines() {
            out.push_str(&["    ", line, "\n"].concat());
        }
        if oneline {
            out.push('\n');
        }
    }
    out
}
