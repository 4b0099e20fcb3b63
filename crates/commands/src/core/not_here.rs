//! Commands that people know and that this sandbox does not have: they say so instead of "command not found".

use world::{Cx, Program};

/// Names that are real on a workstation of this trade.
const NAMES: &[&str] = &[
    "ansible",
    "ansible-playbook",
    "aws",
    "az",
    "chown",
    "dig",
    "emacs",
    "flux",
    "gcloud",
    "htop",
    "journalctl",
    "k9s",
    "kustomize",
    "make",
    "ping",
    "rsync",
    "scp",
    "service",
    "ssh",
    "sudo",
    "systemctl",
    "terraform",
    "top",
    "unzip",
    "zip",
];

pub(crate) fn programs() -> impl Iterator<Item = Program> {
    NAMES.iter().map(|name| Program::once(name, say))
}

pub(crate) fn say(cx: &mut Cx<'_>) -> i32 {
    let name = cx.program();
    cx.err(format!("{name}: real, but not part of this sandbox yet\n"));
    if name == "emacs" {
        cx.err("hint: vi, nano and code open the editor of the Files panel\n");
    }
    127
}
