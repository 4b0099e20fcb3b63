//! Option tables that several commands share, and the help that is made of them.

use crate::cobra::{Command, Flag, Takes, text, texts};
use std::fmt::Write as _;

pub(super) const GLOBAL: &[Flag] = &[
    text("namespace", 'n', "namespace scope for this request"),
    text("kubeconfig", '\0', "path to the kubeconfig file"),
];

pub(super) const GLOBAL_MISSING: &str = "burst-limit debug kube-apiserver kube-as-group kube-as-user kube-ca-file kube-context \
    kube-insecure-skip-tls-verify kube-tls-server-name kube-token qps registry-config repository-cache repository-config";

pub(super) const VALUES: [Flag; 6] = [
    texts("values", 'f', "specify values in a YAML file or a URL (can specify multiple)"),
    texts(
        "set",
        '\0',
        "set values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)",
    ),
    texts("set-string", '\0', "set STRING values on the command line"),
    texts("set-json", '\0', "set JSON values on the command line"),
    texts("set-file", '\0', "set values from respective files specified via the command line"),
    texts("set-literal", '\0', "set a literal STRING value on the command line"),
];

pub(super) const OUTPUT: Flag = Flag {
    long: "output",
    short: 'o',
    takes: Takes::Text,
    default: "table",
    help: "prints the output in the specified format. Allowed values: table, json, yaml",
};

pub(super) const TIMEOUT: Flag = Flag {
    long: "timeout",
    short: '\0',
    takes: Takes::Text,
    default: "5m0s",
    help: "time to wait for any individual Kubernetes operation (like Jobs for hooks)",
};

/// Options about where charts come from: there is no network to fetch one by.
pub(super) const CHART_MISSING: &str = "ca-file cert-file dependency-update devel disable-openapi-validation enable-dns \
    insecure-skip-tls-verify key-file keyring labels l pass-credentials password plain-http post-renderer post-renderer-args \
    repo username verify version hide-secret take-ownership force";

pub(super) fn help(command: &Command) -> String {
    let mut out = format!("{}\n\nUsage:\n  {}", command.summary, command.path);
    if !command.operands.is_empty() {
        out.push_str(&[" ", command.operands].concat());
    }
    out.push_str(" [flags]\n\nFlags:\n");
    for flag in command.flags.iter().chain(GLOBAL) {
        let short = if flag.short == '\0' { "    ".to_string() } else { format!("-{}, ", flag.short) };
        writeln!(out, "  {short}--{:<24} {}", flag.long, flag.help).unwrap_or_default();
    }
    out
}

pub(super) fn main_help<'c>(commands: impl Iterator<Item = &'c Command>) -> String {
    let mut out = String::from("The Kubernetes package manager\n\nUsage:\n  helm [command]\n\nAvailable Commands:\n");
    for command in commands {
        let name = command.path.strip_prefix("helm ").unwrap_or(command.path);
        writeln!(out, "  {name:<15} {}", command.summary).unwrap_or_default();
    }
    out.push_str("\nUse \"helm [command] --help\" for more information about a command.\n");
    out
}

/// Helm's `require` package.
pub(super) fn wrong_count(command: &Command, (low, high): (usize, usize), count: usize) -> String {
    let path = command.path;
    let usage = format!("\n\nUsage:  {path} {} [flags]", command.operands);
    let noun = |n: usize| if n == 1 { "argument" } else { "arguments" };
    if high == 0 {
        return format!("\"{path}\" accepts no arguments{usage}");
    }
    if low == high {
        return format!("\"{path}\" requires {low} {}{usage}", noun(low));
    }
    if count < low {
        return format!("\"{path}\" requires at least {low} {}{usage}", noun(low));
    }
    format!("\"{path}\" accepts at most {high} {}{usage}", noun(high))
}

/// `5m0s` in seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("invalid argument \"{text}\" for \"--timeout\" flag: time: invalid duration \"{text}\"");
    let (mut sum, mut rest) = (0_u64, text);
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let n: u64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = match rest[end..].chars().next() {
            Some('h') => 3_600,
            Some('m') if !rest[end..].starts_with("ms") => 60,
            Some('s') => 1,
            _ => return Err(wrong()),
        };
        sum = sum.saturating_add(n.saturating_mul(unit));
        rest = &rest[end + 1..];
    }
    Ok(sum)
}
