//! From a scenario to a world.

use crate::moment::Moment;
use crate::session::Lesson;
use crate::setup;
use cluster::{Expander, NodeShape, Quantity, Taint, Writer};
use git::{Mode, Repo, Signature, When};
use lesson::scenario::{Autoscaler, Commit, Node, Scenario};
use lesson::{Progress, fill};
use manifest::{Value, object};
use order::OrdMap;
use sim::{Causes, Rng, Time};
use std::time::Duration;
use world::{Machine, MachineId, World};

/// Why a scenario makes no world: a fault of the lesson, told to its author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    #[error("world.yaml: {0}")]
    Scenario(String),
    #[error("world.yaml: the start state was not reached within {0} s")]
    NotSettled(u64),
}

pub(crate) fn wrong(what: impl std::fmt::Display) -> StartError {
    StartError::Scenario(what.to_string())
}

/// A world with nothing but an empty workstation: for scripts without a lesson.
pub fn empty_world(seed: u64) -> World {
    // A Friday evening, like all of Encore's.
    let start = Time::from_unix_secs(1_780_684_200);
    let mut world = World::new(seed, start, commands::programs());
    world.add_machine(MachineId::workstation(), Machine::new("encore", "learner", start.as_micros()));
    world
}

/// A lesson without steps in an empty world: for console blocks that need no scenario.
/// A terminal in the page scrolls: nothing has to be paged, and a learner's next line is no key of a pager. Whoever wants
/// it as it is elsewhere says `git config --global core.pager less`.
const GITCONFIG: &str = "[core]\n\tpager = cat\n";

#[inline(never)]
pub(crate) fn bare(start: Time) -> Result<(Lesson, Moment), StartError> {
    let mut world = empty_world(1);
    world.advance_to(start);
    let terminal = world.open_terminal(&MachineId::workstation()).ok_or_else(|| wrong("there is no workstation"))?;
    let lesson = Lesson::empty();
    let progress = Progress::default();
    let picks = OrdMap::new();
    let mut moment =
        Moment { world, progress, terminal, picks, not_yet: None, feedback: OrdMap::new(), attempt: false };
    let later = moment.now() + Duration::from_secs(1);
    moment.settle(&lesson, later);
    Ok((lesson, moment))
}

/// Builds a lesson's world and lets it run until it is settled.
#[inline(never)]
pub fn start_world(lesson: &Lesson, seed: u64) -> Result<Moment, StartError> {
    let scenario = &lesson.plan.scenario;
    let seed = if seed == 0 { scenario.seed } else { seed };
    let mut rng = Rng::new(seed);
    let picks = scenario.pick(&mut rng);
    let within = Duration::from_secs(scenario.until.within_secs);
    // The clock starts early, so that the lesson begins at the scenario's time in a world that has come to rest.
    let begin = scenario.start - within;
    let mut world = World::new(seed, begin, commands::programs());
    let mut builder = Builder { world: &mut world, picks: &picks, start: scenario.start };
    builder.repos(scenario)?;
    builder.images(scenario)?;
    builder.cluster(scenario)?;
    builder.machines(scenario)?;
    builder.traffic(scenario)?;
    settle(&mut world, scenario, &picks, begin + within)?;
    world.advance_to(scenario.start);
    let terminal =
        world.open_terminal(&MachineId::workstation()).ok_or_else(|| wrong("there is no machine named workstation"))?;
    let mut moment = Moment {
        world,
        progress: Progress::default(),
        terminal,
        picks,
        not_yet: None,
        feedback: OrdMap::new(),
        attempt: false,
    };
    moment.settle(lesson, scenario.start + Duration::from_secs(1));
    // A step that the untouched world passes is passed: `opsfest verify` refuses such a lesson.
    moment.evaluate(lesson, lesson::Moment::AfterEvent);
    Ok(moment)
}

