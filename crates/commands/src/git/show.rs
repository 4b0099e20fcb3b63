//! `git show`.

use super::cli::{Answer, Git, Stop};
use super::diff_out::{self, DiffOutput};
use super::log::style;
use super::log_format::{Format, Style};
use super::log_options::{FORMAT_ROWS, MISSING};
use super::options::{Dialect, Given, Spec, only, value};
use super::range::{Range, head_commit};
use git::{Change, Commit, DateFormat, Kind, Mode, ObjectId, Pathspec, Repo};
use order::OrdSet;

pub(crate) const SPEC: Spec = Spec {
    name: "show",
    usage: &["show [<options>] [<object>...]"],
    options: &[
        FORMAT_ROWS,
        diff_out::ROWS,
        &[
            only('q', "quiet", "no diff"),
            value('L', "", "range:file", "some lines, as they were made: 1,9:file or :function:file"),
        ],
    ],
    missing: MISSING,
    dialect: Dialect::Revisions,
};

/// What a commit changed against its first parent.
pub(crate) fn changes_of(g: &Git<'_, '_>, repo: &Repo, commit: &Commit, spec: &Pathspec) -> Result<Vec<Change>, Stop> {
    let parent = match commit.parents.first() {
        Some(id) => Some(repo.read_commit(g.files(), id)?.tree),
        None => None,
    };
    Ok(repo.diff_trees(g.files(), parent.as_ref(), Some(&commit.tree), spec)?)
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let output = DiffOutput::read(g, given, !given.has("quiet"))?;
    let mut range = Range::read(g, &repo, &given.operands, given.dashes_at)?;
    if range.from.is_empty() {
        range.from.push(("HEAD".into(), head_commit(g, &repo)?));
    }
    let spec = match repo.work_tree {
        Some(_) => g.pathspec(&g.work()?, &range.paths)?,
        None => Pathspec::literal(&range.paths),
    };
    let style = style(g, &repo, given)?;
    super::notes_show::warn(g, &repo, given);
    let shown: Vec<(String, ObjectId)> = if range.dotted {
        let (from, hidden) = range.commits(g, &repo)?;
        repo.walk(g.files(), &from, &hidden)?.into_iter().map(|id| (id.to_string(), id)).collect()
    } else {
        range.from.clone()
    };
    if given.count("L") > 0 {
        return super::log_lines::shown(g, &repo, given, &shown, &style);
    }
    let mut first = true;
    for (name, id) in shown {
        let text = Shower { style: &style, output: &output, spec: &spec }.object(g, &repo, &name, id, &mut first)?;
        g.out(text);
    }
    Ok(0)
}

struct Shower<'a> {
    style: &'a Style,
    output: &'a DiffOutput,
    spec: &'a Pathspec,
}

