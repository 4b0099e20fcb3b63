//! Containers, volumes and pod templates.

use super::parts::{Writer, annotations, int_or_text, labels, or_none, selector, time, tolerations};
use super::storage;
use manifest::Value;
use order::Arrange;

/// A list of containers under its title; `indent` is two spaces inside a template. `pod` gives statuses and fields.
pub(super) fn containers(
    w: &mut Writer,
    title: &str,
    all: &[Value],
    statuses: &[Value],
    indent: &str,
    pod: Option<&Value>,
) {
    let none = if all.is_empty() { " <none>" } else { "" };
    w.line(0, &format!("{indent}{title}:{none}"));
    let name_indent = if indent.is_empty() { "" } else { " " };
    for container in all {
        let status = statuses.iter().find(|status| status.at("name") == container.at("name"));
        w.line(1, &format!("{name_indent}{}:", container.str_at("name")));
        basics(w, container, status);
        for (field, title) in [("command", "Command"), ("args", "Args")] {
            if !container.list_at(field).is_empty() {
                w.line(2, &format!("{title}:"));
                for word in container.list_at(field).iter().filter_map(Value::as_str).flat_map(|word| word.split('\n'))
                {
                    w.line(3, word);
                }
            }
        }
        if let Some(status) = status {
            state(w, "State", status.at("state"));
            if !status.at("lastState.terminated").is_null() {
                state(w, "Last State", status.at("lastState"));
            }
            w.pair(2, "Ready", if status.bool_at("ready") { "True" } else { "False" });
            w.pair(2, "Restart Count", status.int_at("restartCount").unwrap_or(0));
        }
        resources(w, container);
        for (field, title) in
            [("livenessProbe", "Liveness"), ("readinessProbe", "Readiness"), ("startupProbe", "Startup")]
        {
            if let Some(probe) = container.get(field).filter(|probe| !probe.is_null()) {
                w.pair(2, title, self::probe(probe));
            }
        }
        environment_from(w, container);
        environment(w, container, pod);
        mounts(w, container);
    }
}

fn basics(w: &mut Writer, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        w.pair(2, "Container ID", status.str_at("containerID"));
    }
    w.pair(2, "Image", container.str_at("image"));
    if let Some(status) = status {
        w.pair(2, "Image ID", status.str_at("imageID"));
    }
    let ports = container.list_at("ports");
    let port = |port: &Value| format!("{}/{}", port.int_at("containerPort").unwrap_or(0), port.str_at("protocol"));
    let host = |port: &Value| format!("{}/{}", port.int_at("hostPort").unwrap_or(0), port.str_at("protocol"));
    let join = |make: &dyn Fn(&Value) -> String| ports.iter().map(make).collect::<Vec<_>>().join(", ");
    for (one, many, text) in [("Port", "Ports", join(&port)), ("Host Port", "Host Ports", join(&host))] {
        w.pair(2, if ports.len() > 1 { many } else { one }, or_none(&text));
    }
}

fn state(w: &mut Writer, title: &str, state: &Value) {
    if let Some(running) = state.get("running") {
        w.pair(2, title, "Running");
        w.pair(3, "Started", time(running, "startedAt"));
    } else if let Some(end) = state.get("terminated") {
        w.pair(2, title, "Terminated");
        for (name, field) in [("Reason", "reason"), ("Message", "message")] {
            if !end.str_at(field).is_empty() {
                w.pair(3, name, end.str_at(field));
            }
        }
        w.pair(3, "Exit Code", end.int_at("exitCode").unwrap_or(0));
        w.pair(3, "Started", time(end, "startedAt"));
        w.pair(3, "Finished", time(end, "finishedAt"));
    } else {
        w.pair(2, title, "Waiting");
        let reason = state.str_at("waiting.reason");
        if !reason.is_empty() {
            w.pair(3, "Reason", reason);
        }
    }
}

fn resources(w: &mut Writer, container: &Value) {
    for (field, title) in [("limits", "Limits"), ("requests", "Requests")] {
        let amounts = container.at("resources").at(field).entries();
        if !amounts.is_empty() {
            w.line(2, &format!("{title}:"));
            for (name, amount) in amounts.iter() {
                w.pair(3, name, int_or_text(amount));
            }
        }
    }
}

