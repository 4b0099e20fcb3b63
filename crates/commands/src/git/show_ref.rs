//! `git show-ref`, `git symbolic-ref` and `git update-ref`: references as they are.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, usage, value};
use git::{ObjectId, RefChange, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "show-ref",
    usage: &[
        "show-ref [--head] [-d | --dereference] [-s | --hash[=<n>]] [--branches] [--tags] [--] [<pattern>...]",
        "show-ref --verify [-q | --quiet] [-d | --dereference] [-s | --hash[=<n>]] [--] [<ref>...]",
        "show-ref --exists <ref>",
    ],
    options: &[&[
        flag('\0', "tags", "only tags"),
        flag('\0', "branches", "only branches"),
        flag('\0', "heads", "the same"),
        flag('\0', "exists", "only whether it is there"),
        flag('\0', "verify", "exactly these references"),
        flag('\0', "head", "HEAD too"),
        flag('d', "dereference", "what tags lead to, too"),
        maybe('s', "hash", "n", "only ids"),
        maybe('\0', "abbrev", "n", "short ids"),
        flag('q', "quiet", "say nothing"),
    ]],
    missing: &["--exclude-existing"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if given.has("exists") {
        let [name] = given.operands.as_slice() else { return fatal("--exists requires exactly one reference") };
        if repo.read_ref(g.files(), name).is_some() {
            return Ok(0);
        }
        g.err("error: reference does not exist\n");
        return Ok(2);
    }
    let mut out = String::new();
    if given.has("verify") {
        for name in &given.operands {
            let known = (name.starts_with("refs/") || name == "HEAD").then(|| repo.read_ref(g.files(), name)).flatten();
            match known {
                Some(id) => out.push_str(&line(g, &repo, given, name, id)?),
                None if given.has("quiet") => return Ok(1),
                None => return fatal(format!("'{name}' - not a valid ref")),
            }
        }
        if !given.has("quiet") {
            g.out(out);
        }
        return Ok(0);
    }
    let only = given.has("tags") || given.has("branches") || given.has("heads");
    let mut any = false;
    if given.has("head")
        && let Some(id) = repo.head(g.files())?.id()
    {
        any = true;
        out.push_str(&line(g, &repo, given, "HEAD", id)?);
    }
    for (name, id) in repo.refs(g.files(), "refs/") {
        let branch = name.starts_with("refs/heads/") && (given.has("branches") || given.has("heads"));
        if only && !branch && !(name.starts_with("refs/tags/") && given.has("tags")) {
            continue;
        }
        let matches = |pattern: &String| name == *pattern || name.ends_with(&format!("/{pattern}"));
        if !given.operands.is_empty() && !given.operands.iter().any(matches) {
            continue;
        }
        any = true;
        out.push_str(&line(g, &repo, given, &name, id)?);
    }
    if !given.has("quiet") {
        g.out(out);
    }
    Ok(i32::from(!any))
}

fn line(g: &Git<'_, '_>, repo: &Repo, given: &Given, name: &str, id: ObjectId) -> Result<String, Stop> {
    let length = given.value("hash").or(given.value("abbrev")).and_then(|text| text.parse().ok());
    let short = length.or_else(|| (given.state("abbrev") == Some(true)).then_some(7));
    let hex = |id: &ObjectId| short.map_or_else(|| id.to_string(), |length| repo.short_id(g.files(), id, length));
    let one = |id: &ObjectId, name: &str| match given.state("hash") {
        Some(true) => format!("{}\n", hex(id)),
        _ => format!("{} {name}\n", hex(id)),
    };
    let mut out = one(&id, name);
    if given.has("dereference")
        && let Some(target) = repo.peel_tags(g.files(), id)?.filter(|target| *target != id)
    {
        out.push_str(&one(&target, &format!("{name}^{{}}")));
    }
    Ok(out)
}

pub(crate) const SYMBOLIC_SPEC: Spec = Spec {
    name: "symbolic-ref",
    usage: &[
        "symbolic-ref [-m <reason>] <name> <ref>",
        "symbolic-ref [-q] [--short] [--no-recurse] <name>",
        "symbolic-ref --delete [-q] <name>",
    ],
    options: &[&[
        flag('q', "quiet", "say nothing where it is not symbolic"),
        flag('d', "delete", "remove it"),
        flag('\0', "short", "the short name"),
        flag('\0', "recurse", "to the end (default)"),
        value('m', "", "reason", "what its log says"),
    ]],
    missing: &[],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn symbolic(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let quiet = given.has("quiet");
    match given.operands.as_slice() {
        [name] => {
            let Some(target) = repo.symbolic_target(g.files(), name) else {
                if given.has("delete") {
                    return fatal(format!("Cannot delete {name}, not a symbolic ref"));
                }
                return if quiet { Ok(1) } else { fatal(format!("ref {name} is not a symbolic ref")) };
            };
            if given.has("delete") {
                if name == "HEAD" {
                    return fatal("deleting 'HEAD' is not allowed");
                }
                let when = g.when();
                repo.remove_state(g.cx.files_mut(), name, when);
                return Ok(0);
            }
            g.out(if given.has("short") { format!("{}\n", git::shorten_ref(&target)) } else { format!("{target}\n") });
            Ok(0)
        }
        [name, target] => {
            if name == "HEAD" && !target.starts_with("refs/") {
                return fatal("Refusing to point HEAD outside of refs/");
            }
            if !git::ref_name_ok(target) {
                return fatal(format!("Refusing to set '{name}' to invalid ref '{target}'"));
            }
            let who = g.logger();
            match (name.as_str(), given.value("m")) {
                ("HEAD", Some(reason)) => repo.attach_head(g.cx.files_mut(), target, &who, reason)?,
                _ => repo.set_symbolic(g.cx.files_mut(), name, target, who.when)?,
            }
            Ok(0)
        }
        _ => {
            g.err(usage(&SYMBOLIC_SPEC));
            Ok(129)
        }
    }
}

pub(crate) const UPDATE_SPEC: Spec = Spec {
    name: "update-ref",
    usage: &[
        "update-ref [<options>] -d <refname> [<old-oid>]",
        "update-ref [<options>]    <refname> <new-oid> [<old-oid>]",
        "update-ref [<options>] --stdin [-z]",
    ],
    options: &[&[
        value('m', "", "reason", "what its log says"),
        only('d', "", "remove it"),
        flag('\0', "deref", "through symbolic references (default)"),
        only('\0', "stdin", "what standard input says"),
    ]],
    missing: &["-z", "--create-reflog"],
    dialect: Dialect::Options,
};

fn id_of(g: &Git<'_, '_>, repo: &Repo, text: &str) -> Result<ObjectId, Stop> {
    match repo.try_resolve(g.files(), text)? {
        Some(id) => Ok(id),
        None if text.bytes().all(|byte| byte == b'0') && !text.is_empty() => Ok(git::null_id()),
        None => fatal(format!("{text}: not a valid SHA1")),
    }
}

pub(crate) fn update(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let reason = given.value("m").unwrap_or("").to_string();
    if given.has("stdin") {
        let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        for line in text.lines().filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["create", name, new] => set(g, &repo, name, new, Some(&"0".repeat(40)), &reason, true)?,
                ["update", name, new] => set(g, &repo, name, new, None, &reason, true)?,
                ["update", name, new, old] => set(g, &repo, name, new, Some(old), &reason, true)?,
                ["delete", name] => remove(g, &repo, name, None)?,
                ["delete", name, old] => remove(g, &repo, name, Some(old))?,
                ["verify", ..] | ["start" | "prepare" | "commit" | "option", ..] => {}
                [other, ..] => return fatal(format!("unknown command: {other}")),
                [] => {}
            }
        }
        return Ok(0);
    }
    match (given.has("d"), given.operands.as_slice()) {
        (true, [name]) => remove(g, &repo, name, None)?,
        (true, [name, old]) => remove(g, &repo, name, Some(old))?,
        (false, [name, new]) => set(g, &repo, name, new, None, &reason, given.state("deref") != Some(false))?,
        (false, [name, new, old]) => set(g, &repo, name, new, Some(old), &reason, given.state("deref") != Some(false))?,
        _ => {
            g.err(usage(&UPDATE_SPEC));
            return Ok(129);
        }
    }
    Ok(0)
}

