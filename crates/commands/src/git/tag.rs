//! `git tag`.

use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::commit_make::cleaned;
use super::editor::{self, Editor};
use super::for_each_ref;
use super::options::{Dialect, Given, Spec, flag, if_any, maybe, only, value};
use super::process::{Resume, wait_for};
use git::{Kind, ObjectId, RefChange, Repo, Tag};

pub(crate) const SPEC: Spec = Spec {
    name: "tag",
    usage: &[
        "tag [-a] [-f] [-m <msg> | -F <file>] <tagname> [<commit> | <object>]",
        "tag -d <tagname>...",
        "tag [-n[<num>]] [-l] [--contains <commit>] [--points-at <object>] [<pattern>...]",
    ],
    options: &[&[
        only('l', "list", "list tags"),
        maybe('n', "", "n", "with so many lines of the message"),
        only('d', "delete", "delete tags"),
        flag('a', "annotate", "a tag with author and message"),
        value('m', "message", "message", "the message"),
        value('F', "file", "file", "the message is in a file"),
        flag('f', "force", "move a tag that exists"),
        if_any('\0', "contains", "commit", "only tags that contain a commit"),
        if_any('\0', "points-at", "object", "only tags of an object"),
        if_any('\0', "no-contains", "commit", "only tags that do not contain a commit"),
        if_any('\0', "merged", "commit", "only tags of what a commit has"),
        if_any('\0', "no-merged", "commit", "only tags of what it has not"),
        value('\0', "sort", "key", "by this field; with - the other way round"),
        value('\0', "format", "format", "each line so"),
        flag('e', "edit", "edit the message"),
    ]],
    missing: &[
        "-v",
        "--verify",
        "-s",
        "--sign",
        "-u",
        "--local-user",
        "--cleanup",
        "--create-reflog",
        "--column",
        "--omit-empty",
        "--color",
        "-i",
        "--ignore-case",
        "--trailer",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if given.has("delete") {
        return delete(g, &repo, &given.operands);
    }
    let listing = ["list", "n", "contains", "points-at", "no-contains", "merged", "no-merged", "sort", "format"]
        .iter()
        .any(|name| given.has(name));
    if given.operands.is_empty() || listing {
        return list(g, &repo, given);
    }
    if given.operands.len() > 2 {
        return fatal("too many arguments");
    }
    let name = given.operands[0].as_str();
    let full = format!("refs/tags/{name}");
    if !git::ref_name_ok(&full) || name.starts_with('-') {
        return fatal(format!("'{name}' is not a valid tag name."));
    }
    let start = given.operands.get(1).map_or("HEAD", String::as_str);
    let Some(id) = repo.try_resolve(g.files(), start)? else {
        return fatal(format!("Failed to resolve '{start}' as a valid ref."));
    };
    let old = repo.read_ref(g.files(), &full);
    if old.is_some() && !given.has("force") {
        return fatal(format!("tag '{name}' already exists"));
    }
    let annotated = given.has("annotate") || !given.values("message").is_empty() || given.value("file").is_some();
    let new = if annotated { annotate(g, &repo, given, name, id)? } else { id };
    let who = g.logger();
    repo.update_ref(g.cx.files_mut(), &RefChange { name: &full, new, who: &who, message: "tag" })?;
    if let Some(old) = old.filter(|old| *old != new) {
        let short = repo.short_id(g.files(), &old, 7);
        g.out(format!("Updated tag '{name}' (was {short})\n"));
    }
    Ok(0)
}

#[inline(never)]
fn annotate(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, name: &str, target: ObjectId) -> Result<ObjectId, Stop> {
    let tagger = g.identity(Whose::Committer)?;
    let mut message = given.values("message").iter().map(|text| format!("{text}\n")).collect::<Vec<_>>().join("\n");
    if let Some(file) = given.value("file") {
        message = match g.files().read_text(&vfs::join(&g.cwd, file)) {
            Ok(text) => text,
            Err(why) => return fatal(format!("could not open or read '{file}': {why}")),
        };
    }
    let typed = !message.is_empty() && !given.has("edit");
    if !typed {
        message = edited(g, repo, name, &message)?;
    }
    let message = cleaned(&message, !typed);
    if message.is_empty() {
        return fatal("no tag message?");
    }
    let target_kind = repo.read_object(g.files(), &target)?.kind;
    let tag = Tag { target, target_kind, name: name.into(), tagger: Some(tagger), message };
    let when = g.when();
    Ok(repo.write_object(g.cx.files_mut(), Kind::Tag, &tag.encode(), when)?)
}

/// The message from the editor.
#[inline(never)]
fn edited(g: &mut Git<'_, '_>, repo: &Repo, name: &str, start: &str) -> Result<String, Stop> {
    let failed = match g.answers.last() {
        Some(0) => return Ok(repo.read_state(g.files(), "TAG_EDITMSG").unwrap_or_default()),
        Some(_) => {
            editor::failed(g, false);
            Stop::Exit(1)
        }
        None => {
            let sheet = format!(
                "{start}\n#\n# Write a message for tag:\n#   {name}\n# Lines starting with '#' will be ignored.\n"
            );
            let when = g.when();
            repo.write_state(g.cx.files_mut(), "TAG_EDITMSG", &sheet, when)?;
            match editor::open(g, &format!("{}/TAG_EDITMSG", repo.git_dir), false) {
                Ok(Editor::Nothing) => return Ok(sheet),
                Ok(Editor::Run(child)) => return wait_for(child, Resume::Again).map(|_| String::new()),
                Err(stop) => stop,
            }
        }
    };
    if matches!(failed, Stop::Exit(1)) {
        g.err("Please supply the message using either -m or -F option.\n");
    }
    Err(failed)
}

#[inline(never)]
fn delete(g: &mut Git<'_, '_>, repo: &Repo, names: &[String]) -> Answer {
    let mut code = 0;
    for name in names {
        let full = format!("refs/tags/{name}");
        let Some(id) = repo.read_ref(g.files(), &full) else {
            g.err(format!("error: tag '{name}' not found.\n"));
            code = 1;
            continue;
        };
        let when = g.when();
        repo.delete_ref(g.cx.files_mut(), &full, when)?;
        let short = repo.short_id(g.files(), &id, 7);
        g.out(format!("Deleted tag '{name}' (was {short})\n"));
    }
    Ok(code)
}

fn list(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    for name in ["contains", "points-at", "no-contains", "merged", "no-merged"] {
        let text = given.value(name).unwrap_or("HEAD");
        if given.has(name) && repo.try_resolve(g.files(), text)?.is_none() {
            let (text, quote) = (text.to_string(), if name == "points-at" { "'" } else { "" });
            if name.ends_with("merged") {
                return fatal(format!("malformed object name {text}"));
            }
            g.err(format!("error: malformed object name {quote}{text}{quote}\n"));
            return Ok(129);
        }
    }
    let lines = given.has("n").then(|| given.value("n").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1));
    let mut out = String::new();
    let all = repo.refs(g.files(), "refs/tags/").into_iter().collect();
    for (full, id) in for_each_ref::sorted_names(g, repo, given, "tag.sort", all)? {
        let name = full.trim_start_matches("refs/tags/");
        let wanted =
            given.operands.is_empty() || given.operands.iter().any(|pattern| git::wildmatch(pattern, name, false));
        if !(wanted && for_each_ref::kept(g, repo, given, id)?) {
            continue;
        }
        if let Some(format) = given.value("format") {
            out.push_str(&(for_each_ref::shown_as(g, repo, given, format, &full, id)? + "\n"));
            continue;
        }
        let Some(count) = lines else {
            out.push_str(&format!("{name}\n"));
            continue;
        };
        let message = match repo.read_object(g.files(), &id)?.kind {
            Kind::Tag => repo.read_tag(g.files(), &id)?.message,
            Kind::Commit => repo.read_commit(g.files(), &id)?.subject(),
            _ => String::new(),
        };
        let text: Vec<&str> = message.lines().take(count).collect();
        out.push_str(&format!("{name:<15} {}\n", text.join("\n    ")));
    }
    g.out(out);
    Ok(0)
}
