//! Scripts run in the sandbox's shell and in the real bash: output, errors and exit code are equal.

mod both;

use both::{compare_all, there_is_bash};

const SCRIPTS: &[&str] = &[
    "echo hello world",
    "echo 'a  b' \"c  d\" e\\ f",
    "x=1; echo $x ${x}2 \"$x\" '$x'",
    "false && echo no || echo yes; echo $?",
    "true && echo a && false || echo b",
    "echo one > f; echo two >> f; cat f; wc -l f; wc f",
    "cat nofile; echo $?",
    "printf 'b\\na\\nc\\n' > f; head -n 2 f; tail -n 1 f; grep -n a f",
    "echo a | cat | cat; echo b | grep c; echo $?",
    "for i in 1 2 3; do echo $i; done | tail -n 2",
    "i=; while [ \"$i\" != xxx ]; do i=${i}x; echo $i; done",
    "if [ -f nothing ]; then echo yes; elif true; then echo maybe; else echo no; fi",
    "f() { echo \"in $1\"; return 3; }; f x; echo $?",
    "(cd /; pwd); pwd",
    "x=$(echo hi; echo there); echo \"$x\"; echo $x",
    "nosuchcommand; echo $?",
    "mkdir -p a/b/c; touch a/b/c/x; ls a; ls -R a; rm a; rm -r a; ls",
    "mkdir d; mkdir d; rmdir d; rmdir d",
    "echo x > a; cp a b; mv b c; ls; cat c; cp nofile x; mv nofile x",
    "touch b a c; echo *; echo [ab]; echo z*; echo '*'",
    "echo text > f; sed -i 's/t/T/g' f; cat f; sed -n '1p' f; sed 's/\\(e\\)/<\\1>/' f",
    "printf '1\\n2\\n3\\n4\\n' | sed '2,3d'; printf '1\\n2\\n' | sed '1i zero'; printf 'a\\n' | sed '$a end'",
    "echo ${undefined:-default} ${#x} ${y:=set} $y",
    "p=/a/b/c.txt; echo ${p##*/} ${p%/*} ${p%.txt} ${p#*/} ${p/b/X} ${p:1:3}",
    "set -e; echo a; false; echo b",
    "set -e; if false; then echo x; fi; false || true; ! true; echo end",
    "set -u; echo $nothing; echo after",
    "echo err >&2; echo out 2>&1; ls nofile 2>/dev/null; echo $?",
    "{ echo a; echo b; } > f; cat < f",
    "case abc in a*) echo A;; *) echo other;; esac; case x in y) ;; z|x) echo hit;; esac",
    "echo a; exit 3; echo b",
    "while true; do echo once; break; done; for x in a b c; do [ $x = b ] && continue; echo $x; done",
    "cat <<< 'here string'",
    "test 3 -gt 2 && echo yes; [ a = b ] || echo no; [ -z '' ] && echo empty; [ 1 -eq x ]; echo $?",
    "cd nofolder; cd /tmp; pwd; cd - > /dev/null; echo $?",
    "echo -n no newline; echo; echo -e 'a\\tb'",
    "printf '%s-%s\\n' a b c d; printf '%5d|%-5s|\\n' 42 ab",
    "export A=1; B=2; bash -c 'echo $A $B'; A=5 bash -c 'echo $A'; echo $A",
    "printf '#!/bin/bash\\necho script $1\\n' > s.sh; ./s.sh; bash s.sh arg; echo $?",
    "grep -c a <<< $'a\\nb\\na'; grep -v a <<< $'a\\nb'; grep -i A <<< a; grep -o 'b.' <<< abcbd; grep -E 'a|b' <<< b; grep -q x <<< y; echo $?",
    "ls -1; touch x; ls -a; ls -A; ls nofile; ls -d .",
    "echo 'unterminated",
    "echo a | | echo b",
    "if true; then echo x",
    "; echo x",
    "echo a & wait; echo b",
    "true | false | true; echo $?; set -o pipefail; true | false | true; echo $?",
    "read a b <<< 'one two three'; echo \"$a|$b\"",
    "printf 'a\\nb\\n' | while read x; do echo \"<$x>\"; done",
    "echo \"a\\\"b\" 'it'\\''s' \"$(echo \"nested quotes\")\"",
    "unset x; x=5; unset x; echo \"[$x]\"; type cd; type nosuch",
    "shift; echo $?; set -- a b c; echo $# $1 \"$@\"; shift; echo $*",
    "grep; echo $?; sed 's/a/b' f; echo $?; sed 'k'; sed '1,p'; sed 's/a/\\1/'",
    "rm; mkdir; touch; cp; cp a; mv; mv a; head -n x f; ls -9; rm -f; echo $?",
    "wc -k; cat --nope; ls --nope; mkdir --pa x; ls",
    "x='a b  c'; echo $x; for w in $x; do echo \"<$w>\"; done; y=\"$x\"; echo \"$y\"",
    "echo > empty; cat -n empty; printf 'x\\n\\n\\ny' | cat -s; printf 'x\\n' | cat -E",
    "echo a > f; cat f f nofile f; echo $?; head -n1 f f; wc f f",
    "printf 'abc\\nweék\\n\\nlast' > f; rev f; rev < f; cat f | rev | rev; mkdir d; rev no f d - 'a b' f; echo $?; rev -x; rev --nope; echo $?",
    "{ echo ok; printf 'é\\n' | tail -c 2; echo more; } > f; rev f f; echo $?; rev < f; echo $?; echo late | rev",
    "yes_no() { local v=$1; [ \"$v\" ] && echo yes || echo no; }; yes_no 1; yes_no ''; echo \"[$v]\"",
    "eval 'echo evaluated; x=7'; echo $x; . ./nofile; echo $?",
    "echo ~ ~/x \"~\"",
    "x=5\ncat <<END\none $x \"q\" 'r' \\$x `echo sub` $(echo deep)\nEND\necho after",
    "cat <<'A'; cat <<-B | grep t\n$x\nA\n\ttab\n\ttwo\n\tB\nnosuch",
    "y=$(cat <<E\nin\nE\n)\necho \"$y\"; while read -r l; do echo \"<$l>\"; done <<E\n1\n2\nE",
    "f() { cat <<E\narg $1\nE\n}\nf z; if true; then cat <<\"E F\"\na\\\nb\nE F\nfi; cat <<E\na\\\nb\nE",
    "cat <<END\nno end",
];

