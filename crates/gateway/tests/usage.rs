//! A mistake in the arguments: one line on standard error, exit code 2, nothing changed.

mod opsfest;

use opsfest::{Ran, command, opsfest, run};
use testkit::Temp;

fn one_line(args: &[&str], message: &str) {
    let ran = opsfest(args);
    assert_eq!(ran, Ran { out: String::new(), err: format!("opsfest: {message}\n"), code: Some(2) }, "{args:?}");
}

#[test]
fn unknown_commands_and_options_are_one_line_and_exit_2() {
    one_line(&["dance"], "unknown command \"dance\"; see opsfest --help");
    one_line(&["serve"], "serve needs --kube ADDR, such as 127.0.0.1:6443");
    one_line(
        &["serve", "--kube", "192.0.2.1:1"],
        "--kube: \"192.0.2.1:1\" is no address of this machine, such as 127.0.0.1:6443",
    );
    one_line(&["serve", "--kube", "127.0.0.1:0", "--speed", "0"], "--speed: \"0\" is no number from 1 to 3600");
    for name in ["sh", "play", "verify", "verify-progress", "hashes", "pack", "apps"] {
        one_line(&[name, "--nope"], "unknown option --nope");
    }
    one_line(&["sh", "--seed"], "--seed needs a value");
    one_line(&["sh", "--seed", "x", "-c", "true"], "--seed: \"x\" is no number");
    one_line(&["sh", "-c"], "-c needs a line");
    one_line(&["sh", "a", "b"], "sh takes one of -c LINE, FILE and -");
    one_line(&["sh", "--lesson", "nothing", "-c", "true"], "no lesson \"nothing\"");
    one_line(&["play"], "play takes Markdown files");
    one_line(&["verify", "nowhere"], "nowhere: no such folder");
    one_line(&["verify-progress"], "verify-progress takes session files");
    one_line(&["pack"], "pack takes one folder");
    one_line(&["apps"], "apps takes one folder");
    one_line(&["hashes", "--random", "x"], "--random: \"x\" is no number");
}

#[test]
fn nothing_is_written_where_an_argument_is_wrong() {
    let folder = Temp::new("usage");
    let export = folder.path("export").display().to_string();
    for wrong in [["sh", "--export", &export, "--nope"], ["sh", "--export", &export, "missing.sh"]] {
        let ran = opsfest(&wrong);
        assert_eq!((ran.code, ran.err.lines().count(), ran.out.as_str()), (Some(2), 1, ""), "{wrong:?}: {ran:?}");
        assert!(!folder.path("export").exists(), "{wrong:?} wrote a folder");
    }
    let file = folder.file("taken", "as it was");
    let ran = opsfest(&["sh", "--export", &file.display().to_string(), "-c", "echo never"]);
    assert_eq!((ran.code, ran.err.lines().count(), ran.out.as_str()), (Some(2), 1, ""), "{ran:?}");
    assert_eq!(std::fs::read(&file).expect("it is there"), b"as it was");
}

#[test]
fn a_wrong_name_keeps_play_from_rewriting_the_others() {
    let folder = Temp::new("usage-play");
    let text = "```console\n$ echo hi\nbye\n```\n";
    let file = folder.file("good.md", text);
    let mut update = command(&["play".as_ref(), file.as_os_str(), folder.path("missing.md").as_os_str()]);
    update.env("UPDATE", "1");
    let ran = run(update);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);
}

#[test]
fn output_errors_and_exit_code_of_sh_are_those_of_its_commands() {
    let ran = opsfest(&["sh", "-c", "echo out; cat nothing; exit 7"]);
    let err = "cat: nothing: No such file or directory\n";
    assert_eq!(ran, Ran { out: "out\n".into(), err: err.into(), code: Some(7) });
    let folder = Temp::new("usage-sh");
    let script = folder.file("work.sh", "cat\nls -A\nnosuch\n");
    let ran = opsfest(&["sh".as_ref(), script.as_os_str()]);
    let err = format!("{}: line 3: nosuch: command not found\n", script.display());
    assert_eq!(ran, Ran { out: String::new(), err, code: Some(127) });
}
