//! `argocd context`, `login`, `logout`: one server, no accounts, and this workstation is logged in.

use super::cobra::{Command, switch};
use super::log::Fatal;
use super::{Call, Next, SERVER, is_server, table, wrong_use};
use world::Cx;

pub(super) const CONTEXT: Command = Command {
    path: "argocd context",
    operands: "[CONTEXT]",
    summary: "Show the servers that this workstation knows, or switch to another",
    flags: &[],
    missing: "delete",
};

pub(super) const LOGIN: Command = Command {
    path: "argocd login",
    operands: "SERVER",
    summary: "Log in to Argo CD",
    flags: &[switch("skip-test-tls", "do not look whether the server speaks TLS")],
    missing: "callback name password sso sso-launch-browser sso-port username",
};

pub(super) const LOGOUT: Command =
    Command { path: "argocd logout", operands: "CONTEXT", summary: "Log out from Argo CD", flags: &[], missing: "" };

pub(super) fn context(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    match call.given.words.first() {
        None => {
            let lines = [table::line(["CURRENT", "NAME", "SERVER"]), table::line(["*", SERVER, SERVER])];
            cx.out(table::align(&lines, 0));
        }
        Some(name) if name == SERVER => cx.out(format!("Already at context '{SERVER}'\n")),
        Some(name) => return Err(Fatal::log(format!("Context '{name}' undefined"))),
    }
    Ok(Next::Exit(0))
}

// Unlike argocd: there are no accounts and no passwords, and nothing is written to ~/.config/argocd.
pub(super) fn login(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [server] = &call.given.words[..] else { return Ok(wrong_use(cx, &LOGIN, 1)) };
    if !is_server(server) {
        let host = server.split(':').next().unwrap_or(server);
        return Err(Fatal::check(format!("dial tcp: lookup {host}: no such host")));
    }
    cx.err(format!("hint: this sandbox has no accounts: you are logged in to {SERVER} already\n"));
    Ok(Next::Exit(0))
}

pub(super) fn logout(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let Some(name) = call.given.words.first() else { return Ok(wrong_use(cx, &LOGOUT, 1)) };
    if name != SERVER {
        return Err(Fatal::log(format!("Context {name} does not exist")));
    }
    Err(Fatal::log("logging out is real argocd, but not part of this sandbox yet")
        .hint(format!("this sandbox has no accounts: you stay logged in to {SERVER}")))
}
