//! What real Git says of the same thing. Where Git is not installed, each test says that it was skipped.
//!
//! Patches and merges of one file are all equal. In an early trial two merges in 600 were not, for two reasons. The diff
//! then came from a library that left other lines out before Myers' search than Git does: a search that starts from other
//! lines finds another script of the same length, and changes that touch or do not touch decide what conflicts. And
//! `git merge-file` makes conflicts one that only lines without letter and digit keep apart, which `git merge` does not
//! (`MergeLabels::joins_blanks`). Now the search, what is left out before it, its ways out, the histogram algorithm and
//! the walk through both sides' changes are Git's own rules.
//!
//! `ROUNDS=5000` draws more of them.

#![allow(clippy::unwrap_used)]

use git::{
    Commit, ConflictStyle, Favor, FlatTree, Index, Kind, MergeLabels, Mode, PatchOptions, RefChange, Repo, Side,
    Signature, Source, When, hash_object, merge_text, patch,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use vfs::Vfs;

fn git_is_here() -> bool {
    let here = Command::new("git").arg("--version").output().is_ok();
    if !here {
        println!("skipped: git is not installed");
    }
    here
}

/// Whether the real Git of these comparisons is here; its words change from version to version.
fn git_2_47_is_here() -> bool {
    let said = Command::new("git").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_string();
    let here = said.starts_with("git version 2.47.");
    if !here {
        println!("skipped: this compares with git 2.47; here is: {}", if said.is_empty() { "none" } else { &said });
    }
    here
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("opsfest-git-{}-{name}", std::process::id()));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn git(folder: &Path, args: &[&str]) -> (String, String, bool) {
    let out = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(out.stdout), text(out.stderr), out.status.success())
}

fn export(files: &Vfs, from: &str, to: &Path) {
    for (path, stat) in files.walk(from, &mut |_| true).unwrap() {
        let target = to.join(path.strip_prefix(from).unwrap().trim_start_matches('/'));
        match stat.kind {
            vfs::Kind::Dir => fs::create_dir_all(&target).unwrap(),
            vfs::Kind::Symlink => std::os::unix::fs::symlink(files.read_link(&path).unwrap(), &target).unwrap(),
            vfs::Kind::File => {
                use std::os::unix::fs::PermissionsExt;
                fs::write(&target, files.read(&path).unwrap()).unwrap();
                fs::set_permissions(&target, fs::Permissions::from_mode(stat.mode)).unwrap();
            }
        }
    }
}

/// How many texts are drawn.
fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

/// A small generator: the tests' own chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

/// Lines from a small alphabet, so that many are equal, some indented.
fn text(dice: &mut Dice, lines: usize) -> Vec<String> {
    let words = ["a", "b", "c", "  d", "  e", "    f", "", "}", "{", "fn g", "\th"];
    (0..lines).map(|_| words[dice.roll(words.len())].to_string()).collect()
}

fn edited(dice: &mut Dice, lines: &[String], edits: usize) -> Vec<String> {
    let mut lines = lines.to_vec();
    for _ in 0..edits {
        let at = dice.roll(lines.len() + 1);
        let count = dice.roll(3) + 1;
        match dice.roll(3) {
            0 => {
                let new = text(dice, count);
                lines.splice(at..at, new);
            }
            1 => drop(lines.drain(at..(at + count).min(lines.len()))),
            _ => {
                let new = text(dice, count);
                lines.splice(at..(at + count).min(lines.len()), new);
            }
        }
    }
    lines
}

fn joined(dice: &mut Dice, lines: &[String]) -> String {
    let mut text = lines.join("\n");
    if dice.roll(6) > 0 && !text.is_empty() {
        text.push('\n');
    }
    text
}

