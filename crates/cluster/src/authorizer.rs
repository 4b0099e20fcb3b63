//! Who may do what: RBAC (Kubernetes 1.32, `plugin/pkg/auth/authorizer/rbac`, `pkg/registry/rbac/validation`).

use crate::engine::Cluster;
use crate::kinds::{self, KindId};
use crate::object::Object;
use crate::status::Status;
use manifest::{Value, object};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Somebody: a name and groups. Service accounts are `system:serviceaccount:NAMESPACE:NAME`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    pub groups: Vec<String>,
}

impl User {
    pub fn service_account(namespace: &str, name: &str) -> Self {
        let groups = [
            "system:serviceaccounts".to_string(),
            format!("system:serviceaccounts:{namespace}"),
            "system:authenticated".to_string(),
        ];
        Self { name: format!("system:serviceaccount:{namespace}:{name}"), groups: groups.into() }
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    pub verb: String,
    pub group: String,
    /// `pods`, `pods/log`
    pub resource: String,
    /// Empty for the whole cluster.
    pub namespace: String,
    /// Empty for all of them.
    pub name: String,
    /// A path of the API server, instead of a resource.
    pub url: String,
}

fn listed(rule: &Value, field: &str, wanted: &str) -> bool {
    rule.list_at(field).iter().any(|item| matches!(item.as_str(), Some(text) if text == "*" || text == wanted))
}

/// `VerbMatches`, `APIGroupMatches`, `ResourceMatches`, `ResourceNameMatches`.
fn permits(rule: &Value, attempt: &Attempt) -> bool {
    if !attempt.url.is_empty() {
        let fits = |url: &str| match url.strip_suffix('*') {
            Some(begin) => attempt.url.starts_with(begin),
            None => url == attempt.url,
        };
        let mut urls = rule.list_at("nonResourceURLs").iter().filter_map(Value::as_str);
        return listed(rule, "verbs", &attempt.verb) && urls.any(fits);
    }
    let sub = attempt.resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
    let names = rule.list_at("resourceNames");
    listed(rule, "verbs", &attempt.verb)
        && listed(rule, "apiGroups", &attempt.group)
        && (listed(rule, "resources", &attempt.resource) || sub.is_some_and(|sub| listed(rule, "resources", &sub)))
        && (names.is_empty() || names.iter().any(|name| name.as_str() == Some(attempt.name.as_str())))
}

/// How a subject of a binding names the user.
fn names(subject: &Value, user: &User, space: &str) -> Option<String> {
    let name = subject.str_at("name");
    match subject.str_at("kind") {
        "User" if name == user.name => Some(format!("User {name:?}")),
        "Group" if user.groups.iter().any(|group| group == name) => Some(format!("Group {name:?}")),
        "ServiceAccount" => {
            let own = subject.str_at("namespace");
            let own = if own.is_empty() { space } else { own };
            (user.name == format!("system:serviceaccount:{own}:{name}"))
                .then(|| format!("ServiceAccount \"{name}/{own}\""))
        }
        _ => None,
    }
}

impl Cluster {
    fn rules_of(&self, binding: &Object) -> Vec<Value> {
        let reference = binding.value.at("roleRef");
        let (kind, space) = match reference.str_at("kind") {
            "Role" => (kinds::ROLE, binding.namespace()),
            _ => (kinds::CLUSTERROLE, ""),
        };
        let Some(role) = self.store.get(kind, space, reference.str_at("name")) else { return Vec::new() };
        let mut rules = role.value.list_at("rules").to_vec();
        for selector in role.value.list_at("aggregationRule.clusterRoleSelectors") {
            let chosen = crate::selector::LabelSelector::from_value(selector);
            let others = self.store.all(kinds::CLUSTERROLE, None).filter(|other| chosen.matches(other.labels()));
            others.for_each(|other| rules.extend(other.value.list_at("rules").iter().cloned()));
        }
        rules
    }

