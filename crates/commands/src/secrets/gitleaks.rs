//! `gitleaks` 8.30: looks for secrets in a repository's history, in what is staged, in folders (`cmd/` of gitleaks).
// Unlike gitleaks: what it logs has no colours, and commits are always told in their order.

use super::gitleaks_print::{Options, Scanned, finish, printed};
use crate::cobra::{Command, Flag, Given, Globals, Stop, switch, text, texts};
use git::{FlatTree, Repo};
use seal::leaks::{Fragment, Scanner};
use world::Cx;

const COMMON: [Flag; 12] = [
    Flag { default: "1", ..text("exit-code", '\0', "exit code when leaks have been encountered") },
    text("report-path", 'r', "report file (use \"-\" for stdout)"),
    text("report-format", 'f', "output format (json, csv)"),
    Flag { short: 'v', ..switch("verbose", "show verbose output from scan") },
    switch("no-color", "turn off color for verbose output"),
    switch("ignore-gitleaks-allow", "ignore gitleaks:allow comments"),
    text("redact", '\0', "redact secrets from logs and stdout, by a percent value from 0..100 (default 100%)"),
    switch("no-banner", "suppress banner"),
    texts("enable-rule", '\0', "only enable specific rules by id"),
    text("gitleaks-ignore-path", 'i', "path to .gitleaksignore file or folder containing one"),
    Flag { default: "5", ..text("max-decode-depth", '\0', "allow recursive decoding up to this depth") },
    text("source", 's', "path to source"),
];
const MISSING: &str = "config c report-template baseline-path b log-level l max-target-megabytes max-archive-depth timeout \
    diagnostics diagnostics-dir log-opts platform follow-symlinks no-git pipe";

const GIT: [Flag; 14] = {
    let mut all = [switch("staged", "scan staged commits (good for pre-commit)"); 14];
    let mut at = 0;
    while at < COMMON.len() {
        all[at + 2] = COMMON[at];
        at += 1;
    }
    all[1] = switch("pre-commit", "scan using git diff");
    all
};

const ROWS: [Command; 6] = [
    Command {
        path: "gitleaks git",
        operands: "[repo]",
        summary: "scan git repositories for secrets",
        flags: &GIT,
        missing: MISSING,
    },
    Command {
        path: "gitleaks dir",
        operands: "[path]",
        summary: "scan directories or files for secrets",
        flags: &COMMON,
        missing: MISSING,
    },
    Command {
        path: "gitleaks stdin",
        operands: "",
        summary: "detect secrets from stdin",
        flags: &COMMON,
        missing: MISSING,
    },
    Command { path: "gitleaks version", operands: "", summary: "display gitleaks version", flags: &[], missing: "" },
    Command {
        path: "gitleaks detect",
        operands: "",
        summary: "detect secrets in code",
        flags: &COMMON,
        missing: MISSING,
    },
    Command {
        path: "gitleaks protect",
        operands: "",
        summary: "protect secrets in code",
        flags: &GIT,
        missing: MISSING,
    },
];

