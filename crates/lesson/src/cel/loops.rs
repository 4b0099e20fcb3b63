//! The macros that walk a list, or the keys of a map: `all`, `exists`, `exists_one`, `map` and `filter`.

use super::ast::{Loop, Node};
use super::eval::Scope;
use super::term::Term;
use crate::error::Error;
use manifest::Value;

impl<'a> Scope<'a> {
    pub(super) fn each(
        &mut self,
        at: u32,
        what: Loop,
        over: &Term,
        item: &'a str,
        test: Option<&'a Node>,
        body: &'a Node,
    ) -> Result<Term, Error> {
        let items: Vec<Value> = match over {
            Term::Data(Value::List(items)) => items.to_vec(),
            Term::Data(Value::Map(map)) => map.keys().map(|key| Value::Str(key.clone())).collect(),
            other => return Err(Error::eval(at, format!("{} is not a list to walk", other.kind()))),
        };
        match what {
            Loop::All => self.fold(&items, item, body, false),
            Loop::Exists => self.fold(&items, item, body, true),
            Loop::ExistsOne => {
                let mut count = 0;
                for value in &items {
                    count += u32::from(self.with(item, value, |scope| scope.truth(body))?);
                }
                Ok(Term::bool(count == 1))
            }
            Loop::Filter => {
                let mut kept = Vec::new();
                for value in &items {
                    if self.with(item, value, |scope| scope.truth(body))? {
                        kept.push(value.clone());
                    }
                }
                Ok(Term::Data(Value::list(kept)))
            }
            Loop::Map => {
                let mut made = Vec::new();
                for value in &items {
                    let wanted = match test {
                        Some(test) => self.with(item, value, |scope| scope.truth(test))?,
                        None => true,
                    };
                    if wanted {
                        made.push(self.with(item, value, |scope| scope.eval(body))?.value());
                    }
                }
                Ok(Term::Data(Value::list(made)))
            }
        }
    }

    /// As CEL's `all` and `exists`: an item that decides wins over an error at another item.
    fn fold(&mut self, items: &[Value], item: &'a str, body: &'a Node, decides: bool) -> Result<Term, Error> {
        let mut failed = None;
        for value in items {
            match self.with(item, value, |scope| scope.truth(body)) {
                Ok(on) if on == decides => return Ok(Term::bool(decides)),
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Term::bool(!decides)), Err)
    }

    /// Runs something while `name` stands for a value.
    fn with<T>(&mut self, name: &'a str, value: &Value, run: impl FnOnce(&mut Self) -> T) -> T {
        self.names.push((name, Term::Data(value.clone())));
        let result = run(self);
        self.names.pop();
        result
    }
}
