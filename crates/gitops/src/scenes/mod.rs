//! Tests of Argo CD over a cluster whose programs do as their image is called, with a repository in memory.

mod auto;
mod hooks;
mod options;
mod projects;
mod rollouts;
mod sets;

use crate::{ArgoCd, NAMESPACE, SourceFiles, Sources, Spec};
use cluster::{
    Cluster, ContainerRef, ContainerStart, DeleteOptions, NodeShape, Object, ProbeAction, PulledImage, Runtime,
    Stopped, Writer,
};
use manifest::Value;
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// Images that end in `-ok` exit well after a second, those in `-bad` badly; no registry has those in `-none`.
#[derive(Debug, Default)]
struct Programs {
    ending: Vec<(Time, ContainerRef, i32)>,
}

impl Runtime for Programs {
    fn pull(&mut self, _: &mut Sim, image: &str) -> Result<PulledImage, String> {
        if image.ends_with("-none") {
            return Err(format!("{image}: not found"));
        }
        Ok(PulledImage { digest: image.into(), size_bytes: 1, duration: Duration::from_millis(500) })
    }

    fn start(&mut self, sim: &mut Sim, start: &ContainerStart) -> Result<(), String> {
        let code = if start.image.ends_with("-ok") { 0 } else { 1 };
        if start.image.ends_with("-ok") || start.image.ends_with("-bad") {
            self.ending.push((sim.now() + Duration::from_secs(1), start.reference(), code));
        }
        Ok(())
    }

    fn probe(&mut self, _: &mut Sim, _: &ContainerRef, _: &ProbeAction) -> Result<(), String> {
        Ok(())
    }

    fn stop(&mut self, _: &mut Sim, _: &ContainerRef) -> Stopped {
        Stopped { after: Duration::from_millis(100), exit_code: 0 }
    }
}

/// A repository with one text for each revision.
#[derive(Debug, Default)]
struct Repo {
    revisions: Vec<String>,
    /// What generators see: paths and texts.
    tree: Vec<(String, String)>,
}

impl Sources for Repo {
    fn manifests(&self, spec: &Spec) -> Result<SourceFiles, String> {
        let newest = self.revisions.len();
        let at = match spec.target.parse::<usize>() {
            _ if spec.target == "main" && newest > 0 => newest,
            Ok(at) if at <= newest && at > 0 => at,
            _ => return Err(format!("unable to resolve '{}' to a commit SHA", spec.target)),
        };
        Ok(SourceFiles {
            revision: at.to_string(),
            subject: String::new(),
            author: String::new(),
            source_type: "Directory",
            files: vec![("all.yaml".into(), self.revisions[at - 1].clone())],
            event: None,
        })
    }

    fn paths(&self, _: &str, _: &str) -> Result<Vec<String>, String> {
        Ok(self.tree.iter().map(|(path, _)| path.clone()).collect())
    }

    fn file(&self, _: &str, _: &str, path: &str) -> Result<String, String> {
        let found = self.tree.iter().find(|(own, _)| own == path);
        found.map(|(_, text)| text.clone()).ok_or_else(|| path.into())
    }

    /// `{{ .a.b }}` alone: what Go's templates can do is tested elsewhere.
    fn template(&self, text: &str, params: &Value, _: Time) -> Result<String, String> {
        let (before, rest) = text.split_once("{{ .").ok_or(text)?;
        let (path, after) = rest.split_once(" }}").ok_or(text)?;
        let after = if after.contains("{{") { self.template(after, params, Time::default())? } else { after.into() };
        let value = params.at(path);
        let shown = if value.is_null() { "<no value>" } else { value.as_str().unwrap_or("?") };
        Ok([before, shown, &after].concat())
    }

    fn normalized(&self, name: &str) -> String {
        name.to_lowercase()
    }
}

/// Argo CD, its cluster and its repository.
struct Scene {
    sim: Sim,
    cluster: Cluster,
    argocd: ArgoCd,
    programs: Programs,
    repo: Repo,
}

fn learner() -> Writer {
    Writer::new("kubectl", Causes::none())
}

impl Scene {
    /// A cluster of one node, with the namespaces `argocd` and `shop`.
    fn new() -> Self {
        let mut sim = Sim::new(7, Time::parse_rfc3339("2026-06-05T12:00:00Z").expect("a time"));
        let mut cluster = Cluster::new(&mut sim);
        let shape = NodeShape::worker("node", 64_000, 64 << 30);
        cluster.add_node(&mut sim, &shape, &Causes::none()).expect("a valid node");
        let argocd = ArgoCd::new(&mut cluster);
        let mut scene = Self { sim, cluster, argocd, programs: Programs::default(), repo: Repo::default() };
        for name in [NAMESPACE, "shop"] {
            scene.apply("", &format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"));
        }
        scene
    }

    /// The same with an application `web` of the first revision, whose spec has `more`.
    fn of(manifests: &str, more: &str) -> Self {
        let mut scene = Self::new();
        scene.push(manifests);
        scene.app("web", more);
        scene
    }

    fn app(&mut self, name: &str, more: &str) {
        let to = "destination: {server: 'https://kubernetes.default.svc', namespace: shop}";
        let source = "source: {repoURL: 'https://forge/team/web', path: ., targetRevision: main}";
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec: {{{source}, {to}, {more}}}"
        );
        self.apply(NAMESPACE, &text);
    }

