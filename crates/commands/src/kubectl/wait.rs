//! `kubectl wait`: until a condition holds, an object is there or gone, or a field has a value.

use super::arguments::{Wanted, selectors};
use super::files::{self, Loaded};
use super::flags::{Given, text};
use super::jsonpath::{Template, text_of};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, Phase, duration, follow, subjects};
use cluster::{KindId, Object, Selectors};
use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "wait",
    operands: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) \
               [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
    summary: "Wait for a specific condition on one or many resources.",
    examples: &[
        ("Until a pod is ready", "kubectl wait --for=condition=Ready pod/web-5d8f-abcde"),
        ("Until all pods of an app are ready", "kubectl wait --for=condition=Ready pod -l app=web --timeout=60s"),
        ("Until a field has a value", "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web-5d8f-abcde"),
        ("Until it is gone", "kubectl wait --for=delete pod/web-5d8f-abcde --timeout=60s"),
    ],
    flags: &[
        subjects::ALL,
        subjects::ALL_NAMESPACES,
        subjects::FIELDS,
        subjects::FILENAME,
        text("for", '\0', "", "create, delete, condition=NAME[=VALUE] or jsonpath='{EXPRESSION}'[=VALUE]."),
        subjects::OUTPUT,
        super::flags::on("recursive", "Go into the folders that -f names."),
        subjects::SELECTOR,
        text("timeout", '\0', "30s", "How long to wait; zero looks once, negative waits for a week."),
    ],
    missing: &["allow-missing-template-keys", "local", "show-managed-fields", "template"],
    run,
};

/// What is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum For {
    Create,
    Delete,
    Condition(String, String),
    /// An expression, and the value that it must have.
    Path(String, Option<String>),
}

fn read(text: &str) -> Result<For, Stop> {
    let unknown = || Stop::error(format!("unrecognized condition: {text:?}"));
    if text.eq_ignore_ascii_case("delete") {
        return Ok(For::Delete);
    }
    if text.eq_ignore_ascii_case("create") {
        return Ok(For::Create);
    }
    if let Some(rest) = text.strip_prefix("condition=") {
        let (name, value) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(For::Condition(name.into(), value.into()));
    }
    let Some(rest) = text.strip_prefix("jsonpath=") else { return Err(unknown()) };
    let parts = split_once_each(rest);
    let (path, value) = match &parts[..] {
        [path] => (path, None),
        [path, value] => (path, Some(value.trim_matches(['\'', '"']).to_string())),
        _ => {
            return Err(Stop::error(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                 --for=jsonpath='{.status.readyReplicas}'",
            ));
        }
    };
    let inner = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    if inner.contains(['{', '}']) {
        return Err(Stop::error(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
        ));
    }
    if value.as_ref().is_some_and(String::is_empty) {
        return Err(Stop::error(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ));
    }
    if inner.is_empty() {
        return Err(Stop::error("jsonpath expression cannot be empty"));
    }
    Template::relaxed(path)?;
    Ok(For::Path(path.clone(), value))
}

