//! The endpoints of packages: what the registry keeps of an account's images.
//! <https://docs.github.com/en/rest/packages/packages>

use super::routes::{not_found, user};
use super::{Reply, Request};
use image::Image;
use manifest::{Value, object};
use world::{Cx, FORGE};

/// Whose the images of Encore's registry are.
const OWNER: &str = "encore";
const REGISTRY: &str = "registry.encore/";

/// `None` where it is about something else.
#[inline(never)]
pub(super) fn answer(cx: &mut Cx<'_>, asked: &Request<'_>) -> Option<Reply> {
    let (owner, rest) = match &asked.path[..] {
        ["orgs" | "users", owner, "packages", rest @ ..] => (*owner, rest),
        ["user", "packages", rest @ ..] => (asked.account.as_str(), rest),
        _ => return None,
    };
    let kind = asked.query.iter().find(|(name, _)| *name == "package_type").map(|(_, kind)| *kind);
    Some(match (asked.method.as_str(), rest) {
        ("GET", []) if kind.is_none() => Reply::Error(400, "Missing required parameter: package_type".into()),
        ("GET", []) => Reply::Body(200, all(cx, owner, kind == Some("container"))),
        (_, ["container", name, more @ ..]) if owner == OWNER => of_package(cx, name, more, asked),
        (_, ["container", ..]) => Reply::Error(404, "Package not found.".into()),
        _ => Reply::NotHere,
    })
}

fn all(cx: &Cx<'_>, owner: &str, here: bool) -> Value {
    let mut names: Vec<String> = Vec::new();
    for (repository, _) in cx.world.registry.images().filter(|_| here && owner == OWNER) {
        if let Some(name) = repository.strip_prefix(REGISTRY).filter(|name| !names.iter().any(|known| known == name)) {
            names.push(name.to_string());
        }
    }
    Value::list(names.iter().map(|name| package(cx, name)).collect())
}

fn package(cx: &Cx<'_>, name: &str) -> Value {
    let versions = cx.world.registry.versions(&[REGISTRY, name].concat()).unwrap_or_default();
    let time = |one: Option<&(&std::sync::Arc<Image>, Vec<&str>)>| one.map(|(image, _)| image.created.rfc3339());
    object! {
        "id" => id(name), "name" => name, "package_type" => "container", "owner" => user(OWNER),
        "version_count" => i64::try_from(versions.len()).unwrap_or(i64::MAX), "visibility" => "private",
        "url" => format!("https://api.{FORGE}/orgs/{OWNER}/packages/container/{name}"),
        "created_at" => time(versions.last()).unwrap_or_default(), "updated_at" => time(versions.first()).unwrap_or_default(),
        "html_url" => format!("https://{FORGE}/orgs/{OWNER}/packages/container/package/{name}"),
    }
}

/// A number that stays the same for a digest.
fn id(digest: &str) -> i64 {
    let text = digest.strip_prefix("sha256:").unwrap_or(digest);
    text.bytes().take(16).fold(7, |sum, byte| (sum * 31 + i64::from(byte)) % 900_000_000) + 100_000_000
}

fn version(name: &str, (image, tags): &(&std::sync::Arc<Image>, Vec<&str>)) -> Value {
    let number = id(&image.digest);
    let tags = Value::list(tags.iter().map(|tag| Value::from(*tag)).collect());
    object! {
        "id" => number, "name" => image.digest.as_str(),
        "url" => format!("https://api.{FORGE}/orgs/{OWNER}/packages/container/{name}/versions/{number}"),
        "package_html_url" => format!("https://{FORGE}/orgs/{OWNER}/packages/container/package/{name}"),
        "created_at" => image.created.rfc3339(), "updated_at" => image.created.rfc3339(),
        "html_url" => format!("https://{FORGE}/orgs/{OWNER}/packages/container/{name}/{number}"),
        "metadata" => object! { "package_type" => "container", "container" => object! { "tags" => tags } },
    }
}

#[inline(never)]
fn of_package(cx: &mut Cx<'_>, name: &str, more: &[&str], asked: &Request<'_>) -> Reply {
    let repository = [REGISTRY, name].concat();
    let Some(versions) = cx.world.registry.versions(&repository) else {
        return Reply::Error(404, "Package not found.".into());
    };
    let number = more.get(1).and_then(|text| text.parse::<i64>().ok());
    let one = versions.iter().find(|(image, _)| Some(id(&image.digest)) == number);
    let whole =
        |key: &str| asked.query.iter().find(|(name, _)| *name == key).and_then(|(_, text)| text.parse::<usize>().ok());
    match (asked.method.as_str(), more) {
        ("GET", []) => Reply::Body(200, package(cx, name)),
        ("GET", ["versions"]) => {
            let (size, page) = (whole("per_page").unwrap_or(30).clamp(1, 100), whole("page").unwrap_or(1).max(1));
            let shown = versions.iter().skip((page - 1) * size).take(size);
            Reply::Body(200, Value::list(shown.map(|one| version(name, one)).collect()))
        }
        ("GET", ["versions", _]) => one.map_or_else(not_found, |one| Reply::Body(200, version(name, one))),
        ("DELETE", ["versions", _]) if one.is_some() && versions.len() == 1 => Reply::Error(
            400,
            "You cannot delete the last version of a package. You must delete the package instead.".into(),
        ),
        ("DELETE", [] | ["versions", _]) if more.is_empty() || one.is_some() => {
            let digest = one.map(|(image, _)| image.digest.clone());
            let what = digest.as_ref().map_or_else(|| repository.clone(), |digest| [&repository, "@", digest].concat());
            cx.world.registry.delete(&repository, digest.as_deref());
            cx.world.sweep_layers();
            let (subject, causes) = (sim::Subject::new("Image", what.clone()), cx.causes());
            cx.world.sim.record("ci", asked.account.clone(), subject, format!("Image {what} was deleted"), &causes);
            Reply::Body(204, Value::Null)
        }
        ("DELETE", ["versions", _]) => not_found(),
        _ => Reply::NotHere,
    }
}
