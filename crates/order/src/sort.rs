//! Sorting whose algorithm stands in the program once, not once for each type.
//!
//! The standard library's sorts are fast and large: each type that is sorted brings 4 kB of code into the worker. Ours
//! costs a few hundred bytes a type. It is stable, and allocates an index for each item.

use std::cmp::Ordering;

/// Runs this short are sorted by insertion.
const RUN: usize = 8;

/// Stable sorting of a slice.
pub trait Arrange {
    type Item;

    /// In ascending order.
    fn arrange(&mut self)
    where
        Self::Item: Ord;

    fn arrange_by(&mut self, compare: impl FnMut(&Self::Item, &Self::Item) -> Ordering);

    /// By a key that is computed once for each item.
    fn arrange_by_key<K: Ord>(&mut self, key: impl FnMut(&Self::Item) -> K);
}

impl<T> Arrange for [T] {
    type Item = T;

    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }

    fn arrange_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let order = order_of(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        put_in_order(order, &mut |a, b| self.swap(a, b));
    }

    fn arrange_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let order = order_of(keys.len(), &mut |a, b| keys[a].cmp(&keys[b]));
        put_in_order(order, &mut |a, b| self.swap(a, b));
    }
}

/// Which item comes at each place: a merge sort over indexes.
fn order_of(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for run in order.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            while at > 0 && compare(run[at - 1], run[at]) == Ordering::Greater {
                run.swap(at - 1, at);
                at -= 1;
            }
        }
    }
    let mut merged = vec![0; len];
    let mut width = RUN;
    while width < len {
        for start in (0..len).step_by(2 * width) {
            let (middle, end) = ((start + width).min(len), (start + 2 * width).min(len));
            let (mut left, mut right) = (start, middle);
            for place in &mut merged[start..end] {
                let from_left =
                    left < middle && (right == end || compare(order[left], order[right]) != Ordering::Greater);
                let from = if from_left { &mut left } else { &mut right };
                *place = order[*from];
                *from += 1;
            }
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    order
}

/// Moves items by swaps so that the one at `order[n]` comes to place `n`.
fn put_in_order(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for place in 0..order.len() {
        let mut from = order[place];
        // What stood at an earlier place was swapped away: follow it.
        while from < place {
            from = order[from];
        }
        order[place] = from;
        if from != place {
            swap(place, from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance.
    fn numbers(count: usize, below: u64) -> Vec<u64> {
        let mut state = count as u64 + 1;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn it_sorts_as_the_standard_library_does_and_is_stable() {
        for count in (0..70).chain([1_000, 4_097]) {
            for below in [2, 10, 1_000_000] {
                let items: Vec<(u64, usize)> = numbers(count, below).into_iter().zip(0..).collect();
                let (mut ours, mut theirs) = (items.clone(), items.clone());
                ours.arrange_by(|a, b| a.0.cmp(&b.0));
                theirs.sort_by_key(|item| item.0);
                assert_eq!(ours, theirs, "{count} items below {below}");
                ours.clone_from(&items);
                ours.arrange_by_key(|item| item.0);
                assert_eq!(ours, theirs);
                ours.arrange_by(|a, b| b.cmp(a));
                ours.arrange();
                theirs.sort();
                assert_eq!(ours, theirs);
            }
        }
    }
}