#[test]
fn patches_equal_real_ones() {
    if !git_is_here() {
        return;
    }
    let folder = scratch("patch");
    let mut files = Vfs::new();
    let repo = Repo::init(&mut files, "/r", false, "main", When::utc(1)).unwrap();
    let mut dice = Dice(7);
    let (mut same, total) = (0, rounds());
    for round in 0..total {
        let long = dice.roll(20) == 0;
        let size = dice.roll(if long { 3000 } else { 40 }) + 1;
        let (old, edits) = (text(&mut dice, size), dice.roll(if long { 400 } else { 5 }) + 1);
        let new = if dice.roll(30) == 0 { text(&mut dice, size) } else { edited(&mut dice, &old, edits) };
        let (old, new) = (joined(&mut dice, &old), joined(&mut dice, &new));
        if old == new {
            same += 1;
            continue;
        }
        fs::write(folder.join("old"), &old).unwrap();
        fs::write(folder.join("new"), &new).unwrap();
        let (real, ..) = git(&folder, &["diff", "--no-index", "old", "new"]);
        let side = |files: &mut Vfs, text: &str| {
            let id = repo.write_object(files, Kind::Blob, text.as_bytes(), When::utc(1)).unwrap();
            Some(Side { mode: Mode::FILE, id, source: Source::Store })
        };
        let (old, new) = (side(&mut files, &old), side(&mut files, &new));
        let change = git::Change::between("f", old, new).unwrap();
        let ours = patch(&repo, &files, &change, &PatchOptions::default()).unwrap();
        let body = |text: &str| text.find("\n@@").map(|at| text[at..].to_string());
        if body(&ours) == body(&real) {
            same += 1;
        } else {
            println!("round {round}:\n--- real\n{real}\n--- ours\n{ours}");
        }
    }
    println!("patches equal: {same}/{total}");
    assert_eq!(same, total, "all equal");
}

#[test]
fn merges_equal_real_ones() {
    if !git_2_47_is_here() {
        return;
    }
    let folder = scratch("merge");
    let mut dice = Dice(11);
    let styles = [
        (ConflictStyle::Merge, None),
        (ConflictStyle::Diff3, Some("--diff3")),
        (ConflictStyle::Zdiff3, Some("--zdiff3")),
    ];
    let favors = [(Favor::Ours, "--ours"), (Favor::Theirs, "--theirs"), (Favor::Union, "--union")]
        .map(|(f, arg)| (Some(f), arg));
    let (mut same, total) = (0, rounds());
    for round in 0..total {
        let most = if dice.roll(20) == 0 { 500 } else { 30 };
        let size = dice.roll(most) + 3;
        let (base, most) = (text(&mut dice, size), 3 + size / 10);
        let (a, b) = (dice.roll(most) + 1, dice.roll(most) + 1);
        let (ours, theirs) = (edited(&mut dice, &base, a), edited(&mut dice, &base, b));
        let mut all = [joined(&mut dice, &base), joined(&mut dice, &ours), joined(&mut dice, &theirs)];
        for text in &mut all {
            if dice.roll(15) == 0 {
                *text = text.replace('\n', "\r\n");
            }
        }
        for (name, text) in ["base", "ours", "theirs"].iter().zip(&all) {
            fs::write(folder.join(name), text).unwrap();
        }
        let classic = dice.roll(2) == 0;
        let (style, style_arg) = styles[dice.roll(3)];
        let favor = if dice.roll(6) == 0 { dice.roll(3) } else { 3 };
        let (favor, favor_arg) = favors.get(favor).copied().unwrap_or((None, "-q"));
        let algorithm = if classic { "--diff-algorithm=myers" } else { "--diff-algorithm=histogram" };
        let mut args = vec!["merge-file", "-p", algorithm, favor_arg];
        args.extend(style_arg);
        args.extend(["ours", "base", "theirs"]);
        let (real, ..) = git(&folder, &args);
        let labels = MergeLabels {
            ours: "ours".into(),
            base: "base".into(),
            theirs: "theirs".into(),
            joins_blanks: true,
            style,
            favor,
            classic,
            ..MergeLabels::default()
        };
        let merged = merge_text(all[0].as_bytes(), all[1].as_bytes(), all[2].as_bytes(), &labels);
        let ours = String::from_utf8(merged.bytes).unwrap();
        if ours == real {
            same += 1;
        } else {
            println!(
                "round {round}: {args:?} base {:?}\nours {:?}\ntheirs {:?}\n--- real\n{real}\n--- ours\n{ours}",
                all[0], all[1], all[2]
            );
        }
    }
    println!("merges equal: {same}/{total}");
    assert_eq!(same, total, "all equal");
}

