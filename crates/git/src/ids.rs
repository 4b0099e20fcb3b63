//! Tables by object id: asked often, listed only in the order in which they were filled.

use crate::object::ObjectId;
use std::ops::Index;

/// An open table, at most half full. An id is a hash already: its first bytes say where it goes.
#[derive(Debug, Clone)]
pub struct IdMap<V> {
    /// Numbers of entries, counted from one; 0 is free.
    places: Vec<u32>,
    entries: Vec<(ObjectId, V)>,
}

/// Ids that were seen.
pub(crate) type IdSet = IdMap<()>;

/// The smallest table.
const PLACES: usize = 64;

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self { places: Vec::new(), entries: Vec::new() }
    }
}

impl<V> IdMap<V> {
    /// Where an id is, or where it would be put; the table must have a free place.
    fn place(&self, id: &ObjectId) -> usize {
        let bytes = id.as_slice();
        let mask = self.places.len() - 1;
        let mut at = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize & mask;
        while self.places[at] != 0 && self.entries[self.places[at] as usize - 1].0 != *id {
            at = (at + 1) & mask;
        }
        at
    }

    fn number(&self, id: &ObjectId) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        (self.places[self.place(id)] as usize).checked_sub(1)
    }

    pub fn get(&self, id: &ObjectId) -> Option<&V> {
        self.number(id).map(|at| &self.entries[at].1)
    }

    pub fn get_mut(&mut self, id: &ObjectId) -> Option<&mut V> {
        let at = self.number(id)?;
        Some(&mut self.entries[at].1)
    }

    pub fn contains(&self, id: &ObjectId) -> bool {
        self.number(id).is_some()
    }

    /// True: it was not there. What is there keeps its value.
    pub fn insert(&mut self, id: ObjectId, value: V) -> bool {
        if self.entries.len() * 2 >= self.places.len() {
            self.grow();
        }
        let at = self.place(&id);
        let new = self.places[at] == 0;
        if new {
            self.entries.push((id, value));
            self.places[at] = u32::try_from(self.entries.len()).expect("fewer objects than four thousand million");
        }
        new
    }

    fn grow(&mut self) {
        self.places = vec![0; (self.places.len() * 2).max(PLACES)];
        for (number, (id, _)) in (1..).zip(&self.entries) {
            let at = self.place(id);
            self.places[at] = number;
        }
    }

    /// All values, in the order in which they were put in.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

impl<V> Index<&ObjectId> for IdMap<V> {
    type Output = V;

    fn index(&self, id: &ObjectId) -> &V {
        self.get(id).expect("an id that was put in")
    }
}

impl<V> FromIterator<(ObjectId, V)> for IdMap<V> {
    fn from_iter<I: IntoIterator<Item = (ObjectId, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (id, value) in entries {
            map.insert(id, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_found_also_where_ids_begin_alike() {
        let id = |number: u32| {
            let mut bytes = [0; 20];
            bytes[0] = (number % 3) as u8;
            bytes[16..].copy_from_slice(&number.to_le_bytes());
            ObjectId::from(bytes)
        };
        let mut map = IdMap::default();
        assert!(map.get(&id(1)).is_none());
        for number in 0..500 {
            assert!(map.insert(id(number), number));
            assert!(!map.insert(id(number), 0));
        }
        assert!((0..500).all(|number| map[&id(number)] == number));
        assert!(!map.contains(&id(500)));
        map.values_mut().for_each(|value| *value += 1);
        assert_eq!(map.get_mut(&id(7)), Some(&mut 8));
    }
}
