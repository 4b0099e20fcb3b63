//! `helm show`: a chart's own words; and `helm version`.

use super::{Answer, Next, chart as charts};
use crate::cobra::{Command, Given, switch};
use crate::kubectl::Kube;
use helm::Chart;

const fn command(path: &'static str, summary: &'static str) -> Command {
    Command {
        path,
        operands: "[CHART]",
        summary,
        flags: &[],
        missing: "ca-file cert-file devel insecure-skip-tls-verify jsonpath key-file keyring pass-credentials password plain-http \
            repo username verify version",
    }
}

pub(super) const ALL: Command = command("helm show all", "show all information of the chart");
pub(super) const CHART: Command = command("helm show chart", "show the chart's definition");
pub(super) const CRDS: Command = command("helm show crds", "show the chart's CRDs");
pub(super) const README: Command = command("helm show readme", "show the chart's README");
pub(super) const VALUES: Command = command("helm show values", "show the chart's values");
pub(super) const VERSION: Command = Command {
    path: "helm version",
    operands: "",
    summary: "print the client version information",
    flags: &[switch("short", "print the version number")],
    missing: "template client c",
};

fn raw(chart: &Chart, name: &str) -> Option<String> {
    chart.raw.iter().find(|file| file.name.eq_ignore_ascii_case(name)).map(helm::File::text)
}

fn definition(chart: &Chart) -> String {
    chart.metadata.to_yaml()
}

fn read_me(chart: &Chart) -> Option<String> {
    ["readme.md", "readme.txt", "readme"].iter().find_map(|name| raw(chart, name))
}

fn definitions(chart: &Chart) -> String {
    chart
        .crds()
        .iter()
        .map(|(_, text)| if text.starts_with("---") { format!("{text}\n") } else { format!("---\n{text}\n") })
        .collect()
}

pub(super) fn chart(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let chart = charts::load(kube, &given.words[0])?;
    kube.out(definition(&chart) + "\n");
    Ok(Next::Exit(0))
}

pub(super) fn values(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let chart = charts::load(kube, &given.words[0])?;
    if let Some(text) = raw(&chart, "values.yaml") {
        kube.out(text + "\n");
    }
    Ok(Next::Exit(0))
}

pub(super) fn readme(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let chart = charts::load(kube, &given.words[0])?;
    if let Some(text) = read_me(&chart) {
        kube.out(text + "\n");
    }
    Ok(Next::Exit(0))
}

pub(super) fn crds(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let chart = charts::load(kube, &given.words[0])?;
    kube.out(definitions(&chart));
    Ok(Next::Exit(0))
}

pub(super) fn all(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let chart = charts::load(kube, &given.words[0])?;
    let mut out = definition(&chart) + "\n";
    for text in [raw(&chart, "values.yaml"), read_me(&chart)].into_iter().flatten() {
        out.push_str(&["---\n", &text, "\n"].concat());
    }
    out.push_str(&definitions(&chart));
    kube.out(out);
    Ok(Next::Exit(0))
}

pub(super) fn version(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let (version, commit, go) = (helm::HELM_VERSION, helm::GIT_COMMIT, helm::GO_VERSION);
    kube.out(if given.on("short") {
        format!("{version}+g{}\n", &commit[..7])
    } else {
        format!("version.BuildInfo{{Version:\"{version}\", GitCommit:\"{commit}\", GitTreeState:\"clean\", GoVersion:\"{go}\"}}\n")
    });
    Ok(Next::Exit(0))
}
