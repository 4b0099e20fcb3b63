//! The start state, from `world.yaml` and the texts under `files/`.

use super::Folder;
use super::part::{Notes, Part, Sheet};
use crate::scenario::{
    Autoscaler, Checkout, Commit, Image, Machine, Node, NodeGroup, Protect, Pull, Repo, Scenario, Settled, Traffic,
};
use manifest::Value;
use order::OrdMap;
use sim::Time;

const FILE: &str = "world.yaml";
const KNOWN: [&str; 17] = [
    "seed",
    "start",
    "picks",
    "machines",
    "repos",
    "nodes",
    "autoscaler",
    "flux",
    "sealedSecrets",
    "rollouts",
    "prometheus",
    "namespaces",
    "objects",
    "images",
    "registry",
    "traffic",
    "until",
];

/// Reads the scenario; `None` after a note where there is none.
pub(super) fn scenario(folder: &Folder, notes: &mut Notes) -> Option<Scenario> {
    let Some(text) = folder.get(FILE) else {
        notes.add(FILE, 1, "every lesson has a world.yaml");
        return None;
    };
    let sheet = Sheet::read(FILE, text, 1, notes)?;
    let root = sheet.root();
    root.only(&KNOWN, notes);
    let files = Files { folder };
    let repos: Vec<Repo> = root.parts("repos", notes).iter().map(|part| files.repo(part, notes)).collect();
    Some(Scenario {
        seed: root.number("seed", notes).and_then(|n| u64::try_from(n).ok()).unwrap_or(1),
        start: start(&root, notes),
        picks: picks(&root, notes),
        machines: root.parts("machines", notes).iter().map(|part| files.machine(part, &repos, notes)).collect(),
        repos,
        nodes: root.parts("nodes", notes).iter().map(|part| node(part, notes)).collect(),
        autoscaler: root.get("autoscaler").map(|part| autoscaler(&part, notes)),
        flux: root.flag("flux", notes).unwrap_or(false),
        sealed_secrets: root.flag("sealedSecrets", notes).unwrap_or(false),
        rollouts: root.flag("rollouts", notes).unwrap_or(false),
        prometheus: root.flag("prometheus", notes).unwrap_or(false),
        namespaces: root.texts("namespaces", notes),
        objects: root.parts("objects", notes).iter().filter_map(|part| object(part, notes)).collect(),
        images: root.parts("images", notes).iter().map(|part| files.image(part, notes)).collect(),
        retention: root.parts("registry", notes).iter().filter_map(|part| retention(part, notes)).collect(),
        traffic: root.get("traffic").map(|part| traffic(&part, notes)),
        until: until(&root, notes),
        raw: sheet.value().clone(),
    })
}

fn start(root: &Part<'_>, notes: &mut Notes) -> Time {
    let text = root.need_text("start", notes);
    Time::parse_rfc3339(&text).unwrap_or_else(|| {
        notes.at(root, Some("start"), "`start` is a time such as \"2026-06-05T18:30:00Z\"");
        Time::default()
    })
}

fn picks(root: &Part<'_>, notes: &mut Notes) -> OrdMap<String, Vec<String>> {
    let mut picks = OrdMap::new();
    if let Some(part) = root.get("picks") {
        for (name, inner) in root.entries("picks", notes) {
            let words = part.texts(&name, notes);
            if words.is_empty() {
                notes.at(&inner, None, format!("`{name}` needs words to pick from"));
            }
            picks.insert(name, words);
        }
    }
    picks
}

/// What the registry keeps of a repository: so many tags, and images without one for so many hours.
fn retention(part: &Part<'_>, notes: &mut Notes) -> Option<(String, image::Retention)> {
    part.only(&["name", "tags", "untagged-hours"], notes);
    let mut count = |key: &str| part.number(key, notes).map(|count| u64::try_from(count).unwrap_or(0));
    let (tags, hours) = (count("tags"), count("untagged-hours"));
    if tags == Some(0) {
        notes.at(part, Some("tags"), "`tags` is how many are kept: at least 1");
    }
    if tags.is_none() && hours.is_none() {
        notes.at(part, None, "a rule of the registry needs `tags`, `untagged-hours` or both");
    }
    let text = part.need_text("name", notes);
    let Some(name) = image::ImageRef::parse(&text).filter(|name| name.tag.is_none() && name.digest.is_none()) else {
        notes.at(part, Some("name"), "`name` is a repository such as registry.encore/web, without a tag");
        return None;
    };
    let tags_max = tags.and_then(|count| usize::try_from(count).ok());
    let untagged = hours.map(|hours| std::time::Duration::from_secs(hours.saturating_mul(3_600)));
    Some((name.repository, image::Retention { tags_max, untagged }))
}

