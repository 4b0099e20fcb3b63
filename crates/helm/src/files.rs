//! `.Files`: a chart's other files as templates see them. Patterns are gobwas/glob's with `/` between folders.

use crate::chart::File;
use gotemplate::{Entries, MapKind, Val};
use manifest::{Map, Value};

pub(crate) const FILES: MapKind = MapKind::Named("engine.files");

/// Unlike Helm: a file of bytes that are no text comes as the text that can be made of it.
pub(crate) fn of(files: &[File]) -> Val {
    Val::map_of(FILES, files.iter().map(|file| (file.name.as_str().into(), Val::text(file.text()))).collect())
}

pub(crate) fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "Get" | "GetBytes" | "Glob" | "Lines" => "s",
        "AsConfig" | "AsSecrets" => "",
        _ => return None,
    })
}

pub(crate) fn call(files: &Entries, name: &str, args: &[Val]) -> Val {
    let asked = args.first().and_then(Val::as_str).unwrap_or("");
    let found = || files.get(asked).and_then(Val::as_str).unwrap_or("").to_string();
    match name {
        "Get" | "GetBytes" => Val::text(found()),
        "Glob" => {
            let pattern: Vec<char> = asked.chars().collect();
            let fits = |path: &str| glob(&pattern, &path.chars().collect::<Vec<char>>(), 0);
            Val::map_of(
                FILES,
                files.iter().filter(|(path, _)| fits(path)).map(|(k, v)| (k.clone(), v.clone())).collect(),
            )
        }
        "Lines" => {
            let text = found();
            if text.is_empty() {
                return Val::texts(Vec::new());
            }
            Val::texts(text.strip_suffix('\n').unwrap_or(&text).split('\n').map(Val::text).collect())
        }
        _ => {
            let mut map = Map::new();
            for (path, content) in files.iter() {
                let base = path.rsplit('/').next().unwrap_or(path);
                let text = content.as_str().unwrap_or("");
                let text = if name == "AsSecrets" { crate::encode::base64(text.as_bytes()) } else { text.to_string() };
                map.insert(base, text.into());
            }
            Val::text(Value::from(map).to_yaml().trim_end_matches('\n'))
        }
    }
}

/// Whether a glob fits a path: `*` and `?` stop at `/`, `**` does not, `{a,b}` and `[a-z]` are known.
fn glob(pattern: &[char], path: &[char], depth: usize) -> bool {
    if depth > 200 {
        return false;
    }
    let Some(first) = pattern.first() else {
        return path.is_empty();
    };
    match first {
        '*' => {
            let both = pattern.get(1) == Some(&'*');
            let rest = &pattern[if both { 2 } else { 1 }..];
            for end in 0..=path.len() {
                if glob(rest, &path[end..], depth + 1) {
                    return true;
                }
                if !both && path.get(end) == Some(&'/') {
                    return false;
                }
            }
            false
        }
        '?' => path.first().is_some_and(|c| *c != '/') && glob(&pattern[1..], &path[1..], depth + 1),
        '{' => {
            let Some(end) = pattern.iter().position(|c| *c == '}') else {
                return false;
            };
            let inner: String = pattern[1..end].iter().collect();
            inner.split(',').any(|choice| {
                let mut whole: Vec<char> = choice.chars().collect();
                whole.extend(&pattern[end + 1..]);
                glob(&whole, path, depth + 1)
            })
        }
        '[' => {
            let Some(end) = pattern.iter().position(|c| *c == ']') else {
                return false;
            };
            let Some(c) = path.first() else {
                return false;
            };
            let class: String = pattern[..=end].iter().collect::<String>().replace("[!", "[^");
            crate::ignore::matched(&class, &c.to_string()).unwrap_or(false)
                && glob(&pattern[end + 1..], &path[1..], depth + 1)
        }
        '\\' if pattern.len() > 1 => path.first() == Some(&pattern[1]) && glob(&pattern[2..], &path[1..], depth + 1),
        c => path.first() == Some(c) && glob(&pattern[1..], &path[1..], depth + 1),
    }
}
