//! `docker login` and `docker logout`.

use super::{Answer, Docker, Failed, Next, Row, Words};
use crate::cobra::{Command, Given, switch, text};
use world::{Cx, Step};

pub(super) const LOGIN: Row = Row {
    command: Command {
        path: "docker login",
        operands: "[SERVER]",
        summary: "Authenticate to a registry",
        flags: &[
            text("password", 'p', "Password or Personal Access Token (PAT)"),
            switch("password-stdin", "Take the Password or Personal Access Token (PAT) from stdin"),
            text("username", 'u', "Username"),
        ],
        missing: "",
    },
    words: Words::AtMost(1),
    front: false,
    aliases: &[],
    run: login,
};

pub(super) const LOGOUT: Row = Row {
    command: Command {
        path: "docker logout",
        operands: "[SERVER]",
        summary: "Log out from a registry",
        flags: &[],
        missing: "",
    },
    words: Words::AtMost(1),
    front: false,
    aliases: &[],
    run: logout,
};

fn server(given: &Given) -> String {
    given.words.first().cloned().unwrap_or_else(|| "https://index.docker.io/v1/".into())
}

// Unlike docker: Encore's registry takes every name and password; nobody is asked for them at a terminal.
fn login(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let server = server(given);
    if given.on("password-stdin") && given.text("username").is_none() {
        return Err(Failed::said("Must provide --username with --password-stdin"));
    }
    if given.on("password-stdin") && given.text("password").is_some() {
        return Err(Failed::said("conflicting options: cannot specify both --password and --password-stdin"));
    }
    if given.text("password").is_some() {
        cx.err("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n");
    }
    let mut password = given.text("password").map(String::from);
    if given.on("password-stdin") {
        let Some(text) = cx.stdin_text() else { return Ok(Next::As(Docker::Start, Step::Stdin)) };
        password = Some(text.trim_end_matches('\n').trim_end_matches('\r').to_string());
    }
    let Some(password) = password.filter(|text| !text.is_empty() && given.text("username").is_some()) else {
        return Err(Failed::said("Error: Cannot perform an interactive login from a non TTY device"));
    };
    if !server.ends_with(".encore") {
        return Err(Failed::daemon(format!(
            "Get \"https://{server}/v2/\": unauthorized: incorrect username or password"
        )));
    }
    let host = cx.machine_id();
    cx.world.ci.logged_in(&host.to_string(), &password);
    cx.world.docker_mut(&host).store.logins.insert(server);
    cx.out("Login Succeeded\n");
    Ok(Next::Done(0))
}

fn logout(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (server, host) = (server(given), cx.machine_id());
    let known = cx.world.docker_mut(&host).store.logins.remove(&server);
    let text =
        if known { ["Removing login credentials for ", &server, "\n"] } else { ["Not logged in to ", &server, "\n"] };
    cx.out(text.concat());
    Ok(Next::Done(0))
}