fn node(part: &Part<'_>, notes: &mut Notes) -> Node {
    part.only(&["name", "cpu", "memory", "pods", "labels"], notes);
    node_like(part, notes)
}

fn node_like(part: &Part<'_>, notes: &mut Notes) -> Node {
    let labels = part.entries("labels", notes);
    Node {
        name: part.need_text("name", notes),
        cpu: part.need_text("cpu", notes),
        memory: part.need_text("memory", notes),
        pods: part.number("pods", notes).and_then(|n| u32::try_from(n).ok()).unwrap_or(110),
        labels: labels.into_iter().filter_map(|(key, value)| Some((key, value.as_text()?))).collect(),
    }
}

fn autoscaler(part: &Part<'_>, notes: &mut Notes) -> Autoscaler {
    part.only(&["expander", "groups"], notes);
    let expander = part.text("expander", notes).unwrap_or_else(|| "random".into());
    if !["random", "least-waste"].contains(&expander.as_str()) {
        notes.at(part, Some("expander"), "`expander` is `random` or `least-waste`");
    }
    let groups: Vec<NodeGroup> = part.parts("groups", notes).iter().map(|part| node_group(part, notes)).collect();
    if groups.is_empty() {
        notes.at(part, Some("groups"), "an autoscaler needs `groups` of nodes");
    }
    Autoscaler { expander, groups }
}

fn node_group(part: &Part<'_>, notes: &mut Notes) -> NodeGroup {
    part.only(&["name", "cpu", "memory", "pods", "labels", "min", "max", "taints"], notes);
    let mut count = |key: &str| part.number(key, notes).and_then(|n| u32::try_from(n).ok());
    let (min, max) = (count("min").unwrap_or(0), count("max"));
    if max.is_none_or(|max| max == 0 || max < min) {
        notes.at(part, Some("max"), "`max` is the greatest number of nodes, no less than `min`");
    }
    let taint = |text: String| {
        let (key, effect) = text.rsplit_once(':')?;
        let (key, value) = key.split_once('=').unwrap_or((key, ""));
        let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect);
        (known && !key.is_empty()).then(|| (key.to_string(), value.to_string(), effect.to_string()))
    };
    let texts = part.texts("taints", notes);
    let taints: Vec<_> = texts.iter().cloned().filter_map(taint).collect();
    if taints.len() < texts.len() {
        notes.at(part, Some("taints"), "a taint is written `key=value:NoSchedule`");
    }
    NodeGroup { node: node_like(part, notes), min, max: max.unwrap_or(1), taints }
}

fn object(part: &Part<'_>, notes: &mut Notes) -> Option<Value> {
    let complete = ["apiVersion", "kind", "metadata.name"].iter().all(|path| !part.value.str_at(path).is_empty());
    if !complete {
        notes.at(part, None, "an object needs `apiVersion`, `kind` and `metadata.name`");
        return None;
    }
    Some(part.value.clone())
}

fn traffic(part: &Part<'_>, notes: &mut Notes) -> Traffic {
    part.only(&["service", "requests_per_sec", "paths"], notes);
    let mut paths = OrdMap::new();
    for (path, share) in part.entries("paths", notes) {
        match share.value.as_f64() {
            Some(share) if share > 0.0 => {
                paths.insert(path, share);
            }
            _ => notes.at(&share, None, "the share of a path is a number above 0"),
        }
    }
    let rate = part.get("requests_per_sec").and_then(|rate| rate.value.as_f64());
    if rate.is_none_or(|rate| rate < 0.0) {
        notes.at(part, Some("requests_per_sec"), "`requests_per_sec` is a number of requests");
    }
    Traffic { service: part.need_text("service", notes), requests_per_sec: rate.unwrap_or(0.0), paths }
}

