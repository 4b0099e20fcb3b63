//! From what a learner types to an object: `HEAD~2`, `main^`, `@{u}`, `v1.0^{tree}`, `:/fix`, `HEAD:src/app.js`.

// Unlike git: `@{yesterday}` and other dates are not resolved, for a repository asks no clock.

use crate::object::{Kind, ObjectId, parse_id};
use crate::{Cause, GitError, Repo, Result};
use vfs::Vfs;

impl Repo {
    /// The object that a revision names; errors are those Git prints where it expected a revision.
    pub fn resolve(&self, files: &Vfs, text: &str) -> Result<ObjectId> {
        Ok(self.try_resolve(files, text)?.ok_or_else(|| Cause::UnknownRevision(text.into()))?)
    }

    /// The commit that a revision leads to, through tags.
    pub fn resolve_commit(&self, files: &Vfs, text: &str) -> Result<ObjectId> {
        let id = self.resolve(files, text)?;
        self.peel(files, id, Kind::Commit)?.ok_or_else(|| GitError::error(format!("object {id} is not a commit")))
    }

    /// `None` where it names nothing.
    pub fn try_resolve(&self, files: &Vfs, text: &str) -> Result<Option<ObjectId>> {
        if let Some(wanted) = text.strip_prefix(":/") {
            return self.by_message(files, self.all_tips(files), wanted);
        }
        if let Some(path) = text.strip_prefix(':') {
            let (stage, path) = match path.as_bytes() {
                [digit @ b'0'..=b'3', b':', ..] => (digit - b'0', &path[2..]),
                _ => (0, path),
            };
            return Ok(self.read_index(files)?.get(path, stage).map(|entry| entry.id));
        }
        if let Some(colon) = colon_outside_braces(text) {
            let Some(id) = self.try_resolve(files, &text[..colon])? else { return Ok(None) };
            let Some(tree) = self.peel(files, id, Kind::Tree)? else { return Ok(None) };
            let path = text[colon + 1..].trim_start_matches("./");
            return Ok(self.tree_entry(files, &tree, path)?.map(|(_, id)| id));
        }
        let end = text.find(['^', '~']).filter(|_| !text.starts_with('^')).unwrap_or(text.len());
        let end = suffix_start(text, end);
        let Some(mut id) = self.base(files, &text[..end])? else { return Ok(None) };
        let mut rest = &text[end..];
        while !rest.is_empty() {
            let Some((next, left)) = self.step(files, id, rest)? else { return Ok(None) };
            (id, rest) = (next, left);
        }
        Ok(Some(id))
    }

