//! The objects of the cluster by kind, as `kubectl get` lists them.

use cluster::Object;
use screen::{ObjectRow, ObjectTable};
use std::sync::Arc;
use world::World;

const ROWS_MAX: usize = 200;

/// Kinds of which there are objects, with their number; events have their own table.
pub fn kinds(world: &World, namespace: Option<&str>) -> Vec<(String, u32)> {
    let store = world.cluster.store();
    let mut kinds = Vec::new();
    for info in store.kinds().iter().filter(|info| info.id != cluster::EVENT) {
        let count = store.all(info.id, namespace.filter(|_| info.namespaced)).count();
        if count > 0 {
            kinds.push((info.kind.to_string(), u32::try_from(count).unwrap_or(u32::MAX)));
        }
    }
    kinds
}

/// The objects of a kind.
pub fn table(world: &World, kind: &str, namespace: Option<&str>) -> Option<ObjectTable> {
    let store = world.cluster.store();
    let info = store.kinds().find(kind)?;
    let mut objects: Vec<Arc<Object>> = store.all(info.id, namespace.filter(|_| info.namespaced)).cloned().collect();
    let more = objects.len().saturating_sub(ROWS_MAX);
    objects.truncate(ROWS_MAX);
    let table = cluster::table(store, info.id, &objects, world.now());
    let shown: Vec<usize> =
        (0..table.columns.len()).filter(|at| !table.columns[*at].wide && table.columns[*at].name != "NAME").collect();
    let columns = shown.iter().map(|at| table.columns[*at].name.clone()).collect();
    let rows = objects.iter().zip(table.rows).map(|(object, mut cells)| ObjectRow {
        namespace: object.namespace().to_string(),
        name: object.name().to_string(),
        cells: shown.iter().map(|at| std::mem::take(&mut cells[*at])).collect(),
    });
    Some(ObjectTable {
        kind: info.kind.to_string(),
        columns,
        rows: rows.collect(),
        more: u32::try_from(more).unwrap_or(u32::MAX),
    })
}
