//! A simulated Kubernetes 1.32: an API store, controllers, a scheduler and kubelets, with a port for the containers.
//!
//! Controllers meet only in the store; reconciling twice equals once. It knows no program's behaviour: what a container
//! does is asked through [`Runtime`]. It keeps no clock: time and chance come from `sim`.

mod api;
mod authorizer;
pub mod base64;
mod controllers;
mod crew;
#[cfg(feature = "crowd")]
pub mod crowd;
mod custom;
mod defaults;
mod endpoints;
mod engine;
mod fields;
mod fleet;
mod kinds;
mod kubelet;
mod metrics;
mod network;
mod node_load;
mod object;
mod occurrence;
mod pods;
mod printers;
mod quantity;
mod quota;
mod recorder;
mod roles;
mod runtime;
mod scheduler;
mod schema;
mod selector;
mod setup;
mod status;
mod store;
mod validate;
mod watch;

pub use api::{Apply, DeleteOptions, PatchKind, Propagation, Writer, last_applied};
pub use authorizer::{Attempt, User};
pub use controllers::{Action, Reconciled};
pub use engine::Cluster;
pub use fleet::Expander;
pub use kinds::{
    APISERVICE, CLUSTERROLE, CLUSTERROLEBINDING, CONFIGMAP, CONTROLLERREVISION, CRONJOB, CUSTOMRESOURCEDEFINITION,
    CustomColumn, DAEMONSET, DEPLOYMENT, ENDPOINTS, ENDPOINTSLICE, EVENT, HORIZONTALPODAUTOSCALER, INGRESS,
    INGRESSCLASS, JOB, KindId, KindInfo, Kinds, LIMITRANGE, MUTATINGWEBHOOKCONFIGURATION, NAMESPACE, NETWORKPOLICY,
    NODE, PERSISTENTVOLUME, PERSISTENTVOLUMECLAIM, POD, PODDISRUPTIONBUDGET, PRIORITYCLASS, REPLICASET,
    REPLICATIONCONTROLLER, RESOURCEQUOTA, ROLE, ROLEBINDING, SECRET, SERVICE, SERVICEACCOUNT, STATEFULSET,
    STORAGECLASS, VALIDATINGWEBHOOKCONFIGURATION,
};
pub use metrics::PodUsage;
pub use network::Backend;
pub use node_load::{Amounts, NodeLoad, Taint, pod_requests};
pub use object::{Key, Object, condition, condition_true, time_at};
pub use pods::{int_or_percent, pod_available, pod_ready};
pub use printers::{Cell, Column, Table, human_duration, pod_status, table};
pub use quantity::{Quantity, canonical};
pub use runtime::{
    ContainerPort, ContainerRef, ContainerStart, Mount, ProbeAction, PulledImage, Runtime, Stopped, Usage,
};
pub use schema::{schema_behind, schema_names, schema_of};
pub use selector::{FieldSelector, LabelSelector};
pub use setup::{NodeShape, VERSION};
pub use sim::{Schedule, Zone};
pub use status::{FieldError, Status, StatusDetails};
pub use store::{Change, ChangeKind, Selectors, Store};

#[cfg(test)]
mod tests;
