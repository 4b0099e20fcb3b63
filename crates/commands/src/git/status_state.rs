//! What `git status` says of an operation that is going on: a merge, a rebase, picks, a bisection.

use super::cli::{Git, Stop};
use super::rebase_state::State;
use super::status_text::Report;
use git::Repo;

/// `interactive rebase in progress; onto 1a2b3c4`, in place of the branch.
pub(crate) fn rebase_line(g: &Git<'_, '_>, repo: &Repo) -> Option<String> {
    let state = State::read(g, repo)?;
    let word = if state.interactive { "interactive rebase" } else { "rebase" };
    let onto = git::parse_id(&state.onto)?;
    Some(format!("{word} in progress; onto {}", repo.short_id(g.files(), &onto, 7)))
}

/// `(no branch, rebasing topic)`, in place of a branch in the list of them.
#[inline(never)]
pub(crate) fn branch_place(g: &Git<'_, '_>, repo: &Repo) -> Option<String> {
    if let Some(state) = State::read(g, repo) {
        return Some(match state.branch() {
            Some(branch) => format!("(no branch, rebasing {branch})"),
            None => {
                let id = git::parse_id(&state.orig_head)?;
                format!("(no branch, rebasing detached HEAD {})", repo.short_id(g.files(), &id, 7))
            }
        });
    }
    let start = repo.read_state(g.files(), "BISECT_START")?;
    Some(format!("(no branch, bisect started on {})", start.trim()))
}

/// The paragraph with its empty line; empty where nothing is going on.
pub(crate) fn state(g: &Git<'_, '_>, report: &Report<'_>) -> Result<String, Stop> {
    let repo = &report.work.repo;
    let has = |name: &str| repo.read_state(g.files(), name).is_some();
    let mut out = String::new();
    if has("MERGE_HEAD") {
        if State::read(g, repo).is_some() {
            out.push_str(&rebase_lists(g, report, repo));
            out.push('\n');
        }
        merging(report, &mut out);
    } else if let Some(state) = State::read(g, repo) {
        out.push_str(&rebase_lists(g, report, repo));
        out.push_str(&rebasing(g, report, &state));
    } else if let Some(text) = super::am_show::in_progress(g, repo, report.hints) {
        out.push_str(&text);
    } else if has("CHERRY_PICK_HEAD") || sequence(g, repo) == Some("pick") {
        picking(
            g,
            report,
            &mut out,
            "CHERRY_PICK_HEAD",
            ["cherry-picking", "Cherry-pick", "cherry-pick", "cherry-pick"],
        );
    } else if has("REVERT_HEAD") || sequence(g, repo) == Some("revert") {
        picking(g, report, &mut out, "REVERT_HEAD", ["reverting", "Revert", "revert", "revert"]);
    }
    if let Some(branch) = repo.read_state(g.files(), "BISECT_START") {
        let branch = branch.trim();
        let full = git::parse_id(branch).map(|id| repo.short_id(g.files(), &id, 7));
        let from = full.unwrap_or_else(|| branch.to_string());
        out.push_str(&format!("You are currently bisecting, started from branch '{from}'.\n"));
        if report.hints {
            out.push_str("  (use \"git bisect reset\" to get back to the original branch)\n");
        }
        out.push('\n');
    }
    Ok(out)
}

/// Whether a list of picks or of reverts is going on.
pub(crate) fn sequence(g: &Git<'_, '_>, repo: &Repo) -> Option<&'static str> {
    let todo = repo.read_state(g.files(), "sequencer/todo")?;
    let word = todo.split_whitespace().next().unwrap_or("pick");
    Some(if matches!(word, "revert") { "revert" } else { "pick" })
}

#[inline(never)]
fn merging(report: &Report<'_>, out: &mut String) {
    let (text, hints) = if report.status.unmerged.is_empty() {
        ("All conflicts fixed but you are still merging.\n", "  (use \"git commit\" to conclude merge)\n")
    } else {
        (
            "You have unmerged paths.\n",
            "  (fix conflicts and run \"git commit\")\n  (use \"git merge --abort\" to abort the merge)\n",
        )
    };
    out.push_str(text);
    if report.hints {
        out.push_str(hints);
    }
    out.push('\n');
}

#[inline(never)]
fn picking(g: &Git<'_, '_>, report: &Report<'_>, out: &mut String, file: &str, words: [&str; 4]) {
    let [verb, title, command, noun] = words;
    let repo = &report.work.repo;
    let id = repo.read_state(g.files(), file).and_then(|text| git::parse_id(text.trim()));
    out.push_str(&match id {
        Some(id) => format!("You are currently {verb} commit {}.\n", repo.short_id(g.files(), &id, 7)),
        None => format!("{title} currently in progress.\n"),
    });
    if report.hints {
        out.push_str(&if !report.status.unmerged.is_empty() {
            format!("  (fix conflicts and run \"git {command} --continue\")\n")
        } else if id.is_none() {
            format!("  (run \"git {command} --continue\" to continue)\n")
        } else {
            format!("  (all conflicts fixed: run \"git {command} --continue\")\n")
        });
        out.push_str(&format!(
            "  (use \"git {command} --skip\" to skip this patch)\n  (use \"git {command} --abort\" to cancel the {noun} operation)\n"
        ));
    }
    out.push('\n');
}

