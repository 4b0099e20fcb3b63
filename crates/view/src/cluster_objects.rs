//! The objects of the cluster by kind, as `kubectl get` lists them.

use cluster::Object;
use std::sync::Arc;
use world::World;

const ROWS_MAX: usize = 200;

/// Kinds with their numbers, the objects of one of them as rows, and how many are left out.
pub fn objects(world: &World, kind: &str, namespace: Option<&str>) -> (Vec<String>, Vec<Vec<String>>, u32) {
    let (table, more) = table(world, kind, namespace);
    (kinds(world, namespace), table, more)
}

/// Kinds of which there are objects, with their number; events have their own table.
fn kinds(world: &World, namespace: Option<&str>) -> Vec<String> {
    let store = world.cluster.store();
    let all = store.kinds().iter().filter(|info| info.id != cluster::EVENT);
    let counted = all.map(|info| (info, store.all(info.id, namespace.filter(|_| info.namespaced)).count()));
    counted.filter(|(_, count)| *count > 0).map(|(info, count)| format!("{} ({count})", info.kind)).collect()
}

#[inline(never)]
fn table(world: &World, kind: &str, namespace: Option<&str>) -> (Vec<Vec<String>>, u32) {
    let store = world.cluster.store();
    let Some(info) = store.kinds().find(kind) else { return Default::default() };
    let mut objects: Vec<Arc<Object>> = store.all(info.id, namespace.filter(|_| info.namespaced)).cloned().collect();
    let more = u32::try_from(objects.len().saturating_sub(ROWS_MAX)).unwrap_or(u32::MAX);
    objects.truncate(ROWS_MAX);
    let table = cluster::table(store, info.id, &objects, world.now());
    let shown: Vec<usize> =
        (0..table.columns.len()).filter(|at| !table.columns[*at].wide && table.columns[*at].name != "NAME").collect();
    let mut head = vec!["NAMESPACE".to_string(), "NAME".to_string()];
    head.extend(shown.iter().map(|at| table.columns[*at].name.clone()));
    let mut rows = vec![head];
    for (object, cells) in objects.iter().zip(table.rows) {
        let mut row = vec![object.namespace().to_string(), object.name().to_string()];
        row.extend(shown.iter().map(|at| cells[*at].clone()));
        rows.push(row);
    }
    (rows, more)
}
