//! Paths and URLs.

use super::{Around, Done, arg, text};
use gotemplate::{Entries, Val};

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "base" | "dir" | "clean" | "ext" | "isAbs" => "s",
        "osBase" | "osDir" | "osClean" | "osExt" | "osIsAbs" => "s",
        "urlParse" => "s",
        "urlJoin" => "m",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let path = text(args, 0);
    Ok(Val::text(match name {
        "base" | "osBase" => {
            let cut = path.trim_end_matches('/');
            match (path, cut) {
                ("", _) => ".".to_string(),
                (_, "") => "/".to_string(),
                _ => cut.rsplit('/').next().unwrap_or(cut).to_string(),
            }
        }
        "dir" | "osDir" => clean(path.rfind('/').map_or("", |at| &path[..=at])),
        "clean" | "osClean" => clean(path),
        "ext" | "osExt" => {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.rfind('.').map_or("", |at| &name[at..]).to_string()
        }
        "isAbs" | "osIsAbs" => return Ok(Val::Bool(path.starts_with('/'))),
        "urlParse" => return url_parse(path),
        _ => return Ok(Val::text(url_join(arg(args, 0)))),
    }))
}

fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => "/".to_string() + &joined,
        (false, true) => ".".to_string(),
        _ => joined,
    }
}

fn url_parse(url: &str) -> Done {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let scheme_end = rest.find(':').filter(|at| {
        let scheme = &rest[..*at];
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    let (scheme, rest) = scheme_end.map_or(("", rest), |at| (&rest[..at], &rest[at + 1..]));
    let (opaque, rest) = if !scheme.is_empty() && !rest.starts_with('/') { (rest, "") } else { ("", rest) };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or((rest, ""), |at| rest.split_at(at)),
        None => ("", rest),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    let parts = [
        ("scheme", scheme.to_ascii_lowercase()),
        ("host", host.to_string()),
        ("hostname", bare.to_string()),
        ("path", path.to_string()),
        ("query", query.to_string()),
        ("opaque", opaque.to_string()),
        ("fragment", fragment.to_string()),
        ("userinfo", user.to_string()),
    ];
    Ok(Val::map(parts.into_iter().map(|(key, part)| (key.into(), Val::text(part))).collect::<Entries>()))
}

fn url_join(parts: &Val) -> String {
    let part = |key: &str| parts.get(key).as_str().unwrap_or("").to_string();
    let mut out = String::new();
    if !part("scheme").is_empty() {
        out.push_str(&[&*part("scheme"), ":"].concat());
    }
    if !part("opaque").is_empty() {
        out.push_str(&part("opaque"));
    } else {
        let (host, user) = (part("host"), part("userinfo"));
        if !host.is_empty() || !user.is_empty() {
            out.push_str("//");
            if !user.is_empty() {
                out.push_str(&[&*user, "@"].concat());
            }
            out.push_str(&host);
        }
        let path = part("path");
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        out.push_str(&path);
    }
    for (key, mark) in [("query", "?"), ("fragment", "#")] {
        if !part(key).is_empty() {
            out.push_str(&[mark, &*part(key)].concat());
        }
    }
    out
}
