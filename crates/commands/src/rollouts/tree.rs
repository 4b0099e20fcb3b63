//! What `get rollout` shows: the head, and the tree of revisions (`cmd/get`, `info`).

use cluster::{Object, POD, Store, human_duration};
use gitops::rollouts::{
    ANALYSIS_RUN, HASH, REVISION, SCALE_DOWN, Sizes, current_step, kind_of, phase_of, set_weight, sets_of,
};
use order::Arrange;
use sim::Time;
use std::sync::Arc;

/// Colours of icons and tags.
const COLORS: [(&str, u8); 11] = [
    ("◷", 33),
    ("◌", 94),
    ("⚠", 31),
    ("?", 33),
    ("✔", 32),
    ("✖", 31),
    ("canary", 33),
    ("stable", 32),
    ("active", 32),
    ("preview", 94),
    ("Running", 94),
];

pub(super) fn icon(status: &str) -> &'static str {
    match status {
        "Progressing" | "Running" => "◌",
        "Error" | "InvalidSpec" => "⚠",
        "Paused" => "॥",
        "Healthy" | "Successful" => "✔",
        "Degraded" | "Failed" | "ReplicaFailure" => "✖",
        "Unknown" | "Inconclusive" => "?",
        "ScaledDown" => "•",
        "Pending" => "◷",
        _ => " ",
    }
}

fn pod_icon(status: &str) -> &'static str {
    if status.starts_with("Init:") {
        return "◌";
    }
    if status.starts_with("Signal:") || status.starts_with("ExitCode:") {
        return "✖";
    }
    if status.ends_with("Error") || status.starts_with("Err") {
        return "⚠";
    }
    match status {
        "Pending" | "Terminating" | "ContainerCreating" => "◌",
        "Running" | "Completed" => "✔",
        "Failed" | "InvalidImageName" | "CrashLoopBackOff" => "✖",
        "ImagePullBackOff" | "RegistryUnavailable" => "⚠",
        "Unknown" => "?",
        _ => " ",
    }
}

/// A line of the tree.
struct Line {
    name: String,
    kind: &'static str,
    status: String,
    age: String,
    info: String,
}

pub(super) struct View<'a> {
    pub store: &'a Store,
    pub world: &'a world::World,
    pub rollout: &'a Object,
    pub now: Time,
    pub color: bool,
}

fn set_status(set: &Object) -> &'static str {
    let sizes = Sizes::of(set);
    let observed = set.value.int_at("status.observedGeneration").unwrap_or(0);
    if set.generation() > observed {
        return "Progressing";
    }
    if cluster::condition_true(&set.value, "ReplicaFailure") {
        return "ReplicaFailure";
    }
    match sizes {
        _ if sizes.available < sizes.wanted => "Progressing",
        _ if sizes.wanted == 0 => "ScaledDown",
        _ => "Healthy",
    }
}

fn revision_of(object: &Object) -> i64 {
    object.annotation(REVISION).parse().unwrap_or(0)
}

/// Names of the branches below a line.
fn branches(last: bool, below: &str) -> (String, String) {
    let (own, more) = if last { ("└──", "   ") } else { ("├──", "│  ") };
    ([below, own].concat(), [below, more].concat())
}

