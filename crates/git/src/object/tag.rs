//! Annotated tags.

use super::{Kind, ObjectId, parse_id};
use crate::Signature;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub target: ObjectId,
    pub target_kind: Kind,
    pub name: String,
    pub tagger: Option<Signature>,
    pub message: String,
}

impl Tag {
    pub(crate) fn decode(data: &[u8]) -> Option<Self> {
        let tag = gix_object::TagRef::from_bytes(data, gix_hash::Kind::Sha1).ok()?;
        Some(Self {
            target: parse_id(&tag.target.to_string())?,
            target_kind: Kind::parse(tag.target_kind.as_bytes())?,
            name: tag.name.to_string(),
            tagger: tag.tagger.and_then(|tagger| Signature::parse(&tagger.to_string())),
            message: tag.message.to_string(),
        })
    }

    /// The object's content.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = format!("object {}\ntype {}\ntag {}\n", self.target, self.target_kind, self.name);
        if let Some(tagger) = &self.tagger {
            text.push_str(&format!("tagger {tagger}\n"));
        }
        text.push_str(&format!("\n{}", self.message));
        text.into_bytes()
    }
}
