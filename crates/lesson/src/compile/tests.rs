//! A whole small lesson, and what is said about broken ones.

use super::*;
use crate::page::{Block, StepKind};
use crate::plan::Task;
use crate::proof::Action;
use sim::Rng;

const LESSON: &str = r#"---
id: tiny
title: Tiny
minutes: 5
objective: Do one thing.
concepts: [git]
prerequisites: []
interview: [Git]
steps:
  - id: edit
    goal: Change `a.txt`.
    check: file('~/a.txt') == 'b'
    explain:
      - when: file('~/a.txt') == null
        say: The file is gone.
      - when: true
        say: "It says {file('~/a.txt')}."
    hints: [Look at the file., "Write `b` in it: `echo b > ~/a.txt`"]
  - id: guess
    goal: Guess.
    predict:
      ask: What will happen?
      options: [{id: yes-it-will, text: It will}, {id: no-way, text: It will not}]
      after: edit
      outcomes: [{when: true, option: yes-it-will, say: It did.}]
---
Some idea.

```figure
a.svg
```

::step{id=edit}

More.

::step{id=guess}

::finish

## What happened

It changed.

## When not to

Never say *never*.
"#;

const WORLD: &str = r#"seed: 3
start: "2026-06-05T18:30:00Z"
machines:
  - name: workstation
    user: learner
    files: {~/a.txt: a.txt}
repos:
  - name: encore/web
    commits:
      - {message: First, author: Ida <ida@encore.example>, ago: 3d, from: web}
nodes: [{name: n1, cpu: "4", memory: 8Gi}]
namespaces: [shop]
traffic: {service: shop/web, requests_per_sec: 20, paths: {/: 1.0}}
until: {check: "true", within: 1m}
"#;

const QUIZ: &str = r#"questions:
  - id: one
    ask: Which?
    options:
      - {text: This, right: true, say: Yes.}
      - {text: That, say: No.}
    source: https://git-scm.com/docs/git-commit
"#;

