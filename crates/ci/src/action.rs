//! The actions that this sandbox has: checkout, Docker's set-up, log-in and build-push.

use order::OrdMap;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Checkout {
        repository: Option<String>,
        reference: Option<String>,
        path: Option<String>,
    },
    Build {
        context: String,
        dockerfile: Option<String>,
        tags: Vec<String>,
        push: bool,
    },
    /// Sets something up that the sandbox has anyway.
    Quiet {
        says: String,
    },
}

/// Reads `uses:` and `with:`. What exists in reality and not here says so; unknown inputs are errors.
pub(crate) fn read(uses: &str, with: &OrdMap<String, String>) -> Result<Action, String> {
    let name = uses.split('@').next().unwrap_or(uses);
    if !uses.contains('@') && !uses.starts_with("./") {
        return Err(format!("Expected format {{org}}/{{repo}}[/path]@ref. Actual '{uses}'"));
    }
    let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
    match name {
        "actions/checkout" => {
            inputs(name, with, &["repository", "ref", "path", "token", "fetch-depth", "persist-credentials", "clean"])?;
            Ok(Action::Checkout { repository: get("repository"), reference: get("ref"), path: get("path") })
        }
        "docker/build-push-action" => {
            inputs(name, with, &["context", "file", "tags", "push", "labels", "load", "platforms", "provenance"])?;
            let tags: Vec<String> = get("tags")
                .unwrap_or_default()
                .split(['\n', ','])
                .map(|tag| tag.trim().to_string())
                .filter(|tag| !tag.is_empty())
                .collect();
            let push = get("push").as_deref() == Some("true");
            if push && tags.is_empty() {
                return Err("tag is needed when pushing to registry".into());
            }
            Ok(Action::Build {
                context: get("context").unwrap_or_else(|| ".".into()),
                dockerfile: get("file"),
                tags,
                push,
            })
        }
        "docker/login-action" => {
            inputs(name, with, &["registry", "username", "password", "logout"])?;
            if get("username").is_none() || get("password").is_none() {
                return Err("Username and password required".into());
            }
            let registry = get("registry").unwrap_or_else(|| "docker.io".into());
            Ok(Action::Quiet { says: format!("Logging into {registry}...\nLogin Succeeded!\n") })
        }
        "docker/setup-buildx-action" => {
            inputs(name, with, &["version", "driver", "install", "use"])?;
            Ok(Action::Quiet { says: "Buildx is ready: the sandbox builds images itself.\n".into() })
        }
        _ => Err(format!("the action {name} is real or may be, but not part of this sandbox yet")),
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
            Self::Quiet { .. } => 1,
        })
    }

    /// What the log shows while it works.
    pub fn opening(&self) -> String {
        match self {
            Self::Checkout { .. } => "Syncing repository\n".into(),
            Self::Build { context, .. } => format!("docker buildx build {context}\n"),
            Self::Quiet { says } => says.clone(),
        }
    }
}
