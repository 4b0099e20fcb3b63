//! Assignments: the paths that a filter reaches get new values.

use super::eval::{Item, Machine, Out, Run, fail};
use super::json::Json;
use super::scope::Env;
use super::syntax::Ast;
use std::rc::Rc;

impl Machine<'_> {
    /// All paths that a filter reaches, with what stands there.
    pub fn paths<'a>(&mut self, ast: &'a Ast, env: &Env<'a>, value: &Json) -> Run<Vec<(Rc<Vec<Json>>, Json)>> {
        let start = Item { value: value.clone(), path: Some(Rc::new(Vec::new())) };
        let mut all = Vec::new();
        self.run(ast, env, start, &mut |_, item| match item.path {
            Some(path) => {
                all.push((path, item.value));
                Ok(())
            }
            None => fail(format!("Invalid path expression with result {}", super::builtins::short(&item.value))),
        })?;
        Ok(all)
    }

    pub fn assign<'a>(
        &mut self,
        op: &str,
        a: &'a Ast,
        b: &'a Ast,
        env: &Env<'a>,
        value: &Json,
        out: Out<'_>,
    ) -> Run<()> {
        if op == "|=" {
            let mut result = value.clone();
            let mut gone = Vec::new();
            let mut places = self.paths(a, env, value)?;
            if self.yaml {
                // What is deeper changes before what it stands in.
                places.reverse();
            }
            for (path, _) in places {
                let old = super::paths::get(&result, &path)?;
                let mut new = None;
                for value in self.all(b, env, &old)?.into_iter().take(1) {
                    new = Some(value);
                }
                match new {
                    Some(new) => result = super::paths::set(&result, &path, new)?,
                    None => gone.push(Json::List(path)),
                }
            }
            return out(self, Item::new(super::paths::delete(&result, gone)?));
        }
        for right in self.all(b, env, value)? {
            let mut result = value.clone();
            for (path, _) in self.paths(a, env, value)? {
                let new = match op {
                    "=" => right.clone(),
                    "//=" => {
                        let old = super::paths::get(&result, &path)?;
                        if old.holds() { old } else { right.clone() }
                    }
                    op => self.operate(&op[..1], &super::paths::get(&result, &path)?, &right)?,
                };
                result = super::paths::set(&result, &path, new)?;
            }
            out(self, Item::new(result))?;
        }
        Ok(())
    }
}
