//! Pairing removed files with added ones that are the same or nearly so.

use super::change::{Change, ChangeKind};
use crate::{Repo, Result};
use order::{Arrange, OrdMap};
use vfs::{Vfs, base_name};

/// Git counts similarity in 60000ths; half of it makes a rename.
const SCORE_MAX: u64 = 60_000;
const SCORE_LEAST: u64 = 30_000;
/// A file of the same name elsewhere is tried first and must be this similar.
const SCORE_SAME_NAME: u64 = 45_000;
/// More pairs than this are not compared: `diff.renameLimit` squared.
const PAIRS_MAX: usize = 1_000_000;

/// Turns pairs of deletions and additions into renames.
pub fn find_renames(repo: &Repo, files: &Vfs, changes: Vec<Change>) -> Result<Vec<Change>> {
    find_renames_of(repo, files, changes, &|_| true)
}

/// Removed files that nobody asks after are only told by their whole content.
pub(crate) fn find_renames_of(
    repo: &Repo,
    files: &Vfs,
    changes: Vec<Change>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Change>> {
    let any = |kind: ChangeKind| changes.iter().any(|change| change.kind == kind);
    if any(ChangeKind::Deleted) && any(ChangeKind::Added) { paired(repo, files, &changes, wanted) } else { Ok(changes) }
}

/// What was removed and what was added, put together where they are alike.
#[inline(never)]
fn paired(repo: &Repo, files: &Vfs, changes: &[Change], wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Change>> {
    let of = |kind: ChangeKind| -> Vec<usize> { (0..changes.len()).filter(|n| changes[*n].kind == kind).collect() };
    let (gone, made) = (of(ChangeKind::Deleted), of(ChangeKind::Added));
    let mut pairs = Pairs { changes, score: OrdMap::new(), used: OrdMap::new() };
    pairs.exact(&gone, &made);
    let gone: Vec<usize> = gone.into_iter().filter(|n| wanted(&changes[*n].path)).collect();
    pairs.similar(repo, files, &gone, &made)?;
    let (score, used) = (pairs.score, pairs.used);
    let mut out = Vec::new();
    for (n, change) in changes.iter().enumerate() {
        if used.contains_key(&n) {
            continue;
        }
        let Some((from, score)) = score.get(&n) else {
            out.push(change.clone());
            continue;
        };
        let mut renamed = change.clone();
        renamed.kind = ChangeKind::Renamed;
        renamed.old_path = changes[*from].path.clone();
        renamed.old = changes[*from].old;
        renamed.similarity = u32::try_from(score * 100 / SCORE_MAX).unwrap_or(100);
        out.push(renamed);
    }
    Ok(out)
}

struct Pairs<'a> {
    changes: &'a [Change],
    /// For an added file: the removed one it comes from, with their score.
    score: OrdMap<usize, (usize, u64)>,
    used: OrdMap<usize, usize>,
}

impl Pairs<'_> {
    fn pair(&mut self, from: usize, to: usize, score: u64) {
        self.score.insert(to, (from, score));
        self.used.insert(from, to);
    }

    /// Same content; of several, one with the same file name.
    fn exact(&mut self, gone: &[usize], made: &[usize]) {
        for &to in made {
            let Some(new) = self.changes[to].new else { continue };
            let same = |from: &&usize| {
                let old = self.changes[**from].old;
                !self.used.contains_key(from)
                    && old.is_some_and(|old| old.id == new.id && old.mode.type_bits() == new.mode.type_bits())
            };
            let named = |from: &&usize| base_name(&self.changes[**from].path) == base_name(&self.changes[to].path);
            let found = gone.iter().filter(same).find(named).or_else(|| gone.iter().find(same));
            // An empty file is like every other empty one: that says nothing.
            if let Some(&from) = found
                && !new.id.is_empty_blob()
            {
                self.pair(from, to, SCORE_MAX);
            }
        }
    }

    fn similar(&mut self, repo: &Repo, files: &Vfs, gone: &[usize], made: &[usize]) -> Result<()> {
        let gone: Vec<usize> = gone.iter().copied().filter(|n| !self.used.contains_key(n)).collect();
        let made: Vec<usize> = made.iter().copied().filter(|n| !self.score.contains_key(n)).collect();
        if gone.len().saturating_mul(made.len()) > PAIRS_MAX {
            return Ok(());
        }
        let mut counts = OrdMap::new();
        for n in gone.iter().chain(&made) {
            let change = &self.changes[*n];
            let side = change.old.as_ref().or(change.new.as_ref());
            counts.insert(*n, Fingerprint::of(&repo.side_bytes(files, &change.path, side)?));
        }
        let type_of = |n: usize| {
            let change = &self.changes[n];
            change.old.or(change.new).map(|side| side.mode.type_bits())
        };
        let mut scores = Vec::new();
        for &to in &made {
            for &from in gone.iter().filter(|from| type_of(**from) == type_of(to)) {
                scores.push((counts[&from].score(&counts[&to]), from, to));
            }
        }
        let name = |n: usize| base_name(&self.changes[n].path).to_string();
        let alone = |list: &[usize], n: usize| list.iter().filter(|m| name(**m) == name(n)).count() == 1;
        let same_name: Vec<(u64, usize, usize)> = scores
            .iter()
            .copied()
            .filter(|(score, from, to)| {
                *score >= SCORE_SAME_NAME && name(*from) == name(*to) && alone(&gone, *from) && alone(&made, *to)
            })
            .collect();
        scores.retain(|(score, ..)| *score >= SCORE_LEAST);
        scores.arrange_by_key(|(score, from, to)| (std::cmp::Reverse((*score, name(*from) == name(*to))), *to, *from));
        for (score, from, to) in same_name.into_iter().chain(scores) {
            if !self.used.contains_key(&from) && !self.score.contains_key(&to) {
                self.pair(from, to, score);
            }
        }
        Ok(())
    }
}

/// Lines are counted by a number below this one: now and then two different ones have the same, as in real Git.
const NUMBERS: u32 = 107_927;

/// How many bytes of a file lie in each distinct line (or piece of 64 bytes).
#[derive(Clone)]
struct Fingerprint {
    size: u64,
    pieces: OrdMap<u32, u64>,
}

impl Fingerprint {
    fn of(bytes: &[u8]) -> Self {
        let text = !super::patch::is_binary(bytes);
        let mut pieces = OrdMap::new();
        let (mut low, mut high, mut len) = (0_u32, 0_u32, 0);
        for (at, &byte) in bytes.iter().enumerate() {
            if text && byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            (low, high) = ((low << 7) ^ (high >> 25), (high << 7) ^ (low >> 25));
            low = low.wrapping_add(u32::from(byte));
            len += 1;
            if len == 64 || byte == b'\n' || at + 1 == bytes.len() {
                let number = low.wrapping_add(high.wrapping_mul(0x61)) % NUMBERS;
                *pieces.entry(number).or_insert(0) += len;
                (low, high, len) = (0, 0, 0);
            }
        }
        Self { size: bytes.len() as u64, pieces }
    }

    fn score(&self, other: &Self) -> u64 {
        let (most, least) = (self.size.max(other.size), self.size.min(other.size));
        if least == 0 || most * (SCORE_MAX - SCORE_LEAST) < (most - least) * SCORE_MAX {
            return 0;
        }
        let shared = self.pieces.iter().map(|(piece, count)| *count.min(other.pieces.get(piece).unwrap_or(&0)));
        shared.sum::<u64>() * SCORE_MAX / most
    }
}
