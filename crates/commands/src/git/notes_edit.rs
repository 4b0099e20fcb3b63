//! `git notes`: a note in the editor.

use super::cli::{Git, Stop, fatal};
use super::editor::{self, Editor};
use super::log_format::Style;
use super::options;
use super::process::{Resume, wait_for};
use git::{Kind, ObjectId, Repo};

const FILE: &str = "NOTES_EDITMSG";

/// What the editor made of it; starts the editor first.
#[inline(never)]
pub(crate) fn edited(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId, start: Option<Vec<u8>>) -> Result<Vec<u8>, Stop> {
    let when = g.when();
    if g.answers.is_empty() {
        let mut text = String::from_utf8_lossy(&start.unwrap_or_default()).into_owned();
        text.push_str("\n#\n# Write/edit the notes for the following object:\n#\n");
        for line in about(g, repo, id)?.lines() {
            text.push_str(&if line.is_empty() { "#\n".to_string() } else { format!("# {line}\n") });
        }
        repo.write_state(g.cx.files_mut(), FILE, &text, when)?;
        let opened = editor::open(g, &format!("{}/{FILE}", repo.git_dir), false);
        match opened {
            Ok(Editor::Run(child)) => {
                wait_for(child, Resume::Again)?;
            }
            Ok(Editor::Nothing) => {}
            Err(stop) => {
                g.err("fatal: please supply the note contents using either -m or -F option\n");
                repo.remove_state(g.cx.files_mut(), FILE, when);
                return match stop {
                    Stop::Exit(_) => Err(Stop::Exit(128)),
                    stop => Err(stop),
                };
            }
        }
    } else if g.answers.last() != Some(&0) {
        editor::failed(g, false);
        repo.remove_state(g.cx.files_mut(), FILE, when);
        return fatal("please supply the note contents using either -m or -F option");
    }
    let text = repo.read_state(g.files(), FILE).unwrap_or_default();
    repo.remove_state(g.cx.files_mut(), FILE, when);
    Ok(super::commit_make::cleaned(&text, true).into_bytes())
}

/// The commit with its table, as the editor's comment shows it.
#[inline(never)]
fn about(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<String, Stop> {
    if repo.read_object(g.files(), id)?.kind != Kind::Commit {
        return Ok(String::new());
    }
    let plain = ["--no-decorate".to_string(), "--no-color".into(), "--no-notes".into(), "--format=medium".into()];
    let Ok(given) = options::parse(&plain, &super::log_options::SPEC) else { return Ok(String::new()) };
    let style: Style = super::log::style(g, repo, &given)?;
    let commit = repo.read_commit(g.files(), id)?;
    let mut text = style.entry(g, repo, id, &commit, "")?;
    let changes = super::show::changes_of(g, repo, &commit, &git::Pathspec::default())?;
    let stats: Vec<git::FileStat> =
        changes.iter().map(|change| git::FileStat::of(repo, g.files(), change)).collect::<git::Result<_>>()?;
    if !stats.is_empty() {
        text.push('\n');
        text.push_str(&git::stat_table(&stats, 80, &git::DiffColors::NONE));
        text.push_str(&git::shortstat(&stats));
    }
    Ok(text)
}
