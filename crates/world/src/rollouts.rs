//! What Argo Rollouts asks of the world: a Prometheus' figures, and pages inside of the cluster.

use crate::World;
use crate::monitor::Monitor;
use crate::runtime::Net;
use gitops::rollouts::{Meters, Moment, Page};
use manifest::Value;
use sim::Causes;
use workload::{Network, Workload};

struct Outside<'a> {
    monitor: Option<&'a Monitor>,
    workload: &'a Workload,
}

/// Host, and what stands behind it.
fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    (host, path)
}

impl Meters for Outside<'_> {
    #[inline(never)]
    fn query(&mut self, at: Moment<'_>, address: &str, query: &str) -> Result<Value, String> {
        let (host, _) = host_and_path(address);
        let bare = host.split(':').next().unwrap_or(host);
        let url = [address.trim_end_matches('/'), "/api/v1/query"].concat();
        let failed = |why: &str| Err(["Post \"", &url, "\": ", why].concat());
        let net = Net { cluster: at.cluster, host: None, from: None };
        let Some((namespace, service)) = net.host(bare) else {
            return failed(&["dial tcp: lookup ", bare, " on 10.96.0.10:53: no such host"].concat());
        };
        let ready = net.endpoints(&namespace, &service).is_some_and(|all| !all.is_empty());
        let monitor = self.monitor.filter(|_| ready && Monitor::is_at(&namespace, &service));
        let Some(monitor) = monitor else {
            return failed(&["dial tcp ", host, ": connect: connection refused"].concat());
        };
        monitor.ask(at.cluster, query, at.now)
    }

    fn get(&mut self, at: Moment<'_>, url: &str) -> Result<Page, String> {
        let (host, path) = host_and_path(url);
        let bare = host.split(':').next().unwrap_or(host);
        let failed = |why: &str| Err(["Get \"", url, "\": ", why].concat());
        let net = Net { cluster: at.cluster, host: None, from: None };
        let Some((namespace, service)) = net.host(bare) else {
            return failed(&["dial tcp: lookup ", bare, " on 10.96.0.10:53: no such host"].concat());
        };
        let pick = at.now.as_micros() / 1_000_000;
        match self.workload.request(&net, (&namespace, &service), (path, ""), at.now, pick) {
            Some(answer) if answer.status == workload::TIMED_OUT => {
                failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
            }
            Some(answer) => Ok(Page { status: answer.status, body: answer.body }),
            None => failed(&["dial tcp ", host, ": connect: connection refused"].concat()),
        }
    }
}

impl World {
    #[inline(never)]
    pub(crate) fn fire_rollouts(&mut self) {
        let Some(mut rollouts) = self.rollouts.take() else { return };
        let mut outside = Outside { monitor: self.monitor.as_deref(), workload: &self.workload };
        rollouts.fire(&mut self.sim, &mut self.cluster, &mut outside);
        self.rollouts = Some(rollouts);
        self.watch_stores();
    }

    /// Installs Argo Rollouts, as its manifests do.
    pub fn install_rollouts(&mut self, causes: &Causes) -> Result<(), cluster::Status> {
        let writer = cluster::Writer::new("argo-rollouts", causes.clone());
        self.rollouts = Some(Box::default());
        gitops::rollouts::install(&mut self.cluster, &mut self.sim, &writer)
    }
}
