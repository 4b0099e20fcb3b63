//! `yq`: mikefarah's yq v4 for YAML and JSON, on the evaluator of `jq`. What an expression does not touch keeps its order,
//! comments and styles.
//!
//! Its words come from the documentation of yq 4; the real one is not compared by a test.

mod all;
mod expression;
mod functions;
mod given;
mod tree;

pub(crate) use functions::function;
pub(crate) use given::FLAGS;

use crate::jq::{Inputs, Item, Json, Machine, Stop, Style, told};
use expression::Expression;
use given::{Given, given};
use manifest::Node;
use std::rc::Rc;
use world::{Cx, Program};

pub(crate) fn program() -> Program {
    Program::once("yq", main)
}

/// A document of an input.
pub(super) struct Document {
    pub node: Node,
    pub value: Json,
    pub file: String,
    pub file_index: usize,
    pub index: usize,
}

/// What an expression gave, and the document whose comments it may have.
pub(super) struct Found {
    pub item: Item,
    pub document: Option<usize>,
}

/// yq has no `input`.
struct Nothing;

impl Inputs for Nothing {
    fn next(&mut self) -> Option<Result<Json, String>> {
        None
    }
}

fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match given(cx) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let expression = match Expression::parse(&given.expression) {
        Ok(expression) => expression,
        Err(message) => return fail(cx, &message),
    };
    if !given.in_place {
        let names = if given.files.is_empty() { vec!["-".to_string()] } else { given.files.clone() };
        return match run(cx, &given, &expression, &names) {
            Ok(Some((text, code))) => {
                cx.out(text);
                if code == 0 { 0 } else { fail(cx, "no matches found") }
            }
            Ok(None) => Cx::WAIT,
            Err(message) => fail(cx, &message),
        };
    }
    // With `-i` only the first file is written.
    let name = given.files[0].clone();
    let files = if given.all { given.files.clone() } else { vec![name.clone()] };
    match run(cx, &given, &expression, &files) {
        Ok(Some((text, code))) => {
            let (path, micros) = (cx.path(&name), cx.micros());
            match cx.files_mut().write(&path, text.into_bytes(), micros) {
                Ok(()) => code,
                Err(error) => fail(cx, &format!("open {name}: {}", lower(&error.to_string()))),
            }
        }
        Ok(None) => Cx::WAIT,
        Err(message) => fail(cx, &message),
    }
}

fn fail(cx: &mut Cx<'_>, message: &str) -> i32 {
    cx.err(format!("Error: {message}\n"));
    1
}

/// Go's errors begin with a small letter.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

/// The output and the exit code; `None` while standard input is not whole.
fn run(
    cx: &mut Cx<'_>,
    given: &Given,
    expression: &Expression,
    files: &[String],
) -> Result<Option<(String, i32)>, String> {
    let documents = if given.null {
        let node = Node::text("");
        vec![Document { node, value: Json::Null, file: String::new(), file_index: 0, index: 0 }]
    } else {
        match documents(cx, given, files)? {
            Some(documents) => documents,
            None => return Ok(None),
        }
    };
    let environment =
        cx.env_all().iter().fold(Json::Map(Vec::new().into()), |map, (name, value)| map.with(name, Json::text(value)));
    #[expect(clippy::cast_precision_loss, reason = "micros of this age fit")]
    let now = cx.micros() as f64 / 1e6;
    let mut nothing = Nothing;
    let mut machine = Machine::new(&mut nothing, environment, now);
    machine.yaml = true;
    let found = if given.all {
        all::run(&mut machine, expression, &documents)
    } else {
        let mut found = Vec::new();
        documents
            .iter()
            .enumerate()
            .try_for_each(|(index, document)| {
                all::one(&mut machine, expression, &expression.ast, document, index, &mut found)
            })
            .map(|()| found)
    };
    let found = found.map_err(said)?;
    let code = i32::from(given.exit_status && !found.iter().any(|one| one.item.value.holds()));
    Ok(Some((printed(given, &documents, &found), code)))
}

fn said(stop: Stop) -> String {
    told(stop).trim_start_matches(": ").to_string()
}

fn documents(cx: &mut Cx<'_>, given: &Given, files: &[String]) -> Result<Option<Vec<Document>>, String> {
    let Some(inputs) = crate::core::inputs(cx, files) else { return Ok(None) };
    let mut documents = Vec::new();
    for (file_index, (file, input)) in inputs.into_iter().enumerate() {
        let bytes = input.map_err(|error| format!("open {file}: {}", lower(&error)))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let parsed = Node::parse_yaml(&text).map_err(|message| format!("bad file '{file}': yaml: {message}"))?;
        for (index, node) in parsed.into_iter().enumerate() {
            let value = tree::value(&node).map_err(|message| format!("bad file '{file}': yaml: {message}"))?;
            // JSON's quotes and brackets are not a style that YAML would keep.
            let node = if given.reads_json(&file) && !given.writes_json(files) {
                tree::Dress::default().tree(&value, None)
            } else {
                node
            };
            documents.push(Document { node, value, file: file.clone(), file_index, index });
        }
    }
    Ok(Some(documents))
}

fn printed(given: &Given, documents: &[Document], found: &[Found]) -> String {
    let mut out = String::new();
    let mut before: Option<usize> = None;
    let json = given.writes_json(&given.files);
    for (index, one) in found.iter().enumerate() {
        let place = one.document;
        if index > 0 && place.is_some() && place != before && !json && !given.no_separators {
            out.push_str("---\n");
        }
        before = place.or(before);
        let value = &one.item.value;
        match value {
            Json::Text(text) if given.raw => {
                out.push_str(text);
                out.push('\n');
            }
            _ if json => {
                let indent = (given.indent > 0).then(|| " ".repeat(given.indent));
                out.push_str(&value.write(&Style { indent, ..Style::default() }));
                out.push('\n');
            }
            _ => out.push_str(&yaml(given, documents, one)),
        }
    }
    out
}

/// A result as YAML, with the comments of what stood at its place.
fn yaml(given: &Given, documents: &[Document], one: &Found) -> String {
    let document = one.document.map(|index| &documents[index]);
    let empty: Rc<Vec<Json>> = Rc::default();
    let path = one.item.path.as_ref().unwrap_or(&empty);
    let like = document.and_then(|document| tree::at(&document.node, path)).filter(|_| one.item.path.is_some());
    let anchors = document.map(|document| tree::anchors(&document.node)).filter(|all| !all.is_empty());
    let dress = tree::Dress { pretty: given.pretty, anchors: anchors.as_ref() };
    let mut node = dress.tree(&one.item.value, like);
    if matches!(node.shape, manifest::Shape::Scalar { .. }) {
        // A scalar is printed alone.
        if given.raw {
            node.anchor = None;
            node.tag = None;
        }
        node.line.clear();
        if !path.is_empty() {
            node.head.clear();
            node.foot.clear();
        }
        if let manifest::Shape::Scalar { text, .. } = &node.shape
            && text.is_empty()
            && given.raw
        {
            let foot: String = node.head.iter().chain(&node.foot).map(|line| format!("{line}\n")).collect();
            let shown = if document.is_some_and(|document| document.value == Json::Null && path.is_empty()) {
                ""
            } else {
                "null\n"
            };
            return if foot.is_empty() { if shown.is_empty() { "\n".into() } else { shown.into() } } else { foot };
        }
    }
    node.to_yaml(given.indent.max(2))
}
