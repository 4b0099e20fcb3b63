//! What the forge does about secrets in repositories: it looks through what is pushed, refuses it where that is asked for,
//! and keeps alerts of what is there.

use crate::forge::repo_path;
use crate::{FORGE, MachineId, World};
use git::{FlatTree, ObjectId, Repo};
use order::OrdMap;
use seal::leaks::{Finding, Fragment, push};
use serde::{Deserialize, Serialize};
use sim::Time;
use vfs::Vfs;

/// A repository's settings and what was found in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Scanning {
    /// A push with a secret is refused.
    protects: bool,
    alerts: Vec<Alert>,
    /// Secrets that somebody let through.
    allowed: Vec<String>,
}

/// An alert of secret scanning: a secret, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// `Stripe API Key`, and its name in the API.
    pub kind: String,
    pub kind_name: String,
    pub secret: String,
    pub places: Vec<Place>,
    pub created: Time,
    /// How it was settled, when and by whom: `revoked`, `false_positive`, …; none while it is open.
    pub resolution: Option<(String, Time, String)>,
    /// It came through by somebody's word.
    pub bypassed: bool,
}

/// Where a secret was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub commit: String,
    pub path: String,
    pub line: u32,
    pub columns: (u32, u32),
}

/// The lines that a commit adds to each file: the file, the first line's number, the text.
#[inline(never)]
pub fn added_lines(repo: &Repo, files: &Vfs, commit: &ObjectId) -> Vec<(String, usize, String)> {
    let tree_of = |id: &ObjectId| -> Option<FlatTree> {
        repo.flat_tree(files, Some(&repo.read_commit(files, id).ok()?.tree)).ok()
    };
    let Ok(read) = repo.read_commit(files, commit) else { return Vec::new() };
    // A merge adds nothing that its parents do not.
    if read.parents.len() > 1 {
        return Vec::new();
    }
    let old = read.parents.first().and_then(tree_of).unwrap_or_default();
    added_between(repo, files, &old, &tree_of(commit).unwrap_or_default())
}

/// The same between two trees.
#[inline(never)]
pub fn added_between(repo: &Repo, files: &Vfs, old: &FlatTree, new: &FlatTree) -> Vec<(String, usize, String)> {
    let mut out = Vec::new();
    let read = |id: &ObjectId| repo.read_blob(files, id).map(|blob| blob.text()).unwrap_or_default();
    for (path, (mode, id)) in new.iter() {
        let before = old.get(path);
        if before == Some(&(*mode, *id)) {
            continue;
        }
        let (before, after) = (before.map(|(_, id)| read(id)).unwrap_or_default(), read(id));
        if !after.contains('\0') {
            added_texts(path, &before, &after, &mut out);
        }
    }
    out
}

/// The same between two texts.
pub fn added_texts(path: &str, before: &str, after: &str, out: &mut Vec<(String, usize, String)>) {
    let (old, new) = (git::split_lines(before.as_bytes()), git::split_lines(after.as_bytes()));
    for hunk in git::diff_lines(&old, &new) {
        let lines: Vec<u8> = new[hunk.new.clone()].concat();
        if !lines.is_empty() {
            out.push((path.to_string(), hunk.new.start + 1, String::from_utf8_lossy(&lines).into_owned()));
        }
    }
}

#[inline(never)]
fn found_in(repo: &Repo, files: &Vfs, commits: &[ObjectId]) -> Vec<Finding> {
    let scanner = push::scanner();
    let mut out = Vec::new();
    for id in commits {
        let commit = id.to_string();
        for (file, start_line, text) in added_lines(repo, files, id) {
            out.extend(push::scan(&scanner, &Fragment { commit: &commit, file: &file, text: &text, start_line }));
        }
    }
    out
}

/// The id under which the forge asks about a secret that was refused.
pub fn placeholder(secret: &str) -> String {
    let hex = image::sha256(secret.as_bytes());
    ["2", &hex["sha256:".len()..][..26]].concat()
}

impl World {
    /// From now on the forge looks for secrets in a repository, and in what it has.
    pub fn scan_secrets(&mut self, repo: &str, protects: bool) {
        self.forge.scanning.insert(repo.to_string(), Scanning { protects, ..Scanning::default() });
        let tips: Vec<ObjectId> = match self.forge_repo(repo) {
            Some((at, files)) => at.refs(files, "refs/").values().copied().collect(),
            None => Vec::new(),
        };
        self.note_leaks(repo, &tips, &[]);
    }

    /// Whether the forge looks for secrets in a repository.
    pub fn scans_secrets(&self, repo: &str) -> bool {
        !self.forge.scanning.is_empty() && self.forge.scanning.contains_key(repo)
    }

    /// Alerts, the oldest first; nothing where the forge does not look.
    pub fn secret_alerts(&self, repo: &str) -> Option<&[Alert]> {
        Some(&self.forge.scanning.get(repo)?.alerts)
    }

