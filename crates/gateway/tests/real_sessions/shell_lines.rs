//! Lines of bash and its core tools.

use super::draw::Dice;

const GLOBS: [&str; 8] = ["*.txt", "*", "src/*", "*.md", "[ab].txt", "?.txt", "*.none", "s*/*.js"];
const WORDS: [&str; 7] = ["one", "two", "hello world", "x", "Encore", "line", "'"];

/// A change of files.
pub fn edit(dice: &mut Dice, n: u64) -> String {
    let (file, other, at) = (dice.file(), dice.file(), dice.roll(8) + 1);
    match dice.roll(15) {
        0 => format!("rm '{file}'"),
        1 => format!("printf 'one\\ntwo\\nthree\\nfour\\nfive\\nsix\\n' > '{file}'"),
        2..=5 => format!("echo 'line {n}' >> '{file}'"),
        6 => format!("sed -i '{at}s/.*/changed {n}/' '{file}'"),
        7 => format!("sed -i '{at}d' '{file}'"),
        8 => format!("printf 'no newline {n}' >> '{file}'"),
        9 => format!("cp '{file}' '{other}'"),
        10 => format!("mv '{file}' '{other}'"),
        11 => format!("mkdir -p new{n}/deep && touch new{n}/deep/x.txt new{n}/deep/y.txt"),
        12 => format!("cat '{file}' '{other}' > all.txt 2>/dev/null; wc -l < all.txt"),
        13 => format!("rm -rf {}", dice.pick(&["src", "doc", "new*", "all.txt", "nothing"])),
        _ => format!("cat > '{file}' <<EOF\nheadline: \"number {n}\"\nprice: ${{n:-{n}}}\n  `echo {at}` \\$n\nEOF"),
    }
}

fn source(dice: &mut Dice) -> String {
    let (file, word) = (dice.file(), dice.pick(&["o", "line", "e$", "^t", "x", "[0-9]", "two"]));
    match dice.roll(14) {
        0..=2 => format!("cat '{file}'"),
        3 => format!("grep {}'{word}' '{file}'", dice.pick(&["", "-n ", "-v ", "-i ", "-c ", "-in "])),
        4 => format!("grep -r '{word}' src"),
        5 => format!("sed {} '{file}'", dice.pick(&["'s/o/0/g'", "-n '2,3p'", "'1d'", "'s/\\(t\\)/<\\1>/'", "'$d'"])),
        6 => format!("head -n {} '{file}'", dice.roll(5)),
        7 => format!("tail -n {} '{file}'", dice.roll(5)),
        8 => format!("wc {}'{file}'", dice.pick(&["-l ", "-w ", "-c ", ""])),
        9 => format!("ls {}", dice.pick(&["", "-a", "-1", "-A", "-R", "src", "-d src", "-d *", "src doc"])),
        10 => format!("echo {}", dice.pick(&GLOBS)),
        11 => format!("ls {}", dice.pick(&GLOBS)),
        12 => format!("printf '%s-%s\\n' {} b c d", dice.pick(&["a", "\"a b\"", "1 2"])),
        _ => format!("echo \"{}\" 'single $HOME' d\\ e", dice.pick(&WORDS)),
    }
}

fn filter(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "grep -v x",
        "grep o",
        "head -n 2",
        "tail -n 1",
        "wc -l",
        "sed 's/e/E/'",
        "sed -n '1p'",
        "cat",
        "cat -n",
        "grep -c .",
        "head -1",
        "tail -n +2",
    ])
}

fn piped(dice: &mut Dice) -> String {
    let mut text = source(dice);
    for _ in 0..dice.roll(3) {
        text.push_str(" | ");
        text.push_str(filter(dice));
    }
    match dice.roll(9) {
        // The file is there before the first part looks: else it is chance whether real `ls` sees it.
        0 => format!("{{ {text}; }} > out.txt"),
        1 => format!("{{ {text}; }} >> out.txt"),
        2 => format!("{text} 2>/dev/null"),
        3 => format!("{text} 2>&1"),
        _ => text,
    }
}

/// Something that looks, alone or in a list.
pub fn pipeline(dice: &mut Dice) -> String {
    let first = piped(dice);
    match dice.roll(4) {
        0 => format!("{first} {} {}", dice.pick(&["&&", "||", ";"]), piped(dice)),
        _ => first,
    }
}

/// Variables, quotes, loops, conditions, folders.
pub fn shell_word(dice: &mut Dice, n: u64) -> String {
    let (file, glob) = (dice.file(), dice.pick(&GLOBS));
    match dice.roll(29) {
        0 => format!("x={n}; echo \"$x\" ${{x}}0 '$x'"),
        1 => format!("for f in {glob}; do echo \"<$f>\"; done"),
        2 => format!("if [ -f '{file}' ]; then echo yes; else echo no; fi"),
        3 => format!("n=$(cat '{file}' | wc -l); echo \"$n lines\""),
        4 => format!("[ -d {} ] && echo there || echo missing", dice.pick(&["src", "doc", "lib"])),
        5 => format!("p='{file}'; echo \"${{p##*/}}\" \"${{p%.*}}\" ${{#p}} \"${{p/a/A}}\""),
        6 => format!("while read -r l; do echo \"> $l\"; done < '{file}'"),
        7 => format!("case {glob} in *.txt) echo text;; *) echo other;; esac"),
        8 => "pwd; cd ..; pwd; cd - > /dev/null".into(),
        9 => "cd src && pwd && ls; cd ~/web 2>/dev/null || cd ~".into(),
        10 => "(cd src; ls; pwd); pwd".into(),
        11 => "f() { echo \"$# $1\"; return 3; }; f 'a b' c; echo $?".into(),
        12 => format!("echo ${{none:-default {n}}} \"${{none:+set}}\"; true && ! false; echo $?"),
        13 => format!("touch t{n}.txt && ls t*.txt; rm -f t{n}.txt"),
        14 => format!("cat <<'END' | grep -n l\nline $n of {n}\nlast\nEND"),
        15 => "{ echo out; echo err >&2; } 2>&1 | cat -n".into(),
        16..=27 => language(dice, n),
        _ => format!("export V={n}; bash -c 'echo \"inner $V\"'; V=2 bash -c 'echo $V'; echo $V"),
    }
}

