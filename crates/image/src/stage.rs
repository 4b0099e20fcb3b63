//! Stages of a Dockerfile: which there are, and which of them a target needs.

use crate::dockerfile::{Wrong, at_line};
use crate::{Dockerfile, Instruction};
use serde::{Deserialize, Serialize};

/// `FROM … AS …` and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub base: String,
    pub name: String,
    pub platform: Option<String>,
    /// Where its instructions stand in the file's list: its `FROM`, and one past its last.
    pub from: usize,
    pub to: usize,
}

impl Stage {
    /// All stages, and how many instructions stand before the first: only `ARG`.
    #[inline(never)]
    pub(crate) fn all(file: &Dockerfile) -> Result<(Vec<Self>, usize), Wrong> {
        let mut stages: Vec<Self> = Vec::new();
        let mut before = 0;
        for (index, made) in file.instructions.iter().enumerate() {
            if made.word == "FROM" {
                let words = made.words();
                stages.push(Self {
                    base: words.first().cloned().unwrap_or_default(),
                    name: words.get(2).map(|name| name.to_ascii_lowercase()).unwrap_or_default(),
                    platform: made.flag("platform").map(String::from),
                    from: index,
                    to: index + 1,
                });
            } else if let Some(stage) = stages.last_mut() {
                stage.to = index + 1;
            } else if made.word == "ARG" {
                before = index + 1;
            } else {
                return Err(at_line((made.first, made.last), "no build stage in current context"));
            }
        }
        if stages.is_empty() {
            return Err(Wrong { lines: (0, 0), message: "dockerfile contains no stages to build".into() });
        }
        Ok((stages, before))
    }

    /// The stage that a name or a number means, of those before `limit`.
    pub(crate) fn find(stages: &[Self], limit: usize, name: &str) -> Option<usize> {
        let lower = name.to_ascii_lowercase();
        let named = stages[..limit].iter().rposition(|stage| !stage.name.is_empty() && stage.name == lower);
        named.or_else(|| name.parse().ok().filter(|number| *number < limit))
    }

    /// The stages that one needs, in the order of the file, itself last.
    #[inline(never)]
    pub(crate) fn needed(stages: &[Self], file: &Dockerfile, target: usize) -> Vec<usize> {
        let mut needed = vec![false; stages.len()];
        needed[target] = true;
        for index in (0..=target).rev().filter(|index| stages[*index].to > 0) {
            if !needed[index] {
                continue;
            }
            let stage = &stages[index];
            let copies = file.instructions[stage.from..stage.to].iter().flat_map(sources_of);
            for name in std::iter::once(stage.base.clone()).chain(copies) {
                if let Some(other) = Self::find(stages, index, &name) {
                    needed[other] = true;
                }
            }
        }
        (0..=target).filter(|index| needed[*index]).collect()
    }

    /// How its steps are called in the progress: `[2/5]`, `[build 2/5]`, `[stage-1 2/5]`.
    pub(crate) fn label(stages: &[Self], index: usize) -> String {
        match stages[index].name.as_str() {
            "" if stages.len() == 1 => String::new(),
            "" => format!("stage-{index} "),
            name => [name, " "].concat(),
        }
    }
}

/// Stages and images that an instruction copies or mounts from.
fn sources_of(made: &Instruction) -> Vec<String> {
    let mounts = made
        .flags
        .iter()
        .filter(|(name, _)| name == "mount")
        .filter_map(|(_, value)| value.split(',').find_map(|part| part.strip_prefix("from=")).map(String::from));
    made.flag("from").map(String::from).into_iter().chain(mounts).collect()
}
