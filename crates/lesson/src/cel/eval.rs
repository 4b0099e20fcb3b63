//! The evaluator: a tree, facts and a memory of the past give a value or an error.

use super::ast::{Expr, Kind, Node};
use super::term::Term;
use super::{methods, ops};
use crate::error::Error;
use crate::facts::Facts;
use crate::latches::Latches;
use crate::progress::Pass;
use manifest::{Map, Value};
use order::OrdMap;

/// Parts that one evaluation may visit, so that nested macros over long lists end.
const STEPS_MAX: u32 = 200_000;

/// What `once`, `held` and `since` look at.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// The name under which the expression's latches are kept.
    pub owner: &'a str,
    pub latches: &'a Latches,
    pub passed: &'a OrdMap<String, Pass>,
}

/// The value of an expression.
pub fn evaluate(expr: &Expr, facts: &dyn Facts, past: Past<'_>) -> Result<Term, Error> {
    evaluate_with(&expr.root, facts, past, &[])
}

/// The value of a part, with more names than the facts have.
pub fn evaluate_with(node: &Node, facts: &dyn Facts, past: Past<'_>, names: &[(&str, Value)]) -> Result<Term, Error> {
    let names = names.iter().map(|(name, value)| (*name, Term::Data(value.clone()))).collect();
    Scope { facts, past, names, steps: 0 }.eval(node)
}

/// Whether an expression is true now; one without a value is not.
pub fn holds(expr: &Expr, facts: &dyn Facts, past: Past<'_>) -> bool {
    evaluate(expr, facts, past).is_ok_and(|term| term == Term::bool(true))
}

/// One evaluation under way.
pub(super) struct Scope<'a> {
    facts: &'a dyn Facts,
    past: Past<'a>,
    /// Names that macros bind, innermost last.
    pub names: Vec<(&'a str, Term)>,
    steps: u32,
}

