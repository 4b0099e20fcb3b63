//! Random trees of kustomizations: bases, an overlay, components, generators, patches, images, replacements.

use super::objects::{container, extra_resource, resources};
use std::fmt::Write;

/// A small generator of its own, so that a seed means the same tree for ever.
pub struct Dice(u64);

impl Dice {
    pub fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 >> 33) ^ (self.0 >> 17);
        usize::try_from(mixed % below as u64).expect("a small number")
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.next(100) < percent
    }

    pub fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.next(of.len())]
    }
}

const APPS: &[&str] = &["web", "api", "db", "cache"];
type Tree = Vec<(String, String)>;

pub fn random(seed: u64) -> Tree {
    let mut dice = Dice(seed.wrapping_mul(2_654_435_761).wrapping_add(12_345));
    for _ in 0..4 {
        dice.next(7);
    }
    let mut tree = Tree::new();
    let bases = 1 + dice.next(2);
    let mut apps: Vec<&str> = Vec::new();
    let mut made: Vec<String> = Vec::new();
    for base in 0..bases {
        let mine: Vec<&str> = APPS[base * 2..base * 2 + 1 + dice.next(2)].to_vec();
        apps.extend(&mine);
        make_base(&mut dice, &mut tree, &format!("base{base}"), &mine, &mut made);
    }
    let component = dice.chance(35);
    if component {
        make_component(&mut dice, &mut tree, &apps);
    }
    make_overlay(&mut dice, &mut tree, (bases, component), &apps, &mut made);
    tree
}

