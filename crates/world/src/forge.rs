//! The forge: where repositories live that everybody shares, and who hears of a push.

use crate::pulls::Pull;
use crate::rules::BranchRules;
use crate::secrets::Scanning;
use crate::{Machine, MachineId, World};
use ci::{PullEvent, Push};
use git::{FlatTree, ObjectId, RefUpdate, Repo, When};
use order::{OrdMap, OrdSet};
use sim::{Causes, EventId, Subject};
use vfs::Vfs;

/// The forge's machine, which is its host name too.
pub const FORGE: &str = "forge.encore";
/// Where it keeps repositories.
pub const FORGE_ROOT: &str = "/srv/git";

/// What the world remembers of commits and of the forge's settings.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct ForgeState {
    /// Full commit id to the event of its making.
    commits: OrdMap<String, EventId>,
    /// Repositories whose pushes Argo CD hears of at once.
    argocd_webhooks: OrdSet<String>,
    /// By repository, oldest first.
    pub(crate) pulls: OrdMap<String, Vec<Pull>>,
    /// By repository and branch.
    pub(crate) rules: OrdMap<String, OrdMap<String, BranchRules>>,
    /// By repository: those in which secrets are looked for.
    pub(crate) scanning: OrdMap<String, Scanning>,
}

impl World {
    pub(crate) fn when(&self) -> When {
        When::utc(i64::try_from(self.now().unix_secs()).unwrap_or(i64::MAX))
    }

    /// Makes an empty repository `owner/name` on the forge, or finds the one that is there.
    pub fn make_forge_repo(&mut self, name: &str, branch: &str) -> Repo {
        let id = MachineId::new(FORGE);
        let micros = self.now().as_micros();
        let when = self.when();
        let forge = self.machines.entry(id).or_insert_with(|| Machine::new(FORGE, "git", micros));
        let path = repo_path(name);
        match Repo::at(&forge.files, &path) {
            Some(repo) => repo,
            None => {
                Repo::init(&mut forge.files, &path, true, branch, when).expect("an in-memory folder takes a repository")
            }
        }
    }

    /// A repository of the forge by its name `owner/name`.
    pub fn forge_repo(&self, name: &str) -> Option<(Repo, &Vfs)> {
        let files = &self.machines.get(&MachineId::new(FORGE))?.files;
        Some((Repo::at(files, &repo_path(name))?, files))
    }

    /// Names of the forge's repositories.
    pub fn forge_repos(&self) -> Vec<String> {
        let Some(forge) = self.machines.get(&MachineId::new(FORGE)) else { return Vec::new() };
        let mut names = Vec::new();
        for (owner, _) in forge.files.read_dir(FORGE_ROOT).unwrap_or_default() {
            for (repo, _) in forge.files.read_dir(&format!("{FORGE_ROOT}/{owner}")).unwrap_or_default() {
                names.push(format!("{owner}/{}", repo.trim_end_matches(".git")));
            }
        }
        names
    }

    /// The URL under which the forge serves a repository.
    pub fn repo_url(name: &str) -> String {
        format!("https://{FORGE}/{name}.git")
    }

    /// The forge's name for a URL, if it is one of its repositories.
    pub fn repo_of_url(url: &str) -> Option<String> {
        let rest = ["https://", "http://", "ssh://git@", "ssh://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        let rest = match rest {
            Some(rest) => {
                let at = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@')).map_or(0, |at| at + 1);
                rest[at..].strip_prefix(FORGE)?.strip_prefix('/')?
            }
            None => url.rsplit_once('@').map_or(url, |(_, rest)| rest).strip_prefix(FORGE)?.strip_prefix(':')?,
        };
        Some(rest.trim_end_matches('/').trim_end_matches(".git").to_string())
    }

    /// Argo CD hears of pushes to this repository at once.
    pub fn add_argocd_webhook(&mut self, repo: &str) {
        self.forge.argocd_webhooks.insert(repo.to_string());
    }

    /// The event of a commit's making, if it was made in this world.
    pub fn commit_event(&self, id: &str) -> Option<EventId> {
        self.forge.commits.get(id).copied()
    }

    /// Somebody made a commit in a work tree.
    pub fn note_commit(&mut self, place: &str, id: &str, subject: &str, actor: &str, causes: &Causes) -> EventId {
        let short = id.get(..7).unwrap_or(id);
        let about = Subject::new("Commit", format!("{place}@{short}"));
        let event = self.sim.record("git", actor.to_string(), about, format!("Committed {short}: {subject}"), causes);
        self.forge.commits.insert(id.to_string(), event);
        event
    }

