//! Charts and values from the machine's files.

use crate::cobra::Given;
use crate::kubectl::Kube;
use helm::{Chart, File, How};
use manifest::Value;

/// What reading values came to.
pub(super) enum Read {
    Ready(Value),
    /// Standard input is not whole yet.
    Wait,
}

/// The files of the folder that a word names.
pub(super) fn files(kube: &Kube<'_, '_>, word: &str) -> Result<Vec<File>, String> {
    let word = word.trim();
    let path = kube.cx.path(word);
    if !kube.cx.files().exists(&path) {
        if word.starts_with(['/', '.']) {
            return Err(format!("path \"{word}\" not found"));
        }
        if word.contains("://") {
            return Err(format!("a chart from elsewhere ('{word}') is real, but not part of this sandbox yet"));
        }
        return Err(match word.split_once('/') {
            Some((repo, _)) => format!("repo {repo} not found"),
            None => format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {word}"),
        });
    }
    if !kube.cx.files().is_dir(&path) {
        return Err("an archive of a chart is real, but not part of this sandbox yet".into());
    }
    let mut files = Vec::new();
    let walked = kube.cx.files().walk(&path, &mut |_| true).map_err(|why| why.to_string())?;
    for (name, _) in walked {
        let full = if name.starts_with('/') { name.clone() } else { format!("{path}/{name}") };
        if let Ok(bytes) = kube.cx.files().read(&full) {
            let inner = full.strip_prefix(&path).unwrap_or(&full).trim_start_matches('/').to_string();
            files.push(File { name: inner, bytes: bytes.into_owned() });
        }
    }
    Ok(files)
}

/// Reads the chart that a word names: a folder of this machine. Lines of Helm's log go to standard error.
pub(super) fn load(kube: &mut Kube<'_, '_>, word: &str) -> Result<Chart, String> {
    let files = files(kube, word)?;
    let mut log = Vec::new();
    let loaded = helm::load(files, &mut log);
    tell(kube, &log);
    loaded
}

pub(super) fn tell(kube: &mut Kube<'_, '_>, log: &[String]) {
    for line in log {
        kube.err(format!("{line}\n"));
    }
}

/// What must hold before a chart is rendered.
pub(super) fn check(kube: &mut Kube<'_, '_>, chart: &Chart, install: bool) -> Result<(), String> {
    if install && chart.is_library() {
        return Err(format!("{} charts are not installable", chart.metadata.str_at("type")));
    }
    if chart.metadata.bool_at("deprecated") {
        kube.err("WARNING: This chart is deprecated\n");
    }
    let missing = chart.missing();
    if missing.is_empty() { Ok(()) } else { Err(helm::missing_told(&missing)) }
}

/// `-f`, `--set` and their kin, in Helm's order.
pub(super) fn values(kube: &mut Kube<'_, '_>, given: &Given) -> Result<Read, String> {
    let mut all = Value::map();
    for name in given.texts("values") {
        let text = if name.trim() == "-" {
            match kube.cx.stdin_text() {
                Some(text) => text,
                None => return Ok(Read::Wait),
            }
        } else {
            read(kube, name)?
        };
        let file = helm::read_values(&text).map_err(|told| format!("failed to parse {name}: {told}"))?;
        all = helm::merge_maps(&all, &file);
    }
    for flag in ["set-json", "set", "set-string", "set-file", "set-literal"] {
        for line in given.texts(flag) {
            let from_file = |path: &str| read(kube, path);
            let how = match flag {
                "set-json" => How::Json,
                "set" => How::Typed,
                "set-string" => How::Text,
                "set-literal" => How::Literal,
                _ => How::File(&from_file),
            };
            helm::set(&mut all, line, how).map_err(|told| match flag {
                "set-json" => format!("failed parsing --set-json data {line}"),
                _ => format!("failed parsing --{flag} data: {told}"),
            })?;
        }
    }
    Ok(Read::Ready(all))
}

fn read(kube: &Kube<'_, '_>, name: &str) -> Result<String, String> {
    let path = kube.cx.path(name);
    let told = |_| format!("open {name}: no such file or directory");
    kube.cx.files().read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(told)
}
