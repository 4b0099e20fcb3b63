//! Flux's view of the world: repositories of the forge, Kustomize, charts, the registry's tags; and `helm`, which is run
//! for its releases.

use crate::forge::{ForgeState, repo_path};
use crate::sources::look_below;
use crate::{FORGE, Fd, Machine, MachineId, Pid, Spawn, StreamId, World};
use git::{Commit, FlatTree, Ignores, Mode, ObjectId, RefChange, RefUpdate, Repo, Signature, When};
use gitops::flux::{Artifact, Fetched, Forge, HelmRun, Id, NAMESPACE, Push};
use image::Registry;
use kustomize::{Files, Found};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Causes;
use vfs::Vfs;

/// What source-controller leaves out of an artifact, whatever is said.
const VCS: &str = ".git/\n.gitignore\n.gitmodules\n.gitattributes\n";
/// And what it leaves out unless `spec.ignore` is there.
const EXCLUDES: &str = "*.jpg\n*.jpeg\n*.gif\n*.png\n*.wmv\n*.flv\n*.tar.gz\n*.zip\n.github/\n.circleci/\n.travis.yml\n\
    .gitlab-ci.yml\nappveyor.yml\n.drone.yml\ncloudbuild.yaml\ncodeship-services.yml\ncodeship-steps.yml\n**/.goreleaser.yml\n\
    **/.sops.yaml\n**/.flux.yaml\n";

/// A `helm` that runs for a HelmRelease.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pid: Pid,
    id: Id,
    machine: MachineId,
    output: StreamId,
}

/// A branch that was moved.
struct Pushed {
    repo: Repo,
    name: String,
    update: RefUpdate,
    subject: String,
    actor: String,
    causes: Causes,
}

struct Outside<'a> {
    machines: &'a mut OrdMap<MachineId, Machine>,
    forge: &'a ForgeState,
    registry: &'a Registry,
    when: When,
    pushed: Vec<Pushed>,
    runs: Vec<HelmRun>,
}

/// The artifact's files below one folder that stands for where the controller unpacks it.
struct Unpacked(OrdMap<String, Vec<u8>>);

const ROOT: &str = "/tmp/kustomization";

impl Files for Unpacked {
    fn look(&self, path: &str) -> Found {
        let file = |inner: &str| self.0.get(inner).map(|bytes| Found::File(bytes.clone()));
        look_below(ROOT, path, &file, self.0.keys())
    }
}

impl Unpacked {
    /// Writes a kustomization of all manifests into a folder that has none (`scanManifests` of `fluxcd/pkg/kustomize`);
    /// false where there is nothing to build.
    #[inline(never)]
    fn generate(&mut self, folder: &str) -> Result<bool, String> {
        let prefix = if folder.is_empty() { String::new() } else { [folder, "/"].concat() };
        let has = |at: &str| kustomize::FILE_NAMES.iter().any(|name| self.0.contains_key(&[at, name].concat()));
        if has(&prefix) {
            return Ok(true);
        }
        let mut resources: Vec<String> = Vec::new();
        for (file, bytes) in &self.0 {
            let Some(rest) = file.strip_prefix(&prefix) else { continue };
            // A folder with a kustomization of its own is one resource.
            let own = rest
                .match_indices('/')
                .map(|(at, _)| &rest[..at])
                .find(|part: &&str| has(&[&prefix, *part, "/"].concat()));
            match own {
                Some(part) if resources.last().is_some_and(|last| *last == *part) => {}
                Some(part) => resources.push(part.to_string()),
                None if rest.ends_with(".yaml") || rest.ends_with(".yml") => {
                    decode(&String::from_utf8_lossy(bytes))
                        .map_err(|told| format!("failed to decode Kubernetes YAML from {ROOT}/{file}: {told}"))?;
                    resources.push(rest.to_string());
                }
                None => {}
            }
        }
        let list: Value = resources.iter().map(|name| Value::from(name.as_str())).collect();
        let text = manifest::object! { "resources" => list }.to_yaml();
        self.0.insert([&prefix, kustomize::FILE_NAMES[0]].concat(), text.into_bytes());
        Ok(!resources.is_empty())
    }
}

#[inline(never)]
fn decode(text: &str) -> Result<(), String> {
    let (documents, problems) = Value::parse_yaml(text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == manifest::Level::Error) {
        return Err(["MalformedYAMLError: yaml: ", &problem.message].concat());
    }
    for value in documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()) {
        if value.str_at("kind").is_empty() || value.str_at("apiVersion").is_empty() {
            return Err("missing Resource metadata".into());
        }
    }
    Ok(())
}

