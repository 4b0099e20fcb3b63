//! What a kustomization names is brought together: files, folders, generators, components.

use crate::failure::{Done, Failure, failed, not_here, quoted};
use crate::files::{joined_relative, remote};
use crate::generate::generate;
use crate::load::{self, malformed};
use crate::origin;
use crate::resource::{Resource, absorb, append_all};
use crate::target::Target;
use manifest::Value;

/// Kustomizations inside each other at most.
const DEPTH_MAX: usize = 64;

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.items().iter().filter_map(Value::as_str)
}

impl<'f> Target<'f> {
    /// Everything below this kustomization, changed by it. A component works on what its parent has.
    pub fn accumulate(&mut self, mut all: Vec<Resource>) -> Done<Vec<Resource>> {
        let file = self.file.clone();
        for path in texts(file.at("resources")) {
            self.resource(&mut all, path).map_err(|failure| failure.within("accumulating resources"))?;
        }
        self.refuse()?;
        for (kind, field, plugin) in [
            ("ConfigMap", "configMapGenerator", "ConfigMapGenerator"),
            ("Secret", "secretGenerator", "SecretGenerator"),
        ] {
            for entry in file.list_at(field) {
                let mut made = generate(&self.loader, kind, entry, file.at("generatorOptions"))?;
                if let Some(path) = &self.origin {
                    let place = joined_relative(path, self.name);
                    origin::came_from(&mut made, &origin::of_plugin(&place, plugin));
                }
                // Unlike kustomize: the real one prints other addresses of its memory here, each time.
                let origin = if self.origin.is_some() { "0xc000000000" } else { "<nil>" };
                let what = ["merging from generator &{0xc000000000 ", origin, "}"].concat();
                absorb(&mut all, made).map_err(|failure| failure.within(&what))?;
            }
        }
        for path in texts(file.at("components")) {
            all = self.component(all, path).map_err(|failure| failure.within("accumulating components"))?;
        }
        self.transform(&mut all)?;
        Ok(all)
    }

    /// What the real one has and we have not.
    fn refuse(&self) -> Done<()> {
        for field in [
            "crds",
            "configurations",
            "generators",
            "transformers",
            "validators",
            "vars",
            "openapi",
            "helmCharts",
            "helmChartInflationGenerator",
            "helmGlobals",
        ] {
            if !self.file.at(field).is_zero() {
                return not_here(&["'", field, "' of a kustomization"].concat());
            }
        }
        Ok(())
    }

    /// A file, else a folder.
    fn resource(&mut self, all: &mut Vec<Resource>, path: &str) -> Done<()> {
        if remote(path) {
            return not_here(&["a remote resource ('", path, "')"].concat());
        }
        let Err(no_file) = self.file_resource(all, path) else { return Ok(()) };
        let told = ["accumulation err='", &no_file.0, "'"].concat();
        let loader = match self.loader.enter(path) {
            Ok(loader) => loader,
            Err(_) if malformed(&no_file) => return Err(no_file),
            Err(failure) => return Err(failure.within(&told)),
        };
        let mut sub = self.below(loader, path).map_err(|failure| failure.within(&told))?;
        sub.expect_kind(false).map_err(|failure| failure.within(&told))?;
        let root = sub.loader.root.clone();
        let more = sub.accumulate(Vec::new()).map_err(|failure| {
            failure.within(&["recursed accumulation of path '", &root, "'"].concat()).within(&told)
        })?;
        append_all(all, more)
            .map_err(|failure| failure.within(&["recursed merging from path '", &root, "'"].concat()).within(&told))
    }

    fn file_resource(&self, all: &mut Vec<Resource>, path: &str) -> Done<()> {
        let within = |what: &str, failure: Failure| failure.within(&[what, " resources from '", path, "'"].concat());
        let mut more = Vec::new();
        self.loader
            .load(path)
            .and_then(|bytes| load::from_file(&bytes, path))
            .and_then(|resources| append_all(&mut more, resources))
            .map_err(|failure| within("accumulating", failure))?;
        if let Some(base) = &self.origin {
            for resource in &mut more {
                let text = origin::of_file(&joined_relative(base, path));
                resource.value.at_mut("metadata.annotations").put(origin::ORIGIN, text);
            }
        }
        append_all(all, more).map_err(|failure| within("merging", failure))
    }

    fn component(&mut self, all: Vec<Resource>, path: &str) -> Done<Vec<Resource>> {
        if remote(path) {
            return not_here(&["a remote component ('", path, "')"].concat());
        }
        let loader = self.loader.enter(path).or_else(|failure| failed(&["loader.New ", &quoted(&failure.0)]))?;
        self.in_component(all, loader, path).or_else(|failure| failed(&["accumulateDirectory: ", &quoted(&failure.0)]))
    }

    fn in_component(
        &mut self,
        all: Vec<Resource>,
        loader: crate::files::Loader<'f>,
        path: &str,
    ) -> Done<Vec<Resource>> {
        let mut sub = self.below(loader, path)?;
        sub.expect_kind(true)?;
        let root = sub.loader.root.clone();
        sub.accumulate(all).map_err(|failure| failure.within(&["recursed accumulation of path '", &root, "'"].concat()))
    }

    fn below(&mut self, loader: crate::files::Loader<'f>, path: &str) -> Done<Target<'f>> {
        if self.depth >= DEPTH_MAX {
            return failed(&["too many kustomizations inside each other for this sandbox"]);
        }
        let root = loader.root.clone();
        let mut sub = Target::load(loader, self.warnings.clone())
            .map_err(|failure| failure.within(&["couldn't make target for path '", &root, "'"].concat()))?;
        sub.depth = self.depth + 1;
        sub.origin = self.origin.as_ref().map(|base| joined_relative(base, path));
        Ok(sub)
    }

    fn expect_kind(&self, component: bool) -> Done<()> {
        let kind = self.file.str_at("kind");
        let shown = if kind.is_empty() { "Kustomization" } else { kind };
        let root = &self.loader.root;
        match (component, kind == "Component") {
            (true, false) => failed(&["expected kind 'Component' for path '", root, "' but got '", shown, "'"]),
            (false, true) => failed(&["expected kind != 'Component' for path '", root, "'"]),
            _ => Ok(()),
        }
    }
}
