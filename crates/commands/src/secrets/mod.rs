//! The tools of secrets in Git: `kubeseal`, `age` and `age-keygen`, `sops`, `gitleaks`. What they compute is in the crate
//! `seal`; here are their options, files and words.

mod age;
mod gitleaks;
mod gitleaks_print;
mod kubeseal;
mod kubeseal_in;
mod kubeseal_out;
mod openssl;
mod sops;
mod sops_file;
mod sops_keys;
mod sops_verbs;

use world::Program;

pub(crate) fn programs() -> [Program; 6] {
    [
        Program::once("kubeseal", kubeseal::main),
        Program::once("age", age::main),
        Program::once("age-keygen", age::keygen),
        Program::steps::<sops::Sops>("sops"),
        Program::once("gitleaks", gitleaks::main),
        Program::once("openssl", openssl::main),
    ]
}

/// What `--help` and a wrong option print of a tool's table, as pflag does.
pub(crate) fn usages(flags: &[crate::cobra::Flag]) -> String {
    let mut out = String::new();
    for flag in flags {
        let short = if flag.short == '\0' { "    ".to_string() } else { format!("-{}, ", flag.short) };
        let value = if flag.takes == crate::cobra::Takes::Switch { "" } else { " string" };
        let name = format!("--{}{value}", flag.long);
        out.push_str(&format!("  {short}{name:<40}{}\n", flag.help));
    }
    out
}