impl Outside<'_> {
    fn files(&self) -> Option<&Vfs> {
        self.machines.get(&MachineId::new(FORGE)).map(|machine| &machine.files)
    }

    fn repo(&self, url: &str) -> Option<(String, Repo, &Vfs)> {
        let name = World::repo_of_url(url)?;
        let files = self.files()?;
        let repo = Repo::at(files, &repo_path(&name))?;
        Some((name, repo, files))
    }

    /// The highest tag that a range allows.
    fn tag_by_range(repo: &Repo, files: &Vfs, range: &str) -> Result<String, String> {
        let tags: Vec<String> =
            repo.refs(files, "refs/tags/").keys().map(|name| git::shorten_ref(name).to_string()).collect();
        let found = highest(range, &tags)?;
        found.map(|at| tags[at].clone()).ok_or_else(|| ["no match found for semver: ", range].concat())
    }
}

/// The place of the highest version that a range allows; what is no version does not count.
fn highest(range: &str, versions: &[String]) -> Result<Option<usize>, String> {
    let constraint = helm::Constraint::parse(range).ok_or_else(|| ["improper constraint: ", range].concat())?;
    let read = |(at, text): (usize, &String)| Some((at, helm::Version::parse(text)?));
    let fits: Vec<_> = versions.iter().enumerate().filter_map(read).filter(|(_, v)| constraint.fits(v)).collect();
    Ok(fits.iter().max_by(|a, b| a.1.compare(&b.1)).map(|(at, _)| *at))
}

