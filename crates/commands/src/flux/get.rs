//! `flux get`: objects with their revision and whether they are ready.

use super::going::Todo;
use super::{ALL_SPACES, Answer, Next, words};
use crate::cobra::{Command, Flag, Given, switch, text};
use crate::kubectl::Kube;
use cluster::{LabelSelector, Object, Selectors};
use gitops::flux::ROWS;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) const COMMAND: Command = Command {
    path: "flux get",
    operands: "KIND [NAME]",
    summary: "Get the resources and their status",
    flags: &[
        ALL_SPACES,
        text("label-selector", 'l', "filter objects by label selector"),
        switch("no-header", "skip the header when printing the results"),
        switch("show-source", "show the source reference for each kustomization or helmrelease"),
        text(
            "status-selector",
            '\0',
            "the status condition name and the desired state, e.g. ready=false or ready!=true",
        ),
        Flag { short: 'w', ..switch("watch", "after listing the requested object, watch for changes") },
    ],
    missing: "",
};

/// What is to be listed, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Look {
    pub row: usize,
    /// Nothing for all namespaces.
    namespace: Option<String>,
    name: Option<String>,
    labels: String,
    status: Option<(String, bool, String)>,
    show_source: bool,
    /// Names are told with their kind.
    with_kind: bool,
    header: bool,
}

impl Look {
    fn headings(&self) -> Vec<&'static str> {
        let mut all = words::headings(self.row, self.show_source);
        if self.namespace.is_none() {
            all.insert(0, "NAMESPACE");
        }
        all
    }

    fn fits(&self, object: &Object) -> bool {
        self.status.as_ref().is_none_or(|(kind, same, wanted)| {
            let all = object.value.list_at("status.conditions");
            let found = all.iter().rev().find(|one| one.str_at("type").eq_ignore_ascii_case(kind));
            found.is_some_and(|one| one.str_at("status").eq_ignore_ascii_case(wanted)) == *same
        })
    }

    fn row_of(&self, object: &Object) -> Vec<String> {
        let name = match self.with_kind {
            true => [&ROWS[self.row].kind.to_lowercase(), "/", object.name()].concat(),
            false => object.name().to_string(),
        };
        let mut row = vec![name];
        if self.namespace.is_none() {
            row.insert(0, object.namespace().to_string());
        }
        row.extend(words::cells(self.row, &object.value, self.show_source));
        row
    }

    fn all(&self, kube: &Kube<'_, '_>) -> Result<Vec<Arc<Object>>, String> {
        let kind = kind_of(kube, self.row)?;
        let space = self.namespace.as_deref();
        kube.may("list", (kind, ""), (space.unwrap_or(""), "")).map_err(|stop| server_words(&stop.message))?;
        let labels = LabelSelector::parse(&self.labels)
            .map_err(|_| format!("unable to parse label selector: {}", self.labels))?;
        let chosen = Selectors { labels, ..Selectors::default() };
        let found = kube.store().list(kind, space, &chosen).into_iter();
        let named = |object: &&Arc<Object>| self.name.as_deref().is_none_or(|name| name == object.name());
        Ok(words::sorted(found.filter(named).cloned().collect()))
    }

    /// Rows of what was written after a version; the newest version.
    pub fn news(&self, kube: &Kube<'_, '_>, after: u64) -> Result<(Vec<Vec<String>>, u64), String> {
        let all = self.all(kube)?;
        let newest = all.iter().map(|object| object.version).max().unwrap_or(after).max(after);
        let new = all.iter().filter(|object| object.version > after && self.fits(object));
        Ok((new.map(|object| self.row_of(object)).collect(), newest))
    }

    pub fn headings_if_wanted(&self) -> Vec<&'static str> {
        if self.header { self.headings() } else { Vec::new() }
    }
}

/// The server's words without what kubectl puts before them.
pub(super) fn server_words(message: &str) -> String {
    let text = message.trim_end();
    let text =
        text.strip_prefix("Error from server ").and_then(|rest| rest.split_once("): ")).map_or(text, |(_, rest)| rest);
    text.strip_prefix("error: ").unwrap_or(text).to_string()
}

pub(super) fn kind_of(kube: &Kube<'_, '_>, row: usize) -> Result<cluster::KindId, String> {
    let missing = || format!("no matches for kind \"{}\" in version \"{}\"", ROWS[row].kind, ROWS[row].api_version());
    gitops::flux::kind_of(&kube.cx.world.cluster, row).ok_or_else(missing)
}

fn selector(text: &str) -> Result<(String, bool, String), String> {
    let parts =
        text.split_once("!=").map(|parts| (parts, false)).or_else(|| text.split_once('=').map(|parts| (parts, true)));
    let wrong = || format!("expected status selector in type=status or type!=status format, but found: {text}");
    let ((kind, status), same) = parts.ok_or_else(wrong)?;
    Ok((kind.into(), same, status.into()))
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, kinds: &[usize]) -> Answer {
    let everywhere = given.on("all-namespaces");
    let several = kinds.len() > 1;
    if several && given.on("watch") {
        return Err("expected a single resource type, but found all".into());
    }
    let look = |row: usize, space: &str| -> Result<Look, String> {
        Ok(Look {
            row,
            namespace: (!everywhere).then(|| space.to_string()),
            name: given.words.first().cloned(),
            labels: given.text("label-selector").unwrap_or_default().into(),
            status: given.text("status-selector").filter(|text| !text.is_empty()).map(selector).transpose()?,
            show_source: given.on("show-source"),
            with_kind: several,
            header: !given.on("no-header"),
        })
    };
    let space = kube.namespace.clone();
    for row in kinds {
        let look = look(*row, &space)?;
        if given.on("watch") {
            let todo = Todo::Watch { look, after: 0, first: true };
            return super::going::begin(kube, given, vec![todo]);
        }
        let there = match look.all(kube) {
            Ok(there) => there,
            // Kinds that are not installed are left out of all.
            Err(_) if several => continue,
            Err(told) => return Err(told),
        };
        if there.is_empty() && !several {
            let (kind, place) = (ROWS[*row].kind, if everywhere { "any".into() } else { format!("{space:?}") });
            return Err(match &look.name {
                Some(name) => format!("{kind} object '{name}' not found in {place} namespace"),
                None => format!("no {kind} objects found in {place} namespace"),
            });
        }
        let rows: Vec<Vec<String>> =
            there.iter().filter(|object| look.fits(object)).map(|object| look.row_of(object)).collect();
        if rows.is_empty() && several {
            continue;
        }
        kube.out(words::table(&look.headings_if_wanted(), &rows));
        if several {
            kube.out("\n");
        }
    }
    Ok(Next::Exit(0))
}
