//! `spec.postBuild`: variables in the built texts, as `fluxcd/pkg/envsubst` replaces them.

use cluster::{CONFIGMAP, Cluster, SECRET};
use manifest::Value;
use order::OrdMap;

pub(crate) type Vars = OrdMap<String, String>;

/// Variables from config maps and secrets, and those of the spec itself, which win.
pub(crate) fn variables(cluster: &Cluster, namespace: &str, post: &Value) -> Result<Vars, String> {
    let mut vars = Vars::new();
    let mut add = |key: &str, value: &str| {
        vars.insert(key.to_string(), value.replace('\n', ""));
    };
    for reference in post.list_at("substituteFrom") {
        let (kind, name) = (reference.str_at("kind"), reference.str_at("name"));
        let (id, plural) = if kind == "Secret" { (SECRET, "secrets") } else { (CONFIGMAP, "configmaps") };
        let Some(found) = cluster.store().get(id, namespace, name) else {
            if reference.bool_at("optional") {
                continue;
            }
            return Err(format!("substitute from '{kind}/{name}' error: {plural} \"{name}\" not found"));
        };
        for (key, value) in found.value.map_at("data").iter() {
            let text = value.as_str().unwrap_or_default();
            if kind == "Secret" {
                let bytes = cluster::base64::decode(text).unwrap_or_default();
                add(key, &String::from_utf8_lossy(&bytes));
            } else {
                add(key, text);
            }
        }
    }
    for (key, value) in post.map_at("substitute").iter() {
        add(key, &value.as_str().map_or_else(|| value.to_json(), str::to_string));
    }
    let word = |name: &str| {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
    };
    if let Some(bad) = vars.keys().find(|name| !word(name)) {
        return Err(format!(
            "envsubst error: '{bad}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'"
        ));
    }
    Ok(vars)
}

/// Puts values in place of `${name}`, `${name:-default}`, `${name:=default}`, `${name-default}` and `${name=default}`;
/// `$${` stays as `${`.
pub(crate) fn substitute(text: &str, vars: &Vars) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at]);
            out.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let inner = &rest[at + 2..];
        let end = closing(inner).ok_or("unable to parse variable name")?;
        out.push_str(&one(&inner[..end], vars)?);
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The place of the brace that closes, past those that open inside.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

fn one(inner: &str, vars: &Vars) -> Result<String, String> {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (name, how) = inner.split_at(end);
    if name.is_empty() {
        return Err("unable to parse variable name".into());
    }
    let value = vars.get(name).map_or("", String::as_str);
    let fallback = [":-", ":=", "-", "="].iter().find_map(|sign| how.strip_prefix(sign));
    match fallback {
        _ if how.is_empty() => Ok(value.into()),
        // An unset variable is an empty one here, as Flux asks for them.
        Some(fallback) if value.is_empty() && how.starts_with(':') => substitute(fallback, vars),
        Some(_) => Ok(value.into()),
        None => Err(format!("${{{inner}}} is real, but not part of this sandbox yet")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_defaults_used() {
        let vars: Vars =
            [("region", "eu-1"), ("empty", "")].map(|(k, v)| (k.to_string(), v.to_string())).into_iter().collect();
        for (text, want) in [
            ("a: ${region}", "a: eu-1"),
            ("a: ${nobody}", "a: "),
            ("a: ${nobody:=3}", "a: 3"),
            ("a: ${empty:-x${region}y}", "a: xeu-1y"),
            ("a: ${region:=no}", "a: eu-1"),
            ("run: echo $${region} $HOME", "run: echo ${region} $HOME"),
        ] {
            assert_eq!(substitute(text, &vars).as_deref(), Ok(want), "{text}");
        }
        assert!(substitute("${region^^}", &vars).is_err_and(|told| told.contains("not part of this sandbox")));
        assert!(substitute("${region", &vars).is_err());
    }
}
