//! The value: JSON's seven shapes, cheap to clone, copied only where it is written.

use crate::map::Map;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// A JSON-like value. A clone shares lists, maps and texts with the original.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
}

/// Words that Kubernetes objects repeat; each is allocated once in a process.
const WORDS: &str = "\
    Always Available BestEffort Burstable ClusterFirst ClusterIP ConfigMap ContainersReady Cluster \
    ContainerCreating DaemonSet Default DefaultBinder Deployment EndpointSlice Event False File FailedScheduling \
    Guaranteed HTTP IPv4 IfNotPresent Initialized Namespace Never NewReplicaSetAvailable MinimumReplicasAvailable \
    Node Normal Pending Pod PodReadyToStartContainers PodScheduled Pulled Pulling Created Started Scheduled \
    Progressing Ready ReplicaSet ReplicaSetUpdated RollingUpdate Running Service SingleStack Succeeded TCP True \
    Unknown Warning action addressType addresses allocatable annotations apiVersion apps/v1 args availableReplicas \
    blockOwnerDeletion capacity claimName clusterIP clusterIPs command component conditions config configMap \
    containerID containerPort containerStatuses containers controller count cpu creationTimestamp data default \
    default-scheduler defaultMode deletionGracePeriodSeconds deletionTimestamp \
    deployment.kubernetes.io/desired-replicas deployment.kubernetes.io/max-replicas \
    deployment.kubernetes.io/revision dnsPolicy effect enableServiceLinks endpoints env envFrom eventTime exitCode \
    failureThreshold fieldPath finalizers finishedAt firstTimestamp fullyLabeledReplicas generateName generation \
    host hostIP hostIPs httpGet image imageID imagePullPolicy initContainerStatuses initialDelaySeconds \
    internalTrafficPolicy involvedObject ip ipFamilies ipFamilyPolicy items key kind \
    kubectl.kubernetes.io/last-applied-configuration labels lastProbeTime lastState lastTimestamp \
    lastTransitionTime lastUpdateTime limits livenessProbe matchLabels maxSurge maxUnavailable memory message \
    metadata mountPath name namespace node.kubernetes.io/not-ready node.kubernetes.io/unreachable nodeName \
    nodeSelector observedGeneration operator ownerReferences path periodSeconds phase pod-template-hash podIP \
    podIPs port ports preemptionPolicy priority progressDeadlineSeconds protocol qosClass readinessProbe ready \
    readyReplicas reason replicas reportingComponent reportingInstance requests resourceVersion resources \
    restartCount restartPolicy revisionHistoryLimit running scheduler schedulerName scheme securityContext \
    selector serviceAccount serviceAccountName sessionAffinity source spec started startedAt startupProbe state \
    status strategy successThreshold targetPort template terminated terminationGracePeriodSeconds \
    terminationMessagePath terminationMessagePolicy timeoutSeconds tolerationSeconds tolerations type uid \
    unavailableReplicas updatedReplicas v1 value valueFrom volumeMounts volumes waiting /dev/termination-log \
    NoExecute Exists deployment-controller replicaset-controller kubelet default-token Completed Error None app \
    app.kubernetes.io/name app.kubernetes.io/instance app.kubernetes.io/part-of default-pool";

/// The shared copy of a word that objects repeat, or a new one.
pub fn word(text: &str) -> Arc<str> {
    static SHARED: OnceLock<OrdMap<&'static str, Arc<str>>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| WORDS.split(' ').chain([""]).map(|word| (word, Arc::from(word))).collect());
    shared.get(text).cloned().unwrap_or_else(|| Arc::from(text))
}

pub(crate) static NULL: Value = Value::Null;
static EMPTY: Map = Map::new();

impl Value {
    /// The one shared `Null`.
    pub fn null() -> &'static Self {
        &NULL
    }

    pub fn map() -> Self {
        Self::Map(Arc::default())
    }

    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Null, "", an empty list or map, 0 or false: what Go's `omitempty` leaves out.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(on) => !on,
            Self::Int(n) => *n == 0,
            Self::Float(x) => *x == 0.0,
            Self::Str(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(on) = self { Some(*on) } else { None }
    }

    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// A number of either kind.
    #[expect(clippy::cast_precision_loss, reason = "that is what a float of an int is")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    pub fn as_text(&self) -> Option<&Arc<str>> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The items of a list; nothing for any other value.
    pub fn items(&self) -> &[Value] {
        self.as_list().unwrap_or(&[])
    }

    /// The entries of a map; nothing for any other value.
    pub fn entries(&self) -> &Map {
        self.as_map().unwrap_or(&EMPTY)
    }

    /// The map to write to; a value of any other shape becomes an empty map first.
    pub fn make_map(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        match self {
            Self::Map(map) => Arc::make_mut(map),
            _ => unreachable!("just made a map"),
        }
    }

    /// The list to write to; a value of any other shape becomes an empty list first.
    pub fn make_list(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Self::List(_)) {
            *self = Self::list(Vec::new());
        }
        match self {
            Self::List(items) => Arc::make_mut(items),
            _ => unreachable!("just made a list"),
        }
    }

    /// Whether both are the same memory (then they are equal without looking).
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) => Arc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(word(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Str(text.as_str().into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Str(text)
    }
}

impl From<&Arc<str>> for Value {
    fn from(text: &Arc<str>) -> Self {
        Self::Str(text.clone())
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Self {
        Self::Bool(on)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Int(i64::from(n))
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(i64::from(n))
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::list(items)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::list(items.into_iter().collect())
    }
}

/// A map from key-value pairs: `object! { "name" => "web", "replicas" => 3 }`. A later key wins.
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::Value::from(
            [$(($crate::word($key), $crate::Value::from($value))),*].into_iter().collect::<$crate::Map>()
        )
    };
}

/// A list: `list!["sh", "-c"]`.
#[macro_export]
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::Value::list(vec![$($crate::Value::from($value)),*])
    };
}