fn probe(probe: &Value) -> String {
    let number = |field: &str| probe.int_at(field).unwrap_or(0);
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds"),
        number("timeoutSeconds"),
        number("periodSeconds"),
        number("successThreshold"),
        number("failureThreshold")
    );
    if let Some(exec) = probe.get("exec") {
        let words: Vec<&str> = exec.list_at("command").iter().filter_map(Value::as_str).collect();
        return format!("exec [{}] {attributes}", words.join(" "));
    }
    if let Some(http) = probe.get("httpGet") {
        let scheme = http.str_at("scheme").to_ascii_lowercase();
        let port = int_or_text(http.at("port"));
        return format!("http-get {scheme}://{}:{port}{} {attributes}", http.str_at("host"), http.str_at("path"));
    }
    if let Some(tcp) = probe.get("tcpSocket") {
        return format!("tcp-socket {}:{} {attributes}", tcp.str_at("host"), int_or_text(tcp.at("port")));
    }
    if let Some(grpc) = probe.get("grpc") {
        return format!("grpc <pod>:{} {} {attributes}", grpc.int_at("port").unwrap_or(0), grpc.str_at("service"));
    }
    format!("unknown {attributes}")
}

fn environment_from(w: &mut Writer, container: &Value) {
    let sources = container.list_at("envFrom");
    if sources.is_empty() {
        return;
    }
    w.line(2, "Environment Variables from:");
    for source in sources {
        let (kind, reference) = match source.get("configMapRef") {
            Some(reference) => ("ConfigMap", reference),
            None => ("Secret", source.at("secretRef")),
        };
        let prefix = source.str_at("prefix");
        let with = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
        let optional = reference.bool_at("optional");
        w.line(3, &format!("{}\t{kind}{with}\tOptional: {optional}", reference.str_at("name")));
    }
}

