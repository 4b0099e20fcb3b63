//! The image registry: tags that move, digests that do not.

use crate::{Image, ImageRef, Layer};
use order::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

/// Why an image could not be pulled, in containerd's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("invalid reference format")]
    Invalid,
    #[error("failed to resolve reference \"{0}\": {0}: not found")]
    NotFound(String),
}

/// What a registry keeps of a repository; what it does not say is kept for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The newest tags stay, by the time of their images.
    pub tags_max: Option<usize>,
    /// Images that no tag names stay this long.
    pub untagged: Option<Duration>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Repository {
    tags: OrdMap<String, String>,
    images: OrdMap<String, Arc<Image>>,
    retention: Retention,
}

/// All images of the world, by repository, and all layers by their digests.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Registry {
    repositories: OrdMap<String, Repository>,
    /// Content is kept once, for machines and registry alike.
    pub layers: OrdMap<String, Arc<Layer>>,
}

impl Registry {
    /// Stores an image and moves its tag to it.
    pub fn push(&mut self, name: &ImageRef, image: Image) {
        let now = image.created;
        let repository = self.repositories.entry(name.repository.clone()).or_default();
        repository.tags.insert(name.tag_or_latest().to_string(), image.digest.clone());
        repository.images.entry(image.digest.clone()).or_insert_with(|| Arc::new(image));
        if repository.retention != Retention::default() {
            repository.clean(now);
        }
    }

    /// Finds what a reference means now. A digest wins over a tag.
    #[inline(never)]
    pub fn resolve(&self, text: &str) -> Result<&Arc<Image>, RegistryError> {
        let name = ImageRef::parse(text).ok_or(RegistryError::Invalid)?;
        let not_found = || {
            let tag = if name.digest.is_none() && name.tag.is_none() { ":latest" } else { "" };
            RegistryError::NotFound(format!("{text}{tag}"))
        };
        let repository = self.repositories.get(&name.repository).ok_or_else(not_found)?;
        let digest = match &name.digest {
            Some(digest) => digest,
            None => repository.tags.get(name.tag_or_latest()).ok_or_else(not_found)?,
        };
        repository.images.get(digest).ok_or_else(not_found)
    }

    /// Repositories with their tags and digests.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.repositories.iter().flat_map(|(name, repository)| {
            repository.tags.iter().map(move |(tag, digest)| (name.as_str(), tag.as_str(), digest.as_str()))
        })
    }

    /// All images, tagged or not, with their repositories.
    pub fn images(&self) -> impl Iterator<Item = (&str, &Arc<Image>)> {
        let all = self.repositories.iter();
        all.flat_map(|(name, repository)| repository.images.values().map(move |image| (name.as_str(), image)))
    }

    /// Whether a layer is part of an image of this repository: then a push need not carry it.
    pub fn has_layer(&self, repository: &str, digest: &str) -> bool {
        let there = self.repositories.get(repository);
        there.is_some_and(|there| there.images.values().any(|image| image.layers.iter().any(|layer| layer == digest)))
    }

    /// The images of a repository, the newest first, each with its tags.
    #[inline(never)]
    pub fn versions(&self, repository: &str) -> Option<Vec<(&Arc<Image>, Vec<&str>)>> {
        let there = self.repositories.get(repository)?;
        let tags = |digest: &str| {
            let own = there.tags.iter().filter(|(_, other)| other.as_str() == digest);
            own.map(|(tag, _)| tag.as_str()).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = there.images.values().map(|image| (image, tags(&image.digest))).collect();
        order::Arrange::arrange_by(&mut all[..], |(a, _), (b, _)| {
            b.created.cmp(&a.created).then(b.digest.cmp(&a.digest))
        });
        Some(all)
    }

    /// An image of a repository goes, and the tags that name it; without a digest all of them. Whether there was one.
    #[inline(never)]
    pub fn delete(&mut self, repository: &str, digest: Option<&str>) -> bool {
        let Some(digest) = digest else { return self.repositories.remove(repository).is_some() };
        let Some(there) = self.repositories.get_mut(repository) else { return false };
        there.tags.retain(|_, other| other != digest);
        there.images.remove(digest).is_some()
    }

    /// From now on a repository keeps no more than this.
    pub fn retain(&mut self, repository: &str, retention: Retention, now: Time) {
        let there = self.repositories.entry(repository.to_string()).or_default();
        there.retention = retention;
        there.clean(now);
    }

    /// Every layer that an image of the registry is made of.
    pub(crate) fn used_layers(&self) -> OrdSet<String> {
        let images = self.repositories.values().flat_map(|repository| repository.images.values());
        images.flat_map(|image| image.layers.iter().cloned()).collect()
    }
}

impl Repository {
    #[inline(never)]
    fn clean(&mut self, now: Time) {
        if let Some(max) = self.retention.tags_max {
            while self.tags.len() > max {
                let age = |digest: &String| self.images.get(digest).map(|image| image.created);
                let oldest = self.tags.iter().min_by_key(|(_, digest)| age(digest)).map(|(tag, _)| tag.clone());
                let Some(oldest) = oldest else { break };
                self.tags.remove(&oldest);
            }
        }
        if let Some(keep) = self.retention.untagged {
            let named: OrdSet<String> = self.tags.values().cloned().collect();
            self.images.retain(|digest, image| named.contains(digest) || now.since(image.created) < keep);
        }
    }
}
