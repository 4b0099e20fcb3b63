//! `tar -x`: members as files and folders.

use super::tar::{Job, long};
use super::tar_header::Member;
use vfs::Kind;
use world::Cx;

/// Writes members; gives the exit code.
pub(super) fn extract(cx: &mut Cx<'_>, job: &Job<'_>, members: Vec<Member>) -> i32 {
    let strip: usize = job.given.value("strip-components").and_then(|text| text.parse().ok()).unwrap_or(0);
    let (mut code, mut told, mut width) = (0, false, 19);
    // Folders get their times and modes last: what is written into them changes the one and needs the other.
    let mut folders = Vec::new();
    for mut member in members {
        let shown = if job.verbose > 1 { long(job, &member, &mut width) } else { member.name.clone() };
        if member.name.starts_with('/') && !job.given.has("P") {
            if !told {
                cx.err("tar: Removing leading `/' from member names\n");
                told = true;
            }
            member.name = member.name.trim_start_matches('/').to_string();
        }
        if member.name.split('/').any(|part| part == "..") && !job.given.has("P") {
            cx.err(format!("tar: {}: Member name contains '..'\n", member.name));
            code = 2;
            continue;
        }
        let Some(name) = stripped(&member.name, strip) else { continue };
        if job.verbose > 0 {
            let fd = if job.given.has("O") { 2 } else { 1 };
            cx.write(fd, (shown + "\n").as_bytes());
        }
        if job.given.has("O") {
            cx.out(&member.data);
            continue;
        }
        let path = cx.path(name.trim_end_matches('/'));
        if let Err(message) = place(cx, job, &member, &path, strip) {
            cx.err(format!("tar: {name}: {message}\n"));
            code = 2;
        } else if member.kind == Kind::Dir {
            folders.push((path, member));
        } else {
            settle(cx, job, &member, &path);
        }
    }
    for (path, member) in folders.iter().rev() {
        settle(cx, job, member, path);
    }
    code
}

fn stripped(name: &str, strip: usize) -> Option<String> {
    if strip == 0 {
        return Some(name.to_string());
    }
    let rest: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).skip(strip).collect();
    (!rest.is_empty()).then(|| rest.join("/"))
}

fn place(cx: &mut Cx<'_>, job: &Job<'_>, member: &Member, path: &str, strip: usize) -> Result<(), String> {
    let micros = cx.micros();
    if member.kind != Kind::Dir && job.given.has("k") && cx.files().lstat(path).is_ok() {
        return Err("Cannot open: File exists".into());
    }
    let linked = if member.hard {
        let target = stripped(&member.target, strip).unwrap_or_default();
        let from = cx.path(&target);
        match cx.files().read(&from) {
            Ok(bytes) => Some(bytes.into_owned()),
            Err(error) => return Err(format!("Cannot hard link to ‘{}’: {error}", member.target)),
        }
    } else {
        None
    };
    let files = cx.files_mut();
    files.make_dir_all(vfs::parent(path), micros).map_err(|error| format!("Cannot open: {error}"))?;
    if member.kind == Kind::Dir {
        return files.make_dir_all(path, micros).map_err(|error| format!("Cannot mkdir: {error}"));
    }
    if files.is_dir(path) && files.lstat(path).is_ok_and(|stat| stat.kind == Kind::Dir) {
        return files
            .remove_dir(path, micros)
            .map_err(|_| "Cannot open: File exists".to_string())
            .and_then(|()| write(files, member, linked, path, micros));
    }
    if files.lstat(path).is_ok() {
        // What stands there is replaced, and a link is not followed.
        files.remove_file(path, micros).map_err(|error| format!("Cannot unlink: {error}"))?;
    }
    write(files, member, linked, path, micros)
}

fn write(
    files: &mut vfs::Vfs,
    member: &Member,
    linked: Option<Vec<u8>>,
    path: &str,
    micros: u64,
) -> Result<(), String> {
    let written = match member.kind {
        Kind::Symlink => files.make_symlink(&member.target, path, micros),
        _ => files.write(path, linked.unwrap_or_else(|| member.data.clone()), micros),
    };
    written.map_err(|error| format!("Cannot open: {error}"))
}

/// Mode and time.
fn settle(cx: &mut Cx<'_>, job: &Job<'_>, member: &Member, path: &str) {
    if member.kind == Kind::Symlink {
        return;
    }
    let mode = if job.given.has("p") { member.mode } else { member.mode & !0o022 };
    let keep_time = !job.given.has("m");
    let files = cx.files_mut();
    // It was just written: it is there.
    let set = files.set_mode(path, mode).and_then(|()| {
        if keep_time { files.set_mtime(path, member.mtime_secs.saturating_mul(1_000_000)) } else { Ok(()) }
    });
    debug_assert!(set.is_ok(), "a member that was just written can be changed");
}
