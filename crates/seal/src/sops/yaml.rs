//! YAML to a tree and back, with its comments: four spaces a level, as SOPS writes it by go-yaml v3.

use super::{Branch, Error, Item};
use manifest::{Node, Shape, Style, Value, plain_value};

pub(super) fn read(text: &str) -> Result<Vec<Branch>, Error> {
    let unreadable = |message: String| Error::Unreadable(format!("Error unmarshaling input YAML: {message}"));
    let mut out = Vec::new();
    for node in Node::parse_yaml(text).map_err(unreadable)? {
        let mut branch = Branch::new();
        comments(&node.head, &mut branch);
        match &node.shape {
            Shape::Map { entries, .. } => map(entries, &mut branch)?,
            Shape::Scalar { text, .. } if matches!(text.as_str(), "" | "~" | "null") => {}
            Shape::Scalar { .. } | Shape::Alias(_) => {
                return Err(unreadable("YAML documents that are values are not supported".into()));
            }
            Shape::List { .. } => {
                return Err(unreadable("YAML documents that are sequences are not supported".into()));
            }
        }
        comments(&node.foot, &mut branch);
        out.push(branch);
    }
    Ok(out)
}

fn comments(lines: &[String], branch: &mut Branch) {
    for line in lines.iter().filter(|line| !line.is_empty()) {
        branch.push((String::new(), Item::Comment(line[1..].to_string())));
    }
}

fn map(entries: &[(Node, Node)], branch: &mut Branch) -> Result<(), Error> {
    for (key, value) in entries {
        comments(&key.head, branch);
        if !matches!(value.shape, Shape::Map { .. } | Shape::List { .. }) {
            comments(&value.head, branch);
        }
        comments(&[key.line.clone(), value.line.clone()], branch);
        let Shape::Scalar { text, .. } = &key.shape else {
            return Err(Error::Unreadable("Error walking tree: Tree contains a non-string key".into()));
        };
        branch.push((text.clone(), item(value)?));
    }
    Ok(())
}

fn item(node: &Node) -> Result<Item, Error> {
    Ok(match &node.shape {
        Shape::Alias(_) => return Err(Error::Missing("aliases in an encrypted file".into())),
        Shape::Map { entries, .. } => {
            let mut branch = Branch::new();
            comments(&node.head, &mut branch);
            map(entries, &mut branch)?;
            Item::Map(branch)
        }
        Shape::List { items, .. } => {
            let mut out = Vec::new();
            let note = |lines: &[String], out: &mut Vec<Item>| {
                out.extend(
                    lines.iter().filter(|line| !line.is_empty()).map(|line| Item::Comment(line[1..].to_string())),
                );
            };
            note(&node.head, &mut out);
            for one in items {
                let block = matches!(one.shape, Shape::Map { .. } | Shape::List { .. });
                if !block {
                    note(&one.head, &mut out);
                    note(std::slice::from_ref(&one.line), &mut out);
                }
                out.push(item(one)?);
            }
            Item::List(out)
        }
        Shape::Scalar { text, style } => scalar(text, *style, node.tag.as_deref()),
    })
}

fn scalar(text: &str, style: Style, tag: Option<&str>) -> Item {
    if style != Style::Plain || matches!(tag, Some("!!str" | "!")) {
        return Item::Text(text.to_string());
    }
    match plain_value(text) {
        Value::Null => Item::Null,
        Value::Bool(on) => Item::Bool(on),
        Value::Int(n) => Item::Int(n),
        Value::Float(x) => Item::Float(x),
        _ => match time(text) {
            Some(time) => Item::Time(time),
            None => Item::Text(text.to_string()),
        },
    }
}

/// A day or a moment as YAML knows them, in RFC 3339.
fn time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let shape = |at: usize| match at {
        4 | 7 => b'-',
        10 => b'T',
        13 | 16 => b':',
        _ => b'0',
    };
    let fits = |len: usize| {
        let good =
            |(at, byte): (usize, &u8)| if shape(at) == b'0' { byte.is_ascii_digit() } else { *byte == shape(at) };
        bytes.get(..len).is_some_and(|head| head.iter().enumerate().all(good))
    };
    if text.len() == 10 && fits(10) {
        return Some(format!("{text}T00:00:00Z"));
    }
    let zone = text.get(19..)?;
    let whole = zone == "Z" || zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':';
    (fits(19) && whole).then(|| text.to_string())
}

pub(super) fn write(branches: &[Branch]) -> String {
    let texts: Vec<String> = branches.iter().map(|branch| node(&Item::Map(branch.clone())).to_yaml(4)).collect();
    texts.join("---\n")
}

/// A value alone has no more than two spaces a level.
pub(super) fn value(item: &Item) -> String {
    // Unlike sops: go-yaml writes a value alone with four spaces a level too.
    node(item).to_yaml(4)
}

fn text_node(text: &str) -> Node {
    let word = |list: &str| list.split(' ').any(|word| word == text);
    let old = word("y Y n N yes Yes YES no No NO on On ON off Off OFF");
    let style = if text.is_empty() || old || scalar(text, Style::Plain, None) != Item::Text(text.to_string()) {
        Style::Double
    } else if text.contains('\n') {
        Style::Literal
    } else {
        Style::Plain
    };
    Node::new(Shape::Scalar { text: text.to_string(), style })
}

fn node(item: &Item) -> Node {
    match item {
        Item::Null => Node::text("null"),
        Item::Bool(on) => Node::text(if *on { "true" } else { "false" }),
        Item::Int(n) => Node::text(&n.to_string()),
        Item::Float(x) => Node::text(Value::Float(*x).to_yaml().trim_end()),
        Item::Text(text) => text_node(text),
        Item::Time(text) => Node::text(text),
        Item::Comment(_) => Node::text(""),
        Item::Map(branch) => {
            let mut entries = Vec::new();
            let mut head = Vec::new();
            for (key, item) in branch {
                if let Item::Comment(text) = item {
                    head.push(format!("#{text}"));
                    continue;
                }
                let mut key = text_node(key);
                key.head = std::mem::take(&mut head);
                entries.push((key, node(item)));
            }
            let mut out = Node::new(Shape::Map { entries, flow: false });
            out.foot = head;
            out
        }
        Item::List(list) => {
            let mut items = Vec::new();
            let mut head = Vec::new();
            for item in list {
                if let Item::Comment(text) = item {
                    head.push(format!("#{text}"));
                    continue;
                }
                let mut item = node(item);
                item.head = std::mem::take(&mut head);
                items.push(item);
            }
            Node::new(Shape::List { items, flow: false })
        }
    }
}
