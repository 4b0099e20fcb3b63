//! Sentences with expressions in them: `The pod {pod.metadata.name} is {pod.status.phase}.`

use super::ast::Node;
use super::eval::{Past, evaluate_with};
use super::parse;
use crate::error::Error;
use crate::facts::Facts;
use manifest::Value;
use serde::{Deserialize, Serialize};

/// A sentence in pieces. `{{` and `}}` stand for braces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Template {
    pub pieces: Vec<Piece>,
}

/// Words, or an expression whose value stands in their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Piece {
    Words(String),
    Value(Node),
}

impl Template {
    pub fn parse(source: &str) -> Result<Self, Error> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut at = 0;
        while let Some(rest) = source.get(at..)
            && let Some(c) = rest.chars().next()
        {
            if rest.starts_with("{{") || rest.starts_with("}}") {
                words.push(c);
                at += 2;
            } else if c == '{' {
                if !words.is_empty() {
                    pieces.push(Piece::Words(std::mem::take(&mut words)));
                }
                let (node, end) = parse::in_braces(source, at + 1)?;
                pieces.push(Piece::Value(node));
                at = end;
            } else if c == '}' {
                return Err(Error::syntax(at, "this `}` closes nothing; write `}}` for a brace"));
            } else {
                words.push(c);
                at += c.len_utf8();
            }
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        Ok(Self { pieces })
    }

    /// The sentence in this world. A value that cannot be had stands as `…`, so that a learner still reads the rest.
    pub fn render(&self, facts: &dyn Facts, past: Past<'_>, names: &[(&str, Value)]) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Value(node) => match evaluate_with(node, facts, past, names) {
                    Ok(term) => text.push_str(&term.text()),
                    Err(_) => text.push('…'),
                },
            }
        }
        text
    }

    /// The words without the values, for checks of the text itself.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Value(_) => None,
        })
    }

    /// The expressions in the sentence.
    pub fn values(&self) -> impl Iterator<Item = &Node> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(node) => Some(node),
            Piece::Words(_) => None,
        })
    }
}
