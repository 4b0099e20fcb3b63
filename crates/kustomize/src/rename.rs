//! `namePrefix`, `nameSuffix`, and the hash of what was generated.

use crate::failure::Done;
use crate::identity::Gvk;
use crate::resource::Resource;

/// Kinds whose names are fixed.
fn skipped(gvk: &Gvk) -> bool {
    match gvk.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

pub(crate) fn prefix(all: &mut [Resource], prefix: &str) -> Done<()> {
    for resource in all.iter_mut().filter(|resource| !skipped(&resource.first_id().gvk)) {
        resource.prefixes.push(prefix.into());
        resource.remember();
        let name = [prefix, &resource.name()].concat();
        resource.value.set("metadata.name", name);
    }
    Ok(())
}

pub(crate) fn suffix(all: &mut [Resource], suffix: &str) -> Done<()> {
    for resource in all.iter_mut().filter(|resource| !skipped(&resource.first_id().gvk)) {
        resource.suffixes.push(suffix.into());
        resource.remember();
        let name = [&resource.name(), suffix].concat();
        resource.value.set("metadata.name", name);
    }
    Ok(())
}

/// Gives every generated resource the hash of its content.
pub(crate) fn hash(all: &mut [Resource]) {
    for resource in all.iter_mut().filter(|resource| resource.wants_hash) {
        let hash = crate::generate::content_hash(&resource.value);
        resource.remember();
        let name = [&resource.name(), "-", &hash].concat();
        resource.value.set("metadata.name", name);
    }
}
