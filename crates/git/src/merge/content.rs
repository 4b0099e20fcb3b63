//! One file's three versions into one.

use super::text::{Favor, MergeLabels, merge_text};
use super::tree::{File, Merge};
use crate::Result;
use crate::diff::is_binary;
use crate::object::{Kind, Mode};
use crate::work::{Attr, Attributes};

/// What merging the versions of a file gave.
pub(super) struct Content {
    pub file: File,
    pub clean: bool,
}

impl Merge<'_> {
    /// Merges modes and contents; both sides have a file of the same type. `path` is what it is called in messages, `names`
    /// tell what it is called in the trees, where those names differ.
    pub fn content(
        &mut self,
        path: &str,
        names: &[Option<String>; 3],
        stages: [Option<File>; 3],
        longer_by: usize,
    ) -> Result<Content> {
        let [base, Some(ours), Some(theirs)] = stages else {
            let file = stages[1].or(stages[2]).or(stages[0]).unwrap_or((Mode::FILE, crate::ObjectId::null()));
            return Ok(Content { file, clean: true });
        };
        let base_mode = base.map(|file| file.0);
        let (mode, modes_clean) = if ours.0 == theirs.0 || Some(ours.0) == base_mode {
            (theirs.0, true)
        } else {
            (ours.0, Some(theirs.0) == base_mode)
        };
        let base_id = base.map(|file| file.1);
        if ours.1 == theirs.1 || Some(ours.1) == base_id {
            return Ok(Content { file: (mode, theirs.1), clean: modes_clean });
        }
        if Some(theirs.1) == base_id {
            return Ok(Content { file: (mode, ours.1), clean: modes_clean });
        }
        if ours.0 == Mode::SYMLINK || ours.0 == Mode::GITLINK {
            return Ok(self.whole(base, ours, theirs));
        }
        let same_type = base.filter(|file| file.0.type_bits() == ours.0.type_bits());
        let (id, clean) = self.lines(path, names, [same_type, Some(ours), Some(theirs)], longer_by)?;
        self.merged.auto_merged.push(path.into());
        self.say(path, &["Auto-merging ", path]);
        Ok(Content { file: (mode, id), clean: clean && modes_clean })
    }

    /// What has no lines: one of the two.
    fn whole(&self, base: Option<File>, ours: File, theirs: File) -> Content {
        if self.labels.depth > 0 {
            return Content { file: base.unwrap_or(ours), clean: false };
        }
        match self.labels.favor {
            Some(Favor::Theirs) => Content { file: theirs, clean: true },
            favor => Content { file: ours, clean: favor == Some(Favor::Ours) },
        }
    }

    fn labels_for(&self, path: &str, names: &[Option<String>; 3], longer_by: usize) -> MergeLabels {
        let mut labels = MergeLabels { longer_by: longer_by + 2 * self.labels.depth, ..self.labels.clone() };
        let called = |n: usize| names[n].as_deref().unwrap_or(path);
        if called(0) != called(1) || called(1) != called(2) {
            for (n, label) in [&mut labels.base, &mut labels.ours, &mut labels.theirs].into_iter().enumerate() {
                *label = [label.as_str(), ":", called(n)].concat();
            }
        }
        labels
    }

    /// Line by line, as `.gitattributes` say.
    fn lines(
        &mut self,
        path: &str,
        names: &[Option<String>; 3],
        stages: [Option<File>; 3],
        longer_by: usize,
    ) -> Result<(crate::ObjectId, bool)> {
        let mut labels = self.labels_for(path, names, longer_by);
        let mut texts = [Vec::new(), Vec::new(), Vec::new()];
        for (text, file) in texts.iter_mut().zip(&stages) {
            if let Some(file) = file {
                *text = self.repo.read_blob(self.files, &file.1)?.data().to_vec();
            }
        }
        let how = Attributes::of(self.repo, self.files, path).get(path, "merge");
        let driver = if let Some(Attr::Value(name)) = &how { name.as_str() } else { "" };
        let ids = stages.map(|file| file.map(|file| file.1));
        let [_, Some(our_id), Some(their_id)] = ids else { return Ok((crate::ObjectId::null(), true)) };
        if labels.keepers.iter().any(|name| name == driver) {
            return Ok((our_id, true));
        }
        if driver == "binary" || matches!(how, Some(Attr::Unset)) || texts.iter().any(|bytes| is_binary(bytes)) {
            if labels.depth > 0 {
                let base = &texts[0];
                return Ok((self.repo.write_object(self.files, Kind::Blob, base, self.when)?, true));
            }
            return Ok(match labels.favor {
                Some(Favor::Theirs) => (their_id, true),
                Some(Favor::Ours) => (our_id, true),
                _ => {
                    let (ours, theirs) = (&labels.ours, &labels.theirs);
                    self.say(path, &["warning: Cannot merge binary files: ", path, " (", ours, " vs. ", theirs, ")"]);
                    (our_id, false)
                }
            });
        }
        if driver == "union" {
            labels.favor = Some(Favor::Union);
        } else if labels.depth > 0 {
            labels.favor = None;
        }
        let [base, ours, theirs] = &texts;
        let merged = merge_text(base, ours, theirs, &labels);
        let id = self.repo.write_object(self.files, Kind::Blob, &merged.bytes, self.when)?;
        Ok((id, merged.conflicts == 0))
    }
}
