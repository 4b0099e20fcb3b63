//! kubectl's JSONPath: a template of texts and `{…}` expressions (client-go `util/jsonpath`).

use super::jsonpath_eval as eval;
use super::jsonpath_parse as parse;
use super::kube::Stop;
use manifest::Value;

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// One or more paths in a pair of braces.
    Paths(Vec<Vec<Selector>>),
    /// `{range …}` with what is inside of it.
    Range(Vec<Selector>, Vec<Part>),
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Selector {
    Field(String),
    /// `[*]` or `.*`
    All,
    /// `..name`: at any depth.
    Deep,
    /// `[1]`, `[-1]`
    Index(i64),
    /// `[from:to:step]`
    Slice(Option<i64>, Option<i64>, i64),
    /// `['a','b']`, `[0,2]`
    Union(Vec<Vec<Selector>>),
    /// `[?(@.type=="Ready")]`
    Filter(Box<(Operand, Option<(Comparison, Operand)>)>),
    /// A text in braces: `{"\n"}`
    Literal(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Path(Vec<Selector>),
    Value(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, Stop> {
        let parts =
            parse::template(text).map_err(|why| Stop::error(format!("error parsing jsonpath {text}, {why}")))?;
        Ok(Self { parts })
    }

    /// A path with or without braces and leading dot: `.metadata.name`, `metadata.name`, `{.metadata.name}`.
    pub fn relaxed(text: &str) -> Result<Self, Stop> {
        let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        let inner = inner.strip_prefix('.').unwrap_or(inner);
        Self::parse(&format!("{{.{inner}}}"))
    }

    /// What the first expression finds.
    pub fn values<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self.parts.first() {
            Some(Part::Paths(paths)) => paths.iter().flat_map(|path| eval::path(path, value, value)).collect(),
            _ => Vec::new(),
        }
    }

    /// Fills in the template. A missing key prints nothing, as `--allow-missing-template-keys` says.
    pub fn print(&self, value: &Value) -> Result<String, Stop> {
        let mut out = String::new();
        eval::print(&self.parts, value, value, &mut out);
        Ok(out)
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
