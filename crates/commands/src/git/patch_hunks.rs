//! The hunks of one file as `--patch` asks for them: read from a patch, split, edited, and put together again.

// Unlike git: bytes that are no UTF-8 are not kept in a hunk that is chosen by itself.

use git::{FilePatch, parse_patches};
use serde::{Deserialize, Serialize};

/// What was decided of a hunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Use {
    #[default]
    Open,
    Yes,
    No,
}

/// A hunk, or the change of the mode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    pub old_start: usize,
    pub new_start: usize,
    /// With their signs, without their ends.
    pub lines: Vec<String>,
    /// What stands after `@@`.
    pub function: String,
    /// What it would make the file longer by, before it was edited.
    grows: isize,
    pub decided: Use,
}

/// One file's changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PatchFile {
    pub head: String,
    /// The first piece is the change of the mode.
    pub mode_change: bool,
    pub added: bool,
    pub deleted: bool,
    pub binary: bool,
    pub pieces: Vec<Piece>,
}

fn counts(lines: &[String]) -> (usize, usize) {
    let count = |sign: char| lines.iter().filter(|line| line.starts_with(sign)).count();
    (count('-'), count('+'))
}

fn shared(lines: &[String]) -> usize {
    lines.iter().filter(|line| line.starts_with(' ')).count()
}

impl Piece {
    fn measured(mut self) -> Self {
        self.grows = self.growth();
        self
    }

    fn growth(&self) -> isize {
        let (gone, added) = counts(&self.lines);
        added.cast_signed() - gone.cast_signed()
    }

    /// `-1,7 +1,7`.
    pub fn range(&self) -> String {
        let ((gone, added), same) = (counts(&self.lines), shared(&self.lines));
        let part = |start: usize, count: usize| match count {
            1 => start.to_string(),
            _ => format!("{start},{count}"),
        };
        ["-", &part(self.old_start, gone + same), " +", &part(self.new_start, added + same)].concat()
    }

    /// The range with both counts written out, as the list of hunks shows it.
    pub fn full_range(&self) -> String {
        let ((gone, added), same) = (counts(&self.lines), shared(&self.lines));
        format!(" -{},{} +{},{} ", self.old_start, gone + same, self.new_start, added + same)
    }

    /// How many hunks it could be split into.
    pub fn parts(&self) -> usize {
        let mut parts = 0;
        let mut inside = false;
        for line in self.lines.iter().filter(|line| !line.starts_with('\\')) {
            let changes = !line.starts_with(' ');
            parts += usize::from(changes && !inside);
            inside = changes;
        }
        parts
    }

    /// One hunk for each run of changes; the lines between two belong to both.
    #[inline(never)]
    pub fn split(&self) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::new();
        let mut now = Self { lines: Vec::new(), decided: Use::Open, ..self.clone() };
        let (mut old, mut new) = (self.old_start, self.new_start);
        // Where the run of common lines began that may start the next hunk.
        let mut rest: Option<(usize, usize, usize)> = None;
        let mut changed = false;
        for line in &self.lines {
            let sign = line.as_bytes().first().copied().unwrap_or(b' ');
            match sign {
                b' ' if changed && rest.is_none() => rest = Some((now.lines.len(), old, new)),
                b'-' | b'+' => {
                    if let Some((at, old_start, new_start)) = rest.take() {
                        let shared = now.lines[at..].to_vec();
                        out.push(std::mem::take(&mut now).measured());
                        now = Self { old_start, new_start, lines: shared, ..Self::default() };
                    }
                    changed = true;
                }
                _ => {}
            }
            old += usize::from(matches!(sign, b' ' | b'-'));
            new += usize::from(matches!(sign, b' ' | b'+'));
            now.lines.push(line.clone());
        }
        out.push(now.measured());
        out
    }

    /// What it becomes by an edited text: lines behind `@@`, without comments. `None` where nothing is left.
    #[inline(never)]
    pub fn edited(&self, text: &str) -> Option<Self> {
        let mut lines: Vec<String> = text.lines().filter(|line| !line.starts_with('#')).map(str::to_string).collect();
        if lines.first().is_some_and(|line| line.starts_with('@')) {
            lines.remove(0);
        }
        if lines.is_empty() {
            return None;
        }
        for line in lines.iter_mut().filter(|line| line.is_empty()) {
            line.push(' ');
        }
        Some(Self { lines, ..self.clone() })
    }
}

impl PatchFile {
    /// Reads the patch of one path as `git diff` prints it: two where the file became something else, as a link.
    pub fn read_all(text: &str) -> Vec<Self> {
        match text.find("\ndiff --git ") {
            Some(end) => vec![Self::read(&text[..=end]), Self::read(&text[end + 1..])],
            None => vec![Self::read(text)],
        }
    }

