//! What a check may ask of the world: the one door through which a lesson looks at it.
//!
//! The world implements the trait; a lesson never sees an engine, and nothing here changes anything.

use manifest::Value;
use sim::Time;

/// A view of the world for expressions. Every answer is a function of the world's state alone.
pub trait Facts {
    /// The current virtual time.
    fn now(&self) -> Time;

    /// A named value of the scenario, such as one of its picks; `None` where nothing has that name.
    fn var(&self, name: &str) -> Option<Value>;

    /// One of [`FUNCTIONS`]. The error is a sentence for the author of the lesson: a wrong count or kind of
    /// arguments. What is not there is `Null`, never an error.
    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String>;
}

/// A function over the world that an expression may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    pub params: &'static [&'static str],
    /// What comes back, in a sentence.
    pub gives: &'static str,
}

const fn function(name: &'static str, params: &'static [&'static str], gives: &'static str) -> Function {
    Function { name, params, gives }
}

/// Every function over the world. A repository is named as on the forge (`encore/web`) or by its path on the
/// workstation (`~/web`).
pub const FUNCTIONS: &[Function] = &[
    function("object", &["kind", "namespace", "name"], "a Kubernetes object, or null"),
    function("objects", &["kind", "namespace"], "a list of Kubernetes objects"),
    function("file", &["path"], "the text of a file on the workstation, or null"),
    function("head", &["repo", "branch"], "the commit id that a branch is at, or null"),
    function("commit", &["repo", "rev"], "{id, message, author, parents, files}, or null"),
    function("text_at", &["repo", "rev", "path"], "the text of a file in a commit, or null"),
    function("is_ancestor", &["repo", "a", "b"], "whether commit a is b or an ancestor of b"),
    function("local", &["path"], "{branch, head, ahead, behind, dirty} of a repository on the workstation, or null"),
    function("app", &["name"], "{sync, health, revision, …} of an Argo CD application, or null"),
    function("runs", &["repo"], "pipeline runs, newest first: [{id, workflow, commit, status, conclusion, jobs}]"),
    function("image", &["ref"], "{digest, commit} of an image in the registry, or null"),
    function(
        "builds",
        &["tag"],
        "builds on the workstation under a name, newest first: [{id, size, at, seconds, done, cached, context, layers}]",
    ),
    function(
        "local_image",
        &["ref"],
        "{id, size, user, layers: [{digest, size, by}], history} of an image on the workstation, or null",
    ),
    function("image_text", &["ref", "path"], "the text of a file in an image on the workstation, or null"),
    function("image_files", &["ref", "folder"], "names in a folder of an image on the workstation, or null"),
    function(
        "shop",
        &["service"],
        "{version, versions: {v: share}, rps, error_rate, p99_ms, headline, ready} as customers get it, or null",
    ),
    function(
        "status",
        &["service", "path", "key"],
        "the HTTP status that all pods of a service answer to who shows this key (\"\": none); null where nobody answers, or not all the same",
    ),
    function(
        "env",
        &["service", "variable"],
        "the value of a variable in the programs of all pods of a service; null where none runs, or not all have the same",
    ),
    function("decoded", &["text"], "the text that a base64 text stands for, or null"),
    function("paths_with", &["repo", "rev", "text"], "the paths of a commit's files that hold a text, or null"),
    function(
        "alerts",
        &["repo"],
        "alerts of secret scanning, oldest first: [{number, kind, secret, commit, path, state, resolution}], or null",
    ),
    function("events", &["topic"], "a list of the world's events"),
];

/// Functions that need no world: the number of arguments stands beside the name.
pub const BUILT_IN: &[(&str, usize)] = &[
    ("size", 1),
    ("int", 1),
    ("double", 1),
    ("string", 1),
    ("duration", 1),
    ("timestamp", 1),
    ("round", 2),
    ("percent", 1),
];
