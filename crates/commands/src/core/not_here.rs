//! Commands that people know and that this sandbox does not have: they say so instead of "command not found".

use world::{Cx, Program};

/// Names that are real on a workstation of this trade.
const NAMES: &[&str] = &[
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "aws",
    "az",
    "chown",
    "code",
    "dig",
    "docker",
    "emacs",
    "flux",
    "gcloud",
    "gh",
    "go",
    "helm",
    "htop",
    "journalctl",
    "k9s",
    "kustomize",
    "make",
    "nano",
    "node",
    "npm",
    "ping",
    "pip",
    "python",
    "python3",
    "rsync",
    "scp",
    "service",
    "ssh",
    "sudo",
    "systemctl",
    "terraform",
    "top",
    "unzip",
    "vi",
    "vim",
    "wget",
    "zip",
];

pub(crate) fn programs() -> impl Iterator<Item = Program> {
    NAMES.iter().map(|name| Program::once(name, say))
}

fn say(cx: &mut Cx<'_>) -> i32 {
    let name = cx.program();
    cx.err(format!("{name}: real, but not part of this sandbox yet\n"));
    if matches!(name.as_str(), "vi" | "vim" | "nano" | "emacs" | "code") {
        cx.err("hint: the Files panel has an editor\n");
    }
    127
}
