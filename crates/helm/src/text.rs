//! One text with Go's template language and Helm's functions, without a chart: what Argo CD's ApplicationSets write.

use crate::functions::{self, Seed};
use gotemplate::{Host, Place, Templates, Val};
use manifest::Value;

struct Plain {
    now: i64,
    seed: Seed,
}

impl Host for Plain {
    fn signature(&self, name: &str) -> Option<&'static str> {
        match name {
            "normalize" => Some("s"),
            // What a chart alone has, and what Argo CD takes away.
            "include" | "tpl" | "required" | "lookup" | "env" | "expandenv" | "getHostByName" => None,
            _ => functions::signature(name),
        }
    }

    fn call(&mut self, _: &Place<'_>, name: &str, args: Vec<Val>) -> Result<Val, String> {
        if name == "normalize" {
            return Ok(Val::text(normalized(args.first().and_then(Val::as_str).unwrap_or(""))));
        }
        functions::call(name, &args, self.now, &mut self.seed)
    }

    fn method(&self, of: &Val, name: &str) -> Option<&'static str> {
        matches!(of, Val::Time(_)).then(|| functions::time_method(name)).flatten()
    }

    fn call_method(&mut self, of: &Val, name: &str, args: Vec<Val>) -> Result<Val, String> {
        match of {
            Val::Time(at) => Ok(functions::call_time(*at, name, &args)),
            _ => Err(["no method ", name].concat()),
        }
    }
}

/// A name that Kubernetes takes: lower case, other letters as dashes (`utils.SanitizeName`).
pub fn normalized(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '.' { c } else { '-' };
    let name: String = name.to_lowercase().chars().map(keep).take(253).collect();
    name.trim_matches(['-', '.']).to_string()
}

/// What a template makes of a value; the error is Go's.
pub fn text(template: &str, dot: &Value, now: i64) -> Result<String, String> {
    let mut host = Plain { now, seed: Seed::new(now.unsigned_abs()) };
    let mut templates = Templates::default();
    let wrong = |what: &str, told: String| format!("failed to {what} {template}: {told}");
    templates.parse("", template, &host).map_err(|told| wrong("parse template", told))?;
    if !templates.has("") {
        return Ok(String::new());
    }
    templates.execute("", Val::of(dot), 0, &mut host).map_err(|told| wrong("execute go template", told))
}

#[cfg(test)]
mod tests {
    use super::{normalized, text};
    use manifest::Value;

    #[test]
    fn a_text_sees_its_value_and_sprigs_functions() {
        let dot =
            Value::from_yaml("{path: {basename: Web_App, segments: [apps, web]}, acts: 3}").expect("a valid text");
        let told = |template: &str| text(template, &dot, 0);
        assert_eq!(told("{{ .path.basename | lower }}-{{ index .path.segments 0 }}").as_deref(), Ok("web_app-apps"));
        assert_eq!(told("{{ normalize .path.basename }}{{ add .acts 1 }}").as_deref(), Ok("web-app4"));
        assert_eq!(told("{{ .missing }}").as_deref(), Ok("<no value>"));
        assert!(told("{{ env \"HOME\" }}").is_err_and(|told| told.contains("function \"env\" not defined")));
        assert_eq!(normalized("-My_App.v1-"), "my-app.v1");
    }
}