    /// Whether somebody may do something: the reason, or nothing.
    pub fn allowed(&self, user: &User, attempt: &Attempt) -> Option<String> {
        if user.groups.iter().any(|group| group == "system:masters") {
            return Some(String::new());
        }
        let cluster = self.store.all(kinds::CLUSTERROLEBINDING, None);
        let space = (!attempt.namespace.is_empty()).then_some(attempt.namespace.as_str());
        let local = space.into_iter().flat_map(|space| self.store.all(kinds::ROLEBINDING, Some(space)));
        let bindings: Vec<&Arc<Object>> = cluster.chain(local).collect();
        bindings.into_iter().find_map(|binding| {
            let mut subjects = binding.value.list_at("subjects").iter();
            let who = subjects.find_map(|subject| names(subject, user, binding.namespace()))?;
            let rules = self.rules_of(binding);
            rules.iter().find(|rule| permits(rule, attempt))?;
            let reference = binding.value.at("roleRef");
            let (role, name) = (reference.str_at("kind"), reference.str_at("name"));
            let place = match binding.namespace() {
                "" => format!("ClusterRoleBinding {:?}", binding.name()),
                space => format!("RoleBinding \"{}/{space}\"", binding.name()),
            };
            Some(format!("RBAC: allowed by {place} of {role} {name:?} to {who}"))
        })
    }

    /// Refuses what somebody may not do with a kind's objects; nobody is nobody's business.
    pub fn permit(
        &self,
        user: Option<&User>,
        verb: &str,
        (kind, sub): (KindId, &str),
        (namespace, name): (&str, &str),
    ) -> Result<(), Status> {
        let Some(user) = user else { return Ok(()) };
        let info = self.store.kinds().info(kind);
        let mut resource = info.plural.to_string();
        if !sub.is_empty() {
            resource.push('/');
            resource.push_str(sub);
        }
        // A namespace is asked for in itself.
        let space = if kind == kinds::NAMESPACE { name } else { namespace };
        let attempt = Attempt {
            verb: verb.into(),
            group: info.group.to_string(),
            resource,
            namespace: space.into(),
            name: name.into(),
            url: String::new(),
        };
        self.authorize(user, &attempt)
    }

    /// Refuses what somebody may not do, in the API server's words.
    pub fn authorize(&self, user: &User, attempt: &Attempt) -> Result<(), Status> {
        if self.allowed(user, attempt).is_some() {
            return Ok(());
        }
        let place = match attempt.namespace.as_str() {
            "" => "at the cluster scope".to_string(),
            space => format!("in the namespace {space:?}"),
        };
        let plural = attempt.resource.split('/').next().unwrap_or("");
        let why = format!(
            "User {:?} cannot {} resource {:?} in API group {:?} {place}",
            user.name, attempt.verb, attempt.resource, attempt.group
        );
        let mut status = Status::forbidden((&attempt.group, plural), &attempt.name, &why);
        if attempt.name.is_empty() {
            status.message = status.message.replacen(" \"\"", "", 1);
        }
        Err(status)
    }

    /// A `SelfSubjectAccessReview` (or another's) with its status.
    pub fn review_access(&self, user: &User, review: &Value) -> Value {
        let wanted = review.at("spec.resourceAttributes");
        let text = |field: &str| wanted.str_at(field).to_string();
        let sub = text("subresource");
        let resource = if sub.is_empty() { text("resource") } else { format!("{}/{sub}", text("resource")) };
        let attempt = Attempt {
            verb: text("verb"),
            group: text("group"),
            resource,
            namespace: text("namespace"),
            name: text("name"),
            url: String::new(),
        };
        let path = review.at("spec.nonResourceAttributes");
        let attempt = if path.is_null() {
            attempt
        } else {
            Attempt { verb: path.str_at("verb").into(), url: path.str_at("path").into(), ..Attempt::default() }
        };
        let mut answer = review.clone();
        let status = match self.allowed(user, &attempt) {
            Some(reason) if reason.is_empty() => object! { "allowed" => true },
            Some(reason) => object! { "allowed" => true, "reason" => reason },
            None => object! { "allowed" => false },
        };
        answer.put("status", status);
        answer
    }

    /// All rules that hold for somebody in a namespace: what `kubectl auth can-i --list` shows.
    pub fn rules_for(&self, user: &User, namespace: &str) -> Vec<Value> {
        let bindings =
            self.store.all(kinds::CLUSTERROLEBINDING, None).chain(self.store.all(kinds::ROLEBINDING, Some(namespace)));
        let mine = bindings.filter(|binding| {
            binding.value.list_at("subjects").iter().any(|s| names(s, user, binding.namespace()).is_some())
        });
        mine.flat_map(|binding| self.rules_of(binding)).collect()
    }
}
