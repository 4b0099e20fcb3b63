//! The doors of the API server: who wants to read or write comes through here.

mod admit;
mod admit_pod;
mod change;
mod create;
mod delete;
mod ephemeral;
mod evict;
mod limits;
mod patch;
mod server_apply;
mod update;

pub use delete::{DeleteOptions, Propagation};
pub use patch::{Apply, PatchKind, last_applied};

use crate::authorizer::User;
use crate::engine::Cluster;
use crate::kinds::{KindId, KindInfo};
use crate::object::Object;
use crate::status::Status;
use crate::store::Selectors;
use sim::Causes;
use std::borrow::Cow;
use std::sync::Arc;

/// Who writes, and because of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The field manager: `kubectl-client-side-apply`, `argocd-controller`. It is the actor of the events in the log.
    pub name: Cow<'static, str>,
    pub causes: Causes,
    /// Checks and fills in everything, stores nothing.
    pub dry_run: bool,
    /// On whose behalf: what RBAC does not allow them is refused. Nobody is asked for the cluster itself and its owner.
    pub user: Option<User>,
}

impl Writer {
    pub fn new(name: impl Into<Cow<'static, str>>, causes: Causes) -> Self {
        Self { name: name.into(), causes, dry_run: false, user: None }
    }

    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    #[must_use]
    pub fn on_behalf(self, user: Option<User>) -> Self {
        Self { user, ..self }
    }
}

impl Cluster {
    /// Makes a custom kind known. Its objects are stored without a schema.
    pub fn register(&mut self, info: KindInfo) -> KindId {
        self.store.kinds.register(info)
    }

    pub fn get(&self, kind: KindId, namespace: &str, name: &str) -> Result<&Arc<Object>, Status> {
        let missing = || Status::not_found(self.store.kinds().info(kind).resource(), name);
        self.store.get(kind, namespace, name).ok_or_else(missing)
    }

    /// Objects of one namespace, or of all, in the order of namespace and name.
    pub fn list(
        &self,
        kind: KindId,
        namespace: Option<&str>,
        selectors: &Selectors,
    ) -> Result<Vec<&Arc<Object>>, Status> {
        selectors.fields.check(kind)?;
        Ok(self.store.list(kind, namespace, selectors))
    }
}
