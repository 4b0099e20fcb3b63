//! The editor that Git starts for messages and todo lists.

use super::cli::{Git, Stop};
use super::process::Child;

/// Which editor, by environment and configuration; `None` where a terminal that can do nothing has none.
pub(crate) fn named(g: &Git<'_, '_>, sequence: bool) -> Option<String> {
    let settings = g.settings();
    let full = |text: Option<String>| text.filter(|text| !text.is_empty());
    if sequence {
        let own = full(g.cx.env("GIT_SEQUENCE_EDITOR")).or_else(|| full(settings.get("sequence.editor")));
        if own.is_some() {
            return own;
        }
    }
    let dumb = matches!(g.cx.env("TERM").as_deref(), None | Some("dumb" | ""));
    full(g.cx.env("GIT_EDITOR"))
        .or_else(|| full(settings.get("core.editor")))
        .or_else(|| full(g.cx.env("VISUAL")).filter(|_| !dumb))
        .or_else(|| full(g.cx.env("EDITOR")))
        .or_else(|| (!dumb).then(|| "vi".to_string()))
}

/// Whether it is one word that names no program of this machine.
fn unknown(g: &Git<'_, '_>, editor: &str) -> bool {
    let plain = !editor.contains(|c: char| c.is_whitespace() || "|&;<>()$`\\\"'*?[#~=%".contains(c));
    let builtin = matches!(editor, ":" | "true" | "false");
    plain && !builtin && !editor.contains('/') && g.cx.world.programs().get(editor).is_none()
}

/// What stands between a command and its editor.
pub(crate) enum Editor {
    /// `:` changes nothing.
    Nothing,
    Run(Child),
}

/// The child that edits a file; where there is none it says so and fails.
pub(crate) fn open(g: &mut Git<'_, '_>, path: &str, sequence: bool) -> Result<Editor, Stop> {
    let Some(editor) = named(g, sequence) else {
        g.err("error: Terminal is dumb, but EDITOR unset\n");
        return Err(Stop::Exit(1));
    };
    if editor == ":" {
        return Ok(Editor::Nothing);
    }
    if unknown(g, &editor) {
        g.err(format!(
            "error: cannot run {editor}: No such file or directory\nerror: unable to start editor '{editor}'\n"
        ));
        return Err(Stop::Exit(1));
    }
    let mut child = Child::shell(&editor, &[path.to_string()]);
    child.folder = Some(g.cwd.clone());
    child.is_editor = g.cx.stderr_is_terminal() && advised(g);
    Ok(Editor::Run(child))
}

/// Whether a person is told that Git waits for their editor.
fn advised(g: &Git<'_, '_>) -> bool {
    g.settings().get("advice.waitingForEditor").as_deref() != Some("false")
}

/// What is said when the editor ended badly.
pub(crate) fn failed(g: &mut Git<'_, '_>, sequence: bool) {
    let editor = named(g, sequence).unwrap_or_default();
    g.err(format!("error: there was a problem with the editor '{editor}'\n"));
}

/// Whether an editor could be opened.
pub(crate) fn there_is_one(g: &Git<'_, '_>) -> bool {
    named(g, false).is_some_and(|editor| !unknown(g, &editor))
}
