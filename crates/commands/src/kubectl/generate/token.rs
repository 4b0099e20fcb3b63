//! `create token`: a token with which a service account signs in.

use super::super::flags::{Given, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next, duration};
use super::name_of;
use crate::core::encode_base64;
use manifest::{Value, list, object};
use sha2::{Digest, Sha256};

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

/// Unlike kubectl: the signature is a checksum, as no key of the cluster exists that could sign it.
fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create token")?;
    let limit = duration::parse("create token", "duration", given.text("duration"))?;
    let namespace = kube.namespace.clone();
    let found = kube
        .kinds()
        .find("serviceaccounts")
        .cloned()
        .and_then(|kind| kube.store().get(kind.id, &namespace, name).cloned());
    let Some(account) = found else {
        return Err(Stop::error(format!("failed to create token: serviceaccounts \"{name}\" not found")));
    };
    let secs = if limit.is_zero() { 3_600 } else { i64::try_from(limit.as_secs()).unwrap_or(i64::MAX) };
    if secs < 600 {
        return Err(Stop::error(format!(
            "failed to create token: TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid \
             value: {secs}: may not specify a duration less than 10 minutes"
        )));
    }
    let now = i64::try_from(kube.cx.now().as_micros() / 1_000_000).unwrap_or(0);
    let issuer = "https://kubernetes.default.svc.cluster.local";
    let mut audiences: Value = given.all("audience").iter().map(Value::from).collect();
    if audiences.items().is_empty() {
        audiences = list![issuer];
    }
    let claims = object! {
        "aud" => audiences, "exp" => now.saturating_add(secs), "iat" => now, "iss" => issuer,
        "kubernetes.io" => object! {
            "namespace" => namespace.as_str(),
            "serviceaccount" => object! { "name" => name, "uid" => &account.uid },
        },
        "nbf" => now, "sub" => format!("system:serviceaccount:{namespace}:{name}"),
    };
    let head = part(br#"{"alg":"RS256","kid":"encore"}"#);
    let body = part(claims.to_json().as_bytes());
    let signature = signature(&head, &body);
    kube.out(format!("{head}.{body}.{signature}\n"));
    Ok(Next::Done(0))
}

fn signature(head: &str, body: &str) -> String {
    part(&Sha256::digest(format!("{head}.{body}").as_bytes()))
}

/// What a token of this cluster says; nothing where it is none, or was changed.
pub(in super::super) fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (head, body, signed) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature(head, body) != signed {
        return None;
    }
    let padding = ["", "", "==", "="][body.len() % 4];
    let bytes = cluster::base64::decode(&format!("{}{padding}", body.replace('-', "+").replace('_', "/"))).ok()?;
    Value::from_json(std::str::from_utf8(&bytes).ok()?).ok()
}
