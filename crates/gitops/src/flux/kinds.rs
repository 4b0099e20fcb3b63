//! The kinds of Flux: a row each, from which their definitions are made (the CRDs of Flux 2.7). Schemas know the fields of
//! a spec and their types; what is deeper is looked at by the controllers.

use cluster::{Cluster, KindId};
use manifest::Value;

/// A kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub kind: &'static str,
    /// `source` of `source.toolkit.fluxcd.io`.
    pub group: &'static str,
    pub version: &'static str,
    pub plural: &'static str,
    short: &'static str,
    pub controller: &'static str,
    /// As `flux` calls one of them: `source git`.
    pub human: &'static str,
    /// Heading and path, or a heading alone for those that many have.
    columns: &'static str,
    /// Names with their types: `!` must be given, `?` yes or no, `#` a number, `*` a map, `[]` a list, `=` a default.
    fields: &'static str,
    /// Fields of the real one that this sandbox does not have, by their paths in the spec.
    pub missing: &'static str,
}

pub const GIT: usize = 0;
pub const HELM_REPOSITORY: usize = 1;
pub const CHART: usize = 2;
pub const KUSTOMIZATION: usize = 3;
pub const RELEASE: usize = 4;
pub const IMAGE_REPOSITORY: usize = 5;
pub const POLICY: usize = 6;
pub const AUTOMATION: usize = 7;

pub const ROWS: [Row; 8] = [
    Row {
        kind: "GitRepository",
        group: "source",
        version: "v1",
        plural: "gitrepositories",
        short: "gitrepo",
        controller: "source-controller",
        human: "source git",
        columns: "URL=.spec.url AGE READY STATUS",
        fields: "url! interval! ref* timeout=60s ignore suspend? secretRef* provider verify* proxySecretRef* recurseSubmodules? \
                 include[] sparseCheckout[] serviceAccountName",
        missing: "secretRef provider verify proxySecretRef recurseSubmodules include sparseCheckout serviceAccountName ref.name",
    },
    Row {
        kind: "HelmRepository",
        group: "source",
        version: "v1",
        plural: "helmrepositories",
        short: "helmrepo",
        controller: "source-controller",
        human: "source helm",
        columns: "URL=.spec.url AGE READY STATUS",
        fields: "url! interval type timeout suspend? provider insecure? passCredentials? secretRef* certSecretRef* accessFrom*",
        missing: "",
    },
    Row {
        kind: "HelmChart",
        group: "source",
        version: "v1",
        plural: "helmcharts",
        short: "hc",
        controller: "source-controller",
        human: "source chart",
        columns: "Chart=.spec.chart Version=.spec.version Source~Kind=.spec.sourceRef.kind Source~Name=.spec.sourceRef.name \
                  AGE READY STATUS",
        fields: "chart! interval! sourceRef*! version=* valuesFiles[] reconcileStrategy=ChartVersion suspend? verify* \
                 ignoreMissingValuesFiles?",
        missing: "verify",
    },
    Row {
        kind: "Kustomization",
        group: "kustomize",
        version: "v1",
        plural: "kustomizations",
        short: "ks",
        controller: "kustomize-controller",
        human: "kustomization",
        columns: "AGE READY STATUS",
        fields: "interval! prune?! sourceRef*! path retryInterval timeout wait? healthChecks[] healthCheckExprs[] dependsOn[] \
                 suspend? force? targetNamespace postBuild* patches[] images[] components[] namePrefix nameSuffix \
                 commonMetadata* deletionPolicy decryption* kubeConfig* serviceAccountName ignoreMissingComponents?",
        missing: "healthCheckExprs decryption.serviceAccountName kubeConfig serviceAccountName ignoreMissingComponents",
    },
    Row {
        kind: "HelmRelease",
        group: "helm",
        version: "v2",
        plural: "helmreleases",
        short: "hr",
        controller: "helm-controller",
        human: "helmrelease",
        columns: "AGE READY STATUS",
        fields: "interval! chart* chartRef* values* valuesFrom[] releaseName targetNamespace storageNamespace install* upgrade* \
                 rollback* uninstall* test* timeout dependsOn[] suspend? driftDetection* maxHistory# persistentClient? \
                 postRenderers[] serviceAccountName kubeConfig* commonMetadata* healthCheckExprs[]",
        missing: "chartRef storageNamespace test driftDetection maxHistory postRenderers serviceAccountName kubeConfig \
                  commonMetadata healthCheckExprs install.crds upgrade.crds install.replace install.strategy upgrade.strategy \
                  upgrade.force upgrade.preserveValues chart.spec.verify rollback.force rollback.recreate",
    },
    Row {
        kind: "ImageRepository",
        group: "image",
        version: "v1",
        plural: "imagerepositories",
        short: "imgrepo imagerepo",
        controller: "image-reflector-controller",
        human: "image repository",
        columns: "Image=.spec.image Tags=.status.lastScanResult.tagCount READY STATUS Last~scan=.status.lastScanResult.scanTime AGE",
        fields: "image! interval! exclusionList[] suspend? timeout provider insecure? secretRef* certSecretRef* proxySecretRef* \
                 serviceAccountName accessFrom*",
        missing: "provider secretRef certSecretRef proxySecretRef serviceAccountName accessFrom exclusionList",
    },
    Row {
        kind: "ImagePolicy",
        group: "image",
        version: "v1",
        plural: "imagepolicies",
        short: "imgpol imagepol",
        controller: "image-reflector-controller",
        human: "image policy",
        columns: "Image=.status.latestRef.name Tag=.status.latestRef.tag READY STATUS AGE",
        fields: "imageRepositoryRef*! policy*! filterTags* digestReflectionPolicy=Never interval suspend?",
        missing: "interval",
    },
    Row {
        kind: "ImageUpdateAutomation",
        group: "image",
        version: "v1",
        plural: "imageupdateautomations",
        short: "iua imgupd imgauto",
        controller: "image-automation-controller",
        human: "image update",
        columns: "READY STATUS Last~run=.status.lastAutomationRunTime AGE",
        fields: "interval! sourceRef*! git* update* policySelector* suspend?",
        missing: "git.push.refspec git.push.options git.commit.signingKey git.commit.messageTemplateValues policySelector",
    },
];

