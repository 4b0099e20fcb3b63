//! Generators: list, clusters, git, matrix and merge, to sets of parameters (`applicationset/generators`).

use super::render::{Template, not_here, shown};
use crate::glob::fits;
use crate::project::{SERVER, SERVER_NAME};
use manifest::{Value, object};

/// How deep generators may stand in each other.
const DEPTH_MAX: u32 = 2;

/// The repositories that generators read.
#[inline(never)]
pub(super) fn repositories(generators: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for generator in generators.items() {
        let url = generator.str_at("git.repoURL");
        if !url.is_empty() {
            found.push(url.to_string());
        }
        for outer in ["matrix", "merge"] {
            found.extend(repositories(generator.at(outer).at("generators")));
        }
    }
    found
}

/// The sets of parameters of a generator, filled with those of the one before it.
#[inline(never)]
pub(super) fn params(at: &Template<'_>, generator: &Value, outer: &Value, depth: u32) -> Result<Vec<Value>, String> {
    let filled;
    let generator = if outer.entries().is_empty() {
        generator
    } else {
        filled = at.fill(generator, outer)?;
        &filled
    };
    let mut found = None;
    for (name, own) in generator.entries().iter().filter(|(_, own)| !own.is_null()) {
        if !own.at("template").is_null() {
            return Err(not_here("template of a generator"));
        }
        found = Some(match &**name {
            "list" => list(at, own)?,
            "clusters" => clusters(at, own)?,
            "git" => git(at, own)?,
            "matrix" if depth < DEPTH_MAX => matrix(at, own, depth)?,
            "merge" if depth < DEPTH_MAX => merge(at, own, depth)?,
            other => return Err(not_here(other)),
        });
    }
    found.ok_or_else(|| "generator is empty".into())
}

/// `values`, which may name the other parameters.
#[inline(never)]
fn with_values(at: &Template<'_>, values: &Value, mut params: Value) -> Result<Value, String> {
    let known = params.clone();
    for (key, value) in values.entries().iter() {
        let value = at.fill(value, &known)?;
        if at.go {
            params.at_mut("values").put(key, value);
        } else {
            params.put(&["values.", key].concat(), value);
        }
    }
    Ok(params)
}

#[inline(never)]
fn list(at: &Template<'_>, own: &Value) -> Result<Vec<Value>, String> {
    let mut elements = own.list_at("elements").to_vec();
    let text = own.str_at("elementsYaml");
    if !text.is_empty() {
        let read = Value::from_yaml(text).map_err(|why| format!("error unmarshling decoded ElementsYaml {why}"))?;
        elements.extend_from_slice(read.items());
    }
    if at.go {
        return Ok(elements);
    }
    let flat = |element: &Value| {
        let mut params = Value::map();
        for (key, value) in element.entries().iter() {
            let inner = if &**key == "values" { value.entries().iter().collect() } else { Vec::new() };
            if &**key == "values" && value.as_map().is_none() {
                return Err("error parsing values map".to_string());
            }
            for (name, one) in &inner {
                params.put(&["values.", name].concat(), (*one).clone());
            }
            if inner.is_empty() {
                params.put(key, value.clone());
            }
        }
        let texts = params.entries().iter().all(|(_, value)| value.as_str().is_some());
        if texts { Ok(params) } else { Err("error parsing value as string %!w(<nil>)".into()) }
    };
    elements.iter().map(flat).collect()
}

/// The one cluster there is.
fn clusters(at: &Template<'_>, own: &Value) -> Result<Vec<Value>, String> {
    if !own.at("selector").entries().is_empty() {
        // A selector chooses among clusters that were added: the one Argo CD runs in is none of them.
        return Ok(Vec::new());
    }
    let one = object! { "name" => SERVER_NAME, "nameNormalized" => SERVER_NAME, "project" => "", "server" => SERVER };
    Ok(vec![with_values(at, own.at("values"), one)?])
}

#[inline(never)]
fn git(at: &Template<'_>, own: &Value) -> Result<Vec<Value>, String> {
    let (url, revision) = (own.str_at("repoURL"), own.str_at("revision"));
    let revision = if revision.is_empty() { "HEAD" } else { revision };
    let told = |why: String| format!("error generating params from git: {why}");
    let paths = |what: &str| {
        at.sources.paths(url, revision).map_err(|why| told(format!("error getting {what} from repo: {why}")))
    };
    let chosen = |items: &[Value], path: &str, separator: Option<char>| {
        let fit = |item: &&Value| fits(item.str_at("path"), path, separator);
        let found: Vec<bool> = items.iter().filter(fit).map(|item| item.bool_at("exclude")).collect();
        !found.is_empty() && !found.contains(&true)
    };
    let prefix = own.str_at("pathParamPrefix");
    if !own.list_at("directories").is_empty() {
        let (all, wanted) = (folders(&paths("directories")?), own.list_at("directories"));
        let of = |folder: &String| with_values(at, own.at("values"), place(at, Value::map(), prefix, folder, None));
        return all.iter().filter(|folder| chosen(wanted, folder, Some('/'))).map(of).collect();
    }
    if own.list_at("files").is_empty() {
        return Err("generator is empty".into());
    }
    let mut found = Vec::new();
    for path in paths("files")?.iter().filter(|path| chosen(own.list_at("files"), path, None)) {
        let wrong = |why: String| told(format!("unable to process file '{path}' from repository '{url}': {why}"));
        let text = at.sources.file(url, revision, path).map_err(wrong)?;
        let read = Value::from_yaml(&text).map_err(|why| wrong(format!("unable to parse file: {why}")))?;
        let objects = if read.as_list().is_some() { read.items().to_vec() } else { vec![read] };
        for object in objects {
            let mut params = object.clone();
            if !at.go {
                params = Value::map();
                flatten("", &object, &mut params);
            }
            let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
            found.push(with_values(at, own.at("values"), place(at, params, prefix, folder, Some(name)))?);
        }
    }
    Ok(found)
}

