//! What `.gitattributes` files and `.git/info/attributes` say of paths.

// Unlike git: `filter`, `ident`, `working-tree-encoding` and drivers of one's own (but for `driver = true`) have no effect.

use super::wildmatch;
use crate::object::ObjectId;
use crate::{Repo, Result};
use vfs::{Vfs, base_name};

/// How a path has an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attr {
    Set,
    /// `-name`.
    Unset,
    Value(String),
}

impl Attr {
    /// As `git check-attr` prints it.
    pub fn text(&self) -> &str {
        match self {
            Self::Set => "set",
            Self::Unset => "unset",
            Self::Value(text) => text,
        }
    }
}

/// Names with what is said of each; `None` takes it back to unspecified.
type Says = Vec<(String, Option<Attr>)>;

/// A line: for which paths, and what; `None` takes an attribute back to unspecified.
#[derive(Debug, Clone)]
struct Rule {
    folder: String,
    pattern: String,
    says: Says,
}

/// All lines that bear on some path, weakest first.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    rules: Vec<Rule>,
    /// `[attr]name …`: further names that come with one.
    macros: Vec<(String, Says)>,
}

fn says(words: &str) -> Says {
    let one = |word: &str| {
        if let Some(name) = word.strip_prefix('-') {
            (name.to_string(), Some(Attr::Unset))
        } else if let Some(name) = word.strip_prefix('!') {
            (name.to_string(), None)
        } else if let Some((name, value)) = word.split_once('=') {
            (name.to_string(), Some(Attr::Value(value.to_string())))
        } else {
            (word.to_string(), Some(Attr::Set))
        }
    };
    words.split_whitespace().map(one).collect()
}

impl Attributes {
    fn add(&mut self, folder: &str, text: &str) {
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (pattern, words) = match line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                Some((pattern, words)) => (pattern, words),
                None => line.split_once([' ', '\t']).unwrap_or((line, "")),
            };
            if let Some(name) = pattern.strip_prefix("[attr]") {
                self.macros.push((name.to_string(), says(words)));
                continue;
            }
            self.rules.push(Rule { folder: folder.to_string(), pattern: pattern.to_string(), says: says(words) });
        }
    }

    /// Those of a path in the work tree: its folders' files, and the repository's own, which is the strongest.
    pub fn of(repo: &Repo, files: &Vfs, path: &str) -> Self {
        let mut all = Self::default();
        if let Some(top) = &repo.work_tree {
            let folders = path.match_indices('/').map(|(at, _)| &path[..=at]);
            for folder in std::iter::once("").chain(folders) {
                let name = [top.as_str(), "/", folder, ".gitattributes"].concat();
                if files.is_file(&name)
                    && let Ok(text) = files.read_text(&name)
                {
                    all.add(folder, &text);
                }
            }
        }
        all.own(repo, files);
        all
    }

    /// Those of a tree's paths, by the files that lie in it.
    pub fn of_tree(repo: &Repo, files: &Vfs, tree: &ObjectId) -> Result<Self> {
        let mut all = Self::default();
        let flat = repo.flat_tree(files, Some(tree))?;
        for (path, (_, id)) in flat.iter().filter(|(path, _)| base_name(path) == ".gitattributes") {
            let text = String::from_utf8_lossy(repo.read_blob(files, id)?.data()).into_owned();
            all.add(path.trim_end_matches(".gitattributes"), &text);
        }
        all.own(repo, files);
        Ok(all)
    }

    fn own(&mut self, repo: &Repo, files: &Vfs) {
        if let Some(text) = repo.read_state(files, "info/attributes") {
            self.add("", &text);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Everything that is said of a path, in the order of the names' first mention.
    pub fn all(&self, path: &str) -> Vec<(String, Attr)> {
        let mut found: Says = Vec::new();
        let mut set = |name: &str, value: Option<Attr>| match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => found.push((name.to_string(), value)),
        };
        for rule in &self.rules {
            let Some(below) = path.strip_prefix(&rule.folder) else { continue };
            let (pattern, text) = match rule.pattern.strip_prefix('/') {
                Some(pattern) => (pattern, below),
                None if rule.pattern.contains('/') => (rule.pattern.as_str(), below),
                None => (rule.pattern.as_str(), base_name(below)),
            };
            if !wildmatch(pattern, text, true) {
                continue;
            }
            for (name, value) in &rule.says {
                set(name, value.clone());
                if *value != Some(Attr::Set) {
                    continue;
                }
                if name == "binary" {
                    ["diff", "merge", "text"].iter().for_each(|name| set(name, Some(Attr::Unset)));
                }
                for (_, says) in self.macros.iter().filter(|(known, _)| known == name) {
                    says.iter().for_each(|(name, value)| set(name, value.clone()));
                }
            }
        }
        found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub fn get(&self, path: &str, name: &str) -> Option<Attr> {
        if self.is_empty() {
            return None;
        }
        self.all(path).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_and_deeper_lines_win() {
        let mut all = Attributes::default();
        all.add("", "*.txt text eol=lf\n*.bin binary\n# no\n/top -diff\n[attr]gen -diff linguist\n*.g gen\n");
        all.add("doc/", "*.txt !text eol=crlf\n");
        let shown = |path: &str| -> String {
            all.all(path).iter().map(|(name, value)| format!("{name}={} ", value.text())).collect()
        };
        assert_eq!(shown("a.txt"), "text=set eol=lf ");
        assert_eq!(shown("doc/a.txt"), "eol=crlf ");
        assert_eq!(shown("x/a.bin"), "binary=set diff=unset merge=unset text=unset ");
        assert_eq!((shown("top"), shown("x/top")), ("diff=unset ".to_string(), String::new()));
        assert_eq!(shown("a.g"), "gen=set diff=unset linguist=set ");
    }
}
