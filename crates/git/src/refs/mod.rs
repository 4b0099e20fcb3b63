//! References: loose files and `packed-refs`, HEAD, and what is written to their logs.

mod log;
mod name;
mod packed;

pub use log::LogEntry;
pub use name::{branch_name_ok, ref_name_ok, shorten_ref};

use crate::error::at;
use crate::object::{ObjectId, parse_id};
use crate::{Cause, GitError, Repo, Result, Signature, When};
use order::OrdMap;
use vfs::Vfs;

/// Symbolic references deeper than this are a loop.
const SYMREF_DEPTH_MAX: usize = 5;

/// What HEAD says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch, by its full name; `None` while it has no commit.
    Branch {
        name: String,
        id: Option<ObjectId>,
    },
    Detached(ObjectId),
}

impl Head {
    pub fn id(&self) -> Option<ObjectId> {
        match self {
            Self::Branch { id, .. } => *id,
            Self::Detached(id) => Some(*id),
        }
    }

    /// The branch without `refs/heads/`.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Branch { name, .. } => Some(name.strip_prefix("refs/heads/").unwrap_or(name)),
            Self::Detached(_) => None,
        }
    }
}

/// A change of a reference, with what its log shall say.
#[derive(Debug, Clone)]
pub struct RefChange<'a> {
    pub name: &'a str,
    pub new: ObjectId,
    pub who: &'a Signature,
    pub message: &'a str,
}

