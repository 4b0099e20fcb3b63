//! Ctrl-Z, `fg`, `bg` and their like, as bash 5.2 does it at a terminal: the expected screens were recorded from it.

use expect_test::{Expect, expect};
use screen::Input;
use session::Session;

/// Types lines; `^Z`, `^C` and `^D` are keys. Gives the screen, with the numbers of processes made alike.
fn check(lines: &str, expect: Expect) {
    let mut session = Session::bare("test").expect("an empty world starts");
    let terminal = session.now().terminal.0;
    session.act(Input::Line { terminal, text: "PS1='$ '".into() });
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line {
            // A command that waits would be driven to its end at once: the key comes while it waits.
            "^Z" | "^C" => {}
            "^D" => session.act(Input::EndOfInput { terminal }),
            _ => {
                session.write_ahead(Input::Line { terminal, text: line.into() });
                session.apply_head();
                for _ in 0..60 {
                    session.pump(std::time::Duration::ZERO, &mut || false);
                    if matches!(session.now().foreground(), world::Foreground::Waiting(_)) {
                        break;
                    }
                }
                continue;
            }
        }
        match line {
            "^Z" => session.act(Input::Suspend { terminal }),
            "^C" => session.act(Input::Interrupt { terminal }),
            _ => {}
        }
    }
    let screen = session.now().world.terminal(world::TerminalId(terminal)).map(|screen| screen.plain_text());
    let screen = screen.unwrap_or_default();
    let from = screen.find("PS1='$ '\n").map_or(0, |at| at + "PS1='$ '\n".len());
    let mut text = String::new();
    let mut digits = String::new();
    for c in screen[from..].chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // Numbers of processes are higher than all that is typed here.
        let is_pid = digits.len() > 2 && digits != "100" && digits != "130" && digits != "148";
        text.push_str(if is_pid { "PID" } else { &digits });
        digits.clear();
        text.push(c);
    }
    expect.assert_eq(&text);
    assert_eq!(session.replay_all().state_hash(), session.now().state_hash());
}

