//! Argo CD's use of Helm: a chart of a repository to manifests, as its `helm template` makes them.

use gitops::Spec;
use helm::{Capabilities, File, How, Release, Setting};
use manifest::Value;

/// Where the chart lies, as Argo CD's messages show it.
const SHOWN: &str = "<path to cached source>";

/// The manifests of a chart's files as one text; a failure in Argo CD's words.
///
/// Unlike Argo CD: `now` and random texts come from the commit, so that a commit is always rendered the same.
#[inline(never)]
pub(crate) fn manifests(files: Vec<File>, spec: &Spec, at: i64) -> Result<String, String> {
    let mut line = format!("helm template . --name-template {}", spec.helm.str_at("releaseName"));
    let namespace = match spec.helm.str_at("namespace") {
        "" => spec.namespace.as_str(),
        own => own,
    };
    if !namespace.is_empty() {
        line.push_str(&[" --namespace ", namespace].concat());
    }
    let told = render(files, spec, namespace, at, &mut line);
    told.map_err(|told| format!("Manifest generation error (cached): `{line}` failed exit status 1: Error: {told}"))
}

fn text_of(file: &File) -> String {
    String::from_utf8_lossy(&file.bytes).into_owned()
}

#[inline(never)]
fn values(files: &[File], spec: &Spec, line: &mut String) -> Result<Value, String> {
    let mut all = Value::map();
    for name in spec.helm.list_at("valueFiles").iter().filter_map(Value::as_str) {
        line.push_str(&[" --values ", SHOWN, "/", name].concat());
        let Some(file) = files.iter().find(|file| file.name == name.trim_start_matches("./")) else {
            if spec.helm.bool_at("ignoreMissingValueFiles") {
                continue;
            }
            return Err(format!("open {SHOWN}/{name}: no such file or directory"));
        };
        let read = helm::read_values(&text_of(file)).map_err(|told| format!("failed to parse {name}: {told}"))?;
        all = helm::merge_maps(&all, &read);
    }
    let inline = match spec.helm.at("valuesObject") {
        Value::Null => spec.helm.str_at("values").to_string(),
        object => object.to_yaml(),
    };
    if !inline.is_empty() {
        let read = helm::read_values(&inline).map_err(|told| format!("failed to parse values: {told}"))?;
        all = helm::merge_maps(&all, &read);
    }
    for parameter in spec.helm.list_at("parameters") {
        let (name, value) = (parameter.str_at("name"), parameter.str_at("value"));
        let braces = value.starts_with('{') && value.ends_with('}');
        let value = if braces { value.to_string() } else { value.replace(',', "\\,") };
        let (flag, how) =
            if parameter.bool_at("forceString") { ("--set-string", How::Text) } else { ("--set", How::Typed) };
        line.push_str(&[" ", flag, " ", name, "=", &value].concat());
        let set = [name, "=", &value].concat();
        helm::set(&mut all, &set, how).map_err(|told| format!("failed parsing {flag} data: {told}"))?;
    }
    for parameter in spec.helm.list_at("fileParameters") {
        let set = [parameter.str_at("name"), "=", parameter.str_at("path")].concat();
        line.push_str(&[" --set-file ", &set].concat());
        let read = |path: &str| {
            let found = files.iter().find(|file| file.name == path);
            found.map(text_of).ok_or_else(|| format!("open {path}: no such file or directory"))
        };
        helm::set(&mut all, &set, How::File(&read))
            .map_err(|told| format!("failed parsing --set-file data: {told}"))?;
    }
    Ok(all)
}

#[inline(never)]
fn render(files: Vec<File>, spec: &Spec, namespace: &str, at: i64, line: &mut String) -> Result<String, String> {
    let all = values(&files, spec, line)?;
    let include_crds = !spec.helm.bool_at("skipCrds");
    if include_crds {
        line.push_str(" --include-crds");
    }
    let mut capabilities = Capabilities::default();
    if let Some(version) = helm::Version::parse(spec.helm.str_at("kubeVersion")) {
        capabilities.kube_version = ["v", &version.full()].concat();
    }
    capabilities.api_versions.extend(spec.helm.list_at("apiVersions").iter().filter_map(Value::as_str).map(Into::into));
    let release = Release {
        name: spec.helm.str_at("releaseName").into(),
        namespace: if namespace.is_empty() { "default".into() } else { namespace.into() },
        revision: 1,
        include_crds,
        skip_schema: spec.helm.bool_at("skipSchemaValidation"),
        ..Release::default()
    };
    let mut log = Vec::new();
    let mut chart = helm::load(files, &mut log)?;
    let missing: Vec<&str> = chart.missing();
    if !missing.is_empty() {
        return Err(helm::missing_told(&missing));
    }
    let setting = Setting { capabilities, lint: false, now: at, seed: at.unsigned_abs(), lookup: None };
    let rendered = helm::render(&mut chart, &all, &release, &setting, &mut log).map_err(|failure| failure.told)?;
    Ok(helm::template_text(&rendered, true, spec.helm.bool_at("skipTests")))
}
