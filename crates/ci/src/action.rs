//! The actions that this sandbox has: checkout, Docker's set-up, log-in and build-push.

use crate::artifacts::{Download, Upload};
use crate::cache::Wanted;
use crate::cache::setup::Setup;
use crate::packages::Packages;
use order::OrdMap;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Checkout {
        repository: Option<String>,
        reference: Option<String>,
        path: Option<String>,
        /// The token that it leaves behind, if not the job's own; empty: none.
        keeps: Option<String>,
        /// What nobody has committed goes.
        clean: bool,
        tags: bool,
    },
    Build {
        context: String,
        dockerfile: Option<String>,
        tags: Vec<String>,
        push: bool,
        /// `label=…`, `arg=…`, `target=…`, `no-cache`.
        more: Vec<String>,
    },
    Metadata {
        images: String,
        tags: String,
        flavor: String,
        labels: String,
        annotations: String,
        /// What stands between tags, labels, annotations.
        between: [String; 3],
    },
    Upload(Upload),
    Download(Download),
    Cache(Wanted),
    /// A language's tools, and what they load.
    Setup(Setup),
    Packages(Packages),
    /// Whether with the job's own token, at Encore's registry.
    Login {
        own: bool,
        says: String,
    },
    /// Takes time and says something; outputs of its own.
    Quiet {
        says: String,
        outputs: Vec<(&'static str, String)>,
    },
}

/// Whether `uses:` names an action: `org/repo/path@ref`, a folder of the repository, an image.
pub(crate) fn is_name(uses: &str) -> bool {
    let named = |name: &str, reference: &str| {
        !reference.is_empty() && name.split('/').count() > 1 && name.split('/').all(|part| !part.is_empty())
    };
    uses.starts_with("./")
        || uses.starts_with("docker://")
        || uses.contains("${{")
        || uses.split_once('@').is_some_and(|(name, reference)| named(name, reference))
}

/// Reads `uses:` and `with:`. What exists in reality and not here says so; unknown inputs are errors.
#[inline(never)]
pub(crate) fn read(uses: &str, with: &OrdMap<String, String>) -> Result<Action, String> {
    let name = uses.split('@').next().unwrap_or(uses);
    let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    match name {
        "actions/checkout" => checkout(with),
        "docker/build-push-action" => build(with),
        "docker/metadata-action" => metadata(with),
        "docker/login-action" => {
            inputs(name, with, &["registry", "username", "password", "logout"])?;
            if get("username").is_none() || get("password").is_none() {
                return Err("Username and password required".into());
            }
            let registry = get("registry").unwrap_or_else(|| "docker.io".into());
            let says = format!("Logging into {registry}...\nLogin Succeeded!\n");
            let own = registry.ends_with(".encore") && get("password").as_deref() == Some(crate::contexts::TOKEN);
            Ok(Action::Login { own, says })
        }
        "docker/setup-buildx-action" => {
            inputs(name, with, &["version", "driver", "install", "use"])?;
            let says = "Buildx is ready: the sandbox builds images itself.\n".into();
            Ok(Action::Quiet { says, outputs: Vec::new() })
        }
        "docker/setup-qemu-action" => {
            inputs(name, with, &["image", "platforms"])?;
            let says = "QEMU is not needed: the sandbox's images know no platforms.\n".into();
            Ok(Action::Quiet { says, outputs: Vec::new() })
        }
        "actions/cache" | "actions/cache/restore" | "actions/cache/save" => {
            inputs(name, with, &["path", "key", "restore-keys", "fail-on-cache-miss", "lookup-only"])?;
            Wanted::read(name, with).map(Action::Cache)
        }
        "actions/upload-artifact" => upload(with).map(Action::Upload),
        "actions/download-artifact" => {
            inputs(name, with, &["name", "path", "pattern", "merge-multiple"])?;
            let merge = get("merge-multiple").as_deref() == Some("true");
            let path = get("path").unwrap_or_else(|| ".".into());
            Ok(Action::Download(Download { name: get("name"), path, pattern: get("pattern"), merge }))
        }
        "actions/setup-node" => setup(with, ("node", "node-version"), &["registry-url"]),
        "actions/setup-python" => setup(with, ("python", "python-version"), &["architecture"]),
        "actions/setup-go" => setup(with, ("go", "go-version"), &["check-latest"]),
        "actions/setup-java" => setup(with, ("java", "java-version"), &["distribution"]),
        "actions/delete-package-versions" => {
            inputs(name, with, &crate::packages::INPUTS)?;
            Packages::read(with).map(Action::Packages)
        }
        _ => Err(format!("the action {name} is real or may be, but not part of this sandbox yet")),
    }
}

#[inline(never)]
fn checkout(with: &OrdMap<String, String>) -> Result<Action, String> {
    let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    let known = ["repository", "ref", "path", "token", "fetch-depth", "persist-credentials", "clean", "fetch-tags"];
    inputs("actions/checkout", with, &known)?;
    let clean = get("clean").is_none_or(|text| text.eq_ignore_ascii_case("true"));
    // Unlike actions/checkout: all of the history is there, also where `fetch-depth` asks for less.
    let whole = get("fetch-depth").is_some_and(|text| text.parse::<u32>().unwrap_or(0) == 0);
    let tags = whole || get("fetch-tags").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let keeps = if get("persist-credentials").as_deref() == Some("false") { Some(String::new()) } else { get("token") };
    let (repository, reference, path) = (get("repository"), get("ref"), get("path"));
    if let Some(wrong) = repository.as_ref().filter(|name| name.split('/').count() != 2) {
        return Err(format!("Invalid repository '{wrong}'. Expected format {{owner}}/{{repo}}."));
    }
    Ok(Action::Checkout { repository, reference, path, keeps, clean, tags })
}

