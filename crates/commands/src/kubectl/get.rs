//! `kubectl get`: lists objects, and watches them.

use super::arguments::{Wanted, selectors};
use super::files::{self, Loaded, Manifest};
use super::flags::{Given, switch, text, texts};
use super::get_table::{self, Look};
use super::jsonpath::Template;
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::{Command, Next, Phase};
use cluster::{FieldSelector, KindId, LabelSelector, Object, Selectors};
use manifest::Value;
use order::Arrange;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "get",
    operands: "[(-o|--output=)json|yaml|name|jsonpath|custom-columns|wide] (TYPE[.GROUP] [NAME | -l label] | TYPE/NAME ...)",
    summary: "Display one or many resources.",
    examples: &[
        ("List all pods", "kubectl get pods"),
        ("List all pods with their addresses and nodes", "kubectl get pods -o wide"),
        ("One deployment as YAML", "kubectl get deployment web -o yaml"),
        ("The names of the images of all pods", "kubectl get pods -o jsonpath='{.items[*].spec.containers[*].image}'"),
        ("Follow the pods of one app", "kubectl get pods -l app=web -w"),
    ],
    flags: &[
        switch("all-namespaces", 'A', "List across all namespaces."),
        text("field-selector", '\0', "", "Selector (field query) to filter on, supports '=', '==', and '!='."),
        texts("filename", 'f', "Files that name the resources."),
        switch("ignore-not-found", '\0', "End with 0 when the object does not exist."),
        files::KUSTOMIZE,
        texts("label-columns", 'L', "Labels to show as columns."),
        switch("no-headers", '\0', "Print no headings."),
        text("output", 'o', "", "Output format. One of: (json, yaml, name, jsonpath, custom-columns, wide)."),
        switch("recursive", 'R', "Go into the folders that -f names."),
        text("selector", 'l', "", "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'."),
        switch("show-managed-fields", '\0', "Print metadata.managedFields too, in JSON or YAML."),
        switch("show-kind", '\0', "List the resource type with each name."),
        switch("show-labels", '\0', "Show all labels as the last column."),
        text("sort-by", '\0', "", "Sort by this field, named by a JSONPath expression."),
        switch("watch", 'w', "After listing, watch for changes."),
        switch("watch-only", '\0', "Watch for changes without listing first."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "chunk-size",
        "output-watch-events",
        "raw",
        "server-print",
        "subresource",
        "template",
    ],
    run,
};

#[inline(never)]
fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let output = Output::parse(given.text("output"))?;
    let chosen = selectors(given.text("selector"), given.text("field-selector"))?;
    let all = given.has("all-namespaces");
    let mut missing = Vec::new();
    let loaded = files::from_flags(kube, given)?;
    if loaded.is_some() && !given.operands.is_empty() {
        return Err(Stop::error(
            "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
        ));
    }
    let (wanted, objects) = if let Some(loaded) = loaded {
        let Loaded::Ready(manifests) = loaded else { return Ok(Next::Wait(Phase::Start, Step::Stdin)) };
        of_manifests(kube, &manifests)?
    } else {
        if given.operands.is_empty() {
            return Err(Stop::said(
                "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of \
                 supported resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for a \
                 detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples",
            ));
        }
        let wanted = kube.wanted(&given.operands)?;
        let objects = match kube.objects_there(&wanted, all, &chosen) {
            Err(stop) if given.has("ignore-not-found") && stop.message.contains("(NotFound)") => {
                return Ok(Next::Done(0));
            }
            other => other?,
        };
        missing = objects.1;
        if given.has("ignore-not-found") {
            missing.retain(|stop| !stop.message.contains("(NotFound)"));
        }
        (wanted, objects.0)
    };
    let mut objects = objects;
    sort(&mut objects, given.text("sort-by"))?;
    let mut look = Look::of(given, &wanted, all);
    if !wanted.named.is_empty() && !given.has("show-kind") {
        // Of objects with names, only those that are there count.
        look.kinds = objects.iter().any(|object| object.key.kind != objects[0].key.kind);
    }
    let watching = given.has("watch") || given.has("watch-only");
    if watching && wanted.kinds.len() > 1 {
        return Err(Stop::error("you may only specify a single resource type"));
    }
    if !given.has("watch-only") {
        print(kube, &output, &look, &wanted, &objects, !watching && missing.is_empty())?;
    }
    if !missing.is_empty() {
        return Err(Stop { message: missing.into_iter().map(|stop| stop.message).collect(), code: 1 });
    }
    if !watching {
        return Ok(Next::Done(0));
    }
    let headers = !objects.is_empty() && !given.has("watch-only");
    let watch =
        Watch::new(kube, &wanted, (given.text("selector"), given.text("field-selector")), look, output, headers, all);
    Kube::wait(Phase::Watch(watch), Step::Follow)
}

type Found = (Wanted, Vec<Arc<Object>>);

