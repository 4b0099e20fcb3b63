//! `argocd app resources`.

use super::cobra::{APP_NAMESPACE, Command, switch, text};
use super::log::Fatal;
use super::{Call, Next, find, table, tree, wrong_use};
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app resources",
    operands: "APPNAME",
    summary: "List the resources of an application",
    flags: &[
        APP_NAMESPACE,
        switch("orphaned", "only those that no application asks for"),
        text("output", '\0', "form of the result: tree or tree=detailed"),
    ],
    missing: "project",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &COMMAND, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let roots = if given.on("orphaned") { Vec::new() } else { tree::roots(cx, &app) };
    let orphans = tree::orphans(cx, &app);
    let output = given.text("output").unwrap_or_default();
    let detailed = output == "tree=detailed";
    let mut lines = vec![if detailed {
        table::line(["GROUP", "KIND", "NAMESPACE", "NAME", "ORPHANED", "AGE", "HEALTH", "REASON"])
    } else {
        table::line(["GROUP", "KIND", "NAMESPACE", "NAME", "ORPHANED"])
    }];
    for (nodes, orphaned) in [(&roots, "No"), (&orphans, "Yes")] {
        tree::walk(nodes, &mut |before, node| {
            if output != "tree" && !detailed && !before.is_empty() {
                return;
            }
            let group = format!("{before}{}", node.group);
            let mut line = table::line([&group, &node.kind, &node.namespace, &node.name, orphaned]);
            if detailed {
                line.extend(table::line([&node.age, &node.health, &node.reason]));
            }
            lines.push(line);
        });
    }
    cx.out(table::align(&lines, 0));
    Ok(Next::Exit(0))
}
