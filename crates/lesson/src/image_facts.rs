//! Images of the workstation as checks see them.

use crate::WorldFacts;
use image::{Image, ImageRef, Store};
use manifest::{Value, object};
use world::MachineId;

fn number(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

impl WorldFacts<'_> {
    fn store(&self) -> Option<&Store> {
        self.world.docker(&MachineId::workstation()).map(|docker| &docker.store)
    }

    /// Layers, the lowest first, with what made each.
    fn layers(image: &Image) -> Value {
        let rows = image.history.iter().filter_map(|line| {
            let digest = line.layer.as_deref()?;
            Some(object! { "digest" => digest, "size" => number(line.size), "by" => line.created_by.as_str() })
        });
        Value::list(rows.collect())
    }

    #[inline(never)]
    pub(crate) fn builds(&self, tag: &str) -> Value {
        let (Some(store), Some(name)) = (self.store(), ImageRef::familiar(tag)) else { return Value::list(Vec::new()) };
        let tagged = name.tagged();
        let rows = store.builds.iter().rev().filter(|build| build.tag == tagged).map(|build| {
            let image = store.images.get(&build.id);
            object! {
                "id" => build.id.as_str(), "at" => build.at.rfc3339(), "seconds" => number(build.took.as_secs()),
                "done" => i64::from(build.done), "cached" => i64::from(build.cached),
                "context" => number(build.context_bytes), "size" => number(image.map_or(0, |image| image.unpacked_bytes)),
                "layers" => image.map_or_else(|| Value::list(Vec::new()), |image| Self::layers(image)),
            }
        });
        Value::list(rows.collect())
    }

    pub(crate) fn local_image(&self, reference: &str) -> Value {
        let Some(image) = self.store().and_then(|store| store.find(reference)) else { return Value::Null };
        let by = image.history.iter().map(|line| Value::from(line.created_by.as_str())).collect();
        object! {
            "id" => image.id.as_str(), "size" => number(image.unpacked_bytes), "user" => image.config.user.as_str(),
            "layers" => Self::layers(image), "history" => Value::list(by),
        }
    }

    fn root(&self, reference: &str) -> Option<vfs::Vfs> {
        let image = self.store()?.find(reference)?;
        Some(self.world.registry.root(&image.layers))
    }

    pub(crate) fn image_text(&self, reference: &str, path: &str) -> Value {
        let text = self.root(reference).and_then(|root| root.read_text(path).ok());
        text.map_or(Value::Null, Value::from)
    }

    pub(crate) fn image_files(&self, reference: &str, folder: &str) -> Value {
        let root = self.root(reference);
        let names = root.as_ref().and_then(|root| root.names(folder).ok());
        names.map_or(Value::Null, |names| Value::list(names.into_iter().map(Value::from).collect()))
    }
}
