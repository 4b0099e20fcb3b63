//! `kubectl api-resources`: every kind that the server knows.

use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, columns};
use order::Arrange;

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
    let mut kinds: Vec<_> = kube.kinds().iter().cloned().collect();
    if given.is_set("api-group") {
        kinds.retain(|kind| *kind.group == *given.text("api-group"));
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
        let names: String = kinds.iter().map(|kind| format!("{}\n", kind.qualified())).collect();
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
        let join = |all: &[std::sync::Arc<str>]| all.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(",");
        let mut row = vec![
            kind.plural.to_string(),
            join(&kind.short_names),
            kind.api_version(),
            kind.namespaced.to_string(),
            kind.kind.to_string(),
        ];
        if wide {
            row.push("create,delete,get,list,patch,update,watch".into());
            row.push(join(&kind.categories));
        }
        rows.push(row);
    }
    kube.out(columns::table(&rows));
    Ok(Next::Done(0))
}
