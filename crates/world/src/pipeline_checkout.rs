//! `actions/checkout` and what a build leaves: working copies of the forge's repositories on a runner.

use crate::pipeline::{BASIC, HEADER};
use crate::{MachineId, World};
use git::{RefChange, Repo, Signature};
use manifest::{JsonStyle, object};
use order::OrdMap;

impl World {
    /// Clones a repository of the forge into a folder of a machine, at a commit or branch.
    #[inline(never)]
    pub fn checkout(
        &mut self,
        machine: &MachineId,
        repo: &str,
        reference: &str,
        (path, keeps): (&str, &str),
    ) -> Result<String, String> {
        let when = self.when();
        let (from, source) =
            self.forge_repo(repo).ok_or_else(|| format!("fatal: repository '{}/' not found", Self::repo_url(repo)))?;
        let source = source.clone();
        let commit = from
            .resolve_commit(&source, reference)
            .map_err(|_| format!("fatal: couldn't find remote ref {reference}"))?;
        let heads = from.refs(&source, "refs/heads/");
        let reference = reference.strip_prefix("refs/heads/").unwrap_or(reference);
        let branch = match heads.contains_key(&format!("refs/heads/{reference}")) {
            true => reference.to_string(),
            false => heads
                .iter()
                .find(|(_, id)| **id == commit)
                .map_or("main".into(), |(name, _)| git::shorten_ref(name).to_string()),
        };
        let host = self.machines.get_mut(machine).ok_or("the runner is gone")?;
        let files = &mut host.files;
        let say = |error: git::GitError| error.to_string();
        let here = Repo::init(files, path, false, &branch, when).map_err(say)?;
        let tips: Vec<_> = heads.values().copied().chain([commit]).collect();
        let count = here.fetch_objects(files, &from, &source, &tips, when).map_err(say)?;
        let mut config = here.config(files);
        config.set("remote.origin.url", &Self::repo_url(repo));
        config.set("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
        config.set(&format!("branch.{branch}.remote"), "origin");
        config.set(&format!("branch.{branch}.merge"), &format!("refs/heads/{branch}"));
        if !keeps.is_empty() {
            config
                .set(HEADER, &[BASIC, &cluster::base64::encode(format!("x-access-token:{keeps}").as_bytes())].concat());
        }
        here.write_state(files, "config", config.text(), when).map_err(say)?;
        let who = Signature { name: "runner".into(), email: "runner@encore".into(), when };
        let message = format!("clone: from {}", Self::repo_url(repo));
        for (name, id) in &heads {
            let tracking = name.replacen("refs/heads/", "refs/remotes/origin/", 1);
            let change = RefChange { name: &tracking, new: *id, who: &who, message: &message };
            here.update_ref(files, &change).map_err(say)?;
        }
        let local = format!("refs/heads/{branch}");
        here.update_ref(files, &RefChange { name: &local, new: commit, who: &who, message: &message }).map_err(say)?;
        let tree = here.read_commit(files, &commit).map_err(say)?.tree;
        let flat = here.flat_tree(files, Some(&tree)).map_err(say)?;
        let mut index = git::Index::default();
        for (file, (mode, id)) in &flat {
            let entry = here.write_to_work(files, file, *mode, id, when).map_err(say)?;
            index.put(file, entry);
        }
        here.write_index(files, &index, when).map_err(say)?;
        Ok(format!("Fetched {count} objects\nHEAD is now at {}\n", crate::forge::short(&commit)))
    }

    /// A folder gets ready for a checkout: what is no copy of the repository goes; of one what nobody has committed goes.
    #[inline(never)]
    pub(crate) fn prepare_checkout(
        &mut self,
        machine: &MachineId,
        repo: &str,
        path: &str,
        clean: bool,
    ) -> Result<String, String> {
        let host = self.machines.get_mut(machine).ok_or("the runner is gone")?;
        match host.files.read_dir(path) {
            Err(_) => Ok(String::new()),
            Ok(names) if names.is_empty() => Ok(format!("Deleting the contents of '{path}'\n")),
            Ok(_) => self.cleared(machine, repo, path, clean),
        }
    }

    #[inline(never)]
    fn cleared(&mut self, machine: &MachineId, repo: &str, path: &str, clean: bool) -> Result<String, String> {
        let when = self.when();
        let url = Self::repo_url(repo);
        let host = self.machines.get_mut(machine).ok_or("the runner is gone")?;
        let files = &mut host.files;
        let say = |error: vfs::VfsError| format!("{path}: {error}");
        let own = Repo::open(files, path).filter(|repo| !repo.is_bare());
        let same = own.filter(|repo| repo.config(files).get("remote.origin.url").is_some_and(|found| found == url));
        let Some(here) = same else {
            for (name, _) in files.read_dir(path).map_err(say)? {
                files.remove_all(&vfs::join(path, &name), when.micros()).map_err(say)?;
            }
            return Ok(format!("Deleting the contents of '{path}'\n"));
        };
        let index = here.read_index(files).map_err(|error| error.to_string())?;
        let tracked = |path: &str| index.has(path);
        let git = vfs::join(path, ".git");
        let below = [path, "/"].concat();
        let mut lost = String::new();
        for (full, stat) in files.walk(path, &mut |inside| inside != git).unwrap_or_default() {
            let Some(inside) = full.strip_prefix(&below).filter(|inside| *inside != ".git") else { continue };
            let stays = stat.kind == vfs::Kind::Dir || (!clean && !tracked(inside));
            if !stays {
                files.remove_all(&full, when.micros()).map_err(say)?;
                if !tracked(inside) {
                    lost.push_str(&["Removing ", inside, "\n"].concat());
                }
            }
        }
        // What was set in the copy stays; its branches do not.
        let mut config = here.config(files);
        config.unset(HEADER);
        let text = config.text();
        files.remove_all(&git, when.micros()).map_err(say)?;
        files.make_dir_all(&git, when.micros()).map_err(say)?;
        files.write(&vfs::join(&git, "config"), text.as_bytes().to_vec(), when.micros()).map_err(say)?;
        let how = "::group::Cleaning the repository\n[command]/usr/bin/git clean -ffdx\n";
        Ok(if clean { [how, &lost, "::endgroup::\n"].concat() } else { String::new() })
    }

    /// The commit that was checked out; with `tags`, those are in the copy as well.
    #[inline(never)]
    pub(crate) fn after_checkout(
        &mut self,
        machine: &MachineId,
        repo: &str,
        reference: &str,
        (path, tags): (&str, bool),
    ) -> Result<String, String> {
        let (from, source) = self.forge_repo(repo).ok_or("the repository is gone")?;
        let commit = from.resolve_commit(source, reference).map_err(|error| error.to_string())?;
        if tags {
            self.fetch_tags(machine, repo, path)?;
        }
        Ok(commit.to_string())
    }

    #[inline(never)]
    fn fetch_tags(&mut self, machine: &MachineId, repo: &str, path: &str) -> Result<(), String> {
        let when = self.when();
        let (from, source) = self.forge_repo(repo).ok_or("the repository is gone")?;
        let source = source.clone();
        let all: OrdMap<_, _> = from.refs(&source, "refs/tags/");
        let host = self.machines.get_mut(machine).ok_or("the runner is gone")?;
        let here = Repo::open(&host.files, path).ok_or("the copy is gone")?;
        let tips: Vec<_> = all.values().copied().collect();
        let say = |error: git::GitError| error.to_string();
        here.fetch_objects(&mut host.files, &from, &source, &tips, when).map_err(say)?;
        let who = Signature { name: "runner".into(), email: "runner@encore".into(), when };
        for (name, id) in &all {
            let change = RefChange { name, new: *id, who: &who, message: "fetch" };
            here.update_ref(&mut host.files, &change).map_err(say)?;
        }
        Ok(())
    }

    /// `docker/build-push-action`: the outputs of a build that has come to its end.
    #[inline(never)]
    pub(crate) fn tell_built(&self, machine: &MachineId, outputs: &mut OrdMap<String, String>, log: &mut String) {
        let Some(docker) = self.docker(machine) else { return };
        let image = docker.store.builds.last().and_then(|built| docker.store.images.get(&built.id));
        let Some(image) = image else { return };
        let names = docker.store.names(&image.id).join(",");
        let metadata = object! {
            "containerimage.config.digest" => image.id.as_str(), "containerimage.digest" => image.digest.as_str(),
            "image.name" => names,
        };
        let style = JsonStyle { indent: Some(2), ..JsonStyle::default() };
        let metadata = metadata.to_json_with(style).trim_end().to_string();
        for (name, title, value) in [
            ("imageid", "ImageID", image.id.clone()),
            ("digest", "Digest", image.digest.clone()),
            ("metadata", "Metadata", metadata),
        ] {
            log.push_str(&["::group::", title, "\n", &value, "\n::endgroup::\n"].concat());
            outputs.insert(name.into(), value);
        }
    }
}
