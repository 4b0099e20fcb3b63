//! `labels`, `commonLabels`, `commonAnnotations` and `replicas`.

use crate::failure::{Done, failed};
use crate::identity::Gvk;
use crate::places::{Field, Make, set_entry, visit};
use crate::resource::{Resource, text_of};
use manifest::{Map, Value};

/// Sets every pair in every field.
pub(crate) fn pairs(all: &mut [Resource], pairs: &Map, fields: &[Field]) -> Done<()> {
    for (key, value) in pairs.iter() {
        let text = text_of(value);
        for resource in all.iter_mut() {
            for field in fields {
                visit(resource, field, Make::Map, &mut |value| set_entry(value, key, &text))?;
            }
        }
    }
    Ok(())
}

/// The fields that an entry of `labels` reaches.
pub(crate) fn fields(label: &Value) -> Done<Vec<Field>> {
    let mut all: Vec<Field> = label
        .list_at("fields")
        .iter()
        .map(|field| Field {
            gvk: Gvk::from_fields(field),
            path: field.str_at("path").into(),
            create: field.bool_at("create"),
        })
        .collect();
    let own = Field { gvk: Gvk::default(), path: "metadata/labels".into(), create: true };
    if label.bool_at("includeSelectors") {
        add(&mut all, crate::fields::common_labels())?;
    } else {
        if label.bool_at("includeTemplates") {
            add(&mut all, crate::fields::metadata_labels())
                .map_err(|failure| failure.within("failed to merge template fieldSpec"))?;
        }
        add(&mut all, vec![own])?;
    }
    Ok(all)
}

fn add(all: &mut Vec<Field>, more: Vec<Field>) -> Done<()> {
    for field in more {
        match all.iter().find(|have| have.gvk.selected_by(&field.gvk) && have.path == field.path) {
            Some(have) if have.create != field.create => {
                return failed(&["failed to merge labels: conflicting fieldspecs"]);
            }
            Some(_) => {}
            None => all.push(field),
        }
    }
    Ok(())
}

pub(crate) fn replicas(all: &mut [Resource], replica: &Value) -> Done<()> {
    let name = replica.str_at("name");
    let count = replica.int_at("count").unwrap_or(0);
    let fields = crate::fields::replicas();
    let mut found = false;
    for field in &fields {
        for resource in all.iter_mut() {
            if resource.any_id(|id| id.name == name && id.gvk.selected_by(&field.gvk)) {
                found = true;
                visit(resource, field, Make::Scalar, &mut |value| {
                    *value = count.into();
                    Ok(())
                })?;
            }
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<String> = fields.iter().map(|field| field.gvk.shown()).collect();
    let parts =
        ["resource with name ", name, " does not match a config with the following GVK [", &kinds.join(" "), "]"];
    failed(&parts)
}
