//! `git range-diff`: two versions of a series of commits, commit by commit.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, maybe, only, value};
use super::range_diff_match::{cheapest, distance};
use git::{Change, ObjectId, PatchOptions, Pathspec, Repo, find_renames};

pub(crate) const SPEC: Spec = Spec {
    name: "range-diff",
    usage: &[
        "range-diff [<options>] <old-base>..<old-tip> <new-base>..<new-tip>",
        "range-diff [<options>] <old-tip>...<new-tip>",
        "range-diff [<options>] <base> <old-tip> <new-tip>",
    ],
    options: &[&[
        value('\0', "creation-factor", "n", "how unlike commits may be that still are a pair (60)"),
        only('s', "no-patch", "only the list"),
        only('\0', "left-only", "only what concerns the first range"),
        only('\0', "right-only", "only what concerns the second range"),
        maybe('\0', "color", "when", "colour: always, never or auto"),
        only('\0', "no-color", "no colour"),
    ]],
    missing: &[
        "--no-dual-color",
        "--dual-color",
        "--notes",
        "--no-notes",
        "-p",
        "--patch",
        "-u",
        "-U",
        "--unified",
        "--stat",
        "--numstat",
        "--shortstat",
        "--raw",
        "--name-only",
        "--name-status",
        "--word-diff",
        "--abbrev",
        "-w",
        "-b",
    ],
    dialect: Dialect::Options,
};

/// A commit as it is compared.
pub(crate) struct Entry {
    id: ObjectId,
    subject: String,
    /// Metadata, message and changes, without line numbers.
    pub text: String,
    /// The changes alone, which make two commits the same at once.
    pub diff: String,
    /// How many lines the changes have.
    pub size: usize,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let words = &given.operands;
    let (left, right) = match words.as_slice() {
        [base, old, new] if !base.contains("..") => (format!("{base}..{old}"), format!("{base}..{new}")),
        [old, new] if old.contains("..") && new.contains("..") => (old.clone(), new.clone()),
        [both] if both.contains("...") => {
            let (old, new) = both.split_once("...").unwrap_or((both, ""));
            let (old, new) = (if old.is_empty() { "HEAD" } else { old }, if new.is_empty() { "HEAD" } else { new });
            (format!("{new}..{old}"), format!("{old}..{new}"))
        }
        _ => {
            g.err("fatal: need two commit ranges\n\n".to_string() + &super::options::usage(&SPEC));
            return Ok(129);
        }
    };
    let factor: u64 = match given.value("creation-factor").map(str::parse) {
        None => 60,
        Some(Ok(factor)) => factor,
        Some(Err(_)) => return super::cli::error("option `creation-factor' expects a numerical value"),
    };
    let (old, new) = (entries(g, &repo, &left)?, entries(g, &repo, &right)?);
    let pairs = paired(&old, &new, factor);
    let color = match given.last(&["color", "no-color"]) {
        Some("no-color") => false,
        Some(_) => g.colored("diff", Some(given.value("color"))),
        None => g.colored("diff", None),
    };
    let printer = Printer { repo: &repo, old: &old, new: &new, color, patch: !given.has("no-patch") };
    let text = printer.all(g, &pairs, given.has("left-only"), given.has("right-only"));
    g.out(text);
    Ok(0)
}

/// The commits of a range, oldest first, merges left out.
#[inline(never)]
fn entries(g: &Git<'_, '_>, repo: &Repo, range: &str) -> Result<Vec<Entry>, Stop> {
    let bad = || fatal(format!("bad revision '{range}'"));
    let Some((from, to)) = range.split_once("..") else { return bad() };
    let commit = |name: &str| -> Result<Option<ObjectId>, Stop> {
        let id = repo.try_resolve(g.files(), if name.is_empty() { "HEAD" } else { name })?;
        Ok(id.map_or(Ok(None), |id| repo.peel(g.files(), id, git::Kind::Commit))?)
    };
    let (Some(from), Some(to)) = (commit(from)?, commit(to)?) else { return bad() };
    let mut ids = repo.walk(g.files(), &[to], &[from])?;
    ids.reverse();
    let mut entries = Vec::new();
    for id in ids {
        let commit = repo.read_commit(g.files(), &id)?;
        if commit.parents.len() > 1 {
            continue;
        }
        let changes = super::show::changes_of(g, repo, &commit, &Pathspec::default())?;
        let changes = find_renames(repo, g.files(), changes)?;
        let (author, mut text) = (&commit.author, String::new());
        text.push_str(&format!(
            " ## Metadata ##\nAuthor: {} <{}>\n\n ## Commit message ##\n",
            author.name, author.email
        ));
        for line in commit.message.trim_end().lines() {
            text.push_str(&if line.is_empty() { "\n".to_string() } else { format!("    {line}\n") });
        }
        let mut diff = String::new();
        for change in &changes {
            diff.push_str(&plain_patch(g, repo, change)?);
        }
        // The empty line above each file does not count.
        let size = diff.lines().count() - changes.len();
        entries.push(Entry { id, subject: commit.subject(), text: text + &diff, diff, size });
    }
    Ok(entries)
}

