//! `.Capabilities`: what a cluster can. Without one, what Helm 3.17.2 was built for.

use gotemplate::{ListKind, Object, Val};
use std::rc::Rc;

/// The version of Helm that this is.
pub const HELM_VERSION: &str = "v3.17.2";
pub const GIT_COMMIT: &str = "cc0bbbd6d6276b83880042c1ecb34087e84d41eb";
pub const GO_VERSION: &str = "go1.23.7";
/// The Kubernetes version that it takes for granted.
pub const KUBE_VERSION: &str = "v1.32.0";

pub const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1alpha1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1alpha1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[derive(Debug, Clone, PartialEq)]
pub struct Capabilities {
    /// With its `v`.
    pub kube_version: String,
    pub api_versions: Vec<String>,
}

impl Default for Capabilities {
    fn default() -> Self {
        let api_versions = API_VERSIONS.iter().map(|version| (*version).to_string()).collect();
        Self { kube_version: KUBE_VERSION.into(), api_versions }
    }
}

impl Capabilities {
    pub(crate) fn to_val(&self) -> Val {
        let parsed = crate::semver::Version::parse(&self.kube_version);
        let (major, minor) = parsed.map_or((1, 32), |version| (version.major, version.minor));
        let kube = Val::Object(Rc::new(Object {
            type_name: "chartutil.KubeVersion",
            fields: vec![
                ("Version", Val::text(self.kube_version.as_str())),
                ("Major", Val::text(major.to_string())),
                ("Minor", Val::text(minor.to_string())),
            ],
            text: Some(self.kube_version.as_str().into()),
        }));
        let versions = self.api_versions.iter().map(|version| Val::text(version.as_str())).collect();
        let helm = Val::Object(Rc::new(Object {
            type_name: "version.BuildInfo",
            fields: vec![
                ("Version", Val::text(HELM_VERSION)),
                ("GitCommit", Val::text(GIT_COMMIT)),
                ("GitTreeState", Val::text("clean")),
                ("GoVersion", Val::text(GO_VERSION)),
            ],
            text: None,
        }));
        Val::Object(Rc::new(Object {
            type_name: "*chartutil.Capabilities",
            fields: vec![
                ("KubeVersion", kube),
                ("APIVersions", Val::List(ListKind::Named("chartutil.VersionSet"), Rc::new(versions))),
                ("HelmVersion", helm),
            ],
            text: None,
        }))
    }
}

/// The methods of these types.
pub(crate) fn method(of: &Val, name: &str) -> Option<&'static str> {
    match (of.type_name(), name) {
        ("chartutil.KubeVersion", "String" | "GitVersion") => Some(""),
        ("chartutil.VersionSet", "Has") => Some("s"),
        _ => None,
    }
}

pub(crate) fn call(of: &Val, args: &[Val]) -> Val {
    match of {
        Val::Object(object) => object.fields.first().map_or(Val::Nil, |(_, value)| value.clone()),
        other => {
            let asked = args.first().and_then(Val::as_str);
            Val::Bool(other.items().unwrap_or(&[]).iter().any(|item| item.as_str() == asked))
        }
    }
}