fn make_base(dice: &mut Dice, tree: &mut Tree, folder: &str, apps: &[&str], made: &mut Vec<String>) {
    let mut file = String::new();
    if dice.chance(60) {
        file.push_str("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
    }
    file.push_str("resources:\n");
    for app in apps {
        tree.push((format!("{folder}/{app}.yaml"), resources(dice, app)));
        putln!(file, "- {app}.yaml");
    }
    if dice.chance(30) {
        let extra = ["rbac", "job", "hpa", "misc", "ingress"][dice.next(5)];
        tree.push((format!("{folder}/{extra}.yaml"), extra_resource(extra, apps[0])));
        putln!(file, "- {extra}.yaml");
    }
    generators(dice, tree, folder, &mut file, apps, made);
    common(dice, &mut file, 15, apps);
    tree.push((format!("{folder}/kustomization.yaml"), file));
}

/// `made`: the names that other kustomizations have generated; those are mostly merged into.
fn generators(
    dice: &mut Dice,
    tree: &mut Tree,
    folder: &str,
    file: &mut String,
    apps: &[&str],
    made: &mut Vec<String>,
) {
    let over = folder == "overlay";
    for (field, what) in [("configMapGenerator", "config"), ("secretGenerator", "secret")] {
        if !dice.chance(if over { 30 } else { 60 }) {
            continue;
        }
        putln!(file, "{field}:");
        for app in apps {
            putln!(file, "- name: {app}-{what}");
            let name = format!("{app}-{what}");
            if made.contains(&name) != dice.chance(2) {
                putln!(file, "  behavior: {}", dice.pick(&["merge", "replace", "merge"]));
            }
            made.push(name);
            if dice.chance(80) {
                putln!(file, "  literals:\n  - k={}\n  - \"two=with 'quotes' & <signs>\"", dice.next(50));
            }
            if dice.chance(25) {
                let name = format!("{app}-{what}.env");
                tree.push((format!("{folder}/{name}"), "# env\nX=1\nY = two\n\nZ\n".into()));
                putln!(file, "  envs: [{name}]");
            }
            if dice.chance(25) {
                let name = format!("{app}-{what}.conf");
                tree.push((format!("{folder}/{name}"), "listen 80;\n  server_name x;\n".into()));
                putln!(file, "  files:\n  - {}{name}", dice.pick(&["", "renamed.conf="]));
            }
            if dice.chance(15) {
                file.push_str("  options:\n    labels: {gen: 'yes'}\n    disableNameSuffixHash: true\n");
            }
            if what == "secret" && dice.chance(20) {
                file.push_str("  type: kubernetes.io/tls\n");
            }
        }
    }
    if dice.chance(15) {
        putln!(
            file,
            "generatorOptions:\n  {}",
            dice.pick(&["disableNameSuffixHash: true", "annotations: {from: kustomize}", "immutable: true"])
        );
    }
}

/// Fields that bases, components and overlays have alike.
fn common(dice: &mut Dice, file: &mut String, percent: usize, apps: &[&str]) {
    if dice.chance(percent) {
        putln!(file, "namespace: {}", dice.pick(&["shop", "prod"]));
    }
    if dice.chance(percent) {
        putln!(file, "namePrefix: {}", dice.pick(&["dev-", "a-"]));
    }
    if dice.chance(percent) {
        putln!(file, "nameSuffix: {}", dice.pick(&["-v1", "-x"]));
    }
    if dice.chance(percent) {
        file.push_str("labels:\n- pairs: {team: blue, num: '1'}\n");
        let more = dice.pick(&["", "  includeSelectors: true\n", "  includeTemplates: true\n"]);
        file.push_str(more);
    }
    if dice.chance(percent / 2) {
        file.push_str("commonLabels: {owner: ops}\n");
    }
    if dice.chance(percent / 2) {
        file.push_str("commonAnnotations: {oncall: '123'}\n");
    }
    if dice.chance(percent) {
        file.push_str("images:\n");
        for _ in 0..=dice.next(2) {
            let name = dice.pick(&["nginx", "registry.local:5000/team/api", "redis", "busybox", "postgres"]);
            let change = dice.pick(&[
                "newTag: v2",
                "newName: mirror.local/x",
                "digest: sha256:def",
                "newTag: '3'\n  newName: other",
            ]);
            putln!(file, "- name: {name}\n  {change}");
        }
    }
    if dice.chance(percent / 4) {
        let app = apps[dice.next(apps.len())];
        putln!(file, "replicas:\n- name: {app}\n  count: {}", dice.next(9));
    }
}

fn patch(dice: &mut Dice, app: &str) -> String {
    let pad = "        ";
    match dice.next(9) {
        0 => "- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/paused\n      value: true\n".into(),
        1 => "- target: {kind: \"Deployment|StatefulSet\", name: \"w.*|api\"}\n  patch: |-\n    - {op: add, path: /metadata/annotations/patched, value: 'true'}\n".into(),
        2 => format!("- target: {{kind: Service, name: {app}}}\n  patch: |-\n    - {{op: replace, path: /spec/ports/0/port, value: 81}}\n    - {{op: remove, path: /spec/selector}}\n"),
        3 => format!("- target: {{labelSelector: \"tier in (front,back)\"}}\n  patch: |-\n    apiVersion: v1\n    kind: Any\n    metadata:\n      name: {app}\n      labels: {{patched: 'yes', tier: null}}\n"),
        4 => "- target: {kind: Service}\n  patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: any}\n    spec:\n      ports:\n      - {port: 80, nodePort: 30080}\n      - {port: 9090, protocol: UDP}\n".into(),
        5 => "- target: {kind: ConfigMap}\n  patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: any}\n".into(),
        _ => {
            let mut out = "- target: {kind: Deployment}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: any\n    spec:\n".to_string();
            if dice.chance(30) {
                out.push_str("      replicas: 7\n");
            }
            out.push_str("      template:\n        spec:\n");
            out.push_str("          containers:\n");
            let name = if dice.chance(50) { "extra" } else { app };
            container(dice, name, &mut out, &format!("{pad}  "));
            if dice.chance(30) {
                putln!(out, "{pad}  - name: side\n{pad}    $patch: {}", dice.pick(&["delete", "replace"]));
            }
            if dice.chance(30) {
                putln!(out, "{pad}  volumes:\n{pad}  - name: data\n{pad}    emptyDir: {{}}\n{pad}    configMap: null");
            }
            if dice.chance(15) {
                putln!(out, "{pad}  nodeSelector: {{$patch: replace, disk: ssd}}");
            }
            out
        }
    }
}

fn make_component(dice: &mut Dice, tree: &mut Tree, apps: &[&str]) {
    let mut file = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n".to_string();
    if dice.chance(50) {
        tree.push((
            "component/extra.yaml".into(),
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-component}\ndata: {a: b}\n".into(),
        ));
        file.push_str("resources: [extra.yaml]\n");
    }
    if dice.chance(60) {
        file.push_str("patches:\n");
        file.push_str(&patch(dice, apps[0]));
    }
    common(dice, &mut file, 20, apps);
    file.push_str("commonAnnotations: {component: 'on'}\n");
    let doubled = file.matches("commonAnnotations").count() > 1;
    let file = if doubled { file.replacen("commonAnnotations: {oncall: '123'}\n", "", 1) } else { file };
    tree.push(("component/kustomization.yaml".into(), file));
}