/// All folders of a tree but its root, hidden ones left out.
#[inline(never)]
fn folders(paths: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for path in paths {
        let mut end = 0;
        while let Some(at) = path[end..].find('/') {
            let folder = &path[..end + at];
            end += at + 1;
            if folder.rsplit('/').next().is_some_and(|name| name.starts_with('.')) {
                break;
            }
            if !found.iter().any(|known| known == folder) {
                found.push(folder.to_string());
            }
        }
    }
    found.sort_unstable();
    found
}

/// `path` and its parts.
#[inline(never)]
fn place(at: &Template<'_>, mut params: Value, prefix: &str, folder: &str, file: Option<&str>) -> Value {
    let base = folder.rsplit('/').next().unwrap_or(folder);
    let normal = |name: &str| Value::from(at.sources.normalized(name));
    let mut parts: Vec<(&str, Value)> = vec![("basename", base.into()), ("basenameNormalized", normal(base))];
    if let Some(name) = file {
        parts.push(("filename", name.into()));
        parts.push(("filenameNormalized", normal(name)));
    }
    if at.go {
        let mut path =
            object! { "path" => folder, "segments" => folder.split('/').map(Value::from).collect::<Value>() };
        for (name, value) in parts {
            path.put(name, value);
        }
        if prefix.is_empty() {
            params.put("path", path);
        } else {
            params.put(prefix, object! { "path" => path });
        }
        return params;
    }
    let own = if prefix.is_empty() { "path".to_string() } else { [prefix, ".path"].concat() };
    for (name, value) in parts {
        params.put(&[&own, ".", name].concat(), value);
    }
    for (index, part) in folder.split('/').enumerate().filter(|(_, part)| !part.is_empty()) {
        params.put(&format!("{own}[{index}]"), part);
    }
    params.put(&own, folder);
    params
}

/// Nested fields by their names with dots between.
fn flatten(name: &str, value: &Value, params: &mut Value) {
    let inner = |key: &str| if name.is_empty() { key.to_string() } else { [name, ".", key].concat() };
    if value.as_map().is_some() {
        value.entries().iter().for_each(|(key, one)| flatten(&inner(key), one, params));
    } else if let Some(list) = value.as_list() {
        list.iter().enumerate().for_each(|(at, one)| flatten(&inner(&at.to_string()), one, params));
    } else {
        params.put(name, shown(value));
    }
}

#[inline(never)]
fn matrix(at: &Template<'_>, own: &Value, depth: u32) -> Result<Vec<Value>, String> {
    let both = match own.list_at("generators") {
        [first, second] => (first, second),
        few if few.len() < 2 => return Err("found less than two generators, Matrix support only two".into()),
        _ => return Err("found more than two generators, Matrix support only two".into()),
    };
    let mut found = Vec::new();
    let outer = params(at, both.0, &Value::map(), depth + 1);
    let outer =
        outer.map_err(|why| format!("error failed to get params for first generator in matrix generator: {why}"))?;
    for a in outer {
        let inner = params(at, both.1, &a, depth + 1);
        let inner =
            inner.map_err(|why| format!("failed to get params for second generator in the matrix generator: {why}"))?;
        for b in inner {
            found.push(if at.go { merged(&b, &a) } else { combined(&a, &b)? });
        }
    }
    Ok(found)
}

/// The first with what the second has beside and instead.
#[inline(never)]
fn merged(under: &Value, over: &Value) -> Value {
    if under.as_map().is_none() || over.as_map().is_none() {
        return over.clone();
    }
    let mut all = under.clone();
    for (key, value) in over.entries().iter() {
        let value = all.get(key).map_or_else(|| value.clone(), |old| merged(old, value));
        all.put(key, value);
    }
    all
}

#[inline(never)]
fn combined(a: &Value, b: &Value) -> Result<Value, String> {
    let mut all = a.clone();
    for (key, value) in b.entries().iter() {
        let value = shown(value);
        if let Some(other) = all.get(key).map(shown).filter(|other| *other != value) {
            let what = "failed to combine string maps with merging params for the matrix generator";
            return Err(format!("{what}: found duplicate key {key} with different value, a: {other} ,b: {value}"));
        }
        all.put(key, value);
    }
    Ok(all)
}

/// The first generator's parameters with those of the others where the keys are the same.
#[inline(never)]
fn merge(at: &Template<'_>, own: &Value, depth: u32) -> Result<Vec<Value>, String> {
    let generators = own.list_at("generators");
    if generators.len() < 2 {
        return Err("found less than two generators, Merge requires two or more".into());
    }
    let keys: Vec<&str> = own.list_at("mergeKeys").iter().filter_map(Value::as_str).collect();
    if keys.is_empty() {
        return Err("no merge keys were specified, Merge requires at least one".into());
    }
    let same = |a: &Value, b: &Value| keys.iter().all(|key| a.get(key) == b.get(key));
    let mut all = params(at, &generators[0], &Value::map(), depth + 1)?;
    for generator in &generators[1..] {
        for over in params(at, generator, &Value::map(), depth + 1)? {
            for one in all.iter_mut().filter(|one| same(one, &over)) {
                *one = merged(one, &over);
            }
        }
    }
    Ok(all)
}
