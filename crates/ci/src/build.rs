//! Image builds: a context folder with a Dockerfile and a program manifest becomes an image.

use crate::Image;
use manifest::Value;
use sha2::{Digest, Sha256};
use sim::{Causes, Time};
use vfs::{Kind, Vfs};

/// Why a build failed, in buildx's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("ERROR: unable to prepare context: path \"{0}\" not found")]
    NoContext(String),
    #[error("ERROR: failed to build: failed to solve: failed to read dockerfile: open {0}: no such file or directory")]
    NoDockerfile(String),
    #[error("ERROR: failed to build: failed to solve: dockerfile parse error on line {line}: {message}")]
    Dockerfile { line: usize, message: String },
    #[error("ERROR: failed to build: failed to solve: failed to compute cache key: \"/encore.yaml\": not found")]
    NoProgram,
}

/// An image and what the build printed.
#[derive(Debug, Clone)]
pub struct Built {
    pub image: Image,
    pub log: String,
}

/// Builds the image of a context folder.
///
/// Unlike docker: the Dockerfile's instructions are read and their base image counts for the size, but what is in the
/// image is the program manifest `encore.yaml` of the context; `RUN` runs nothing.
pub fn build(
    files: &Vfs,
    context: &str,
    dockerfile: Option<&str>,
    revision: Option<String>,
    now: Time,
    causes: Causes,
) -> Result<Built, BuildError> {
    if !files.is_dir(context) {
        return Err(BuildError::NoContext(context.into()));
    }
    let name = dockerfile.unwrap_or("Dockerfile");
    let text = files
        .read_text(&vfs::join(context, name))
        .map_err(|_| BuildError::NoDockerfile(vfs::base_name(name).to_string()))?;
    let instructions = read_dockerfile(&text)?;
    let source = files.read_text(&vfs::join(context, "encore.yaml")).map_err(|_| BuildError::NoProgram)?;
    // A build does not look into what it packs: a broken manifest is found when the container starts.
    let program = Value::from_yaml(&source).unwrap_or_else(|_| Value::from(source));
    let (digest, bytes) = digest_of(files, context, &text);
    let log = build_log(&instructions, &digest);
    // A small base image, and what was copied in.
    let size_bytes = 24_000_000 + bytes * 64;
    Ok(Built { image: Image { digest, size_bytes, program, revision, created: now, causes }, log })
}

fn read_dockerfile(text: &str) -> Result<Vec<String>, BuildError> {
    const KNOWN: &[&str] = &[
        "FROM",
        "RUN",
        "CMD",
        "LABEL",
        "EXPOSE",
        "ENV",
        "ADD",
        "COPY",
        "ENTRYPOINT",
        "VOLUME",
        "USER",
        "WORKDIR",
        "ARG",
        "ONBUILD",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "SHELL",
        "MAINTAINER",
    ];
    let mut instructions = Vec::new();
    let mut continued = false;
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !continued {
            let word = line.split_whitespace().next().unwrap_or_default();
            if !KNOWN.contains(&word.to_ascii_uppercase().as_str()) {
                let message = format!("unknown instruction: {word}");
                return Err(BuildError::Dockerfile { line: index + 1, message });
            }
            if instructions.is_empty() && !matches!(word.to_ascii_uppercase().as_str(), "FROM" | "ARG") {
                let message = "no build stage in current context".into();
                return Err(BuildError::Dockerfile { line: index + 1, message });
            }
            instructions.push(line.trim_end_matches('\\').trim().to_string());
        }
        continued = line.ends_with('\\');
    }
    if instructions.is_empty() {
        return Err(BuildError::Dockerfile { line: 1, message: "file with no instructions".into() });
    }
    Ok(instructions)
}

/// The content's digest: paths and bytes of the whole context (without `.git`), never times.
fn digest_of(files: &Vfs, context: &str, dockerfile: &str) -> (String, u64) {
    let mut digest = Sha256::new();
    digest.update(dockerfile.as_bytes());
    let mut bytes = 0;
    let entries = files.walk(context, &mut |path| vfs::base_name(path) != ".git").unwrap_or_default();
    for (path, stat) in entries {
        if stat.kind != Kind::File || path.starts_with(&format!("{context}/.git/")) {
            continue;
        }
        let Ok(content) = files.read(&path) else { continue };
        bytes += content.len() as u64;
        digest.update(&path.as_bytes()[context.len()..]);
        digest.update([0]);
        digest.update((content.len() as u64).to_le_bytes());
        digest.update(&content);
    }
    (format!("sha256:{}", hex(&digest.finalize())), bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn build_log(instructions: &[String], digest: &str) -> String {
    let count = instructions.len();
    let mut log = String::from("#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n");
    for (index, instruction) in instructions.iter().enumerate() {
        let number = index + 2;
        log.push_str(&format!("#{number} [{}/{count}] {instruction}\n#{number} DONE 0.{}s\n", index + 1, index % 10));
    }
    log.push_str(&format!("#{0} exporting to image\n#{0} writing image {digest} done\n#{0} DONE 0.2s\n", count + 2));
    log
}
