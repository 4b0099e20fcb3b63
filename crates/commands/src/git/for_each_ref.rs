//! `git for-each-ref`: references in a format of one's own.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, if_any, only, value};
use git::{Commit, DateFormat, Kind, ObjectId, Repo, Signature};
use order::Arrange;

pub(crate) const SPEC: Spec = Spec {
    name: "for-each-ref",
    usage: &["for-each-ref [<options>] [<pattern>...]"],
    options: &[&[
        value('\0', "format", "format", "each line so"),
        value('\0', "sort", "key", "by this field; with - the other way round"),
        value('\0', "count", "n", "so many"),
        value('\0', "points-at", "object", "only those of this object"),
        if_any('\0', "merged", "commit", "only those that it has"),
        if_any('\0', "no-merged", "commit", "only those that it has not"),
        if_any('\0', "contains", "commit", "only those that have it"),
        if_any('\0', "no-contains", "commit", "only those that do not"),
        only('s', "shell", "values in the shell's quotes"),
        value('\0', "exclude", "pattern", "not these"),
        only('\0', "omit-empty", "no empty lines"),
    ]],
    missing: &["--ignore-case", "--color", "-p", "--perl", "--python", "--tcl", "--stdin", "--include-root-refs"],
    dialect: Dialect::Options,
};

const USUAL: &str = "%(objectname) %(objecttype)\t%(refname)";

struct Row {
    full: String,
    id: ObjectId,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mut rows = Vec::new();
    let below = |pattern: &str, full: &str| {
        full == pattern
            || full.starts_with(&format!("{}/", pattern.trim_end_matches('/')))
            || (git::has_wildcard(pattern) && git::wildmatch(pattern, full, true))
    };
    for (full, id) in repo.refs(g.files(), "refs/") {
        let wanted = given.operands.is_empty() || given.operands.iter().any(|pattern| below(pattern, &full));
        if wanted && !given.values("exclude").iter().any(|pattern| below(pattern, &full)) && kept(g, &repo, given, id)?
        {
            rows.push(Row { full, id });
        }
    }
    let rows = sorted(g, &repo, &given.values("sort"), rows)?;
    let count = match given.value("count").map(str::parse::<usize>) {
        None | Some(Ok(0)) => usize::MAX,
        Some(Ok(count)) => count,
        Some(Err(_)) => return fatal("invalid --count argument"),
    };
    let format = given.value("format").unwrap_or(USUAL).to_string();
    for row in rows.iter().take(count) {
        let text = formatted(g, &repo, given, &format, row)?;
        if !(text.is_empty() && given.has("omit-empty")) {
            g.out(format!("{text}\n"));
        }
    }
    Ok(0)
}

