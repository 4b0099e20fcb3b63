//! A commit on its way: hooks and the editor run between its steps, so all that is known of it is plain data.

use super::cli::{Answer, Git, Stop};
use super::commit_make::{NewCommit, cleaned, make, summary};
use super::editor::{self, Editor};
use super::hooks::hook;
use super::process::{Resume, wait_for};
use super::rebase_run::After;
use git::{Index, ObjectId, Repo, Signature};
use serde::{Deserialize, Serialize};

/// How a message is tidied: `--cleanup`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cleanup {
    /// Comments go too.
    Strip,
    Whitespace,
    Verbatim,
    /// Everything below the scissors goes.
    Scissors,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    PreCommit,
    Prepare,
    Edit,
    CheckMessage,
    Make,
    Rewritten,
    Finish,
}

/// The commit so far. Ids and people are text, as in the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    phase: Phase,
    pub parents: Vec<String>,
    pub author: String,
    pub committer: String,
    pub message: String,
    /// The reference log's words before the subject.
    pub reason: String,
    pub cleanup: Cleanup,
    /// The editor is opened.
    pub edits: bool,
    /// Hooks run.
    pub verifies: bool,
    /// What the editor shows below the message.
    pub comment: String,
    /// A file with the diff below the scissors: `-v`.
    pub diff: String,
    /// Arguments of `prepare-commit-msg` behind the file.
    pub source: Vec<String>,
    /// The index that is committed, where it is not what `.git/index` holds.
    pub index: Option<Vec<u8>>,
    /// The index to be kept afterwards, where only some paths are committed.
    pub keep: Option<Vec<u8>>,
    /// What `.git/index` held, to be put back where nothing comes of the commit.
    before: Option<Vec<u8>>,
    pub empty_message: bool,
    pub amends: Option<String>,
    pub quiet: bool,
    pub shows_date: bool,
    pub initial: bool,
    /// Whether a sequence of picks or a rebase goes on with it.
    pub then: Then,
    /// An empty message leaves everything as it is, in other words: that of `git merge`.
    pub for_merge: bool,
    /// A template that has to be changed.
    pub template: Option<String>,
}

/// What follows a commit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Then {
    End,
    /// `cherry-pick` or `revert` goes on with its list.
    Pick(super::sequencer::Going),
    Rebase(After),
    /// A table of what a merge brought.
    Stat(String),
}

impl Draft {
    #[inline(never)]
    pub fn new(parents: &[ObjectId], author: &Signature, committer: &Signature, message: String, reason: &str) -> Self {
        Self {
            phase: Phase::PreCommit,
            parents: parents.iter().map(ToString::to_string).collect(),
            author: author.to_string(),
            committer: committer.to_string(),
            message,
            reason: reason.into(),
            cleanup: Cleanup::Whitespace,
            edits: false,
            verifies: true,
            comment: String::new(),
            diff: String::new(),
            source: Vec::new(),
            index: None,
            keep: None,
            before: None,
            empty_message: false,
            amends: None,
            quiet: false,
            shows_date: false,
            initial: false,
            then: Then::End,
            for_merge: false,
            template: None,
        }
    }

    /// Where the message stands while hooks and the editor have it.
    fn file(&self) -> &'static str {
        if self.for_merge { "MERGE_MSG" } else { "COMMIT_EDITMSG" }
    }

    /// What the file for the editor holds.
    #[inline(never)]
    fn sheet(&self) -> String {
        let message = if self.message.is_empty() || self.message.ends_with('\n') {
            self.message.clone()
        } else {
            format!("{}\n", self.message)
        };
        if !self.edits {
            return self.tidied(&message);
        }
        format!("{message}{}{}", self.comment, self.diff)
    }

    fn tidied(&self, text: &str) -> String {
        match self.cleanup {
            Cleanup::Verbatim => text.to_string(),
            Cleanup::Whitespace => cleaned(text, false),
            Cleanup::Strip => cleaned(cut(text, &self.diff), true),
            Cleanup::Scissors => cleaned(cut(text, SCISSORS), false),
        }
    }
}

