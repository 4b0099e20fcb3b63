//! yq's expressions, brought into the form that the evaluator of `jq` reads.

use crate::jq::{Ast, Def, Json, definitions, parse, undefined};

/// What yq has and jq has not, or has otherwise.
const PRELUDE: &str = r#"
def keys: keys_unsorted; def upcase: ascii_upcase; def downcase: ascii_downcase; def to_number: tonumber; def to_string: tostring;
def tag: type as $t | if $t == "number" then (if . == floor then "!!int" else "!!float" end) else {"object": "!!map", "array": "!!seq", "string": "!!str", "boolean": "!!bool", "null": "!!null"}[$t] end;
def kind: type as $t | if $t == "object" then "map" elif $t == "array" then "seq" else "scalar" end;
def is_key: false; def filter(f): map(select(f)); def with(p; f): p |= f; def array_to_map: to_entries | from_entries;
def any_c(f): [.[] | f] | any; def all_c(f): [.[] | f] | all;
def sort_keys(p): p |= (if kind == "map" then to_entries | sort_by(.key) | from_entries else . end);
def omit($names): . as $top | if kind == "map" then reduce (keys_unsorted[] | select(. as $k | $names | any(. == $k) | not)) as $k ({}; .[$k] = $top[$k]) else [range(0; length) as $i | select($names | any(. == $i) | not) | $top[$i]] end;
def pick($names): . as $top | if kind == "map" then reduce ($names[] | select(. as $k | $top | has($k))) as $k ({}; .[$k] = $top[$k]) else [$names[] as $i | $top[$i]] end;
def fileIndex: $__fi; def file_index: $__fi; def fi: $__fi; def documentIndex: $__di; def document_index: $__di; def di: $__di; def filename: $__file;
def to_json: _tojson; def to_json(n): _tojson(n); def from_json: fromjson; def tojson: _tojson; def to_yaml: _toyaml; def from_yaml: _fromyaml; def to_entries: if . == null then empty else [keys_unsorted[] as $k | {key: $k, value: .[$k]}] end;
def from_entries: reduce .[] as $x ({}; .[$x.key | tostring] = $x.value); def with_entries(f): to_entries | map(f) | from_entries;
def type: tag; def ireduce: .; def has($k): if kind == "scalar" then false else any(keys_unsorted[]; . == $k) end; def unique_by(f): reduce .[] as $x ([]; ([$x | f]) as $k | if any(.[]; [f] == $k) then . else . + [$x] end); def unique: unique_by(.);
def group_by(f): . as $all | reduce .[] as $x ([]; [$x | f] as $k | if any(.[]; [.[0] | f] == $k) then map(if [.[0] | f] == $k then . + [$x] else . end) else . + [[$x]] end);
def envsubst: _envsubst; def splitDoc: .; def split_doc: .; def join: join(""); def min: sort | .[0]; def max: sort | .[-1]; def pivot: transpose;
"#;

/// Names of the real yq that this sandbox has not.
const MISSING: &str = " style line_comment lineComment head_comment headComment foot_comment footComment comments anchor alias explode \
    load load_str load_props load_xml eval shuffle format_datetime from_unix to_unix tz with_dtf parent line column to_props from_props \
    to_csv from_csv to_tsv from_tsv to_xml from_xml ref shortPipe error setpath splits as_map env_var \
    omit_empty get_key get_path get_tag get_kind getpath collect divide system ";

pub(super) struct Expression {
    pub ast: Ast,
    pub prelude: Vec<Def>,
}

