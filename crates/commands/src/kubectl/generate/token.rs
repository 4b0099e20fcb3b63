//! `create token`: a token with which a service account signs in.

use super::super::flags::{Given, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next, duration};
use super::name_of;
use crate::core::encode_base64;
use cluster::{FieldError, SERVICEACCOUNT, Status, User};
use manifest::{Value, list, object};
use sha2::{Digest, Sha256};
use world::World;

pub(crate) const TOKEN: Command = Command {
    path: "create token",
    operands: "SERVICE_ACCOUNT_NAME",
    summary: "Request a service account token.",
    examples: &[("A token for an hour", "kubectl create token robot")],
    flags: &[
        texts("audience", '\0', "Audience of the requested token."),
        text("duration", '\0', "0s", "Requested lifetime of the issued token."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "bound-object-kind",
        "bound-object-name",
        "bound-object-uid",
        "output",
        "o",
        "show-managed-fields",
        "template",
    ],
    run,
};

fn part(bytes: &[u8]) -> String {
    encode_base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create token")?;
    let limit = duration::parse("create token", "duration", given.text("duration"))?;
    let namespace = kube.namespace.clone();
    let secs = if limit.is_zero() { 3_600 } else { i64::try_from(limit.as_secs()).unwrap_or(i64::MAX) };
    let audiences = given.all("audience").iter().map(Value::from).collect();
    kube.may("create", (SERVICEACCOUNT, "token"), (&namespace, name))?;
    let made = token_for(kube.cx.world, (&namespace, name), secs, audiences);
    let token = made.map_err(|status| Stop::error(format!("failed to create token: {}", status.message)))?;
    kube.out(format!("{token}\n"));
    Ok(Next::Done(0))
}

/// A token with which a service account signs in.
/// Unlike kubernetes: the signature is a checksum, as no key of the cluster exists that could sign it.
pub fn token_for(
    world: &World,
    (namespace, name): (&str, &str),
    secs: i64,
    audiences: Vec<Value>,
) -> Result<String, Status> {
    let account = world.cluster.get(SERVICEACCOUNT, namespace, name)?;
    if secs < 600 {
        let why = "may not specify a duration less than 10 minutes";
        let cause = FieldError::invalid("spec.expirationSeconds", &Value::Int(secs), why);
        return Err(Status::invalid(("authentication.k8s.io", "TokenRequest"), "", vec![cause]));
    }
    let now = i64::try_from(world.now().unix_secs()).unwrap_or(0);
    let issuer = "https://kubernetes.default.svc.cluster.local";
    let audiences = if audiences.is_empty() { list![issuer] } else { Value::list(audiences) };
    let claims = object! {
        "aud" => audiences, "exp" => now.saturating_add(secs), "iat" => now, "iss" => issuer,
        "kubernetes.io" => object! {
            "namespace" => namespace, "serviceaccount" => object! { "name" => name, "uid" => &account.uid },
        },
        "nbf" => now, "sub" => format!("system:serviceaccount:{namespace}:{name}"),
    };
    let head = part(br#"{"alg":"RS256","kid":"encore"}"#);
    let body = part(claims.to_json().as_bytes());
    Ok(format!("{head}.{body}.{}", signature(&head, &body)))
}

fn signature(head: &str, body: &str) -> String {
    part(&Sha256::digest(format!("{head}.{body}").as_bytes()))
}

/// What a token of this cluster says; nothing where it is none, or was changed.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (head, body, signed) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature(head, body) != signed {
        return None;
    }
    let padding = ["", "", "==", "="][body.len() % 4];
    let bytes = cluster::base64::decode(&format!("{}{padding}", body.replace('-', "+").replace('_', "/"))).ok()?;
    Value::from_json(std::str::from_utf8(&bytes).ok()?).ok()
}

/// The service account that a token was made for, if it is there and the token holds.
pub fn user_of_token(world: &World, token: &str) -> Option<User> {
    let claims = claims(token)?;
    let about = claims.get("kubernetes.io")?;
    let (namespace, account) = (about.str_at("namespace"), about.at("serviceaccount"));
    let name = account.str_at("name");
    let there = world.cluster.store().get(SERVICEACCOUNT, namespace, name)?;
    let now = i64::try_from(world.now().unix_secs()).unwrap_or(i64::MAX);
    let holds = *there.uid == *account.str_at("uid") && claims.int_at("exp").unwrap_or(0) > now;
    holds.then(|| User::service_account(namespace, name))
}
