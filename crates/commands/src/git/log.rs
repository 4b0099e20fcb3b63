//! `git log`.

use super::cli::{Answer, Git, Stop, fatal};
use super::combined::{Bodies, Merges};
use super::diff_out::{self, DiffOutput};
use super::log_format::{Decorate, Format, Style, names};
use super::log_graph::Graph;
use super::log_pick::{limited, pick_all};
use super::log_sides::Sides;
use super::options::Given;
use super::range::{Range, head_commit};
use super::show::changes_of;
use git::{DateFormat, Lineage, ObjectId, Pathspec, Repo};
use order::OrdMap;
use std::cell::Cell;

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let output = DiffOutput::read(g, given, Merges::patches(given))?;
    let merges = Merges::read(given, Merges::Off)?;
    let mut range = Range::read(g, &repo, &given.operands, given.dashes_at)?;
    add_references(g, &repo, given, &mut range)?;
    let asked_all = ["all", "branches", "tags", "remotes"].iter().any(|name| given.has(name));
    if range.from.is_empty() && !asked_all {
        range.from.push(("HEAD".into(), head_commit(g, &repo)?));
    }
    let spec = match repo.work_tree {
        Some(_) => g.pathspec(&g.work()?, &range.paths)?,
        None => Pathspec::literal(&range.paths),
    };
    let mut style = style(g, &repo, given)?;
    style.sides = Sides::read(g, &repo, given, &range)?;
    super::notes_show::warn(g, &repo, given);
    if given.has("walk-reflogs") {
        let printer = Printer { style, output, spec, followed: None, graph: None, shown: false };
        return super::log_reflog::run(g, &repo, given, printer);
    }
    if given.count("L") > 0 {
        let printer = Printer { style, output, spec, followed: None, graph: None, shown: false };
        return super::log_lines::run(g, &repo, given, &range, printer);
    }
    let mut changes = None;
    let mut picked = if given.has("follow") {
        if range.paths.len() != 1 {
            return fatal("--follow requires exactly one pathspec");
        }
        let all = pick_all(g, &repo, given, &range, &Pathspec::default())?;
        let path = vfs::join(&format!("/{}", g.work()?.prefix), &range.paths[0]);
        let (kept, found) = super::log_follow::followed(g, &repo, path.trim_start_matches('/'), all)?;
        changes = Some(found);
        kept
    } else {
        pick_all(g, &repo, given, &range, &spec)?
    };
    if given.has("graph") {
        // Lines lead only to commits that the range has.
        let known: order::OrdSet<ObjectId> = picked.iter().map(|(id, _)| *id).collect();
        picked.iter_mut().for_each(|(_, line)| line.parents.retain(|parent| known.contains(parent)));
    }
    if changes.is_none() && (output.pickaxe.is_some() || output.filter.is_some()) {
        picked = with_changes(g, &repo, &output, &spec, picked)?;
    }
    let picked = limited(given, picked)?;
    let mut printer = Printer { style, output, spec, followed: changes, graph: None, shown: false };
    if given.has("graph") {
        printer.graph = Some(Graph::new(printer.style.color));
    }
    for (id, line) in picked {
        let text = printer.entry(g, &repo, &id, &line, merges)?;
        g.out(text);
        if g.cx.stdout_is_full() {
            // A reader that went away early ends this command at its next write.
            continue;
        }
    }
    if printer.shown
        && !printer.style.format.terminates()
        && matches!(printer.style.format, Format::User { .. })
        && !printer.output.any()
    {
        // `format:` separates entries; the last line still ends on a terminal, as the pager would show it.
        if g.out_is_terminal() {
            g.out("\n");
        }
    }
    Ok(0)
}

/// Commits in the order in which they are shown, each with the parents that are followed.
pub(crate) type Entries = Vec<(ObjectId, Lineage)>;

