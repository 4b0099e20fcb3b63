//! Random scripts: loops, functions, conditions, arrays, and text tools over small files. A seed draws one.

use sim::Rng;

struct Dice(Rng);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0.below(sides)
    }

    fn pick(&mut self, from: &[&str]) -> String {
        from[usize::try_from(self.roll(from.len() as u64)).expect("an index")].to_string()
    }
}

const START: &str = "printf 'ann 30 web\\nbob 25 db\\ncid 41 web\\ndan 25 api\\n' > t; printf '3\\n1\\n2\\n10\\n1\\n' > n; \
                     printf 'one two\\nthree  four\\n\\nFive:six,seven\\n' > w; printf 'k=v\\nx=1\\n# c\\n' > c; mkdir -p d/e; echo z > d/e/f";

/// A script that a seed draws.
pub fn script(seed: u64) -> String {
    let mut dice = Dice(Rng::new(seed));
    let mut lines = vec![START.to_string()];
    for _ in 0..2 + dice.roll(4) {
        lines.push(statement(&mut dice, 0));
    }
    lines.push("echo \"end $?\"".into());
    lines.join("\n")
}

/// One statement without files to work on.
pub fn line(seed: u64) -> String {
    let mut dice = Dice(Rng::new(seed));
    statement(&mut dice, 0)
}

fn word(dice: &mut Dice) -> String {
    match dice.roll(14) {
        0 => format!("{}", dice.roll(20)),
        1 => format!("\"${}\"", dice.pick(&["x", "y", "i", "?", "#", "1"])),
        2 => format!("${}", dice.pick(&["x", "y", "i", "z"])),
        3 => format!("$(({}))", sum(dice)),
        4 => format!("\"$({})\"", source(dice)),
        5 => format!(
            "${{x{}}}",
            dice.pick(&[":-def", "#*a", "%b*", "/a/Z", "//[ab]/_", ":1", ":1:2", "^^", ",,", "+set", "##*/"])
        ),
        6 => format!("\"${{a[{}]}}\"", dice.pick(&["0", "1", "@", "*", "-1", "i"])),
        7 => "${#a[@]}".into(),
        8 => dice.pick(&["{1..3}", "{a,b}c", "x{,y}", "{3..1}"]),
        9 => dice.pick(&["*", "d/*", "[tn]", "?", "'*'", "z*"]),
        _ => dice.pick(&["foo", "'a b'", "\"q $x\"", "bar.txt", "-n", "a/b/c", "\\$x"]),
    }
}

fn sum(dice: &mut Dice) -> String {
    let atom = |dice: &mut Dice| dice.pick(&["1", "2", "7", "x", "i", "(3+4)", "-5", "0x10", "${#a[@]}"]);
    let mut text = atom(dice);
    for _ in 0..dice.roll(3) {
        let op = dice.pick(&["+", "-", "*", "%2+", "<", "==", "&&", "||", "<<1+", "&", "?1:0+"]);
        text = format!("{text}{op}{}", if op.contains('?') { "2".into() } else { atom(dice) });
    }
    text
}

fn source(dice: &mut Dice) -> String {
    match dice.roll(16) {
        0 => format!("cat {}", dice.pick(&["t", "n", "w", "c", "none", "t n"])),
        1 => format!(
            "sort {} {}",
            dice.pick(&["", "-n", "-r", "-u", "-k2", "-k2n -k1r", "-t: -k2"]),
            dice.pick(&["t", "n", "w"])
        ),
        2 => format!("cut -d' ' -f{} t", dice.pick(&["1", "2", "1,3", "2-"])),
        3 => format!(
            "awk '{}' t",
            dice.pick(&[
                "{print $1}",
                "$2>26{print NR,$1}",
                "{s+=$2} END{print s}",
                "/web/{n++} END{print n}",
                "{print $NF, length($1)}",
                "NR==2",
                "{a[$3]++} END{for(k in a) if (a[k]>1) print k, a[k]}",
                "{printf \"%-5s|%3d\\n\", $1, $2}",
                "{$2=\"X\"; print}"
            ])
        ),
        4 => format!(
            "sed {} {}",
            dice.pick(&[
                "'s/a/A/'",
                "-n '2p'",
                "'1d'",
                "'/web/d'",
                "'s/\\([a-z]*\\) \\(.*\\)/\\2 \\1/'",
                "-E 's/[0-9]+/<&>/g'",
                "'$!N;s/\\n/+/'",
                "'y/abc/xyz/'",
                "-n '$='",
                "'/bob/,$s/^/> /'"
            ]),
            dice.pick(&["t", "w", "n"])
        ),
        5 => format!(
            "grep {} {}",
            dice.pick(&["-c e", "-n web", "-v 2", "-i FIVE", "-o '[0-9]*'", "-E 'a|b'", "-q one", "-w 1"]),
            dice.pick(&["t", "w", "n"])
        ),
        6 => format!("seq {}", dice.pick(&["3", "2 5", "1 2 7", "3 -1 1", "-s, 4", "-w 9 11"])),
        7 => format!(
            "tr {} < {}",
            dice.pick(&["a-z A-Z", "-d '0-9'", "-s ' '", "' ' '\\n'", "-cd 'a-z\\n'"]),
            dice.pick(&["t", "w"])
        ),
        8 => format!("find d{} | sort", dice.pick(&["", " -type f", " -name 'f'", " -maxdepth 1", " -type d"])),
        9 => format!(
            "printf '{}' {}",
            dice.pick(&["%s\\n", "%d-", "<%5s>\\n", "%02d\\n", "%q\\n", "%x\\n"]),
            dice.pick(&["1 2 3", "7", "$x", "${#x}"])
        ),
        10 => format!("head -n {} {}", dice.roll(4), dice.pick(&["t", "w"])),
        11 => format!("tail -n {} {}", dice.pick(&["1", "2", "+2"]), dice.pick(&["t", "n"])),
        12 => format!("wc {} {}", dice.pick(&["-l", "-w", "-c", ""]), dice.pick(&["t", "w", "< n"])),
        13 => format!("paste {} t n", dice.pick(&["", "-d,", "-s"])),
        14 => {
            format!("xargs {} < {}", dice.pick(&["", "-n2", "-n1 echo x", "-I{} echo '[{}]'"]), dice.pick(&["n", "t"]))
        }
        _ => format!("echo {} {}", word(dice), word(dice)),
    }
}

