//! The image registry: tags that move, digests that do not.

use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::fmt;
use std::sync::Arc;

/// An image: content, and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// `sha256:…` of the content.
    pub digest: String,
    pub size_bytes: u64,
    /// The program manifest: how what is in the image behaves.
    pub program: Value,
    /// `org.opencontainers.image.revision`: the commit that it was built from, if any.
    pub revision: Option<String>,
    pub created: Time,
    /// The events that led to it.
    pub causes: Causes,
}

/// A reference such as `registry.encore/web:1.9` or `nginx@sha256:…`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageRef {
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl ImageRef {
    /// Takes a reference apart; `None` for one that containerd would call invalid.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let hex = digest.strip_prefix("sha256:")?;
                if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                (rest, Some(digest.to_string()))
            }
            None => (text, None),
        };
        let slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (repository, tag) = match rest[slash..].find(':') {
            Some(colon) => (&rest[..slash + colon], Some(&rest[slash + colon + 1..])),
            None => (rest, None),
        };
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:".contains(c);
        let tag_good = |t: &str| {
            !t.is_empty() && t.len() <= 128 && t.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if repository.is_empty() || !repository.chars().all(good) || !tag.is_none_or(tag_good) {
            return None;
        }
        Some(Self { repository: repository.into(), tag: tag.map(String::from), digest })
    }

    /// The tag that is meant where none is written.
    pub fn tag_or_latest(&self) -> &str {
        self.tag.as_deref().unwrap_or("latest")
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// Why an image could not be pulled, in containerd's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("invalid reference format")]
    Invalid,
    #[error("failed to resolve reference \"{0}\": {0}: not found")]
    NotFound(String),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Repository {
    tags: OrdMap<String, String>,
    images: OrdMap<String, Arc<Image>>,
}

/// All images of the world, by repository.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Registry {
    repositories: OrdMap<String, Repository>,
}

impl Registry {
    /// Stores an image and moves its tag to it.
    pub fn push(&mut self, name: &ImageRef, image: Image) {
        let repository = self.repositories.entry(name.repository.clone()).or_default();
        repository.tags.insert(name.tag_or_latest().to_string(), image.digest.clone());
        repository.images.entry(image.digest.clone()).or_insert_with(|| Arc::new(image));
    }

    /// Finds what a reference means now. A digest wins over a tag.
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
}
