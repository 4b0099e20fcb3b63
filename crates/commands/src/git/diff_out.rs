//! The options that `diff`, `log` and `show` share, and the printing of changes by them.

use super::cli::{Git, Stop, error, fatal};
use super::options::{Given, Opt, maybe, only, value};
use git::{Blanks, Change, ChangeKind, DiffColors, FileStat, PatchOptions, Repo, Words, find_renames};
use shell::regex::{Syntax, build};

pub(crate) const ROWS: &[Opt] = &[
    only('p', "patch", "print the changes (default of diff)"),
    only('u', "", ""),
    only('s', "no-patch", "print no changes"),
    value('U', "unified", "n", "so many lines around a change"),
    only('W', "function-context", "whole functions around a change"),
    maybe('\0', "stat", "width", "a table of how much changed"),
    only('\0', "numstat", "the table in numbers"),
    only('\0', "shortstat", "only the last line of the table"),
    only('\0', "summary", "what was made, removed, renamed"),
    only('\0', "raw", "modes, ids and letters"),
    only('\0', "patch-with-stat", "the table, and the changes"),
    only('\0', "patch-with-raw", "modes, ids and letters, and the changes"),
    only('z', "", "a NUL behind each name"),
    only('\0', "quiet", "only the exit code"),
    value('\0', "abbrev", "n", "so many digits in --raw"),
    only('\0', "name-only", "only the names"),
    only('\0', "name-status", "the names with a letter each"),
    maybe('M', "find-renames", "n", "pair removed and added files that are similar (default)"),
    only('\0', "no-renames", "do not"),
    only('\0', "full-index", "ids in full"),
    maybe('\0', "color", "when", "colour: always, never or auto"),
    only('\0', "no-color", "no colour"),
    maybe('\0', "word-diff", "mode", "changed words: plain, color, porcelain, none"),
    maybe('\0', "color-words", "regex", "changed words, by colour"),
    only('\0', "exit-code", "end with 1 where something differs"),
    value('\0', "diff-filter", "letters", "only changes of these kinds"),
    only('R', "", "the other way round"),
    only('\0', "no-prefix", "names without a/ and b/"),
    only('\0', "default-prefix", "names with a/ and b/, whatever is configured"),
    only('w', "ignore-all-space", "blanks do not count"),
    only('b', "ignore-space-change", "how many blanks does not count"),
    only('\0', "ignore-space-at-eol", "blanks at the ends of lines do not count"),
    value('S', "", "text", "only files in which this stands more or less often"),
    value('G', "", "pattern", "only files with a changed line that matches"),
    only('\0', "pickaxe-regex", "what -S looks for is an expression"),
    only('\0', "pickaxe-all", "with -S or -G: all files of such a commit"),
];

/// What is printed of the changes, and how.
#[derive(Debug, Clone)]
pub(crate) struct DiffOutput {
    pub patch: bool,
    pub stat: bool,
    pub numstat: bool,
    pub shortstat: bool,
    pub summary: bool,
    pub name_only: bool,
    pub name_status: bool,
    /// Digits of the ids.
    pub raw: Option<usize>,
    /// A NUL behind each name, and names as they are.
    pub nul: bool,
    pub renames: bool,
    pub reverse: bool,
    pub options: PatchOptions,
    pub width: usize,
    pub filter: Option<String>,
    /// `-S` and `-G`.
    pub pickaxe: Option<Pickaxe>,
}

/// What a change has to have in it.
#[derive(Debug, Clone)]
pub(crate) struct Pickaxe {
    regex: regex_lite::Regex,
    /// `-S`: how often it stands there has to differ; else a changed line has to match.
    counts: bool,
    all: bool,
}

impl Pickaxe {
    fn read(given: &Given) -> Result<Option<Self>, Stop> {
        let (text, counts) = match (given.value("S"), given.value("G")) {
            (Some(text), _) => (text, true),
            (None, Some(text)) => (text, false),
            _ => return Ok(None),
        };
        let plain = counts && !given.has("pickaxe-regex");
        let syntax = if plain { Syntax::Fixed } else { Syntax::Extended };
        match build(text, syntax, given.has("regexp-ignore-case")) {
            Ok(regex) => Ok(Some(Self { regex, counts, all: given.has("pickaxe-all") })),
            Err(why) => fatal(format!("invalid regex: {why}")),
        }
    }

    #[inline(never)]
    fn hits(&self, g: &Git<'_, '_>, repo: &Repo, change: &Change) -> Result<bool, Stop> {
        let side = |path: &str, side: Option<&git::Side>| repo.side_bytes(g.files(), path, side);
        let (old, new) = (side(&change.old_path, change.old.as_ref())?, side(&change.path, change.new.as_ref())?);
        if self.counts {
            let count = |bytes: &[u8]| self.regex.find_iter(&String::from_utf8_lossy(bytes)).count();
            return Ok(count(&old) != count(&new));
        }
        let (a, b) = (git::split_lines(&old), git::split_lines(&new));
        let matches = |line: &&[u8]| self.regex.is_match(String::from_utf8_lossy(line).trim_end_matches('\n'));
        let changed = git::diff_lines(&a, &b);
        Ok(changed
            .iter()
            .any(|hunk| a[hunk.old.clone()].iter().any(matches) || b[hunk.new.clone()].iter().any(matches)))
    }

