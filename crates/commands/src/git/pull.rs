//! `git pull`.

use super::cli::{Answer, Git, Stop, fatal};
use super::fetch::{Fetched, Wanted, default_remote, from_remote, shown_url};
use super::merge::{FastForward, Theirs, Wish, merge};
use super::options::{Dialect, Given, Spec, flag, maybe, only};
use super::pick::dirty_index;
use super::remote::fetch_url;
use git::{Pathspec, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "pull",
    usage: &["pull [<options>] [<repository> [<refspec>...]]"],
    options: &[&[
        flag('v', "verbose", "say more"),
        flag('q', "quiet", "say less"),
        maybe('r', "rebase", "mode", "put own commits on top instead of merging"),
        only('n', "", "no table of what changed"),
        flag('\0', "stat", "a table of what changed (default)"),
        flag('\0', "commit", "make a commit (default)"),
        flag('e', "edit", "edit the message (only --no-edit here)"),
        flag('\0', "ff", "only move the branch where that is enough (default)"),
        only('\0', "ff-only", "only move the branch, or refuse"),
        flag('\0', "allow-unrelated-histories", "also without a common commit"),
        flag('p', "prune", "forget branches that are gone there"),
        flag('t', "tags", "every tag too"),
        flag('\0', "autostash", "stash what is not committed, and put it back at the end"),
    ]],
    missing: &[
        "--progress",
        "--recurse-submodules",
        "--log",
        "--signoff",
        "--squash",
        "--cleanup",
        "--verify",
        "--verify-signatures",
        "-s",
        "--strategy",
        "-X",
        "--strategy-option",
        "-S",
        "--gpg-sign",
        "--all",
        "-a",
        "--append",
        "--upload-pack",
        "-f",
        "--force",
        "-j",
        "--jobs",
        "--dry-run",
        "-k",
        "--keep",
        "--depth",
        "--shallow-since",
        "--shallow-exclude",
        "--deepen",
        "--unshallow",
        "--update-shallow",
        "--refmap",
        "-o",
        "--server-option",
        "-4",
        "--ipv4",
        "-6",
        "--ipv6",
        "--negotiation-tip",
        "--show-forced-updates",
        "--set-upstream",
        "--summary",
    ],
    dialect: Dialect::Options,
};

const DIVERGENT: &str = "You have divergent branches and need to specify how to reconcile them.
You can do so by running one of the following commands sometime before
your next pull:

  git config pull.rebase false  # merge
  git config pull.rebase true   # rebase
  git config pull.ff only       # fast-forward only

You can replace \"git config\" with \"git config --global\" to set a default
preference for all repositories. You can also pass --rebase, --no-rebase,
or --ff-only on the command line to override the configured default per
invocation.";

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    if given.has("edit") {
        g.err("error: option `--edit' is real Git, but not part of this sandbox yet\n");
        return Ok(129);
    }
    let settings = g.settings();
    if !repo.read_index(g.files())?.unmerged().is_empty() {
        g.err("error: Pulling is not possible because you have unmerged files.\n");
        g.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
        return fatal("Exiting because of an unresolved conflict.");
    }
    if repo.read_state(g.files(), "MERGE_HEAD").is_some() {
        g.err("error: You have not concluded your merge (MERGE_HEAD exists).\n");
        g.hint("Please, commit your changes before merging.");
        return fatal("Exiting because of unfinished merge.");
    }
    let rebase = rebases(g, given);
    let stashes = given.state("autostash").unwrap_or(settings.get_bool("rebase.autostash") == Some(true));
    if rebase == Some(true) && repo.head(g.files())?.id().is_none() && g.files().exists(&repo.file("index")) {
        return fatal("Updating an unborn branch with changes added to the index.");
    }
    if rebase == Some(true) && !stashes {
        refuse_unclean(g, &repo)?;
    }
    let fast_forward = fast_forward(g, given, rebase);
    let name = match given.operands.first() {
        Some(name) => name.clone(),
        None => default_remote(g, &repo).or_else(|stop| {
            no_tracking(g, &repo, None, rebase == Some(true)).map_or(Err(stop), |_: i32| Err(Stop::Exit(1)))
        })?,
    };
    let wanted = Wanted {
        action: action(g),
        verbose: given.has("verbose"),
        quiet: given.has("quiet"),
        tags: given.state("tags"),
        prune: given.has("prune"),
        ..Wanted::default()
    };
    let specs = given.operands.get(1..).unwrap_or_default();
    let fetched = match from_remote(g, &repo, &name, specs, &wanted) {
        Ok((fetched, _)) => fetched,
        // The fetch is a program of its own: whatever ended it, pull ends with 1.
        Err(Stop::Git(why)) => {
            g.err(format!("{why}\n"));
            return Ok(1);
        }
        Err(stop) => return Err(stop),
    };
    let Some(fetched) = fetched.first().cloned() else {
        return no_tracking(g, &repo, given.operands.first(), rebase == Some(true));
    };
    integrate(g, &repo, given, &name, &fetched, rebase, fast_forward)
}

