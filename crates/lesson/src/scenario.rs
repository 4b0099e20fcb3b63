//! The start state of a lesson's world, from its `world.yaml`. Data only: the world builds it.

use crate::cel::Expr;
use crate::error::Error;
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Rng, Time};

/// Everything that a world starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// The seed where the learner has none of their own.
    pub seed: u64,
    pub start: Time,
    /// Names that stand for one of several words, picked by the seed: `@@pick:act@@` in any text of the scenario.
    pub picks: OrdMap<String, Vec<String>>,
    pub machines: Vec<Machine>,
    /// Repositories on the forge, made in this order.
    pub repos: Vec<Repo>,
    pub nodes: Vec<Node>,
    /// Groups of machines that come and go as pods need them.
    pub autoscaler: Option<Autoscaler>,
    /// Whether Flux is installed.
    pub flux: bool,
    /// Whether the Sealed Secrets controller is installed.
    pub sealed_secrets: bool,
    /// Whether Argo Rollouts is installed, and Prometheus with it.
    pub rollouts: bool,
    pub prometheus: bool,
    /// What the registry keeps of its repositories, by name.
    pub retention: Vec<(String, image::Retention)>,
    pub namespaces: Vec<String>,
    /// Kubernetes objects that exist from the start, Argo CD applications among them.
    pub objects: Vec<Value>,
    /// Images that are in the registry from the start.
    pub images: Vec<Image>,
    pub traffic: Option<Traffic>,
    /// The lesson begins when this holds.
    pub until: Settled,
    /// The whole file, for what is not typed yet.
    pub raw: Value,
}

/// A machine with files: the learner's workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub name: String,
    pub user: String,
    pub home: String,
    /// Absolute path to text.
    pub files: OrdMap<String, String>,
    pub clones: Vec<Checkout>,
    /// A script that the machine's shell runs at home, after the clones; empty where there is none.
    pub setup: String,
}

/// A repository that is already cloned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// Its name on the forge: `encore/web`.
    pub repo: String,
    /// Where it lies; absolute.
    pub path: String,
}

/// A repository on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repo {
    pub name: String,
    pub branch: String,
    /// Whom the forge tells about a push, beside its own pipelines: `argocd`.
    pub webhooks: Vec<String>,
    /// Oldest first.
    pub commits: Vec<Commit>,
    /// Branches with rules.
    pub protect: Vec<Protect>,
    /// Secrets, variables and environments of its workflows.
    pub settings: Option<ci::Settings>,
    /// What is done about secrets: nothing, alerts (`scan`), or pushes refused as well (`protect`).
    pub secrets: String,
    /// Pull requests that are already open.
    pub pulls: Vec<Pull>,
}

/// The rules of a branch of a repository on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protect {
    pub branch: String,
    /// What comes, comes by a pull request.
    pub pull_request: bool,
    /// So many approving reviews.
    pub approvals: u32,
    /// Jobs that must have passed, by name.
    pub checks: Vec<String>,
    pub force_pushes: bool,
    pub deletions: bool,
}

/// A pull request of a teammate: a branch with commits on top of the repository's last one, or of its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub title: String,
    pub body: String,
    /// The account that opened it.
    pub author: String,
    pub branch: String,
    /// Oldest first.
    pub commits: Vec<Commit>,
}

/// A commit of a start repository: it writes and removes files of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub message: String,
    /// `Name <mail@address>`.
    pub author: String,
    /// How long before the start, in seconds.
    pub ago_secs: u64,
    /// Path to text; executable where the path is in `executable`.
    pub write: OrdMap<String, String>,
    pub remove: Vec<String>,
    pub executable: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    /// Quantities as Kubernetes writes them.
    pub cpu: String,
    pub memory: String,
    pub pods: u32,
    pub labels: OrdMap<String, String>,
}

/// The cluster autoscaler with its node groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autoscaler {
    /// `random` or `least-waste`.
    pub expander: String,
    pub groups: Vec<NodeGroup>,
}

/// Equal machines, between a least and a greatest number; the node's name is the group's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroup {
    pub node: Node,
    pub min: u32,
    pub max: u32,
    /// Key, value and effect of each taint.
    pub taints: Vec<(String, String, String)>,
}

/// An image that was built before the lesson begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// With its tag: `registry.encore/cart:4.2.0`. It may hold placeholders.
    pub reference: String,
    /// The program manifest in it.
    pub program: String,
    /// The repository at whose head it was built.
    pub repo: Option<String>,
    pub size_bytes: u64,
}

/// Customers: how many requests a second, and for what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// The service that customers reach: `shop/web`.
    pub service: String,
    pub requests_per_sec: f64,
    /// Path to its share of the requests.
    pub paths: OrdMap<String, f64>,
}

/// When the start state is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    pub check: Expr,
    /// A scenario that takes longer is broken.
    pub within_secs: u64,
}

impl Scenario {
    /// One word for each name, by the seed's chance.
    pub fn pick(&self, rng: &mut Rng) -> OrdMap<String, String> {
        let mut picked = OrdMap::new();
        for (name, words) in &self.picks {
            let index = usize::try_from(rng.below(words.len() as u64)).unwrap_or(0);
            if let Some(word) = words.get(index) {
                picked.insert(name.clone(), word.clone());
            }
        }
        picked
    }
}

/// Puts values in place of `@@kind:name@@`. The kinds are `pick` (a word picked by the seed), `head` and `short` (the
/// full and the seven-digit id of the newest commit of a repository made before).
pub fn fill(text: &str, look_up: &dyn Fn(&str, &str) -> Option<String>) -> Result<String, Error> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@@") {
        filled.push_str(before);
        let inner = after.split_once("@@").and_then(|(inner, tail)| {
            let (kind, name) = inner.split_once(':')?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            (kind.chars().all(plain) && name.chars().all(plain)).then_some((kind, name, inner, tail))
        });
        let Some((kind, name, inner, tail)) = inner else {
            // A diff's `@@ -1,2 +1,2 @@` is no placeholder.
            filled.push_str("@@");
            rest = after;
            continue;
        };
        filled.push_str(&look_up(kind, name).ok_or_else(|| Error::NoSuchPlaceholder(inner.to_owned()))?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(kind: &str, name: &str) -> Option<String> {
        (kind == "short" && name == "encore/web").then(|| "1a2b3c4".to_owned())
    }

    #[test]
    fn placeholders_are_filled_and_diffs_left_alone() {
        let text = "image: web:@@short:encore/web@@\n@@ -1,2 +1,2 @@ x: y\n";
        assert_eq!(fill(text, &look_up), Ok("image: web:1a2b3c4\n@@ -1,2 +1,2 @@ x: y\n".to_owned()));
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert_eq!(fill("@@pick:act@@", &look_up), Err(Error::NoSuchPlaceholder("pick:act".into())));
        assert_eq!(fill("a @@ b", &look_up), Ok("a @@ b".to_owned()));
    }
}