    /// Keeps what has it.
    fn keep(&self, g: &Git<'_, '_>, repo: &Repo, changes: Vec<Change>) -> Result<Vec<Change>, Stop> {
        let mut kept = Vec::new();
        for change in &changes {
            if self.hits(g, repo, change)? {
                kept.push(change.clone());
            }
        }
        Ok(if self.all && !kept.is_empty() { changes } else { kept })
    }
}

impl DiffOutput {
    pub fn read(g: &Git<'_, '_>, given: &Given, patch_by_default: bool) -> Result<Self, Stop> {
        if let Some(value) = given.value("find-renames") {
            return error(format!("option `--find-renames={value}' is real Git, but not part of this sandbox yet"));
        }
        let context = match given.value("unified").map(str::parse) {
            None => 3,
            Some(Ok(context)) => context,
            Some(Err(_)) => return fatal("--unified expects a numerical value"),
        };
        let color = match given.last(&["color", "no-color"]) {
            Some("no-color") => false,
            Some(_) => g.colored("diff", Some(given.value("color"))),
            None => g.colored("diff", None),
        };
        let words = words(given)?;
        let color = color || words_by_color(given);
        let width = given.value("stat").and_then(|text| text.split(',').next()?.parse().ok());
        let mut output = Self {
            patch: ["patch", "u", "patch-with-stat", "patch-with-raw"].iter().any(|name| given.has(name))
                || given.value("unified").is_some(),
            stat: given.has("stat") || given.has("patch-with-stat"),
            numstat: given.has("numstat"),
            shortstat: given.has("shortstat"),
            summary: given.has("summary"),
            name_only: given.has("name-only"),
            name_status: given.has("name-status"),
            raw: (given.has("raw") || given.has("patch-with-raw"))
                .then(|| given.value("abbrev").and_then(|text| text.parse().ok()).unwrap_or(7)),
            nul: given.has("z"),
            renames: given.last(&["find-renames", "no-renames"]) != Some("no-renames")
                && g.settings().get_bool("diff.renames") != Some(false),
            reverse: given.has("R"),
            options: PatchOptions {
                context,
                functions: given.has("function-context"),
                colors: if color { DiffColors::TERMINAL } else { DiffColors::NONE },
                full_ids: given.has("full-index"),
                blanks: match given.last(&["ignore-all-space", "ignore-space-change", "ignore-space-at-eol"]) {
                    Some("ignore-all-space") => Blanks::None,
                    Some("ignore-space-change") => Blanks::Amount,
                    Some(_) => Blanks::NotAtEnd,
                    None => Blanks::All,
                },
                words,
                prefixes: prefixes(g, given),
                driver: git::Driver::Plain,
            },
            width: width.unwrap_or_else(|| g.columns()),
            filter: given.value("diff-filter").map(str::to_string),
            pickaxe: Pickaxe::read(given)?,
        };
        if output.patch && given.value("abbrev").is_some() && !given.has("full-index") {
            return error("option `--abbrev' of a patch is real Git, but not part of this sandbox yet");
        }
        if output.name_only && output.name_status {
            return fatal("options '--name-only' and '--name-status' cannot be used together");
        }
        if given.has("no-patch") {
            output.patch = false;
        } else if !output.any() {
            output.patch = patch_by_default;
        }
        Ok(output)
    }

    /// Whether anything at all is printed of the changes.
    pub fn any(&self) -> bool {
        self.patch || self.table() || self.summary || self.name_only || self.name_status || self.raw.is_some()
    }

    /// The tables and the summary alone, where any are asked for.
    pub fn tables_only(&self) -> Option<Self> {
        let none = Self { patch: false, name_only: false, name_status: false, raw: None, ..self.clone() };
        (self.table() || self.summary).then_some(none)
    }

    fn table(&self) -> bool {
        self.stat || self.numstat || self.shortstat
    }

    /// Pairs renames, turns changes round, keeps the wanted kinds.
    pub fn prepare(&self, g: &Git<'_, '_>, repo: &Repo, changes: Vec<Change>) -> Result<Vec<Change>, Stop> {
        let mut changes = if self.reverse { changes.into_iter().filter_map(turned).collect() } else { changes };
        if self.renames {
            changes = find_renames(repo, g.files(), changes)?;
        }
        if let Some(pickaxe) = &self.pickaxe {
            changes = pickaxe.keep(g, repo, changes)?;
        }
        if let Some(filter) = &self.filter {
            let wanted: String = filter.chars().filter(char::is_ascii_uppercase).collect();
            let unwanted = filter.to_ascii_uppercase();
            changes.retain(|change| {
                let letter = change.kind.letter();
                let refused = filter.contains(letter.to_ascii_lowercase()) && unwanted.contains(letter);
                (wanted.is_empty() || wanted.contains(letter)) && !refused
            });
        }
        Ok(changes)
    }

