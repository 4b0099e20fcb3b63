//! What `kubeseal` reads: Secrets, certificates, private keys.

use super::kubeseal::{Done, End, controller, nobody};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::base64;
use gitops::sealed;
use manifest::Value;
use seal::cert::{self, Certificate};
use seal::der;
use seal::rsa::PrivateKey;

/// A file's text, or standard input's.
pub(super) fn read_text(kube: &mut Kube<'_, '_>, file: Option<&str>, hint: &str) -> Done<String> {
    let Some(file) = file.filter(|file| !file.is_empty()) else {
        let text = kube.cx.stdin_text();
        if text.is_some() && kube.cx.stdin_is_terminal() {
            // Unlike kubeseal: it says so before it reads.
            kube.err(hint);
        }
        return text.ok_or(End::Wait);
    };
    let path = kube.cx.path(file);
    kube.cx.files().read_text(&path).map_err(|_| "Could not read file specified with --secret-file".into())
}

/// Every document that is not empty; whatever its kind says.
pub(super) fn secrets(text: &str) -> Done<Vec<Value>> {
    let (documents, problems) = Value::parse_yaml(text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == manifest::Level::Error) {
        return Err(format!("error converting YAML to JSON: yaml: {}", problem.message).into());
    }
    Ok(documents.into_iter().map(|document| document.value).filter(|value| value.as_map().is_some()).collect())
}

/// Looks for the controller's service.
pub(super) fn service(kube: &Kube<'_, '_>, given: &Given) -> Done<()> {
    let (name, namespace) = controller(given);
    let found = kube.get(cluster::SERVICE, namespace, name);
    found.map(drop).map_err(|stop| {
        let told = stop.message.trim_end();
        let told = told.split_once("): ").map_or(told, |(_, rest)| rest);
        End::from(format!(
            "cannot get sealed secret service: {told}.\nPlease, use the flag --controller-name and --controller-namespace to set up the name and namespace of the sealed secrets controller"
        ))
    })
}

/// The certificate as text, and read.
pub(super) fn certificate(kube: &mut Kube<'_, '_>, given: &Given) -> Done<(String, Done<Certificate>)> {
    let text = match given.text("cert").filter(|file| !file.is_empty()) {
        Some(url) if url.contains("://") => {
            return Err(format!("cannot fetch \"{url}\": this sandbox reaches no other host").into());
        }
        Some(file) => {
            let path = kube.cx.path(file);
            kube.cx.files().read_text(&path).map_err(|_| format!("open {file}: no such file or directory"))?
        }
        None => {
            service(kube, given)?;
            let (name, namespace) = controller(given);
            let own = name == sealed::SERVICE && namespace == sealed::NAMESPACE;
            let served = kube.cx.world.sealed.certificate().filter(|_| own);
            served.ok_or_else(|| format!("cannot fetch certificate: {}", nobody(given)))?
        }
    };
    let now = kube.cx.now().rfc3339();
    let read = der::from_pem(cert::KIND, &text)
        .and_then(|bytes| cert::read(&bytes))
        .ok_or_else(|| End::from("data does not contain any valid RSA or ECDSA certificates"))
        .and_then(|read| if expired(&read.until, &now) { Err(told_expired(&read.until).into()) } else { Ok(read) });
    Ok((text, read))
}

fn expired(until: &str, now: &str) -> bool {
    let now: String = now.chars().filter(char::is_ascii_digit).take(14).collect();
    until.trim_end_matches('Z') < now.as_str()
}

/// `20361124…` as `November 24, 2036`.
fn told_expired(until: &str) -> String {
    let part = |from: usize, to: usize| until.get(from..to).unwrap_or_default();
    let month = part(4, 6)
        .parse::<usize>()
        .ok()
        .and_then(|month| shell::clock::MONTHS.get(month.wrapping_sub(1)))
        .unwrap_or(&"");
    let day = part(6, 8).trim_start_matches('0');
    format!("failed to encrypt using an expired certificate on {month} {day}, {}", part(0, 4))
}

/// Keys from PEM files, or from Secrets that hold them.
pub(super) fn private_keys(kube: &Kube<'_, '_>, files: &[String]) -> Done<Vec<PrivateKey>> {
    let mut out = Vec::new();
    for file in files.iter().flat_map(|files| files.split(',')) {
        let path = kube.cx.path(file);
        let text = kube.cx.files().read_text(&path).map_err(|_| format!("open {file}: no such file or directory"))?;
        let read = |text: &str| PrivateKey::from_der(&der::from_pem("RSA PRIVATE KEY", text)?);
        if let Some(key) = read(&text) {
            out.push(key);
            continue;
        }
        for document in secrets(&text)? {
            let items = match document.list_at("items") {
                [] => vec![document.clone()],
                items => items.to_vec(),
            };
            for secret in items {
                let held = secret.at("data").get("tls.key").and_then(Value::as_str);
                let held = held.ok_or("secret must contain a 'tls.data' key")?;
                let bytes = base64::decode(held).map_err(|at| format!("illegal base64 data at input byte {at}"))?;
                let key = read(&String::from_utf8_lossy(&bytes));
                out.push(key.ok_or("data does not contain a valid RSA or ECDSA private key")?);
            }
        }
    }
    Ok(out)
}
