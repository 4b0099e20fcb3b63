//! `git ls-tree`: what a tree holds.

use super::cli::{Answer, Git, Stop, fatal, relative};
use super::options::{Dialect, Given, Spec, flag, maybe, only, usage, value};
use git::{Kind, Mode, ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "ls-tree",
    usage: &["ls-tree [<options>] <tree-ish> [<path>...]"],
    options: &[&[
        only('d', "", "only trees"),
        only('r', "", "what is in trees too"),
        only('t', "", "with -r: the trees too"),
        only('z', "", "a NUL behind each"),
        only('l', "long", "with sizes"),
        only('\0', "name-only", "only names"),
        only('\0', "name-status", "the same"),
        only('\0', "object-only", "only ids"),
        flag('\0', "full-name", "names from the top"),
        flag('\0', "full-tree", "all of the tree, wherever this runs"),
        value('\0', "format", "format", "each line so"),
        maybe('\0', "abbrev", "n", "short ids"),
    ]],
    missing: &[],
    dialect: Dialect::Options,
};

struct Lister<'a> {
    repo: &'a Repo,
    given: &'a Given,
    prefix: String,
    paths: Vec<String>,
    out: String,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let Some((name, paths)) = given.operands.split_first() else {
        g.err(usage(&SPEC));
        return Ok(129);
    };
    let Some(id) = repo.try_resolve(g.files(), name)? else {
        return fatal(format!("Not a valid object name {name}"));
    };
    let Some(tree) = repo.peel(g.files(), id, Kind::Tree)? else { return fatal("not a tree object") };
    let prefix = match g.work() {
        Ok(work) if !given.has("full-tree") && !name.contains(':') => work.prefix,
        _ => String::new(),
    };
    let paths: Vec<String> = paths
        .iter()
        .map(|path| {
            let full = vfs::join(&format!("/{prefix}"), path).trim_start_matches('/').to_string();
            if path.ends_with('/') { format!("{full}/") } else { full }
        })
        .collect();
    let all = paths.is_empty() && !prefix.is_empty();
    let paths = if all { vec![format!("{prefix}/")] } else { paths };
    let mut lister = Lister { repo: &repo, given, prefix, paths, out: String::new() };
    lister.tree(g, &tree, "")?;
    let text = lister.out;
    g.out(text);
    Ok(0)
}

impl Lister<'_> {
    /// Whether the entry is asked for itself, and whether something in it may be.
    #[inline(never)]
    fn asked(&self, path: &str) -> (bool, bool) {
        if self.paths.is_empty() {
            return (true, false);
        }
        let own = self.paths.iter().any(|wanted| {
            let name = wanted.trim_end_matches('/');
            (name == path && !wanted.ends_with('/')) || path.starts_with(&format!("{name}/"))
        });
        let inside = self.paths.iter().any(|wanted| wanted.starts_with(&format!("{path}/")));
        (own, inside)
    }

    #[inline(never)]
    fn tree(&mut self, g: &Git<'_, '_>, tree: &ObjectId, base: &str) -> Result<(), Stop> {
        for entry in self.repo.read_tree(g.files(), tree)? {
            let path = format!("{base}{}", entry.name);
            let (own, inside) = self.asked(&path);
            if entry.mode == Mode::TREE {
                let deeper = inside || (own && self.given.has("r") && !self.given.has("d"));
                if own && (!self.given.has("r") || self.given.has("t") || self.given.has("d")) {
                    self.line(g, entry.mode, &entry.id, &path)?;
                }
                if deeper || (own && self.given.has("r") && self.given.has("d")) {
                    self.tree(g, &entry.id, &format!("{path}/"))?;
                }
            } else if own && !self.given.has("d") {
                self.line(g, entry.mode, &entry.id, &path)?;
            }
        }
        Ok(())
    }

    fn line(&mut self, g: &Git<'_, '_>, mode: Mode, id: &ObjectId, path: &str) -> Result<(), Stop> {
        let kind = match mode {
            Mode::TREE => "tree",
            Mode::GITLINK => "commit",
            _ => "blob",
        };
        let shown = if self.given.has("full-name") || self.given.has("full-tree") {
            path.to_string()
        } else {
            relative(&self.prefix, path)
        };
        let shown = if self.given.has("z") { shown } else { git::quoted_path("", &shown) };
        let hex = match self.given.state("abbrev") {
            Some(true) => self.repo.short_id(g.files(), id, 7),
            _ => id.to_string(),
        };
        let size = || -> Result<String, Stop> {
            Ok(match kind {
                "blob" => self.repo.read_blob(g.files(), id)?.data().len().to_string(),
                _ => "-".into(),
            })
        };
        let text = if let Some(format) = self.given.value("format") {
            format
                .replace("%(objectmode)", &mode.to_string())
                .replace("%(objecttype)", kind)
                .replace("%(objectname)", &hex)
                .replace("%(objectsize:padded)", &format!("{:>7}", size()?))
                .replace("%(objectsize)", &size()?)
                .replace("%(path)", &shown)
        } else if self.given.has("name-only") || self.given.has("name-status") {
            shown
        } else if self.given.has("object-only") {
            hex
        } else if self.given.has("long") {
            format!("{mode} {kind} {hex} {:>7}\t{shown}", size()?)
        } else {
            format!("{mode} {kind} {hex}\t{shown}")
        };
        self.out.push_str(&text);
        self.out.push(if self.given.has("z") { '\0' } else { '\n' });
        Ok(())
    }
}
