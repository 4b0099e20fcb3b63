//! Commands that people know and that this sandbox does not have: they say so instead of "command not found".

use world::{Cx, Program};

/// Names that are real on a workstation of this trade.
const NAMES: &[&str] = &[
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "awk",
    "aws",
    "az",
    "base64",
    "chmod",
    "chown",
    "code",
    "comm",
    "cut",
    "df",
    "diff",
    "dig",
    "docker",
    "du",
    "emacs",
    "file",
    "find",
    "flux",
    "gcloud",
    "gh",
    "go",
    "gzip",
    "helm",
    "htop",
    "journalctl",
    "jq",
    "k9s",
    "kustomize",
    "less",
    "ln",
    "make",
    "man",
    "mktemp",
    "more",
    "nano",
    "node",
    "npm",
    "paste",
    "ping",
    "pip",
    "ps",
    "python",
    "python3",
    "rsync",
    "scp",
    "seq",
    "service",
    "sha256sum",
    "sort",
    "ssh",
    "stat",
    "sudo",
    "systemctl",
    "tar",
    "tee",
    "terraform",
    "timeout",
    "top",
    "tr",
    "tree",
    "uniq",
    "unzip",
    "vi",
    "vim",
    "watch",
    "wget",
    "xargs",
    "yes",
    "yq",
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
