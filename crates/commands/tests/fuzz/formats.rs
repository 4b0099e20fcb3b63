//! Git's files: index, loose objects, configuration, patches; and revisions.

use super::mutate;
use super::tried;
use git::{Config, Index, IndexEntry, Kind, Mode, ObjectId, RefChange, Repo, When, hash_object, parse_patches};
use sim::Rng;
use vfs::Vfs;

const WHEN: When = When { secs: 1_780_684_930, offset_mins: 120 };

/// A repository with some history, and what its files hold.
pub struct Fixture {
    pub files: Vfs,
    pub repo: Repo,
    pub index: Vec<u8>,
    pub ids: Vec<ObjectId>,
    pub world: world::World,
}

impl Fixture {
    pub fn new() -> Self {
        let mut files = Vfs::new();
        let repo = Repo::init(&mut files, "/r", false, "main", WHEN).expect("an empty folder takes a repository");
        let mut index = Index::default();
        let mut ids = Vec::new();
        for path in ["a.txt", "b.txt", "dir/deep/c.txt", "dir/d.txt"] {
            let id =
                repo.write_object(&mut files, Kind::Blob, format!("{path}\nline\n").as_bytes(), WHEN).expect("written");
            index.put(path, IndexEntry::new(Mode::FILE, id));
            ids.push(id);
        }
        let tree = repo.write_tree(&mut files, &index.flat(), WHEN).expect("written");
        ids.push(tree);
        let mut parent = String::new();
        for n in 0..4 {
            let who = "Lea <lea@encore.example> 1780684930 +0200";
            let text = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\nchange {n}\n\nWhy.\n");
            let id = repo.write_object(&mut files, Kind::Commit, text.as_bytes(), WHEN).expect("written");
            parent = format!("parent {id}\n");
            ids.push(id);
        }
        let tip = *ids.last().expect("commits");
        for name in ["refs/heads/main", "refs/heads/topic", "refs/tags/v1", "refs/remotes/origin/main"] {
            files.make_dir_all(vfs::parent(&format!("/r/.git/{name}")), 0).expect("a folder");
            files.write(&format!("/r/.git/{name}"), format!("{tip}\n").into_bytes(), 0).expect("a reference");
        }
        let log = format!("{0} {tip} Lea <lea@encore.example> 1780684930 +0200\tcommit: x\n", git::null_id());
        files.make_dir_all("/r/.git/logs/refs/heads", 0).expect("a folder");
        files.write("/r/.git/logs/HEAD", log.repeat(3).into_bytes(), 0).expect("a log");
        files.write("/r/.git/logs/refs/heads/main", log.into_bytes(), 0).expect("a log");
        Self { files, repo, index: index.to_bytes(), ids, world: super::lines::world() }
    }
}

/// A SHA-1 behind the bytes, so that what is damaged is also read.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    use sha1::{Digest, Sha1};
    let sum = Sha1::digest(&bytes);
    bytes.extend(sum);
    bytes
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

pub fn index(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let mut bytes = fixture.index[..fixture.index.len() - 20].to_vec();
    mutate::bytes(&mut dice, &mut bytes);
    if dice.below(8) > 0 {
        bytes = sealed(bytes);
    }
    if let Ok(index) = Index::from_bytes(&bytes) {
        let again = Index::from_bytes(&index.to_bytes()).expect("an index that was read can be written and read");
        assert_eq!(again.unique_paths(), index.unique_paths());
        let mut files = fixture.files.clone();
        tried(fixture.repo.write_tree(&mut files, &index.flat(), WHEN));
    }
    shown(&bytes)
}

pub fn loose(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let mut files = fixture.files.clone();
    let id = fixture.ids[usize::try_from(dice.below(fixture.ids.len() as u64)).expect("an index")];
    let path = fixture.repo.loose_path(&id);
    let (mut raw, deflated) = match files.read_inflated(&path) {
        Ok(Some(raw)) => (raw.to_vec(), dice.below(4) > 0),
        _ => (files.read(&path).expect("the object is there").into_owned(), false),
    };
    if !deflated {
        raw = files.read(&path).expect("the object is there").into_owned();
    }
    mutate::bytes(&mut dice, &mut raw);
    if deflated {
        files.write_deflated(&path, raw.clone(), 0).expect("written");
    } else {
        files.write(&path, raw.clone(), 0).expect("written");
    }
    let repo = &fixture.repo;
    tried(repo.read_object(&files, &id));
    tried(repo.read_tag(&files, &id));
    tried(repo.read_tree(&files, &id));
    tried(repo.flat_tree(&files, Some(&id)));
    if let Ok(commit) = repo.read_commit(&files, &id) {
        tried((commit.subject(), commit.body(), commit.author.when.format(git::DateFormat::Default, 0)));
        tried((commit.author.when.format(git::DateFormat::Relative, 0), commit.committer.when.short_date()));
    }
    tried(repo.resolve(&files, "HEAD~2^{tree}"));
    tried(repo.ids_with_prefix(&files, "a"));
    shown(&raw)
}

