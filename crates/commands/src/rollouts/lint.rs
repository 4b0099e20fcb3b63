//! `lint`: whether a file's Rollouts are valid, as far as that can be told without a cluster.

use super::{Answer, Next, misused};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{Key, Object};
use manifest::{Level, Value};
use sim::Causes;

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let Some(path) = given.text("filename").filter(|path| !path.is_empty()) else { return misused(kube, "lint") };
    let absolute = vfs::join(&kube.cx.cwd(), path);
    let bytes = kube.cx.files().read(&absolute).map_err(|_| format!("open {path}: no such file or directory"))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (documents, problems) = Value::parse_yaml(&text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == Level::Error) {
        return Err(["yaml: ", &problem.message].concat());
    }
    let mut first = None;
    for value in documents.into_iter().map(|document| document.value) {
        if value.str_at("kind") != "Rollout" || !value.str_at("apiVersion").starts_with("argoproj.io/") {
            continue;
        }
        let key = Key::new(cluster::POD, "", value.str_at("metadata.name"));
        let none = Causes::none;
        let object =
            Object { key, uid: "".into(), version: 0, value, created_by: none(), spec_by: none(), written_by: none() };
        if let Some(fault) = gitops::rollouts::fault(None, &object) {
            kube.out([fault.split_once(": ").map_or(&*fault, |(_, body)| body), "\n"].concat());
            first = first.or(Some(fault));
        }
    }
    match first {
        Some(fault) => Err(fault),
        None => Ok(Next::Exit(0)),
    }
}
