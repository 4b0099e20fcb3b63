//! `workflow_dispatch`: what a person is asked for who starts a workflow by hand.

use crate::workflow::{Wrong, known, list, text, wrong};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    pub description: String,
    /// `string`, `boolean`, `choice`, `number`, `environment`.
    pub kind: String,
    pub required: bool,
    pub default: Option<String>,
    pub options: Vec<String>,
}

const KINDS: [&str; 5] = ["string", "boolean", "choice", "number", "environment"];

#[inline(never)]
pub(crate) fn read(on: &Value, path: &str) -> Result<Vec<Input>, Wrong> {
    let mut inputs = Vec::new();
    for (name, input) in on.at("inputs").entries().iter() {
        let here = [path, ".inputs.", name].concat();
        known(input, &here, &["description", "required", "default", "type", "options", "deprecationMessage"])?;
        let kind = text(input.at("type")).unwrap_or_else(|| "string".into());
        if !KINDS.contains(&kind.as_str()) {
            return Err(wrong(&[&here, ".type="].concat(), format!("Unexpected value '{kind}'")));
        }
        inputs.push(Input {
            name: name.to_string(),
            description: text(input.at("description")).unwrap_or_default(),
            kind,
            required: input.at("required").as_bool() == Some(true),
            default: text(input.at("default")),
            options: list(input, "options"),
        });
    }
    Ok(inputs)
}

/// Whether a text can be an input of this kind.
pub(crate) fn is_of_kind(kind: &str, value: &str) -> bool {
    match kind {
        "boolean" => value == "true" || value == "false",
        "number" => manifest::float_of(value).is_some(),
        _ => true,
    }
}

/// The `inputs` context for what was given, or why GitHub does not start it.
#[inline(never)]
pub(crate) fn take(inputs: &[Input], given: &OrdMap<String, String>) -> Result<Value, String> {
    let strange: Vec<String> = given
        .keys()
        .filter(|name| !inputs.iter().any(|input| input.name == **name))
        .map(|name| format!("\"{name}\""))
        .collect();
    if !strange.is_empty() {
        return Err(format!("Unexpected inputs provided: [{}]", strange.join(", ")));
    }
    let mut all = Value::map();
    for input in inputs {
        let value = match given.get(&input.name).or(input.default.as_ref()) {
            Some(value) => value.clone(),
            None if input.required => return Err(format!("Required input '{}' not provided", input.name)),
            None if input.kind == "choice" => input.options.first().cloned().unwrap_or_default(),
            None => String::new(),
        };
        let value = match input.kind.as_str() {
            "boolean" => match value.as_str() {
                "true" => Value::from(true),
                "false" | "" => Value::from(false),
                _ => return Err(format!("Provided value '{value}' for input '{}' is not a boolean", input.name)),
            },
            "number" => match manifest::float_of(&value) {
                Some(number) => crate::matrix::value(&crate::Data::Number(number)),
                None if value.is_empty() => Value::from(""),
                None => return Err(format!("Provided value '{value}' for input '{}' is not a number", input.name)),
            },
            "choice" if !input.options.contains(&value) => {
                return Err(format!(
                    "Provided value '{value}' for input '{}' not in the list of allowed values",
                    input.name
                ));
            }
            _ => Value::from(value),
        };
        all.put(&input.name, value);
    }
    Ok(all)
}
