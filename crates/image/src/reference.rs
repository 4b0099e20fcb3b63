//! Names of images: repository, tag, digest.

use std::fmt;

/// A reference such as `registry.encore/web:1.9` or `nginx@sha256:…`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageRef {
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl ImageRef {
    /// Takes a reference apart; `None` for one that containerd would call invalid.
    #[inline(never)]
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

    /// As the Docker CLI names it: without what stands for Docker Hub.
    pub fn familiar(text: &str) -> Option<Self> {
        let mut name = Self::parse(text)?;
        for hub in ["docker.io/library/", "index.docker.io/library/", "docker.io/", "library/"] {
            if let Some(short) = name.repository.strip_prefix(hub).filter(|short| !short.is_empty()) {
                name.repository = short.to_string();
                break;
            }
        }
        Some(name)
    }

    /// The registry's host; `docker.io` where none is named.
    pub fn host(&self) -> &str {
        match self.repository.split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
            _ => "docker.io",
        }
    }

    /// With everything that the short form leaves out: `docker.io/library/alpine:latest`.
    #[inline(never)]
    pub fn canonical(&self) -> String {
        let host = self.host();
        let path = match self.repository.strip_prefix(host).and_then(|rest| rest.strip_prefix('/')) {
            Some(path) => path.to_string(),
            None if self.repository.contains('/') => self.repository.clone(),
            None => ["library/", &self.repository].concat(),
        };
        let tag = if self.digest.is_some() && self.tag.is_none() {
            String::new()
        } else {
            [":", self.tag_or_latest()].concat()
        };
        let digest = self.digest.as_ref().map(|digest| ["@", digest].concat()).unwrap_or_default();
        [host, "/", &path, &tag, &digest].concat()
    }

    /// `repository:tag`, as a store of images keeps it.
    pub fn tagged(&self) -> String {
        [&self.repository, ":", self.tag_or_latest()].concat()
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
