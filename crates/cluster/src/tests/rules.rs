//! Quotas, limit ranges, roles, ingresses, network policies and custom kinds.

use super::{World, deployment, learner};
use crate::{
    Attempt, CUSTOMRESOURCEDEFINITION, DeleteOptions, INGRESS, KindId, POD, RESOURCEQUOTA, ROLEBINDING, Status, User,
};
use manifest::{Value, object};
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn try_create(world: &mut World, kind: KindId, yaml: &str) -> Result<(), Status> {
    let value = Value::from_yaml(yaml).expect("valid YAML");
    world.cluster.create(&mut world.sim, kind, "default", value, &learner()).map(drop)
}

fn pod(name: &str, resources: &str) -> String {
    format!("metadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: i, resources: {resources}}}]}}")
}

#[test]
fn quotas_count_and_refuse() {
    let mut world = World::new(1, 2);
    world.apply("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: 2, requests.cpu: '1', limits.memory: 1Gi}}");
    let told = try_create(&mut world, POD, &pod("a", "{requests: {cpu: 300m}}")).unwrap_err().message;
    assert_eq!(told, "pods \"a\" is forbidden: failed quota: q: must specify limits.memory for: c");
    try_create(&mut world, POD, &pod("a", "{requests: {cpu: 600m}, limits: {memory: 512Mi}}")).unwrap();
    let told =
        try_create(&mut world, POD, &pod("b", "{requests: {cpu: 500m}, limits: {memory: 512Mi}}")).unwrap_err().message;
    assert_eq!(
        told,
        "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1"
    );
    world.run(secs(1));
    assert_eq!(world.table(RESOURCEQUOTA), "q|pods: 1/2, requests.cpu: 600m/1|limits.memory: 512Mi/1Gi|1s\n");
    world.apply(
        &(deployment("web", "web:1", 3) + "        resources: {requests: {cpu: 100m}, limits: {memory: 64Mi}}\n"),
    );
    world.run(secs(5));
    assert_eq!(world.pods().len(), 2);
    let found = world.events().iter().any(|e| {
        e.starts_with("Warning FailedCreate Error creating: pods \"web-")
            && e.contains("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2")
    });
    assert!(found, "{:?}", world.events());
    world.cluster.delete(&mut world.sim, (POD, "default", "a"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(60));
    assert!(world.table(RESOURCEQUOTA).starts_with("q|pods: 2/2, requests.cpu: 200m/1|"));
}

#[test]
fn limit_ranges_fill_in_and_refuse() {
    let mut world = World::new(2, 1);
    world.apply(
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, default: {cpu: 500m}, defaultRequest: \
         {cpu: 200m}, max: {memory: 1Gi}, min: {cpu: 100m}}]}",
    );
    try_create(&mut world, POD, &pod("a", "{}")).unwrap();
    let a = world.get(POD, "a");
    assert_eq!(
        a.value.at("spec.containers[0].resources").to_json(),
        r#"{"limits":{"cpu":"500m","memory":"1Gi"},"requests":{"cpu":"200m","memory":"1Gi"}}"#
    );
    assert_eq!(a.value.str_at("status.qosClass"), "Burstable");
    let told =
        try_create(&mut world, POD, &pod("b", "{requests: {cpu: 50m}, limits: {memory: 2Gi}}")).unwrap_err().message;
    assert_eq!(
        told,
        "pods \"b\" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container \
         is 1Gi, but limit is 2Gi]"
    );
}

#[test]
fn roles_allow() {
    let mut world = World::new(3, 0);
    world.apply(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\nrules: [{apiGroups: [''], resources: [pods], \
         verbs: [get, list]}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: read}\nroleRef: {kind: \
         Role, name: reader}\nsubjects: [{kind: User, name: ann}, {kind: ServiceAccount, name: robot, namespace: default}]\n",
    );
    let ann = User { name: "ann".into(), groups: vec!["system:authenticated".into()] };
    let wants = |verb: &str, resource: &str, namespace: &str| Attempt {
        verb: verb.into(),
        resource: resource.into(),
        namespace: namespace.into(),
        ..Attempt::default()
    };
    let reason = world.cluster.allowed(&ann, &wants("list", "pods", "default"));
    assert_eq!(
        reason.as_deref(),
        Some("RBAC: allowed by RoleBinding \"read/default\" of Role \"reader\" to User \"ann\"")
    );
    assert!(
        world.cluster.allowed(&User::service_account("default", "robot"), &wants("get", "pods", "default")).is_some()
    );
    let refused = world.cluster.authorize(&ann, &wants("delete", "pods", "default")).unwrap_err();
    assert_eq!(
        refused.message,
        "pods is forbidden: User \"ann\" cannot delete resource \"pods\" in API group \"\" in the namespace \"default\""
    );
    assert!(world.cluster.allowed(&ann, &wants("list", "pods", "kube-system")).is_none());
    let masters = User { name: "admin".into(), groups: vec!["system:masters".into()] };
    assert!(world.cluster.allowed(&masters, &wants("delete", "nodes", "")).is_some());
    let review = object! { "spec" => object! { "resourceAttributes" => object! { "resource" => "pods", "verb" => "list", "namespace" => "default" } } };
    assert!(world.cluster.review_access(&ann, &review).bool_at("status.allowed"));
    assert_eq!(world.table(ROLEBINDING), "read|Role/reader|0s\n");
}

