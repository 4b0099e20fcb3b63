//! Between a Secret and a SealedSecret (`pkg/apis/sealedsecrets/v1alpha1` of sealed-secrets).

use cluster::{Cluster, KindId, base64};
use manifest::{Value, object};
use seal::hybrid::{self, Scope};
use seal::rsa::{PrivateKey, PublicKey};

pub const API: &str = "bitnami.com/v1alpha1";
pub const KIND: &str = "SealedSecret";
const NAMESPACE_WIDE: &str = "sealedsecrets.bitnami.com/namespace-wide";
const CLUSTER_WIDE: &str = "sealedsecrets.bitnami.com/cluster-wide";
const NO_OWNER: &str = "sealedsecrets.bitnami.com/skip-set-owner-references";

/// The kind as the cluster knows it; nothing where its definition is not there.
pub fn kind_of(cluster: &Cluster) -> Option<KindId> {
    cluster.store().kinds().of_manifest(API, KIND).map(|info| info.id)
}

/// What an object's annotations say.
pub fn scope_of(object: &Value) -> Scope {
    let set = |name: &str| object.at("metadata.annotations").get(name).and_then(Value::as_str) == Some("true");
    match (set(CLUSTER_WIDE), set(NAMESPACE_WIDE)) {
        (true, _) => Scope::Cluster,
        (_, true) => Scope::Namespace,
        _ => Scope::Strict,
    }
}

/// Writes a scope into an object's annotations.
pub fn with_scope(object: &mut Value, scope: Scope) {
    let mut annotations = object.at("metadata.annotations").clone();
    annotations.make_map().remove(NAMESPACE_WIDE);
    annotations.make_map().remove(CLUSTER_WIDE);
    match scope {
        Scope::Strict => {}
        Scope::Namespace => annotations.put(NAMESPACE_WIDE, "true"),
        Scope::Cluster => annotations.put(CLUSTER_WIDE, "true"),
    }
    if annotations.entries().is_empty() {
        object.remove("metadata.annotations");
    } else {
        object.set("metadata.annotations", annotations);
    }
}

fn label_of(object: &Value) -> String {
    scope_of(object).label(object.str_at("metadata.namespace"), object.str_at("metadata.name"))
}

/// Seals each value of a Secret for itself.
pub fn seal_secret(chance: seal::Chance, key: &PublicKey, secret: &Value) -> Result<Value, String> {
    let scope = scope_of(secret);
    if scope != Scope::Cluster && secret.str_at("metadata.namespace").is_empty() {
        return Err("secret must declare a namespace".into());
    }
    let label = label_of(secret);
    let mut encrypted = Value::map();
    for (key_name, value) in secret.at("data").entries().iter() {
        let bytes = base64::decode(value.as_str().unwrap_or_default())
            .map_err(|at| format!("illegal base64 data at input byte {at}"))?;
        let sealed = hybrid::encrypt(&mut *chance, key, &bytes, label.as_bytes()).map_err(|error| error.to_string())?;
        encrypted.put(key_name, base64::encode(&sealed));
    }
    for (key_name, value) in secret.at("stringData").entries().iter() {
        let bytes = value.as_str().unwrap_or_default().as_bytes();
        let sealed = hybrid::encrypt(&mut *chance, key, bytes, label.as_bytes()).map_err(|error| error.to_string())?;
        encrypted.put(key_name, base64::encode(&sealed));
    }
    let mut meta = secret.at("metadata").clone();
    for own in
        ["ownerReferences", "managedFields", "uid", "resourceVersion", "generation", "selfLink", "creationTimestamp"]
    {
        meta.remove(own);
    }
    let mut copies = meta.at("annotations").clone();
    for copy in ["kubectl.kubernetes.io/last-applied-configuration", "kubecfg.ksonnet.io/last-applied-configuration"] {
        copies.make_map().remove(copy);
    }
    meta.remove("annotations");
    if !copies.entries().is_empty() {
        meta.put("annotations", copies);
    }
    let mut template = object! { "metadata" => meta };
    for field in ["type", "immutable"] {
        if let Some(value) = secret.get(field) {
            template.put(field, value.clone());
        }
    }
    let mut name = object! { "name" => secret.str_at("metadata.name") };
    if !secret.str_at("metadata.namespace").is_empty() {
        name.put("namespace", secret.str_at("metadata.namespace"));
    }
    let mut out = object! {
        "apiVersion" => API, "kind" => KIND, "metadata" => name,
        "spec" => object! { "encryptedData" => encrypted, "template" => template },
    };
    with_scope(&mut out, scope);
    Ok(out)
}

/// The Secret in it; errors as the controller tells them, with the keys that each is about.
pub fn unseal(sealed: &Value, keys: &[PrivateKey]) -> Result<Value, String> {
    if !sealed.at("spec.data").is_null() {
        return Err("spec.data: real Sealed Secrets, but not part of this sandbox yet".into());
    }
    if !sealed.at("spec.template.data").entries().is_empty() {
        return Err("spec.template.data: real Sealed Secrets, but not part of this sandbox yet".into());
    }
    let label = label_of(sealed);
    let mut data = Value::map();
    let mut errors: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in sealed.at("spec.encryptedData").entries().iter() {
        let text = value.as_str().unwrap_or_default();
        let opened = base64::decode(text)
            .map_err(|at| format!("illegal base64 data at input byte {at}"))
            .and_then(|bytes| hybrid::decrypt(keys, &bytes, label.as_bytes()).map_err(|error| error.to_string()));
        match opened {
            Ok(bytes) => data.put(key, base64::encode(&bytes)),
            Err(told) => match errors.iter_mut().find(|(known, _)| *known == told) {
                Some((_, keys)) => keys.push(key.to_string()),
                None => errors.push((told, vec![key.to_string()])),
            },
        }
    }
    if !errors.is_empty() {
        let told: Vec<String> = errors.iter().map(|(told, keys)| format!("{told} ({})", keys.join(", "))).collect();
        return Err(told.join("; "));
    }
    let template = sealed.at("spec.template");
    let mut meta = template.at("metadata").clone();
    meta.put("name", sealed.str_at("metadata.name"));
    meta.put("namespace", sealed.str_at("metadata.namespace"));
    if template.at("metadata.annotations").get(NO_OWNER).and_then(Value::as_str) != Some("true") {
        let owner = object! {
            "apiVersion" => API, "kind" => KIND, "name" => sealed.str_at("metadata.name"),
            "uid" => sealed.str_at("metadata.uid"), "controller" => true,
        };
        meta.put("ownerReferences", Value::list(vec![owner]));
    }
    let mut secret = object! { "apiVersion" => "v1", "kind" => "Secret", "metadata" => meta, "data" => data };
    for field in ["type", "immutable"] {
        if let Some(value) = template.get(field) {
            secret.put(field, value.clone());
        }
    }
    Ok(secret)
}

/// The same secret under the newest key (`/v1/rotate`).
pub fn reseal(chance: seal::Chance, sealed: &Value, keys: &[PrivateKey], newest: &PublicKey) -> Result<Value, String> {
    let mut sealed = sealed.clone();
    let mut meta = sealed.at("metadata").clone();
    for own in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"] {
        meta.remove(own);
    }
    sealed.set("spec.template.metadata", meta);
    let secret = unseal(&sealed, keys).map_err(|told| format!("error decrypting secret. {told}"))?;
    seal_secret(chance, newest, &secret)
}
