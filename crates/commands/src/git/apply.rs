//! `git apply`: a patch on the work tree, the index, or both.

use super::apply_stat;
use super::cli::{Answer, Git, Stop};
use super::options::{Dialect, Given, Spec, flag, value};
use git::{BadPatch, FilePatch, Index, Mode, Repo, parse_patches};
use order::OrdMap;
use vfs::join;

pub(crate) const SPEC: Spec = Spec {
    name: "apply",
    usage: &["apply [<options>] [<patch>...]"],
    options: &[&[
        flag('\0', "check", "only say whether it fits"),
        flag('\0', "index", "the index and the work tree"),
        flag('\0', "cached", "only the index"),
        flag('R', "reverse", "take it back"),
        flag('\0', "stat", "only a table"),
        flag('\0', "numstat", "only the table in numbers"),
        flag('\0', "summary", "only what is made, removed, renamed"),
        flag('\0', "apply", "apply it all the same"),
        value('p', "", "n", "so many folders of the names go (1)"),
        flag('v', "verbose", "say what is done"),
        flag('q', "quiet", "say nothing"),
        flag('\0', "allow-empty", "no patch is fine"),
        value('\0', "whitespace", "action", "what to do about blanks at line ends: warn, nowarn"),
    ]],
    missing: &[
        "-3",
        "--3way",
        "--reject",
        "--directory",
        "--exclude",
        "--include",
        "-C",
        "--unidiff-zero",
        "--recount",
        "--binary",
        "--allow-overlap",
        "--inaccurate-eof",
        "--ignore-space-change",
        "--ignore-whitespace",
        "-z",
        "--build-fake-ancestor",
        "--unsafe-paths",
        "--no-add",
        "-N",
        "--intent-to-add",
        "--ours",
        "--theirs",
        "--union",
        "--allow-binary-replacement",
    ],
    dialect: Dialect::Options,
};

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Onto {
    pub index: bool,
    pub work: bool,
}

/// The new state of each path; `None` where it goes.
pub(crate) type Results = OrdMap<String, Option<(Mode, Vec<u8>)>>;

/// So many complaints about blanks are printed of one patch.
const BLANKS_SHOWN: usize = 5;

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let inside = g.work().ok();
    let cached = given.has("cached");
    let onto = Onto { index: cached || given.has("index"), work: !cached };
    let (repo, prefix) = match inside {
        Some(work) => (work.repo, work.prefix),
        None if onto.index => {
            let option = if cached { "cached" } else { "index" };
            return super::cli::error(format!("'--{option}' outside a repository"));
        }
        None => (Repo { git_dir: String::new(), work_tree: Some(g.cwd.clone()), common: None }, String::new()),
    };
    let Ok(strip) = given.value("p").unwrap_or("1").parse::<usize>() else {
        return super::cli::error("option `p' expects a numerical value");
    };
    if let Some(action) = given.value("whitespace").filter(|action| !matches!(*action, "warn" | "nowarn")) {
        return super::cli::error(format!(
            "option `--whitespace={action}' is real Git, but not part of this sandbox yet"
        ));
    }
    let mut names = given.operands.clone();
    if names.is_empty() {
        names.push("-".into());
    }
    let mut code = 0;
    for name in names {
        let text = if name == "-" {
            let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
            text.into_bytes()
        } else {
            match g.files().read(&join(&g.cwd, &name)) {
                Ok(bytes) => bytes.into_owned(),
                Err(why) => {
                    g.err(format!("error: can't open patch '{name}': {why}\n"));
                    return Ok(128);
                }
            }
        };
        let shown = if name == "-" { "<stdin>" } else { name.as_str() };
        match one(g, &repo, &prefix, given, onto, strip, shown, &text)? {
            0 => {}
            128 => return Ok(128),
            other => code = other,
        }
    }
    Ok(code)
}

