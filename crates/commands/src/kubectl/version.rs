//! `kubectl version`.

use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next};
use manifest::{Value, object};

pub(crate) const COMMAND: Command = Command {
    path: "version",
    operands: "[flags]",
    summary: "Print the client and server version information for the current context.",
    examples: &[("Print the client and server versions", "kubectl version")],
    flags: &[
        switch("client", '\0', "Show the client version only."),
        text("output", 'o', "", "One of 'yaml' or 'json'."),
    ],
    missing: &[],
    run,
};

/// The version of the client here, and of the cluster that it talks to.
pub(super) const VERSION: &str = cluster::VERSION;
const KUSTOMIZE: &str = "v5.5.0";

fn info() -> Value {
    let mut parts = VERSION.trim_start_matches('v').split('.');
    object! {
        "compiler" => "gc", "gitVersion" => VERSION, "major" => parts.next().unwrap_or(""),
        "minor" => parts.next().unwrap_or(""), "platform" => "linux/amd64",
    }
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    if !given.operands.is_empty() {
        let words = given.operands.join(" ");
        return Err(Stop::error(format!("extra arguments: [{words}]")));
    }
    let client_only = given.has("client");
    let text = match given.text("output") {
        "" => {
            let server = if client_only { String::new() } else { format!("Server Version: {VERSION}\n") };
            format!("Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}\n{server}")
        }
        format @ ("yaml" | "json") => {
            let mut value = object! { "clientVersion" => info(), "kustomizeVersion" => KUSTOMIZE };
            if !client_only {
                value.put("serverVersion", info());
            }
            let json = || value.to_json_with(manifest::JsonStyle { indent: Some(2), escape_html: true });
            if format == "yaml" { value.to_yaml() } else { json() + "\n" }
        }
        _ => return Err(Stop::error("--output must be 'yaml' or 'json'")),
    };
    kube.out(text);
    Ok(Next::Done(0))
}
