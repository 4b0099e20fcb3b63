//! An image: its settings, its layers, and what it is called by its content.

use crate::{History, Layer, sha256, weight};
use manifest::{Value, list, object};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::sync::Arc;
use vfs::Vfs;

/// What a container of an image starts with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// In the order of their first setting.
    pub env: Vec<(String, String)>,
    pub cmd: Option<Vec<String>>,
    pub entrypoint: Option<Vec<String>>,
    pub workdir: String,
    pub user: String,
    /// `8080/tcp`
    pub ports: Vec<String>,
    pub volumes: Vec<String>,
    pub labels: OrdMap<String, String>,
    pub stop_signal: String,
    pub shell: Option<Vec<String>>,
    pub health: Option<Vec<String>>,
    pub on_build: Vec<String>,
}

/// An image: content, and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The digest of its manifest: what a registry knows it by.
    pub digest: String,
    /// The digest of its configuration: what a machine knows it by.
    pub id: String,
    /// Bytes that a pull carries.
    pub size_bytes: u64,
    /// Bytes of its layers, unpacked.
    pub unpacked_bytes: u64,
    /// The program manifest: how what is in the image behaves.
    pub program: Value,
    /// `org.opencontainers.image.revision`: the commit that it was built from, if any.
    pub revision: Option<String>,
    pub created: Time,
    /// The events that led to it.
    pub causes: Causes,
    pub config: Config,
    /// Digests of its layers, the lowest first.
    pub layers: Vec<String>,
    pub history: Vec<History>,
}

/// What a build makes an image from.
#[derive(Debug, Clone)]
pub struct Made<'a> {
    pub config: Config,
    pub layers: &'a [Arc<Layer>],
    pub history: Vec<History>,
    pub root: &'a Vfs,
    /// The base's program, where the image brings none.
    pub program: Value,
    pub created: Time,
    pub revision: Option<String>,
}

/// What a program counts for that a manifest stands for in an image with nothing else.
const PROGRAM_BYTES: u64 = 24_000_000;

impl Config {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.env.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn set(&mut self, name: &str, value: &str) {
        match self.env.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value.to_string(),
            None => self.env.push((name.to_string(), value.to_string())),
        }
    }

    /// As it stands in the image's configuration and in `docker inspect`.
    #[inline(never)]
    pub fn value(&self) -> Value {
        let texts = |items: &[String]| Value::list(items.iter().map(|item| Value::from(item.as_str())).collect());
        let keys = |items: &[String]| {
            let mut map = Value::map();
            for item in items {
                map.put(item, Value::map());
            }
            map
        };
        let mut value = Value::map();
        if !self.user.is_empty() {
            value.put("User", self.user.as_str());
        }
        if !self.ports.is_empty() {
            value.put("ExposedPorts", keys(&self.ports));
        }
        let env: Vec<String> = self.env.iter().map(|(name, value)| [name, "=", value].concat()).collect();
        value.put("Env", texts(&env));
        if let Some(words) = &self.entrypoint {
            value.put("Entrypoint", texts(words));
        }
        if let Some(words) = &self.cmd {
            value.put("Cmd", texts(words));
        }
        if let Some(words) = &self.health {
            value.put("Healthcheck", object! { "Test" => texts(words) });
        }
        if !self.volumes.is_empty() {
            value.put("Volumes", keys(&self.volumes));
        }
        value.put("WorkingDir", self.workdir.as_str());
        if !self.on_build.is_empty() {
            value.put("OnBuild", texts(&self.on_build));
        }
        if !self.labels.is_empty() {
            let mut map = Value::map();
            for (name, label) in &self.labels {
                map.put(name, label.as_str());
            }
            value.put("Labels", map);
        }
        if !self.stop_signal.is_empty() {
            value.put("StopSignal", self.stop_signal.as_str());
        }
        if let Some(words) = &self.shell {
            value.put("Shell", texts(words));
        }
        value
    }
}

