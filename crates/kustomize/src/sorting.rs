//! The order in which the objects come out: Kustomize's old one by default, or as they were read.

use crate::failure::{Done, failed};
use crate::identity::{Gvk, Id};
use crate::resource::Resource;
use manifest::Value;
use order::Arrange;
use std::cmp::Ordering;

const FIRST: &str = "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role \
    ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass \
    PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget";
const LAST: &str = "MutatingWebhookConfiguration ValidatingWebhookConfiguration";

pub(crate) fn sort(all: &mut [Resource], options: &Value) -> Done<()> {
    let legacy = options.at("legacySortOptions");
    match options.str_at("order") {
        _ if options.is_null() => {}
        "legacy" => {}
        "fifo" if legacy.is_null() => return Ok(()),
        "fifo" => {
            return failed(&[
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
            ]);
        }
        _ => return failed(&["the field 'sortOptions.order' must be one of [fifo, legacy]"]),
    }
    let words = |field: &str, default: &'static str| -> Vec<String> {
        if legacy.is_null() {
            return default.split_whitespace().map(str::to_string).collect();
        }
        legacy.list_at(field).iter().filter_map(|item| item.as_str().map(str::to_string)).collect()
    };
    let (first, last) = (words("orderFirst", FIRST), words("orderLast", LAST));
    let rank = |kind: &str| -> i64 {
        let place = |list: &[String]| list.iter().rposition(|one| one == kind).map(|at| i64::try_from(at).unwrap_or(0));
        let count = i64::try_from(first.len()).unwrap_or(0);
        place(&last).map(|at| at + 1).or_else(|| Some(place(&first)? - count)).unwrap_or(0)
    };
    all.arrange_by_key(|resource| {
        let id = resource.id();
        Place { rank: rank(&id.gvk.kind), gvk: by_kind(&id.gvk), id: by_id(&id) }
    });
    Ok(())
}

#[derive(PartialEq, Eq)]
struct Place {
    rank: i64,
    gvk: String,
    id: String,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank).then_with(|| self.gvk.cmp(&other.gvk)).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn or<'t>(text: &'t str, none: &'t str) -> &'t str {
    if text.is_empty() { none } else { text }
}

fn by_kind(gvk: &Gvk) -> String {
    [or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K")].join("_")
}

fn by_id(id: &Id) -> String {
    [&id.gvk.shown(), or(&id.namespace, "~X"), or(&id.name, "~N")].join("|")
}
