//! Random charts: values of all shapes, templates that pipe them through random functions, subcharts, `--set`.

use std::fmt::Write;

/// A small generator of its own, so that a seed means the same chart for ever.
pub struct Dice(u64);

impl Dice {
    pub fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 >> 33) ^ (self.0 >> 17);
        usize::try_from(mixed % below as u64).expect("a small number")
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.next(100) < percent
    }

    pub fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.next(of.len())]
    }
}

const KEYS: &[&str] = &["name", "port", "image", "labels", "args", "on", "size", "empty", "none", "extra"];
const SCALARS: &[&str] = &[
    "web",
    "8080",
    "\"8080\"",
    "true",
    "false",
    "null",
    "1.5",
    "\"\"",
    "1000000",
    "yes",
    "'it''s'",
    "a b c",
    "0755",
    "{}",
    "[]",
    "-3",
    "1e3",
    "\"tab\\there\"",
    "v1.2.3",
    "nginx:1.25",
    "\"{{ .Release.Name }}-x\"",
    "12345678",
    "0.1",
];

fn value(dice: &mut Dice, out: &mut String, pad: &str, depth: usize) {
    match dice.next(10) {
        0..=5 => writeln!(out, " {}", dice.pick(SCALARS)),
        6 | 7 if depth > 0 => {
            out.push('\n');
            let mut seen = Vec::new();
            for _ in 0..=dice.next(3) {
                let key = dice.pick(KEYS);
                if seen.contains(&key) {
                    continue;
                }
                seen.push(key);
                write!(out, "{pad}{key}:").expect("a text");
                value(dice, out, &format!("{pad}  "), depth - 1);
            }
            Ok(())
        }
        8 if depth > 0 => {
            out.push('\n');
            for _ in 0..=dice.next(3) {
                writeln!(out, "{pad}- {}", dice.pick(SCALARS)).expect("a text");
            }
            Ok(())
        }
        _ => writeln!(out, " [a, {}, {}]", dice.pick(&["1", "b", "null"]), dice.pick(&["x", "true", "2.5"])),
    }
    .expect("a text takes all");
}

fn values(dice: &mut Dice) -> String {
    let mut out = String::new();
    for key in KEYS {
        if dice.chance(75) {
            write!(out, "{key}:").expect("a text");
            value(dice, &mut out, "  ", 2);
        }
    }
    if dice.chance(40) {
        writeln!(out, "global:\n  domain: {}", dice.pick(SCALARS)).expect("a text");
    }
    if dice.chance(60) {
        writeln!(out, "sub:\n  name: {}\n  labels: {{x: {}}}", dice.pick(SCALARS), dice.pick(SCALARS)).expect("a text");
    }
    out
}

/// Functions that take anything.
const TOLERANT: &[&str] = &[
    "quote",
    "squote",
    "default \"d\"",
    "default 5",
    "toString",
    "toYaml",
    "toJson",
    "int",
    "int64",
    "float64",
    "add 1",
    "mul 2",
    "kindOf",
    "typeOf",
    "empty",
    "join \",\"",
    "not",
    "toStrings",
    "printf \"%v\"",
    "printf \"%s\"",
    "printf \"%d\"",
    "printf \"%q\"",
    "printf \"%5.2f\"",
    "printf \"%T\"",
    "cat \"x\"",
    "coalesce nil",
    "toPrettyJson",
    "sortAlpha",
    "round 2",
    "ceil",
    "and true",
    "or false",
    "max 3",
    "mustToJson",
    "html",
    "print",
    "println",
    "urlquery",
    "compact | toJson",
    "toRawJson",
    "div 7",
    "list 1",
    "dict \"k\"",
    "kindIs \"map\"",
    "typeIs \"string\"",
    "printf \"%-6v|\"",
    "printf \"%x\"",
    "floor",
    "add1",
    "toYamlPretty",
];

