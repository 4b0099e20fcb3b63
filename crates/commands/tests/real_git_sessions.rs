//! What is typed: written sessions, and drawn ones.

/// A name, and lines with the folder each runs in.
pub type Session = (String, Vec<(String, String)>);

pub fn sessions() -> Vec<Session> {
    let mut all = Vec::new();
    for (name, text) in [("basics", BASICS)] {
        all.push((name.to_string(), read(text)));
    }
    all
}

/// `@folder` changes the folder of what follows.
fn read(text: &str) -> Vec<(String, String)> {
    let mut cwd = "/home/learner".to_string();
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('@') {
            Some(folder) => cwd = format!("/home/learner/{folder}").trim_end_matches('/').to_string(),
            None => lines.push((cwd.clone(), line.to_string())),
        }
    }
    lines
}

const BASICS: &str = r#"
git --version
git config --global init.defaultBranch main
git status
git init web
@web
git status
git log
git commit -m x
echo one > a.txt
git add a.txt
git commit -m first
git config --global user.name "Lea Learner"
git commit -m first
git config --global user.email lea@encore.example
git status
git status -s
git commit -m first
git log
git status
echo two >> a.txt
echo b > b.txt
git status
git diff
git diff --stat
git add .
git status
git diff --cached
git diff --staged --stat
git commit -m "second: more"
git log --oneline
git log --oneline --decorate
git log --stat
git log -p
git log -1 -p --stat
git show
git show HEAD~1
git show HEAD:a.txt
git show --stat HEAD
git show --name-only
git log --format=%h:%s:%an
git log --pretty=format:%h
git log -n 1 --format='%H%n%T%n%P%n%ad%n%ar'
mkdir -p src
echo x > src/x.js
git status
git status -uall
git add src
git status -s
echo y >> src/x.js
git status
git status -sb
git diff --name-only
git diff --name-status HEAD
git commit -am third
rm b.txt
git status
git add b.txt
git status
git commit -m "remove b"
git log --oneline -- b.txt
git log --oneline src
git commit
git commit --amend -m "remove b, really"
git commit --allow-empty -m nothing
git commit -m again
git add nothere
git add
git foo
git statsu
git commit --foo 2>&1 | head -1
git status --foo 2>&1 | head -1
git log nothere
git log main..nothere
git diff nothere
git show nothere
git log --author=Lea --oneline
git log --grep=second --oneline
git config user.name
git config --get user.email
git config nothere.x
git config --list
printf 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n' > long.txt
git add long.txt
git commit -qm long
printf 'a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nK\nl\nm' > long.txt
git diff
git diff -U1
git diff --numstat
git diff --shortstat
git diff HEAD -- long.txt
git mv a.txt c.txt
git add -A
mv long.txt longer.txt
git add -A
git status
git commit -m rename
git show --summary
git show -M --stat
git log --follow a.txt
chmod +x longer.txt
git diff
git add -u
git commit -m mode
printf 'node_modules/\n*.log\n!keep.log\n' > .gitignore
mkdir -p node_modules logs
touch node_modules/a x.log keep.log logs/y.log logs/z
git status
git status --ignored
git add x.log
git add -f x.log
git add .
git status -s
git commit -m ignore
git log --oneline --all --graph
git log --reverse --oneline
git log --skip=2 -2 --oneline
git log -3 --format='%s (%cs)'
git log --name-status -2
git add -v .
git add -n .
git help 2>&1 | head -1
"#;
