//! What the Git panel and the editor show of a repository on which somebody works.

use screen::{ConflictPart, Input, TreeDiff};
use session::Session;
use testkit::first_lesson as lesson;

const REPO: &str = "/home/learner/x";

fn after(lines: &[&str]) -> Session {
    let mut session = Session::start(lesson(), 1, "test").expect("lesson 0 starts");
    let terminal = session.now().terminal.0;
    let begin = ["git init -q ~/x", "cd ~/x", "printf 'a\\nb\\nc\\n' > f; echo 1 > g; git add .; git commit -qm one"];
    for line in begin.iter().chain(lines) {
        session.act(Input::Line { terminal, text: (*line).into() });
    }
    session
}

#[test]
fn the_three_trees_stand_side_by_side() {
    let session = after(&["echo 2 > g; git add g; echo 3 > g; echo n > new; git rm -q --cached f"]);
    let world = &session.now().world;
    let git = view::git(world, REPO);
    let short: Vec<String> = git
        .trees
        .iter()
        .map(|row| format!("{} {} {} {} {}", row.path, row.head, row.index, row.work, row.untracked))
        .collect();
    // `git hash-object` of the contents 1, 2, 3 and of a, b, c.
    assert_eq!(short, ["f de98044   true", "g d00491f 0cfbf08 00750ed false", "new    true"]);
    let diff = |staged: bool| view::tree_diff(world, REPO, &TreeDiff { path: "g".into(), staged }).expect("it differs");
    assert!(diff(true).ends_with("-1\n+2\n") && diff(false).ends_with("-2\n+3\n"));
    assert_eq!(view::tree_diff(world, REPO, &TreeDiff { path: "new".into(), staged: false }), None);
    let clean = after(&["git status"]);
    assert_eq!(view::git(&clean.now().world, REPO).trees, []);
}

#[test]
fn a_conflict_has_three_texts() {
    let session = after(&[
        "git switch -qc topic; printf 'a\\nB\\nc\\n' > f; git commit -qam topic",
        "git switch -q main; printf 'a\\nbb\\nc\\n' > f; git commit -qam main; git merge topic",
    ]);
    let world = &session.now().world;
    let file = view::file(world, "/home/learner/x/f").expect("it is there");
    let conflict = file.conflict.expect("both have changed the line");
    assert_eq!(conflict.path, "f");
    assert_eq!(conflict.parts, [ConflictPart { ours: "bb\n".into(), base: "b\n".into(), theirs: "B\n".into() }]);
    let git = view::git(world, REPO);
    assert_eq!(git.repos.iter().find(|repo| repo.path == REPO).map(|repo| repo.in_progress.as_str()), Some("merging"));
    assert!(git.trees.iter().any(|row| row.path == "f" && row.conflict));
    assert_eq!(view::file(world, "/home/learner/x/g").expect("it is there").conflict, None);
}
