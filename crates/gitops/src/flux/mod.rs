//! Flux 2.7: sources, Kustomizations, Helm releases and image automation, each by the controller that has it in the
//! real one.
//!
//! How an object stands lies in its own status; kept here is only what the controllers keep in memory: when each object
//! is looked at next, and what is under way. Git, Kustomize, charts and the registry are asked through [`Forge`]; nothing
//! but the API store is written, and branches of the forge by image automation. A controller acts only while its own
//! Deployment has a ready pod.

mod apply;
mod automation;
mod build;
mod decrypt;
mod duration;
mod engine;
mod health;
mod images;
mod install;
mod kinds;
mod kustomization;
mod release;
mod release_end;
mod source;
mod substitute;
mod work;

pub use decrypt::Keys;
pub use duration::{duration_text, parse_duration};
pub use engine::{Flux, Id, Line};
pub use health::{Standing, standing};
pub(crate) use install::fill;
pub use install::{COMPONENTS, NAMESPACE, PART_OF, VERSION, install};
pub(crate) use kinds::parts;
pub use kinds::{
    AUTOMATION, CHART, GIT, HELM_REPOSITORY, IMAGE_REPOSITORY, KUSTOMIZATION, POLICY, RELEASE, ROWS, Row, kind_of,
};

use manifest::Value;
use order::OrdMap;
use sim::{Causes, EventId};

/// What a reference of a Git repository means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// `main@sha1:…`
    pub revision: String,
    pub subject: String,
    /// The event of the commit, if it was made in this world.
    pub event: Option<EventId>,
}

/// A source's content: a repository at a commit, without what its patterns leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub url: String,
    /// `main@sha1:…`
    pub revision: String,
    pub ignore: String,
}

impl Artifact {
    /// The commit's id.
    pub fn commit(&self) -> &str {
        self.revision.rsplit(':').next().unwrap_or_default()
    }
}

/// A change for a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    pub url: String,
    /// Where it is made, and where it goes.
    pub from: String,
    pub branch: String,
    pub files: OrdMap<String, String>,
    pub author: (String, String),
    pub message: String,
    pub causes: Causes,
}

/// A `helm` to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelmRun {
    pub id: Id,
    pub argv: Vec<String>,
    /// By absolute path.
    pub files: Vec<(String, Vec<u8>)>,
    pub causes: Causes,
}

/// The world around the controllers.
pub trait Forge {
    /// What a `spec.ref` stands for; an error as the Git client tells it.
    fn fetch(&self, url: &str, reference: &Value) -> Result<Fetched, String>;
    /// The files below a folder, by their paths in it; nothing where there is no such folder.
    fn files(&self, artifact: &Artifact, folder: &str) -> Option<Vec<(String, Vec<u8>)>>;
    /// A folder's objects. `edits` is what goes into its kustomization before; `keys` decrypt its SOPS files.
    fn build(
        &self,
        artifact: &Artifact,
        folder: &str,
        edits: &Value,
        keys: Option<&Keys>,
    ) -> Result<Vec<Value>, String>;
    /// Tags of an image with their digests.
    fn tags(&self, image: &str) -> Vec<(String, String)>;
    /// Commits and pushes; the new commit's id.
    fn push(&mut self, push: Push) -> Result<String, String>;
    fn helm(&mut self, run: HelmRun);
    /// `sha256:…`
    fn digest(&self, bytes: &[u8]) -> String;
    /// The highest of these versions that a range allows, by its place.
    fn highest(&self, range: &str, versions: &[String]) -> Result<Option<usize>, String>;
}