pub(super) fn main(cx: &mut Cx<'_>) -> i32 {
    let args = cx.args();
    let word = match args.first().map(String::as_str) {
        None | Some("help" | "-h" | "--help") => {
            cx.out(help());
            return 0;
        }
        Some("--version") => {
            cx.out("gitleaks version 8.30.1\n");
            return 0;
        }
        Some("file" | "directory") => "dir",
        Some(word) => word,
    };
    let Some(row) = ROWS.iter().find(|row| row.name() == word) else {
        cx.err(format!("Error: unknown command \"{word}\" for \"gitleaks\"\nRun 'gitleaks --help' for usage.\n"));
        fatal(cx, &format!("unknown command \"{word}\" for \"gitleaks\""));
        return 1;
    };
    // An option whose value may be left out.
    let args: Vec<String> =
        args[1..].iter().map(|arg| if arg == "--redact" { "--redact=100".into() } else { arg.clone() }).collect();
    let given = match crate::cobra::parse(&args, row, &Globals { flags: &[], missing: "" }) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(format!(
                "{}\n\nUsage:\n  {} [flags] {}\n\nFlags:\n{}",
                row.summary,
                row.path,
                row.operands,
                super::usages(row.flags)
            ));
            return 0;
        }
        Err(Stop::Missing(flag)) => {
            cx.err(format!("{}: {flag} is real, but not part of this sandbox yet\n", row.path));
            return 1;
        }
        Err(Stop::Wrong(told)) => {
            cx.err(format!("Error: {told}\nUsage:\n  {} [flags] {}\n", row.path, row.operands));
            return if told.contains("unknown flag") { 126 } else { 1 };
        }
    };
    if word == "version" {
        cx.out("8.30.1\n");
        return 0;
    }
    if word == "stdin" && cx.stdin().is_none() {
        return Cx::WAIT;
    }
    if !given.on("no-banner") {
        cx.err("\n    ○\n    │╲\n    │ ○\n    ○ ░\n    ░    gitleaks\n\n");
    }
    match scan(cx, word, &given) {
        Ok(code) => code,
        Err(told) => {
            fatal(cx, &told);
            1
        }
    }
}

fn fatal(cx: &mut Cx<'_>, told: &str) {
    super::gitleaks_print::log(cx, "FTL", told);
}

fn scan(cx: &mut Cx<'_>, word: &str, given: &Given) -> Result<i32, String> {
    let options = Options::of(given)?;
    let mut source = given.words.first().cloned().filter(|word| !word.is_empty());
    if matches!(word, "detect" | "protect") {
        source = given.text("source").map(str::to_string);
    }
    let source = source.unwrap_or_else(|| ".".into());
    let root = cx.path(&source);
    if word != "stdin" && !cx.files().exists(&root) {
        return Err(format!("stat {source}: no such file or directory"));
    }
    if cx.files().exists(&vfs::join(&root, ".gitleaks.toml")) {
        return Err(".gitleaks.toml: real, but not part of this sandbox yet".into());
    }
    let mut scanner = Scanner::new();
    scanner.ignore_allow = given.on("ignore-gitleaks-allow");
    scanner.only = given.texts("enable-rule").iter().flat_map(|text| text.split(',')).map(str::to_string).collect();
    if let Some(gone) = scanner.only.iter().find(|name| seal::leaks::rule(name).is_none()) {
        return Err(format!("Requested rule {gone} not found in rules"));
    }
    scanner.depth = options.depth;
    let ignored = ignored(cx, &root, given);
    let mut scanned = Scanned::default();
    let mut look = |scanned: &mut Scanned, fragment: &Fragment| {
        scanned.bytes += fragment.text.len();
        for mut one in scanner.scan(fragment) {
            if ignored.contains(&one.fingerprint()) || ignored.contains(&one.place()) {
                continue;
            }
            if options.redact > 0 {
                one.redact(options.redact);
            }
            scanned.found.push(one);
        }
    };
    match word {
        "stdin" => {
            let text = cx.stdin_text().unwrap_or_default();
            look(&mut scanned, &Fragment { text: &text, start_line: 1, ..Fragment::default() });
        }
        "dir" => {
            for (shown, path) in files_below(cx, &source, &root) {
                let Ok(text) = cx.files().read_text(&path) else { continue };
                if !text.contains('\0') {
                    look(&mut scanned, &Fragment { file: &shown, text: &text, start_line: 1, ..Fragment::default() });
                }
            }
        }
        _ => history(cx, &root, (word, given), &mut scanned, &mut look)?,
    }
    if given.on("verbose") {
        let text: String = scanned.found.iter().map(|one| printed(one, &scanned, given.on("no-color"))).collect();
        cx.out(text);
    }
    finish(cx, &options, &scanned, !matches!(word, "dir" | "stdin"))
}

type Look<'l> = &'l mut dyn FnMut(&mut Scanned, &Fragment);