#[inline(never)]
fn build(with: &OrdMap<String, String>) -> Result<Action, String> {
    let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    let known = ["context", "file", "tags", "push", "labels", "load", "platforms", "provenance"];
    inputs("docker/build-push-action", with, &[&known[..], &["build-args", "target", "no-cache"]].concat())?;
    let mut more: Vec<String> = Vec::new();
    for (input, word) in [("labels", "label="), ("build-args", "arg=")] {
        let text = get(input).unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        more.extend(lines.map(|line| [word, line].concat()));
    }
    more.extend(get("target").map(|target| ["target=", &target].concat()));
    more.extend(get("no-cache").filter(|text| text == "true").map(|_| "no-cache".to_string()));
    let text = get("tags").unwrap_or_default();
    let tags = text.split(['\n', ',']).map(|tag| tag.trim().to_string());
    let tags: Vec<String> = tags.filter(|tag| !tag.is_empty()).collect();
    let push = get("push").as_deref() == Some("true");
    if push && tags.is_empty() {
        return Err("tag is needed when pushing to registry".into());
    }
    Ok(Action::Build {
        context: get("context").unwrap_or_else(|| ".".into()),
        dockerfile: get("file"),
        tags,
        push,
        more,
    })
}

#[inline(never)]
fn metadata(with: &OrdMap<String, String>) -> Result<Action, String> {
    let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    let known = ["images", "tags", "flavor", "labels", "annotations", "sep-tags", "sep-labels", "sep-annotations"];
    inputs("docker/metadata-action", with, &known)?;
    let text = |key: &str| get(key).unwrap_or_default();
    let sep = |key: &str| with.get(key).filter(|text| !text.is_empty()).cloned().unwrap_or_else(|| "\n".into());
    Ok(Action::Metadata {
        images: text("images"),
        tags: text("tags"),
        flavor: text("flavor"),
        labels: text("labels"),
        annotations: text("annotations"),
        between: ["sep-tags", "sep-labels", "sep-annotations"].map(sep),
    })
}

// Unlike GitHub: `retention-days` may be any, as runs do not grow old here, and nothing is compressed.
#[inline(never)]
fn upload(with: &OrdMap<String, String>) -> Result<Upload, String> {
    inputs(
        "actions/upload-artifact",
        with,
        &["name", "path", "if-no-files-found", "retention-days", "compression-level", "overwrite"],
    )?;
    let text = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    let paths = text("path").ok_or("Input required and not supplied: path")?;
    let none = text("if-no-files-found").unwrap_or_else(|| "warn".into());
    if !["warn", "error", "ignore"].contains(&none.as_str()) {
        return Err(format!(
            "Unrecognized if-no-files-found input. Provided: {none}. Available options: warn,error,ignore"
        ));
    }
    Ok(Upload {
        name: text("name").unwrap_or_else(|| "artifact".into()),
        paths: paths.lines().map(|path| path.trim().to_string()).filter(|path| !path.is_empty()).collect(),
        none,
        overwrite: text("overwrite").as_deref() == Some("true"),
    })
}

/// A language's tools.
// Unlike GitHub: nothing is installed, which the log says; a step that calls the tool does not find it.
#[inline(never)]
fn setup(
    with: &OrdMap<String, String>,
    (tool, key): (&'static str, &'static str),
    more: &[&str],
) -> Result<Action, String> {
    let name = ["actions/setup-", tool].concat();
    inputs(&name, with, &[&[key, "cache", "cache-dependency-path"], more].concat())?;
    let text = |key: &str| with.get(key).map(|text| text.trim().to_string()).filter(|text| !text.is_empty());
    let version = text(key).unwrap_or_default();
    if tool == "java" && (version.is_empty() || !with.contains_key("distribution")) {
        let missing = if version.is_empty() { "java-version" } else { "distribution" };
        return Err(format!("Input required and not supplied: {missing}"));
    }
    let says =
        format!("{tool} {version}: the sandbox's runner has no {tool}; a step that calls it will not find it.\n");
    let cache = text("cache").or_else(|| (tool == "go").then(|| "true".into())).filter(|word| word != "false");
    match cache {
        None => Ok(Action::Quiet { says, outputs: vec![(key, version)] }),
        Some(cache) => {
            let lock = text("cache-dependency-path");
            Ok(Action::Setup(Setup { tool, key, version, says, cache, lock }))
        }
    }
}

fn inputs(name: &str, with: &OrdMap<String, String>, known: &[&str]) -> Result<(), String> {
    match with.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!("{name}: the input '{key}' is not part of this sandbox; it has {}", known.join(", "))),
    }
}

impl Action {
    /// What it takes on a real hosted runner, roughly.
    pub fn duration(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Checkout { .. } => 2,
            Self::Build { .. } => 14,
            _ => 1,
        })
    }

    /// What the log shows while it works.
    pub fn opening(&self) -> String {
        match self {
            Self::Checkout { .. } => "Syncing repository\n".into(),
            Self::Build { context, .. } => format!("docker buildx build {context}\n"),
            Self::Setup(Setup { says, .. }) | Self::Quiet { says, .. } | Self::Login { says, .. } => says.clone(),
            _ => String::new(),
        }
    }
}
