//! Patches as text: read, and put on a file's content.

use super::lines::split_lines;
use crate::object::Mode;

/// A run of lines of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Where it starts, from 1; 0 in an empty file.
    pub old_start: usize,
    pub new_start: usize,
    /// Each line with its sign; the line carries its end.
    pub lines: Vec<(u8, Vec<u8>)>,
    /// The line of the patch where its lines start, from 1.
    pub at: usize,
}

/// What a patch says of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePatch {
    /// `None` where the file is new.
    pub old_path: Option<String>,
    /// `None` where the file is removed.
    pub path: Option<String>,
    pub old_mode: Option<Mode>,
    pub mode: Option<Mode>,
    pub renamed: bool,
    pub copied: bool,
    /// Per cent.
    pub similarity: u32,
    pub binary: bool,
    /// The short id of what it was made from.
    pub old_id: Option<String>,
    pub hunks: Vec<Hunk>,
}

/// Why it is none: the number of the line that does not belong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPatch(pub usize);

impl FilePatch {
    /// The name to speak of it.
    pub fn name(&self) -> &str {
        self.path.as_deref().or(self.old_path.as_deref()).unwrap_or_default()
    }

    /// The patch that takes this one back.
    pub fn reversed(&self) -> Self {
        let mut back = self.clone();
        std::mem::swap(&mut back.old_path, &mut back.path);
        std::mem::swap(&mut back.old_mode, &mut back.mode);
        for hunk in &mut back.hunks {
            std::mem::swap(&mut hunk.old_start, &mut hunk.new_start);
            for (sign, _) in &mut hunk.lines {
                *sign = match *sign {
                    b'+' => b'-',
                    b'-' => b'+',
                    other => other,
                };
            }
        }
        back
    }

    /// Lines that are added and removed.
    pub fn counts(&self) -> (usize, usize) {
        let lines = || self.hunks.iter().flat_map(|hunk| &hunk.lines);
        (lines().filter(|(sign, _)| *sign == b'+').count(), lines().filter(|(sign, _)| *sign == b'-').count())
    }

    /// The new content of a file that had this one, and where each hunk went; else the number of the hunk that does
    /// not fit.
    pub fn apply(&self, old: &[u8]) -> Result<(Vec<u8>, Vec<usize>), usize> {
        let mut image: Vec<Vec<u8>> = split_lines(old).into_iter().map(<[u8]>::to_vec).collect();
        let mut places = Vec::new();
        for (n, hunk) in self.hunks.iter().enumerate() {
            let side = |gone: u8| -> Vec<&Vec<u8>> {
                hunk.lines.iter().filter(|(sign, _)| *sign != gone).map(|(_, line)| line).collect()
            };
            let (before, after) = (side(b'+'), side(b'-'));
            let at = place(&image, hunk, &before).ok_or(n)?;
            places.push(at + 1);
            image.splice(at..at + before.len(), after.into_iter().cloned());
        }
        Ok((image.concat(), places))
    }
}

/// Where a hunk's old lines stand: as near as can be to where they are said to.
fn place(image: &[Vec<u8>], hunk: &Hunk, before: &[&Vec<u8>]) -> Option<usize> {
    let trailing = hunk.lines.iter().rev().take_while(|(sign, _)| *sign == b' ').count();
    let fits = |at: usize| {
        let end = at + before.len();
        end <= image.len()
            && (hunk.old_start > 1 || at == 0)
            && (trailing > 0 || end == image.len() || hunk.lines.is_empty())
            && image[at..end].iter().zip(before).all(|(one, two)| one == *two)
    };
    let wanted = hunk.new_start.saturating_sub(1).min(image.len());
    let farthest = image.len().max(wanted);
    (0..=farthest).find_map(|distance| {
        let up = wanted.checked_sub(distance).filter(|at| fits(*at));
        up.or_else(|| Some(wanted + distance).filter(|at| fits(*at)))
    })
}

/// Reads all patches of a text; what stands between them is passed over. `strip`: so many folders of the names go.
pub fn parse_patches(text: &[u8], strip: usize) -> Result<Vec<FilePatch>, BadPatch> {
    let lines = split_lines(text);
    let mut reader = Reader { lines, at: 0, strip };
    let mut patches = Vec::new();
    while let Some(patch) = reader.next()? {
        patches.push(patch);
    }
    Ok(patches)
}

struct Reader<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
    strip: usize,
}

