//! What the API server answers.

use super::{World, deployment, learner};
use crate::{
    Apply, CONFIGMAP, ChangeKind, DEPLOYMENT, DeleteOptions, FieldSelector, KindId, KindInfo, LabelSelector, POD,
    PatchKind, SERVICE, Selectors, Status,
};
use expect_test::{Expect, expect};
use manifest::Value;

#[expect(clippy::needless_pass_by_value, reason = "an expectation is used once")]
fn check_refused(kind: KindId, yaml: &str, expected: Expect) {
    let mut world = World::new(1, 0);
    let value = Value::from_yaml(yaml).expect("valid YAML");
    let status =
        world.cluster.create(&mut world.sim, kind, "default", value, &learner()).expect_err("it must be refused");
    expected.assert_eq(&format!("{} {}: {}", status.code, status.reason, status.message));
}

#[test]
fn strict_decoding_names_unknown_fields_and_wrong_types() {
    let web = deployment("web", "web:1", 2);
    check_refused(
        DEPLOYMENT,
        &web.replace("containers:", "containerz:"),
        expect![[
            r#"400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.containerz""#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace("replicas: 2", "replicas: two"),
        expect![[
            r#"400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace("        ports", "        env: [{name: A, value: 1}]\n        ports"),
        expect![[
            r#"400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string"#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace("        ports", "        resources: {limits: {cpu: lots}}\n        ports"),
        expect![[
            r#"400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"#
        ]],
    );
}

#[test]
fn validation_speaks_like_the_api_server() {
    let web = deployment("web", "web:1", 2);
    check_refused(
        DEPLOYMENT,
        &web.replace("labels: {app: web}", "labels: {app: other}"),
        expect![[
            r#"422 Invalid: Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: map[string]string{"app":"other"}: `selector` does not match template `labels`"#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace("replicas: 2", "replicas: -1").replace("        image: web:1\n", ""),
        expect![[
            r#"422 Invalid: Deployment.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.template.spec.containers[0].image: Required value]"#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace("name: web}", "name: Web_1}"),
        expect![[
            r#"422 Invalid: Deployment.apps "Web_1" is invalid: metadata.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
        ]],
    );
    check_refused(
        DEPLOYMENT,
        &web.replace(
            "        ports",
            "        resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}\n        ports",
        ),
        expect![[
            r#"422 Invalid: Deployment.apps "web" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi"#
        ]],
    );
    check_refused(
        POD,
        "metadata: {name: p}\nspec: {restartPolicy: Sometimes, containers: []}",
        expect![[
            r#"422 Invalid: Pod "p" is invalid: [spec.containers: Required value, spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"]"#
        ]],
    );
    check_refused(
        SERVICE,
        "metadata: {name: s}\nspec: {ports: [{port: 0}]}",
        expect![[
            r#"422 Invalid: Service "s" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]"#
        ]],
    );
    check_refused(
        CONFIGMAP,
        "metadata: {name: c}\ndata: {'a b': x}",
        expect![[
            r#"422 Invalid: ConfigMap "c" is invalid: data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"#
        ]],
    );
}

#[test]
fn conflicts_absences_and_immutable_fields() {
    let mut world = World::new(1, 1);
    world.apply(&deployment("web", "web:1", 1));
    let message = |result: Result<_, Status>| result.map(|_: std::sync::Arc<crate::Object>| ()).unwrap_err().message;
    let stale = world.get(DEPLOYMENT, "web").value.clone();
    world.run(std::time::Duration::from_secs(5));
    assert_eq!(
        message(world.cluster.update(&mut world.sim, DEPLOYMENT, "default", stale.clone(), &learner())),
        "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your \
         changes to the latest version and try again"
    );
    assert_eq!(message(world.cluster.get(POD, "default", "nope").cloned()), "pods \"nope\" not found");
    let fresh = Value::from_yaml(&deployment("web", "web:1", 1)).unwrap();
    assert_eq!(
        message(world.cluster.create(&mut world.sim, DEPLOYMENT, "default", fresh, &learner())),
        "deployments.apps \"web\" already exists"
    );
    let other = Value::from_yaml(&deployment("web", "web:1", 1).replace("app: web", "app: new")).unwrap();
    assert_eq!(
        message(world.cluster.update(&mut world.sim, DEPLOYMENT, "default", other, &learner())),
        "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string\
         {\"app\":\"new\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"
    );
    let gone = world.cluster.create(&mut world.sim, DEPLOYMENT, "nowhere", stale, &learner());
    assert!(gone.is_err());
}

#[test]
fn apply_creates_configures_and_leaves_alone() {
    let mut world = World::new(1, 1);
    let value = |image: &str| Value::from_yaml(&deployment("web", image, 1)).unwrap();
    let mut apply =
        |value: &Value| world.cluster.apply(&mut world.sim, DEPLOYMENT, "default", value, &learner()).unwrap().0;
    assert_eq!(apply(&value("web:1")), Apply::Created);
    assert_eq!(apply(&value("web:1")), Apply::Unchanged);
    assert_eq!(apply(&value("web:2")), Apply::Configured);
    let mut smaller = value("web:2");
    smaller.remove("spec.template.spec.containers[0].ports");
    assert_eq!(apply(&smaller), Apply::Configured);
    let web = world.get(DEPLOYMENT, "web");
    assert!(web.value.at("spec.template.spec.containers[0].ports").is_null(), "what was dropped is dropped");
    assert_eq!(web.value.str_at("spec.template.spec.containers[0].imagePullPolicy"), "IfNotPresent");
    assert_eq!(web.generation(), 3);
    assert!(
        web.annotation("kubectl.kubernetes.io/last-applied-configuration").starts_with("{\"apiVersion\":\"apps/v1\"")
    );
}

#[test]
fn patches_with_unknown_fields_are_refused() {
    let mut world = World::new(1, 1);
    world.apply(&deployment("web", "web:1", 1));
    let patch = Value::from_yaml("spec: {replicaz: 3}").unwrap();
    let at = (DEPLOYMENT, "default", "web");
    let status = world.cluster.patch(&mut world.sim, at, PatchKind::Strategic, &patch, &learner()).unwrap_err();
    expect![[r#" "" is invalid: patch: Invalid value: map[spec:map[replicaz:3]]: strict decoding error: unknown field "spec.replicaz""#]].assert_eq(&status.message);
}

#[test]
fn json_patches_are_applied_or_refused() {
    let mut world = World::new(1, 1);
    world.apply(&deployment("web", "web:1", 1));
    let mut patch = |json: &str| {
        let patch = Value::from_json(json).unwrap();
        let at = (DEPLOYMENT, "default", "web");
        world.cluster.patch(&mut world.sim, at, PatchKind::Json, &patch, &learner()).map(|web| web.generation())
    };
    assert_eq!(patch(r#"[{"op":"replace","path":"/spec/replicas","value":3}]"#), Ok(2));
    let refused = patch(r#"[{"op":"remove","path":"/spec/nothing"}]"#).unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (422, "the server rejected our request due to an error in our request")
    );
}

#[test]
fn server_side_apply_knows_who_owns_what() {
    let mut world = World::new(1, 1);
    let value = |yaml: &str| Value::from_yaml(yaml).unwrap();
    let apply = |world: &mut World, yaml: &str, manager: &'static str, force: bool| {
        let writer = crate::Writer::new(manager, sim::Causes::none());
        world
            .cluster
            .server_apply(&mut world.sim, (DEPLOYMENT, "default"), &value(yaml), force, &writer)
            .map(|done| done.0)
    };
    let web = deployment("web", "web:1", 2);
    assert_eq!(apply(&mut world, &web, "kubectl", false), Ok(Apply::Created));
    assert_eq!(apply(&mut world, &web, "kubectl", false), Ok(Apply::Unchanged));
    let entry = world.get(DEPLOYMENT, "web").value.at("metadata.managedFields[0]").clone();
    assert_eq!((entry.str_at("manager"), entry.str_at("operation")), ("kubectl", "Apply"));
    let containers = entry.at("fieldsV1").at("f:spec.f:template.f:spec.f:containers");
    assert!(containers.get("k:{\"name\":\"web\"}").is_some(), "{}", entry.to_json());
    // Somebody else scales it.
    let scaler = crate::Writer::new("kubectl-scale", sim::Causes::none());
    let patch = value("spec: {replicas: 5}");
    world.cluster.patch(&mut world.sim, (DEPLOYMENT, "default", "web"), PatchKind::Merge, &patch, &scaler).unwrap();
    let refused = apply(&mut world, &web, "kubectl", false).unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (409, "Apply failed with 1 conflict: conflict with \"kubectl-scale\" using apps/v1: .spec.replicas")
    );
    let without = web.replace("  replicas: 2\n", "");
    assert_eq!(apply(&mut world, &without, "kubectl", false), Ok(Apply::Unchanged));
    assert_eq!(world.get(DEPLOYMENT, "web").value.int_at("spec.replicas"), Some(5));
    assert_eq!(apply(&mut world, &web, "kubectl", true), Ok(Apply::Configured));
    assert_eq!(world.get(DEPLOYMENT, "web").value.int_at("spec.replicas"), Some(2));
    // A field that its only owner drops goes.
    let labelled = web.replace("{name: web}\nspec", "{name: web, labels: {tier: front}}\nspec");
    apply(&mut world, &labelled, "kubectl", true).unwrap();
    assert_eq!(world.get(DEPLOYMENT, "web").label("tier"), "front");
    apply(&mut world, &web, "kubectl", true).unwrap();
    assert_eq!(world.get(DEPLOYMENT, "web").label("tier"), "");
}

#[test]
fn selectors_choose_by_labels_and_fields() {
    let mut world = World::new(1, 2);
    world.apply(&deployment("web", "web:1", 2));
    world.apply(&deployment("api", "web:1", 1));
    world.run(std::time::Duration::from_secs(5));
    let count = |labels: &str, fields: &str| {
        let selectors =
            Selectors { labels: LabelSelector::parse(labels).unwrap(), fields: FieldSelector::parse(fields).unwrap() };
        world.cluster.list(POD, Some("default"), &selectors).map(|all| all.len())
    };
    for (labels, wanted) in [
        ("app=web", 2),
        ("app!=web", 1),
        ("app in (web,api)", 3),
        ("!app", 0),
        ("app,pod-template-hash", 3),
        ("app notin (web)", 1),
    ] {
        assert_eq!(count(labels, "").unwrap(), wanted, "{labels}");
    }
    assert_eq!(count("", "status.phase=Running").unwrap(), 3);
    let on_first = count("", "spec.nodeName=node-000").unwrap();
    assert_eq!(on_first + count("", "spec.nodeName!=node-000").unwrap(), 3);
    assert_eq!(count("", "spec.color=red").unwrap_err().message, "field label not supported: spec.color");
}

#[test]
fn a_watch_sees_every_change_once() {
    let mut world = World::new(1, 1);
    let from = world.cluster.store().version();
    world.apply(&deployment("web", "web:1", 1));
    world.run(std::time::Duration::from_secs(5));
    let options = DeleteOptions::default();
    world.cluster.delete(&mut world.sim, (DEPLOYMENT, "default", "web"), options, &learner()).unwrap();
    let changes = world.cluster.store().changes_since(from).unwrap();
    let web: Vec<_> = changes.iter().filter(|c| c.key().kind == DEPLOYMENT).map(|c| c.kind).collect();
    assert_eq!((web.first(), web.last()), (Some(&ChangeKind::Added), Some(&ChangeKind::Deleted)));
    assert!(changes.windows(2).all(|pair| pair[0].version < pair[1].version));
}

#[test]
fn custom_kinds_are_stored_as_they_are() {
    let mut world = World::new(1, 0);
    let info = KindInfo {
        id: POD,
        group: "argoproj.io".into(),
        version: "v1alpha1".into(),
        kind: "Application".into(),
        plural: "applications".into(),
        singular: "application".into(),
        short_names: vec!["app".into(), "apps".into()],
        categories: Vec::new(),
        namespaced: true,
        status_subresource: false,
        columns: vec![crate::CustomColumn {
            name: "Sync Status".into(),
            json_path: ".status.sync.status".into(),
            wide: false,
        }],
    };
    let kind = world.cluster.register(info);
    let yaml = "metadata: {name: shop}\nspec: {anything: [goes]}\nstatus: {sync: {status: Synced}}";
    let value = Value::from_yaml(yaml).unwrap();
    world.cluster.create(&mut world.sim, kind, "default", value, &learner()).unwrap();
    assert_eq!(world.table(kind), "shop|Synced\n");
    let kinds = world.cluster.store().kinds();
    assert!(
        ["app", "Applications", "applications.argoproj.io"]
            .iter()
            .all(|word| kinds.find(word).is_some_and(|i| i.id == kind))
    );
    assert_eq!(world.get(kind, "shop").generation(), 1);
}
