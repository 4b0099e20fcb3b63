//! `kubectl top`: what pods and nodes use, as the metrics API tells it.

use super::arguments::selectors;
use super::flags::{Flag, Given, on, switch, text};
use super::kube::{Answer, Kube, Stop, refused};
use super::subjects::{ALL_NAMESPACES, FIELDS, SELECTOR};
use super::{Command, Next, columns};
use cluster::{NODE as NODES, POD, Quantity, Selectors};
use manifest::Value;
use order::Arrange;
use std::time::Duration;

const SORT: Flag = text("sort-by", '\0', "", "Sort by 'cpu' or 'memory', the greatest first.");
const NO_HEADERS: Flag = switch("no-headers", '\0', "Print output without headers.");
const PROTOBUF: Flag = on("use-protocol-buffers", "Enables using protocol-buffers to access Metrics API.");

pub(crate) const NODE: Command = Command {
    path: "top node",
    operands: "[NAME | -l label]",
    summary: "Display resource (CPU/memory) usage of nodes.",
    examples: &[("What the nodes use", "kubectl top node"), ("What one uses", "kubectl top node node-1")],
    flags: &[
        NO_HEADERS,
        SELECTOR,
        switch("show-capacity", '\0', "Percentages of the capacity instead of what is allocatable."),
        SORT,
        PROTOBUF,
    ],
    missing: &[],
    run: nodes,
};

pub(crate) const POD_USAGE: Command = Command {
    path: "top pod",
    operands: "[NAME | -l label]",
    summary: "Display resource (CPU/memory) usage of pods.",
    examples: &[
        ("What the pods use", "kubectl top pod"),
        ("What the containers of a pod use", "kubectl top pod web-0 --containers"),
        ("The hungriest first", "kubectl top pod -A --sort-by=memory"),
    ],
    flags: &[
        ALL_NAMESPACES,
        switch("containers", '\0', "Print usage of containers within a pod."),
        FIELDS,
        NO_HEADERS,
        SELECTOR,
        SORT,
        switch("sum", '\0', "Print the sum of the resource usage"),
        PROTOBUF,
    ],
    missing: &[],
    run: pods,
};

/// Processor in thousandths, memory in bytes.
type Used = (i64, i64);

fn used(usage: &Value) -> Used {
    let read = |name: &str| Quantity::parse(usage.str_at(name)).unwrap_or_default();
    (read("cpu").milli(), read("memory").units())
}

