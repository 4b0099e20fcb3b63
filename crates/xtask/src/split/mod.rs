//! A wasm module in two: `first` has what the start and everyday commands call, `rest` all other functions. The rest
//! arrives behind; a call that comes before it fetches it at once.
//!
//! Both share one memory, one set of tables and globals: it is one program still. Constant data that only functions of
//! the rest can come to (texts of messages, tables of options) arrive with them. Where `first` calls what is not in it,
//! a stub asks for the rest if it is not linked yet and jumps through a table that the rest fills. Which function goes
//! where is measured: [`marked`] makes a module that tells each function that runs.

mod choice;
mod data;
mod first;
mod mark;
mod module;
mod places;
mod rest;

use anyhow::{Result, ensure};
use data::Pieces;
use module::{Module, References};
use std::collections::BTreeSet;

pub use mark::marked;
pub use places::{Places, without_relocations};

/// Where `first` imports the function that brings the rest, and under which name.
const LOADER: (&str, &str) = ("rest", "load");
/// Where `rest` imports from.
const FIRST: &str = "first";

/// The name by which the rest imports a function: there are thousands, and each stands in both halves. Nothing that the
/// bindings export begins so.
fn name_of(at: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut name = String::from("f");
    let mut left = at;
    loop {
        name.push(char::from(DIGITS[left % 32]));
        left /= 32;
        if left == 0 {
            return name;
        }
    }
}

/// The two modules.
#[derive(Debug)]
pub struct Halves {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// Bytes of constant data in the rest.
    pub late_data: usize,
}

/// What goes where. Function numbers are those of the whole module, imports before all others.
#[derive(Debug, Default)]
struct Plan {
    /// Functions of the rest, in order.
    deferred: Vec<u32>,
    /// Deferred functions that `first` names: each has a stub there and a place in the rest's table.
    stubs: Vec<u32>,
    /// Functions of `first`, or its imports, that the rest calls.
    called_back: Vec<u32>,
    pieces: Pieces,
}

/// Splits a module: functions whose number, imports not counted, is in `used` stay in the first half, and the data that
/// they can come to.
pub fn split(module: &[u8], used: &BTreeSet<u32>, places: &Places) -> Result<Halves> {
    let module = Module::read(module)?;
    let plan = Plan::new(&module, used, places)?;
    let (first, rest) = (first::encode(&module, &plan)?, rest::encode(&module, &plan)?);
    Ok(Halves { first, rest, late_data: plan.late_data() })
}

impl Plan {
    fn new(module: &Module, used: &BTreeSet<u32>, places: &Places) -> Result<Self> {
        let outside = module.named_outside_code()?;
        let deferred = choice::deferred(module, used, &outside)?;
        let bodies = || (0_u32..).zip(&module.bodies);
        let (mut by_first, mut by_rest) = (outside, References::default());
        for (at, body) in bodies() {
            let late = deferred.binary_search(&(module.imported + at)).is_ok();
            if late { &mut by_rest } else { &mut by_first }.of_body(body)?;
        }
        ensure!(!by_rest.takes_references, "a function of the rest uses ref.func, which cannot be split");
        let late = |index: &u32| deferred.binary_search(index).is_ok();
        let stubs = by_first.functions.iter().copied().filter(late).collect();
        let called_back = by_rest.functions.iter().copied().filter(|index| !late(index)).collect();
        let pieces = Pieces::new(module, places, &by_first)?;
        Ok(Self { deferred, stubs, called_back, pieces })
    }

    fn is_deferred(&self, index: u32) -> bool {
        self.deferred.binary_search(&index).is_ok()
    }

    /// The place of a stub's function in the rest's table.
    fn slot(&self, index: u32) -> Option<u32> {
        self.stubs.binary_search(&index).ok().and_then(|at| u32::try_from(at).ok())
    }
}

#[cfg(test)]
mod tests;
