//! `argocd version`.

use super::cobra::{Command, Flag, Takes, switch};
use super::log::Fatal;
use super::{Call, Next, summary};
use manifest::{Value, object};
use world::Cx;

/// The Argo CD whose rules and words are followed here.
const VERSION: &str = "v3.6.0+opsfest";

pub(super) const COMMAND: Command = Command {
    path: "argocd version",
    operands: "",
    summary: "Show the versions of client and server",
    flags: &[
        switch("client", "only the client's"),
        Flag {
            long: "output",
            short: 'o',
            takes: Takes::Text,
            default: "wide",
            help: "form of the result: wide, short, json or yaml",
        },
        switch("short", "only the numbers"),
    ],
    missing: "",
};

// Unlike argocd: no build date, commit, Go version and platform follow, since none of them made this program.
pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let (output, client) = (call.given.text("output").unwrap_or("wide"), call.given.on("client"));
    let text = match output {
        "json" | "yaml" => {
            let short = call.given.on("short");
            let told = |name: &str| {
                if short {
                    object! { name => VERSION }
                } else {
                    object! { "Version" => VERSION }
                }
            };
            let mut all: Value = object! { "client" => told("argocd") };
            if !client {
                all.put("server", told("argocd-server"));
            }
            summary::dump(&all, output).unwrap_or_default()
        }
        "wide" | "short" | "" if client => format!("argocd: {VERSION}\n"),
        "wide" | "short" | "" => format!("argocd: {VERSION}\nargocd-server: {VERSION}\n"),
        _ => return Err(Fatal::log(format!("unknown output format: {output}"))),
    };
    cx.out(text);
    Ok(Next::Exit(0))
}
