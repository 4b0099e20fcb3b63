//! A map in the order of its keys: sorted chunks that clones share until one of them is changed.

use crate::iter::{IntoIter, Iter};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Bound, Index, RangeBounds};
use std::sync::Arc;

/// A chunk is split in two when it grows beyond this.
const CHUNK: usize = 48;

pub(crate) type Chunk<K, V> = Arc<Vec<(K, V)>>;

/// Stands in for the standard library's `BTreeMap`, with the part of its doors that we use.
#[derive(Clone)]
pub struct OrdMap<K, V> {
    /// None is empty; keys ascend within a chunk and from one to the next.
    pub(crate) chunks: Vec<Chunk<K, V>>,
    pub(crate) len: usize,
}

/// A chunk, and a place in it.
pub type Place = (usize, usize);

impl<K, V> OrdMap<K, V> {
    pub const fn new() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn clear(&mut self) {
        *self = Self::new();
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(&self.chunks, (0, 0), (self.chunks.len(), 0))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }
}

impl<K, V> OrdMap<K, V> {
    /// The same for a key that is told by how those that are there compare with it.
    fn place_by(&self, order: impl Fn(&K) -> Ordering) -> Result<Place, Place> {
        let behind = |chunk: &Chunk<K, V>| chunk.last().is_some_and(|(last, _)| order(last) == Ordering::Less);
        // One chunk needs no choice.
        let at = if self.chunks.len() == 1 { 0 } else { self.chunks.partition_point(behind) };
        let Some(chunk) = self.chunks.get(at) else {
            // Behind everything: at the end of the last chunk.
            let last = at.saturating_sub(1);
            return Err((last, self.chunks.last().map_or(0, |chunk| chunk.len())));
        };
        let found = chunk.binary_search_by(|(have, _)| order(have));
        found.map(|inside| (at, inside)).map_err(|inside| (at, inside))
    }

    /// Where the key is that compares as equal: for keys that compare faster than by `Ord`, in its order.
    pub fn find(&self, order: impl Fn(&K) -> Ordering) -> Option<Place> {
        self.place_by(order).ok()
    }

    /// What is at a place, as long as nothing came or went.
    pub fn at(&self, (chunk, at): Place) -> Option<(&K, &V)> {
        self.chunks.get(chunk)?.get(at).map(|(key, value)| (key, value))
    }
}

impl<K: Clone, V: Clone> OrdMap<K, V> {
    /// The value at a place that was found, to be changed.
    pub fn at_mut(&mut self, (chunk, at): Place) -> &mut V {
        &mut Arc::make_mut(&mut self.chunks[chunk])[at].1
    }
}

impl<K: Ord, V> OrdMap<K, V> {
    /// Where a key is, or where it would be put.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        self.place_by(|have| have.borrow().cmp(key))
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.place(key).ok()?;
        let (key, value) = &self.chunks[chunk][at];
        Some((key, value))
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Entries from a key on, in order.
    pub fn from_key<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let start = self.place(key).unwrap_or_else(|place| place);
        Iter::new(&self.chunks, start, (self.chunks.len(), 0))
    }

    /// Entries whose keys lie in a range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let start = match range.start_bound() {
            Bound::Unbounded => (0, 0),
            Bound::Included(key) => self.place(key).unwrap_or_else(|place| place),
            Bound::Excluded(key) => self.place(key).map_or_else(|place| place, |(chunk, at)| (chunk, at + 1)),
        };
        let end = match range.end_bound() {
            Bound::Unbounded => (self.chunks.len(), 0),
            Bound::Included(key) => self.place(key).map_or_else(|place| place, |(chunk, at)| (chunk, at + 1)),
            Bound::Excluded(key) => self.place(key).unwrap_or_else(|place| place),
        };
        Iter::new(&self.chunks, start, end)
    }
}

