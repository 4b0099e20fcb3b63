//! Commits.

use super::{ObjectId, parse_id};
use crate::Signature;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

impl Commit {
    pub(crate) fn decode(data: &[u8]) -> Option<Self> {
        let commit = gix_object::CommitRef::from_bytes(data, gix_hash::Kind::Sha1).ok()?;
        Some(Self {
            tree: parse_id(&commit.tree.to_string())?,
            parents: commit.parents.iter().map(|id| parse_id(&id.to_string())).collect::<Option<_>>()?,
            author: Signature::parse(&commit.author.to_string())?,
            committer: Signature::parse(&commit.committer.to_string())?,
            message: commit.message.to_string(),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut text = format!("tree {}\n", self.tree);
        for parent in &self.parents {
            text.push_str(&format!("parent {parent}\n"));
        }
        text.push_str(&format!("author {}\ncommitter {}\n\n{}", self.author, self.committer, self.message));
        text.into_bytes()
    }

    /// The message's first paragraph on one line: what `%s` gives.
    pub fn subject(&self) -> String {
        let lines = self.message.lines().skip_while(|line| line.trim().is_empty());
        let first: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).map(str::trim_end).collect();
        first.join(" ")
    }

    /// What comes after the subject: what `%b` gives.
    pub fn body(&self) -> String {
        let mut lines = self.message.lines().skip_while(|line| line.trim().is_empty()).peekable();
        while lines.next_if(|line| !line.trim().is_empty()).is_some() {}
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        lines.map(|line| format!("{line}\n")).collect()
    }
}
