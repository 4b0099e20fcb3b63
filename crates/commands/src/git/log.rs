//! `git log`.

use super::cli::{Answer, Git, Stop, fatal};
use super::diff_out::{self, DiffOutput};
use super::log_format::{Decorate, Format, Style, names};
use super::log_graph::Graph;
use super::options::{Dialect, Given, Opt, Spec, flag, maybe, only, value};
use super::range::{Range, head_commit};
use super::show::changes_of;
use git::{Commit, CommitCache, DateFormat, ObjectId, Pathspec, Repo, When};
use order::OrdMap;

pub(crate) const FORMAT_ROWS: &[Opt] = &[
    only('\0', "oneline", "one line a commit"),
    value(
        '\0',
        "format",
        "format",
        "oneline, short, medium, full, fuller, reference, raw, or text with % placeholders",
    ),
    maybe('\0', "pretty", "format", "the same"),
    flag('\0', "abbrev-commit", "short ids"),
    maybe('\0', "decorate", "how", "names beside commits: short, full, auto, no"),
    value('\0', "date", "format", "iso, rfc, short, relative, unix, raw, default"),
    only('\0', "parents", "the ids of the parents too"),
];

/// Which commits are shown, and in which order.
pub(crate) const PICK_ROWS: &[Opt] = &[
    value('n', "max-count", "n", "so many commits"),
    value('#', "max-count", "n", "the same"),
    value('\0', "skip", "n", "not the first so many"),
    value('\0', "since", "date", "only younger ones"),
    value('\0', "after", "date", "the same"),
    value('\0', "until", "date", "only older ones"),
    value('\0', "before", "date", "the same"),
    value('\0', "author", "text", "only those of an author"),
    value('\0', "committer", "text", "only those of a committer"),
    value('\0', "grep", "text", "only those with these words in the message"),
    only('i', "regexp-ignore-case", "upper and lower case are the same"),
    only('\0', "all", "from every reference"),
    only('\0', "branches", "from every branch"),
    only('\0', "tags", "from every tag"),
    only('\0', "remotes", "from every remote branch"),
    only('\0', "reverse", "oldest first"),
    only('\0', "merges", "only merges"),
    only('\0', "no-merges", "no merges"),
    only('\0', "first-parent", "follow only the first parent of a merge"),
    only('\0', "topo-order", "no parent before its children"),
];

pub(crate) const SPEC: Spec = Spec {
    name: "log",
    usage: &["log [<options>] [<revision-range>] [[--] <path>...]"],
    options: &[
        PICK_ROWS,
        &[
            only('g', "walk-reflogs", "as a reference's log names them"),
            only('m', "", "show merges against each parent"),
            only('\0', "graph", "draw the lines of history"),
        ],
        FORMAT_ROWS,
        diff_out::ROWS,
    ],
    missing: MISSING,
    dialect: Dialect::Revisions,
};

