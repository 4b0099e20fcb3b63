//! `tar -c`: files and folders as members, folders before what is in them.

use super::tar::{Job, long};
use super::tar_header::{Member, end, write};
use vfs::Kind;
use world::Cx;

/// The archive, and the exit code.
pub(super) fn create(cx: &mut Cx<'_>, job: &Job<'_>, archive: &str, path: &str) -> (Vec<u8>, i32) {
    let mut out = Vec::new();
    let (mut code, mut told) = (0, false);
    let mut width = 19;
    for name in &job.names {
        let mut open = vec![name.clone()];
        while let Some(name) = open.pop() {
            if job.excluded(&name) {
                continue;
            }
            let at = cx.path(&name);
            if at == path {
                cx.err(format!("tar: {archive}: file is the archive; not dumped\n"));
                continue;
            }
            let Some(mut member) = member(cx, job, &name, &at) else {
                code = 2;
                continue;
            };
            if member.kind == Kind::Dir && !job.given.has("no-recursion") {
                let inside = cx.files().names(&at).unwrap_or_default();
                let base = name.trim_end_matches('/').to_string();
                open.extend(inside.into_iter().rev().map(|inner| format!("{base}/{inner}")));
            }
            if !job.given.has("P") && member.name.starts_with('/') {
                member.name = member.name.trim_start_matches('/').to_string();
                if member.name.is_empty() {
                    member.name = "./".into();
                }
                if !told {
                    cx.err("tar: Removing leading `/' from member names\n");
                    told = true;
                }
            }
            if job.verbose > 0 {
                let shown = if job.verbose > 1 { long(job, &member, &mut width) } else { member.name.clone() };
                // The archive itself goes to standard output.
                let fd = if archive == "-" { 2 } else { 1 };
                cx.write(fd, (shown + "\n").as_bytes());
            }
            write(&mut out, &member);
        }
    }
    end(&mut out);
    (out, code)
}

fn member(cx: &mut Cx<'_>, job: &Job<'_>, name: &str, at: &str) -> Option<Member> {
    let found = if job.given.has("h") { cx.files().stat(at) } else { cx.files().lstat(at) };
    let stat = match found {
        Ok(stat) => stat,
        Err(error) => {
            cx.err(format!("tar: {name}: Cannot stat: {error}\n"));
            return None;
        }
    };
    let user = cx.machine().user.clone();
    let (user, uid) = who(job.given.value("owner"), user);
    let group = cx.machine().user.clone();
    let (group, gid) = who(job.given.value("group"), group);
    let mtime_secs = match job.given.value("mtime") {
        None => stat.mtime / 1_000_000,
        Some(text) => match super::parse_date(text, cx.now()) {
            Some(time) => time.unix_secs(),
            None => {
                cx.err(format!("tar: Substituting -9223372036854775808 for unknown date format ‘{text}’\n"));
                0
            }
        },
    };
    Some(Member {
        name: if stat.kind == Kind::Dir { format!("{}/", name.trim_end_matches('/')) } else { name.to_string() },
        mode: if stat.kind == Kind::Symlink { 0o777 } else { stat.mode & 0o7777 },
        uid,
        gid,
        mtime_secs,
        kind: stat.kind,
        target: if stat.kind == Kind::Symlink {
            cx.files().read_link(at).unwrap_or_default().to_string()
        } else {
            String::new()
        },
        hard: false,
        user,
        group,
        data: if stat.kind == Kind::File {
            cx.files().read(at).map(std::borrow::Cow::into_owned).unwrap_or_default()
        } else {
            Vec::new()
        },
    })
}

/// `NAME:NUMBER`, `NAME` or `NUMBER`.
fn who(given: Option<&str>, user: String) -> (String, u32) {
    let Some(given) = given else { return (user, 1000) };
    match given.split_once(':') {
        Some((name, id)) => (name.to_string(), id.parse().unwrap_or(1000)),
        None => match given.parse() {
            Ok(id) => (String::new(), id),
            Err(_) => (given.to_string(), if given == "root" { 0 } else { 1000 }),
        },
    }
}
