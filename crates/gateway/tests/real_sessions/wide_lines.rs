//! Lines of Git that a day has less often: what looks closely, what works on several commits at once, and the plumbing.

use super::draw::Dice;
use super::git_lines::{BRANCHES, REVISIONS};
use super::wide_words::*;

const RANGES: [&str; 8] =
    ["HEAD~2..", "main..topic", "topic..main", "main...topic", "HEAD~3..HEAD~1", "-2", "fix..", "origin/main.."];

/// What changes a repository, several steps in a line among them.
pub fn wide_change(dice: &mut Dice, n: u64) -> String {
    match dice.roll(3) {
        0 => single(dice, n),
        1 => history(dice, n),
        _ => several(dice, n),
    }
}

fn single(dice: &mut Dice, n: u64) -> String {
    let (file, branch, revision) = (dice.file(), dice.pick(&BRANCHES), dice.pick(&REVISIONS));
    match dice.roll(22) {
        0 => format!("git stash push {} -- '{file}'", dice.pick(&["", "-u", "-m part", "-k", "--staged"])),
        1 => {
            format!("git stash {}", dice.pick(SINGLE_1))
        }
        2 => format!("git stash {}", dice.pick(SINGLE_2)),
        3 => {
            format!("git restore {} '{file}'", dice.pick(&["-S", "-W", "-SW", "--ours", "--theirs", "-m", "-s HEAD~1"]))
        }
        4 => format!(
            "git checkout {} -- '{file}'",
            dice.pick(&["--ours", "--theirs", "-m", "HEAD~1", "--conflict=diff3"])
        ),
        5 => format!("git reset {} '{file}'", dice.pick(&["", "-q", "HEAD~1 --", "--"])),
        6 => format!("git reset {} {revision}", dice.pick(&["--keep", "--merge", "-N", "--hard -q"])),
        7 => format!("git mv {}'{file}' '{}'", dice.pick(&["", "-f ", "-n ", "-k ", "-v "]), dice.file()),
        8 => format!("git rm {} '{file}'", dice.pick(&["-q", "-n", "--ignore-unmatch", "-r src", "--cached -q"])),
        9 => format!("git mv src lib{n} && git commit -qm 'move {n}'"),
        10 => {
            format!("git add {} '{file}'", dice.pick(&["-N", "-f", "-u", "--chmod=+x",]))
        }
        11 => format!("git clean {}", dice.pick(&["-n", "-f", "-fd", "-nd", "-fx", "-fX", "", "-f src"])),
        12 => format!(
            "git tag {} t{}",
            dice.pick(&["-a -m 'tag words'", "-m one -m two", "-f", "-d", "-n"]),
            dice.roll(3)
        ),
        13 => format!("git branch {} {branch} {}", dice.pick(&["-f", "-t", "-m"]), dice.pick(&BRANCHES)),
        14 => format!("git switch {} {branch}", dice.pick(&["-f", "-m", "--detach", "-C", "-t", "--orphan", "-q"])),
        15 => format!(
            "git commit {} -m 'late {n}'",
            dice.pick(&["--dry-run", "-o a.txt", "-i a.txt", "-s", "--no-verify"])
        ),
        16 => format!("git commit {}", dice.pick(SINGLE_3)),
        17 => format!("git push {}", dice.pick(SINGLE_4)),
        18 => format!("git {}", dice.pick(SINGLE_5)),
        19 => format!("git worktree {}", dice.pick(SINGLE_6)),
        20 => format!("git notes {}", dice.pick(SINGLE_7)),
        _ => format!("git update-ref refs/heads/made{} {revision}", dice.roll(2)),
    }
}

