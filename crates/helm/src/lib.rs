//! Helm 3.17: a chart's files, values and a release's name to manifests, hooks and notes, or to Helm's own error.
//!
//! A pure function: it reads only what it is given, has no clock and no chance but what the caller gives, knows no
//! cluster (`lookup` asks the caller), and fetches nothing.

mod capabilities;
mod chart;
mod encode;
mod engine;
mod files;
mod functions;
mod ignore;
mod lint;
mod load;
mod manifests;
mod render;
mod requirements;
mod schema;
mod schema_rules;
mod semver;
mod strvals;
mod text;
mod values;

pub use capabilities::{API_VERSIONS, Capabilities, GIT_COMMIT, GO_VERSION, HELM_VERSION, KUBE_VERSION};
pub use chart::{Chart, Dependency, File, missing_told};
pub use encode::{base64, from_base64};
pub use engine::Setting;
pub use functions::moment;
pub use gotemplate::{layout, rfc3339};
pub use ignore::matched;
pub use lint::{Finding, Severity, lint};
pub use load::{load, read_values, read_yaml, wholes};
pub use manifests::{Hook, Manifest, split, uninstall_rank};
pub use render::{Failure, Release, Rendered, render, template_text, texts};
pub use requirements::compatible;
pub use semver::{Constraint, Version};
pub use strvals::{How, set};
pub use text::{normalized, text};
pub use values::merge_maps;
