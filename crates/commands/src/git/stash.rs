//! `git stash`.

use super::cli::{Answer, Git, Stop, Work, fatal};
use super::diff_out::{self, DiffOutput};
use super::options::{self, Dialect, Given, Opt, Spec, flag, only, value};
use super::patch_mode::Mode;
use super::stash_apply::{apply, status};
use super::stash_make::{Parts, Wish, drop_entry, make, named, store};
use super::switching::{Goal, NEW_BRANCH, NewBranch, go, make_branch, try_move};
use git::{ObjectId, Repo};

pub(crate) use super::stash_apply::{apply_autostash, keep_autostash};
pub(crate) use super::stash_make::create_autostash;

const PUSH: &[Opt] = &[
    flag('k', "keep-index", "what is staged stays"),
    flag('S', "staged", "only what is staged"),
    flag('p', "patch", "choose hunk by hunk"),
    flag('q', "quiet", "say nothing"),
    flag('u', "include-untracked", "untracked files too"),
    flag('a', "all", "ignored files too"),
    value('m', "message", "message", "what the entry is called"),
];

/// The rows of all its subcommands are read by these; what `git stash -h` names.
pub(crate) const SPEC: Spec = Spec {
    name: "stash",
    usage: &[
        "stash list [<log-options>]",
        "stash show [-u | --include-untracked | --only-untracked] [<diff-options>] [<stash>]",
        "stash drop [-q | --quiet] [<stash>]",
        "stash pop [--index] [-q | --quiet] [<stash>]",
        "stash apply [--index] [-q | --quiet] [<stash>]",
        "stash branch <branchname> [<stash>]",
        "stash [push [-k | --[no-]keep-index] [-S | --staged] [-q | --quiet]\n                 [-u | --include-untracked] [-a | --all] [(-m | --message) <message>]\n                 [--] [<pathspec>...]]",
        "stash save [-k | --[no-]keep-index] [-S | --staged] [-q | --quiet]\n                 [-u | --include-untracked] [-a | --all] [<message>]",
        "stash clear",
        "stash create [<message>]",
        "stash store [(-m | --message) <message>] [-q | --quiet] <commit>",
    ],
    options: &[],
    missing: &[],
    dialect: Dialect::Options,
};

const fn sub(
    usage: &'static [&'static str],
    options: &'static [&'static [Opt]],
    missing: &'static [&'static str],
) -> Spec {
    Spec { name: "stash", usage, options, missing, dialect: Dialect::Options }
}

const PUSH_SPEC: Spec =
    sub(&["stash [push] [<options>] [--] [<pathspec>...]"], &[PUSH], &["--pathspec-from-file", "--pathspec-file-nul"]);
const APPLY_SPEC: Spec = sub(
    &["stash apply [--index] [-q | --quiet] [<stash>]"],
    &[&[flag('q', "quiet", "say nothing"), flag('\0', "index", "also put back what was staged")]],
    &[],
);
const SHOW_SPEC: Spec = sub(
    &["stash show [-u | --include-untracked | --only-untracked] [<diff-options>] [<stash>]"],
    &[
        &[only('u', "include-untracked", "untracked files too"), only('\0', "only-untracked", "only these")],
        diff_out::ROWS,
    ],
    &["--word-diff"],
);

pub(crate) fn run(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let args = super::rest_of(g);
    let first = args.first().map(String::as_str);
    let rest = args.get(1..).unwrap_or_default();
    let given = |g: &mut Git<'_, '_>, spec: &Spec, words: &[String]| -> Result<Given, Stop> {
        options::parse(words, spec).map_err(|refused| {
            g.err(&refused.text);
            Stop::Exit(refused.code)
        })
    };
    match first {
        None => {
            let given = given(g, &PUSH_SPEC, &args)?;
            push(g, &given, false)
        }
        Some("push") => {
            let given = given(g, &PUSH_SPEC, rest)?;
            push(g, &given, false)
        }
        Some("save") => {
            let given = given(g, &PUSH_SPEC, rest)?;
            push(g, &given, true)
        }
        Some("list") => list(g, rest),
        Some("show") => {
            let given = given(g, &SHOW_SPEC, rest)?;
            show(g, &given)
        }
        Some("apply") => {
            let given = given(g, &APPLY_SPEC, rest)?;
            let work = g.work()?;
            let parts = named(g, &work.repo, &given.operands)?;
            apply(g, &work, &parts, given.has("index"), given.has("quiet"))
        }
        Some("pop") => {
            let given = given(g, &APPLY_SPEC, rest)?;
            pop(g, &given)
        }
        Some("drop") => {
            let given = given(g, &APPLY_SPEC, rest)?;
            let repo = g.work()?.repo;
            let parts = named(g, &repo, &given.operands)?;
            dropped(g, &repo, &parts, given.has("quiet"))
        }
        Some("branch") => branch(g, rest),
        Some("clear") => {
            let repo = g.work()?.repo;
            let when = g.when();
            repo.delete_ref(g.cx.files_mut(), "refs/stash", when)?;
            Ok(0)
        }
        Some("create") => create(g, rest),
        Some("store") => {
            let given = given(g, &PUSH_SPEC, rest)?;
            store_named(g, &given)
        }
        Some(option) if option.starts_with('-') => {
            let given = given(g, &PUSH_SPEC, &args)?;
            push(g, &given, false)
        }
        Some(other) => {
            fatal(format!("subcommand wasn't specified; 'push' can't be assumed due to unexpected token '{other}'"))
        }
    }
}