    /// Settles an alert, or opens it again; false where there is none of that number.
    pub fn resolve_alert(&mut self, repo: &str, number: usize, resolution: Option<(&str, &str)>) -> bool {
        let now = self.now();
        let alert =
            self.forge.scanning.get_mut(repo).and_then(|scanning| scanning.alerts.get_mut(number.wrapping_sub(1)));
        let Some(alert) = alert else { return false };
        alert.resolution = resolution.map(|(how, by)| (how.to_string(), now, by.to_string()));
        true
    }

    /// Lets a secret through that a push was refused for, by the id that the refusal named.
    pub fn allow_placeholder(&mut self, repo: &str, id: &str) -> bool {
        match self.forge.scanning.get_mut(repo) {
            Some(scanning) if id.len() == 27 => {
                scanning.allowed.push(id.to_string());
                true
            }
            _ => false,
        }
    }

    /// Why a push is refused that brings these commits: the forge's words; nothing where it may come.
    #[inline(never)]
    pub fn leaks_refusal(
        &self,
        name: &str,
        (machine, repo): (&MachineId, &Repo),
        to: &str,
        new: &ObjectId,
    ) -> Option<String> {
        let scanning = self.forge.scanning.get(name).filter(|scanning| scanning.protects)?;
        let files = &self.machine(machine)?.files;
        let (there, theirs) = self.forge_repo(name)?;
        let known: Vec<ObjectId> =
            there.refs(theirs, "refs/").values().copied().filter(|id| repo.has_object(files, id)).collect();
        let commits = repo.walk(files, &[*new], &known).ok()?;
        let found = found_in(repo, files, &commits);
        let refused = |one: &&Finding| !scanning.allowed.contains(&placeholder(&one.secret));
        let found: Vec<&Finding> = found.iter().filter(refused).collect();
        if found.is_empty() { None } else { Some(refusal(name, to, &found)) }
    }

    /// Notes the secrets of commits that came to the forge.
    #[inline(never)]
    pub(crate) fn note_leaks(&mut self, name: &str, new: &[ObjectId], old: &[ObjectId]) {
        let Some((repo, files)) = self.forge_repo(name) else { return };
        let mut commits = repo.walk(files, new, old).unwrap_or_default();
        commits.reverse();
        let found = found_in(&repo, files, &commits);
        let now = self.now();
        let Some(scanning) = self.forge.scanning.get_mut(name) else { return };
        for one in found {
            let Some((kind, kind_name)) = push::kind(&one) else { continue };
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let columns = (count(one.start_column), count(one.end_column));
            let place =
                Place { commit: one.commit.clone(), path: one.file.clone(), line: count(one.start_line), columns };
            match scanning.alerts.iter_mut().find(|alert| alert.secret == one.secret) {
                Some(alert) if alert.places.contains(&place) => {}
                Some(alert) => alert.places.push(place),
                None => scanning.alerts.push(Alert {
                    kind: kind.to_string(),
                    kind_name: kind_name.to_string(),
                    bypassed: scanning.allowed.contains(&placeholder(&one.secret)),
                    secret: one.secret,
                    places: vec![place],
                    created: now,
                    resolution: None,
                }),
            }
        }
    }

    /// A push came to the forge: whether it has secrets.
    #[inline(never)]
    pub(crate) fn scan_push(&mut self, name: &str, old: Option<ObjectId>, new: ObjectId) {
        let files = self.machines.get(&MachineId::new(FORGE)).map(|machine| &machine.files);
        let known = files.and_then(|files| Some(Repo::at(files, &repo_path(name))?.has_object(files, &old?)));
        let old: Vec<ObjectId> = old.into_iter().filter(|_| known == Some(true)).collect();
        self.note_leaks(name, &[new], &old);
    }
}

/// GitHub's words for a push with secrets.
fn refusal(name: &str, to: &str, found: &[&Finding]) -> String {
    let docs = "https://docs.github.com/code-security/secret-scanning/working-with-secret-scanning-and-push-protection/working-with-push-protection-from-the-command-line#resolving-a-blocked-push";
    let mut out = format!(
        "error: GH013: Repository rule violations found for {to}.\n\n- GITHUB PUSH PROTECTION\n  {}\n    Resolve the following violations before pushing again\n\n    - Push cannot contain secrets\n\n\n     (?) Learn how to resolve a blocked push\n     {docs}\n\n",
        "—".repeat(41)
    );
    let mut secrets: OrdMap<&str, Vec<&Finding>> = OrdMap::new();
    for one in found {
        secrets.entry(&one.secret).or_default().push(one);
    }
    for (secret, all) in secrets.iter() {
        let kind = push::kind(all[0]).map_or("Secret", |(words, _)| words);
        let rule = "—".repeat(50_usize.saturating_sub(kind.chars().count()));
        out.push_str(&format!("\n      —— {kind} {rule}\n       locations:\n"));
        for one in all {
            out.push_str(&format!(
                "         - commit: {}\n           path: {}:{}\n",
                one.commit, one.file, one.start_line
            ));
        }
        out.push_str(&format!(
            "\n       (?) To push, remove secret from commit(s) or follow this URL to allow the secret.\n       https://{FORGE}/{name}/security/secret-scanning/unblock-secret/{}\n\n\n",
            placeholder(secret)
        ));
    }
    out
}
