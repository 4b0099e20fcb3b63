//! `gh pr checks`.

use super::call::{Call, fail};
use super::flags::{Command, switch};
use super::words::table;
use super::{Answer, End};
use world::{Check, Cx, FORGE};

pub(super) const COMMAND: Command = Command {
    path: "gh pr checks",
    operands: "[<number> | <url> | <branch>]",
    summary: "Show CI status for a single pull request",
    flags: &[switch("required", '\0', "only those that the base branch asks for")],
    missing: "fail-fast interval i jq q json template t watch web w",
};

/// As `gh` exits while checks are still at work.
const PENDING: i32 = 8;

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pull = call.pull(cx)?;
    let Some((_, head)) = cx.world.pull_ends(&call.repo, &pull) else { return fail("its branch is gone") };
    let mut checks = cx.world.checks(&call.repo, &head.to_string());
    let mut word = "";
    if call.given.on("required") {
        word = "required ";
        let wanted = cx.world.rules(&call.repo, &pull.base).map(|rules| rules.checks.clone()).unwrap_or_default();
        checks.retain(|check| wanted.contains(&check.name));
    }
    if checks.is_empty() {
        return fail(format!("no {word}checks reported on the '{}' branch", pull.head));
    }
    let of = |bucket: &str| checks.iter().filter(|check| check.bucket() == bucket).count();
    let (failing, pending, passing, skipped) = (of("fail"), of("pending"), of("pass"), of("skipping"));
    let code = if failing > 0 {
        1
    } else if pending > 0 {
        PENDING
    } else {
        0
    };
    let rows: Vec<Vec<String>> = checks.iter().map(|check| row(cx, call, check)).collect();
    if !cx.stdout_is_terminal() {
        let line = |check: &Check, row: &Vec<String>| {
            format!("{}\t{}\t{}\t{}\t\n", check.name, check.bucket(), row[3], row[4])
        };
        cx.out(checks.iter().zip(&rows).map(|(check, row)| line(check, row)).collect::<String>());
        return Ok(End::Exit(code));
    }
    let verdict = match code {
        1 => "Some checks were not successful",
        PENDING => "Some checks are still pending",
        _ => "All checks were successful",
    };
    cx.out(format!(
        "{verdict}\n0 cancelled, {failing} failing, {passing} successful, {skipped} skipped, and {pending} pending checks\n\n"
    ));
    let mut all = vec![["", "NAME", "DESCRIPTION", "ELAPSED", "URL"].map(String::from).to_vec()];
    all.extend(rows);
    cx.out(table(&all));
    Ok(End::Exit(code))
}

/// Sign, name, description, how long it took, and where it is.
fn row(cx: &Cx<'_>, call: &Call, check: &Check) -> Vec<String> {
    let sign = match check.bucket() {
        "pass" => "✓",
        "fail" => "X",
        "pending" => "*",
        _ => "-",
    };
    let elapsed = check.started.map(|from| check.finished.unwrap_or(cx.now()).since(from).as_secs());
    let elapsed = match elapsed.filter(|secs| *secs > 0) {
        Some(secs) if secs >= 60 => format!("{}m{}s", secs / 60, secs % 60),
        Some(secs) => format!("{secs}s"),
        None => "0".into(),
    };
    let url = format!("https://{FORGE}/{}/actions/runs/{}", call.repo, check.run);
    vec![sign.into(), format!("{}/{}", check.workflow, check.name), String::new(), elapsed, url]
}
