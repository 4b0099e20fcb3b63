//! `flux tree kustomization`: the inventory, with those of the Kustomizations and releases in it.

use super::going::{Place, fetch};
use super::{Answer, Next, words};
use crate::cobra::Given;
use crate::kubectl::Kube;
use gitops::flux::{KUSTOMIZATION, RELEASE, ROWS};
use manifest::{Value, object};

struct Node {
    namespace: String,
    name: String,
    group: String,
    kind: String,
    below: Vec<Node>,
}

impl Node {
    fn shown(&self) -> String {
        let space = if self.namespace.is_empty() { String::new() } else { [&self.namespace, "/"].concat() };
        [&self.kind, "/", &space, &self.name].concat()
    }

    fn print(&self, indent: &str, out: &mut String) {
        for (at, node) in self.below.iter().enumerate() {
            let last = at + 1 == self.below.len();
            out.push_str(&[indent, if last { "└── " } else { "├── " }, &node.shown(), "\n"].concat());
            node.print(&[indent, if last { "    " } else { "│   " }].concat(), out);
        }
    }

    fn value(&self) -> Value {
        let metadata = object! {
            "Group" => self.group.as_str(), "Kind" => self.kind.as_str(), "Name" => self.name.as_str(),
            "Namespace" => self.namespace.as_str(),
        };
        let mut value = object! { "resource" => metadata };
        if !self.below.is_empty() {
            value.put("resources", self.below.iter().map(Self::value).collect::<Value>());
        }
        value
    }

    fn is(&self, row: usize) -> bool {
        self.kind == ROWS[row].kind && self.group == ROWS[row].api_group()
    }
}

/// `namespace_name_group_kind`
fn node_of(id: &str) -> Option<Node> {
    let mut parts = id.rsplitn(3, '_');
    let (kind, group, place) = (parts.next()?, parts.next()?, parts.next()?);
    let (namespace, name) = place.split_once('_')?;
    let own = str::to_string;
    Some(Node {
        namespace: own(namespace),
        name: name.replace("__", ":"),
        group: own(group),
        kind: own(kind),
        below: Vec::new(),
    })
}

fn fill(kube: &Kube<'_, '_>, node: &mut Node, item: &Value, compact: bool) -> Result<(), String> {
    for entry in item.list_at("status.inventory.entries") {
        let Some(mut one) = node_of(entry.str_at("id")) else { continue };
        let own = one.is(KUSTOMIZATION) && one.name == node.name && one.namespace == node.namespace;
        if own || (compact && !one.group.contains("toolkit.fluxcd.io")) {
            continue;
        }
        let place = |row: usize| Place { row, namespace: one.namespace.clone(), name: one.name.clone() };
        if one.is(KUSTOMIZATION) {
            let other =
                fetch(kube, &place(KUSTOMIZATION)).map_err(|told| ["failed to find object: ", &told].concat())?;
            fill(kube, &mut one, &other.value, compact)?;
        } else if one.is(RELEASE) && !compact {
            let release = fetch(kube, &place(RELEASE))?;
            one.below = released(kube, &release.value);
        }
        node.below.push(one);
    }
    Ok(())
}

/// The objects of a release, out of the manifest that Helm keeps.
fn released(kube: &Kube<'_, '_>, release: &Value) -> Vec<Node> {
    let Some(last) = release.list_at("status.history").first() else { return Vec::new() };
    let secret = format!("sh.helm.release.v1.{}.v{}", last.str_at("name"), last.int_at("version").unwrap_or(0));
    let manifest = crate::helm::manifest_of(kube, last.str_at("namespace"), &secret).unwrap_or_default();
    let mut nodes = Vec::new();
    for document in helm::split(&manifest) {
        let value = Value::from_yaml(&document).unwrap_or_default();
        let Some(info) = kube.kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind")) else { continue };
        let namespace = match (info.namespaced, value.str_at("metadata.namespace")) {
            (false, _) => "",
            (true, "") => last.str_at("namespace"),
            (true, own) => own,
        };
        nodes.push(Node {
            namespace: namespace.into(),
            name: value.str_at("metadata.name").into(),
            group: info.group.to_string(),
            kind: info.kind.to_string(),
            below: Vec::new(),
        });
    }
    nodes
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    if kinds[0] != KUSTOMIZATION {
        return Err(format!("unknown command \"{}\" for \"flux tree\"", words::human(kinds[0])));
    }
    let name = given.words.first().ok_or("kustomization name is required")?.clone();
    let place = Place { row: KUSTOMIZATION, namespace: kube.namespace.clone(), name };
    let item = fetch(kube, &place)?;
    let mut root = Node {
        namespace: place.namespace,
        name: place.name,
        group: ROWS[KUSTOMIZATION].api_group(),
        kind: ROWS[KUSTOMIZATION].kind.into(),
        below: Vec::new(),
    };
    fill(kube, &mut root, &item.value, given.on("compact"))?;
    let text = match given.text("output").unwrap_or_default() {
        "json" => super::output::json(&root.value()),
        "yaml" => root.value().to_yaml(),
        _ => {
            let mut text = [&root.shown(), "\n"].concat();
            root.print("", &mut text);
            text
        }
    };
    kube.out([&text, "\n"].concat());
    Ok(Next::Exit(0))
}
