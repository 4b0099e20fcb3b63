//! The endpoints: secret scanning, environments, what waits for their review, caches, and what a workflow's token may do.

use super::{Reply, Request};
use ci::{Environment, Run, Settings};
use manifest::{Value, object};
use sim::Causes;
use world::{Cx, FORGE, World};

#[inline(never)]
pub(super) fn answer(cx: &mut Cx<'_>, asked: &Request<'_>) -> Reply {
    let method = asked.method.as_str();
    if let Some(reply) = super::packages::answer(cx, asked) {
        return reply;
    }
    let [first, owner, name, rest @ ..] = &asked.path[..] else {
        return match (method, &asked.path[..]) {
            ("GET", ["user"]) => Reply::Body(200, user(&asked.account)),
            ("GET", ["users", name]) => Reply::Body(200, user(name)),
            _ => Reply::NotHere,
        };
    };
    if *first != "repos" {
        return Reply::NotHere;
    }
    let repo = [owner, "/", name].concat();
    if cx.world.forge_repo(&repo).is_none() {
        return not_found();
    }
    match (method, rest) {
        ("GET", ["actions", "runs", id]) => {
            run_of(cx.world, &repo, id).map_or_else(not_found, |run| Reply::Body(200, about(run)))
        }
        ("GET", ["actions", "runs", id, "pending_deployments"]) => pending(cx.world, &repo, id, &asked.account),
        ("POST", ["actions", "runs", id, "pending_deployments"]) => review(cx, &repo, id, asked),
        ("GET", ["actions", "runs", id, "approvals"]) => approvals(cx.world, &repo, id),
        ("GET", ["actions", "permissions", "workflow"]) => {
            let writes = cx.world.ci.settings(&repo).is_some_and(|settings| settings.token_writes);
            let word = if writes { "write" } else { "read" };
            let body = object! { "default_workflow_permissions" => word, "can_approve_pull_request_reviews" => false };
            Reply::Body(200, body)
        }
        ("PUT", ["actions", "permissions", "workflow"]) => {
            let word = asked.body.str_at("default_workflow_permissions");
            if word != "read" && word != "write" {
                return Reply::Error(422, "Invalid request.".into());
            }
            cx.world.ci.settings_mut(&repo).token_writes = word == "write";
            Reply::Body(204, Value::Null)
        }
        ("GET", ["actions", "caches"]) => caches(cx.world, &repo, asked),
        ("DELETE", ["actions", "caches", rest @ ..]) => {
            let id = rest.first().and_then(|id| id.parse::<u32>().ok());
            let key = asked.query.iter().find(|(name, _)| *name == "key").map(|(_, key)| *key);
            let named = |cache: &ci::Cache| id == Some(cache.id) || (id.is_none() && key == Some(cache.key.as_str()));
            if cx.world.ci.delete_caches(&repo, named) { Reply::Body(204, Value::Null) } else { not_found() }
        }
        ("GET", ["environments"]) => {
            let all = cx.world.ci.settings(&repo).map(|settings| &settings.environments);
            let all: Vec<Value> = all.into_iter().flatten().map(|(name, own)| environment(&repo, name, own)).collect();
            let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
            Reply::Body(200, object! { "total_count" => count, "environments" => Value::list(all) })
        }
        (_, ["secret-scanning", rest @ ..]) => super::secrets::answer(cx, &repo, rest, asked),
        (_, ["environments", name]) => one_environment(cx, (&repo, name), asked),
        _ => Reply::NotHere,
    }
}

pub(super) fn not_found() -> Reply {
    Reply::Error(404, "Not Found".into())
}

/// A number that stays the same for a name.
fn id_of(name: &str) -> i64 {
    name.bytes().fold(7, |sum, byte| (sum * 31 + i64::from(byte)) % 90_000_000) + 10_000_000
}

pub(super) fn user(login: &str) -> Value {
    object! { "login" => login, "id" => id_of(login), "type" => "User" }
}

fn run_of<'w>(world: &'w World, repo: &str, id: &str) -> Option<&'w Run> {
    world.ci.run(id.parse().ok()?).filter(|run| run.repo == repo)
}

fn or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

