//! What is typed: written sessions, and drawn ones.

/// A name, and lines with the folder each runs in.
pub type Session = (String, Vec<(String, String)>);

pub fn sessions() -> Vec<Session> {
    let mut all = Vec::new();
    for (name, text) in [
        ("basics", BASICS),
        ("branches", BRANCHES),
        ("conflicts", CONFLICTS),
        ("reverts", REVERTS),
        ("remotes", REMOTES),
        ("undoing", UNDOING),
        ("stash", STASH),
        ("picks", PICKS),
        ("rebase", REBASE),
        ("rebase_list", REBASE_LIST),
        ("rebase_more", REBASE_MORE),
        ("looking", LOOKING),
        ("bisect", BISECT),
        ("plumbing", PLUMBING),
        ("merges", MERGES),
        ("pull_rebase", PULL_REBASE),
        ("scripting", SCRIPTING),
        ("words", WORDS),
        ("patches", PATCHES),
        ("hunks", HUNKS),
        ("stacked", STACKED),
        ("options", OPTIONS),
        ("line_log", LINE_LOG),
        ("range_diff", RANGE_DIFF),
        ("rerere", RERERE),
        ("merges_again", MERGES_AGAIN),
        ("merges_shown", MERGES_SHOWN),
        ("mails_merged", MAILS_MERGED),
        ("attributes", ATTRIBUTES),
        ("archive", ARCHIVE),
        ("octopus", OCTOPUS),
        ("notes", NOTES),
        ("mails", MAILS),
        ("worktrees", WORKTREES),
        ("merges_renamed", MERGES_RENAMED),
        ("carried", CARRIED),
        ("found_by_chance", FOUND_BY_CHANCE),
    ] {
        let setup = if name == "basics" { "" } else { SETUP };
        all.push((name.to_string(), read(&format!("{setup}{text}"))));
    }
    let count = std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    all.extend((0..count).map(|seed| (format!("drawn-{seed}"), drawn(seed))));
    all
}

/// `@folder` changes the folder of what follows; all are below the home folder.
fn read(text: &str) -> Vec<(String, String)> {
    let mut cwd = String::new();
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('@') {
            Some(folder) => cwd = format!("/{folder}").trim_end_matches('/').to_string(),
            None => lines.push((cwd.clone(), line.to_string())),
        }
    }
    lines
}

const FOUND_BY_CHANCE: &str = include_str!("real_git_sessions/found_by_chance.txt");
const BASICS: &str = include_str!("real_git_sessions/basics.txt");

const SETUP: &str = r#"
git config --global init.defaultBranch main
git config --global user.name "Lea Learner"
git config --global user.email lea@encore.example
"#;

const BRANCHES: &str = include_str!("real_git_sessions/branches.txt");
const CONFLICTS: &str = include_str!("real_git_sessions/conflicts.txt");
const REVERTS: &str = include_str!("real_git_sessions/reverts.txt");
const REMOTES: &str = include_str!("real_git_sessions/remotes.txt");
const UNDOING: &str = include_str!("real_git_sessions/undoing.txt");

const STASH: &str = include_str!("real_git_sessions/stash.txt");
const PICKS: &str = include_str!("real_git_sessions/picks.txt");
const REBASE: &str = include_str!("real_git_sessions/rebase.txt");
const REBASE_LIST: &str = include_str!("real_git_sessions/rebase_list.txt");
const REBASE_MORE: &str = include_str!("real_git_sessions/rebase_more.txt");
const PULL_REBASE: &str = include_str!("real_git_sessions/pull_rebase.txt");
const LOOKING: &str = include_str!("real_git_sessions/looking.txt");
const BISECT: &str = include_str!("real_git_sessions/bisect.txt");
const PLUMBING: &str = include_str!("real_git_sessions/plumbing.txt");
const MERGES: &str = include_str!("real_git_sessions/merges.txt");
const PATCHES: &str = include_str!("real_git_sessions/patches.txt");
const WORKTREES: &str = include_str!("real_git_sessions/worktrees.txt");
const MAILS: &str = include_str!("real_git_sessions/mails.txt");
const NOTES: &str = include_str!("real_git_sessions/notes.txt");
const OCTOPUS: &str = include_str!("real_git_sessions/octopus.txt");
const ARCHIVE: &str = include_str!("real_git_sessions/archive.txt");
const ATTRIBUTES: &str = include_str!("real_git_sessions/attributes.txt");
const CARRIED: &str = include_str!("real_git_sessions/carried.txt");
const MERGES_RENAMED: &str = include_str!("real_git_sessions/merges_renamed.txt");
const MERGES_AGAIN: &str = include_str!("real_git_sessions/merges_again.txt");
const MERGES_SHOWN: &str = include_str!("real_git_sessions/merges_shown.txt");
const MAILS_MERGED: &str = include_str!("real_git_sessions/mails_merged.txt");
const RERERE: &str = include_str!("real_git_sessions/rerere.txt");
const RANGE_DIFF: &str = include_str!("real_git_sessions/range_diff.txt");
const LINE_LOG: &str = include_str!("real_git_sessions/line_log.txt");
const OPTIONS: &str = include_str!("real_git_sessions/options.txt");
const STACKED: &str = include_str!("real_git_sessions/stacked.txt");
const HUNKS: &str = include_str!("real_git_sessions/hunks.txt");
const WORDS: &str = include_str!("real_git_sessions/words.txt");
const SCRIPTING: &str = include_str!("real_git_sessions/scripting.txt");