fn make_overlay(dice: &mut Dice, tree: &mut Tree, below: (usize, bool), apps: &[&str], made: &mut Vec<String>) {
    let (bases, component) = below;
    let mut file = "resources:\n".to_string();
    for base in 0..bases {
        putln!(file, "- ../base{base}");
    }
    if dice.chance(2) {
        file.push_str("- missing.yaml\n");
    }
    if component {
        file.push_str("components: [../component]\n");
    }
    generators(dice, tree, "overlay", &mut file, apps, made);
    common(dice, &mut file, 35, apps);
    if dice.chance(60) {
        file.push_str("patches:\n");
        for _ in 0..=dice.next(2) {
            let app = apps[dice.next(apps.len())];
            let text = patch(dice, app);
            file.push_str(&text);
        }
        if dice.chance(6) {
            let app = apps[dice.next(apps.len())];
            tree.push((
                "overlay/named.yaml".into(),
                format!(
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {app}}}\nspec: {{minReadySeconds: 5}}\n"
                ),
            ));
            file.push_str("- path: named.yaml\n");
        }
    }
    if dice.chance(4) {
        let app = apps[dice.next(apps.len())];
        putln!(
            file,
            "patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: Service\n  metadata: {{name: {app}}}\n  spec: {{type: NodePort}}"
        );
    }
    if dice.chance(20) {
        replacement(dice, &mut file, apps);
    }
    if dice.chance(10) {
        file.push_str("buildMetadata: [originAnnotations, transformerAnnotations]\n");
    }
    if dice.chance(15) {
        putln!(file, "sortOptions: {{order: {}}}", dice.pick(&["fifo", "legacy"]));
    }
    tree.push(("overlay/kustomization.yaml".into(), file));
}

fn replacement(dice: &mut Dice, file: &mut String, apps: &[&str]) {
    let app = apps[0];
    let source = dice.pick(&[
        "metadata.name",
        "spec.template.spec.containers.0.image",
        "spec.template.metadata.labels.app",
        "spec.template.spec.containers.[name=web].image",
    ]);
    let kind = dice.pick(&["Deployment", "StatefulSet", "Deployment"]);
    putln!(file, "replacements:\n- source: {{kind: {kind}, name: {app}, fieldPath: \"{source}\"}}");
    file.push_str("  targets:\n");
    match dice.next(4) {
        0 => file.push_str("  - select: {kind: Service}\n    fieldPaths: [metadata.annotations.from]\n    options: {create: true}\n"),
        1 => file.push_str("  - select: {kind: Deployment}\n    fieldPaths: [\"spec.template.spec.containers.*.image\"]\n    options: {delimiter: ':', index: 1}\n"),
        2 => file.push_str("  - select: {kind: Deployment}\n    reject: [{name: api}]\n    fieldPaths: [\"spec.template.spec.containers.[name=extra].env.[name=R].value\"]\n    options: {create: true}\n"),
        _ => file.push_str("  - select: {kind: ConfigMap}\n    fieldPaths: [data.a]\n"),
    }
}
