//! Argo CD's view of Git: the manifests of a folder of a repository of the forge.

use crate::forge::ForgeState;
use crate::{FORGE, Machine, MachineId, World};
use git::Repo;
use gitops::{SourceFiles, Sources};
use order::OrdMap;

pub(crate) struct GitSources<'a> {
    pub machines: &'a OrdMap<MachineId, Machine>,
    pub forge: &'a ForgeState,
}

fn unknown(text: impl std::fmt::Display) -> String {
    format!("rpc error: code = Unknown desc = {text}")
}

impl Sources for GitSources<'_> {
    fn manifests(&self, repo_url: &str, revision: &str, path: &str, recurse: bool) -> Result<SourceFiles, String> {
        let missing = || unknown(format_args!("failed to list refs: repository not found: {repo_url}"));
        let name = World::repo_of_url(repo_url).ok_or_else(missing)?;
        let files = &self.machines.get(&MachineId::new(FORGE)).ok_or_else(missing)?.files;
        let repo = Repo::at(files, &crate::forge::repo_path(&name)).ok_or_else(missing)?;
        let unresolved = |_| {
            unknown(format_args!(
                "failed to resolve revision \"{revision}\": unable to resolve '{revision}' to a commit SHA"
            ))
        };
        let id = repo.resolve_commit(files, revision).map_err(unresolved)?;
        let commit = repo.read_commit(files, &id).map_err(unknown)?;
        let tree = repo.flat_tree(files, Some(&commit.tree)).map_err(unknown)?;
        let folder = path.trim_matches('/').trim_start_matches("./");
        let prefix = if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") };
        let below: Vec<_> =
            tree.iter().filter_map(|(file, entry)| Some((file, file.strip_prefix(&prefix)?, entry))).collect();
        if below.is_empty() {
            return Err(unknown(format_args!("{path}: app path does not exist")));
        }
        let kustomized = |name: &str| matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
        if below.iter().any(|(_, rest, _)| kustomized(rest)) {
            return Err(unknown("Kustomize sources are real Argo CD, but not part of this sandbox yet"));
        }
        if below.iter().any(|(_, rest, _)| *rest == "Chart.yaml") {
            return Err(unknown("Helm sources are real Argo CD, but not part of this sandbox yet"));
        }
        let mut manifests = Vec::new();
        for (file, rest, (_, id)) in below {
            let wanted =
                [".yaml", ".yml", ".json"].iter().any(|end| rest.ends_with(end)) && (recurse || !rest.contains('/'));
            if wanted {
                manifests.push((file.clone(), repo.read_blob(files, id).map_err(unknown)?.text()));
            }
        }
        let revision = id.to_string();
        Ok(SourceFiles {
            event: self.forge.commit(&revision),
            subject: commit.subject(),
            author: commit.author.name.clone(),
            revision,
            files: manifests,
        })
    }
}
