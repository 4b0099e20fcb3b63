//! jq's own functions: those that are written in jq, and those that are not.

use super::eval::{Item, Machine, Out, Run, Stop, fail};
use super::format::plain;
use super::json::{Json, Style};
use super::json_read::Reader;
use super::operate::{contains, split};
use super::reach::indexed;
use super::scope::Env;
use super::syntax::Ast;
use order::Arrange;
use std::rc::Rc;

/// What is defined in terms of the rest.
pub(crate) const PRELUDE: &str = r#"
def map(f): [.[] | f]; def select(f): if f then . else empty end; def values: select(. != null);
def nulls: select(. == null); def booleans: select(type == "boolean"); def numbers: select(type == "number");
def strings: select(type == "string"); def arrays: select(type == "array"); def objects: select(type == "object");
def iterables: select(type == "array" or type == "object"); def scalars: select(type != "array" and type != "object");
def recurse(f): def r: ., (f | r); r; def recurse(f; c): def r: ., (f | select(c) | r); r; def recurse: recurse(.[]?);
def add: reduce .[] as $x (null; . + $x); def add(f): reduce f as $x (null; . + $x);
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries: reduce .[] as $x ({}; . + { ($x | if type == "object" then (if has("key") then .key elif has("k") then .k elif has("name") then .name elif has("Name") then .Name elif has("Key") then .Key elif has("K") then .K else null end) else . end | if type == "string" then . else tojson end): ($x | if type == "object" then (if has("value") then .value elif has("v") then .v elif has("Value") then .Value else .V end) else null end) });
def with_entries(f): to_entries | map(f) | from_entries;
def any: reduce .[] as $x (false; . or $x); def all: reduce .[] as $x (true; . and $x);
def any(f): reduce (.[] | f) as $x (false; . or $x); def all(f): reduce (.[] | f) as $x (true; . and $x);
def first(f): label $out | (f | ., break $out); def last(f): reduce f as $x (null; $x);
def first: .[0]; def last: .[-1]; def nth($n): .[$n];
def isempty(g): label $go | (g | false, break $go), true;
def any(g; c): isempty(first(g | c | select(.))) | not; def all(g; c): isempty(first(g | c | select(. | not)));
def limit($n; f): if $n > 0 then label $out | foreach f as $x (0; . + 1; $x, if . >= $n then break $out else empty end) else empty end;
def nth($n; f): last(limit($n + 1; f)); def until(c; u): def r: if c then . else (u | r) end; r;
def while(c; u): def r: if c then ., (u | r) else empty end; r; def repeat(f): def r: f | (., r); r;
def in(xs): . as $x | xs | has($x); def inside(xs): . as $x | xs | contains($x);
def del(f): delpaths([path(f)]); def paths: path(..) | select(length > 0);
def paths(f): path(.. | select(f)) | select(length > 0); def leaf_paths: paths(scalars);
def map_values(f): .[] |= f; def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def sort_by(f): _by([.[] | [f]]; "sort"); def group_by(f): _by([.[] | [f]]; "group"); def unique_by(f): [group_by(f)[] | .[0]];
def min_by(f): _by([.[] | [f]]; "min"); def max_by(f): _by([.[] | [f]]; "max"); def unique: unique_by(.);
def ascii: [.] | implode; def todate: strftime("%Y-%m-%dT%H:%M:%SZ"); def fromdateiso8601: fromdate; def todateiso8601: todate;
def dateadd(u; n): . + n; def date: todate; def finites: select(isinfinite or isnan | not); def normals: select(isnormal);
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;
def transpose: if . == [] then [] else . as $in | (map(length) | max) as $max | [range(0; $max) as $j | [range(0; $in | length) as $i | $in[$i][$j]]] end;
def test($r; $f): _match($r; $f; true); def test(r): test(r; null); def match($r; $f): _match($r; $f; false) | .[];
def match(r): match(r; null);
def capture($r; $f): match($r; $f) | [.captures | .[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def capture(r): capture(r; null);
def scan($r): match($r; "g") | if (.captures | length) > 0 then [.captures | .[] | .string] else .string end;
def sub($r; s; $f): . as $in | [match($r; $f)] as $ms | [foreach ($ms | .[], null) as $m ({at: 0, text: null}; .at as $at | if $m == null then .text = $in[$at:] else ($m | [.captures | .[] | select(.name != null) | {key: .name, value: .string}] | from_entries) as $c | .text = $in[$at:$m.offset] + ($c | s) | .at = $m.offset + $m.length end; .text)] | add;
def sub($r; s): sub($r; s; ""); def gsub($r; s; $f): sub($r; s; $f + "g"); def gsub($r; s): sub($r; s; "g");
def split($r; $f): . as $s | [foreach (match($r; $f + "g"), null) as $m ({at: 0}; .at as $at | if $m == null then .text = $s[$at:] else .text = $s[$at:$m.offset] | .at = $m.offset + $m.length end; .text)];
def splits($r; $f): split($r; $f) | .[]; def splits($r): splits($r; null);
def INDEX(s; f): reduce s as $r ({}; .[$r | f | tostring] |= $r); def INDEX(f): INDEX(.[]; f);
def IN(s): any(s == .; .); def IN(src; s): any(src == s; .);
def join($s): reduce .[] as $x (null; (if . == null then "" else . + $s end) + ($x | if . == null then "" elif type == "string" then . else tojson end)) // "";
def input_line_number: 0; def debug(m): (m | debug | empty), .; def inputs: label $done | def r: (try input catch (if . == "No more inputs" then break $done else error end)) | (., r); r; def env: $ENV; def halt_error: halt_error(5); def todate(f): strftime(f);
def index($s): indices($s) | .[0]; def rindex($s): indices($s) | .[-1]; def error(m): m | error; def range($n): range(0; $n);
def pick(p): . as $top | reduce path(p) as $q (null; setpath($q; $top | getpath($q))); def abs: if . < 0 then -. else . end;
def toarray: if type == "array" then . else [.] end; def have_literal_numbers: true;
"#;

/// A value with its kind, as errors show it.
pub(super) fn shown(value: &Json) -> String {
    format!("{} ({})", value.kind(), short(value))
}

pub(super) fn shown_null(value: &Json) -> String {
    if *value == Json::Null { "null".into() } else { shown(value) }
}

/// A value as errors show it: its beginning.
pub(super) fn short(value: &Json) -> String {
    let text = value.write(&Style::default());
    if text.len() <= 11 {
        return text;
    }
    let cut = (0..=10).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..cut])
}

