//! Where Git meets the rest of the world: remote repositories on other machines, and who hears of commits and pushes.

use super::cli::{Git, Stop, fatal};
use git::{Bundle, ObjectId, RefUpdate, Repo};
use sim::Causes;
use vfs::Vfs;
use world::{FORGE_ROOT, MachineId, World};

/// A repository that a URL leads to.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub machine: MachineId,
    /// The files of a bundle that was unpacked to be read, where it is one.
    held: Option<Vfs>,
    pub repo: Repo,
    /// As it was typed or configured.
    pub url: String,
    /// Who pushes there, if not the machine's user.
    pub account: Option<String>,
}

impl Remote {
    /// The repository itself, as a branch that follows a local one sees it.
    pub fn here(g: &Git<'_, '_>, repo: &Repo) -> Self {
        Self { machine: g.cx.machine_id(), held: None, repo: repo.clone(), url: ".".into(), account: None }
    }

    /// A snapshot of the files it lies in: costs nothing.
    pub fn snapshot(&self, g: &Git<'_, '_>) -> Vfs {
        if let Some(files) = &self.held {
            return files.clone();
        }
        g.cx.world.machine(&self.machine).map(|machine| machine.files.clone()).unwrap_or_default()
    }
}

/// A URL's host and path; `None` for a path on this machine.
#[inline(never)]
fn host_and_path(url: &str) -> Option<(&str, &str, &str)> {
    for scheme in ["https://", "http://", "ssh://", "git://"] {
        if let Some(rest) = url.strip_prefix(scheme) {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            return Some((&scheme[..scheme.len() - 3], host.split(':').next().unwrap_or(host), path));
        }
    }
    let (host, path) = url.split_once(':')?;
    let plain = !host.contains('/') && !host.is_empty() && !url.starts_with('/');
    plain.then(|| ("ssh", host.rsplit('@').next().unwrap_or(host), path.trim_start_matches('/')))
}

/// Finds the repository that a URL names, or fails with Git's words.
#[inline(never)]
pub(crate) fn resolve(g: &mut Git<'_, '_>, url: &str) -> Result<Remote, Stop> {
    let Some((scheme, host, path)) = host_and_path(url) else {
        let local = url.strip_prefix("file://").unwrap_or(url);
        let full = vfs::join(&g.cwd, local);
        let found = Repo::open(g.files(), &full);
        return match found {
            Some(repo) => Ok(Remote { machine: g.cx.machine_id(), held: None, repo, url: url.into(), account: None }),
            None => {
                if let Some(remote) = bundled(g, &full, url)? {
                    return Ok(remote);
                }
                g.err(format!("fatal: '{url}' does not appear to be a git repository\n"));
                fatal(NO_ACCESS)
            }
        };
    };
    let machine = MachineId::new(host);
    let Some(there) = g.cx.world.machine(&machine) else {
        if scheme == "ssh" {
            g.err(format!("ssh: Could not resolve hostname {host}: Name or service not known\n"));
            return fatal(NO_ACCESS);
        }
        return fatal(format!("unable to access '{}': Could not resolve host: {host}", with_slash(url)));
    };
    let full = format!("{FORGE_ROOT}/{}", path.trim_end_matches('/'));
    match Repo::open(&there.files, &full) {
        Some(repo) => Ok(Remote { machine, held: None, repo, url: url.into(), account: None }),
        None if scheme == "ssh" => {
            g.err(format!("fatal: '{path}' does not appear to be a git repository\n"));
            fatal(NO_ACCESS)
        }
        None => fatal(format!("repository '{}' not found", with_slash(url))),
    }
}

/// A bundle as a repository that can be fetched from.
#[inline(never)]
fn bundled(g: &Git<'_, '_>, path: &str, url: &str) -> Result<Option<Remote>, Stop> {
    let Some(bundle) = g.files().read(path).ok().and_then(|bytes| Bundle::parse(&bytes).ok()) else { return Ok(None) };
    let (mut files, when) = (Vfs::new(), g.when());
    let branch = g.settings().get("init.defaultbranch").unwrap_or("master".into());
    let repo = Repo::init(&mut files, "/bundle", true, &branch, when)?;
    if let Ok(here) = g.repo() {
        let needs: Vec<ObjectId> = bundle.needs.iter().map(|(id, _)| *id).collect();
        if needs.iter().all(|id| here.has_object(g.files(), id)) {
            repo.fetch_objects(&mut files, &here, g.files(), &needs, when)?;
        }
    }
    repo.unbundle(&mut files, &bundle, when)?;
    let head = bundle.refs.iter().find(|(name, _)| name == "HEAD").map(|(_, id)| *id);
    for (name, id) in bundle.refs.iter().filter(|(name, _)| name != "HEAD") {
        repo.place_ref(&mut files, name, id, when)?;
        if head == Some(*id) && name.starts_with("refs/heads/") {
            repo.set_symbolic(&mut files, "HEAD", name, when)?;
        }
    }
    Ok(Some(Remote { machine: g.cx.machine_id(), held: Some(files), repo, url: url.into(), account: None }))
}

const NO_ACCESS: &str = "Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.";

fn with_slash(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

/// Tells the world of a commit that was made in a work tree; what this process does later is caused by it too.
pub(crate) fn note_commit(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId, subject: &str) {
    let shared = super::remote::fetch_url(g, repo, "origin").and_then(|url| World::repo_of_url(&url));
    let folder = repo.work_tree.as_deref().unwrap_or(&repo.git_dir);
    let place = shared.unwrap_or_else(|| vfs::base_name(folder).to_string());
    let (actor, causes) = (g.cx.machine().user.clone(), g.cx.causes());
    let event = g.cx.world.note_commit(&place, &id.to_string(), subject, &actor, &causes);
    g.cx.add_causes(&Causes::one(event));
}

/// Tells the world which references a push changed on the other side.
pub(crate) fn received_push(g: &mut Git<'_, '_>, remote: &Remote, updates: &[RefUpdate]) {
    let account = remote.account.clone().unwrap_or_else(|| g.cx.machine().user.clone());
    let (actor, causes) = (account, g.cx.causes());
    let event = g.cx.world.received_push(&remote.machine, &remote.repo, updates, &actor, &causes);
    if let Some(event) = event {
        g.cx.add_causes(&Causes::one(event));
    }
}
