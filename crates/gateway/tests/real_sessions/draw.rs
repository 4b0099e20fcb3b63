//! Random sessions of shell and Git, mistakes among them: a seed makes a list of lines.
//!
//! It knows nothing of what the lines do: files, branches and revisions come from small pools, so that many lines hit
//! and some miss.

use super::git_lines::{git_change, git_look, git_mistake};
use super::shell_lines::{edit, last_line, pipeline, shell_mistake, shell_word};
use super::wide_lines::{wide_change, wide_look};
use sim::Rng;

pub const FILES: [&str; 7] =
    ["a.txt", "b.txt", "notes.md", "src/app.js", "src/lib/x.js", "doc/read me.md", "conf.yaml"];

/// A seed's chance.
pub struct Dice(Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0.below(sides)
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).expect("an index")]
    }

    pub fn file(&mut self) -> &'static str {
        self.pick(&FILES)
    }
}

const IDENTITY: [&str; 3] = [
    "git config --global user.name 'Lea Learner'",
    "git config --global user.email lea@encore.example",
    "git config --global init.defaultBranch main",
];

const FILLED: &str = "mkdir -p src/lib doc && printf 'one\\ntwo\\nthree\\nfour\\nfive\\nsix\\n' > a.txt && \
                      echo 'hello world' > b.txt && echo '# Notes' > notes.md && echo 'let x = 1' > src/app.js";

fn own(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_string()).collect()
}

/// How a session begins.
fn opening(dice: &mut Dice) -> Vec<String> {
    let mut lines = Vec::new();
    match dice.roll(6) {
        0 => lines.extend(own(&["mkdir work", "cd work", FILLED])),
        1 | 2 => {
            lines.extend(own(&IDENTITY));
            lines.extend(own(&["git init web", "cd web", FILLED, "git add .", "git commit -m 'first files'"]));
        }
        3 => {
            lines.extend(own(&IDENTITY));
            lines.extend(own(&["git init -q web && cd web", FILLED, "git add -A; git commit -qm start"]));
            lines.extend(own(&[
                "git switch -c topic",
                "sed -i 's/two/TWO/' a.txt && git commit -am 'on topic'",
                "git switch main",
                "sed -i 's/two/zwei/; s/six/sechs/' a.txt && git commit -am 'on main'",
                "git merge topic",
            ]));
        }
        _ => {
            lines.extend(own(&IDENTITY));
            lines.extend(own(&[
                "git init -q --bare hub.git",
                "git clone hub.git one",
                "cd one && git remote set-url origin ../hub.git",
                FILLED,
                "git add . && git commit -qm first && git push -u origin main",
                "cd .. && git clone -q hub.git two && git -C two remote set-url origin ../hub.git",
                "cd two",
            ]));
        }
    }
    lines
}

/// One line of any kind. `n` makes its words its own.
fn line(dice: &mut Dice, git: bool, n: u64) -> String {
    if !git {
        return match dice.roll(10) {
            0..=2 => edit(dice, n),
            3 => shell_mistake(dice),
            4..=5 => shell_word(dice, n),
            _ => pipeline(dice),
        };
    }
    match dice.roll(30) {
        0..=3 => edit(dice, n),
        4 => shell_mistake(dice),
        5 => shell_word(dice, n),
        6..=7 => pipeline(dice),
        8 => git_mistake(dice),
        9..=11 => git_look(dice),
        12 => match edit(dice, n) {
            document if document.contains('\n') => document,
            line => format!("{line} && {}", git_change(dice, n)),
        },
        14..=19 => wide_change(dice, n),
        20..=22 => wide_look(dice),
        13 => format!("{} {} {}", git_look(dice), dice.pick(&["&&", "||", ";"]), pipeline(dice)),
        _ => git_change(dice, n),
    }
}

/// The lines of a seed: its opening, then fifteen to twenty-five drawn ones.
pub fn session(seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut lines = opening(&mut dice);
    let git = lines.len() > 3;
    let two_clones = lines.last().is_some_and(|line| line == "cd two");
    let mut folder = "two";
    for n in 0..15 + dice.roll(11) {
        if two_clones && dice.roll(7) == 0 {
            folder = if folder == "two" { "one" } else { "two" };
            // From wherever a line before has gone.
            lines.push(format!("cd ~/{folder}"));
        }
        lines.push(line(&mut dice, git, n));
    }
    if dice.roll(3) == 0 {
        lines.push(last_line(&mut dice).to_string());
    }
    lines
}