/// What `openssl rand` says and how long its texts are; where there is no OpenSSL 3.0, this says so.
#[test]
fn openssl_rand_is_the_real_one() {
    let there = std::process::Command::new("openssl").arg("version").output();
    let version = there.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    if !there_is_bash() || !version.starts_with("OpenSSL 3.0") {
        eprintln!("openssl: not compared, it is not 3.0 here ({version})");
        return;
    }
    let scripts = [
        "openssl rand -hex 12 | wc -c; openssl rand -base64 60 | wc; openssl rand 7 | wc -c; openssl rand -out f -hex 3; wc -c < f",
        "openssl rand -hex x; echo $?; openssl rand -hex 0; echo $?; openssl rand -foo 3; echo $?; openssl rand 3 4; echo $?",
        "openssl rand -hex -5; echo $?; openssl rand -out; echo $?; openssl rand --hex 2 | wc -c; openssl bogus; echo $?",
        "openssl rand; echo $?; test $(openssl rand -hex 16) = $(openssl rand -hex 16); echo $?",
    ];
    let scripts: Vec<String> = scripts.iter().map(ToString::to_string).collect();
    let compared = compare_all(&scripts);
    assert!(compared.differ.is_empty(), "{}", compared.differ.join("\n"));
    assert_eq!(compared.skipped, 0);
}

#[test]
fn the_shell_answers_as_real_bash_does() {
    if !there_is_bash() {
        println!("skipped: no real bash on this machine");
        return;
    }
    let scripts: Vec<String> = SCRIPTS.iter().map(|script| (*script).to_string()).collect();
    let compared = compare_all(&scripts);
    println!("{} of {} scripts are equal, {} skipped", compared.equal(), compared.all, compared.skipped);
    let differ = compared.differ;
    assert!(differ.is_empty(), "{} scripts differ:\n{}", differ.len(), differ.join("\n"));
}
