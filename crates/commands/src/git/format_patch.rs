//! `git format-patch`: commits as mails, one a file.

// Unlike git: the patch of a file that is not text says so, and does not carry the bytes.

use super::cli::{Answer, Git, Stop, Whose, error, fatal};
use super::diff_out::DiffOutput;
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use super::range::{Range, head_commit};
use super::show::changes_of;
use git::{Commit, DateFormat, ObjectId, Pathspec, Repo};
use vfs::join;

pub(crate) const SPEC: Spec = Spec {
    name: "format-patch",
    usage: &["format-patch [<options>] [<since> | <revision-range>]"],
    options: &[&[
        flag('n', "numbered", "count even one"),
        only('N', "no-numbered", "do not count"),
        flag('s', "signoff", "add Signed-off-by"),
        only('\0', "stdout", "print them instead of writing files"),
        value('o', "output-directory", "dir", "where the files go"),
        value('v', "reroll-count", "n", "the so many-th version"),
        value('\0', "subject-prefix", "text", "instead of PATCH"),
        only('\0', "rfc", "RFC PATCH"),
        value('\0', "start-number", "n", "count from here"),
        only('\0', "root", "from the first commit on"),
        only('q', "quiet", "do not print the names"),
        value('#', "max-count", "n", "the last so many commits"),
        value('U', "unified", "n", "so many lines around a change"),
        maybe('M', "find-renames", "n", "pair removed and added files that are similar (default)"),
        only('\0', "no-renames", "do not"),
        only('\0', "full-index", "ids in full"),
        only('p', "no-stat", "no table"),
    ]],
    missing: &[
        "--cover-letter",
        "--attach",
        "--inline",
        "--thread",
        "--in-reply-to",
        "--to",
        "--cc",
        "--from",
        "--base",
        "--interdiff",
        "--range-diff",
        "--signature",
        "--signature-file",
        "--no-signature",
        "--suffix",
        "-k",
        "--keep-subject",
        "--ignore-if-in-upstream",
        "--notes",
        "--zero-commit",
        "--no-binary",
        "--binary",
        "--numbered-files",
        "--filename-max-length",
        "--encode-email-headers",
        "--force-in-body-from",
        "--always",
        "--description-file",
        "--cover-from-description",
        "--add-header",
        "--progress",
        "--creation-factor",
        "--word-diff",
        "--color-words",
    ],
    dialect: Dialect::Options,
};

/// The width of a mail's table.
const MAIL_COLUMNS: usize = 72;
/// A subject is folded at this column.
const SUBJECT_COLUMNS: usize = 78;
/// A file name with its ending is cut at this length.
const NAME_MAX: usize = 64;

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let commits = commits(g, &repo, given)?;
    let mut output = DiffOutput::read(g, given, true)?;
    output.options.colors = git::DiffColors::NONE;
    output.patch = true;
    output.stat = !given.has("no-stat");
    output.summary = output.stat;
    output.width = MAIL_COLUMNS;
    let first = match given.value("start-number").map(str::parse::<usize>) {
        None => 1,
        Some(Ok(number)) => number,
        Some(Err(_)) => return error("option `start-number' expects a numerical value"),
    };
    let counts = match given.last(&["numbered", "no-numbered"]) {
        Some(last) => last == "numbered",
        None => commits.len() > 1,
    };
    let version = given.value("reroll-count");
    let folder = given.value("output-directory");
    let when = g.when();
    for (n, id) in commits.iter().enumerate() {
        let commit = repo.read_commit(g.files(), id)?;
        let number = first + n;
        let tag = tag(given, counts.then_some((number, first + commits.len() - 1)));
        let text = mail(g, &repo, id, commit.clone(), &tag, &output, given.has("signoff"))?;
        if given.has("stdout") {
            let gap = if n > 0 { "\n" } else { "" };
            g.out(format!("{gap}{text}"));
            continue;
        }
        let start = version.map_or(String::new(), |version| format!("v{version}-"));
        let name = file_name(&format!("{start}{number:04}-"), &commit.subject());
        let shown = folder.map_or(name.clone(), |folder| format!("{}/{name}", folder.trim_end_matches('/')));
        let path = join(&g.cwd, &shown);
        let files = g.cx.files_mut();
        let done = files.make_dir_all(vfs::parent(&path), when.micros());
        if let Err(why) = done.and_then(|()| files.write(&path, text.into_bytes(), when.micros())) {
            return fatal(format!("failed to create output files: cannot open patch file {shown}: {why}"));
        }
        if !given.has("quiet") {
            g.out(format!("{shown}\n"));
        }
    }
    Ok(0)
}

