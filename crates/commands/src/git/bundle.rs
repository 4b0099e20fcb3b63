//! `git bundle`: references with their objects in one file.

// Unlike git: fetching from a bundle brings annotated tags along that were not asked for.

use super::cli::{Answer, Git, Stop, error, fatal};
use super::log::add_references;
use super::log_options::PICK_ROWS;
use super::log_pick::pick;
use super::options::{Dialect, Given, Spec, flag, parse, usage, value};
use super::range::Range;
use git::{Bundle, GitError, ObjectId, Pathspec, Repo};
use order::OrdSet;
use vfs::join;

pub(crate) const SPEC: Spec = Spec {
    name: "bundle",
    usage: &[
        "bundle create [-q | --quiet] [--version=<version>] <file> <git-rev-list-args>",
        "bundle verify [-q | --quiet] <file>",
        "bundle list-heads <file> [<refname>...]",
        "bundle unbundle <file> [<refname>...]",
    ],
    options: &[],
    missing: &[],
    dialect: Dialect::Options,
};

const CREATE: Spec = Spec {
    name: "bundle create",
    usage: &["bundle create [-q | --quiet] [--version=<version>] <file> <git-rev-list-args>"],
    options: &[
        &[
            flag('q', "quiet", "show no progress"),
            flag('\0', "progress", "show progress (on a terminal)"),
            value('\0', "version", "n", "the version of the format: 2"),
        ],
        PICK_ROWS,
    ],
    missing: &["--stdin", "--filter", "--all-progress", "--objects"],
    dialect: Dialect::Options,
};

const OTHERS: Spec = Spec {
    name: "bundle",
    usage: SPEC.usage,
    options: &[&[flag('q', "quiet", "say less"), flag('\0', "progress", "show progress (on a terminal)")]],
    missing: &[],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let words = g.words.clone();
    let Some((word, rest)) = words.split_first() else {
        g.err(format!("error: need a subcommand\n{}", usage(&SPEC)));
        return Ok(129);
    };
    let act = match word.as_str() {
        "create" => create,
        "verify" => verify,
        "list-heads" => list_heads,
        "unbundle" => unbundle,
        other => {
            let what = if other.starts_with('-') { "option" } else { "subcommand" };
            g.err(format!("error: unknown {what}: `{}'\n{}", other.trim_start_matches('-'), usage(&SPEC)));
            return Ok(129);
        }
    };
    let spec = if word == "create" { &CREATE } else { &OTHERS };
    let given = match parse(rest, spec) {
        Ok(given) => given,
        Err(refused) => {
            if refused.help {
                g.out(refused.text)
            } else {
                g.err(refused.text)
            }
            return Ok(refused.code);
        }
    };
    if given.operands.is_empty() {
        g.err(format!("fatal: need a <file> argument\n\n{}", usage(spec)));
        return Ok(129);
    }
    act(g, &given)
}

