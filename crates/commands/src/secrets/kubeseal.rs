//! `kubeseal` 0.36: seals Secrets with the controller's public key (`cmd/kubeseal`, `pkg/kubeseal` of sealed-secrets).

use super::kubeseal_in::{certificate, private_keys, read_text, secrets};
use super::kubeseal_out::{self, Format};
use crate::cobra::{Command, Flag, Given, Globals, Stop, switch, text, texts};
use crate::kubectl::{Kube, Kubeconfig};
use cluster::base64;
use gitops::sealed;
use manifest::Value;
use seal::hybrid::{self, Scope};
use world::Cx;

const FLAGS: &[Flag] = &[
    switch("allow-empty-data", "Allow empty data in the secret object"),
    text("cert", '\0', "Certificate / public key file to use for encryption. Overrides --controller-*"),
    Flag { default: sealed::SERVICE, ..text("controller-name", '\0', "Name of sealed-secrets controller.") },
    Flag {
        default: sealed::NAMESPACE,
        ..text("controller-namespace", '\0', "Namespace of sealed-secrets controller.")
    },
    switch("fetch-cert", "Write certificate to stdout. Useful for later use with --cert"),
    text("format", 'o', "Output format for sealed secret. Either json or yaml"),
    texts("from-file", '\0', "(only with --raw) Secret items can be sourced from files."),
    text(
        "merge-into",
        '\0',
        "Merge items from secret into an existing sealed secret file, updating the file in-place.",
    ),
    text("name", '\0', "Name of the sealed secret (required with --raw and default (strict) scope)"),
    switch("raw", "Encrypt a raw value passed via the --from-* flags instead of the whole secret object"),
    switch("re-encrypt", "Re-encrypt the given sealed secret to use the latest cluster key."),
    texts("recovery-private-key", '\0', "Private key filename used by the --recovery-unseal command."),
    switch(
        "recovery-unseal",
        "Decrypt a sealed secrets file, using the private key passed with --recovery-private-key.",
    ),
    text(
        "scope",
        '\0',
        "Set the scope of the sealed secret: strict, namespace-wide, cluster-wide (defaults to strict).",
    ),
    text("sealed-secret-file", 'w', "Sealed-secret (output) file"),
    text("secret-file", 'f', "Secret (input) file"),
    switch("validate", "Validate that the sealed secret can be decrypted"),
    switch("version", "Print version information and exit"),
    text("namespace", 'n', "If present, the namespace scope for this CLI request"),
    text("context", '\0', "The name of the kubeconfig context to use"),
    text("kubeconfig", '\0', "Path to a kube config. Only required if out-of-cluster"),
];

const COMMAND: Command = Command {
    path: "kubeseal",
    operands: "",
    summary: "seal Secrets, so that only the cluster opens them",
    flags: FLAGS,
    missing: "rotate as as-group as-uid certificate-authority client-certificate client-key cluster insecure-skip-tls-verify \
              password request-timeout server tls-server-name token user username v",
};

/// Why it ends: behind `error: `, or its input is not whole yet.
pub(super) enum End {
    Told(String),
    Wait,
}

impl<T: Into<String>> From<T> for End {
    fn from(text: T) -> Self {
        Self::Told(text.into())
    }
}

pub(super) type Done<T> = Result<T, End>;