    /// Branches and tags of a repository were moved by a push; pipelines and Argo CD hear of it.
    pub fn received_push(
        &mut self,
        machine: &MachineId,
        repo: &Repo,
        updates: &[RefUpdate],
        actor: &str,
        causes: &Causes,
    ) -> Option<EventId> {
        let on_forge = *machine == MachineId::new(FORGE);
        let name = repo_name(&repo.git_dir);
        let mut last = None;
        for update in updates {
            let because = match update.new.and_then(|id| self.commit_event(&id.to_string())) {
                Some(event) => causes.and(&event.into()),
                None => causes.clone(),
            };
            let short = update.new.map_or("nothing".into(), |id| short(&id));
            let about = Subject::new("Push", format!("{name}@{short}"));
            let text = match update.new {
                Some(_) => format!("Pushed {short} to {} of {name}", git::shorten_ref(&update.name)),
                None => format!("Deleted {} of {name}", git::shorten_ref(&update.name)),
            };
            let event = self.sim.record("git", actor.to_string(), about, text, &because);
            last = Some(event);
            let Some(new) = update.new.filter(|_| on_forge) else { continue };
            if self.scans_secrets(&name) {
                self.scan_push(&name, update.old, new);
            }
            if let Some(branch) = update.name.strip_prefix("refs/heads/") {
                let moved = Moved { name: branch, old: update.old, ..Moved::default() };
                self.start_for(&name, moved, new, actor, event);
                self.pull_head_moved(&name, branch, new, actor, event);
            } else if let Some(tag) = update.name.strip_prefix("refs/tags/") {
                let moved = Moved { name: tag, tag: true, ..Moved::default() };
                self.start_for(&name, moved, new, actor, event);
            }
        }
        if let Some(event) = last.filter(|_| on_forge && self.forge.argocd_webhooks.contains(&name)) {
            self.notify_argocd(&name, event);
        }
        last
    }

    /// Pushes to the head of a pull request start what is to check it.
    fn pull_head_moved(&mut self, name: &str, branch: &str, commit: ObjectId, actor: &str, event: EventId) {
        let open: Vec<u32> =
            self.pulls(name).iter().filter(|p| p.is_open() && p.head == branch).map(|pull| pull.number).collect();
        for number in open {
            let causes = self.pull(name, number).map_or_else(Causes::none, |pull| pull.event.into());
            let event = self.note_pull(name, number, actor, "has new commits".into(), &causes.and(&event.into()));
            self.start_for_pull(name, number, "synchronize", commit, actor, event);
        }
    }

    /// Starts the workflows that wait for this to happen to a pull request.
    #[inline(never)]
    pub(crate) fn start_for_pull(
        &mut self,
        name: &str,
        number: u32,
        action: &str,
        commit: ObjectId,
        actor: &str,
        event: EventId,
    ) {
        let Some(pull) = self.pull(name, number) else { return };
        let (title, base, head) = (pull.title.clone(), pull.base.clone(), pull.head.clone());
        let about = PullEvent { number, action: action.into(), title, base, head: head.clone(), draft: pull.draft };
        let old = self.forge_repo(name).and_then(|(repo, files)| {
            let base = repo.resolve_commit(files, &about.base).ok()?;
            repo.merge_bases(files, &base, &commit).ok()?.first().copied()
        });
        let moved = Moved { name: &head, pull: Some(about), old, tag: false };
        self.start_for(name, moved, commit, actor, event);
    }

    fn start_for(&mut self, name: &str, moved: Moved<'_>, commit: ObjectId, actor: &str, event: EventId) {
        // What a job's token does starts nothing.
        if actor == ci::BOT {
            return;
        }
        if let Some(push) = self.push_of(name, moved, commit, actor, event.into()) {
            self.ci.push(&mut self.sim, &push);
        }
    }

    fn push_of(&self, name: &str, moved: Moved<'_>, commit: ObjectId, actor: &str, causes: Causes) -> Option<Push> {
        let (repo, files) = self.forge_repo(name)?;
        let commit = repo.peel(files, commit, git::Kind::Commit).ok()??;
        let (subject, tree, workflows) = workflows(&repo, files, &commit)?;
        let old = moved.old.and_then(|old| {
            let tree = repo.read_commit(files, &old).ok()?.tree;
            repo.flat_tree(files, Some(&tree)).ok()
        });
        let old: FlatTree = old.unwrap_or_default();
        let gone = old.keys().filter(|path| !tree.contains_key(*path));
        let other = tree.iter().filter(|(path, entry)| old.get(*path) != Some(*entry)).map(|(path, _)| path);
        Some(Push {
            repo: name.into(),
            branch: moved.name.into(),
            tag: moved.tag,
            event: "push".into(),
            changed: other.chain(gone).cloned().collect(),
            inputs: manifest::Value::map(),
            commit: commit.to_string(),
            subject,
            actor: actor.into(),
            default: moved.pull.is_none() && !moved.tag && repo.head(files).ok()?.branch() == Some(moved.name),
            body: manifest::Value::Null,
            chain: 0,
            pull: moved.pull,
            workflows,
            causes,
        })
    }

