//! `kubectl api-resources`: every kind that the server knows.

use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, columns};
use cluster::{ENDPOINTS, KindInfo};
use order::{Arrange, OrdSet};

pub(crate) const COMMAND: Command = Command {
    path: "api-resources",
    operands: "",
    summary: "Print the supported API resources on the server.",
    examples: &[
        ("Print the supported API resources", "kubectl api-resources"),
        ("Only those of one API group", "kubectl api-resources --api-group=apps"),
        ("Only those that live in namespaces", "kubectl api-resources --namespaced=true"),
    ],
    flags: &[
        text("api-group", '\0', "", "Limit to resources in the specified API group."),
        text("namespaced", '\0', "", "If false, only those of the whole cluster; if true, only those in namespaces."),
        switch("no-headers", '\0', "Print no headings."),
        text("output", 'o', "", "Output format. One of: (wide, name)."),
        text("sort-by", '\0', "", "Sort by 'name' or by 'kind'."),
    ],
    missing: &["cached", "categories", "verbs"],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        let words = given.operands.join(" ");
        let told =
            format!("error: unexpected arguments: [{words}]\nSee 'kubectl api-resources -h' for help and examples");
        return Err(Stop::said(told));
    }
    let output = given.text("output");
    if !matches!(output, "" | "wide" | "name") {
        return Err(Stop::error(format!("--output {output} is not available")));
    }
    let mut kinds: Vec<Row> = kube.kinds().iter().map(of_kind).collect();
    kinds.extend(TOLD.iter().map(|told| Row {
        plural: told.plural.into(),
        kind: told.kind.into(),
        group: told.group.into(),
        version: told.version.into(),
        namespaced: told.namespaced,
        verbs: told.verbs,
        ..Row::default()
    }));
    if given.is_set("api-group") {
        kinds.retain(|kind| kind.group == given.text("api-group"));
    }
    match given.text("namespaced") {
        "" => {}
        "true" => kinds.retain(|kind| kind.namespaced),
        "false" => kinds.retain(|kind| !kind.namespaced),
        other => return Err(Stop::error(format!("invalid argument \"{other}\" for \"--namespaced\" flag"))),
    }
    match given.text("sort-by") {
        "" => kinds.arrange_by(|a, b| (&a.group, &a.plural).cmp(&(&b.group, &b.plural))),
        "name" => kinds.arrange_by(|a, b| a.plural.cmp(&b.plural)),
        "kind" => kinds.arrange_by(|a, b| a.kind.cmp(&b.kind)),
        _ => return Err(Stop::error("--sort-by accepts only name or kind")),
    }
    if output == "name" {
        let names: String = kinds.iter().map(|kind| kind.qualified() + "\n").collect();
        kube.out(names);
        return Ok(Next::Done(0));
    }
    let wide = output == "wide";
    let mut rows = Vec::new();
    if !given.has("no-headers") {
        let mut header = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"].map(String::from).to_vec();
        if wide {
            header.extend(["VERBS", "CATEGORIES"].map(String::from));
        }
        rows.push(header);
    }
    for kind in kinds {
        let mut row = vec![kind.plural.clone(), kind.short.join(","), kind.api_version()];
        row.extend([kind.namespaced.to_string(), kind.kind.clone()]);
        if wide {
            row.push(kind.verbs.join(","));
            row.push(kind.categories.join(","));
        }
        rows.push(row);
    }
    kube.out(columns::table(&rows));
    Ok(Next::Done(0))
}

pub(crate) const VERSIONS: Command = Command {
    path: "api-versions",
    operands: "",
    summary: "Print the supported API versions on the server, in the form of \"group/version\".",
    examples: &[("The versions of all groups", "kubectl api-versions")],
    flags: &[],
    missing: &[],
    run: versions,
};

fn versions(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        let words = given.operands.join(" ");
        let told =
            format!("error: unexpected arguments: [{words}]\nSee 'kubectl api-versions -h' for help and examples");
        return Err(Stop::said(told));
    }
    // The older form of autoscalers is served too.
    let mut all: OrdSet<String> = [String::from("autoscaling/v1")].into_iter().collect();
    all.extend(kube.kinds().iter().map(KindInfo::api_version));
    all.extend(TOLD.iter().map(|told| format!("{}/{}", told.group, told.version)));
    let text: String = all.iter().map(|version| format!("{version}\n")).collect();
    kube.out(text);
    Ok(Next::Done(0))
}

/// A resource that the server answers and does not store.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub group: &'static str,
    pub version: &'static str,
    pub plural: &'static str,
    pub kind: &'static str,
    pub namespaced: bool,
    pub verbs: &'static [&'static str],
}

const fn review(group: &'static str, plural: &'static str, kind: &'static str) -> Told {
    Told { group, version: "v1", plural, kind, namespaced: false, verbs: &["create"] }
}

const fn metrics(plural: &'static str, kind: &'static str, namespaced: bool) -> Told {
    Told { group: "metrics.k8s.io", version: "v1beta1", plural, kind, namespaced, verbs: &["get", "list"] }
}

pub const TOLD: &[Told] = &[
    review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
    review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    Told {
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease",
        namespaced: true,
        verbs: &["get"],
    },
    metrics("nodes", "NodeMetrics", false),
    metrics("pods", "PodMetrics", true),
];

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// A row of the table.
#[derive(Default)]
struct Row {
    plural: String,
    short: Vec<String>,
    group: String,
    version: String,
    kind: String,
    namespaced: bool,
    verbs: &'static [&'static str],
    categories: Vec<String>,
}

fn of_kind(kind: &KindInfo) -> Row {
    let texts = |all: &[std::sync::Arc<str>]| all.iter().map(ToString::to_string).collect::<Vec<String>>();
    Row {
        plural: kind.plural.to_string(),
        short: texts(&kind.short_names),
        group: kind.group.to_string(),
        version: kind.version.to_string(),
        kind: kind.kind.to_string(),
        namespaced: kind.namespaced,
        verbs: if kind.id == ENDPOINTS { &["get", "list"] } else { VERBS },
        categories: texts(&kind.categories),
    }
}

impl Row {
    fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }
}