pub(crate) const MISSING: &[&str] = &[
    "-a",
    "--text",
    "--date-order",
    "--follow",
    "-L",
    "--source",
    "--use-mailmap",
    "--mailmap",
    "--decorate-refs",
    "--decorate-refs-exclude",
    "--log-size",
    "--invert-grep",
    "--all-match",
    "-E",
    "--extended-regexp",
    "-F",
    "--fixed-strings",
    "-P",
    "--perl-regexp",
    "--grep-reflog",
    "--min-parents",
    "--max-parents",
    "--not",
    "--glob",
    "--exclude",
    "--reflog",
    "--merge",
    "--boundary",
    "--simplify-by-decoration",
    "--full-history",
    "--dense",
    "--sparse",
    "--simplify-merges",
    "--ancestry-path",
    "--author-date-order",
    "--no-walk",
    "--do-walk",
    "--cherry",
    "--cherry-pick",
    "--cherry-mark",
    "--left-right",
    "--left-only",
    "--right-only",
    "--children",
    "--notes",
    "--no-notes",
    "--show-signature",
    "--relative-date",
    "--encoding",
    "--expand-tabs",
    "--stdin",
    "--ignore-missing",
    "--bisect",
    "--show-linear-break",
    "--cc",
    "-c",
    "--diff-merges",
    "--remerge-diff",
    "-t",
    "--compact-summary",
    "--dirstat",
    "--word-diff",
    "--color-words",
    "--color-moved",
    "--check",
    "--binary",
    "-B",
    "-C",
    "--find-copies",
    "-O",
    "--relative",
    "--ignore-blank-lines",
    "-W",
    "--function-context",
    "--no-prefix",
    "--patience",
    "--histogram",
    "--minimal",
    "--diff-algorithm",
    "--output",
    "--clear-decorations",
];

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let output = DiffOutput::read(g, given, false)?;
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
    let style = style(g, &repo, given)?;
    if given.has("walk-reflogs") {
        let printer = Printer { style, output, spec, graph: None, shown: false };
        return super::log_reflog::run(g, &repo, given, printer);
    }
    let mut picked = pick_all(g, &repo, given, &range, &spec)?;
    if output.pickaxe.is_some() || output.filter.is_some() {
        picked = with_changes(g, &repo, &output, &spec, picked)?;
    }
    let picked = limited(given, picked)?;
    let mut printer = Printer { style, output, spec, graph: None, shown: false };
    if given.has("graph") {
        printer.graph = Some(Graph::new(printer.style.color));
    }
    for (id, parents) in picked {
        let text = printer.entry(g, &repo, &id, &parents, given.has("m") || given.has("first-parent"))?;
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
        if g.cx.stdout_is_terminal() {
            g.out("\n");
        }
    }
    Ok(0)
}

pub(crate) type Entries = Vec<(ObjectId, Vec<ObjectId>)>;

/// Those that change something of what is asked for.
fn with_changes(
    g: &Git<'_, '_>,
    repo: &Repo,
    output: &DiffOutput,
    spec: &Pathspec,
    picked: Entries,
) -> Result<Entries, Stop> {
    let mut kept = Vec::new();
    for (id, parents) in picked {
        let commit = repo.read_commit(g.files(), &id)?;
        if commit.parents.len() > 1 {
            continue;
        }
        let changes = changes_of(g, repo, &commit, spec)?;
        if !output.prepare(g, repo, changes)?.is_empty() {
            kept.push((id, parents));
        }
    }
    Ok(kept)
}

/// `--all`, `--branches`, `--tags`, `--remotes`.
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

pub(crate) fn style(g: &Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Style, Stop> {
    let settings = g.settings();
    let format = match given.last(&["oneline", "format", "pretty"]) {
        Some("oneline") => Format::Oneline,
        Some(name) => Format::parse(given.value(name).unwrap_or("medium"))?,
        None => settings.get("format.pretty").map_or(Ok(Format::Medium), |text| Format::parse(&text))?,
    };
    let date = match given.value("date").map(str::to_string).or(settings.get("log.date")) {
        None => DateFormat::Default,
        Some(name) => match DateFormat::parse(&name) {
            Some(date) => date,
            None => return fatal(format!("unknown date format {name}")),
        },
    };
    let terminal = g.cx.stdout_is_terminal();
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
        None => g.colored("diff", None),
    };
    let oneline_option = given.last(&["oneline", "format", "pretty"]) == Some("oneline");
    Ok(Style {
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
    })
}

fn number(given: &Given, name: &str) -> Result<Option<usize>, Stop> {
    let Some(text) = given.value(name) else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) => Ok(usize::try_from(number).ok()),
        Err(_) if name == "max-count" => fatal(format!("'{text}': not an integer")),
        Err(_) => fatal(format!("'{text}': not an integer")),
    }
}

