//! Path arithmetic on text, without looking at any tree.

/// Joins a path to the folder it is seen from and removes `.`, `..` and doubled slashes: always absolute, and
/// without a slash at the end, but for the root.
///
/// Unlike a kernel: `..` is taken textually, so `link/..` is the folder that holds the link.
pub fn join(cwd: &str, path: &str) -> String {
    if is_plain(path.strip_prefix('/').unwrap_or(path)) {
        if path.starts_with('/') {
            return path.to_string();
        }
        if cwd.strip_prefix('/').is_some_and(is_plain) {
            return [cwd, "/", path].concat();
        }
    }
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { cwd };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    let mut out = String::with_capacity(path.len() + base.len() + 1);
    for part in &parts {
        out.push('/');
        out.push_str(part);
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

/// Whether nothing is to be removed from the parts of a path: most are so.
fn is_plain(parts: &str) -> bool {
    let mut start = true;
    for byte in parts.bytes() {
        if start && matches!(byte, b'.' | b'/') {
            return byte == b'.' && !parts.split('/').any(|part| matches!(part, "" | "." | ".."));
        }
        start = byte == b'/';
    }
    !start
}

/// The folder that holds a path; the root holds itself.
pub fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rfind('/') {
        None | Some(0) => "/",
        Some(at) => &path[..at],
    }
}

/// The last part of a path; `/` for the root.
pub fn base_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rfind('/').map_or(trimmed, |at| &trimmed[at + 1..])
}
