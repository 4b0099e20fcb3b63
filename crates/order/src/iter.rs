//! Walking over a map or a part of it.

use crate::map::{Chunk, Place};

/// Entries in order, by reference.
#[derive(Debug)]
pub struct Iter<'m, K, V> {
    chunks: &'m [Chunk<K, V>],
    /// The next entry from the front.
    front: Place,
    /// Just behind the next entry from the back.
    back: Place,
}

/// Opens a chunk that may be shared.
pub(crate) type Open<K, V> = fn(Chunk<K, V>) -> std::vec::IntoIter<(K, V)>;

/// Entries in order, by value.
pub type IntoIter<K, V> = std::iter::FlatMap<std::vec::IntoIter<Chunk<K, V>>, std::vec::IntoIter<(K, V)>, Open<K, V>>;

impl<'m, K, V> Iter<'m, K, V> {
    pub(crate) fn new(chunks: &'m [Chunk<K, V>], front: Place, back: Place) -> Self {
        let mut all = Self { chunks, front, back };
        all.front = all.forward(front);
        all.back = all.forward(back);
        all
    }

    /// A place at the end of a chunk is the one at the start of the next.
    fn forward(&self, (chunk, at): Place) -> Place {
        match self.chunks.get(chunk) {
            Some(entries) if at >= entries.len() => (chunk + 1, 0),
            _ => (chunk, at),
        }
    }

    fn at(&self, (chunk, at): Place) -> Option<(&'m K, &'m V)> {
        let (key, value) = self.chunks.get(chunk)?.get(at)?;
        Some((key, value))
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks, front: self.front, back: self.back }
    }
}

impl<'m, K, V> Iterator for Iter<'m, K, V> {
    type Item = (&'m K, &'m V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        let (chunk, at) = self.front;
        self.front = self.forward((chunk, at + 1));
        self.at((chunk, at))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        self.back = match self.back {
            (chunk, 0) => (chunk - 1, self.chunks[chunk - 1].len() - 1),
            (chunk, at) => (chunk, at - 1),
        };
        self.at(self.back)
    }
}