/// A change without what differs by its place alone.
#[inline(never)]
fn plain_patch(g: &Git<'_, '_>, repo: &Repo, change: &Change) -> Result<String, Stop> {
    let mut out = String::from("\n ## ");
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    let name = match (old, new) {
        (None, _) => format!("{} (new)", change.path),
        (_, None) => format!("{} (deleted)", change.path),
        _ if change.old_path != change.path => format!("{} => {}", change.old_path, change.path),
        _ => change.path.clone(),
    };
    out.push_str(&name);
    if let (Some(old), Some(new)) = (old, new)
        && old.mode != new.mode
    {
        out.push_str(&format!(" (mode change {} => {})", old.mode, new.mode));
    }
    out.push_str(" ##\n");
    let patch = git::patch(repo, g.files(), change, &PatchOptions::default())?;
    let mut inside = false;
    for line in patch.lines() {
        if let Some(rest) = line.strip_prefix("@@ ") {
            inside = true;
            let function = rest.split_once(" @@").map_or("", |(_, function)| function.trim());
            match function {
                "" => out.push_str("@@\n"),
                name => out.push_str(&format!("@@ {}: {name}\n", change.path)),
            }
        } else if inside {
            out.push_str(if line.is_empty() { " " } else { line });
            out.push('\n');
        } else if line.starts_with("Binary files ") {
            out.push(' ');
            out.push_str(line);
            out.push('\n');
        }
    }
    Ok(out)
}

/// For each old commit the new one that it became.
#[inline(never)]
fn paired(old: &[Entry], new: &[Entry], factor: u64) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    for (n, entry) in old.iter().enumerate() {
        let same = (0..new.len()).find(|m| !taken[*m] && new[*m].diff == entry.diff);
        if let Some(m) = same {
            (pairs[n], taken[m]) = (Some(m), true);
        }
    }
    let total = old.len() + new.len();
    if total == 0 {
        return pairs;
    }
    const NEVER: u64 = 1 << 20;
    let mut costs = vec![vec![0_u64; total]; total];
    for i in 0..total {
        for j in 0..total {
            costs[i][j] = match (old.get(i), new.get(j)) {
                (Some(_), Some(_)) if pairs[i] == Some(j) => 0,
                (Some(a), Some(b)) if pairs[i].is_none() && !taken[j] => distance(&a.diff, &b.diff),
                (Some(_), Some(_)) => NEVER,
                (Some(a), None) if pairs[i].is_none() => a.size as u64 * factor / 100,
                (None, Some(b)) if !taken[j] => b.size as u64 * factor / 100,
                (Some(_), None) | (None, Some(_)) => NEVER,
                (None, None) => 0,
            };
        }
    }
    for (i, j) in cheapest(&costs).into_iter().enumerate().take(old.len()) {
        pairs[i] = Some(j).filter(|j| *j < new.len());
    }
    pairs
}

struct Printer<'a> {
    repo: &'a Repo,
    old: &'a [Entry],
    new: &'a [Entry],
    color: bool,
    patch: bool,
}

