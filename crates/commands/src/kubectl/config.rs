//! The kubeconfig: `--kubeconfig`, `$KUBECONFIG` or `~/.kube/config`; without a file, that of the sandbox's cluster.

use super::kube::Stop;
use manifest::{Value, list, object};
use world::Cx;

const CLUSTER: &str = "encore";

/// The configuration of the sandbox's own cluster, as a file would hold it.
pub fn default_kubeconfig() -> String {
    default_value().to_yaml()
}

fn default_value() -> Value {
    let server = "https://127.0.0.1:6443";
    object! {
        "apiVersion" => "v1",
        "clusters" => list![object! { "cluster" => object! { "server" => server }, "name" => CLUSTER }],
        "contexts" => list![object! {
            "context" => object! { "cluster" => CLUSTER, "user" => "learner" }, "name" => CLUSTER,
        }],
        "current-context" => CLUSTER,
        "kind" => "Config",
        "preferences" => Value::map(),
        "users" => list![object! { "name" => "learner", "user" => Value::map() }],
    }
}

/// A kubeconfig and where it belongs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kubeconfig {
    pub value: Value,
    pub path: String,
}

impl Kubeconfig {
    pub fn load(cx: &Cx<'_>, flag: Option<&str>) -> Result<Self, Stop> {
        let asked = flag.map(str::to_string).filter(|path| !path.is_empty());
        let path = match asked.clone().or_else(|| cx.env("KUBECONFIG").filter(|path| !path.is_empty())) {
            Some(path) => cx.path(&path),
            None => format!("{}/.kube/config", cx.env("HOME").unwrap_or_else(|| "/".into()).trim_end_matches('/')),
        };
        let Ok(text) = cx.files().read_text(&path) else {
            if asked.is_some() {
                return Err(Stop::error(format!("stat {path}: no such file or directory")));
            }
            return Ok(Self { value: default_value(), path });
        };
        let value = Value::from_yaml(&text)
            .map_err(|why| Stop::error(format!("error loading config file \"{path}\": yaml: {why}")))?;
        Ok(Self { value, path })
    }

    pub fn current(&self) -> &str {
        self.value.str_at("current-context")
    }

    fn named<'v>(&'v self, list: &str, name: &str) -> Option<&'v Value> {
        self.value.list_at(list).iter().find(|item| item.str_at("name") == name)
    }

    /// The context of this name, or the current one.
    pub fn context(&self, name: Option<&str>) -> Result<&Value, Stop> {
        let name = name.unwrap_or(self.current());
        let missing = || Stop::error(format!("context \"{name}\" does not exist"));
        self.named("contexts", name).map(|item| item.at("context")).ok_or_else(missing)
    }

    /// The user of the context, with its credentials.
    pub fn user(&self, context: Option<&str>) -> &Value {
        let name = self.context(context).map_or("", |context| context.str_at("user"));
        self.named("users", name).map_or(Value::null(), |item| item.at("user"))
    }

    pub fn namespace(&self, context: Option<&str>) -> Result<String, Stop> {
        if context.is_none() && self.current().is_empty() {
            let told =
                "The connection to the server localhost:8080 was refused - did you specify the right host or port?";
            return Err(Stop::said(told));
        }
        let namespace = self.context(context)?.str_at("namespace");
        Ok(if namespace.is_empty() { "default" } else { namespace }.to_string())
    }

    /// The address of the API server of the current context.
    pub fn server(&self) -> String {
        let cluster = self.context(None).map_or("", |context| context.str_at("cluster"));
        self.named("clusters", cluster).map_or("", |item| item.str_at("cluster.server")).to_string()
    }

    pub fn save(&self, cx: &mut Cx<'_>) -> Result<(), Stop> {
        let (now, text) = (cx.micros(), self.value.to_yaml());
        let folder = vfs::parent(&self.path).to_string();
        let files = cx.files_mut();
        let written = files.make_dir_all(&folder, now).and_then(|()| files.write(&self.path, text.into_bytes(), now));
        written.map_err(|error| Stop::error(format!("open {}: {error}", self.path)))
    }
}