fn of_manifests(kube: &mut Kube<'_, '_>, manifests: &[Manifest]) -> Result<Found, Stop> {
    let mut objects = Vec::new();
    for manifest in manifests {
        objects.push(kube.get(manifest.kind.id, &manifest.namespace, manifest.value.str_at("metadata.name"))?);
    }
    let mut kinds: Vec<_> = manifests.iter().map(|manifest| manifest.kind.clone()).collect();
    kinds.dedup_by_key(|kind| kind.id);
    let named = manifests.iter().map(|m| (m.kind.clone(), m.value.str_at("metadata.name").to_string())).collect();
    Ok((Wanted { kinds, named, single: manifests.len() == 1 }, objects))
}

#[inline(never)]
fn print(
    kube: &mut Kube<'_, '_>,
    output: &Output,
    look: &Look,
    wanted: &Wanted,
    objects: &[Arc<Object>],
    say_nothing_found: bool,
) -> Result<(), Stop> {
    let Output::Table { wide } = output else {
        let text = output.print_objects(kube, objects, wanted.single)?;
        kube.out(text);
        return Ok(());
    };
    if objects.is_empty() {
        if say_nothing_found {
            let namespaced = wanted.kinds.iter().any(|kind| kind.namespaced) && !look.all_namespaces;
            let place = if namespaced { format!(" in {} namespace.", kube.namespace) } else { String::new() };
            kube.err(format!("No resources found{place}\n"));
        }
        return Ok(());
    }
    let text = get_table::tables(kube, objects, look, *wide);
    kube.out(text);
    Ok(())
}

/// By a field that is a text, a number, or missing.
#[inline(never)]
fn sort(objects: &mut [Arc<Object>], by: &str) -> Result<(), Stop> {
    if by.is_empty() {
        return Ok(());
    }
    let template = Template::relaxed(by)?;
    let key = |object: &Arc<Object>| template.values(&object.value).into_iter().next().map(Cow::into_owned);
    if !objects.is_empty() && objects.iter().all(|object| key(object).is_none()) {
        let path = by.trim_matches(|c| c == '{' || c == '}').trim_start_matches('.');
        return Err(Stop::error(format!("couldn't find any field with path \"{{.{path}}}\" in the list of objects")));
    }
    objects.arrange_by(|a, b| compare(key(a).as_ref(), key(b).as_ref()));
    Ok(())
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Str(a)), Some(Value::Str(b))) => a.cmp(b),
        (Some(a), Some(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// A watch in progress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watch {
    kind: KindId,
    /// `None` for all.
    namespace: Option<String>,
    names: Vec<String>,
    labels: String,
    fields: String,
    seen: u64,
    look: Look,
    output: Output,
    /// The headings were printed.
    headers: bool,
}

impl Watch {
    #[inline(never)]
    fn new(
        kube: &Kube<'_, '_>,
        wanted: &Wanted,
        (labels, fields): (&str, &str),
        look: Look,
        output: Output,
        headers: bool,
        all: bool,
    ) -> Self {
        let kind = &wanted.kinds[0];
        let namespace = if kind.namespaced { (!all).then(|| kube.namespace.clone()) } else { None };
        Self {
            kind: kind.id,
            namespace,
            names: wanted.named.iter().map(|(_, name)| name.clone()).collect(),
            labels: labels.into(),
            fields: fields.into(),
            seen: kube.store().version(),
            look,
            output,
            headers,
        }
    }

    fn shows(&self, object: &Object, chosen: &Selectors) -> bool {
        object.key.kind == self.kind
            && self.namespace.as_ref().is_none_or(|namespace| **namespace == *object.key.namespace)
            && (self.names.is_empty() || self.names.iter().any(|name| **name == *object.key.name))
            && chosen.matches(object)
    }

    #[inline(never)]
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        kube.managed_fields = self.look.managed_fields;
        let chosen = Selectors {
            labels: LabelSelector::parse(&self.labels).unwrap_or_default(),
            fields: FieldSelector::parse(&self.fields).unwrap_or_default(),
        };
        let changes: Vec<Arc<Object>> = match kube.store().changes_since(self.seen) {
            Ok(changes) => changes.into_iter().map(|change| change.object().clone()).collect(),
            // Too much happened at once: go on from here, as a watch that is started anew.
            Err(_) => Vec::new(),
        };
        self.seen = kube.store().version();
        let shown: Vec<Arc<Object>> = changes.into_iter().filter(|object| self.shows(object, &chosen)).collect();
        for object in shown {
            let text = match &self.output {
                Output::Table { wide } => {
                    let look = Look { headers: self.look.headers && !self.headers, ..self.look.clone() };
                    self.headers = true;
                    get_table::tables(kube, &[object], &look, *wide)
                }
                Output::Yaml => format!("---\n{}", Output::Yaml.print_objects(kube, &[object], true)?),
                output => output.print_objects(kube, &[object], true)?,
            };
            kube.out(text);
        }
        Kube::wait(Phase::Watch(self), Step::Follow)
    }
}