#[inline(never)]
fn settle(
    world: &mut World,
    scenario: &Scenario,
    picks: &OrdMap<String, String>,
    limit: Time,
) -> Result<(), StartError> {
    let latches = lesson::Latches::default();
    let passed = OrdMap::new();
    let holds = |world: &World| {
        let facts = lesson::WorldFacts { world, picks };
        let past = lesson::cel::Past { owner: "start", latches: &latches, passed: &passed };
        lesson::cel::holds(&scenario.until.check, &facts, past)
    };
    loop {
        let events = world.sim.events().len();
        let stepped = world.step(limit);
        if !stepped.happened {
            return if holds(world) { Ok(()) } else { Err(StartError::NotSettled(scenario.until.within_secs)) };
        }
        if (stepped.ticked || world.sim.events().len() > events) && holds(world) {
            return Ok(());
        }
    }
}

struct Builder<'a> {
    world: &'a mut World,
    picks: &'a OrdMap<String, String>,
    start: Time,
}

impl Builder<'_> {
    /// Fills placeholders: picked words, and ids of commits made before.
    #[inline(never)]
    fn fill(&self, text: &str) -> Result<String, StartError> {
        let look_up = |kind: &str, name: &str| match kind {
            "pick" => self.picks.get(name).cloned(),
            "head" | "short" => {
                let (repo, files) = self.world.forge_repo(name)?;
                let id = repo.head(files).ok()?.id()?.to_string();
                Some(if kind == "short" { id.get(..7)?.to_string() } else { id })
            }
            _ => None,
        };
        fill(text, &look_up).map_err(wrong)
    }

    fn fill_value(&self, value: &Value) -> Result<Value, StartError> {
        Value::from_json(&self.fill(&value.to_json())?).map_err(wrong)
    }

    #[inline(never)]
    fn repos(&mut self, scenario: &Scenario) -> Result<(), StartError> {
        for repo in &scenario.repos {
            let made = self.world.make_forge_repo(&repo.name, &repo.branch);
            if repo.webhooks.iter().any(|hook| hook == "argocd") {
                self.world.add_argocd_webhook(&repo.name);
            }
            let mut tree = git::FlatTree::new();
            for commit in &repo.commits {
                self.commit(&made, &repo.branch, commit, &mut tree)?;
            }
            for pull in &repo.pulls {
                self.pull(&made, repo, pull, tree.clone())?;
            }
            if let Some(settings) = &repo.settings {
                *self.world.ci.settings_mut(&repo.name) = settings.clone();
            }
            for rules in &repo.protect {
                let lesson::scenario::Protect { pull_request, approvals, checks, force_pushes, deletions, .. } =
                    rules.clone();
                let rules_made = world::BranchRules { pull_request, approvals, checks, force_pushes, deletions };
                self.world.protect(&repo.name, &rules.branch, rules_made);
            }
            if !repo.secrets.is_empty() {
                self.world.scan_secrets(&repo.name, repo.secrets == "protect");
            }
        }
        Ok(())
    }

    /// A teammate's branch, and the pull request for it.
    #[inline(never)]
    fn pull(
        &mut self,
        made: &Repo,
        repo: &lesson::scenario::Repo,
        pull: &lesson::scenario::Pull,
        mut tree: git::FlatTree,
    ) -> Result<(), StartError> {
        let forge = MachineId::new(world::FORGE);
        let files = &mut self.world.machine_mut(&forge).ok_or_else(|| wrong("the forge is missing"))?.files;
        if let Some(tip) = made.read_ref(files, &format!("refs/heads/{}", repo.branch)) {
            let when = When::utc(0);
            made.place_ref(files, &format!("refs/heads/{}", pull.branch), &tip, when).map_err(wrong)?;
        }
        for commit in &pull.commits {
            self.commit(made, &pull.branch, commit, &mut tree)?;
        }
        let new = world::NewPull {
            title: self.fill(&pull.title)?,
            body: self.fill(&pull.body)?,
            author: pull.author.clone(),
            head: pull.branch.clone(),
            base: repo.branch.clone(),
            draft: false,
        };
        self.world.open_pull(&repo.name, new, &Causes::none()).map(drop).map_err(wrong)
    }

    #[inline(never)]
    fn commit(
        &mut self,
        repo: &Repo,
        branch: &str,
        commit: &Commit,
        tree: &mut git::FlatTree,
    ) -> Result<(), StartError> {
        let secs = self.start.unix_secs().saturating_sub(commit.ago_secs);
        let when = When::utc(i64::try_from(secs).unwrap_or(0));
        let mut texts = Vec::new();
        for (path, text) in &commit.write {
            texts.push((path.clone(), self.fill(text)?));
        }
        let message = self.fill(&commit.message)?;
        let (name, email) = commit.author.split_once('<').ok_or_else(|| wrong("an author is `Name <mail@address>`"))?;
        let who = Signature { name: name.trim().into(), email: email.trim_end_matches('>').trim().into(), when };
        let forge = MachineId::new(world::FORGE);
        let files = &mut self.world.machine_mut(&forge).ok_or_else(|| wrong("the forge is missing"))?.files;
        for path in &commit.remove {
            tree.remove(path);
        }
        for (path, text) in texts {
            let id = repo.write_object(files, git::Kind::Blob, text.as_bytes(), when).map_err(wrong)?;
            let mode = if commit.executable.contains(&path) { Mode::EXECUTABLE } else { Mode::FILE };
            tree.insert(path, (mode, id));
        }
        let root = repo.write_tree(files, tree, when).map_err(wrong)?;
        let name = format!("refs/heads/{branch}");
        let parents = repo.read_ref(files, &name).into_iter().collect();
        let message = format!("{}\n", message.trim_end());
        let made = git::Commit { tree: root, parents, author: who.clone(), committer: who.clone(), message };
        let id = repo.write_commit(files, &made, when).map_err(wrong)?;
        let change = git::RefChange { name: &name, new: id, who: &who, message: "push" };
        repo.update_ref(files, &change).map_err(wrong)
    }

    #[inline(never)]
    fn images(&mut self, scenario: &Scenario) -> Result<(), StartError> {
        for of in &scenario.images {
            let reference = self.fill(&of.reference)?;
            let name = image::ImageRef::parse(&reference)
                .ok_or_else(|| wrong(format!("{reference} is no image reference")))?;
            let source = match &of.repo {
                Some(repo) if of.program.is_empty() => self.text_at_head(repo, "encore.yaml")?,
                _ => self.fill(&of.program)?,
            };
            let revision = match &of.repo {
                Some(repo) => Some(self.fill(&format!("@@head:{repo}@@"))?),
                None => None,
            };
            let program = Value::from_yaml(&source).map_err(wrong)?;
            let mut rng =
                Rng::new(source.bytes().chain(reference.bytes()).fold(11, |h, b| h.wrapping_mul(131) ^ u64::from(b)));
            let hex: String = (0..4).map(|_| format!("{:016x}", rng.next_u64())).collect();
            let digest = format!("sha256:{hex}");
            let made = image::Image::opaque(digest, of.size_bytes, program, revision, self.world.now());
            self.world.registry.push(&name, made);
        }
        for (repository, kept) in &scenario.retention {
            let now = self.world.now();
            self.world.registry.retain(repository, kept.clone(), now);
        }
        Ok(())
    }

    fn text_at_head(&self, repo: &str, path: &str) -> Result<String, StartError> {
        let read = || {
            let (repo, files) = self.world.forge_repo(repo)?;
            let tree = repo.read_commit(files, &repo.head(files).ok()?.id()?).ok()?.tree;
            let (_, blob) = repo.tree_entry(files, &tree, path).ok()??;
            Some(repo.read_blob(files, &blob).ok()?.text())
        };
        read().ok_or_else(|| wrong(format!("{repo} has no {path}")))
    }

    #[inline(never)]
    fn cluster(&mut self, scenario: &Scenario) -> Result<(), StartError> {
        let writer = Writer::new("scenario", Causes::none());
        for node in &scenario.nodes {
            let shape = shape(node)?;
            self.world.api(|cluster, sim| cluster.add_node(sim, &shape, &Causes::none())).map_err(wrong)?;
        }
        if let Some(autoscaler) = &scenario.autoscaler {
            self.autoscaler(autoscaler)?;
        }
        if scenario.flux {
            self.world.install_flux(&Causes::none()).map_err(wrong)?;
        }
        if scenario.sealed_secrets {
            self.world.install_sealed_secrets(&Causes::none()).map_err(wrong)?;
        }
        if scenario.rollouts {
            self.world.install_rollouts(&Causes::none()).map_err(wrong)?;
        }
        if scenario.rollouts || scenario.prometheus {
            self.world.install_prometheus(&Causes::none()).map_err(wrong)?;
        }
        for name in &scenario.namespaces {
            let namespace = object! { "metadata" => object! { "name" => name } };
            self.world
                .api(|cluster, sim| cluster.create(sim, cluster::NAMESPACE, "", namespace, &writer))
                .map_err(wrong)?;
        }
        for value in &scenario.objects {
            let value = self.fill_value(value)?;
            let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
            let namespace = value.str_at("metadata.namespace").to_string();
            let id = self.world.cluster.store().kinds().of_manifest(&api, &kind).map(|info| info.id);
            let id = id.ok_or_else(|| wrong(format!("there is no kind {kind} in {api}")))?;
            self.world.api(|cluster, sim| cluster.create(sim, id, &namespace, value, &writer)).map_err(wrong)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn autoscaler(&mut self, autoscaler: &Autoscaler) -> Result<(), StartError> {
        for group in &autoscaler.groups {
            let mut shape = shape(&group.node)?;
            let taint = |(key, value, effect): &(String, String, String)| Taint {
                key: key.clone(),
                value: value.clone(),
                effect: effect.clone(),
            };
            shape.taints = group.taints.iter().map(taint).collect();
            let sizes = (group.min, group.max);
            self.world
                .api(|cluster, sim| cluster.add_node_group(sim, &shape, sizes, &Causes::none()))
                .map_err(wrong)?;
        }
        let expander = Expander::named(&autoscaler.expander).unwrap_or_default();
        self.world.api(|cluster, _| cluster.set_expander(expander));
        Ok(())
    }

    #[inline(never)]
    fn machines(&mut self, scenario: &Scenario) -> Result<(), StartError> {
        for machine in &scenario.machines {
            let id = MachineId::new(&machine.name);
            let micros = self.world.now().as_micros();
            let mut host = Machine::new("encore", &machine.user, micros);
            let quiet = host.files.write("/etc/gitconfig", GITCONFIG.as_bytes().to_vec(), micros);
            quiet.map_err(|error| wrong(format!("/etc/gitconfig: {error}")))?;
            self.world.add_machine(id.clone(), host);
            for (path, text) in &machine.files {
                let text = self.fill(text)?;
                let files = &mut self.world.machine_mut(&id).ok_or_else(|| wrong("the machine is missing"))?.files;
                let made = files.make_dir_all(vfs::parent(path), micros);
                made.and_then(|()| files.write(path, text.into_bytes(), micros))
                    .map_err(|error| wrong(format!("{path}: {error}")))?;
            }
            for clone in &machine.clones {
                let branch =
                    scenario.repos.iter().find(|repo| repo.name == clone.repo).map_or("main", |repo| &repo.branch);
                self.world.checkout(&id, &clone.repo, branch, (&clone.path, "")).map_err(wrong)?;
            }
            if !machine.setup.is_empty() {
                let script = self.fill(&machine.setup)?;
                setup::run(self.world, &id, &script, self.start)?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn traffic(&mut self, scenario: &Scenario) -> Result<(), StartError> {
        let Some(traffic) = &scenario.traffic else { return Ok(()) };
        let (namespace, service) =
            traffic.service.split_once('/').ok_or_else(|| wrong("traffic.service is `namespace/service`"))?;
        let customers = workload::Customers {
            host: "shop.encore".into(),
            namespace: namespace.into(),
            service: service.into(),
            rate: traffic.requests_per_sec,
            daily: 0.25,
        };
        self.world.open_doors(customers);
        Ok(())
    }
}

/// What a node of the scenario is like.
fn shape(node: &Node) -> Result<NodeShape, StartError> {
    let cpu = Quantity::parse(&node.cpu).ok_or_else(|| wrong(format!("{} is no amount of CPU", node.cpu)))?;
    let memory =
        Quantity::parse(&node.memory).ok_or_else(|| wrong(format!("{} is no amount of memory", node.memory)))?;
    Ok(NodeShape {
        pods_max: i64::from(node.pods),
        labels: node.labels.clone().into_iter().collect(),
        ..NodeShape::worker(node.name.as_str(), cpu.milli(), memory.units())
    })
}
