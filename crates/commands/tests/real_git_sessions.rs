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
    match dice.roll(44) {
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
        _ => format!("git tag -a w{} -m 'tag {n}'", dice.roll(3)),
    }
}

/// Two clones of one repository in which things happen at random.
fn drawn(seed: u64) -> Vec<(String, String)> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    let mut lines =
        read(&format!("{SETUP}git init -q --bare hub.bare\ngit clone -q hub.bare one\ngit clone -q hub.bare two\n"));
    let mut cwd = "/one";
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
