//! `git am`: what is shown of a series that waits.

use super::am::{number, read};
use super::cli::{Answer, Git};
use git::{Repo, parse_patches};

#[inline(never)]
pub(crate) fn show(g: &mut Git<'_, '_>, repo: &Repo, what: Option<&str>) -> Answer {
    let now = number(g, repo, "next");
    let name = match what {
        None | Some("raw") => format!("{now:04}"),
        Some("diff") => "patch".to_string(),
        Some(other) => {
            return super::cli::error(format!("invalid value for '--show-current-patch': '{other}'"));
        }
    };
    let text = read(g, repo, &name).unwrap_or_default();
    g.out(text);
    Ok(0)
}

/// What `git status` says of it.
pub(crate) fn in_progress(g: &Git<'_, '_>, repo: &Repo, hints: bool) -> Option<String> {
    read(g, repo, "applying")?;
    let empty =
        read(g, repo, "patch").is_some_and(|text| parse_patches(text.as_bytes(), 1).is_ok_and(|all| all.is_empty()));
    let mut text = "You are in the middle of an am session.\n".to_string();
    if empty {
        text.push_str("The current patch is empty.\n");
    }
    if hints {
        if !empty {
            text.push_str("  (fix conflicts and then run \"git am --continue\")\n");
        }
        text.push_str("  (use \"git am --skip\" to skip this patch)\n");
        if empty {
            text.push_str("  (use \"git am --allow-empty\" to record this patch as an empty commit)\n");
        }
        text.push_str("  (use \"git am --abort\" to restore the original branch)\n");
    }
    Some(text + "\n")
}
