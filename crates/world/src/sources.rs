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

/// A commit of a repository of the forge, with the files that it has. Kustomize finds them below one folder that stands for
/// where they are checked out.
struct Checkout<'c> {
    repo: Repo,
    files: &'c Vfs,
    id: git::ObjectId,
    commit: git::Commit,
    tree: FlatTree,
}

/// What Kustomize finds at a path where these files lie below a folder.
#[inline(never)]
pub(crate) fn look_below<'n>(
    root: &str,
    path: &str,
    file: &dyn Fn(&str) -> Option<Found>,
    mut names: impl Iterator<Item = &'n String>,
) -> Found {
    let Some(rest) = path.strip_prefix(root) else {
        return if root.starts_with(path) { Found::Folder } else { Found::Nothing };
    };
    let inner = rest.trim_start_matches('/');
    if let Some(found) = file(inner) {
        return found;
    }
    let folder = [inner, "/"].concat();
    if inner.is_empty() || names.any(|name| name.starts_with(&folder)) { Found::Folder } else { Found::Nothing }
}

/// Where the checkout lies for Kustomize; Argo CD shows it in other words.
const ROOT: &str = "/_argocd-repo";
const SHOWN: &str = "<path to cached source>";

impl Files for Checkout<'_> {
    fn look(&self, path: &str) -> Found {
        let file = |inner: &str| {
            let (_, id) = self.tree.get(inner)?;
            Some(self.text(id).map_or(Found::Nothing, |text| Found::File(text.into())))
        };
        look_below(ROOT, path, &file, self.tree.keys())
    }
}

impl Checkout<'_> {
    fn text(&self, blob: &git::ObjectId) -> Result<String, String> {
        self.repo.read_blob(self.files, blob).map(|blob| blob.text()).map_err(unknown)
    }

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
        let checkout = self.checkout(repo_url, revision)?;
        let folder = path.trim_matches('/').trim_start_matches("./");
        let folder = if folder == "." { "" } else { folder };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below: Vec<_> =
            checkout.tree.iter().filter_map(|(file, entry)| Some((file, file.strip_prefix(&prefix)?, entry))).collect();
        if below.is_empty() {
            return Err(unknown(format_args!("{path}: app path does not exist")));
        }
        if let Some((chart, ..)) = below.iter().find(|(_, rest, _)| *rest == "Chart.yaml") {
            let mut all = Vec::new();
            for (file, _, (_, id)) in &below {
                let bytes = checkout.text(id)?.into_bytes();
                all.push(helm::File { name: file.strip_prefix(&prefix).unwrap_or(file).to_string(), bytes });
            }
            let at = checkout.commit.committer.when.secs.saturating_mul(1_000_000);
            let text = crate::charts::manifests(all, spec, at).map_err(unknown)?;
            return Ok(self.found(&checkout, "Helm", vec![((*chart).clone(), text)]));
        }
        let kustomization = below.iter().find(|(_, rest, _)| kustomize::FILE_NAMES.contains(rest));
        let mut manifests = Vec::new();
        if let Some((file, ..)) = kustomization {
            manifests.push(((*file).clone(), checkout.kustomized(folder, spec)?));
        }
        for (file, rest, (_, id)) in below.iter().filter(|_| kustomization.is_none()) {
            let like = |pattern: &str| gitops::fits_glob(pattern, rest, None);
            let wanted = [".yaml", ".yml", ".json"].iter().any(|end| rest.ends_with(end))
                && (spec.recurse || !rest.contains('/'))
                && (spec.include.is_empty() || like(&spec.include))
                && (spec.exclude.is_empty() || !like(&spec.exclude));
            if wanted {
                manifests.push(((*file).clone(), checkout.text(id)?));
            }
        }
        let source_type = if kustomization.is_some() { "Kustomize" } else { "Directory" };
        Ok(self.found(&checkout, source_type, manifests))
    }

    fn paths(&self, repo_url: &str, revision: &str) -> Result<Vec<String>, String> {
        Ok(self.checkout(repo_url, revision)?.tree.keys().cloned().collect())
    }

    fn file(&self, repo_url: &str, revision: &str, path: &str) -> Result<String, String> {
        let checkout = self.checkout(repo_url, revision)?;
        let (_, blob) = checkout.tree.get(path).ok_or_else(|| unknown(format_args!("{path}: no such file")))?;
        checkout.text(blob)
    }

    fn template(&self, text: &str, params: &manifest::Value, now: sim::Time) -> Result<String, String> {
        helm::text(text, params, i64::try_from(now.as_micros()).unwrap_or(0))
    }

    fn normalized(&self, name: &str) -> String {
        helm::normalized(name)
    }
}

impl GitSources<'_> {
    /// The commit that a revision of a repository names.
    fn checkout(&self, repo_url: &str, revision: &str) -> Result<Checkout<'_>, String> {
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
        Ok(Checkout { repo, files, id, commit, tree })
    }

    fn found(&self, checkout: &Checkout<'_>, source_type: &'static str, files: Vec<(String, String)>) -> SourceFiles {
        let (revision, commit) = (checkout.id.to_string(), &checkout.commit);
        SourceFiles {
            event: self.forge.commit(&revision),
            subject: commit.subject(),
            author: commit.author.name.clone(),
            revision,
            source_type,
            files,
        }
    }
}
