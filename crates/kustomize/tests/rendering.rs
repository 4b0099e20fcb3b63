//! What comes out where no real Kustomize is at hand to compare with; the expected texts are the real one's.

use kustomize::{Files, Found, render, to_yaml};
use manifest::{Value, list, object};

struct InMemory(&'static [(&'static str, &'static str)]);

impl Files for InMemory {
    fn look(&self, path: &str) -> Found {
        if let Some((_, text)) = self.0.iter().find(|(name, _)| *name == path) {
            return Found::File(text.as_bytes().to_vec());
        }
        let folder = format!("{}/", path.trim_end_matches('/'));
        if self.0.iter().any(|(name, _)| name.starts_with(&folder)) { Found::Folder } else { Found::Nothing }
    }
}

const FILES: InMemory = InMemory(&[
    ("/base/kustomization.yaml", "resources: [pod.yaml]\nconfigMapGenerator:\n- name: a\n  literals: [k=1, two=x]\n"),
    (
        "/base/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: nginx\n    envFrom: [{configMapRef: {name: a}}]\n",
    ),
    ("/over/kustomization.yaml", "bases: [../base]\nnamePrefix: p-\n"),
    ("/broken/kustomization.yaml", "resources: [../base, nope.yaml]\n"),
    ("/vars/kustomization.yaml", "resources: []\nvars: [{name: A}]\n"),
    ("/remote/kustomization.yaml", "resources: [\"https://example.com/x.yaml\"]\n"),
]);

fn text(folder: &str, edits: &Value) -> String {
    to_yaml(&render(&FILES, folder, edits).objects.expect("it can be built"))
}

#[test]
fn names_follow_and_carry_the_hash_of_the_content() {
    let rendered = render(&FILES, "/over", Value::null());
    assert_eq!(
        to_yaml(&rendered.objects.expect("it can be built")),
        "apiVersion: v1\ndata:\n  k: \"1\"\n  two: x\nkind: ConfigMap\nmetadata:\n  name: p-a-tb829mc8m8\n---\napiVersion: v1\n\
         kind: Pod\nmetadata:\n  name: p-web\nspec:\n  containers:\n  - envFrom:\n    - configMapRef:\n        name: \
         p-a-tb829mc8m8\n    image: nginx\n    name: c\n"
    );
    assert_eq!(rendered.warnings.len(), 1);
    assert!(rendered.warnings[0].starts_with("# Warning: 'bases' is deprecated."), "{:?}", rendered.warnings);
}

#[test]
fn an_application_s_own_words_go_over_the_file_s() {
    let edits = object! {
        "namePrefix" => "q-", "namespace" => "shop", "images" => list!["nginx=registry.encore/nginx:1.27"],
        "commonLabels" => object! { "team" => "blue" },
    };
    let out = text("/over", &edits);
    for part in ["  name: q-web\n  namespace: shop\n", "image: registry.encore/nginx:1.27\n", "    team: blue\n"] {
        assert!(out.contains(part), "{part} in {out}");
    }
}

#[test]
fn what_is_wrong_is_told() {
    let failure = |folder: &str| render(&FILES, folder, Value::null()).objects.expect_err("it cannot be built").0;
    let missing = "evalsymlink failure on '/broken/nope.yaml' : lstat /broken/nope.yaml: no such file or directory";
    assert_eq!(
        failure("/broken"),
        format!(
            "accumulating resources: accumulation err='accumulating resources from 'nope.yaml': {missing}': must build at \
             directory: not a valid directory: {missing}"
        )
    );
    assert_eq!(failure("/vars"), "'vars' of a kustomization is real, but not part of this sandbox yet");
    assert!(failure("/remote").ends_with("is real, but not part of this sandbox yet"), "{}", failure("/remote"));
    assert!(failure("/none").starts_with("must build at directory: not a valid directory: "), "{}", failure("/none"));
}
