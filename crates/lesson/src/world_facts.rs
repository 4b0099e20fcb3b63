//! The world as checks see it.

use crate::Facts;
use cluster::base64;
use git::{ObjectId, Pathspec, Repo};
use manifest::{Value, object};
use order::OrdMap;
use sim::Time;
use vfs::Vfs;
use world::{MachineId, World};

/// A world, and the words that its scenario picked.
#[derive(Debug, Clone, Copy)]
pub struct WorldFacts<'a> {
    pub world: &'a World,
    pub picks: &'a OrdMap<String, String>,
}

type Answer = Result<Value, String>;

impl Facts for WorldFacts<'_> {
    fn now(&self) -> Time {
        self.world.now()
    }

    fn var(&self, name: &str) -> Option<Value> {
        self.picks.get(name).map(|word| Value::from(word.as_str()))
    }

    #[inline(never)]
    fn call(&self, name: &str, args: &[Value]) -> Answer {
        let text = |index: usize| -> Result<&str, String> {
            let value = args.get(index).unwrap_or(Value::null());
            value.as_str().ok_or_else(|| format!("{name}: argument {} is a text", index + 1))
        };
        Ok(match name {
            "object" => self.object(text(0)?, text(1)?, text(2)?)?,
            "objects" => self.objects(text(0)?, text(1)?)?,
            "file" => self.file(text(0)?),
            // A null revision comes from a fact that is not there: then this is not there either.
            "head" | "commit" | "text_at" | "paths_with" | "is_ancestor" if args.iter().any(Value::is_null) => {
                Value::Null
            }
            "head" => self.head(text(0)?, text(1)?),
            "commit" => self.commit(text(0)?, text(1)?),
            "text_at" => self.text_at(text(0)?, text(1)?, text(2)?),
            "is_ancestor" => self.is_ancestor(text(0)?, text(1)?, text(2)?),
            "local" => self.local(text(0)?),
            "app" => self.app(text(0)?),
            "runs" => self.runs(text(0)?),
            "image" => self.image(text(0)?),
            "builds" => self.builds(text(0)?),
            "local_image" => self.local_image(text(0)?),
            "image_text" => self.image_text(text(0)?, text(1)?),
            "image_files" => self.image_files(text(0)?, text(1)?),
            "shop" => self.shop(text(0)?),
            "status" => self.status(text(0)?, text(1)?, text(2)?),
            "env" => self.env(text(0)?, text(1)?),
            "decoded" if args.iter().any(Value::is_null) => Value::Null,
            "decoded" => or_null(base64::decode(text(0)?).ok().and_then(|bytes| String::from_utf8(bytes).ok())),
            "paths_with" => self.paths_with(text(0)?, text(1)?, text(2)?),
            "alerts" => self.alerts(text(0)?),
            "events" => self.events(text(0)?),
            other => return Err(format!("there is no function {other}")),
        })
    }
}

fn or_null<T: Into<Value>>(found: Option<T>) -> Value {
    found.map_or(Value::Null, Into::into)
}

