//! Who a resource is: group, version, kind, name and namespace, and how two of them compare.

use manifest::Value;

/// `_` stands for the core group. Kinds that belong to no namespace, by `group/version`, of Kustomize's built-in schema.
const CLUSTER_SCOPED: &str = "\
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration ValidatingWebhookConfiguration
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration ValidatingWebhookConfiguration
apiextensions.k8s.io/v1 CustomResourceDefinition
apiextensions.k8s.io/v1beta1 CustomResourceDefinition
apiregistration.k8s.io/v1 APIService
apiregistration.k8s.io/v1beta1 APIService
certificates.k8s.io/v1 CertificateSigningRequest
certificates.k8s.io/v1beta1 CertificateSigningRequest
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema PriorityLevelConfiguration
internal.apiserver.k8s.io/v1alpha1 StorageVersion
networking.k8s.io/v1 IngressClass
networking.k8s.io/v1beta1 IngressClass
node.k8s.io/v1 RuntimeClass
node.k8s.io/v1beta1 RuntimeClass
policy/v1beta1 PodSecurityPolicy
rbac.authorization.k8s.io/v1 ClusterRole ClusterRoleBinding
rbac.authorization.k8s.io/v1beta1 ClusterRole ClusterRoleBinding
scheduling.k8s.io/v1 PriorityClass
scheduling.k8s.io/v1beta1 PriorityClass
storage.k8s.io/v1 CSIDriver CSINode StorageClass VolumeAttachment
storage.k8s.io/v1beta1 CSIDriver CSINode StorageClass VolumeAttachment
v1 ComponentStatus Namespace Node PersistentVolume";

/// Group, version and kind; empty parts of a selector fit anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gvk {
    pub group: String,
    pub version: String,
    pub kind: String,
}

impl Gvk {
    pub fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    pub fn from_fields(value: &Value) -> Self {
        let text = |field: &str| value.str_at(field).to_string();
        Self { group: text("group"), version: text("version"), kind: text("kind") }
    }

    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { [&self.group, "/", &self.version].concat() }
    }

    pub fn selected_by(&self, selector: &Self) -> bool {
        let fits = |have: &str, want: &str| want.is_empty() || want == have;
        fits(&self.group, &selector.group) && fits(&self.version, &selector.version) && fits(&self.kind, &selector.kind)
    }

    pub fn cluster_scoped(&self) -> bool {
        let api_version = self.api_version();
        let mut lines = CLUSTER_SCOPED.lines().filter_map(|line| line.split_once(' '));
        lines.any(|(version, kinds)| version == api_version && kinds.split(' ').any(|kind| kind == self.kind))
    }

    /// `Deployment.v1.apps`.
    pub fn shown(&self) -> String {
        let or = |text: &str, none: &'static str| if text.is_empty() { none.to_string() } else { text.to_string() };
        [or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"), or(&self.group, "[noGrp]")].join(".")
    }
}

pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Id {
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
    pub cluster_scoped: bool,
}

impl Id {
    /// From the fields of a selector.
    pub fn from_fields(value: &Value) -> Self {
        let text = |field: &str| value.str_at(field).to_string();
        Self { gvk: Gvk::from_fields(value), name: text("name"), namespace: text("namespace"), cluster_scoped: false }
    }

    pub fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.cluster_scoped => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    pub fn same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    pub fn equals(&self, other: &Self) -> bool {
        self.same_namespace(other) && self.name == other.name && self.gvk == other.gvk
    }

    pub fn selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.same_namespace(self))
            && self.gvk.selected_by(&selector.gvk)
    }

    /// `Deployment.v1.apps/web.[noNs]`.
    pub fn shown(&self) -> String {
        let namespace = if self.namespace.is_empty() { "[noNs]" } else { &self.namespace };
        let name = if self.name.is_empty() { "[noName]" } else { &self.name };
        [&self.gvk.shown(), "/", name, ".", namespace].concat()
    }

    /// As Go's `%#v` prints a `resid.ResId`.
    pub fn in_go(&self) -> String {
        let q = crate::failure::quoted;
        let scoped = if self.cluster_scoped { "true" } else { "false" };
        let gvk = [
            "resid.Gvk{Group:",
            &q(&self.gvk.group),
            ", Version:",
            &q(&self.gvk.version),
            ", Kind:",
            &q(&self.gvk.kind),
            ", isClusterScoped:",
            scoped,
            "}",
        ];
        ["resid.ResId{Gvk:", &gvk.concat(), ", Name:", &q(&self.name), ", Namespace:", &q(&self.namespace), "}"]
            .concat()
    }
}
