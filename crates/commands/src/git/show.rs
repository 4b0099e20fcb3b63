//! `git show`.

use super::cli::{Answer, Git, Stop};
use super::combined::{self, Merges};
use super::diff_out::{self, DiffOutput};
use super::log::style;
use super::log_format::{Format, Style};
use super::log_options::{FORMAT_ROWS, MISSING};
use super::options::{Dialect, Given, Spec, only, value};
use super::range::{Range, head_commit};
use git::{Change, Commit, DateFormat, Kind, Mode, ObjectId, Pathspec, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "show",
    usage: &["show [<options>] [<object>...]"],
    options: &[
        FORMAT_ROWS,
        diff_out::ROWS,
        combined::ROWS,
        combined::PARENT_ROW,
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
    let merges = Merges::read(given, Merges::Dense)?;
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
        let text =
            Shower { style: &style, output: &output, merges, spec: &spec }.object(g, &repo, &name, id, &mut first)?;
        g.out(text);
    }
    Ok(0)
}

struct Shower<'a> {
    style: &'a Style,
    output: &'a DiffOutput,
    merges: Merges,
    spec: &'a Pathspec,
}

impl Shower<'_> {
    #[inline(never)]
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

    #[inline(never)]
    fn commit(&self, g: &Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<String, Stop> {
        let commit = repo.read_commit(g.files(), id)?;
        let bodies = match self.output.any() {
            true => self.merges.bodies(g, repo, self.output, self.spec, &commit)?,
            false => None,
        };
        let mut out = String::new();
        for (from, body) in bodies.unwrap_or_else(|| vec![(None, String::new())]) {
            if !out.is_empty() && !self.style.format.terminates() {
                out.push_str(self.style.end());
            }
            self.style.from.set(from);
            out.push_str(&self.style.entry(g, repo, id, &commit, "")?);
            if !out.ends_with('\n') {
                out.push('\n');
            }
            let merged = commit.parents.len() > 1 && self.output.any();
            if (!body.is_empty() || merged) && self.style.format != Format::Oneline {
                out.push_str(if self.output.stat && self.output.patch && !merged { "---\n" } else { "\n" });
            }
            out.push_str(&body);
        }
        self.style.from.set(None);
        Ok(out)
    }
}
