//! An ApplicationSet's template and its parameters: `{{name}}`, or Go's templates (`applicationset/utils/utils.go`).

use super::finalizers;
use crate::engine::Sources;
use manifest::{Value, object};
use sim::Time;

const MISSING: &str = "is real Argo CD, but not part of this sandbox yet";

/// What of a spec is not here.
pub(super) fn missing(spec: &Value) -> Result<(), String> {
    const HERE: &[&str] = &["generators", "goTemplate", "goTemplateOptions", "syncPolicy", "template"];
    let mut fields = spec.entries().iter().filter(|(_, value)| !value.is_null());
    match fields.find(|(field, _)| !HERE.contains(&field.as_ref())) {
        Some((field, _)) => Err(format!("spec.{field} {MISSING}")),
        None => Ok(()),
    }
}

pub(super) fn not_here(generator: &str) -> String {
    format!("the generator {generator} {MISSING}")
}

pub(super) struct Template<'s> {
    spec: &'s Value,
    pub sources: &'s dyn Sources,
    pub go: bool,
    strict: bool,
    now: Time,
}

impl<'s> Template<'s> {
    pub fn of(spec: &'s Value, sources: &'s dyn Sources, now: Time) -> Self {
        let strict = spec.list_at("goTemplateOptions").iter().any(|option| option.as_str() == Some("missingkey=error"));
        Self { spec, sources, go: spec.bool_at("goTemplate"), strict, now }
    }

    /// The application of a set of parameters.
    #[inline(never)]
    pub fn application(&self, params: &Value) -> Result<Value, String> {
        let mut app = object! { "apiVersion" => "argoproj.io/v1alpha1", "kind" => "Application" };
        let template = self.spec.at("template");
        app.put("metadata", self.fill(template.at("metadata"), params)?);
        app.put("spec", self.fill(template.at("spec"), params)?);
        app.at_mut("metadata").make_map().remove("namespace");
        let own = finalizers(self.spec, app.at("metadata.finalizers"));
        app.at_mut("metadata").make_map().remove("finalizers");
        if !own.items().is_empty() {
            app.set("metadata.finalizers", own);
        }
        Ok(app)
    }

    /// A value with all its texts filled.
    #[inline(never)]
    pub fn fill(&self, value: &Value, params: &Value) -> Result<Value, String> {
        if let Some(text) = value.as_str() {
            return self.text(text, params).map(Value::from);
        }
        if let Some(list) = value.as_list() {
            let filled: Result<Vec<Value>, String> = list.iter().map(|one| self.fill(one, params)).collect();
            return filled.map(Value::list);
        }
        if value.as_map().is_none() {
            return Ok(value.clone());
        }
        let mut filled = Value::map();
        for (key, one) in value.entries().iter() {
            filled.put(&self.text(key, params)?, self.fill(one, params)?);
        }
        Ok(filled)
    }

    #[inline(never)]
    fn text(&self, text: &str, params: &Value) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_string());
        }
        if !self.go {
            return Ok(replaced(text, params));
        }
        let made = self.sources.template(text, params, self.now)?;
        // Unlike argocd: the key that is missing is not named.
        if self.strict && made.contains("<no value>") {
            return Err(format!("failed to execute go template {text}: map has no entry for a key of it"));
        }
        Ok(made)
    }
}

/// `{{ name }}` by its parameter; what is none stays.
#[inline(never)]
fn replaced(text: &str, params: &Value) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match params.get(name.trim()).map(shown) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&["{{", name, "}}"].concat()),
        }
        rest = behind;
    }
    out + rest
}

/// A value as Go's `%v` shows it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_string)
}