fn filter(dice: &mut Dice) -> String {
    dice.pick(&[
        "sort",
        "sort -rn",
        "uniq -c",
        "uniq",
        "wc -l",
        "head -n 2",
        "tail -n 1",
        "tr a-z A-Z",
        "cut -c1-3",
        "grep -v b",
        "sed 's/^/- /'",
        "awk '{print NF}'",
        "cat -n",
        "tac",
        "rev",
        "nl",
        "tee o",
        "xargs",
        "paste -sd+",
        "base64",
        "md5sum",
        "fold -w 4",
        "cut -d' ' -f1",
        "sort -u -k2",
        "awk -v n=2 '{s=s\" \"$1} NR==n{print s}'",
        "sed -n '1!p'",
        "head -c 7",
        "grep -o '[a-z]*'",
        "column -t",
        "sed '$!d'",
        "tr -s ' ' ','",
        "gzip | zcat",
    ])
}

fn pipeline(dice: &mut Dice) -> String {
    let mut text = source(dice);
    for _ in 0..dice.roll(3) {
        text = format!("{text} | {}", filter(dice));
    }
    match dice.roll(10) {
        0 => format!("{text} > out; cat out"),
        1 => format!("{text} 2>/dev/null"),
        2 => format!("! {text}"),
        _ => text,
    }
}

fn condition(dice: &mut Dice) -> String {
    match dice.roll(9) {
        0 => format!("[ -f {} ]", dice.pick(&["t", "d", "none"])),
        1 => format!("[ \"$x\" = {} ]", word(dice)),
        2 => format!("[[ $x == {} ]]", dice.pick(&["a*", "*b", "[0-9]*", "foo", "?"])),
        3 => format!("[[ $x =~ {} ]]", dice.pick(&["^a", "[0-9]+", "b$", "(a|b)c"])),
        4 => format!("(({}))", sum(dice)),
        5 => format!("[ $# -gt {} ]", dice.roll(3)),
        6 => format!("[[ -n $y && {} -lt 5 ]]", dice.roll(9)),
        7 => source(dice) + " > /dev/null",
        _ => dice.pick(&["true", "false", "[ -z \"$z\" ]", "[[ -d d || -e t ]]", "test -s n"]),
    }
}