/// The old value must be what was said.
#[inline(never)]
fn expect(g: &Git<'_, '_>, repo: &Repo, name: &str, old: Option<&str>, failed: &str) -> Result<(), Stop> {
    let Some(old) = old else { return Ok(()) };
    let there = repo.read_ref(g.files(), name);
    let old = if old.is_empty() { git::null_id() } else { id_of(g, repo, old)? };
    match there {
        Some(id) if id == old => Ok(()),
        None if old.is_null() => Ok(()),
        Some(_) if old.is_null() => fatal(format!("{failed}cannot lock ref '{name}': reference already exists")),
        Some(id) => fatal(format!("{failed}cannot lock ref '{name}': is at {id} but expected {old}")),
        None => fatal(format!("{failed}cannot lock ref '{name}': unable to resolve reference '{name}'")),
    }
}

fn set(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    new: &str,
    old: Option<&str>,
    reason: &str,
    deref: bool,
) -> Result<(), Stop> {
    let id = id_of(g, repo, new)?;
    let failed = format!("update_ref failed for ref '{name}': ");
    if !git::ref_name_ok(name) && name != "HEAD" {
        return fatal(format!("{failed}refusing to update ref with bad name '{name}'"));
    }
    expect(g, repo, name, old, &failed)?;
    if id.is_null() {
        return remove(g, repo, name, None);
    }
    let who = g.logger();
    if name == "HEAD" && !deref {
        return Ok(repo.detach_head(g.cx.files_mut(), id, &who, reason)?);
    }
    Ok(repo.update_ref(g.cx.files_mut(), &RefChange { name, new: id, who: &who, message: reason })?)
}

fn remove(g: &mut Git<'_, '_>, repo: &Repo, name: &str, old: Option<&str>) -> Result<(), Stop> {
    expect(g, repo, name, old, "")?;
    let when = g.when();
    Ok(repo.delete_ref(g.cx.files_mut(), name, when)?)
}
