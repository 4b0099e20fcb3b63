//! What is answered and not stored: reviews of access, metrics, leases of nodes, tokens.

use super::clock::Running;
use super::http::Request;
use super::resources::{self, Reply};
use super::server::json;
use super::{body, status};
use cluster::{Attempt, POD, Status, User};
use manifest::{Value, object};

type Done = Result<Reply, Status>;

pub(super) fn answer(running: &mut Running, user: Option<&User>, request: &Request) -> Option<Reply> {
    let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    let done = match (method, &parts[..]) {
        ("POST", ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]) => access(running, user, request),
        ("POST", ["apis", "authorization.k8s.io", "v1", "selfsubjectrulesreviews"]) => rules(running, user, request),
        ("POST", ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"]) => Ok(who(running, user)),
        ("GET", ["apis", "metrics.k8s.io", "v1beta1", rest @ ..]) => metrics(running, user, request, rest),
        ("GET", ["apis", "coordination.k8s.io", "v1", "namespaces", "kube-node-lease", "leases", name]) => {
            lease(running, user, name)
        }
        ("POST", ["api", "v1", "namespaces", namespace, "serviceaccounts", name, "token"]) => {
            token(running, user, request, (namespace, name))
        }
        (
            _,
            ["apis", "authorization.k8s.io" | "authentication.k8s.io" | "metrics.k8s.io" | "coordination.k8s.io", ..],
        ) => Err(status::nowhere()),
        _ => return None,
    };
    Some(done.unwrap_or_else(|refusal| Reply::refused(&refusal)))
}

fn who_of(user: Option<&User>) -> User {
    user.cloned().unwrap_or_else(commands::owner)
}

fn access(running: &mut Running, user: Option<&User>, request: &Request) -> Done {
    let review = body::json(request)?;
    let answer = running.world.cluster.review_access(&who_of(user), &review);
    Ok(json(running, 201, &answer))
}

fn rules(running: &mut Running, user: Option<&User>, request: &Request) -> Done {
    let mut review = body::json(request)?;
    let all = running.world.cluster.rules_for(&who_of(user), review.str_at("spec.namespace"));
    let (mut resources, mut urls): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for rule in all {
        if rule.list_at("nonResourceURLs").is_empty() {
            resources.push(rule);
        } else {
            urls.push(object! { "nonResourceURLs" => rule.at("nonResourceURLs").clone(), "verbs" => rule.at("verbs").clone() });
        }
    }
    let told = object! {
        "incomplete" => false, "nonResourceRules" => Value::list(urls), "resourceRules" => Value::list(resources),
    };
    review.put("status", told);
    Ok(json(running, 201, &review))
}

fn who(running: &Running, user: Option<&User>) -> Reply {
    let user = who_of(user);
    let groups: Value = user.groups.iter().map(Value::from).collect();
    let value = object! {
        "apiVersion" => "authentication.k8s.io/v1", "kind" => "SelfSubjectReview",
        "metadata" => object! { "creationTimestamp" => running.world.now().rfc3339() },
        "status" => object! { "userInfo" => object! { "groups" => groups, "username" => user.name.as_str() } },
    };
    json(running, 201, &value)
}

fn metrics(running: &Running, user: Option<&User>, request: &Request, rest: &[&str]) -> Done {
    let world = &running.world;
    let (namespace, what, name) = match rest {
        ["namespaces", namespace, "pods"] => (Some(*namespace), "pods", ""),
        ["namespaces", namespace, "pods", name] => (Some(*namespace), "pods", *name),
        ["pods"] => (None, "pods", ""),
        ["nodes"] => (None, "nodes", ""),
        ["nodes", name] => (None, "nodes", *name),
        _ => return Err(status::nowhere()),
    };
    if let Some(user) = user {
        let attempt = Attempt {
            verb: if name.is_empty() { "list" } else { "get" }.into(),
            group: "metrics.k8s.io".into(),
            resource: what.into(),
            namespace: namespace.unwrap_or("").into(),
            name: name.into(),
            ..Attempt::default()
        };
        world.cluster.authorize(user, &attempt)?;
    }
    let chosen = resources::selectors(request)?;
    let value = match (what, name) {
        ("pods", "") => {
            let store = world.cluster.store();
            let mut all = world.pod_metrics(namespace);
            all.retain(|pod| {
                let found = store.get(POD, pod.str_at("metadata.namespace"), pod.str_at("metadata.name"));
                found.is_some_and(|pod| chosen.matches(pod))
            });
            list(running, "PodMetrics", all)
        }
        ("nodes", "") => {
            let store = world.cluster.store();
            let mut all = world.node_metrics();
            all.retain(|node| {
                store.get(cluster::NODE, "", node.str_at("metadata.name")).is_some_and(|node| chosen.matches(node))
            });
            list(running, "NodeMetrics", all)
        }
        ("pods", name) => world.metrics_of_pod(namespace.unwrap_or(""), name)?,
        (_, name) => world.metrics_of_node(name)?,
    };
    Ok(json(running, 200, &value))
}

fn list(running: &Running, kind: &str, items: Vec<Value>) -> Value {
    let version = running.world.cluster.store().version().to_string();
    object! {
        "apiVersion" => "metrics.k8s.io/v1beta1", "items" => Value::list(items), "kind" => format!("{kind}List"),
        "metadata" => object! { "resourceVersion" => version },
    }
}

fn lease(running: &Running, user: Option<&User>, name: &str) -> Done {
    let world = &running.world;
    if let Some(user) = user {
        let attempt = Attempt {
            verb: "get".into(),
            group: "coordination.k8s.io".into(),
            resource: "leases".into(),
            namespace: "kube-node-lease".into(),
            name: name.into(),
            ..Attempt::default()
        };
        world.cluster.authorize(user, &attempt)?;
    }
    Ok(json(running, 200, &world.cluster.node_lease(world.now(), name)?))
}

fn token(running: &mut Running, user: Option<&User>, request: &Request, (namespace, name): (&str, &str)) -> Done {
    running.world.cluster.permit(user, "create", (cluster::SERVICEACCOUNT, "token"), (namespace, name))?;
    let mut asked = body::json(request)?;
    let secs = asked.int_at("spec.expirationSeconds").unwrap_or(3_600);
    let audiences = asked.list_at("spec.audiences").to_vec();
    let token = commands::token_for(&running.world, (namespace, name), secs, audiences)?;
    let end = sim::Time::from_unix_secs(running.world.now().unix_secs() + u64::try_from(secs).unwrap_or(0));
    asked.put("status", object! { "expirationTimestamp" => end.rfc3339(), "token" => token });
    Ok(json(running, 201, &asked))
}
