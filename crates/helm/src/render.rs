//! A chart, values and a release's name to manifests, hooks and notes: what `helm template` and `helm install` share.

use crate::chart::Chart;
use crate::engine::{self, Setting, VALUES};
use crate::manifests::{self, Hook, Manifest};
use crate::requirements::{self, compatible};
use crate::values::coalesce;
use gotemplate::{Entries, Val};
use manifest::Value;
use order::OrdMap;

/// The release that is rendered.
#[derive(Debug, Clone, Default)]
pub struct Release {
    pub name: String,
    pub namespace: String,
    pub revision: i64,
    pub is_upgrade: bool,
    pub sub_notes: bool,
    pub include_crds: bool,
    pub skip_schema: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rendered {
    /// All documents as one text, each with its source.
    pub manifest: String,
    pub manifests: Vec<Manifest>,
    pub hooks: Vec<Hook>,
    pub notes: String,
}

/// What went wrong: where the templates gave texts that are no manifests, those are there too.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub told: String,
    /// Helm has begun a release, and prints a hint about `--debug`.
    pub rendered: bool,
}

/// Renders a chart. Lines of Helm's log are added to `log`.
pub fn render(
    chart: &mut Chart,
    values: &Value,
    release: &Release,
    setting: &Setting<'_>,
    log: &mut Vec<String>,
) -> Result<Rendered, Failure> {
    let early = |told: String| Failure { told, rendered: false };
    requirements::process(chart, values, true, log).map_err(early)?;
    let all = coalesce(chart, values, false, log).map_err(early)?;
    if !release.skip_schema {
        crate::schema::check(chart, &all).map_err(early)?;
    }
    render_values(chart, &all, release, setting, log).map_err(|told| Failure { told, rendered: true })
}

fn top(values: &Value, release: &Release, setting: &Setting<'_>) -> Entries {
    let own: Entries = [
        ("Name".into(), Val::text(release.name.as_str())),
        ("Namespace".into(), Val::text(release.namespace.as_str())),
        ("IsUpgrade".into(), Val::Bool(release.is_upgrade)),
        ("IsInstall".into(), Val::Bool(!release.is_upgrade)),
        ("Revision".into(), Val::Int(release.revision)),
        ("Service".into(), Val::text("Helm")),
    ]
    .into_iter()
    .collect();
    let values = match Val::of(values) {
        Val::Map(map) => Val::map_seen_as(VALUES, &map),
        other => other,
    };
    [
        ("Values".into(), values),
        ("Release".into(), Val::map(own)),
        ("Capabilities".into(), setting.capabilities.to_val()),
    ]
    .into_iter()
    .collect()
}

fn render_values(
    chart: &Chart,
    values: &Value,
    release: &Release,
    setting: &Setting<'_>,
    log: &mut Vec<String>,
) -> Result<Rendered, String> {
    let wanted = chart.metadata.str_at("kubeVersion");
    let have = &setting.capabilities.kube_version;
    if !wanted.is_empty() && !compatible(wanted, have) {
        return Err(format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {have}"));
    }
    let mut files = engine::render(chart, &top(values, release, setting), setting, log)?;
    let mut out = Rendered { notes: take_notes(chart, &mut files, release.sub_notes), ..Rendered::default() };
    let (hooks, manifests) = manifests::sort(&files, log)?;
    if release.include_crds {
        for (path, text) in chart.crds() {
            out.manifest.push_str(&["---\n# Source: ", &path, "\n", &text, "\n"].concat());
        }
    }
    for manifest in &manifests {
        out.manifest.push_str(&["---\n# Source: ", &manifest.path, "\n", &manifest.text, "\n"].concat());
    }
    out.manifests = manifests;
    out.hooks = hooks;
    Ok(out)
}

fn take_notes(chart: &Chart, files: &mut OrdMap<String, String>, sub_notes: bool) -> String {
    let own = format!("{}/templates/NOTES.txt", chart.name());
    let all: Vec<String> = files.keys().filter(|path| path.ends_with("NOTES.txt")).cloned().collect();
    let mut notes = String::new();
    for path in all {
        let text = files.remove(&path).unwrap_or_default();
        if sub_notes || path == own {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(&text);
        }
    }
    notes
}

/// The rendered texts by their paths, without a look at what they say: for linting.
pub fn texts(
    chart: &mut Chart,
    values: &Value,
    release: &Release,
    setting: &Setting<'_>,
    log: &mut Vec<String>,
) -> Result<OrdMap<String, String>, String> {
    requirements::process(chart, values, false, log)?;
    let all = coalesce(chart, values, false, log)?;
    if !release.skip_schema {
        crate::schema::check(chart, &all)?;
    }
    engine::render(chart, &top(&all, release, setting), setting, log)
}

/// What `helm template` prints.
pub fn template_text(rendered: &Rendered, hooks: bool, skip_tests: bool) -> String {
    let mut out = rendered.manifest.trim().to_string();
    out.push('\n');
    for hook in rendered.hooks.iter().filter(|_| hooks) {
        if skip_tests && hook.events.iter().any(|event| event == "test") {
            continue;
        }
        out.push_str(&["---\n# Source: ", &hook.path, "\n", &hook.text, "\n"].concat());
    }
    out
}