/// Those that change something of what is asked for.
#[inline(never)]
fn with_changes(
    g: &Git<'_, '_>,
    repo: &Repo,
    output: &DiffOutput,
    spec: &Pathspec,
    picked: Entries,
) -> Result<Entries, Stop> {
    let mut kept = Vec::new();
    for (id, line) in picked {
        let commit = line.commit(&id)?;
        if commit.parents.len() > 1 {
            continue;
        }
        let changes = changes_of(g, repo, &commit, spec)?;
        if !output.prepare(g, repo, changes)?.is_empty() {
            kept.push((id, line));
        }
    }
    Ok(kept)
}

/// `--all`, `--branches`, `--tags`, `--remotes`.
#[inline(never)]
pub(crate) fn add_references(g: &Git<'_, '_>, repo: &Repo, given: &Given, range: &mut Range) -> Result<(), Stop> {
    let kinds = [("all", "refs/"), ("branches", "refs/heads/"), ("tags", "refs/tags/"), ("remotes", "refs/remotes/")];
    for (option, prefix) in kinds.iter().filter(|(option, _)| given.has(option)) {
        for (name, id) in repo.refs(g.files(), prefix) {
            if repo.peel(g.files(), id, git::Kind::Commit)?.is_some() {
                range.from.push((name, id));
            }
        }
        if *option == "all"
            && let Some(id) = repo.head(g.files())?.id()
        {
            range.from.push(("HEAD".into(), id));
        }
    }
    Ok(())
}