/// Writes a history of five commits with folders, a link and an executable; gives the last commit.
fn history(files: &mut Vfs, repo: &Repo) -> git::ObjectId {
    let mut tree = FlatTree::new();
    let mut index = Index::default();
    let mut parent = None;
    for n in 0..5 {
        let when = When { secs: 1_780_000_000 + n * 60, offset_mins: 120 };
        for (path, mode) in [("a.txt", Mode::FILE), ("src/b/c.sh", Mode::EXECUTABLE), ("src/b.txt", Mode::FILE)] {
            repo.write_work_bytes(files, path, mode, format!("{path} {n}\n").as_bytes(), when).unwrap();
            let entry = repo.stage_file(files, path, when).unwrap();
            tree.insert(path.into(), (entry.mode, entry.id));
            index.put(path, entry);
        }
        repo.write_work_bytes(files, "link", Mode::SYMLINK, b"a.txt", when).unwrap();
        let entry = repo.stage_file(files, "link", when).unwrap();
        index.put("link", entry);
        let id = repo.write_tree(files, &index.flat(), when).unwrap();
        let who = Signature { name: "A U Thor".into(), email: "a@example.com".into(), when };
        let commit = Commit {
            tree: id,
            parents: parent.into_iter().collect(),
            author: who.clone(),
            committer: who.clone(),
            message: format!("Number {n}\n\nBody.\n"),
        };
        let id = repo.write_commit(files, &commit, when).unwrap();
        repo.update_ref(files, &RefChange { name: "HEAD", new: id, who: &who, message: "commit: x" }).unwrap();
        repo.write_index(files, &index, when).unwrap();
        parent = Some(id);
    }
    parent.unwrap()
}

#[test]
fn real_git_accepts_what_we_write() {
    if !git_is_here() {
        return;
    }
    let mut files = Vfs::new();
    let repo = Repo::init(&mut files, "/home/web", false, "main", When::utc(1_780_000_000)).unwrap();
    let last = history(&mut files, &repo);
    assert_eq!(repo.check(&files), vec![]);
    let folder = scratch("history");
    export(&files, "/home/web", &folder);
    let (out, err, ok) = git(&folder, &["fsck", "--strict"]);
    assert!(ok && out.is_empty(), "{out}{err}");
    assert_eq!(git(&folder, &["status", "--porcelain"]).0, "");
    assert_eq!(git(&folder, &["rev-parse", "HEAD"]).0.trim(), last.to_string());
    assert_eq!(git(&folder, &["log", "--format=%s"]).0, "Number 4\nNumber 3\nNumber 2\nNumber 1\nNumber 0\n");
    assert_eq!(git(&folder, &["reflog"]).0.lines().count(), 5);
    // The same tree written by real Git has the same id.
    let (tree, ..) = git(&folder, &["write-tree"]);
    assert_eq!(tree.trim(), repo.read_commit(&files, &last).unwrap().tree.to_string());
}

#[test]
fn packs_and_bundles_cross_over() {
    if !git_is_here() {
        return;
    }
    let mut files = Vfs::new();
    let repo = Repo::init(&mut files, "/w", false, "main", When::utc(1_780_000_000)).unwrap();
    let last = history(&mut files, &repo);
    let folder = scratch("bundle");
    let bundle = repo.bundle(&files, &[("refs/heads/main".into(), last)], &[]).unwrap();
    fs::write(folder.join("ours.bundle"), bundle.encode()).unwrap();
    let (_, err, ok) = git(&folder, &["clone", "-q", "-b", "main", "ours.bundle", "cloned"]);
    assert!(ok, "{err}");
    let cloned = folder.join("cloned");
    git(&cloned, &["repack", "-adfq", "--depth=10"]);
    git(&cloned, &["bundle", "create", "-q", "../theirs.bundle", "main"]);
    let theirs = git::Bundle::parse(&fs::read(folder.join("theirs.bundle")).unwrap()).unwrap();
    assert_eq!(theirs.refs, vec![("refs/heads/main".to_string(), last)]);
    let mut empty = Vfs::new();
    let other = Repo::init(&mut empty, "/o", true, "main", When::utc(1)).unwrap();
    assert!(other.unbundle(&mut empty, &theirs, When::utc(2)).unwrap() > 10);
    assert_eq!(other.read_commit(&empty, &last).unwrap().subject(), "Number 4");
    // A folder with packs, copied in from a disk, is read too.
    let mut copied = Vfs::new();
    let packed = Repo::init(&mut copied, "/p", true, "main", When::utc(1)).unwrap();
    let packs = cloned.join(".git/objects/pack");
    for file in fs::read_dir(packs).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        copied.write(&format!("/p/objects/pack/{name}"), fs::read(file.path()).unwrap(), 1).unwrap();
    }
    assert_eq!(packed.flat_tree(&copied, Some(&repo.read_commit(&files, &last).unwrap().tree)).unwrap().len(), 4);
    assert_eq!(packed.short_id(&copied, &last, 7), last.to_string()[..7]);
}

#[test]
fn ids_are_sha1_of_the_object() {
    assert_eq!(hash_object(Kind::Blob, b"hello\n").to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
}