/// The commits, oldest first: those since a commit, of a range, or the last so many.
#[inline(never)]
fn commits(g: &Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Vec<ObjectId>, Stop> {
    let mut range = Range::read(g, repo, &given.operands, given.dashes_at)?;
    if !range.paths.is_empty() {
        return error("format-patch with paths is real Git, but not part of this sandbox yet");
    }
    let count = given.value("max-count").and_then(|text| text.parse::<usize>().ok());
    let single = range.from.len() == 1 && range.hidden.is_empty() && !range.dotted;
    if range.from.is_empty() {
        range.from.push(("HEAD".into(), head_commit(g, repo)?));
        if count.is_none() && range.hidden.is_empty() && !given.has("root") {
            return Ok(Vec::new());
        }
    } else if single && count.is_none() && !given.has("root") {
        range.hidden = std::mem::take(&mut range.from);
        range.from.push(("HEAD".into(), head_commit(g, repo)?));
    }
    let (from, hidden) = range.commits(g, repo)?;
    let mut commits = Vec::new();
    for id in repo.walk(g.files(), &from, &hidden)? {
        if repo.read_commit(g.files(), &id)?.parents.len() < 2 {
            commits.push(id);
        }
    }
    commits.truncate(count.unwrap_or(usize::MAX));
    commits.reverse();
    Ok(commits)
}

/// `[PATCH v2 1/3] `.
#[inline(never)]
fn tag(given: &Given, count: Option<(usize, usize)>) -> String {
    let mut tag = given.value("subject-prefix").unwrap_or("PATCH").to_string();
    if given.has("rfc") {
        tag = format!("RFC {tag}");
    }
    if let Some(version) = given.value("reroll-count") {
        tag.push_str(&format!(" v{version}"));
    }
    if let Some((number, total)) = count {
        let width = total.to_string().len();
        tag.push_str(&format!(" {number:0width$}/{total}"));
    }
    let tag = tag.trim_start();
    if tag.is_empty() { String::new() } else { format!("[{tag}] ") }
}

#[inline(never)]
fn mail(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    id: &ObjectId,
    mut commit: Commit,
    tag: &str,
    output: &DiffOutput,
    signs: bool,
) -> Result<String, Stop> {
    if signs {
        let who = g.identity(Whose::Committer)?;
        let line = format!("Signed-off-by: {} <{}>", who.name, who.email);
        commit.message = super::commit_message::with_trailer(&commit.message, &line);
    }
    let mut out = letter(id, &commit, tag);
    let changes = output.prepare(g, repo, changes_of(g, repo, &commit, &Pathspec::default())?)?;
    if output.stat && !changes.is_empty() {
        out.push_str("---\n");
    }
    let text = output.print(g, repo, &changes)?;
    if !output.stat && !changes.is_empty() {
        out.push('\n');
    }
    out.push_str(&text);
    out.push_str("-- \n2.47.3\n\n");
    Ok(out)
}

/// The head of a mail, and its words.
#[inline(never)]
pub(crate) fn letter(id: &ObjectId, commit: &Commit, tag: &str) -> String {
    let author = &commit.author;
    let mut out = format!("From {id} Mon Sep 17 00:00:00 2001\n");
    out.push_str(&format!("From: {} <{}>\n", encoded(&author.name), author.email));
    out.push_str(&format!("Date: {}\n", author.when.format(DateFormat::Rfc2822, 0)));
    out.push_str(&folded(&format!("Subject: {tag}{}", encoded(&commit.subject()))));
    if !commit.message.is_ascii() {
        out.push_str("MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n");
    }
    out.push('\n');
    let body = commit.body();
    let body = body.trim_end_matches('\n');
    if !body.is_empty() {
        out.push_str(&format!("{body}\n"));
    }
    out
}

/// A header in lines that are not too long.
#[inline(never)]
fn folded(header: &str) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in header.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > SUBJECT_COLUMNS {
            out.push_str("\n ");
            column = 1;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    out
}

/// What a header cannot hold as it is: `=?UTF-8?q?…?=`.
#[inline(never)]
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_string();
    }
    let mut out = String::from("=?UTF-8?q?");
    for byte in text.bytes() {
        match byte {
            b'=' | b'?' | b'_' | b' ' | 0x80.. | 0..0x20 => out.push_str(&format!("={byte:02X}")),
            byte => out.push(char::from(byte)),
        }
    }
    out + "?="
}

/// `0001-What-it-does.patch`.
#[inline(never)]
fn file_name(start: &str, subject: &str) -> String {
    let mut name = start.to_string();
    let mut gap = false;
    for c in subject.chars() {
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_') {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && name.len() > start.len() {
            name.push('-');
        }
        if !(c == '.' && name.ends_with('.')) {
            name.push(c);
        }
    }
    name.truncate(NAME_MAX - ".patch".len() - 1);
    let kept = name.trim_end_matches(['.', '-']).len();
    name.truncate(kept.max(start.len() - 1));
    name + ".patch"
}
