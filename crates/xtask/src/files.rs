//! Files and folders on disk: walking in a fixed order, copying, hashing.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders that tools fill.
const NOT_OURS: [&str; 6] = ["node_modules", "target", ".git", "dist", "build", "shots"];

/// All files below `folder` in path order; none when the folder is not there.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    walk_into(folder, &|_| true)
}

/// The same, without what tools have put there.
pub fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    walk_into(folder, &|name| !NOT_OURS.contains(&name))
}

fn walk_into(folder: &Path, enter: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        collect(folder, enter, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, enter: &dyn Fn(&str) -> bool, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
        let path = entry.path();
        if path.is_file() {
            found.push(path);
        } else if path.is_dir() && enter(&entry.file_name().to_string_lossy()) {
            collect(&path, enter, found)?;
        }
    }
    Ok(())
}

/// The path below `folder`, with `/` between its parts.
pub fn relative(folder: &Path, file: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

pub fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|end| extensions.iter().any(|wanted| end == *wanted))
}

pub fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

pub fn read_text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

/// Writes a file, making its folder.
pub fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(file, content).with_context(|| format!("writing {}", file.display()))
}

/// Copies all files below `from` to the same places below `to`.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for file in walk(from)? {
        write(&to.join(relative(from, &file)), read(&file)?)?;
    }
    Ok(())
}

/// Removes a folder with all that is in it; it may be missing.
pub fn remove_tree(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Ok(())
}

/// The first 12 hex digits of SHA-256 over all the contents, one after the other.
pub fn short_hash<'a>(contents: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for content in contents {
        hasher.update(content);
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// When the newest of some files and folders was written.
pub fn newest(paths: &[PathBuf]) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for path in paths {
        let files = if path.is_file() { vec![path.clone()] } else { sources(path)? };
        for file in files {
            let written = fs::metadata(&file)?.modified()?;
            newest = newest.max(written);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_hash_is_the_start_of_sha_256() {
        assert_eq!(short_hash([b"a".as_slice(), b"bc"]), "ba7816bf8f01");
    }

    #[test]
    fn paths_are_relative_with_slashes() {
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a/b/c/d.js")), "c/d.js");
        assert!(has_extension(Path::new("x.mjs"), &["js", "mjs"]));
    }
}
