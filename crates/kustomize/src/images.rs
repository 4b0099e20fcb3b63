//! `images`: names, tags and digests of containers' images.

use crate::failure::Done;
use crate::places::{Make, scalar_text, visit};
use crate::resource::Resource;
use manifest::Value;
use regex_lite::Regex;

pub(crate) fn set(all: &mut [Resource], image: &Value) -> Done<()> {
    let pattern = ["^", image.str_at("name"), "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$"].concat();
    let Ok(pattern) = Regex::new(&pattern) else { return Ok(()) };
    let fields = crate::fields::images();
    for resource in all.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition") {
        everywhere(&mut resource.value, &pattern, image);
    }
    for resource in all.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition") {
        for field in &fields {
            visit(resource, field, Make::Nothing, &mut |value| {
                scalar_text(value)?;
                change(value, &pattern, image);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Wherever a list is called `containers` or `initContainers`, in any kind.
fn everywhere(value: &mut Value, pattern: &Regex, image: &Value) {
    match value {
        Value::Map(_) => {
            for (key, inner) in value.make_map().iter_mut() {
                if matches!(inner, Value::Map(_) | Value::List(_)) {
                    everywhere(inner, pattern, image);
                }
                if matches!(key.as_ref(), "containers" | "initContainers") && inner.as_list().is_some() {
                    let containers = inner.make_list().iter_mut();
                    for container in containers.filter(|container| container.get("image").is_some()) {
                        change(container.make_map().entry("image"), pattern, image);
                    }
                }
            }
        }
        Value::List(_) => value.make_list().iter_mut().for_each(|item| everywhere(item, pattern, image)),
        _ => {}
    }
}

fn change(value: &mut Value, pattern: &Regex, image: &Value) {
    let Ok(old) = scalar_text(value) else { return };
    if !pattern.is_match(&old) {
        return;
    }
    let (mut name, mut tag, mut digest) = split(&old);
    let given = |field: &str| image.str_at(field);
    if !given("newName").is_empty() {
        name = given("newName").into();
    }
    match (given("newTag"), given("digest"), given("tagSuffix")) {
        ("", "", "") => {}
        ("", "", more) => {
            tag.push_str(more);
            digest.clear();
        }
        (new_tag, new_digest, _) => {
            tag = new_tag.into();
            digest = new_digest.into();
        }
    }
    for (sign, part) in [(":", tag), ("@", digest)] {
        if !part.is_empty() {
            name.push_str(sign);
            name.push_str(&part);
        }
    }
    *value = name.into();
}

/// Name, tag and digest. A `:` before the first `/` belongs to the registry.
pub(crate) fn split(image: &str) -> (String, String, String) {
    let from = image.find('/').unwrap_or(0);
    let find = |c: char| image[from..].find(c).map(|at| at + from);
    let (name, rest) = match (find(':'), find('@')) {
        (None, None) => return (image.into(), String::new(), String::new()),
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => {
            return (image[..at].into(), String::new(), image[at + 1..].into());
        }
        (Some(colon), _) | (None, Some(colon)) => image.split_at(colon),
    };
    let (tag, digest) = rest.split_once('@').unwrap_or((rest, ""));
    (name.into(), tag.trim_start_matches(':').into(), digest.into())
}
