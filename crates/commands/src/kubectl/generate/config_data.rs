//! What config maps and secrets are filled with: literals, files, folders, files of variables.

use super::super::flags::Given;
use super::super::kube::{Kube, Stop};
use order::OrdMap;
use sha2::{Digest, Sha256};

pub(super) type Data = OrdMap<String, Vec<u8>>;

/// Reads everything that the flags name.
pub(super) fn read(kube: &Kube<'_, '_>, given: &Given, name: &str, kind: &str) -> Result<Data, Stop> {
    let (files, literals, vars) = (given.all("from-file"), given.each("from-literal"), given.all("from-env-file"));
    let others = !files.is_empty() || !literals.is_empty();
    if others && !vars.is_empty() {
        return Err(Stop::error("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut data = Data::new();
    let mut add = |key: &str, value: Vec<u8>| {
        let good = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !good {
            return Err(Stop::error(format!(
                "{key:?} is not a valid key name for a {kind}: a valid config key must consist of alphanumeric characters, \
                 '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is \
                 '[-._a-zA-Z0-9]+')"
            )));
        }
        if data.insert(key.to_string(), value).is_some() {
            return Err(Stop::error(format!(
                "cannot add key {key:?}, another key by that name already exists in Data for {kind} {name:?}"
            )));
        }
        Ok(())
    };
    for literal in &literals {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => add(key, value.as_bytes().to_vec())?,
            _ => return Err(Stop::error(format!("invalid literal source {literal}, expected key=value"))),
        }
    }
    for source in &files {
        for (key, bytes) in file(kube, source)? {
            add(&key, bytes)?;
        }
    }
    for path in &vars {
        let text = String::from_utf8_lossy(&bytes_of(kube, path)?).into_owned();
        for line in text.lines() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('=') {
                Some((key, value)) => add(key, value.as_bytes().to_vec())?,
                // A name alone takes its value from kubectl's own environment.
                None => add(line, kube.cx.env(line).unwrap_or_default().into_bytes())?,
            }
        }
    }
    Ok(data)
}

/// A file's bytes.
pub(super) fn bytes_of(kube: &Kube<'_, '_>, path: &str) -> Result<Vec<u8>, Stop> {
    let full = kube.cx.path(path);
    let read = kube.cx.files().read(&full).map(|bytes| bytes.to_vec());
    read.map_err(|_| Stop::error(format!("error reading {path}: no such file or directory")))
}

/// `[key=]path`: one file, or the files of a folder.
fn file(kube: &Kube<'_, '_>, source: &str) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let (key, path) = match source.split_once('=') {
        Some(("", path)) => return Err(Stop::error(format!("key name for file path {path} missing"))),
        Some((key, "")) => return Err(Stop::error(format!("file path for key name {key} missing"))),
        Some((key, path)) => (Some(key), path),
        None => (None, source),
    };
    let full = kube.cx.path(path);
    if !kube.cx.files().is_dir(&full) {
        let name = key.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path));
        return Ok(vec![(name.to_string(), bytes_of(kube, path)?)]);
    }
    if key.is_some() {
        return Err(Stop::error("cannot give a key name for a directory path"));
    }
    let entries =
        kube.cx.files().read_dir(&full).map_err(|why| Stop::error(format!("error listing files in {path}: {why}")))?;
    let mut all = Vec::new();
    for (name, stat) in entries {
        if stat.kind == vfs::Kind::File {
            let bytes = bytes_of(kube, &format!("{}/{name}", path.trim_end_matches('/')))?;
            all.push((name, bytes));
        }
    }
    Ok(all)
}

/// kubectl `util/hash`: ten letters of the SHA-256 of what the object holds, without vowels.
pub(super) fn hash(json: &str) -> String {
    let digest = Sha256::digest(json.as_bytes());
    let mut out = String::new();
    for byte in digest.iter().take(5) {
        for nibble in [byte >> 4, byte & 15] {
            let c = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
            out.push(match c {
                '0' => 'g',
                '1' => 'h',
                '3' => 'k',
                'a' => 'm',
                'e' => 't',
                other => other,
            });
        }
    }
    out
}
