//! The roles that are there from the start (Kubernetes 1.32, `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`).

use crate::api::Writer;
use crate::engine::Cluster;
use crate::kinds;
use manifest::{Value, list, object};
use sim::Sim;

/// Everybody whose name is known.
const KNOWN: &str = "system:authenticated";
const PUBLIC: [&str; 5] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
const DISCOVERY: [&str; 11] = [
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
];
const ISSUER: [&str; 4] =
    ["/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"];

fn metadata(name: &str) -> Value {
    object! {
        "annotations" => object! { "rbac.authorization.kubernetes.io/autoupdate" => "true" },
        "labels" => object! { "kubernetes.io/bootstrapping" => "rbac-defaults" }, "name" => name,
    }
}

impl Cluster {
    /// The roles for people, and what everybody may see and ask.
    /// Unlike kubernetes: the roles of the system's own parts are not there.
    pub(crate) fn found_roles(&mut self, sim: &mut Sim, writer: &Writer) {
        let read = list!["get", "list", "watch"];
        let write = list!["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
        let namespaced = || {
            let rule = |groups: Value, resources: Value, verbs: &Value| {
                object! { "apiGroups" => groups, "resources" => resources, "verbs" => verbs.clone() }
            };
            let core = list![
                "configmaps",
                "endpoints",
                "events",
                "persistentvolumeclaims",
                "pods",
                "pods/log",
                "pods/status",
                "replicationcontrollers",
                "serviceaccounts",
                "services"
            ];
            let wide = list!["apps", "autoscaling", "batch", "networking.k8s.io", "policy"];
            (rule, core, wide)
        };
        let (rule, core, wide) = namespaced();
        let view = vec![rule(list![""], core.clone(), &read), rule(wide.clone(), list!["*"], &read)];
        let secrets = list!["secrets", "pods/exec", "pods/attach", "pods/portforward", "pods/eviction"];
        let edit =
            vec![rule(list![""], core, &write), rule(list![""], secrets, &write), rule(wide, list!["*"], &write)];
        let mut admin = edit.clone();
        admin.push(rule(list!["rbac.authorization.k8s.io"], list!["roles", "rolebindings"], &write));
        let all = vec![rule(list!["*"], list!["*"], &list!["*"])];
        for (name, rules) in [("admin", admin), ("cluster-admin", all), ("edit", edit), ("view", view)] {
            self.found_role(sim, writer, name, rules, &[]);
        }
        let urls = |all: &[&str]| all.iter().copied().map(Value::from).collect::<Value>();
        let reviews = |group: &str, resources: Value| {
            object! { "apiGroups" => list![group], "resources" => resources, "verbs" => list!["create"] }
        };
        let look = |paths: &[&str]| vec![object! { "nonResourceURLs" => urls(paths), "verbs" => list!["get"] }];
        let own = vec![
            reviews("authorization.k8s.io", list!["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            reviews("authentication.k8s.io", list!["selfsubjectreviews"]),
        ];
        self.found_role(sim, writer, "system:basic-user", own, &[KNOWN]);
        self.found_role(sim, writer, "system:discovery", look(&DISCOVERY), &[KNOWN]);
        self.found_role(sim, writer, "system:public-info-viewer", look(&PUBLIC), &[KNOWN, "system:unauthenticated"]);
        let accounts = "system:serviceaccounts";
        self.found_role(sim, writer, "system:service-account-issuer-discovery", look(&ISSUER), &[accounts]);
        self.found_binding(sim, writer, "cluster-admin", &["system:masters"]);
    }

    fn found_role(&mut self, sim: &mut Sim, writer: &Writer, name: &str, rules: Vec<Value>, groups: &[&str]) {
        let role = object! { "metadata" => metadata(name), "rules" => rules };
        self.create(sim, kinds::CLUSTERROLE, "", role, writer).expect("the role is valid");
        if !groups.is_empty() {
            self.found_binding(sim, writer, name, groups);
        }
    }

    fn found_binding(&mut self, sim: &mut Sim, writer: &Writer, name: &str, groups: &[&str]) {
        let subject = |group: &&str| object! { "kind" => "Group", "name" => *group };
        let binding = object! {
            "metadata" => metadata(name), "roleRef" => object! { "kind" => "ClusterRole", "name" => name },
            "subjects" => groups.iter().map(subject).collect::<Value>(),
        };
        self.create(sim, kinds::CLUSTERROLEBINDING, "", binding, writer).expect("the binding is valid");
    }
}
