//! `jq`: the language of jq 1.6, on an evaluator of its own.

mod assign;
mod builtins;
mod call;
mod eval;
mod format;
mod functions;
mod given;
mod json;
mod json_read;
mod lex;
mod names;
mod operate;
mod parse;
mod parse_term;
mod paths;
mod reach;
mod scope;
mod syntax;

pub(crate) use builtins::PRELUDE;
pub(crate) use eval::{Inputs, Item, Machine, Run, Stop};
pub(crate) use given::FLAGS;
pub(crate) use json::{Json, Style};
pub(crate) use operate::operate_yaml;
pub(crate) use parse::{definitions, parse};
pub(crate) use scope::Env;
pub(crate) use syntax::{Ast, Def};

use given::{Given, HINT, given};
use json_read::Reader;
use world::{Cx, Program};

pub(crate) fn program() -> Program {
    Program::once("jq", main)
}

/// The values of all inputs, one after the other.
struct Texts<'t> {
    text: &'t str,
    at: usize,
    raw: bool,
    whole: Option<Json>,
    broken: bool,
}

impl Inputs for Texts<'_> {
    fn next(&mut self) -> Option<Result<Json, String>> {
        if let Some(whole) = self.whole.take() {
            return Some(Ok(whole));
        }
        if self.broken || self.at >= self.text.len() {
            return None;
        }
        if self.raw {
            let rest = &self.text[self.at..];
            let end = rest.find('\n').unwrap_or(rest.len());
            self.at += end + 1;
            return Some(Ok(Json::text(&rest[..end])));
        }
        let mut reader = Reader::new(self.text);
        reader.at = self.at;
        let next = reader.next();
        self.at = reader.at;
        match next {
            Ok(value) => value.map(Ok),
            Err(message) => {
                self.broken = true;
                Some(Err(message))
            }
        }
    }
}

/// Where errors say that the input was: how many lines have been read.
fn place(text: &str, at: usize, null: bool) -> String {
    if null {
        return "(at <unknown>)".into();
    }
    // The reader takes the line's end along.
    let upto = text[at.min(text.len())..].find(|c: char| c != '\n').map_or(text.len(), |more| at + more.min(1));
    format!("(at <stdin>:{})", text[..upto.min(text.len())].matches('\n').count())
}

fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match given(cx) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let Some(program) = given.program.clone() else {
        cx.err(format!("Usage:\tjq [OPTIONS] FILTER [FILE...]\n{HINT}"));
        return 2;
    };
    let ast = match parse(&program) {
        Ok(ast) => ast,
        Err(message) => return compile_error(cx, &format!("{message} (Unix shell quoting issues?)"), &program),
    };
    let prelude = definitions(builtins::PRELUDE).expect("the prelude is jq");
    let vars: Vec<(String, Json)> = variables(&given);
    if let Some(message) = undefined(&ast, &prelude, &vars) {
        return compile_error(cx, &message, &program);
    }
    let mut code = 0;
    let text = if given.files.is_empty() && given.null && !program.contains("input") {
        String::new()
    } else {
        match inputs(cx, &given.files, &mut code) {
            Some(text) => text,
            None => return Cx::WAIT,
        }
    };
    run(cx, &given, &ast, &prelude, &vars, &text, code)
}

fn compile_error(cx: &mut Cx<'_>, message: &str, program: &str) -> i32 {
    let line = program.lines().next().unwrap_or_default();
    cx.err(format!("jq: error: {message} at <top-level>, line 1:\n{line}\njq: 1 compile error\n"));
    3
}

fn inputs(cx: &mut Cx<'_>, files: &[String], code: &mut i32) -> Option<String> {
    if files.is_empty() {
        return cx.stdin_text();
    }
    let mut text = String::new();
    for name in files {
        match cx.files().read_text(&cx.path(name)) {
            Ok(more) => text.push_str(&more),
            Err(error) => {
                cx.err(format!("jq: error: Could not open file {name}: {error}\n"));
                *code = 2;
            }
        }
    }
    Some(text)
}

fn variables(given: &Given) -> Vec<(String, Json)> {
    let named =
        given.vars.iter().fold(Json::Map(Vec::new().into()), |map, (name, value)| map.with(name, value.clone()));
    let all = Json::Null.with("positional", Json::list(given.positional.clone())).with("named", named);
    given.vars.iter().cloned().chain([("ARGS".to_string(), all)]).collect()
}

/// A function or variable that nothing defines, found by a first run over nothing would miss branches: the tree is asked.
pub(crate) fn undefined(ast: &syntax::Ast, prelude: &[Def], vars: &[(String, Json)]) -> Option<String> {
    let functions = prelude.iter().map(|def| (def.name.clone(), def.params.len())).collect();
    let names = vars.iter().map(|(name, _)| name.clone()).collect();
    names::undefined(ast, functions, names)
}

