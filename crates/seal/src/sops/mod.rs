//! SOPS 3.11: files whose values are encrypted one by one under a data key that the file carries, wrapped for each age
//! recipient. Keys, order and comments stay readable or in their place.

mod cipher;
pub mod config;
mod dotenv;
mod json;
mod metadata;
mod yaml;

pub use cipher::Stash;
pub use metadata::{Metadata, RULES, data_key, wrap};

/// The version that is written into files.
pub const VERSION: &str = "3.11.0";

/// A value of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// As RFC 3339 writes it.
    Time(String),
    /// Without its `#`. In a map it stands at the key `""`.
    Comment(String),
    List(Vec<Item>),
    Map(Branch),
}

/// The entries of a map in their order.
pub type Branch = Vec<(String, Item)>;

/// A file: of YAML each document is a branch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    pub branches: Vec<Branch>,
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
    Dotenv,
    /// Anything: the whole text is the value `data` of a JSON.
    Binary,
}

impl Format {
    pub fn of_path(path: &str) -> Self {
        match path.rsplit('/').next().unwrap_or(path).rsplit_once('.').map(|(_, end)| end) {
            Some("yaml" | "yml") => Self::Yaml,
            Some("json") => Self::Json,
            Some("env") => Self::Dotenv,
            _ => Self::Binary,
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        match word {
            "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "dotenv" => Some(Self::Dotenv),
            "binary" => Some(Self::Binary),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("sops metadata not found")]
    NoMetadata,
    #[error("{0}")]
    Unreadable(String),
    #[error("Could not decrypt value: {0}")]
    Value(String),
    #[error("Error walking tree: Expected encrypted value as string, but got {0}")]
    NotText(&'static str),
    #[error("MAC mismatch. File has {file}, computed {computed}")]
    Mac { file: String, computed: String },
    #[error("component ['{0}'] not found")]
    NoKey(String),
    #[error("{0}: real, but not part of this sandbox yet")]
    Missing(String),
}

impl Tree {
    /// A file that is not encrypted; one that is has `sops` among its keys.
    pub fn read(format: Format, text: &str) -> Result<Self, Error> {
        let branches = match format {
            Format::Yaml => yaml::read(text)?,
            Format::Json => vec![json::read(text)?],
            Format::Dotenv => vec![dotenv::read(text)?],
            Format::Binary => vec![vec![("data".to_string(), Item::Text(text.to_string()))]],
        };
        Ok(Self { branches, metadata: None })
    }

    pub fn read_encrypted(format: Format, text: &str) -> Result<Self, Error> {
        let mut tree = match format {
            Format::Binary => Self { branches: vec![json::read(text)?], metadata: None },
            _ => Self::read(format, text)?,
        };
        tree.metadata = Some(metadata::take(&mut tree.branches, format)?);
        Ok(tree)
    }

    /// Whether `sops` is among the keys of the top.
    pub fn is_encrypted(&self, format: Format) -> bool {
        let own = |key: &str| if format == Format::Dotenv { key.starts_with("sops_") } else { key == "sops" };
        self.branches.iter().flatten().any(|(key, _)| own(key))
    }

    pub fn write(&self, format: Format) -> String {
        let mut branches = self.branches.clone();
        if let Some(metadata) = &self.metadata {
            for branch in &mut branches {
                metadata::put(metadata, branch, format);
            }
        }
        match format {
            Format::Yaml => yaml::write(&branches),
            Format::Json => json::write(branches.first().map_or(&[], Vec::as_slice)),
            Format::Dotenv => dotenv::write(branches.first().map_or(&[], Vec::as_slice)),
            Format::Binary if self.metadata.is_some() => json::write(branches.first().map_or(&[], Vec::as_slice)),
            Format::Binary => match branches.first().and_then(|branch| branch.first()) {
                Some((_, Item::Text(text))) => text.clone(),
                _ => String::new(),
            },
        }
    }

    /// The place that `["a"]["b"][0]` names.
    pub fn at(&self, path: &[Step]) -> Result<Item, Error> {
        let mut item = Item::Map(self.branches.first().cloned().unwrap_or_default());
        for step in path {
            item = match (step, item) {
                (Step::Key(key), Item::Map(branch)) => {
                    let found = branch.into_iter().find(|(have, _)| have == key);
                    found.ok_or_else(|| Error::NoKey(key.clone()))?.1
                }
                (Step::Key(key), _) => return Err(Error::NoKey(key.clone())),
                (Step::Index(at), Item::List(items)) => {
                    let items = items.into_iter().filter(|item| !matches!(item, Item::Comment(_)));
                    let out = || Error::Unreadable(format!("component [{at}] accesses out of bounds"));
                    items.into_iter().nth(*at).ok_or_else(out)?
                }
                (Step::Index(at), _) => {
                    let text = format!("component [{at}] is integer, but tree part is not a slice");
                    return Err(Error::Unreadable(text));
                }
            };
        }
        Ok(item)
    }

    /// Whether that changed anything.
    pub fn set(&mut self, path: &[Step], value: Item) -> bool {
        let Some(first) = self.branches.first_mut() else { return false };
        let mut whole = Item::Map(std::mem::take(first));
        let changed = place(&mut whole, path, value);
        if let Item::Map(branch) = whole {
            *first = branch;
        }
        changed
    }

    pub fn unset(&mut self, path: &[Step]) -> Result<(), Error> {
        self.at(path).map_err(|_| match path.last() {
            Some(Step::Index(at)) => Error::Unreadable(format!("Index {at} out of bounds")),
            Some(Step::Key(key)) => Error::Unreadable(format!("Key not found: {key}")),
            None => Error::NoMetadata,
        })?;
        let Some(first) = self.branches.first_mut() else { return Ok(()) };
        let mut whole = Item::Map(std::mem::take(first));
        remove(&mut whole, path);
        if let Item::Map(branch) = whole {
            *first = branch;
        }
        Ok(())
    }
}

/// A step of a path: `["key"]` or `[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// `["a"]["b"][0]` to steps.
pub fn path(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        rest = after;
        let quoted = ['"', '\''].iter().find_map(|sign| inner.strip_prefix(*sign)?.strip_suffix(*sign));
        steps.push(match quoted {
            Some(key) => Step::Key(key.to_string()),
            None => Step::Index(inner.parse().ok()?),
        });
    }
    Some(steps)
}

fn place(item: &mut Item, path: &[Step], value: Item) -> bool {
    let Some((step, rest)) = path.split_first() else {
        let changed = *item != value;
        *item = value;
        return changed;
    };
    match (step, &mut *item) {
        (Step::Key(key), Item::Map(branch)) => {
            let at = branch.iter().position(|(have, _)| have == key);
            let at = at.unwrap_or_else(|| {
                branch.push((key.clone(), Item::Null));
                branch.len() - 1
            });
            place(&mut branch[at].1, rest, value)
        }
        (Step::Index(at), Item::List(items)) => {
            if *at >= items.len() {
                items.push(Item::Null);
            }
            let at = (*at).min(items.len() - 1);
            place(&mut items[at], rest, value)
        }
        (Step::Key(_), _) => {
            *item = Item::Map(Vec::new());
            place(item, path, value)
        }
        (Step::Index(_), _) => {
            *item = Item::List(Vec::new());
            place(item, path, value)
        }
    }
}

fn remove(item: &mut Item, path: &[Step]) {
    let [step, rest @ ..] = path else { return };
    match (step, item) {
        (Step::Key(key), Item::Map(branch)) if rest.is_empty() => branch.retain(|(have, _)| have != key),
        (Step::Index(at), Item::List(items)) if rest.is_empty() => drop(items.remove(*at)),
        (Step::Key(key), Item::Map(branch)) => {
            if let Some((_, inner)) = branch.iter_mut().find(|(have, _)| have == key) {
                remove(inner, rest);
            }
        }
        (Step::Index(at), Item::List(items)) => {
            if let Some(inner) = items.get_mut(*at) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

/// A value alone, as `--extract` prints it.
pub fn write_value(format: Format, item: &Item) -> String {
    match item {
        Item::Text(text) => text.clone(),
        _ if format == Format::Json => json::value(item),
        _ => yaml::value(item),
    }
}

/// What `sops set` is given: JSON.
pub fn read_value(text: &str) -> Option<Item> {
    json::value_of(text)
}