fn about(run: &Run) -> Value {
    object! {
        "id" => i64::from(run.number), "run_number" => i64::from(run.number), "name" => &run.workflow_name,
        "path" => &run.path, "event" => &run.event_name, "status" => run.state.status(),
        "conclusion" => or_null(run.state.conclusion()), "head_branch" => &run.branch, "head_sha" => &run.commit,
        "display_title" => &run.subject, "created_at" => run.created.rfc3339(), "actor" => user(&run.actor),
        "html_url" => format!("https://{FORGE}/{}/actions/runs/{}", run.repo, run.number),
    }
}

fn short(repo: &str, name: &str) -> Value {
    object! {
        "id" => id_of(name), "name" => name,
        "url" => format!("https://api.{FORGE}/repos/{repo}/environments/{name}"),
        "html_url" => format!("https://{FORGE}/{repo}/deployments/activity_log?environments_filter={name}"),
    }
}

fn reviewers(own: &Environment) -> Value {
    let one = |login: &String| object! { "type" => "User", "reviewer" => user(login) };
    Value::list(own.reviewers.iter().map(one).collect())
}

#[inline(never)]
fn environment(repo: &str, name: &str, own: &Environment) -> Value {
    let mut rules = Vec::new();
    if own.wait_minutes > 0 {
        rules.push(object! { "type" => "wait_timer", "wait_timer" => i64::from(own.wait_minutes) });
    }
    if !own.reviewers.is_empty() {
        rules.push(object! {
            "type" => "required_reviewers", "prevent_self_review" => own.prevent_self_review, "reviewers" => reviewers(own),
        });
    }
    let mut policy = Value::Null;
    if !own.branches.is_empty() {
        rules.push(object! { "type" => "branch_policy" });
        policy = object! { "protected_branches" => false, "custom_branch_policies" => true };
    }
    let mut all = short(repo, name);
    all.put("protection_rules", Value::list(rules));
    all.put("deployment_branch_policy", policy);
    all
}

#[inline(never)]
fn pending(world: &World, repo: &str, id: &str, account: &str) -> Reply {
    let Some(run) = run_of(world, repo, id) else { return not_found() };
    let one = |gate: &&ci::Gate| {
        let own = world.ci.environment(repo, &gate.environment).cloned().unwrap_or_default();
        object! {
            "environment" => short(repo, &gate.environment), "wait_timer" => i64::from(own.wait_minutes),
            "wait_timer_started_at" => gate.since.rfc3339(), "reviewers" => reviewers(&own),
            "current_user_can_approve" => world.ci.may_review(run, &gate.environment, account),
        }
    };
    Reply::Body(200, Value::list(run.pending().iter().map(one).collect()))
}

#[inline(never)]
fn review(cx: &mut Cx<'_>, repo: &str, id: &str, asked: &Request<'_>) -> Reply {
    let Some(run) = run_of(cx.world, repo, id) else { return not_found() };
    let number = run.number;
    let approved = match asked.body.str_at("state") {
        "approved" => true,
        "rejected" => false,
        _ => return Reply::Error(422, "Invalid request.\n\n\"state\" wasn't supplied.".into()),
    };
    let ids: Vec<i64> = asked.body.list_at("environment_ids").iter().filter_map(Value::as_i64).collect();
    if asked.body.get("comment").is_none() {
        return Reply::Error(422, "Invalid request.\n\n\"comment\" wasn't supplied.".into());
    }
    if ids.is_empty() {
        return Reply::Error(422, "Invalid request.\n\n\"environment_ids\" wasn't supplied.".into());
    }
    let named = run.pending().into_iter().map(|gate| gate.environment.clone());
    let environments: Vec<String> = named.filter(|name| ids.contains(&id_of(name))).collect();
    let made = |name: &String| object! { "environment" => name, "sha" => &run.commit, "ref" => &run.branch, "task" => "deploy" };
    let body = Value::list(environments.iter().map(made).collect());
    let at = cx.world.now();
    let (user, comment) = (asked.account.clone(), asked.body.str_at("comment").to_string());
    let causes = cx.causes();
    match cx.world.review_deployment(number, ci::Review { environments, approved, comment, user, at }, &causes) {
        Ok(()) => Reply::Body(200, body),
        Err(why) => Reply::Error(422, why),
    }
}

