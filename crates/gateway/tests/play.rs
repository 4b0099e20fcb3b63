//! `opsfest play`: console blocks are compared with what their commands print.

mod opsfest;

use opsfest::{command, opsfest, run};
use testkit::Temp;

const RIGHT: &str = "# Words\n\n```console\n$ echo one > a; cat a\none\n$ for x in 1 2\n> do echo $x; done\n1\n2\n```\n\nText with\n$ no command.\n";
const WRONG: &str =
    "Before\n\n```console\n$ echo one\ntwo\n$ pwd\n/home/learner\n```\n\n```console\n$ nosuch\n```\n\nAfter\n";

#[test]
fn a_file_whose_blocks_are_as_written_exits_0() {
    let folder = Temp::new("play-right");
    let file = folder.file("right.md", RIGHT);
    let ran = opsfest(&["play".as_ref(), file.as_os_str()]);
    assert_eq!((ran.code, ran.out), (Some(0), format!("{}: as written\n", file.display())), "{}", ran.err);
}

#[test]
fn a_difference_is_shown_with_its_line_and_exits_1() {
    let folder = Temp::new("play-wrong");
    let (file, right) = (folder.file("wrong.md", WRONG), folder.file("right.md", RIGHT));
    let ran = opsfest(&["play".as_ref(), file.as_os_str(), right.as_os_str()]);
    let name = file.display();
    let told = format!(
        "{name}:4: $ echo one\n- two\n+ one\n\n{name}:11: $ nosuch\n+ bash: nosuch: command not found\n\n{}: as written\n",
        right.display()
    );
    assert_eq!((ran.code, ran.out), (Some(1), told), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), WRONG, "without UPDATE nothing is written");
}

#[test]
fn update_rewrites_the_blocks_and_nothing_else() {
    let folder = Temp::new("play-update");
    let file = folder.file("wrong.md", WRONG);
    let mut update = command(&["play".as_ref(), file.as_os_str()]);
    update.env("UPDATE", "1");
    let ran = run(update);
    assert_eq!((ran.code, ran.out), (Some(0), format!("{}: 2 blocks rewritten\n", file.display())), "{}", ran.err);
    let now = WRONG.replace("two\n", "one\n").replace("$ nosuch\n", "$ nosuch\nbash: nosuch: command not found\n");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), now);
    assert_eq!(opsfest(&["play".as_ref(), file.as_os_str()]).code, Some(0), "what was written is what is printed");
}

#[test]
fn front_matter_names_the_lesson_whose_world_it_plays_in() {
    let folder = Temp::new("play-lesson");
    let text = "---\nlesson: first-release\n---\n```console\n$ kubectl get deployment web -n shop -o name\ndeployment.apps/web\n```\n";
    let file = folder.file("lesson.md", text);
    let ran = opsfest(&["play".as_ref(), file.as_os_str()]);
    assert_eq!((ran.code, ran.out), (Some(0), format!("{}: as written\n", file.display())), "{}", ran.err);
}
