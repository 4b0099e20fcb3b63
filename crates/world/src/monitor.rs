//! Prometheus in the cluster: it scrapes what programs and pods tell, and answers queries.

use crate::World;
use crate::runtime::Net;
use cluster::{Cluster, DEPLOYMENT, NAMESPACE, Object, POD, SERVICE, Writer, pod_ready};
use manifest::Value;
use metrics::{Features, Labels, SCRAPE_MS, Store};
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Time};
use std::time::Duration;
use workload::{BUCKETS, Counter, Network, Response, Workload};

const SPACE: &str = "monitoring";
const NAME: &str = "prometheus";
const POD_HASH: &str = "rollouts-pod-template-hash";

const MANIFESTS: [&str; 2] = [
    "metadata: {name: prometheus, namespace: monitoring, labels: {app: prometheus}}
spec:
  selector: {matchLabels: {app: prometheus}}
  template:
    metadata: {labels: {app: prometheus}}
    spec:
      containers:
      - name: prometheus
        image: prom/prometheus:v3.5.0
        args: [--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.retention.time=1h]
        ports: [{name: http, containerPort: 9090}]
        readinessProbe: {httpGet: {path: /-/ready, port: http}}
",
    "metadata: {name: prometheus, namespace: monitoring, labels: {app: prometheus}}
spec:
  selector: {app: prometheus}
  ports: [{name: http, port: 9090, targetPort: http}]
",
];

/// What was scraped, and when it is scraped next.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Monitor {
    pub store: Store,
    pub due: Due,
}

fn millis(time: Time) -> i64 {
    i64::try_from(time.as_micros() / 1_000).unwrap_or(i64::MAX)
}

/// What the flags of its pods switch on.
#[inline(never)]
fn features(cluster: &Cluster) -> Features {
    let net = Net { cluster, host: None, from: None };
    let pods = net.endpoints(SPACE, NAME).unwrap_or_default().into_iter();
    let mut pods = pods.filter_map(|(key, _)| cluster.store().get(POD, SPACE, &key.pod));
    let experimental = pods.any(|pod| {
        let containers = pod.value.list_at("spec.containers").iter();
        let flags = containers.flat_map(|one| one.list_at("command").iter().chain(one.list_at("args")));
        let mut lists = flags.filter_map(|flag| flag.as_str()?.strip_prefix("--enable-feature="));
        lists.any(|list| list.split(',').any(|feature| feature == "promql-experimental-functions"))
    });
    Features { experimental }
}

impl Monitor {
    /// Whether a service is that of Prometheus.
    pub(crate) fn is_at(namespace: &str, service: &str) -> bool {
        (namespace, service) == (SPACE, NAME)
    }

    /// A number, or the numbers of an instant vector; the error is that of the client.
    #[inline(never)]
    pub(crate) fn ask(&self, cluster: &Cluster, query: &str, now: Time) -> Result<Value, String> {
        let expr = metrics::parse_with(query, features(cluster))
            .map_err(|told| ["bad_data: invalid parameter \"query\": ", &told].concat())?;
        let value = metrics::Query::new(&self.store).instant(&expr, millis(now));
        match value.map_err(|told| ["execution: ", &told].concat())? {
            metrics::Value::Scalar(number) => Ok(Value::Float(number)),
            metrics::Value::Vector(samples) => {
                Ok(samples.iter().map(|sample| Value::Float(sample.point.value)).collect())
            }
            metrics::Value::Matrix(all) => {
                let points = all.iter().flat_map(|series| &series.points);
                Ok(points.map(|point| Value::Float(point.value)).collect())
            }
            metrics::Value::Text(_) => Err("Prometheus metric type not supported".into()),
        }
    }
}

/// One scrape.
struct Scrape<'a> {
    store: &'a mut Store,
    cluster: &'a Cluster,
    at: i64,
}