#[inline(never)]
fn create(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let Ok(repo) = g.repo() else { return fatal("Need a repository to create a bundle.") };
    if let Some(version) = given.value("version").filter(|version| *version != "2") {
        if version == "3" {
            return error("option `--version=3' is real Git, but not part of this sandbox yet");
        }
        return fatal(format!("unsupported bundle version {version}"));
    }
    let dashes = given.dashes_at.and_then(|at| at.checked_sub(1));
    let mut range = Range::read(g, &repo, &given.operands[1..], dashes)?;
    if !range.paths.is_empty() {
        return error("a bundle of some paths is real Git, but not part of this sandbox yet");
    }
    add_references(g, &repo, given, &mut range)?;
    let (_, hidden) = range.commits(g, &repo)?;
    let left_out = repo.reachable(g.files(), &hidden)?;
    let mut refs: Vec<(String, ObjectId)> = Vec::new();
    for (name, _) in &range.from {
        let full = if name == "HEAD" { Some("HEAD".to_string()) } else { repo.full_ref_name(g.files(), name) };
        let Some((full, id)) = full.and_then(|full| Some((full.clone(), repo.read_ref(g.files(), &full)?))) else {
            continue;
        };
        if !left_out.contains(&id) && !refs.iter().any(|(known, _)| *known == full) {
            refs.push((full, id));
        }
    }
    if refs.is_empty() {
        return fatal("Refusing to create empty bundle.");
    }
    let picked = pick(g, &repo, given, &range, &Pathspec::default())?;
    let inside: OrdSet<ObjectId> = picked.iter().map(|(id, _)| *id).collect();
    let mut has: Vec<ObjectId> = Vec::new();
    for (_, line) in &picked {
        has.extend(line.parents.iter().filter(|parent| !inside.contains(*parent)));
    }
    let mut seen = OrdSet::new();
    has.retain(|id| seen.insert(*id));
    let bundle = repo.bundle(g.files(), &refs, &has)?;
    let file = &given.operands[0];
    if file == "-" {
        g.out(bundle.encode());
        return Ok(0);
    }
    let path = join(&g.cwd, file);
    let when = g.when();
    match g.cx.files_mut().write(&path, bundle.encode(), when.micros()) {
        Ok(()) => Ok(0),
        Err(why) => fatal(format!("unable to create '{path}.lock': {why}")),
    }
}

fn read(g: &Git<'_, '_>, given: &Given) -> Result<Bundle, Stop> {
    let name = &given.operands[0];
    let bytes = match g.files().read(&join(&g.cwd, name)) {
        Ok(bytes) => bytes,
        Err(_) => return error(format!("could not open '{name}'")),
    };
    Bundle::parse(&bytes).or_else(|_| error(format!("'{name}' does not look like a v2 or v3 bundle file")))
}

#[inline(never)]
fn verify(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let Ok(repo) = g.repo() else { return error("need a repository to verify a bundle") };
    let bundle = read(g, given)?;
    lacks_nothing(g, &repo, &bundle)?;
    let mut out = String::new();
    let count = |what: &str, n: usize| match n {
        1 => format!("The bundle {what} this ref:\n"),
        n => format!("The bundle {what} these {n} refs:\n"),
    };
    out.push_str(&count("contains", bundle.refs.len()));
    for (name, id) in &bundle.refs {
        out.push_str(&format!("{id} {name}\n"));
    }
    if bundle.needs.is_empty() {
        out.push_str("The bundle records a complete history.\n");
    } else {
        out.push_str(&count("requires", bundle.needs.len()));
        for (id, _) in &bundle.needs {
            out.push_str(&format!("{id} \n"));
        }
    }
    out.push_str("The bundle uses this hash algorithm: sha1\n");
    if !given.has("quiet") {
        g.out(out);
    }
    g.err(format!("{} is okay\n", given.operands[0]));
    Ok(0)
}

#[inline(never)]
fn lacks_nothing(g: &Git<'_, '_>, repo: &Repo, bundle: &Bundle) -> Result<(), Stop> {
    let missing: Vec<String> = bundle
        .needs
        .iter()
        .filter(|(id, _)| !repo.has_object(g.files(), id))
        .map(|(id, _)| format!("\nerror: {id} "))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(GitError::error(format!("Repository lacks these prerequisite commits:{}", missing.concat())).into())
}

fn list(g: &mut Git<'_, '_>, bundle: &Bundle, wanted: &[String]) {
    for (name, id) in bundle.refs.iter().filter(|(name, _)| wanted.is_empty() || wanted.contains(name)) {
        g.out(format!("{id} {name}\n"));
    }
}

fn list_heads(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let bundle = read(g, given)?;
    list(g, &bundle, &given.operands[1..]);
    Ok(0)
}

fn unbundle(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let Ok(repo) = g.repo() else { return fatal("Need a repository to unbundle.") };
    let bundle = read(g, given)?;
    lacks_nothing(g, &repo, &bundle)?;
    let when = g.when();
    repo.unbundle(g.cx.files_mut(), &bundle, when)?;
    list(g, &bundle, &given.operands[1..]);
    Ok(0)
}
