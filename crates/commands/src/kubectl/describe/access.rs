//! Roles, bindings and service accounts.

use super::super::kube::Kube;
use super::parts::{Writer, annotations, head, labels};
use cluster::{Object, SECRET};
use manifest::Value;
use order::{Arrange, OrdSet};

/// A rule as it is shown: one resource of one group, or one URL, with its verbs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Rule {
    /// Group and resource; nothing for a URL.
    pub resource: Option<(String, String)>,
    pub url: String,
    pub name: String,
    pub verbs: Vec<String>,
}

fn texts<'v>(rule: &'v Value, field: &str) -> Vec<&'v str> {
    rule.list_at(field).iter().filter_map(Value::as_str).collect()
}

/// kubectl `util/rbac`: broken down to single resources, and put together by verb again.
pub(in super::super) fn compact(rules: &[Value]) -> Vec<Rule> {
    let (mut out, mut simple): (Vec<Rule>, Vec<Rule>) = (Vec::new(), Vec::new());
    for rule in rules {
        let mut names = texts(rule, "resourceNames");
        if names.is_empty() {
            names.push("");
        }
        let verbs = texts(rule, "verbs");
        for group in texts(rule, "apiGroups") {
            for resource in texts(rule, "resources") {
                for verb in &verbs {
                    for name in &names {
                        let place = Some((group.to_string(), resource.to_string()));
                        match simple.iter_mut().find(|r| r.resource == place && r.name == *name) {
                            Some(had) if had.verbs.iter().any(|v| v == verb) => {}
                            Some(had) => had.verbs.push((*verb).into()),
                            None => simple.push(Rule {
                                resource: place,
                                url: String::new(),
                                name: (*name).into(),
                                verbs: vec![(*verb).into()],
                            }),
                        }
                    }
                }
            }
        }
        for url in texts(rule, "nonResourceURLs") {
            for verb in &verbs {
                let (url, verbs) = (url.to_string(), vec![(*verb).to_string()]);
                out.push(Rule { resource: None, url, name: String::new(), verbs });
            }
        }
    }
    out.extend(simple);
    out.arrange_by_key(Rule::go_text);
    out
}

impl Rule {
    /// The text by which the real client orders rules.
    fn go_text(&self) -> String {
        let (group, resource) = self
            .resource
            .as_ref()
            .map_or((String::new(), String::new()), |(g, r)| (format!("[{g}]"), format!("[{r}]")));
        let or_empty = |text: String| if text.is_empty() { "[]".to_string() } else { text };
        format!(
            "&PolicyRule{{Verbs:[{}],APIGroups:{},Resources:{},ResourceNames:[{}],NonResourceURLs:[{}],}}",
            self.verbs.join(" "),
            or_empty(group),
            or_empty(resource),
            self.name,
            self.url
        )
    }

    /// Resource with group, URL, name and verbs, with tabs between.
    pub fn row(&self) -> String {
        let shown = match &self.resource {
            None => String::new(),
            Some((group, resource)) => {
                let (name, sub) = resource.split_once('/').unwrap_or((resource, ""));
                let dot = if group.is_empty() { "" } else { "." };
                let slash = if sub.is_empty() { "" } else { "/" };
                format!("{name}{dot}{group}{slash}{sub}")
            }
        };
        format!("{shown}\t[{}]\t[{}]\t[{}]", self.url, self.name, self.verbs.join(" "))
    }
}

pub(super) fn role(object: &Object, w: &mut Writer) {
    w.pair(0, "Name", object.name());
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    w.line(0, "PolicyRule:");
    w.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    w.line(1, "---------\t-----------------\t--------------\t-----");
    for rule in compact(object.value.list_at("rules")) {
        w.line(1, &rule.row());
    }
}

pub(super) fn binding(object: &Object, w: &mut Writer) {
    w.pair(0, "Name", object.name());
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    w.line(0, "Role:");
    w.pair(1, "Kind", object.value.str_at("roleRef.kind"));
    w.pair(1, "Name", object.value.str_at("roleRef.name"));
    w.line(0, "Subjects:");
    w.line(1, "Kind\tName\tNamespace");
    w.line(1, "----\t----\t---------");
    for subject in object.value.list_at("subjects") {
        w.line(1, &["kind", "name", "namespace"].map(|field| subject.str_at(field)).join("\t"));
    }
}

pub(super) fn account(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    head(w, object);
    let names = |field: &str| -> Vec<String> {
        object.value.list_at(field).iter().map(|s| s.str_at("name").to_string()).collect()
    };
    let (mut there, mut tokens) = (OrdSet::new(), Vec::new());
    for secret in kube.store().all(SECRET, Some(object.namespace())) {
        let own = secret.value.str_at("type") == "kubernetes.io/service-account-token"
            && secret.annotation("kubernetes.io/service-account.name") == object.name()
            && *secret.annotation("kubernetes.io/service-account.uid") == *object.uid;
        if own {
            tokens.push(secret.name().to_string());
        }
        there.insert(secret.name().to_string());
    }
    for (title, names, checked) in [
        ("Image pull secrets:", names("imagePullSecrets"), true),
        ("Mountable secrets: ", names("secrets"), true),
        ("Tokens:            ", tokens, false),
    ] {
        if names.is_empty() {
            w.line(0, &format!("{title}\t<none>"));
        }
        for (at, name) in names.iter().enumerate() {
            let head = if at == 0 { title } else { "                   " };
            let missing = if checked && !there.contains(name) { " (not found)" } else { "" };
            w.line(0, &format!("{head}\t{name}{missing}"));
        }
    }
}