fn until(root: &Part<'_>, notes: &mut Notes) -> Settled {
    let Some(part) = root.get("until") else {
        notes.at(root, None, "`until` is missing: say what must hold before the lesson begins");
        return Settled { check: crate::cel::Expr::parse("true").expect("`true` is an expression"), within_secs: 0 };
    };
    part.only(&["check", "within"], notes);
    Settled { check: part.expr("check", notes), within_secs: part.secs("within", notes).unwrap_or(600) }
}

fn protect(part: &Part<'_>, notes: &mut Notes) -> Protect {
    part.only(&["branch", "pull-request", "approvals", "checks", "force-pushes", "deletions"], notes);
    Protect {
        branch: part.need_text("branch", notes),
        pull_request: part.flag("pull-request", notes).unwrap_or(true),
        approvals: part.number("approvals", notes).and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
        checks: part.texts("checks", notes),
        force_pushes: part.flag("force-pushes", notes).unwrap_or(false),
        deletions: part.flag("deletions", notes).unwrap_or(false),
    }
}

/// What a repository's workflows find: secrets, variables, environments, what their token may do.
fn settings(part: &Part<'_>, notes: &mut Notes) -> ci::Settings {
    part.only(&["secrets", "variables", "environments", "token"], notes);
    let token = part.text("token", notes);
    if token.as_ref().is_some_and(|word| word != "read" && word != "write") {
        notes.at(part, Some("token"), "`token` is `read` or `write`");
    }
    let environments = part.parts("environments", notes);
    ci::Settings {
        secrets: texts_of(part, "secrets", notes),
        vars: texts_of(part, "variables", notes),
        token_writes: token.as_deref() == Some("write"),
        environments: environments
            .iter()
            .map(|inner| (inner.need_text("name", notes), environment(inner, notes)))
            .collect(),
        ..ci::Settings::default()
    }
}

fn environment(part: &Part<'_>, notes: &mut Notes) -> ci::Environment {
    part.only(&["name", "reviewers", "prevent-self-review", "wait-timer", "branches", "secrets", "variables"], notes);
    ci::Environment {
        reviewers: part.texts("reviewers", notes),
        prevent_self_review: part.flag("prevent-self-review", notes).unwrap_or(false),
        wait_minutes: part.number("wait-timer", notes).and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
        branches: part.texts("branches", notes),
        secrets: texts_of(part, "secrets", notes),
        vars: texts_of(part, "variables", notes),
    }
}

fn texts_of(part: &Part<'_>, key: &str, notes: &mut Notes) -> OrdMap<String, String> {
    let all = part.entries(key, notes).into_iter();
    all.map(|(name, inner)| (name, inner.as_text().unwrap_or_default())).collect()
}

/// The texts that a scenario can put into its world.
struct Files<'f> {
    folder: &'f Folder,
}