/// Several commits taken, taken back, put elsewhere.
fn history(dice: &mut Dice, n: u64) -> String {
    let (branch, revision) = (dice.pick(&BRANCHES), dice.pick(&REVISIONS));
    match dice.roll(20) {
        0 => {
            format!("git cherry-pick {}", dice.pick(HISTORY_1))
        }
        1 => format!(
            "git cherry-pick {} {branch}",
            dice.pick(&["-e", "-s", "--ff", "-X theirs", "--allow-empty", "-nx"])
        ),
        2 => format!("git revert --no-edit {} {revision}", dice.pick(&["-m 1", "-m 2", "-n", "-s"])),
        3 => format!("git revert --no-edit {}", dice.pick(&["HEAD~2..HEAD", "HEAD HEAD~1", "HEAD~1", "main..topic"])),
        4 => format!("git rebase {} {branch}", dice.pick(HISTORY_2)),
        5 => format!("git rebase {}", dice.pick(HISTORY_3)),
        6 => format!("GIT_SEQUENCE_EDITOR='sed -i \"{}\"' GIT_EDITOR=true git rebase -i HEAD~3", dice.pick(HISTORY_4)),
        7 => format!(
            "git commit --{} {revision} -a -m x; GIT_SEQUENCE_EDITOR=: GIT_EDITOR=true git rebase -i --autosquash HEAD~3",
            dice.pick(&["fixup", "squash"])
        ),
        8 => format!("git commit --allow-empty --fixup=amend:{revision} -m {}", dice.pick(&["words", "others"])),
        9 => format!("git merge {} {branch}", dice.pick(HISTORY_5)),
        10 => format!("git merge {} {branch}", dice.pick(HISTORY_6)),
        11 => format!("git -c merge.conflictStyle={} merge {branch}", dice.pick(&["diff3", "zdiff3"])),
        12 => format!(
            "git merge-base {} {branch} {revision}",
            dice.pick(&["", "--all", "--is-ancestor", "--octopus", "--fork-point"])
        ),
        13 => format!(
            "git format-patch {} --stdout | tail -n +2",
            dice.pick(&["-1", "-2", "main..topic", "-1 --no-stat",])
        ),
        14 => format!(
            "git format-patch -q -o ../p {} && git switch -qC mail HEAD~1 && git am {} ../p/*; rm -rf ../p",
            dice.pick(&["-1", "-2"]),
            dice.pick(&["", "-q", "-3", "-s"])
        ),
        15 => format!("git am {}", dice.pick(&["--abort", "--skip", "--continue", "--quit"])),
        16 => format!("git diff {revision} > ../x.diff; git apply {} ../x.diff; rm ../x.diff", dice.pick(HISTORY_7)),
        17 => format!("git rebase -r --onto {branch} {revision}"),
        18 => format!(
            "git config rerere.enabled true; git merge {branch}; git rerere {}",
            dice.pick(&["", "status", "diff", "forget ."])
        ),
        _ => {
            format!("git rev-parse -q --verify HEAD~{0} > /dev/null && git range-diff HEAD~{0} HEAD~1 HEAD", n % 2 + 2)
        }
    }
}

/// Steps that belong together.
fn several(dice: &mut Dice, n: u64) -> String {
    let (file, other, branch) = (dice.file(), dice.file(), dice.pick(&BRANCHES));
    match dice.roll(18) {
        0 => format!(
            "git switch -qc r{n} && git mv '{file}' moved{n}.txt && git commit -qm 'rename {n}'; git switch -q -; \
             echo 'more {n}' >> '{file}'; git commit -qam 'edit {n}'; git merge --no-edit r{n}"
        ),
        1 => format!(
            "git branch -f x1 && git branch -f x2 && git switch -q x1 && echo 'x1 {n}' >> '{file}' && git add . && \
             git commit -qm x1 && git switch -q x2 && echo 'x2 {n}' >> '{other}' && git add . && git commit -qm x2 && \
             git tag -f xx && git merge -q --no-edit x1; git switch -q x1; git merge --no-edit xx; git merge --no-edit x2"
        ),
        2 => format!("git bisect start HEAD HEAD~{} && git bisect run {}; git bisect reset", dice.roll(4) + 1, dice.pick(SEVERAL_1)),
        3 => format!("git bisect start; git bisect bad; git bisect good HEAD~{}; git bisect log; git bisect {}; git bisect reset", dice.roll(3) + 1, dice.pick(&["good", "bad", "skip", "terms", "visualize --oneline"])),
        4 => format!("printf '*.log\\n/out.txt\\nnew*/\\n' > .gitignore; touch x.log; git status -s {}; git check-ignore -v x.log out.txt", dice.pick(&["", "--ignored", "-uall"])),
        5 => format!("git checkout -q {branch} 2>/dev/null; git log --oneline -3; git checkout -q -"),
        6 => format!("printf '#!/bin/sh\\necho hook {n}; exit {}\\n' > .git/hooks/{}; chmod +x .git/hooks/*; git commit --allow-empty -m 'hooked {n}'; rm -f .git/hooks/*", dice.roll(2), dice.pick(SEVERAL_2)),
        7 => format!("git config --global alias.a{n} '{}'; git a{n}", dice.pick(SEVERAL_3)),
        8 => "git bundle create -q ../all.bundle --all && git bundle verify -q ../all.bundle; git clone -q ../all.bundle ../copy; rm -rf ../copy ../all.bundle".into(),
        9 => format!("git commit -qm 'side {n}' --allow-empty; git switch -qc s{n} HEAD~1; echo {n} > side{n}; git add .; git commit -qm 'own {n}'; git merge --no-edit -; git log --graph --oneline -6"),
        10 => format!("git switch -qc o1 && git commit -q --allow-empty -m o1; git switch -qc o2 HEAD~1 && echo {n} > o2.txt && git add . && git commit -qm o2; git merge o1 {branch}"),
        11 => format!("sed -i '1s/^/top {n} /' '{file}'; sed -i '$s/$/ end/' '{file}'; printf '{}' | git add -p '{file}'; git diff --cached --stat", dice.pick(SEVERAL_4)),
        12 => format!("printf '* text=auto\\n*.md text\\n*.js merge=union\\n' > .gitattributes; git check-attr -a '{file}'; git diff --stat"),
        13 => format!("git stash -q; git switch -q {branch}; git stash pop"),
        14..=16 => names_changed(dice, n),
        _ => format!("git config merge.ff false; git merge {branch}; git config --unset merge.ff"),
    }
}