pub(super) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match crate::cobra::parse(&cx.args(), &COMMAND, &Globals { flags: &[], missing: "" }) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(format!("Usage of kubeseal:\n{}", super::usages(FLAGS)));
            return 0;
        }
        Err(Stop::Missing(flag)) => {
            cx.err(format!("kubeseal: {flag} is real, but not part of this sandbox yet\n"));
            return 1;
        }
        Err(Stop::Wrong(told)) => {
            cx.err(format!("{told}\nUsage of kubeseal:\n{}{told}\n", super::usages(FLAGS)));
            return 2;
        }
    };
    match run(cx, &given) {
        Ok(()) => 0,
        Err(End::Wait) => Cx::WAIT,
        Err(End::Told(told)) => {
            cx.err(format!("error: {told}\n"));
            1
        }
    }
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Done<()> {
    if given.on("version") {
        cx.out("kubeseal version: 0.36.6\n");
        return Ok(());
    }
    let scope = match given.text("scope") {
        None => Scope::Strict,
        Some(word) => Scope::named(word).ok_or_else(|| {
            format!("invalid argument \"{word}\" for \"--scope\" flag: must be one of: {}", Scope::WORDS.join(", "))
        })?,
    };
    if !given.texts("from-file").is_empty() && !given.on("raw") {
        return Err("--from-file requires --raw".into());
    }
    let mut output = given.text("sealed-secret-file").unwrap_or_default().to_string();
    if given.on("re-encrypt") && output.is_empty() {
        output = given.text("secret-file").unwrap_or_default().to_string();
    }
    let yaml = [".yaml", ".yml"].iter().any(|end| output.ends_with(end));
    let format = Format::named(if yaml { "yaml" } else { given.text("format").unwrap_or("json") })?;
    let config = Kubeconfig::load(cx, given.text("kubeconfig")).map_err(|stop| plain(&stop.message))?;
    let mut kube = Kube::new(cx, config, &crate::kubectl::Given::default()).map_err(|stop| plain(&stop.message))?;
    if let Some(namespace) = given.text("namespace").filter(|name| !name.is_empty()) {
        kube.namespace = namespace.to_string();
        kube.namespace_given = true;
    }
    let text = act(&mut kube, given, (scope, format))?;
    if output.is_empty() {
        kube.out(text);
        return Ok(());
    }
    let (path, micros) = (kube.cx.path(&output), kube.cx.micros());
    kube.cx
        .files_mut()
        .write(&path, text.into_bytes(), micros)
        .map_err(|error| format!("open {output}: {error}").into())
}

/// What goes to the output.
fn act(kube: &mut Kube<'_, '_>, given: &Given, (scope, format): (Scope, Format)) -> Done<String> {
    if given.on("recovery-unseal") {
        let keys = private_keys(kube, given.texts("recovery-private-key"))?;
        let text = input(kube, given)?;
        let sealed = Value::from_yaml(&text)?;
        return Ok(kubeseal_out::print(&sealed::unseal(&sealed, &keys)?, format));
    }
    if given.on("validate") {
        return validate(kube, given).map(|()| String::new());
    }
    if given.on("re-encrypt") {
        return reencrypt(kube, given, format);
    }
    let (pem, read) = certificate(kube, given)?;
    if given.on("fetch-cert") {
        return Ok(pem);
    }
    let key = read?.key;
    if let Some(file) = given.text("merge-into") {
        return merge(kube, given, (&key, scope, format), file).map(|()| String::new());
    }
    if given.on("raw") {
        return raw(kube, given, &key, scope);
    }
    let mut out = String::new();
    let name = given.text("name").unwrap_or_default().to_string();
    for sealed in sealed_of(kube, given, (&key, scope), (&name, ""))? {
        out.push_str(&kubeseal_out::print(&sealed, format));
    }
    Ok(out)
}

fn input(kube: &mut Kube<'_, '_>, given: &Given) -> Done<String> {
    read_text(kube, given.text("secret-file"), "(tty detected: expecting json/yaml k8s resource in stdin)\n")
}

/// Seals every Secret of the input, under another name and namespace where such are given.
fn sealed_of(
    kube: &mut Kube<'_, '_>,
    given: &Given,
    (key, scope): (&seal::rsa::PublicKey, Scope),
    (name, namespace): (&str, &str),
) -> Done<Vec<Value>> {
    let all = secrets(&input(kube, given)?)?;
    if all.is_empty() {
        return Err("no secrets found. Ensure the input is valid and UTF-8 encoded".into());
    }
    let mut out = Vec::new();
    for mut secret in all {
        let empty = secret.at("data").entries().is_empty() && secret.at("stringData").entries().is_empty();
        if empty && !given.on("allow-empty-data") {
            return Err("secret.data is empty in input Secret, assuming this is an error and aborting. To work with empty data, --allow-empty-data can be used".into());
        }
        if !name.is_empty() {
            secret.set("metadata.name", name);
        }
        if secret.str_at("metadata.name").is_empty() {
            return Err("missing metadata.name in input Secret".into());
        }
        if !namespace.is_empty() {
            secret.set("metadata.namespace", namespace);
        }
        if scope != Scope::Strict {
            sealed::with_scope(&mut secret, scope);
        }
        if sealed::scope_of(&secret) != Scope::Cluster {
            let own = secret.str_at("metadata.namespace").to_string();
            if kube.namespace_given && !own.is_empty() && own != kube.namespace {
                let wanted = &kube.namespace;
                return Err(format!(
                    "namespace mismatch: input secret is in namespace \"{own}\" but \"{wanted}\" was specified"
                )
                .into());
            }
            if own.is_empty() {
                secret.set("metadata.namespace", kube.namespace.clone());
            }
        }
        out.push(sealed::seal_secret(&mut kube.cx.world.chance(), key, &secret)?);
    }
    Ok(out)
}