/// Commits, or what is staged, or what is not.
fn history(
    cx: &Cx<'_>,
    root: &str,
    (word, given): (&str, &Given),
    scanned: &mut Scanned,
    look: Look,
) -> Result<(), String> {
    let files = cx.files();
    let repo = match Repo::discover(files, root) {
        Ok(repo) => repo,
        Err(_) => {
            scanned.broken = true;
            return Ok(());
        }
    };
    let told = |error: git::GitError| error.to_string();
    if word == "protect" || given.on("staged") || given.on("pre-commit") {
        let index = repo.read_index(files).map_err(told)?;
        let staged: FlatTree = index.flat();
        let head = repo.head(files).ok().and_then(|head| head.id());
        let tree = head.and_then(|id| repo.flat_tree(files, Some(&repo.read_commit(files, &id).ok()?.tree)).ok());
        let mut added = Vec::new();
        if given.on("staged") {
            added = world::added_between(&repo, files, &tree.unwrap_or_default(), &staged);
        } else {
            for (path, (_, id)) in staged.iter() {
                let old = repo.read_blob(files, id).map(|blob| blob.text()).unwrap_or_default();
                let new =
                    files.read_text(&vfs::join(&repo.work_tree.clone().unwrap_or_default(), path)).unwrap_or_default();
                world::added_texts(path, &old, &new, &mut added);
            }
        }
        for (file, start_line, text) in &added {
            look(scanned, &Fragment { file, text, start_line: *start_line, ..Fragment::default() });
        }
        return Ok(());
    }
    let mut tips: Vec<git::ObjectId> = repo.refs(files, "refs/").values().copied().collect();
    tips.extend(repo.head(files).ok().and_then(|head| head.id()));
    let commits: Vec<git::ObjectId> =
        tips.into_iter().filter_map(|id| repo.peel(files, id, git::Kind::Commit).ok()?).collect();
    for id in repo.walk(files, &commits, &[]).map_err(told)? {
        let commit = id.to_string();
        let before = scanned.found.len();
        let added = world::added_lines(&repo, files, &id);
        scanned.commits += usize::from(!added.is_empty());
        for (file, start_line, text) in &added {
            look(scanned, &Fragment { commit: &commit, file, text, start_line: *start_line });
        }
        if scanned.found.len() > before {
            let read = repo.read_commit(files, &id).map_err(told)?;
            let date = sim::Time::from_unix_secs(u64::try_from(read.author.when.secs).unwrap_or(0)).rfc3339();
            scanned.about.push((
                commit,
                read.author.name,
                read.author.email,
                date,
                read.message.trim_end().to_string(),
            ));
        }
    }
    Ok(())
}

/// Every file below, by the path that is shown, and whole; `.git` is left out.
fn files_below(cx: &Cx<'_>, shown: &str, path: &str) -> Vec<(String, String)> {
    let files = cx.files();
    let Ok(entries) = files.read_dir(path) else { return vec![(shown.to_string(), path.to_string())] };
    let mut out = Vec::new();
    for (name, _) in entries {
        if name != ".git" {
            let inner = if shown == "." { name.to_string() } else { format!("{}/{name}", shown.trim_end_matches('/')) };
            out.extend(files_below(cx, &inner, &vfs::join(path, &name)));
        }
    }
    out
}

/// Fingerprints of `.gitleaksignore`, of the folder, of the source or the file that is named.
fn ignored(cx: &Cx<'_>, root: &str, given: &Given) -> Vec<String> {
    let named = cx.path(given.text("gitleaks-ignore-path").unwrap_or("."));
    let mut out = Vec::new();
    for path in [named.clone(), vfs::join(&named, ".gitleaksignore"), vfs::join(root, ".gitleaksignore")] {
        let text = cx.files().read_text(&path).unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        out.extend(lines.map(str::to_string));
    }
    out
}

fn help() -> String {
    let mut out =
        "Gitleaks scans code, past or present, for secrets\n\nUsage:\n  gitleaks [command]\n\nAvailable Commands:\n"
            .to_string();
    for row in &ROWS[..4] {
        out.push_str(&format!("  {:<11} {}\n", row.name(), row.summary));
    }
    out.push_str("\nFlags:\n");
    out + &super::usages(&COMMON)
}
