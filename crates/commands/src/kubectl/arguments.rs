//! What a command line names: `TYPE`, `TYPE NAME…`, `TYPE/NAME…`, `TYPE,TYPE`, `all`.

use super::kube::{Kube, Stop, refused};
use cluster::{ENDPOINTS, FieldSelector, KindInfo, LabelSelector, Object, Selectors};
use order::Arrange;
use std::sync::Arc;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Every object of these kinds, or those with names.
    pub kinds: Vec<KindInfo>,
    /// Kind and name each; empty where all objects of the kinds are meant.
    pub named: Vec<(KindInfo, String)>,
    /// Whether one `TYPE NAME` or `TYPE/NAME` was given: `-o yaml` then prints the object alone.
    pub single: bool,
}

pub(crate) fn no_such_type(word: &str) -> Stop {
    Stop::error(format!("the server doesn't have a resource type \"{word}\""))
}

impl Kube<'_, '_> {
    fn kind(&self, word: &str) -> Result<KindInfo, Stop> {
        self.kinds().find(word).cloned().ok_or_else(|| no_such_type(word))
    }

    fn kinds_of(&self, words: &str) -> Result<Vec<KindInfo>, Stop> {
        let mut kinds = Vec::new();
        for word in words.split(',').filter(|word| !word.is_empty()) {
            let group: Vec<KindInfo> = self.kinds().in_category(word).cloned().collect();
            if group.is_empty() {
                kinds.push(self.kind(word)?);
            } else {
                kinds.extend(in_discovery_order(group));
            }
        }
        Ok(kinds)
    }

    /// Reads the operands of a command.
    pub fn wanted(&self, operands: &[String]) -> Result<Wanted, Stop> {
        let Some(first) = operands.first() else { return Err(Stop::error("Required resource not specified.")) };
        if operands.iter().any(|word| word.contains('/')) {
            let mut named = Vec::new();
            for word in operands {
                let Some((kind, name)) = word.split_once('/') else {
                    return Err(Stop::error(
                        "there is no need to specify a resource type as a separate argument when passing arguments in \
                         resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                         resource/<resource_name>'",
                    ));
                };
                if kind.is_empty() || name.is_empty() || name.contains('/') {
                    return Err(Stop::error("arguments in resource/name form must have a single resource and name"));
                }
                named.push((self.kind(kind)?, name.to_string()));
            }
            let mut kinds: Vec<KindInfo> = named.iter().map(|(kind, _)| kind.clone()).collect();
            kinds.dedup_by_key(|kind| kind.id);
            return Ok(Wanted { kinds, single: named.len() == 1, named });
        }
        let kinds = self.kinds_of(first)?;
        let names = &operands[1..];
        let named: Vec<(KindInfo, String)> =
            kinds.iter().flat_map(|kind| names.iter().map(|name| (kind.clone(), name.clone()))).collect();
        Ok(Wanted { single: named.len() == 1, kinds, named })
    }

    /// The objects of one kind that the selectors choose.
    pub fn list(&self, kind: &KindInfo, all: bool, selectors: &Selectors) -> Result<Vec<Arc<Object>>, Stop> {
        let namespace = match (kind.namespaced, all) {
            (false, _) => Some(""),
            (true, true) => None,
            (true, false) => Some(self.namespace.as_str()),
        };
        self.may("list", (kind.id, ""), (namespace.unwrap_or(""), ""))?;
        if kind.id == ENDPOINTS {
            let mut all = self.cx.world.cluster.all_endpoints(namespace);
            all.retain(|object| selectors.matches(object));
            return Ok(all);
        }
        let found = self.cx.world.cluster.list(kind.id, namespace, selectors).map_err(|mut status| {
            let place = format!("{}/{}, Resource={}", kind.group, kind.version, kind.plural);
            let (labels, fields) = (selectors.labels.to_string(), selectors.fields.to_string());
            let what = format!("{place:?} that match label selector {labels:?}, field selector {fields:?}");
            status.message = format!("Unable to find {what}: {}", status.message);
            refused(&status)
        })?;
        Ok(found.into_iter().cloned().collect())
    }

    /// One object by kind and name, in the namespace of this request.
    pub fn fetch(&self, kind: &KindInfo, name: &str) -> Result<Arc<Object>, Stop> {
        self.get(kind.id, if kind.namespaced { &self.namespace } else { "" }, name)
    }

    /// Every object that is asked for, in order, and what was told of those that are missing.
    pub fn objects_there(
        &self,
        wanted: &Wanted,
        all: bool,
        selectors: &Selectors,
    ) -> Result<(Vec<Arc<Object>>, Vec<Stop>), Stop> {
        if wanted.named.len() < 2 || all || *selectors != Selectors::default() {
            return Ok((self.objects(wanted, all, selectors)?, Vec::new()));
        }
        let (mut objects, mut missing) = (Vec::new(), Vec::new());
        for (kind, name) in &wanted.named {
            match self.fetch(kind, name) {
                Ok(object) => objects.push(object),
                Err(stop) => missing.push(stop),
            }
        }
        Ok((objects, missing))
    }

    /// Every object that is asked for, in order; the first that is missing ends it.
    pub fn objects(&self, wanted: &Wanted, all: bool, selectors: &Selectors) -> Result<Vec<Arc<Object>>, Stop> {
        let mut objects = Vec::new();
        if wanted.named.is_empty() {
            for kind in &wanted.kinds {
                objects.extend(self.list(kind, all, selectors)?);
            }
            return Ok(objects);
        }
        if all {
            return Err(Stop::error("a resource cannot be retrieved by name across all namespaces"));
        }
        if *selectors != Selectors::default() {
            return Err(Stop::error("name cannot be provided when a selector is specified"));
        }
        for (kind, name) in &wanted.named {
            objects.push(self.fetch(kind, name)?);
        }
        Ok(objects)
    }
}

/// The order of `kubectl get all`: the core group first, then by name of group, each group by plural.
fn in_discovery_order(mut kinds: Vec<KindInfo>) -> Vec<KindInfo> {
    kinds.arrange_by(|a, b| (&a.group, &a.plural).cmp(&(&b.group, &b.plural)));
    kinds
}

/// `-l` and `--field-selector`.
pub(crate) fn selectors(labels: &str, fields: &str) -> Result<Selectors, Stop> {
    let labels = LabelSelector::parse(labels).map_err(|status| Stop::error(&status.message))?;
    let fields = FieldSelector::parse(fields).map_err(|status| Stop::error(&status.message))?;
    Ok(Selectors { labels, fields })
}
