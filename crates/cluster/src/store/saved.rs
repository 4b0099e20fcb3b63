//! A store as it is saved: its objects, from which the indexes are made again.

use super::{Change, Objects, Store};
use crate::kinds::Kinds;
use crate::occurrence::Slot;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A store without its indexes.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    kinds: Kinds,
    version: u64,
    objects: Objects,
    changes: VecDeque<Change>,
}

impl From<Store> for Saved {
    fn from(store: Store) -> Self {
        let Store { kinds, version, objects, changes, .. } = store;
        Self { kinds, version, objects, changes }
    }
}

impl From<Saved> for Store {
    fn from(saved: Saved) -> Self {
        let Saved { kinds, version, objects, changes } = saved;
        let mut store = Self { kinds, version, objects: objects.clone(), changes, ..Self::default() };
        for object in objects.values().flat_map(|spaces| spaces.values()).flat_map(|named| named.values()) {
            if let Slot::Whole(object) = object {
                store.reindex(None, Some(object));
            }
        }
        store
    }
}
