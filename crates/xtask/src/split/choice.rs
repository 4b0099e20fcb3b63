//! Which functions go to the rest.

use super::module::{Module, References};
use anyhow::Result;
use std::collections::BTreeSet;

/// Shorter bodies stay in the first half where something there names them, in bytes: a stub costs as much.
pub(super) const SHORT_BYTES: usize = 100;

/// The functions of the rest, in order: all that were not used, but for short ones that the first half names. `used` counts
/// without imports; `outside` is what is named outside of code.
pub(super) fn deferred(module: &Module, used: &BTreeSet<u32>, outside: &References) -> Result<Vec<u32>> {
    let mut here: Vec<bool> = (0_u32..).zip(&module.bodies).map(|(at, _)| used.contains(&at)).collect();
    let mut named: Vec<u32> = outside.functions.iter().copied().collect();
    for (body, _) in module.bodies.iter().zip(&here).filter(|(_, stays)| **stays) {
        named.extend(functions_of(body)?);
    }
    // What a short one names is named by the first half too, once it stays there.
    while let Some(index) = named.pop() {
        let Some(at) = index.checked_sub(module.imported).map(|at| at as usize) else { continue };
        let Some(body) = module.bodies.get(at).filter(|body| body.as_bytes().len() <= SHORT_BYTES) else { continue };
        if !std::mem::replace(&mut here[at], true) {
            named.extend(functions_of(body)?);
        }
    }
    let late = (0_u32..).zip(here).filter(|(_, stays)| !stays);
    Ok(late.map(|(at, _)| module.imported + at).collect())
}

/// The same functions with those together that are likely to have much in common: of a size, then by their bytes. What
/// stands near is referred to in fewer bits.
pub(super) fn alike(module: &Module, functions: &[u32]) -> Result<Vec<u32>> {
    let mut keyed = Vec::new();
    for index in functions {
        let bytes = module.body(*index)?.as_bytes();
        // Half a power of two.
        let size = (2.0 * (bytes.len() as f64).log2()) as u32;
        keyed.push((size, bytes, *index));
    }
    keyed.sort_unstable();
    Ok(keyed.into_iter().map(|(.., index)| index).collect())
}

fn functions_of(body: &wasmparser::FunctionBody<'_>) -> Result<BTreeSet<u32>> {
    let mut references = References::default();
    references.of_body(body)?;
    Ok(references.functions)
}