impl Expression {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = if text.trim().is_empty() { "." } else { text };
        let ast = parse(&jq_form(text)?)
            .map_err(|message| format!("{}: {message}", text.lines().next().unwrap_or_default()))?;
        let mut prelude = definitions(crate::jq::PRELUDE).map_err(|_| "the prelude is jq".to_string())?;
        prelude.extend(definitions(PRELUDE).map_err(|message| format!("the prelude is jq: {message}"))?);
        let vars = ["__fi", "__di", "__file", "ENV"].map(|name| (name.to_string(), Json::Null));
        if let Some(message) = undefined(&ast, &prelude, &vars) {
            let name = message.split(['/', ' ', '$']).find(|part| !part.is_empty()).unwrap_or_default().to_string();
            return Err(if MISSING.contains(&format!(" {name} ")) {
                format!("'{name}' is real yq, but not part of this sandbox yet")
            } else {
                format!("1:{}: invalid input text {:?}", text.find(&name).map_or(1, |at| at + 1), name)
            });
        }
        Ok(Self { ast, prelude })
    }
}

/// `.a-b` as `."a-b"`, `strenv(X)` as `$ENV["X"]`, `.a.[]` as `.a[]`.
fn jq_form(text: &str) -> Result<String, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c == '"' {
            let end = end_of_text(&chars, at);
            out.extend(&chars[at..end]);
            at = end;
        } else if c == '.' && chars.get(at + 1).is_some_and(|next| next.is_alphabetic() || *next == '_') {
            let end = at + 1 + chars[at + 1..].iter().take_while(|c| c.is_alphanumeric() || "_-".contains(**c)).count();
            let name: String = chars[at + 1..end].iter().collect();
            if chars.get(end) == Some(&'*') {
                return Err(format!("'.{name}*' is real yq, but not part of this sandbox yet"));
            }
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            out.push_str(&if plain { format!(".{name}") } else { format!(".\"{name}\"") });
            at = end;
        } else if c.is_alphabetic() || c == '_' {
            let end = at + chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
            let word: String = chars[at..end].iter().collect();
            at = end;
            if matches!(word.as_str(), "env" | "strenv") && chars.get(end) == Some(&'(') {
                let close = chars[end..].iter().position(|c| *c == ')').ok_or("unclosed bracket")? + end;
                let name: String = chars[end + 1..close].iter().filter(|c| !c.is_whitespace()).collect();
                let value = format!("$ENV[{}]", Json::text(&name).write(&crate::jq::Style::default()));
                let missing = Json::text(format!("value for env variable '{name}' not provided in env()"));
                let value = format!("({value} // error({}))", missing.write(&crate::jq::Style::default()));
                out.push_str(&if word == "env" { format!("({value} | _fromyaml)") } else { value });
                at = close + 1;
            } else {
                out.push_str(&word);
            }
        } else if c == '~' {
            out.push_str("null");
            at += 1;
        } else if c == '{' && computed(&chars, at).is_some() {
            let colon = computed(&chars, at).unwrap_or(at);
            let key: String = chars[at + 1..colon].iter().collect();
            out.push_str(&format!("{{({})", jq_form(key.trim())?));
            at = colon;
        } else if c == '*' && chars.get(at + 1).is_some_and(|next| "?nd".contains(*next)) && sticks(&chars, at) {
            return Err(format!("'*{}' is real yq, but not part of this sandbox yet", chars[at + 1]));
        } else if c == '.' && chars[at..].starts_with(&['.', '.', '.']) {
            return Err("'...' is real yq, but not part of this sandbox yet".into());
        } else {
            out.push(c);
            at += 1;
        }
    }
    Ok(out)
}

/// Where the colon stands of a `{.path: …}`, whose key is an expression.
fn computed(chars: &[char], at: usize) -> Option<usize> {
    let start = at + 1 + chars[at + 1..].iter().take_while(|c| c.is_whitespace()).count();
    let len = chars[start..].iter().position(|c| !(c.is_alphanumeric() || "._-[]".contains(*c)))?;
    (chars.get(start) == Some(&'.') && chars.get(start + len) == Some(&':')).then_some(start + len)
}

/// `*n`: a flag of the operator, and not what it multiplies with.
fn sticks(chars: &[char], at: usize) -> bool {
    chars.get(at + 2).is_none_or(|next| !next.is_alphanumeric())
}

/// Behind the closing quote.
fn end_of_text(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}
