//! The options by which `app create` and `app set` write an application's spec (`cmd/util/app.go`).

use super::cobra::{APP_NAMESPACE, Flag, Given, Takes, switch, text, texts};
use super::log::Fatal;
use super::summary::go_duration;
use manifest::{Value, object};
use std::time::Duration;
use world::Cx;

const fn number(long: &'static str, default: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Int, default, help }
}

const fn span(long: &'static str, default: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Text, default, help }
}

/// Those of the real commands that are not here.
pub(super) const MISSING: &str = "config-management-plugin directory-disable-extension-filter dry-source-path \
    dry-source-repo dry-source-revision env helm-chart helm-pass-credentials helm-version hydrate-to-branch \
    ignore-missing-components jsonnet-ext-var-code jsonnet-ext-var-str jsonnet-libs jsonnet-tla-code jsonnet-tla-str \
    kustomize-api-versions kustomize-force-common-annotation kustomize-force-common-label kustomize-kube-version \
    kustomize-label-include-templates kustomize-label-without-selector kustomize-version plugin-env ref source-name \
    source-position sync-source-branch sync-source-path tag-prefix";

/// How many there are.
pub(super) const COUNT: usize = 44;

/// The options of both commands.
pub(super) const SHARED: [Flag; COUNT] = [
    APP_NAMESPACE,
    switch("allow-empty", "let automated syncs remove everything"),
    switch("auto-prune", "let automated syncs remove what Git no longer asks for"),
    text("dest-name", '\0', "name of the cluster"),
    text("dest-namespace", '\0', "namespace that it goes to"),
    text("dest-server", '\0', "address of the cluster"),
    text("directory-exclude", '\0', "pattern of files that are left out"),
    text("directory-include", '\0', "pattern of the only files that are taken"),
    switch("directory-recurse", "take the files of folders within, too"),
    texts("helm-api-versions", '\0', "API version that charts are told of"),
    text("helm-kube-version", '\0', "Kubernetes version that charts are told of"),
    text("helm-namespace", '\0', "namespace that charts are told of"),
    texts("helm-set", '\0', "a chart's value: KEY=VALUE"),
    texts("helm-set-file", '\0', "a chart's value from a file of the repository: KEY=PATH"),
    texts("helm-set-string", '\0', "a chart's value as text: KEY=VALUE"),
    switch("helm-skip-crds", "leave out the chart's definitions"),
    switch("helm-skip-schema-validation", "do not check values by the chart's schema"),
    switch("helm-skip-tests", "leave out the chart's tests"),
    switch("ignore-missing-value-files", "go on without values files that are not there"),
    texts("kustomize-common-annotation", '\0', "annotation of all resources: KEY=VALUE"),
    texts("kustomize-common-label", '\0', "label of all resources: KEY=VALUE"),
    texts("kustomize-image", '\0', "another image: NAME:TAG, or OLD=NEW:TAG"),
    text("kustomize-namespace", '\0', "namespace of all resources"),
    texts("kustomize-replica", '\0', "number of replicas: NAME=COUNT"),
    text("nameprefix", '\0', "what stands before all names"),
    text("namesuffix", '\0', "what stands behind all names"),
    texts("parameter", 'p', "a chart's value: KEY=VALUE"),
    text("path", '\0', "folder in the repository"),
    text("project", '\0', "project that it belongs to"),
    text("release-name", '\0', "name of Helm's release"),
    text("repo", '\0', "address of the repository"),
    text("revision", '\0', "branch, tag or commit"),
    number("revision-history-limit", "10", "how many deployments are kept"),
    switch("self-heal", "let automated syncs undo changes of the cluster"),
    texts("sync-option", '\0', "a sync option to add; to remove it with ! before it"),
    text("sync-policy", '\0', "manual or automated (also none, auto, automatic)"),
    span("sync-retry-backoff-duration", "5s", "wait before the first retry"),
    number("sync-retry-backoff-factor", "2", "how much longer each wait is than the one before"),
    span("sync-retry-backoff-max-duration", "3m0s", "longest wait before a retry"),
    number("sync-retry-limit", "0", "how often a failed sync is tried again"),
    switch("sync-retry-refresh", "take the newest commit when trying again"),
    Flag {
        long: "validate",
        short: '\0',
        takes: Takes::Switch,
        default: "true",
        help: "look whether repository and cluster are there",
    },
    texts("values", '\0', "values file of the chart"),
    text("values-literal-file", '\0', "file here whose text becomes the chart's values"),
];

