//! Secrets and service accounts, and how pods use them.

use super::{World, learner};
use crate::{DeleteOptions, KindId, POD, SECRET, SERVICEACCOUNT, Status, pod_status};
use expect_test::{Expect, expect};
use manifest::Value;
use std::time::Duration;

fn try_create(world: &mut World, kind: KindId, yaml: &str) -> Result<(), Status> {
    let value = Value::from_yaml(yaml).expect("valid YAML");
    world.cluster.create(&mut world.sim, kind, "default", value, &learner()).map(drop)
}

#[expect(clippy::needless_pass_by_value, reason = "an expectation is used once")]
fn check_refused(kind: KindId, yaml: &str, expected: Expect) {
    let status = try_create(&mut World::new(1, 0), kind, yaml).expect_err("it must be refused");
    expected.assert_eq(&format!("{} {}: {}", status.code, status.reason, status.message));
}

#[test]
fn secrets_are_decoded_and_checked() {
    check_refused(
        SECRET,
        "metadata: {name: s}\ndata: {password: not base64!}",
        expect![[
            r#"400 BadRequest: Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 3"#
        ]],
    );
    check_refused(
        SECRET,
        "metadata: {name: s}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==}",
        expect![[r#"422 Invalid: Secret "s" is invalid: data[tls.key]: Required value"#]],
    );
    let mut world = World::new(1, 0);
    try_create(&mut world, SECRET, "metadata: {name: s}\ndata: {a: YQ==, b: Yg==}\nstringData: {b: other}").unwrap();
    let secret = world.get(SECRET, "s");
    assert_eq!(secret.value.at("data").to_json(), r#"{"a":"YQ==","b":"b3RoZXI="}"#);
    assert!(secret.value.get("stringData").is_none());
    assert_eq!(world.table(SECRET), "s|Opaque|2|0s\n");
    let mut changed = secret.value.clone();
    changed.set("type", "other");
    let refused = world.cluster.update(&mut world.sim, SECRET, "default", changed, &learner()).unwrap_err();
    assert_eq!(refused.message, r#"Secret "s" is invalid: type: Invalid value: "other": field is immutable"#);
}

#[test]
fn containers_get_secrets_as_variables_and_files() {
    let mut world = World::new(1, 1);
    world.programs.keep_starts = true;
    let pod = "metadata: {name: p}\nspec:\n  volumes:\n  - {name: v, secret: {secretName: s, items: [{key: user, path: u}]}}\n  \
               - {name: d, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}\n  containers:\n  \
               - name: c\n    image: i\n    envFrom: [{prefix: DB_, secretRef: {name: s}}]\n    env:\n    \
               - {name: PW, valueFrom: {secretKeyRef: {name: s, key: password}}}\n    volumeMounts: [{name: v, mountPath: /etc/s}]\n";
    try_create(&mut world, POD, pod).unwrap();
    world.run(Duration::from_secs(3));
    let events = world.events();
    let told = "Warning FailedMount MountVolume.SetUp failed for volume \"v\" : secret \"s\" not found";
    assert!(events.iter().any(|e| e == told), "{events:?}");
    try_create(&mut world, SECRET, "metadata: {name: s}\nstringData: {user: ann, other: x}").unwrap();
    world.run(Duration::from_secs(12));
    assert_eq!(pod_status(&world.pods()[0]), "CreateContainerConfigError");
    let message = world.pods()[0].value.str_at("status.containerStatuses[0].state.waiting.message").to_string();
    assert_eq!(message, "couldn't find key password in Secret default/s");
    world.apply("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: geheim}");
    world.run(Duration::from_secs(12));
    let start = world.programs.started.last().expect("it has started");
    let variable = |name: &str| start.env.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!((variable("DB_user"), variable("PW")), (Some("ann"), Some("geheim")));
    assert_eq!(start.mounts[0].files, [("u".to_string(), "ann".to_string())]);
}

#[test]
fn every_namespace_has_an_account_and_pods_need_theirs() {
    let mut world = World::new(1, 1);
    world.run(Duration::from_secs(1));
    assert_eq!(world.table(SERVICEACCOUNT), "default|0|1s\n");
    world
        .cluster
        .delete(&mut world.sim, (SERVICEACCOUNT, "default", "default"), DeleteOptions::default(), &learner())
        .unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(world.list(SERVICEACCOUNT).len(), 1, "it comes back");
    check_refused(
        POD,
        "metadata: {name: p}\nspec: {serviceAccountName: robot, containers: [{name: c, image: i}]}",
        expect![[
            r#"403 Forbidden: pods "p" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found"#
        ]],
    );
    let robot = "metadata: {name: robot}\nautomountServiceAccountToken: false\nimagePullSecrets: [{name: key}]";
    try_create(&mut world, SERVICEACCOUNT, robot).unwrap();
    let pod = "metadata: {name: p}\nspec: {serviceAccountName: robot, containers: [{name: c, image: i}]}";
    try_create(&mut world, POD, pod).unwrap();
    let pod = world.get(POD, "p");
    assert!(pod.value.list_at("spec.volumes").is_empty(), "no token is mounted");
    assert_eq!(pod.value.str_at("spec.imagePullSecrets[0].name"), "key");
}
