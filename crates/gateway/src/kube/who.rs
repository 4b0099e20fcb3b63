//! On whose behalf a request comes: a token, and whom it impersonates. Without either it is the cluster's owner.

use super::http::Request;
use cluster::{Status, User};
use world::World;

/// The user of a request; nobody for the owner.
pub(super) fn asks(world: &World, request: &Request) -> Result<Option<User>, Status> {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or("");
    let signed = if token.is_empty() {
        None
    } else {
        let refused = || Status { code: 401, reason: "Unauthorized".into(), ..Status::bad_request("Unauthorized") };
        Some(commands::user_of_token(world, token).ok_or_else(refused)?)
    };
    let name = request.header("impersonate-user");
    if name.is_empty() {
        return Ok(signed);
    }
    let groups: Vec<String> = request.headers("impersonate-group").map(str::to_string).collect();
    commands::impersonated(world, signed.as_ref(), name, groups).map(Some)
}