pub(crate) const SCISSORS: &str = "# ------------------------ >8 ------------------------\n";

/// A text up to the scissors, where there are any.
fn cut<'a>(text: &'a str, diff: &str) -> &'a str {
    let end = if diff.is_empty() { None } else { text.find(SCISSORS) };
    &text[..end.unwrap_or(text.len())]
}

/// Takes the commit as far as it can go without a child.
#[inline(never)]
pub(crate) fn go(g: &mut Git<'_, '_>, mut draft: Draft, mut code: Option<i32>) -> Answer {
    let repo = g.work()?.repo;
    loop {
        let done = match draft.phase {
            Phase::PreCommit => pre_commit(g, &repo, &mut draft, code.take())?,
            Phase::Prepare => prepare(g, &repo, &mut draft, code.take())?,
            Phase::Edit => edit(g, &repo, &mut draft, code.take())?,
            Phase::CheckMessage => check_message(g, &repo, &mut draft, code.take())?,
            Phase::Make => conclude(g, &repo, &mut draft)?,
            Phase::Rewritten => rewritten(g, &repo, &mut draft)?,
            Phase::Finish => return finish(g, &repo, draft),
        };
        match (done, &draft.then) {
            (Some(_), Then::Rebase(after)) => return super::rebase_run::commit_failed(g, &repo, after),
            (Some(code), _) => return Ok(code),
            (None, _) => {}
        }
    }
}

/// Puts the index to be committed in place, so that a hook or the status in the editor sees it.
fn place_index(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft) -> Result<(), Stop> {
    if let Some(bytes) = draft.index.take() {
        draft.before = Some(repo.read_index(g.files())?.to_bytes());
        let index = Index::from_bytes(&bytes)?;
        let when = g.when();
        g.keep(|files| repo.write_index(files, &index, when))?;
    }
    Ok(())
}

