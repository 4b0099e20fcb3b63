//! One request's surroundings: the process, the configuration, the namespace, and how refusals are told.

use super::config::Kubeconfig;
use super::flags::Given;
use super::{Next, Phase, users};
use cluster::{ENDPOINTS, KindId, KindInfo, Kinds, Object, Status, Store, User, Writer};
use std::fmt::Write as _;
use std::sync::Arc;
use world::Cx;

/// Why a command ends early: what goes to standard error, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub message: String,
    pub code: i32,
}

impl Stop {
    /// `error: …`
    pub fn error(message: impl std::fmt::Display) -> Self {
        Self { message: format!("error: {message}\n"), code: 1 }
    }

    /// A text as it stands.
    pub fn said(message: impl Into<String>) -> Self {
        let mut message = message.into();
        if !message.ends_with('\n') {
            message.push('\n');
        }
        Self { message, code: 1 }
    }
}

pub(crate) type Answer = Result<Next, Stop>;

/// The process with its configuration.
pub(crate) struct Kube<'a, 'w> {
    pub cx: &'a mut Cx<'w>,
    pub config: Kubeconfig,
    /// By `-n`, else by the context, else `default`.
    pub namespace: String,
    /// Whether `-n` was given.
    pub namespace_given: bool,
    /// On whose behalf requests are sent; nobody for the cluster's owner, who may do everything.
    pub user: Option<User>,
    /// Whether objects are printed with their `metadata.managedFields`.
    pub managed_fields: bool,
}

impl<'a, 'w> Kube<'a, 'w> {
    pub fn new(cx: &'a mut Cx<'w>, config: Kubeconfig, given: &Given) -> Result<Self, Stop> {
        let context = given.value("context");
        let namespace = match given.value("namespace").filter(|n| !n.is_empty()) {
            Some(namespace) => namespace.to_string(),
            None => config.namespace(context)?,
        };
        let user = users::of(cx, &config, given)?;
        Ok(Self {
            cx,
            config,
            namespace,
            namespace_given: given.is_set("namespace"),
            user,
            managed_fields: given.has("show-managed-fields"),
        })
    }

    /// For later steps of a command: its output does not depend on flags any more.
    pub fn plain(cx: &'a mut Cx<'w>, user: Option<User>) -> Self {
        Self {
            cx,
            config: Kubeconfig::default(),
            namespace: String::new(),
            namespace_given: false,
            user,
            managed_fields: false,
        }
    }

    /// Whether this user may do something, or the server's refusal.
    pub fn may(&self, verb: &str, what: (KindId, &str), place: (&str, &str)) -> Result<(), Stop> {
        let done = self.cx.world.cluster.permit(self.user.as_ref(), verb, what, place);
        done.map_err(|status| refused(&status))
    }

    pub fn store(&self) -> &Store {
        self.cx.world.cluster.store()
    }

    pub fn kinds(&self) -> &Kinds {
        self.store().kinds()
    }

    pub fn info(&self, kind: KindId) -> KindInfo {
        self.kinds().info(kind).clone()
    }

    pub fn out(&mut self, text: impl AsRef<str>) {
        self.cx.out(text.as_ref());
    }

    pub fn err(&mut self, text: impl AsRef<str>) {
        self.cx.err(text.as_ref());
    }

    pub fn writer(&self) -> Writer {
        Writer::new("kubectl", self.cx.causes()).on_behalf(self.user.clone())
    }

    /// `deployment.apps/web`, `pod/web-1`.
    pub fn named(&self, object: &Object) -> String {
        let info = self.kinds().info(object.key.kind);
        format!("{}/{}", qualified(info), object.name())
    }

    /// Goes on in a later step.
    pub fn wait(phase: Phase, step: world::Step) -> Answer {
        Ok(Next::Wait(phase, step))
    }

    /// An object by its place, or the server's words.
    pub fn get(&self, kind: KindId, namespace: &str, name: &str) -> Result<Arc<Object>, Stop> {
        self.may("get", (kind, ""), (namespace, name))?;
        if kind == ENDPOINTS {
            return self.cx.world.cluster.endpoints(namespace, name).map_err(|status| refused(&status));
        }
        self.cx.world.cluster.get(kind, namespace, name).cloned().map_err(|status| refused(&status))
    }
}

/// `deployment.apps`, `pod`: how results name a kind.
pub(crate) fn qualified(info: &KindInfo) -> String {
    if info.group.is_empty() { info.singular.to_string() } else { format!("{}.{}", info.singular, info.group) }
}

/// A refusal of the server as kubectl tells it.
pub(crate) fn refused(status: &Status) -> Stop {
    Stop { message: told(status, ""), code: 1 }
}

/// The same where a file was being worked on: `error when creating "web.yaml": `.
pub(crate) fn told(status: &Status, doing: &str) -> String {
    if status.reason == "Invalid" {
        return invalid(status);
    }
    format!("Error from server ({}): {doing}{}\n", status.reason, status.message)
}

/// kubectl `checkErr`: the fields of an invalid object, one a line where there are several.
fn invalid(status: &Status) -> String {
    let details = &status.details;
    let mut text = if details.kind.is_empty() && details.name.is_empty() {
        String::from("The request is invalid")
    } else {
        format!("The {} \"{}\" is invalid", details.kind, details.name)
    };
    match &details.causes[..] {
        [] if details.kind.is_empty() => write!(text, ": {}", status.message).unwrap_or_default(),
        [] => {}
        [only] => write!(text, ": {only}").unwrap_or_default(),
        all => {
            text.push_str(": \n");
            let mut told: Vec<String> = all.iter().map(|cause| format!("* {cause}")).collect();
            told.dedup();
            text.push_str(&told.join("\n"));
        }
    }
    text.push('\n');
    text
}
