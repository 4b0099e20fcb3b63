//! Which kind of object a command line means, and how its columns, successes and refusals are worded (`cmd/flux/*.go`).

use gitops::flux::{AUTOMATION, CHART, GIT, HELM_REPOSITORY, IMAGE_REPOSITORY, KUSTOMIZATION, POLICY, RELEASE, ROWS};
use manifest::Value;
use order::Arrange;

/// Words that name a kind, behind a verb.
const KINDS: &[(&str, usize)] = &[
    ("source git", GIT),
    ("source helm", HELM_REPOSITORY),
    ("source chart", CHART),
    ("kustomization", KUSTOMIZATION),
    ("helmrelease", RELEASE),
    ("image repository", IMAGE_REPOSITORY),
    ("image policy", POLICY),
    ("image update", AUTOMATION),
];

/// Other words for them.
const ALIASES: &[(&str, &str)] = &[
    ("sources", "source"),
    ("images", "image"),
    ("kustomizations", "kustomization"),
    ("ks", "kustomization"),
    ("helmreleases", "helmrelease"),
    ("hr", "helmrelease"),
];

/// Kinds of the real one that are not here.
pub(super) const MISSING: &str = "alert alert-provider alerts alert-providers receiver receivers artifact artifacts \
    source~oci source~bucket source~external secret tenant";

pub(super) fn plain(word: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == word).map_or(word, |(_, name)| name)
}

/// Whether a word wants another one behind it.
pub(super) fn is_group(word: &str) -> bool {
    matches!(plain(word), "source" | "image")
}

/// The kinds that the words mean: one, or those of `all`.
pub(super) fn kinds(words: &[&str]) -> Option<Vec<usize>> {
    match words {
        ["source", "all"] => Some(vec![GIT, HELM_REPOSITORY, CHART]),
        ["image", "all"] => Some(vec![IMAGE_REPOSITORY, POLICY, AUTOMATION]),
        ["all"] => {
            Some(vec![GIT, HELM_REPOSITORY, CHART, IMAGE_REPOSITORY, POLICY, AUTOMATION, RELEASE, KUSTOMIZATION])
        }
        _ => {
            let name = words.join(" ");
            KINDS.iter().find(|(kind, _)| *kind == name).map(|(_, row)| vec![*row])
        }
    }
}

/// As `flux suspend` and its kin name one: `image update automation`.
pub(super) fn human(row: usize) -> &'static str {
    if row == AUTOMATION { "image update automation" } else { ROWS[row].human }
}

/// Long hexadecimal numbers are cut to eight digits (`internal/utils/hex.go`).
pub(super) fn truncate_hex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word);
        let hex =
            (40..=128).contains(&head.len()) && head.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        out.push_str(if hex { &head[..8] } else { head });
        let other = tail.chars().next().map_or(0, char::len_utf8);
        out.push_str(&tail[..other]);
        rest = &tail[other..];
    }
    out
}

pub(super) fn ready(value: &Value) -> (String, String) {
    match cluster::condition(value, "Ready") {
        Some(ready) => (ready.str_at("status").into(), ready.str_at("message").into()),
        None => ("False".into(), "waiting to be reconciled".into()),
    }
}

/// The headings of a kind's table, without namespace.
pub(super) fn headings(row: usize, show_source: bool) -> Vec<&'static str> {
    let mut all = vec!["NAME"];
    if show_source && matches!(row, KUSTOMIZATION | RELEASE) {
        all.push("SOURCE");
    }
    match row {
        IMAGE_REPOSITORY => all.extend(["LAST SCAN", "SUSPENDED", "READY", "MESSAGE"]),
        POLICY => all.extend(["IMAGE", "TAG", "READY", "MESSAGE"]),
        AUTOMATION => all.extend(["LAST RUN", "SUSPENDED", "READY", "MESSAGE"]),
        _ => all.extend(["REVISION", "SUSPENDED", "READY", "MESSAGE"]),
    }
    all
}

