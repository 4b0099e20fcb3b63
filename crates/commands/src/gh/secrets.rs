//! `gh secret` and `gh variable`: what a repository's workflows find in `secrets` and `vars`.
//! Words: `pkg/cmd/secret` and `pkg/cmd/variable` of the tool, and GitHub's for a name that is none.

use super::call::{Call, Fail, fail};
use super::flags::{Command, Flag, value};
use super::words::{ago, coloured, table};
use super::{Answer, End};
use order::OrdMap;
use world::Cx;

const ENV: Flag = value("env", 'e', "that of a deployment environment");
const BODY: Flag = value("body", 'b', "the value (read from standard input if not given)");
const FILE: Flag = value("env-file", 'f', "names and values from a file, NAME=VALUE in each line");

const fn command(
    (path, operands): (&'static str, &'static str),
    summary: &'static str,
    (flags, missing): (&'static [Flag], &'static str),
) -> Command {
    Command { path, operands, summary, flags, missing }
}

const LIST_MISSING: &str = "org o user u app a json jq q template t";
const SET_MISSING: &str = "org o user u app a visibility v repos r no-store no-repos-selected";

pub(super) const LIST: Command = command(("gh secret list", ""), "List secrets", (&[ENV], LIST_MISSING));
pub(super) const SET: Command =
    command(("gh secret set", "<secret-name>"), "Create or update secrets", (&[ENV, BODY, FILE], SET_MISSING));
pub(super) const DELETE: Command =
    command(("gh secret delete", "<secret-name>"), "Delete secrets", (&[ENV], "org o user u app a"));
pub(super) const VARIABLE_LIST: Command = command(("gh variable list", ""), "List variables", (&[ENV], LIST_MISSING));
pub(super) const VARIABLE_GET: Command =
    command(("gh variable get", "<variable-name>"), "Get variables", (&[ENV], "org o json jq q template t"));
pub(super) const VARIABLE_SET: Command =
    command(("gh variable set", "<variable-name>"), "Create or update variables", (&[ENV, BODY, FILE], SET_MISSING));
pub(super) const VARIABLE_DELETE: Command =
    command(("gh variable delete", "<variable-name>"), "Delete variables", (&[ENV], "org o"));

/// `secret` or `variable`.
fn kind(cx: &Cx<'_>) -> &'static str {
    if cx.args().first().is_some_and(|word| word == "variable") { "variable" } else { "secret" }
}

/// The secrets or variables that are meant: of the repository or of an environment of it.
fn all<'w>(cx: &'w mut Cx<'_>, call: &Call, kind: &str) -> Result<&'w mut OrdMap<String, String>, Fail> {
    let settings = cx.world.ci.settings_mut(&call.repo);
    let (secrets, vars) = match call.given.text("env") {
        None => (&mut settings.secrets, &mut settings.vars),
        Some(name) => match settings.environments.get_mut(name) {
            Some(own) => (&mut own.secrets, &mut own.vars),
            None => {
                let url = format!("https://api.forge.encore/repos/{}/environments/{name}/{kind}s", call.repo);
                return fail(format!("HTTP 404: Not Found ({url})"));
            }
        },
    };
    Ok(if kind == "variable" { vars } else { secrets })
}

/// Under which name it is noted when one was set.
fn note(call: &Call, kind: &str, name: &str) -> String {
    match call.given.text("env") {
        None => [kind, " ", name].concat(),
        Some(environment) => [kind, " ", environment, "/", name].concat(),
    }
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let kind = kind(cx);
    let found = all(cx, call, kind)?.clone();
    if found.is_empty() {
        return fail(format!("no {kind}s found"));
    }
    let terminal = cx.stdout_is_terminal();
    // Those of the world were there when it began.
    let begin = cx.world.sim.events().iter().next().map_or(cx.now(), |event| event.at);
    let mut rows = Vec::new();
    for (name, text) in &found {
        let changed =
            cx.world.ci.settings(&call.repo).and_then(|own| own.changed.get(&note(call, kind, name)).copied());
        let at = changed.unwrap_or(begin);
        let time = if terminal { ago(cx.now(), at) } else { at.rfc3339() };
        rows.push(if kind == "variable" { vec![name.clone(), text.clone(), time] } else { vec![name.clone(), time] });
    }
    if terminal {
        let head: &[&str] = if kind == "variable" { &["NAME", "VALUE", "UPDATED"] } else { &["NAME", "UPDATED"] };
        rows.insert(0, head.iter().map(|word| (*word).to_string()).collect());
        cx.out(table(&rows));
    } else {
        cx.out(rows.iter().map(|row| row.join("\t") + "\n").collect::<String>());
    }
    Ok(End::Exit(0))
}

pub(super) fn get(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let [name] = &call.given.words[..] else {
        return fail(format!("accepts 1 arg(s), received {}", call.given.words.len()));
    };
    let found = all(cx, call, "variable")?.get(&name.to_uppercase()).cloned();
    match found {
        Some(text) => {
            cx.out(text + "\n");
            Ok(End::Exit(0))
        }
        None => fail(format!("variable {name} was not found")),
    }
}

/// GitHub's words for a name that cannot be.
fn wrong(kind: &str, name: &str) -> Option<String> {
    let what = if kind == "secret" { "Secret" } else { "Variable" };
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(good) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(format!(
            "{what} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not \
             allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."
        ));
    }
    name.to_uppercase().starts_with("GITHUB_").then(|| format!("{what} names must not start with GITHUB_."))
}

