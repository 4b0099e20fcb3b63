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
        if !spec.at("ignoreDifferences").is_null() {
            return Err("spec.ignoreDifferences is real Argo CD, but not part of this sandbox yet".into());
        }
        let target = text("source.targetRevision");
        Ok(Self {
            repo_url,
            path: text("source.path"),
            target: if target.is_empty() { "HEAD".into() } else { target },
            recurse: spec.bool_at("source.directory.recurse"),
            kustomize: kustomize.clone(),
            helm,
            namespace: text("destination.namespace"),
            policy: Policy::read(app)?,
        })
    }
}

impl Policy {
    fn read(app: &Object) -> Result<Self, String> {
        let policy = app.value.at("spec.syncPolicy");
        let known = |option: &str| matches!(option, "CreateNamespace=true" | "CreateNamespace=false");
        let options: Vec<&str> = policy.at("syncOptions").items().iter().filter_map(Value::as_str).collect();
        if let Some(option) = options.iter().find(|option| !known(option)) {
            return Err(format!("the sync option {option} is real Argo CD, but not part of this sandbox yet"));
        }
        let (automated, self_heal) = acts_by_itself(app);
        Ok(Self {
            automated,
            prune: policy.bool_at("automated.prune"),
            self_heal,
            allow_empty: policy.bool_at("automated.allowEmpty"),
            create_namespace: options.contains(&"CreateNamespace=true"),
            retries: policy.int_at("retry.limit").and_then(|n| u32::try_from(n).ok()).unwrap_or(5),
        })
    }
}

/// Whether an application syncs new commits by itself, and whether it heals by itself.
pub(crate) fn acts_by_itself(app: &Object) -> (bool, bool) {
    let automated = app.value.at("spec.syncPolicy.automated");
    let on = !automated.is_null() && automated.at("enabled").as_bool() != Some(false);
    (on, on && automated.bool_at("selfHeal"))
}
