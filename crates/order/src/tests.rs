//! Beside the standard library's map, over many drawn sequences of moves.

use crate::{OrdMap, OrdSet};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn same(ours: &OrdMap<u64, u64>, theirs: &BTreeMap<u64, u64>) {
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().eq(theirs.iter()));
    assert!(ours.iter().rev().eq(theirs.iter().rev()));
    assert!(ours.chunks.iter().all(|chunk| !chunk.is_empty()));
}

#[test]
fn it_does_what_the_standard_map_does() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let keys = [8, 200, 100_000][dice.roll(3) as usize];
        let (mut ours, mut theirs) = (OrdMap::new(), BTreeMap::new());
        let mut forks = Vec::new();
        for _ in 0..1_500 {
            let (key, value) = (dice.roll(keys), dice.roll(100));
            match dice.roll(12) {
                0..=4 => assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
                5 | 6 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                7 => *ours.entry(key).or_default() += *theirs.entry(key).and_modify(|v| *v += 1).or_insert(value),
                8 => assert_eq!(ours.get_mut(&key), theirs.get_mut(&key)),
                9 => {
                    let to = key + dice.roll(keys);
                    assert!(ours.range(key..to).eq(theirs.range(key..to)), "{key}..{to}");
                    assert!(ours.range(key..).rev().eq(theirs.range(key..).rev()));
                    assert!(ours.range(..=key).eq(theirs.range(..=key)));
                }
                10 if dice.roll(8) == 0 => forks.push((ours.clone(), theirs.clone())),
                11 if dice.roll(20) == 0 => {
                    ours.retain(|key, _| key % 3 > 0);
                    theirs.retain(|key, _| key % 3 > 0);
                }
                _ => assert_eq!(ours.last_key_value(), theirs.last_key_value()),
            }
            // `or_default` above adds to what is there: both are made equal again.
            if let (Some(a), Some(b)) = (ours.get(&key).copied(), theirs.get_mut(&key)) {
                *b = a;
            }
        }
        same(&ours, &theirs);
        for (ours, theirs) in &forks {
            same(ours, theirs);
        }
        while let Some(first) = theirs.pop_first() {
            assert_eq!(ours.pop_first(), Some(first));
            assert_eq!(ours.pop_last(), theirs.pop_last());
        }
        assert!(ours.is_empty() && ours.chunks.is_empty());
    }
}

#[test]
fn a_set_does_what_the_standard_set_does() {
    let mut dice = Dice(7);
    let (mut ours, mut theirs) = (OrdSet::new(), BTreeSet::new());
    let other: OrdSet<u64> = (0..90).map(|_| dice.roll(300)).collect();
    let theirs_other: BTreeSet<u64> = other.iter().copied().collect();
    for _ in 0..900 {
        let item = dice.roll(300);
        if dice.roll(3) > 0 {
            assert_eq!(ours.insert(item), theirs.insert(item));
        } else {
            assert_eq!(ours.remove(&item), theirs.remove(&item));
        }
    }
    assert!(ours.iter().eq(theirs.iter()));
    assert!(ours.intersection(&other).eq(theirs.intersection(&theirs_other)));
    assert!(ours.difference(&other).eq(theirs.difference(&theirs_other)));
    assert_eq!(ours.first(), theirs.first());
}

#[test]
fn it_is_written_as_the_standard_map_is() {
    let ours: OrdMap<String, Vec<u8>> = (0..200).map(|n| (format!("key {n}"), vec![n; 3])).collect();
    let theirs: BTreeMap<String, Vec<u8>> = ours.clone().into_iter().collect();
    let bytes = postcard::to_allocvec(&ours).expect("plain data");
    assert_eq!(bytes, postcard::to_allocvec(&theirs).expect("plain data"));
    assert_eq!(postcard::from_bytes::<OrdMap<String, Vec<u8>>>(&bytes).expect("own bytes"), ours);
    let set: OrdSet<u32> = (0..100).rev().collect();
    let bytes = postcard::to_allocvec(&set).expect("plain data");
    assert_eq!(postcard::from_bytes::<OrdSet<u32>>(&bytes).expect("own bytes"), set);
}

#[test]
fn a_fork_shares_what_is_not_changed() {
    let map: OrdMap<u32, String> = (0..1_000).map(|n| (n, n.to_string())).collect();
    let mut fork = map.clone();
    fork.insert(500, "changed".into());
    let shared = map.chunks.iter().zip(&fork.chunks).filter(|(a, b)| std::sync::Arc::ptr_eq(a, b)).count();
    assert_eq!(shared, map.chunks.len() - 1);
    assert_eq!(map[&500], "500");
}
