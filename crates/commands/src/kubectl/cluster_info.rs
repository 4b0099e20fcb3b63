//! `kubectl cluster-info`: where the cluster is.

use super::flags::Given;
use super::kube::{Answer, Kube};
use super::{Command, Next};
use cluster::{SERVICE, Selectors};

pub(crate) const COMMAND: Command = Command {
    path: "cluster-info",
    operands: "",
    summary: "Display addresses of the control plane and services with label kubernetes.io/cluster-service=true.",
    examples: &[("Print the address of the control plane", "kubectl cluster-info")],
    flags: &[],
    missing: &[],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if given.operands.first().is_some_and(|word| word == "dump") {
        return Err(super::not_here::stop("cluster-info dump"));
    }
    let server = kube.config.server();
    let colour = kube.cx.stdout_is_terminal();
    let paint = |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() };
    let mut lines = vec![("Kubernetes control plane".to_string(), server.clone())];
    let services = kube.list(&kube.info(SERVICE), true, &Selectors::default())?;
    for service in services.iter().filter(|s| s.label("kubernetes.io/cluster-service") == "true") {
        let name = Some(service.label("kubernetes.io/name")).filter(|n| !n.is_empty()).unwrap_or(service.name());
        let address = format!("{server}/api/v1/namespaces/{}/services/{}/proxy", service.namespace(), service.name());
        lines.push((name.to_string(), address));
    }
    for (what, address) in lines {
        let line = format!("{} is running at {}\n", paint("0;32", &what), paint("0;33", &address));
        kube.out(line);
    }
    kube.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
    Ok(Next::Done(0))
}
