//! Trees to text: Go 1.23's `text/template/exec.go` with `missingkey=zero`. Maps are walked in the order of their keys.

use crate::node::{Command, Control, Node, Operand, Pipe, Tree, template_shown};
use crate::parse::parse;
use crate::print::print_value;
use crate::quote::quoted;
use crate::value::Val;
use order::OrdMap;
use std::rc::Rc;

/// Templates that know each other by name.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    trees: OrdMap<Rc<str>, Rc<Tree>>,
}

/// What templates can call besides Go's own functions. A signature has a letter for each parameter, `*` where the last
/// may come any number of times: `a`ny value, `r` any and unwrapped, `s`tring, `i`nt, `I`nt64, `f`loat64, `b`ool,
/// `m`ap, `l`ist, `t`ime.
pub trait Host {
    fn signature(&self, name: &str) -> Option<&'static str>;
    fn call(&mut self, at: &Place<'_>, name: &str, args: Vec<Val>) -> Result<Val, String>;
    /// The signature of a value's method.
    fn method(&self, of: &Val, name: &str) -> Option<&'static str>;
    fn call_method(&mut self, of: &Val, name: &str, args: Vec<Val>) -> Result<Val, String>;
}

/// Where a function is called from.
#[derive(Debug)]
pub struct Place<'t> {
    pub templates: &'t Templates,
    /// How many templates are being executed.
    pub depth: usize,
}

// Unlike Go: templates in templates deeper than this are refused (there it is 100,000), for the browser's stack is small.
const DEPTH_MAX: usize = 150;
/// Nodes that one execution may walk, so that no template runs for ever.
const STEPS_MAX: usize = 3_000_000;

impl Templates {
    /// Reads a text under a name: its own template and those that it defines take the place of others of their names,
    /// unless there is nothing in them.
    pub fn parse(&mut self, name: &str, text: &str, host: &dyn Host) -> Result<(), String> {
        let known =
            |function: &str| host.signature(function).is_some() || crate::builtins::signature(function).is_some();
        for tree in parse(name, text, &known)? {
            if !(crate::node::is_empty(&tree.root) && self.trees.contains_key(&tree.name)) {
                self.trees.insert(tree.name.clone(), tree);
            }
        }
        Ok(())
    }

    pub fn has(&self, name: &str) -> bool {
        self.trees.contains_key(name)
    }

    /// Runs a template over a value.
    pub fn execute(&self, name: &str, dot: Val, depth: usize, host: &mut dyn Host) -> Result<String, String> {
        let Some(tree) = self.trees.get(name) else {
            return Err(format!("template: no template {} associated with template \"gotpl\"", quoted(name)));
        };
        let mut out = String::new();
        let dot = Seen { val: dot, iface: false };
        let mut steps = 0;
        let mut exec = Exec {
            place: Place { templates: self, depth: depth + 1 },
            tree,
            host,
            out: &mut out,
            vars: vec![("$".into(), dot.clone())],
            spot: None,
            steps: &mut steps,
        };
        if depth >= DEPTH_MAX {
            return exec.fail(&format!("exceeded maximum template depth ({DEPTH_MAX})"));
        }
        exec.walk_list(&dot, &tree.root)?;
        Ok(out)
    }
}

/// A value, and whether Go sees it as an `interface {}` (it came out of a map or list) or as what it is. Nil that is no
/// interface is no value at all.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub val: Val,
    pub iface: bool,
}

impl Seen {
    pub fn plain(val: Val) -> Self {
        Self { val, iface: false }
    }

    pub fn inner(val: Val) -> Self {
        Self { val, iface: true }
    }

    /// Go's static type.
    pub fn type_name(&self) -> &'static str {
        if self.iface { "interface {}" } else { self.val.type_name() }
    }

    pub fn is_invalid(&self) -> bool {
        !self.iface && matches!(self.val, Val::Nil)
    }
}