/// References by fields of theirs, the last key first; with `-` the other way round.
#[inline(never)]
fn sorted(g: &Git<'_, '_>, repo: &Repo, keys: &[&str], mut rows: Vec<Row>) -> Result<Vec<Row>, Stop> {
    for key in keys.iter().copied() {
        let (key, down) = key.strip_prefix('-').map_or((key, false), |key| (key, true));
        let mut keyed: Vec<(SortKey, Row)> = Vec::new();
        for row in rows {
            keyed.push((sort_key(g, repo, key, &row)?, row));
        }
        keyed.arrange_by(|a, b| if down { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
        rows = keyed.into_iter().map(|(_, row)| row).collect();
    }
    Ok(rows)
}

/// The same for references of one kind, as `git branch` and `git tag` list them.
#[inline(never)]
pub(crate) fn sorted_names(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    setting: &str,
    names: Vec<(String, ObjectId)>,
) -> Result<Vec<(String, ObjectId)>, Stop> {
    let configured = g.settings().get(setting);
    let mut keys = given.values("sort");
    if keys.is_empty() {
        keys.extend(configured.as_deref());
    }
    let rows = names.into_iter().map(|(full, id)| Row { full, id }).collect();
    Ok(sorted(g, repo, &keys, rows)?.into_iter().map(|row| (row.full, row.id)).collect())
}

/// One reference in a format.
pub(crate) fn shown_as(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    format: &str,
    full: &str,
    id: ObjectId,
) -> Result<String, Stop> {
    formatted(g, repo, given, format, &Row { full: full.into(), id })
}

#[inline(never)]
pub(crate) fn kept(g: &Git<'_, '_>, repo: &Repo, given: &Given, id: ObjectId) -> Result<bool, Stop> {
    let named = |text: Option<&str>| -> Result<ObjectId, Stop> {
        let text = text.unwrap_or("HEAD");
        repo.resolve_commit(g.files(), text).or_else(|_| fatal(format!("malformed object name {text}")))
    };
    let commit = repo.peel(g.files(), id, Kind::Commit)?;
    if let Some(text) = given.value("points-at") {
        let wanted = repo.try_resolve(g.files(), text)?;
        let target = repo.peel_tags(g.files(), id)?;
        if wanted.is_none() || (wanted != Some(id) && wanted != target) {
            return Ok(false);
        }
    }
    for (option, behind) in [("merged", true), ("no-merged", true), ("contains", false), ("no-contains", false)] {
        if !given.has(option) {
            continue;
        }
        let other = named(given.value(option))?;
        let Some(commit) = commit else { return Ok(false) };
        let is = if behind {
            repo.is_ancestor(g.files(), &commit, &other)?
        } else {
            repo.is_ancestor(g.files(), &other, &commit)?
        };
        if is == option.starts_with("no-") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64),
    Text(String),
}

#[inline(never)]
fn sort_key(g: &Git<'_, '_>, repo: &Repo, key: &str, row: &Row) -> Result<SortKey, Stop> {
    let secs = |who: Option<Signature>| SortKey::Number(who.map_or(0, |who| who.when.secs));
    let object = Object::read(g, repo, row.id)?;
    Ok(match key.split(':').next().unwrap_or(key) {
        "committerdate" => secs(object.commit.map(|commit| commit.committer)),
        "authordate" => secs(object.commit.map(|commit| commit.author)),
        "taggerdate" => secs(object.tagger),
        "creatordate" => secs(object.tagger.or(object.commit.map(|commit| commit.committer))),
        "version" | "v" => SortKey::Text(padded(&row.full)),
        _ => SortKey::Text(field(g, repo, key, row)?),
    })
}

/// Numbers in a name so that they sort as numbers.
#[inline(never)]
pub(crate) fn padded(name: &str) -> String {
    let mut out = String::new();
    for part in name.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty() {
            out.push_str(part);
        } else {
            out.push_str(&format!("{digits:0>12}{}", &part[digits.len()..]));
        }
    }
    out
}

/// What a reference names.
struct Object {
    kind: Kind,
    size: usize,
    commit: Option<Commit>,
    tagger: Option<Signature>,
    tag_name: String,
    target: Option<ObjectId>,
    message: String,
}

impl Object {
    fn read(g: &Git<'_, '_>, repo: &Repo, id: ObjectId) -> Result<Self, Stop> {
        let object = repo.read_object(g.files(), &id)?;
        let mut read = Self {
            kind: object.kind,
            size: object.data().len(),
            commit: None,
            tagger: None,
            tag_name: String::new(),
            target: None,
            message: String::new(),
        };
        match object.kind {
            Kind::Commit => {
                let commit = repo.read_commit(g.files(), &id)?;
                read.message.clone_from(&commit.message);
                read.commit = Some(commit);
            }
            Kind::Tag => {
                let tag = repo.read_tag(g.files(), &id)?;
                (read.tagger, read.tag_name, read.target) = (tag.tagger, tag.name, Some(tag.target));
                read.message = tag.message;
            }
            _ => {}
        }
        Ok(read)
    }
}

#[inline(never)]
fn formatted(g: &Git<'_, '_>, repo: &Repo, given: &Given, format: &str, row: &Row) -> Result<String, Stop> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('(') {
            let Some(close) = inner.find(')') else { return fatal(format!("malformed format string %({inner}")) };
            let value = field(g, repo, &inner[..close], row)?;
            if given.has("shell") {
                out.push_str(&format!("'{}'", value.replace('\'', "'\\''")));
            } else {
                out.push_str(&value);
            }
            rest = &inner[close + 1..];
        } else if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some(byte) = rest.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(char::from(byte));
            rest = &rest[2..];
        } else {
            out.push('%');
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[inline(never)]
fn shortened(full: &str, how: &str) -> String {
    let parts: Vec<&str> = full.split('/').collect();
    if let Some(count) = how.strip_prefix("lstrip=").or(how.strip_prefix("strip=")) {
        let count: i64 = count.parse().unwrap_or(0);
        let from = if count >= 0 { count } else { (parts.len() as i64 + count).max(0) };
        return parts[usize::try_from(from).unwrap_or(0).min(parts.len())..].join("/");
    }
    if let Some(count) = how.strip_prefix("rstrip=") {
        let count: usize = count.parse().unwrap_or(0);
        return parts[..parts.len().saturating_sub(count)].join("/");
    }
    match full.strip_prefix("refs/remotes/").and_then(|rest| rest.strip_suffix("/HEAD")) {
        Some(remote) if how == "short" => remote.to_string(),
        _ if how == "short" => git::shorten_ref(full).to_string(),
        _ => full.to_string(),
    }
}

/// `authorname`, `committerdate:short` and the like.
#[inline(never)]
fn person_field(g: &Git<'_, '_>, object: &Object, name: &str, how: &str) -> Result<Option<String>, Stop> {
    let person = |who: Option<&Signature>, part: &str| -> Result<String, Stop> {
        let Some(who) = who else { return Ok(String::new()) };
        Ok(match part {
            "name" => who.name.clone(),
            "email" if how == "trim" => who.email.clone(),
            "email" if how == "localpart" => who.email.split('@').next().unwrap_or_default().to_string(),
            "email" => format!("<{}>", who.email),
            "date" => {
                let format = if how.is_empty() { Some(DateFormat::Default) } else { DateFormat::parse(how) };
                match format {
                    Some(format) => who.when.format(format, g.when().secs),
                    None => return fatal(format!("unknown date format {how}")),
                }
            }
            _ => who.to_string(),
        })
    };
    let commit = object.commit.as_ref();
    for (role, who) in [
        ("author", commit.map(|commit| &commit.author)),
        ("committer", commit.map(|commit| &commit.committer)),
        ("tagger", object.tagger.as_ref()),
        ("creator", object.tagger.as_ref().or(commit.map(|commit| &commit.committer))),
    ] {
        if let Some(part) = name.strip_prefix(role).filter(|part| matches!(*part, "" | "name" | "email" | "date")) {
            return person(who, part).map(Some);
        }
    }
    Ok(None)
}

#[inline(never)]
fn field(g: &Git<'_, '_>, repo: &Repo, key: &str, row: &Row) -> Result<String, Stop> {
    if let Some(key) = key.strip_prefix('*') {
        let target = Object::read(g, repo, row.id)?.target;
        return match target {
            Some(id) => field(g, repo, key, &Row { full: row.full.clone(), id }),
            None => Ok(String::new()),
        };
    }
    let (name, how) = key.split_once(':').unwrap_or((key, ""));
    let object = Object::read(g, repo, row.id)?;
    if let Some(text) = person_field(g, &object, name, how)? {
        return Ok(text);
    }
    let commit = object.commit.as_ref();
    let subject = || object.message.split("\n\n").next().unwrap_or_default().trim().replace('\n', " ");
    let body = || object.message.split_once("\n\n").map_or("", |(_, body)| body).trim_start_matches('\n').to_string();
    Ok(match name {
        "refname" => shortened(&row.full, how),
        "objectname" => match how.split_once('=') {
            Some(("short", length)) => repo.short_id(g.files(), &row.id, length.parse().unwrap_or(7)),
            _ if how == "short" => repo.short_id(g.files(), &row.id, 7),
            _ => row.id.to_string(),
        },
        "objecttype" => object.kind.name().into(),
        "objectsize" => object.size.to_string(),
        "tree" => commit.map_or(String::new(), |commit| commit.tree.to_string()),
        "parent" => commit.map_or(String::new(), |commit| {
            commit.parents.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }),
        "numparent" => commit.map_or(String::new(), |commit| commit.parents.len().to_string()),
        "object" => object.target.map_or(String::new(), |id| id.to_string()),
        "type" => match object.target {
            Some(id) => repo.read_object(g.files(), &id)?.kind.name().into(),
            None => String::new(),
        },
        "tag" => object.tag_name.clone(),
        "subject" => subject(),
        "body" => body(),
        "contents" if how == "subject" => subject(),
        "contents" if how == "body" => body(),
        "contents" => object.message.clone(),
        "HEAD" => {
            let on = repo.symbolic_target(g.files(), "HEAD").as_deref() == Some(row.full.as_str());
            if on { "*" } else { " " }.into()
        }
        "symref" => repo.symbolic_target(g.files(), &row.full).map_or(String::new(), |full| shortened(&full, how)),
        "upstream" | "push" => upstream(g, repo, row, how)?,
        "color" | "end" | "align" | "if" | "then" | "else" | "worktreepath" | "describe" | "trailers" | "signature" => {
            return fatal(format!("%({key}) is real Git, but not part of this sandbox yet"));
        }
        _ => return fatal(format!("unknown field name: {key}")),
    })
}

#[inline(never)]
fn upstream(g: &Git<'_, '_>, repo: &Repo, row: &Row, how: &str) -> Result<String, Stop> {
    let Some(branch) = row.full.strip_prefix("refs/heads/") else { return Ok(String::new()) };
    let Some(tracking) = super::tracking::tracking(g, repo, branch)? else { return Ok(String::new()) };
    let words = |counts: Option<(usize, usize)>| match counts {
        None => "gone".to_string(),
        Some((0, 0)) => String::new(),
        Some((ahead, 0)) => format!("ahead {ahead}"),
        Some((0, behind)) => format!("behind {behind}"),
        Some((ahead, behind)) => format!("ahead {ahead}, behind {behind}"),
    };
    Ok(match how {
        "track" => match words(tracking.counts) {
            text if text.is_empty() => text,
            text => format!("[{text}]"),
        },
        "track,nobracket" | "nobracket,track" => words(tracking.counts),
        "trackshort" => match tracking.counts {
            None => "",
            Some((0, 0)) => "=",
            Some((_, 0)) => ">",
            Some((0, _)) => "<",
            _ => "<>",
        }
        .into(),
        how => shortened(&tracking.full, how),
    })
}