#[expect(clippy::too_many_arguments, reason = "one patch file with all that was asked for")]
#[inline(never)]
fn one(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    prefix: &str,
    given: &Given,
    onto: Onto,
    strip: usize,
    shown: &str,
    text: &[u8],
) -> Answer {
    let mut patches = match parse_patches(text, strip) {
        Ok(patches) => patches,
        Err(BadPatch(line)) => {
            g.err(format!("error: corrupt patch at line {line}\n"));
            return Ok(128);
        }
    };
    if patches.is_empty() {
        if given.has("allow-empty") {
            return Ok(0);
        }
        g.err("error: No valid patches in input (allow with \"--allow-empty\")\n");
        return Ok(128);
    }
    if given.has("reverse") {
        patches = patches.iter().rev().map(FilePatch::reversed).collect();
    }
    let below = format!("{prefix}/");
    patches.retain(|patch| prefix.is_empty() || patch.name().starts_with(&below));
    let tells = given.has("stat") || given.has("numstat") || given.has("summary");
    if !tells || given.has("apply") || given.has("check") {
        let warns = (!given.has("check") || given.has("apply"))
            && !given.has("reverse")
            && given.value("whitespace") != Some("nowarn");
        let blanks = if warns { blanks(g, shown, &patches) } else { 0 };
        let Some(results) = check(g, repo, &patches, onto, given.has("verbose"))? else { return Ok(1) };
        if !given.has("check") {
            super::apply_write::write(g, repo, &results, onto)?;
            for patch in patches.iter().filter(|_| given.has("verbose")) {
                g.err(format!("Applied patch {} cleanly.\n", label(patch)));
            }
        }
        if blanks > BLANKS_SHOWN {
            let more = blanks - BLANKS_SHOWN;
            g.err(format!("warning: squelched {more} whitespace error{}\n", if more == 1 { "" } else { "s" }));
        }
        match blanks {
            0 => {}
            1 => g.err("warning: 1 line adds whitespace errors.\n"),
            more => g.err(format!("warning: {more} lines add whitespace errors.\n")),
        }
    }
    if given.has("stat") {
        g.out(apply_stat::stat(&patches));
    }
    if given.has("numstat") {
        for patch in &patches {
            let (added, gone) = patch.counts();
            let counts = if patch.binary { "-\t-".to_string() } else { format!("{added}\t{gone}") };
            g.out(format!("{counts}\t{}\n", git::quoted_path("", patch.name())));
        }
    }
    if given.has("summary") {
        let lines: String = patches.iter().filter_map(apply_stat::summary).collect();
        g.out(lines);
    }
    Ok(0)
}

/// `a => c`, or the name alone.
fn label(patch: &FilePatch) -> String {
    match (&patch.old_path, &patch.path) {
        (Some(old), Some(new)) if old != new => format!("{old} => {new}"),
        _ => patch.name().to_string(),
    }
}

/// Complains about blanks at the ends of new lines.
fn blanks(g: &mut Git<'_, '_>, shown: &str, patches: &[FilePatch]) -> usize {
    let mut count = 0;
    for hunk in patches.iter().flat_map(|patch| &patch.hunks) {
        for (n, (_, line)) in hunk.lines.iter().enumerate().filter(|(_, (sign, _))| *sign == b'+') {
            let text = String::from_utf8_lossy(line);
            let body = text.strip_suffix('\n').unwrap_or(&text);
            let indent = &body[..body.len() - body.trim_start_matches([' ', '\t']).len()];
            let why = match (body.ends_with([' ', '\t', '\r']), indent.contains(" \t")) {
                (true, true) => "trailing whitespace, space before tab in indent.",
                (true, false) => "trailing whitespace.",
                (false, true) => "space before tab in indent.",
                (false, false) => continue,
            };
            count += 1;
            if count <= BLANKS_SHOWN {
                g.err(format!("{shown}:{}: {why}\n{body}\n", hunk.at + n));
            }
        }
    }
    count
}

/// What comes of the patches; `None` where one does not fit, which is said.
#[inline(never)]
pub(crate) fn check(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    patches: &[FilePatch],
    onto: Onto,
    verbose: bool,
) -> Result<Option<Results>, Stop> {
    let index = if onto.index { repo.read_index(g.files())? } else { Index::default() };
    let mut results = Results::new();
    let mut good = true;
    for patch in patches {
        if verbose {
            g.err(format!("Checking patch {}...\n", label(patch)));
        }
        if let Err(text) = add_result(g, repo, &index, patch, onto, &mut results, verbose)? {
            g.err(text);
            good = false;
        }
    }
    Ok(good.then_some(results))
}

/// The same without a word.
#[inline(never)]
pub(crate) fn check_quietly(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    patches: &[FilePatch],
    onto: Onto,
) -> Result<Option<Results>, Stop> {
    let index = repo.read_index(g.files())?;
    let mut results = Results::new();
    for patch in patches {
        if add_result(g, repo, &index, patch, onto, &mut results, false)?.is_err() {
            return Ok(None);
        }
    }
    Ok(Some(results))
}