impl Image {
    /// An image of layers: its digests are those of its configuration and manifest (OCI image specification).
    #[inline(never)]
    pub fn new(made: Made<'_>) -> Self {
        let Made { config, layers, history, root, program, created, revision } = made;
        let lines = history.iter().map(|line| {
            let mut value = object! { "created" => line.created.rfc3339(), "created_by" => line.created_by.as_str() };
            if !line.comment.is_empty() {
                value.put("comment", line.comment.as_str());
            }
            if line.layer.is_none() {
                value.put("empty_layer", true);
            }
            value
        });
        let digests = layers.iter().map(|layer| Value::from(layer.digest.as_str())).collect();
        let text = object! {
            "architecture" => "amd64", "config" => config.value(), "created" => created.rfc3339(),
            "history" => Value::list(lines.collect()), "os" => "linux",
            "rootfs" => object! { "type" => "layers", "diff_ids" => Value::list(digests) },
        }
        .to_json();
        let id = sha256(text.as_bytes());
        // Unlike docker: layers lie in the registry as they are, so that a layer has one digest everywhere.
        let blob = |media: &str, digest: &str, size: usize| {
            object! {
                "mediaType" => media, "digest" => digest, "size" => i64::try_from(size).unwrap_or(i64::MAX),
            }
        };
        let rows = layers.iter().map(|layer| {
            blob(
                "application/vnd.oci.image.layer.v1.tar",
                &layer.digest,
                usize::try_from(layer.packed).unwrap_or(usize::MAX),
            )
        });
        let manifest = object! {
            "schemaVersion" => 2, "mediaType" => "application/vnd.oci.image.manifest.v1+json",
            "config" => blob("application/vnd.oci.image.config.v1+json", &id, text.len()),
            "layers" => Value::list(rows.collect()),
        }
        .to_json();
        let brought = program_of(root, &config.workdir);
        // Unlike docker: a manifest in an image from scratch stands for the program that would be there.
        let alone = brought.is_some() && root.names("/").is_ok_and(|names| names.len() == 1);
        let more = if alone { PROGRAM_BYTES } else { 0 };
        Self {
            digest: sha256(manifest.as_bytes()),
            id,
            size_bytes: layers.iter().map(|layer| layer.packed).sum::<u64>() + more,
            unpacked_bytes: layers.iter().map(|layer| layer.size).sum::<u64>() + more,
            program: brought.unwrap_or(program),
            revision,
            created,
            causes: Causes::none(),
            config,
            layers: layers.iter().map(|layer| layer.digest.clone()).collect(),
            history,
        }
    }

    /// An image of a scenario: a program, and nothing that could be looked into.
    #[inline(never)]
    pub fn opaque(digest: String, size_bytes: u64, program: Value, revision: Option<String>, created: Time) -> Self {
        Self {
            id: digest.clone(),
            digest,
            size_bytes,
            unpacked_bytes: size_bytes,
            program,
            revision,
            created,
            causes: Causes::none(),
            config: Config::default(),
            layers: Vec::new(),
            history: Vec::new(),
        }
    }

    /// The words that a container starts with.
    pub fn command(&self) -> Vec<String> {
        let parts = [&self.config.entrypoint, &self.config.cmd];
        parts.into_iter().flatten().flatten().cloned().collect()
    }

    /// `sha256:` and twelve characters are what people see of an id.
    pub fn short(&self) -> &str {
        short(&self.id)
    }

    /// As `docker image inspect` tells it, without what only a store knows.
    pub fn inspect(&self) -> Value {
        let layers = self.layers.iter().map(|digest| Value::from(digest.as_str())).collect();
        object! {
            "Id" => self.id.as_str(), "Parent" => "", "Comment" => "buildkit.dockerfile.v0",
            "Created" => self.created.rfc3339(), "DockerVersion" => "", "Author" => "",
            "Architecture" => "amd64", "Os" => "linux",
            "Size" => i64::try_from(self.unpacked_bytes).unwrap_or(i64::MAX),
            "RootFS" => object! { "Type" => "layers", "Layers" => Value::list(layers) },
            "Config" => self.config.value(), "Metadata" => object! { "LastTagTime" => list![] },
        }
    }
}

pub(crate) fn short(id: &str) -> &str {
    let hex = id.strip_prefix("sha256:").unwrap_or(id);
    hex.get(..12).unwrap_or(hex)
}

/// The program manifest that an image brings: in its working directory, a folder above, or `/`. A build does not look
/// into what it packs: a broken one is found when the container starts.
fn program_of(root: &Vfs, workdir: &str) -> Option<Value> {
    let mut folder = if workdir.is_empty() { "/" } else { workdir };
    loop {
        if let Ok(source) = root.read_text(&vfs::join(folder, "encore.yaml")) {
            return Some(Value::from_yaml(&source).unwrap_or_else(|_| Value::from(source)));
        }
        if folder == "/" {
            return None;
        }
        folder = vfs::parent(folder);
    }
}

/// How many bytes all files of a file system count for.
pub(crate) fn weigh(root: &Vfs) -> u64 {
    let all = root.walk("/", &mut |_| true).unwrap_or_default();
    let files = all.iter().filter(|(_, stat)| stat.kind == vfs::Kind::File);
    files.map(|(path, _)| root.read(path).map_or(0, |bytes| weight(&bytes))).sum()
}
