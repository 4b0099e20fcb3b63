//! A file in conflict: what each side made of each place, and what stood there before both.

use git::{ConflictStyle, MergeLabels, Repo, merge_text};
use screen::{Conflict, ConflictPart};
use vfs::Vfs;

/// The labels of our own merge: nobody types them.
const OURS: &str = "\u{1}ours";
const BASE: &str = "\u{1}base";
const THEIRS: &str = "\u{1}theirs";

/// The conflict of a file; `None` where it is in no repository, or in no conflict.
#[inline(never)]
pub(crate) fn conflict(files: &Vfs, path: &str) -> Option<Conflict> {
    let mut folder = vfs::parent(path);
    let repo = loop {
        match Repo::at(files, folder) {
            Some(repo) => break repo,
            None if folder == "/" => return None,
            None => folder = vfs::parent(folder),
        }
    };
    let name = path.strip_prefix(folder)?.trim_start_matches('/');
    let index = repo.read_index(files).ok()?;
    let text = |stage: u8| -> Option<Vec<u8>> {
        let id = index.get(name, stage)?.id;
        repo.read_blob(files, &id).ok().map(|blob| blob.data().to_vec())
    };
    let (ours, theirs) = (text(2), text(3));
    if ours.is_none() && theirs.is_none() {
        return None;
    }
    let labels = MergeLabels {
        ours: OURS.into(),
        base: BASE.into(),
        theirs: THEIRS.into(),
        style: ConflictStyle::Diff3,
        ..MergeLabels::default()
    };
    let whole = |text: Option<Vec<u8>>| text.unwrap_or_default();
    let (ours, base, theirs) = (whole(ours), whole(text(1)), whole(theirs));
    let merged = merge_text(&base, &ours, &theirs, &labels);
    Some(Conflict { path: name.into(), parts: parts(&String::from_utf8_lossy(&merged.bytes)) })
}

#[inline(never)]
fn parts(merged: &str) -> Vec<ConflictPart> {
    let mut all = Vec::new();
    let mut now = None::<ConflictPart>;
    let mut side = 0;
    for line in merged.split_inclusive('\n') {
        let said = line.trim_end();
        if said.ends_with(OURS) {
            (now, side) = (Some(ConflictPart::default()), 0);
        } else if said.ends_with(BASE) {
            side = 1;
        } else if said.ends_with(THEIRS) {
            all.extend(now.take());
        } else if let Some(part) = &mut now {
            if side == 1 && said == "=======" {
                side = 2;
                continue;
            }
            [&mut part.ours, &mut part.base, &mut part.theirs][side].push_str(line);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_three_texts() {
        let merged = format!(
            "a\n<<<<<<< {OURS}\nx\n||||||| {BASE}\nb\n=======\ny\nz\n>>>>>>> {THEIRS}\nc\n<<<<<<< {OURS}\n||||||| {BASE}\nd\n=======\nq\n>>>>>>> {THEIRS}\n"
        );
        let part = |ours: &str, base: &str, theirs: &str| ConflictPart {
            ours: ours.into(),
            base: base.into(),
            theirs: theirs.into(),
        };
        assert_eq!(parts(&merged), [part("x\n", "b\n", "y\nz\n"), part("", "d\n", "q\n")]);
    }
}
