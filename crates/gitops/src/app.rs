//! An Application's spec, read.

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
    /// `spec.source.kustomize`, or null.
    pub kustomize: Value,
    /// `spec.source.helm`, or null, with the release's name in it.
    pub helm: Value,
    pub namespace: String,
    pub policy: Policy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    pub automated: bool,
    pub prune: bool,
    pub self_heal: bool,
    pub allow_empty: bool,
    pub create_namespace: bool,
    /// Attempts after the first; Argo CD's default is 5 for automated syncs.
    pub retries: u32,
}

/// The fields of `spec.source.kustomize` that are here.
const KUSTOMIZE: &[&str] = &[
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "commonAnnotations",
    "images",
    "replicas",
    "patches",
    "components",
];

/// The fields of `spec.source.helm` that are here.
const HELM: &[&str] = &[
    "releaseName",
    "values",
    "valuesObject",
    "valueFiles",
    "ignoreMissingValueFiles",
    "parameters",
    "fileParameters",
    "skipCrds",
    "skipTests",
    "skipSchemaValidation",
    "namespace",
    "kubeVersion",
    "apiVersions",
];

impl Spec {
    /// Reads `spec`; an error is the message of an `InvalidSpecError` condition.
    pub fn read(app: &Object) -> Result<Self, String> {
        let spec = app.value.at("spec");
        let text = |path: &str| spec.str_at(path).to_string();
        let repo_url = text("source.repoURL");
        if repo_url.is_empty() {
            return Err("spec.source.repoURL and either spec.source.path or spec.source.chart are required".into());
        }
        if !spec.at("sources").is_null() {
            return Err("spec.sources sources are real Argo CD, but not part of this sandbox yet".into());
        }
        let kustomize = spec.at("source.kustomize");
        for (what, known) in [("kustomize", KUSTOMIZE), ("helm", HELM)] {
            let mut fields = spec.at("source").at(what).entries().keys();
            if let Some(field) = fields.find(|field| !known.contains(&field.as_ref())) {
                let told = "is real Argo CD, but not part of this sandbox yet";
                return Err(format!("spec.source.{what}.{field} {told}"));
            }
        }
        let mut helm = spec.at("source.helm").clone();
        if helm.str_at("releaseName").is_empty() {
            helm.put("releaseName", app.name());
        }
        let server = text("destination.server");
        if !server.is_empty() && server != "https://kubernetes.default.svc" {
            return Err(format!("error getting cluster by server \"{server}\": cluster \"{server}\" not found"));
        }
        let automated = spec.at("syncPolicy.automated");
        let options = spec.at("syncPolicy.syncOptions");
        let has = |name: &str| options.items().iter().any(|option| option.as_str() == Some(name));
        let target = text("source.targetRevision");
        Ok(Self {
            repo_url,
            path: text("source.path"),
            target: if target.is_empty() { "HEAD".into() } else { target },
            recurse: spec.bool_at("source.directory.recurse"),
            kustomize: kustomize.clone(),
            helm,
            namespace: text("destination.namespace"),
            policy: Policy {
                automated: !automated.is_null() && automated.at("enabled").as_bool() != Some(false),
                prune: automated.bool_at("prune"),
                self_heal: automated.bool_at("selfHeal"),
                allow_empty: automated.bool_at("allowEmpty"),
                create_namespace: has("CreateNamespace=true"),
                retries: spec.int_at("syncPolicy.retry.limit").and_then(|n| u32::try_from(n).ok()).unwrap_or(5),
            },
        })
    }
}