#[test]
fn network_policies_isolate() {
    let mut world = World::new(4, 2);
    for name in ["web", "api", "db"] {
        world.apply(&deployment(name, "web:1", 1));
    }
    world.run(secs(5));
    let pod = |world: &World, app: &str| world.pods().into_iter().find(|pod| pod.label("app") == app).unwrap();
    let talks = |world: &World, from: &str, to: &str, port: i64| {
        world.cluster.traffic_allowed(&pod(world, from), &pod(world, to), port, "TCP")
    };
    assert!(talks(&world, "web", "db", 5_432));
    world.apply(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\nspec: {podSelector: {matchLabels: {app: db}}, ingress: \
         [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}\n",
    );
    assert!(!talks(&world, "web", "db", 5_432) && talks(&world, "api", "db", 5_432) && !talks(&world, "api", "db", 80));
    assert!(talks(&world, "db", "web", 80), "egress is not limited");
    world.apply("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: none}\nspec: {podSelector: {}, policyTypes: [Egress]}\n");
    assert!(!talks(&world, "db", "web", 80) && !talks(&world, "api", "db", 5_432));
}

#[test]
fn ingresses_route() {
    let mut world = World::new(5, 0);
    let path = |path: &str, service: &str| {
        format!("{{path: {path}, pathType: Prefix, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}")
    };
    world.apply(&format!(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: nginx}}\nspec: {{controller: k8s.io/ingress-nginx}}\n---\n\
         apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: shop}}\nspec: {{ingressClassName: nginx, rules: [{{host: \
         shop.local, http: {{paths: [{}, {}]}}}}]}}\n",
        path("/", "web"),
        path("/api", "api")
    ));
    world.run(secs(2));
    assert_eq!(world.table(INGRESS), "shop|nginx|shop.local|192.168.49.2|80|2s\n");
    let service = |path: &str| world.cluster.route("shop.local", path).map(|(_, service, _)| service);
    assert_eq!((service("/api/cart").as_deref(), service("/apis").as_deref()), (Some("api"), Some("web")));
    assert!(world.cluster.route("other.local", "/").is_none());
    let told = try_create(
        &mut world,
        INGRESS,
        "metadata: {name: x}\nspec: {rules: [{http: {paths: [{path: /, backend: {service: {name: s, port: {number: 1}}}}]}}]}",
    );
    assert_eq!(
        told.unwrap_err().message,
        "Ingress.networking.k8s.io \"x\" is invalid: spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"
    );
}

const BACKUPS: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: backups.encore.dev}\nspec:\n  \
    group: encore.dev\n  scope: Namespaced\n  names: {plural: backups, kind: Backup, shortNames: [bk]}\n  versions:\n  - name: v1\n    \
    served: true\n    storage: true\n    subresources: {status: {}}\n    additionalPrinterColumns: [{name: Size, type: string, jsonPath: \
    .spec.size}]\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [size], properties: {size: {type: \
    string, enum: [small, large]}, keep: {type: integer, minimum: 1, default: 7}}}, status: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}\n";

#[test]
fn definitions_make_kinds() {
    let mut world = World::new(6, 0);
    world.apply(BACKUPS);
    world.run(secs(1));
    let definition = world.cluster.get(CUSTOMRESOURCEDEFINITION, "", "backups.encore.dev").unwrap();
    assert!(crate::condition_true(&definition.value, "Established"));
    let kind = world.cluster.store().kinds().find("bk").expect("the kind is known").id;
    let mut refused =
        |spec: &str| try_create(&mut world, kind, &format!("metadata: {{name: b}}\nspec: {spec}")).unwrap_err().message;
    assert_eq!(refused("{keep: 3}"), "Backup.encore.dev \"b\" is invalid: spec.size: Required value");
    assert_eq!(
        refused("{size: huge, keep: 0}"),
        "Backup.encore.dev \"b\" is invalid: [spec.keep: Invalid value: 0: spec.keep in body should be greater than or equal to 1, \
         spec.size: Unsupported value: \"huge\": supported values: \"large\", \"small\"]"
    );
    assert_eq!(
        refused("{size: small, keep: many}"),
        "Backup.encore.dev \"b\" is invalid: spec.keep: Invalid value: \"string\": spec.keep in body must be of type integer: \"string\""
    );
    assert_eq!(
        refused("{size: small, color: red}"),
        "Backup in version \"v1\" cannot be handled as a Backup: strict decoding error: unknown field \"spec.color\""
    );
    try_create(&mut world, kind, "metadata: {name: b}\nspec: {size: small}").unwrap();
    assert_eq!(world.get(kind, "b").value.int_at("spec.keep"), Some(7));
    assert_eq!(world.table(kind), "b|small\n");
    let at = (CUSTOMRESOURCEDEFINITION, "", "backups.encore.dev");
    world.cluster.delete(&mut world.sim, at, DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(1));
    assert!(world.cluster.store().kinds().find("backups").is_none());
    assert!(world.list(kind).is_empty());
}