    /// Everything that is printed of these changes.
    pub fn print(&self, g: &Git<'_, '_>, repo: &Repo, changes: &[Change]) -> Result<String, Stop> {
        let mut out = String::new();
        for change in changes.iter().filter(|_| self.name_only || self.name_status) {
            out.push_str(&self.name_line(change));
        }
        if let Some(length) = self.raw {
            for change in changes {
                out.push_str(&self.raw_line(g, repo, change, length));
            }
        }
        if self.table() && !changes.is_empty() {
            let stats: Vec<FileStat> = changes
                .iter()
                .map(|change| FileStat::with(repo, g.files(), change, self.options.blanks))
                .collect::<git::Result<_>>()?;
            if self.numstat {
                for stat in &stats {
                    let number = |n: usize| if stat.binary { "-".to_string() } else { n.to_string() };
                    out.push_str(&format!("{}\t{}\t{}\n", number(stat.added), number(stat.deleted), stat.name));
                }
            }
            if self.stat {
                out.push_str(&git::stat_table(&stats, self.width, &self.options.colors));
            }
            if self.stat || self.shortstat {
                out.push_str(&git::shortstat(&stats));
            }
        }
        if self.summary {
            out.extend(changes.iter().filter_map(git::summary_line));
        }
        if self.patch {
            if !out.is_empty() {
                out.push('\n');
            }
            for change in changes {
                out.push_str(&git::patch(repo, g.files(), change, &self.options)?);
            }
        }
        Ok(out)
    }

    #[inline(never)]
    fn raw_line(&self, g: &Git<'_, '_>, repo: &Repo, change: &Change, length: usize) -> String {
        let mode = |side: &Option<git::Side>| side.map_or("000000".to_string(), |side| side.mode.to_string());
        let id = |side: &Option<git::Side>| match side {
            // What only the work tree holds has no id yet.
            Some(side) if side.source == git::Source::Store && length < 40 => {
                repo.short_id(g.files(), &side.id, length)
            }
            Some(side) if side.source == git::Source::Store => side.id.to_string(),
            _ => "0".repeat(length),
        };
        let head = format!(":{} {} {} {} ", mode(&change.old), mode(&change.new), id(&change.old), id(&change.new));
        head + &self.name_status_line(change)
    }

    fn name_line(&self, change: &Change) -> String {
        if self.name_only {
            return if self.nul {
                format!("{}\0", change.path)
            } else {
                format!("{}\n", git::quoted_path("", &change.path))
            };
        }
        self.name_status_line(change)
    }

    #[inline(never)]
    fn name_status_line(&self, change: &Change) -> String {
        if self.nul {
            let old = if change.old_path == change.path { String::new() } else { format!("{}\0", change.old_path) };
            let score = if old.is_empty() { String::new() } else { format!("{:03}", change.similarity) };
            return format!("{}{score}\0{old}{}\0", change.kind.letter(), change.path);
        }
        let path = git::quoted_path("", &change.path);
        match change.kind {
            ChangeKind::Renamed | ChangeKind::Copied => {
                let old = git::quoted_path("", &change.old_path);
                format!("{}{:03}\t{old}\t{path}\n", change.kind.letter(), change.similarity)
            }
            kind => format!("{}\t{path}\n", kind.letter()),
        }
    }
}

/// What stands before the names of a patch.
fn prefixes(g: &Git<'_, '_>, given: &Given) -> [&'static str; 2] {
    let plain = match given.last(&["no-prefix", "default-prefix"]) {
        Some(last) => last == "no-prefix",
        None => g.settings().get_bool("diff.noprefix") == Some(true),
    };
    match (plain, given.has("R")) {
        (true, _) => ["", ""],
        (false, true) => ["b/", "a/"],
        (false, false) => ["a/", "b/"],
    }
}

/// Whether colour is wanted because words are told apart by it.
pub(crate) fn words_by_color(given: &Given) -> bool {
    let by_color = match given.last(&["word-diff", "color-words"]) {
        Some("word-diff") => given.value("word-diff") == Some("color"),
        last => last.is_some(),
    };
    by_color && given.last(&["color", "no-color"]).is_none()
}

/// `--word-diff` and `--color-words`.
fn words(given: &Given) -> Result<Words, Stop> {
    match (given.last(&["word-diff", "color-words"]), given.value("word-diff")) {
        (None, _) | (Some("word-diff"), Some("none")) => Ok(Words::Off),
        (Some("color-words"), _) => match given.value("color-words") {
            None => Ok(Words::Color),
            Some(_) => error("option `--color-words=<regex>' is real Git, but not part of this sandbox yet"),
        },
        (_, None | Some("plain")) => Ok(Words::Plain),
        (_, Some("color")) => Ok(Words::Color),
        (_, Some("porcelain")) => Ok(Words::Porcelain),
        (_, Some(other)) => error(format!("bad --word-diff argument: {other}")),
    }
}

fn turned(change: Change) -> Option<Change> {
    if change.kind == ChangeKind::Unmerged {
        return Some(change);
    }
    Change::between(&change.path, change.new, change.old)
}