fn environment(w: &mut Writer, container: &Value, pod: Option<&Value>) {
    let all = container.list_at("env");
    w.line(2, if all.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in all {
        let (name, from) = (variable.str_at("name"), variable.at("valueFrom"));
        if from.is_null() {
            for (at, line) in variable.str_at("value").split('\n').enumerate() {
                w.line(3, &if at == 0 { format!("{name}:\t{line}") } else { format!("\t{line}") });
            }
        } else if let Some(key) = from.get("configMapKeyRef") {
            let (item, map, optional) = (key.str_at("key"), key.str_at("name"), key.bool_at("optional"));
            w.line(3, &format!("{name}:\t<set to the key '{item}' of config map '{map}'>\tOptional: {optional}"));
        } else if let Some(key) = from.get("secretKeyRef") {
            let (item, secret, optional) = (key.str_at("key"), key.str_at("name"), key.bool_at("optional"));
            w.line(3, &format!("{name}:\t<set to the key '{item}' in secret '{secret}'>\tOptional: {optional}"));
        } else if let Some(field) = from.get("fieldRef") {
            let path = field.str_at("fieldPath");
            let value = pod.map_or("", |pod| pod.str_at(path));
            w.line(3, &format!("{name}:\t{value} ({}:{path})", field.str_at("apiVersion")));
        } else if let Some(resource) = from.get("resourceFieldRef") {
            let path = resource.str_at("resource");
            let value = int_or_text(container.at("resources").at(path));
            w.line(3, &format!("{name}:\t{value} ({path})"));
        }
    }
}

fn mounts(w: &mut Writer, container: &Value) {
    let mut all: Vec<&Value> = container.list_at("volumeMounts").iter().collect();
    all.arrange_by_key(|mount| mount.str_at("mountPath").to_string());
    w.line(2, if all.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in all {
        let mut flags = if mount.bool_at("readOnly") { "ro".to_string() } else { "rw".to_string() };
        if !mount.str_at("subPath").is_empty() {
            flags.push_str(&format!(",path={:?}", mount.str_at("subPath")));
        }
        w.line(3, &format!("{} from {} ({flags})", mount.str_at("mountPath"), mount.str_at("name")));
    }
}

pub(super) fn volumes(w: &mut Writer, all: &[Value], indent: &str) {
    if all.is_empty() {
        return w.line(0, &format!("{indent}Volumes:\t<none>"));
    }
    w.line(0, &format!("{indent}Volumes:"));
    let name_indent = if indent.is_empty() { "" } else { " " };
    for volume in all {
        w.line(1, &format!("{name_indent}{}:", volume.str_at("name")));
        if let Some(source) = volume.get("configMap") {
            w.pair(2, "Type", "ConfigMap (a volume populated by a ConfigMap)");
            w.pair(2, "Name", source.str_at("name"));
            w.pair(2, "Optional", source.bool_at("optional"));
        } else if let Some(source) = volume.get("secret") {
            w.pair(2, "Type", "Secret (a volume populated by a Secret)");
            w.pair(2, "SecretName", source.str_at("secretName"));
            w.pair(2, "Optional", source.bool_at("optional"));
        } else if let Some(source) = volume.get("emptyDir") {
            w.pair(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
            w.pair(2, "Medium", source.str_at("medium"));
            let limit = int_or_text(source.at("sizeLimit"));
            w.pair(2, "SizeLimit", if limit.is_empty() { "<unset>".into() } else { limit });
        } else if let Some(source) = volume.get("persistentVolumeClaim") {
            w.pair(2, "Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)");
            w.pair(2, "ClaimName", source.str_at("claimName"));
            w.pair(2, "ReadOnly", source.bool_at("readOnly"));
        } else if let Some(source) = volume.get("projected") {
            projected(w, source);
        } else if let Some(source) = volume.get("downwardAPI") {
            w.pair(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
            w.line(2, "Items:");
            for item in source.list_at("items") {
                let field = item.str_at("fieldRef.fieldPath");
                let from = if field.is_empty() { item.str_at("resourceFieldRef.resource") } else { field };
                w.line(3, &format!("{from} -> {}", item.str_at("path")));
            }
        } else {
            storage::source(volume, w);
        }
    }
}

fn projected(w: &mut Writer, source: &Value) {
    w.pair(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
    for part in source.list_at("sources") {
        if let Some(secret) = part.get("secret") {
            w.pair(2, "SecretName", secret.str_at("name"));
            w.pair(2, "Optional", secret.bool_at("optional"));
        } else if part.get("downwardAPI").is_some() {
            w.pair(2, "DownwardAPI", "true");
        } else if let Some(map) = part.get("configMap") {
            w.pair(2, "ConfigMapName", map.str_at("name"));
            // Kubernetes 1.32 prints the pointer of an unset flag.
            w.pair(2, "ConfigMapOptional", "<nil>");
        } else if let Some(token) = part.get("serviceAccountToken") {
            w.pair(2, "TokenExpirationSeconds", token.int_at("expirationSeconds").unwrap_or(0));
        }
    }
}

/// The part of a workload that pods are made from.
pub(super) fn template(template: &Value, w: &mut Writer) {
    w.line(0, "Pod Template:");
    labels(w, "  Labels", template.map_at("metadata.labels"));
    if !template.map_at("metadata.annotations").is_empty() {
        annotations(w, "  Annotations", template.map_at("metadata.annotations"));
    }
    let spec = template.at("spec");
    if !spec.str_at("serviceAccountName").is_empty() {
        w.pair(1, "Service Account", spec.str_at("serviceAccountName"));
    }
    if !spec.list_at("initContainers").is_empty() {
        containers(w, "Init Containers", spec.list_at("initContainers"), &[], "  ", None);
    }
    containers(w, "Containers", spec.list_at("containers"), &[], "  ", None);
    volumes(w, spec.list_at("volumes"), "  ");
    spread(w, spec.list_at("topologySpreadConstraints"), "  ");
    if !spec.str_at("priorityClassName").is_empty() {
        w.pair(1, "Priority Class Name", spec.str_at("priorityClassName"));
    }
    labels(w, "  Node-Selectors", spec.map_at("nodeSelector"));
    tolerations(w, "  Tolerations", spec.list_at("tolerations"));
}

/// Topology spread constraints, by their keys.
pub(super) fn spread(w: &mut Writer, all: &[Value], indent: &str) {
    let mut all: Vec<&Value> = all.iter().collect();
    all.arrange_by_key(|constraint| constraint.str_at("topologyKey").to_string());
    for (at, constraint) in all.into_iter().enumerate() {
        let head = if at == 0 { "Topology Spread Constraints:" } else { "" };
        let (key, action) = (constraint.str_at("topologyKey"), constraint.str_at("whenUnsatisfiable"));
        let skew = constraint.int_at("maxSkew").unwrap_or(0);
        let chosen = constraint.at("labelSelector");
        let pods = if chosen.is_null() { String::new() } else { format!(" for selector {}", selector(chosen)) };
        w.line(0, &format!("{indent}{head}\t{key}:{action} when max skew {skew} is exceeded{pods}"));
    }
}
