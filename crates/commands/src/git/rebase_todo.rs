//! The todo list of a rebase: its lines, its help text, and `--autosquash`.

use super::cli::{Git, Stop};
use git::{ObjectId, Repo};
use order::OrdMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Pick,
    Revert,
    Edit,
    Reword,
    Fixup,
    Squash,
    Exec,
    Break,
    Label,
    Reset,
    Merge,
    UpdateRef,
    Noop,
    Drop,
}

const COMMANDS: [(Command, &str, &str); 14] = [
    (Command::Pick, "pick", "p"),
    (Command::Revert, "revert", ""),
    (Command::Edit, "edit", "e"),
    (Command::Reword, "reword", "r"),
    (Command::Fixup, "fixup", "f"),
    (Command::Squash, "squash", "s"),
    (Command::Exec, "exec", "x"),
    (Command::Break, "break", "b"),
    (Command::Label, "label", "l"),
    (Command::Reset, "reset", "t"),
    (Command::Merge, "merge", "m"),
    (Command::UpdateRef, "update-ref", "u"),
    (Command::Noop, "noop", ""),
    (Command::Drop, "drop", "d"),
];

impl Command {
    pub fn name(self) -> &'static str {
        COMMANDS.iter().find(|(command, ..)| *command == self).map_or("noop", |(_, name, _)| name)
    }

    pub fn melds(self) -> bool {
        matches!(self, Self::Fixup | Self::Squash)
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub command: Command,
    pub id: Option<ObjectId>,
    /// `-C` or `-c` of a fixup.
    pub keeps_message: Option<char>,
    /// The subject, or the command of `exec`.
    pub rest: String,
}

impl Item {
    pub fn pick(id: ObjectId, subject: String) -> Self {
        Self { command: Command::Pick, id: Some(id), keeps_message: None, rest: subject }
    }

    pub fn exec(line: &str) -> Self {
        Self { command: Command::Exec, id: None, keeps_message: None, rest: line.into() }
    }

    pub fn noop() -> Self {
        Self { command: Command::Noop, id: None, keeps_message: None, rest: String::new() }
    }

    /// The line with its end.
    fn line(&self, g: &Git<'_, '_>, repo: &Repo, short: bool) -> String {
        let name = self.command.name();
        let flag = self.keeps_message.map_or(String::new(), |c| format!(" -{c}"));
        match self.id {
            Some(id) => {
                let id = if short { repo.short_id(g.files(), &id, 7) } else { id.to_string() };
                format!("{name}{flag} {id} {}\n", self.rest)
            }
            None if self.rest.is_empty() => format!("{name}\n"),
            None => format!("{name} {}\n", self.rest),
        }
    }
}

/// As it is first shown: with what stands above each stretch.
pub(crate) fn sheet(g: &Git<'_, '_>, repo: &Repo, items: &[Item], short: bool) -> String {
    let line = |(n, item): (usize, &Item)| super::rebase_merges::heading(items, n) + &item.line(g, repo, short);
    let end = if items.last().is_some_and(|item| item.command == Command::UpdateRef) { "\n" } else { "" };
    items.iter().enumerate().map(line).collect::<String>() + end
}

pub(crate) fn text(g: &Git<'_, '_>, repo: &Repo, items: &[Item], short: bool) -> String {
    items.iter().map(|item| item.line(g, repo, short)).collect()
}

/// Reads a list; each line that is none is told, and then there is no list.
pub(crate) fn parse(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    text: &str,
    first_melds: bool,
) -> Result<Option<Vec<Item>>, Stop> {
    let (mut items, mut sound) = (Vec::new(), true);
    let mut something_before = first_melds;
    for (n, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match item(g, repo, line)? {
            Ok(item) => {
                if item.command.melds() && !something_before {
                    g.err(format!("error: cannot '{}' without a previous commit\n", item.command.name()));
                    sound = false;
                }
                something_before |=
                    !matches!(item.command, Command::Noop | Command::Drop | Command::Exec | Command::Break);
                items.push(item);
            }
            Err(why) => {
                if !why.is_empty() {
                    g.err(format!("error: {why}\n"));
                }
                g.err(format!("error: invalid line {}: {line}\n", n + 1));
                sound = false;
            }
        }
    }
    Ok(sound.then_some(items))
}

#[inline(never)]
fn item(g: &Git<'_, '_>, repo: &Repo, line: &str) -> Result<Result<Item, String>, Stop> {
    let (word, rest) = line.split_once([' ', '\t']).map_or((line, ""), |(word, rest)| (word, rest.trim_start()));
    let found = COMMANDS.iter().find(|(_, name, short)| word == *name || (!short.is_empty() && word == *short));
    let Some((command, name, _)) = found else { return Ok(Err(format!("invalid command '{word}'"))) };
    let command = *command;
    if matches!(command, Command::Noop | Command::Break) {
        if !rest.is_empty() {
            return Ok(Err(format!("{name} does not accept arguments: '{rest}'")));
        }
        return Ok(Ok(Item { command, id: None, keeps_message: None, rest: String::new() }));
    }
    if rest.is_empty() {
        return Ok(Err(format!("missing arguments for {name}")));
    }
    let fresh_merge = command == Command::Merge && !(rest.starts_with("-C ") || rest.starts_with("-c "));
    if matches!(command, Command::Exec | Command::Label | Command::Reset | Command::UpdateRef) || fresh_merge {
        return Ok(Ok(Item { command, id: None, keeps_message: None, rest: rest.into() }));
    }
    let (keeps_message, rest) = match (command, rest.split_once(' ')) {
        (Command::Fixup | Command::Merge, Some(("-C", rest))) => (Some('C'), rest.trim_start()),
        (Command::Fixup | Command::Merge, Some(("-c", rest))) => (Some('c'), rest.trim_start()),
        _ => (None, rest),
    };
    let (name, subject) = rest.split_once([' ', '\t']).map_or((rest, ""), |(name, rest)| (name, rest.trim_start()));
    let id = match repo.try_resolve(g.files(), name)? {
        Some(id) => repo.peel(g.files(), id, git::Kind::Commit)?,
        None => None,
    };
    match id {
        Some(id) => Ok(Ok(Item { command, id: Some(id), keeps_message, rest: subject.into() })),
        None => Ok(Err(format!("could not parse '{name}'"))),
    }
}

