//! `values.schema.json`: values checked in the words of xeipuuv/gojsonschema.

use crate::chart::Chart;
use manifest::Value;

/// Checks a chart's values and those of the charts below.
pub(crate) fn check(chart: &Chart, values: &Value) -> Result<(), String> {
    let mut told = String::new();
    add(chart, values, &mut told);
    if told.is_empty() {
        return Ok(());
    }
    Err(format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{told}"))
}

fn add(chart: &Chart, values: &Value, told: &mut String) {
    if let Some(schema) = &chart.schema
        && let Some(wrong) = wrong(&String::from_utf8_lossy(schema), values)
    {
        told.push_str(&[chart.name(), ":\n", &wrong].concat());
    }
    for sub in &chart.charts {
        add(sub, values.get(sub.name()).unwrap_or(Value::null()), told);
    }
}

/// What values have wrong to a schema.
pub(crate) fn wrong(schema: &str, values: &Value) -> Option<String> {
    let schema = match Value::from_json(schema) {
        Ok(schema) => schema,
        Err(error) => return Some(error.to_string()),
    };
    let mut errors = Vec::new();
    crate::schema_rules::check(&schema, &schema, &crate::load::wholes(values), "(root)", &mut errors, 0);
    let lines: String = errors.iter().map(|error| ["- ", error, "\n"].concat()).collect();
    (!lines.is_empty()).then_some(lines)
}