/// A function that is not written in jq.
pub(super) fn call<'a>(
    machine: &mut Machine<'_>,
    name: &str,
    args: &'a [Ast],
    env: &Env<'a>,
    item: Item,
    out: Out<'_>,
) -> Run<()> {
    if machine.yaml && matches!((name, args.len()), ("path" | "key", 0) | ("delpaths", 1) | ("setpath", 2)) {
        return placed(machine, name, args, env, item, out);
    }
    let value = item.value.clone();
    match (name, args) {
        ("empty", []) => return Ok(()),
        ("error", []) => return Err(Stop::Error(value)),
        ("path", [f]) => {
            for (path, _) in machine.paths(f, env, &value)? {
                out(machine, Item::new(Json::List(path)))?;
            }
            return Ok(());
        }
        ("getpath", [path]) => {
            for path in machine.all(path, env, &value)? {
                let Json::List(path) = path else { return fail("Path must be specified as an array") };
                let mut at = item.clone();
                for key in path.iter() {
                    at = indexed(&at, key)?;
                }
                out(machine, at)?;
            }
            return Ok(());
        }
        ("range", [from, to]) => {
            for to in machine.all(to, env, &value)? {
                for from in machine.all(from, env, &value)? {
                    range(machine, (&from, &to, 1.0), out)?;
                }
            }
            return Ok(());
        }
        ("range", [from, to, step]) => {
            for from in machine.all(from, env, &value)? {
                for to in machine.all(to, env, &value)? {
                    for step in machine.all(step, env, &value)? {
                        let Json::Number(step) = step else { return fail("Range bounds must be numeric") };
                        range(machine, (&from, &to, step), out)?;
                    }
                }
            }
            return Ok(());
        }
        ("input", []) => {
            return match machine.inputs.next() {
                Some(Ok(value)) => out(machine, Item::new(value)),
                Some(Err(message)) => fail(message),
                None => fail("No more inputs"),
            };
        }
        ("debug" | "stderr", []) => {
            let text = value.write(&Style::default());
            machine.said.push_str(&if name == "debug" { format!("[\"DEBUG:\",{text}]\n") } else { text });
            return out(machine, item);
        }
        ("halt", []) => return Err(Stop::Halt(0, None)),
        ("halt_error", [code]) => {
            let code = machine.all(code, env, &value)?.pop();
            let Some(Json::Number(code)) = code else { return fail("halt_error/1: number required") };
            let code = super::paths::place(code, 0).unwrap_or(5);
            return Err(Stop::Halt(i32::try_from(code & 255).unwrap_or(5), Some(value)));
        }
        _ => {}
    }
    with_values(machine, name, args, env, item, out)
}

