//! Small commands: `write-tree`, `commit-tree`, `mktree`, `var`, `check-ignore`, `count-objects`.

use super::cli::{Answer, Git, Whose, fatal, relative};
use super::options::{Dialect, Given, Spec, flag, only, usage, value};
use git::{Commit, Kind, Mode, TreeEntry};

pub(crate) const WRITE_TREE: Spec = Spec {
    name: "write-tree",
    usage: &["write-tree [--missing-ok]"],
    options: &[&[flag('\0', "missing-ok", "also where objects are missing")]],
    missing: &["--prefix"],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn write_tree(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let repo = g.repo()?;
    let index = repo.read_index(g.files())?;
    if !index.unmerged().is_empty() {
        for (path, _, entry) in index.all().filter(|(_, stage, _)| *stage > 0) {
            g.err(format!("{path}: unmerged ({})\n", entry.id));
        }
        return fatal("git-write-tree: error building trees");
    }
    let when = g.when();
    let id = repo.write_index_tree(g.cx.files_mut(), &index, when)?;
    g.out(format!("{id}\n"));
    Ok(0)
}

pub(crate) const COMMIT_TREE: Spec = Spec {
    name: "commit-tree",
    usage: &[
        "commit-tree <tree> [(-p <parent>)...]",
        "commit-tree [(-p <parent>)...] [(-m <message>)...] [(-F <file>)...] <tree>",
    ],
    options: &[&[
        value('p', "", "parent", "a parent"),
        value('m', "", "message", "the message; several are paragraphs"),
        value('F', "", "file", "the message is in a file"),
    ]],
    missing: &["-S", "--gpg-sign"],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn commit_tree(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let [name] = given.operands.as_slice() else {
        g.err(usage(&COMMIT_TREE));
        return Ok(129);
    };
    let tree = match repo.try_resolve(g.files(), name)? {
        Some(id) => repo.peel(g.files(), id, Kind::Tree)?,
        None => None,
    };
    let Some(tree) = tree else { return fatal(format!("not a valid object name {name}")) };
    let mut parents = Vec::new();
    for name in given.values("p") {
        match repo.try_resolve(g.files(), name)? {
            Some(id) => parents.push(id),
            None => return fatal(format!("not a valid object name {name}")),
        }
    }
    let mut parts: Vec<String> = given.values("m").iter().map(|text| format!("{text}\n")).collect();
    for name in given.values("F") {
        match g.files().read_text(&vfs::join(&g.cwd, name)) {
            Ok(text) => parts.push(text),
            Err(why) => return fatal(format!("git commit-tree: failed to open '{name}': {why}")),
        }
    }
    let message = if parts.is_empty() {
        match g.cx.stdin_text() {
            Some(text) => text,
            None => return Ok(world::Cx::WAIT),
        }
    } else {
        parts.join("\n")
    };
    let (author, committer) = (g.identity(Whose::Author)?, g.identity(Whose::Committer)?);
    let when = g.when();
    let id = repo.write_commit(g.cx.files_mut(), &Commit { tree, parents, author, committer, message }, when)?;
    g.out(format!("{id}\n"));
    Ok(0)
}

pub(crate) const MKTREE: Spec = Spec {
    name: "mktree",
    usage: &["mktree [-z] [--missing] [--batch]"],
    options: &[&[only('\0', "missing", "also where objects are missing")]],
    missing: &["-z", "--batch"],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn mktree(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
    let mut entries = Vec::new();
    for line in text.lines() {
        let parsed = line.split_once('\t').and_then(|(head, name)| {
            let mut words = head.split_whitespace();
            let mode = u32::from_str_radix(words.next()?, 8).ok()?;
            let _kind = words.next()?;
            Some((Mode(mode), git::parse_id(words.next()?)?, name.to_string()))
        });
        let Some((mode, id, name)) = parsed else { return fatal(format!("input format error: {line}")) };
        if !given.has("missing") && !repo.has_object(g.files(), &id) {
            return fatal(format!("entry '{name}' object {id} is unavailable"));
        }
        entries.push(TreeEntry { mode, name, id });
    }
    let when = g.when();
    let id = repo.write_object(g.cx.files_mut(), Kind::Tree, &TreeEntry::encode_all(&entries), when)?;
    g.out(format!("{id}\n"));
    Ok(0)
}

pub(crate) const VAR: Spec = Spec {
    name: "var",
    usage: &["var (-l | <variable>)"],
    options: &[&[only('l', "", "all of them")]],
    missing: &[],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn var(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let value = |g: &mut Git<'_, '_>, name: &str| -> Result<Option<String>, super::cli::Stop> {
        Ok(match name {
            "GIT_AUTHOR_IDENT" => Some(g.identity(Whose::Author)?.to_string()),
            "GIT_COMMITTER_IDENT" => Some(g.identity(Whose::Committer)?.to_string()),
            "GIT_EDITOR" => super::editor::named(g, false),
            "GIT_SEQUENCE_EDITOR" => super::editor::named(g, true),
            "GIT_PAGER" => Some(g.cx.env("GIT_PAGER").or_else(|| g.cx.env("PAGER")).unwrap_or("less".into())),
            "GIT_DEFAULT_BRANCH" => Some(g.settings().get("init.defaultbranch").unwrap_or("master".into())),
            "GIT_SHELL_PATH" => Some("/bin/sh".into()),
            _ => None,
        })
    };
    if given.has("l") {
        for name in [
            "GIT_COMMITTER_IDENT",
            "GIT_AUTHOR_IDENT",
            "GIT_EDITOR",
            "GIT_SEQUENCE_EDITOR",
            "GIT_PAGER",
            "GIT_DEFAULT_BRANCH",
            "GIT_SHELL_PATH",
        ] {
            if let Some(text) = value(g, name)? {
                g.out(format!("{name}={text}\n"));
            }
        }
        return Ok(0);
    }
    let known = given.operands.first().filter(|name| name.starts_with("GIT_"));
    let Some(name) = known else {
        g.err(usage(&VAR));
        return Ok(129);
    };
    match value(g, name)? {
        Some(text) => {
            g.out(format!("{text}\n"));
            Ok(0)
        }
        None => Ok(1),
    }
}

pub(crate) const CHECK_IGNORE: Spec = Spec {
    name: "check-ignore",
    usage: &["check-ignore [<options>] <pathname>...", "check-ignore [<options>] --stdin"],
    options: &[&[
        flag('q', "quiet", "say nothing"),
        flag('v', "verbose", "with the pattern and its place"),
        only('\0', "stdin", "paths that standard input names"),
        flag('n', "non-matching", "with -v: also paths that are not ignored"),
        flag('\0', "index", "tracked files are not ignored (default)"),
    ]],
    missing: &["-z"],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn check_ignore(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let repo = &work.repo;
    let paths = if given.has("stdin") {
        let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        text.lines().map(str::to_string).collect()
    } else {
        given.operands.clone()
    };
    if paths.is_empty() && !given.has("stdin") {
        return fatal("no path specified");
    }
    let index = repo.read_index(g.files())?;
    let ignores = g.ignores(repo);
    let mut any = false;
    for typed in paths {
        let full = vfs::join(&format!("/{}", work.prefix), &typed).trim_start_matches('/').to_string();
        let tracked = given.state("index") != Some(false) && index.has(&full);
        let found = if tracked { None } else { ignores.deciding(repo, g.files(), &full)? };
        let ignored = found.as_ref().is_some_and(|found| !found.negated);
        any |= ignored || (found.is_some() && given.has("verbose"));
        if given.has("quiet") {
            continue;
        }
        match found {
            Some(found) if given.has("verbose") => {
                let place = relative(&work.prefix, &found.file);
                g.out(format!("{place}:{}:{}\t{typed}\n", found.line, found.pattern));
            }
            Some(_) if ignored => g.out(format!("{typed}\n")),
            None if given.has("verbose") && given.has("non-matching") => g.out(format!("::\t{typed}\n")),
            _ => {}
        }
    }
    Ok(i32::from(!any))
}

pub(crate) const COUNT_OBJECTS: Spec = Spec {
    name: "count-objects",
    usage: &["count-objects [-v] [-H | --human-readable]"],
    options: &[&[flag('v', "verbose", "say more")]],
    missing: &["-H", "--human-readable"],
    dialect: Dialect::Options,
};

/// Loose objects, each with the blocks of a disk that it takes.
#[inline(never)]
pub(crate) fn count_objects(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let (mut count, mut blocks) = (0_u64, 0_u64);
    for folder in g.files().names(&repo.file("objects")).unwrap_or_default() {
        if folder.len() != 2 {
            continue;
        }
        let path = format!("{}/objects/{folder}", repo.common_dir());
        for (_, stat) in g.files().read_dir(&path).unwrap_or_default() {
            count += 1;
            blocks += stat.size.div_ceil(4_096).max(1) * 4;
        }
    }
    if !given.has("verbose") {
        g.out(format!("{count} objects, {blocks} kilobytes\n"));
        return Ok(0);
    }
    let folder = repo.file("objects/pack");
    let packs: Vec<(String, vfs::Stat)> = g.files().read_dir(&folder).unwrap_or_default();
    let files = packs.iter().filter(|(name, _)| name.ends_with(".pack")).count();
    let size: u64 = packs.iter().map(|(_, stat)| stat.size).sum();
    let all = repo.all_ids(g.files()).len() as u64;
    g.out(format!(
        "count: {count}\nsize: {blocks}\nin-pack: {}\npacks: {files}\nsize-pack: {}\nprune-packable: 0\ngarbage: 0\nsize-garbage: 0\n",
        all.saturating_sub(count),
        size / 1024
    ));
    Ok(0)
}
