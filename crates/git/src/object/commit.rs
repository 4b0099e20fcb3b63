//! Commits.

use super::fields::Fields;
use super::{Object, ObjectId, parse_id};
use crate::{Cause, Result, Signature};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

/// A commit's place in history: what a walk needs to know of it, and the rest unread.
#[derive(Debug, Clone)]
pub struct Lineage {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// When it was committed, in seconds since the Unix epoch.
    pub secs: i64,
    object: Object,
}

impl Lineage {
    pub(crate) fn decode(object: Object) -> Option<Self> {
        let mut fields = Fields::new(object.data());
        let tree = fields.take_id("tree")?;
        let parents = parents(&mut fields)?;
        fields.take("author")?;
        let committer = fields.take("committer")?;
        let date = committer.iter().rposition(|byte| *byte == b'>').map_or(committer, |at| &committer[at + 1..]);
        let secs = std::str::from_utf8(date).ok().and_then(|date| date.split_whitespace().next()?.parse().ok());
        Some(Self { tree, parents, secs: secs.unwrap_or(0), object })
    }

    /// The same commit after other parents: those that are followed to it.
    pub fn with_parents(&self, parents: Vec<ObjectId>) -> Self {
        Self { parents, tree: self.tree, secs: self.secs, object: self.object.clone() }
    }

    /// The commit itself, whose name is `id`.
    pub fn commit(&self, id: &ObjectId) -> Result<Commit> {
        Ok(Commit::decode(self.object.data()).ok_or(Cause::CorruptObject(*id))?)
    }
}

fn parents(fields: &mut Fields<'_>) -> Option<Vec<ObjectId>> {
    let mut parents = Vec::new();
    while let Some(id) = fields.take("parent") {
        parents.push(parse_id(std::str::from_utf8(id).ok()?)?);
    }
    Some(parents)
}

impl Commit {
    pub(crate) fn decode(data: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(data);
        let tree = fields.take_id("tree")?;
        let parents = parents(&mut fields)?;
        let author = Signature::parse(&String::from_utf8_lossy(fields.take("author")?))?;
        let committer = Signature::parse(&String::from_utf8_lossy(fields.take("committer")?))?;
        Some(Self { tree, parents, author, committer, message: fields.message() })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut text = String::with_capacity(256 + self.message.len());
        text.push_str("tree ");
        self.tree.write_hex(&mut text);
        for parent in &self.parents {
            text.push_str("\nparent ");
            parent.write_hex(&mut text);
        }
        text.push_str("\nauthor ");
        self.author.write(&mut text);
        text.push_str("\ncommitter ");
        self.committer.write(&mut text);
        text.push_str("\n\n");
        text.push_str(&self.message);
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
