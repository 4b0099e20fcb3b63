//! The objects of random trees: workloads with their services and maps, and now and then another kind.

use super::tree::Dice;
use std::fmt::Write;

const IMAGES: &[&str] =
    &["nginx", "nginx:1.25", "registry.local:5000/team/api:2", "redis@sha256:abc", "busybox:latest", "\"postgres:16\""];
const VALUES: &[&str] = &[
    "plain",
    "\"quoted text\"",
    "'12'",
    "yes",
    "off",
    "0755",
    "1.50",
    "~",
    "null",
    "\"true\"",
    "a: b",
    "x#y",
    "2024-01-01",
    "'it''s'",
    "1e3",
    "0x1F",
    "\"\"",
    "- dash",
    "héllo",
    "\"tab\\there\"",
    "12:30:45",
    "some-longer text with spaces in it",
];

fn value<'t>(dice: &mut Dice) -> &'t str {
    match dice.pick(VALUES) {
        text @ ("a: b" | "- dash") if !text.starts_with('"') => "safe",
        text => text,
    }
}

pub fn container(dice: &mut Dice, app: &str, out: &mut String, pad: &str) {
    putln!(out, "{pad}- name: {app}\n{pad}  image: {}", dice.pick(IMAGES));
    if dice.chance(50) {
        putln!(out, "{pad}  ports:\n{pad}  - containerPort: {}", 8000 + dice.next(3));
        if dice.chance(40) {
            putln!(out, "{pad}    protocol: {}", dice.pick(&["TCP", "UDP"]));
        }
    }
    if dice.chance(60) {
        putln!(out, "{pad}  env:\n{pad}  - name: A\n{pad}    value: {}", value(dice));
        if dice.chance(50) {
            putln!(out, "{pad}  - name: HOST\n{pad}    value: {app}.shop.svc");
        }
        if dice.chance(50) {
            putln!(
                out,
                "{pad}  - name: C\n{pad}    valueFrom:\n{pad}      configMapKeyRef: {{name: {app}-config, key: k}}"
            );
        }
    }
    if dice.chance(40) {
        putln!(out, "{pad}  envFrom:\n{pad}  - secretRef:\n{pad}      name: {app}-secret");
    }
    if dice.chance(30) {
        putln!(out, "{pad}  resources:\n{pad}    limits: {{cpu: 100m, memory: 1Gi}}");
    }
    if dice.chance(25) {
        putln!(out, "{pad}  args: [\"--port\", \"80\", {}]", dice.next(9));
    }
    if dice.chance(25) {
        putln!(out, "{pad}  volumeMounts:\n{pad}  - {{name: data, mountPath: /data}}");
    }
}

pub fn resources(dice: &mut Dice, app: &str) -> String {
    let kind = dice.pick(&["Deployment", "Deployment", "StatefulSet", "DaemonSet"]);
    let mut out = String::new();
    if dice.chance(30) {
        out.push_str("# a comment\n");
    }
    putln!(out, "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {app}");
    if dice.chance(30) {
        putln!(out, "  labels:\n    tier: {}", dice.pick(&["front", "back"]));
    }
    if dice.chance(30) {
        putln!(out, "  annotations:\n    note: {}\n    port: 8080", value(dice));
    }
    if dice.chance(15) {
        putln!(out, "  namespace: {}", dice.pick(&["shop", "default"]));
    }
    out.push_str("spec:\n");
    if kind != "DaemonSet" && dice.chance(60) {
        putln!(out, "  replicas: {}", dice.next(4));
    }
    putln!(
        out,
        "  selector:\n    matchLabels:\n      app: {app}\n  template:\n    metadata:\n      labels:\n        app: {app}\n    spec:\n      containers:"
    );
    container(dice, app, &mut out, "      ");
    if dice.chance(30) {
        container(dice, "side", &mut out, "      ");
    }
    if dice.chance(20) {
        out.push_str("      initContainers:\n");
        container(dice, "init", &mut out, "      ");
    }
    if dice.chance(40) {
        putln!(out, "      volumes:\n      - name: data\n        configMap:\n          name: {app}-config");
        if dice.chance(40) {
            putln!(out, "      - name: keys\n        secret: {{secretName: {app}-secret}}");
        }
    }
    if dice.chance(25) {
        putln!(out, "      serviceAccountName: {app}");
    }
    if dice.chance(60) {
        putln!(
            out,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {app}\nspec:\n  selector: {{app: {app}}}\n  ports:\n  - port: 80\n    targetPort: {}",
            dice.pick(&["8080", "http"])
        );
        if dice.chance(30) {
            out.push_str("  - port: 443\n    protocol: TCP\n    name: tls\n");
        }
    }
    if dice.chance(25) {
        putln!(out, "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {app}");
    }
    if dice.chance(25) {
        putln!(
            out,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {app}-plain\ndata:\n  a: {}\n  b: |\n    line one\n    line two\n  c: {}",
            value(dice),
            value(dice)
        );
    }
    if dice.chance(10) {
        out.push_str("---\n# nothing\n");
    }
    out
}

pub fn extra_resource(kind: &str, app: &str) -> String {
    match kind {
        "rbac" => format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: reader}}\nrules:\n- apiGroups: ['']\n  resources: [configmaps]\n  resourceNames: [{app}-config]\n  verbs: [get]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: reader}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}\nsubjects:\n- kind: ServiceAccount\n  name: {app}\n- kind: ServiceAccount\n  name: default\n"
        ),
        "job" => format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: nightly}}\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n          - name: j\n            image: busybox:latest\n            envFrom: [{{configMapRef: {{name: {app}-config}}}}]\n"
        ),
        "hpa" => format!(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: {app}}}\nspec:\n  minReplicas: 1\n  maxReplicas: 4\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {app}}}\n"
        ),
        "ingress" => format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {app}}}\nspec:\n  tls: [{{hosts: [a.b], secretName: {app}-secret}}]\n  rules:\n  - host: a.b\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: {{service: {{name: {app}, port: {{number: 80}}}}}}\n"
        ),
        _ => "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: shop}\n- apiVersion: example.com/v1\n  kind: Widget\n  metadata: {name: w}\n  spec: {items: [{name: a, v: 1}, {name: b, v: 2}]}\n".to_string(),
    }
}
