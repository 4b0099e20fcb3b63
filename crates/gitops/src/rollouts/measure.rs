//! One measurement: a provider is asked, and its answer judged by the metric's conditions (`metricproviders/`,
//! `utils/evaluate`).

use super::{Meters, Moment, expression};
use manifest::Value;

pub(crate) struct Taken {
    pub phase: &'static str,
    pub value: String,
    pub message: String,
}

/// Providers of the real one that are not here.
const MISSING: [&str; 10] = [
    "job",
    "wavefront",
    "kayenta",
    "datadog",
    "newRelic",
    "cloudWatch",
    "graphite",
    "influxdb",
    "skywalking",
    "plugin",
];

pub(crate) fn provider_fault(provider: &Value) -> Option<String> {
    let there = |name: &&&str| !provider.at(name).is_null();
    if let Some(name) = MISSING.iter().find(there) {
        return Some(format!("provider {name} is real Argo Rollouts, but not part of this sandbox yet"));
    }
    let missing = [("prometheus", "rangeQuery"), ("prometheus", "authentication"), ("web", "authentication")];
    let given = missing.iter().find(|(name, field)| !provider.at(name).at(field).is_null());
    if let Some((name, field)) = given {
        return Some(format!("{name}.{field} is real Argo Rollouts, but not part of this sandbox yet"));
    }
    if !matches!(provider.str_at("web.method"), "" | "GET") {
        return Some("web.method other than GET is real Argo Rollouts, but not part of this sandbox yet".into());
    }
    match ["prometheus", "web"].iter().filter(there).count() {
        0 => Some("no provider specified".into()),
        1 => None,
        _ => Some("multiple providers specified".into()),
    }
}

/// As Go's `strconv.FormatFloat(x, 'f', -1, 64)` writes a number.
fn number_text(x: f64) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    format!("{x}")
}

pub(crate) fn take(metric: &Value, at: Moment<'_>, meters: &mut dyn Meters) -> Taken {
    let provider = metric.at("provider");
    let asked = if provider.at("prometheus").is_null() {
        web(provider.at("web"), at, meters)
    } else {
        prometheus(provider.at("prometheus"), at, meters)
    };
    let error = |message: String| Taken { phase: "Error", value: String::new(), message };
    match asked {
        Err(told) => error(told),
        Ok((result, value)) => match judged(metric, &result) {
            Ok(phase) => Taken { phase, value, message: String::new() },
            Err(told) => error(told),
        },
    }
}

/// The result for the conditions, and how the measurement shows it.
type Asked = Result<(Value, String), String>;

fn prometheus(provider: &Value, at: Moment<'_>, meters: &mut dyn Meters) -> Asked {
    let address = provider.str_at("address");
    if address.is_empty() {
        return Err("prometheus address is not configured".into());
    }
    if !address.contains("://") {
        return Err("prometheus address is not is url format".into());
    }
    let result = meters.query(at, address, provider.str_at("query"))?;
    let text = match &result {
        Value::List(items) => {
            let texts: Vec<String> = items.iter().map(|one| number_text(one.as_f64().unwrap_or(f64::NAN))).collect();
            ["[", &texts.join(","), "]"].concat()
        }
        one => number_text(one.as_f64().unwrap_or(f64::NAN)),
    };
    Ok((result, text))
}

fn web(provider: &Value, at: Moment<'_>, meters: &mut dyn Meters) -> Asked {
    let page = meters.get(at, provider.str_at("url"))?;
    if !(200..300).contains(&page.status) {
        return Err(format!("received non 2xx response code: {}", page.status));
    }
    let Ok(body) = Value::from_json(&page.body) else {
        return Ok((Value::from(page.body.as_str()), page.body));
    };
    let path = provider.str_at("jsonPath");
    let found = at_path(&body, path).map_err(|told| ["Could not find JSONPath in body: ", &told].concat())?;
    Ok((found.clone(), found.to_json()))
}

/// `{$.data.checks[0].ok}`; filters and wildcards are not here.
fn at_path<'v>(body: &'v Value, path: &str) -> Result<&'v Value, String> {
    let inner = path.trim().trim_start_matches('{').trim_end_matches('}').trim();
    let inner = inner.strip_prefix('$').unwrap_or(inner);
    if inner.contains(['*', '?', '@', ',', '(']) || inner.contains("..") {
        return Err(format!("{path} is real JSONPath, but not part of this sandbox yet"));
    }
    let mut value = body;
    for part in inner.split(['.', '[']).map(|part| part.trim_end_matches(']').trim_matches(['\'', '"'])) {
        if part.is_empty() {
            continue;
        }
        value = match part.parse::<usize>() {
            Ok(at) if value.as_list().is_some() => value.items().get(at),
            _ => value.get(part),
        }
        .ok_or_else(|| [part, " is not found"].concat())?;
    }
    Ok(value)
}

fn judged(metric: &Value, result: &Value) -> Result<&'static str, String> {
    let holds = |field: &str| match metric.str_at(field) {
        "" => Ok(None),
        text => expression::holds(text, result).map(Some),
    };
    Ok(match (holds("successCondition")?, holds("failureCondition")?) {
        (None, None) => "Successful",
        (_, Some(true)) | (Some(false), None) => "Failed",
        (Some(false), Some(false)) => "Inconclusive",
        _ => "Successful",
    })
}