fn folder() -> Folder {
    let solve = "---\ntitle: By hand\n---\n```console\n$ ls # look\na.txt\n$ echo b > ~/a.txt\n```\n\n```predict guess\nno-way\n```\n\n```clock\nadvance 5m\n```\n";
    let wrong = "---\ntitle: Gone\nexpect:\n  step: edit\n  say: is gone\n---\n```console\n$ rm ~/a.txt\n```\n\n```save ~/b.txt\nb\n```\n";
    let files = [
        ("lesson.md", LESSON),
        ("world.yaml", WORLD),
        ("quiz.yaml", QUIZ),
        ("a.svg", "<svg role=\"img\"><title>A</title></svg>"),
        ("files/a.txt", "a"),
        ("files/web/README.md", "# web\n"),
        ("solve/hand.md", solve),
        ("wrong/gone.md", wrong),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

#[test]
fn a_lesson_compiles() {
    let compiled = lesson("devops", "00-tiny", &folder());
    assert_eq!(compiled.diagnostics, []);
    let lesson = compiled.lesson.unwrap();
    let kinds: Vec<StepKind> = lesson.page.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Check, StepKind::Predict]);
    let places: Vec<&Block> = lesson.page.prose.iter().filter(|block| matches!(block, Block::Step(_))).collect();
    assert_eq!(places, [&Block::Step("edit".into()), &Block::Step("guess".into())]);
    let closing: Vec<&str> = lesson.page.finish.iter().map(|part| part.title.as_str()).collect();
    assert_eq!(closing, ["What happened", "When not to"]);
    assert!(matches!(lesson.plan.steps[0].task, Task::Check(_)));
    assert_eq!(lesson.plan.scenario.machines[0].files["/home/learner/a.txt"], "a");
    assert_eq!(lesson.plan.scenario.repos[0].commits[0].write["README.md"], "# web\n");
    assert_eq!(lesson.plan.scenario.repos[0].commits[0].ago_secs, 3 * 86_400);
    let run = |line: &str, look, output: &[&str]| Action::Run {
        line: line.into(),
        look,
        output: output.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(
        lesson.proofs.solutions[0].actions,
        [
            run("ls", true, &["a.txt"]),
            run("echo b > ~/a.txt", false, &[]),
            Action::Predict { step: "guess".into(), choice: "no-way".into() },
            Action::Advance { secs: 300 },
        ]
    );
    assert_eq!(lesson.proofs.wrong[0].expect.say, "is gone");
    let json = serde_json::to_string(&lesson.page).unwrap();
    assert!(json.contains("\"kind\":\"check\"") && json.contains("{\"step\":\"edit\"}"), "{json}");
    let bytes = postcard::to_allocvec(&lesson.plan).unwrap();
    assert_eq!(postcard::from_bytes::<Plan>(&bytes).unwrap(), lesson.plan);
}

/// Compiles with one text changed, and gives the first diagnostic.
#[track_caller]
fn broken(file: &str, from: &str, to: &str) -> String {
    let mut folder = folder();
    let text = folder.get_mut(file).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    *text = text.replacen(from, to, 1);
    let found = lesson("devops", "00-tiny", &folder).diagnostics;
    found.first().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    let unknown = broken("lesson.md", "minutes: 5", "minuts: 5");
    assert!(unknown.starts_with("lesson.md:1: `minutes` says"), "{unknown}");
    assert_eq!(
        broken("lesson.md", "check: file('~/a.txt') == 'b'", "check: fil('~/a.txt') == 'b'"),
        "lesson.md:12: `check`: at character 1: there is no function `fil`"
    );
    assert_eq!(broken("lesson.md", "id: tiny", "id: Tiny Lesson").split(": ").next(), Some("lesson.md:2"));
    assert_eq!(
        broken("lesson.md", "a.svg", "b.svg"),
        "lesson.md:29: there is no figure `b.svg` in the lesson's folder"
    );
    assert!(broken("lesson.md", "::step{id=guess}", "").contains("step `guess` has no place"));
    assert!(broken("lesson.md", "::finish", "").contains("closing words are missing"));
    assert!(broken("lesson.md", "Change `a.txt`.", "Do `echo b > ~/a.txt`.").contains("prints its solution"));
    assert!(broken("wrong/gone.md", "say: is gone", "say: is lost").contains("no explanation of step `edit` says"));
    let kept = |rule: &str| broken("world.yaml", "namespaces:", &format!("registry: [{rule}]\nnamespaces:"));
    assert!(kept("{name: 'registry.encore/web:1', tags: 2}").contains("without a tag"));
    assert!(kept("{name: registry.encore/web}").contains("needs `tags`, `untagged-hours` or both"));
    assert!(kept("{name: registry.encore/web, tags: 0}").contains("at least 1"));
    assert!(broken("world.yaml", "from: web", "from: wab").contains("there is nothing in `files/wab/`"));
    assert!(broken("quiz.yaml", "right: true, ", "").contains("needs a right and a wrong option"));
    assert!(broken("solve/hand.md", "no-way", "never").contains("has no option `never`"));
    assert!(broken("lesson.md", "when: true\n        say: \"It", "when: 1 == 1\n        say: \"It").contains("last"));
}

#[test]
fn a_pick_stands_where_it_is_filled_in() {
    let with_pick = |file: &str, from: &str, to: &str| {
        let mut folder = folder();
        folder.get_mut("world.yaml").unwrap().push_str("picks:\n  act: [The Doorbells, Moth Parade]\n");
        let text = folder.get_mut(file).unwrap();
        assert!(text.contains(from));
        *text = text.replacen(from, to, 1);
        lesson("devops", "00-tiny", &folder).diagnostics.iter().map(ToString::to_string).collect::<String>()
    };
    assert_eq!(with_pick("lesson.md", "The file is gone.", "\"{act} is gone.\""), "");
    let message = "`{act}` is not filled in here: tell it by a file of the world";
    assert_eq!(with_pick("lesson.md", "Some idea.", "Some {act}."), format!("lesson.md:27: {message}"));
    assert_eq!(with_pick("lesson.md", "goal: Guess.", "goal: \"Guess {act}.\""), format!("lesson.md:20: {message}"));
}

#[test]
fn prerequisites_must_exist_and_end() {
    let page = |id: &str, before: &[&str]| {
        let mut page = lesson("devops", id, &folder()).lesson.unwrap().page;
        page.id = id.to_owned();
        page.prerequisites = before.iter().map(|id| (*id).to_owned()).collect();
        page
    };
    let (a, b) = (page("a", &[]), page("b", &["a"]));
    assert_eq!(course(&[&a, &b]), []);
    let circle = page("a", &["b"]);
    assert_eq!(course(&[&circle, &b]).len(), 2);
    assert_eq!(course(&[&b]).len(), 1);
}

#[test]
fn random_changes_never_panic() {
    let mut rng = Rng::new(11);
    let names: Vec<String> = folder().keys().cloned().collect();
    let parts = ["---\n", ": ", "- ", "```", "\n", "{", "}", "'", "\"", "::step{id=", "&a *a", "\t", "é", "[", "]"];
    for _ in 0..2_000 {
        let mut folder = folder();
        let pick = |rng: &mut Rng, len: usize| usize::try_from(rng.below(len as u64)).unwrap();
        let name = &names[pick(&mut rng, names.len())];
        let text = folder.get_mut(name).unwrap();
        let at = pick(&mut rng, text.len() + 1);
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(at, parts[pick(&mut rng, parts.len())]);
        let end = pick(&mut rng, text.len() + 1);
        if rng.below(3) == 0 && text.is_char_boundary(end) {
            text.truncate(end);
        }
        let _compiled = lesson("devops", "00-tiny", &folder);
    }
}
