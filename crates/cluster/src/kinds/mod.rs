//! The kinds: one row each for those that are built in (`rows.rs`), and those that are registered at run time.

mod rows;

use crate::printers::Printer;
use crate::status::FieldError;
use manifest::Value;
use order::OrdSet;
use rows::{ROWS, Row};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// The number of a kind in the registry of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KindId(pub u16);

pub const NAMESPACE: KindId = KindId(0);
pub const NODE: KindId = KindId(1);
pub const POD: KindId = KindId(2);
pub const REPLICASET: KindId = KindId(3);
pub const DEPLOYMENT: KindId = KindId(4);
pub const SERVICE: KindId = KindId(5);
pub const ENDPOINTSLICE: KindId = KindId(6);
pub const CONFIGMAP: KindId = KindId(7);
pub const EVENT: KindId = KindId(8);
pub const SECRET: KindId = KindId(9);
pub const SERVICEACCOUNT: KindId = KindId(10);
pub const HORIZONTALPODAUTOSCALER: KindId = KindId(11);
pub const JOB: KindId = KindId(12);
pub const CRONJOB: KindId = KindId(13);
pub const STATEFULSET: KindId = KindId(14);
pub const DAEMONSET: KindId = KindId(15);
pub const CONTROLLERREVISION: KindId = KindId(16);
pub const PERSISTENTVOLUME: KindId = KindId(17);
pub const PERSISTENTVOLUMECLAIM: KindId = KindId(18);
pub const STORAGECLASS: KindId = KindId(19);
pub const PODDISRUPTIONBUDGET: KindId = KindId(20);
pub const PRIORITYCLASS: KindId = KindId(21);
pub const RESOURCEQUOTA: KindId = KindId(22);
pub const LIMITRANGE: KindId = KindId(23);
pub const ROLE: KindId = KindId(24);
pub const ROLEBINDING: KindId = KindId(25);
pub const CLUSTERROLE: KindId = KindId(26);
pub const CLUSTERROLEBINDING: KindId = KindId(27);
pub const INGRESS: KindId = KindId(28);
pub const INGRESSCLASS: KindId = KindId(29);
pub const NETWORKPOLICY: KindId = KindId(30);
pub const CUSTOMRESOURCEDEFINITION: KindId = KindId(31);
/// Told from the endpoint slices when somebody looks: see `Cluster::endpoints`.
pub const ENDPOINTS: KindId = KindId(32);
pub const REPLICATIONCONTROLLER: KindId = KindId(33);
pub const APISERVICE: KindId = KindId(34);
pub const VALIDATINGWEBHOOKCONFIGURATION: KindId = KindId(35);
pub const MUTATINGWEBHOOKCONFIGURATION: KindId = KindId(36);
/// Kinds registered at run time count on from here.
const CUSTOM_FIRST: u16 = 1_000;

/// What a kind is called and where it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindInfo {
    pub id: KindId,
    /// Empty for the core group.
    pub group: Arc<str>,
    pub version: Arc<str>,
    pub kind: Arc<str>,
    pub plural: Arc<str>,
    pub singular: Arc<str>,
    pub short_names: Vec<Arc<str>>,
    /// `all` for those that `kubectl get all` lists.
    pub categories: Vec<Arc<str>>,
    pub namespaced: bool,
    /// Whether `status` is written by its own door only.
    pub status_subresource: bool,
    /// What `kubectl get` shows between NAME and AGE, for kinds registered at run time.
    pub columns: Vec<CustomColumn>,
}

/// A printer column of a custom resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomColumn {
    pub name: Arc<str>,
    /// `.status.sync.status`
    pub json_path: Arc<str>,
    /// Shown by `-o wide` only.
    pub wide: bool,
}

impl KindInfo {
    /// `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods`, `deployments.apps`.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_string() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// (group, plural), as a `Status` names it.
    pub fn resource(&self) -> (&str, &str) {
        (&self.group, &self.plural)
    }

    /// (group, kind), as a `Status` of reason `Invalid` names it.
    pub fn group_kind(&self) -> (&str, &str) {
        (&self.group, &self.kind)
    }
}

/// What a built-in kind does at the API server.
#[derive(Clone, Copy)]
pub(crate) struct Behaviour {
    pub default: fn(&mut Value),
    /// The new object, and the one it replaces.
    pub validate: fn(&Value, Option<&Value>) -> Vec<FieldError>,
    pub print: Printer,
    /// Whether `metadata.generation` counts changes of the spec.
    pub generation: bool,
}