/// The sessions' own chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[usize::try_from(self.roll(from.len() as u64)).expect("an index")]
    }
}

const FILES: [&str; 6] = ["a.txt", "b.txt", "src/app.js", "src/lib/x.js", "doc/read me.md", "k.yaml"];
const BRANCH_NAMES: [&str; 4] = ["main", "topic", "fix", "rel"];
const REVISIONS: [&str; 9] = ["HEAD", "HEAD~1", "HEAD~2", "main", "topic", "fix", "HEAD^2", "v1", "origin/main"];
const LOOKS: [&str; 42] = [
    "git -c color.ui=always status",
    "git -c color.ui=always status -sb",
    "git -c color.ui=always diff HEAD",
    "git log --color=always --decorate --oneline -5",
    "git log --color=always --graph --oneline --all",
    "git -c color.ui=always branch -avv",
    "git -c color.ui=always log -p -1",
    "git -c color.ui=always log --stat --decorate -2",
    "git -c color.ui=always show",
    "git -c color.ui=always diff",
    "git log -2 --format='%C(yellow)%h%Creset %s' --color=always",
    "git -c color.ui=always reflog -3",
    "git status",
    "git status -s",
    "git status -sb",
    "git log --oneline",
    "git log --oneline --graph --all --decorate",
    "git log --graph",
    "git log -p -2",
    "git log --stat -3",
    "git diff",
    "git diff --cached",
    "git diff HEAD",
    "git diff --stat HEAD~1",
    "git show",
    "git show --stat HEAD~1",
    "git branch -vv",
    "git branch -a",
    "git reflog",
    "git log --format='%h %p %an %s%d' -5",
    "git log -3 --name-status",
    "git diff --name-status HEAD~1 HEAD",
    "git diff main topic --stat",
    "git log main..topic --oneline",
    "git log topic...main --oneline",
    "git tag -n",
    "git rev-parse HEAD HEAD~1",
    "git remote -v",
    "git show HEAD:a.txt",
    "git log --oneline -- src",
    "git status --porcelain",
    "git log --reverse --oneline",
];

/// A change of a file by the shell.
fn edit(dice: &mut Dice) -> String {
    let file = dice.pick(&FILES);
    let line = dice.roll(12) + 1;
    match dice.roll(8) {
        0 => format!("rm -f '{file}'"),
        1 => format!(
            "mkdir -p \"$(dirname '{file}')\" && printf 'one\\ntwo\\nthree\\nfour\\nfive\\nsix\\nseven\\neight\\nnine\\nten\\n' > '{file}'"
        ),
        2..=4 => format!("mkdir -p \"$(dirname '{file}')\" && echo 'line {}' >> '{file}'", dice.roll(100)),
        5 => format!("[ -f '{file}' ] && sed -i '{line}s/.*/changed {}/' '{file}'", dice.roll(10)),
        6 => format!("[ -f '{file}' ] && sed -i '{line}d' '{file}'"),
        _ => format!("[ -f '{file}' ] && printf 'no newline {}' >> '{file}'", dice.roll(9)),
    }
}

fn git_line(dice: &mut Dice, n: u64) -> String {
    let (file, branch, revision) = (dice.pick(&FILES), dice.pick(&BRANCH_NAMES), dice.pick(&REVISIONS));
    match dice.roll(68) {
        0..=3 => "git add .".into(),
        4 => format!("git add '{file}'"),
        5 => "git add -A src".into(),
        6 => "git add -u".into(),
        7..=10 => format!("git commit -m 'change {n}'"),
        11..=13 => format!("git commit -am 'change {n}'"),
        14 => format!("git commit --amend -m 'amended {n}'"),
        15 => "git commit --amend --no-edit".into(),
        16..=17 => format!("git switch {branch}"),
        18..=19 => format!("git switch -c {branch}"),
        20 => format!("git checkout {revision}"),
        21 => format!("git checkout -b {branch} {revision}"),
        22..=24 => format!("git merge {branch} -m 'merge {n}'"),
        25 => format!("git merge --no-ff {branch}"),
        26 => "git merge --abort".into(),
        27..=28 => format!("git revert --no-edit {revision}"),
        29 => format!("git revert {}", dice.pick(&["--abort", "--skip", "--continue --no-edit", "--quit"])),
        30 => format!("git restore '{file}'"),
        31 => format!("git restore --staged '{file}'"),
        32 => format!("git restore --source {revision} '{file}'"),
        33 => format!("git reset {} {revision}", dice.pick(&["--hard", "--soft", "--mixed", ""])),
        34 => format!("git rm '{file}'"),
        35 => format!("git mv '{file}' '{}'", dice.pick(&FILES)),
        36 => format!("git branch {} {branch}", dice.pick(&["-d", "-D", ""])),
        37 => format!("git tag v{}", dice.roll(3)),
        38 => "git push".into(),
        39 => format!("git push -u origin {branch}"),
        40 => "git fetch".into(),
        41 => format!("git pull {}", dice.pick(&["", "--no-rebase", "--ff-only"])),
        42 => format!("git push {} origin HEAD", dice.pick(&["", "--force"])),
        43 => format!("git tag -a w{} -m 'tag {n}'", dice.roll(3)),
        _ => newer_line(dice),
    }
}