/// What a program makes of a text, a line each and texts without quotes, as `gh api --jq` shows it.
#[inline(never)]
pub(crate) fn lines(program: &str, text: &str) -> Result<String, String> {
    let ast = parse(program)?;
    let prelude = definitions(builtins::PRELUDE)?;
    if let Some(message) = undefined(&ast, &prelude, &[]) {
        return Err(message);
    }
    let mut texts = Texts { text, at: 0, raw: false, whole: None, broken: false };
    let Some(input) = texts.next() else { return Ok(String::new()) };
    let (input, env, mut out) = (input?, names_of(&prelude, &[]), String::new());
    let mut machine = Machine::new(&mut texts, Json::Null, 0.0);
    let done = machine.run(&ast, &env, Item::new(input), &mut |_, item| {
        match &item.value {
            Json::Text(text) => out.push_str(text),
            value => out.push_str(&value.write(&Style::default())),
        }
        out.push('\n');
        Ok(())
    });
    done.map_err(told).map(|()| out)
}

fn run(
    cx: &mut Cx<'_>,
    given: &Given,
    ast: &syntax::Ast,
    prelude: &[Def],
    vars: &[(String, Json)],
    text: &str,
    mut code: i32,
) -> i32 {
    let environment =
        cx.env_all().iter().fold(Json::Map(Vec::new().into()), |map, (name, value)| map.with(name, Json::text(value)));
    #[expect(clippy::cast_precision_loss, reason = "micros of this age fit")]
    let now = cx.micros() as f64 / 1e6;
    let mut texts = Texts { text, at: 0, raw: given.raw_input, whole: None, broken: false };
    if given.slurp
        && let Err(message) = slurp(&mut texts, given.raw_input)
    {
        cx.err(format!("parse error: {message}\n"));
        return 2;
    }
    let env = names_of(prelude, vars);
    let mut last = None;
    let mut first = true;
    loop {
        let input = match next_input(&mut texts, given.null, &mut first) {
            None => break,
            Some(Ok(value)) => value,
            Some(Err(message)) => {
                cx.err(format!("parse error: {message}\n"));
                return 4;
            }
        };
        let mut out = String::new();
        let (result, said) = {
            let mut machine = Machine::new(&mut texts, environment.clone(), now);
            let result = machine.run(ast, &env, Item::new(input), &mut |_, item| {
                match &item.value {
                    Json::Text(text) if given.raw => out.push_str(text),
                    value => out.push_str(&value.write(&given.style)),
                }
                if !given.joined {
                    out.push('\n');
                }
                last = Some(item.value);
                Ok(())
            });
            (result, std::mem::take(&mut machine.said))
        };
        cx.err(said);
        cx.out(out);
        match result {
            Ok(()) => {}
            Err(Stop::Halt(status, value)) => {
                cx.err(last_words(value));
                return status;
            }
            Err(stop) => {
                code = 5;
                let place = place(text, texts.at, given.null);
                cx.err(format!("jq: error {place}{}\n", told(stop)));
            }
        }
    }
    match (given.exit_status && code == 0, &last) {
        (true, None) => 4,
        (true, Some(value)) => i32::from(!value.holds()),
        _ => code,
    }
}

/// The next input; with `-n` once nothing.
fn next_input(texts: &mut Texts<'_>, null: bool, first: &mut bool) -> Option<Result<Json, String>> {
    if null { std::mem::take(first).then_some(Ok(Json::Null)) } else { texts.next() }
}

/// What names mean at first.
fn names_of<'a>(prelude: &'a [Def], vars: &'a [(String, Json)]) -> Env<'a> {
    let env = prelude.iter().fold(Env::default(), |env, def| env.with_def(def));
    vars.iter().fold(env, |env, (name, value)| env.with_var(name, value.clone()))
}

/// All inputs as one.
fn slurp(texts: &mut Texts<'_>, raw: bool) -> Result<(), String> {
    let whole = if raw {
        Json::text(texts.text)
    } else {
        let mut all = Vec::new();
        while let Some(next) = texts.next() {
            all.push(next?);
        }
        Json::list(all)
    };
    texts.at = texts.text.len();
    texts.whole = Some(whole);
    Ok(())
}

/// What `halt_error` prints.
fn last_words(value: Option<Json>) -> String {
    match value {
        Some(Json::Text(text)) => text.to_string(),
        Some(value) => value.write(&Style::default()) + "\n",
        None => String::new(),
    }
}

pub(crate) fn told(stop: Stop) -> String {
    match stop {
        Stop::Error(Json::Text(text)) => format!(": {text}"),
        Stop::Error(value) => format!(" (not a string): {}", value.write(&Style::default())),
        _ => ": break".into(),
    }
}
