//! Runs jq programs: each filter gives its outputs one by one, with the path by which each was reached where that is
//! asked for.

use super::json::Json;
use super::reach::{each, indexed, sliced};
use super::scope::{Env, What};
use super::syntax::{Ast, Part};
use std::rc::Rc;

/// What ends more than one filter.
#[derive(Debug)]
pub(crate) enum Stop {
    Error(Json),
    /// `break`: to the label of this number.
    Break(u64),
    Halt(i32, Option<Json>),
}

pub(crate) type Run<T> = Result<T, Stop>;

/// A value, and the path to it; `None` where it is no longer a part of the input.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub value: Json,
    pub path: Option<Rc<Vec<Json>>>,
}

impl Item {
    pub fn new(value: Json) -> Self {
        Self { value, path: None }
    }

    pub fn below(&self, key: Json, value: Json) -> Self {
        let path = self.path.as_ref().map(|path| {
            let mut path = (**path).clone();
            path.push(key);
            Rc::new(path)
        });
        Self { value, path }
    }
}

pub(crate) type Out<'o> = &'o mut dyn FnMut(&mut Machine<'_>, Item) -> Run<()>;

/// Filters call each other at most so deep, and take at most so many steps.
const DEPTH_MAX: usize = 600;
const STEPS_MAX: u64 = 20_000_000;

/// The inputs that are left, for `input`.
pub(crate) trait Inputs {
    fn next(&mut self) -> Option<Result<Json, String>>;
}

pub(crate) struct Machine<'m> {
    pub inputs: &'m mut dyn Inputs,
    pub environment: Json,
    pub now: f64,
    /// What `debug` and `stderr` said.
    pub said: String,
    /// yq: updates keep the place of what they change, and operators know YAML's ways.
    pub yaml: bool,
    depth: usize,
    steps: u64,
    labels: u64,
}

pub(crate) fn fail<T>(message: impl AsRef<str>) -> Run<T> {
    Err(Stop::Error(Json::text(message)))
}

impl<'m> Machine<'m> {
    pub fn new(inputs: &'m mut dyn Inputs, environment: Json, now: f64) -> Self {
        Self { inputs, environment, now, said: String::new(), yaml: false, depth: 0, steps: 0, labels: 0 }
    }

