//! `git check-attr`: what `.gitattributes` says of paths.

use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag};
use git::Attributes;

pub(crate) const SPEC: Spec = Spec {
    name: "check-attr",
    usage: &[
        "check-attr [-a | --all | <attr>...] [--] <pathname>...",
        "check-attr --stdin [-z] [-a | --all | <attr>...]",
    ],
    options: &[&[
        flag('a', "all", "everything that is said of a file"),
        flag('\0', "stdin", "the names come from standard input"),
        flag('z', "", "a NUL behind each part"),
    ]],
    missing: &["--cached", "--source"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let (all, stdin) = (given.has("all"), given.has("stdin"));
    let (before, after) = given.split();
    let (names, paths): (Vec<String>, Vec<String>) = match (given.dashes_at, all || stdin) {
        (Some(_), _) => (before.to_vec(), after.to_vec()),
        (None, true) if all => (Vec::new(), before.to_vec()),
        (None, true) => (before.to_vec(), Vec::new()),
        (None, false) => {
            let (first, rest) = before.split_at(before.len().min(1));
            (first.to_vec(), rest.to_vec())
        }
    };
    let mut paths = paths;
    let wrong = |g: &mut Git<'_, '_>, text: &str| {
        g.err(format!("error: {text}\n") + &super::options::usage(&SPEC));
        Ok(129)
    };
    if names.is_empty() && !all {
        return wrong(g, "No attribute specified");
    }
    if stdin {
        if !paths.is_empty() {
            return wrong(g, "Can't specify files with --stdin");
        }
        let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        let end = if given.has("z") { '\0' } else { '\n' };
        paths = text.split_terminator(end).map(str::to_string).collect();
    } else if paths.is_empty() {
        return wrong(g, "No file specified");
    }
    let top = work.repo.work_tree()?.to_string();
    let mut out = String::new();
    for typed in &paths {
        let full = vfs::join(&g.cwd, typed);
        let Some(path) = full.strip_prefix(&top).map(|path| path.trim_start_matches('/')) else {
            return fatal(format!("'{typed}' is outside repository at '{top}'"));
        };
        let said = Attributes::of(&work.repo, g.files(), path).all(path);
        let mut line = |name: &str, value: &str| {
            let shown = git::quoted_path("", typed);
            let parts: [&str; 6] = match given.has("z") {
                true => [typed, "\0", name, "\0", value, "\0"],
                false => [&shown, ": ", name, ": ", value, "\n"],
            };
            out.push_str(&parts.concat());
        };
        if all {
            // Git knows the attributes that its own macro sets before any file's.
            let own = ["binary", "diff", "merge", "text"];
            let first = own.iter().filter_map(|own| said.iter().find(|(name, _)| name == own));
            let rest = said.iter().filter(|(name, _)| !own.contains(&name.as_str()));
            first.chain(rest).for_each(|(name, value)| line(name, value.text()));
        }
        for name in &names {
            let value = said.iter().find(|(known, _)| known == name);
            line(name, value.map_or("unspecified", |(_, value)| value.text()));
        }
    }
    g.out(out);
    Ok(0)
}