#[test]
fn a_stopped_command_goes_on_in_the_background_or_in_the_foreground() {
    check(
        "sleep 100\n^Z\necho $?\njobs\njobs -l\nbg\njobs\nfg\n^Z\nbg %1\nkill %1\njobs\necho x",
        expect![[r#"
            $ sleep 100
            ^Z
            [1]+  Stopped                 sleep 100
            $ echo $?
            148
            $ jobs
            [1]+  Stopped                 sleep 100
            $ jobs -l
            [1]+  PID Stopped                 sleep 100
            $ bg
            [1]+ sleep 100 &
            $ jobs
            [1]+  Running                 sleep 100 &
            $ fg
            sleep 100
            ^Z
            [1]+  Stopped                 sleep 100
            $ bg %1
            [1]+ sleep 100 &
            $ kill %1
            [1]+  Terminated              sleep 100
            $ jobs
            $ echo x
            x

        "#]],
    );
}

#[test]
fn a_list_goes_on_and_a_loop_ends() {
    check(
        "sleep 100; echo after $?\n^Z\nsleep 44 && echo yes\n^Z\nfor i in 1 2 3; do sleep 50; echo $i; done\n^Z\njobs\nfg\n^C\necho $?",
        expect![[r#"
            $ sleep 100; echo after $?
            ^Z
            [1]+  Stopped                 sleep 100
            after 148
            $ sleep 44 && echo yes
            ^Z
            [2]+  Stopped                 sleep 44
            $ for i in 1 2 3; do sleep 50; echo $i; done
            ^Z
            [3]+  Stopped                 sleep 50
            $ jobs
            [1]   Stopped                 sleep 100
            [2]-  Stopped                 sleep 44
            [3]+  Stopped                 sleep 50
            $ fg
            sleep 50
            ^C
            $ echo $?
            130

        "#]],
    );
}

#[test]
fn pipelines_subshells_and_functions_stop_whole() {
    check(
        "sleep 60 | cat\n^Z\nsleep 70\n^Z\njobs\nfg %-\n^C\njobs\n( sleep 20; echo sub )\n^Z\njobs\nf() { sleep 30; echo in f; }\nf\n^Z\nfg %1",
        expect![[r#"
            $ sleep 60 | cat
            ^Z
            [1]+  Stopped                 sleep 60 | cat
            $ sleep 70
            ^Z
            [2]+  Stopped                 sleep 70
            $ jobs
            [1]-  Stopped                 sleep 60 | cat
            [2]+  Stopped                 sleep 70
            $ fg %-
            sleep 60 | cat
            ^C
            $ jobs
            [2]+  Stopped                 sleep 70
            $ ( sleep 20; echo sub )
            ^Z
            [3]+  Stopped                 ( sleep 20; echo sub )
            $ jobs
            [2]-  Stopped                 sleep 70
            [3]+  Stopped                 ( sleep 20; echo sub )
            $ f() { sleep 30; echo in f; }
            $ f
            ^Z
            [4]+  Stopped                 sleep 30
            in f
            $ fg %1
            bash: fg: %1: no such job

        "#]],
    );
}

#[test]
fn stop_and_go_on_by_signals() {
    check(
        "sleep 90 &\nkill -STOP %1\necho\njobs\nkill -CONT %1\njobs\nkill -9 %1\necho\nsleep 90\n^Z\nkill -CONT %1\njobs\nkill -STOP %1\necho\nfg\n^C",
        expect![[r#"
            $ sleep 90 &
            [1] PID
            $ kill -STOP %1

            [1]+  Stopped                 sleep 90
            $ echo

            $ jobs
            [1]+  Stopped                 sleep 90
            $ kill -CONT %1
            $ jobs
            [1]+  Running                 sleep 90 &
            $ kill -9 %1
            [1]+  Killed                  sleep 90
            $ echo

            $ sleep 90
            ^Z
            [1]+  Stopped                 sleep 90
            $ kill -CONT %1
            $ jobs
            [1]+  Running                 sleep 90 &
            $ kill -STOP %1

            [1]+  Stopped                 sleep 90
            $ echo

            $ fg
            sleep 90
            ^C

        "#]],
    );
}

#[test]
fn marks_and_leaving() {
    check(
        "sleep 90\n^Z\nsleep 80\n^Z\nsleep 70 &\njobs\nbg %1\njobs\nfg %3\n^C\ndisown %2\njobs\nkill %1\nbg\nfg %5\nsleep 33\n^Z\n%1\n^Z\n%1 &\njobs\nfg\n^Z\nexit\njobs\nexit",
        expect![[r#"
            $ sleep 90
            ^Z
            [1]+  Stopped                 sleep 90
            $ sleep 80
            ^Z
            [2]+  Stopped                 sleep 80
            $ sleep 70 &
            [3] PID
            $ jobs
            [1]-  Stopped                 sleep 90
            [2]+  Stopped                 sleep 80
            [3]   Running                 sleep 70 &
            $ bg %1
            [1]- sleep 90 &
            $ jobs
            [1]   Running                 sleep 90 &
            [2]+  Stopped                 sleep 80
            [3]-  Running                 sleep 70 &
            $ fg %3
            sleep 70
            ^C
            $ disown %2
            bash: warning: deleting stopped job 2 with process group PID
            $ jobs
            [1]+  Running                 sleep 90 &
            $ kill %1
            [1]+  Terminated              sleep 90
            $ bg
            bash: bg: current: no such job
            $ fg %5
            bash: fg: %5: no such job
            $ sleep 33
            ^Z
            [1]+  Stopped                 sleep 33
            $ %1
            sleep 33
            ^Z
            [1]+  Stopped                 sleep 33
            $ %1 &
            [1]+ sleep 33 &
            $ jobs
            [1]+  Running                 sleep 33 &
            $ fg
            sleep 33
            ^Z
            [1]+  Stopped                 sleep 33
            $ exit
            exit
            There are stopped jobs.
            $ jobs
            [1]+  Stopped                 sleep 33
            $ exit
            exit

        "#]],
    );
}