fn approvals(world: &World, repo: &str, id: &str) -> Reply {
    let Some(run) = run_of(world, repo, id) else { return not_found() };
    let one = |review: &ci::Review| {
        let environments: Vec<Value> = review.environments.iter().map(|name| short(repo, name)).collect();
        object! {
            "state" => if review.approved { "approved" } else { "rejected" }, "comment" => &review.comment,
            "user" => user(&review.user), "environments" => Value::list(environments),
        }
    };
    Reply::Body(200, Value::list(run.reviews.iter().map(one).collect()))
}

#[inline(never)]
fn one_environment(cx: &mut Cx<'_>, (repo, name): (&str, &str), asked: &Request<'_>) -> Reply {
    match asked.method.as_str() {
        "GET" => match cx.world.ci.environment(repo, name) {
            Some(own) => Reply::Body(200, environment(repo, name, own)),
            None => not_found(),
        },
        "DELETE" => match cx.world.ci.settings_mut(repo).environments.remove(name) {
            Some(_) => Reply::Body(204, Value::Null),
            None => not_found(),
        },
        "PUT" => {
            let people = people(cx.world, repo, &asked.account);
            let mut own = cx.world.ci.environment(repo, name).cloned().unwrap_or_default();
            own.reviewers = Vec::new();
            for reviewer in asked.body.list_at("reviewers") {
                let id = reviewer.at("id").as_i64().unwrap_or_default();
                match people.iter().find(|login| id_of(login) == id) {
                    Some(login) => own.reviewers.push(login.clone()),
                    None => return Reply::Error(422, "Validation Failed".into()),
                }
            }
            own.prevent_self_review = asked.body.at("prevent_self_review").as_bool() == Some(true);
            own.wait_minutes = asked.body.at("wait_timer").as_i64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            if own.reviewers.len() > 6 || own.wait_minutes > 43_200 {
                return Reply::Error(422, "Validation Failed".into());
            }
            let custom = asked.body.at("deployment_branch_policy").at("custom_branch_policies").as_bool();
            if asked.body.at("deployment_branch_policy").at("protected_branches").as_bool() == Some(true) {
                let rules = cx.world.protected_branches(repo);
                own.branches = rules;
            } else if custom != Some(true) {
                own.branches = Vec::new();
            }
            let body = environment(repo, name, &own);
            let settings: &mut Settings = cx.world.ci.settings_mut(repo);
            settings.environments.insert(name.to_string(), own);
            let subject = sim::Subject::new("Repository", repo.to_string());
            let (text, by) = (format!("The rules of environment {name} were set"), asked.account.clone());
            let causes: Causes = cx.causes();
            cx.world.sim.record("ci", by, subject, text, &causes);
            Reply::Body(200, body)
        }
        _ => Reply::NotHere,
    }
}

fn caches(world: &World, repo: &str, asked: &Request<'_>) -> Reply {
    let wanted = |name: &str| asked.query.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let fits = |cache: &&ci::Cache| {
        wanted("key").is_none_or(|key| cache.key.starts_with(key))
            && wanted("ref").is_none_or(|reference| cache.reference == reference)
    };
    let one = |cache: &ci::Cache| {
        object! {
            "id" => i64::from(cache.id), "key" => &cache.key, "ref" => &cache.reference,
            "size_in_bytes" => i64::try_from(cache.bytes).unwrap_or(i64::MAX), "created_at" => cache.created.rfc3339(),
            "last_accessed_at" => cache.used.rfc3339(),
        }
    };
    let all: Vec<Value> = world.ci.caches(repo).filter(fits).map(one).collect();
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    Reply::Body(200, object! { "total_count" => count, "actions_caches" => Value::list(all) })
}

/// Accounts that are known in a repository.
fn people(world: &World, repo: &str, account: &str) -> Vec<String> {
    let settings = world.ci.settings(repo).into_iter().flat_map(|settings| settings.environments.values());
    let reviewers = settings.flat_map(|own| own.reviewers.iter().cloned());
    let authors = world.pulls(repo).iter().map(|pull| pull.author.clone());
    [account.to_string()].into_iter().chain(reviewers).chain(authors).collect()
}
