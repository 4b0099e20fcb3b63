//! `check-ref-format` and `stripspace`: what scripts ask about names and texts.

use super::cli::{Answer, Git, fatal};
use super::commit_make::cleaned;
use super::options::{Dialect, Given, Spec, flag, only, usage};
use git::{branch_name_ok, ref_name_ok};

pub(crate) const CHECK_REF_FORMAT: Spec = Spec {
    name: "check-ref-format",
    usage: &[
        "check-ref-format [--normalize] [<options>] <refname>",
        "check-ref-format --branch <branchname-shorthand>",
    ],
    options: &[&[
        only('\0', "normalize", "print it without doubled slashes"),
        only('\0', "print", "the same"),
        flag('\0', "allow-onelevel", "also without a slash"),
        only('\0', "refspec-pattern", "with one asterisk"),
        only('\0', "branch", "as a branch"),
    ]],
    missing: &[],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn check_ref_format(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let [name] = given.operands.as_slice() else {
        g.err(usage(&CHECK_REF_FORMAT));
        return Ok(129);
    };
    if given.has("branch") {
        let back = name.strip_prefix("@{-").and_then(|rest| rest.strip_suffix('}')).and_then(|n| n.parse().ok());
        let full = match back {
            Some(back) => g.repo().ok().and_then(|repo| repo.previous_branch(g.files(), back)),
            None => Some(name.clone()),
        };
        let Some(full) = full.filter(|full| git::parse_id(full).is_some() || branch_name_ok(full)) else {
            return fatal(format!("'{name}' is not a valid branch name"));
        };
        g.out(format!("{full}\n"));
        return Ok(0);
    }
    let normal = given.has("normalize") || given.has("print");
    let mut shown = name.clone();
    if normal {
        let parts: Vec<&str> = name.trim_start_matches('/').split('/').collect();
        let ends = name.ends_with('/');
        shown = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
        if ends {
            shown.push('/');
        }
    }
    let plain = if given.has("refspec-pattern") { shown.replacen('*', "x", 1) } else { shown.clone() };
    if !ref_name_ok(&plain) || !(plain.contains('/') || given.has("allow-onelevel")) {
        return Ok(1);
    }
    if normal {
        g.out(format!("{shown}\n"));
    }
    Ok(0)
}

pub(crate) const STRIPSPACE: Spec = Spec {
    name: "stripspace",
    usage: &["stripspace [-s | --strip-comments]", "stripspace [-c | --comment-lines]"],
    options: &[&[
        only('s', "strip-comments", "comments go too"),
        only('c', "comment-lines", "make every line a comment"),
    ]],
    missing: &[],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn stripspace(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        g.err(usage(&STRIPSPACE));
        return Ok(129);
    }
    let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
    if given.last(&["strip-comments", "comment-lines"]) != Some("comment-lines") {
        g.out(cleaned(&text, given.has("strip-comments")));
        return Ok(0);
    }
    let mut out = String::new();
    for line in text.lines() {
        let gap = if line.is_empty() || line.starts_with('\t') { "" } else { " " };
        out.push_str(&format!("#{gap}{line}\n"));
    }
    g.out(out);
    Ok(0)
}