impl Forge for Outside<'_> {
    #[inline(never)]
    fn fetch(&self, url: &str, reference: &Value) -> Result<Fetched, String> {
        let (_, repo, files) =
            self.repo(url).ok_or_else(|| format!("unable to clone '{url}': repository not found"))?;
        let told = |what: &str| format!("unable to clone '{url}': couldn't find remote ref \"{what}\"");
        let branch = reference.str_at("branch");
        let by_range = reference.str_at("semver");
        let tag = match by_range {
            "" => reference.str_at("tag").to_string(),
            range => Outside::tag_by_range(&repo, files, range)?,
        };
        let commit = reference.str_at("commit");
        let (name, full) = match (commit, tag.as_str(), branch) {
            ("", "", "") => ("master".to_string(), "refs/heads/master".to_string()),
            ("", "", branch) => (branch.to_string(), ["refs/heads/", branch].concat()),
            ("", tag, _) => (tag.to_string(), ["refs/tags/", tag].concat()),
            (commit, ..) => (branch.to_string(), commit.to_string()),
        };
        let id = if commit.is_empty() {
            let id = repo.read_ref(files, &full).ok_or_else(|| told(&full))?;
            repo.peel(files, id, git::Kind::Commit).ok().flatten().ok_or_else(|| told(&full))?
        } else {
            let missing = || format!("unable to resolve commit object for '{commit}': object not found");
            repo.resolve_commit(files, commit).map_err(|_| missing())?
        };
        let made = repo.read_commit(files, &id).map_err(|error| error.to_string())?;
        let text = id.to_string();
        let revision = if name.is_empty() { ["sha1:", &text].concat() } else { [&name, "@sha1:", &text].concat() };
        Ok(Fetched { revision, subject: made.subject(), event: self.forge.commit(&text) })
    }

    #[inline(never)]
    fn files(&self, artifact: &Artifact, folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
        let (_, repo, files) = self.repo(&artifact.url)?;
        let id = repo.resolve_commit(files, artifact.commit()).ok()?;
        let tree = repo.flat_tree(files, Some(&repo.read_commit(files, &id).ok()?.tree)).ok()?;
        let own = tree.get(".sourceignore").and_then(|(_, id)| Some(repo.read_blob(files, id).ok()?.text()));
        let mut patterns = VCS.to_string();
        patterns.push_str(if artifact.ignore.is_empty() { EXCLUDES } else { &artifact.ignore });
        let mut ignores = Ignores::only(&patterns);
        if let Some(text) = own {
            ignores = ignores.and(&text);
        }
        let left_out = |path: &str| {
            let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
            folders.into_iter().any(|folder| ignores.ignores(folder, true)) || ignores.ignores(path, false)
        };
        let prefix = if folder.is_empty() { String::new() } else { [folder, "/"].concat() };
        let mut found = Vec::new();
        for (path, (_, id)) in &tree {
            let Some(rest) = path.strip_prefix(&prefix).filter(|_| !left_out(path)) else { continue };
            found.push((rest.to_string(), repo.read_blob(files, id).ok()?.text().into_bytes()));
        }
        (folder.is_empty() || !found.is_empty()).then_some(found)
    }

    #[inline(never)]
    fn build(
        &self,
        artifact: &Artifact,
        folder: &str,
        edits: &Value,
        keys: Option<&gitops::flux::Keys>,
    ) -> Result<Vec<Value>, String> {
        let all = Forge::files(self, artifact, "").unwrap_or_default();
        let mut unpacked = Unpacked(all.into_iter().collect());
        if let Some(keys) = keys {
            for (path, bytes) in unpacked.0.iter_mut() {
                keys.open_file(path, bytes)?;
            }
        }
        if !unpacked.generate(folder)? {
            return Ok(Vec::new());
        }
        let root = if folder.is_empty() { ROOT.to_string() } else { [ROOT, "/", folder].concat() };
        let rendered = kustomize::render(&unpacked, &root, edits);
        rendered.objects.map_err(|failure| format!("kustomize build failed: {failure}"))
    }

    fn tags(&self, image: &str) -> Vec<(String, String)> {
        let own = |(repository, ..): &(&str, &str, &str)| *repository == image;
        self.registry.tags().filter(own).map(|(_, tag, digest)| (tag.to_string(), digest.to_string())).collect()
    }

    #[inline(never)]
    fn push(&mut self, push: Push) -> Result<String, String> {
        let when = self.when;
        let (name, repo, _) = self.repo(&push.url).ok_or("repository not found")?;
        let full = ["refs/heads/", &push.branch].concat();
        if self.forge.refusal(&name, &full, false, false).is_some() {
            return Err(format!("failed to push to remote: command error on {full}: protected branch hook declined"));
        }
        let machine = self.machines.get_mut(&MachineId::new(FORGE)).ok_or("the forge is gone")?;
        let files = &mut machine.files;
        let made = commit(&repo, files, &push, when).map_err(|error| error.to_string())?;
        let (old, new) = made;
        let subject = push.message.lines().next().unwrap_or_default().to_string();
        let update = RefUpdate { name: full, old, new: Some(new) };
        let (actor, causes) = (push.author.0, push.causes);
        self.pushed.push(Pushed { repo, name, update, subject, actor, causes });
        Ok(new.to_string())
    }

    fn helm(&mut self, run: HelmRun) {
        self.runs.push(run);
    }

    fn digest(&self, bytes: &[u8]) -> String {
        image::sha256(bytes)
    }

    fn highest(&self, range: &str, versions: &[String]) -> Result<Option<usize>, String> {
        highest(range, versions)
    }
}

/// One commit on top of a branch, and the branch that it goes to moved: its tip before and now.
fn commit(repo: &Repo, files: &mut Vfs, push: &Push, when: When) -> git::Result<(Option<ObjectId>, ObjectId)> {
    let base = repo.resolve_commit(files, &["refs/heads/", &push.from].concat())?;
    let mut tree: FlatTree = repo.flat_tree(files, Some(&repo.read_commit(files, &base)?.tree))?;
    for (path, text) in &push.files {
        let id = repo.write_object(files, git::Kind::Blob, text.as_bytes(), when)?;
        let mode = tree.get(path).map_or(Mode::FILE, |(mode, _)| *mode);
        tree.insert(path.clone(), (mode, id));
    }
    let who = Signature { name: push.author.0.clone(), email: push.author.1.clone(), when };
    let message = format!("{}\n", push.message.trim_end());
    let tree = repo.write_tree(files, &tree, when)?;
    let made = Commit { tree, parents: vec![base], author: who.clone(), committer: who.clone(), message };
    let id = repo.write_commit(files, &made, when)?;
    let name = ["refs/heads/", &push.branch].concat();
    let old = repo.read_ref(files, &name);
    repo.update_ref(files, &RefChange { name: &name, new: id, who: &who, message: "push" })?;
    Ok((old, id))
}

