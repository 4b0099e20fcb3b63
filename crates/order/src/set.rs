//! A set in order: a map whose values are nothing.

use crate::map::OrdMap;
use std::borrow::Borrow;
use std::fmt;
use std::ops::RangeBounds;

/// Stands in for the standard library's `BTreeSet`, with the part of its doors that we use.
#[derive(Clone, PartialEq, Eq)]
pub struct OrdSet<T> {
    pub(crate) items: OrdMap<T, ()>,
}

impl<T> OrdSet<T> {
    pub const fn new() -> Self {
        Self { items: OrdMap::new() }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn clear(&mut self) {
        self.items.clear();
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.into_iter()
    }

    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    pub fn last(&self) -> Option<&T> {
        self.iter().next_back()
    }
}

impl<T: Ord> OrdSet<T> {
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.contains_key(item)
    }

    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> impl DoubleEndedIterator<Item = &T>
    where
        T: Borrow<Q>,
    {
        self.items.range(range).map(|(item, ())| item)
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|item| other.contains(item))
    }

    pub fn is_disjoint(&self, other: &Self) -> bool {
        !self.iter().any(|item| other.contains(item))
    }

    /// What is in both, in order.
    pub fn intersection<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'s T> {
        self.iter().filter(|item| other.contains(*item))
    }

    /// What is here and not there, in order.
    pub fn difference<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'s T> {
        self.iter().filter(|item| !other.contains(*item))
    }
}

impl<T: Ord + Clone> OrdSet<T> {
    /// Whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        self.items.insert(item, ()).is_none()
    }

    /// Whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.remove(item).is_some()
    }

    pub fn pop_first(&mut self) -> Option<T> {
        self.items.pop_first().map(|(item, ())| item)
    }

    pub fn pop_last(&mut self) -> Option<T> {
        self.items.pop_last().map(|(item, ())| item)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.items.retain(|item, ()| keep(item));
    }
}

impl<T: Ord> PartialOrd for OrdSet<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for OrdSet<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T> Default for OrdSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OrdSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Ord + Clone> Extend<T> for OrdSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<'s, T: Ord + Clone + 's> Extend<&'s T> for OrdSet<T> {
    fn extend<I: IntoIterator<Item = &'s T>>(&mut self, items: I) {
        self.extend(items.into_iter().cloned());
    }
}

impl<T: Ord + Clone> FromIterator<T> for OrdSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord + Clone, const N: usize> From<[T; N]> for OrdSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

type Item<T> = fn((T, ())) -> T;
type ItemRef<'s, T> = fn((&'s T, &'s ())) -> &'s T;

impl<T: Clone> IntoIterator for OrdSet<T> {
    type Item = T;
    type IntoIter = std::iter::Map<crate::IntoIter<T, ()>, Item<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let item: Item<T> = |(item, ())| item;
        self.items.into_iter().map(item)
    }
}

impl<'s, T> IntoIterator for &'s OrdSet<T> {
    type Item = &'s T;
    type IntoIter = std::iter::Map<crate::Iter<'s, T, ()>, ItemRef<'s, T>>;

    fn into_iter(self) -> Self::IntoIter {
        let item: ItemRef<'s, T> = |(item, ())| item;
        self.items.iter().map(item)
    }
}
