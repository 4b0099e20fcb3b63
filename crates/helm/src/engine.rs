//! A chart's templates to texts: Helm 3.17, `pkg/engine`.

use crate::capabilities::{self, Capabilities};
use crate::chart::Chart;
use crate::functions::{self, Seed};
use crate::{files, values};
use gotemplate::{Entries, Host, MapKind, Object, Place, Templates, Val, quoted};
use manifest::Value;
use order::{Arrange, OrdMap};
use std::rc::Rc;

/// Looks an object up by API version, kind, namespace and name; null where there is none.
pub type Lookup<'s> = dyn Fn(&str, &str, &str, &str) -> Value + 's;

pub(crate) const VALUES: MapKind = MapKind::Named("chartutil.Values");

/// What a rendering knows beside the chart.
pub struct Setting<'s> {
    pub capabilities: Capabilities,
    /// Linting: what is `required` may be missing, and `fail` does not.
    pub lint: bool,
    /// Microseconds since 1970, for `now`.
    pub now: i64,
    /// Where random texts come from.
    pub seed: u64,
    /// `lookup`: apiVersion, kind, namespace and name to an object, or a list without a name.
    pub lookup: Option<&'s Lookup<'s>>,
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("lint", &self.lint).field("now", &self.now).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Source {
    text: String,
    top: Val,
    folder: String,
}

