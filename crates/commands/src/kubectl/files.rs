//! Manifests from files, folders and standard input.

use super::flags::{Flag, Given, text};
use super::kube::{Kube, Stop};
use cluster::KindInfo;
use manifest::{Level, Value};

/// One object of a file.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub kind: KindInfo,
    pub value: Value,
    /// The same as it is written, without a namespace that it does not name.
    pub bare: Value,
    /// The namespace it goes to; empty for kinds of the whole cluster.
    pub namespace: String,
    /// The file, as errors name it.
    pub source: String,
}

/// What reading came to.
pub(crate) enum Loaded {
    Ready(Vec<Manifest>),
    /// Standard input is not whole yet.
    Wait,
}

/// What `-f` or `-k` names; `None` where neither is given. One manifest that cannot be read is an error for all.
pub(crate) fn from_flags(kube: &mut Kube<'_, '_>, given: &Given) -> Result<Option<Loaded>, Stop> {
    let mut errors = Vec::new();
    let loaded = good_from_flags(kube, given, &mut errors)?;
    match errors.into_iter().next() {
        Some(stop) => Err(stop),
        None => Ok(loaded),
    }
}

/// The same for commands that go on with those that can be read.
pub(crate) fn good_from_flags(
    kube: &mut Kube<'_, '_>,
    given: &Given,
    errors: &mut Vec<Stop>,
) -> Result<Option<Loaded>, Stop> {
    let (names, folder) = (given.all("filename"), given.text("kustomize"));
    if folder.is_empty() {
        let recursive = given.has("recursive");
        return if names.is_empty() { Ok(None) } else { load_good(kube, &names, recursive, errors).map(Some) };
    }
    if !names.is_empty() {
        return Err(Stop::error("only one of -f or -k can be specified"));
    }
    if given.has("recursive") {
        return Err(Stop::error("the -k flag can't be used with -f or -R"));
    }
    let objects = super::kustomize::render(kube, folder)?;
    let manifests: Vec<Manifest> =
        objects.into_iter().map(|value| one(kube, folder, value)).collect::<Result<_, _>>()?;
    if manifests.is_empty() {
        return Err(Stop::error("no objects passed to apply"));
    }
    Ok(Some(Loaded::Ready(manifests)))
}

/// The flag `-k`.
pub(super) const KUSTOMIZE: Flag =
    text("kustomize", 'k', "", "A folder with a kustomization file. This flag can't be used together with -f or -R.");

const SUFFIXES: [&str; 3] = [".json", ".yaml", ".yml"];

/// Reads every manifest that `-f` names. One that cannot be read is an error for all.
pub(crate) fn load(kube: &mut Kube<'_, '_>, names: &[String], recursive: bool) -> Result<Loaded, Stop> {
    let mut errors = Vec::new();
    let loaded = load_good(kube, names, recursive, &mut errors)?;
    match errors.into_iter().next() {
        Some(stop) => Err(stop),
        None => Ok(loaded),
    }
}

/// Reads every manifest that `-f` names: the good ones, and what is wrong with the others.
pub(crate) fn load_good(
    kube: &mut Kube<'_, '_>,
    names: &[String],
    recursive: bool,
    errors: &mut Vec<Stop>,
) -> Result<Loaded, Stop> {
    let mut texts = Vec::new();
    for name in names {
        if name == "-" {
            match kube.cx.stdin_text() {
                Some(text) => texts.push(("STDIN".to_string(), text)),
                None => return Ok(Loaded::Wait),
            }
        } else if name.starts_with("http://") || name.starts_with("https://") {
            let told = format!("unable to read URL \"{name}\": this sandbox reaches no other host");
            return Err(Stop::error(told));
        } else {
            texts.extend(read_path(kube, name, recursive)?);
        }
    }
    let mut manifests = Vec::new();
    for (source, text) in texts {
        read_text(kube, &source, &text, &mut manifests, errors);
    }
    if manifests.is_empty() && errors.is_empty() {
        return Err(Stop::error("no objects passed to apply"));
    }
    Ok(Loaded::Ready(manifests))
}