/// Whether own commits go on top: as asked for, or as configured; `None` where nobody has said.
fn rebases(g: &Git<'_, '_>, given: &Given) -> Option<bool> {
    match given.state("rebase") {
        Some(on) => Some(on && given.value("rebase") != Some("false")),
        None => g.settings().get("pull.rebase").map(|value| !matches!(value.as_str(), "false" | "no" | "off" | "0")),
    }
}

#[inline(never)]
fn fast_forward(g: &Git<'_, '_>, given: &Given, rebase: Option<bool>) -> Option<FastForward> {
    match given.last(&["ff", "ff-only"]) {
        Some("ff-only") => Some(FastForward::Only),
        Some(_) => Some(FastForward::Allowed),
        None if given.state("ff") == Some(false) => Some(FastForward::Never),
        None if rebase.is_some() && given.state("rebase").is_some() => None,
        None => match g.settings().get("pull.ff").as_deref() {
            Some("only") => Some(FastForward::Only),
            Some("false") => Some(FastForward::Never),
            Some(_) => Some(FastForward::Allowed),
            None => None,
        },
    }
}

/// A rebase wants a clean tree and index, even where it then has nothing to do.
#[inline(never)]
fn refuse_unclean(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let index = repo.read_index(g.files())?;
    let unstaged = !repo.diff_unstaged(g.files(), &index, &Pathspec::default())?.is_empty();
    let staged = repo.head(g.files())?.id().is_some() && dirty_index(g, repo)?;
    let trouble = match (unstaged, staged) {
        (false, false) => return Ok(()),
        (true, false) => "cannot pull with rebase: You have unstaged changes.",
        (false, true) => "cannot pull with rebase: Your index contains uncommitted changes.",
        (true, true) => {
            "cannot pull with rebase: You have unstaged changes.\nerror: additionally, your index contains uncommitted changes."
        }
    };
    g.err(format!("error: {trouble}\nerror: Please commit or stash them.\n"));
    Err(Stop::Exit(128))
}

/// Nothing says what to merge.
#[inline(never)]
fn no_tracking(g: &mut Git<'_, '_>, repo: &Repo, named: Option<&String>, rebase: bool) -> Answer {
    let what = if rebase { "rebase against" } else { "merge with" };
    let head = repo.head(g.files())?;
    let Some(branch) = head.branch() else {
        g.err(format!("You are not currently on a branch.\nPlease specify which branch you want to {what}.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\n"));
        return Ok(1);
    };
    let config = repo.config(g.files());
    let merges = config.get(&format!("branch.{branch}.merge"));
    let unusual =
        |name: &&String| config.subsections("remote").len() > 1 || config.get(&format!("remote.{name}.url")).is_none();
    if let Some(name) = named.filter(unusual).filter(|_| merges.is_none()) {
        g.err(format!("You asked to pull from the remote '{name}', but did not specify\na branch. Because this is not the default configured remote\nfor your current branch, you must specify a branch on the command line.\n"));
        return Ok(1);
    }
    if let Some(merge) = merges {
        g.err(format!("Your configuration specifies to merge with the ref '{merge}'\nfrom the remote, but no such ref was fetched.\n"));
        return Ok(1);
    }
    let remotes = config.subsections("remote");
    let remote = match remotes.as_slice() {
        [only] => only.as_str(),
        [] if rebase => "origin",
        _ => "<remote>",
    };
    g.err(format!(
        "There is no tracking information for the current branch.\nPlease specify which branch you want to {what}.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\nIf you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to={remote}/<branch> {branch}\n\n"
    ));
    Ok(1)
}