/// Splits at single equal signs: `==` belongs to an expression.
fn split_once_each(text: &str) -> Vec<String> {
    let (mut parts, mut rest) = (vec![String::new()], text);
    while let Some(c) = rest.chars().next() {
        let last = parts.len() - 1;
        if let Some(tail) = rest.strip_prefix("==") {
            parts[last].push_str("==");
            rest = tail;
            continue;
        }
        if c == '=' {
            parts.push(String::new());
        } else {
            parts[last].push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    parts
}

impl For {
    /// kubectl `cmd/wait`: whether an object meets it.
    fn met(&self, value: &Value) -> Result<bool, Stop> {
        match self {
            Self::Create => Ok(true),
            Self::Delete => Ok(false),
            Self::Condition(name, wanted) => {
                let all = value.list_at("status.conditions").iter();
                let Some(found) = all.into_iter().find(|c| c.str_at("type").eq_ignore_ascii_case(name)) else {
                    return Ok(false);
                };
                let seen = found.int_at("observedGeneration").or_else(|| value.int_at("status.observedGeneration"));
                let old = seen.zip(value.int_at("metadata.generation")).is_some_and(|(seen, now)| seen < now);
                Ok(!old && found.str_at("status").eq_ignore_ascii_case(wanted))
            }
            Self::Path(path, wanted) => {
                let template = Template::relaxed(path)?;
                let found = template.values(value);
                if found.len() > 1 {
                    return Err(Stop::error("given jsonpath expression matches more than one value"));
                }
                match (found.first().map(|found| &**found), wanted) {
                    (None, _) => Ok(false),
                    (Some(_), None) => Ok(true),
                    (Some(Value::Map(_) | Value::List(_)), _) => {
                        let told = "jsonpath leads to a nested object or list which is not supported";
                        Err(Stop::error(told))
                    }
                    (Some(found), Some(wanted)) => Ok(text_of(found).trim() == wanted.trim()),
                }
            }
        }
    }
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let wanted = read(given.text("for"))?;
    let output = super::output::Output::parse(given.text("output"))?;
    let text = given.text("timeout");
    let limit = match text.strip_prefix('-') {
        Some(rest) => {
            duration::parse("wait", "timeout", rest)?;
            Duration::from_secs(168 * 3_600)
        }
        None => duration::parse("wait", "timeout", text)?,
    };
    let now = kube.cx.now();
    let names = given.all("filename");
    if names.is_empty() && given.operands.is_empty() {
        return Err(Stop::said(super::rollout::NOTHING));
    }
    let what = if names.is_empty() {
        What::Words {
            operands: given.operands.clone(),
            labels: given.text("selector").into(),
            fields: given.text("field-selector").into(),
            all: given.has("all"),
            everywhere: given.has("all-namespaces"),
        }
    } else {
        let Loaded::Ready(manifests) = files::load(kube, &names, given.has("recursive"))? else {
            return Kube::wait(Phase::Start, Step::Stdin);
        };
        let place = |m: &files::Manifest| (m.kind.id, m.namespace.clone(), m.value.str_at("metadata.name").to_string());
        What::Places(manifests.iter().map(place).collect())
    };
    let namespace = kube.namespace.clone();
    let waiting = Waiting { what, namespace, left: None, wanted, output, limit, end: now + limit, told: Vec::new() };
    waiting.step(kube)
}

type Place = (KindId, String, String);

#[derive(Debug, Clone, Serialize, Deserialize)]
enum What {
    Words { operands: Vec<String>, labels: String, fields: String, all: bool, everywhere: bool },
    Places(Vec<Place>),
}

/// Waiting for objects, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    what: What,
    namespace: String,
    /// The objects that are waited for, with their uids; nothing before they were found.
    left: Option<Vec<(Place, String)>>,
    wanted: For,
    output: super::output::Output,
    limit: Duration,
    end: Time,
    /// What went wrong so far.
    told: Vec<String>,
}

impl Waiting {
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        kube.namespace.clone_from(&self.namespace);
        let now = kube.cx.now();
        if self.left.is_none() {
            match self.find(kube)? {
                Some(found) => self.left = Some(found),
                None if now >= self.end => return Err(Stop::error("timed out waiting for the condition")),
                None => {
                    let end = self.end;
                    return Kube::wait(Phase::Wait(Box::new(self)), Step::Change(end));
                }
            }
        }
        let mut left = self.left.take().unwrap_or_default();
        while let Some((place, uid)) = left.first().cloned() {
            let object = kube.store().get(place.0, &place.1, &place.2).cloned();
            if self.is_over(kube, &place, &uid, object.as_deref())? {
                left.remove(0);
                continue;
            }
            if now < self.end && !self.limit.is_zero() {
                self.left = Some(left);
                let step = follow::change(now, now, Some(self.end));
                return Kube::wait(Phase::Wait(Box::new(self)), step);
            }
            let plural = kube.info(place.0).plural;
            self.told.push(if self.limit.is_zero() {
                format!("condition not met for {plural}/{}", place.2)
            } else {
                format!("timed out waiting for the condition on {plural}/{}", place.2)
            });
            left.remove(0);
        }
        match &self.told[..] {
            [] => Ok(Next::Done(0)),
            [one] if one.starts_with("Error from server") => Err(Stop::said(one.clone())),
            [one] => Err(Stop::error(one)),
            all => Err(Stop::said(all.join("\n"))),
        }
    }

    /// Whether one object needs no more waiting: it is as it should be, or it cannot become so.
    fn is_over(
        &mut self,
        kube: &mut Kube<'_, '_>,
        place: &Place,
        uid: &str,
        object: Option<&Object>,
    ) -> Result<bool, Stop> {
        let info = kube.info(place.0);
        let same = object.filter(|object| *object.uid == *uid);
        let met = match (&self.wanted, same) {
            (For::Delete, found) => found.is_none(),
            (_, None) => {
                let status = cluster::Status::not_found(info.resource(), &place.2);
                self.told.push(super::kube::told(&status, "").trim_end().to_string());
                return Ok(true);
            }
            (wanted, Some(object)) => wanted.met(&object.value)?,
        };
        if met {
            let name = format!("{}/{}", super::kube::qualified(&info), place.2);
            let text = match (&self.output, object) {
                (super::output::Output::Table { .. }, _) => format!("{name} condition met\n"),
                (super::output::Output::Name, _) | (_, None) => format!("{name}\n"),
                (output, Some(object)) => output.print_value(&object.value)?,
            };
            kube.out(text);
        }
        Ok(met)
    }

    /// The objects that are meant; nothing where they are waited for and not there yet.
    fn find(&self, kube: &mut Kube<'_, '_>) -> Result<Option<Vec<(Place, String)>>, Stop> {
        let of = |object: &Object| {
            let place = (object.key.kind, object.namespace().to_string(), object.name().to_string());
            (place, object.uid.to_string())
        };
        let creating = matches!(self.wanted, For::Create);
        let deleting = matches!(self.wanted, For::Delete);
        let found = match &self.what {
            What::Places(places) => {
                let mut found = Vec::new();
                for (kind, namespace, name) in places {
                    found.push(kube.get(*kind, namespace, name).map(|object| of(&object)));
                }
                found
            }
            What::Words { operands, labels, fields, all, everywhere } => {
                let chosen = selectors(labels, fields)?;
                let wanted: Wanted = kube.wanted(operands)?;
                if wanted.named.is_empty() {
                    if chosen == Selectors::default() && !all {
                        return Err(Stop::error("resource(s) were provided, but no name was specified"));
                    }
                    let objects = kube.objects(&wanted, *everywhere, &chosen)?;
                    objects.iter().map(|object| Ok(of(object))).collect()
                } else {
                    let one = |(kind, name): &(cluster::KindInfo, String)| kube.fetch(kind, name).map(|o| of(&o));
                    wanted.named.iter().map(one).collect()
                }
            }
        };
        let missing = |stop: &Stop| stop.message.contains("(NotFound)");
        let mut all = Vec::new();
        for one in found {
            match one {
                Ok(one) => all.push(one),
                Err(stop) if creating && missing(&stop) => return Ok(None),
                Err(stop) if deleting && missing(&stop) => {}
                Err(stop) => return Err(stop),
            }
        }
        match (all.is_empty(), creating) {
            (true, true) => Ok(None),
            (true, false) if !deleting => Err(Stop::error("no matching resources found")),
            _ => Ok(Some(all)),
        }
    }
}
