//! `flux check` and `flux version`: what is installed, and whether it is well.

use super::{Answer, Next};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{CUSTOMRESOURCEDEFINITION, DEPLOYMENT, Object};
use gitops::flux::{PART_OF, ROWS, Standing, VERSION, standing};
use manifest::Value;
use std::sync::Arc;

/// What Flux 2.7 wants of Kubernetes.
const WANTS: &str = ">=1.32.0-0";

fn ours(kube: &Kube<'_, '_>, kind: cluster::KindId, space: &str) -> Vec<Arc<Object>> {
    kube.store().all(kind, Some(space)).filter(|object| object.label(PART_OF) == "flux").cloned().collect()
}

/// The definition by which `flux` knows what is installed.
fn definition(kube: &Kube<'_, '_>) -> Option<Arc<Object>> {
    kube.store().get(CUSTOMRESOURCEDEFINITION, "", &ROWS[0].crd()).cloned()
}

fn distribution(definition: &Object) -> String {
    match definition.label("app.kubernetes.io/version") {
        "" => String::new(),
        version => ["flux-", version].concat(),
    }
}

// Unlike flux: it looks once, and waits for no controller that is still starting.
pub(super) fn check(kube: &mut Kube<'_, '_>, given: &Given, _: &[usize]) -> Answer {
    let mut good = true;
    kube.err("► checking prerequisites\n");
    let version = cluster::VERSION.trim_start_matches('v').to_string();
    let fits =
        helm::Constraint::parse(WANTS).zip(helm::Version::parse(&version)).is_some_and(|(want, have)| want.fits(&have));
    if fits {
        kube.err(format!("✔ Kubernetes {version} {WANTS}\n"));
    } else {
        kube.err(format!("✗ Kubernetes version v{version} does not match {WANTS}\n"));
        good = false;
    }
    if given.on("pre") {
        if good {
            kube.err("✔ prerequisites checks passed\n");
        }
        return Ok(Next::Exit(i32::from(!good)));
    }
    kube.err("► checking version in cluster\n");
    match definition(kube) {
        Some(definition) => {
            let bootstrapped = !definition.label("kustomize.toolkit.fluxcd.io/name").is_empty();
            kube.err(format!("✔ distribution: {}\n✔ bootstrapped: {bootstrapped}\n", distribution(&definition)));
        }
        None => {
            let name = ROWS[0].crd();
            kube.err(format!(
                "✗ checking failed: customresourcedefinitions.apiextensions.k8s.io \"{name}\" not found\n"
            ));
            good = false;
        }
    }
    kube.err("► checking controllers\n");
    let space = kube.namespace.clone();
    let controllers = ours(kube, DEPLOYMENT, &space);
    if controllers.is_empty() {
        kube.err(format!(
            "✗ no controllers found in the '{space}' namespace with the label selector '{PART_OF}=flux'\n"
        ));
        good = false;
    }
    for one in controllers {
        let ready = standing(&one).0 == Standing::Current && one.value.int_at("status.readyReplicas").unwrap_or(0) > 0;
        let (mark, not) = if ready { ('✔', "") } else { ('✗', "not ") };
        good &= ready;
        let image = one.value.str_at("spec.template.spec.containers[0].image");
        kube.err(format!("{mark} {}: deployment {not}ready\n► {image}\n", one.name()));
    }
    kube.err("► checking crds\n");
    let definitions = ours(kube, CUSTOMRESOURCEDEFINITION, "");
    if definitions.is_empty() {
        kube.err(format!("✗ no crds found with the label selector '{PART_OF}=flux'\n"));
        good = false;
    }
    for one in definitions {
        match one.value.list_at("status.storedVersions").last().and_then(Value::as_str) {
            Some(version) => kube.err(format!("✔ {}/{version}\n", one.name())),
            None => {
                kube.err(format!("✗ no stored versions for {}\n", one.name()));
                good = false;
            }
        }
    }
    kube.err(if good { "✔ all checks passed\n" } else { "✗ check failed\n" });
    Ok(Next::Exit(i32::from(!good)))
}

pub(super) fn version(kube: &mut Kube<'_, '_>, given: &Given, _: &[usize]) -> Answer {
    let output = given.text("output").unwrap_or("yaml");
    if !matches!(output, "json" | "yaml") {
        return Err(format!("--output must be json or yaml, not {output}"));
    }
    let mut lines: Vec<(String, String)> = vec![("flux".into(), VERSION.into())];
    if !given.on("client") {
        if let Some(definition) = definition(kube) {
            lines.push(("distribution".into(), distribution(&definition)));
        }
        let space = kube.namespace.clone();
        let controllers = ours(kube, DEPLOYMENT, &space);
        if controllers.is_empty() {
            return Err(format!("no deployments found in {space} namespace"));
        }
        for one in controllers {
            let image = one.value.str_at("spec.template.spec.containers[0].image");
            let (name, tag) = image.rsplit('/').next().unwrap_or(image).split_once(':').unwrap_or((image, ""));
            lines.push((name.into(), tag.into()));
        }
    }
    let text = if output == "json" {
        let mut all = Value::map();
        for (name, value) in &lines {
            all.put(name, value.as_str());
        }
        [&super::output::json(&all), "\n"].concat()
    } else {
        lines.iter().map(|(name, value)| [name, ": ", value, "\n"].concat()).collect()
    };
    kube.out(text);
    Ok(Next::Exit(0))
}