const SHOWN_MAX: usize = 2;

/// The last commands that were done and the next ones.
#[inline(never)]
fn rebase_lists(g: &Git<'_, '_>, report: &Report<'_>, repo: &Repo) -> String {
    let lines = |name: &str| -> Vec<String> {
        let text = repo.read_state(g.files(), name).unwrap_or_default();
        let real = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        real.map(|line| shortened(g, repo, line)).collect()
    };
    let (done, todo) = (lines("rebase-merge/done"), lines("rebase-merge/git-rebase-todo"));
    let mut out = String::new();
    let listed = |out: &mut String, lines: &[String]| {
        for line in lines {
            out.push_str(&format!("   {line}\n"));
        }
    };
    match done.len() {
        0 => out.push_str("No commands done.\n"),
        1 => out.push_str("Last command done (1 command done):\n"),
        count => out.push_str(&format!("Last commands done ({count} commands done):\n")),
    }
    listed(&mut out, &done[done.len().saturating_sub(SHOWN_MAX)..]);
    if done.len() > SHOWN_MAX && report.hints {
        out.push_str(&format!("  (see more in file {}/rebase-merge/done)\n", shown_git_dir(g, repo)));
    }
    match todo.len() {
        0 => out.push_str("No commands remaining.\n"),
        1 => out.push_str("Next command to do (1 remaining command):\n"),
        count => out.push_str(&format!("Next commands to do ({count} remaining commands):\n")),
    }
    listed(&mut out, &todo[..todo.len().min(SHOWN_MAX)]);
    if !todo.is_empty() && report.hints {
        out.push_str("  (use \"git rebase --edit-todo\" to view and edit)\n");
    }
    out
}

/// `.git`, or its whole path from elsewhere.
fn shown_git_dir(g: &Git<'_, '_>, repo: &Repo) -> String {
    if vfs::parent(&repo.git_dir) == g.cwd { ".git".into() } else { repo.git_dir.clone() }
}

/// A line of a todo list with a short id.
#[inline(never)]
fn shortened(g: &Git<'_, '_>, repo: &Repo, line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let (Some(command), Some(name)) = (words.next(), words.next()) else { return line.to_string() };
    if matches!(command, "exec" | "x" | "label" | "l") {
        return line.to_string();
    }
    match repo.try_resolve(g.files(), name) {
        Ok(Some(id)) => format!("{command} {} {}", repo.short_id(g.files(), &id, 7), words.next().unwrap_or_default()),
        _ => line.to_string(),
    }
}

#[inline(never)]
fn rebasing(g: &Git<'_, '_>, report: &Report<'_>, state: &State) -> String {
    let repo = &report.work.repo;
    let onto = git::parse_id(&state.onto).map_or(String::new(), |id| repo.short_id(g.files(), &id, 7));
    let branch = state.head_name.strip_prefix("refs/heads/");
    let what = |verb: &str, alone: &str| match branch {
        Some(branch) => format!("You are currently {verb} branch '{branch}' on '{onto}'.\n"),
        None => format!("You are currently {alone}.\n"),
    };
    let (text, hints) = if !report.status.unmerged.is_empty() {
        (
            what("rebasing", "rebasing"),
            "  (fix conflicts and then run \"git rebase --continue\")\n  (use \"git rebase --skip\" to skip this patch)\n  (use \"git rebase --abort\" to check out the original branch)\n",
        )
    } else if repo.read_state(g.files(), "MERGE_MSG").is_some() || !state.interactive {
        (what("rebasing", "rebasing"), "  (all conflicts fixed: run \"git rebase --continue\")\n")
    } else if splitting(g, report) {
        (
            what("splitting a commit while rebasing", "splitting a commit during a rebase"),
            "  (Once your working directory is clean, run \"git rebase --continue\")\n",
        )
    } else {
        (
            what("editing a commit while rebasing", "editing a commit during a rebase"),
            "  (use \"git commit --amend\" to amend the current commit)\n  (use \"git rebase --continue\" once you are satisfied with your changes)\n",
        )
    };
    format!("{text}{}\n", if report.hints { hints } else { "" })
}

/// Whether the commit to be edited was taken back, so that it can be made anew in parts.
#[inline(never)]
fn splitting(g: &Git<'_, '_>, report: &Report<'_>) -> bool {
    let repo = &report.work.repo;
    let dirty = !report.status.unstaged.is_empty();
    if !(report.amend || !report.hints || dirty) || report.status.head.branch().is_some() {
        return false;
    }
    let read = |name: &str| repo.read_state(g.files(), name).map(|text| text.trim().to_string());
    let head = report.status.head.id().map(|id| id.to_string()).unwrap_or_default();
    match (read("rebase-merge/amend"), read("rebase-merge/orig-head")) {
        (Some(amend), Some(orig)) if amend == orig => head != amend,
        (Some(_), Some(orig)) => orig != head,
        _ => false,
    }
}
