//! Annotated tags.

use super::fields::Fields;
use super::{Kind, ObjectId};
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
        let mut fields = Fields::new(data);
        let target = fields.take_id("object")?;
        let target_kind = Kind::parse(fields.take("type")?)?;
        let name = fields.take_text("tag")?;
        let tagger = fields.take_text("tagger").and_then(|tagger| Signature::parse(&tagger));
        Some(Self { target, target_kind, name, tagger, message: fields.message() })
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
