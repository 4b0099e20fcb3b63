//! Replication controllers, and what extends the API server.

use super::World;
use crate::{APISERVICE, MUTATINGWEBHOOKCONFIGURATION, POD, REPLICATIONCONTROLLER, VALIDATINGWEBHOOKCONFIGURATION};
use crate::{User, table};
use std::time::Duration;

#[test]
fn a_replication_controller_keeps_its_pods() {
    let mut world = World::new(1, 1);
    world.apply(
        "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: guestbook}\nspec:\n  replicas: 3\n  template:\n    metadata: \
         {labels: {app: guestbook}}\n    spec: {containers: [{name: c, image: 'guestbook:3'}]}\n",
    );
    world.run(Duration::from_secs(30));
    let found = world.get(REPLICATIONCONTROLLER, "guestbook");
    assert_eq!(found.value.str_at("spec.selector.app"), "guestbook");
    assert_eq!(found.label("app"), "guestbook");
    assert_eq!(world.table(REPLICATIONCONTROLLER), "guestbook|3|3|3|30s\n");
    let victim = world.pods()[0].clone();
    let gone = (POD, "default", victim.name());
    world.cluster.delete(&mut world.sim, gone, crate::DeleteOptions::default(), &super::learner()).unwrap();
    world.run(Duration::from_secs(30));
    assert_eq!(world.table(REPLICATIONCONTROLLER), "guestbook|3|3|3|60s\n");
    let told = |e: &String| e.starts_with("Normal SuccessfulCreate Created pod: guestbook-");
    assert_eq!(world.events().iter().filter(|event| told(event)).count(), 4);
}

#[test]
fn an_api_service_is_available_once_somebody_answers() {
    let mut world = World::new(1, 1);
    world.apply(
        "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1beta1.metrics.k8s.io}\nspec: {group: \
         metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: \
         {name: metrics-server, namespace: default}}\n",
    );
    world.run(Duration::from_secs(1));
    let shown = |world: &World| {
        let found = world.cluster.get(APISERVICE, "", "v1beta1.metrics.k8s.io").unwrap().clone();
        let table = table(world.cluster.store(), APISERVICE, &[found], world.sim.now());
        table.rows[0][..3].join("|")
    };
    assert_eq!(shown(&world), "v1beta1.metrics.k8s.io|default/metrics-server|False (ServiceNotFound)");
    world.apply(
        "apiVersion: v1\nkind: Service\nmetadata: {name: metrics-server}\nspec: {selector: {app: metrics}, ports: [{name: https, \
         port: 443, targetPort: 8080}]}\n",
    );
    world.run(Duration::from_secs(1));
    assert_eq!(shown(&world), "v1beta1.metrics.k8s.io|default/metrics-server|False (MissingEndpoints)");
    world.apply(&super::deployment("metrics", "metrics:1", 1));
    world.run(Duration::from_secs(30));
    assert_eq!(shown(&world), "v1beta1.metrics.k8s.io|default/metrics-server|True");
}

#[test]
fn webhook_configurations_are_stored_with_their_defaults() {
    let mut world = World::new(1, 1);
    let hook = "webhooks: [{name: check.example.com, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {service: \
                {name: hook, namespace: default}}, rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: \
                [pods]}]}]";
    for (kind, id) in [
        ("ValidatingWebhookConfiguration", VALIDATINGWEBHOOKCONFIGURATION),
        ("MutatingWebhookConfiguration", MUTATINGWEBHOOKCONFIGURATION),
    ] {
        world.apply(&format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: {kind}\nmetadata: {{name: check}}\n{hook}\n"
        ));
        let found = world.cluster.get(id, "", "check").unwrap().clone();
        assert_eq!(found.value.int_at("webhooks[0].timeoutSeconds"), Some(10));
        assert_eq!(found.value.int_at("webhooks[0].clientConfig.service.port"), Some(443));
        assert_eq!(found.value.str_at("webhooks[0].rules[0].scope"), "*");
        let mutates = id == MUTATINGWEBHOOKCONFIGURATION;
        assert_eq!(found.value.str_at("webhooks[0].reinvocationPolicy"), if mutates { "Never" } else { "" });
        assert_eq!(table(world.cluster.store(), id, &[found], world.sim.now()).rows[0][..2].join("|"), "check|1");
    }
}

#[test]
fn everybody_may_look_around_and_ask_about_themselves() {
    let world = World::new(1, 0);
    let plain = User { name: "ann".into(), groups: vec!["system:authenticated".into()] };
    let rules = world.cluster.rules_for(&plain, "default");
    let urls: usize = rules.iter().map(|rule| rule.list_at("nonResourceURLs").len()).sum();
    assert_eq!(urls, 11 + 5);
    let resources = rules.iter().flat_map(|rule| rule.list_at("resources")).filter_map(manifest::Value::as_str);
    let mut resources: Vec<&str> = resources.collect();
    resources.sort_unstable();
    assert_eq!(resources, ["selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"]);
    let robot = User::service_account("default", "robot");
    let urls = world.cluster.rules_for(&robot, "default");
    let asked = |url: &manifest::Value| url.as_str() == Some("/openid/v1/jwks");
    assert!(urls.iter().any(|rule| rule.list_at("nonResourceURLs").iter().any(asked)));
    assert!(world.cluster.rules_for(&User::default(), "default").is_empty());
}