impl<'a> Scope<'a> {
    pub fn eval(&mut self, node: &'a Node) -> Result<Term, Error> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(Error::eval(node.at, "this expression takes too many steps"));
        }
        match &node.kind {
            Kind::Literal(value) => Ok(Term::Data(value.clone())),
            Kind::Span(micros) => Ok(Term::Span(*micros)),
            Kind::Ident(name) => self.name(node.at, name),
            Kind::List(items) => Ok(Term::Data(Value::list(self.values(items)?))),
            Kind::Map(entries) => self.map(entries),
            Kind::Member(inner, name) => {
                let target = self.eval(inner)?;
                member(node.at, &target, name)
            }
            Kind::Has(inner, name) => {
                let target = self.eval(inner)?;
                has(node.at, &target, name)
            }
            Kind::Index(inner, key) => {
                let target = self.eval(inner)?;
                let key = self.eval(key)?;
                index(node.at, &target, &key)
            }
            Kind::Call(name, args) => self.call(node.at, name, args),
            Kind::Method(target, name, args) => {
                let target = self.eval(target)?;
                let args = self.values(args)?;
                methods::method(node.at, &target, name, &args)
            }
            Kind::Each { what, over, item, test, body } => {
                let over = self.eval(over)?;
                self.each(node.at, *what, &over, item, test.as_deref(), body)
            }
            Kind::Not(_) | Kind::Negate(_) | Kind::And(..) | Kind::Or(..) | Kind::Choose(..) | Kind::Binary(..) => {
                self.operator(node)
            }
            Kind::Once(_) | Kind::Held(..) | Kind::Since(..) => self.temporal(node),
        }
    }

    fn operator(&mut self, node: &'a Node) -> Result<Term, Error> {
        match &node.kind {
            Kind::Not(inner) => Ok(Term::bool(!self.truth(inner)?)),
            Kind::Negate(inner) => {
                let term = self.eval(inner)?;
                ops::negate(node.at, &term)
            }
            Kind::And(left, right) => self.absorb(left, right, false),
            Kind::Or(left, right) => self.absorb(left, right, true),
            Kind::Choose(test, yes, no) => {
                let chosen = if self.truth(test)? { yes } else { no };
                self.eval(chosen)
            }
            Kind::Binary(op, left, right) => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                ops::binary(node.at, *op, &left, &right)
            }
            _ => Err(Error::eval(node.at, "this is not an operator")),
        }
    }

    fn temporal(&mut self, node: &'a Node) -> Result<Term, Error> {
        let Past { owner, latches, passed } = self.past;
        match &node.kind {
            Kind::Once(_) => Ok(Term::bool(latches.first_true(owner, node.at).is_some())),
            Kind::Held(span, _) => {
                let now = self.facts.now();
                let lasted = latches.true_from(owner, node.at).map(|from| now.since(from).as_micros());
                let wanted = u128::from(u64::try_from(*span).unwrap_or(0));
                Ok(Term::bool(lasted.is_some_and(|lasted| lasted >= wanted)))
            }
            Kind::Since(step, inner) if passed.contains_key(step) => self.eval(inner),
            _ => Ok(Term::bool(false)),
        }
    }

    pub fn truth(&mut self, node: &'a Node) -> Result<bool, Error> {
        self.eval(node)?.truth(node.at)
    }

    /// `&&` and `||` as CEL has them: the side that decides wins over an error on the other side.
    fn absorb(&mut self, left: &'a Node, right: &'a Node, decides: bool) -> Result<Term, Error> {
        let first = self.truth(left);
        if first == Ok(decides) {
            return Ok(Term::bool(decides));
        }
        let second = self.truth(right);
        if second == Ok(decides) {
            return Ok(Term::bool(decides));
        }
        first.and(second).map(Term::bool)
    }

    fn name(&self, at: u32, name: &str) -> Result<Term, Error> {
        if let Some((_, term)) = self.names.iter().rev().find(|(have, _)| *have == name) {
            return Ok(term.clone());
        }
        if name == "now" {
            return Ok(Term::Moment(i64::try_from(self.facts.now().as_micros()).unwrap_or(i64::MAX)));
        }
        let found = self.facts.var(name).map(Term::Data);
        found.ok_or_else(|| Error::eval(at, format!("nothing here is called `{name}`")))
    }

    fn values(&mut self, nodes: &'a [Node]) -> Result<Vec<Value>, Error> {
        nodes.iter().map(|node| self.eval(node).map(Term::value)).collect()
    }

    fn map(&mut self, entries: &'a [(Node, Node)]) -> Result<Term, Error> {
        let mut map = Map::new();
        for (key, value) in entries {
            let name = self.eval(key)?.value();
            let Some(name) = name.as_text().cloned() else {
                return Err(Error::eval(key.at, "the keys of a map are strings"));
            };
            let value = self.eval(value)?.value();
            if map.insert(name, value).is_some() {
                return Err(Error::eval(key.at, "this key stands twice in the map"));
            }
        }
        Ok(Term::Data(Value::from(map)))
    }

    fn call(&mut self, at: u32, name: &str, args: &'a [Node]) -> Result<Term, Error> {
        let terms = args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>, _>>()?;
        if let Some(result) = methods::built_in(at, name, &terms) {
            return result;
        }
        let values: Vec<Value> = terms.into_iter().map(Term::value).collect();
        self.facts.call(name, &values).map(Term::Data).map_err(|message| Error::eval(at, message))
    }
}

fn member(at: u32, target: &Term, name: &str) -> Result<Term, Error> {
    match target {
        Term::Data(Value::Map(map)) => {
            let found = map.get(name).cloned().map(Term::Data);
            found.ok_or_else(|| Error::eval(at, format!("there is no `{name}` in this map")))
        }
        other => Err(Error::eval(at, format!("{} has no member `{name}`", other.kind()))),
    }
}

/// Unlike CEL: `has(x.y)` is false where `x` is null, because facts give null for what is not there.
fn has(at: u32, target: &Term, name: &str) -> Result<Term, Error> {
    match target {
        Term::Data(Value::Map(map)) => Ok(Term::bool(map.get(name).is_some_and(|value| !value.is_null()))),
        Term::Data(Value::Null) => Ok(Term::bool(false)),
        other => Err(Error::eval(at, format!("{} has no members", other.kind()))),
    }
}

fn index(at: u32, target: &Term, key: &Term) -> Result<Term, Error> {
    match (target, key) {
        (Term::Data(Value::List(items)), Term::Data(Value::Int(n))) => {
            let found = usize::try_from(*n).ok().and_then(|n| items.get(n)).cloned().map(Term::Data);
            found.ok_or_else(|| Error::eval(at, format!("there is no item {n} in a list of {}", items.len())))
        }
        (Term::Data(Value::Map(_)), Term::Data(Value::Str(name))) => member(at, target, name),
        (target, key) => Err(Error::eval(at, format!("{} has no item by {}", target.kind(), key.kind()))),
    }
}
