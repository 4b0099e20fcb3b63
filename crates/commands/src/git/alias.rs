//! Aliases: `alias.co = checkout`, `alias.root = !pwd`.

use super::cli::{Git, Stop, fatal};
use super::process::{Child, Resume, wait_for};

/// An alias that leads to an alias, and so on, is a loop after so many.
const DEPTH_MAX: usize = 10;

/// What an alias stands for, with the arguments behind it; `None` where there is no such alias.
#[inline(never)]
pub(crate) fn expanded(g: &mut Git<'_, '_>, name: &str, rest: &[String]) -> Result<Option<Vec<String>>, Stop> {
    let mut name = name.to_string();
    let mut args = rest.to_vec();
    let mut seen: Vec<String> = Vec::new();
    loop {
        let Some(text) = g.settings().get(&format!("alias.{name}")) else { return Ok(None) };
        if let Some(line) = text.strip_prefix('!') {
            let mut child = Child::shell(line, &args);
            let work = g.work().ok();
            child.folder = work.as_ref().and_then(|work| work.repo.work_tree.clone());
            if let Some(work) = work {
                let prefix = if work.prefix.is_empty() { String::new() } else { format!("{}/", work.prefix) };
                child.env.push(("GIT_PREFIX".into(), prefix));
            }
            return wait_for(child, Resume::Exit).map(|_| None);
        }
        seen.push(name.clone());
        let words = match words(&text) {
            Ok(words) => words,
            Err(why) => return fatal(format!("bad alias.{name} string: {why}")),
        };
        let Some((first, more)) = words.split_first() else { return fatal(format!("empty alias for {name}")) };
        args.splice(0..0, more.iter().cloned());
        if super::find(first).is_some() || matches!(first.as_str(), "help" | "version") {
            args.insert(0, first.clone());
            return Ok(Some(args));
        }
        if seen.contains(first) || seen.len() > DEPTH_MAX {
            if seen.len() == 1 {
                return fatal(format!("recursive alias: {name}"));
            }
            let list: Vec<String> = seen
                .iter()
                .map(|one| {
                    format!(
                        "  {one}{}",
                        if one == first {
                            " <=="
                        } else if *one == name {
                            " ==>"
                        } else {
                            ""
                        }
                    )
                })
                .collect();
            return fatal(format!(
                "alias loop detected: expansion of '{}' does not terminate:\n{}",
                seen[0],
                list.join("\n")
            ));
        }
        if g.settings().get(&format!("alias.{first}")).is_none() {
            g.err(format!("expansion of alias '{name}' failed; '{first}' is not a git command\n"));
            return Err(Stop::Exit(1));
        }
        name.clone_from(first);
    }
}

/// Words of an alias: blanks separate, quotes and backslashes protect.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word, mut open) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None, '\'' | '"') => {
                open = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (Some('"') | None, '\\') => match chars.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err("cmdline ends with \\"),
            },
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if open.is_some() {
        return Err("unclosed quote");
    }
    words.extend(word);
    Ok(words)
}
