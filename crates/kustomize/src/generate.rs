//! `configMapGenerator` and `secretGenerator`, and the hash that stands behind a generated name.

use crate::failure::{Done, Failure, failed, quoted};
use crate::files::Loader;
use crate::resource::{Behavior, Resource};
use manifest::{JsonStyle, Map, Value, object};
use sha2::{Digest, Sha256};

/// One entry of a generator. `common`: `generatorOptions`.
pub(crate) fn generate(loader: &Loader<'_>, kind: &str, entry: &Value, common: &Value) -> Done<Resource> {
    let name = entry.str_at("name");
    if name.is_empty() {
        return failed(&["a configmap must have a name"]);
    }
    let mut value = object! { "apiVersion" => "v1", "kind" => kind };
    value.set("metadata.name", name);
    if !entry.str_at("namespace").is_empty() {
        value.set("metadata.namespace", entry.str_at("namespace"));
    }
    let pairs = pairs(loader, entry).map_err(|failure| failure.within("loading KV pairs"))?;
    if kind == "Secret" {
        let given = entry.str_at("type");
        value.put("type", if given.is_empty() { "Opaque" } else { given });
        value.put("data", Value::map());
    }
    let mut seen = Map::new();
    for (key, bytes) in pairs {
        if seen.insert(key.as_str(), Value::Null).is_some() {
            return failed(&["configmap ", name, " illegally repeats the key `", &key, "`"]);
        }
        let (field, text) = match std::str::from_utf8(&bytes) {
            _ if kind == "Secret" => ("data", base64(&bytes)),
            Ok(text) => ("data", text.to_string()),
            Err(_) => ("binaryData", base64(&bytes)),
        };
        value.at_mut(field).put(&key, text);
    }
    let options = entry.at("options");
    let on = |field: &str| options.bool_at(field) || common.bool_at(field);
    for (field, place) in [("labels", "metadata.labels"), ("annotations", "metadata.annotations")] {
        for (key, text) in common.map_at(field).iter().chain(options.map_at(field).iter()) {
            value.at_mut(place).put(key, text.clone());
        }
    }
    if on("immutable") {
        value.put("immutable", true);
    }
    let mut resource = Resource::new(value);
    resource.generated = true;
    resource.wants_hash = !on("disableNameSuffixHash");
    resource.behavior = match entry.str_at("behavior") {
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Create,
    };
    Ok(resource)
}

type Pair = (String, Vec<u8>);

fn pairs(loader: &Loader<'_>, entry: &Value) -> Done<Vec<Pair>> {
    let mut all = Vec::new();
    let sources = |field: &str| -> Vec<String> {
        entry.list_at(field).iter().filter_map(|item| item.as_str().map(str::to_string)).collect()
    };
    let told = |what: &str, sources: &[String], failure: Failure| {
        failure.within(&[what, " [", &sources.join(" "), "]"].concat())
    };
    let envs = sources("envs");
    for path in &envs {
        let more = loader.load(path).and_then(|bytes| lines(&bytes));
        all.extend(more.map_err(|failure| told("env source files:", &envs, failure))?);
    }
    let literals = sources("literals");
    for text in &literals {
        all.push(literal(text).map_err(|failure| told("literal sources", &literals, failure))?);
    }
    let files = sources("files");
    for source in &files {
        all.push(file(loader, source).map_err(|failure| told("file sources:", &files, failure))?);
    }
    Ok(all)
}

fn literal(source: &str) -> Done<Pair> {
    match source.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), unquoted(value).into())),
        _ => failed(&["invalid literal source ", source, ", expected key=value"]),
    }
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn file(loader: &Loader<'_>, source: &str) -> Done<Pair> {
    let (key, path) = match source.split_once('=') {
        None => (source.rsplit('/').next().unwrap_or(source), source),
        Some((_, path)) if path.contains('=') => {
            return failed(&["source ", &quoted(source), " key name or file path contains '='"]);
        }
        Some(("", path)) => {
            return failed(&["missing key name for file path ", &quoted(path), " in source ", &quoted(source)]);
        }
        Some((key, "")) => {
            return failed(&["missing file path for key name ", &quoted(key), " in source ", &quoted(source)]);
        }
        Some(pair) => pair,
    };
    Ok((key.into(), loader.load(path)?))
}

/// `KEY=value` lines; comments and empty lines are passed over.
fn lines(bytes: &[u8]) -> Done<Vec<Pair>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return failed(&["line has invalid utf8 bytes"]);
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all = Vec::new();
    for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !key.is_empty() {
            all.push((key.to_string(), value.into()));
        }
    }
    Ok(all)
}

/// In lines of 70 where it is longer than one.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const LINE: usize = 70;
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    if out.len() < LINE {
        return out;
    }
    let mut lines = String::new();
    for (at, letter) in out.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines.push('\n');
    lines
}

/// Kustomize's `hasher`: ten letters of the SHA-256 of kind, name and data, without those that spell words.
pub(crate) fn content_hash(value: &Value) -> String {
    let field = |path: &str| value.get(path).cloned().unwrap_or_else(|| "".into());
    // The real one looks for a field called `metadata/name`, and finds none.
    let mut content = object! { "kind" => value.str_at("kind"), "name" => "", "data" => field("data") };
    let (secret, more) = match value.str_at("kind") {
        "Secret" => (true, "stringData"),
        _ => (false, "binaryData"),
    };
    if secret {
        content.put("type", field("type"));
    }
    if let Some(more_data) = value.get(more).filter(|data| data.as_map().is_some()) {
        content.put(more, more_data.clone());
    }
    let json = content.to_json_with(JsonStyle { indent: None, escape_html: true });
    let digest = Sha256::digest(json.as_bytes());
    let mut out = String::new();
    for byte in &digest[..5] {
        for half in [byte >> 4, byte & 15] {
            out.push(char::from(b"gh2k456789mbcdtf"[usize::from(half)]));
        }
    }
    out
}