impl Repo {
    pub(crate) fn packed_refs(&self, files: &Vfs) -> OrdMap<String, ObjectId> {
        let text = self.read_state(files, "packed-refs").unwrap_or_default();
        let lines = text.lines().filter(|line| !line.starts_with(['#', '^']));
        lines
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(id, name)| Some((name.to_string(), parse_id(id)?)))
            .collect()
    }

    /// Where a symbolic reference points; `None` for any other.
    pub fn symbolic_target(&self, files: &Vfs, name: &str) -> Option<String> {
        let text = self.read_state(files, name)?;
        text.strip_prefix("ref:").map(|target| target.trim().to_string())
    }

    /// The object that a full reference name leads to.
    pub fn read_ref(&self, files: &Vfs, name: &str) -> Option<ObjectId> {
        let mut name = name.to_string();
        for _ in 0..SYMREF_DEPTH_MAX {
            let Some(text) = self.read_state(files, &name) else {
                return self.packed_refs(files).get(&name).copied();
            };
            match text.strip_prefix("ref:") {
                Some(target) => name = target.trim().to_string(),
                // `FETCH_HEAD` says more behind it.
                None => return parse_id(text.split_whitespace().next()?),
            }
        }
        None
    }

    pub fn head(&self, files: &Vfs) -> Result<Head> {
        if let Some(name) = self.symbolic_target(files, "HEAD") {
            let id = self.read_ref(files, &name);
            return Ok(Head::Branch { name, id });
        }
        Ok(self.read_ref(files, "HEAD").map(Head::Detached).ok_or(Cause::NotARepository)?)
    }

    /// All references below a prefix such as `refs/heads/`, by full name; symbolic ones are followed.
    pub fn refs(&self, files: &Vfs, prefix: &str) -> OrdMap<String, ObjectId> {
        let mut all = self.packed_refs(files);
        let root = format!("{}/", self.common_dir());
        let walked = files.walk(&self.file("refs"), &mut |_| true).unwrap_or_default();
        for (path, _) in walked.iter().filter(|(_, stat)| stat.kind == vfs::Kind::File) {
            let name = path.trim_start_matches(&root);
            if let Some(id) = self.read_ref(files, name) {
                all.insert(name.to_string(), id);
            }
        }
        all.retain(|name, _| name.starts_with(prefix));
        all
    }

    /// Why a reference of that name cannot be made beside those that are there.
    pub fn ref_conflict(&self, files: &Vfs, name: &str) -> Option<String> {
        let clash = |other: &&String| name.starts_with(&format!("{other}/")) || other.starts_with(&format!("{name}/"));
        let refs = self.refs(files, "refs/");
        let other = refs.keys().find(clash)?;
        Some(format!("cannot lock ref '{name}': '{other}' exists; cannot create '{name}'"))
    }

    fn write_ref_file(&self, files: &mut Vfs, name: &str, text: String, when: When) -> Result<()> {
        match self.write_state(files, name, &text, when) {
            // Empty folders left over from deleted references do not stand in the way.
            Err(why) if why.is_a_folder() => {
                let path = self.file(name);
                files.remove_all(&path, when.micros()).map_err(at(&path))?;
                self.write_state(files, name, &text, when)
            }
            written => written,
        }
    }

    /// Sets a reference (HEAD: the branch it stands on) and writes the logs of it and of HEAD.
    pub fn update_ref(&self, files: &mut Vfs, change: &RefChange<'_>) -> Result<()> {
        let mut target = change.name.to_string();
        while let Some(next) = self.symbolic_target(files, &target) {
            target = next;
        }
        let old = self.read_ref(files, &target);
        if old.is_none()
            && let Some(text) = self.ref_conflict(files, &target)
        {
            return Err(GitError::fatal(text));
        }
        // A reference that stays where it is is not logged; HEAD is, where it stands on it.
        if old != Some(change.new) {
            self.write_ref_file(files, &target, change.new.hex() + "\n", change.who.when)?;
            self.log_ref(files, &target, old, change)?;
        }
        let head = self.symbolic_target(files, "HEAD");
        if target != "HEAD" && head.as_deref() == Some(target.as_str()) {
            self.log_ref(files, "HEAD", old, change)?;
        }
        Ok(())
    }

    /// Writes a reference without a log, as `git clone` does for what it copies.
    pub fn place_ref(&self, files: &mut Vfs, name: &str, id: &ObjectId, when: When) -> Result<()> {
        self.write_ref_file(files, name, format!("{id}\n"), when)
    }

    /// Logs a reference as new.
    pub fn log_change(&self, files: &mut Vfs, change: &RefChange<'_>) -> Result<()> {
        self.log_ref(files, change.name, None, change)
    }

    /// Logs a reference that stays where it is.
    pub fn log_same(&self, files: &mut Vfs, change: &RefChange<'_>) -> Result<()> {
        self.log_ref(files, change.name, Some(change.new), change)
    }

    /// Puts HEAD on a branch, which need not exist yet, and logs the move.
    pub fn attach_head(&self, files: &mut Vfs, branch: &str, who: &Signature, message: &str) -> Result<()> {
        let old = self.read_ref(files, "HEAD");
        self.write_state(files, "HEAD", &format!("ref: {branch}\n"), who.when)?;
        if let Some(new) = self.read_ref(files, "HEAD") {
            self.log_ref(files, "HEAD", old, &RefChange { name: "HEAD", new, who, message })?;
        }
        Ok(())
    }

    /// Points HEAD at a commit itself.
    pub fn detach_head(&self, files: &mut Vfs, id: ObjectId, who: &Signature, message: &str) -> Result<()> {
        let old = self.read_ref(files, "HEAD");
        if old == Some(id) && self.symbolic_target(files, "HEAD").is_none() {
            return Ok(());
        }
        self.write_state(files, "HEAD", &format!("{id}\n"), who.when)?;
        self.log_ref(files, "HEAD", old, &RefChange { name: "HEAD", new: id, who, message })
    }

    pub fn set_symbolic(&self, files: &mut Vfs, name: &str, target: &str, when: When) -> Result<()> {
        self.write_ref_file(files, name, format!("ref: {target}\n"), when)
    }

    /// Removes a reference with its log; folders that become empty go too.
    pub fn delete_ref(&self, files: &mut Vfs, name: &str, when: When) -> Result<()> {
        let packed = self.read_state(files, "packed-refs").unwrap_or_default();
        let suffix = format!(" {name}");
        if packed.lines().any(|line| line.ends_with(&suffix)) {
            let mut kept = String::new();
            let mut skipping = false;
            for line in packed.lines() {
                skipping = line.ends_with(&suffix) || (skipping && line.starts_with('^'));
                if !skipping {
                    kept.push_str(line);
                    kept.push('\n');
                }
            }
            self.write_state(files, "packed-refs", &kept, when)?;
        }
        for file in [name.to_string(), format!("logs/{name}")] {
            self.remove_state(files, &file, when);
            let keep = if file.starts_with("logs/") { 3 } else { 2 };
            let mut folder = vfs::parent(&file).to_string();
            while folder.split('/').count() > keep && files.remove_dir(&self.file(&folder), when.micros()).is_ok() {
                folder = vfs::parent(&folder).to_string();
            }
        }
        Ok(())
    }

    /// Renames a branch with its log; HEAD follows.
    pub fn rename_branch(&self, files: &mut Vfs, from: &str, to: &str, who: &Signature) -> Result<()> {
        let (from, to) = (format!("refs/heads/{from}"), format!("refs/heads/{to}"));
        let on_it = self.symbolic_target(files, "HEAD").as_deref() == Some(from.as_str());
        let log = self.read_state(files, &format!("logs/{from}"));
        let id = self.read_ref(files, &from);
        if let Some(id) = id {
            self.delete_ref(files, &from, who.when)?;
            self.write_ref_file(files, &to, format!("{id}\n"), who.when)?;
            if let Some(log) = log {
                self.write_state(files, &format!("logs/{to}"), &log, who.when)?;
            }
            let message = format!("Branch: renamed {from} to {to}");
            let change = RefChange { name: &to, new: id, who, message: &message };
            self.log_ref(files, &to, Some(id), &change)?;
            if on_it {
                let null = ObjectId::null();
                self.log_ref(files, "HEAD", Some(id), &RefChange { new: null, ..change.clone() })?;
                self.log_ref(files, "HEAD", None, &change)?;
            }
        }
        if on_it {
            self.write_state(files, "HEAD", &format!("ref: {to}\n"), who.when)?;
        }
        while let Some(other) = self.used_elsewhere(files, &from) {
            other.repo(self).write_state(files, "HEAD", &format!("ref: {to}\n"), who.when)?;
        }
        Ok(())
    }

    /// The full name of what a branch follows: `refs/remotes/origin/main`, or a local branch for remote `.`.
    pub fn upstream(&self, files: &Vfs, branch: &str) -> Option<String> {
        let config = self.config(files);
        let remote = config.get(&format!("branch.{branch}.remote"))?;
        let merge = config.get(&format!("branch.{branch}.merge"))?;
        if remote == "." {
            return Some(merge.to_string());
        }
        let spec = config.get(&format!("remote.{remote}.fetch"))?;
        let (from, to) = spec.trim_start_matches('+').split_once(':')?;
        match (from.strip_suffix('*'), to.strip_suffix('*')) {
            (Some(from), Some(to)) => merge.strip_prefix(from).map(|rest| format!("{to}{rest}")),
            _ => (from == merge).then(|| to.to_string()),
        }
    }
}