impl View<'_> {
    fn paint(&self, text: &str) -> String {
        self.paint_as(text, text)
    }

    fn paint_as(&self, text: &str, by: &str) -> String {
        if !self.color {
            return text.into();
        }
        let color = COLORS.iter().find(|(own, _)| *own == by).map_or(0, |(_, color)| *color);
        format!("\x1b[{color}m{text}\x1b[0m")
    }

    fn age(&self, object: &Object) -> String {
        human_duration(self.now.since(object.created_at()))
    }

    /// Which part a set plays.
    fn tags(&self, set: &Object) -> Vec<&'static str> {
        let (status, hash) = (self.rollout.value.at("status"), set.label(HASH));
        let is = |path: &str| status.str_at(path) == hash;
        let mut tags = Vec::new();
        if is("stableRS") {
            tags.push("stable");
        }
        if self.rollout.value.at("spec.strategy.blueGreen").is_null() {
            if tags.is_empty() && is("currentPodHash") {
                tags.push("canary");
            }
        } else if is("blueGreen.activeSelector") {
            tags.push("active");
        } else if is("blueGreen.previewSelector") {
            tags.push("preview");
        }
        tags
    }

    fn images(&self, sets: &[Arc<Object>]) -> Vec<String> {
        let mut found: Vec<(String, Vec<&'static str>)> = Vec::new();
        for set in sets.iter().filter(|set| Sizes::of(set).have > 0) {
            for container in set.value.list_at("spec.template.spec.containers") {
                let image = container.str_at("image");
                let tags = self.tags(set);
                match found.iter_mut().find(|(own, _)| own == image) {
                    Some((_, own)) => {
                        own.extend(tags);
                        own.arrange();
                        own.dedup();
                    }
                    None => found.push((image.into(), tags)),
                }
            }
        }
        found.arrange_by(|a, b| a.0.cmp(&b.0));
        let line = |(image, tags): &(String, Vec<&'static str>)| {
            if tags.is_empty() {
                return image.clone();
            }
            let tags: Vec<String> = tags.iter().map(|tag| self.paint(tag)).collect();
            format!("{image} ({})", tags.join(", "))
        };
        found.iter().map(line).collect()
    }

    /// The share that the canary has now.
    fn actual_weight(&self, sets: &[Arc<Object>]) -> i64 {
        let value = &self.rollout.value;
        if current_step(value).1.is_null() {
            return 100;
        }
        let all = value.int_at("status.availableReplicas").unwrap_or(0);
        let canary = sets.iter().find(|set| self.tags(set) == ["canary"]);
        canary.filter(|_| all > 0).map_or(0, |set| Sizes::of(set).available * 100 / all)
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let value = &self.rollout.value;
        let mut sets = sets_of(self.store, self.rollout);
        sets.arrange_by(|a, b| (revision_of(b), a.name()).cmp(&(revision_of(a), b.name())));
        let (phase, message) = phase_of(value);
        let mut out = String::new();
        let mut head = |label: &str, text: &str| out.push_str(&format!("{label:<17}{text}\n"));
        head("Name:", self.rollout.name());
        head("Namespace:", self.rollout.namespace());
        head("Status:", &[&self.paint(icon(&phase)), " ", &phase].concat());
        if !message.is_empty() {
            head("Message:", &message);
        }
        let canary = value.at("spec.strategy.blueGreen").is_null();
        head("Strategy:", if canary { "Canary" } else { "BlueGreen" });
        if canary {
            let count = value.list_at("spec.strategy.canary.steps").len();
            let at = value.int_at("status.currentStepIndex").filter(|_| count > 0);
            head("  Step:", &at.map_or_else(String::new, |at| format!("{at}/{count}")));
            head("  SetWeight:", &set_weight(value).to_string());
            head("  ActualWeight:", &self.actual_weight(&sets).to_string());
        }
        for (at, image) in self.images(&sets).iter().enumerate() {
            head(if at == 0 { "Images:" } else { "" }, image);
        }
        out.push_str("Replicas:\n");
        let count = |path: &str| value.int_at(path).unwrap_or(0).to_string();
        let desired = value.int_at("spec.replicas").unwrap_or(1).to_string();
        for (label, text) in [
            ("  Desired:", desired),
            ("  Current:", count("status.replicas")),
            ("  Updated:", count("status.updatedReplicas")),
            ("  Ready:", count("status.readyReplicas")),
            ("  Available:", count("status.availableReplicas")),
        ] {
            out.push_str(&format!("{label:<17}{text}\n"));
        }
        out.push('\n');
        out.push_str(&self.tree(&sets, &phase));
        out
    }

    fn tree(&self, sets: &[Arc<Object>], phase: &str) -> String {
        let runs = self.runs();
        let mut lines = vec![Line {
            name: ["⟳ ", self.rollout.name()].concat(),
            kind: "Rollout",
            status: [&self.paint(icon(phase)), " ", phase].concat(),
            age: self.age(self.rollout),
            info: String::new(),
        }];
        let mut revisions: Vec<i64> = sets.iter().chain(&runs).map(|object| revision_of(object)).collect();
        revisions.arrange_by(|a, b| b.cmp(a));
        revisions.dedup();
        for (at, revision) in revisions.iter().enumerate() {
            let (own, below) = branches(at + 1 == revisions.len(), "");
            lines.push(Line {
                name: format!("{own}# revision:{revision}"),
                kind: "",
                status: " ".into(),
                age: String::new(),
                info: String::new(),
            });
            let of = |object: &&Arc<Object>| revision_of(object) == *revision;
            let (sets, runs): (Vec<_>, Vec<_>) = (sets.iter().filter(of).collect(), runs.iter().filter(of).collect());
            let total = sets.len() + runs.len();
            for (at, set) in sets.iter().enumerate() {
                self.set(set, branches(at + 1 == total, &below), &mut lines);
            }
            for (at, run) in runs.iter().enumerate() {
                let (own, _) = branches(sets.len() + at + 1 == total, &below);
                lines.push(self.run(run, &own));
            }
        }
        table(&lines)
    }

    fn runs(&self) -> Vec<Arc<Object>> {
        let Some(kind) = kind_of(&self.world.cluster, ANALYSIS_RUN) else { return Vec::new() };
        let own = self.store.owned_by(&self.rollout.uid).filter(|object| object.key.kind == kind);
        let mut runs: Vec<Arc<Object>> = own.cloned().collect();
        runs.arrange_by(|a, b| (revision_of(b), b.name()).cmp(&(revision_of(a), a.name())));
        runs
    }

    fn set(&self, set: &Arc<Object>, (own, below): (String, String), lines: &mut Vec<Line>) {
        let tags = self.tags(set);
        let mut name = set.name().to_string();
        let mut info: Vec<String> = Vec::new();
        for tag in &tags {
            info.push(self.paint(tag));
            name = self.paint_as(&name, tag);
        }
        if let Some(at) = Time::parse_rfc3339(set.annotation(SCALE_DOWN)) {
            let left = if at < self.now { "passed".into() } else { human_duration(at.since(self.now)) };
            info.push(["delay:", &left].concat());
        }
        let status = set_status(set);
        lines.push(Line {
            name: [&own, "⧉ ", &name].concat(),
            kind: "ReplicaSet",
            status: [&self.paint(icon(status)), " ", status].concat(),
            age: self.age(set),
            info: info.join(","),
        });
        let mut pods: Vec<Arc<Object>> =
            self.store.owned_by(&set.uid).filter(|object| object.key.kind == POD).cloned().collect();
        pods.arrange_by(|a, b| (a.created_at(), a.name()).cmp(&(b.created_at(), b.name())));
        for (at, pod) in pods.iter().enumerate() {
            let (own, _) = branches(at + 1 == pods.len(), &below);
            lines.push(self.pod(pod, &own));
        }
    }

    fn pod(&self, pod: &Object, own: &str) -> Line {
        let status = cluster::pod_status(pod);
        let all = pod.value.list_at("status.containerStatuses");
        let ready = all.iter().filter(|one| one.bool_at("ready")).count();
        let restarts: i64 = all.iter().map(|one| one.int_at("restartCount").unwrap_or(0)).sum();
        let mut info = format!("ready:{ready}/{}", pod.value.list_at("spec.containers").len());
        if restarts > 0 {
            info.push_str(&format!(",restarts:{restarts}"));
        }
        Line {
            name: [own, "□ ", pod.name()].concat(),
            kind: "Pod",
            status: [&self.paint(pod_icon(&status)), " ", &status].concat(),
            age: self.age(pod),
            info,
        }
    }

    fn run(&self, run: &Object, own: &str) -> Line {
        let phase = run.value.str_at("status.phase");
        let results = run.value.list_at("status.metricResults");
        let mut info: Vec<String> = Vec::new();
        for (field, icon) in [("successful", "✔"), ("failed", "✖"), ("inconclusive", "?"), ("error", "⚠")] {
            let count: i64 = results.iter().map(|one| one.int_at(field).unwrap_or(0)).sum();
            if count > 0 {
                info.push(format!("{} {count}", self.paint(icon)));
            }
        }
        Line {
            name: [own, "α ", &self.paint_as(run.name(), phase)].concat(),
            kind: "AnalysisRun",
            status: [&self.paint(icon(phase)), " ", phase].concat(),
            age: self.age(run),
            info: info.join(","),
        }
    }
}

/// Go's tabwriter: a column is two wider than its widest cell; escapes take no place.
fn table(lines: &[Line]) -> String {
    let head =
        Line { name: "NAME".into(), kind: "KIND", status: "STATUS".into(), age: "AGE".into(), info: "INFO".into() };
    let width = |text: &str| world::strip_ansi(text).chars().count();
    let cells = |line: &Line| [line.name.clone(), line.kind.to_string(), line.status.clone(), line.age.clone()];
    let all: Vec<&Line> = std::iter::once(&head).chain(lines).collect();
    let widths: Vec<usize> =
        (0..4).map(|at| all.iter().map(|line| width(&cells(line)[at])).max().unwrap_or(0) + 2).collect();
    let mut out = String::new();
    for line in all {
        for (cell, wide) in cells(line).iter().zip(&widths) {
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', wide.saturating_sub(width(cell))));
        }
        out.push_str(&line.info);
        out.push('\n');
    }
    out
}
