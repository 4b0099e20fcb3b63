//! Doors for people: what a click or a tool asks of the engines.

use crate::runtime::{Net, Port};
use crate::sources::GitSources;
use crate::{MachineId, World};
use cluster::{Cluster, DeleteOptions, Status, Writer};
use git::{Bundle, RefChange, Repo, Signature};
use gitops::{ArgoCd, Comparison, Refusal, Sources};
use manifest::{Value, object};
use sim::{Causes, Sim};
use workload::Response;

impl World {
    /// Does something with the cluster's API, which needs time and chance beside it.
    pub fn api<T>(&mut self, act: impl FnOnce(&mut Cluster, &mut Sim) -> T) -> T {
        act(&mut self.cluster, &mut self.sim)
    }

    /// The status that every ready pod of a service answers to a GET that shows a key; `None` where nobody answers, or not all the
    /// same.
    #[inline(never)]
    pub fn answered(&self, (namespace, service): (&str, &str), path: &str, shows: &str) -> Option<u16> {
        let net = self.net();
        let count = workload::Network::endpoints(&net, namespace, service)?.len() as u64;
        let mut all = (0..count).map(|pick| {
            let asked = self.workload.request(&net, (namespace, service), (path, shows), self.now(), pick);
            asked.map_or(0, |response| response.status)
        });
        let first = all.next().filter(|status| *status != workload::TIMED_OUT)?;
        all.all(|status| status == first).then_some(first)
    }

    /// A variable of the programs behind a service; `None` where none runs, or not all have the same.
    #[inline(never)]
    pub fn variable(&self, (namespace, service): (&str, &str), name: &str) -> Option<String> {
        let net = self.net();
        let behind = workload::Network::endpoints(&net, namespace, service)?;
        let mut all = behind.iter().map(|(key, _)| self.workload.container(key).and_then(|one| one.env.get(name)));
        let first = all.next()??;
        all.all(|other| other == Some(first)).then(|| first.clone())
    }

    /// Asks Argo CD for a sync as the application's policy says, or as `sync` says beyond that.
    #[inline(never)]
    pub fn sync_app(&mut self, app: &str, mut sync: Value, causes: &Causes) -> Result<(), Refusal> {
        let Some(object) = self.argocd.applications(&self.cluster).find(|object| object.name() == app) else {
            return Err(Refusal::new("NotFound", format!("applications.argoproj.io \"{app}\" not found")));
        };
        let (source, policy) = (object.value.at("spec.source"), object.value.at("spec.syncPolicy"));
        let (own, wanted) = (source.str_at("targetRevision"), sync.str_at("revision"));
        let automated = !policy.at("automated").is_null() && policy.at("automated.enabled").as_bool() != Some(false);
        let other = !wanted.is_empty() && wanted != if own.is_empty() { "HEAD" } else { own };
        if other && automated && !sync.bool_at("dryRun") {
            let why = format!("Cannot sync to {wanted}: auto-sync currently set to {own}");
            return Err(Refusal::new("FailedPrecondition", why));
        }
        sync.put("source", source.clone());
        if sync.at("syncOptions").is_null() && !policy.at("syncOptions").is_null() {
            sync.put("syncOptions", policy.at("syncOptions").clone());
        }
        let mut operation = object! { "initiatedBy" => object! { "username" => "learner" } };
        let retry = sync.remove("retry").unwrap_or_else(|| policy.at("retry").clone());
        if !retry.is_null() {
            operation.put("retry", retry);
        }
        operation.put("sync", sync);
        self.argocd.request(&mut self.sim, &mut self.cluster, app, operation, causes)
    }

    /// Does something by the Argo CD server, which reads repositories beside the cluster.
    pub fn by_argocd<T>(&mut self, act: impl FnOnce(&mut ArgoCd, (&mut Sim, &mut Cluster), &dyn Sources) -> T) -> T {
        let sources = GitSources { machines: &self.machines, forge: &self.forge };
        self.argocd.make_default_project(&mut self.sim, &mut self.cluster);
        act(&mut self.argocd, (&mut self.sim, &mut self.cluster), &sources)
    }

    pub fn refresh_app(&mut self, app: &str, causes: &Causes) {
        self.argocd.refresh(&mut self.sim, app, causes);
    }

