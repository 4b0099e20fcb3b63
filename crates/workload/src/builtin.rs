//! Programs of well-known public images.

use crate::Program;
use manifest::Value;

/// The program of a public image, by its repository's last part: `nginx`, `redis`, `postgres`, `podinfo`, `busybox`.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "nginx" => {
            "{name: nginx, port: 80, startup: 300ms, headline: Welcome to nginx!, health: {path: /}, cpu_ms_per_request: 0.2, latency_ms: 1}"
        }
        "httpd" => {
            "{name: httpd, port: 80, startup: 300ms, headline: It works!, health: {path: /}, cpu_ms_per_request: 0.4, latency_ms: 1}"
        }
        "redis" => {
            "{name: redis, port: 6379, startup: 500ms, cpu_ms_per_request: 0.05, latency_ms: 1, log: Ready to accept connections tcp}"
        }
        "postgres" => {
            "{name: postgres, port: 5432, startup: 3s, needs_env: [POSTGRES_PASSWORD], cpu_ms_per_request: 0.5, latency_ms: 2, log: database system is ready to accept connections}"
        }
        "podinfo" => {
            "{name: podinfo, port: 9898, startup: 1s, health: {path: /healthz}, headline: greetings from podinfo}"
        }
        "busybox" | "alpine" | "debian" | "ubuntu" => "{name: shell, port: 0, ends_after: 100ms, log: ' '}",
        "pause" => "{name: pause, port: 0, log: ' '}",
        _ => return None,
    })
}

impl Program {
    /// A public image's program; its version is the tag.
    pub fn public(repository: &str, tag: &str) -> Option<Self> {
        let name = repository.rsplit('/').next().unwrap_or(repository);
        let mut value = Value::from_yaml(source(name)?).ok()?;
        value.put("version", tag);
        Self::read(&value).ok()
    }
}
