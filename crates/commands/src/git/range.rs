//! Revisions and paths as they stand mixed on a command line: `main..topic -- src`.

use super::cli::{Git, Stop, fatal};
use git::{GitError, Head, Kind, ObjectId, Repo};

/// What the arguments mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Range {
    /// Each revision as typed with what it names: commits to start from.
    pub from: Vec<(String, ObjectId)>,
    /// Commits whose history is left out.
    pub hidden: Vec<(String, ObjectId)>,
    /// `a...b` was used: the two ends.
    pub symmetric: Option<(ObjectId, ObjectId)>,
    /// `a..b` or `a...b` was used.
    pub dotted: bool,
    pub paths: Vec<String>,
}

const USE_DASHES: &str =
    "Use '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'";

impl Range {
    /// Reads operands; without `--` the first that is no revision must be a path that exists, and so all after it.
    pub fn read(g: &Git<'_, '_>, repo: &Repo, operands: &[String], dashes_at: Option<usize>) -> Result<Self, Stop> {
        let mut range = Self::default();
        let revisions = dashes_at.unwrap_or(operands.len());
        for (n, arg) in operands[..revisions].iter().enumerate() {
            if range.add(g, repo, arg)? {
                if dashes_at.is_none()
                    && !arg.contains("..")
                    && g.files().exists(&vfs::join(&g.cwd, arg))
                    && repo.work_tree.is_some()
                {
                    return fatal(format!("ambiguous argument '{arg}': both revision and filename\n{USE_DASHES}"));
                }
                continue;
            }
            explain_path(g, repo, arg)?;
            if dashes_at.is_some() {
                return fatal(format!("bad revision '{arg}'"));
            }
            for path in &operands[n..revisions] {
                let full = match (path.strip_prefix(":/"), &repo.work_tree) {
                    (Some(rest), Some(top)) => vfs::join(top, rest),
                    _ => vfs::join(&g.cwd, path),
                };
                let exists = g.files().lstat(&full).is_ok();
                if !exists && !git::has_wildcard(path) && !path.starts_with(":(") {
                    return Err(GitError::unknown_revision(path.clone()).into());
                }
            }
            range.paths = operands[n..].to_vec();
            return Ok(range);
        }
        range.paths = operands[revisions..].to_vec();
        Ok(range)
    }

    /// Takes one revision or range; false where it names nothing.
    fn add(&mut self, g: &Git<'_, '_>, repo: &Repo, arg: &str) -> Result<bool, Stop> {
        let files = g.files();
        let end = |text: &str| repo.try_resolve(files, if text.is_empty() { "HEAD" } else { text });
        if let Some(base) = arg.strip_suffix("^!")
            && let Some(id) = end(base)?
        {
            for parent in repo.read_commit(files, &id)?.parents {
                self.hidden.push((parent.to_string(), parent));
            }
            self.from.push((base.into(), id));
            return Ok(true);
        }
        if let Some((left, right)) = arg.split_once("...") {
            let (Some(a), Some(b)) = (end(left)?, end(right)?) else { return Ok(false) };
            let (a, b) = (commit(repo, g, a)?, commit(repo, g, b)?);
            for base in repo.merge_bases(files, &a, &b)? {
                self.hidden.push((base.to_string(), base));
            }
            self.from.push((left.into(), a));
            self.from.push((right.into(), b));
            self.symmetric = Some((a, b));
            self.dotted = true;
            return Ok(true);
        }
        if let Some((left, right)) = arg.split_once("..").filter(|_| arg != "..") {
            let (Some(a), Some(b)) = (end(left)?, end(right)?) else { return Ok(false) };
            self.hidden.push((left.into(), a));
            self.from.push((right.into(), b));
            self.dotted = true;
            return Ok(true);
        }
        if let Some(hidden) = arg.strip_prefix('^') {
            let Some(id) = end(hidden)? else { return Ok(false) };
            self.hidden.push((hidden.into(), id));
            return Ok(true);
        }
        match repo.try_resolve(files, arg)? {
            Some(id) if repo.has_object(files, &id) => {
                self.from.push((arg.into(), id));
                Ok(true)
            }
            Some(_) => fatal(format!("bad object {arg}")),
            None => Ok(false),
        }
    }

    /// The commits to start from and those to leave out.
    pub fn commits(&self, g: &Git<'_, '_>, repo: &Repo) -> Result<(Vec<ObjectId>, Vec<ObjectId>), Stop> {
        let all = |list: &[(String, ObjectId)]| -> Result<Vec<ObjectId>, Stop> {
            list.iter().map(|(_, id)| commit(repo, g, *id)).collect()
        };
        Ok((all(&self.from)?, all(&self.hidden)?))
    }
}

/// Why `<revision>:<path>` names nothing, where that is what was meant.
#[inline(never)]
pub(crate) fn explain_path(g: &Git<'_, '_>, repo: &Repo, arg: &str) -> Result<(), Stop> {
    let Some((revision, path)) =
        arg.split_once(':').filter(|(revision, _)| !revision.contains("..") && !revision.contains('{'))
    else {
        return Ok(());
    };
    if revision.is_empty() {
        let (asked, path) = match path.as_bytes() {
            [digit @ b'0'..=b'3', b':', ..] => (digit - b'0', &path[2..]),
            _ => (0, path),
        };
        let on_disk = g.files().lstat(&vfs::join(&g.cwd, path)).is_ok();
        let index = repo.read_index(g.files())?;
        let stage = (0..4).find(|stage| index.get(path, *stage).is_some());
        if let Some(stage) = stage.filter(|stage| *stage != asked) {
            return fatal(format!(
                "path '{path}' is in the index, but not at stage {asked}\nhint: Did you mean ':{stage}:{path}'?"
            ));
        }
        return match (path.starts_with('/'), on_disk) {
            (true, _) => Ok(()),
            (_, true) => fatal(format!("path '{path}' exists on disk, but not in the index")),
            (_, false) => fatal(format!("path '{path}' does not exist (neither on disk nor in the index)")),
        };
    }
    let on_disk = g.files().lstat(&vfs::join(&g.cwd, path)).is_ok();
    if g.files().lstat(&vfs::join(&g.cwd, arg)).is_ok() {
        return Ok(());
    }
    match repo.try_resolve(g.files(), revision)? {
        None => fatal(format!("invalid object name '{revision}'.")),
        Some(_) if on_disk => fatal(format!("path '{path}' exists on disk, but not in '{revision}'")),
        Some(_) => fatal(format!("path '{path}' does not exist in '{revision}'")),
    }
}

/// The commit that an object leads to.
pub(crate) fn commit(repo: &Repo, g: &Git<'_, '_>, id: ObjectId) -> Result<ObjectId, Stop> {
    match repo.peel(g.files(), id, Kind::Commit)? {
        Some(id) => Ok(id),
        None => super::cli::error(format!("object {id} is a {}, not a commit", repo.read_object(g.files(), &id)?.kind)),
    }
}

/// The commit of HEAD; in a repository without commits it fails as `git log` does.
pub(crate) fn head_commit(g: &Git<'_, '_>, repo: &Repo) -> Result<ObjectId, Stop> {
    match repo.head(g.files())? {
        Head::Branch { name, id: None } => {
            let name = name.strip_prefix("refs/heads/").unwrap_or(&name);
            fatal(format!("your current branch '{name}' does not have any commits yet"))
        }
        head => head.id().map_or_else(|| fatal("bad default revision 'HEAD'"), Ok),
    }
}
