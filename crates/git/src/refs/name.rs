//! Which names references may have.

/// Whether a full name such as `refs/heads/topic` is allowed: the rules of `git check-ref-format`.
pub fn ref_name_ok(name: &str) -> bool {
    let part_ok = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let bad_char = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    name.split('/').all(part_ok)
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
        && !name.contains(bad_char)
}

/// Whether a branch may be called so: also not `HEAD` and not like an option.
pub fn branch_name_ok(name: &str) -> bool {
    !name.starts_with('-') && name != "HEAD" && ref_name_ok(&format!("refs/heads/{name}"))
}

/// `refs/heads/main` → `main`, `refs/remotes/origin/main` → `origin/main`, `refs/tags/v1` → `v1`.
pub fn shorten_ref(name: &str) -> &str {
    let kinds = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"];
    kinds.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}
