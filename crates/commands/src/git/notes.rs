//! `git notes`: words beside a commit, kept in a tree of their own under `refs/notes/`.

// Unlike git: notes lie in one folder however many there are; those of other repositories are read from deeper ones too.

use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::notes_edit::edited;
use super::notes_show::read;
use super::options::{self, Dialect, Given, Opt, Spec, flag, only, value};
use git::{Commit, FlatTree, Kind, Mode, ObjectId, RefChange, Repo};
use order::OrdMap;

pub(crate) const SPEC: Spec = Spec {
    name: "notes",
    usage: &[
        "notes [--ref <notes-ref>] [list [<object>]]",
        "notes [--ref <notes-ref>] add [-f] [-m <msg> | -F <file> | -C <object>] [<object>]",
        "notes [--ref <notes-ref>] copy [-f] <from-object> <to-object>",
        "notes [--ref <notes-ref>] append [-m <msg> | -F <file> | -C <object>] [<object>]",
        "notes [--ref <notes-ref>] edit [<object>]",
        "notes [--ref <notes-ref>] show [<object>]",
        "notes [--ref <notes-ref>] remove [<object>...]",
        "notes [--ref <notes-ref>] prune [-n] [-v]",
        "notes [--ref <notes-ref>] get-ref",
    ],
    options: &[],
    missing: &[],
    dialect: Dialect::Options,
};

const ROWS: &[Opt] = &[
    value('m', "message", "message", "the note"),
    value('F', "file", "file", "the note is in a file"),
    value('C', "reuse-message", "object", "the note is an object's content"),
    flag('f', "force", "replace what is there"),
    flag('\0', "allow-empty", "an empty note is one"),
    flag('n', "dry-run", "only say what would go"),
    flag('v', "verbose", "say what goes"),
    only('\0', "ignore-missing", "what has no note is no mistake"),
];

const SUB: Spec = Spec {
    name: "notes",
    usage: &["notes [<subcommand>] [<options>] [<object>]"],
    options: &[ROWS],
    missing: &["-c", "--reedit-message", "--separator", "--stripspace", "--stdin", "--for-rewrite"],
    dialect: Dialect::Options,
};

/// The full name of a reference for notes.
pub(crate) fn full_name(name: &str) -> String {
    match name {
        name if name.starts_with("refs/notes/") => name.to_string(),
        name if name.starts_with("notes/") => format!("refs/{name}"),
        name => format!("refs/notes/{name}"),
    }
}

/// Where notes are kept when nobody says otherwise.
pub(crate) fn default_ref(g: &Git<'_, '_>) -> String {
    let named = g.cx.env("GIT_NOTES_REF").or_else(|| g.settings().get("core.notesref"));
    named.unwrap_or_else(|| "refs/notes/commits".into())
}

pub(crate) fn run(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let repo = g.repo()?;
    let mut words = super::rest_of(g);
    let mut name = default_ref(g);
    while let Some(first) = words.first().cloned() {
        if let Some(value) = first.strip_prefix("--ref=") {
            name = full_name(value);
            words.remove(0);
        } else if first == "--ref" && words.len() > 1 {
            name = full_name(&words[1]);
            words.drain(..2);
        } else {
            break;
        }
    }
    let sub = if words.is_empty() { "list".to_string() } else { words.remove(0) };
    if !matches!(sub.as_str(), "list" | "add" | "copy" | "append" | "edit" | "show" | "remove" | "prune" | "get-ref") {
        if sub == "merge" {
            g.err("error: `git notes merge' is real Git, but not part of this sandbox yet\n");
            return Ok(129);
        }
        g.err(format!("error: unknown subcommand: `{sub}'\n") + &options::usage(&SPEC));
        return Ok(129);
    }
    let given = match options::parse(&words, &SUB) {
        Ok(given) => given,
        Err(refused) => {
            g.err(refused.text);
            return Ok(refused.code);
        }
    };
    let most = match sub.as_str() {
        "copy" => 2,
        "remove" => usize::MAX,
        "get-ref" | "prune" => 0,
        _ => 1,
    };
    if given.operands.len() > most {
        g.err("error: too many arguments\n".to_string() + &options::usage(&SUB));
        return Ok(129);
    }
    match sub.as_str() {
        "list" => list(g, &repo, &name, &given),
        "show" => show(g, &repo, &name, &given),
        "copy" => copy(g, &repo, &name, &given),
        "remove" => remove(g, &repo, &name, &given),
        "prune" => prune(g, &repo, &name, &given),
        "get-ref" => {
            g.out(name + "\n");
            Ok(0)
        }
        _ => write(g, &repo, &name, &given, &sub),
    }
}