fn built_in() -> &'static [KindInfo] {
    static INFOS: OnceLock<Vec<KindInfo>> = OnceLock::new();
    INFOS.get_or_init(|| ROWS.iter().zip(0..).map(|(row, id)| info_of(row, KindId(id))).collect())
}

fn info_of(row: &Row, id: KindId) -> KindInfo {
    let (group, version, kind, plural, short) = row.info;
    KindInfo {
        id,
        group: group.into(),
        version: version.into(),
        kind: kind.into(),
        plural: plural.into(),
        singular: kind.to_ascii_lowercase().into(),
        short_names: short.split(',').filter(|s| !s.is_empty()).map(Arc::from).collect(),
        categories: row.has(rows::ALL).then(|| Arc::from("all")).into_iter().collect(),
        namespaced: row.has(rows::SPACED),
        status_subresource: row.has(rows::STATUS),
        columns: Vec::new(),
    }
}

/// What a built-in kind does; nothing for one registered at run time.
pub(crate) fn behaviour_of(id: KindId) -> Option<&'static Behaviour> {
    ROWS.get(usize::from(id.0)).map(|row| &row.behaviour)
}

/// The name of a built-in kind, which needs no copy of its own.
pub(crate) fn name_of(id: KindId) -> Option<&'static str> {
    ROWS.get(usize::from(id.0)).map(|row| row.info.2)
}

/// Every kind that a cluster knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kinds {
    custom: Vec<Arc<KindInfo>>,
    /// Custom kinds that are not served any more.
    gone: OrdSet<KindId>,
}

impl Kinds {
    /// Adds a kind, or replaces the one of the same group and kind; its `id` is given here.
    pub fn register(&mut self, info: KindInfo) -> KindId {
        if let Some(old) = self.custom.iter_mut().find(|old| old.group == info.group && old.kind == info.kind) {
            let id = old.id;
            self.gone.remove(&id);
            *old = Arc::new(KindInfo { id, ..info });
            return id;
        }
        let id = KindId(CUSTOM_FIRST + u16::try_from(self.custom.len()).expect("fewer than 60,000 custom kinds"));
        self.custom.push(Arc::new(KindInfo { id, ..info }));
        id
    }

    /// Takes a custom kind out of the API.
    pub(crate) fn forget(&mut self, group: &str, kind: &str) {
        let found = self.custom.iter().find(|info| *info.group == *group && *info.kind == *kind);
        if let Some(id) = found.map(|info| info.id) {
            self.gone.insert(id);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &KindInfo> {
        let custom = self.custom.iter().map(AsRef::as_ref);
        built_in().iter().chain(custom.filter(|info: &&KindInfo| !self.gone.contains(&info.id)))
    }

    pub fn info(&self, id: KindId) -> &KindInfo {
        match id.0.checked_sub(CUSTOM_FIRST) {
            None => &built_in()[usize::from(id.0)],
            Some(at) => &self.custom[usize::from(at)],
        }
    }

    /// By the words of a command line: `po`, `pod`, `pods`, `Deployment`, `deployments.apps`, `deployments.v1.apps`.
    pub fn find(&self, word: &str) -> Option<&KindInfo> {
        let word = word.to_ascii_lowercase();
        let (name, rest) = word.split_once('.').unwrap_or((word.as_str(), ""));
        self.iter().find(|info| {
            let named = *info.plural == *name
                || *info.singular == *name
                || info.short_names.iter().any(|short| **short == *name)
                || info.kind.eq_ignore_ascii_case(name);
            let placed = rest.is_empty()
                || *info.group == *rest
                || rest
                    .split_once('.')
                    .is_some_and(|(version, group)| *info.version == *version && *info.group == *group)
                || (info.group.is_empty() && *info.version == *rest);
            named && placed
        })
    }

    /// By the `apiVersion` and `kind` of a manifest.
    pub fn of_manifest(&self, api_version: &str, kind: &str) -> Option<&KindInfo> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        // An autoscaler of v1 is another way to write one of v2.
        let old = kind == "HorizontalPodAutoscaler" && version == "v1";
        let version = if old && group == "autoscaling" { "v2" } else { version };
        self.iter().find(|info| *info.kind == *kind && *info.group == *group && *info.version == *version)
    }

    /// Every kind of a category, such as `all`.
    pub fn in_category<'k>(&'k self, category: &'k str) -> impl Iterator<Item = &'k KindInfo> {
        self.iter().filter(move |info| info.categories.iter().any(|c| **c == *category))
    }
}
