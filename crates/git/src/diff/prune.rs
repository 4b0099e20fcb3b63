//! Before Myers' search, Git leaves out what makes it slow and says little: common ends, lines that the other text has
//! not, and most of those that it has very often. What is left out counts as changed.

use super::equal::Token;
use std::ops::Range;

/// So many lines that the other text has not, for one that it has often, are reason enough to leave that out too.
const RUN: usize = 4;
/// A line that the other text has so many times is "often" in any text.
const OFTEN_MAX: usize = 1024;
/// How far around a line the reasons are looked for.
const WINDOW: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    Sometimes,
    Often,
}

/// About the square root, as Git reckons it: a power of two.
pub(crate) fn about_sqrt(mut n: usize) -> usize {
    let mut root = 1;
    while n > 0 {
        root <<= 1;
        n >>= 2;
    }
    root
}

/// The part of both texts between their common ends.
pub(crate) fn without_ends(old: &[Token], new: &[Token]) -> (Range<usize>, Range<usize>) {
    let least = old.len().min(new.len());
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old.iter().rev().zip(new.iter().rev()).take(least - start).take_while(|(a, b)| a == b).count();
    (start..old.len() - end, start..new.len() - end)
}

/// The places in `part` that the search looks at; the others are marked as changed.
pub(crate) fn worth_searching(
    own: &[Token],
    part: Range<usize>,
    count_in_other: &[u32],
    changed: &mut [bool],
) -> Vec<usize> {
    let often = about_sqrt(own.len()).min(OFTEN_MAX);
    let seen: Vec<Seen> = own[part.clone()]
        .iter()
        .map(|token| match count_in_other[*token as usize] as usize {
            0 => Seen::Never,
            count if count >= often => Seen::Often,
            _ => Seen::Sometimes,
        })
        .collect();
    let mut kept = Vec::new();
    for (n, at) in part.enumerate() {
        let keep = match seen[n] {
            Seen::Never => false,
            Seen::Sometimes => true,
            Seen::Often => !among_strangers(&seen, n),
        };
        if keep { kept.push(at) } else { changed[at] = true }
    }
    kept
}

/// Whether a line stands, on both sides, among lines that the other text has not.
fn among_strangers(seen: &[Seen], at: usize) -> bool {
    let counted = |run: &mut dyn Iterator<Item = &Seen>| {
        let (mut never, mut often) = (0, 0);
        for seen in run.take(WINDOW).take_while(|seen| **seen != Seen::Sometimes) {
            if *seen == Seen::Never { never += 1 } else { often += 1 }
        }
        (never, often)
    };
    let (never_before, often_before) = counted(&mut seen[..at].iter().rev());
    let (never_after, often_after) = counted(&mut seen[at + 1..].iter());
    // The line itself counts on both sides.
    let often = often_before + often_after + 2;
    never_before > 0 && never_after > 0 && often * RUN < often + never_before + never_after
}
