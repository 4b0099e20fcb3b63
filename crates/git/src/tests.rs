//! Tests of the parts that need no real Git beside them.

use crate::{
    Config, DateFormat, Head, IndexEntry, Kind, MergeLabels, Mode, RefChange, Repo, Signature, When, branch_name_ok,
    merge_text, wildmatch,
};
use expect_test::expect;
use vfs::Vfs;

#[test]
fn configuration_keeps_its_order_and_comments() {
    let mut config = Config::parse("[user]\n\tname = Lea # me\n[branch \"main\"]\n\tremote = origin\n");
    config.set("user.email", "lea@encore.example");
    config.set("user.name", "Lea L");
    config.set("remote.origin.url", "../web.git");
    config.set("branch.main.merge", "refs/heads/main");
    assert!(config.unset("branch.main.remote"));
    expect![[r#"
        [user]
        	name = Lea L
        	email = lea@encore.example
        [branch "main"]
        	merge = refs/heads/main
        [remote "origin"]
        	url = ../web.git
    "#]]
    .assert_eq(config.text());
    assert_eq!(Config::parse("[a]\nb\nc = \"x;y\" ; z\n").get("a.c"), Some("x;y"));
    assert_eq!(Config::parse("[a]\n\tb\n").get_bool("a.b"), Some(true));
    assert_eq!(Config::parse("[a\n").bad_line(), Some(1));
}

#[test]
fn patterns_match_as_gits_do() {
    let check = |pattern: &str, path: &str| wildmatch(pattern, path, true);
    assert!(check("*.js", "app.js") && !check("*.js", "src/app.js"));
    assert!(check("**/app.js", "app.js") && check("**/app.js", "a/b/app.js"));
    assert!(check("src/**", "src/a/b") && check("a/**/b", "a/b") && check("a/**/b", "a/x/y/b"));
    assert!(check("[a-c]?", "bx") && !check("[!a-c]?", "bx") && check("\\*", "*"));
}

#[test]
fn dates_are_read_and_written() {
    let when = When::parse("2026-06-05 18:42:10 +0200", 0).unwrap();
    assert_eq!(when, When { secs: 1_780_677_730, offset_mins: 120 });
    assert_eq!(when.format(DateFormat::Default, 0), "Fri Jun 5 18:42:10 2026 +0200");
    assert_eq!(when.format(DateFormat::Rfc2822, 0), "Fri, 5 Jun 2026 18:42:10 +0200");
    for text in ["Fri, 5 Jun 2026 18:42:10 +0200", "2026-06-05T18:42:10+02:00", "@1780677730 +0200"] {
        assert_eq!(When::parse(text, 0), Some(when), "{text}");
    }
    assert_eq!(When::parse("soon", 0), None);
    assert_eq!(When::parse_approximate("2 weeks ago", 1_780_677_730), Some(1_779_468_130));
    assert_eq!(when.format(DateFormat::Relative, when.secs + 3 * 3600), "3 hours ago");
}

#[test]
fn names_of_branches_are_checked() {
    assert!(branch_name_ok("feature/a-1"));
    for name in ["", "-x", "HEAD", "a..b", "a b", "a.lock", ".a", "a/", "a~1", "@{x", "a//b"] {
        assert!(!branch_name_ok(name), "{name}");
    }
}

#[test]
fn both_sides_of_a_conflict_stand_between_markers() {
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: "base".into(),
        theirs: "topic".into(),
        style: crate::ConflictStyle::Diff3,
        favor: None,
        keepers: Vec::new(),
        ..MergeLabels::default()
    };
    let merged = merge_text(b"a\nb\nc\n", b"a\nx\nc\n", b"a\ny\nc\n", &labels);
    assert_eq!(merged.conflicts, 1);
    expect![[r#"
        a
        <<<<<<< HEAD
        x
        ||||||| base
        b
        =======
        y
        >>>>>>> topic
        c
    "#]]
    .assert_eq(&String::from_utf8(merged.bytes).unwrap());
}

/// A repository with `count` commits of one file.
fn repo(count: i64) -> (Vfs, Repo) {
    let mut files = Vfs::new();
    let repo = Repo::init(&mut files, "/r", false, "main", When::utc(1)).unwrap();
    let mut parents = Vec::new();
    for n in 0..count {
        let when = When::utc(n * 60);
        let id = repo.write_object(&mut files, Kind::Blob, format!("{n}\n").as_bytes(), when).unwrap();
        let tree = repo.write_tree(&mut files, &[("src/a".to_string(), (Mode::FILE, id))].into(), when).unwrap();
        let who = Signature { name: "L".into(), email: "l@e".into(), when };
        let message = format!("number {n}\n");
        let commit = crate::Commit { tree, parents, author: who.clone(), committer: who.clone(), message };
        let new = repo.write_commit(&mut files, &commit, when).unwrap();
        repo.update_ref(&mut files, &RefChange { name: "HEAD", new, who: &who, message: "commit" }).unwrap();
        parents = vec![new];
    }
    (files, repo)
}

#[test]
fn revisions_lead_to_objects() {
    let (files, repo) = repo(4);
    let subject = |text: &str| {
        let id = repo.resolve_commit(&files, text).unwrap();
        repo.read_commit(&files, &id).unwrap().subject()
    };
    assert_eq!(subject("HEAD"), "number 3");
    assert_eq!(subject("main~2"), "number 1");
    assert_eq!(subject("@^^"), "number 1");
    assert_eq!(subject("main@{1}"), "number 2");
    assert_eq!(subject(":/number 1"), "number 1");
    let short = repo.resolve(&files, "HEAD~1").unwrap().to_string();
    assert_eq!(subject(&short[..8]), "number 2");
    let blob = repo.resolve(&files, "HEAD~1:src/a").unwrap();
    assert_eq!(repo.read_blob(&files, &blob).unwrap().text(), "2\n");
    for nothing in ["HEAD~9", "nothere", "HEAD:nothere", "HEAD^2", "@{-1}"] {
        assert_eq!(repo.try_resolve(&files, nothing).unwrap(), None, "{nothing}");
    }
}

#[test]
fn a_fork_of_the_files_is_a_fork_of_the_repository() {
    let (files, repo) = repo(2);
    let mut fork = files.clone();
    let first = repo.resolve(&fork, "HEAD~1").unwrap();
    let who = Signature { name: "L".into(), email: "l@e".into(), when: When::utc(9) };
    repo.update_ref(&mut fork, &RefChange { name: "HEAD", new: first, who: &who, message: "reset" }).unwrap();
    assert_eq!(repo.head(&fork).unwrap(), Head::Branch { name: "refs/heads/main".into(), id: Some(first) });
    assert_ne!(repo.head(&files).unwrap().id(), Some(first));
}

#[test]
fn an_index_survives_its_file() {
    let (mut files, repo) = repo(1);
    let id = repo.resolve(&files, "HEAD:src/a").unwrap();
    let mut index = crate::Index::default();
    index.put("src/a", IndexEntry::new(Mode::FILE, id));
    index.put("new", IndexEntry { intent_to_add: true, ..IndexEntry::new(Mode::EXECUTABLE, id) });
    for stage in 1..4 {
        index.put_stage("torn", stage, IndexEntry::new(Mode::FILE, id));
    }
    repo.write_index(&mut files, &index, When::utc(0)).unwrap();
    assert_eq!(repo.read_index(&files).unwrap(), index);
    index.put("torn", IndexEntry::new(Mode::FILE, id));
    assert!(index.unmerged().is_empty());
}
