//! Programs of well-known public images. Any other name is nothing that a node could pull.

use crate::Program;
use manifest::Value;

/// One image a line: the end of its repository, by whole parts, and the settings of its program. Where several images
/// could share the last part (`frontend`), more of them are asked for.
///
/// Ports, health paths and environment are those that the images' own documentation and manifests name.
const IMAGES: &str = "\
nginx port: 80, startup: 300ms, headline: Welcome to nginx!, health: {path: /}, cpu_ms_per_request: 0.2, latency_ms: 1
nginx-unprivileged port: 8080, startup: 300ms, headline: Welcome to nginx!, health: {path: /}, cpu_ms_per_request: 0.2, latency_ms: 1
httpd port: 80, startup: 300ms, headline: It works!, health: {path: /}, cpu_ms_per_request: 0.4, latency_ms: 1
caddy port: [80, 443, 2019], startup: 300ms, headline: Caddy works!, health: {path: /}
traefik port: [80, 8080], health: {path: /ping}
traefik/whoami port: 80, startup: 300ms, headline: whoami, health: {path: /health}
hashicorp/http-echo port: 5678, startup: 300ms, headline: hello-world, health: {path: /}
registry port: 5000, health: {path: /}
redis port: 6379, startup: 500ms, cpu_ms_per_request: 0.05, latency_ms: 1, log: Ready to accept connections tcp
redis-slave port: 6379, startup: 500ms, log: The server is now ready to accept connections on port 6379
gb-redisslave port: 6379, startup: 500ms, log: The server is now ready to accept connections on port 6379
gb-redis-follower port: 6379, startup: 500ms, log: Ready to accept connections tcp
memcached port: 11211, startup: 200ms, cpu_ms_per_request: 0.05, latency_ms: 1, log: ' '
postgres port: 5432, startup: 3s, needs_env: [POSTGRES_PASSWORD|POSTGRES_HOST_AUTH_METHOD], cpu_ms_per_request: 0.5, latency_ms: 2, log: database system is ready to accept connections
mysql port: [3306, 33060], startup: 8s, memory: 350Mi, needs_env: [MYSQL_ROOT_PASSWORD|MYSQL_ALLOW_EMPTY_PASSWORD|MYSQL_RANDOM_ROOT_PASSWORD], log: 'mysqld: ready for connections.'
mariadb port: 3306, startup: 6s, memory: 200Mi, needs_env: [MARIADB_ROOT_PASSWORD|MARIADB_ALLOW_EMPTY_ROOT_PASSWORD|MARIADB_RANDOM_ROOT_PASSWORD|MYSQL_ROOT_PASSWORD], log: 'mariadbd: ready for connections.'
mongo port: 27017, startup: 2s, memory: 150Mi, log: Waiting for connections
rabbitmq port: [5672, 15672, 4369, 15692, 25672], startup: 10s, memory: 120Mi, log: Server startup complete
rabbitmq-exporter port: [9419, 9090], health: {path: /health}
cassandra port: [9042, 7000, 7001, 7199], startup: 25s, memory: 700Mi, log: Startup complete
elasticsearch port: [9200, 9300], startup: 20s, memory: 1Gi, health: {path: /_cluster/health}
kubernetes-zookeeper port: [2181, 2888, 3888], startup: 4s, memory: 150Mi, log: binding to port 0.0.0.0/0.0.0.0:2181
zookeeper port: [2181, 2888, 3888, 8080], startup: 4s, memory: 150Mi, log: binding to port /0.0.0.0:2181
etcd port: [2379, 2380], health: {path: /health}, log: ready to serve client requests
cockroach port: [26257, 8080], startup: 4s, memory: 300Mi, health: {path: /health}, log: CockroachDB node starting
cockroach-k8s-init ends_after: 1s, log: ' '
minio/minio port: [9000, 9001], startup: 2s, memory: 120Mi, health: {path: /minio/health/live}, log: MinIO Object Storage Server
hazelcast-kubernetes port: 5701, startup: 8s, memory: 300Mi, health: {path: /hazelcast/health}
wordpress port: 80, startup: 4s, headline: WordPress, health: {path: /}, log: Apache/2.4 configured -- resuming normal operations
prom/prometheus port: 9090, startup: 2s, health: {path: /-/healthy}, requests: [{path: /}, {path: /-/ready}], log: Server is ready to receive web requests.
node-exporter port: 9100, startup: 300ms, health: {path: /metrics}, requests: [{path: /}]
alertmanager port: [9093, 9094], health: {path: /-/healthy}, requests: [{path: /}, {path: /-/ready}]
grafana port: 3000, startup: 5s, health: {path: /api/health}
metrics-server port: [10250, 4443], startup: 2s, health: {path: /livez}, requests: [{path: /readyz}], log: 'Serving securely on [::]:10250'
selenium/hub port: [4444, 4442, 4443], startup: 4s, memory: 300Mi, health: {path: /wd/hub/status}, requests: [{path: /}, {path: /status}], log: 'Started Selenium Hub'
selenium/node-chrome port: 5555, startup: 5s, memory: 300Mi, health: {path: /status}
selenium/node-firefox port: 5555, startup: 5s, memory: 300Mi, health: {path: /status}
podinfo port: [9898, 9797, 9999], startup: 1s, health: {path: /healthz}, requests: [{path: /}, {path: /readyz}, {path: /metrics}], headline: greetings from podinfo
kubernetes-bootcamp port: 8080, startup: 500ms, headline: Hello Kubernetes bootcamp!, health: {path: /}
hello-app port: 8080, startup: 300ms, headline: 'Hello, world!', health: {path: /}
agnhost port: [8080, 8081], startup: 300ms, headline: 'NOW: the netexec server', health: {path: /healthz}
echoserver port: 8080, startup: 500ms, headline: CLIENT VALUES, health: {path: /}
hpa-example port: 80, startup: 500ms, headline: OK!, health: {path: /}, cpu_ms_per_request: 60
gb-frontend port: 80, headline: Guestbook, health: {path: /}, memory: 40Mi
gb-frontend-php port: 80, headline: Guestbook, health: {path: /}, memory: 40Mi
guestbook port: 3000, headline: Guestbook, health: {path: /}, requests: [{path: /info}, {path: /env}]
examplevotingapp_vote port: 80, headline: Cats vs Dogs!, health: {path: /}
examplevotingapp_result port: [80, 5858, 9229], headline: Cats vs Dogs -- Result, health: {path: /}
examplevotingapp_worker log: Connected to db
hello-world ends_after: 100ms, log: Hello from Docker!
perl ends_after: 3s, log: ' '
emojivoto-emoji-svc port: [8080, 8801], startup: 300ms
emojivoto-voting-svc port: [8080, 8801], startup: 300ms
emojivoto-web port: [8080, 80], startup: 500ms, headline: Emoji Vote, health: {path: /}, requests: [{path: /}, {path: /api/list, calls: [emoji-svc]}, {path: /api/leaderboard, calls: [emoji-svc, voting-svc]}]
examples-bookinfo-productpage-v1 port: 9080, startup: 2s, headline: Simple Bookstore App, health: {path: /health}, requests: [{path: /}, {path: /productpage}]
examples-bookinfo-details-v1 port: 9080, health: {path: /health}, requests: [{path: /details/0}]
examples-bookinfo-ratings-v1 port: 9080, health: {path: /health}, requests: [{path: /ratings/0}]
examples-bookinfo-reviews-v1 port: 9080, startup: 12s, memory: 150Mi, health: {path: /health}, requests: [{path: /reviews/0}]
examples-bookinfo-reviews-v2 port: 9080, startup: 12s, memory: 150Mi, health: {path: /health}, requests: [{path: /reviews/0}]
examples-bookinfo-reviews-v3 port: 9080, startup: 12s, memory: 150Mi, health: {path: /health}, requests: [{path: /reviews/0}]
microservices-demo/frontend port: 8080, startup: 1s, headline: Online Boutique, health: {path: /_healthz}, requests: [{path: /, calls: [currencyservice, productcatalogservice, cartservice]}, {path: /cart, calls: [currencyservice, cartservice, recommendationservice]}], needs_env: [PRODUCT_CATALOG_SERVICE_ADDR]
microservices-demo/adservice port: 9555, startup: 8s, memory: 150Mi
microservices-demo/cartservice port: 7070, startup: 2s
microservices-demo/checkoutservice port: 5050, needs_env: [SHIPPING_SERVICE_ADDR]
microservices-demo/currencyservice port: 7000, startup: 2s
microservices-demo/emailservice port: 8080, startup: 3s
microservices-demo/paymentservice port: 50051, startup: 2s
microservices-demo/productcatalogservice port: 3550
microservices-demo/recommendationservice port: 8080, startup: 3s, needs_env: [PRODUCT_CATALOG_SERVICE_ADDR]
microservices-demo/shippingservice port: 50051
microservices-demo/loadgenerator startup: 3s, log: Starting Locust
weaveworksdemos/front-end port: 8079, startup: 4s, headline: WeaveSocks, health: {path: /}, requests: [{path: /}, {path: /catalogue, calls: [catalogue]}]
weaveworksdemos/catalogue port: 80, health: {path: /health}, requests: [{path: /catalogue, calls: [catalogue-db]}]
weaveworksdemos/catalogue-db port: 3306, startup: 8s, memory: 200Mi, log: 'mysqld: ready for connections.'
weaveworksdemos/carts port: 80, startup: 20s, memory: 250Mi, health: {path: /health}
weaveworksdemos/orders port: 80, startup: 20s, memory: 250Mi, health: {path: /health}
weaveworksdemos/shipping port: 80, startup: 15s, memory: 250Mi, health: {path: /health}
weaveworksdemos/queue-master port: 80, startup: 15s, memory: 250Mi, health: {path: /health}
weaveworksdemos/payment port: 80, health: {path: /health}
weaveworksdemos/user port: 80, health: {path: /health}
weaveworksdemos/user-db port: 27017, startup: 2s, log: Waiting for connections
busybox name: shell, ends_after: 100ms, log: ' '
alpine name: shell, ends_after: 100ms, log: ' '
debian name: shell, ends_after: 100ms, log: ' '
ubuntu name: shell, ends_after: 100ms, log: ' '
bitnami/sealed-secrets-controller port: [8080, 8081], startup: 2s, memory: 30Mi, health: {path: /healthz}, log: HTTP server serving on :8080
fluxcd/source-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
fluxcd/kustomize-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
fluxcd/helm-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
fluxcd/notification-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
fluxcd/image-reflector-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
fluxcd/image-automation-controller port: [9440, 8080], startup: 2s, memory: 40Mi, health: {path: /readyz}, requests: [{path: /healthz}], log: starting manager
argoproj/argo-rollouts port: [8090, 8080], startup: 2s, memory: 60Mi, health: {path: /healthz}, requests: [{path: /metrics}], log: Argo Rollouts controller starting
pause log: ' '
";