fn object(g: &Git<'_, '_>, repo: &Repo, word: Option<&String>) -> Result<ObjectId, Stop> {
    let word = word.map_or("HEAD", String::as_str);
    match repo.try_resolve(g.files(), word)? {
        Some(id) => Ok(id),
        None => fatal(format!("failed to resolve '{word}' as a valid ref.")),
    }
}

fn list(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Answer {
    let notes = read(g, repo, name)?;
    if let Some(word) = given.operands.first() {
        let id = object(g, repo, Some(word))?;
        let Some(blob) = notes.get(&id) else { return no_note(g, &id) };
        g.out(format!("{blob}\n"));
        return Ok(0);
    }
    let text: String = notes.iter().map(|(id, blob)| format!("{blob} {id}\n")).collect();
    g.out(text);
    Ok(0)
}

fn no_note(g: &mut Git<'_, '_>, id: &ObjectId) -> Answer {
    g.err(format!("error: no note found for object {id}.\n"));
    Ok(1)
}

fn show(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Answer {
    let id = object(g, repo, given.operands.first())?;
    let notes = read(g, repo, name)?;
    let Some(blob) = notes.get(&id) else { return no_note(g, &id) };
    let bytes = repo.read_blob(g.files(), blob)?.data().to_vec();
    g.out(bytes);
    Ok(0)
}

/// Keeps the notes as they are now.
fn store(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    notes: &OrdMap<ObjectId, ObjectId>,
    message: &str,
) -> Result<(), Stop> {
    let when = g.when();
    let flat: FlatTree = notes.iter().map(|(id, blob)| (id.to_string(), (Mode::FILE, *blob))).collect();
    let tree = repo.write_tree(g.cx.files_mut(), &flat, when)?;
    let (author, committer) = (g.identity(Whose::Author)?, g.identity(Whose::Committer)?);
    let parents = repo.read_ref(g.files(), name).into_iter().collect();
    let commit = Commit { tree, parents, author, committer, message: format!("{message}\n") };
    let new = repo.write_commit(g.cx.files_mut(), &commit, when)?;
    let who = g.logger();
    let log = format!("notes: {message}");
    Ok(repo.update_ref(g.cx.files_mut(), &RefChange { name, new, who: &who, message: &log })?)
}

fn copy(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Answer {
    let [from, to] = given.operands.as_slice() else {
        g.err("error: too few arguments\n".to_string() + &options::usage(&SUB));
        return Ok(129);
    };
    let (from, to) = (object(g, repo, Some(from))?, object(g, repo, Some(to))?);
    let mut notes = read(g, repo, name)?;
    if notes.contains_key(&to) {
        if !given.has("force") {
            g.err(format!(
                "error: Cannot copy notes. Found existing notes for object {to}. Use '-f' to overwrite existing notes\n"
            ));
            return Ok(1);
        }
        g.err(format!("Overwriting existing notes for object {to}\n"));
    }
    let Some(blob) = notes.get(&from).copied() else {
        g.err(format!("error: missing notes on source object {from}. Cannot copy.\n"));
        return Ok(1);
    };
    notes.insert(to, blob);
    store(g, repo, name, &notes, "Notes added by 'git notes copy'")?;
    Ok(0)
}

#[inline(never)]
fn remove(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Answer {
    let mut notes = read(g, repo, name)?;
    let mut words = given.operands.clone();
    if words.is_empty() {
        words.push("HEAD".into());
    }
    let (mut gone, mut code) = (false, 0);
    for word in &words {
        let Ok(id) = object(g, repo, Some(word)) else {
            g.err(format!("error: Failed to resolve '{word}' as a valid ref.\n"));
            code = 1;
            continue;
        };
        if notes.remove(&id).is_some() {
            g.err(format!("Removing note for object {word}\n"));
            gone = true;
        } else {
            g.err(format!("Object {word} has no note\n"));
            code = i32::from(!given.has("ignore-missing"));
        }
    }
    if gone && code == 0 {
        store(g, repo, name, &notes, "Notes removed by 'git notes remove'")?;
    }
    Ok(code)
}

#[inline(never)]
fn prune(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Answer {
    let mut notes = read(g, repo, name)?;
    let gone: Vec<ObjectId> = notes.keys().filter(|id| !repo.has_object(g.files(), id)).copied().collect();
    for id in &gone {
        if given.has("dry-run") || given.has("verbose") {
            g.out(format!("{id}\n"));
        }
        notes.remove(id);
    }
    if !gone.is_empty() && !given.has("dry-run") {
        store(g, repo, name, &notes, "Notes removed by 'git notes prune'")?;
    }
    Ok(0)
}

/// What was given on the command line; `None` where the editor is to be asked.
fn words(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Option<Vec<u8>>, Stop> {
    let mut parts: Vec<String> = given.values("message").iter().map(|text| (*text).to_string()).collect();
    for file in given.values("file") {
        let text = if file == "-" {
            let Some(text) = g.cx.stdin_text() else { return Err(Stop::Exit(world::Cx::WAIT)) };
            text
        } else {
            match g.files().read_text(&vfs::join(&g.cwd, file)) {
                Ok(text) => text,
                Err(why) => return fatal(format!("could not open or read '{file}': {why}")),
            }
        };
        parts.push(text);
    }
    if let Some(word) = given.value("reuse-message") {
        let Some(id) = repo.try_resolve(g.files(), word)? else {
            return fatal(format!("failed to resolve '{word}' as a valid ref."));
        };
        let object = repo.read_object(g.files(), &id)?;
        if object.kind != Kind::Blob {
            return fatal(format!("cannot read note data from non-blob object '{word}'."));
        }
        return Ok(Some(object.data().to_vec()));
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let texts: Vec<&str> = parts.iter().map(|text| text.trim_end_matches('\n')).collect();
    Ok(Some(super::commit_make::cleaned(&texts.join("\n\n"), false).into_bytes()))
}

/// `add`, `append` and `edit`.
fn write(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given, sub: &str) -> Answer {
    let id = object(g, repo, given.operands.first())?;
    let mut notes = read(g, repo, name)?;
    let old = match notes.get(&id) {
        Some(blob) => Some(repo.read_blob(g.files(), blob)?.data().to_vec()),
        None => None,
    };
    let text = words(g, repo, given)?;
    let mut edits = sub == "edit";
    if g.answers.is_empty() {
        if sub == "edit" && text.is_some() {
            g.err("The -m/-F/-c/-C options have been deprecated for the 'edit' subcommand.\nPlease use 'git notes add -f -m/-F/-c/-C' instead.\n");
        }
        if sub == "add" && old.is_some() {
            if given.has("force") {
                g.err(format!("Overwriting existing notes for object {id}\n"));
            } else if text.is_some() {
                g.err(format!("error: Cannot add notes. Found existing notes for object {id}. Use '-f' to overwrite existing notes\n"));
                return Ok(1);
            }
        }
    }
    if sub == "add" && old.is_some() && !given.has("force") {
        // As if it had been called `edit`.
        edits = true;
    }
    let new = match text {
        Some(text) => text,
        None => {
            let start = if edits { old.clone() } else { None };
            edited(g, repo, &id, start)?
        }
    };
    let new = match (&old, sub) {
        (Some(old), "append") if !new.is_empty() => [old.trim_ascii_end(), b"\n\n", new.as_slice()].concat(),
        (Some(old), "append") => old.clone(),
        _ => new,
    };
    let verb = if edits && sub == "add" { "edit" } else { sub };
    if new.is_empty() && !given.has("allow-empty") {
        g.err(format!("Removing note for object {id}\n"));
        let had = notes.remove(&id).is_some();
        if had {
            store(g, repo, name, &notes, &format!("Notes removed by 'git notes {verb}'"))?;
        }
        return Ok(0);
    }
    let when = g.when();
    let blob = repo.write_object(g.cx.files_mut(), Kind::Blob, &new, when)?;
    notes.insert(id, blob);
    store(g, repo, name, &notes, &format!("Notes added by 'git notes {verb}'"))?;
    Ok(0)
}
