//! Artifacts: files that a run keeps, put there by `actions/upload-artifact` and taken by `actions/download-artifact`.

use crate::engine::{Ask, Ci, Outcome, Token, Wants};
use crate::filter;
use crate::run::Run;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Sim;
use std::sync::Arc;

/// Files by their paths inside.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    pub files: OrdMap<String, Arc<Vec<u8>>>,
}

/// `actions/upload-artifact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub name: String,
    pub paths: Vec<String>,
    /// `warn`, `error`, `ignore`.
    pub none: String,
    pub overwrite: bool,
}

/// `actions/download-artifact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    pub name: Option<String>,
    pub path: String,
    pub pattern: Option<String>,
    pub merge: bool,
}

impl Artifact {
    pub fn bytes(&self) -> usize {
        self.files.values().map(|file| file.len()).sum()
    }
}

/// Whether a path is, or lies in, what a pattern names.
#[inline(never)]
pub(crate) fn names(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if pattern == "." || pattern.is_empty() {
        return true;
    }
    let mut end = Some(path.len());
    while let Some(at) = end {
        if filter::matches(pattern, &path[..at]) {
            return true;
        }
        end = path[..at].rfind('/');
    }
    false
}

/// The folder that stays out of the paths: the longest that all share; of one folder, that itself.
#[inline(never)]
fn root(files: &[(String, Vec<u8>)], paths: &[String]) -> usize {
    if let [only] = paths {
        let only = only.trim_start_matches("./").trim_end_matches('/');
        let below = [only, "/"].concat();
        if !only.contains(['*', '?', '[']) && files.iter().all(|(path, _)| path.starts_with(&below)) {
            return below.len();
        }
    }
    let Some((first, _)) = files.first() else { return 0 };
    let folder = |end: usize| first[..end].rfind('/').map_or(0, |at| at + 1);
    let mut end = folder(first.len());
    while !files.iter().all(|(path, _)| path.starts_with(&first[..end])) {
        end = folder(end - 1);
    }
    end
}

/// What to ask the world for: files of the artifacts that are named, and where they go.
#[inline(never)]
pub(crate) fn download(run: &Run, token: Token, machine: String, base: &str, wanted: &Download) -> Result<Ask, String> {
    let mut files = OrdMap::new();
    let mut count = 0;
    let to = vfs::join(base, &wanted.path);
    for (name, artifact) in run.artifacts.iter() {
        let named = match (&wanted.name, &wanted.pattern) {
            (Some(own), _) => own == name,
            (None, Some(pattern)) => filter::matches(pattern, name),
            (None, None) => true,
        };
        if named {
            count += 1;
            // Several have a folder each, unless they are to be merged.
            let folder = if wanted.name.is_some() || wanted.merge { to.clone() } else { vfs::join(&to, name) };
            files.extend(artifact.files.iter().map(|(path, file)| (vfs::join(&folder, path), file.clone())));
        }
    }
    if let (Some(name), 0) = (&wanted.name, count) {
        return Err(format!(
            "Unable to download artifact(s): Artifact not found for name: {name}\n        Please ensure that your \
             artifact is not expired and the artifact was uploaded using a compatible version of \
             toolkit/upload-artifact.\n        For more information, visit the GitHub Artifacts FAQ: \
             https://github.com/actions/toolkit/blob/main/packages/artifact/docs/faq.md"
        ));
    }
    let log = format!("Total of {count} artifact(s) downloaded\nDownload artifact has finished successfully\n");
    let outputs = [("download-path".to_string(), to)].into();
    Ok(Ask::Unpack { token, machine, files, outcome: Outcome { log, outputs, ..Outcome::default() } })
}

impl Ci {
    /// The files of a runner's folder, relative to it.
    pub fn packed(&mut self, sim: &mut Sim, token: Token, wants: Wants, files: Vec<(String, Vec<u8>)>) -> Vec<Ask> {
        match wants {
            Wants::Action => self.enter(sim, token, &files),
            Wants::Save => self.save(sim, token, files),
            Wants::Hash => return self.listed(sim, token, &files),
            Wants::Upload => self.keep(sim, token, files),
        }
        Vec::new()
    }

    fn keep(&mut self, sim: &mut Sim, token: Token, files: Vec<(String, Vec<u8>)>) {
        let outcome = self.pack(token, files).unwrap_or_else(|message| Outcome {
            code: 1,
            log: format!("::error::{message}\n"),
            ..Outcome::default()
        });
        self.done(sim, token, outcome);
    }

    #[inline(never)]
    fn pack(&mut self, token: Token, files: Vec<(String, Vec<u8>)>) -> Result<Outcome, String> {
        let run = self.run(token.run).ok_or("the run is gone")?;
        let upload = crate::step::upload(self, run, token)?;
        let takes = |path: &str| {
            let mut taken = false;
            for pattern in &upload.paths {
                match pattern.strip_prefix('!') {
                    Some(out) => taken &= !names(out, path),
                    None => taken |= names(pattern, path),
                }
            }
            taken
        };
        let mut files = files;
        files.retain(|(path, _)| takes(path));
        if files.is_empty() {
            let message = format!(
                "No files were found with the provided path: {}. No artifacts will be uploaded.",
                upload.paths.join("\n")
            );
            return match upload.none.as_str() {
                "error" => Err(message),
                "ignore" => Ok(Outcome { log: format!("{message}\n"), ..Outcome::default() }),
                _ => Ok(Outcome { log: format!("::warning::{message}\n"), ..Outcome::default() }),
            };
        }
        if run.artifacts.contains_key(&upload.name) && !upload.overwrite {
            return Err("Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an \
                        artifact with this name already exists on the workflow run"
                .into());
        }
        let cut = root(&files, &upload.paths);
        let count = files.len();
        let files = files.into_iter().map(|(path, bytes)| (path[cut..].to_string(), Arc::new(bytes))).collect();
        let artifact = Artifact { files };
        let (name, bytes) = (upload.name, artifact.bytes());
        let run = self.run_mut(token.run).ok_or("the run is gone")?;
        run.artifacts.insert(name.clone(), artifact);
        let id = run.artifacts.len();
        let ending = if count == 1 { "" } else { "s" };
        let log = format!(
            "With the provided path, there will be {count} file{ending} uploaded\nArtifact name is valid!\nRoot directory input is \
             valid!\nArtifact {name} has been successfully uploaded! Final size is {bytes} bytes. Artifact ID is {id}\n"
        );
        Ok(Outcome { log, outputs: [("artifact-id".to_string(), id.to_string())].into(), ..Outcome::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files_and_all_in_a_folder() {
        assert!(names("dist", "dist/a/b.js") && names("./dist/", "dist/a") && !names("dist", "distant/a"));
        assert!(names("**/*.xml", "a/b/c.xml") && names(".", "x") && names("out/*", "out/sub/deep"));
        let files = |paths: &[&str]| paths.iter().map(|path| ((*path).to_string(), Vec::new())).collect::<Vec<_>>();
        assert_eq!(root(&files(&["dist/js/a", "dist/js/b"]), &["dist".into()]), 5);
        assert_eq!(root(&files(&["dist/js/a", "dist/css/b"]), &["dist/**".into()]), 5);
        assert_eq!(root(&files(&["dist/a", "log"]), &["dist".into(), "log".into()]), 0);
        assert_eq!(root(&files(&["dist/a"]), &["dist/a".into()]), 5);
    }
}