/// Functions that take a text.
const TEXTUAL: &[&str] = &[
    "upper",
    "lower",
    "title",
    "trunc 3",
    "trunc -2",
    "indent 2",
    "nindent 4",
    "b64enc",
    "sha256sum",
    "replace \"a\" \"o\"",
    "trimSuffix \"b\"",
    "contains \"a\"",
    "hasPrefix \"w\"",
    "snakecase",
    "camelcase",
    "kebabcase",
    "substr 0 2",
    "repeat 2",
    "splitList \".\" | join \"-\"",
    "regexReplaceAll \"[a-c]+\" \"xabcz\"",
    "untitle",
    "swapcase",
    "nospace",
    "initials",
    "abbrev 5",
    "trim",
    "atoi",
    "fromYaml | toJson",
    "regexFind \"[a-z]+\"",
    "b64dec",
    "trimAll \"w\"",
    "splitList \"b\" | last",
    "wrap 4",
    "len",
    "sha1sum",
    "adler32sum",
    "ext",
    "base",
];

const FUNCTIONS: &[&str] = &[
    "first",
    "last",
    "uniq",
    "reverse",
    "has \"a\"",
    "semver",
    "keys | sortAlpha",
    "values",
    "ternary \"y\" \"n\"",
    "required \"must\"",
    "eq \"web\"",
    "mod 5",
    "plural \"one\" \"many\"",
    "deepCopy",
    "rest",
    "initial",
    "lt 3",
    "index 0",
    "until",
    "len",
    "upper",
    "trunc 2",
];

fn function(dice: &mut Dice) -> String {
    match dice.next(20) {
        0..=11 => dice.pick(TOLERANT).into(),
        12..=18 => format!("toString | {}", dice.pick(TEXTUAL)),
        _ => dice.pick(FUNCTIONS).into(),
    }
}

fn path(dice: &mut Dice) -> String {
    let mut out = format!(".Values.{}", dice.pick(KEYS));
    if dice.chance(20) {
        out = if dice.chance(85) { format!("({out} | default dict)") } else { out };
        if dice.chance(30) {
            write!(out, ".{}", dice.pick(KEYS)).expect("a text");
        }
    }
    match dice.next(16) {
        0 => ".Release.Name".into(),
        1 => ".Chart.AppVersion".into(),
        2 => ".Values.global.domain".into(),
        3 => format!("(dict \"a\" {out} \"b\" 2)"),
        4 => format!("(list 1 {out} \"z\")"),
        5 => ".Capabilities.KubeVersion.Minor".into(),
        6 => format!("({out})"),
        7 => "$.Values.args".into(),
        _ => out,
    }
}

fn piped(dice: &mut Dice) -> String {
    let mut out = path(dice);
    for _ in 0..dice.next(3) {
        write!(out, " | {}", function(dice)).expect("a text");
    }
    out
}

fn block(dice: &mut Dice, out: &mut String, depth: usize) {
    let (left, right) = (dice.pick(&["{{", "{{", "{{-"]), dice.pick(&["}}", "}}", "-}}"]));
    match dice.next(9) {
        0 if depth > 0 => {
            writeln!(out, "{left} if {} {right}", piped(dice)).expect("a text");
            block(dice, out, depth - 1);
            if dice.chance(40) {
                writeln!(out, "{{{{- else if {} }}}}", piped(dice)).expect("a text");
                block(dice, out, depth - 1);
            }
            if dice.chance(50) {
                writeln!(out, "{{{{ else }}}}").expect("a text");
                block(dice, out, depth - 1);
            }
            writeln!(out, "{left} end {right}").expect("a text");
        }
        1 if depth > 0 => {
            writeln!(out, "{left} range $k, $v := {} {right}", path(dice)).expect("a text");
            writeln!(out, "# {{{{ $k }}}}: {{{{ $v | {} }}}}", function(dice)).expect("a text");
            if dice.chance(20) {
                writeln!(out, "{{{{ {} }}}}", dice.pick(&["break", "continue"])).expect("a text");
            }
            writeln!(out, "{{{{ end }}}}").expect("a text");
        }
        2 if depth > 0 => {
            writeln!(out, "{left} with {} {right}\n# {{{{ . | {} }}}}", path(dice), function(dice)).expect("a text");
            writeln!(out, "{{{{ end }}}}").expect("a text");
        }
        3 => writeln!(
            out,
            "# x{}: {{{{ include \"{}\" {} }}}}",
            dice.next(99),
            dice.pick(&["h.name", "h.labels", "h.name", "h.labels", "h.name", "h.none"]),
            dice.pick(&[".", "$", "$", "$"])
        )
        .expect("a text"),
        4 => writeln!(
            out,
            "# {{{{ {} {} {} }}}}",
            dice.pick(&["and", "or", "add", "sub", "max", "list", "cat", "print", "coalesce", "eq", "deepEqual"]),
            path(dice),
            path(dice)
        )
        .expect("a text"),
        5 => writeln!(out, "# {{{{ tpl ({} | toString) $ }}}}", path(dice)).expect("a text"),
        _ => writeln!(out, "k{}: {{{{ {} | toJson }}}}", dice.next(99), piped(dice)).expect("a text"),
    }
}

