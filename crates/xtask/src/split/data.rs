//! Constant data in two: what only functions of the rest can come to arrives with them.
//!
//! There are thousands of pieces, and a data segment has seven bytes before each: they stand in a section of their own,
//! first where all of them go, then all of their bytes, and the script that starts a half puts them there.

use super::Plan;
use super::module::{Module, References};
use super::places::{Places, address};
use anyhow::{Context, Result};
use std::ops::Range;
use wasm_encoder::{CustomSection, Encode};

/// So many bytes of the other half between two pieces cost less than a piece of their own.
const GAP_BYTES: usize = 8;

/// Bytes and where they go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub address: u32,
    pub bytes: Vec<u8>,
}

/// The pieces of both halves.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub first: Vec<Piece>,
    pub rest: Vec<Piece>,
}

/// Whose a byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// Between symbols: whoever is next to it.
    Either,
    First,
    Rest,
}

impl Pieces {
    /// `by_first` are the numbers in the first half's code.
    pub(super) fn new(module: &Module, places: &Places, by_first: &References) -> Result<Self> {
        let mut pieces = Self::default();
        let Some(section) = &module.data else { return Ok(pieces) };
        let reached = places.reached(&by_first.numbers);
        for segment in section.clone() {
            let segment = segment?;
            let start = address(&segment.kind)?;
            let mut halves = vec![Half::Either; segment.data.len()];
            places.all().for_each(|place| paint(&mut halves, start, &place, Half::Rest));
            reached.iter().for_each(|place| paint(&mut halves, start, place, Half::First));
            pieces.cut(start, segment.data, &halves)?;
        }
        Ok(pieces)
    }

    /// The bytes of one segment, each where it belongs.
    fn cut(&mut self, start: u32, bytes: &[u8], halves: &[Half]) -> Result<()> {
        let late = runs(halves, |_, half| half == Half::Rest, 0);
        for run in &late {
            self.rest.push(piece(start, bytes, run)?);
        }
        // What is no symbol's stays, but for zeros, which memory has anyway. Short late pieces may come twice: nobody changed
        // them before they come again.
        let filled = |at: usize| bytes.get(at).is_some_and(|byte| *byte != 0);
        let stays = |at: usize, half| half == Half::First || (half == Half::Either && filled(at));
        for run in runs(halves, stays, GAP_BYTES) {
            self.first.push(piece(start, bytes, &run)?);
        }
        Ok(())
    }
}

/// Gives those bytes of a segment that lie in a place to a half.
fn paint(halves: &mut [Half], start: u32, place: &Range<u32>, half: Half) {
    let from = place.start.saturating_sub(start) as usize;
    let to = (place.end.saturating_sub(start) as usize).min(halves.len());
    if let Some(part) = halves.get_mut(from..to) {
        part.fill(half);
    }
}

/// The stretches of bytes that are wanted, and what lies between two of them if it is short.
fn runs(halves: &[Half], wanted: impl Fn(usize, Half) -> bool, gap: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in halves.iter().enumerate().filter(|(at, half)| wanted(*at, **half)) {
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

/// The section's name, which `site_files/worker.js` asks for.
pub(super) const NAME: &str = "d";

/// How many pieces; of each how far it lies behind the end of the one before, and how long it is; then their bytes.
pub(super) fn section(pieces: &[Piece]) -> Result<CustomSection<'static>> {
    let mut data = Vec::new();
    pieces.len().encode(&mut data);
    let mut end = 0;
    for piece in pieces {
        piece.address.checked_sub(end).context("pieces of data are out of order")?.encode(&mut data);
        piece.bytes.len().encode(&mut data);
        end = piece.address + u32::try_from(piece.bytes.len())?;
    }
    pieces.iter().for_each(|piece| data.extend_from_slice(&piece.bytes));
    Ok(CustomSection { name: NAME.into(), data: data.into() })
}

impl Plan {
    /// How many bytes of data come late.
    pub(super) fn late_data(&self) -> usize {
        self.pieces.rest.iter().map(|piece| piece.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_goes_along_only_if_it_is_short() {
        let mut halves = vec![Half::Rest; 40];
        paint(&mut halves, 100, &(100..104), Half::First);
        paint(&mut halves, 100, &(110..112), Half::First);
        paint(&mut halves, 100, &(130..150), Half::First);
        assert_eq!(runs(&halves, |_, half| half == Half::First, GAP_BYTES), [0..12, 30..40]);
        assert_eq!(runs(&halves, |_, half| half == Half::Rest, 0), [4..10, 12..30]);
    }

    #[test]
    fn zeros_of_no_symbol_are_left_out() {
        let mut pieces = Pieces::default();
        let halves = [vec![Half::First], vec![Half::Either; 20], vec![Half::First]].concat();
        let bytes = [&[1][..], &[0; 20], &[2]].concat();
        pieces.cut(8, &bytes, &halves).unwrap();
        let first = [(8, 1), (29, 2)].map(|(address, byte)| Piece { address, bytes: vec![byte] });
        assert_eq!(pieces.first, first);
    }

    #[test]
    fn bytes_of_no_symbol_stay() {
        let mut pieces = Pieces::default();
        let halves = [Half::Either, Half::Rest, Half::Rest, Half::Either];
        pieces.cut(8, b"abcd", &halves).unwrap();
        assert_eq!(pieces.rest, [Piece { address: 9, bytes: b"bc".to_vec() }]);
        assert_eq!(pieces.first, [Piece { address: 8, bytes: b"abcd".to_vec() }]);
    }
}