impl Row {
    /// `source.toolkit.fluxcd.io`
    pub fn api_group(&self) -> String {
        [self.group, ".toolkit.fluxcd.io"].concat()
    }

    pub fn api_version(&self) -> String {
        [self.group, ".toolkit.fluxcd.io/", self.version].concat()
    }

    /// `gitrepositories.source.toolkit.fluxcd.io`
    pub fn crd(&self) -> String {
        [self.plural, ".", self.group, ".toolkit.fluxcd.io"].concat()
    }

    /// The kind's definition.
    pub(crate) fn definition(&self) -> Value {
        let (columns, properties, required) = parts(self.columns, self.fields);
        let singular = self.kind.to_lowercase();
        let short = self.short.replace(' ', ", ");
        let group = self.api_group();
        let filled = [
            ("KIND", self.kind),
            ("PLURAL", self.plural),
            ("SINGULAR", &singular),
            ("SHORT", &short),
            ("GROUP", &group),
            ("SERVED", self.version),
            ("COLUMNS", &columns),
            ("PROPERTIES", &properties),
            ("REQUIRED", &required),
            ("COMPONENT", self.controller),
        ];
        super::install::fill(DEFINITION, &filled)
    }
}

/// The columns of `kubectl get`, and the properties of a spec with the names of those that must be there, as YAML.
pub(crate) fn parts(columns: &str, fields: &str) -> (String, String, String) {
    let (words, fields, mut columns) = (columns, fields, String::new());
    let (mut properties, mut required) = (String::new(), String::new());
    for word in words.split_whitespace() {
        let (name, path) = match word {
            "AGE" => ("Age", ".metadata.creationTimestamp"),
            "READY" => ("Ready", ".status.conditions[?(@.type==\"Ready\")].status"),
            "STATUS" => ("Status", ".status.conditions[?(@.type==\"Ready\")].message"),
            _ => word.split_once('=').unwrap_or((word, "")),
        };
        let kind = if word == "AGE" { "date" } else { "string" };
        let name = name.replace('~', " ");
        columns.push_str(&["{name: '", &name, "', type: ", kind, ", jsonPath: '", path, "'}, "].concat());
    }
    for word in fields.split_whitespace() {
        let (word, fallback) = word.split_once('=').unwrap_or((word, ""));
        let must = word.ends_with('!');
        let word = word.trim_end_matches('!');
        let name = word.trim_end_matches(['?', '#', '*', '[', ']']);
        let kind = match &word[name.len()..] {
            "?" => "boolean",
            "#" => "integer",
            "*" => "object, x-kubernetes-preserve-unknown-fields: true",
            "[]" => "array, items: {x-kubernetes-preserve-unknown-fields: true}",
            _ => "string",
        };
        let fallback = if fallback.is_empty() { String::new() } else { [", default: '", fallback, "'"].concat() };
        properties.push_str(&[name, ": {type: ", kind, &fallback, "}, "].concat());
        if must {
            required.push_str(&[name, ", "].concat());
        }
    }
    (columns, properties, required)
}

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: PLURAL.GROUP
  labels: {LABELS, app.kubernetes.io/component: COMPONENT}
spec:
  group: GROUP
  names: {kind: KIND, listKind: KINDList, plural: PLURAL, singular: SINGULAR, shortNames: [SHORT]}
  scope: Namespaced
  versions:
  - name: SERVED
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns: [COLUMNS]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {PROPERTIES}, required: [REQUIRED]}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

/// A kind as the cluster knows it; nothing where its definition is not there.
pub fn kind_of(cluster: &Cluster, row: usize) -> Option<KindId> {
    let row = ROWS.get(row)?;
    cluster.store().kinds().of_manifest(&row.api_version(), row.kind).map(|info| info.id)
}