fn raw(kube: &mut Kube<'_, '_>, given: &Given, key: &seal::rsa::PublicKey, scope: Scope) -> Done<String> {
    let name = given.text("name").unwrap_or_default();
    if scope == Scope::Strict && name.is_empty() {
        return Err("must provide the --name flag with --raw and --scope strict".into());
    }
    let data = match given.texts("from-file") {
        [] => read_text(kube, None, "(tty detected: expecting a secret to encrypt in stdin)\n")?.into_bytes(),
        [one] => {
            let file = one.split_once('=').map_or(one.as_str(), |(_, file)| file);
            if file == "/dev/stdin" {
                read_text(kube, None, "")?.into_bytes()
            } else {
                let path = kube.cx.path(file);
                kube.cx.files().read(&path).map_err(|_| format!("open {file}: no such file or directory"))?.to_vec()
            }
        }
        _ => return Err("must provide only one --from-file when encrypting a single item with --raw".into()),
    };
    let label = scope.label(&kube.namespace, name);
    let out = hybrid::encrypt(&mut kube.cx.world.chance(), key, &data, label.as_bytes());
    Ok(base64::encode(&out.map_err(|error| error.to_string())?))
}

fn merge(
    kube: &mut Kube<'_, '_>,
    given: &Given,
    (key, scope, format): (&seal::rsa::PublicKey, Scope, Format),
    file: &str,
) -> Done<()> {
    let path = kube.cx.path(file);
    let text = kube.cx.files().read_text(&path).map_err(|_| format!("open {file}: no such file or directory"))?;
    let mut whole = Value::from_yaml(&text)?;
    let names = (whole.str_at("metadata.name").to_string(), whole.str_at("metadata.namespace").to_string());
    let new = sealed_of(kube, given, (key, scope), (&names.0, &names.1))?;
    for one in &new {
        for part in ["encryptedData", "template.metadata.annotations", "template.metadata.labels", "template.data"] {
            let place = format!("spec.{part}");
            for (name, value) in one.at(&place).entries().iter() {
                whole.at_mut(&place).put(name, value.clone());
            }
        }
    }
    let micros = kube.cx.micros();
    let text = kubeseal_out::print(&whole, format);
    kube.cx.files_mut().write(&path, text.into_bytes(), micros).map_err(|error| format!("open {file}: {error}").into())
}

fn validate(kube: &mut Kube<'_, '_>, given: &Given) -> Done<()> {
    super::kubeseal_in::service(kube, given)?;
    for sealed in secrets(&input(kube, given)?)? {
        match kube.cx.world.sealed.verify(&sealed) {
            None => return Err(format!("cannot validate sealed secret: {}", nobody(given)).into()),
            Some(false) => {
                return Err(format!("unable to decrypt sealed secret: {}", sealed.str_at("metadata.name")).into());
            }
            Some(true) => {}
        }
    }
    Ok(())
}

fn reencrypt(kube: &mut Kube<'_, '_>, given: &Given, format: Format) -> Done<String> {
    super::kubeseal_in::service(kube, given)?;
    let mut out = String::new();
    for sealed in secrets(&input(kube, given)?)? {
        match kube.cx.world.rotate_sealed(&sealed) {
            None => return Err(format!("cannot re-encrypt secret: {}", nobody(given)).into()),
            Some(Err(_)) => {
                let told = "cannot re-encrypt secret: an error on the server (\"unknown\") has prevented the request from succeeding";
                let (name, _) = controller(given);
                return Err(format!("{told} (post services http:{name}:http)").into());
            }
            Some(Ok(new)) => out.push_str(&kubeseal_out::print(&new, format)),
        }
    }
    Ok(out)
}

/// Name and namespace of the controller.
pub(super) fn controller(given: &Given) -> (&str, &str) {
    (
        given.text("controller-name").unwrap_or(sealed::SERVICE),
        given.text("controller-namespace").unwrap_or(sealed::NAMESPACE),
    )
}

/// What the API server says of a service that nobody stands behind.
pub(super) fn nobody(given: &Given) -> String {
    format!("no endpoints available for service \"http:{}:http\"", controller(given).0)
}

/// kubectl's words without its `error: `.
pub(super) fn plain(message: &str) -> String {
    message.strip_prefix("error: ").unwrap_or(message).trim_end().to_string()
}