impl World {
    /// Does something with Flux and the world around it, and then what it asked for.
    #[inline(never)]
    fn with_flux(
        &mut self,
        act: impl FnOnce(&mut gitops::flux::Flux, &mut sim::Sim, &mut cluster::Cluster, &mut dyn Forge),
    ) {
        let when = self.when();
        let mut outside = Outside {
            machines: &mut self.machines,
            forge: &self.forge,
            registry: &self.registry,
            when,
            pushed: Vec::new(),
            runs: Vec::new(),
        };
        act(&mut self.flux, &mut self.sim, &mut self.cluster, &mut outside);
        let (pushed, runs) = (outside.pushed, outside.runs);
        self.watch_stores();
        for one in pushed {
            let id = one.update.new.map(|id| id.to_string()).unwrap_or_default();
            self.note_commit(&one.name, &id, &one.subject, &one.actor, &one.causes);
            self.received_push(&MachineId::new(FORGE), &one.repo, &[one.update], &one.actor, &one.causes);
        }
        for run in runs {
            self.start_helm(run);
        }
    }

    pub(crate) fn fire_flux(&mut self) {
        self.with_flux(|flux, sim, cluster, outside| flux.fire(sim, cluster, outside));
    }

    /// What changed in the store is seen by those who deliver from Git.
    pub(crate) fn watch_stores(&mut self) {
        self.argocd.watch(&mut self.sim, &self.cluster);
        self.flux.watch(&mut self.sim, &self.cluster);
        if self.sealed.on {
            self.watch_sealed();
        }
        if let Some(rollouts) = &mut self.rollouts {
            rollouts.watch(&mut self.sim, &self.cluster);
        }
        for line in self.flux.take_lines() {
            self.controller_says(line.controller, &line.text);
        }
    }

    /// A controller's line goes to the log of its pod.
    fn controller_says(&mut self, controller: &str, text: &str) {
        let pods = self.cluster.store().all(cluster::POD, Some(NAMESPACE));
        let own = |pod: &&std::sync::Arc<cluster::Object>| pod.label("app") == controller && cluster::pod_ready(pod);
        let Some(pod) = pods.into_iter().find(own) else { return };
        let key = workload::Key::new(NAMESPACE, pod.name(), "manager");
        if let Some(life) = self.workload.container(&key).map(|container| container.life) {
            self.workload.say(&self.sim, &key, life, text);
        }
    }

    #[inline(never)]
    fn start_helm(&mut self, run: HelmRun) {
        let HelmRun { id, argv, files, causes } = run;
        let micros = self.now().as_micros();
        let machine = MachineId::new(&["helm-controller:", &id.namespace, "/", &id.name].concat());
        let mut host = Machine::new("helm-controller", "flux", micros);
        for (path, bytes) in files {
            let made = host.files.make_dir_all(vfs::parent(&path), micros);
            let made = made.and_then(|()| host.files.write(&path, bytes, micros));
            debug_assert!(made.is_ok(), "paths of a tree of Git fit into an empty file system");
        }
        let env = host.env.clone();
        self.add_machine(machine.clone(), host);
        let output = self.new_capture();
        let fds = [(0, Fd::Null), (1, Fd::Stream(output)), (2, Fd::Stream(output))].into();
        let spawn = Spawn {
            parent: None,
            machine: machine.clone(),
            argv,
            env,
            cwd: "/tmp".into(),
            fds,
            terminal: None,
            causes,
        };
        match self.spawn(spawn) {
            Some(pid) => self.flux_runs.push(Run { pid, id, machine, output }),
            None => self.helm_over(Run { pid: Pid(0), id, machine, output }, 127),
        }
    }

    /// A process ended: whether it was a `helm` of Flux.
    pub(crate) fn helm_ended(&mut self, pid: Pid, code: i32) -> bool {
        let Some(at) = self.flux_runs.iter().position(|run| run.pid == pid) else { return false };
        let run = self.flux_runs.remove(at);
        self.helm_over(run, code);
        true
    }

    fn helm_over(&mut self, run: Run, code: i32) {
        let output = String::from_utf8_lossy(&self.take_capture(run.output)).into_owned();
        self.remove_machine(&run.machine);
        self.with_flux(|flux, sim, cluster, outside| flux.helm_ended(sim, cluster, outside, &run.id, (code, &output)));
    }

    /// Installs Flux, as `flux install` does.
    pub fn install_flux(&mut self, causes: &Causes) -> Result<(), cluster::Status> {
        let writer = cluster::Writer::new("flux", causes.clone());
        gitops::flux::install(&mut self.cluster, &mut self.sim, &writer)
    }
}
