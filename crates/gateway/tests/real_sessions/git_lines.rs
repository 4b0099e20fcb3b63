//! Lines of Git.

use super::draw::Dice;

pub const BRANCHES: [&str; 4] = ["main", "topic", "fix", "release"];
pub const REVISIONS: [&str; 8] = ["HEAD", "HEAD~1", "HEAD~2", "main", "topic", "fix", "HEAD^2", "origin/main"];

/// What changes a repository.
pub fn git_change(dice: &mut Dice, n: u64) -> String {
    let (file, branch, revision) = (dice.file(), dice.pick(&BRANCHES), dice.pick(&REVISIONS));
    match dice.roll(72) {
        0..=3 => "git add .".into(),
        4 => format!("git add '{file}'"),
        5 => format!("git add {}", dice.pick(&["-A", "-u", "src", "-v .", "*.txt", "-n ."])),
        6..=10 => format!("git commit -m 'change {n}'"),
        11..=14 => format!("git commit -am \"change {n}\""),
        15 => format!("git commit --amend -m 'amended {n}'"),
        16 => format!("git commit {} -m 'more {n}'", dice.pick(&["-q", "--allow-empty", "-a", "-v"])),
        17..=18 => format!("git switch {branch}"),
        19..=20 => format!("git switch -c {branch}"),
        21 => format!("git switch {}", dice.pick(&["-", "--detach HEAD", "-c late HEAD~1", "-C topic"])),
        22 => format!("git branch {} {branch}", dice.pick(&["", "-d", "-D", "-m", "-f"])),
        23 => format!("git branch {branch} {revision}"),
        24 => format!("git restore '{file}'"),
        25 => format!("git restore --staged '{file}'"),
        26 => format!("git restore --source {revision} '{file}'"),
        27 => "git restore .".into(),
        28..=30 => format!("git revert --no-edit {revision}"),
        31 => format!("git revert {}", dice.pick(&["--abort", "--continue --no-edit", "--skip", "-n HEAD", "HEAD"])),
        32..=33 => "git push".into(),
        34 => format!("git push -u origin {branch}"),
        35 => format!("git push {}", dice.pick(&["origin HEAD", "--force", "origin main", "--all", "origin :fix"])),
        36..=37 => "git pull".into(),
        38 => format!("git pull {}", dice.pick(&["--no-rebase", "--ff-only", "origin main", "-q"])),
        39 => format!("git fetch{}", dice.pick(&["", " origin", " --all", " --prune", " origin main"])),
        40 => format!("git merge {branch}"),
        41 => format!("git merge {}", dice.pick(&["--abort", "--no-ff topic", "--ff-only main", "--continue"])),
        42 => format!("git rm {}'{file}'", dice.pick(&["", "--cached ", "-f "])),
        43 => format!("git config {}", dice.pick(&["pull.rebase false", "user.name 'Other Name'", "alias.st status"])),
        44..=61 => day_change(dice, n),
        _ => history_change(dice, n),
    }
}

/// What a day's work has more: stash, picks, rebases, squashes.
fn day_change(dice: &mut Dice, n: u64) -> String {
    let (file, branch, revision) = (dice.file(), dice.pick(&BRANCHES), dice.pick(&REVISIONS));
    match dice.roll(18) {
        0..=2 => format!("git stash {}", dice.pick(&["", "-u", "push -m words", "-k", "push -a"])),
        3..=4 => format!("git stash {}", dice.pick(&["pop", "pop --index", "apply", "list", "drop", "show -p"])),
        5..=6 => format!("git cherry-pick {}{revision}", dice.pick(&["", "-x ", "-n ", "-m 1 "])),
        7 => format!("git cherry-pick {}", dice.pick(&["--continue", "--abort", "--skip", "--quit"])),
        8..=9 => format!("git rebase {branch}"),
        10 => format!("GIT_EDITOR=true git rebase {}", dice.pick(&["--continue", "--abort", "--skip", "--quit"])),
        11 => format!(
            "GIT_SEQUENCE_EDITOR='sed -i {}s/pick/{}/' GIT_EDITOR='sed -i 1s/change/CHANGE/' git rebase -i HEAD~{}",
            dice.roll(2) + 1,
            dice.pick(&["drop", "reword", "edit", "squash", "fixup"]),
            dice.roll(2) + 2
        ),
        12 => format!("git commit -m 'part {n}' -- '{file}'"),
        13 => format!("git merge {} {branch}", dice.pick(&["--squash", "-X ours", "-X theirs", "--no-commit"])),
        14 => "git pull --rebase".into(),
        15 => format!("git reset {} {revision}", dice.pick(&["--soft", "--mixed", "--hard", "--merge"])),
        16 => format!("git commit --fixup {revision} && GIT_SEQUENCE_EDITOR=: git rebase -i --autosquash HEAD~2"),
        _ => format!("git revert --no-edit {branch}~2..{branch}"),
    }
}

