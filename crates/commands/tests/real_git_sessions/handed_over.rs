//! A rebase, a merge or a series of mails that one Git began and the other finishes: the sandbox's files are written to
//! disk for real Git, and the other way round. The state at the end is that of real Git alone.

use super::{Ours, Real};
use std::path::{Path, PathBuf};

const SETUP: &str = "
git config --global init.defaultBranch main
git config --global user.name 'Lea Learner'
git config --global user.email lea@encore.example
git init -q r
@r
printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n' > a && git add . && git commit -qm base
git switch -qc topic && sed -i 's/2/two/' a && git commit -qam 'topic one'
echo b > b && git add . && git commit -qm 'topic two' -m 'with a body'
sed -i 's/8/eight/' a && git commit -qam 'topic three'
git switch -q main && sed -i 's/2/zwei/' a && git commit -qam 'main one' && git switch -q topic
";

/// What one begins, and what the other goes on with.
const HANDED_OVER: [(&str, &str, &str); 9] = [
    ("conflict", "git rebase main", "echo 1 > a\ngit add a\nGIT_EDITOR=true git rebase --continue"),
    ("skip", "git rebase main", "git rebase --skip"),
    ("abort", "git rebase main", "git rebase --abort"),
    (
        "edit",
        "GIT_SEQUENCE_EDITOR='sed -i 2s/pick/edit/' git rebase -i HEAD~3",
        "echo more >> b\ngit commit -qam 'in between'\nGIT_EDITOR=true git rebase --continue",
    ),
    (
        "exec",
        "git rebase -x 'test ! -f b' HEAD~3",
        "git commit -q --allow-empty -m 'the test is mended'\ngit rebase --continue",
    ),
    (
        "squash",
        "GIT_SEQUENCE_EDITOR='sed -i 3s/pick/squash/' git rebase -i main",
        "echo 1 > a\ngit add a\nGIT_EDITOR=true git rebase --continue\necho 1 > a\ngit add a\nGIT_EDITOR=true git rebase --continue",
    ),
    (
        "pick",
        "git switch -q main\ngit cherry-pick topic~2 topic~1",
        "echo 1 > a\ngit add a\nGIT_EDITOR=true git cherry-pick --continue",
    ),
    ("merge", "git merge main", "echo 1 > a\ngit add a\ngit commit -q --no-edit"),
    (
        "mails",
        "git format-patch -q -3 -o ../p\ngit switch -q main\ngit am ../p/*",
        "printf '1\\ntwo\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n' > a\ngit add a\ngit am --continue",
    ),
];

const LOOKS: [&str; 6] = [
    "git log --all --format='%H %P %an %ad %cd %s%n%b'",
    "git status",
    "git reflog",
    "git reflog topic",
    "git ls-files -s",
    "cat a b; ls .git | grep -v -e COMMIT_EDITMSG -e ORIG_HEAD -e branches -e AUTO_MERGE -e REBASE_HEAD -e SQUASH_MSG -e description",
];

/// Lines with their folders.
fn lines(home: &str, text: &str, cwd: &str) -> Vec<(String, String)> {
    let mut cwd = cwd.to_string();
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('@') {
            Some(folder) => cwd = format!("{home}/{folder}"),
            None => out.push((cwd.clone(), line.to_string())),
        }
    }
    out
}

/// The sandbox's home folder on disk.
fn write_out(ours: &Ours, home: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::remove_dir_all(home).ok();
    std::fs::create_dir_all(home).unwrap();
    let files = &ours.world.machine(&ours.machine).unwrap().files;
    for (path, stat) in files.walk(home, &mut |_| true).unwrap() {
        match stat.kind {
            vfs::Kind::Dir => std::fs::create_dir_all(&path).unwrap(),
            vfs::Kind::Symlink => std::os::unix::fs::symlink(files.read_link(&path).unwrap(), &path).unwrap(),
            vfs::Kind::File => {
                std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
                std::fs::write(&path, files.read(&path).unwrap()).unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(stat.mode & 0o777)).unwrap();
            }
        }
    }
}

/// What lies on disk in a sandbox.
fn read_in(ours: &mut Ours, folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.to_string_lossy().into_owned();
        let mut host = ours.world.machine(&ours.machine).unwrap().clone();
        if path.is_dir() {
            host.files.make_dir_all(&name, 0).unwrap();
        } else {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            host.files.write(&name, std::fs::read(&path).unwrap(), 0).unwrap();
            host.files.set_mode(&name, mode & 0o777).unwrap();
        }
        ours.world.add_machine(ours.machine.clone(), host);
        if path.is_dir() {
            read_in(ours, &path);
        }
    }
}

enum Hand<'a> {
    Ours(&'a mut Ours),
    Real(&'a Real),
}

impl Hand<'_> {
    fn all(&mut self, first: u64, lines: &[(String, String)]) -> u64 {
        let mut n = first;
        for (cwd, line) in lines {
            match self {
                Hand::Ours(ours) => drop(ours.run(n, cwd, line)),
                Hand::Real(real) => drop(real.run(n, cwd, line)),
            }
            n += 1;
        }
        n
    }

    fn look(&mut self, cwd: &str) -> String {
        let mut out = String::new();
        for look in LOOKS {
            let given = match self {
                Hand::Ours(ours) => ours.run(9_999, cwd, look),
                Hand::Real(real) => real.run(9_999, cwd, look),
            };
            out.push_str(&format!("$ {look}\n{}{}", given.out, given.err));
        }
        out
    }
}

#[test]
fn what_one_began_the_other_finishes() {
    if std::process::Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not installed");
        return;
    }
    let base = std::env::temp_dir().join(format!("opsfest-handed-{}", std::process::id()));
    let mut wrong = Vec::new();
    for (name, begins, goes_on) in HANDED_OVER {
        let home = base.join(name);
        let at = home.to_string_lossy().into_owned();
        let cwd = format!("{at}/r");
        let real = Real { home: home.clone() };
        let first = [lines(&at, SETUP, &at), lines(&at, begins, &cwd)].concat();
        let then = lines(&at, goes_on, &cwd);
        // Real Git alone.
        std::fs::remove_dir_all(&home).ok();
        std::fs::create_dir_all(&home).unwrap();
        let n = Hand::Real(&real).all(1, &first);
        let mut handed = Ours::new(&at);
        read_in(&mut handed, &home);
        Hand::Real(&real).all(n, &then);
        let expected = Hand::Real(&real).look(&cwd);
        // Begun by real Git, finished in the sandbox.
        Hand::Ours(&mut handed).all(n, &then);
        let finished_here = Hand::Ours(&mut handed).look(&cwd);
        // Begun in the sandbox, finished by real Git.
        let mut ours = Ours::new(&at);
        Hand::Ours(&mut ours).all(1, &first);
        write_out(&ours, &at);
        Hand::Real(&real).all(n, &then);
        let finished_there = Hand::Real(&real).look(&cwd);
        for (who, state) in [("the sandbox", finished_here), ("real Git", finished_there)] {
            if state != expected {
                wrong.push(format!("=== {name} finished by {who}\n--- expected\n{expected}\n--- is\n{state}"));
            }
        }
        assert!(expected.contains("topic one"), "{expected}");
    }
    std::fs::remove_dir_all(&base).ok();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