fn statement(dice: &mut Dice, depth: u64) -> String {
    let roll = if depth > 1 { dice.roll(9) } else { dice.roll(32) };
    let inner = |dice: &mut Dice| statement(dice, depth + 1);
    match roll {
        0 => format!("x={}", word(dice)),
        1 => format!("y=$({})", source(dice)),
        2 => format!("a=({} {} {})", word(dice), word(dice), word(dice)),
        3 => format!("((i{}))", dice.pick(&["++", "+=2", "=x", "--", "*=3"])),
        4 => format!("echo {} {}", word(dice), word(dice)),
        5..=8 => pipeline(dice),
        9 => format!("for v in {} {}; do echo \"<$v>\"; {}; done", word(dice), word(dice), inner(dice)),
        10 => format!("for ((l{depth}=0; l{depth}<{}; l{depth}++)); do {}; done", dice.roll(4), inner(dice)),
        11 => format!("if {}; then {}; else {}; fi", condition(dice), inner(dice), inner(dice)),
        12 => format!("{} && {} || {}", condition(dice), inner(dice), inner(dice)),
        13 => format!("l{depth}=0; while ((l{depth} < {})); do ((l{depth}++)); {}; done", dice.roll(4), inner(dice)),
        14 => format!("{} | while read -r p q; do echo \"$q/$p\"; done", source(dice)),
        15 => format!(
            "f() {{ local z={}; {}; return {}; }}; f {} {}; echo \"f=$? $z\"",
            word(dice),
            inner(dice),
            dice.roll(4),
            word(dice),
            word(dice)
        ),
        16 => format!(
            "case {} in a*) echo A;; [0-9]) echo digit;; *b*|foo) echo B;; *) {};; esac",
            word(dice),
            inner(dice)
        ),
        17 => format!("({}; x=sub; echo $x)", inner(dice)),
        18 => format!("{{ {}; }} 2>&1 | {}", inner(dice), filter(dice)),
        19 => format!("declare -A m=([k]={} [j]=2); echo \"${{m[k]}} ${{#m[@]}} ${{!m[@]}}\"", word(dice)),
        20 => format!("read -r x y <<< {}; echo \"$x|$y\"", word(dice)),
        21 => format!("set -- {} {}; echo $# \"$1\" \"${{@:2}}\"", word(dice), word(dice)),
        _ => wider(dice, depth),
    }
}

/// What scripts have less often: here-documents, traps, descriptors, `select`, `getopts`, `mapfile`, jobs.
fn wider(dice: &mut Dice, depth: u64) -> String {
    let inner = |dice: &mut Dice| statement(dice, depth + 1);
    match dice.roll(20) {
        // A here-document ends at a line of its own: it stands alone.
        0 | 1 if depth > 0 => inner(dice),
        0 => format!("cat <<E | {}\nv $x ${{y:-none}} $((1+{}))\n\\$x `echo b`\nE", filter(dice), dice.roll(9)),
        1 => format!("cat <<'E'\n$x `y`\n\tt\nE\n{}", inner(dice)),
        2 => format!("trap 'echo \"bye $?\"' EXIT; {}", inner(dice)),
        3 => format!("(trap 'echo sub' EXIT; {}); echo $?", inner(dice)),
        4 => format!("(set -e; {}; echo on; false; echo never); echo $?", inner(dice)),
        5 => format!("(set -uo pipefail; {}; false | true; echo $?; echo $none; echo never) 2>&1", inner(dice)),
        6 => format!("mapfile -t l < {}; echo ${{#l[@]}} \"${{l[0]}}\" \"${{l[@]: -1}}\"", dice.pick(&["t", "n", "w"])),
        7 => format!(
            "set -- {} {}; OPTIND=1; while getopts ':ab:' o; do echo \"$o ${{OPTARG-}}\"; done; shift $((OPTIND-1)); echo \"$*\"",
            dice.pick(&["-a", "-b", "-ab", "-x", "z"]),
            word(dice)
        ),
        8 => format!(
            "select s in {} {}; do echo \"$s/$REPLY\"; break; done <<< {}",
            word(dice),
            word(dice),
            dice.roll(4)
        ),
        9 => format!("exec 3> o3; echo {} >&3; exec 3>&-; cat o3", word(dice)),
        10 => format!("diff <({}) <({})", source(dice), source(dice)),
        11 => format!("{} > >({} > o4); sleep 0.1; cat o4", source(dice), filter(dice)),
        12 => format!("(sleep 0.{}; exit {}) & wait $!; echo $?", dice.roll(3), dice.roll(5)),
        13 => format!(
            "printf -v x '%{}' {}; echo \"[$x]\"",
            dice.pick(&["05d", "-6s|", "x", "q", "c", ".2f"]),
            dice.roll(300)
        ),
        14 => {
            format!("x={}; echo ${{x@Q}} \"${{x@U}}\" ${{x:+set}} ${{#x}} \"${{x//[aeiou]/}}\" ${{x:(-2)}}", word(dice))
        }
        15 => format!("declare -i k={}; k+=\"{}\"; echo $k; declare -p k", dice.roll(9), sum(dice)),
        16 => {
            format!("r() {{ (($1 > 0)) || {{ {}; return; }}; echo $1; r $(($1-1)); }}; r {}", inner(dice), dice.roll(4))
        }
        17 => format!(
            "until [[ ${{#u}} -ge {} ]]; do u+={}; [[ $u == *bb* ]] && break; done; echo $u; u=",
            dice.roll(5),
            dice.pick(&["a", "b"])
        ),
        18 => format!("echo {} | tee >(wc -c > o5) | {}; sleep 0.1; cat o5", word(dice), filter(dice)),
        _ => format!(
            "a=($({})); for k in \"${{!a[@]}}\"; do echo \"$k:${{a[k]}}\"; done; unset 'a[0]'; declare -p a",
            source(dice)
        ),
    }
}