impl WorldFacts<'_> {
    fn object(&self, kind: &str, namespace: &str, name: &str) -> Answer {
        let store = self.world.cluster.store();
        let info = store.kinds().find(kind).ok_or_else(|| format!("there is no kind {kind}"))?;
        let namespace = if info.namespaced { namespace } else { "" };
        Ok(or_null(store.get(info.id, namespace, name).map(|object| object.value.clone())))
    }

    fn objects(&self, kind: &str, namespace: &str) -> Answer {
        let store = self.world.cluster.store();
        let info = store.kinds().find(kind).ok_or_else(|| format!("there is no kind {kind}"))?;
        let namespace = (!namespace.is_empty()).then_some(namespace);
        Ok(Value::list(store.all(info.id, namespace).map(|object| object.value.clone()).collect()))
    }

    fn workstation(&self) -> Option<(&Vfs, &str)> {
        let machine = self.world.machine(&MachineId::workstation())?;
        Some((&machine.files, machine.home()))
    }

    fn path(&self, path: &str) -> String {
        let home = self.workstation().map_or("/", |(_, home)| home);
        vfs::join(home, path.strip_prefix("~/").unwrap_or(if path == "~" { "" } else { path }))
    }

    fn file(&self, path: &str) -> Value {
        or_null(self.workstation().and_then(|(files, _)| files.read_text(&self.path(path)).ok()))
    }

    /// By the forge's name, or by a path of the workstation.
    fn repo(&self, name: &str) -> Option<(Repo, &Vfs)> {
        if name.starts_with(['~', '/']) {
            let (files, _) = self.workstation()?;
            return Some((Repo::at(files, &self.path(name))?, files));
        }
        self.world.forge_repo(name)
    }

    fn resolve(&self, repo: &str, rev: &str) -> Option<(Repo, &Vfs, ObjectId)> {
        let (repo, files) = self.repo(repo)?;
        let id = repo.resolve_commit(files, rev).ok()?;
        Some((repo, files, id))
    }

    fn head(&self, repo: &str, branch: &str) -> Value {
        let found = self.repo(repo).and_then(|(repo, files)| repo.read_ref(files, &format!("refs/heads/{branch}")));
        or_null(found.map(|id| id.to_string()))
    }

    #[inline(never)]
    fn commit(&self, repo: &str, rev: &str) -> Value {
        let read = || {
            let (repo, files, id) = self.resolve(repo, rev)?;
            let commit = repo.read_commit(files, &id).ok()?;
            let parent = commit.parents.first().and_then(|parent| repo.read_commit(files, parent).ok());
            let old = repo.flat_tree(files, parent.as_ref().map(|parent| &parent.tree)).ok()?;
            let new = repo.flat_tree(files, Some(&commit.tree)).ok()?;
            let changed = Repo::diff_flat(&old, &new, &Pathspec::literal(&[]));
            let paths: Vec<Value> = changed.iter().map(|change| Value::from(change.path.as_str())).collect();
            let parents: Vec<Value> = commit.parents.iter().map(|parent| Value::from(parent.to_string())).collect();
            Some(object! {
                "id" => id.to_string(), "message" => commit.message.to_string(),
                "subject" => commit.subject(), "author" => commit.author.name.to_string(),
                "parents" => Value::list(parents), "files" => Value::list(paths),
            })
        };
        or_null(read())
    }

    fn text_at(&self, repo: &str, rev: &str, path: &str) -> Value {
        let read = || {
            let (repo, files, id) = self.resolve(repo, rev)?;
            let tree = repo.read_commit(files, &id).ok()?.tree;
            let (_, blob) = repo.tree_entry(files, &tree, path).ok()??;
            Some(repo.read_blob(files, &blob).ok()?.text())
        };
        or_null(read())
    }

    fn is_ancestor(&self, repo: &str, old: &str, new: &str) -> Value {
        let read = || {
            let (found, files, old) = self.resolve(repo, old)?;
            let (_, _, new) = self.resolve(repo, new)?;
            found.is_ancestor(files, &old, &new).ok()
        };
        Value::from(read() == Some(true))
    }

    #[inline(never)]
    fn local(&self, path: &str) -> Value {
        let read = || {
            let (repo, files) = self.repo(path)?;
            let head = repo.head(files).ok()?;
            let branch = head.branch().unwrap_or_default().to_string();
            let upstream = repo.upstream(files, &branch).and_then(|name| repo.read_ref(files, &name));
            let (ahead, behind) = match (head.id(), upstream) {
                (Some(ours), Some(theirs)) => repo.ahead_behind(files, &ours, &theirs).ok()?,
                _ => (0, 0),
            };
            let index = repo.read_index(files).ok()?;
            let all = Pathspec::literal(&[]);
            let tree = match head.id() {
                Some(id) => Some(repo.read_commit(files, &id).ok()?.tree),
                None => None,
            };
            let staged = repo.diff_staged(files, tree.as_ref(), &index, &all).ok()?;
            let unstaged = repo.diff_unstaged(files, &index, &all).ok()?;
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            Some(object! {
                "branch" => branch, "head" => or_null(head.id().map(|id| id.to_string())),
                "ahead" => count(ahead), "behind" => count(behind),
                "dirty" => !(staged.is_empty() && unstaged.is_empty()),
                "staged" => count(staged.len()), "unstaged" => count(unstaged.len()),
            })
        };
        or_null(read())
    }

    #[inline(never)]
    fn app(&self, name: &str) -> Value {
        let found = self.world.argocd.applications(&self.world.cluster).find(|app| app.name() == name);
        or_null(found.map(|app| {
            let status = app.value.at("status");
            object! {
                "sync" => status.at("sync.status").clone(), "health" => status.at("health.status").clone(),
                "revision" => status.at("sync.revision").clone(),
                "synced" => status.at("operationState.syncResult.revision").clone(),
                "phase" => status.at("operationState.phase").clone(),
                "message" => status.at("operationState.message").clone(),
                "history" => status.at("history").clone(), "conditions" => status.at("conditions").clone(),
                "resources" => status.at("resources").clone(),
            }
        }))
    }

    #[inline(never)]
    fn runs(&self, repo: &str) -> Value {
        let runs = self.world.ci.runs().iter().rev().filter(|run| run.repo == repo);
        let rows = runs.map(|run| {
            let jobs: Vec<Value> = run
                .jobs
                .iter()
                .filter(|job| job.shown())
                .map(|job| {
                    let steps: Vec<Value> = job
                        .steps
                        .iter()
                        .map(|step| object! { "name" => &step.name, "conclusion" => step.state.conclusion(), "log" => &step.log })
                        .collect();
                    object! {
                        "id" => &job.id, "name" => &job.name, "conclusion" => job.state.conclusion(),
                        "status" => job.state.status(), "environment" => job.gate.as_ref().map_or("", |gate| &gate.environment),
                        "steps" => Value::list(steps),
                    }
                })
                .collect();
            object! {
                "id" => i64::from(run.number), "workflow" => &run.workflow_name, "commit" => &run.commit,
                "status" => run.state.status(), "conclusion" => run.state.conclusion(), "jobs" => Value::list(jobs),
                "reviews" => reviews(run), "event" => &run.event_name,
                "branch" => &run.branch, "error" => or_null(run.error.clone()),
            }
        });
        Value::list(rows.collect())
    }

    fn image(&self, reference: &str) -> Value {
        or_null(self.world.registry.resolve(reference).ok().map(|image| {
            object! { "digest" => &image.digest, "commit" => or_null(image.revision.clone()) }
        }))
    }

    /// `web` is `shop/web`, or the namespace where customers go.
    fn place<'a>(&'a self, service: &'a str) -> (&'a str, &'a str) {
        let customers = self.world.workload.customers();
        let home = customers.map_or("default", |customers| customers.namespace.as_str());
        service.split_once('/').unwrap_or((home, service))
    }

    #[inline(never)]
    fn status(&self, service: &str, path: &str, key: &str) -> Value {
        or_null(self.world.answered(self.place(service), path, key).map(i64::from))
    }

    #[inline(never)]
    fn env(&self, service: &str, variable: &str) -> Value {
        or_null(self.world.variable(self.place(service), variable))
    }

    #[inline(never)]
    fn paths_with(&self, repo: &str, rev: &str, wanted: &str) -> Value {
        let read = || {
            let (repo, files, id) = self.resolve(repo, rev)?;
            let tree = repo.flat_tree(files, Some(&repo.read_commit(files, &id).ok()?.tree)).ok()?;
            let holds = |blob: &ObjectId| repo.read_blob(files, blob).is_ok_and(|blob| blob.text().contains(wanted));
            let found = tree.iter().filter(|(_, (_, blob))| holds(blob)).map(|(path, _)| Value::from(&**path));
            Some(Value::list(found.collect()))
        };
        or_null(read())
    }

    #[inline(never)]
    fn alerts(&self, repo: &str) -> Value {
        let Some(alerts) = self.world.secret_alerts(repo) else { return Value::Null };
        let row = |(at, alert): (usize, &world::Alert)| {
            let (state, resolution) = match &alert.resolution {
                Some((how, ..)) => ("resolved", how.as_str().into()),
                None => ("open", Value::Null),
            };
            let place = alert.places.first();
            object! {
                "number" => i64::try_from(at + 1).unwrap_or(i64::MAX), "kind" => &alert.kind, "secret" => &alert.secret,
                "commit" => or_null(place.map(|place| place.commit.as_str())),
                "path" => or_null(place.map(|place| place.path.as_str())), "state" => state, "resolution" => resolution,
            }
        };
        Value::list(alerts.iter().enumerate().map(row).collect())
    }

    #[inline(never)]
    fn shop(&self, service: &str) -> Value {
        let (namespace, name) = self.place(service);
        let Some(sample) = self.world.workload.history(namespace, name).next_back() else { return Value::Null };
        let served: f64 = sample.versions.values().sum();
        let share = |rate: &f64| if served > 0.0 { rate / served } else { 0.0 };
        let mut versions = Value::map();
        for (version, rate) in sample.versions.iter().filter(|(_, rate)| **rate > 0.0) {
            versions.put(version, Value::Float(share(rate)));
        }
        let most = sample.versions.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|(version, _)| version.clone());
        let headline = most.as_ref().and_then(|version| {
            let mut all = self.world.workload.containers();
            all.find(|(key, c)| &*key.namespace == namespace && c.program.name == name && c.program.version == *version)
                .map(|(_, container)| container.program.headline.clone())
        });
        let error_rate = if sample.requests > 0.0 { sample.errors / sample.requests } else { 0.0 };
        let ready = self.world.ready_endpoints(namespace, name);
        object! {
            "version" => or_null(most), "versions" => versions, "rps" => Value::Float(sample.requests),
            "error_rate" => Value::Float(error_rate), "p99_ms" => Value::Float(sample.p99_ms),
            "headline" => or_null(headline), "ready" => i64::try_from(ready).unwrap_or(i64::MAX),
        }
    }

    fn events(&self, topic: &str) -> Value {
        let events = self.world.sim.events().iter().filter(|event| &*event.topic == topic);
        let rows = events.map(|event| {
            object! {
                "at" => event.at.rfc3339(), "actor" => event.actor.to_string(), "kind" => event.subject.kind.to_string(),
                "name" => event.subject.name.to_string(), "text" => event.text.to_string(),
            }
        });
        Value::list(rows.collect())
    }
}

/// Who approved or rejected a run's deployments.
fn reviews(run: &ci::Run) -> Value {
    let review = |review: &ci::Review| {
        object! {
            "user" => &review.user, "approved" => review.approved, "at" => review.at.rfc3339(),
            "environments" => Value::list(review.environments.iter().map(|name| name.as_str().into()).collect()),
        }
    };
    Value::list(run.reviews.iter().map(review).collect())
}
