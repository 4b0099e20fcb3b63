//! `git branch`: the list.

use super::cli::{Answer, Git, Stop};
use super::for_each_ref::{shown_as, sorted_names};
use super::options::Given;
use super::range::commit;
use super::status_text::detached_at;
use super::tracking::tracking;
use git::{Head, ObjectId, Repo};

/// A line of the list.
struct Line {
    shown: String,
    color: &'static str,
    id: Option<ObjectId>,
    /// A local branch's name, for what it follows.
    local: Option<String>,
    current: bool,
    /// `origin/HEAD -> origin/main`.
    target: Option<String>,
    /// The other work tree that stands on it.
    elsewhere: Option<String>,
}

pub(crate) fn list(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let head = repo.head(g.files())?;
    let (all, remotes) = (given.has("all"), given.has("remotes"));
    let mut lines = Vec::new();
    if let (Head::Detached(id), false) = (&head, remotes) {
        let work = super::cli::Work { repo: repo.clone(), prefix: String::new() };
        let place = super::status_state::branch_place(g, repo).unwrap_or_else(|| {
            detached_at(g, &work, id)
                .map_or("(no branch)".into(), |(word, name)| format!("(HEAD detached {word} {name})"))
        });
        lines.push(Line {
            shown: place,
            color: "\x1b[32m",
            id: Some(*id),
            local: None,
            current: true,
            target: None,
            elsewhere: None,
        });
    }
    if !remotes {
        let found = repo.refs(g.files(), "refs/heads/").into_iter().collect();
        for (full, id) in sorted_names(g, repo, given, "branch.sort", found)? {
            let name = full.trim_start_matches("refs/heads/").to_string();
            let current = head.branch() == Some(name.as_str());
            let elsewhere = repo.used_elsewhere(g.files(), &full).map(|tree| tree.path).filter(|_| !current);
            let color = match (current, &elsewhere) {
                (true, _) => "\x1b[32m",
                (_, Some(_)) => "\x1b[36m",
                _ => "",
            };
            let shown = name.clone();
            lines.push(Line { shown, color, id: Some(id), local: Some(name), current, target: None, elsewhere });
        }
    }
    if all || remotes {
        let found = repo.refs(g.files(), "refs/remotes/").into_iter().collect();
        for (full, id) in sorted_names(g, repo, given, "branch.sort", found)? {
            let shown =
                if all { full.trim_start_matches("refs/").to_string() } else { git::shorten_ref(&full).to_string() };
            let target = repo.symbolic_target(g.files(), &full).map(|target| git::shorten_ref(&target).to_string());
            lines.push(Line {
                shown,
                color: "\x1b[31m",
                id: Some(id),
                local: None,
                current: false,
                target,
                elsewhere: None,
            });
        }
    }
    filter(g, repo, given, &mut lines)?;
    if !given.operands.is_empty() {
        lines.retain(|line| given.operands.iter().any(|pattern| git::wildmatch(pattern, &line.shown, true)));
    }
    let text = match given.value("format") {
        Some(format) => formatted(g, repo, given, format, &lines)?,
        None => print(g, repo, given, &lines)?,
    };
    g.out(text);
    Ok(0)
}

/// `--format`: each branch so.
#[inline(never)]
fn formatted(g: &Git<'_, '_>, repo: &Repo, given: &Given, format: &str, lines: &[Line]) -> Result<String, Stop> {
    let mut out = String::new();
    for line in lines {
        let Some(id) = line.id else { continue };
        let full = match &line.local {
            Some(name) => format!("refs/heads/{name}"),
            // The place is told instead of a name.
            None if line.current => {
                let format = format.replace("%(refname)", &line.shown).replace("%(refname:short)", &line.shown);
                out.push_str(&shown_as(g, repo, given, &format, "HEAD", id)?);
                out.push('\n');
                continue;
            }
            None => format!("refs/remotes/{}", line.shown.trim_start_matches("remotes/")),
        };
        out.push_str(&shown_as(g, repo, given, format, &full, id)?);
        out.push('\n');
    }
    Ok(out)
}

