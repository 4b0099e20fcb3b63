//! On whose behalf a command acts: `--as`, `--token`, and the user of the kubeconfig.

use super::config::Kubeconfig;
use super::flags::Given;
use super::generate::token::user_of_token;
use super::kube::{Stop, refused};
use cluster::{Attempt, Status, User};
use world::{Cx, World};

const ALL: &str = "system:authenticated";

/// The cluster's owner.
pub fn owner() -> User {
    User { name: "learner".into(), groups: vec!["system:masters".into(), ALL.into()] }
}

/// The user of a request; nobody for the owner, whom nothing is refused.
pub(super) fn of(cx: &Cx<'_>, config: &Kubeconfig, given: &Given) -> Result<Option<User>, Stop> {
    let own = config.user(given.value("context"));
    let token = given.value("token").unwrap_or(own.str_at("token"));
    let signed = if token.is_empty() {
        None
    } else {
        let refused = || Stop::error("You must be logged in to the server (Unauthorized)");
        Some(user_of_token(cx.world, token).ok_or_else(refused)?)
    };
    let name = given.value("as").unwrap_or(own.str_at("as"));
    if name.is_empty() {
        return match given.is_set("as-group") {
            true => Err(Stop::error("requesting groups or user-extra for  without impersonating a user")),
            false => Ok(signed),
        };
    }
    let mut groups = given.all("as-group");
    if groups.is_empty() {
        groups.extend(own.list_at("as-groups").iter().filter_map(|group| group.as_str().map(str::to_string)));
    }
    impersonated(cx.world, signed.as_ref(), name, groups).map(Some).map_err(|status| refused(&status))
}

/// Somebody else, as whom somebody may act; the owner may act as everybody.
pub fn impersonated(world: &World, signed: Option<&User>, name: &str, mut groups: Vec<String>) -> Result<User, Status> {
    let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    if let Some(user) = signed {
        let (resource, namespace, name) =
            account.map_or(("users", "", name), |(namespace, name)| ("serviceaccounts", namespace, name));
        let attempt = Attempt {
            verb: "impersonate".into(),
            resource: resource.into(),
            namespace: namespace.into(),
            name: name.into(),
            ..Attempt::default()
        };
        world.cluster.authorize(user, &attempt)?;
    }
    if let (Some((namespace, name)), true) = (account, groups.is_empty()) {
        return Ok(User::service_account(namespace, name));
    }
    if !groups.iter().any(|group| group == ALL) {
        groups.push(ALL.into());
    }
    Ok(User { name: name.into(), groups })
}