    fn apply(&mut self, namespace: &str, yaml: &str) {
        for document in Value::parse_yaml(yaml).0 {
            let value = document.value;
            let info = self.cluster.store().kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind"));
            let kind = info.map(|info| info.id).expect("a known kind");
            self.cluster.apply(&mut self.sim, kind, namespace, &value, &learner()).expect("a valid object");
        }
        self.argocd.watch(&mut self.sim, &self.cluster);
    }

    /// Another revision, of which Argo CD hears at once.
    fn push(&mut self, manifests: &str) {
        self.repo.revisions.push(manifests.into());
        self.argocd.webhook(&mut self.sim, &self.cluster, &|_| true, &Causes::none());
    }

    fn run(&mut self, secs: u64) {
        let until = self.sim.now() + Duration::from_secs(secs);
        loop {
            let ends = self.programs.ending.iter().map(|end| end.0).min().unwrap_or(Time::MAX);
            let (argo, own) = (self.argocd.next_due(), self.cluster.next_due());
            let next = [argo, own].into_iter().flatten().min();
            let at = next.map_or(Time::MAX, |due| due.at).min(ends);
            if at > until {
                break;
            }
            self.sim.advance_to(at.max(self.sim.now()));
            if ends <= at {
                let place = self.programs.ending.iter().position(|end| end.0 == ends).expect("it was found");
                let (_, container, code) = self.programs.ending.remove(place);
                self.cluster.container_exited(&mut self.sim, &container, code, "", &Causes::none());
            } else if argo == next {
                self.argocd.fire(&mut self.sim, &mut self.cluster, &self.repo);
            } else {
                self.cluster.fire(&mut self.sim, &mut self.programs);
            }
            self.argocd.watch(&mut self.sim, &self.cluster);
        }
        self.sim.advance_to(until);
    }

    /// Asks for a sync with this `operation.sync`.
    fn sync(&mut self, sync: &str) {
        let operation = Value::from_yaml(&format!("{{initiatedBy: {{username: learner}}, sync: {sync}}}"));
        let operation = operation.expect("a valid text");
        let asked = self.argocd.request(&mut self.sim, &mut self.cluster, "web", operation, &Causes::none());
        asked.expect("the sync is let begin");
        self.argocd.watch(&mut self.sim, &self.cluster);
    }

    fn object(&self, kind: &str, name: &str) -> Option<Arc<Object>> {
        let info = self.cluster.store().kinds().find(kind)?;
        let space = match (info.namespaced, kind) {
            (false, _) => "",
            (true, "Application" | "AppProject" | "ApplicationSet") => NAMESPACE,
            (true, _) => "shop",
        };
        self.cluster.store().get(info.id, space, name).cloned()
    }

    /// Something of the application `web`.
    fn told(&self, path: &str) -> String {
        let app = self.object("Application", "web").expect("the application is there");
        match app.value.at(path) {
            Value::Null => String::new(),
            value => value.as_str().map_or_else(|| value.to_json(), str::to_string),
        }
    }

    /// Phase and message of the last operation.
    fn operation(&self) -> String {
        [self.told("status.operationState.phase"), self.told("status.operationState.message")].join(": ")
    }

    /// `Phase Kind/name Status HookPhase message` of each result.
    fn results(&self) -> Vec<String> {
        let app = self.object("Application", "web").expect("the application is there");
        let line = |one: &Value| {
            let texts = ["syncPhase", "kind", "name", "status", "hookPhase", "message"].map(|field| one.str_at(field));
            format!("{} {}/{} {} {} {}", texts[0], texts[1], texts[2], texts[3], texts[4], texts[5])
        };
        app.value.list_at("status.operationState.syncResult.resources").iter().map(line).collect()
    }

    fn conditions(&self) -> Vec<String> {
        let app = self.object("Application", "web").expect("the application is there");
        let line = |one: &Value| [one.str_at("type"), one.str_at("message")].join(": ");
        app.value.list_at("status.conditions").iter().map(line).collect()
    }

    fn patch(&mut self, kind: &str, name: &str, patch: &str) {
        let object = self.object(kind, name).expect("the object is there");
        let patch = Value::from_yaml(patch).expect("a valid text");
        let place = (object.key.kind, object.namespace(), object.name());
        let done = self.cluster.patch(&mut self.sim, place, cluster::PatchKind::Merge, &patch, &learner());
        done.expect("a valid patch");
        self.argocd.watch(&mut self.sim, &self.cluster);
    }

    fn delete(&mut self, kind: &str, name: &str) {
        let object = self.object(kind, name).expect("the object is there");
        let place = (object.key.kind, object.namespace(), object.name());
        self.cluster.delete(&mut self.sim, place, DeleteOptions::default(), &learner()).expect("it can be deleted");
        self.argocd.watch(&mut self.sim, &self.cluster);
    }
}

/// A ConfigMap of this name and value, with annotations.
fn config(name: &str, value: &str, annotations: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\ndata: {{a: {value}}}\n"
    )
}

/// A Job whose only container has this image, with annotations.
fn job(name: &str, image: &str, annotations: &str) -> String {
    format!(
        "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\nspec: {{backoffLimit: 0, template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: {image}}}]}}}}}}\n"
    )
}

fn deployment(name: &str, image: &str, replicas: u32, annotations: &str) -> String {
    let pod =
        format!("{{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: main, image: {image}}}]}}}}");
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\nspec: {{replicas: {replicas}, selector: {{matchLabels: {{app: {name}}}}}, template: {pod}}}\n"
    )
}