/// A command's own options and those of both.
pub(super) const fn with<const OWN: usize, const ALL: usize>(own: [Flag; OWN]) -> [Flag; ALL] {
    assert!(ALL == OWN + COUNT, "the table holds all of them");
    let mut all = [SHARED[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < OWN { own[at] } else { SHARED[at - OWN] };
        at += 1;
    }
    all
}

/// Options that name a place of the spec.
const PLACES: &[(&str, &str)] = &[
    ("dest-name", "destination.name"),
    ("dest-namespace", "destination.namespace"),
    ("dest-server", "destination.server"),
    ("directory-exclude", "source.directory.exclude"),
    ("directory-include", "source.directory.include"),
    ("directory-recurse", "source.directory.recurse"),
    ("helm-api-versions", "source.helm.apiVersions"),
    ("helm-kube-version", "source.helm.kubeVersion"),
    ("helm-namespace", "source.helm.namespace"),
    ("helm-skip-crds", "source.helm.skipCrds"),
    ("helm-skip-schema-validation", "source.helm.skipSchemaValidation"),
    ("helm-skip-tests", "source.helm.skipTests"),
    ("ignore-missing-value-files", "source.helm.ignoreMissingValueFiles"),
    ("kustomize-namespace", "source.kustomize.namespace"),
    ("nameprefix", "source.kustomize.namePrefix"),
    ("namesuffix", "source.kustomize.nameSuffix"),
    ("path", "source.path"),
    ("project", "project"),
    ("release-name", "source.helm.releaseName"),
    ("repo", "source.repoURL"),
    ("revision", "source.targetRevision"),
    ("revision-history-limit", "revisionHistoryLimit"),
    ("values", "source.helm.valueFiles"),
];

/// Writes into `spec` what was given.
pub(super) fn write(cx: &Cx<'_>, given: &Given, table: &[Flag], spec: &mut Value) -> Result<(), Fatal> {
    for (long, path) in PLACES {
        let Some(last) = given.text(long) else { continue };
        // Argo CD's own source types ignore what is empty; a number keeps its kind.
        let takes = table.iter().find(|flag| flag.long == *long).map_or(Takes::Text, |flag| flag.takes);
        let value: Value = match takes {
            Takes::Texts => given.texts(long).iter().map(String::as_str).map(Value::from).collect(),
            Takes::Switch => (last == "true").into(),
            Takes::Int | Takes::Uint => given.number(long).unwrap_or(0).into(),
            Takes::Text => last.into(),
        };
        let inner = path.starts_with("source.helm") || path.starts_with("source.kustomize");
        if !inner || !value.is_zero() {
            spec.set(path, value);
        }
    }
    if let Some(name) = given.text("values-literal-file") {
        let path = cx.path(name);
        let read = cx.files().read_text(&path);
        let told = |_| Fatal::check(format!("open {name}: no such file or directory"));
        spec.set("source.helm.values", read.map_err(told)?);
        spec.remove("source.helm.valuesObject");
    }
    helm_sets(given, spec)?;
    kustomize(given, spec)?;
    policy(given, spec)?;
    retries(given, spec)
}

/// One `NAME=VALUE` in a list of objects: in place of the one of the same name, else behind the others.
fn put_named(list: &mut Value, entry: Value) {
    let list = list.make_list();
    match list.iter_mut().find(|one| one.str_at("name") == entry.str_at("name")) {
        Some(one) => *one = entry,
        None => list.push(entry),
    }
}

fn helm_sets(given: &Given, spec: &mut Value) -> Result<(), Fatal> {
    for (long, place, value, forced) in [
        ("helm-set", "source.helm.parameters", "value", false),
        ("helm-set-string", "source.helm.parameters", "value", true),
        ("helm-set-file", "source.helm.fileParameters", "path", false),
    ] {
        for set in given.texts(long) {
            let Some((name, text)) = set.split_once('=') else {
                let (what, of) =
                    if value == "path" { ("helm file parameter", "path") } else { ("helm parameter", "value") };
                return Err(Fatal::log(format!("expected {what} of the form: param={of}. Received: {set}")));
            };
            let mut entry = object! { "name" => name, value => text };
            if forced {
                entry.put("forceString", true);
            }
            put_named(spec.at_mut(place), entry);
        }
    }
    Ok(())
}

/// An image's name: what stands before `=`, a tag or a digest.
pub(super) fn image_name(image: &str) -> &str {
    if let Some((name, _)) = image.split_once('=') {
        return name;
    }
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

fn kustomize(given: &Given, spec: &mut Value) -> Result<(), Fatal> {
    for image in given.texts("kustomize-image") {
        let list = spec.at_mut("source.kustomize.images").make_list();
        let same = |one: &&mut Value| one.as_str().is_some_and(|one| image_name(one) == image_name(image));
        match list.iter_mut().find(same) {
            Some(one) => *one = image.as_str().into(),
            None => list.push(image.as_str().into()),
        }
    }
    for replica in given.texts("kustomize-replica") {
        let (name, count) = replica.split_once('=').unwrap_or((replica, ""));
        let Ok(count) = count.parse::<i64>() else {
            let form = "expected parameter of the form: name=count. Received: ";
            return Err(Fatal::log([form, replica].concat()));
        };
        put_named(spec.at_mut("source.kustomize.replicas"), object! { "name" => name, "count" => count });
    }
    for (long, place) in [
        ("kustomize-common-label", "source.kustomize.commonLabels"),
        ("kustomize-common-annotation", "source.kustomize.commonAnnotations"),
    ] {
        if !given.texts(long).is_empty() {
            spec.set(place, labels(given.texts(long))?);
        }
    }
    Ok(())
}

/// `KEY=VALUE`, as `label.Parse` reads them.
pub(super) fn labels(texts: &[String]) -> Result<Value, Fatal> {
    let mut labels = Value::map();
    for text in texts {
        let Some((key, value)) = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.contains('='))
        else {
            return Err(Fatal::check(format!("invalid key-value pair: {text}")));
        };
        labels.put(key, value);
    }
    Ok(labels)
}

fn drop_empty_policy(spec: &mut Value) {
    let policy = spec.at("syncPolicy").clone();
    let empty =
        policy.entries().iter().all(|(_, value)| value.is_null() || value.as_list().is_some_and(<[Value]>::is_empty));
    if empty {
        spec.remove("syncPolicy");
    }
}

fn policy(given: &Given, spec: &mut Value) -> Result<(), Fatal> {
    match given.text("sync-policy") {
        None => {}
        Some("none" | "manual") => {
            spec.remove("syncPolicy.automated");
            drop_empty_policy(spec);
        }
        Some("automated" | "automatic" | "auto") => spec.set("syncPolicy.automated", Value::map()),
        Some(other) => return Err(Fatal::log(format!("Invalid sync-policy: {other}"))),
    }
    for option in given.texts("sync-option") {
        let list = spec.at_mut("syncPolicy.syncOptions").make_list();
        match option.strip_prefix('!') {
            Some(gone) => list.retain(|one| one.as_str() != Some(gone)),
            None if list.iter().any(|one| one.as_str() == Some(option)) => {}
            None => list.push(option.as_str().into()),
        }
    }
    if spec.at("syncPolicy.syncOptions").as_list().is_some_and(<[Value]>::is_empty) {
        spec.remove("syncPolicy.syncOptions");
        drop_empty_policy(spec);
    }
    for (long, field) in [("auto-prune", "prune"), ("self-heal", "selfHeal"), ("allow-empty", "allowEmpty")] {
        if given.text(long).is_none() {
            continue;
        }
        if spec.at("syncPolicy.automated").is_null() {
            spec.set("syncPolicy.automated", object! { "enabled" => false });
        }
        spec.at_mut("syncPolicy.automated").put(field, given.on(long));
    }
    Ok(())
}

fn duration(given: &Given, long: &str, usual: Duration) -> Result<String, Fatal> {
    let span = match given.text(long) {
        None => usual,
        Some(text) => gitops::parse_duration(text).ok_or_else(|| {
            Fatal::log(format!("invalid argument \"{text}\" for \"--{long}\" flag: time: invalid duration \"{text}\""))
        })?,
    };
    Ok(go_duration(span))
}

fn retries(given: &Given, spec: &mut Value) -> Result<(), Fatal> {
    if let Some(limit) = given.number("sync-retry-limit") {
        if limit < 0 {
            return Err(Fatal::log(format!("Invalid sync-retry-limit [{limit}]")));
        }
        spec.remove("syncPolicy.retry");
        if limit > 0 {
            let factor = given.number("sync-retry-backoff-factor").unwrap_or(2);
            let backoff = object! {
                "duration" => duration(given, "sync-retry-backoff-duration", Duration::from_secs(5))?,
                "factor" => factor,
                "maxDuration" => duration(given, "sync-retry-backoff-max-duration", Duration::from_secs(180))?,
            };
            spec.set("syncPolicy.retry", object! { "backoff" => backoff, "limit" => limit });
        } else {
            drop_empty_policy(spec);
        }
    }
    if given.text("sync-retry-refresh").is_some() {
        spec.set("syncPolicy.retry.refresh", given.on("sync-retry-refresh"));
    }
    Ok(())
}

/// `--parameter`: values of a chart, where the application is one.
pub(super) fn parameters(given: &Given, app: &mut Value) -> Result<(), Fatal> {
    let parameters = given.texts("parameter");
    let Some(first) = parameters.first() else { return Ok(()) };
    let source = app.at("spec.source");
    let other = ["kustomize", "directory"].iter().any(|kind| !source.at(kind).is_null());
    let known = app.str_at("status.sourceType");
    let helm =
        !source.at("helm").is_null() || (!other && (known == "Helm" || (known.is_empty() && first.contains('='))));
    if !helm {
        return Err(Fatal::log("Parameters can only be set against Helm applications"));
    }
    for parameter in parameters {
        if let Some((name, value)) = parameter.split_once('=') {
            put_named(app.at_mut("spec.source.helm.parameters"), object! { "name" => name, "value" => value });
        }
    }
    Ok(())
}