#[inline(never)]
pub(crate) fn style(g: &Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Style, Stop> {
    let settings = g.settings();
    let format = match given.last(&["oneline", "format", "pretty"]) {
        Some("oneline") => Format::Oneline,
        Some(name) => Format::parse(given.value(name).unwrap_or("medium"))?,
        None => settings.get("format.pretty").map_or(Ok(Format::Medium), |text| Format::parse(&text))?,
    };
    let asked = match given.last(&["date", "relative-date"]) {
        Some("relative-date") => Some("relative".to_string()),
        _ => given.value("date").map(str::to_string),
    };
    let date = match asked.or(settings.get("log.date")) {
        None => DateFormat::Default,
        Some(name) => match DateFormat::parse(&name) {
            Some(date) => date,
            None => return fatal(format!("unknown date format {name}")),
        },
    };
    let terminal = g.out_is_terminal();
    let auto = if terminal { Decorate::Short } else { Decorate::No };
    let word = match given.state("decorate") {
        Some(false) => "no".to_string(),
        Some(true) => given.value("decorate").unwrap_or("short").to_string(),
        None => settings.get("log.decorate").unwrap_or("auto".into()),
    };
    let decorate = match word.as_str() {
        "short" | "yes" | "true" => Decorate::Short,
        "full" => Decorate::Full,
        "auto" => auto,
        "no" | "false" => Decorate::No,
        other => return fatal(format!("invalid --decorate option: {other}")),
    };
    let color = match given.last(&["color", "no-color"]) {
        Some("no-color") => false,
        Some(_) => g.colored("diff", Some(given.value("color"))),
        None => g.colored("diff", None) || diff_out::words_by_color(given),
    };
    let oneline_option = given.last(&["oneline", "format", "pretty"]) == Some("oneline");
    let named = given.last(&["oneline", "format", "pretty"]).is_some();
    let asks = matches!(&format, Format::User { text, .. } if text.contains("%N"));
    let notes = super::notes_show::shown(g, repo, given, !named || asks)?;
    Ok(Style {
        notes,
        abbrev: given
            .state("abbrev-commit")
            .unwrap_or(oneline_option || settings.get_bool("log.abbrevcommit") == Some(true)),
        format,
        date,
        color,
        decorate,
        names: names(g, repo)?,
        now: g.when().secs,
        show_parents: given.has("parents"),
        nul: given.has("z"),
        sides: Sides::default(),
        from: Cell::default(),
        digits: given.value("abbrev").and_then(|text| text.parse().ok()).map_or(7, |digits: usize| digits.clamp(4, 40)),
    })
}

/// Prints entries one after another.
pub(crate) struct Printer {
    pub style: Style,
    pub output: DiffOutput,
    spec: Pathspec,
    /// `--follow`: what each commit did to the file.
    followed: Option<OrdMap<ObjectId, git::Change>>,
    graph: Option<Graph>,
    shown: bool,
}

impl Printer {
    #[inline(never)]
    pub fn entry(
        &mut self,
        g: &Git<'_, '_>,
        repo: &Repo,
        id: &ObjectId,
        line: &Lineage,
        merges: Merges,
    ) -> Result<String, Stop> {
        let commit = line.commit(id)?;
        let mut out = String::new();
        if let Some(graph) = &mut self.graph {
            graph.update(*id, &line.parents);
        }
        let bodies = self.bodies(g, repo, id, &commit, merges)?;
        let merged = commit.parents.len() > 1 && matches!(merges, Merges::Combined | Merges::Dense);
        let dashes = self.output.stat && self.output.patch && self.style.format != Format::Email && !merged;
        let shows = bodies.is_some();
        for (number, (from, body)) in bodies.unwrap_or_else(|| vec![(None, String::new())]).into_iter().enumerate() {
            if self.shown && !self.style.format.terminates() {
                if let Some(graph) = &mut self.graph {
                    out.push_str(&graph.padding());
                }
                out.push_str(self.style.end());
            }
            self.shown = true;
            let mark = match (self.style.sides.mark(id), &self.graph) {
                ("", _) | (_, Some(_)) => String::new(),
                (mark, None) => [mark, " "].concat(),
            };
            self.style.from.set(from);
            let text = self.style.entry(g, repo, id, &commit, &mark)?;
            self.style.from.set(None);
            match &mut self.graph {
                Some(graph) if number > 0 => {
                    let lines: Vec<String> = text.lines().map(|line| [&graph.padding(), line].concat()).collect();
                    out.push_str(&lines.join("\n"));
                    out.push_str(if text.ends_with('\n') { "\n" } else { "" });
                }
                _ => self.with_graph(&mut out, id, &text),
            }
            if !shows {
                continue;
            }
            let mut below = String::new();
            if self.style.format != Format::Oneline {
                if !text.ends_with(['\n', '\0']) {
                    out.push('\n');
                }
                below.push_str(if dashes { "---\n" } else { "\n" });
            }
            below.push_str(&body);
            match &mut self.graph {
                None => out.push_str(&below),
                Some(graph) => {
                    for line in below.lines() {
                        out.push_str(&format!("{}{line}\n", graph.padding()));
                    }
                }
            }
        }
        Ok(out)
    }

    /// What stands below an entry, once or once for each parent; `None`: not even an empty line.
    #[inline(never)]
    fn bodies(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        id: &ObjectId,
        commit: &git::Commit,
        merges: Merges,
    ) -> Result<Option<Bodies>, Stop> {
        Ok(match (&self.followed, self.output.any()) {
            (_, false) => None,
            (None, true) => merges.bodies(g, repo, &self.output, &self.spec, commit)?,
            (Some(_), true) if commit.parents.len() > 1 && merges == Merges::Off => None,
            (Some(all), true) => {
                let changes = self.output.prepare(g, repo, all.get(id).cloned().into_iter().collect())?;
                (!changes.is_empty()).then_some(vec![(None, self.output.print(g, repo, &changes)?)])
            }
        })
    }

    /// An entry's lines beside the rows of the drawing, and the rows that are left.
    #[inline(never)]
    fn with_graph(&mut self, out: &mut String, id: &ObjectId, text: &str) {
        let sign = self.style.sides.mark(id).chars().next().unwrap_or('*');
        let Some(graph) = &mut self.graph else {
            out.push_str(text);
            return;
        };
        loop {
            let (row, is_commit) = graph.row(sign);
            out.push_str(&row);
            if is_commit {
                break;
            }
            out.push('\n');
        }
        let ended = text.ends_with('\n');
        let mut lines = text.lines();
        out.push_str(lines.next().unwrap_or_default());
        for line in lines {
            out.push_str(&format!("\n{}{line}", graph.row('*').0));
        }
        while !graph.finished() {
            out.push_str(&format!("\n{}", graph.row('*').0));
        }
        if ended {
            out.push('\n');
        }
    }
}