/// Both sides move, remove and replace files and folders, and meet.
fn names_changed(dice: &mut Dice, n: u64) -> String {
    let (theirs, ours, join) = (dice.pick(RENAMES), dice.pick(RENAMES), dice.pick(JOINS));
    let (file, other) = (dice.file(), dice.file());
    let other = if dice.roll(2) == 0 { file } else { other };
    let side = |words: &str, file: &str, n: u64| words.replace("{file}", file).replace("{n}", &n.to_string());
    format!(
        "git reset -q --hard; git switch -qc m{n} && {{ {}; }} && git add -A && git commit -qm 'theirs {n}'; git switch -q -; {{ {}; }} && \
         git add -A && git commit -qm 'ours {n}'; git {}",
        side(theirs, file, n),
        side(ours, other, n + 100),
        side(join, file, n)
    )
}

/// What looks: at differences, history, lines, names, objects.
pub fn wide_look(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => differences(dice),
        1 => log(dice),
        2 => names(dice),
        _ => plumbing(dice),
    }
}

fn differences(dice: &mut Dice) -> String {
    let (file, revision, branch) = (dice.file(), dice.pick(&REVISIONS), dice.pick(&BRANCHES));
    match dice.roll(9) {
        0..=2 => format!("git diff {} {revision}", dice.pick(DIFFERENCES_1)),
        3 => format!("git diff {branch}..{} --stat", dice.pick(&BRANCHES)),
        4 => format!("git diff {branch}...{revision}"),
        5 => format!("git diff HEAD:{file} {revision}:{file}", file = dice.pick(&["a.txt", "b.txt", "notes.md"])),
        6 => format!("git diff --no-index '{file}' '{}'", dice.file()),
        7 => format!("git show {} {revision}", dice.pick(DIFFERENCES_2)),
        _ => format!("git stash show {}", dice.pick(&["-p", "--stat", "--name-only", "stash@{1}", "-u"])),
    }
}

fn log(dice: &mut Dice) -> String {
    let (file, range) = (dice.file(), dice.pick(&RANGES));
    match dice.roll(6) {
        0 | 1 => format!("git log {} {range}", dice.pick(LOG_1)),
        2 => format!("git log --oneline {}", dice.pick(LOG_2)),
        3 => format!("git log {} -- '{file}'", dice.pick(&["-p", "--follow --oneline", "--stat", "-1"])),
        4 => format!("git log {} --format=%s", dice.pick(LOG_3)),
        _ => format!("git shortlog {} HEAD", dice.pick(&["", "-s", "-n", "-sn", "-e", "-sne", "--group=committer"])),
    }
}

fn names(dice: &mut Dice) -> String {
    let (file, revision) = (dice.file(), dice.pick(&REVISIONS));
    match dice.roll(9) {
        0 => format!("git blame {} HEAD -- '{file}'", dice.pick(NAMES_1)),
        1 => format!("git describe {} {revision}", dice.pick(NAMES_2)),
        2 => format!("git rev-parse {}", dice.pick(NAMES_3)),
        3 => format!("git branch {}", dice.pick(NAMES_4)),
        4 => format!("git tag {}", dice.pick(NAMES_5)),
        5 => format!("git reflog {}", dice.pick(&["", "show topic", "-3", "--date=iso", "HEAD@{2}"])),
        6 => format!("git status {}", dice.pick(NAMES_6)),
        7 => format!("git grep {}", dice.pick(NAMES_7)),
        _ => format!("git for-each-ref {}", dice.pick(NAMES_8)),
    }
}

fn plumbing(dice: &mut Dice) -> String {
    let (file, revision, range) = (dice.file(), dice.pick(&REVISIONS), dice.pick(&RANGES));
    match dice.roll(12) {
        0 => format!("git ls-files {}", dice.pick(PLUMBING_1)),
        1 => format!("git ls-tree {} {revision}", dice.pick(&["", "-r", "-d", "-l", "--name-only", "-rt"])),
        2 => format!("git cat-file {} {revision}", dice.pick(&["-t", "-s", "-p", "-e", "commit", "tree", "blob"])),
        3 => format!("git rev-list {} {range}", dice.pick(PLUMBING_2)),
        4 => {
            format!("git hash-object '{file}'; echo x | git hash-object --stdin {}", dice.pick(&["", "-w", "-t blob"]))
        }
        5 => {
            format!("git diff-tree {} {revision}", dice.pick(&["-p", "-r", "--stat", "--name-only -r", "--root", "-m"]))
        }
        6 => format!("git diff-index {} HEAD", dice.pick(&["", "-p", "--cached", "--name-status", "--quiet"])),
        7 => format!("git symbolic-ref {}", dice.pick(&["HEAD", "--short HEAD", "-q HEAD", "refs/none"])),
        8 => format!("git show-ref {}", dice.pick(PLUMBING_3)),
        9 => format!("git name-rev {} {revision}", dice.pick(&["", "--name-only", "--tags", "--always"])),
        10 => format!("git {}", dice.pick(PLUMBING_4)),
        _ => format!("git cherry {} main {revision}", dice.pick(&["", "-v"])),
    }
}
