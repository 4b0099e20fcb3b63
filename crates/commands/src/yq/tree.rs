//! Between a document as it is written and the values that the evaluator knows.

use crate::jq::Json;
use manifest::{Node, Shape, Style};
use order::OrdMap;
use std::rc::Rc;

/// Values that aliases may add to a document.
const ALIAS_NODES_MAX: usize = 20_000;

/// A document's value.
pub(super) fn value(node: &Node) -> Result<Json, String> {
    let mut reading = Reading { anchors: OrdMap::new(), nodes: 0 };
    reading.value(node)
}

/// What a document's anchors stand for.
pub(super) fn anchors(node: &Node) -> OrdMap<String, Json> {
    let mut reading = Reading { anchors: OrdMap::new(), nodes: 0 };
    match reading.value(node) {
        Ok(_) => reading.anchors.iter().map(|(name, (value, _))| ((*name).to_string(), value.clone())).collect(),
        Err(_) => OrdMap::new(),
    }
}

struct Reading<'n> {
    anchors: OrdMap<&'n str, (Json, usize)>,
    nodes: usize,
}

impl<'n> Reading<'n> {
    fn value(&mut self, node: &'n Node) -> Result<Json, String> {
        let before = self.nodes;
        self.nodes += 1;
        let value = match &node.shape {
            Shape::Scalar { text, style } => scalar(text, *style, node.tag.as_deref()),
            Shape::List { items, .. } => {
                Json::list(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Shape::Map { entries, .. } => {
                let mut map: Vec<(Rc<str>, Json)> = Vec::new();
                for (key, item) in entries {
                    let key: Rc<str> = key_text(key).into();
                    let item = self.value(item)?;
                    match map.iter_mut().find(|(have, _)| *have == key) {
                        Some((_, old)) => *old = item,
                        None => map.push((key, item)),
                    }
                }
                Json::Map(map.into())
            }
            Shape::Alias(name) => {
                let (value, nodes) = self
                    .anchors
                    .get(name.as_str())
                    .cloned()
                    .ok_or_else(|| format!("unknown anchor '{name}' referenced"))?;
                self.nodes += nodes;
                if self.nodes > ALIAS_NODES_MAX + before {
                    return Err("document contains excessive aliasing".into());
                }
                value
            }
        };
        if let Some(name) = &node.anchor {
            self.anchors.insert(name, (value.clone(), self.nodes - before));
        }
        Ok(value)
    }
}

pub(super) fn key_text(key: &Node) -> String {
    match &key.shape {
        Shape::Scalar { text, .. } | Shape::Alias(text) => text.clone(),
        _ => key.to_yaml(2).trim_end().to_string(),
    }
}

/// YAML 1.2's core schema, as go-yaml v3 reads it.
pub(super) fn scalar(text: &str, style: Style, tag: Option<&str>) -> Json {
    if style != Style::Plain || matches!(tag, Some("!!str" | "!")) {
        return Json::text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Json::Null,
        "true" | "True" | "TRUE" => return Json::Bool(true),
        "false" | "False" | "FALSE" => return Json::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Json::Number(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Json::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Json::Number(f64::NAN),
        _ => {}
    }
    number(text).map_or_else(|| Json::text(text), Json::Number)
}

fn number(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = body.strip_prefix(prefix) {
            let size = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
            return Some(sign * f64::from(size));
        }
    }
    let first = *body.as_bytes().first()?;
    let rest_is_number =
        body.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    if !rest_is_number || !(first.is_ascii_digit() || (first == b'.' && body.len() > 1)) {
        return None;
    }
    if body.len() > 1 && first == b'0' && body.bytes().all(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(body, 8).ok().map(|size| sign * f64::from(size));
    }
    let body = if first == b'.' { format!("0{body}") } else { body.to_string() };
    manifest::float_of(body.trim_end_matches('.')).map(|size| sign * size)
}

/// How a value is to be dressed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dress<'a> {
    /// Styles are forgotten: no brackets, no quotes that are not needed.
    pub pretty: bool,
    /// An alias whose anchor still has this value stays one.
    pub anchors: Option<&'a OrdMap<String, Json>>,
}

impl Dress<'_> {
    /// A value as a tree: where the document has the like at this place, with its comments and styles.
    pub fn tree(self, json: &Json, like: Option<&Node>) -> Node {
        let mut node = match like {
            Some(like) => self.shaped(json, like),
            None => self.bare(json),
        };
        if let Some(like) = like {
            node.head.clone_from(&like.head);
            node.line.clone_from(&like.line);
            node.foot.clone_from(&like.foot);
            node.anchor.clone_from(&like.anchor);
            if node.tag.is_none() {
                // A tag of the document's own stays.
                node.tag = like.tag.clone().filter(|tag| !tag.starts_with("!!"));
            }
        }
        node
    }