/// Nothing comes of it.
#[inline(never)]
fn give_up(g: &mut Git<'_, '_>, repo: &Repo, draft: &Draft) -> Result<Option<i32>, Stop> {
    if draft.for_merge {
        g.err("Not committing merge; use 'git commit' to complete the merge.\n");
    }
    if let Some(bytes) = &draft.before {
        let index = Index::from_bytes(bytes)?;
        let when = g.when();
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    Ok(Some(1))
}

fn run(child: super::process::Child, draft: &Draft) -> Result<Option<i32>, Stop> {
    wait_for(child, Resume::Draft(Box::new(draft.clone()))).map(Some)
}

#[inline(never)]
fn pre_commit(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft, code: Option<i32>) -> Result<Option<i32>, Stop> {
    if code.is_some_and(|code| code != 0) {
        return give_up(g, repo, draft);
    }
    place_index(g, repo, draft)?;
    if code.is_none() && draft.verifies {
        let name = if draft.for_merge { "pre-merge-commit" } else { "pre-commit" };
        if let Some(mut child) = hook(g, repo, name, &[]) {
            if !draft.edits {
                child.env.push(("GIT_EDITOR".into(), ":".into()));
            }
            return run(child, draft);
        }
    }
    draft.phase = Phase::Prepare;
    Ok(None)
}

#[inline(never)]
fn prepare(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft, code: Option<i32>) -> Result<Option<i32>, Stop> {
    if code.is_some_and(|code| code != 0) {
        return give_up(g, repo, draft);
    }
    if code.is_none() {
        let when = g.when();
        let sheet = draft.sheet();
        g.keep(|files| repo.write_state(files, draft.file(), &sheet, when))?;
        let mut args = vec![format!(".git/{}", draft.file())];
        args.extend(draft.source.iter().cloned());
        if let Some(child) = hook(g, repo, "prepare-commit-msg", &args) {
            return run(child, draft);
        }
    }
    draft.phase = Phase::Edit;
    Ok(None)
}

#[inline(never)]
fn edit(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft, code: Option<i32>) -> Result<Option<i32>, Stop> {
    let file = draft.file();
    let bad = match code {
        Some(0) => false,
        Some(_) => {
            editor::failed(g, false);
            true
        }
        None if !draft.edits => false,
        None => match editor::open(g, &format!("{}/{file}", repo.git_dir), false) {
            Ok(Editor::Nothing) => false,
            Ok(Editor::Run(child)) => return run(child, draft),
            Err(Stop::Exit(_)) => true,
            Err(stop) => return Err(stop),
        },
    };
    if bad {
        g.err("Please supply the message using either -m or -F option.\n");
        return give_up(g, repo, draft);
    }
    draft.phase = Phase::CheckMessage;
    Ok(None)
}

#[inline(never)]
fn check_message(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft, code: Option<i32>) -> Result<Option<i32>, Stop> {
    if code.is_some_and(|code| code != 0) {
        return give_up(g, repo, draft);
    }
    if code.is_none()
        && draft.verifies
        && let Some(child) = hook(g, repo, "commit-msg", &[format!(".git/{}", draft.file())])
    {
        return run(child, draft);
    }
    let text = repo.read_state(g.files(), draft.file()).unwrap_or_default();
    draft.message = draft.tidied(&text);
    if let Some(template) = &draft.template
        && draft.tidied(template) == draft.message
        && !draft.empty_message
    {
        g.err("Aborting commit; you did not edit the message.\n");
        return give_up(g, repo, draft);
    }
    if draft.message.is_empty() && !draft.empty_message {
        g.err("Aborting commit due to empty commit message.\n");
        return give_up(g, repo, draft);
    }
    draft.phase = Phase::Make;
    Ok(None)
}

fn person(text: &str) -> Signature {
    Signature::parse(text).expect("a draft's people were written by us")
}

#[inline(never)]
fn conclude(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft) -> Result<Option<i32>, Stop> {
    let when = g.when();
    let index = repo.read_index(g.files())?;
    let tree = g.keep(|files| repo.write_index_tree(files, &index, when))?;
    let parents = draft.parents.iter().filter_map(|id| git::parse_id(id)).collect();
    let new = NewCommit {
        tree,
        parents,
        author: person(&draft.author),
        committer: person(&draft.committer),
        message: draft.message.clone(),
        reason: draft.reason.clone(),
    };
    let id = make(g, repo, new)?;
    if let Some(keep) = &draft.keep {
        let index = Index::from_bytes(keep)?;
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    if !draft.quiet {
        let text = summary(g, repo, &id, draft.shows_date, draft.initial)?;
        g.out(text);
    }
    draft.phase = Phase::Rewritten;
    let (name, args) =
        if draft.for_merge { ("post-merge", vec!["0".to_string()]) } else { ("post-commit", Vec::new()) };
    if let Some(child) = hook(g, repo, name, &args) {
        return run(child, draft);
    }
    Ok(None)
}

/// Tells the hook which commit was replaced by which.
fn rewritten(g: &mut Git<'_, '_>, repo: &Repo, draft: &mut Draft) -> Result<Option<i32>, Stop> {
    draft.phase = Phase::Finish;
    let (Some(old), Some(new)) = (&draft.amends, repo.head(g.files())?.id()) else { return Ok(None) };
    if let Some(mut child) = hook(g, repo, "post-rewrite", &["amend".to_string()]) {
        child.input = Some(format!("{old} {new}\n"));
        return run(child, draft);
    }
    Ok(None)
}

#[inline(never)]
fn finish(g: &mut Git<'_, '_>, repo: &Repo, draft: Draft) -> Answer {
    match draft.then {
        Then::End => Ok(0),
        Then::Stat(text) => {
            g.out(text);
            Ok(0)
        }
        Then::Pick(going) => super::sequencer::go_on_after(g, repo, going),
        Then::Rebase(after) => super::rebase_run::resumed(g, after, 0),
    }
}
