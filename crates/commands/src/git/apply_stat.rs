//! What `git apply` tells of patches without applying them: `--stat` and `--summary`.

use git::{FilePatch, Mode};

/// The table of `--stat`, which is not quite that of `git diff`.
#[inline(never)]
pub(crate) fn stat(patches: &[FilePatch]) -> String {
    let names: Vec<String> = patches.iter().map(|patch| git::quoted_path("", patch.name())).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0).min(50);
    let most = patches.iter().map(|patch| patch.counts()).map(|(a, b)| a + b).max().unwrap_or(0);
    let bars = if width + most > 70 { 70 - width } else { most };
    let (mut out, mut added_all, mut gone_all) = (String::new(), 0, 0);
    for (patch, name) in patches.iter().zip(&names) {
        let (added, gone) = patch.counts();
        (added_all, gone_all) = (added_all + added, gone_all + gone);
        let name = match name.len().checked_sub(width) {
            Some(0) | None => name.clone(),
            Some(over) => format!("...{}", &name[(over + 3).min(name.len())..]),
        };
        if patch.binary {
            out.push_str(&format!(" {name:<width$} |  Bin\n"));
            continue;
        }
        let scaled = |count: usize| (count * bars + most / 2).checked_div(most).unwrap_or(0);
        let (total, plus) = (scaled(added + gone), scaled(added));
        let minus = total.saturating_sub(plus);
        out.push_str(&format!(" {name:<width$} |{:>5} {}{}\n", added + gone, "+".repeat(plus), "-".repeat(minus)));
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    out.push_str(&format!(" {} file{} changed", patches.len(), plural(patches.len())));
    if added_all > 0 || gone_all == 0 {
        out.push_str(&format!(", {added_all} insertion{}(+)", plural(added_all)));
    }
    if gone_all > 0 || added_all == 0 {
        out.push_str(&format!(", {gone_all} deletion{}(-)", plural(gone_all)));
    }
    out + "\n"
}

pub(crate) fn summary(patch: &FilePatch) -> Option<String> {
    let mode = |mode: Option<Mode>| mode.unwrap_or(Mode::FILE);
    match (&patch.old_path, &patch.path) {
        (None, Some(path)) => Some(format!(" create mode {} {path}\n", mode(patch.mode))),
        (Some(path), None) => Some(format!(" delete mode {} {path}\n", mode(patch.old_mode))),
        (Some(old), Some(new)) if patch.renamed || patch.copied => {
            let word = if patch.renamed { "rename" } else { "copy" };
            Some(format!(" {word} {old} => {new} ({}%)\n", patch.similarity))
        }
        (Some(_), Some(path)) => {
            let (old, new) = (patch.old_mode?, patch.mode?);
            (old != new).then(|| format!(" mode change {old} => {new} {path}\n"))
        }
        (None, None) => None,
    }
}
