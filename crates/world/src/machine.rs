//! Machines: the learner's workstation, the forge, CI runners, containers. Each has files and environment.

use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use vfs::Vfs;

/// A machine's name, unique in its world: `workstation`, `forge.encore`, `runner-3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MachineId(pub Arc<str>);

impl MachineId {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Where the learner sits.
    pub fn workstation() -> Self {
        Self::new("workstation")
    }
}

impl fmt::Display for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Files, and what every process on this machine finds in its environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub hostname: String,
    pub user: String,
    pub env: Arc<OrdMap<String, String>>,
    pub files: Vfs,
}

impl Machine {
    /// A machine with the usual folders, and `user`'s home at `/home/<user>`.
    pub fn new(hostname: &str, user: &str, now_micros: u64) -> Self {
        let mut files = Vfs::new();
        let home = format!("/home/{user}");
        for dir in ["/tmp", "/etc", "/usr/bin", "/bin", "/var/log", "/srv", &home] {
            files.make_dir_all(dir, now_micros).expect("an empty file system takes folders");
        }
        let env = [
            ("HOME", home.as_str()),
            ("USER", user),
            ("LOGNAME", user),
            ("HOSTNAME", hostname),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("SHELL", "/bin/bash"),
            ("LANG", "C.UTF-8"),
            ("PWD", home.as_str()),
        ];
        let env = env.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        Self { hostname: hostname.into(), user: user.into(), env: Arc::new(env), files }
    }

    pub fn home(&self) -> &str {
        self.env.get("HOME").map_or("/", String::as_str)
    }
}
