//! Line ends between blobs and files: `text`, `eol`, `core.autocrlf`, `core.eol`.

use super::attributes::{Attr, Attributes};
use crate::Repo;
use vfs::Vfs;

/// What is done with a path's line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    /// Blobs have `\n`.
    text: bool,
    /// Only where it looks like text.
    auto: bool,
    /// Files have `\r\n`.
    crlf: bool,
}

const AS_IT_IS: Plan = Plan { text: false, auto: false, crlf: false };

impl Repo {
    fn line_ends(&self, files: &Vfs, path: &str) -> Plan {
        let attributes = Attributes::of(self, files, path);
        let config = self.read_state(files, "config").unwrap_or_default().to_ascii_lowercase();
        if attributes.is_empty() && !config.contains("autocrlf") {
            return AS_IT_IS;
        }
        let config = self.config(files);
        let autocrlf = config.get("core.autocrlf").unwrap_or("false").to_ascii_lowercase();
        let eol = match attributes.get(path, "eol") {
            Some(Attr::Value(text)) => Some(text),
            _ => None,
        };
        let (text, auto) = match attributes.get(path, "text") {
            Some(Attr::Set) => (true, false),
            Some(Attr::Unset) => return AS_IT_IS,
            Some(Attr::Value(text)) if text == "auto" => (true, true),
            _ if eol.is_some() => (true, false),
            _ => (matches!(autocrlf.as_str(), "true" | "input"), true),
        };
        let crlf = match (eol.as_deref(), autocrlf.as_str()) {
            (Some(eol), _) => eol == "crlf",
            (None, "true") => true,
            (None, "input") => false,
            _ => config.get("core.eol") == Some("crlf"),
        };
        Plan { text, auto, crlf }
    }

    /// What the blob of a file's bytes holds.
    pub(crate) fn to_blob(&self, files: &Vfs, path: &str, bytes: Vec<u8>) -> Vec<u8> {
        if !has_crlf(&bytes) {
            return bytes;
        }
        let plan = self.line_ends(files, path);
        if !plan.text || (plan.auto && (looks_binary(&bytes) || self.stored_with_crlf(files, path))) {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len());
        for (at, byte) in bytes.iter().enumerate() {
            if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
                out.push(*byte);
            }
        }
        out
    }

    /// Whether the index has the path with such line ends already, which are then left alone.
    fn stored_with_crlf(&self, files: &Vfs, path: &str) -> bool {
        let entry = self.read_index(files).ok().and_then(|index| index.get(path, 0).map(|entry| entry.id));
        entry.and_then(|id| self.read_blob(files, &id).ok()).is_some_and(|blob| has_crlf(blob.data()))
    }

    /// What the file of a blob's bytes holds.
    pub fn to_work(&self, files: &Vfs, path: &str, bytes: Vec<u8>) -> Vec<u8> {
        if !bytes.contains(&b'\n') {
            return bytes;
        }
        let plan = self.line_ends(files, path);
        if !(plan.text && plan.crlf) || (plan.auto && (looks_binary(&bytes) || has_crlf(&bytes))) {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
        for byte in bytes {
            if byte == b'\n' && out.last() != Some(&b'\r') {
                out.push(b'\r');
            }
            out.push(byte);
        }
        out
    }

    /// Which line ends a file has that Git would change, and into which.
    pub fn unsafe_line_ends(&self, files: &Vfs, path: &str) -> Option<(&'static str, &'static str)> {
        let bytes = files.read(&self.work_path(path).ok()?).ok()?.into_owned();
        let crlf = has_crlf(&bytes);
        let blob = self.to_blob(files, path, bytes.clone());
        let back = self.to_work(files, path, blob);
        match (back == bytes, crlf) {
            (true, _) => None,
            (false, true) => Some(("CRLF", "LF")),
            (false, false) => Some(("LF", "CRLF")),
        }
    }
}

fn has_crlf(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|two| two == b"\r\n")
}

/// A NUL, or a carriage return by itself.
fn looks_binary(bytes: &[u8]) -> bool {
    let lone = |(at, byte): (usize, &u8)| *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    bytes.contains(&0) || bytes.iter().enumerate().any(lone)
}