/// yq's functions that know where a value stands, and updates that leave it there.
fn placed<'a>(
    machine: &mut Machine<'_>,
    name: &str,
    args: &'a [Ast],
    env: &Env<'a>,
    item: Item,
    out: Out<'_>,
) -> Run<()> {
    let path = item.path.clone();
    match name {
        "path" => path.map_or(Ok(()), |path| out(machine, Item::new(Json::List(path)))),
        "key" => match path.and_then(|path| path.last().cloned()) {
            Some(key) => out(machine, Item::new(key)),
            None => Ok(()),
        },
        _ => with_values(machine, name, args, env, item, &mut |m, done| out(m, Item { path: path.clone(), ..done })),
    }
}

/// Functions of values: one result for each choice of their arguments.
fn with_values<'a>(
    machine: &mut Machine<'_>,
    name: &str,
    args: &'a [Ast],
    env: &Env<'a>,
    item: Item,
    out: Out<'_>,
) -> Run<()> {
    let value = item.value;
    // All others take values: one result for each choice of them.
    let mut choices: Vec<Vec<Json>> = vec![Vec::new()];
    for arg in args {
        let values = machine.all(arg, env, &value)?;
        choices = values
            .iter()
            .flat_map(|value| choices.iter().map(move |before| before.iter().cloned().chain([value.clone()]).collect()))
            .collect();
    }
    for choice in choices {
        let own = if machine.yaml { crate::yq::function(machine, name, &value, &choice)? } else { None };
        let result = match own
            .map_or_else(|| super::functions::function(machine, name, &value, &choice), |own| Ok(Some(own)))?
        {
            Some(result) => result,
            None => return fail(format!("{name}/{} is not defined", args.len())),
        };
        out(machine, Item::new(result))?;
    }
    Ok(())
}

fn range(machine: &mut Machine<'_>, (from, to, step): (&Json, &Json, f64), out: Out<'_>) -> Run<()> {
    let (Json::Number(from), Json::Number(to)) = (from, to) else { return fail("Range bounds must be numeric") };
    let mut at = *from;
    while (step > 0.0 && at < *to) || (step < 0.0 && at > *to) {
        out(machine, Item::new(Json::Number(at)))?;
        at += step;
    }
    Ok(())
}