/// Stash, picks, rebases.
fn newer_line(dice: &mut Dice) -> String {
    let (file, branch, revision) = (dice.pick(&FILES), dice.pick(&BRANCH_NAMES), dice.pick(&REVISIONS));
    match dice.roll(24) {
        0..=2 => format!("git stash {}", dice.pick(&["", "-u", "push -m words", "-k", "push -a", "push --staged"])),
        3 => format!("git stash push '{file}'"),
        4..=5 => format!("git stash {}", dice.pick(&["pop", "pop --index", "apply", "apply -q", "pop stash@{1}"])),
        6 => format!(
            "git stash {}",
            dice.pick(&["list", "show", "show -p", "drop", "show -u", "clear", "branch stashed"])
        ),
        7..=8 => format!("git cherry-pick {revision}"),
        9 => format!("git cherry-pick {} {branch}", dice.pick(&["-x", "-n", "-m 1", "--ff", "-s", "--empty=drop"])),
        10 => format!("git cherry-pick {branch}~2..{branch}"),
        11 => format!("git cherry-pick {}", dice.pick(&["--continue", "--abort", "--skip", "--quit"])),
        12..=13 => format!("git rebase {branch}"),
        14..=15 => {
            format!("GIT_EDITOR=true git rebase {}", dice.pick(&["--continue", "--abort", "--skip", "--quit"]))
        }
        16 => format!(
            "GIT_SEQUENCE_EDITOR='sed -i {}s/pick/{}/' GIT_EDITOR='sed -i 1s/change/Change/' git rebase -i HEAD~{}",
            dice.roll(3) + 1,
            dice.pick(&["drop", "reword", "edit", "squash", "fixup"]),
            dice.roll(3) + 2
        ),
        17 => format!("git rebase --onto {branch} {revision}"),
        18 => format!("git commit {} {revision}", dice.pick(&["--fixup", "--squash", "-C"])),
        19 => format!("GIT_SEQUENCE_EDITOR=: GIT_EDITOR=true git rebase -i --autosquash {revision}"),
        20 => "git pull --rebase".into(),
        21 => format!("git revert --no-edit {branch}~2..{branch}"),
        22 => {
            format!("git rebase {} {revision}", dice.pick(&["-x true", "-f", "--autostash", "-x false", "--keep-base"]))
        }
        _ => format!("git merge-base {revision} {branch}"),
    }
}

/// Some history to work with.
const STARTED: &str = "
@one
mkdir -p src/lib && printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n' > a.txt && echo x > src/app.js && echo k > k.yaml
git add . && git commit -qm start && git push -q
git switch -qc topic && sed -i 's/2/two/' a.txt && git commit -qam 'topic 1'
echo b > b.txt && git add . && git commit -qm 'topic 2' && sed -i 's/8/eight/' a.txt && git commit -qam 'topic 3'
git switch -q main && sed -i 's/5/five/' a.txt && git commit -qam 'main 1' && git push -q
@two
git pull -q
@one
";

/// Two clones of one repository in which things happen at random.
fn drawn(seed: u64) -> Vec<(String, String)> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    let mut lines =
        read(&format!("{SETUP}git init -q --bare hub.bare\ngit clone -q hub.bare one\ngit clone -q hub.bare two\n"));
    let mut cwd = "/one";
    if !seed.is_multiple_of(4) {
        lines.extend(read(STARTED));
    }
    for n in 0..60 {
        if dice.roll(15) == 0 {
            cwd = if cwd == "/one" { "/two" } else { "/one" };
        }
        let line = match dice.roll(10) {
            0..=2 => edit(&mut dice),
            3..=7 => git_line(&mut dice, n),
            _ => dice.pick(&LOOKS).to_string(),
        };
        lines.push((cwd.to_string(), line));
    }
    lines
}