    /// What a sync would change now.
    pub fn compare_app(&mut self, app: &str) -> Result<Comparison, String> {
        let sources = GitSources { machines: &self.machines, forge: &self.forge };
        self.argocd.comparison(&mut self.sim, &mut self.cluster, &sources, app)
    }

    pub fn rerun_pipeline(&mut self, run: u32, causes: &Causes) {
        self.ci.rerun(&mut self.sim, run, causes);
    }

    pub fn cancel_pipeline(&mut self, run: u32) {
        self.ci.cancel(&mut self.sim, run, "The run was canceled by @learner.");
    }

    /// Approves or rejects what waits for environments in a run.
    pub fn review_deployment(&mut self, run: u32, review: ci::Review, causes: &Causes) -> Result<(), String> {
        self.ci.review(&mut self.sim, run, review, causes)
    }

    pub fn delete_pod(&mut self, namespace: &str, name: &str, causes: &Causes) -> Result<(), Status> {
        let writer = Writer::new("learner", causes.clone());
        let place = (cluster::POD, namespace, name);
        self.cluster.delete(&mut self.sim, place, DeleteOptions::default(), &writer).map(|_| ())
    }

    pub(crate) fn net(&self) -> Net<'_> {
        let customers = self.workload.customers();
        Net {
            cluster: &self.cluster,
            host: customers.map(|c| (c.host.as_str(), c.namespace.as_str(), c.service.as_str())),
            from: None,
        }
    }

    /// The service that a machine means by a name: its namespace and name.
    pub fn service_behind(&self, machine: &MachineId, host: &str) -> Option<(String, String)> {
        let mut net = self.net();
        net.from = crate::runtime::pod_behind(&self.cluster, machine);
        workload::Network::host(&net, host)
    }

    /// One HTTP request of a machine to a host of the world, with the host that its header names and the key that it shows
    /// (`Authorization: Bearer`). The error is `curl`'s exit code and words.
    #[inline(never)]
    pub fn http_get(
        &mut self,
        machine: &MachineId,
        (host, header): (&str, &str),
        (path, shows): (&str, &str),
    ) -> Result<Response, (i32, String)> {
        let pick = self.sim.rng().next_u64();
        let mut net = self.net();
        net.from = crate::runtime::pod_behind(&self.cluster, machine);
        let mut backend = workload::Network::host(&net, host);
        if backend.is_none() && self.cluster.has_ingress(host) {
            let bare = path.split('?').next().unwrap_or(path);
            let Some((namespace, service, _)) = self.cluster.route(header, bare) else {
                return Ok(Response::not_found("default backend - 404"));
            };
            // The ingress controller is who calls.
            net.from = None;
            if self.cluster.get(cluster::SERVICE, &namespace, &service).is_err() {
                return Ok(Response::unavailable());
            }
            backend = Some((namespace, service));
        }
        let Some((namespace, service)) = backend else {
            return Err((6, format!("Could not resolve host: {host}")));
        };
        let answer = self.workload.request(&net, (&namespace, &service), (path, shows), self.now(), pick);
        // What never arrived has shown nothing.
        let arrived = answer.as_ref().is_some_and(|answer| answer.status != workload::TIMED_OUT);
        let asked = workload::chosen(&net, (&namespace, &service), pick).filter(|_| arrived);
        if let Some(key) = asked {
            self.workload.note_request(&key, shows);
        }
        match answer {
            Some(answer) if answer.status == workload::TIMED_OUT => {
                Err((28, format!("Failed to connect to {host} port 80 after 130104 ms: Timeout was reached")))
            }
            Some(answer) if self.monitor.is_some() => Ok(self.monitored((&namespace, &service), path, answer)),
            Some(answer) => Ok(answer),
            None => Err((7, format!("Failed to connect to {host} port 80 after 1 ms: Couldn't connect to server"))),
        }
    }

    pub(crate) fn fire_cluster(&mut self) {
        let (registry, programs, machines) = (&self.registry, &self.programs, &self.machines);
        let mut port = Port { workload: &mut self.workload, registry, programs, machines, commands: Vec::new() };
        self.cluster.fire(&mut self.sim, &mut port);
        let commands = port.commands;
        self.start_commands(commands);
        self.watch_stores();
    }

    pub(crate) fn fire_argocd(&mut self) {
        let sources = GitSources { machines: &self.machines, forge: &self.forge };
        self.argocd.fire(&mut self.sim, &mut self.cluster, &sources);
        self.watch_stores();
    }

    pub(crate) fn fire_workload(&mut self) {
        let customers = self.workload.customers().cloned();
        let host = customers.as_ref().map(|c| (c.host.as_str(), c.namespace.as_str(), c.service.as_str()));
        let net = Net { cluster: &self.cluster, host, from: None };
        let exits = self.workload.fire(&mut self.sim, &net);
        for exit in exits {
            self.container_ended(&exit);
        }
    }

    /// A container's program is over: the kubelet hears of it.
    #[inline(never)]
    pub(crate) fn container_ended(&mut self, exit: &workload::Exit) {
        let key = &exit.key;
        if &*key.namespace == crate::docker::SPACE {
            return self.docker_program_ended(&key.pod, exit.code);
        }
        let Some(pod) = self.cluster.store().get(cluster::POD, &key.namespace, &key.pod) else { return };
        let container = cluster::ContainerRef {
            namespace: key.namespace.clone(),
            pod: key.pod.clone(),
            uid: pod.uid.clone(),
            container: key.container.clone(),
        };
        let causes = exit.causes.and(&pod.created_by);
        self.cluster.container_exited(&mut self.sim, &container, exit.code, &exit.reason, &causes);
    }

    /// What changed by a direct call of the API is seen by Argo CD and Flux too.
    pub fn settle_watches(&mut self) {
        self.watch_stores();
    }

    /// A repository made elsewhere: becomes `~/NAME` with an empty `encore/NAME` on the forge as its origin.
    #[inline(never)]
    pub fn import_bundle(&mut self, name: &str, bytes: &[u8], causes: &Causes) -> Result<String, String> {
        let plain = name.trim_end_matches(".bundle");
        let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if plain.is_empty() || plain.starts_with('.') || plain.len() > 64 || !plain.chars().all(good) {
            return Err(format!("“{name}” is no name for a repository: use letters, digits, dots and dashes."));
        }
        let bundle = Bundle::parse(bytes).map_err(|error| format!("{name}: {error}"))?;
        let when = self.when();
        let id = MachineId::workstation();
        let home = self.machine(&id).map(|m| m.home().to_string()).ok_or("there is no workstation")?;
        let path = format!("{home}/{plain}");
        let host = self.machines.get_mut(&id).ok_or("there is no workstation")?;
        if host.files.exists(&path) {
            return Err(format!("~/{plain} is there already."));
        }
        // On a copy first, so that a damaged bundle leaves nothing behind.
        let mut files = host.files.clone();
        let branch = branch_of(&bundle).ok_or_else(|| format!("{name} has no branch."))?;
        let repo = unpack(&mut files, &path, &bundle, &branch, when).map_err(|error| format!("{name}: {error}"))?;
        let forge_name = format!("encore/{plain}");
        let mut config = repo.config(&files);
        config.set("remote.origin.url", &Self::repo_url(&forge_name));
        config.set("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
        repo.write_state(&mut files, "config", config.text(), when).map_err(|error| error.to_string())?;
        host.files = files;
        self.make_forge_repo(&forge_name, &branch);
        let text = format!("Imported {name} to ~/{plain}; its origin is the empty repository {forge_name}.");
        self.sim.record("git", "learner", sim::Subject::new("Repository", forge_name), text.clone(), causes);
        Ok(text)
    }
}

