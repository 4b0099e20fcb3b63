//! `gh pr review` and `gh pr comment`.

use super::call::{Call, fail};
use super::flags::{Command, switch, value};
use super::{Answer, End};
use world::{Cx, Review, Verdict, World};

pub(super) const COMMAND: Command = Command {
    path: "gh pr review",
    operands: "[<number> | <url> | <branch>]",
    summary: "Add a review to a pull request",
    flags: &[
        switch("approve", 'a', "it is good"),
        switch("request-changes", 'r', "it is not good yet"),
        switch("comment", 'c', "only say something"),
        value("body", 'b', "what is said"),
    ],
    missing: "body-file F",
};

pub(super) const COMMENT: Command = Command {
    path: "gh pr comment",
    operands: "[<number> | <url> | <branch>]",
    summary: "Add a comment to a pull request",
    flags: &[value("body", 'b', "what is said")],
    missing: "body-file F create-if-none delete-last edit-last editor e web w yes",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let body = given.text("body").unwrap_or_default().to_string();
    let asked = [
        ("approve", Verdict::Approved),
        ("request-changes", Verdict::ChangesRequested),
        ("comment", Verdict::Commented),
    ];
    let asked: Vec<Verdict> =
        asked.into_iter().filter(|(name, _)| given.on(name)).map(|(_, verdict)| verdict).collect();
    let verdict = match asked.as_slice() {
        [one] => *one,
        [] => return fail("--approve, --request-changes, or --comment required when not running interactively"),
        _ => return fail("need exactly one of --approve, --request-changes, or --comment"),
    };
    if body.trim().is_empty() {
        match verdict {
            Verdict::Approved => {}
            Verdict::ChangesRequested => return fail("body cannot be blank for request-changes review"),
            Verdict::Commented => return fail("body cannot be blank for comment review"),
        }
    }
    let pull = call.pull(cx)?;
    let review = Review { author: Call::account(cx), verdict, body, at: cx.now() };
    let causes = cx.causes();
    if let Err(text) = cx.world.review_pull(&call.repo, pull.number, review, &causes) {
        return fail(format!("failed to create review: GraphQL: Review {text} (addPullRequestReview)"));
    }
    let name = call.name(&pull);
    if cx.stdout_is_terminal() {
        cx.err(match verdict {
            Verdict::Approved => format!("✓ Approved pull request {name}\n"),
            Verdict::ChangesRequested => format!("+ Requested changes to pull request {name}\n"),
            Verdict::Commented => format!("- Reviewed pull request {name}\n"),
        });
    }
    Ok(End::Exit(0))
}

pub(super) fn comment(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let Some(body) = call.given.text("body").filter(|body| !body.trim().is_empty()).map(str::to_string) else {
        return fail("flags required when not running interactively");
    };
    let pull = call.pull(cx)?;
    let review = Review { author: Call::account(cx), verdict: Verdict::Commented, body, at: cx.now() };
    let causes = cx.causes();
    if let Err(text) = cx.world.review_pull(&call.repo, pull.number, review, &causes) {
        return fail(format!("GraphQL: {text} (addComment)"));
    }
    cx.out(format!("{}#issuecomment-{}\n", World::pull_url(&call.repo, pull.number), pull.reviews.len() + 1));
    Ok(End::Exit(0))
}
