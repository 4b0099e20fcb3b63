//! Redirects: from words to descriptors.

use crate::code::{Redirect, RedirectKind};
use crate::expand::Expanded;
use crate::state::Bash;
use order::OrdMap;
use vfs::VfsError;
use world::{Cx, Fd};

impl Bash {
    /// Applies redirects to a table of descriptors. An error is what bash prints after its prefix.
    pub(crate) fn redirect(
        &mut self,
        redirects: &[Redirect],
        fds: &mut OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Expanded<()> {
        for redirect in redirects {
            let redirect = &self.numbered(redirect, fds, cx)?;
            let target = match redirect.kind {
                RedirectKind::Text | RedirectKind::Here => self.text(&redirect.target, cx)?,
                _ => {
                    let mut fields = Vec::new();
                    self.word_fields(&redirect.target, cx, &mut fields)?;
                    match <[String; 1]>::try_from(fields) {
                        Ok([target]) => target,
                        Err(_) => {
                            let shown = crate::here::as_written(&redirect.target);
                            return Err(format!("{shown}: ambiguous redirect").into());
                        }
                    }
                }
            };
            match redirect.kind {
                RedirectKind::Copy => copy(redirect.fd, &target, fds)?,
                RedirectKind::Text | RedirectKind::Here => {
                    let end = if redirect.kind == RedirectKind::Text { "\n" } else { "" };
                    let stream = cx.world.stream_of(format!("{target}{end}").into_bytes());
                    // As in bash, a pipe: only a file's size is known to who reads it.
                    fds.insert(redirect.fd, if redirect.fd == 0 { Fd::Stream(stream) } else { Fd::Input(stream) });
                }
                RedirectKind::Read => {
                    let fd = open_for_reading(&target, fds, cx)?;
                    fds.insert(redirect.fd, fd);
                }
                RedirectKind::ReadWrite => {
                    return Err(format!("{target}: <> is real bash, but not part of this sandbox yet").into());
                }
                RedirectKind::Write | RedirectKind::Append | RedirectKind::Clobber => {
                    let keep = redirect.kind == RedirectKind::Write && self.options.noclobber;
                    if keep && cx.files().is_file(&cx.path(&target)) {
                        return Err(format!("{target}: cannot overwrite existing file").into());
                    }
                    let fd = open_for_writing(&target, redirect.kind == RedirectKind::Append, fds, cx)?;
                    fds.insert(redirect.fd, fd);
                }
                RedirectKind::Both | RedirectKind::BothAppend => {
                    let fd = open_for_writing(&target, redirect.kind == RedirectKind::BothAppend, fds, cx)?;
                    fds.insert(1, fd.clone());
                    fds.insert(2, fd);
                }
            }
        }
        Ok(())
    }
}

impl Bash {
    /// `{name}>`: the redirect with the number that the name has, or gets.
    fn numbered(&mut self, redirect: &Redirect, fds: &OrdMap<u8, Fd>, cx: &mut Cx<'_>) -> Expanded<Redirect> {
        let mut numbered = redirect.clone();
        let Some(name) = &redirect.var else { return Ok(numbered) };
        let closes = redirect.kind == RedirectKind::Copy && crate::here::as_written(&redirect.target) == "-";
        if closes {
            let number = self.value(name, cx).and_then(|text| text.parse().ok());
            numbered.fd = number.ok_or_else(|| format!("{name}: Bad file descriptor"))?;
            return Ok(numbered);
        }
        let free = (10..=255).find(|number| !fds.contains_key(number));
        numbered.fd = free.ok_or_else(|| format!("{name}: cannot assign fd to variable"))?;
        self.assign(name, None, false, &numbered.fd.to_string(), cx)?;
        Ok(numbered)
    }
}

fn copy(fd: u8, target: &str, fds: &mut OrdMap<u8, Fd>) -> Result<(), String> {
    if target == "-" {
        fds.remove(&fd);
        return Ok(());
    }
    let (number, moves) = target.strip_suffix('-').map_or((target, false), |number| (number, true));
    let number: u8 = number.parse().map_err(|_| format!("{target}: ambiguous redirect"))?;
    let from = fds.get(&number).cloned().ok_or_else(|| format!("{number}: Bad file descriptor"))?;
    // What descriptor 0 leads to is read, whatever its number is.
    let from = match (number, from) {
        (0, Fd::Stream(stream)) => Fd::Input(stream),
        (_, from) => from,
    };
    fds.insert(fd, from);
    if moves {
        fds.remove(&number);
    }
    Ok(())
}

fn open_for_reading(target: &str, fds: &OrdMap<u8, Fd>, cx: &mut Cx<'_>) -> Result<Fd, String> {
    match target {
        "/dev/null" => return Ok(Fd::Null),
        "/dev/stdin" => return Ok(fds.get(&0).cloned().unwrap_or(Fd::Null)),
        "" => return Err(": No such file or directory".into()),
        _ => {}
    }
    let path = cx.path(target);
    if cx.files().is_dir(&path) {
        // Opening succeeds, reading fails, as in Linux; every reader then sees an empty input.
        return Ok(Fd::Null);
    }
    let bytes = cx.files().read(&path).map_err(|error| format!("{target}: {error}"))?.into_owned();
    Ok(Fd::Input(cx.world.stream_of(bytes)))
}

fn open_for_writing(target: &str, append: bool, fds: &OrdMap<u8, Fd>, cx: &mut Cx<'_>) -> Result<Fd, String> {
    match target {
        "/dev/null" => return Ok(Fd::Null),
        "/dev/stdout" => return Ok(fds.get(&1).cloned().unwrap_or(Fd::Null)),
        "/dev/stderr" => return Ok(fds.get(&2).cloned().unwrap_or(Fd::Null)),
        "" => return Err(": No such file or directory".into()),
        _ => {}
    }
    // The writing end of a `>( )`.
    if let Some(number) = target.strip_prefix("/dev/fd/").and_then(|number| number.parse().ok())
        && let Some(fd) = fds.get(&number)
    {
        return Ok(fd.clone());
    }
    if target == "/dev/tty" {
        return Ok(fds.get(&2).cloned().unwrap_or(Fd::Null));
    }
    let path = cx.path(target);
    let micros = cx.micros();
    let files = cx.files_mut();
    let opened = if files.is_dir(&path) || target.ends_with('/') {
        Err(VfsError::IsADirectory)
    } else if append {
        files.append(&path, b"", micros)
    } else {
        files.write(&path, Vec::new(), micros)
    };
    opened.map_err(|error| format!("{target}: {error}"))?;
    Ok(Fd::File(path))
}