/// What an error is about.
#[derive(Clone, Copy)]
pub(crate) enum Spot<'t> {
    Operand(&'t Operand),
    Command(&'t Command),
    Pipe(&'t Pipe),
    Template(usize, &'t str, Option<&'t Pipe>),
}

#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

pub(crate) type Done<T> = Result<T, String>;

pub(crate) struct Exec<'t, 'h> {
    pub place: Place<'t>,
    tree: &'t Tree,
    pub host: &'h mut dyn Host,
    out: &'h mut String,
    pub vars: Vec<(Rc<str>, Seen)>,
    pub spot: Option<Spot<'t>>,
    steps: &'h mut usize,
}

impl<'t> Exec<'t, '_> {
    /// An error at the place that was looked at last.
    pub fn fail<T>(&self, told: &str) -> Done<T> {
        let name = &self.tree.name;
        let (at, shown) = match self.spot {
            None => return Err(format!("template: {name}: {told}")),
            Some(Spot::Operand(operand)) => (operand.at, operand.shown()),
            Some(Spot::Command(command)) => (command.at, command.shown()),
            Some(Spot::Pipe(pipe)) => (pipe.at, pipe.shown()),
            Some(Spot::Template(at, name, pipe)) => (at, template_shown(name, pipe)),
        };
        Err(format!("template: {}: executing {} at <{shown}>: {told}", self.tree.location(at), quoted(name)))
    }

    fn walk_list(&mut self, dot: &Seen, nodes: &'t [Node]) -> Done<Flow> {
        for node in nodes {
            *self.steps += 1;
            if *self.steps > STEPS_MAX {
                return self.fail("this template goes on for too long for this sandbox");
            }
            let flow = match node {
                Node::Text(text) => {
                    self.out.push_str(text);
                    Flow::On
                }
                Node::Action(pipe) => {
                    let value = self.pipeline(dot, pipe)?;
                    if pipe.vars.is_empty() {
                        print_value(self.out, &value.val);
                    }
                    Flow::On
                }
                Node::If(control) => self.branch(dot, control, false)?,
                Node::With(control) => self.branch(dot, control, true)?,
                Node::Range(control) => self.range(dot, control)?,
                Node::Template { at, name, pipe } => self.template(dot, *at, name, pipe.as_ref())?,
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
            };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn branch(&mut self, dot: &Seen, control: &'t Control, with: bool) -> Done<Flow> {
        let mark = self.vars.len();
        let value = self.pipeline(dot, &control.pipe)?;
        let flow = if value.val.truth() {
            self.walk_list(if with { &value } else { dot }, &control.list)?
        } else if let Some(otherwise) = &control.otherwise {
            self.walk_list(dot, otherwise)?
        } else {
            Flow::On
        };
        self.vars.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Seen, control: &'t Control) -> Done<Flow> {
        let mark = self.vars.len();
        let value = self.pipeline(dot, &control.pipe)?.val;
        let mut pairs: Vec<(Val, Seen)> = Vec::new();
        match &value {
            Val::Nil => {}
            Val::Map(map) => {
                let any = map.kind != crate::value::MapKind::Texts;
                let entries = map.entries.borrow();
                pairs.extend(
                    entries.iter().map(|(key, item)| (Val::Str(key.clone()), Seen { val: item.clone(), iface: any })),
                );
            }
            other => match other.items() {
                Some(items) => {
                    let any = matches!(other, Val::List(crate::value::ListKind::Any, _));
                    for (index, item) in (0..).zip(items) {
                        pairs.push((Val::Int(index), Seen { val: item.clone(), iface: any }));
                    }
                }
                None => {
                    let mut shown = String::new();
                    print_value(&mut shown, other);
                    return self.fail(&format!("range can't iterate over {shown}"));
                }
            },
        }
        if pairs.is_empty() {
            let flow = control.otherwise.as_ref().map_or(Ok(Flow::On), |otherwise| self.walk_list(dot, otherwise))?;
            self.vars.truncate(mark);
            return Ok(flow);
        }
        self.iterate(control, pairs)?;
        self.vars.truncate(mark);
        Ok(Flow::On)
    }

    fn iterate(&mut self, control: &'t Control, pairs: Vec<(Val, Seen)>) -> Done<()> {
        let inside = self.vars.len();
        let names = &control.pipe.vars;
        for (index, item) in pairs {
            let index = Seen::plain(index);
            match names.as_slice() {
                [] => {}
                [one] if control.pipe.assign => self.set_var(one, item.clone()),
                [one, two] if control.pipe.assign => {
                    self.set_var(one, index);
                    self.set_var(two, item.clone());
                }
                [_] => self.vars[inside - 1].1 = item.clone(),
                _ => {
                    self.vars[inside - 1].1 = item.clone();
                    self.vars[inside - 2].1 = index;
                }
            }
            let flow = self.walk_list(&item, &control.list)?;
            self.vars.truncate(inside);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    fn set_var(&mut self, name: &str, value: Seen) {
        if let Some((_, place)) = self.vars.iter_mut().rev().find(|(have, _)| **have == *name) {
            *place = value;
        }
    }

    fn template(&mut self, dot: &Seen, at: usize, name: &'t str, pipe: Option<&'t Pipe>) -> Done<Flow> {
        self.spot = Some(Spot::Template(at, name, pipe));
        let Some(tree) = self.place.templates.trees.get(name) else {
            return self.fail(&format!("template {} not defined", quoted(name)));
        };
        if self.place.depth >= DEPTH_MAX {
            return self.fail(&format!("exceeded maximum template depth ({DEPTH_MAX})"));
        }
        let dot = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Seen::plain(Val::Nil),
        };
        let mut inner = Exec {
            place: Place { templates: self.place.templates, depth: self.place.depth + 1 },
            tree,
            host: &mut *self.host,
            out: &mut *self.out,
            vars: vec![("$".into(), dot.clone())],
            spot: self.spot,
            steps: &mut *self.steps,
        };
        inner.walk_list(&dot, &tree.root)?;
        Ok(Flow::On)
    }

    pub fn pipeline(&mut self, dot: &Seen, pipe: &'t Pipe) -> Done<Seen> {
        self.spot = Some(Spot::Pipe(pipe));
        let mut value = None;
        for command in &pipe.commands {
            let mut result = self.command(dot, command, value)?;
            result.iface = false;
            value = Some(result);
        }
        let value = value.unwrap_or(Seen::plain(Val::Nil));
        for name in &pipe.vars {
            if pipe.assign {
                self.set_var(name, value.clone());
            } else {
                self.vars.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }
}