impl<'a> Reader<'a> {
    fn line(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    fn text(&self) -> Option<String> {
        self.line().map(|line| String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_string())
    }

    fn next(&mut self) -> Result<Option<FilePatch>, BadPatch> {
        while let Some(text) = self.text() {
            if let Some(names) = text.strip_prefix("diff --git ") {
                self.at += 1;
                return self.file(names).map(Some);
            }
            let plain = text.starts_with("--- ") && self.lines.get(self.at + 1).is_some_and(|l| l.starts_with(b"+++ "));
            if plain {
                return self.file("").map(Some);
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// A name without its first folders; `None` for `/dev/null`.
    fn name(&self, text: &str, strip: usize) -> Option<String> {
        let text = unquoted(text.split('\t').next().unwrap_or(text));
        if text == "/dev/null" {
            return None;
        }
        Some(text.splitn(strip + 1, '/').last().unwrap_or_default().to_string())
    }

    fn file(&mut self, names: &str) -> Result<FilePatch, BadPatch> {
        let mut patch = FilePatch::default();
        // Both names are the same but for what is stripped; renames say theirs below.
        let half = names.len() / 2;
        if names.is_char_boundary(half) && !names.is_empty() {
            let same = self.name(&names[..half], self.strip);
            (patch.old_path, patch.path) = (same.clone(), same);
        }
        let (mut made, mut gone) = (false, false);
        let mode = |text: &str| u32::from_str_radix(text.trim(), 8).ok().map(Mode);
        while let Some(text) = self.text() {
            if let Some(rest) = text.strip_prefix("new file mode ") {
                (made, patch.mode) = (true, mode(rest));
            } else if let Some(rest) = text.strip_prefix("deleted file mode ") {
                (gone, patch.old_mode) = (true, mode(rest));
            } else if let Some(rest) = text.strip_prefix("old mode ") {
                patch.old_mode = mode(rest);
            } else if let Some(rest) = text.strip_prefix("new mode ") {
                patch.mode = mode(rest);
            } else if let Some(rest) = text.strip_prefix("rename from ").or_else(|| text.strip_prefix("copy from ")) {
                patch.renamed |= text.starts_with("rename");
                patch.copied |= text.starts_with("copy");
                patch.old_path = Some(unquoted(rest));
            } else if let Some(rest) = text.strip_prefix("rename to ").or_else(|| text.strip_prefix("copy to ")) {
                patch.path = Some(unquoted(rest));
            } else if let Some(rest) = text.strip_prefix("similarity index ") {
                patch.similarity = rest.trim_end_matches('%').parse().unwrap_or(0);
            } else if let Some(rest) = text.strip_prefix("index ") {
                patch.old_id = rest.split_once("..").map(|(old, _)| old.to_string());
                if let Some((_, bits)) = rest.split_once(' ') {
                    patch.old_mode = patch.old_mode.or(mode(bits));
                }
            } else if let Some(rest) = text.strip_prefix("--- ") {
                let old = self.name(rest, self.strip);
                self.at += 1;
                let new = self.text().and_then(|text| self.name(text.strip_prefix("+++ ")?, self.strip));
                (made, gone) = (made || old.is_none(), gone || new.is_none());
                if !(patch.renamed || patch.copied) {
                    (patch.old_path, patch.path) = (old.clone().or(new.clone()), new.or(old));
                }
            } else if text.starts_with("@@ ") {
                let hunk = self.hunk(&text)?;
                patch.hunks.push(hunk);
                continue;
            } else if text.starts_with("Binary files ") || text.starts_with("GIT binary patch") {
                patch.binary = true;
            } else {
                break;
            }
            self.at += 1;
        }
        if made {
            patch.old_path = None;
        }
        if gone {
            patch.path = None;
        }
        Ok(patch)
    }

    fn hunk(&mut self, head: &str) -> Result<Hunk, BadPatch> {
        let bad = BadPatch(self.at + 1);
        let range = |text: &str| -> Option<(usize, usize)> {
            let (start, count) = text.split_once(',').unwrap_or((text, "1"));
            Some((start.parse().ok()?, count.parse().ok()?))
        };
        let mut words = head.split(' ').skip(1);
        let old = words.next().and_then(|word| range(word.strip_prefix('-')?)).ok_or(bad)?;
        let new = words.next().and_then(|word| range(word.strip_prefix('+')?)).ok_or(bad)?;
        self.at += 1;
        let mut hunk = Hunk { old_start: old.0, new_start: new.0, lines: Vec::new(), at: self.at + 1 };
        let (mut left, mut right) = (old.1, new.1);
        while left > 0 || right > 0 {
            let bad = BadPatch(self.at + 1);
            let line = self.line().ok_or(bad)?;
            let sign = match line[0] {
                b'\n' => b' ',
                sign => sign,
            };
            let (a, b) = match sign {
                b' ' => (1, 1),
                b'-' => (1, 0),
                b'+' => (0, 1),
                b'\\' => (0, 0),
                _ => return Err(bad),
            };
            (left, right) = (left.checked_sub(a).ok_or(bad)?, right.checked_sub(b).ok_or(bad)?);
            self.take(sign, line, &mut hunk);
        }
        if let Some(line) = self.line().filter(|line| line.starts_with(b"\\ ")) {
            self.take(b'\\', line, &mut hunk);
        }
        Ok(hunk)
    }

    fn take(&mut self, sign: u8, line: &[u8], hunk: &mut Hunk) {
        self.at += 1;
        if sign == b'\\' {
            // The line before has no end.
            if let Some((_, last)) = hunk.lines.last_mut() {
                last.pop_if(|byte| *byte == b'\n');
            }
            return;
        }
        let body = if line[0] == b'\n' { line } else { &line[1..] };
        let mut body = body.to_vec();
        if !body.ends_with(b"\n") {
            body.push(b'\n');
        }
        hunk.lines.push((sign, body));
    }
}

/// A name out of its quotes.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return text.to_string() };
    let bytes = inner.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let octal =
            bytes.get(at..at + 3).and_then(|three| u8::from_str_radix(std::str::from_utf8(three).ok()?, 8).ok());
        match (bytes.get(at), octal) {
            (Some(b'0'..=b'7'), Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (Some(b'n'), _) => out.push(b'\n'),
            (Some(b't'), _) => out.push(b'\t'),
            (Some(other), _) => out.push(*other),
            (None, _) => {}
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