impl<K: Ord + Clone, V: Clone> OrdMap<K, V> {
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.at_mut(place))
    }

    /// Sets a value and returns the one it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        // What comes in order is put behind the last one without a search.
        if let Some(chunk) = self.chunks.last()
            && chunk.last().is_some_and(|(last, _)| *last < key)
        {
            let place = (self.chunks.len() - 1, chunk.len());
            self.put(place, key, value);
            return None;
        }
        match self.place(&key) {
            Ok(place) => Some(std::mem::replace(self.at_mut(place), value)),
            Err(place) => {
                self.put(place, key, value);
                None
            }
        }
    }

    /// Puts a new entry at its place; gives where it went.
    fn put(&mut self, (chunk, at): Place, key: K, value: V) -> Place {
        self.len += 1;
        let chunks = self.chunks.len();
        let Some(entries) = self.chunks.get_mut(chunk) else {
            self.chunks.push(Arc::new(vec![(key, value)]));
            return (0, 0);
        };
        let full = entries.len() >= CHUNK;
        // What comes in order fills one chunk after the other.
        if full && at == entries.len() && chunk + 1 == chunks {
            self.chunks.push(Arc::new(vec![(key, value)]));
            return (chunk + 1, 0);
        }
        let entries = Arc::make_mut(entries);
        if entries.len() == entries.capacity() {
            // Chunks are many: doubling would leave a third of each unused.
            entries.reserve_exact(entries.len().clamp(1, CHUNK / 8));
        }
        entries.insert(at, (key, value));
        if !full {
            return (chunk, at);
        }
        let half = entries.len() / 2;
        let second = entries.split_off(half);
        entries.shrink_to(CHUNK / 8 * 5);
        self.chunks.insert(chunk + 1, Arc::new(second));
        if at < half { (chunk, at) } else { (chunk + 1, at - half) }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.take(place).1)
    }

    fn take(&mut self, (chunk, at): Place) -> (K, V) {
        self.len -= 1;
        let entries = Arc::make_mut(&mut self.chunks[chunk]);
        let entry = entries.remove(at);
        if entries.is_empty() {
            self.chunks.remove(chunk);
        }
        entry
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (self.len > 0).then(|| self.take((0, 0)))
    }

    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let chunk = self.chunks.len().checked_sub(1)?;
        let at = self.chunks[chunk].len() - 1;
        Some(self.take((chunk, at)))
    }

    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let place = self.place(&key);
        Entry { map: self, key, place }
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.chunks.iter_mut().flat_map(|chunk| Arc::make_mut(chunk).iter_mut().map(|(key, value)| (&*key, value)))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.iter_mut().map(|(_, value)| value)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for chunk in &mut self.chunks {
            Arc::make_mut(chunk).retain_mut(|(key, value)| keep(key, value));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
        self.len = self.chunks.iter().map(|chunk| chunk.len()).sum();
    }

    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }
}

/// A key's place in a map, filled or not.
pub struct Entry<'m, K, V> {
    map: &'m mut OrdMap<K, V>,
    key: K,
    place: Result<Place, Place>,
}

impl<'m, K: Ord + Clone, V: Clone> Entry<'m, K, V> {
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'m mut V {
        let Self { map, key, place } = self;
        let place = place.unwrap_or_else(|place| map.put(place, key, make()));
        map.at_mut(place)
    }

    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Ok(place) = self.place {
            change(self.map.at_mut(place));
        }
        self
    }
}

impl<K, V> fmt::Debug for Entry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("filled", &self.place.is_ok()).finish_non_exhaustive()
    }
}

impl<K, V> Default for OrdMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OrdMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrdMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let shared = || {
            let mut pairs = self.chunks.iter().zip(&other.chunks);
            self.chunks.len() == other.chunks.len() && pairs.all(|(one, two)| Arc::ptr_eq(one, two))
        };
        self.len == other.len && (shared() || self.iter().eq(other.iter()))
    }
}

impl<K: Eq, V: Eq> Eq for OrdMap<K, V> {}

impl<K: Ord, V: Ord> PartialOrd for OrdMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, V: Ord> Ord for OrdMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for OrdMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the map holds the key that it is indexed by")
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for OrdMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        for (key, value) in items {
            self.insert(key, value);
        }
    }
}

/// The last of equal keys wins.
impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for OrdMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Self::new();
        map.extend(items);
        map
    }
}

impl<K: Ord + Clone, V: Clone, const N: usize> From<[(K, V); N]> for OrdMap<K, V> {
    fn from(items: [(K, V); N]) -> Self {
        items.into_iter().collect()
    }
}

impl<'m, K, V> IntoIterator for &'m OrdMap<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = Iter<'m, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Clone, V: Clone> IntoIterator for OrdMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        let open: crate::iter::Open<K, V> = |chunk| Arc::unwrap_or_clone(chunk).into_iter();
        self.chunks.into_iter().flat_map(open)
    }
}