/// Which commits are shown, in order, each with the parents that are followed.
fn pick_all(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    range: &Range,
    spec: &Pathspec,
) -> Result<Vec<(ObjectId, Vec<ObjectId>)>, Stop> {
    let files = g.files();
    let (from, hidden) = range.commits(g, repo)?;
    let mut order = repo.walk(files, &from, &hidden)?;
    let mut cache = CommitCache::new(repo, files);
    let mut parents: OrdMap<ObjectId, Vec<ObjectId>> = OrdMap::new();
    for id in &order {
        let mut all = cache.get(id)?.parents.clone();
        if given.has("first-parent") {
            all.truncate(1);
        }
        parents.insert(*id, all);
    }
    if given.has("first-parent") {
        order = only_reached(&order, &from, &parents);
    }
    if !spec.is_empty() {
        (order, parents) = touching(repo, g, &order, &parents, spec, &from)?;
    }
    if given.has("graph") || given.has("topo-order") {
        order = repo.topo_order(&order, &parents);
    }
    let mut kept = Vec::new();
    let filter = Filter::read(g, given)?;
    for id in order {
        if filter.keeps(cache.get(&id)?) {
            kept.push(id);
        }
    }
    Ok(kept.into_iter().map(|id| (id, parents.remove(&id).unwrap_or_default())).collect())
}

/// Not the first so many, then so many, and perhaps the other way round.
fn limited(given: &Given, kept: Entries) -> Result<Entries, Stop> {
    let skip = number(given, "skip")?.unwrap_or(0);
    let count = number(given, "max-count")?.unwrap_or(usize::MAX);
    let mut kept: Entries = kept.into_iter().skip(skip).take(count).collect();
    if given.has("reverse") {
        if given.has("graph") {
            return fatal("options '--reverse' and '--graph' cannot be used together");
        }
        kept.reverse();
    }
    Ok(kept)
}

pub(crate) fn pick(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    range: &Range,
    spec: &Pathspec,
) -> Result<Entries, Stop> {
    limited(given, pick_all(g, repo, given, range, spec)?)
}

/// Those that first parents lead to.
fn only_reached(order: &[ObjectId], from: &[ObjectId], parents: &OrdMap<ObjectId, Vec<ObjectId>>) -> Vec<ObjectId> {
    let mut reached: order::OrdSet<ObjectId> = from.iter().copied().collect();
    let mut kept = Vec::new();
    for id in order {
        if reached.contains(id) {
            kept.push(*id);
            reached.extend(parents.get(id).into_iter().flatten());
        }
    }
    kept
}

type Picked = (Vec<ObjectId>, OrdMap<ObjectId, Vec<ObjectId>>);

/// Leaves out commits that do not touch the paths: of a merge only the parent is followed that it equals there.
pub(crate) fn touching(
    repo: &Repo,
    g: &Git<'_, '_>,
    order: &[ObjectId],
    parents: &OrdMap<ObjectId, Vec<ObjectId>>,
    spec: &Pathspec,
    from: &[ObjectId],
) -> Result<Picked, Stop> {
    let files = g.files();
    let tree = |id: &ObjectId| -> Result<ObjectId, Stop> { Ok(repo.read_commit(files, id)?.tree) };
    let mut followed: OrdMap<ObjectId, Vec<ObjectId>> = OrdMap::new();
    let mut touches: OrdMap<ObjectId, bool> = OrdMap::new();
    for id in order {
        let (own, all) = (tree(id)?, &parents[id]);
        let mut same = None;
        for parent in all {
            let other = tree(parent)?;
            if repo.diff_trees(files, Some(&other), Some(&own), spec)?.is_empty() {
                same = Some(*parent);
                break;
            }
        }
        let empty_root = all.is_empty() && repo.diff_trees(files, None, Some(&own), spec)?.is_empty();
        touches.insert(*id, same.is_none() && !empty_root);
        followed.insert(*id, same.map_or_else(|| all.clone(), |same| vec![same]));
    }
    let order = only_reached(order, from, &followed);
    // A parent that is not shown is replaced by the nearest shown one before it.
    let shown = |mut id: ObjectId| loop {
        match touches.get(&id) {
            Some(true) | None => return Some(id),
            Some(false) => id = *followed[&id].first()?,
        }
    };
    let kept: Vec<ObjectId> = order.into_iter().filter(|id| touches[id]).collect();
    let parents =
        kept.iter().map(|id| (*id, followed[id].iter().filter_map(|parent| shown(*parent)).collect())).collect();
    Ok((kept, parents))
}

/// What else a commit must be.
struct Filter {
    since: Option<i64>,
    until: Option<i64>,
    author: Vec<String>,
    committer: Vec<String>,
    grep: Vec<String>,
    any_case: bool,
    merges: Option<bool>,
}

