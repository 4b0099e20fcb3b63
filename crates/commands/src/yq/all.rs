//! Running an expression: on one document, or on all at once (`eval-all`), where an operator takes each of its left
//! results with each of its right ones.

use super::expression::Expression;
use super::{Document, Found};
use crate::jq::{Ast, Env, Item, Json, Machine, Run, operate_yaml};
use std::rc::Rc;

/// Results of an operator on many documents.
const RESULTS_MAX: usize = 10_000;

fn env<'a>(expression: &'a Expression, document: &Document) -> Env<'a> {
    // The names are used by definitions, which see what was there before them.
    let vars = [
        ("__fi", Json::count(document.file_index)),
        ("__di", Json::count(document.index)),
        ("__file", Json::text(&document.file)),
    ];
    let env_vars = vars.into_iter().fold(Env::default(), |env, (name, value)| env.with_var(name, value));
    expression.prelude.iter().fold(env_vars, |env, def| env.with_def(def))
}

pub(super) fn one(
    machine: &mut Machine<'_>,
    expression: &Expression,
    ast: &Ast,
    document: &Document,
    index: usize,
    found: &mut Vec<Found>,
) -> Run<()> {
    let item = Item { value: document.value.clone(), path: Some(Rc::new(Vec::new())) };
    with(machine, expression, ast, document, index, item, found)
}

fn with(
    machine: &mut Machine<'_>,
    expression: &Expression,
    ast: &Ast,
    document: &Document,
    index: usize,
    item: Item,
    found: &mut Vec<Found>,
) -> Run<()> {
    let env = env(expression, document);
    machine.run(ast, &env, item, &mut |_, item| {
        found.push(Found { item, document: Some(index) });
        Ok(())
    })
}

pub(super) fn run(machine: &mut Machine<'_>, expression: &Expression, documents: &[Document]) -> Run<Vec<Found>> {
    let start = documents.iter().enumerate().map(|(index, document)| Found {
        item: Item { value: document.value.clone(), path: Some(Rc::new(Vec::new())) },
        document: Some(index),
    });
    let mut all = All { machine, expression, documents };
    all.run(&expression.ast, start.collect())
}

struct All<'r, 'm> {
    machine: &'r mut Machine<'m>,
    expression: &'r Expression,
    documents: &'r [Document],
}

impl All<'_, '_> {
    fn run(&mut self, ast: &Ast, inputs: Vec<Found>) -> Run<Vec<Found>> {
        match ast {
            Ast::Pipe(a, b) => {
                let between = self.run(a, inputs)?;
                self.run(b, between)
            }
            Ast::Comma(a, b) => {
                let mut found = self.run(a, again(&inputs))?;
                found.extend(self.run(b, inputs)?);
                Ok(found)
            }
            Ast::Array(inner) => {
                let items = match inner {
                    Some(inner) => self.run(inner, inputs)?.into_iter().map(|found| found.item.value).collect(),
                    None => Vec::new(),
                };
                Ok(vec![Found { item: Item::new(Json::list(items)), document: None }])
            }
            Ast::Binary(op, a, b) if !matches!(*op, "and" | "or" | "//") => {
                let lefts = self.run(a, again(&inputs))?;
                let rights = self.run(b, inputs)?;
                let mut found = Vec::new();
                for left in &lefts {
                    for right in rights.iter().take(RESULTS_MAX / lefts.len().max(1)) {
                        let value = operate_yaml(op, &left.item.value, &right.item.value)?;
                        found.push(Found {
                            item: Item { value, path: left.item.path.clone() },
                            document: left.document,
                        });
                    }
                }
                Ok(found)
            }
            Ast::Assign(op, a, b) if *op == "=" => {
                let Some(right) = self.run(b, again(&inputs))?.into_iter().next() else { return Ok(inputs) };
                let literal = Box::new(Ast::Literal(right.item.value));
                let assign = Ast::Assign(op, a.clone(), literal);
                self.each(&assign, inputs)
            }
            Ast::Reduce(source, pattern, start, update) => {
                let values = self.run(source, again(&inputs))?;
                let Some(first) = inputs.into_iter().next() else { return Ok(Vec::new()) };
                let document = first.document.and_then(|index| self.documents.get(index));
                let Some(document) = document else { return Ok(Vec::new()) };
                let env = env(self.expression, document);
                let mut state = self.machine.all(start, &env, &first.item.value)?.pop().unwrap_or(Json::Null);
                for value in values {
                    for bound in self.machine.bound(pattern, &env, &value.item.value, &first.item.value)? {
                        state = self.machine.all(update, &bound, &state)?.pop().unwrap_or(Json::Null);
                    }
                }
                let item = Item { value: state, path: Some(Rc::new(Vec::new())) };
                Ok(vec![Found { item, document: first.document }])
            }
            _ => self.each(ast, inputs),
        }
    }

    /// On one after the other.
    fn each(&mut self, ast: &Ast, inputs: Vec<Found>) -> Run<Vec<Found>> {
        let mut found = Vec::new();
        for input in inputs {
            let index = input.document.unwrap_or(0);
            let Some(document) = self.documents.get(index) else { continue };
            let from = found.len();
            with(self.machine, self.expression, ast, document, index, input.item, &mut found)?;
            found[from..].iter_mut().for_each(|one| one.document = input.document);
        }
        Ok(found)
    }
}

fn again(inputs: &[Found]) -> Vec<Found> {
    inputs.iter().map(|found| Found { item: found.item.clone(), document: found.document }).collect()
}
