//! `--patch`: a hunk in the editor.

use super::cli::{Git, Stop};
use super::patch_answer::next;
use super::patch_apply;
use super::patch_ask::{Asked, Session, rendered};
use super::patch_hunks::Use;
use super::process::Resume;

/// Puts the hunk into a file and opens the editor.
pub(crate) fn edit(g: &mut Git<'_, '_>, s: &mut Session) -> Result<(), Stop> {
    let at = s.at;
    let again = s.asked == Asked::EditAgain;
    let mut plain = Session { color: false, ..s.clone() };
    if let (true, Some(trial)) = (again, &s.trial) {
        plain.files[s.file].clone_from(trial);
    }
    let mut text = "# Manual hunk edit mode -- see bottom for a quick guide.\n".to_string();
    text.push_str(&rendered(&plain, at));
    let (keep, drop) = if s.mode.takes_back() { ('+', '-') } else { ('-', '+') };
    text.push_str(&format!(
        "# ---\n# To remove '{keep}' lines, make them ' ' lines (context).\n# To remove '{drop}' lines, delete them.\n# Lines starting with # will be removed.\n# If the patch applies cleanly, the edited hunk will immediately be marked for {}.\n# If it does not apply cleanly, you will be given an opportunity to\n# edit again.  If all lines of the hunk are removed, then the edit is\n# aborted and the hunk is left unchanged.\n",
        s.mode.purpose()
    ));
    let repo = g.work()?.repo;
    let when = g.when();
    repo.write_state(g.cx.files_mut(), EDITED, &text, when)?;
    s.asked = Asked::Editor;
    match super::editor::open(g, &format!("{}/{EDITED}", repo.git_dir), false)? {
        super::editor::Editor::Nothing => edited(g, s, 0),
        super::editor::Editor::Run(child) => Err(Stop::Child(Box::new((child, Resume::Patch(Box::new(s.clone())))))),
    }
}

const EDITED: &str = "addp-hunk-edit.diff";

/// Takes the edited text where it fits.
#[inline(never)]
pub(crate) fn edited(g: &mut Git<'_, '_>, s: &mut Session, code: i32) -> Result<(), Stop> {
    s.asked = Asked::Hunk;
    let repo = g.work()?.repo;
    if code != 0 {
        super::editor::failed(g, false);
        g.err(format!(
            "error: could not edit '{}': Success\n",
            super::cli::relative(&g.cwd, &format!("{}/{EDITED}", repo.git_dir))
        ));
        s.asked = Asked::EditAgain;
        return Ok(());
    }
    let text = repo.read_state(g.files(), EDITED).unwrap_or_default();
    let at = s.at;
    let mut file = s.files[s.file].clone();
    let Some(mut piece) = file.pieces[at].edited(&text) else { return Ok(()) };
    piece.decided = Use::Yes;
    file.pieces[at] = piece;
    if patch_apply::fits(g, s, &file)? {
        s.files[s.file] = file;
        next(s);
        return Ok(());
    }
    s.trial = Some(file);
    s.asked = Asked::EditAgain;
    Ok(())
}
