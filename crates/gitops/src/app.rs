//! An Application's spec, read.

use crate::ignore::Ignore;
use crate::options::Options;
use crate::project::{SERVER, SERVER_NAME};
use cluster::Object;
use manifest::Value;

/// What Git is asked for, and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub repo_url: String,
    pub path: String,
    /// A branch, tag or commit; `HEAD` where nothing is said.
    pub target: String,
    pub recurse: bool,
    /// Patterns of files: only these, and none of those; empty where nothing is said.
    pub include: String,
    pub exclude: String,
    /// `spec.source.kustomize`, or null.
    pub kustomize: Value,
    /// `spec.source.helm`, or null, with the release's name in it.
    pub helm: Value,
    pub namespace: String,
    pub policy: Policy,
    pub ignore: Vec<Ignore>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    pub automated: bool,
    pub prune: bool,
    pub self_heal: bool,
    pub allow_empty: bool,
}

/// The fields of a part of the spec that are here, and those that Argo CD 3.1 has besides.
const FIELDS: &[(&str, &str, &str)] = &[
    ("", "destination ignoreDifferences info project revisionHistoryLimit source syncPolicy", "sourceHydrator sources"),
    ("source", "directory helm kustomize path repoURL targetRevision", "chart name plugin ref"),
    ("source.directory", "exclude include recurse", "jsonnet"),
    (
        "source.kustomize",
        "commonAnnotations commonLabels components images namePrefix nameSuffix namespace patches replicas",
        "apiVersions commonAnnotationsEnvsubst forceCommonAnnotations forceCommonLabels ignoreMissingComponents \
         kubeVersion labelIncludeTemplates labelWithoutSelector version",
    ),
    (
        "source.helm",
        "apiVersions fileParameters ignoreMissingValueFiles kubeVersion namespace parameters releaseName skipCrds \
         skipSchemaValidation skipTests valueFiles values valuesObject",
        "passCredentials version",
    ),
    ("syncPolicy", "automated retry syncOptions", "managedNamespaceMetadata"),
];

const MISSING: &str = "is real Argo CD, but not part of this sandbox yet";

impl Spec {
    /// Reads `spec`; an error is the message of an `InvalidSpecError` condition.
    pub fn read(app: &Object) -> Result<Self, String> {
        Self::with_source(app, app.value.at("spec.source"))
    }

    /// The same for another source, such as one of the history.
    #[inline(never)]
    pub fn with_source(app: &Object, source: &Value) -> Result<Self, String> {
        let spec = app.value.at("spec");
        let text = |path: &str| source.str_at(path).to_string();
        for (part, known, real) in FIELDS {
            let fields = if part.is_empty() { spec } else { spec.at(part) };
            let among = |list: &str, field: &str| list.split_whitespace().any(|known| known == field);
            let mut given = fields.entries().iter().filter(|(_, value)| !value.is_null());
            if let Some((field, _)) = given.find(|(field, _)| !among(known, field)) {
                let dot = if part.is_empty() { "" } else { "." };
                // Unlike Argo CD: the API server takes a field that nobody knows, and the application tells it.
                return Err(match among(real, field) {
                    true => format!("spec.{part}{dot}{field} {MISSING}"),
                    false => format!("unknown field \"spec.{part}{dot}{field}\""),
                });
            }
        }
        let repo_url = text("repoURL");
        if repo_url.is_empty() || text("path").is_empty() {
            return Err("spec.source.repoURL and either spec.source.path or spec.source.chart are required".into());
        }
        destination(spec.at("destination"))?;
        let options = Options::read(spec.at("syncPolicy.syncOptions"));
        if let Some(option) = options.missing() {
            return Err(format!("the sync option {option} {MISSING}"));
        }
        let mut helm = source.at("helm").clone();
        if helm.str_at("releaseName").is_empty() {
            helm.put("releaseName", app.name());
        }
        let target = text("targetRevision");
        Ok(Self {
            repo_url,
            path: text("path"),
            target: if target.is_empty() { "HEAD".into() } else { target },
            recurse: source.bool_at("directory.recurse"),
            include: text("directory.include"),
            exclude: text("directory.exclude"),
            kustomize: source.at("kustomize").clone(),
            helm,
            namespace: spec.str_at("destination.namespace").to_string(),
            policy: Policy::read(app),
            ignore: Ignore::read(spec)?,
        })
    }
}

/// There is one cluster (`GetDestinationCluster`).
pub fn destination(to: &Value) -> Result<(), String> {
    let (server, name) = (to.str_at("server").trim_end_matches('/'), to.str_at("name"));
    match (server, name) {
        ("", "") => Err("Destination server missing from app spec".into()),
        (SERVER, "") | ("", SERVER_NAME) => Ok(()),
        ("", name) => Err(format!("there are no clusters with this name: {name}")),
        (server, "") => Err(format!("error getting cluster by server \"{server}\": cluster \"{server}\" not found")),
        _ => Err(format!("application destination can't have both name and server defined: {name} {server}")),
    }
}

impl Policy {
    fn read(app: &Object) -> Self {
        let automated = app.value.at("spec.syncPolicy.automated");
        let (on, self_heal) = acts_by_itself(app);
        Self {
            automated: on,
            prune: automated.bool_at("prune"),
            self_heal,
            allow_empty: automated.bool_at("allowEmpty"),
        }
    }
}

/// Whether an application syncs new commits by itself, and whether it heals by itself.
pub(crate) fn acts_by_itself(app: &Object) -> (bool, bool) {
    let automated = app.value.at("spec.syncPolicy.automated");
    let on = !automated.is_null() && automated.at("enabled").as_bool() != Some(false);
    (on, on && automated.bool_at("selfHeal"))
}