    fn shaped(self, json: &Json, like: &Node) -> Node {
        match (json, &like.shape) {
            (Json::Map(map), Shape::Map { flow, .. }) => {
                // Brackets around nothing are no style.
                let was_empty = matches!(&like.shape, Shape::Map { entries, .. } if entries.is_empty());
                let flow = *flow && !self.pretty && !was_empty;
                let entries = map.iter().map(|(key, value)| match like.entry(key) {
                    Some((name, old)) => (name.clone(), self.tree(value, Some(old))),
                    None => (key_node(key), self.tree(value, None)),
                });
                let mut node = Node::new(Shape::Map { entries: entries.collect(), flow: flow || map.is_empty() });
                node.tag.clone_from(&like.tag);
                node
            }
            (Json::List(values), Shape::List { items, flow }) => self.list(values, items, *flow, like),
            (json, Shape::Alias(name)) if self.anchors.is_some_and(|all| all.get(name) == Some(json)) => {
                Node::new(like.shape.clone())
            }
            (json, Shape::Scalar { text, style }) => {
                let same = scalar(text, *style, like.tag.as_deref()) == *json;
                if same && !self.pretty {
                    return Node { head: Vec::new(), foot: Vec::new(), ..like.clone() };
                }
                let mut node = self.bare(json);
                if let (Shape::Scalar { style: new, text: own }, Json::Text(_)) = (&mut node.shape, json)
                    && !self.pretty
                    && *style != Style::Plain
                {
                    *new = *style;
                    own.clone_from(&match json {
                        Json::Text(text) => text.to_string(),
                        _ => String::new(),
                    });
                }
                if same && let (Shape::Scalar { text: own, .. }, Json::Number(_) | Json::Null) = (&mut node.shape, json)
                {
                    own.clone_from(text);
                }
                node
            }
            _ => self.bare(json),
        }
    }

    /// A list; each value like the item that it was, or that stood at its place.
    fn list(self, values: &[Json], items: &[Node], flow: bool, like: &Node) -> Node {
        let mut left: Vec<(Option<Json>, &Node)> = items.iter().map(|item| (value(item).ok(), item)).collect();
        let mut old: Vec<Option<&Node>> = vec![None; values.len()];
        // First what is the same, wherever it is now; then what stands at the same place.
        for (at, json) in values.iter().enumerate() {
            if let Some(found) = left.iter().position(|(have, _)| have.as_ref() == Some(json)) {
                old[at] = Some(left.remove(found).1);
            }
        }
        for (at, place) in old.iter_mut().enumerate() {
            let same = items.get(at).filter(|item| left.iter().any(|(_, other)| std::ptr::eq(*other, *item)));
            *place = place.or(same);
        }
        // New texts are written like their neighbours.
        let style = items.last().and_then(|item| match &item.shape {
            Shape::Scalar { style, .. } => Some(*style),
            _ => None,
        });
        let dressed = values.iter().zip(old).map(|(json, old)| {
            let mut node = self.tree(json, old);
            if let (None, Some(new), Shape::Scalar { style, .. }, Json::Text(_)) = (old, style, &mut node.shape, json)
                && flow
            {
                *style = new;
            }
            node
        });
        let mut node = Node::new(Shape::List {
            items: dressed.collect(),
            flow: (flow && !self.pretty && !items.is_empty()) || values.is_empty(),
        });
        node.tag.clone_from(&like.tag);
        node
    }

    fn bare(self, json: &Json) -> Node {
        Node::new(match json {
            Json::List(items) => {
                Shape::List { items: items.iter().map(|item| self.bare(item)).collect(), flow: items.is_empty() }
            }
            Json::Map(map) => Shape::Map {
                entries: map.iter().map(|(key, value)| (key_node(key), self.bare(value))).collect(),
                flow: map.is_empty(),
            },
            Json::Text(text) => return text_node(text),
            other => Shape::Scalar { text: other.write(&crate::jq::Style::default()), style: Style::Plain },
        })
    }
}

fn key_node(key: &str) -> Node {
    // A number as a key stays one.
    match scalar(key, Style::Plain, None) {
        Json::Number(_) => Node::text(key),
        _ => text_node(key),
    }
}

/// A text in quotes if it would be read as something else.
fn text_node(text: &str) -> Node {
    let other = !text.contains('\n') && !matches!(scalar(text, Style::Plain, None), Json::Text(_));
    let style = if other { Style::Double } else { Style::Plain };
    Node::new(Shape::Scalar { text: text.to_string(), style })
}

/// The node at a path of a document; through aliases nothing is found.
pub(super) fn at<'n>(root: &'n Node, path: &[Json]) -> Option<&'n Node> {
    let mut node = root;
    for key in path {
        node = match (key, &node.shape) {
            (Json::Text(name), _) => &node.entry(name)?.1,
            (Json::Number(number), Shape::List { items, .. }) => {
                let place = if *number < 0.0 { items.len() as f64 + number } else { *number };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by get")]
                items.get(place as usize)?
            }
            _ => return None,
        };
    }
    Some(node)
}
