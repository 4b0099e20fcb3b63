//! Which paths a command line means: `src`, `*.js`, `:/README.md`, `:!vendor`.

use super::{has_wildcard, wildmatch};
use vfs::join;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Spec {
    /// As it was typed.
    typed: String,
    /// From the top of the work tree; `""` is all of it.
    path: String,
    excludes: bool,
    literal: bool,
}

impl Spec {
    fn matches(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.path.as_str());
        let folder = self.path.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        folder || (!self.literal && has_wildcard(&self.path) && wildmatch(&self.path, path, false))
    }
}

/// A list of them; an empty list means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pathspec {
    specs: Vec<Spec>,
}

impl Pathspec {
    /// Reads arguments typed in `folder`, a path in the work tree (`""` is its top). An argument that leads outside
    /// is returned as the error.
    pub fn parse(args: &[String], folder: &str, work_tree: &str) -> Result<Self, String> {
        let mut specs = Vec::new();
        for arg in args {
            let (mut rest, mut excludes, mut from_top) = (arg.as_str(), false, false);
            if let Some(magic) = arg.strip_prefix(":(")
                && let Some(close) = magic.find(')')
            {
                rest = &magic[close + 1..];
                excludes = magic[..close].split(',').any(|word| word == "exclude");
                from_top = magic[..close].split(',').any(|word| word == "top");
            } else if let Some(magic) = arg.strip_prefix(':') {
                rest = magic.trim_start_matches(['!', '^', '/']);
                let marks = &magic[..magic.len() - rest.len()];
                excludes = marks.contains(['!', '^']);
                from_top = marks.contains('/');
            }
            let base = if from_top { work_tree.to_string() } else { join(work_tree, folder) };
            let full = join(&base, rest);
            let path = if full == work_tree {
                String::new()
            } else {
                let root = format!("{}/", work_tree.trim_end_matches('/'));
                full.strip_prefix(&root).ok_or_else(|| arg.clone())?.to_string()
            };
            specs.push(Spec { typed: arg.clone(), path, excludes, literal: false });
        }
        Ok(Self { specs })
    }

    /// Exactly these paths and what lies below them.
    pub fn literal(paths: &[String]) -> Self {
        let spec = |path: &String| Spec { typed: path.clone(), path: path.clone(), excludes: false, literal: true };
        Self { specs: paths.iter().map(spec).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.specs.is_empty()
    }

    pub fn matches(&self, path: &str) -> bool {
        if let [only] = self.specs.as_slice()
            && !only.excludes
        {
            return only.matches(path);
        }
        let mut wanted = self.specs.iter().filter(|spec| !spec.excludes).peekable();
        let included = wanted.peek().is_none() || wanted.any(|spec| spec.matches(path));
        included && !self.specs.iter().any(|spec| spec.excludes && spec.matches(path))
    }

    /// Whether something below this folder could match.
    pub fn may_match_below(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.specs.is_empty()
            || self.matches(folder)
            || self.specs.iter().any(|spec| spec.path.starts_with(&prefix) || has_wildcard(&spec.path) || spec.excludes)
    }

    /// The first argument, as typed, that matches none of these paths.
    pub fn unmatched<'a>(&'a self, paths: &[&str]) -> Option<&'a str> {
        let none =
            |spec: &&Spec| !spec.excludes && !spec.path.is_empty() && !paths.iter().any(|path| spec.matches(path));
        self.specs.iter().find(none).map(|spec| spec.typed.as_str())
    }

    /// The paths, where each is one by itself and no pattern or folder of more can be meant.
    pub fn single_files(&self, mut is_file: impl FnMut(&str) -> bool) -> Option<Vec<&str>> {
        let mut single =
            |spec: &Spec| !spec.excludes && (spec.literal || !has_wildcard(&spec.path)) && is_file(&spec.path);
        let all = !self.specs.is_empty() && self.specs.iter().all(&mut single);
        all.then(|| self.specs.iter().map(|spec| spec.path.as_str()).collect())
    }

    /// Each argument as typed with its path from the top, excluding ones left out.
    pub fn items(&self) -> impl Iterator<Item = (&str, &str)> {
        self.specs.iter().filter(|spec| !spec.excludes).map(|spec| (spec.typed.as_str(), spec.path.as_str()))
    }
}
