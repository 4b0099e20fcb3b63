//! On whose behalf a command acts: `--as`, `--token`, and the user of the kubeconfig.

use super::config::Kubeconfig;
use super::flags::Given;
use super::generate::token;
use super::kube::{Stop, refused};
use cluster::{Attempt, SERVICEACCOUNT, User};
use world::Cx;

const ALL: &str = "system:authenticated";

/// The cluster's owner.
pub(super) fn owner() -> User {
    User { name: "learner".into(), groups: vec!["system:masters".into(), ALL.into()] }
}

/// The user of a request; nobody for the owner, whom nothing is refused.
pub(super) fn of(cx: &Cx<'_>, config: &Kubeconfig, given: &Given) -> Result<Option<User>, Stop> {
    let own = config.user(given.value("context"));
    let token = given.value("token").unwrap_or(own.str_at("token"));
    let signed = if token.is_empty() { None } else { Some(of_token(cx, token)?) };
    let name = given.value("as").unwrap_or(own.str_at("as"));
    if name.is_empty() {
        return match given.is_set("as-group") {
            true => Err(Stop::error("requesting groups or user-extra for  without impersonating a user")),
            false => Ok(signed),
        };
    }
    if let Some(user) = &signed {
        impersonates(cx, user, name)?;
    }
    let mut groups = given.all("as-group");
    if groups.is_empty() {
        groups.extend(own.list_at("as-groups").iter().filter_map(|group| group.as_str().map(str::to_string)));
    }
    let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    if let (Some((namespace, name)), true) = (account, groups.is_empty()) {
        return Ok(Some(User::service_account(namespace, name)));
    }
    if !groups.iter().any(|group| group == ALL) {
        groups.push(ALL.into());
    }
    Ok(Some(User { name: name.into(), groups }))
}

/// The service account that a token was made for.
fn of_token(cx: &Cx<'_>, token: &str) -> Result<User, Stop> {
    let refused = || Stop::error("You must be logged in to the server (Unauthorized)");
    let claims = token::claims(token).ok_or_else(refused)?;
    let secs = i64::try_from(cx.now().as_micros() / 1_000_000).unwrap_or(i64::MAX);
    let account = claims.get("kubernetes.io").map(|about| (about.str_at("namespace"), about.at("serviceaccount")));
    let (namespace, account) = account.ok_or_else(refused)?;
    let name = account.str_at("name");
    let there = cx.world.cluster.store().get(SERVICEACCOUNT, namespace, name);
    let same = there.is_some_and(|there| *there.uid == *account.str_at("uid"));
    if !same || claims.int_at("exp").unwrap_or(0) <= secs {
        return Err(refused());
    }
    Ok(User::service_account(namespace, name))
}

/// Whether somebody may act as somebody else.
fn impersonates(cx: &Cx<'_>, user: &User, name: &str) -> Result<(), Stop> {
    let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let (resource, namespace, name) =
        account.map_or(("users", "", name), |(namespace, name)| ("serviceaccounts", namespace, name));
    let attempt = Attempt {
        verb: "impersonate".into(),
        resource: resource.into(),
        namespace: namespace.into(),
        name: name.into(),
        ..Attempt::default()
    };
    cx.world.cluster.authorize(user, &attempt).map_err(|status| refused(&status))
}