#[inline(never)]
fn filter(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, lines: &mut Vec<Line>) -> Result<(), Stop> {
    let mut named = |name: &str| -> Result<Option<ObjectId>, Stop> {
        if !given.has(name) {
            return Ok(None);
        }
        let text = given.value(name).unwrap_or("HEAD");
        match repo.try_resolve(g.files(), text)? {
            Some(id) => commit(repo, g, id).map(Some),
            None => {
                if name.ends_with("merged") {
                    return super::cli::fatal(format!("malformed object name {text}"));
                }
                let quote = if name == "points-at" { "'" } else { "" };
                g.err(format!("error: malformed object name {quote}{text}{quote}\n"));
                Err(Stop::Exit(129))
            }
        }
    };
    let (merged, unmerged, contains) = (named("merged")?, named("no-merged")?, named("contains")?);
    let (without, points_at) = (named("no-contains")?, named("points-at")?);
    let mut kept = Vec::new();
    for line in lines.drain(..) {
        let Some(id) = line.id else { continue };
        let within = |tip: &ObjectId| repo.is_ancestor(g.files(), &id, tip);
        let keep = merged.as_ref().map_or(Ok(true), within)?
            && !unmerged.as_ref().map_or(Ok(false), within)?
            && contains.as_ref().map_or(Ok(true), |commit| repo.is_ancestor(g.files(), commit, &id))?
            && !without.as_ref().map_or(Ok(false), |commit| repo.is_ancestor(g.files(), commit, &id))?
            && points_at.is_none_or(|wanted| wanted == id);
        if keep {
            kept.push(line);
        }
    }
    *lines = kept;
    Ok(())
}

fn print(g: &Git<'_, '_>, repo: &Repo, given: &Given, lines: &[Line]) -> Result<String, Stop> {
    let color = g.colored("branch", given.state("color").map(|_| given.value("color")));
    let paint = |code: &str, text: &str| if color { format!("{code}{text}\x1b[m") } else { text.to_string() };
    let verbose = given.count("verbose");
    let width = lines.iter().map(|line| line.shown.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for line in lines {
        let mark = match () {
            () if line.current => "* ",
            () if line.elsewhere.is_some() => "+ ",
            () => "  ",
        };
        let arrow = line.target.as_ref().map_or(String::new(), |target| format!(" -> {target}"));
        if verbose == 0 {
            out.push_str(&format!("{mark}{}{arrow}\n", paint(line.color, &line.shown)));
            continue;
        }
        let Some(id) = line.id else { continue };
        let name = paint(line.color, &format!("{:<width$}", line.shown));
        if !arrow.is_empty() {
            out.push_str(&format!("{mark}{name}{arrow}\n"));
            continue;
        }
        let commit = repo.read_commit(g.files(), &id)?;
        let mut follows = String::new();
        let place = match &line.elsewhere {
            Some(path) if verbose > 1 => ["(", &paint("\x1b[36m", path), ") "].concat(),
            _ => String::new(),
        };
        if let Some(local) = &line.local
            && let Some(tracking) = tracking(g, repo, local)?
        {
            let counts = match tracking.counts {
                None => "gone".to_string(),
                Some((0, 0)) => String::new(),
                Some((ahead, 0)) => format!("ahead {ahead}"),
                Some((0, behind)) => format!("behind {behind}"),
                Some((ahead, behind)) => format!("ahead {ahead}, behind {behind}"),
            };
            let upstream = paint("\x1b[34m", &tracking.short);
            follows = match (verbose, counts.is_empty()) {
                (1, true) => String::new(),
                (1, false) => format!("[{counts}] "),
                (_, true) => format!("[{upstream}] "),
                (_, false) => format!("[{upstream}: {counts}] "),
            };
        }
        out.push_str(&format!(
            "{mark}{name} {} {place}{follows}{}\n",
            repo.short_id(g.files(), &id, 7),
            commit.subject()
        ));
    }
    Ok(out)
}
