//! Resources and what they own, as a tree: from the owner references of the objects in the cluster.

use super::states::{ResourceState, states};
use super::{find, table};
use cluster::{Object, human_duration, time_at};
use gitops::health_of;
use order::{Arrange, OrdMap};
use world::Cx;

/// Owners of owners are followed this far.
const DEPTH_MAX: usize = 8;

/// One object of the tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    /// `<unknown>` for what is not in the cluster.
    pub age: String,
    pub health: String,
    pub reason: String,
    pub children: Vec<Node>,
}

/// What an application asks for, each with all that follows from it.
pub(super) fn roots(cx: &Cx<'_>, app: &Object) -> Vec<Node> {
    let resources = app.value.list_at("status.resources");
    let mut roots: Vec<Node> = resources
        .iter()
        .map(|resource| {
            let said = |field: &str| resource.str_at(field);
            find::live(cx, resource).map_or_else(
                || absent(said("group"), said("kind"), said("namespace"), said("name")),
                |object| node(cx, object, DEPTH_MAX),
            )
        })
        .collect();
    roots
        .arrange_by(|a, b| (&a.group, &a.kind, &a.namespace, &a.name).cmp(&(&b.group, &b.kind, &b.namespace, &b.name)));
    roots
}

/// What stands in the application's namespace and belongs to none, where its project watches for that.
pub(super) fn orphans(cx: &Cx<'_>, app: &Object) -> Vec<Node> {
    let (argocd, cluster) = (&cx.world.argocd, &cx.world.cluster);
    let Some(project) = argocd.project(cluster, &app.value).filter(|project| project.orphans().is_some()) else {
        return Vec::new();
    };
    let keys = argocd.orphaned(cluster, &project, app.value.str_at("spec.destination.namespace"));
    keys.iter().filter_map(|key| cluster.store().get_key(key)).map(|object| node(cx, object, DEPTH_MAX)).collect()
}

fn absent(group: &str, kind: &str, namespace: &str, name: &str) -> Node {
    Node {
        group: group.into(),
        kind: kind.into(),
        namespace: namespace.into(),
        name: name.into(),
        age: "<unknown>".into(),
        health: "Missing".into(),
        reason: String::new(),
        children: Vec::new(),
    }
}

fn node(cx: &Cx<'_>, object: &Object, depth: usize) -> Node {
    let store = cx.world.cluster.store();
    let info = store.kinds().info(object.key.kind);
    let (health, reason) = match health_of(object) {
        Some((health, message)) => (health.word().to_string(), message),
        None => (String::new(), String::new()),
    };
    let created = time_at(&object.value, "metadata.creationTimestamp");
    let children = if depth == 0 {
        Vec::new()
    } else {
        store.owned_by(&object.uid).map(|child| node(cx, child, depth - 1)).collect()
    };
    Node {
        group: info.group.to_string(),
        kind: info.kind.to_string(),
        namespace: object.namespace().to_string(),
        name: object.name().to_string(),
        age: created.map_or_else(|| "<unknown>".into(), |time| human_duration(cx.now().since(time))),
        health,
        reason,
        children,
    }
}

/// Every node in the order of the tree, with the lines that lead to it drawn before it.
pub(super) fn walk<'n>(nodes: &'n [Node], see: &mut dyn FnMut(&str, &'n Node)) {
    for root in nodes {
        see("", root);
        branches(&root.children, "", see);
    }
}

fn branches<'n>(nodes: &'n [Node], before: &str, see: &mut dyn FnMut(&str, &'n Node)) {
    for (at, node) in nodes.iter().enumerate() {
        let last = at + 1 == nodes.len();
        see(&format!("{before}{}", if last { "└─" } else { "├─" }), node);
        branches(&node.children, &format!("{before}{}", if last { "  " } else { "│ " }), see);
    }
}

/// The tree of `app get -o tree`.
pub(super) fn of_app(cx: &Cx<'_>, app: &Object, detailed: bool) -> String {
    let all = states(&app.value, &[]);
    let known: OrdMap<(&str, &str), &ResourceState> =
        all.iter().map(|state| ((state.kind.as_str(), state.name.as_str()), state)).collect();
    let nodes = roots(cx, app);
    let mut lines = vec![if detailed {
        table::line(["KIND/NAME", "STATUS", "HEALTH", "AGE", "MESSAGE", "REASON"])
    } else {
        table::line(["KIND/NAME", "STATUS", "HEALTH", "MESSAGE"])
    }];
    walk(&nodes, &mut |before, node| {
        let state = known.get(&(node.kind.as_str(), node.name.as_str()));
        let (status, health, message) = match state {
            Some(state) => (state.status.as_str(), state.health.as_str(), state.message.as_str()),
            None => ("", node.health.as_str(), ""),
        };
        let name = format!("{before}{}/{}", node.kind, node.name);
        lines.push(if detailed {
            table::line([&name, status, health, &node.age, message, &node.reason])
        } else {
            table::line([&name, status, health, message])
        });
    });
    table::align(&lines, 0)
}