const HELPERS: &str = "{{- define \"h.name\" -}}\n{{ .Release.Name | default \"none\" }}-{{ .Chart.Name }}\n{{- end }}\n{{ define \"h.labels\" }}{{ toJson (dict \"app\" .Values.name) }}{{ end }}\n";

fn template(dice: &mut Dice, name: &str) -> String {
    let kind = dice.pick(&["ConfigMap", "Service", "Deployment", "Secret", "Widget", "ServiceAccount"]);
    let mut out = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n");
    if dice.chance(15) {
        writeln!(
            out,
            "  annotations:\n    helm.sh/hook: {}",
            dice.pick(&["pre-install", "test", "post-upgrade,pre-install"])
        )
        .expect("a text");
    }
    for _ in 0..=dice.next(3) {
        block(dice, &mut out, 2);
    }
    out
}

pub fn random(seed: u64) -> (Vec<(String, String)>, Vec<String>) {
    let mut dice = Dice(seed.wrapping_mul(2_654_435_761).wrapping_add(99));
    let dice = &mut dice;
    let mut files = vec![
        (
            "chart/Chart.yaml".to_string(),
            "apiVersion: v2\nname: app\nversion: 1.2.3\nappVersion: \"4.5\"\n".to_string(),
        ),
        ("chart/values.yaml".to_string(), values(dice)),
        ("chart/templates/_helpers.tpl".to_string(), HELPERS.to_string()),
    ];
    for index in 0..=dice.next(2) {
        files.push((format!("chart/templates/t{index}.yaml"), template(dice, &format!("t{index}"))));
    }
    if dice.chance(50) {
        files.push(("chart/charts/sub/Chart.yaml".into(), "apiVersion: v2\nname: sub\nversion: 0.1.0\n".into()));
        files.push(("chart/charts/sub/values.yaml".into(), values(dice)));
        files.push(("chart/charts/sub/templates/s.yaml".into(), template(dice, "s")));
    }
    let mut args = Vec::new();
    for _ in 0..dice.next(3) {
        let flag = dice.pick(&["--set", "--set", "--set-string", "--set-json"]);
        let key = dice.pick(KEYS);
        let text = match (flag, dice.next(6)) {
            ("--set-json", _) => format!("{key}={}", dice.pick(&["[1,2]", "{\"name\":\"j\"}", "null", "1.5", "\"t\""])),
            (_, 0) => format!("{key}.name=x,{key}.port=9"),
            (_, 1) => format!("{key}={{p,2}}"),
            (_, 2) => format!("{key}[1]=z"),
            (_, 3) => format!("{key}=null"),
            _ => format!("{key}={}", dice.pick(&["12", "t", "true", "a\\,b", "007", ""])),
        };
        args.extend([flag.to_string(), text]);
    }
    (files, args)
}
