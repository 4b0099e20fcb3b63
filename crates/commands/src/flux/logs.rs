//! `flux logs`: the lines of the controllers' pods, in a form for people.

use super::going::{Todo, begin};
use super::{ALL_SPACES, Answer, Next};
use crate::cobra::{Command, Flag, Given, Takes, switch, text};
use crate::kubectl::Kube;
use cluster::{DEPLOYMENT, POD};
use gitops::flux::{NAMESPACE, PART_OF, parse_duration};
use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::Time;
use workload::Key;

pub(super) const COMMAND: Command = Command {
    path: "flux logs",
    operands: "",
    summary: "Display formatted logs for Flux components",
    flags: &[
        ALL_SPACES,
        Flag { short: 'f', ..switch("follow", "specifies if the logs should be streamed") },
        text("flux-namespace", '\0', "the namespace where the Flux components are running"),
        text("kind", '\0', "displays logs of a particular toolkit kind e.g GitRepository"),
        text("level", '\0', "log level, available options are: (debug, info, error)"),
        text("name", '\0', "specifies the name of the object logs to be displayed"),
        text("since", '\0', "only return logs newer than a relative duration like 5s, 2m, or 3h"),
        Flag {
            long: "tail",
            short: '\0',
            takes: Takes::Int,
            default: "-1",
            help: "lines of recent log file to display",
        },
    ],
    missing: "since-time",
};

/// What is read, and how far it was printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Follow {
    flux: String,
    kind: String,
    level: String,
    name: String,
    /// Nothing for all namespaces.
    namespace: Option<String>,
    since: Time,
    tail: Option<usize>,
    /// Pods with the number of their lines that were read.
    read: Vec<(String, usize)>,
}

impl Follow {
    /// The running pod of each controller.
    fn pods(&self, kube: &Kube<'_, '_>) -> Vec<String> {
        let store = kube.store();
        let ours = store.all(DEPLOYMENT, Some(&self.flux)).filter(|object| object.label(PART_OF) == "flux");
        let pod = |name: &str| {
            let all = || store.all(POD, Some(&self.flux)).filter(|pod| pod.label("app") == name);
            let ready = all().find(|pod| cluster::pod_ready(pod)).or_else(|| all().next());
            ready.map(|pod| pod.name().to_string())
        };
        ours.filter_map(|deployment| pod(deployment.name())).collect()
    }

    fn line(&self, text: &str) -> Option<String> {
        let entry = Value::from_json(text).ok().filter(|_| text.starts_with('{'))?;
        let get = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or("");
        let (kind, name, space) = (get("controllerKind"), get("name"), get("namespace"));
        let is = |wanted: &str, have: &str| wanted.is_empty() || wanted.eq_ignore_ascii_case(have);
        let here = self.namespace.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(space));
        let shown = is(&self.kind, kind) && is(&self.name, name) && is(&self.level, get("level")) && here;
        let of = if name.is_empty() { String::new() } else { ["/", name, ".", space].concat() };
        shown.then(|| {
            [get("ts"), " ", get("level"), " ", kind, &of, " - ", get("msg"), " ", get("error"), "\n"].concat()
        })
    }

    /// Prints what came since the last time.
    pub fn print(&mut self, kube: &mut Kube<'_, '_>) {
        for pod in self.pods(kube) {
            let key = Key::new(&self.flux, &pod, "manager");
            let Some(log) = kube.cx.world.workload.logs(&key, false) else { continue };
            let known = self.read.iter().find(|(name, _)| *name == pod).map(|(_, count)| *count);
            let from = known.unwrap_or_else(|| self.tail.map_or(0, |tail| log.len().saturating_sub(tail)));
            let lines = log.since(from).filter(|line| line.at >= self.since);
            let text: String = lines.filter_map(|line| self.line(&line.text)).collect();
            let count = log.len();
            self.read.retain(|(name, _)| *name != pod);
            self.read.push((pod, count));
            kube.out(text);
        }
    }
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, _: &[usize]) -> Answer {
    if !given.words.is_empty() {
        return Err("no argument required".into());
    }
    let own = |flag: &str| given.text(flag).unwrap_or_default().to_string();
    let level = own("level");
    if !matches!(level.as_str(), "" | "debug" | "info" | "error") {
        return Err(format!(
            "invalid argument \"{level}\" for \"--level\" flag: log level '{level}' is not supported, must be one of: debug, info, error"
        ));
    }
    let since = match own("since").as_str() {
        "" => Time::default(),
        text => {
            let wrong =
                || format!("invalid argument \"{text}\" for \"--since\" flag: time: invalid duration \"{text}\"");
            kube.cx.now() - parse_duration(text).ok_or_else(wrong)?
        }
    };
    let flux = given.text("flux-namespace").unwrap_or(NAMESPACE).to_string();
    kube.may("get", (POD, "log"), (&flux, "")).map_err(|stop| super::get::server_words(&stop.message))?;
    let mut follow = Follow {
        kind: own("kind"),
        level,
        name: own("name"),
        namespace: (!given.on("all-namespaces")).then(|| kube.namespace.clone()),
        since,
        tail: given.number("tail").and_then(|count| usize::try_from(count).ok()),
        read: Vec::new(),
        flux,
    };
    if follow.pods(kube).is_empty() {
        return Err(format!("no Flux pods found in namespace {:?}", follow.flux));
    }
    if given.on("follow") {
        return begin(kube, given, vec![Todo::Follow(follow)]);
    }
    follow.print(kube);
    Ok(Next::Exit(0))
}
