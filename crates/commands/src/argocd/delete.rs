//! `argocd app delete`: it asks in a terminal, and may wait until all is gone.

use super::cobra::{APP_NAMESPACE, Command, Flag, Takes, switch, text};
use super::log::{Fatal, Style};
use super::{Call, Next, appset, find, wrong_use};
use cluster::{DeleteOptions, Object, Writer};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use world::{Cx, Read, Step};

pub(super) const COMMAND: Command = Command {
    path: "argocd app delete",
    operands: "APPNAME",
    summary: "Delete applications, with their resources unless --cascade=false says otherwise",
    flags: &[
        APP_NAMESPACE,
        Flag { long: "cascade", short: '\0', takes: Takes::Switch, default: "true", help: "delete its resources, too" },
        Flag {
            long: "propagation-policy",
            short: 'p',
            takes: Takes::Text,
            default: "foreground",
            help: "how its resources are deleted: foreground or background",
        },
        text("selector", 'l', "delete the applications with these labels"),
        switch("wait", "wait until they are gone"),
        Flag { long: "yes", short: 'y', takes: Takes::Switch, default: "", help: "do not ask" },
    ],
    missing: "",
};

/// Applications that are deleted one by one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delete {
    /// Those still to come, the next one last.
    left: Vec<String>,
    many: bool,
    namespace: String,
    cascade: Option<bool>,
    policy: String,
    waits: bool,
    /// Whether somebody is asked before each.
    asks: bool,
    /// The question for the next one was put.
    asked: bool,
    /// This one has to go before the next one is looked at.
    going: Option<String>,
    style: Style,
    /// ApplicationSets, not applications.
    sets: bool,
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let selector = given.text("selector").unwrap_or_default();
    if given.words.is_empty() && selector.is_empty() {
        return Ok(wrong_use(cx, &COMMAND, 1));
    }
    let mut names = Vec::new();
    if !selector.is_empty() {
        names.extend(find::all(cx, given)?.iter().map(|app| find::qualified(app)));
    }
    if names.is_empty() {
        names.clone_from(&given.words);
    }
    names.reverse();
    let cascade = given.text("cascade").map(|_| given.on("cascade"));
    Ok(Next::Delete(Box::new(Delete {
        many: names.len() > 1,
        left: names,
        namespace: given.text("app-namespace").unwrap_or_default().to_string(),
        cascade,
        policy: given.text("propagation-policy").unwrap_or_default().to_string(),
        waits: given.on("wait"),
        asks: cascade != Some(false) && cx.stdout_is_terminal() && !given.on("yes"),
        asked: false,
        going: None,
        style: call.style,
        sets: false,
    })))
}

impl Delete {
    /// `argocd appset delete`.
    pub(super) fn of_sets(call: &Call, asks: bool) -> Self {
        let given = &call.given;
        Self {
            left: given.words.iter().rev().cloned().collect(),
            many: given.words.len() > 1,
            namespace: given.text("appset-namespace").unwrap_or_default().to_string(),
            cascade: None,
            policy: String::new(),
            waits: given.on("wait"),
            asks,
            asked: false,
            going: None,
            style: call.style,
            sets: true,
        }
    }

    fn object(&self, cx: &Cx<'_>, name: &str) -> Option<Arc<Object>> {
        if self.sets { appset::object(cx, name, &self.namespace) } else { find::object(cx, name, &self.namespace) }
    }

    /// What is deleted, and what goes with it.
    fn words(&self) -> (&'static str, &'static str) {
        if self.sets { ("applicationset", "Applications") } else { ("application", "resources") }
    }

    pub(super) fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if let Some(name) = &self.going {
            if self.object(cx, name).is_some() {
                return Step::Follow;
            }
            cx.out(format!("{} '{name}' deleted\n", self.words().0));
            self.going = None;
        }
        let Some(name) = self.left.last().cloned() else { return Step::Done(0) };
        if self.asks {
            match self.ask(cx, &name) {
                None => return Step::Stdin,
                Some(true) => {}
                Some(false) => {
                    self.left.pop();
                    cx.out(format!("The command to delete '{name}' was cancelled.\n"));
                    return Step::Again;
                }
            }
        }
        self.left.pop();
        match self.delete(cx, &name) {
            Err(fatal) => {
                self.style.print(cx, &fatal);
                return Step::Done(fatal.code);
            }
            Ok(()) if self.waits => self.going = Some(name),
            Ok(()) => cx.out(format!("{} '{name}' deleted\n", self.words().0)),
        }
        Step::Again
    }

    fn delete(&self, cx: &mut Cx<'_>, name: &str) -> Result<(), Fatal> {
        if self.sets {
            let set = appset::read(cx, name, &self.namespace)?;
            let (writer, key) = (Writer::new("argocd-server", cx.causes()), set.key.clone());
            let done = cx.world.api(|cluster, sim| {
                cluster.delete(sim, (key.kind, &key.namespace, &key.name), DeleteOptions::default(), &writer)
            });
            cx.world.settle_watches();
            return done.map(|_| ()).map_err(|error| {
                let why = format!("error deleting ApplicationSets: {error}");
                Fatal::check(format!("rpc error: code = Unknown desc = {why}"))
            });
        }
        let app = find::app(cx, name, &self.namespace)?;
        let causes = cx.causes();
        let done =
            cx.world.by_argocd(|argocd, to, _| argocd.delete_app(to, app.name(), self.cascade, &self.policy, &causes));
        done.map_err(find::refused)
    }

    /// The answer to the question; `None` while there is none.
    fn ask(&mut self, cx: &mut Cx<'_>, name: &str) -> Option<bool> {
        loop {
            if !self.asked {
                let all = match self.sets {
                    true => {
                        "where 'a' is to delete all specified ApplicationSets and their Applications without prompting"
                    }
                    false => "where 'a' is to delete all specified apps and their resources without prompting ",
                };
                let (keys, more) = if self.many { ("y/n/a", all) } else { ("y/n", "") };
                let with = self.words().1;
                cx.out(format!("Are you sure you want to delete '{name}' and all its {with}? [{keys}] {more}"));
                self.asked = true;
            }
            let line = match cx.read_line() {
                Read::Wait => return None,
                Read::End => return Some(false),
                Read::Line(line) => String::from_utf8_lossy(&line).trim().to_lowercase(),
            };
            self.asked = false;
            match &*line {
                "y" | "yes" => return Some(true),
                "n" | "no" => return Some(false),
                "a" | "all" if self.many => {
                    self.asks = false;
                    return Some(true);
                }
                _ => {}
            }
        }
    }
}
