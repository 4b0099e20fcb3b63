//! Calls of functions, and patterns that give names to parts of a value.

use super::eval::{Item, Machine, Out, Run};
use super::json::Json;
use super::reach::indexed;
use super::scope::{Env, Function, What};
use super::syntax::{Ast, Def, Pattern};

impl Machine<'_> {
    /// What names mean once a pattern has taken a value apart.
    pub fn bound<'a>(&mut self, pattern: &'a Pattern, env: &Env<'a>, value: &Json, input: &Json) -> Run<Vec<Env<'a>>> {
        match pattern {
            Pattern::Var(name) => Ok(vec![env.with(What::Var(name, value.clone()))]),
            Pattern::List(all) => {
                let mut envs = vec![env.clone()];
                for (index, pattern) in all.iter().enumerate() {
                    let part = indexed(&Item::new(value.clone()), &Json::count(index))?.value;
                    let mut next = Vec::new();
                    for env in &envs {
                        next.extend(self.bound(pattern, env, &part, input)?);
                    }
                    envs = next;
                }
                Ok(envs)
            }
            Pattern::Map(all) => {
                let mut envs = vec![env.clone()];
                for (key, var, pattern) in all {
                    let mut next = Vec::new();
                    for env in &envs {
                        for key in self.all(key, env, input)? {
                            let part = indexed(&Item::new(value.clone()), &key)?.value;
                            let env = match var {
                                Some(name) => env.with(What::Var(name, part.clone())),
                                None => env.clone(),
                            };
                            match pattern {
                                Some(pattern) => next.extend(self.bound(pattern, &env, &part, input)?),
                                None => next.push(env),
                            }
                        }
                    }
                    envs = next;
                }
                Ok(envs)
            }
        }
    }

    pub fn call<'a>(&mut self, name: &'a str, args: &'a [Ast], env: &Env<'a>, item: Item, out: Out<'_>) -> Run<()> {
        match env.function(name, args.len()) {
            Some(Function::Given(ast, theirs)) => self.run(ast, &theirs, item, out),
            Some(Function::Defined(def, own)) => self.call_def(def, args, &own, env, item, out),
            None => super::builtins::call(self, name, args, env, item, out),
        }
    }

    fn call_def<'a>(
        &mut self,
        def: &'a Def,
        args: &'a [Ast],
        own: &Env<'a>,
        env: &Env<'a>,
        item: Item,
        out: Out<'_>,
    ) -> Run<()> {
        let mut envs = vec![own.clone()];
        for (param, arg) in def.params.iter().zip(args) {
            match param.strip_prefix('$') {
                None => {
                    for own in &mut envs {
                        *own = own.with(What::Closure(param, arg, env.clone()));
                    }
                }
                Some(name) => {
                    let values = self.all(arg, env, &item.value)?;
                    envs = values
                        .iter()
                        .flat_map(|value| {
                            envs.iter()
                                .map(|own| {
                                    own.with(What::Closure(name, arg, env.clone())).with(What::Var(name, value.clone()))
                                })
                                .collect::<Vec<_>>()
                        })
                        .collect();
                }
            }
        }
        envs.into_iter().try_for_each(|own| self.run(&def.body, &own, item.clone(), out))
    }
}
