//! One kustomization: its file, and the transformers that it configures, in Kustomize's order.

use crate::failure::{Done, failed};
use crate::files::{FILE_NAMES, Files, Loader};
use crate::patches::{self, Patch};
use crate::resource::{Resource, text_of};
use crate::{edits, fields, form, images, labels, namespace, origin, references, rename, replacements, sorting};
use manifest::{Map, Value};
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) type Warnings = Rc<RefCell<Vec<String>>>;

pub(crate) struct Target<'f> {
    pub loader: Loader<'f>,
    pub file: Value,
    pub name: &'static str,
    /// Where this folder lies from the first one; only where `buildMetadata` asks for origins.
    pub origin: Option<String>,
    pub depth: usize,
    pub warnings: Warnings,
}

impl<'f> Target<'f> {
    pub fn load(loader: Loader<'f>, warnings: Warnings) -> Done<Self> {
        let mut found = FILE_NAMES.into_iter().filter_map(|name| Some((name, loader.load_text(name).ok()?)));
        let Some((name, text)) = found.next() else {
            let names = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
            return failed(&["unable to find one of ", names, " in directory '", &loader.root, "'"]);
        };
        if found.next().is_some() {
            return failed(&["Found multiple kustomization files under: ", &loader.root]);
        }
        drop(found);
        let file = form::read(&text, &loader.root, &mut warnings.borrow_mut())?;
        Ok(Self { loader, file, name, origin: None, depth: 0, warnings })
    }

    fn note(&self, all: &mut Vec<Resource>, plugin: &str) {
        if let Some(path) = &self.origin {
            let place = crate::files::joined_relative(path, self.name);
            origin::changed_by(all, &origin::of_plugin(&place, plugin));
        }
        all.retain(|resource| !resource.gone());
    }

    /// Reads every patch first, so that what is wrong with one is told before any is applied.
    pub fn transform(&self, all: &mut Vec<Resource>) -> Done<()> {
        let file = &self.file;
        let each = |field: &str, read: &dyn Fn(&Loader<'_>, &Value) -> Done<Patch>| -> Done<Vec<Patch>> {
            file.list_at(field).iter().map(|entry| read(&self.loader, entry)).collect()
        };
        let old = file.list_at("patchesStrategicMerge");
        let strategic = if old.is_empty() { None } else { Some(patches::read_strategic(&self.loader, old)?) };
        let newer = each("patches", &patches::read)?;
        let all_labels: Vec<(Map, Vec<_>)> = file
            .list_at("labels")
            .iter()
            .map(|label| Ok((label.map_at("pairs").clone(), labels::fields(label)?)))
            .collect::<Done<_>>()?;
        let json = each("patchesJson6902", &patches::read_json)?;
        let replacing = replacements::read(&self.loader, file.list_at("replacements"))?;

        for (group, plugin) in
            [(&Vec::from_iter(strategic), "PatchStrategicMergeTransformer"), (&newer, "PatchTransformer")]
        {
            for patch in group {
                patches::apply(all, patch)?;
                self.note(all, plugin);
            }
        }
        self.rename(all)?;
        let any_labels = !all_labels.is_empty() || !file.map_at("commonLabels").is_empty();
        for (pairs, fields) in &all_labels {
            labels::pairs(all, pairs, fields)?;
            self.note(all, "LabelTransformer");
        }
        if any_labels {
            labels::pairs(all, file.map_at("commonLabels"), &fields::common_labels())?;
            self.note(all, "LabelTransformer");
        }
        if !file.map_at("commonAnnotations").is_empty() {
            labels::pairs(all, file.map_at("commonAnnotations"), &fields::annotations())?;
            self.note(all, "AnnotationsTransformer");
        }
        for patch in &json {
            patches::apply(all, patch)?;
            self.note(all, "PatchJson6902Transformer");
        }
        for replica in file.list_at("replicas") {
            labels::replicas(all, replica)?;
            self.note(all, "ReplicaCountTransformer");
        }
        for image in file.list_at("images") {
            images::set(all, image)?;
            self.note(all, "ImageTagTransformer");
        }
        if !file.list_at("replacements").is_empty() {
            replacements::apply(all, &replacing)?;
            self.note(all, "ReplacementTransformer");
        }
        Ok(())
    }

    fn rename(&self, all: &mut Vec<Resource>) -> Done<()> {
        let given = |field: &str| Some(self.file.str_at(field)).filter(|text| !text.is_empty());
        if let Some(namespace) = given("namespace") {
            namespace::set(all, namespace)?;
            self.note(all, "NamespaceTransformer");
        }
        if let Some(prefix) = given("namePrefix") {
            rename::prefix(all, prefix)?;
            self.note(all, "PrefixTransformer");
        }
        if let Some(suffix) = given("nameSuffix") {
            rename::suffix(all, suffix)?;
            self.note(all, "SuffixTransformer");
        }
        Ok(())
    }
}

/// A whole build.
pub(crate) fn render(files: &dyn Files, folder: &str, edit: &Value, told: &mut Vec<String>) -> Done<Vec<Value>> {
    let warnings = Warnings::default();
    let built = build(files, folder, edit, &warnings);
    told.append(&mut warnings.borrow_mut());
    built
}

fn build(files: &dyn Files, folder: &str, edit: &Value, warnings: &Warnings) -> Done<Vec<Value>> {
    if crate::files::remote(folder) {
        return crate::failure::not_here(&["a remote kustomization ('", folder, "')"].concat());
    }
    let mut target = Target::load(Loader::at(files, folder)?, warnings.clone())?;
    edits::edit(&mut target.file, edit);
    let asked: Vec<String> = target.file.list_at("buildMetadata").iter().map(text_of).collect();
    if !asked.is_empty() {
        target.origin = Some(String::new());
    }
    let mut all = target.accumulate(Vec::new())?;
    rename::hash(&mut all);
    references::follow(&mut all)?;
    all.retain(|resource| {
        let local = resource.annotations().get("config.kubernetes.io/local-config");
        local.is_none_or(|value| text_of(value) == "false")
    });
    sorting::sort(&mut all, target.file.at("sortOptions"))?;
    let has = |name: &str| asked.iter().any(|one| one == name);
    if has("managedByLabel") {
        let pairs: Map = [("app.kubernetes.io/managed-by".into(), "kustomize-(devel)".into())].into_iter().collect();
        labels::pairs(&mut all, &pairs, &fields::metadata_labels()[..1])?;
    }
    for resource in &mut all {
        let mut texts = Map::new();
        for (key, value) in resource.annotations().iter() {
            let drop = (key.as_ref() == origin::ORIGIN && !has("originAnnotations"))
                || (key.as_ref() == origin::CHANGES && !has("transformerAnnotations"));
            if !drop {
                texts.insert(key.clone(), resource.annotation_text(key, value).into());
            }
        }
        resource.set_texts("metadata.annotations", &texts);
    }
    Ok(all.into_iter().map(|resource| resource.value).collect())
}