impl Scrape<'_> {
    fn put(&mut self, name: &str, pairs: &[(&str, &str)], value: f64) {
        self.store.append(&Labels::new(name, pairs), self.at, value);
    }

    /// What a program says of the requests to one service.
    #[inline(never)]
    fn requests(&mut self, pod: &Object, service: &str, counter: &Counter) {
        let hash = pod.label(POD_HASH).to_string();
        let (namespace, name) = (pod.namespace().to_string(), pod.name().to_string());
        let common: [(&str, &str); 5] = [
            ("job", service),
            ("namespace", &namespace),
            ("pod", &name),
            ("service", service),
            ("rollouts_pod_template_hash", &hash),
        ];
        for (code, count) in &counter.codes {
            let code = code.to_string();
            let mut pairs = common.to_vec();
            pairs.push(("code", &code));
            self.put("http_requests_total", &pairs, count.floor());
        }
        for (at, count) in counter.buckets.iter().enumerate() {
            let end = metrics::number_text(BUCKETS[at]);
            let mut pairs = common.to_vec();
            pairs.push(("le", &end));
            self.put("http_request_duration_seconds_bucket", &pairs, count.floor());
        }
        let mut pairs = common.to_vec();
        pairs.push(("le", "+Inf"));
        self.put("http_request_duration_seconds_bucket", &pairs, counter.requests.floor());
        self.put("http_request_duration_seconds_count", &common, counter.requests.floor());
        self.put("http_request_duration_seconds_sum", &common, counter.seconds);
    }

    /// What the kubelet and kube-state-metrics say of a pod.
    #[inline(never)]
    fn pod(&mut self, pod: &Object, workload: &Workload) {
        let (namespace, name) = (pod.namespace().to_string(), pod.name().to_string());
        let own: [(&str, &str); 2] = [("namespace", &namespace), ("pod", &name)];
        let ready = pod_ready(pod);
        for (condition, holds) in [("true", ready), ("false", !ready)] {
            let pairs = [own[0], own[1], ("condition", condition)];
            self.put("kube_pod_status_ready", &pairs, f64::from(u8::from(holds)));
        }
        let phase = pod.value.str_at("status.phase").to_string();
        self.put("kube_pod_status_phase", &[own[0], own[1], ("phase", &phase)], 1.0);
        for status in pod.value.list_at("status.containerStatuses") {
            let container = status.str_at("name");
            let pairs = [own[0], own[1], ("container", container)];
            let restarts = status.at("restartCount").as_f64().unwrap_or(0.0);
            self.put("kube_pod_container_status_restarts_total", &pairs, restarts);
            let key = workload::Key::new(&namespace, &name, container);
            let Some(running) = workload.container(&key) else { continue };
            let seconds = workload.meter.as_ref().map_or(0.0, |meter| meter.cpu_seconds(&key));
            self.put("container_cpu_usage_seconds_total", &pairs, seconds);
            #[expect(clippy::cast_precision_loss, reason = "bytes of a machine")]
            self.put("container_memory_working_set_bytes", &pairs, running.program.memory_bytes as f64);
        }
    }

    fn deployment(&mut self, deployment: &Object) {
        let pairs = [("namespace", deployment.namespace()), ("deployment", deployment.name())];
        let status = |field: &str| deployment.value.at(field).as_f64().unwrap_or(0.0);
        let (wanted, available) = (status("spec.replicas"), status("status.availableReplicas"));
        self.put("kube_deployment_spec_replicas", &pairs, wanted);
        self.put("kube_deployment_status_replicas_available", &pairs, available);
    }
}

impl World {
    /// The time of a scrape has come.
    #[inline(never)]
    pub(crate) fn scrape(&mut self) {
        let Some(mut monitor) = self.monitor.take() else { return };
        let next = self.sim.now() + Duration::from_millis(SCRAPE_MS.unsigned_abs());
        monitor.due = Due { at: next, seq: self.sim.next_seq() };
        let net = Net { cluster: &self.cluster, host: None, from: None };
        let up = net.endpoints(SPACE, NAME).is_some_and(|all| !all.is_empty());
        if up {
            let at = millis(self.sim.now());
            let mut scrape = Scrape { store: &mut monitor.store, cluster: &self.cluster, at };
            scrape.all(&self.workload, &net, self.sim.now());
            monitor.store.scraped(at);
        }
        self.monitor = Some(monitor);
    }

    /// Prometheus' own answer, where it is Prometheus that was asked.
    #[inline(never)]
    pub(crate) fn monitored(&self, (namespace, service): (&str, &str), path: &str, answer: Response) -> Response {
        let Some(monitor) = self.monitor.as_ref().filter(|_| Monitor::is_at(namespace, service)) else { return answer };
        // Whoever stands in for it with another image answers himself.
        if answer.status != 404 {
            return answer;
        }
        match metrics::answer(&monitor.store, features(&self.cluster), path, millis(self.now())) {
            Some((status, body)) => Response {
                status,
                reason: match status {
                    200 => "OK",
                    400 => "Bad Request",
                    _ => "Unprocessable Entity",
                },
                content_type: "application/json",
                body,
                ..answer
            },
            None => answer,
        }
    }

    /// Installs Prometheus.
    #[inline(never)]
    pub fn install_prometheus(&mut self, causes: &Causes) -> Result<(), cluster::Status> {
        let writer = Writer::new("prometheus", causes.clone());
        let due =
            Due { at: self.sim.now() + Duration::from_millis(SCRAPE_MS.unsigned_abs()), seq: self.sim.next_seq() };
        self.monitor = Some(Box::new(Monitor { store: Store::default(), due }));
        self.workload.meter = Some(Box::default());
        let read = |text: &str| Value::from_yaml(text).unwrap_or_default();
        let (cluster, sim) = (&mut self.cluster, &mut self.sim);
        cluster.create(sim, NAMESPACE, "", read("metadata: {name: monitoring}"), &writer)?;
        cluster.create(sim, DEPLOYMENT, SPACE, read(MANIFESTS[0]), &writer)?;
        cluster.create(sim, SERVICE, SPACE, read(MANIFESTS[1]), &writer)?;
        Ok(())
    }
}

impl Scrape<'_> {
    #[inline(never)]
    fn all(&mut self, workload: &Workload, net: &Net<'_>, now: Time) {
        let store = self.cluster.store();
        if let Some(meter) = &workload.meter {
            for (key, service, counter) in meter.counters() {
                let Some(pod) = store.get(POD, &key.namespace, &key.pod) else { continue };
                let listens = workload.container(key).is_some_and(|one| one.listening(now));
                if listens {
                    self.requests(pod, service, counter);
                }
            }
        }
        for service in store.all(SERVICE, None) {
            for (key, _) in net.endpoints(service.namespace(), service.name()).unwrap_or_default() {
                let up = workload.container(&key).is_some_and(|one| one.listening(now));
                let pairs = [("job", service.name()), ("namespace", service.namespace()), ("pod", &*key.pod)];
                self.put("up", &pairs, f64::from(u8::from(up)));
            }
        }
        for pod in store.all(POD, None) {
            self.pod(pod, workload);
        }
        for deployment in store.all(DEPLOYMENT, None) {
            self.deployment(deployment);
        }
    }
}
