//! Ids that were seen: asked for often, never listed, so that they need no order.

use crate::object::ObjectId;

/// An open table, at most half full. An id is a hash already: its first bytes say where it goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdSet {
    places: Vec<Option<ObjectId>>,
    len: usize,
}

/// The smallest table.
const PLACES: usize = 64;

impl IdSet {
    /// Where an id is, or where it would be put; the table must have a free place.
    fn place(&self, id: &ObjectId) -> usize {
        let bytes = id.as_slice();
        let hash = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        let mut at = hash % self.places.len();
        while self.places[at].as_ref().is_some_and(|other| other != id) {
            at = (at + 1) % self.places.len();
        }
        at
    }

    pub fn contains(&self, id: &ObjectId) -> bool {
        !self.places.is_empty() && self.places[self.place(id)].is_some()
    }

    /// True: it was not there.
    pub fn insert(&mut self, id: &ObjectId) -> bool {
        if self.len * 2 >= self.places.len() {
            self.grow();
        }
        let at = self.place(id);
        let new = self.places[at].is_none();
        self.places[at] = Some(*id);
        self.len += usize::from(new);
        new
    }

    fn grow(&mut self) {
        let wider = vec![None; (self.places.len() * 2).max(PLACES)];
        for id in std::mem::replace(&mut self.places, wider).into_iter().flatten() {
            let at = self.place(&id);
            self.places[at] = Some(id);
        }
    }
}