fn read_path(kube: &Kube<'_, '_>, name: &str, recursive: bool) -> Result<Vec<(String, String)>, Stop> {
    let path = kube.cx.path(name);
    let files = kube.cx.files();
    if !files.exists(&path) {
        return Err(Stop::error(format!("the path \"{name}\" does not exist")));
    }
    let read = |path: &str, shown: &str| {
        let text = files.read_text(path).map_err(|error| Stop::error(format!("{shown}: {error}")))?;
        Ok((shown.to_string(), text))
    };
    if !files.is_dir(&path) {
        return Ok(vec![read(&path, name)?]);
    }
    let entries = files.walk(&path, &mut |_| recursive).map_err(|error| Stop::error(format!("{name}: {error}")))?;
    let mut all = Vec::new();
    for (entry, stat) in entries {
        let full = if entry.starts_with('/') { entry.clone() } else { format!("{path}/{entry}") };
        let relative = full.strip_prefix(&path).unwrap_or(&full).trim_start_matches('/');
        let direct = recursive || !relative.contains('/');
        if stat.kind == vfs::Kind::File && direct && SUFFIXES.iter().any(|suffix| full.ends_with(suffix)) {
            all.push(read(&full, &format!("{}/{relative}", name.trim_end_matches('/')))?);
        }
    }
    if all.is_empty() {
        let told = format!("error reading [{name}]: recognized file extensions are [.json .yaml .yml]");
        return Err(Stop::error(told));
    }
    Ok(all)
}

fn read_text(kube: &Kube<'_, '_>, source: &str, text: &str, out: &mut Vec<Manifest>, errors: &mut Vec<Stop>) {
    let (documents, diagnostics) = Value::parse_yaml(text);
    if let Some(wrong) = diagnostics.iter().find(|diagnostic| diagnostic.level == Level::Error) {
        let what = format!("error parsing {source}: error converting YAML to JSON: yaml: {}", wrong.message);
        errors.push(Stop::error(what));
        return;
    }
    let mut add = |value: Value| match one(kube, source, value) {
        Ok(manifest) => out.push(manifest),
        Err(stop) => errors.push(stop),
    };
    for document in documents.into_iter().filter(|document| !document.value.is_null()) {
        let value = document.value;
        if value.str_at("kind") == "List" {
            value.list_at("items").iter().cloned().for_each(&mut add);
        } else {
            add(value);
        }
    }
}

fn one(kube: &Kube<'_, '_>, source: &str, mut value: Value) -> Result<Manifest, Stop> {
    if value.as_map().is_none() {
        let told = "json: cannot unmarshal string into Go value of type unstructured.detector";
        return Err(Stop::error(format!("unable to decode \"{source}\": {told}")));
    }
    let (api, kind) = (value.str_at("apiVersion").to_string(), value.str_at("kind").to_string());
    for (field, have) in [("Kind", &kind), ("apiVersion", &api)] {
        if have.is_empty() {
            let shown = value.to_json();
            let told = if field == "Kind" {
                format!("Object 'Kind' is missing in '{shown}'")
            } else {
                format!("Object 'apiVersion' is missing in '{shown}'")
            };
            let prefix = if field == "Kind" {
                format!("unable to decode \"{source}\": ")
            } else {
                format!("error validating \"{source}\": error validating data: ")
            };
            let told = if field == "Kind" {
                told
            } else {
                "apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false"
                    .into()
            };
            return Err(Stop::error(format!("{prefix}{told}")));
        }
    }
    let Some(info) = kube.kinds().of_manifest(&api, &kind).cloned() else {
        let name = value.str_at("metadata.name");
        let space = value.str_at("metadata.namespace");
        let told = format!(
            "resource mapping not found for name: \"{name}\" namespace: \"{space}\" from \"{source}\": no matches for kind \
             \"{kind}\" in version \"{api}\"\nensure CRDs are installed first"
        );
        return Err(Stop::error(told));
    };
    let own = value.str_at("metadata.namespace").to_string();
    let namespace = if !info.namespaced {
        String::new()
    } else if own.is_empty() {
        kube.namespace.clone()
    } else if kube.namespace_given && own != kube.namespace {
        return Err(Stop::error(format!(
            "the namespace from the provided object \"{own}\" does not match the namespace \"{}\". You must pass \
             '--namespace={own}' to perform this operation.",
            kube.namespace
        )));
    } else {
        own
    };
    let bare = value.clone();
    if info.namespaced {
        value.set("metadata.namespace", &namespace);
    }
    Ok(Manifest { kind: info, value, bare, namespace, source: source.to_string() })
}