    pub fn run<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, item: Item, out: Out<'_>) -> Run<()> {
        self.depth += 1;
        self.steps += 1;
        if self.depth > DEPTH_MAX || self.steps > STEPS_MAX {
            self.depth = 0;
            return fail("stopped: a program may go so deep and so long in this sandbox and no further");
        }
        let depth = self.depth;
        let result = self.run_inner(ast, env, item, out);
        self.depth = depth - 1;
        result
    }

    /// All outputs without their paths.
    pub fn all<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, value: &Json) -> Run<Vec<Json>> {
        let mut all = Vec::new();
        self.run(ast, env, Item::new(value.clone()), &mut |_, item| {
            all.push(item.value);
            Ok(())
        })?;
        Ok(all)
    }

    /// The same, from a place in the input: yq's `path` inside of what is built knows it.
    fn all_of<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, item: &Item) -> Run<Vec<Json>> {
        let start = if self.yaml { item.clone() } else { Item::new(item.value.clone()) };
        let mut all = Vec::new();
        self.run(ast, env, start, &mut |_, item| {
            all.push(item.value);
            Ok(())
        })?;
        Ok(all)
    }

    fn run_inner<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, item: Item, out: Out<'_>) -> Run<()> {
        match ast {
            Ast::Identity => out(self, item),
            Ast::Recurse => self.recurse(item, out),
            Ast::Literal(value) => out(self, Item::new(value.clone())),
            Ast::Index(of, index) => {
                let keys = self.all(index, env, &item.value)?;
                self.run(of, env, item, &mut |m, of| {
                    keys.iter().try_for_each(|key| {
                        let found = if m.yaml { super::reach::indexed_yaml(&of, key)? } else { indexed(&of, key)? };
                        out(m, found)
                    })
                })
            }
            Ast::Slice(of, from, to) => {
                let bound = |machine: &mut Self, bound: &'a Option<Box<Ast>>| match bound {
                    Some(ast) => machine.all(ast, env, &item.value),
                    None => Ok(vec![Json::Null]),
                };
                let (froms, tos) = (bound(self, from)?, bound(self, to)?);
                self.run(of, env, item.clone(), &mut |m, of| {
                    for to in &tos {
                        for from in &froms {
                            out(m, sliced(&of, from, to)?)?;
                        }
                    }
                    Ok(())
                })
            }
            Ast::Each(of) => self.run(of, env, item, &mut |m, of| each(m, &of, out)),
            Ast::Text(format, parts) => self.text(format.as_deref(), parts, env, &item.value, out),
            Ast::Format(name) => out(self, Item::new(super::format::format(name, &item.value)?)),
            Ast::Array(inner) => {
                let items = match inner {
                    Some(inner) => self.all_of(inner, env, &item)?,
                    None => Vec::new(),
                };
                out(self, Item::new(Json::list(items)))
            }
            Ast::Object(pairs) => self.object(pairs, env, &item, Json::Map(Rc::new(Vec::new())), out),
            Ast::Negate(inner) => {
                for value in self.all(inner, env, &item.value)? {
                    match value {
                        Json::Number(number) => out(self, Item::new(Json::Number(-number)))?,
                        other => return fail(format!("{} cannot be negated", super::builtins::shown(&other))),
                    }
                }
                Ok(())
            }
            Ast::Pipe(a, b) => self.run(a, env, item, &mut |m, item| m.run(b, env, item, out)),
            Ast::Comma(a, b) => {
                self.run(a, env, item.clone(), out)?;
                self.run(b, env, item, out)
            }
            Ast::Binary(op, a, b) => self.binary(op, a, b, env, item, out),
            Ast::Assign(op, a, b) if self.yaml => {
                let path = item.path.clone();
                self.assign(op, a, b, env, &item.value, &mut |m, done| out(m, Item { path: path.clone(), ..done }))
            }
            Ast::Assign(op, a, b) => self.assign(op, a, b, env, &item.value, out),
            _ => self.run_control(ast, env, item, out),
        }
    }

    /// Conditions, loops, names.
    fn run_control<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, item: Item, out: Out<'_>) -> Run<()> {
        match ast {
            Ast::If(condition, then, otherwise) => {
                for value in self.all(condition, env, &item.value)? {
                    match (value.holds(), otherwise) {
                        (true, _) => self.run(then, env, item.clone(), out)?,
                        (false, Some(otherwise)) => self.run(otherwise, env, item.clone(), out)?,
                        (false, None) => out(self, item.clone())?,
                    }
                }
                Ok(())
            }
            Ast::Try(body, catch) => self.attempt(body, catch.as_deref(), env, item, out),
            Ast::Reduce(source, pattern, start, update) => {
                for start in self.all(start, env, &item.value)? {
                    let mut state = start;
                    for value in self.all(source, env, &item.value)? {
                        for env in self.bound(pattern, env, &value, &item.value)? {
                            state = self.all(update, &env, &state)?.pop().unwrap_or(Json::Null);
                        }
                    }
                    out(self, Item::new(state))?;
                }
                Ok(())
            }
            Ast::Foreach(..) => self.foreach(ast, env, &item.value, out),
            Ast::Define(def, rest) => self.run(rest, &env.with(What::Def(def)), item, out),
            Ast::Call(name, args) => self.call(name, args, env, item, out),
            Ast::Var(name) => match name.as_str() {
                "ENV" => out(self, Item::new(self.environment.clone())),
                "__loc__" => out(
                    self,
                    Item::new(Json::Null.with("file", Json::text("<top-level>")).with("line", Json::Number(1.0))),
                ),
                name => match env.var(name) {
                    Some(value) => out(self, Item::new(value)),
                    None => fail(format!("${name} is not defined")),
                },
            },
            Ast::As(source, patterns, body) => self.run(source, env, Item::new(item.value.clone()), &mut |m, value| {
                for bound in m.bound(&patterns[0], env, &value.value, &item.value)? {
                    m.run(body, &bound, item.clone(), out)?;
                }
                Ok(())
            }),
            Ast::Label(name, body) => {
                self.labels += 1;
                let number = self.labels;
                match self.run(body, &env.with(What::Label(name, number)), item, out) {
                    Err(Stop::Break(to)) if to == number => Ok(()),
                    other => other,
                }
            }
            Ast::Break(name) => match env.label(name) {
                Some(number) => Err(Stop::Break(number)),
                None => fail(format!("$*label-{name} is not defined")),
            },
            _ => Ok(()),
        }
    }

    fn recurse(&mut self, item: Item, out: Out<'_>) -> Run<()> {
        let mut open = vec![item];
        while let Some(item) = open.pop() {
            out(self, item.clone())?;
            let mut below = Vec::new();
            if matches!(item.value, Json::List(_) | Json::Map(_)) {
                each(self, &item, &mut |_, item| {
                    below.push(item);
                    Ok(())
                })?;
            }
            open.extend(below.into_iter().rev());
        }
        Ok(())
    }

    fn text<'a>(
        &mut self,
        format: Option<&str>,
        parts: &'a [Part],
        env: &Env<'a>,
        value: &Json,
        out: Out<'_>,
    ) -> Run<()> {
        let mut texts = vec![String::new()];
        for part in parts {
            match part {
                Part::Text(text) => texts.iter_mut().for_each(|all| all.push_str(text)),
                Part::Expr(ast) => {
                    let values = self.all(ast, env, value)?;
                    let mut next = Vec::new();
                    for value in &values {
                        let piece = super::format::format(format.unwrap_or("text"), value)?;
                        let Json::Text(piece) = piece else { continue };
                        next.extend(texts.iter().map(|text| format!("{text}{piece}")));
                    }
                    texts = next;
                }
            }
        }
        texts.into_iter().try_for_each(|text| out(self, Item::new(Json::text(text))))
    }

    fn object<'a>(
        &mut self,
        pairs: &'a [(Ast, Ast)],
        env: &Env<'a>,
        item: &Item,
        so_far: Json,
        out: Out<'_>,
    ) -> Run<()> {
        let Some(((key, of), rest)) = pairs.split_first() else { return out(self, Item::new(so_far)) };
        for key in self.all_of(key, env, item)? {
            let key = if let (true, Json::Number(_) | Json::Bool(_)) = (self.yaml, &key) {
                Json::text(super::format::plain(&key))
            } else {
                key
            };
            let Json::Text(key) = key else {
                return fail(format!("Object keys must be strings, not {}", super::builtins::shown(&key)));
            };
            for of in self.all_of(of, env, item)? {
                self.object(rest, env, item, so_far.with(&key, of), out)?;
            }
        }
        Ok(())
    }

    fn binary<'a>(&mut self, op: &str, a: &'a Ast, b: &'a Ast, env: &Env<'a>, item: Item, out: Out<'_>) -> Run<()> {
        match op {
            "and" | "or" => {
                for left in self.all(a, env, &item.value)? {
                    if left.holds() == (op == "or") {
                        out(self, Item::new(Json::Bool(op == "or")))?;
                        continue;
                    }
                    for right in self.all(b, env, &item.value)? {
                        out(self, Item::new(Json::Bool(right.holds())))?;
                    }
                }
                Ok(())
            }
            "//" => {
                let mut any = false;
                let mut keep = Vec::new();
                let result = self.run(a, env, item.clone(), &mut |_, item| {
                    if item.value.holds() {
                        keep.push(item);
                    }
                    Ok(())
                });
                match result {
                    Ok(()) | Err(Stop::Error(_)) => {}
                    Err(stop) => return Err(stop),
                }
                for item in keep {
                    any = true;
                    out(self, item)?;
                }
                if any { Ok(()) } else { self.run(b, env, item, out) }
            }
            _ => {
                let rights = self.all(b, env, &item.value)?;
                let lefts = self.all(a, env, &item.value)?;
                for right in &rights {
                    for left in &lefts {
                        let value = self.operate(op, left, right)?;
                        out(self, Item::new(value))?;
                    }
                }
                Ok(())
            }
        }
    }

    fn attempt<'a>(
        &mut self,
        body: &'a Ast,
        catch: Option<&'a Ast>,
        env: &Env<'a>,
        item: Item,
        out: Out<'_>,
    ) -> Run<()> {
        // An error of whoever takes the outputs is not ours.
        let mut outer = None;
        let result = self.run(body, env, item, &mut |m, item| match out(m, item) {
            Ok(()) => Ok(()),
            Err(stop) => {
                outer = Some(stop);
                Err(Stop::Break(0))
            }
        });
        if let Some(stop) = outer {
            return Err(stop);
        }
        match (result, catch) {
            (Err(Stop::Error(error)), Some(catch)) => self.run(catch, env, Item::new(error), out),
            (Err(Stop::Error(_)), None) => Ok(()),
            (other, _) => other,
        }
    }

    fn foreach<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, value: &Json, out: Out<'_>) -> Run<()> {
        let Ast::Foreach(source, pattern, start, update, extract) = ast else { return Ok(()) };
        for start in self.all(start, env, value)? {
            let mut state = start;
            self.run(source, env, Item::new(value.clone()), &mut |m, of| {
                for env in m.bound(pattern, env, &of.value, value)? {
                    for next in m.all(update, &env, &state)? {
                        state = next;
                        match extract {
                            Some(extract) => m.run(extract, &env, Item::new(state.clone()), out)?,
                            None => out(m, Item::new(state.clone()))?,
                        }
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
