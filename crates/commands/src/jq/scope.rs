//! What names mean in a jq program: variables, definitions, parameters, labels.

use super::json::Json;
use super::syntax::{Ast, Def};
use std::rc::Rc;

/// What names mean: newest first.
#[derive(Clone, Default)]
pub(crate) struct Env<'a>(Option<Rc<Node<'a>>>);

struct Node<'a> {
    what: What<'a>,
    next: Env<'a>,
}

pub(crate) enum What<'a> {
    Var(&'a str, Json),
    Def(&'a Def),
    /// A parameter: what was given for it, and what names mean there.
    Closure(&'a str, &'a Ast, Env<'a>),
    Label(&'a str, u64),
}

/// What a name that is called leads to, and what names mean there.
pub(crate) enum Function<'a> {
    Given(&'a Ast, Env<'a>),
    Defined(&'a Def, Env<'a>),
}

impl<'a> Env<'a> {
    pub fn with(&self, what: What<'a>) -> Self {
        Self(Some(Rc::new(Node { what, next: self.clone() })))
    }

    pub fn with_def(&self, def: &'a Def) -> Self {
        self.with(What::Def(def))
    }

    pub fn with_var(&self, name: &'a str, value: Json) -> Self {
        self.with(What::Var(name, value))
    }

    pub fn var(&self, name: &str) -> Option<Json> {
        let mut at = &self.0;
        while let Some(node) = at {
            match &node.what {
                What::Var(known, value) if *known == name => return Some(value.clone()),
                _ => at = &node.next.0,
            }
        }
        None
    }

    /// What a call means: a parameter of that name, or a definition with so many parameters.
    pub fn function(&self, name: &str, count: usize) -> Option<Function<'a>> {
        let mut at = self.clone();
        while let Some(node) = at.0.clone() {
            match &node.what {
                What::Closure(known, ast, theirs) if count == 0 && *known == name => {
                    return Some(Function::Given(ast, theirs.clone()));
                }
                What::Def(def) if def.name == name && def.params.len() == count => {
                    return Some(Function::Defined(def, at));
                }
                _ => {}
            }
            at = node.next.clone();
        }
        None
    }

    pub fn label(&self, name: &str) -> Option<u64> {
        let mut at = &self.0;
        while let Some(node) = at {
            match &node.what {
                What::Label(known, number) if *known == name => return Some(*number),
                _ => at = &node.next.0,
            }
        }
        None
    }
}