/// The settings of a repository's image.
fn settings(repository: &str) -> Option<(&'static str, &'static str)> {
    IMAGES.lines().filter_map(|line| line.split_once(' ')).find(|(name, _)| {
        repository.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    })
}

impl Program {
    /// A public image's program; its version is the tag.
    pub fn public(repository: &str, tag: &str) -> Option<Self> {
        let (key, settings) = settings(repository)?;
        let mut value = Value::from_yaml(&["{", settings, "}"].concat()).ok()?;
        if value.at("name").is_null() {
            value.put("name", key.rsplit('/').next().unwrap_or(key));
        }
        value.put("version", tag);
        Self::read(&value).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_program() {
        for line in IMAGES.lines() {
            let name = line.split(' ').next().expect("a name");
            let program = Program::public(name, "1").unwrap_or_else(|| panic!("{line}"));
            assert!(!program.name.is_empty() && program.version == "1", "{line}");
        }
        assert!(IMAGES.lines().count() > 80);
    }

    #[test]
    fn only_whole_parts_of_a_name_count() {
        let name = |repository: &str| Program::public(repository, "1").map(|program| program.name);
        assert_eq!(
            name("registry.istio.io/release/examples-bookinfo-ratings-v1").as_deref(),
            Some("examples-bookinfo-ratings-v1")
        );
        assert_eq!(name("us-central1-docker.pkg.dev/demo/microservices-demo/frontend").as_deref(), Some("frontend"));
        assert_eq!(name("ngnix"), None);
        assert_eq!(name("my-nginx"), None);
        assert_eq!(name("acme/frontend"), None);
        assert_eq!(name("docker.io/library/busybox").as_deref(), Some("shell"));
    }
}