/// A kind's row behind the name.
pub(super) fn cells(row: usize, value: &Value, show_source: bool) -> Vec<String> {
    let (status, message) = ready(value);
    let spec = value.at("spec");
    let suspended = if spec.bool_at("suspend") { "True" } else { "False" }.to_string();
    let mut all = Vec::new();
    if show_source && matches!(row, KUSTOMIZATION | RELEASE) {
        let source = spec.at(if row == RELEASE { "chart.spec.sourceRef" } else { "sourceRef" });
        let space = match source.str_at("namespace") {
            "" => value.str_at("metadata.namespace"),
            space => space,
        };
        all.push([source.str_at("kind"), space, source.str_at("name")].join("/"));
    }
    let text = |path: &str| value.str_at(path).to_string();
    match row {
        POLICY => {
            all.extend([text("status.latestRef.name"), text("status.latestRef.tag"), status, message]);
            return all;
        }
        IMAGE_REPOSITORY => all.push(text("status.lastScanResult.scanTime")),
        AUTOMATION => all.push(text("status.lastAutomationRunTime")),
        RELEASE => all.push(release_revision(value)),
        KUSTOMIZATION => all.push(truncate_hex(value.str_at("status.lastAppliedRevision"))),
        CHART => all.push(text("status.artifact.revision")),
        _ => all.push(truncate_hex(value.str_at("status.artifact.revision"))),
    }
    let cut = matches!(row, GIT | HELM_REPOSITORY | CHART | KUSTOMIZATION);
    all.extend([suspended, status, if cut { truncate_hex(&message) } else { message }]);
    all
}

pub(super) fn release_revision(value: &Value) -> String {
    match value.list_at("status.history").first() {
        Some(entry) => entry.str_at("chartVersion").into(),
        None => value.str_at("status.lastAttemptedRevision").into(),
    }
}

/// What is said once an object has been looked at.
pub(super) fn success(row: usize, value: &Value) -> String {
    let text = |path: &str| value.str_at(path);
    match row {
        KUSTOMIZATION => ["applied revision ", text("status.lastAppliedRevision")].concat(),
        RELEASE => ["applied revision ", &release_revision(value)].concat(),
        IMAGE_REPOSITORY => {
            format!("scan fetched {} tags", value.int_at("status.lastScanResult.tagCount").unwrap_or(0))
        }
        POLICY => {
            let digest = value.at("status.latestRef.digest").as_str().map_or_else(String::new, |d| ["@", d].concat());
            format!("selected ref {}:{}{digest}", text("status.latestRef.name"), text("status.latestRef.tag"))
        }
        AUTOMATION => ready(value).1,
        _ => ["fetched revision ", text("status.artifact.revision")].concat(),
    }
}

/// Rows as `flux` prints them: each cell as wide as its column, and a tab (`pkg/printers/table_printer.go`).
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |text: &str| text.split('\n').map(|line| line.chars().count()).max().unwrap_or(0);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(headings.len());
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
            cells.chain(headings.get(at).map(|heading| width(heading))).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    let mut line = |cells: &[&str]| {
        for (cell, width) in cells.iter().zip(&widths) {
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
            out.push('\t');
        }
        out.push('\n');
    };
    if !headings.is_empty() {
        line(headings);
    }
    for row in rows {
        let height = row.iter().map(|cell| cell.split('\n').count()).max().unwrap_or(1);
        for at in 0..height {
            let part: Vec<&str> = row.iter().map(|cell| cell.split('\n').nth(at).unwrap_or("")).collect();
            line(&part);
        }
    }
    out
}

/// Objects by namespace and name.
pub(super) fn sorted(mut all: Vec<std::sync::Arc<cluster::Object>>) -> Vec<std::sync::Arc<cluster::Object>> {
    all.arrange_by(|a, b| (a.namespace(), a.name()).cmp(&(b.namespace(), b.name())));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms of upstream's `get/get.golden` and `get_status_ready_not_true.golden`.
    #[test]
    fn a_table_has_tabs_behind_padded_cells() {
        let row = |cells: [&str; 5]| cells.map(String::from).to_vec();
        let head = ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"];
        let rows =
            [row(["web", "main@sha1:696f056d", "False", "True", "a\nbc"]), row(["x", "", "False", "Unknown", "c"])];
        let want = "NAME\tREVISION          \tSUSPENDED\tREADY  \tMESSAGE\t\n\
                    web \tmain@sha1:696f056d\tFalse    \tTrue   \ta      \t\n    \t                  \t         \t       \tbc     \t\n\
                    x   \t                  \tFalse    \tUnknown\tc      \t\n";
        assert_eq!(table(&head, &rows), want);
    }

    #[test]
    fn commit_ids_are_cut() {
        let id = "696f056df216eea4f9401adbee0ff744d4df390f";
        assert_eq!(truncate_hex(&format!("stored 'main@sha1:{id}'")), "stored 'main@sha1:696f056d'");
        assert_eq!(truncate_hex("696f056"), "696f056");
    }
}