/// What else the language has: arrays, arithmetic, conditions, options, traps, descriptors, other substitutions.
fn language(dice: &mut Dice, n: u64) -> String {
    let (file, glob) = (dice.file(), dice.pick(&GLOBS));
    match dice.roll(16) {
        0 => format!(
            "a=({glob}); echo \"${{#a[@]}} ${{a[0]}} ${{a[@]: -1}}\"; for i in \"${{!a[@]}}\"; do echo $i; done"
        ),
        1 => format!("declare -A m=([x]={n} [y]=2); m[z]=$((m[x]*m[y])); echo \"${{m[z]}} ${{#m[@]}}\""),
        2 => format!("for ((i=0; i<{}; i++)); do ((i == 2)) && continue; echo \"i=$i\"; done", dice.roll(5)),
        3 => format!("if [[ '{file}' =~ ^(.*)\\.([a-z]+)$ ]]; then echo \"${{BASH_REMATCH[2]}}\"; else echo none; fi"),
        4 => format!("mapfile -t l < '{file}' && echo \"${{#l[@]}} [${{l[0]}}]\""),
        5 => format!("(set -euo pipefail; cat '{file}' | head -n 1; false; echo never); echo $?"),
        6 => format!("(trap 'echo bye' EXIT; echo {n}; exit {}); echo $?", dice.roll(4)),
        7 => format!("diff <(sort '{file}' 2>&1) <(sort -u '{file}' 2>&1) > /dev/null; echo $?"),
        8 => format!("while IFS=: read -r k v; do echo \"$v=$k\"; done < '{file}' | head -n 2"),
        9 => format!("s='a b {n}'; echo \"${{s^^}} ${{s// /_}} ${{s:2}} ${{s%% *}} ${{s@Q}}\""),
        10 => format!("echo $(({n} % 7 + (2 ** 3) / 3)) {{1..3}}{{a,b}} $((16#ff))"),
        11 => {
            format!("f() {{ local x=${{1:-{n}}}; echo \"$x $#\"; (($# > 1)) && return 4; true; }}; f; f a b; echo $?")
        }
        12 => format!("printf '%-8s|%5.1f|%x\\n' '{file}' {n}.25 {n}; printf -v p '%03d' {n}; echo $p"),
        13 => format!("sort '{file}' | uniq -c | sort -rn | awk '{{print $1\":\"$2}}' | head -n 3"),
        14 => format!("find . -name '{glob}' -not -path './.git/*' | sort | xargs -r -n1 basename"),
        _ => format!("cut -d' ' -f1 '{file}' | tr a-z A-Z | paste -sd, ; tr -d '\\n' < '{file}' | wc -c"),
    }
}

pub fn shell_mistake(dice: &mut Dice) -> String {
    dice.pick(&[
        "cat missing.txt",
        "cat src",
        "cd nowhere",
        "cd a.txt",
        "mkdir src",
        "mkdir no/such/parent",
        "rm src",
        "rm missing.txt",
        "cp missing.txt x",
        "cp src copy",
        "mv missing.txt x",
        "ls missing.txt a.txt",
        "ls --nope",
        "grep x missing.txt",
        "grep",
        "grep --nope x a.txt",
        "head -n x a.txt",
        "head missing.txt a.txt",
        "tail -n 1 missing.txt",
        "wc -l missing.txt a.txt",
        "sed 's/a/b' a.txt",
        "sed -n '1p' missing.txt",
        "nosuchcommand --x",
        "./a.txt",
        "touch no/such/file",
        "echo x > no/such/file",
        "cat < missing.txt",
        "echo x > src",
        "mv",
        "cp a.txt",
        "rm",
        "mkdir",
        "false || nosuch && echo no",
        "[ 1 -eq x ]; echo $?",
        "bash -c 'echo \"unterminated'",
        "bash -c 'if true; then echo x'",
        "bash -c 'echo a; exit 7'",
        "bash nothere.sh",
        "echo ${x?is not set} | cat",
        "rmdir src",
    ])
    .into()
}

/// What a script may end with.
pub fn last_line(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "exit 3",
        "false",
        "if true; then echo x",
        "echo 'unterminated",
        "set -e; false; echo never",
        "echo a | | cat",
        "set -u; echo $nothing_here",
        "cat nothing && exit 4",
        "cat a.txt; (exit 5)",
    ])
}
