//! Volumes, claims and storage classes.

use super::super::kube::Kube;
use super::parts::{Writer, amount, annotations, go_list, joined, labels, on_one_line, plain, time};
use cluster::{Object, POD, human_duration, time_at};
use manifest::Value;
use order::Arrange;

/// `RWO,ROX`
fn modes(all: &[Value]) -> String {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO",
        Some("ReadOnlyMany") => "ROX",
        Some("ReadWriteMany") => "RWX",
        Some("ReadWriteOncePod") => "RWOP",
        _ => "",
    };
    all.iter().map(short).collect::<Vec<_>>().join(",")
}

/// The class of a claim or volume, which an old annotation may name.
fn class(value: &Value) -> &str {
    match value.map_at("metadata.annotations").get("volume.beta.kubernetes.io/storage-class") {
        Some(class) => class.as_str().unwrap_or(""),
        None => value.str_at("spec.storageClassName"),
    }
}

fn phase(kube: &Kube<'_, '_>, object: &Object) -> String {
    match time_at(&object.value, "metadata.deletionTimestamp") {
        Some(at) => format!("Terminating (lasts {})", human_duration(kube.cx.now().since(at))),
        None => object.value.str_at("status.phase").to_string(),
    }
}

pub(super) fn claim(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let value = &object.value;
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    w.pair(0, "StorageClass", class(value));
    w.pair(0, "Status", phase(kube, object));
    w.pair(0, "Volume", value.str_at("spec.volumeName"));
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", value.map_at("metadata.annotations"));
    w.pair(0, "Finalizers", go_list(object.finalizers()));
    let bound = !value.str_at("spec.volumeName").is_empty();
    w.pair(0, "Capacity", if bound { amount(value.at("status.capacity.storage")) } else { String::new() });
    w.pair(0, "Access Modes", if bound { modes(value.list_at("status.accessModes")) } else { String::new() });
    if !value.at("spec.volumeMode").is_null() {
        w.pair(0, "VolumeMode", value.str_at("spec.volumeMode"));
    }
    let source = value.at("spec.dataSource");
    if !source.is_null() {
        w.line(0, "DataSource:");
        for (title, field) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")] {
            if field != "apiGroup" || !source.at(field).is_null() {
                w.pair(1, title, source.str_at(field));
            }
        }
    }
    used_by(kube, object, w);
    let conditions = value.list_at("status.conditions");
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        w.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for condition in conditions {
            let text = |field: &str| condition.str_at(field);
            let (probe, since) = (time(condition, "lastProbeTime"), time(condition, "lastTransitionTime"));
            let (reason, message) = (text("reason"), text("message"));
            w.line(1, &format!("{} \t{} \t{probe} \t{since} \t{reason} \t{message}", text("type"), text("status")));
        }
    }
}

/// The pods with a volume of this claim.
fn used_by(kube: &Kube<'_, '_>, claim: &Object, w: &mut Writer) {
    let uses = |volume: &Value| volume.str_at("persistentVolumeClaim.claimName") == claim.name();
    let pods = kube.store().all(POD, Some(claim.namespace()));
    let mut names: Vec<&str> =
        pods.filter(|pod| pod.value.list_at("spec.volumes").iter().any(uses)).map(|pod| pod.name()).collect();
    names.arrange();
    if names.is_empty() {
        names.push("<none>");
    }
    for (at, name) in names.into_iter().enumerate() {
        w.line(0, &if at == 0 { format!("Used By:\t{name}") } else { format!("\t{name}") });
    }
}

/// The claims that a stateful set makes.
pub(super) fn claim_templates(all: &[Value], w: &mut Writer) {
    if all.is_empty() {
        return w.line(0, "Volume Claims:\t<none>");
    }
    w.line(0, "Volume Claims:");
    for claim in all {
        w.pair(1, "Name", claim.str_at("metadata.name"));
        w.pair(1, "StorageClass", class(claim));
        labels(w, "  Labels", claim.map_at("metadata.labels"));
        labels(w, "  Annotations", claim.map_at("metadata.annotations"));
        let asked = claim.at("spec.resources.requests.storage");
        w.pair(1, "Capacity", if asked.is_null() { "<default>".into() } else { amount(asked) });
        w.pair(1, "Access Modes", go_list(claim.list_at("spec.accessModes")));
    }
}

