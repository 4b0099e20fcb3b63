//! A module in parts: `first` has what the start and everyday commands call, `pure`, `addons`, `tools` and `metrics` what few
//! lessons call ([`LATE`]), `rest` all others. The rest arrives behind the first; the others when one of their functions is first
//! called. A call that comes before its part fetches it at once.
//!
//! All share one memory, one set of tables and globals: it is one program still. Constant data that only functions of
//! one part can come to (texts of messages, tables of options) arrive with it. Where a part calls what is in another
//! late one, it calls a stub in `first` that asks for the part if it is not linked yet and jumps through a table that the
//! part fills. What goes first is measured: [`marked`] makes a module that tells each function that runs.

mod arrange;
mod choice;
mod data;
mod first;
mod late;
mod mark;
mod module;
mod places;

use anyhow::{Result, ensure};
use data::Pieces;
use module::{Module, References};
use std::collections::{BTreeMap, BTreeSet};

pub use arrange::arranged;
pub use mark::marked;
pub use places::{Places, without_relocations};

/// Where `first` imports the functions that bring late parts, each under the part's name.
const LOADER: &str = "late";
/// Where late parts import from.
const FIRST: &str = "first";

/// A late part: the name of its file and loader, and the paths of its code. What only that code names goes with it.
struct Part {
    name: &'static str,
    paths: &'static [&'static str],
}

/// How many parts are late.
const LATES: usize = 5;

const LATE: [Part; LATES] = [
    // All that has no other place.
    Part { name: "rest", paths: &[] },
    // A template and values, a script and a text, two texts to one.
    Part {
        name: "pure",
        paths: &[
            "helm::",
            "gotemplate::",
            "kustomize::",
            "commands::jq::",
            "commands::yq::",
            "commands::core::awk::",
            "commands::core::sed",
            "commands::core::diff",
        ],
    },
    // Controllers that a world has when its scenario says so, and their tools.
    Part {
        name: "addons",
        paths: &[
            "gitops::flux::",
            "world::flux::",
            "commands::flux::",
            "seal::",
            "gitops::sealed::",
            "world::sealed::",
            "world::secrets::",
            "commands::secrets::",
            "gitops::rollouts::",
            "world::rollouts::",
            "commands::rollouts::",
        ],
    },
    // Command-line tools that work on what the worlds have.
    Part {
        name: "tools",
        paths: &[
            "commands::argocd::",
            "commands::helm::",
            "commands::gh::",
            "ci::services::",
            "ci::packages::",
            "ci::cache::setup::",
            "world::docker_health::",
            "commands::docker::health::",
            "commands::docker::network::",
        ],
    },
    // Prometheus: its scrapes, its store and its language.
    Part { name: "metrics", paths: &["world::monitor::", "metrics::"] },
];

/// The name by which late parts import a function: there are thousands, and each stands in two parts. Nothing that the
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

/// The modules.
#[derive(Debug)]
pub struct Parts {
    pub first: Vec<u8>,
    /// Each by its name.
    pub late: [(&'static str, Vec<u8>); LATES],
    /// Bytes of constant data that come late.
    pub late_data: usize,
}

/// What is in a late part.
#[derive(Debug, Default)]
struct Late {
    /// Its functions, in its order.
    functions: Vec<u32>,
    /// Those that another part names: each has a stub in `first` and a place in the part's table.
    stubs: Vec<u32>,
    /// What it names outside of itself, in the order of `first`.
    called_back: Vec<u32>,
}

/// What goes where. Function numbers are those of the whole module, imports before all others.
#[derive(Debug, Default)]
struct Plan {
    /// Functions of the first part and all stubs, in its order.
    here: Vec<u32>,
    late: [Late; LATES],
    /// The names under which late parts import functions.
    names: BTreeMap<u32, String>,
    pieces: Pieces,
}

/// Splits a module that has its functions' names: those whose number, imports not counted, is in `used` stay in the first
/// part, and the data that they can come to.
pub fn split(module: &[u8], used: &BTreeSet<u32>, places: &Places) -> Result<Parts> {
    let module = Module::read(module)?;
    let plan = Plan::new(&module, used, places)?;
    let first = first::encode(&module, &plan)?;
    let mut late: [(&str, Vec<u8>); LATES] = Default::default();
    for (at, Part { name, .. }) in LATE.iter().enumerate() {
        late[at] = (name, late::encode(&module, &plan, at)?);
    }
    Ok(Parts { first, late, late_data: plan.pieces.late_len() })
}

impl Plan {
    fn new(module: &Module, used: &BTreeSet<u32>, places: &Places) -> Result<Self> {
        let outside = module.named_outside_code()?;
        let calls = module.bodies.iter().map(References::of).collect::<Result<Vec<References>>>()?;
        let parts = choice::parts(module, &calls, used, &outside);
        let part_of = |index: u32| index.checked_sub(module.imported).map_or(0, |at| parts[at as usize]);
        let mut named: [References; LATES + 1] = Default::default();
        named[0] = outside;
        for (calls, part) in calls.into_iter().zip(&parts) {
            named[*part].add(calls);
        }
        ensure!(
            named[1..].iter().all(|by| !by.takes_references),
            "a late function uses ref.func, which cannot be split"
        );
        let mut plan = Self { pieces: Pieces::new(module, places, &named)?, ..Self::default() };
        let mut stays: Vec<u32> = Vec::new();
        let mut lists: [Vec<u32>; LATES] = Default::default();
        for index in (module.imported..).take(module.bodies.len()) {
            let part = part_of(index);
            let stub =
                part > 0 && named.iter().enumerate().any(|(by, names)| by != part && names.functions.contains(&index));
            match part {
                0 => {}
                late => lists[late - 1].push(index),
            }
            if stub {
                plan.late[part - 1].stubs.push(index);
            }
            if part == 0 || stub {
                stays.push(index);
            }
        }
        plan.here = choice::alike(module, &stays)?;
        let order: Vec<u32> = (0..module.imported).chain(plan.here.iter().copied()).collect();
        for (at, functions) in lists.into_iter().enumerate() {
            let by = &named[at + 1].functions;
            plan.late[at].functions = choice::alike(module, &functions)?;
            let outside = |index: &&u32| by.contains(index) && part_of(**index) != at + 1;
            plan.late[at].called_back = order.iter().filter(outside).copied().collect();
        }
        let called: BTreeSet<u32> = plan.late.iter().flat_map(|late| &late.called_back).copied().collect();
        let exported = order.into_iter().filter(|index| called.contains(index));
        plan.names = exported.enumerate().map(|(at, index)| (index, name_of(at))).collect();
        Ok(plan)
    }

    /// The late part of a stub's function and its place in that part's table.
    fn stub(&self, index: u32) -> Option<(usize, u32)> {
        let found =
            self.late.iter().enumerate().find_map(|(part, late)| Some((part, late.stubs.binary_search(&index).ok()?)));
        found.and_then(|(part, slot)| Some((part, u32::try_from(slot).ok()?)))
    }
}

#[cfg(test)]
mod tests;
