//! Constant data in parts: what only functions of a late part can come to arrives with them.
//!
//! There are thousands of pieces, and a data segment has seven bytes before each: they stand in a section of their own,
//! first where all of them go, then all of their bytes, and the script that starts a part puts them there.

use super::LATES;
use super::module::{Module, References};
use super::places::{Places, address};
use anyhow::{Context, Result};
use std::ops::Range;
use wasm_encoder::{CustomSection, Encode};

/// So many bytes of another part between two pieces cost less than a piece of their own.
const GAP_BYTES: usize = 8;

/// Bytes and where they go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub address: u32,
    pub bytes: Vec<u8>,
}

/// The pieces of all parts.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub first: Vec<Piece>,
    pub late: [Vec<Piece>; LATES],
}

/// Whose a byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Between symbols: whoever is next to it.
    Either,
    /// A symbol's that no code can come to.
    Unreached,
    First,
    Late(usize),
}

impl Owner {
    /// What two can come to is the first's or else the rest's, which is there whenever another late part is.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Either | Self::Unreached, other) => other,
            (Self::First, _) | (_, Self::First) => Self::First,
            (same, other) if same == other => same,
            _ => REST,
        }
    }
}

const REST: Owner = Owner::Late(0);

impl Pieces {
    /// `named` are the numbers in each part's code.
    pub(super) fn new(module: &Module, places: &Places, named: &[References; LATES + 1]) -> Result<Self> {
        let mut pieces = Self::default();
        let Some(section) = &module.data else { return Ok(pieces) };
        let reached = named.each_ref().map(|named| places.reached(&named.numbers));
        for segment in section.clone() {
            let segment = segment?;
            let start = address(&segment.kind)?;
            let mut owners = vec![Owner::Either; segment.data.len()];
            places.all().for_each(|place| paint(&mut owners, start, &place, Owner::Unreached));
            for (part, reached) in reached.iter().enumerate() {
                let owner = part.checked_sub(1).map_or(Owner::First, Owner::Late);
                reached.iter().for_each(|place| paint(&mut owners, start, place, owner));
            }
            pieces.cut(start, segment.data, &owners)?;
        }
        Ok(pieces)
    }

    /// The bytes of one segment, each where it belongs.
    fn cut(&mut self, start: u32, bytes: &[u8], owners: &[Owner]) -> Result<()> {
        for (part, pieces) in self.late.iter_mut().enumerate() {
            let theirs = |owner| owner == Owner::Late(part) || (part == 0 && owner == Owner::Unreached);
            for run in runs(owners, |_, owner| theirs(owner), 0) {
                pieces.push(piece(start, bytes, &run)?);
            }
        }
        // What is no symbol's stays, but for zeros, which memory has anyway. Short late pieces may come twice: nobody changed
        // them before they come again.
        let filled = |at: usize| bytes.get(at).is_some_and(|byte| *byte != 0);
        let stays = |at: usize, owner| owner == Owner::First || (owner == Owner::Either && filled(at));
        for run in runs(owners, stays, GAP_BYTES) {
            self.first.push(piece(start, bytes, &run)?);
        }
        Ok(())
    }
}

/// Gives those bytes of a segment that lie in a place to a part.
fn paint(owners: &mut [Owner], start: u32, place: &Range<u32>, owner: Owner) {
    let from = place.start.saturating_sub(start) as usize;
    let to = (place.end.saturating_sub(start) as usize).min(owners.len());
    if let Some(part) = owners.get_mut(from..to) {
        part.iter_mut().for_each(|had| *had = had.with(owner));
    }
}

