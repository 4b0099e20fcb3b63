//! Sealed Secrets 0.36: the controller that opens SealedSecrets with keys that only it has, and what its service answers
//! `kubeseal`.
//!
//! It knows nothing of Git and writes only the API store. It acts while a pod of its own is ready; keys that it once read
//! it keeps until that pod goes, as the real one does.

mod engine;
mod install;
mod unseal;

pub use engine::{NAMESPACE, SERVICE, Sealed, chance};
pub use install::install;
pub use unseal::{API, KIND, kind_of, reseal, scope_of, seal_secret, unseal, with_scope};
