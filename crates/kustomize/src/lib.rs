//! Kustomize v5.5: a folder with a kustomization file to Kubernetes objects, as `kubectl kustomize` of kubectl 1.32 renders it.
//!
//! A pure function from files to objects or to an error in Kustomize's own words. It reads only what it is given, runs no
//! plugin, and fetches nothing.

mod accumulate;
mod edits;
mod failure;
mod fields;
mod files;
mod form;
mod generate;
mod identity;
mod images;
mod labels;
mod load;
mod merge;
mod merge_lists;
mod namespace;
mod origin;
mod patches;
mod places;
mod references;
mod rename;
mod replacements;
mod resource;
mod schema;
mod select;
mod sorting;
mod target;
mod writer;

pub use failure::Failure;
pub use files::{FILE_NAMES, Files, Found};

use manifest::Value;

/// What came of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// Lines for the user that are no error: `# Warning: 'bases' is deprecated …`.
    pub warnings: Vec<String>,
    pub objects: Result<Vec<Value>, Failure>,
}

/// Renders the folder at an absolute path. `edits` is an Argo CD Application's `spec.source.kustomize`, or null: what
/// `kustomize edit` would have written into the folder's file before.
pub fn render(files: &dyn Files, folder: &str, edits: &Value) -> Rendered {
    let mut warnings = Vec::new();
    let objects = target::render(files, folder, edits, &mut warnings);
    Rendered { warnings, objects }
}

/// The objects as one text of documents, as `kubectl kustomize` prints it.
pub fn to_yaml(objects: &[Value]) -> String {
    let documents: Vec<String> = objects.iter().map(Value::to_yaml).collect();
    documents.join("---\n")
}
