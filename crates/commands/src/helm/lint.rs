//! `helm lint`, and `helm dependency list`.

use super::chart::{self, Read};
use super::{Answer, Next, flags, table};
use crate::cobra::{Command, Flag, Given, switch};
use crate::kubectl::Kube;
use helm::{Finding, Severity};

const V: [Flag; 6] = flags::VALUES;

pub(super) const COMMAND: Command = Command {
    path: "helm lint",
    operands: "PATH",
    summary: "examine a chart for possible issues",
    flags: &[
        V[0],
        V[1],
        V[2],
        V[3],
        V[4],
        V[5],
        switch("quiet", "print only warnings and errors"),
        switch("strict", "fail on lint warnings"),
    ],
    missing: "kube-version skip-schema-validation with-subcharts",
};

pub(super) const DEPENDENCIES: Command = Command {
    path: "helm dependency list",
    operands: "CHART",
    summary: "list the dependencies for the given chart",
    flags: &[],
    missing: "max-col-width",
};

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let Read::Ready(values) = chart::values(kube, given)? else {
        return Ok(Next::Input);
    };
    let here = vec![".".to_string()];
    let paths = if given.words.is_empty() { &here } else { &given.words };
    let lowest = if given.on("strict") { Severity::Warning } else { Severity::Error };
    let (mut failed, mut told) = (0, 0);
    let now = i64::try_from(kube.cx.micros()).unwrap_or(0);
    let mut out = String::new();
    for path in paths {
        let folder = kube.cx.path(path);
        let mut log = Vec::new();
        let found = match chart::files(kube, path) {
            Ok(files) if files.iter().any(|file| file.name == "Chart.yaml") => {
                helm::lint(files, &values, &folder, now, &mut log)
            }
            _ => {
                failed += 1;
                out.push_str(&format!("==> Linting {path}\nError unable to check Chart.yaml file in chart: stat {folder}/Chart.yaml: no such file or directory\n\n"));
                continue;
            }
        };
        chart::tell(kube, &log);
        let loud: Vec<&Finding> = found.iter().filter(|finding| finding.severity > Severity::Info).collect();
        told += usize::from(!loud.is_empty());
        if given.on("quiet") && loud.is_empty() {
            continue;
        }
        out.push_str(&format!("==> Linting {path}\n"));
        for finding in found.iter().filter(|finding| !given.on("quiet") || finding.severity > Severity::Info) {
            out.push_str(&(finding.line() + "\n"));
        }
        failed += usize::from(found.iter().any(|finding| finding.severity >= lowest));
        out.push('\n');
    }
    kube.out(out);
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        return Err(summary);
    }
    if !given.on("quiet") || told > 0 {
        kube.out(summary + "\n");
    }
    Ok(Next::Exit(0))
}

pub(super) fn dependencies(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let word = given.words.first().map_or(".", String::as_str);
    let loaded = chart::load(kube, word)?;
    let folder = if word == "." { "charts".to_string() } else { format!("{}/charts", word.trim_end_matches('/')) };
    if loaded.requirements.is_empty() {
        kube.out(format!("WARNING: no dependencies at {folder}\n"));
        return Ok(Next::Exit(0));
    }
    let mut rows = vec![table::row(["NAME", "VERSION", "REPOSITORY", "STATUS"])];
    for wanted in &loaded.requirements {
        let state = match loaded.charts.iter().rfind(|sub| sub.name() == wanted.name) {
            None => "missing",
            Some(sub) if sub.version() == wanted.version || helm::compatible(&wanted.version, sub.version()) => {
                "unpacked"
            }
            Some(_) => "wrong version",
        };
        rows.push(table::row([&wanted.name, &wanted.version, &wanted.repository, state]));
    }
    let mut out = table::print(&rows) + "\n";
    for sub in &loaded.charts {
        if !loaded.requirements.iter().any(|wanted| wanted.name == sub.name()) {
            out.push_str(&format!("WARNING: \"{folder}/{}\" is not in Chart.yaml.\n", sub.name()));
        }
    }
    kube.out(out);
    Ok(Next::Exit(0))
}
