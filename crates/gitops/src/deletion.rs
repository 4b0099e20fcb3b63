//! An application that is deleted with its resources: its finalizer says so (`finalizeApplicationDeletion`).

use crate::compare::tracked;
use crate::engine::ArgoCd;
use crate::hooks;
use crate::operation::CONTROLLER;
use crate::project::Project;
use crate::status;
use cluster::{Cluster, DeleteOptions, Object, Propagation, Writer};
use manifest::Value;
use sim::{Causes, Sim};
use std::sync::Arc;

pub const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

fn is_ours(finalizer: &Value) -> bool {
    finalizer.as_str().is_some_and(|name| name.starts_with(FINALIZER))
}

impl ArgoCd {
    /// Deletes what is left of a deleted application's resources; when nothing is, the application may go.
    #[inline(never)]
    pub(crate) fn finalize(&mut self, sim: &mut Sim, cluster: &mut Cluster, app: &Object, project: Option<&Project>) {
        let Some(finalizer) = app.finalizers().iter().find(|one| is_ours(one)) else { return };
        let causes = app.written_by.clone();
        let keeps = |object: &Arc<Object>| {
            let policy = app.value.list_at("spec.syncPolicy.syncOptions");
            hooks::has_option(&object.value, "Delete=false")
                || policy.iter().any(|option| option.as_str() == Some("Delete=false"))
                || object.annotation("helm.sh/resource-policy") == "keep"
                || object.value.str_at("kind") == "CustomResourceDefinition"
                || object.uid == app.uid
        };
        let permitted = |object: &Arc<Object>, cluster: &Cluster| {
            let info = cluster.store().kinds().info(object.key.kind);
            project.is_none_or(|project| project.permits_object(&info.group, object))
        };
        let mut left = tracked(app.name(), cluster);
        left.retain(|object| permitted(object, cluster) && !keeps(object));
        let background = finalizer.as_str().is_some_and(|name| name.ends_with("/background"));
        let propagation = if background { Propagation::Background } else { Propagation::Foreground };
        let writer = Writer::new(CONTROLLER, causes.clone());
        for object in left.iter().filter(|object| !object.deleting()) {
            let place = (object.key.kind, object.namespace(), object.name());
            let gone = cluster.delete(sim, place, DeleteOptions { propagation, grace_secs: None }, &writer);
            debug_assert!(gone.is_ok(), "what is there can be deleted: {gone:?}");
        }
        if left.iter().all(|object| cluster.store().get_key(&object.key).is_none()) {
            let Some(app) = self.object(cluster, app.name()).cloned() else { return };
            let mut value = app.value.clone();
            value.at_mut("metadata.finalizers").make_list().retain(|one| !is_ours(one));
            status::store(sim, cluster, &app, value, &Causes::none().and(&causes));
        }
    }
}