/// Own commits go on top of what was fetched; where there are none, the branch only moves.
#[inline(never)]
fn onto(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, fetched: &Fetched) -> Answer {
    if let Some(head) = repo.head(g.files())?.id()
        && repo.is_ancestor(g.files(), &head, &fetched.id)?
    {
        super::merge::refuse_unfinished(g, repo)?;
        let theirs =
            Theirs { id: fetched.id, label: fetched.id.to_string(), described: String::new(), action: action(g) };
        let wish = Wish {
            fast_forward: FastForward::Only,
            stat: given.state("stat").unwrap_or(!given.has("n")),
            quiet: given.has("quiet"),
            autostash: autostashes(g, given, "rebase.autostash"),
            ..Wish::default()
        };
        return merge(g, repo, &theirs, &wish);
    }
    let mut words = Vec::new();
    for option in ["autostash", "quiet", "verbose"].iter().filter(|option| given.has(option)) {
        words.push(format!("--{option}"));
    }
    words.extend(["--onto".to_string(), fetched.id.to_string(), fetched.id.to_string()]);
    if given.value("rebase") == Some("interactive") || given.value("rebase") == Some("i") {
        words.push("-i".into());
    }
    let merges = match given.value("rebase") {
        Some(how) => how == "merges" || how == "m",
        None => g.settings().get("pull.rebase").is_some_and(|how| how == "merges" || how == "m"),
    };
    if merges {
        words.push("--rebase-merges".into());
    }
    match super::options::parse(&words, &super::rebase::SPEC) {
        Ok(words) => {
            g.action = Some(action(g));
            super::rebase::run(g, &words)
        }
        Err(_) => Ok(128),
    }
}

/// `pull --rebase origin main`: how logs name it.
fn action(g: &Git<'_, '_>) -> String {
    let words: Vec<String> = std::iter::once("pull".to_string()).chain(g.words.iter().cloned()).collect();
    g.log_action(&words.join(" "))
}

#[inline(never)]
fn integrate(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    name: &str,
    fetched: &Fetched,
    rebase: Option<bool>,
    fast_forward: Option<FastForward>,
) -> Answer {
    let head = repo.head(g.files())?.id();
    let diverged = match head {
        Some(head) => {
            !repo.is_ancestor(g.files(), &head, &fetched.id)? && !repo.is_ancestor(g.files(), &fetched.id, &head)?
        }
        None => false,
    };
    if diverged && rebase.is_none() && fast_forward.is_none() {
        g.hint(DIVERGENT);
        return fatal("Need to specify how to reconcile divergent branches.");
    }
    if rebase == Some(true) && head.is_some() {
        return onto(g, repo, given, fetched);
    }
    super::merge::refuse_unfinished(g, repo)?;
    let url = fetch_url(g, repo, name).unwrap_or_else(|| name.to_string());
    let branch = fetched.name.strip_prefix("refs/heads/");
    let described = match branch {
        Some(branch) if name == "." => format!("branch '{branch}'"),
        Some(branch) => format!("branch '{branch}' of {}", shown_url(&url)),
        None => shown_url(&url),
    };
    let action = action(g);
    let theirs = Theirs { id: fetched.id, label: fetched.id.to_string(), described, action };
    let wish = Wish {
        fast_forward: fast_forward.unwrap_or(FastForward::Allowed),
        message: None,
        stat: given.state("stat").unwrap_or(!given.has("n")),
        commit: given.state("commit").unwrap_or(true),
        unrelated: given.has("allow-unrelated-histories"),
        quiet: given.has("quiet"),
        autostash: autostashes(g, given, "merge.autostash"),
        ..Wish::default()
    };
    merge(g, repo, &theirs, &wish)
}

fn autostashes(g: &Git<'_, '_>, given: &Given, setting: &str) -> bool {
    given.state("autostash").unwrap_or(g.settings().get_bool(setting) == Some(true))
}
