//! What `git blame` prints: the table, and the form for scripts.

use super::blame::Origin;
use super::cli::{Git, Stop, fatal};
use super::options::Given;
use git::{Commit, DateFormat, ObjectId, Repo};
use order::{OrdMap, OrdSet};

/// What stands beside a line.
pub(crate) struct Who {
    pub name: String,
    pub email: String,
    pub secs: i64,
    pub zone: String,
    pub when: git::When,
}

#[inline(never)]
pub(crate) fn who(g: &Git<'_, '_>, commit: Option<&Commit>) -> Who {
    match commit {
        Some(Commit { author, .. }) => Who {
            name: author.name.clone(),
            email: author.email.clone(),
            secs: author.when.secs,
            zone: author.when.zone(),
            when: author.when,
        },
        None => Who {
            name: "Not Committed Yet".into(),
            email: "not.committed.yet".into(),
            secs: g.when().secs,
            zone: "+0000".into(),
            when: g.when(),
        },
    }
}

#[inline(never)]
pub(crate) fn date(given: &Given, g: &Git<'_, '_>, who: &Who) -> Result<String, Stop> {
    if given.has("t") {
        return Ok(format!("{} {}", who.secs, who.zone));
    }
    let named = given.value("date").map(str::to_string).or_else(|| g.settings().get("blame.date"));
    let format = match &named {
        None => DateFormat::Iso,
        Some(name) => match DateFormat::parse(name) {
            Some(format) => format,
            None => return fatal(format!("unknown date format {name}")),
        },
    };
    let width = match format {
        DateFormat::Relative => 22,
        DateFormat::Default => 30,
        _ => 0,
    };
    Ok(format!("{:<width$}", who.when.format(format, g.when().secs)))
}

pub(crate) fn digits(number: usize) -> usize {
    number.to_string().len()
}

pub(crate) fn table(
    g: &Git<'_, '_>,
    repo: &Repo,
    shown: &[(usize, Origin, String)],
    given: &Given,
    path: &str,
) -> Result<String, Stop> {
    let mut commits: OrdMap<ObjectId, Commit> = OrdMap::new();
    for id in shown.iter().filter_map(|(_, origin, _)| origin.id) {
        if !commits.contains_key(&id) {
            commits.insert(id, repo.read_commit(g.files(), &id)?);
        }
    }
    let mut length = given.value("abbrev").and_then(|text| text.parse::<usize>().ok()).map_or(8, |n| n + 1).min(40);
    for id in commits.keys() {
        length = length.max(repo.short_id(g.files(), id, length - 1).len() + 1).min(40);
    }
    if given.has("l") {
        length = 40;
    }
    let named = given.has("show-name") || shown.iter().any(|(_, origin, _)| origin.path != path);
    let people: Vec<Who> =
        shown.iter().map(|(_, origin, _)| who(g, origin.id.and_then(|id| commits.get(&id)))).collect();
    let shown_name = |who: &Who| if given.has("show-email") { format!("<{}>", who.email) } else { who.name.clone() };
    let name_width = people.iter().map(|who| shown_name(who).chars().count()).max().unwrap_or(0);
    let path_width = shown.iter().map(|(_, origin, _)| origin.path.chars().count()).max().unwrap_or(0);
    let number_width = digits(shown.last().map_or(0, |(at, ..)| at + 1));
    let old_width = digits(shown.iter().map(|(_, origin, _)| origin.line + 1).max().unwrap_or(0));
    let mut out = String::new();
    for ((at, origin, line), who) in shown.iter().zip(&people) {
        let boundary = origin.id.and_then(|id| commits.get(&id)).is_some_and(|commit| commit.parents.is_empty());
        let boundary = boundary && !given.has("root") && g.settings().get_bool("blame.showroot") != Some(true);
        let hex = origin.id.map_or("0".repeat(40), |id| id.to_string());
        if boundary && given.has("b") {
            out.push_str(&" ".repeat(length));
        } else if boundary {
            out.push_str(&format!("^{}", &hex[..length - 1]));
        } else {
            out.push_str(&hex[..length]);
        }
        if named {
            out.push_str(&format!(" {:<path_width$}", origin.path));
        }
        if given.has("show-number") {
            out.push_str(&format!(" {:>old_width$}", origin.line + 1));
        }
        if given.has("s") {
            out.push_str(&format!(" {:>number_width$}) {line}\n", at + 1));
        } else {
            let name = shown_name(who);
            let date = date(given, g, who)?;
            out.push_str(&format!(" ({name:<name_width$} {date} {:>number_width$}) {line}\n", at + 1));
        }
    }
    Ok(out)
}

#[inline(never)]
pub(crate) fn porcelain(
    g: &Git<'_, '_>,
    repo: &Repo,
    shown: &[(usize, Origin, String)],
    given: &Given,
) -> Result<String, Stop> {
    let each = given.has("line-porcelain");
    let mut told: OrdSet<String> = OrdSet::new();
    let mut out = String::new();
    let follows = |one: &(usize, Origin, String), next: &(usize, Origin, String)| {
        one.0 + 1 == next.0 && one.1.id == next.1.id && one.1.path == next.1.path && one.1.line + 1 == next.1.line
    };
    for group in shown.chunk_by(follows) {
        for (n, (at, origin, line)) in group.iter().enumerate() {
            let hex = origin.id.map_or("0".repeat(40), |id| id.to_string());
            out.push_str(&format!("{hex} {} {}", origin.line + 1, at + 1));
            if n == 0 {
                out.push_str(&format!(" {}", group.len()));
            }
            out.push('\n');
            if each || (n == 0 && told.insert(hex)) {
                out.push_str(&details(g, repo, origin)?);
                out.push_str(&format!("filename {}\n", origin.path));
            }
            out.push_str(&format!("\t{line}\n"));
        }
    }
    Ok(out)
}

#[inline(never)]
pub(crate) fn details(g: &Git<'_, '_>, repo: &Repo, origin: &Origin) -> Result<String, Stop> {
    let commit = match origin.id {
        Some(id) => Some(repo.read_commit(g.files(), &id)?),
        None => None,
    };
    let person = |role: &str, name: &str, email: &str, secs: i64, zone: &str| {
        format!("{role} {name}\n{role}-mail <{email}>\n{role}-time {secs}\n{role}-tz {zone}\n")
    };
    let author = who(g, commit.as_ref());
    let mut out = person("author", &author.name, &author.email, author.secs, &author.zone);
    match &commit {
        Some(Commit { committer, .. }) => {
            let zone = committer.when.zone();
            out.push_str(&person("committer", &committer.name, &committer.email, committer.when.secs, &zone));
        }
        None => out.push_str(&person("committer", &author.name, &author.email, author.secs, &author.zone)),
    }
    let summary = match &commit {
        Some(commit) => commit.subject(),
        None => format!("Version of {0} from {0}", origin.path),
    };
    out.push_str(&format!("summary {summary}\n"));
    if let Some((id, path)) = &origin.previous {
        out.push_str(&format!("previous {id} {path}\n"));
    }
    if commit.is_some_and(|commit| commit.parents.is_empty()) {
        out.push_str("boundary\n");
    }
    Ok(out)
}
