//! What one machine's Docker has: images, names for them, the cache of its builds.

use crate::{Image, ImageRef, Layer, Registry, base};
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use vfs::Vfs;

/// A step that was done before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cached {
    /// The layer that it made; `None` where it changed nothing.
    pub layer: Option<String>,
    pub size: u64,
    pub created: Time,
    pub used: Time,
}

/// A build that came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The first name that it was given; empty where it got none.
    pub tag: String,
    pub id: String,
    pub at: Time,
    pub took: Duration,
    /// Steps that were done, and steps that were found in the cache.
    pub done: u32,
    pub cached: u32,
    /// Bytes of the context that it was sent.
    pub context_bytes: u64,
}

/// A machine's images.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Store {
    pub images: OrdMap<String, Arc<Image>>,
    /// `repository:tag` and the image's id.
    pub tags: OrdMap<String, String>,
    /// `repository@sha256:…`, as pulled and pushed, and the image's id.
    pub digests: OrdMap<String, String>,
    pub cache: OrdMap<String, Cached>,
    /// Folders of `RUN --mount=type=cache`.
    pub mounts: OrdMap<String, Vfs>,
    pub builds: Vec<Record>,
    pub logins: OrdSet<String>,
}

/// So many builds are remembered.
const RECORDS_MAX: usize = 60;

impl Store {
    /// An image by name, digest, id or the beginning of its id.
    #[inline(never)]
    pub fn find(&self, text: &str) -> Option<&Arc<Image>> {
        let by_id = |hex: &str| {
            let start = ["sha256:", hex].concat();
            let mut fits = self.images.range(start.clone()..).take_while(|(id, _)| id.starts_with(&start));
            let first = fits.next();
            if fits.next().is_some() { None } else { first.map(|(_, image)| image) }
        };
        if let Some(hex) = text.strip_prefix("sha256:") {
            return by_id(hex);
        }
        if let Some(name) = ImageRef::familiar(text) {
            let found = match &name.digest {
                Some(digest) => self.digests.get(&[&name.repository, "@", digest].concat()),
                None => self.tags.get(&name.tagged()),
            };
            if let Some(image) = found.and_then(|id| self.images.get(id)) {
                return Some(image);
            }
        }
        let hex = !text.is_empty()
            && text.len() >= 4
            && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        hex.then(|| by_id(text)).flatten()
    }

    /// Keeps an image under a name. An image that loses its only name stays, without one.
    pub fn tag(&mut self, name: &ImageRef, image: &Arc<Image>) {
        self.images.insert(image.id.clone(), image.clone());
        self.tags.insert(name.tagged(), image.id.clone());
    }

    /// The names of an image, in order.
    pub fn names(&self, id: &str) -> Vec<&str> {
        self.tags.iter().filter(|(_, other)| other.as_str() == id).map(|(name, _)| name.as_str()).collect()
    }

    /// `repository@digest` of an image.
    pub fn repo_digests(&self, id: &str) -> Vec<&str> {
        self.digests.iter().filter(|(_, other)| other.as_str() == id).map(|(name, _)| name.as_str()).collect()
    }

    /// Takes a pulled image in.
    pub fn take(&mut self, name: &ImageRef, image: &Arc<Image>) {
        self.images.insert(image.id.clone(), image.clone());
        if name.digest.is_none() {
            self.tags.insert(name.tagged(), image.id.clone());
        }
        self.digests.insert([&name.repository, "@", &image.digest].concat(), image.id.clone());
    }

    /// Whether the content of a layer is on this machine.
    pub fn has_layer(&self, digest: &str) -> bool {
        let in_images = self.images.values().any(|image| image.layers.iter().any(|layer| layer == digest));
        in_images || self.cache.values().any(|cached| cached.layer.as_deref() == Some(digest))
    }

    pub fn record(&mut self, record: Record) {
        if self.builds.len() >= RECORDS_MAX {
            self.builds.remove(0);
        }
        self.builds.push(record);
    }
}

impl Registry {
    /// What a name means in this world: an image of the registry, or a well-known public one, whose layers are then here.
    #[inline(never)]
    pub fn find(&mut self, name: &ImageRef) -> Option<Arc<Image>> {
        let text = name.to_string();
        if let Ok(image) = self.resolve(&text) {
            return Some(image.clone());
        }
        let (image, layers) = base::public(&name.repository, name.tag_or_latest())?;
        if name.digest.as_ref().is_some_and(|digest| *digest != image.digest) {
            return None;
        }
        for layer in layers {
            self.layers.insert(layer.digest.clone(), layer);
        }
        Some(Arc::new(image))
    }

    /// The file system of an image: its layers, one over the other.
    pub fn root(&self, layers: &[String]) -> Vfs {
        let mut root = Vfs::new();
        for layer in layers.iter().filter_map(|digest| self.layers.get(digest)) {
            crate::apply(&mut root, &layer.changes);
        }
        root
    }

    /// Forgets layers that neither the registry nor one of these machines needs.
    pub fn sweep<'s>(&mut self, stores: impl Iterator<Item = &'s Store>) {
        let mut used = self.used_layers();
        for store in stores {
            for layer in store.images.values().flat_map(|image| &image.layers) {
                used.insert(layer.clone());
            }
            for layer in store.cache.values().filter_map(|cached| cached.layer.clone()) {
                used.insert(layer);
            }
        }
        self.layers.retain(|digest, _| used.contains(digest));
    }

    pub fn layer(&self, digest: &str) -> Option<&Arc<Layer>> {
        self.layers.get(digest)
    }
}
