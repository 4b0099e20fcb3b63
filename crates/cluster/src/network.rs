//! Who may talk to whom: network policies, and what an ingress routes
//! (Kubernetes 1.32, the documentation of `networking.k8s.io/v1`).

use crate::engine::Cluster;
use crate::kinds;
use crate::object::Object;
use crate::selector::LabelSelector;
use manifest::Value;

/// Namespace, service, and its port by number or name.
pub type Backend = (String, String, Value);

/// Whether the rule names a host, whether its path is exact, and how long that is.
type Rank = (bool, bool, usize);

/// The address of whoever is outside of the cluster.
const OUTSIDE: &str = "203.0.113.10";

/// Whether an address lies in `10.0.0.0/8`.
fn inside(block: &str, address: &str) -> bool {
    let number = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok().filter(|n| *n < 256));
        let mut sum = 0_u32;
        for _ in 0..4 {
            sum = sum << 8 | parts.next()??;
        }
        Some(sum)
    };
    let (base, bits) = block.split_once('/').unwrap_or((block, "32"));
    let (Some(base), Some(address), Ok(bits)) = (number(base), number(address), bits.parse::<u32>()) else {
        return false;
    };
    let mask = if bits == 0 { 0 } else { u32::MAX << (32 - bits.min(32)) };
    base & mask == address & mask
}

impl Cluster {
    /// Whether a policy's peer means a pod, or, without one, somebody outside of the cluster.
    fn peer(&self, policy: &Object, peer: &Value, other: Option<&Object>) -> bool {
        let block = peer.at("ipBlock");
        if !block.is_null() {
            let address = other.map_or(OUTSIDE, |other| other.value.str_at("status.podIP"));
            let except = block.list_at("except").iter().filter_map(Value::as_str);
            return inside(block.str_at("cidr"), address) && !except.into_iter().any(|block| inside(block, address));
        }
        let Some(other) = other else { return false };
        let spaces = peer.at("namespaceSelector");
        let here = if spaces.is_null() {
            policy.namespace() == other.namespace()
        } else {
            let space = self.store.get(kinds::NAMESPACE, "", other.namespace());
            space.is_some_and(|space| LabelSelector::from_value(spaces).matches(space.labels()))
        };
        here && LabelSelector::from_value(peer.at("podSelector")).matches(other.labels())
    }

    /// Whether the policies of one end let the traffic pass.
    fn passes(
        &self,
        end: &Object,
        other: Option<&Object>,
        to: &Object,
        (port, protocol): (i64, &str),
        ingress: bool,
    ) -> bool {
        let (kind, rules, peers) = if ingress { ("Ingress", "ingress", "from") } else { ("Egress", "egress", "to") };
        let mut isolated = false;
        for policy in self.store.all(kinds::NETWORKPOLICY, Some(end.namespace())) {
            let spec = policy.value.at("spec");
            let applies = spec.list_at("policyTypes").contains(&Value::from(kind))
                && LabelSelector::from_value(spec.at("podSelector")).matches(end.labels());
            if !applies {
                continue;
            }
            isolated = true;
            let meets = |rule: &Value| {
                let (ports, peers) = (rule.list_at("ports"), rule.list_at(peers));
                (ports.is_empty() || ports.iter().any(|wanted| port_fits(wanted, to, port, protocol)))
                    && (peers.is_empty() || peers.iter().any(|peer| self.peer(policy, peer, other)))
            };
            if spec.list_at(rules).iter().any(meets) {
                return true;
            }
        }
        !isolated
    }

    /// Whether the network policies let a pod talk to a port of another.
    pub fn traffic_allowed(&self, from: &Object, to: &Object, port: i64, protocol: &str) -> bool {
        if from.uid == to.uid {
            return true;
        }
        let wanted = (port, protocol);
        self.passes(from, Some(to), to, wanted, false) && self.passes(to, Some(from), to, wanted, true)
    }

    /// Whether the network policies let somebody outside of the cluster talk to a pod.
    pub fn outside_allowed(&self, to: &Object, port: i64, protocol: &str) -> bool {
        self.passes(to, None, to, (port, protocol), true)
    }

    /// Whether an ingress that a controller serves names this host, or is reached by this address.
    pub fn has_ingress(&self, host: &str) -> bool {
        self.store.all(kinds::INGRESS, None).any(|ingress| {
            let addresses = ingress.value.list_at("status.loadBalancer.ingress");
            let named = |rule: &Value| !rule.str_at("host").is_empty() && host_fits(rule.str_at("host"), host);
            !addresses.is_empty()
                && (addresses.iter().any(|address| address.str_at("ip") == host)
                    || ingress.value.list_at("spec.rules").iter().any(named))
        })
    }

    /// The backend that ingresses choose for a request.
    pub fn route(&self, host: &str, path: &str) -> Option<Backend> {
        // The most specific rule wins: an exact path, then the longest prefix; a rule with a host before one without.
        let mut best: Option<(Rank, Backend)> = None;
        for ingress in self.store.all(kinds::INGRESS, None) {
            for rule in ingress.value.list_at("spec.rules") {
                if !host_fits(rule.str_at("host"), host) {
                    continue;
                }
                for item in rule.list_at("http.paths") {
                    let own = item.str_at("path");
                    let exact = item.str_at("pathType") == "Exact";
                    if !path_fits(own, path, exact) {
                        continue;
                    }
                    let rank = (!rule.str_at("host").is_empty(), exact, own.len());
                    if best.as_ref().is_none_or(|(had, _)| rank > *had) {
                        best = Some((rank, backend(ingress, item.at("backend"))));
                    }
                }
            }
            let fallback = ingress.value.at("spec.defaultBackend");
            if best.is_none() && !fallback.is_null() {
                best = Some(((false, false, 0), backend(ingress, fallback)));
            }
        }
        best.map(|(_, backend)| backend)
    }
}

fn backend(ingress: &Object, backend: &Value) -> Backend {
    let service = backend.at("service");
    let port = match service.at("port.number") {
        Value::Null => service.at("port.name").clone(),
        number => number.clone(),
    };
    (ingress.namespace().to_string(), service.str_at("name").to_string(), port)
}

fn host_fits(rule: &str, host: &str) -> bool {
    match rule.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, own)| own == rest),
        None => rule.is_empty() || rule == host,
    }
}

/// A prefix matches by whole elements of the path.
fn path_fits(rule: &str, path: &str, exact: bool) -> bool {
    if exact {
        return rule == path;
    }
    let rule = rule.trim_end_matches('/');
    path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A port by number, by the name that the container gives it, or as a range.
fn port_fits(wanted: &Value, to: &Object, port: i64, protocol: &str) -> bool {
    let own = wanted.str_at("protocol");
    if (if own.is_empty() { "TCP" } else { own }) != protocol {
        return false;
    }
    match wanted.at("port") {
        Value::Null => true,
        Value::Int(first) => match wanted.int_at("endPort") {
            Some(last) => (*first..=last).contains(&port),
            None => *first == port,
        },
        Value::Str(name) => {
            let ports = to.value.list_at("spec.containers").iter().flat_map(|c| c.list_at("ports"));
            let named = |p: &Value| *p.str_at("name") == **name && p.int_at("containerPort") == Some(port);
            ports.into_iter().any(named)
        }
        _ => false,
    }
}
