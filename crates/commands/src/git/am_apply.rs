//! `git am`: a mail's patch on index and work tree, by merging where it does not fit.

use super::am::{on, say};
use super::am_mail::Mail;
use super::apply::{self, Onto};
use super::cli::{Git, Stop};
use super::merging::{Join, Joined, conflict_style, join, keepers};
use git::{FlatTree, MergeLabels, Repo};

/// Puts a patch on index and work tree; false where it does not fit.
#[inline(never)]
pub(crate) fn one(g: &mut Git<'_, '_>, repo: &Repo, mail: &Mail, patches: &[git::FilePatch]) -> Result<bool, Stop> {
    let onto = Onto { index: true, work: true };
    let three = on(g, repo, "threeway");
    let fits = if three {
        apply::check_quietly(g, repo, patches, onto)?
    } else {
        apply::check(g, repo, patches, onto, false)?
    };
    if let Some(results) = fits {
        super::apply_write::write(g, repo, &results, onto)?;
        return Ok(true);
    }
    if three { merged(g, repo, mail, patches) } else { Ok(false) }
}

/// Merges with the files that the patch was made from.
#[inline(never)]
fn merged(g: &mut Git<'_, '_>, repo: &Repo, mail: &Mail, patches: &[git::FilePatch]) -> Result<bool, Stop> {
    let (mut base, mut theirs) = (FlatTree::new(), FlatTree::new());
    let when = g.when();
    for patch in patches {
        let Some(path) = &patch.old_path else {
            if let (Some(path), Ok((bytes, _))) = (&patch.path, patch.apply(b"")) {
                let id = repo.write_object(g.cx.files_mut(), git::Kind::Blob, &bytes, when)?;
                theirs.insert(path.clone(), (patch.mode.unwrap_or(git::Mode::FILE), id));
            }
            continue;
        };
        let head = super::switching::flat(g, repo, repo.head(g.files())?.id().as_ref())?;
        let known = match &patch.old_id {
            Some(id) => repo.try_resolve(g.files(), id)?,
            None => head.get(path).map(|(_, id)| *id),
        };
        let blob = known.and_then(|id| Some((id, repo.read_blob(g.files(), &id).ok()?.data().to_vec())));
        let Some((id, bytes)) = blob else {
            g.err(format!(
                "error: sha1 information is lacking or useless ({path}).\nerror: could not build fake ancestor\n"
            ));
            return Ok(false);
        };
        let mode = patch.old_mode.or(head.get(path).map(|(mode, _)| *mode)).unwrap_or(git::Mode::FILE);
        base.insert(path.clone(), (mode, id));
        let Ok((bytes, _)) = patch.apply(&bytes) else {
            g.err("error: patch failed\nDid you hand edit your patch?\nIt does not apply to blobs recorded in its index.\n");
            return Ok(false);
        };
        if let Some(path) = &patch.path {
            let id = repo.write_object(g.cx.files_mut(), git::Kind::Blob, &bytes, when)?;
            theirs.insert(path.clone(), (patch.mode.unwrap_or(mode), id));
        }
    }
    say(g, repo, "Using index info to reconstruct a base tree...");
    let head = super::switching::flat(g, repo, repo.head(g.files())?.id().as_ref())?;
    for (path, file) in &base {
        match head.get(path) {
            Some(ours) if ours == file => {}
            Some(_) => g.out(format!("M\t{path}\n")),
            None => g.out(format!("A\t{path}\n")),
        }
    }
    say(g, repo, "Falling back to patching base and 3-way merge...");
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: "constructed fake ancestor".into(),
        theirs: mail.subject.clone(),
        style: conflict_style(g),
        favor: None,
        keepers: keepers(g),
        folder_renames: git::FolderRenames::Off,
        recursive: true,
        ..MergeLabels::default()
    };
    let wish = Join { base, ours: None, theirs, labels, verb: "merge", before: "merge", terse: false };
    match join(g, repo, &wish)? {
        Joined::Clean(_) => Ok(true),
        _ => {
            super::rerere::auto(g, repo, None)?;
            g.err("error: Failed to merge in the changes.\n");
            Ok(false)
        }
    }
}