pub(super) fn volume(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let (value, spec) = (&object.value, object.value.at("spec"));
    w.pair(0, "Name", object.name());
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", value.map_at("metadata.annotations"));
    w.pair(0, "Finalizers", go_list(object.finalizers()));
    w.pair(0, "StorageClass", class(value));
    w.pair(0, "Status", phase(kube, object));
    let claim = spec.at("claimRef");
    let place = format!("{}/{}", claim.str_at("namespace"), claim.str_at("name"));
    w.pair(0, "Claim", if claim.is_null() { "" } else { &place });
    w.pair(0, "Reclaim Policy", spec.str_at("persistentVolumeReclaimPolicy"));
    w.pair(0, "Access Modes", modes(spec.list_at("accessModes")));
    if !spec.at("volumeMode").is_null() {
        w.pair(0, "VolumeMode", spec.str_at("volumeMode"));
    }
    w.pair(0, "Capacity", amount(spec.at("capacity.storage")));
    affinity(spec.at("nodeAffinity.required"), w);
    w.pair(0, "Message", value.str_at("status.message"));
    w.line(0, "Source:");
    source(spec, w);
}

fn affinity(required: &Value, w: &mut Writer) {
    if required.is_null() {
        return w.line(0, "Node Affinity:\t<none>");
    }
    w.line(0, "Node Affinity:\t");
    let terms = required.list_at("nodeSelectorTerms");
    w.line(1, if terms.is_empty() { "Required Terms:\t<none>" } else { "Required Terms:\t" });
    for (at, term) in terms.iter().enumerate() {
        requirements(w, 2, at, term.list_at("matchExpressions"), None);
    }
}

/// `Term 0:  zone in [a, b]`
fn requirements(w: &mut Writer, level: usize, at: usize, all: &[Value], operator: Option<&str>) {
    if all.is_empty() {
        return w.line(level, &format!("Term {at}:\t<none>"));
    }
    for (row, requirement) in all.iter().enumerate() {
        let own = requirement.str_at("operator").to_ascii_lowercase();
        let mut text = format!("{} {}", requirement.str_at("key"), operator.unwrap_or(&own));
        if !requirement.list_at("values").is_empty() {
            text.push_str(&format!(" [{}]", joined(requirement.list_at("values"), ", ")));
        }
        let head = if row == 0 { format!("Term {at}:") } else { String::new() };
        w.line(level, &format!("{head}\t{text}"));
    }
}

/// A kind of volume: its title, and each field with its own.
type Source = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const SOURCES: &[Source] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path"), ("HostPathType", "type")]),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server", "server"), ("Path", "path"), ("ReadOnly", "readOnly")],
    ),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path")]),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        &[("Driver", "driver"), ("FSType", "fsType"), ("VolumeHandle", "volumeHandle"), ("ReadOnly", "readOnly")],
    ),
];

/// Writes the source of a volume as the table has it; whether there was one.
pub(super) fn source(spec: &Value, w: &mut Writer) {
    let Some((field, kind, fields)) = SOURCES.iter().find(|(field, ..)| !spec.at(field).is_null()) else {
        return w.line(1, "<unknown>");
    };
    let source = spec.at(field);
    w.pair(2, "Type", kind);
    for (title, name) in *fields {
        let value = source.at(name);
        if *name == "volumeHandle" && value.is_null() {
            continue;
        }
        let text = match value {
            Value::Null if *name == "readOnly" => "false".to_string(),
            Value::Null => String::new(),
            value => plain(value),
        };
        w.pair(2, title, text);
    }
    if *field == "csi" {
        let attributes = source.map_at("volumeAttributes");
        if attributes.is_empty() {
            w.line(2, "VolumeAttributes:\t<none>");
        }
        for (at, (key, value)) in attributes.iter().enumerate() {
            let head = if at == 0 { "VolumeAttributes:\t".to_string() } else { "    \t".to_string() };
            w.line(2, &format!("{head}    {key}={}", plain(value)));
        }
    }
}

pub(super) fn class_of_storage(object: &Object, w: &mut Writer) {
    let value = &object.value;
    w.pair(0, "Name", object.name());
    let default = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        .iter()
        .any(|key| object.annotation(key) == "true");
    w.pair(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    w.pair(0, "Annotations", on_one_line(value.map_at("metadata.annotations")));
    w.pair(0, "Provisioner", value.str_at("provisioner"));
    w.pair(0, "Parameters", on_one_line(value.map_at("parameters")));
    let expands = match value.at("allowVolumeExpansion").as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    w.pair(0, "AllowVolumeExpansion", expands);
    let options = value.list_at("mountOptions");
    w.line(0, if options.is_empty() { "MountOptions:\t<none>" } else { "MountOptions:" });
    for option in options {
        w.line(1, option.as_str().unwrap_or(""));
    }
    for (title, field) in [("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")] {
        if !value.at(field).is_null() {
            w.pair(0, title, value.str_at(field));
        }
    }
    let topologies = value.list_at("allowedTopologies");
    if !topologies.is_empty() {
        w.line(0, "AllowedTopologies:\t");
        for (at, term) in topologies.iter().enumerate() {
            requirements(w, 1, at, term.list_at("matchLabelExpressions"), Some("in"));
        }
    }
}