fn total(pod: &Value) -> Used {
    pod.list_at("containers").iter().map(|c| used(c.at("usage"))).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

/// Puts the greatest first, where that is wanted.
fn sort(all: &mut [Value], by: &str, of: fn(&Value) -> Used) {
    match by {
        "cpu" => all.arrange_by_key(|item| std::cmp::Reverse(of(item).0)),
        "memory" => all.arrange_by_key(|item| std::cmp::Reverse(of(item).1)),
        _ => {}
    }
}

/// What the flags of both commands must not say.
fn check(given: &Given, path: &str, selectors: &[&str]) -> Result<(), Stop> {
    if given.operands.len() > 1 {
        let told = format!("error: {path} [NAME | -l label]\nSee 'kubectl top {path} -h' for help and examples");
        return Err(Stop::said(told));
    }
    if !matches!(given.text("sort-by"), "" | "cpu" | "memory") {
        return Err(Stop::error("--sort-by accepts only cpu or memory"));
    }
    if !given.operands.is_empty() && selectors.iter().any(|name| !given.text(name).is_empty()) {
        let other = if selectors.len() == 1 { "--selector" } else { "selector" };
        return Err(Stop::error(format!("only one of NAME or {other} can be provided")));
    }
    Ok(())
}

fn cells((cpu, memory): Used) -> String {
    format!("{cpu}m\t{}Mi\t", memory >> 20)
}

fn pods(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    check(given, "pod", &["selector", "field-selector"])?;
    let chosen = selectors(given.text("selector"), given.text("field-selector"))?;
    let everywhere = given.has("all-namespaces");
    let mut found = metrics_of_pods(kube, given, &chosen)?;
    if found.is_empty() {
        nothing_yet(kube, given, &chosen)?;
        let place = if everywhere { String::new() } else { format!(" in {} namespace.", kube.namespace) };
        kube.err(format!("No resources found{place}\n"));
        return Ok(Next::Done(0));
    }
    let by = given.text("sort-by");
    sort(&mut found, by, total);
    let containers = given.has("containers");
    let mut text = String::new();
    let heading = !given.has("no-headers");
    if heading {
        text.push_str(if everywhere { "NAMESPACE\t" } else { "" });
        text.push_str(if containers { "POD\t" } else { "" });
        text.push_str("NAME\tCPU(cores)\tMEMORY(bytes)\t\n");
    }
    for pod in &found {
        let mut head = String::new();
        if everywhere {
            head = format!("{}\t", pod.str_at("metadata.namespace"));
        }
        head.push_str(pod.str_at("metadata.name"));
        if !containers {
            text.push_str(&format!("{head}\t{}\n", cells(total(pod))));
            continue;
        }
        let mut all = pod.list_at("containers").to_vec();
        all.arrange_by_key(|container| container.str_at("name").to_string());
        sort(&mut all, by, |container| used(container.at("usage")));
        for container in &all {
            text.push_str(&format!("{head}\t{}\t{}\n", container.str_at("name"), cells(used(container.at("usage")))));
        }
    }
    if given.has("sum") {
        // The real client counts the columns only where it prints a heading.
        let more = if heading { usize::from(everywhere) + usize::from(containers) } else { 0 };
        let sum = found.iter().map(total).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let blank = "\t".repeat(more);
        text.push_str(&format!("{blank}\t________\t________\t\n{blank}\t{}\n", cells(sum)));
    }
    kube.out(columns::align(&text, 6, 3));
    Ok(Next::Done(0))
}

fn metrics_of_pods(kube: &Kube<'_, '_>, given: &Given, chosen: &Selectors) -> Result<Vec<Value>, Stop> {
    let everywhere = given.has("all-namespaces");
    let namespace = if everywhere { "" } else { kube.namespace.as_str() };
    let asks = |verb: &str, name: &str| metrics_allowed(kube, verb, "pods", (namespace, name));
    if let Some(name) = given.operands.first() {
        asks("get", name)?;
        let found = kube.cx.world.metrics_of_pod(namespace, name).map_err(|status| refused(&status))?;
        return Ok(vec![found]);
    }
    asks("list", "")?;
    let mut found = kube.cx.world.pod_metrics((!everywhere).then_some(namespace));
    if *chosen != Selectors::default() {
        let store = kube.store();
        let matches = |pod: &Value| store.get(POD, pod.str_at("metadata.namespace"), pod.str_at("metadata.name"));
        found.retain(|pod| matches(pod).is_some_and(|pod| chosen.matches(pod)));
    }
    Ok(found)
}

fn metrics_allowed(kube: &Kube<'_, '_>, verb: &str, what: &str, (namespace, name): (&str, &str)) -> Result<(), Stop> {
    let Some(user) = &kube.user else { return Ok(()) };
    let attempt = cluster::Attempt {
        verb: verb.into(),
        group: "metrics.k8s.io".into(),
        resource: what.into(),
        namespace: namespace.into(),
        name: name.into(),
        ..cluster::Attempt::default()
    };
    kube.cx.world.cluster.authorize(user, &attempt).map_err(|status| refused(&status))
}

/// A pod of two minutes has metrics, or something is wrong.
const DELAY: Duration = Duration::from_secs(120);

/// Why there are none, if there are pods.
fn nothing_yet(kube: &Kube<'_, '_>, given: &Given, chosen: &Selectors) -> Result<(), Stop> {
    let namespace = (!given.has("all-namespaces")).then_some(kube.namespace.as_str());
    let pods = kube.store().list(POD, namespace, chosen);
    if pods.is_empty() {
        return Ok(());
    }
    for pod in pods {
        let age = kube.cx.now().since(pod.created_at());
        if age > DELAY {
            let place = format!("{}/{}", pod.namespace(), pod.name());
            let told = format!("Metrics not available for pod {place}, age: {}", go_duration(age));
            return Err(Stop::error(told));
        }
    }
    Err(Stop::error("metrics not available yet"))
}

/// `1h2m3.5s`, as Go prints a duration.
fn go_duration(span: Duration) -> String {
    let secs = span.as_secs();
    let mut out = String::new();
    if secs >= 3_600 {
        out.push_str(&format!("{}h", secs / 3_600));
    }
    if secs >= 60 {
        out.push_str(&format!("{}m", secs / 60 % 60));
    }
    let fraction = format!("{:09}", span.subsec_nanos());
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    out.push_str(&format!("{}{dot}{fraction}s", secs % 60));
    out
}

fn nodes(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    check(given, "node", &["selector"])?;
    let chosen = selectors(given.text("selector"), "")?;
    let name = given.operands.first();
    let mut found = match name {
        Some(name) => {
            metrics_allowed(kube, "get", "nodes", ("", name))?;
            vec![kube.cx.world.metrics_of_node(name).map_err(|status| refused(&status))?]
        }
        None => {
            metrics_allowed(kube, "list", "nodes", ("", ""))?;
            kube.cx.world.node_metrics()
        }
    };
    let nodes = match name {
        Some(name) => vec![kube.get(NODES, "", name)?],
        None => kube.list(&kube.info(NODES), false, &chosen)?,
    };
    found.retain(|metrics| nodes.iter().any(|node| node.name() == metrics.str_at("metadata.name")));
    if found.is_empty() {
        return Err(Stop::error("metrics not available yet"));
    }
    sort(&mut found, given.text("sort-by"), |node| used(node.at("usage")));
    let field = if given.has("show-capacity") { "status.capacity" } else { "status.allocatable" };
    let mut text = String::new();
    if !given.has("no-headers") {
        text.push_str("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n");
    }
    for metrics in &found {
        let name = metrics.str_at("metadata.name");
        let (cpu, memory) = used(metrics.at("usage"));
        let node = nodes.iter().find(|node| node.name() == name);
        let all = cluster::Amounts::read(node.map_or(Value::null(), |node| node.value.at(field)));
        let share = |part: i64, whole: i64| if whole == 0 { 0 } else { part * 100 / whole };
        let (of_cpu, of_memory) = (share(cpu, all.cpu_milli), share(memory, all.memory_bytes));
        text.push_str(&format!("{name}\t{cpu}m\t{of_cpu}%\t{}Mi\t{of_memory}%\t\n", memory >> 20));
    }
    for node in nodes.iter().filter(|node| !found.iter().any(|m| m.str_at("metadata.name") == node.name())) {
        text.push_str(&format!("{}\t<unknown>\t<unknown>\t<unknown>\t<unknown>\t\n", node.name()));
    }
    kube.out(columns::align(&text, 6, 3));
    Ok(Next::Done(0))
}