    /// Applies the first `^…` or `~…` of a suffix.
    fn step<'a>(&self, files: &Vfs, id: ObjectId, suffix: &'a str) -> Result<Option<(ObjectId, &'a str)>> {
        if let Some(inner) = suffix.strip_prefix("^{") {
            let Some(close) = inner.find('}') else { return Ok(None) };
            let (what, rest) = (&inner[..close], &inner[close + 1..]);
            let found = match what {
                "" => self.peel_tags(files, id)?,
                "object" => Some(id),
                what if what.starts_with('/') => self.by_message(files, vec![id], &what[1..])?,
                what => match Kind::parse(what.as_bytes()) {
                    Some(kind) => self.peel(files, id, kind)?,
                    None => None,
                },
            };
            return Ok(found.map(|id| (id, rest)));
        }
        if !suffix.starts_with(['^', '~']) {
            return Ok(None);
        }
        let digits = suffix[1..].bytes().take_while(u8::is_ascii_digit).count();
        let rest = &suffix[1 + digits..];
        let number: usize = match &suffix[1..=digits] {
            "" => 1,
            number => match number.parse() {
                Ok(number) => number,
                Err(_) => return Ok(None),
            },
        };
        let Some(mut id) = self.peel(files, id, Kind::Commit)? else { return Ok(None) };
        match suffix.as_bytes()[0] {
            b'~' => {
                for _ in 0..number {
                    match self.read_commit(files, &id)?.parents.first() {
                        Some(parent) => id = *parent,
                        None => return Ok(None),
                    }
                }
                Ok(Some((id, rest)))
            }
            b'^' if number == 0 => Ok(Some((id, rest))),
            b'^' => Ok(self.read_commit(files, &id)?.parents.get(number - 1).map(|id| (*id, rest))),
            _ => Ok(None),
        }
    }

    /// A name without `^` and `~`: a full id, a reference (with `@{…}`), or a short id.
    fn base(&self, files: &Vfs, text: &str) -> Result<Option<ObjectId>> {
        if let Some(id) = parse_id(text) {
            return Ok(Some(id));
        }
        if let Some(open) = text.find("@{")
            && let Some(what) = text[open + 2..].strip_suffix('}')
        {
            return self.at_braces(files, &text[..open], what);
        }
        if let Some(name) = self.full_ref_name(files, text) {
            return Ok(self.read_ref(files, &name));
        }
        let short = (4..40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !short {
            return Ok(None);
        }
        let prefix = text.to_ascii_lowercase();
        let ids = self.ids_with_prefix(files, &prefix);
        match ids.as_slice() {
            [] => Ok(None),
            [id] => Ok(Some(*id)),
            many => {
                let candidates = many.iter().map(|id| self.candidate(files, id)).collect();
                Err(Cause::AmbiguousId { prefix, candidates }.into())
            }
        }
    }

    fn candidate(&self, files: &Vfs, id: &ObjectId) -> String {
        let short = self.short_id(files, id, 7);
        match self.read_object(files, id).map(|object| object.kind) {
            Ok(Kind::Commit) => match self.read_commit(files, id) {
                Ok(commit) => format!("{short} commit {} - {}", commit.committer.when.short_date(), commit.subject()),
                Err(_) => format!("{short} commit"),
            },
            Ok(kind) => format!("{short} {kind}"),
            Err(_) => short,
        }
    }

    /// `@{u}`, `main@{upstream}`, `@{push}`, `HEAD@{2}`, `@{-1}`.
    fn at_braces(&self, files: &Vfs, name: &str, what: &str) -> Result<Option<ObjectId>> {
        if let Some(back) = what.strip_prefix('-') {
            return match back.parse().ok().and_then(|back| self.previous_branch(files, back)) {
                Some(branch) => self.base(files, &branch),
                None => Ok(None),
            };
        }
        let branch = || -> Result<Option<String>> {
            Ok(match name {
                "" | "@" | "HEAD" => self.head(files)?.branch().map(str::to_string),
                name => Some(name.trim_start_matches("refs/heads/").to_string()),
            })
        };
        if matches!(what.to_ascii_lowercase().as_str(), "u" | "upstream" | "push") {
            let Some(branch) = branch()? else {
                return Err(GitError::fatal("HEAD does not point to a branch"));
            };
            if self.read_ref(files, &format!("refs/heads/{branch}")).is_none() && !name.is_empty() {
                return Err(GitError::fatal(format!("no such branch: '{branch}'")));
            }
            return match self.upstream(files, &branch) {
                Some(full) => Ok(self.read_ref(files, &full)),
                None => Err(GitError::fatal(format!("no upstream configured for branch '{branch}'"))),
            };
        }
        let Ok(back) = what.parse::<usize>() else { return Ok(None) };
        let full = match name {
            "" => match branch()? {
                Some(branch) => format!("refs/heads/{branch}"),
                None => "HEAD".into(),
            },
            name => match self.full_ref_name(files, name) {
                Some(full) => full,
                None => return Ok(None),
            },
        };
        let log = self.reflog(files, &full);
        if back == 0 {
            return Ok(self.read_ref(files, &full));
        }
        match log.len().checked_sub(back + 1) {
            // A branch that got another name ends the log for a moment.
            Some(at) if log[at].new.is_null() => Ok(Some(log[at].old)),
            Some(at) => Ok(Some(log[at].new)),
            None if log.len() == back && !log[0].old.is_null() => Ok(Some(log[0].old)),
            None => Err(GitError::fatal(format!(
                "log for '{}' only has {} entries",
                if name.is_empty() { crate::shorten_ref(&full) } else { name },
                log.len()
            ))),
        }
    }

    /// The branch (or id) that was left `back` switches ago.
    pub fn previous_branch(&self, files: &Vfs, back: usize) -> Option<String> {
        let log = self.reflog(files, "HEAD");
        let mut moves = log.iter().rev().filter_map(|entry| {
            let (from, _) = entry.message.strip_prefix("checkout: moving from ")?.split_once(" to ")?;
            Some(from.to_string())
        });
        moves.nth(back.checked_sub(1)?)
    }

    /// The full name of the reference that a short name means, by Git's order of precedence.
    pub fn full_ref_name(&self, files: &Vfs, name: &str) -> Option<String> {
        let name = if name == "@" { "HEAD" } else { name };
        let special = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let candidates = [
            name.to_string(),
            format!("refs/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/heads/{name}"),
            format!("refs/remotes/{name}"),
            format!("refs/remotes/{name}/HEAD"),
        ];
        candidates.into_iter().enumerate().find_map(|(n, full)| {
            let sane = n > 0 || special || full.starts_with("refs/");
            (sane && self.read_ref(files, &full).is_some()).then_some(full)
        })
    }

    /// Follows annotated tags to what they name.
    pub fn peel_tags(&self, files: &Vfs, id: ObjectId) -> Result<Option<ObjectId>> {
        let mut id = id;
        while self.read_object(files, &id)?.kind == Kind::Tag {
            id = self.read_tag(files, &id)?.target;
        }
        Ok(Some(id))
    }

    /// From a tag to its commit, from a commit to its tree; `None` where there is no way to that kind.
    pub fn peel(&self, files: &Vfs, id: ObjectId, wanted: Kind) -> Result<Option<ObjectId>> {
        let mut id = id;
        loop {
            let kind = self.read_object(files, &id)?.kind;
            id = match kind {
                kind if kind == wanted => return Ok(Some(id)),
                Kind::Tag => self.read_tag(files, &id)?.target,
                Kind::Commit if wanted == Kind::Tree => self.read_commit(files, &id)?.tree,
                _ => return Ok(None),
            };
        }
    }

    /// HEAD and every reference.
    pub fn all_tips(&self, files: &Vfs) -> Vec<ObjectId> {
        let mut tips: Vec<ObjectId> = self.read_ref(files, "HEAD").into_iter().collect();
        tips.extend(self.refs(files, "refs/").into_values());
        tips
    }

    /// The commits that HEAD and every reference lead to.
    pub fn all_commit_tips(&self, files: &Vfs) -> Result<Vec<ObjectId>> {
        let mut commits = Vec::new();
        for tip in self.all_tips(files) {
            commits.extend(self.peel(files, tip, Kind::Commit)?);
        }
        Ok(commits)
    }

    /// The youngest commit whose message contains some words.
    ///
    /// Unlike git: the words are taken as they stand, not as a regular expression.
    fn by_message(&self, files: &Vfs, tips: Vec<ObjectId>, wanted: &str) -> Result<Option<ObjectId>> {
        let mut commits = Vec::new();
        for tip in tips {
            commits.extend(self.peel(files, tip, Kind::Commit)?);
        }
        for id in self.walk(files, &commits, &[])? {
            if self.read_commit(files, &id)?.message.contains(wanted) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

/// The `:` of `rev:path`, not one inside `@{…}` or `^{/…}`.
fn colon_outside_braces(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// A `^` or `~` inside `@{…}` is no suffix.
fn suffix_start(text: &str, end: usize) -> usize {
    match text.find("@{") {
        Some(open) if open < end => match text[open..].find('}') {
            Some(close) => {
                let after = open + close + 1;
                text[after..].find(['^', '~']).map_or(text.len(), |at| after + at)
            }
            None => text.len(),
        },
        _ => end,
    }
}
