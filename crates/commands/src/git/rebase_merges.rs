//! `--rebase-merges`: the list of a rebase that makes the merges anew, with labels for where lines part and meet.

use super::cli::{Git, Stop};
use super::rebase_todo::{Command, Item};
use git::{Commit, ObjectId, Repo};
use order::{OrdMap, OrdSet};

/// Names for commits, each given once.
struct Labels {
    by_id: OrdMap<ObjectId, String>,
    taken: OrdSet<String>,
}

impl Labels {
    /// The name of a commit; without a proposal, its short id.
    #[inline(never)]
    fn of(&mut self, g: &Git<'_, '_>, repo: &Repo, id: &ObjectId, proposal: Option<&str>) -> String {
        if let Some(name) = self.by_id.get(id) {
            return name.clone();
        }
        let Some(proposal) = proposal else {
            let short = repo.short_id(g.files(), id, 7);
            self.by_id.insert(*id, short.clone());
            return short;
        };
        let mut name = String::new();
        for c in proposal.chars() {
            if c.is_ascii_alphanumeric() || !c.is_ascii() {
                name.push(c);
            } else if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
        }
        let name = if name.is_empty() { "rev-".to_string() + &repo.short_id(g.files(), id, 7) } else { name };
        let mut free = name.clone();
        let mut number = 2;
        while self.taken.contains(&free) || git::parse_id(&free).is_some() {
            free = format!("{name}-{number}");
            number += 1;
        }
        self.taken.insert(free.clone());
        self.by_id.insert(*id, free.clone());
        free
    }
}

/// What was merged, by the words of the merge.
#[inline(never)]
fn merged_name(subject: &str) -> &str {
    if let Some(rest) = subject.strip_prefix("Merge ") {
        if let Some(name) = rest.split('\'').nth(1).filter(|_| rest.matches('\'').count() > 1) {
            return name;
        }
        if let Some((_, name)) = rest.strip_prefix("pull request ").and_then(|rest| rest.split_once(" from ")) {
            return name;
        }
    }
    subject
}

/// The list: `order` are the commits, parents first; `picks` the lines of those that are not left out.
pub(crate) fn list(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    order: &[ObjectId],
    base: Option<ObjectId>,
    picks: &OrdMap<ObjectId, Item>,
) -> Result<Vec<Item>, Stop> {
    let mut labels = Labels { by_id: OrdMap::new(), taken: OrdSet::new() };
    labels.taken.insert("onto".into());
    if let Some(base) = base {
        labels.by_id.insert(base, "onto".into());
    }
    let mut commits: OrdMap<ObjectId, Commit> = OrdMap::new();
    for id in order {
        commits.insert(*id, repo.read_commit(g.files(), id)?);
    }
    let mut lines: OrdMap<ObjectId, Item> = picks.clone();
    let mut tips: Vec<ObjectId> = Vec::new();
    let mut before: OrdSet<ObjectId> = OrdSet::new();
    for id in order {
        let commit = &commits[id];
        before.insert(*id);
        if commit.parents.len() < 2 {
            continue;
        }
        let subject = commit.subject();
        let mut names = String::new();
        for parent in &commit.parents[1..] {
            let inside = before.contains(parent);
            let proposal = merged_name(&subject);
            let name = labels.of(g, repo, parent, inside.then_some(proposal));
            if inside {
                tips.push(*parent);
            }
            names.push_str(&name);
            names.push(' ');
        }
        let rest = format!("{names}# {subject}");
        lines.insert(*id, Item { command: Command::Merge, id: Some(*id), keeps_message: Some('C'), rest });
    }
    let mut seen: OrdSet<ObjectId> = OrdSet::new();
    for id in order {
        for parent in commits[id].parents.iter().filter(|parent| commits.contains_key(*parent)) {
            if !seen.insert(*parent) {
                labels.of(g, repo, parent, Some("branch-point"));
            }
        }
    }
    tips.extend(order.last());
    stretches(g, repo, tips, &commits, &lines, &mut labels)
}

/// From each tip down to where it parts from what is listed already.
#[inline(never)]
fn stretches(
    g: &Git<'_, '_>,
    repo: &Repo,
    tips: Vec<ObjectId>,
    commits: &OrdMap<ObjectId, Commit>,
    lines: &OrdMap<ObjectId, Item>,
    labels: &mut Labels,
) -> Result<Vec<Item>, Stop> {
    let plain = |command: Command, rest: String| Item { command, id: None, keeps_message: None, rest };
    let mut items = vec![plain(Command::Label, "onto".into())];
    let mut shown: OrdSet<ObjectId> = OrdSet::new();
    for tip in tips {
        if shown.contains(&tip) {
            continue;
        }
        let mut stretch = Vec::new();
        let mut at = Some(tip);
        while let Some(id) = at.filter(|id| commits.contains_key(id) && !shown.contains(id)) {
            stretch.push(id);
            at = commits[&id].parents.first().copied();
        }
        let start = match at {
            None => "[new root]".to_string(),
            Some(id) => match labels.of(g, repo, &id, None) {
                name if name == "onto" => name,
                name => format!("{name} # {}", repo.read_commit(g.files(), &id)?.subject()),
            },
        };
        items.push(plain(Command::Reset, start));
        for id in stretch.into_iter().rev() {
            items.extend(lines.get(&id).cloned());
            if let Some(name) = labels.by_id.get(&id).filter(|name| labels.taken.contains(*name)) {
                items.push(plain(Command::Label, name.clone()));
            }
            shown.insert(id);
        }
    }
    Ok(items)
}

/// What stands above a line in the editor: each stretch says which branch it is.
#[inline(never)]
pub(crate) fn heading(items: &[Item], n: usize) -> String {
    if n > 0 && items[n - 1].command == Command::UpdateRef {
        return "\n".into();
    }
    if items[n].command != Command::Reset {
        return String::new();
    }
    let end =
        items[n + 1..].iter().position(|item| item.command == Command::Reset).map_or(items.len(), |at| n + 1 + at);
    match items[end - 1].command {
        Command::Label => format!("\n# Branch {}\n", items[end - 1].rest),
        _ => "\n".into(),
    }
}