/// Says which paths are unmerged, for then no entry is made.
pub(crate) fn refuse_unmerged(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let index = repo.read_index(g.files())?;
    let unmerged = index.unmerged();
    if unmerged.is_empty() {
        return Ok(());
    }
    unmerged.keys().for_each(|path| g.out([path, ": needs merge\n"].concat()));
    for (path, entry) in index.all().filter(|(_, stage, _)| *stage > 0).map(|(path, _, entry)| (path, entry)) {
        g.err(format!("{path}: unmerged ({})\n", entry.id));
    }
    g.err("Cannot save the current index state\n");
    Err(Stop::Exit(1))
}

/// Makes an entry without keeping it: prints its id.
fn create(g: &mut Git<'_, '_>, words: &[String]) -> Answer {
    let work = g.work()?;
    refuse_unmerged(g, &work.repo)?;
    let wish = Wish { message: (!words.is_empty()).then(|| words.join(" ")), ..Wish::default() };
    let Some(made) = make(g, &work, &wish)? else { return Ok(0) };
    g.out(format!("{}\n", made.id));
    Ok(0)
}

#[inline(never)]
fn store_named(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let [name] = given.operands.as_slice() else {
        g.err("\"git stash store\" requires one <commit> argument\n");
        return Ok(1);
    };
    let repo = g.work()?.repo;
    let Some(id) = repo.try_resolve(g.files(), name)? else {
        g.err(format!("Cannot update refs/stash with {name}\n"));
        return Ok(1);
    };
    let message = given.value("message").unwrap_or("Created via \"git stash store\".").to_string();
    if repo.read_object(g.files(), &id)?.kind != git::Kind::Commit
        || repo.read_commit(g.files(), &id)?.parents.len() < 2
    {
        g.err(format!("error: '{name}' is not a stash-like commit\nCannot update refs/stash with {name}\n"));
        return Ok(1);
    }
    store(g, &repo, id, &message)?;
    Ok(0)
}

#[inline(never)]
fn push(g: &mut Git<'_, '_>, given: &Given, words_are_message: bool) -> Answer {
    let work = g.work()?;
    let mut wish = Wish {
        message: given.value("message").map(str::to_string),
        untracked: given.has("include-untracked") || given.has("all"),
        ignored: given.has("all"),
        staged: given.has("staged"),
        ..Wish::default()
    };
    if words_are_message {
        wish.message = (!given.operands.is_empty()).then(|| given.operands.join(" "));
    } else {
        wish.paths.clone_from(&given.operands);
    }
    if wish.staged && wish.untracked {
        return fatal("Can't use --staged and --include-untracked or --all at the same time");
    }
    let quiet = given.has("quiet");
    if given.has("patch") {
        return patch(g, &work, given, wish);
    }
    let Some(made) = make(g, &work, &wish)? else {
        if !quiet {
            g.out("No local changes to save\n");
        }
        return Ok(0);
    };
    store(g, &work.repo, made.id, &made.message)?;
    if !quiet {
        g.out(format!("Saved working directory and index state {}\n", made.message));
    }
    let keep = given.state("keep-index").unwrap_or(false);
    super::stash_make::take_away(g, &work, &wish, &made, keep)
}

/// `--patch`: what is asked for hunk by hunk is stashed, and taken away.
#[inline(never)]
fn patch(g: &mut Git<'_, '_>, work: &Work, given: &Given, wish: Wish) -> Answer {
    if wish.untracked {
        g.err("Can't use --patch and --include-untracked or --all at the same time\n");
        return Ok(1);
    }
    let quiet = given.has("quiet");
    let head = work.repo.head(g.files())?.id();
    // Says what stands in the way; an entry that nothing names is nothing.
    if make(g, work, &wish)?.is_none() {
        if !quiet {
            g.out("No local changes to save\n");
        }
        return Ok(0);
    }
    let keep = given.state("keep-index");
    super::patch_apply::start(g, Mode::Stash, head, &wish.paths, |session| {
        session.message.clone_from(&wish.message);
        session.keep = keep;
        session.quiet = quiet;
    })
}

