//! `kubectl rollout history`: the revisions of a workload.

use super::super::flags::{Given, number};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next, columns, describe};
use super::{MISSING, SELECTOR, revisions, workloads};

pub(crate) const HISTORY: Command = Command {
    path: "rollout history",
    operands: "(TYPE NAME | TYPE/NAME) [flags]",
    summary: "View previous rollout revisions and configurations.",
    examples: &[
        ("The revisions of a deployment", "kubectl rollout history deployment/web"),
        ("The pod template of revision 3", "kubectl rollout history deployment/web --revision=3"),
    ],
    flags: &[number("revision", 0, "See the details of this revision."), SELECTOR],
    missing: MISSING,
    run,
};

const CAUSE: &str = "kubernetes.io/change-cause";

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let revision = given.number("revision");
    if revision < 0 {
        return Err(Stop::error(format!("revision must be a positive integer: {revision}")));
    }
    for deployment in workloads(kube, given, "history")? {
        let all = revisions(kube, &deployment);
        let name = kube.named(&deployment);
        if all.is_empty() {
            kube.out(format!("{name} \nNo rollout history found.\n"));
            continue;
        }
        let text = if revision == 0 {
            let mut rows = vec![vec!["REVISION".to_string(), "CHANGE-CAUSE".to_string()]];
            for revision in &all {
                let (number, keeper) = (revision.number, &revision.keeper);
                let cause = Some(keeper.annotation(CAUSE)).filter(|cause| !cause.is_empty()).unwrap_or("<none>");
                rows.push(vec![number.to_string(), cause.to_string()]);
            }
            let list = columns::align(&rows.iter().map(|row| row.join("\t") + "\n").collect::<String>(), 0, 2);
            format!("{name} \n{list}\n")
        } else {
            let Some(found) = all.iter().find(|one| one.number == revision) else {
                return Err(Stop::error("unable to find the specified revision"));
            };
            let mut template = found.template.clone();
            // A deployment's cause is shown with its template.
            let cause = found.keeper.annotation(CAUSE);
            if deployment.key.kind == cluster::DEPLOYMENT && !cause.is_empty() {
                template.at_mut("metadata.annotations").put(CAUSE, cause);
            }
            let template = describe::template_text(&template);
            format!("{name} with revision #{revision}\n{template}\n")
        };
        kube.out(text);
    }
    Ok(Next::Done(0))
}
