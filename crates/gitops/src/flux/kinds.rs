//! The kinds of Flux: a row each, from which their definitions are made (the CRDs of Flux 2.7). Schemas know the fields of
//! a spec and their types; what is deeper is looked at by the controllers.

use cluster::{Cluster, KindId};
use manifest::{Value, object};

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
        missing: "healthCheckExprs decryption kubeConfig serviceAccountName ignoreMissingComponents",
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

const READY: &str = ".status.conditions[?(@.type==\"Ready\")].";

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

    fn column(word: &str) -> Value {
        let (name, path) = match word {
            "AGE" => ("Age", ".metadata.creationTimestamp".to_string()),
            "READY" => ("Ready", [READY, "status"].concat()),
            "STATUS" => ("Status", [READY, "message"].concat()),
            _ => word.split_once('=').map_or((word, String::new()), |(name, path)| (name, path.to_string())),
        };
        let kind = if word == "AGE" { "date" } else { "string" };
        object! { "name" => name.replace('~', " "), "type" => kind, "jsonPath" => path }
    }

    fn spec_schema(&self) -> Value {
        let (mut properties, mut required) = (Value::map(), Vec::new());
        for word in self.fields.split_whitespace() {
            let (word, fallback) = word.split_once('=').map_or((word, ""), |(word, fallback)| (word, fallback));
            let must = word.ends_with('!');
            let word = word.trim_end_matches('!');
            let any = |kind: &str| object! { "type" => kind, "x-kubernetes-preserve-unknown-fields" => true };
            let (name, mut schema) = match word.char_indices().next_back() {
                Some((at, '?')) => (&word[..at], object! { "type" => "boolean" }),
                Some((at, '#')) => (&word[..at], object! { "type" => "integer" }),
                Some((at, '*')) => (&word[..at], any("object")),
                Some((_, ']')) => (
                    word.trim_end_matches("[]"),
                    object! { "type" => "array", "items" => object! { "x-kubernetes-preserve-unknown-fields" => true } },
                ),
                _ => (word, object! { "type" => "string" }),
            };
            if !fallback.is_empty() {
                schema.put("default", fallback);
            }
            if must {
                required.push(Value::from(name));
            }
            properties.put(name, schema);
        }
        object! { "type" => "object", "properties" => properties, "required" => Value::list(required) }
    }

    /// The kind's definition.
    pub(crate) fn definition(&self) -> Value {
        let any = object! { "type" => "object", "x-kubernetes-preserve-unknown-fields" => true };
        let schema = object! {
            "type" => "object",
            "properties" => object! { "spec" => self.spec_schema(), "status" => any },
        };
        let version = object! {
            "name" => self.version, "served" => true, "storage" => true,
            "schema" => object! { "openAPIV3Schema" => schema },
            "subresources" => object! { "status" => Value::map() },
            "additionalPrinterColumns" => self.columns.split_whitespace().map(Self::column).collect::<Value>(),
        };
        let names = object! {
            "kind" => self.kind, "listKind" => [self.kind, "List"].concat(), "plural" => self.plural,
            "singular" => self.kind.to_lowercase(),
            "shortNames" => self.short.split_whitespace().map(Value::from).collect::<Value>(),
        };
        object! {
            "apiVersion" => "apiextensions.k8s.io/v1",
            "kind" => "CustomResourceDefinition",
            "metadata" => object! { "name" => self.crd() },
            "spec" => object! {
                "group" => self.api_group(), "names" => names, "scope" => "Namespaced",
                "versions" => Value::list(vec![version]),
            },
        }
    }
}

/// A kind as the cluster knows it; nothing where its definition is not there.
pub fn kind_of(cluster: &Cluster, row: usize) -> Option<KindId> {
    let row = ROWS.get(row)?;
    cluster.store().kinds().of_manifest(&row.api_version(), row.kind).map(|info| info.id)
}
