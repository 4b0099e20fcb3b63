//! Things broken on purpose: what a person does who wants to see how the rest answers.

use crate::World;
use cluster::{PatchKind, Status, Writer};
use manifest::{Value, list, object};
use sim::Causes;

/// The tag that no registry has.
const BAD_TAG: &str = "no-such-tag";

impl World {
    /// A node's machine loses its power.
    pub fn cut_power(&mut self, node: &str, causes: &Causes) -> Result<(), Status> {
        self.cluster.kill_node(&mut self.sim, node, causes)
    }

    /// It gets power again.
    pub fn power_on(&mut self, node: &str, causes: &Causes) -> Result<(), Status> {
        self.cluster.revive_node(&mut self.sim, node, causes)
    }

    /// The first container of a Deployment gets a tag that does not exist; gives the image.
    #[inline(never)]
    pub fn break_image(&mut self, namespace: &str, name: &str, causes: &Causes) -> Result<String, Status> {
        let deployment = self.cluster.get(cluster::DEPLOYMENT, namespace, name)?;
        let containers = deployment.value.list_at("spec.template.spec.containers");
        let (container, image) =
            containers.first().map(|one| (one.str_at("name"), one.str_at("image"))).unwrap_or_default();
        let repository = image::ImageRef::parse(image).map_or_else(|| image.to_string(), |parsed| parsed.repository);
        let image = format!("{repository}:{BAD_TAG}");
        let changed = object! { "name" => container, "image" => &*image };
        let patch = object! {
            "spec" => object! { "template" => object! { "spec" => object! { "containers" => list![changed] } } },
        };
        self.patch_deployment(namespace, name, &patch, causes)?;
        Ok(image)
    }

    /// A Deployment gets one replica more than whoever looks after it wants; gives the new count.
    pub fn drift(&mut self, namespace: &str, name: &str, causes: &Causes) -> Result<i64, Status> {
        let deployment = self.cluster.get(cluster::DEPLOYMENT, namespace, name)?;
        let replicas = deployment.value.int_at("spec.replicas").unwrap_or(1) + 1;
        let patch = object! { "spec" => object! { "replicas" => replicas } };
        self.patch_deployment(namespace, name, &patch, causes)?;
        Ok(replicas)
    }

    fn patch_deployment(&mut self, namespace: &str, name: &str, patch: &Value, causes: &Causes) -> Result<(), Status> {
        let place = (cluster::DEPLOYMENT, namespace, name);
        let writer = Writer::new("learner", causes.clone());
        self.cluster.patch(&mut self.sim, place, PatchKind::Strategic, patch, &writer)?;
        self.settle_watches();
        Ok(())
    }
}