/// The branch that the bundle's HEAD stands on; else `main`, `master`, or its first.
#[inline(never)]
fn branch_of(bundle: &Bundle) -> Option<String> {
    let head = bundle.refs.iter().find(|(name, _)| name == "HEAD").map(|(_, id)| *id);
    let branches: Vec<_> =
        bundle.refs.iter().filter_map(|(name, id)| Some((name.strip_prefix("refs/heads/")?, id))).collect();
    let named = |wanted: &str| branches.iter().find(|(name, _)| *name == wanted);
    let of_head = || branches.iter().find(|(_, id)| Some(**id) == head);
    named("main")
        .or_else(|| named("master"))
        .filter(|(_, id)| head.is_none() || Some(**id) == head)
        .or_else(of_head)
        .or_else(|| branches.first())
        .map(|(name, _)| (*name).to_string())
}

#[inline(never)]
fn unpack(files: &mut vfs::Vfs, path: &str, bundle: &Bundle, branch: &str, when: git::When) -> git::Result<Repo> {
    let repo = Repo::init(files, path, false, branch, when)?;
    repo.unbundle(files, bundle, when)?;
    let who = Signature { name: "learner".into(), email: "learner@encore".into(), when };
    for (name, id) in bundle.refs.iter().filter(|(name, _)| name.starts_with("refs/") && git::ref_name_ok(name)) {
        repo.update_ref(files, &RefChange { name, new: *id, who: &who, message: "import: bundle" })?;
    }
    if let Some(fault) = repo.check(files).into_iter().next() {
        return Err(git::GitError::error(format!("{fault}")));
    }
    let Some(id) = repo.read_ref(files, &format!("refs/heads/{branch}")) else { return Ok(repo) };
    let tree = repo.read_commit(files, &id)?.tree;
    let mut index = git::Index::default();
    for (file, (mode, blob)) in repo.flat_tree(files, Some(&tree))? {
        let entry = repo.write_to_work(files, &file, mode, &blob, when)?;
        index.put(&file, entry);
    }
    repo.write_index(files, &index, when)?;
    Ok(repo)
}