impl Files<'_> {
    /// The text of `files/<name>`.
    fn text(&self, part: &Part<'_>, key: &str, name: &str, notes: &mut Notes) -> String {
        self.folder.get(&format!("files/{name}")).cloned().unwrap_or_else(|| {
            notes.at(part, Some(key), format!("there is no `files/{name}`"));
            String::new()
        })
    }

    /// All texts under `files/<name>/`, by their path in it.
    fn below(&self, part: &Part<'_>, name: &str, notes: &mut Notes) -> OrdMap<String, String> {
        let start = format!("files/{}/", name.trim_end_matches('/'));
        let inside =
            self.folder.iter().filter_map(|(path, text)| Some((path.strip_prefix(&start)?.to_owned(), text.clone())));
        let found: OrdMap<String, String> = inside.collect();
        if found.is_empty() {
            notes.at(part, Some("from"), format!("there is nothing in `{start}`"));
        }
        found
    }

    fn repo(&self, part: &Part<'_>, notes: &mut Notes) -> Repo {
        part.only(&["name", "branch", "webhooks", "commits", "protect", "pulls", "actions", "secrets"], notes);
        let commits: Vec<Commit> = part.parts("commits", notes).iter().map(|inner| self.commit(inner, notes)).collect();
        if commits.is_empty() {
            notes.at(part, Some("commits"), "a repository needs at least one commit");
        }
        if commits.windows(2).any(|pair| pair[0].ago_secs < pair[1].ago_secs) {
            notes.at(part, Some("commits"), "commits stand oldest first: `ago` must not grow");
        }
        let secrets = part.text("secrets", notes).unwrap_or_default();
        if !["", "scan", "protect"].contains(&secrets.as_str()) {
            notes.at(part, Some("secrets"), "`secrets` is `scan` or `protect`");
        }
        Repo {
            secrets,
            name: part.need_text("name", notes),
            branch: part.text("branch", notes).unwrap_or_else(|| "main".into()),
            webhooks: part.texts("webhooks", notes),
            commits,
            protect: part.parts("protect", notes).iter().map(|inner| protect(inner, notes)).collect(),
            settings: part.get("actions").map(|inner| settings(&inner, notes)),
            pulls: part.parts("pulls", notes).iter().map(|inner| self.pull(inner, notes)).collect(),
        }
    }

    fn pull(&self, part: &Part<'_>, notes: &mut Notes) -> Pull {
        part.only(&["title", "body", "author", "branch", "commits"], notes);
        let commits: Vec<Commit> = part.parts("commits", notes).iter().map(|inner| self.commit(inner, notes)).collect();
        if commits.is_empty() {
            notes.at(part, Some("commits"), "a pull request needs at least one commit");
        }
        Pull {
            title: part.need_text("title", notes),
            body: part.text("body", notes).unwrap_or_default(),
            author: part.need_text("author", notes),
            branch: part.need_text("branch", notes),
            commits,
        }
    }

    fn commit(&self, part: &Part<'_>, notes: &mut Notes) -> Commit {
        part.only(&["message", "author", "ago", "from", "write", "remove", "executable"], notes);
        let mut write = OrdMap::new();
        if let Some(name) = part.text("from", notes) {
            write.extend(self.below(part, &name, notes));
        }
        for (path, text) in part.entries("write", notes) {
            write.insert(path, text.as_text().unwrap_or_default());
        }
        let author = part.need_text("author", notes);
        if !author.contains(" <") || !author.ends_with('>') {
            notes.at(part, Some("author"), "`author` is written as in Git: `Name <mail@address>`");
        }
        Commit {
            message: part.need_text("message", notes),
            author,
            ago_secs: part.secs("ago", notes).unwrap_or(0),
            write,
            remove: part.texts("remove", notes),
            executable: part.texts("executable", notes),
        }
    }

    fn machine(&self, part: &Part<'_>, repos: &[Repo], notes: &mut Notes) -> Machine {
        part.only(&["name", "user", "home", "files", "clones", "setup"], notes);
        let user = part.need_text("user", notes);
        let home = part.text("home", notes).unwrap_or_else(|| format!("/home/{user}"));
        let absolute = |path: &str| match path.strip_prefix("~/") {
            Some(rest) => format!("{home}/{rest}"),
            None => path.to_owned(),
        };
        let mut files = OrdMap::new();
        for (path, source) in part.entries("files", notes) {
            let name = source.as_text().unwrap_or_default();
            files.insert(absolute(&path), self.text(part, "files", &name, notes));
        }
        let mut clones = Vec::new();
        for clone in part.parts("clones", notes) {
            clone.only(&["repo", "path"], notes);
            let repo = clone.need_text("repo", notes);
            if !repos.iter().any(|known| known.name == repo) {
                notes.at(&clone, Some("repo"), format!("there is no repository `{repo}`"));
            }
            clones.push(Checkout { repo, path: absolute(&clone.need_text("path", notes)) });
        }
        let setup = part.text("setup", notes).map(|name| self.text(part, "setup", &name, notes)).unwrap_or_default();
        Machine { name: part.need_text("name", notes), user, home, files, clones, setup }
    }

    fn image(&self, part: &Part<'_>, notes: &mut Notes) -> Image {
        part.only(&["name", "program", "repo", "size"], notes);
        let program = match part.text("program", notes) {
            Some(name) => self.text(part, "program", &name, notes),
            None => String::new(),
        };
        let repo = part.text("repo", notes);
        if program.is_empty() && repo.is_none() {
            notes.at(part, None, "an image needs a `program` or the `repo` that it was built from");
        }
        Image {
            reference: part.need_text("name", notes),
            program,
            repo,
            size_bytes: part.number("size", notes).and_then(|n| u64::try_from(n).ok()).unwrap_or(24_000_000),
        }
    }
}