impl Printer<'_> {
    /// Commits that went stand before the one that followed them; those that came in their own order.
    fn all(&self, g: &Git<'_, '_>, pairs: &[Option<usize>], left_only: bool, right_only: bool) -> String {
        let mut out = String::new();
        let back: Vec<Option<usize>> = (0..self.new.len()).map(|m| pairs.iter().position(|p| *p == Some(m))).collect();
        let mut shown = vec![false; self.old.len()];
        let (mut i, mut j) = (0, 0);
        while i < self.old.len() || j < self.new.len() {
            while i < self.old.len() && shown[i] {
                i += 1;
            }
            if i < self.old.len() && pairs[i].is_none() {
                if !right_only {
                    out.push_str(&self.line(g, Some(i), None));
                }
                i += 1;
                continue;
            }
            while j < self.new.len() && back[j].is_none() {
                if !left_only {
                    out.push_str(&self.line(g, None, Some(j)));
                }
                j += 1;
            }
            if j < self.new.len() {
                let n = back[j];
                out.push_str(&self.line(g, n, Some(j)));
                if let Some(n) = n {
                    shown[n] = true;
                    if self.patch {
                        out.push_str(&self.change(&self.old[n].text, &self.new[j].text));
                    }
                }
                j += 1;
            }
        }
        out
    }

    fn line(&self, g: &Git<'_, '_>, old: Option<usize>, new: Option<usize>) -> String {
        let width = self.old.len().max(self.new.len()).to_string().len();
        let side = |entry: Option<(usize, &Entry)>| match entry {
            Some((n, entry)) => format!("{:>width$}:  {}", n + 1, self.repo.short_id(g.files(), &entry.id, 7)),
            None => format!("{:>width$}:  -------", "-"),
        };
        let a = old.map(|n| (n, &self.old[n]));
        let b = new.map(|n| (n, &self.new[n]));
        let (sign, color) = match (a, b) {
            (Some(_), None) => ("<", "\x1b[31m"),
            (None, Some(_)) => (">", "\x1b[32m"),
            (Some((_, a)), Some((_, b))) if a.text == b.text => ("=", "\x1b[33m"),
            _ => ("!", ""),
        };
        let subject = a.or(b).map_or("", |(_, entry)| entry.subject.as_str());
        let (left, right) = (side(a), side(b));
        let right_side = right;
        if !self.color {
            return format!("{left} {sign} {right_side} {subject}\n");
        }
        if sign == "!" {
            return format!(
                "\x1b[31m{left} \x1b[m\x1b[33m!\x1b[m\x1b[32m {right_side}\x1b[m\x1b[33m {subject}\x1b[m\n"
            );
        }
        format!("{color}{left} {sign} {right_side} {subject}\x1b[m\n")
    }

    /// How a commit changed.
    #[inline(never)]
    fn change(&self, old: &str, new: &str) -> String {
        let text = git::unified(old.as_bytes(), new.as_bytes(), &PatchOptions::default());
        let sections: Vec<&str> = old.lines().collect();
        let mut out = String::new();
        for line in text.lines() {
            let shown = match line.strip_prefix("@@ -") {
                Some(rest) => {
                    let start: usize = rest.split([',', ' ']).next().and_then(|n| n.parse().ok()).unwrap_or(1);
                    let above = sections[..start.saturating_sub(1).min(sections.len())].iter().rev();
                    let name = above.clone().find_map(|line| heading(line));
                    name.map_or("@@".to_string(), |name| format!("@@ {name}"))
                }
                None => line.to_string(),
            };
            out.push_str("    ");
            out.push_str(&if self.color { painted(&shown) } else { shown });
            out.push('\n');
        }
        out
    }
}

/// What a hunk lies in: a section, or a hunk of the commit itself.
fn heading(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix(" ## ") {
        return Some(name.trim_end_matches(" ##").to_string());
    }
    line.strip_prefix("@@ ").map(|_| line.trim_start_matches("@@ ").to_string())
}

/// A line in the colours of a change of changes.
#[inline(never)]
fn painted(line: &str) -> String {
    let inner = |text: &str, dim: &str| {
        let color = match text.as_bytes().first() {
            Some(b'+') => "\x1b[32m",
            Some(b'-') => "\x1b[31m",
            Some(b'@') => "\x1b[36m",
            _ => dim,
        };
        format!("{color}{text}\x1b[m")
    };
    if let Some(name) = line.strip_prefix("@@") {
        return format!("\x1b[7m\x1b[36m@@\x1b[m \x1b[m{}\x1b[m", name.trim_start());
    }
    match line.as_bytes().first() {
        Some(b'-') => format!("\x1b[7m\x1b[31m-\x1b[m{}", inner(&line[1..], "\x1b[2m")),
        Some(b'+') => format!("\x1b[7m\x1b[32m+\x1b[m{}", inner(&line[1..], "\x1b[1m")),
        _ => {
            let text = line.get(1..).unwrap_or_default();
            match text.as_bytes().first() {
                Some(b'+' | b'-' | b'@') => format!(" {}", inner(text, "")),
                _ => format!(" {text}\x1b[m"),
            }
        }
    }
}
