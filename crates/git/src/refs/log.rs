//! Reflogs: what each reference was before.

use super::RefChange;
use crate::error::at;
use crate::object::{ObjectId, parse_id};
use crate::{Repo, Result, Signature};
use vfs::Vfs;

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub old: ObjectId,
    pub new: ObjectId,
    pub who: Signature,
    pub message: String,
}

impl Repo {
    /// Whether a reference is logged when nobody asked for it: HEAD, branches, remote branches and notes, not in
    /// a bare repository.
    fn logs(&self, files: &Vfs, name: &str) -> bool {
        let wanted = self.config(files).get_bool("core.logallrefupdates").unwrap_or(!self.is_bare());
        let kinds = ["refs/heads/", "refs/remotes/", "refs/notes/"];
        (wanted && (name == "HEAD" || kinds.iter().any(|kind| name.starts_with(kind))))
            || files.exists(&self.file(&format!("logs/{name}")))
    }

    pub(crate) fn log_ref(
        &self,
        files: &mut Vfs,
        name: &str,
        old: Option<ObjectId>,
        change: &RefChange<'_>,
    ) -> Result<()> {
        if !self.logs(files, name) {
            return Ok(());
        }
        let old = old.unwrap_or(ObjectId::null());
        let message = change.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = if message.is_empty() { message } else { format!("\t{message}") };
        let line = format!("{old} {} {}{message}\n", change.new, change.who);
        let path = self.file(&format!("logs/{name}"));
        let mtime = change.who.when.micros();
        if files.is_dir(&path) {
            files.remove_all(&path, mtime).map_err(at(&path))?;
        }
        files.make_dir_all(vfs::parent(&path), mtime).map_err(at(&path))?;
        files.append(&path, line.as_bytes(), mtime).map_err(at(&path))
    }

    /// A reference's log, oldest line first.
    pub fn reflog(&self, files: &Vfs, name: &str) -> Vec<LogEntry> {
        let text = self.read_state(files, &format!("logs/{name}")).unwrap_or_default();
        text.lines().filter_map(parse_line).collect()
    }
}

fn parse_line(line: &str) -> Option<LogEntry> {
    let (head, message) = line.split_once('\t').unwrap_or((line, ""));
    let (old, rest) = head.split_once(' ')?;
    let (new, who) = rest.split_once(' ')?;
    Some(LogEntry {
        old: parse_id(old)?,
        new: parse_id(new)?,
        who: Signature::parse(who)?,
        message: message.to_string(),
    })
}