    /// A workflow of a repository's default branch is to start.
    #[inline(never)]
    pub(crate) fn start_due(&mut self, start: &ci::Start) {
        let found = self.forge_repo(&start.repo).and_then(|(repo, files)| {
            let head = repo.head(files).ok()?;
            Some((head.branch()?.to_string(), head.id()?))
        });
        let Some((branch, commit)) = found else { return };
        let moved = Moved { name: &branch, ..Moved::default() };
        if let Some(push) = self.push_of(&start.repo, moved, commit, &start.actor, start.causes.clone()) {
            self.ci.begin(&mut self.sim, start, &push);
        }
    }

    /// The workflow files of a branch of a repository: paths and texts.
    pub fn workflow_files(&self, repo: &str, branch: &str) -> Vec<(String, String)> {
        let found = self.forge_repo(repo).and_then(|(repo, files)| {
            let commit = repo.resolve_commit(files, branch).ok()?;
            workflows(&repo, files, &commit)
        });
        found.map(|(_, _, files)| files).unwrap_or_default()
    }

    /// Starts a workflow of a branch or tag by hand; an error is GitHub's word for why it does not.
    #[inline(never)]
    pub fn dispatch_workflow(
        &mut self,
        repo: &str,
        (path, reference): (&str, &str),
        inputs: &OrdMap<String, String>,
        actor: &str,
        causes: &Causes,
    ) -> Result<u32, String> {
        let none = || format!("No ref found for: {reference}");
        let (at, files) = self.forge_repo(repo).ok_or("Not Found")?;
        let commit = at.resolve_commit(files, reference).map_err(|_| none())?;
        let tag = at.refs(files, "refs/tags/").contains_key(&format!("refs/tags/{reference}"));
        let moved = Moved { name: reference, tag, ..Moved::default() };
        let mut push = self.push_of(repo, moved, commit, actor, causes.clone()).ok_or_else(none)?;
        push.workflows.retain(|(file, _)| file == path);
        self.ci.dispatch(&mut self.sim, &push, inputs)
    }
}

/// `owner/name` of a repository's folder.
fn repo_name(git_dir: &str) -> String {
    let below = git_dir.strip_prefix(FORGE_ROOT).map_or_else(|| vfs::base_name(git_dir), |rest| rest.trim_matches('/'));
    below.trim_end_matches(".git").trim_end_matches('/').to_string()
}

pub(crate) fn repo_path(name: &str) -> String {
    format!("{FORGE_ROOT}/{name}.git")
}

pub(crate) fn short(id: &ObjectId) -> String {
    id.to_string().get(..7).unwrap_or_default().to_string()
}

/// What moved: a branch or a tag, or the head of a pull request.
#[derive(Default)]
struct Moved<'a> {
    name: &'a str,
    tag: bool,
    pull: Option<PullEvent>,
    /// What its changes count from.
    old: Option<ObjectId>,
}

/// A commit's subject, its files, and paths and texts of its workflows.
type Workflows = (String, FlatTree, Vec<(String, String)>);

/// A commit's subject, its files, and its workflow files with their texts. `None` for a damaged repository.
fn workflows(repo: &Repo, files: &Vfs, commit: &ObjectId) -> Option<Workflows> {
    let commit = repo.read_commit(files, commit).ok()?;
    let tree = repo.flat_tree(files, Some(&commit.tree)).ok()?;
    let mut found = Vec::new();
    for (path, (_, id)) in &tree {
        let Some(name) = path.strip_prefix(".github/workflows/") else { continue };
        if !name.contains('/') && (name.ends_with(".yml") || name.ends_with(".yaml")) {
            found.push((path.clone(), repo.read_blob(files, id).ok()?.text()));
        }
    }
    Some((commit.subject(), tree, found))
}

impl World {
    fn notify_argocd(&mut self, repo: &str, event: EventId) {
        let same = |url: &str| Self::repo_of_url(url).as_deref() == Some(repo);
        self.argocd.webhook(&mut self.sim, &self.cluster, &same, &event.into());
    }
}

impl ForgeState {
    /// The event of a commit's making.
    pub fn commit(&self, id: &str) -> Option<EventId> {
        self.commits.get(id).copied()
    }
}