/// Adds what comes of one patch, or says why nothing does.
#[inline(never)]
fn add_result(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    patch: &FilePatch,
    onto: Onto,
    results: &mut Results,
    verbose: bool,
) -> Result<Result<(), String>, Stop> {
    let new = match file(g, repo, index, patch, onto, results, verbose)? {
        Ok(new) => new,
        Err(text) => return Ok(Err(text)),
    };
    if let Some(old) = patch.old_path.as_ref().filter(|_| !patch.copied) {
        results.insert(old.clone(), None);
    }
    if let (Some(path), Some(new)) = (&patch.path, new) {
        results.insert(path.clone(), Some(new));
    }
    Ok(Ok(()))
}

type Content = Option<(Mode, Vec<u8>)>;

/// A path as it is before the patch, or why it cannot be had.
#[inline(never)]
fn before(
    g: &Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    path: &str,
    onto: Onto,
) -> Result<Result<(Mode, Vec<u8>), String>, Stop> {
    let there = repo.work_file(g.files(), path, None, 0)?;
    if !onto.index {
        return Ok(match there {
            Some(file) => Ok((file.mode, repo.work_bytes(g.files(), path)?)),
            None => Err(format!("error: {path}: No such file or directory\n")),
        });
    }
    let Some(entry) = index.get(path, 0) else { return Ok(Err(format!("error: {path}: does not exist in index\n"))) };
    if onto.work && there.is_some_and(|file| (file.mode, file.id) != (entry.mode, entry.id)) {
        return Ok(Err(format!("error: {path}: does not match index\n")));
    }
    Ok(Ok((entry.mode, repo.read_blob(g.files(), &entry.id)?.data().to_vec())))
}

#[inline(never)]
fn file(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    patch: &FilePatch,
    onto: Onto,
    results: &Results,
    verbose: bool,
) -> Result<Result<Content, String>, Stop> {
    let (mode, old) = match &patch.old_path {
        None => (Mode::FILE, Vec::new()),
        Some(path) => match results.get(path) {
            Some(Some(known)) => known.clone(),
            Some(None) => return Ok(Err(format!("error: path {path} has been renamed/deleted\n"))),
            None => match before(g, repo, index, path, onto)? {
                Ok(known) => known,
                Err(text) => return Ok(Err(text)),
            },
        },
    };
    if let Some(path) = patch.path.as_ref().filter(|path| patch.old_path.as_ref() != Some(*path)) {
        let freed = matches!(results.get(path), Some(None));
        if onto.index && index.get(path, 0).is_some_and(|entry| !entry.intent_to_add) && !freed {
            return Ok(Err(format!("error: {path}: already exists in index\n")));
        }
        if onto.work && g.files().lstat(&repo.work_path(path)?).is_ok() && !freed {
            return Ok(Err(format!("error: {path}: already exists in working directory\n")));
        }
    }
    let name = patch.old_path.as_deref().unwrap_or_else(|| patch.name());
    if patch.binary {
        return Ok(Err(format!(
            "error: cannot apply binary patch to '{name}' without full index line\nerror: {name}: patch does not apply\n"
        )));
    }
    let (new, places) = match patch.apply(&old) {
        Ok(done) => done,
        Err(n) => {
            let line = patch.hunks.get(n).map_or(0, |hunk| hunk.old_start);
            if let Some(hunk) = patch.hunks.get(n).filter(|_| verbose) {
                let sought: Vec<u8> =
                    hunk.lines.iter().filter(|(sign, _)| *sign != b'+').flat_map(|(_, line)| line.clone()).collect();
                g.err(format!("error: while searching for:\n{}\n", String::from_utf8_lossy(&sought)));
            }
            return Ok(Err(format!("error: patch failed: {name}:{line}\nerror: {name}: patch does not apply\n")));
        }
    };
    for (n, (at, hunk)) in places.iter().zip(&patch.hunks).enumerate().filter(|_| verbose) {
        let offset = at.abs_diff(hunk.new_start.max(1));
        if offset > 0 {
            let sign = if *at < hunk.new_start { "-" } else { "" };
            let s = if offset == 1 { "" } else { "s" };
            g.err(format!("Hunk #{} succeeded at {at} (offset {sign}{offset} line{s}).\n", n + 1));
        }
    }
    if patch.path.is_none() {
        if !new.is_empty() {
            return Ok(Err(format!(
                "error: removal patch leaves file contents\nerror: {name}: patch does not apply\n"
            )));
        }
        return Ok(Ok(None));
    }
    Ok(Ok(Some((patch.mode.unwrap_or(mode), new))))
}