fn list(g: &mut Git<'_, '_>, rest: &[String]) -> Answer {
    let repo = g.work()?.repo;
    if repo.read_ref(g.files(), "refs/stash").is_none() {
        return Ok(0);
    }
    if rest.is_empty() {
        for (n, entry) in repo.reflog(g.files(), "refs/stash").iter().rev().enumerate() {
            let text = format!("stash@{{{n}}}: {}\n", entry.message);
            g.out(text);
        }
        return Ok(0);
    }
    let mut words: Vec<String> =
        ["--format=%gd: %gs", "-g", "--first-parent", "-m"].iter().map(|word| (*word).to_string()).collect();
    words.extend(rest.iter().cloned());
    words.extend(["refs/stash".to_string(), "--".into()]);
    match options::parse(&words, &super::log_options::SPEC) {
        Ok(given) => super::log::run(g, &given),
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

#[inline(never)]
fn show(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let parts = named(g, &repo, &given.operands)?;
    let mut output = DiffOutput::read(g, given, false)?;
    if !output.any() {
        let settings = g.settings();
        output.stat = settings.get_bool("stash.showstat") != Some(false);
        output.patch = settings.get_bool("stash.showpatch") == Some(true);
    }
    let untracked = given.last(&["include-untracked", "only-untracked"]).map(str::to_string).or_else(|| {
        (g.settings().get_bool("stash.showincludeuntracked") == Some(true)).then(|| "include-untracked".into())
    });
    let flat = |g: &Git<'_, '_>, tree: &ObjectId| repo.flat_tree(g.files(), Some(tree));
    let (mut old, mut new) = (flat(g, &parts.base_tree)?, flat(g, &parts.work_tree)?);
    if let Some(mode) = untracked {
        if mode == "only-untracked" {
            (old, new) = (git::FlatTree::new(), git::FlatTree::new());
        }
        if let Some(tree) = &parts.untracked_tree {
            new.extend(flat(g, tree)?);
        }
    }
    let changes = Repo::diff_flat(&old, &new, &git::Pathspec::default());
    let changes = output.prepare(g, &repo, changes)?;
    let text = output.print(g, &repo, &changes)?;
    g.out(text);
    Ok(0)
}

#[inline(never)]
fn dropped(g: &mut Git<'_, '_>, repo: &Repo, parts: &Parts, quiet: bool) -> Answer {
    let Some(number) = parts.number else {
        g.err(format!("error: '{}' is not a stash reference\n", parts.shown));
        return Ok(1);
    };
    drop_entry(g, repo, number)?;
    if !quiet {
        g.out(format!("Dropped {} ({})\n", parts.shown, parts.id));
    }
    Ok(0)
}

#[inline(never)]
fn pop(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let parts = named(g, &work.repo, &given.operands)?;
    if parts.number.is_none() {
        g.err(format!("error: '{}' is not a stash reference\n", parts.shown));
        return Ok(1);
    }
    let quiet = given.has("quiet");
    if apply(g, &work, &parts, given.has("index"), quiet)? != 0 {
        g.out("The stash entry is kept in case you need it again.\n");
        return Ok(1);
    }
    dropped(g, &work.repo, &parts, quiet)
}

#[inline(never)]
fn branch(g: &mut Git<'_, '_>, rest: &[String]) -> Answer {
    let Some(name) = rest.first() else {
        g.err("No branch name specified\n");
        return Ok(1);
    };
    let work: Work = g.work()?;
    let repo = work.repo.clone();
    let parts = named(g, &repo, rest.get(1..).unwrap_or_default())?;
    let start = parts.base.to_string();
    let goal = Goal {
        id: Some(parts.base),
        branch: Some(name.clone()),
        typed: name.clone(),
        quiet: false,
        force: false,
        stays: false,
        note: None,
        merge: None,
    };
    let tried = if repo.read_ref(g.files(), &format!("refs/heads/{name}")).is_some() {
        Ok(())
    } else {
        try_move(g, &repo, &goal)
    };
    tried?;
    let new = NewBranch { name, start: &start, track: Some(false), reset: false, quiet: true };
    match make_branch(g, &repo, &new) {
        Ok(_) => {}
        Err(Stop::Git(why)) => {
            g.err(format!("{why}\n"));
            return Ok(why.exit_code());
        }
        Err(stop) => return Err(stop),
    }
    go(g, &repo, &goal, Some(NEW_BRANCH))?;
    let code = apply(g, &work, &parts, true, false)?;
    if code == 0 && parts.number.is_some() {
        return dropped(g, &repo, &parts, false);
    }
    if code != 0 {
        status(g)?;
    }
    Ok(code)
}
