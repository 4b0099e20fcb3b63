//! kubectl's JSONPath: a template of texts and `{…}` expressions (client-go `util/jsonpath`).

use super::jsonpath_eval::{self as eval, Walk};
use super::jsonpath_parse as parse;
use super::kube::Stop;
use manifest::Value;
use std::borrow::Cow;

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// What stands in a pair of braces.
    Action(Vec<Node>),
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Field(String),
    /// `[*]` or `.*`
    Wildcard,
    /// `..`: at any depth.
    Recursive,
    /// `[from:to:step]`; `one` is a single index.
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: Option<i64>,
        one: bool,
    },
    /// `['a','b']`, `[0,2]`
    Union(Vec<Vec<Node>>),
    /// `[?(@.type=="Ready")]`: left, operator (none: whether there is something) and right.
    Filter(Box<(Vec<Node>, String, Vec<Node>)>),
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `range`, `end`, and words that mean nothing.
    Word(String),
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    source: String,
    parts: Vec<Part>,
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, Stop> {
        let parts =
            parse::template(text).map_err(|why| Stop::error(format!("error parsing jsonpath {text}, {why}")))?;
        Ok(Self { source: text.to_string(), parts })
    }

    /// A path with or without braces and leading dot: `.metadata.name`, `metadata.name`, `{.metadata.name}`.
    pub fn relaxed(text: &str) -> Result<Self, Stop> {
        let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        let inner = inner.strip_prefix('.').unwrap_or(inner);
        Self::parse(&format!("{{.{inner}}}"))
    }

    /// What the first expression finds; nothing where it does not fit the value.
    pub fn values<'v>(&self, value: &'v Value) -> Vec<Cow<'v, Value>> {
        let found = Walk::new(&self.parts, false).results(0, &Cow::Borrowed(value)).unwrap_or_default();
        found.into_iter().next().unwrap_or_default()
    }

    /// Fills in the template. A missing key prints nothing, as `--allow-missing-template-keys` says.
    pub fn print(&self, value: &Value) -> Result<String, Stop> {
        self.fill(value, false).map_err(|why| {
            let template = &self.source;
            let shown = format!(
                "Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate \
                 was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n",
                eval::go_syntax(value)
            );
            Stop::error(format!("error executing jsonpath {template:?}: {shown}\n"))
        })
    }

    /// The text, or why it cannot be filled in.
    pub(super) fn fill(&self, value: &Value, strict: bool) -> Result<String, String> {
        let found = Walk::new(&self.parts, strict).results(0, &Cow::Borrowed(value))?;
        let shown = |value: &Cow<'_, Value>| if value.is_null() { "null".into() } else { text_of(value) };
        let parts = found.iter().map(|part| part.iter().map(shown).collect::<Vec<_>>().join(" "));
        Ok(parts.collect())
    }
}

/// A value as a template prints it: texts as they are, lists and maps as JSON.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Null => "<none>".into(),
        other => other.to_json(),
    }
}