/// `fixup!`, `squash!` and `amend!` commits behind those that they mean.
#[inline(never)]
pub(crate) fn autosquash(g: &Git<'_, '_>, repo: &Repo, items: Vec<Item>) -> Result<Vec<Item>, Stop> {
    let subjects: Vec<String> = items.iter().map(|item| item.rest.clone()).collect();
    let mut target: Vec<Option<usize>> = vec![None; items.len()];
    for (n, item) in items.iter().enumerate() {
        let Some(wanted) = meant(&item.rest) else { continue };
        let before = &subjects[..n];
        let exact = before.iter().enumerate().position(|(at, subject)| subject == wanted && target[at].is_none());
        let by_id = || {
            let word = Some(wanted).filter(|wanted| !wanted.contains(' '))?;
            let id = repo.try_resolve(g.files(), word).ok().flatten()?;
            items[..n].iter().position(|item| item.id == Some(id))
        };
        let start =
            || before.iter().enumerate().position(|(at, subject)| subject.starts_with(wanted) && target[at].is_none());
        target[n] = exact.or_else(by_id).or_else(start);
    }
    let mut behind: OrdMap<usize, Vec<usize>> = OrdMap::new();
    for (n, target) in target.iter().enumerate() {
        if let Some(target) = target {
            behind.entry(*target).or_default().push(n);
        }
    }
    let mut out = Vec::new();
    for (n, item) in items.iter().enumerate().filter(|(n, _)| target[*n].is_none()) {
        out.push(item.clone());
        for other in behind.get(&n).into_iter().flatten() {
            let mut melded = items[*other].clone();
            (melded.command, melded.keeps_message) = match melded.rest.split('!').next() {
                Some("squash") => (Command::Squash, None),
                Some("amend") => (Command::Fixup, Some('C')),
                _ => (Command::Fixup, None),
            };
            out.push(melded);
        }
    }
    Ok(out)
}

/// The subject that `fixup! fixup! Subject` means.
fn meant(subject: &str) -> Option<&str> {
    let one = |text: &'_ str| -> Option<usize> {
        ["fixup! ", "squash! ", "amend! "].iter().find(|mark| text.starts_with(**mark)).map(|mark| mark.len())
    };
    let mut rest = &subject[one(subject)?..];
    while let Some(length) = one(rest) {
        rest = rest[length..].trim_start();
    }
    Some(rest)
}

const HELP: &str = "#
# Commands:
# p, pick <commit> = use commit
# r, reword <commit> = use commit, but edit the commit message
# e, edit <commit> = use commit, but stop for amending
# s, squash <commit> = use commit, but meld into previous commit
# f, fixup [-C | -c] <commit> = like \"squash\" but keep only the previous
#                    commit's log message, unless -C is used, in which case
#                    keep only this commit's message; -c is same as -C but
#                    opens the editor
# x, exec <command> = run command (the rest of the line) using shell
# b, break = stop here (continue rebase later with 'git rebase --continue')
# d, drop <commit> = remove commit
# l, label <label> = label current HEAD with a name
# t, reset <label> = reset HEAD to a label
# m, merge [-C <commit> | -c <commit>] <label> [# <oneline>]
#         create a merge commit using the original merge commit's
#         message (or the oneline, if no original merge commit was
#         specified); use -c <commit> to reword the commit message
# u, update-ref <ref> = track a placeholder for the <ref> to be updated
#                       to this position in the new commits. The <ref> is
#                       updated at the end of the rebase
#
# These lines can be re-ordered; they are executed from top to bottom.
#
# If you remove a line here THAT COMMIT WILL BE LOST.
#
";

/// What stands below the list in the editor; `range` where the rebase only begins.
#[inline(never)]
pub(crate) fn help(range: Option<(&str, &str, usize)>) -> String {
    match range {
        Some((range, onto, count)) => format!(
            "\n# Rebase {range} onto {onto} ({count} command{})\n{HELP}# However, if you remove everything, the rebase will be aborted.\n#\n",
            if count == 1 { "" } else { "s" }
        ),
        None => format!(
            "\n{}# You are editing the todo file of an ongoing interactive rebase.\n# To continue rebase after editing, run:\n#     git rebase --continue\n#\n",
            HELP
        ),
    }
}

/// Lines that count.
pub(crate) fn count(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count()
}

/// What is left to do.
pub(crate) fn read(g: &mut Git<'_, '_>, repo: &Repo) -> Result<Option<Vec<Item>>, Stop> {
    let text = super::rebase_state::read(g, repo, "git-rebase-todo").unwrap_or_default();
    let done = super::rebase_state::read(g, repo, "done").unwrap_or_default();
    parse(g, repo, &text, count(&done) > 0)
}
