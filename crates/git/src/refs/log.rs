//! Reflogs: what each reference was before.

use super::RefChange;
use crate::error::at;
use crate::object::{ObjectId, parse_id};
use crate::repo::in_folder;
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
            || files.exists(&self.file(&["logs/", name].concat()))
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
        let mut line = String::with_capacity(160 + change.message.len());
        old.unwrap_or(ObjectId::null()).write_hex(&mut line);
        line.push(' ');
        change.new.write_hex(&mut line);
        line.push(' ');
        change.who.write(&mut line);
        for (at, word) in change.message.split_whitespace().enumerate() {
            line.push(if at == 0 { '\t' } else { ' ' });
            line.push_str(word);
        }
        line.push('\n');
        let path = self.file(&["logs/", name].concat());
        let when = change.who.when;
        let append = |files: &mut Vfs| files.append(&path, line.as_bytes(), when.micros());
        match in_folder(files, &path, when, append) {
            Err(why) if why.is_a_folder() => {
                files.remove_all(&path, when.micros()).and_then(|()| append(files)).map_err(at(&path))
            }
            done => done,
        }
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
