//! `create configmap` and `create secret`.

use super::super::Command;
use super::super::flags::{Flag, Given, switch, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::config_data::{Data, bytes_of, hash, read};
use super::{DRY_RUN, MISSING, OUTPUT, finish, meta, name_of};
use crate::core::encode_base64;
use manifest::{Value, object};

const HASH: Flag = switch("append-hash", '\0', "Append a hash of the content to the name.");
const ENV_FILE: Flag = texts("from-env-file", '\0', "A file of key=value lines.");
const FILE: Flag = texts("from-file", '\0', "A file, optionally with a key: key=path; or a folder.");
const LITERAL: Flag = texts("from-literal", '\0', "A key and its value: key=value.");

pub(crate) const CONFIGMAP: Command = Command {
    path: "create configmap",
    operands: "NAME [--from-file=[key=]source] [--from-literal=key1=value1]",
    summary: "Create a config map based on a file, directory, or specified literal value.",
    examples: &[
        ("From values", "kubectl create configmap web --from-literal=color=red --from-literal=size=2"),
        ("From a file", "kubectl create configmap web --from-file=web.conf"),
    ],
    flags: &[HASH, DRY_RUN, ENV_FILE, FILE, LITERAL, OUTPUT],
    missing: MISSING,
    run: config_map,
};

pub(crate) const SECRET_GENERIC: Command = Command {
    path: "create secret generic",
    operands: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
    summary: "Create a secret based on a file, directory, or specified literal value.",
    examples: &[("From a value", "kubectl create secret generic db --from-literal=password=s3cret")],
    flags: &[HASH, DRY_RUN, ENV_FILE, FILE, LITERAL, OUTPUT, text("type", '\0', "", "The type of secret to create")],
    missing: MISSING,
    run: generic,
};

pub(crate) const SECRET_DOCKER: Command = Command {
    path: "create secret docker-registry",
    operands: "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] \
               [--from-file=[key=]source]",
    summary: "Create a new secret for use with Docker registries.",
    examples: &[(
        "For a registry",
        "kubectl create secret docker-registry pull --docker-server=registry.encore --docker-username=me --docker-password=s3cret",
    )],
    flags: &[
        HASH,
        text("docker-email", '\0', "", "Email for Docker registry"),
        text("docker-password", '\0', "", "Password for Docker registry authentication"),
        text("docker-server", '\0', "https://index.docker.io/v1/", "Server location for Docker registry"),
        text("docker-username", '\0', "", "Username for Docker registry authentication"),
        DRY_RUN,
        FILE,
        OUTPUT,
    ],
    missing: MISSING,
    run: docker,
};

pub(crate) const SECRET_TLS: Command = Command {
    path: "create secret tls",
    operands: "NAME --cert=path/to/cert/file --key=path/to/key/file",
    summary: "Create a TLS secret from the given public/private key pair.",
    examples: &[("From two files", "kubectl create secret tls web --cert=tls.crt --key=tls.key")],
    flags: &[
        HASH,
        text("cert", '\0', "", "Path to PEM encoded public key certificate."),
        DRY_RUN,
        text("key", '\0', "", "Path to private key associated with given certificate."),
        OUTPUT,
    ],
    missing: MISSING,
    run: tls,
};

fn config_map(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create configmap")?;
    let data = read(kube, given, name, "ConfigMap")?;
    let (mut texts, mut bytes) = (Value::map(), Value::map());
    for (key, value) in &data {
        match std::str::from_utf8(value) {
            Ok(text) => texts.put(key, text),
            Err(_) => bytes.put(key, encode_base64(value)),
        }
    }
    let mut hashed = object! { "data" => texts.clone(), "kind" => "ConfigMap", "name" => name };
    let mut value = object! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => meta(name) };
    if !bytes.entries().is_empty() {
        hashed.put("binaryData", bytes.clone());
        value.put("binaryData", bytes);
    }
    if !texts.entries().is_empty() {
        value.put("data", texts);
    }
    name_with_hash(given, &mut value, name, &hashed);
    finish(kube, given, value, "failed to create configmap:")
}

fn name_with_hash(given: &Given, value: &mut Value, name: &str, hashed: &Value) {
    if given.has("append-hash") {
        value.set("metadata.name", format!("{name}-{}", hash(&hashed.to_json())));
    }
}

fn secret(kube: &mut Kube<'_, '_>, given: &Given, name: &str, kind: &str, data: &Data) -> Answer {
    let mut encoded = Value::map();
    for (key, value) in data {
        encoded.put(key, encode_base64(value));
    }
    let hashed = object! { "data" => encoded.clone(), "kind" => "Secret", "name" => name, "type" => kind };
    let mut value = object! { "apiVersion" => "v1", "kind" => "Secret", "metadata" => meta(name) };
    if !encoded.entries().is_empty() {
        value.put("data", encoded);
    }
    if !kind.is_empty() {
        value.put("type", kind);
    }
    name_with_hash(given, &mut value, name, &hashed);
    finish(kube, given, value, "failed to create secret")
}

fn generic(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create secret generic")?;
    let data = read(kube, given, name, "Secret")?;
    secret(kube, given, name, given.text("type"), &data)
}

fn docker(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create secret docker-registry")?;
    let part = |flag: &str| given.text(&format!("docker-{flag}"));
    let (server, user, password, email) = (part("server"), part("username"), part("password"), part("email"));
    let mut data = read(kube, given, name, "Secret")?;
    if data.is_empty() {
        if server.is_empty() || user.is_empty() || password.is_empty() {
            return Err(Stop::error(
                "either --from-file or the combination of --docker-username, --docker-password and --docker-server is \
                 required",
            ));
        }
        let quoted = |text: &str| Value::from(text).to_json();
        // The fields stand in the order in which the client's struct has them.
        let mut entry = format!("{{\"username\":{},\"password\":{}", quoted(user), quoted(password));
        if !email.is_empty() {
            entry.push_str(&format!(",\"email\":{}", quoted(email)));
        }
        let auth = encode_base64(format!("{user}:{password}").as_bytes());
        entry.push_str(&format!(",\"auth\":{}}}", quoted(&auth)));
        let json = format!("{{\"auths\":{{{}:{entry}}}}}", quoted(server));
        data.insert(".dockerconfigjson".into(), json.into_bytes());
    }
    secret(kube, given, name, "kubernetes.io/dockerconfigjson", &data)
}

/// Unlike kubectl: whether certificate and key belong together is not looked at; both must be PEM.
fn tls(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create secret tls")?;
    let (cert, key) = (given.text("cert"), given.text("key"));
    if cert.is_empty() || key.is_empty() {
        return Err(Stop::error("key and cert must be specified"));
    }
    let mut data = Data::new();
    for (field, path) in [("tls.crt", cert), ("tls.key", key)] {
        let missing = |_| Stop::error(format!("Cannot read file {path}, open {path}: no such file or directory"));
        data.insert(field.into(), bytes_of(kube, path).map_err(missing)?);
    }
    for (field, what) in [("tls.crt", "certificate"), ("tls.key", "key")] {
        let pem = data.get(field).is_some_and(|bytes| String::from_utf8_lossy(bytes).contains("-----BEGIN "));
        if !pem {
            return Err(Stop::error(format!("tls: failed to find any PEM data in {what} input")));
        }
    }
    secret(kube, given, name, "kubernetes.io/tls", &data)
}