const CONFIG: &str = "[user]\n\tname = Lea # me\n[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main ; x\n\
                      [core]\n\tbare\n[alias]\n\tco = \"!f() { \\\"x\\\"; }; f\"\n\tlong = a \\\n b\n[remote \"a.b\"]\n\turl = ../x\n";

pub fn config(_: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let pieces = [
        "[",
        "]",
        "\"",
        "\\",
        "\n",
        "=",
        "#",
        ";",
        ".",
        "[a \"b\"]",
        "\\n",
        "\\\n",
        " ",
        "\t",
        "[include]\n\tpath = x\n",
    ];
    let text = mutate::text(&mut dice, CONFIG, &pieces);
    let mut config = Config::parse(&text);
    tried((config.bad_line(), config.get("user.name").map(String::from), config.get_bool("core.bare")));
    tried((config.subsections("branch"), config.get_all("remote.a.b.url").len()));
    for name in ["user.name", "a.b", "branch.main.remote", "x", ".", "a.", "core.bare", "remote.a.b.url"] {
        match dice.below(4) {
            0 => config.set(name, "va\"l # \\ ;\n"),
            1 => config.add(name, " v "),
            2 => {
                config.unset(name);
            }
            _ => {
                config.remove_section(name);
            }
        }
    }
    tried(Config::parse(config.text()));
    text
}

const PATCH: &str = "diff --git a/a.txt b/b.txt\nsimilarity index 90%\nrename from a.txt\nrename to b.txt\nindex 1234567..89abcde 100644\n\
--- a/a.txt\n+++ b/b.txt\n@@ -1,3 +1,4 @@ head\n one\n-two\n+2\n+more\n three\n\\ No newline at end of file\n\
diff --git a/new b/new\nnew file mode 100755\nindex 0000000..89abcde\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n\
diff --git \"a/\\303\\251\" \"b/\\303\\251\"\ndeleted file mode 100644\nindex 89abcde..0000000\n--- \"a/\\303\\251\"\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";

pub fn patch(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let pieces = [
        "@@ -1,3 +1,4 @@\n",
        "-",
        "+",
        " ",
        "\\",
        "\n",
        "@@",
        "99999999999",
        ",",
        "--- a/",
        "+++ b/",
        "\"",
        "/dev/null",
        "\\3",
        "GIT binary patch\nliteral 1\nzcmZ\n",
        "rename to ",
        "diff --git a/x b/x\n",
        "-0,0",
        "mode 120000",
    ];
    let text = mutate::text(&mut dice, PATCH, &pieces);
    let strip = usize::try_from(dice.below(4)).expect("small");
    tried(parse_patches(text.as_bytes(), strip));
    // What is read is also applied, where it fits.
    if dice.below(20) == 0 {
        super::lines::run(
            &fixture.world,
            &format!(
                "git init -q r; cd r; printf 'one\\ntwo\\nthree\\n' > a.txt; git apply -p{strip} --stat --apply <<'PATCHEND'\n{text}\nPATCHEND\n"
            ),
        );
    }
    text
}

pub fn revision(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let pieces = [
        "HEAD",
        "main",
        "@",
        "@{",
        "}",
        "^",
        "~",
        "^{",
        "{commit}",
        "^{tree}",
        "^{/x}",
        ":/",
        ":",
        "..",
        "...",
        "-1",
        "@{u}",
        "@{-1}",
        "@{1}",
        "@{yesterday}",
        "@{2026-01-01}",
        "~99999999999999999999",
        "^0",
        "^!",
        "^@",
        "a.txt",
        ":2:a.txt",
        "v1",
        "refs/",
        "origin/main",
        "0123456",
        "99999999999",
        "\\",
        "*",
        "[",
        "(",
        "HEAD^{/(}",
        "describe-1-gabcdef0",
        "topic@{0}",
    ];
    let mut text = String::new();
    for _ in 0..1 + dice.below(5) {
        text.push_str(pieces[usize::try_from(dice.below(pieces.len() as u64)).expect("an index")]);
    }
    if dice.below(2) == 0 {
        text = mutate::text(&mut dice, &text, &pieces);
    }
    let (repo, files) = (&fixture.repo, &fixture.files);
    tried(repo.try_resolve(files, &text));
    tried(repo.resolve_commit(files, &text));
    tried(repo.full_ref_name(files, &text));
    tried((git::branch_name_ok(&text), git::ref_name_ok(&text), git::Refspec::parse(&text)));
    tried((When::parse(&text, 0), When::parse_approximate(&text, 1_780_684_930)));
    tried(git::wildmatch(&text, "refs/heads/main/aaaaaaaaaaaaaaaaaaaaaaaaaaaa", dice.below(2) == 0));
    tried(git::Pathspec::parse(std::slice::from_ref(&text), "dir", "/r"));
    tried(hash_object(Kind::Blob, text.as_bytes()));
    let _: Option<RefChange> = None;
    text
}
