//! Argo CD's view of Git: the manifests of a folder of a repository of the forge.

use crate::forge::ForgeState;
use crate::{FORGE, Machine, MachineId, World};
use git::{FlatTree, Repo};
use gitops::{SourceFiles, Sources, Spec};
use kustomize::{Files, Found};
use order::OrdMap;
use vfs::Vfs;

pub(crate) struct GitSources<'a> {
    pub machines: &'a OrdMap<MachineId, Machine>,
    pub forge: &'a ForgeState,
}

fn unknown(text: impl std::fmt::Display) -> String {
    format!("rpc error: code = Unknown desc = {text}")
}

/// A commit's files, as Kustomize asks for them: below one folder that stands for the checkout.
struct Checkout<'c> {
    repo: &'c Repo,
    files: &'c Vfs,
    tree: &'c FlatTree,
}

/// Where the checkout lies for Kustomize; Argo CD shows it in other words.
const ROOT: &str = "/_argocd-repo";
const SHOWN: &str = "<path to cached source>";

impl Files for Checkout<'_> {
    fn look(&self, path: &str) -> Found {
        let Some(rest) = path.strip_prefix(ROOT) else {
            return if ROOT.starts_with(path) { Found::Folder } else { Found::Nothing };
        };
        let inner = rest.trim_start_matches('/');
        if let Some((_, id)) = self.tree.get(inner) {
            return match self.repo.read_blob(self.files, id) {
                Ok(blob) => Found::File(blob.text().into()),
                Err(_) => Found::Nothing,
            };
        }
        let folder = format!("{inner}/");
        if inner.is_empty() || self.tree.keys().any(|file| file.starts_with(&folder)) {
            Found::Folder
        } else {
            Found::Nothing
        }
    }
}

impl Checkout<'_> {
    /// The folder's objects, as one text.
    fn kustomized(&self, folder: &str, spec: &Spec) -> Result<String, String> {
        let root = if folder.is_empty() { ROOT.to_string() } else { format!("{ROOT}/{folder}") };
        let rendered = kustomize::render(self, &root, &spec.kustomize);
        rendered.objects.map(|objects| kustomize::to_yaml(&objects)).map_err(|failure| {
            let told = failure.to_string().replace(ROOT, SHOWN);
            let shown = root.replace(ROOT, SHOWN);
            unknown(format_args!("`kustomize build {shown}` failed exit status 1: Error: {told}"))
        })
    }
}

impl Sources for GitSources<'_> {
    fn manifests(&self, spec: &Spec) -> Result<SourceFiles, String> {
        let (repo_url, revision, path) = (&spec.repo_url, &spec.target, &spec.path);
        let (repo, files, id) = self.checkout(repo_url, revision)?;
        let commit = repo.read_commit(files, &id).map_err(unknown)?;
        let tree = repo.flat_tree(files, Some(&commit.tree)).map_err(unknown)?;
        let folder = path.trim_matches('/').trim_start_matches("./");
        let folder = if folder == "." { "" } else { folder };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below: Vec<_> =
            tree.iter().filter_map(|(file, entry)| Some((file, file.strip_prefix(&prefix)?, entry))).collect();
        if below.is_empty() {
            return Err(unknown(format_args!("{path}: app path does not exist")));
        }
        if let Some((chart, ..)) = below.iter().find(|(_, rest, _)| *rest == "Chart.yaml") {
            let mut all = Vec::new();
            for (file, _, (_, id)) in &below {
                let bytes = repo.read_blob(files, id).map_err(unknown)?.text().as_bytes().to_vec();
                all.push(helm::File { name: file.strip_prefix(&prefix).unwrap_or(file).to_string(), bytes });
            }
            let at = commit.committer.when.secs.saturating_mul(1_000_000);
            let text = crate::charts::manifests(all, spec, at).map_err(unknown)?;
            return Ok(self.found(&id.to_string(), &commit, "Helm", vec![((*chart).clone(), text)]));
        }
        let kustomization = below.iter().find(|(_, rest, _)| kustomize::FILE_NAMES.contains(rest));
        let mut manifests = Vec::new();
        if let Some((file, ..)) = kustomization {
            let checkout = Checkout { repo: &repo, files, tree: &tree };
            manifests.push(((*file).clone(), checkout.kustomized(folder, spec)?));
        }
        for (file, rest, (_, id)) in below.iter().filter(|_| kustomization.is_none()) {
            let like = |pattern: &str| gitops::fits_glob(pattern, rest, None);
            let wanted = [".yaml", ".yml", ".json"].iter().any(|end| rest.ends_with(end))
                && (spec.recurse || !rest.contains('/'))
                && (spec.include.is_empty() || like(&spec.include))
                && (spec.exclude.is_empty() || !like(&spec.exclude));
            if wanted {
                manifests.push(((*file).clone(), repo.read_blob(files, id).map_err(unknown)?.text()));
            }
        }
        let source_type = if kustomization.is_some() { "Kustomize" } else { "Directory" };
        Ok(self.found(&id.to_string(), &commit, source_type, manifests))
    }

    fn paths(&self, repo_url: &str, revision: &str) -> Result<Vec<String>, String> {
        let (repo, files, id) = self.checkout(repo_url, revision)?;
        let commit = repo.read_commit(files, &id).map_err(unknown)?;
        let tree = repo.flat_tree(files, Some(&commit.tree)).map_err(unknown)?;
        Ok(tree.keys().cloned().collect())
    }

    fn file(&self, repo_url: &str, revision: &str, path: &str) -> Result<String, String> {
        let (repo, files, id) = self.checkout(repo_url, revision)?;
        let commit = repo.read_commit(files, &id).map_err(unknown)?;
        let tree = repo.flat_tree(files, Some(&commit.tree)).map_err(unknown)?;
        let (_, blob) = tree.get(path).ok_or_else(|| unknown(format_args!("{path}: no such file")))?;
        Ok(repo.read_blob(files, blob).map_err(unknown)?.text())
    }

    fn template(&self, text: &str, params: &manifest::Value, now: sim::Time) -> Result<String, String> {
        helm::text(text, params, i64::try_from(now.as_micros()).unwrap_or(0))
    }

    fn normalized(&self, name: &str) -> String {
        helm::normalized(name)
    }
}

impl GitSources<'_> {
    /// A repository, the files it is among, and the commit that a revision names.
    fn checkout(&self, repo_url: &str, revision: &str) -> Result<(Repo, &Vfs, git::ObjectId), String> {
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
        Ok((repo, files, id))
    }

    fn found(
        &self,
        revision: &str,
        commit: &git::Commit,
        source_type: &'static str,
        files: Vec<(String, String)>,
    ) -> SourceFiles {
        SourceFiles {
            event: self.forge.commit(revision),
            subject: commit.subject(),
            author: commit.author.name.clone(),
            revision: revision.into(),
            source_type,
            files,
        }
    }
}