/// `sort_by` and its like: the keys were computed in jq.
pub(super) fn by(value: &Json, keys: &Json, how: &str) -> Run<Json> {
    let (Json::List(items), Json::List(keys)) = (value, keys) else {
        return fail(format!("{} cannot be sorted, as it is not an array", shown(value)));
    };
    let mut pairs: Vec<(&Json, &Json)> = keys.iter().zip(items.iter()).collect();
    match how {
        "min" | "max" => {
            let mut best: Option<(&Json, &Json)> = None;
            for pair in pairs {
                let better = best.is_none_or(|best| match how {
                    "min" => pair.0.order(best.0).is_lt(),
                    _ => pair.0.order(best.0).is_ge(),
                });
                if better {
                    best = Some(pair);
                }
            }
            Ok(best.map_or(Json::Null, |(_, item)| item.clone()))
        }
        "sort" => {
            pairs.arrange_by(|a, b| a.0.order(b.0));
            Ok(Json::list(pairs.into_iter().map(|(_, item)| item.clone()).collect()))
        }
        _ => {
            pairs.arrange_by(|a, b| a.0.order(b.0));
            let mut groups: Vec<(&Json, Vec<Json>)> = Vec::new();
            for (key, item) in pairs {
                match groups.last_mut() {
                    Some((last, group)) if last.order(key).is_eq() => group.push(item.clone()),
                    _ => groups.push((key, vec![item.clone()])),
                }
            }
            Ok(Json::list(groups.into_iter().map(|(_, group)| Json::list(group)).collect()))
        }
    }
}

/// Reads a text as JSON.
pub(super) fn from_json(text: &str) -> Run<Json> {
    let mut reader = Reader::new(text);
    match reader.next() {
        Ok(Some(value)) => match reader.next() {
            Ok(None) => Ok(value),
            _ => fail(format!("Unexpected extra JSON values (while parsing '{text}')")),
        },
        Ok(None) => Ok(Json::Null),
        Err(message) => fail(format!("{message} (while parsing '{text}')")),
    }
}

pub(super) fn keys(value: &Json, sorted: bool) -> Run<Json> {
    match value {
        Json::Map(map) => {
            let map = if sorted { Json::sorted_keys(map) } else { (**map).clone() };
            Ok(Json::list(map.into_iter().map(|(key, _)| Json::Text(key)).collect()))
        }
        Json::List(items) => Ok(Json::list((0..items.len()).map(Json::count).collect())),
        other => fail(format!("{} has no keys", shown(other))),
    }
}

pub(super) fn has(value: &Json, key: &Json) -> Run<Json> {
    Ok(Json::Bool(match (value, key) {
        (Json::Map(_), Json::Text(name)) => value.get(name).is_some(),
        (Json::List(items), Json::Number(number)) => super::paths::place(*number, 0).is_some_and(|at| at < items.len()),
        _ => return fail(format!("Cannot check whether {} has a {} key", value.kind(), key_kind(key))),
    }))
}

fn key_kind(key: &Json) -> &'static str {
    key.kind()
}

pub(super) fn contained(a: &Json, b: &Json) -> Run<Json> {
    contains(a, b).map(Json::Bool)
}

pub(super) fn split_text(value: &Json, between: &Json) -> Run<Json> {
    match (value, between) {
        (Json::Text(text), Json::Text(between)) => Ok(split(text, between)),
        _ => fail("split input and separator must be strings"),
    }
}

pub(super) fn flatten(value: &Json, depth: f64) -> Run<Json> {
    let Json::List(items) = value else { return fail(format!("Cannot iterate over {}", shown_null(value))) };
    if depth < 0.0 {
        return fail("flatten depth must not be negative");
    }
    let mut out = Vec::new();
    let mut open: Vec<(Json, f64)> = items.iter().rev().map(|item| (item.clone(), depth)).collect();
    while let Some((item, depth)) = open.pop() {
        match item {
            Json::List(inner) if depth > 0.0 => open.extend(inner.iter().rev().map(|item| (item.clone(), depth - 1.0))),
            other => out.push(other),
        }
    }
    Ok(Json::List(Rc::new(out)))
}

pub(super) fn text_of(value: &Json) -> String {
    plain(value)
}
