//! `gh` in a step of a workflow: it wants `GH_TOKEN`, and may do what the job's `permissions` say.
//! Words: `internal/…/auth` of the tool, and GitHub's for a token that may not.

use super::call::{Fail, fail};
use ci::{Access, BOT, Bearer};
use world::Cx;

/// What commands need of a job's token: a permission to write, and how GitHub calls what they ask for.
const NEEDS: &[(&str, &str, &str)] = &[
    ("gh pr create", "pull-requests", "createPullRequest"),
    ("gh pr merge", "pull-requests", "mergePullRequest"),
    ("gh pr merge", "contents", "mergePullRequest"),
    ("gh pr close", "pull-requests", "closePullRequest"),
    ("gh pr reopen", "pull-requests", "reopenPullRequest"),
    ("gh pr ready", "pull-requests", "markPullRequestReadyForReview"),
    ("gh pr comment", "pull-requests", "addComment"),
    ("gh pr review", "pull-requests", "addPullRequestReview"),
    ("gh run cancel", "actions", ""),
    ("gh run rerun", "actions", ""),
    ("gh workflow run", "actions", ""),
    ("gh cache delete", "actions", ""),
    // A job's token has neither.
    ("gh secret list", "secrets", ""),
    ("gh secret set", "secrets", ""),
    ("gh secret delete", "secrets", ""),
    ("gh variable list", "actions_variables", ""),
    ("gh variable get", "actions_variables", ""),
    ("gh variable set", "actions_variables", ""),
    ("gh variable delete", "actions_variables", ""),
];

pub(super) fn on_runner(cx: &Cx<'_>) -> bool {
    cx.machine().user == "runner"
}

fn bearer(cx: &Cx<'_>) -> Option<Bearer> {
    let token =
        ["GH_TOKEN", "GITHUB_TOKEN"].into_iter().find_map(|name| cx.env(name).filter(|text| !text.is_empty()))?;
    Some(cx.world.ci.bearer(&token))
}

/// Who asks, on a runner.
pub(super) fn account(cx: &Cx<'_>) -> String {
    if bearer(cx) == Some(Bearer::Person) { "encore-bot".into() } else { BOT.into() }
}

/// Whether a command may be run on a runner. `writes`: a permission that it needs besides.
#[inline(never)]
pub(super) fn check(cx: &Cx<'_>, command: &str, writes: Option<&str>) -> Result<(), Fail> {
    let Some(bearer) = bearer(cx) else {
        return Err(Fail {
            text: "gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable. Example:\n  \
                   env:\n    GH_TOKEN: ${{ github.token }}"
                .into(),
            code: 4,
        });
    };
    match bearer {
        Bearer::Person => return Ok(()),
        Bearer::Nobody => return fail("HTTP 401: Bad credentials (https://api.forge.encore/graphql)"),
        Bearer::Job => {}
    }
    let machine = cx.machine_id().to_string();
    let access = |scope: &str| {
        cx.world.ci.job_on(&machine).map_or(Access::None, |(run, job)| cx.world.ci.access(run, job, scope))
    };
    let needs = NEEDS.iter().filter(|(path, ..)| *path == command).map(|(_, scope, call)| (*scope, *call));
    for (scope, call) in needs.chain(writes.map(|scope| (scope, ""))) {
        if access(scope) < Access::Write || !scope_of_tokens(scope) {
            let (what, end) =
                if call.is_empty() { ("HTTP 403", String::new()) } else { ("GraphQL", format!(" ({call})")) };
            return fail(format!("{what}: Resource not accessible by integration{end}"));
        }
    }
    Ok(())
}

/// Whether a job's token can have this permission at all.
fn scope_of_tokens(scope: &str) -> bool {
    !matches!(scope, "secrets" | "actions_variables" | "administration")
}