impl Shower<'_> {
    fn object(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        name: &str,
        id: ObjectId,
        first: &mut bool,
    ) -> Result<Vec<u8>, Stop> {
        let object = repo.read_object(g.files(), &id)?;
        let gap = if *first || self.style.format.terminates() { "" } else { "\n" };
        match object.kind {
            Kind::Blob => Ok(object.data().to_vec()),
            Kind::Tree => {
                *first = false;
                let (on, off) = if self.style.color { ("\x1b[33m", "\x1b[m") } else { ("", "") };
                let mut out = format!("{gap}{on}tree {name}{off}\n\n");
                for entry in repo.read_tree(g.files(), &id)? {
                    let slash = if entry.mode == Mode::TREE { "/" } else { "" };
                    out.push_str(&format!("{}{slash}\n", entry.name));
                }
                Ok(out.into_bytes())
            }
            Kind::Tag => {
                *first = false;
                let tag = repo.read_tag(g.files(), &id)?;
                let (on, off) = if self.style.color { ("\x1b[33m", "\x1b[m") } else { ("", "") };
                let mut out = format!("{gap}{on}tag {}{off}\n", tag.name);
                if let Some(tagger) = &tag.tagger {
                    let date = tagger.when.format(DateFormat::Default, self.style.now);
                    out.push_str(&format!("Tagger: {} <{}>\nDate:   {date}\n", tagger.name, tagger.email));
                }
                out.push_str(&format!("\n{}", tag.message));
                let mut bytes = out.into_bytes();
                bytes.extend(self.object(g, repo, name, tag.target, first)?);
                Ok(bytes)
            }
            Kind::Commit => {
                *first = false;
                Ok(format!("{gap}{}", self.commit(g, repo, &id)?).into_bytes())
            }
        }
    }

    fn commit(&self, g: &Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<String, Stop> {
        let commit = repo.read_commit(g.files(), id)?;
        let mut out = self.style.entry(g, repo, id, &commit, "")?;
        if !self.output.any() {
            if !out.ends_with('\n') {
                out.push('\n');
            }
            return Ok(out);
        }
        let body = if commit.parents.len() > 1 && self.output.patch {
            self.merge(g, repo, &commit)?
        } else {
            let changes = changes_of(g, repo, &commit, self.spec)?;
            let changes = self.output.prepare(g, repo, changes)?;
            self.output.print(g, repo, &changes)?
        };
        if !out.ends_with('\n') {
            out.push('\n');
        }
        if !body.is_empty() && self.style.format != Format::Oneline {
            out.push_str(if self.output.stat && self.output.patch { "---\n" } else { "\n" });
        } else if body.is_empty() && commit.parents.len() > 1 && self.style.format != Format::Oneline {
            out.push('\n');
        }
        Ok(out + &body)
    }

    /// A merge against all its parents: only what differs from each of them.
    fn merge(&self, g: &Git<'_, '_>, repo: &Repo, commit: &Commit) -> Result<String, Stop> {
        let files = g.files();
        let result = repo.flat_tree(files, Some(&commit.tree))?;
        let (mut sides, mut renamed) = (Vec::new(), OrdSet::new());
        for parent in &commit.parents {
            let tree = repo.read_commit(files, parent)?.tree;
            let mut side = repo.flat_tree(files, Some(&tree))?;
            // A file that had another name there is compared with what it was.
            let changes = repo.diff_trees(files, Some(&tree), Some(&commit.tree), &Pathspec::default())?;
            for change in git::find_renames(repo, files, changes)? {
                if let (true, Some(old)) = (change.old_path != change.path, change.old) {
                    side.insert(change.path, (old.mode, old.id));
                    renamed.insert(change.old_path);
                }
            }
            sides.push(side);
        }
        let mut out = String::new();
        let lost = sides.first().into_iter().flat_map(|side| side.keys());
        let lost = lost.filter(|path| !result.contains_key(*path) && !renamed.contains(*path));
        let paths: OrdSet<&String> = result.keys().chain(lost).filter(|path| self.spec.matches(path)).collect();
        for path in paths {
            let file = result.get(path);
            if sides.iter().any(|side| side.get(path) == file) {
                continue;
            }
            let (mut parents, mut ids, mut modes) = (Vec::new(), Vec::new(), Vec::new());
            for side in &sides {
                let there = side.get(path);
                parents
                    .push(there.map_or(Ok(Vec::new()), |(_, id)| {
                        repo.read_blob(files, id).map(|blob| blob.data().to_vec())
                    })?);
                ids.push(there.map_or("0000000".into(), |(_, id)| repo.short_id(files, id, 7)));
                modes.push(there.map(|(mode, _)| *mode));
            }
            let short = file.map_or("0000000".into(), |(_, id)| repo.short_id(files, id, 7));
            let head = git::combined_head(&ids, &short, &modes, file.map(|(mode, _)| *mode));
            let bytes = file.map(|(_, id)| repo.read_blob(files, id)).transpose()?;
            let bytes = bytes.as_ref().map(|object| object.data());
            let text = git::combined_patch(path, &head, &parents, bytes, true, &self.output.options);
            out.push_str(&text.unwrap_or_default());
        }
        Ok(out)
    }
}
