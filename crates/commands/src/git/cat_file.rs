//! `git cat-file` and `git hash-object`: objects as they are.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, maybe, only, usage, value};
use git::{Kind, ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "cat-file",
    usage: &[
        "cat-file <type> <object>",
        "cat-file (-e | -p) <object>",
        "cat-file (-t | -s) <object>",
        "cat-file (--batch | --batch-check) [--batch-all-objects]",
    ],
    options: &[&[
        only('e', "", "only whether it is there"),
        only('p', "", "for people"),
        only('t', "", "what it is"),
        only('s', "", "how long it is"),
        maybe('\0', "batch", "format", "those that standard input names"),
        maybe('\0', "batch-check", "format", "the same without content"),
        only('\0', "batch-all-objects", "every object"),
        only('\0', "buffer", "printed when all is read"),
    ]],
    missing: &[
        "--allow-unknown-type",
        "--use-mailmap",
        "--batch-command",
        "--follow-symlinks",
        "--unordered",
        "--textconv",
        "--filters",
        "--path",
        "-Z",
        "-z",
    ],
    dialect: Dialect::Options,
};

/// An object's content as people read it: a tree as a list.
#[inline(never)]
pub(crate) fn pretty(g: &Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<Vec<u8>, Stop> {
    let object = repo.read_object(g.files(), id)?;
    if object.kind != Kind::Tree {
        return Ok(object.data().to_vec());
    }
    let mut out = String::new();
    for entry in repo.read_tree(g.files(), id)? {
        let kind = if entry.mode.is_tree() { "tree" } else { "blob" };
        out.push_str(&format!("{} {kind} {}\t{}\n", entry.mode, entry.id, git::quoted_path("", &entry.name)));
    }
    Ok(out.into_bytes())
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if let Some(mode) = given.last(&["batch", "batch-check"]) {
        return batch(g, &repo, given, mode);
    }
    let shows = given.last(&["e", "p", "t", "s"]);
    let (kind, name) = match (shows, given.operands.as_slice()) {
        (Some(_), [name]) => (None, name),
        (None, [kind, name]) => (Some(kind), name),
        _ => {
            g.err(usage(&SPEC));
            return Ok(129);
        }
    };
    let Some(id) = repo.try_resolve(g.files(), name)? else {
        super::range::explain_path(g, &repo, name)?;
        return fatal(format!("Not a valid object name {name}"));
    };
    if !repo.has_object(g.files(), &id) && !id.is_empty_tree() {
        return if shows == Some("e") { Ok(1) } else { fatal(format!("git cat-file {name}: bad file")) };
    }
    let object = repo.read_object(g.files(), &id)?;
    match (shows, kind) {
        (Some("e"), _) => {}
        (Some("t"), _) => g.out(format!("{}\n", object.kind)),
        (Some("s"), _) => g.out(format!("{}\n", object.data().len())),
        (_, Some(kind)) => {
            let Some(wanted) = Kind::parse(kind.as_bytes()) else {
                return fatal(format!("invalid object type \"{kind}\""));
            };
            match repo.peel(g.files(), id, wanted)? {
                Some(id) => {
                    let object = repo.read_object(g.files(), &id)?;
                    g.out(object.data());
                }
                None => return fatal(format!("git cat-file {name}: bad file")),
            }
        }
        _ => {
            let bytes = pretty(g, &repo, &id)?;
            g.out(bytes);
        }
    }
    Ok(0)
}

#[inline(never)]
fn batch(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, mode: &str) -> Answer {
    let format = given.value(mode).unwrap_or("%(objectname) %(objecttype) %(objectsize)").to_string();
    let names: Vec<String> = if given.has("batch-all-objects") {
        repo.all_ids(g.files()).iter().map(ToString::to_string).collect()
    } else {
        let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        text.lines().map(str::to_string).collect()
    };
    for line in names {
        let splits = format.contains("%(rest)");
        let (name, rest) =
            if splits { line.split_once(char::is_whitespace).unwrap_or((&line, "")) } else { (line.as_str(), "") };
        let found = repo.try_resolve(g.files(), name)?.filter(|id| repo.has_object(g.files(), id));
        let Some(id) = found else {
            g.out(format!("{name} missing\n"));
            continue;
        };
        let object = repo.read_object(g.files(), &id)?;
        let head = format
            .replace("%(objectname)", &id.to_string())
            .replace("%(objecttype)", object.kind.name())
            .replace("%(objectsize)", &object.data().len().to_string())
            .replace("%(rest)", rest);
        g.out(format!("{head}\n"));
        if mode == "batch" {
            g.out(object.data());
            g.out("\n");
        }
    }
    Ok(0)
}

pub(crate) const HASH_SPEC: Spec = Spec {
    name: "hash-object",
    usage: &["hash-object [-t <type>] [-w] [--stdin [--literally]] [--] <file>..."],
    options: &[&[
        value('t', "", "type", "blob (default), tree, commit or tag"),
        only('w', "", "store it"),
        only('\0', "stdin", "what standard input holds"),
        only('\0', "no-filters", "as it is"),
    ]],
    missing: &["--stdin-paths", "--path", "--literally"],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn hash(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let kind_name = given.value("t").unwrap_or("blob").to_string();
    let Some(kind) = Kind::parse(kind_name.as_bytes()) else {
        return fatal(format!("invalid object type \"{kind_name}\""));
    };
    let mut contents: Vec<Vec<u8>> = Vec::new();
    if given.has("stdin") {
        match g.cx.stdin() {
            Some(bytes) => contents.push(bytes),
            None => return Ok(world::Cx::WAIT),
        }
    }
    let repo = g.repo();
    let when = g.when();
    let hash = |g: &mut Git<'_, '_>, bytes: &[u8]| -> Result<(), Stop> {
        let id = match (&repo, given.has("w")) {
            (Ok(repo), true) => repo.write_object(g.cx.files_mut(), kind, bytes, when)?,
            _ => git::hash_object(kind, bytes),
        };
        g.out(format!("{id}\n"));
        Ok(())
    };
    for bytes in contents {
        hash(g, &bytes)?;
    }
    for name in &given.operands {
        let path = vfs::join(&g.cwd, name);
        let bytes = match g.files().read(&path) {
            Ok(bytes) => bytes.into_owned(),
            Err(why) => return fatal(format!("could not open '{name}' for reading: {why}")),
        };
        hash(g, &bytes)?;
    }
    Ok(0)
}