/// Work on branches and history: several at once, rewritten, mended, taken back.
fn history_change(dice: &mut Dice, n: u64) -> String {
    let (file, branch, revision) = (dice.file(), dice.pick(&BRANCHES), dice.pick(&REVISIONS));
    match dice.roll(22) {
        0 => format!("git switch -c feature-{n} && echo 'feature {n}' >> '{file}' && git commit -am 'feature {n}'"),
        1 => format!("git checkout {} {branch}", dice.pick(&["", "-q", "-b", "--detach"])),
        2 => format!("git checkout {revision} -- '{file}'"),
        3 => format!("git merge {branch} {}", dice.pick(&BRANCHES)),
        4 => format!("git rebase -r {branch}"),
        5 => format!("git rebase --onto {branch} {revision}"),
        6 => format!("GIT_SEQUENCE_EDITOR='sed -i 1d' git rebase -i {revision}"),
        7 => format!("GIT_SEQUENCE_EDITOR='sed -i \"1{{h;d}};2G\"' git rebase -i HEAD~{}", dice.roll(3) + 1),
        8 => format!("git rebase -x 'test -f a.txt' {revision}"),
        9 => format!(
            "git commit --amend {}",
            dice.pick(&["--no-edit", "-C HEAD~1", "--reset-author --no-edit", "-a -m x"])
        ),
        10 => format!("git reset {} HEAD~1", dice.pick(&["", "-q", "--keep", "--soft"])),
        11 => "git reset --hard ORIG_HEAD".into(),
        12 => format!("git reset --hard HEAD@{{{}}}", dice.roll(4)),
        13 => format!("printf 'y\\nn\\nq\\n' | git add -p {}", dice.pick(&["", "a.txt", "src"])),
        14 => format!("printf 'y\\ny\\n' | git {}", dice.pick(&["reset -p", "restore -p", "checkout -p", "stash -p"])),
        15 => format!("git tag {} r{}", dice.pick(&["", "-f", "-d", "-a -m words"]), dice.roll(3)),
        16 => format!(
            "git push {}",
            dice.pick(&["--tags", "--force-with-lease", "origin HEAD:refs/heads/fix", "-d origin fix"])
        ),
        17 => format!("git branch {} {branch}", dice.pick(&["-u origin/main", "--unset-upstream", "-M", "-c copy"])),
        18 => {
            format!("git notes {}", dice.pick(&["add -m words", "append -m more", "remove", "show", "add -f -m new"]))
        }
        19 => "git format-patch -q -1 -o ../patches && git am ../patches/*; rm -rf ../patches".into(),
        20 => "git fetch -q origin main && git merge FETCH_HEAD".into(),
        _ => "git clean -fdq".into(),
    }
}

pub fn git_look(dice: &mut Dice) -> String {
    let (file, revision) = (dice.file(), dice.pick(&REVISIONS));
    match dice.roll(34) {
        0..=3 => "git status".into(),
        4 => format!("git status {}", dice.pick(&["-s", "-sb", "--porcelain", "-uno", "src", "--short --branch"])),
        5..=6 => "git log --oneline".into(),
        7 => "git log".into(),
        8 => {
            format!("git log {}", dice.pick(&["-2", "-p -1", "--stat -2", "--graph --oneline --all", "-1 --format=%H"]))
        }
        9 => format!(
            "git log --oneline {}",
            dice.pick(&["-- a.txt", "--reverse", "main..topic", "--all", "-n 2", "HEAD~1"])
        ),
        10 => format!("git log --format='%h %an %s%d' {revision}"),
        11..=13 => "git diff".into(),
        14 => {
            format!("git diff {}", dice.pick(&["--cached", "--staged --stat", "HEAD", "--name-only", "--stat", "-U1"]))
        }
        15 => format!("git diff {revision} -- '{file}'"),
        16 => format!("git diff {revision} HEAD --name-status"),
        17..=18 => "git show".into(),
        19 => format!("git show {revision}"),
        20 => format!(
            "git show {}",
            dice.pick(&["--stat", "HEAD:a.txt", "--name-only HEAD", "HEAD~1:src", "-q", "HEAD:none"])
        ),
        21..=22 => "git branch".into(),
        23 => {
            format!("git branch {}", dice.pick(&["-v", "-vv", "-a", "-r", "--merged", "--show-current", "--list 't*'"]))
        }
        24 => "git remote -v".into(),
        25 => "git config --list --local".into(),
        26 => format!(
            "git config {}",
            dice.pick(&["user.name", "--get user.email", "--global --list", "core.bare", "no.such"])
        ),
        27 => format!("git rev-parse {revision}"),
        28 => "git log --oneline | wc -l".into(),
        29 => "git status --short | grep -v '^??' | head -n 3".into(),
        30 => "echo \"on $(git branch --show-current) at $(git rev-parse --short HEAD 2>/dev/null)\"".into(),
        31 => "cat .git/HEAD".into(),
        32 => "git reflog | head -n 4".into(),
        _ => "git tag v1 && git tag && git tag -d v1".into(),
    }
}

pub fn git_mistake(dice: &mut Dice) -> String {
    dice.pick(&[
        "git add missing.txt",
        "git add",
        "git comit -m x",
        "git statsu",
        "git commit",
        "git commit -m",
        "git commit --nope -m x",
        "git status --nope",
        "git log nowhere",
        "git log --oneline nowhere..main",
        "git diff nowhere",
        "git show nowhere",
        "git show nowhere:a.txt",
        "git switch nowhere",
        "git switch -c main",
        "git switch -c 'bad name'",
        "git switch a.txt",
        "git branch -d main",
        "git branch -d nowhere",
        "git branch 'bad..name'",
        "git branch main",
        "git restore missing.txt",
        "git restore",
        "git restore --source nowhere a.txt",
        "git revert nowhere",
        "git revert",
        "git push nowhere main",
        "git push origin nowhere",
        "git push --nope",
        "git pull nowhere",
        "git fetch nowhere",
        "git merge nowhere",
        "git clone nowhere.git",
        "git clone",
        "git init --nope",
        "git config",
        "git config bad",
        "git config a.b.c",
        "git remote add origin x",
        "git remote set-url nowhere x",
        "git rm missing.txt",
        "git -C nowhere status",
        "git --nope",
        "cd .. && git status; cd - > /dev/null",
        "git commit -m 'nothing' && echo made || echo none",
    ])
    .into()
}