pub(super) fn set(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let kind = kind(cx);
    let mut given: Vec<(String, String)> = Vec::new();
    if let Some(file) = call.given.text("env-file") {
        let Ok(text) = cx.files().read_text(&cx.path(file)) else {
            return fail(format!("failed to open env file: open {file}: no such file or directory"));
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        for (name, value) in lines.filter_map(|line| line.split_once('=')) {
            given.push((name.trim_start_matches("export ").trim().into(), value.trim().trim_matches('"').into()));
        }
        if given.is_empty() {
            return fail(format!("no {kind}s found in file"));
        }
    } else {
        let Some(name) = call.given.words.first() else { return fail("must pass name argument") };
        let body = match call.given.text("body") {
            Some(text) => text.to_string(),
            None => match cx.stdin_text() {
                Some(text) => text.trim_end_matches(['\r', '\n']).to_string(),
                None => return Ok(End::Input),
            },
        };
        given.push((name.clone(), body));
    }
    for (name, text) in given {
        if let Some(why) = wrong(kind, &name) {
            let url = format!("https://api.forge.encore/repos/{}/actions/{kind}s/{name}", call.repo);
            return fail(format!("failed to set {kind} \"{name}\": HTTP 422: {why} ({url})"));
        }
        let name = name.to_uppercase();
        let before = all(cx, call, kind)?.insert(name.clone(), text);
        let (now, note) = (cx.now(), note(call, kind, &name));
        cx.world.ci.settings_mut(&call.repo).changed.insert(note, now);
        tell(cx, call, &format!("The {kind} {name} was set"));
        if cx.stdout_is_terminal() {
            let (mut done, mut target) = ("Set Actions secret ", call.repo.clone());
            if kind == "variable" {
                done = if before.is_some() { "Updated variable " } else { "Created variable " };
                target.extend(call.given.text("env").map(|own| [" environment ", own].concat()));
            }
            let sign = coloured(cx, 32, "✓");
            cx.out(format!("{sign} {done}{name} for {target}\n"));
        }
    }
    Ok(End::Exit(0))
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let kind = kind(cx);
    let [name] = &call.given.words[..] else {
        return fail(format!("accepts 1 arg(s), received {}", call.given.words.len()));
    };
    if all(cx, call, kind)?.remove(&name.to_uppercase()).is_none() {
        let url = format!("https://api.forge.encore/repos/{}/actions/{kind}s/{name}", call.repo);
        return fail(format!("failed to delete {kind} {name}: HTTP 404: Not Found ({url})"));
    }
    tell(cx, call, &format!("The {kind} {} was deleted", name.to_uppercase()));
    if cx.stdout_is_terminal() {
        let sign = coloured(cx, 31, "✓");
        let what = if kind == "secret" { "Actions secret" } else { "variable" };
        cx.out(match call.given.text("env") {
            Some(own) => format!("{sign} Deleted {kind} {name} from {own} environment on {}\n", call.repo),
            None => format!("{sign} Deleted {what} {name} from {}\n", call.repo),
        });
    }
    Ok(End::Exit(0))
}

fn tell(cx: &mut Cx<'_>, call: &Call, text: &str) {
    let (subject, by, causes) = (sim::Subject::new("Repository", call.repo.clone()), Call::account(cx), cx.causes());
    cx.world.sim.record("ci", by, subject, text.to_string(), &causes);
}