impl Filter {
    fn read(g: &Git<'_, '_>, given: &Given) -> Result<Self, Stop> {
        let now = g.when().secs;
        let date = |names: [&str; 2]| -> Option<i64> {
            let name = given.last(&names)?;
            given.value(name).and_then(|text| When::parse_approximate(text, now))
        };
        let texts = |name: &str| given.values(name).into_iter().map(str::to_string).collect();
        let merges = given.last(&["merges", "no-merges"]).map(|last| last == "merges");
        Ok(Self {
            since: date(["since", "after"]),
            until: date(["until", "before"]),
            author: texts("author"),
            committer: texts("committer"),
            grep: texts("grep"),
            any_case: given.has("regexp-ignore-case"),
            merges,
        })
    }

    /// Unlike git: `--author` and `--grep` take words as they stand, but for `^`, `$` and `.*`-free patterns.
    fn keeps(&self, commit: &Commit) -> bool {
        let matches = |words: &[String], text: &str| {
            words.is_empty() || words.iter().any(|word| text.lines().any(|line| found(word, line, self.any_case)))
        };
        let secs = commit.committer.when.secs;
        let who = |who: &git::Signature| format!("{} <{}>", who.name, who.email);
        self.since.is_none_or(|since| secs >= since)
            && self.until.is_none_or(|until| secs <= until)
            && self.merges.is_none_or(|merges| merges == (commit.parents.len() > 1))
            && matches(&self.author, &who(&commit.author))
            && matches(&self.committer, &who(&commit.committer))
            && matches(&self.grep, &commit.message)
    }
}

/// A regular expression of the small kind; text that is none is looked for as it stands.
fn found(pattern: &str, line: &str, any_case: bool) -> bool {
    let flags = if any_case { "(?i)" } else { "" };
    // In Git's basic expressions these stand for themselves.
    let basic: String =
        pattern.chars().map(|c| if "+?(){}|".contains(c) { format!("\\{c}") } else { c.to_string() }).collect();
    regex_lite::Regex::new(&format!("{flags}{basic}")).map_or(line.contains(pattern), |regex| regex.is_match(line))
}

/// Prints entries one after another.
pub(crate) struct Printer {
    pub style: Style,
    pub output: DiffOutput,
    spec: Pathspec,
    graph: Option<Graph>,
    shown: bool,
}

impl Printer {
    pub fn entry(
        &mut self,
        g: &Git<'_, '_>,
        repo: &Repo,
        id: &ObjectId,
        parents: &[ObjectId],
        merges: bool,
    ) -> Result<String, Stop> {
        let commit = repo.read_commit(g.files(), id)?;
        let mut out = String::new();
        if let Some(graph) = &mut self.graph {
            graph.update(*id, parents);
        }
        if self.shown && !self.style.format.terminates() {
            if let Some(graph) = &mut self.graph {
                out.push_str(&graph.padding());
            }
            out.push('\n');
        }
        self.shown = true;
        let text = self.style.entry(g, repo, id, &commit, "")?;
        self.with_graph(&mut out, &text);
        if !self.output.any() || (commit.parents.len() > 1 && !merges) {
            return Ok(out);
        }
        let changes = changes_of(g, repo, &commit, &self.spec)?;
        let changes = self.output.prepare(g, repo, changes)?;
        if changes.is_empty() {
            return Ok(out);
        }
        let mut body = String::new();
        if self.style.format != Format::Oneline {
            let dashes = self.output.stat && self.output.patch;
            if !text.ends_with('\n') {
                out.push('\n');
            }
            body.push_str(if dashes { "---\n" } else { "\n" });
        }
        body.push_str(&self.output.print(g, repo, &changes)?);
        match &mut self.graph {
            None => out.push_str(&body),
            Some(graph) => {
                for line in body.lines() {
                    out.push_str(&format!("{}{line}\n", graph.padding()));
                }
            }
        }
        Ok(out)
    }

    /// An entry's lines beside the rows of the drawing, and the rows that are left.
    fn with_graph(&mut self, out: &mut String, text: &str) {
        let Some(graph) = &mut self.graph else {
            out.push_str(text);
            return;
        };
        loop {
            let (row, is_commit) = graph.row('*');
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