/// Every template's text by its path, partials left out.
pub(crate) fn render(
    chart: &Chart,
    top: &Entries,
    setting: &Setting<'_>,
    log: values::Log<'_>,
) -> Result<OrdMap<String, String>, String> {
    let mut sources: OrdMap<String, Source> = OrdMap::new();
    collect(chart, chart.name(), true, top, &mut sources);
    let mut names: Vec<String> = sources.keys().cloned().collect();
    names.arrange_by(|a, b| {
        let depth = |name: &str| name.matches('/').count();
        depth(b).cmp(&depth(a)).then_with(|| b.cmp(a))
    });
    let mut templates = Templates::default();
    let mut host = Engine { setting, seed: Seed::new(setting.seed), log, included: OrdMap::new() };
    for name in &names {
        templates.parse(name, &sources[name].text, &host).map_err(|told| parse_error(name, &told))?;
    }
    let mut rendered = OrdMap::new();
    for name in &names {
        if base(name).starts_with('_') {
            continue;
        }
        let source = &sources[name];
        let own: Entries =
            [("Name".into(), Val::text(name.as_str())), ("BasePath".into(), Val::text(source.folder.as_str()))]
                .into_iter()
                .collect();
        if let Some(map) = source.top.as_map() {
            map.entries.borrow_mut().insert("Template".into(), Val::map_of(VALUES, own));
        }
        let text = templates.execute(name, source.top.clone(), 0, &mut host).map_err(|told| run_error(&told))?;
        rendered.insert(name.clone(), text.replace("<no value>", ""));
    }
    Ok(rendered)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn parse_error(name: &str, told: &str) -> String {
    let tokens: Vec<&str> = told.split(": ").collect();
    match tokens.as_slice() {
        [_, place, .., last] => format!("parse error at ({place}): {last}"),
        [_, last] => format!("parse error at ({last}): {last}"),
        _ => format!("parse error in ({name}): {told}"),
    }
}

const WARN_START: &str = "HELM_ERR_START";
const WARN_END: &str = "HELM_ERR_END";

fn run_error(told: &str) -> String {
    let mut tokens = told.splitn(3, ": ");
    if let (Some(_), Some(place), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) {
        let line_of = rest.lines().find_map(|line| {
            let from = line.find(WARN_START)? + WARN_START.len();
            let to = line.rfind(WARN_END).filter(|to| *to >= from)?;
            Some(&line[from..to])
        });
        if let Some(warning) = line_of {
            return format!("execution error at ({place}): {warning}");
        }
    }
    told.to_string()
}

const CHART_FIELDS: &[(&str, &str)] = &[
    ("Name", "name"),
    ("Home", "home"),
    ("Sources", "sources"),
    ("Version", "version"),
    ("Description", "description"),
    ("Keywords", "keywords"),
    ("Maintainers", "maintainers"),
    ("Icon", "icon"),
    ("APIVersion", "apiVersion"),
    ("Condition", "condition"),
    ("Tags", "tags"),
    ("AppVersion", "appVersion"),
    ("Deprecated", "deprecated"),
    ("Annotations", "annotations"),
    ("KubeVersion", "kubeVersion"),
    ("Dependencies", "dependencies"),
    ("Type", "type"),
];

/// `.Chart`.
fn metadata(chart: &Chart, root: bool) -> Val {
    let mut fields: Vec<(&'static str, Val)> = Vec::new();
    for (name, key) in CHART_FIELDS {
        let value = chart.metadata.at(key);
        let val = match (*name, value) {
            ("Sources" | "Keywords", list) => Val::texts(list.items().iter().map(Val::of).collect()),
            ("Annotations", map) => Val::map_of(
                MapKind::Texts,
                map.entries()
                    .iter()
                    .map(|(key, value)| (key.clone(), Val::text(gotemplate::shown(&Val::of(value)))))
                    .collect(),
            ),
            ("Deprecated", value) => Val::Bool(value.as_bool().unwrap_or(false)),
            ("Maintainers", list) => Val::list(list.items().iter().map(maintainer).collect()),
            ("Dependencies", _) => Val::list(chart.requirements.iter().map(dependency).collect()),
            (_, value) => Val::text(value.as_str().unwrap_or("")),
        };
        fields.push((name, val));
    }
    fields.push(("IsRoot", Val::Bool(root)));
    Val::Object(Rc::new(Object { type_name: "struct { chart.Metadata; IsRoot bool }", fields, text: None }))
}

fn maintainer(entry: &Value) -> Val {
    let text = |key: &str| Val::text(entry.str_at(key));
    let fields = vec![("Name", text("name")), ("Email", text("email")), ("URL", text("url"))];
    Val::Object(Rc::new(Object { type_name: "*chart.Maintainer", fields, text: None }))
}

fn dependency(entry: &crate::chart::Dependency) -> Val {
    let fields = vec![
        ("Name", Val::text(entry.name.as_str())),
        ("Version", Val::text(entry.version.as_str())),
        ("Repository", Val::text(entry.repository.as_str())),
        ("Condition", Val::text(entry.condition.as_str())),
        ("Tags", Val::texts(entry.tags.iter().map(|tag| Val::text(tag.as_str())).collect())),
        ("Enabled", Val::Bool(entry.enabled)),
        ("Alias", Val::text(entry.alias.as_str())),
    ];
    Val::Object(Rc::new(Object { type_name: "*chart.Dependency", fields, text: None }))
}

/// The templates of a chart and below, each with what it sees: a chart below sees its own part of the values.
fn collect(chart: &Chart, path: &str, root: bool, outer: &Entries, sources: &mut OrdMap<String, Source>) -> Val {
    let values = outer.get("Values").cloned().unwrap_or(Val::Nil);
    let own = if root {
        values
    } else {
        match values.get(chart.name()) {
            Val::Map(map) => Val::map_seen_as(VALUES, &map),
            _ => Val::map_of(VALUES, Entries::new()),
        }
    };
    let mut next: Entries = [
        ("Chart".into(), metadata(chart, root)),
        ("Files".into(), files::of(&chart.files)),
        ("Release".into(), outer.get("Release").cloned().unwrap_or(Val::Nil)),
        ("Capabilities".into(), outer.get("Capabilities").cloned().unwrap_or(Val::Nil)),
        ("Values".into(), own),
    ]
    .into_iter()
    .collect();
    let below: Entries = chart
        .charts
        .iter()
        .map(|sub| {
            let path = format!("{path}/charts/{}", sub.name());
            (sub.name().into(), collect(sub, &path, false, &next, sources))
        })
        .collect();
    next.insert("Subcharts".into(), Val::map(below));
    let top = Val::map(next);
    for template in &chart.templates {
        if chart.is_library() && !base(&template.name).starts_with('_') {
            continue;
        }
        let source = Source { text: template.text(), top: top.clone(), folder: format!("{path}/templates") };
        sources.insert(format!("{path}/{}", template.name), source);
    }
    top
}

struct Engine<'e, 's> {
    setting: &'e Setting<'s>,
    seed: Seed,
    log: values::Log<'e>,
    included: OrdMap<String, usize>,
}

impl Engine<'_, '_> {
    fn include(&mut self, at: &Place<'_>, name: &str, dot: Val) -> Result<Val, String> {
        let count = self.included.entry(name.to_string()).or_default();
        // Unlike Helm: a template that includes itself is stopped after 50 times, not 1,000: the browser's stack is small.
        if *count > 50 {
            return Err(format!("rendering template has a nested reference name: {name}: unable to execute template"));
        }
        *count += 1;
        let done = at.templates.execute(name, dot, at.depth, self);
        if let Some(count) = self.included.get_mut(name) {
            *count -= 1;
        }
        done.map(Val::text)
    }

    fn tpl(&mut self, at: &Place<'_>, text: &str, dot: Val) -> Result<Val, String> {
        let mut templates = at.templates.clone();
        templates
            .parse("gotpl", text, self)
            .map_err(|told| format!("cannot parse template {}: {told}", quoted(text)))?;
        if !templates.has("gotpl") {
            return Ok(Val::text(""));
        }
        let done = templates.execute("gotpl", dot, at.depth, self);
        match done {
            Ok(out) => Ok(Val::text(out.replace("<no value>", ""))),
            Err(told) => Err(format!("error during tpl function execution for {}: {told}", quoted(text))),
        }
    }

    fn required(&mut self, warning: &str, value: &Val) -> Result<Val, String> {
        let missing = matches!(value, Val::Nil) || value.as_str() == Some("");
        if !missing {
            return Ok(value.clone());
        }
        if self.setting.lint {
            self.log.push(format!("[INFO] Missing required value: {warning}"));
            return Ok(Val::text(""));
        }
        Err([WARN_START, warning, WARN_END].concat())
    }
}

impl Host for Engine<'_, '_> {
    fn signature(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "include" | "tpl" | "required" => "sa",
            "fail" => "s",
            "lookup" => "ssss",
            _ => return functions::signature(name),
        })
    }

    fn call(&mut self, at: &Place<'_>, name: &str, args: Vec<Val>) -> Result<Val, String> {
        let text = |index: usize| args.get(index).and_then(Val::as_str).unwrap_or("");
        let second = args.get(1).cloned().unwrap_or(Val::Nil);
        match name {
            "include" => self.include(at, text(0), second),
            "tpl" => self.tpl(at, text(0), second),
            "required" => self.required(text(0), &second),
            "fail" => {
                if self.setting.lint {
                    self.log.push(format!("[INFO] Fail: {}", text(0)));
                    return Ok(Val::text(""));
                }
                Err([WARN_START, text(0), WARN_END].concat())
            }
            "lookup" => Ok(match self.setting.lookup.filter(|_| !self.setting.lint) {
                Some(lookup) => Val::of(&lookup(text(0), text(1), text(2), text(3))),
                None => Val::map(Entries::new()),
            }),
            _ => functions::call(name, &args, self.setting.now, &mut self.seed),
        }
    }

    fn method(&self, of: &Val, name: &str) -> Option<&'static str> {
        match of {
            Val::Map(map) if map.kind == files::FILES => files::method(name),
            Val::Map(map) if map.kind == VALUES && name == "AsMap" => Some(""),
            Val::Time(_) => functions::time_method(name),
            _ => capabilities::method(of, name),
        }
    }

    fn call_method(&mut self, of: &Val, name: &str, args: Vec<Val>) -> Result<Val, String> {
        Ok(match of {
            Val::Map(map) if map.kind == files::FILES => files::call(&map.entries.borrow(), name, &args),
            Val::Map(_) => of.clone(),
            Val::Time(at) => functions::call_time(*at, name, &args),
            _ => capabilities::call(of, &args),
        })
    }
}
