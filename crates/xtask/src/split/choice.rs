//! Which functions go to which part, and in what order.

use super::LATE;
use super::module::{Module, References};
use anyhow::Result;
use std::collections::BTreeSet;

/// Shorter bodies stay in the first half where something there names them, in bytes: a stub costs as much.
pub(super) const SHORT_BYTES: usize = 100;

/// The part of each function, imports not counted: 0 stays, the others count late ones from one. All that were not used
/// are late, but for short ones that the first part names. `outside` is what is named outside of code.
pub(super) fn parts(module: &Module, calls: &[References], used: &BTreeSet<u32>, outside: &References) -> Vec<usize> {
    let mut here: Vec<bool> = (0_u32..).zip(calls).map(|(at, _)| used.contains(&at)).collect();
    let mut named: Vec<u32> = outside.functions.iter().copied().collect();
    for (calls, _) in calls.iter().zip(&here).filter(|(_, stays)| **stays) {
        named.extend(&calls.functions);
    }
    // What a short one names is named by the first part too, once it stays there.
    while let Some(index) = named.pop() {
        let Some(at) = index.checked_sub(module.imported).map(|at| at as usize) else { continue };
        if module.bodies[at].as_bytes().len() <= SHORT_BYTES && !std::mem::replace(&mut here[at], true) {
            named.extend(&calls[at].functions);
        }
    }
    // Whatever has no path of its own is the rest's.
    let mut parts: Vec<usize> = here.iter().map(|here| usize::from(!here)).collect();
    for (at, late) in LATE.iter().enumerate() {
        if late.paths.is_empty() {
            continue;
        }
        let ours = by_path(module, calls, &parts, outside, late.paths);
        parts.iter_mut().zip(ours).filter(|(_, ours)| *ours).for_each(|(part, _)| *part = at + 1);
    }
    parts
}

/// Functions of the rest whose code stands in one of the paths, and those that only such ones name.
fn by_path(module: &Module, calls: &[References], parts: &[usize], outside: &References, paths: &[&str]) -> Vec<bool> {
    let free = |at: usize| parts[at] == 1;
    let named = module.names.iter().enumerate();
    let mut ours: Vec<bool> =
        named.map(|(at, name)| free(at) && paths.iter().any(|path| stands_in(name, path))).collect();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); calls.len()];
    for (caller, calls) in calls.iter().enumerate() {
        for index in calls.functions.iter().filter_map(|index| index.checked_sub(module.imported)) {
            callers[index as usize].push(caller);
        }
    }
    loop {
        let only_by_ours = |at: &usize| {
            let named = callers[*at].iter().all(|caller| ours[*caller]) && !callers[*at].is_empty();
            free(*at) && !ours[*at] && named && !outside.functions.contains(&(*at as u32 + module.imported))
        };
        let more: Vec<usize> = (0..calls.len()).filter(only_by_ours).collect();
        if more.is_empty() {
            return ours;
        }
        more.into_iter().for_each(|at| ours[at] = true);
    }
}

/// Whether a function is of this path: `helm::load`, `<helm::Chart as Clone>::clone`, with or without the crate's hash.
fn stands_in(name: &str, path: &str) -> bool {
    let (krate, inner) = path.split_once("::").unwrap_or((path, ""));
    let name = name.trim_start_matches(['<', '&', '[', '_']);
    let Some(rest) = name.strip_prefix(krate) else { return false };
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    rest.strip_prefix("::").is_some_and(|rest| rest.starts_with(inner))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn part_of(name: &str) -> Option<&'static str> {
        LATE.iter().find(|part| part.paths.iter().any(|path| stands_in(name, path))).map(|part| part.name)
    }

    #[test]
    fn a_path_is_that_of_the_code_and_not_of_what_it_works_on() {
        for name in ["helm::load::load", "<helm[1a2b]::chart::Chart as core::clone::Clone>::clone", "commands::jq::run"]
        {
            assert_eq!(part_of(name), Some("pure"), "{name}");
        }
        assert_eq!(part_of("gitops::flux::tick"), Some("addons"));
        assert_eq!(part_of("<metrics[1a2b]::eval::Query>::call"), Some("metrics"));
        assert_eq!(part_of("cluster::metrics::scraped"), None);
        for name in ["commands::docker::run", "helmet::wear", "alloc::vec::Vec<helm::File>::push", "commands::jqx::run"]
        {
            assert_eq!(part_of(name), None, "{name}");
        }
    }
}
