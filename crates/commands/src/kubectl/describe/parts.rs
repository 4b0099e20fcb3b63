//! The parts that descriptions share: lines with columns, labels, annotations, tolerations, times.

use super::super::columns;
use cluster::{LabelSelector, Object};
use manifest::{Map, Value};
use order::Arrange;
use sim::Time;

/// Lines with tabs, laid out when they are flushed.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub text: String,
    done: String,
}

impl Writer {
    /// One line at a depth; each level is two spaces.
    pub fn line(&mut self, level: usize, text: &str) {
        self.text.push_str(&"  ".repeat(level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line of a name and a value.
    pub fn pair(&mut self, level: usize, name: &str, value: impl std::fmt::Display) {
        self.line(level, &format!("{name}:\t{value}"));
    }

    /// Lays out what is there; what follows has columns of its own.
    pub fn flush(&mut self) {
        self.done.push_str(&columns::described(&std::mem::take(&mut self.text)));
    }

    pub fn finish(mut self) -> String {
        self.flush();
        self.done
    }
}

const ANNOTATION_MAX: usize = 140;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// `Labels:  app=web`, one a line.
pub(super) fn labels(w: &mut Writer, title: &str, labels: &Map) {
    if labels.is_empty() {
        return w.line(0, &format!("{title}:\t<none>"));
    }
    for (at, (key, value)) in labels.iter().enumerate() {
        let head = if at == 0 { format!("{title}:") } else { String::new() };
        w.line(0, &format!("{head}\t{key}={}", text(value)));
    }
}

/// Annotations but for the one of `apply`; long ones stand below their name.
pub(super) fn annotations(w: &mut Writer, title: &str, annotations: &Map) {
    let shown: Vec<_> = annotations
        .iter()
        .filter(|(key, _)| key.as_ref() != "kubectl.kubernetes.io/last-applied-configuration")
        .collect();
    if shown.is_empty() {
        return w.line(0, &format!("{title}:\t<none>"));
    }
    for (at, (key, value)) in shown.into_iter().enumerate() {
        let head = if at == 0 { format!("{title}:") } else { String::new() };
        let value = text(value).strip_suffix('\n').unwrap_or(text(value));
        if value.len() + key.len() + 2 > ANNOTATION_MAX || value.contains('\n') {
            w.line(0, &format!("{head}\t{key}:"));
            for line in value.split('\n') {
                w.line(0, &format!("\t  {}", shortened(line, ANNOTATION_MAX - 2)));
            }
        } else {
            w.line(0, &format!("{head}\t{key}: {value}"));
        }
    }
}

fn shortened(line: &str, max: usize) -> String {
    if line.chars().count() <= max {
        line.to_string()
    } else {
        format!("{}...", line.chars().take(max).collect::<String>())
    }
}

pub(super) fn tolerations(w: &mut Writer, title: &str, tolerations: &[Value]) {
    if tolerations.is_empty() {
        return w.line(0, &format!("{title}:\t<none>"));
    }
    let mut sorted: Vec<&Value> = tolerations.iter().collect();
    sorted.arrange_by_key(|t| t.str_at("key").to_string());
    for (at, toleration) in sorted.into_iter().enumerate() {
        let (key, value, effect) = (toleration.str_at("key"), toleration.str_at("value"), toleration.str_at("effect"));
        let mut line = if at == 0 { format!("{title}:\t{key}") } else { format!("\t{key}") };
        if !value.is_empty() {
            line.push_str(&format!("={value}"));
        }
        if !effect.is_empty() {
            line.push_str(&format!(":{effect}"));
        }
        if toleration.str_at("operator") == "Exists" && value.is_empty() {
            line.push_str(if key.is_empty() && effect.is_empty() { "op=Exists" } else { " op=Exists" });
        }
        if let Some(secs) = toleration.int_at("tolerationSeconds") {
            line.push_str(&format!(" for {secs}s"));
        }
        w.line(0, &line);
    }
}

/// `Fri, 05 Jun 2026 18:42:10 +0000`
pub(super) fn rfc1123(time: Time) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let c = time.civil();
    let day = DAYS.get(usize::try_from(c.weekday).unwrap_or(0)).unwrap_or(&"");
    let month = MONTHS.get(usize::try_from(c.month).unwrap_or(1).saturating_sub(1)).unwrap_or(&"");
    format!("{day}, {:02} {month} {:04} {:02}:{:02}:{:02} +0000", c.day, c.year, c.hour, c.minute, c.second)
}

/// The moment at a path in that form; the year 1 where there is none, as Go prints a zero time.
pub(super) fn time(value: &Value, path: &str) -> String {
    cluster::time_at(value, path).map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".into(), rfc1123)
}

pub(super) fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// `ReplicaSet/web-5d8f`; empty where nobody controls it.
pub(super) fn controller(object: &cluster::Object) -> String {
    object.controller().map_or_else(String::new, |owner| format!("{}/{}", owner.str_at("kind"), owner.str_at("name")))
}

/// A number or a text, as Go prints an `IntOrString`.
pub(super) fn int_or_text(value: &Value) -> String {
    match value {
        Value::Int(n) => n.to_string(),
        other => text(other).to_string(),
    }
}

/// What most descriptions begin with; the namespace only where there is one.
pub(super) fn head(w: &mut Writer, object: &Object) {
    w.pair(0, "Name", object.name());
    if !object.namespace().is_empty() {
        w.pair(0, "Namespace", object.namespace());
    }
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
}

/// `a=b,c=d`, or `<none>`: labels on one line.
pub(super) fn on_one_line(map: &Map) -> String {
    let all: Vec<String> = map.iter().map(|(key, value)| format!("{key}={}", text(value))).collect();
    if all.is_empty() { "<none>".into() } else { all.join(",") }
}

/// `[a b]`: a list of texts as Go prints it.
pub(super) fn go_list(items: &[Value]) -> String {
    let words: Vec<&str> = items.iter().map(text).collect();
    format!("[{}]", words.join(" "))
}

/// The texts of a list with a separator between.
pub(super) fn joined(items: &[Value], separator: &str) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(separator)
}

/// An amount in its canonical form; nothing is `0`.
pub(super) fn amount(value: &Value) -> String {
    let text = int_or_text(value);
    if value.is_null() { "0".into() } else { cluster::canonical(&text).unwrap_or(text) }
}

pub(super) fn selector(value: &Value) -> String {
    LabelSelector::from_value(value).to_string()
}

/// A field by its title, where the object has it.
pub(super) fn if_set(w: &mut Writer, title: &str, value: &Value) {
    if !value.is_null() {
        w.pair(0, title, plain(value));
    }
}

/// A scalar as Go prints it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    }
}

/// A field, or `<unset>`.
pub(super) fn or_unset(value: &Value) -> String {
    if value.is_null() { "<unset>".into() } else { plain(value) }
}