    fn read(text: &str) -> Self {
        let mut file = Self::default();
        let mut mode = Piece::default();
        for line in text.split_terminator('\n') {
            if let Some(rest) = line.strip_prefix("@@ ") {
                let (ranges, function) = rest.split_once(" @@").unwrap_or((rest, ""));
                let start = |word: &str| word[1..].split(',').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                let (old, new) = ranges.split_once(' ').unwrap_or((ranges, "+0"));
                let function = function.strip_prefix(' ').unwrap_or(function).to_string();
                let piece = Piece { old_start: start(old), new_start: start(new), function, ..Piece::default() };
                file.pieces.push(piece);
            } else if let Some(piece) = file.pieces.last_mut() {
                piece.lines.push(line.to_string());
            } else if line.starts_with("old mode ") || line.starts_with("new mode ") {
                mode.lines.push(line.to_string());
            } else {
                file.added |= line.starts_with("new file mode ");
                file.deleted |= line.starts_with("deleted file mode ");
                file.binary |= line.starts_with("Binary files ");
                file.head.push_str(line);
                file.head.push('\n');
            }
        }
        file.pieces = std::mem::take(&mut file.pieces).into_iter().map(Piece::measured).collect();
        if !mode.lines.is_empty() {
            file.mode_change = true;
            file.pieces.insert(0, mode);
        }
        if file.pieces.is_empty() && file.deleted {
            // An empty file that goes. One that comes is not asked for.
            file.pieces.push(Piece::default());
        }
        file
    }

    /// The pieces that stand for lines.
    fn hunks(&self) -> &[Piece] {
        &self.pieces[usize::from(self.mode_change)..]
    }

    /// The patch of what was chosen; `None` where nothing was.
    #[inline(never)]
    pub fn chosen(&self, takes_back: bool) -> Option<FilePatch> {
        if !self.pieces.iter().any(|piece| piece.decided == Use::Yes) {
            return None;
        }
        let mut text = String::new();
        for line in self.head.lines() {
            text.push_str(line);
            text.push('\n');
            if self.mode_change && line.starts_with("diff ") && self.pieces[0].decided == Use::Yes {
                text.push_str(&(self.pieces[0].lines.join("\n") + "\n"));
            }
        }
        for piece in joined(self.hunks(), takes_back) {
            text.push_str("@@ ");
            text.push_str(&piece.range());
            text.push_str(" @@\n");
            text.push_str(&piece.lines.join("\n"));
            text.push('\n');
        }
        let patch = parse_patches(text.as_bytes(), 1).ok()?.pop()?;
        Some(if takes_back { patch.reversed() } else { patch })
    }
}

/// The chosen hunks, told where they go without those that were not; hunks that share lines are one.
#[inline(never)]
fn joined(hunks: &[Piece], takes_back: bool) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut moved = 0_isize;
    for piece in hunks {
        let applied = if piece.decided == Use::Yes { piece.growth() } else { 0 };
        if piece.decided == Use::Yes {
            let mut piece = piece.clone();
            if takes_back {
                piece.old_start = piece.old_start.saturating_add_signed(-moved);
            } else {
                piece.new_start = piece.new_start.saturating_add_signed(moved);
            }
            match out.last_mut() {
                Some(last) if last.old_start + counts(&last.lines).0 + shared(&last.lines) > piece.old_start => {
                    let end = last.old_start + counts(&last.lines).0 + shared(&last.lines);
                    let both = end - piece.old_start;
                    last.lines.extend(piece.lines.into_iter().skip(both));
                }
                _ => out.push(piece),
            }
        }
        moved += applied - piece.grows;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str =
        "diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,5 +1,6 @@ f\n 1\n-2\n+two\n 3\n+new\n 4\n 5\n";

    #[test]
    fn a_hunk_is_split_at_common_lines_and_joined_again() {
        let mut file = PatchFile::read(PATCH);
        assert_eq!((file.pieces.len(), file.pieces[0].parts()), (1, 2));
        let parts = file.pieces[0].split();
        let ranges: Vec<String> = parts.iter().map(Piece::range).collect();
        assert_eq!(ranges, ["-1,3 +1,3", "-3,3 +3,4"]);
        file.pieces = parts;
        assert_eq!(file.chosen(false), None);
        file.pieces[1].decided = Use::Yes;
        let apply = |file: &PatchFile| file.chosen(false).unwrap().apply(b"1\n2\n3\n4\n5\n").unwrap().0;
        assert_eq!(apply(&file), b"1\n2\n3\nnew\n4\n5\n");
        file.pieces[0].decided = Use::Yes;
        assert_eq!(apply(&file), b"1\ntwo\n3\nnew\n4\n5\n");
        assert_eq!(file.chosen(true).unwrap().apply(b"1\ntwo\n3\nnew\n4\n5\n").unwrap().0, b"1\n2\n3\n4\n5\n");
    }
}