impl World {
    /// How many containers are ready behind a service.
    pub fn ready_endpoints(&self, namespace: &str, service: &str) -> usize {
        workload::Network::endpoints(&self.net(), namespace, service).map_or(0, |endpoints| endpoints.len())
    }
}

impl World {
    /// Customers begin to come.
    pub fn open_doors(&mut self, customers: workload::Customers) {
        self.workload.open_doors(&mut self.sim, customers);
    }
}

impl World {
    /// A repository of the workstation as a bundle that real Git reads.
    #[inline(never)]
    pub fn export_bundle(&self, path: &str) -> Result<Vec<u8>, String> {
        let host = self.machine(&MachineId::workstation()).ok_or("there is no workstation")?;
        let repo = Repo::at(&host.files, path).ok_or_else(|| format!("{path} is no repository."))?;
        let mut refs: Vec<(String, git::ObjectId)> = Vec::new();
        for prefix in ["refs/heads/", "refs/tags/"] {
            refs.extend(repo.refs(&host.files, prefix));
        }
        if let Some(id) = repo.head(&host.files).ok().and_then(|head| head.id()) {
            refs.insert(0, ("HEAD".into(), id));
        }
        if refs.is_empty() {
            return Err(format!("{path} has no commit yet."));
        }
        Ok(repo.bundle(&host.files, &refs, &[]).map_err(|error| error.to_string())?.encode())
    }

    /// The folder in which a terminal's shell stands.
    pub fn shell_cwd(&self, id: crate::TerminalId) -> String {
        let shell = self.terminals.get(&id).and_then(|terminal| terminal.shell);
        shell.and_then(|pid| self.processes.get(&pid)).map_or_else(|| "/".into(), |entry| entry.cwd.clone())
    }

    /// Runs a line in a folder of the workstation, beside all terminals: output and exit code. For forks, which are thrown away.
    #[inline(never)]
    pub fn run_apart(&mut self, cwd: &str, line: &str) -> (String, i32) {
        let id = MachineId::workstation();
        let Some(host) = self.machine(&id) else { return (String::new(), 1) };
        let (env, cwd) = (host.env.clone(), cwd.to_owned());
        let out = self.new_capture();
        let fds = [(0, crate::Fd::Null), (1, crate::Fd::Stream(out)), (2, crate::Fd::Stream(out))].into();
        let argv = ["bash", "-c", line].map(String::from).to_vec();
        let causes = Causes::none();
        let spawn = crate::Spawn { parent: None, machine: id, argv, env, cwd, fds, terminal: None, causes };
        let Some(pid) = self.spawn(spawn) else { return (String::new(), 127) };
        let limit = self.now() + std::time::Duration::from_secs(10);
        let mut code = None;
        while code.is_none() && self.step(limit).happened {
            code = self.exit_code(pid);
        }
        (String::from_utf8_lossy(&self.take_capture(out)).into_owned(), code.unwrap_or(130))
    }
}