/// The stretches of bytes that are wanted, and what lies between two of them if it is short.
fn runs(owners: &[Owner], wanted: impl Fn(usize, Owner) -> bool, gap: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in owners.iter().enumerate().filter(|(at, owner)| wanted(*at, **owner)) {
        match runs.last_mut() {
            Some(run) if at <= run.end + gap => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn piece(start: u32, bytes: &[u8], run: &Range<usize>) -> Result<Piece> {
    let address = start + u32::try_from(run.start)?;
    Ok(Piece { address, bytes: bytes.get(run.clone()).context("a piece lies outside of its segment")?.to_vec() })
}

/// A section under the part's name, which `site_files/worker.js` asks for: how many pieces; of each how far it lies behind the end of the one before, and how long it is; then their bytes.
pub(super) fn section(name: &'static str, pieces: &[Piece]) -> Result<CustomSection<'static>> {
    let mut data = Vec::new();
    pieces.len().encode(&mut data);
    let mut end = 0;
    for piece in pieces {
        piece.address.checked_sub(end).context("pieces of data are out of order")?.encode(&mut data);
        piece.bytes.len().encode(&mut data);
        end = piece.address + u32::try_from(piece.bytes.len())?;
    }
    pieces.iter().for_each(|piece| data.extend_from_slice(&piece.bytes));
    Ok(CustomSection { name: name.into(), data: data.into() })
}

impl Pieces {
    /// How many bytes of data come late.
    pub(super) fn late_len(&self) -> usize {
        self.late.iter().flatten().map(|piece| piece.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_goes_along_only_if_it_is_short() {
        let mut owners = vec![REST; 40];
        paint(&mut owners, 100, &(100..104), Owner::First);
        paint(&mut owners, 100, &(110..112), Owner::First);
        paint(&mut owners, 100, &(130..150), Owner::First);
        assert_eq!(runs(&owners, |_, owner| owner == Owner::First, GAP_BYTES), [0..12, 30..40]);
        assert_eq!(runs(&owners, |_, owner| owner == REST, 0), [4..10, 12..30]);
    }

    #[test]
    fn what_two_late_parts_can_come_to_is_the_rests() {
        let mut owners = vec![Owner::Unreached; 6];
        paint(&mut owners, 0, &(0..4), Owner::Late(1));
        paint(&mut owners, 0, &(2..6), Owner::Late(2));
        paint(&mut owners, 0, &(5..6), Owner::First);
        assert_eq!(owners, [Owner::Late(1), Owner::Late(1), REST, REST, Owner::Late(2), Owner::First]);
    }

    #[test]
    fn a_section_says_how_far_each_piece_lies_behind_the_one_before() {
        let piece = |address, bytes: &[u8]| Piece { address, bytes: bytes.to_vec() };
        let made = section("rest", &[piece(300, b"ab"), piece(310, b"c")]).unwrap();
        // Two pieces: 300 from the start and 2 long, then 8 behind its end and 1 long.
        assert_eq!(made.data.as_ref(), [&[2, 0xac, 2, 2, 8, 1][..], b"abc"].concat());
        assert!(section("rest", &[piece(310, b"c"), piece(300, b"ab")]).is_err());
    }

    #[test]
    fn zeros_of_no_symbol_are_left_out() {
        let mut pieces = Pieces::default();
        let owners = [vec![Owner::First], vec![Owner::Either; 20], vec![Owner::First]].concat();
        let bytes = [&[1][..], &[0; 20], &[2]].concat();
        pieces.cut(8, &bytes, &owners).unwrap();
        let first = [(8, 1), (29, 2)].map(|(address, byte)| Piece { address, bytes: vec![byte] });
        assert_eq!(pieces.first, first);
    }

    #[test]
    fn bytes_of_no_symbol_stay() {
        let mut pieces = Pieces::default();
        let owners = [Owner::Either, REST, REST, Owner::Either];
        pieces.cut(8, b"abcd", &owners).unwrap();
        assert_eq!(pieces.late[0], [Piece { address: 9, bytes: b"bc".to_vec() }]);
        assert_eq!(pieces.first, [Piece { address: 8, bytes: b"abcd".to_vec() }]);
    }
}
