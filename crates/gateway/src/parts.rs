//! Messages of the page in a file, for a script that drives the worker.

use crate::Usage;
use std::path::Path;

/// Writes parts with their lengths before them (32 bits, low byte first).
pub(crate) fn write(path: &Path, parts: &[Vec<u8>]) -> Result<(), Usage> {
    let wrong = |what: &dyn std::fmt::Display| Usage(format!("{}: {what}", path.display()));
    let mut bytes = Vec::new();
    for part in parts {
        let length = u32::try_from(part.len()).map_err(|_| wrong(&"the session is too long"))?;
        bytes.extend(length.to_le_bytes());
        bytes.extend(part);
    }
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, bytes)).map_err(|error| wrong(&error))
}

pub(crate) fn plain<T: serde::Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("messages are plain data")
}
