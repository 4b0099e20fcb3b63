//! Commands and their operands to values: fields, variables, calls with their arguments checked as Go checks them.

use crate::exec::{Done, Exec, Seen, Spot};
use crate::node::{Command, Operand, Shape};
use crate::quote::quoted;
use crate::value::{MapKind, Val};
use std::rc::Rc;

/// Where a field or call stands: its arguments, the first of which is itself, and the value piped in.
struct Call<'t> {
    spot: Spot<'t>,
    args: &'t [Operand],
    last: Option<Seen>,
}

impl<'t> Exec<'t, '_> {
    pub fn command(&mut self, dot: &Seen, command: &'t Command, last: Option<Seen>) -> Done<Seen> {
        let Some(first) = command.args.first() else {
            return self.fail("empty command");
        };
        let args = command.args.as_slice();
        match &first.shape {
            Shape::Field(_) | Shape::Chain(..) | Shape::Variable(_) => {
                let call = Call { spot: Spot::Operand(first), args, last };
                self.reached(dot, first, call)
            }
            Shape::Function(name) => {
                self.spot = Some(Spot::Operand(first));
                self.function(dot, name, Call { spot: Spot::Command(command), args, last })
            }
            Shape::Pipe(pipe) => {
                self.no_arguments(args, last.as_ref())?;
                self.pipeline(dot, pipe)
            }
            _ => {
                self.spot = Some(Spot::Operand(first));
                self.no_arguments(args, last.as_ref())?;
                match constant(first) {
                    Some(value) => Ok(Seen::plain(value)),
                    None if matches!(first.shape, Shape::Dot) => Ok(dot.clone()),
                    None => self.fail("nil is not a command"),
                }
            }
        }
    }

    fn no_arguments(&self, args: &[Operand], last: Option<&Seen>) -> Done<()> {
        if args.len() > 1 || last.is_some() {
            return self.fail(&format!("can't give argument to non-function {}", args[0].shown()));
        }
        Ok(())
    }

    /// A field, a variable, or fields of a chain.
    fn reached(&mut self, dot: &Seen, operand: &'t Operand, call: Call<'t>) -> Done<Seen> {
        self.spot = Some(Spot::Operand(operand));
        match &operand.shape {
            Shape::Field(path) => self.fields(dot, dot.clone(), path, call),
            Shape::Variable(path) => {
                let found = self.vars.iter().rev().find(|(name, _)| *name == path[0]).map(|(_, value)| value.clone());
                let Some(value) = found else {
                    return self.fail(&format!("undefined variable: {}", path[0]));
                };
                if path.len() == 1 {
                    self.no_arguments(call.args.get(..1.max(call.args.len())).unwrap_or(&[]), call.last.as_ref())?;
                    return Ok(value);
                }
                self.fields(dot, value, &path[1..], call)
            }
            Shape::Chain(node, path) => {
                if matches!(node.shape, Shape::Nil) {
                    return self.fail(&format!("indirection through explicit nil in {}", operand.shown()));
                }
                let value = self.argument(dot, 'a', node)?;
                self.fields(dot, Seen::plain(value), path, call)
            }
            _ => self.fail(&format!("can't evaluate command {}", quoted(&operand.shown()))),
        }
    }

    fn fields(&mut self, dot: &Seen, from: Seen, path: &'t [Rc<str>], call: Call<'t>) -> Done<Seen> {
        let mut value = from;
        let (last, before) = match path.split_last() {
            Some(split) => split,
            None => return Ok(value),
        };
        for name in before {
            value = self.field(dot, value, name, Call { spot: call.spot, args: &[], last: None })?;
        }
        self.field(dot, value, last, call)
    }

    fn field(&mut self, dot: &Seen, of: Seen, name: &str, call: Call<'t>) -> Done<Seen> {
        if of.is_invalid() {
            return Ok(of);
        }
        let type_name = of.type_name();
        if matches!(of.val, Val::Nil) {
            return self.fail(&format!("nil pointer evaluating {type_name}.{name}"));
        }
        if let Some(signature) = self.host.method(&of.val, name) {
            let args = self.arguments(dot, name, signature, call.args, call.last)?;
            return match self.host.call_method(&of.val, name, args) {
                Ok(value) => Ok(Seen::plain(value)),
                Err(told) => {
                    self.spot = Some(call.spot);
                    self.fail(&format!("error calling {name}: {told}"))
                }
            };
        }
        let has_args = call.args.len() > 1 || call.last.is_some();
        match &of.val {
            Val::Map(_) if has_args => self.fail(&format!("{name} is not a method but has arguments")),
            Val::Map(map) => {
                let found = map.entries.borrow().get(name).cloned();
                Ok(match (map.kind, found) {
                    (MapKind::Texts, found) => Seen::plain(found.unwrap_or(Val::text(""))),
                    (_, found) => Seen::inner(found.unwrap_or(Val::Nil)),
                })
            }
            Val::Object(object) => match object.fields.iter().find(|(field, _)| *field == name) {
                Some(_) if has_args => self.fail(&format!("{name} has arguments but cannot be invoked as function")),
                Some((_, value)) => Ok(Seen::plain(value.clone())),
                None => self.fail(&format!("can't evaluate field {name} in type {type_name}")),
            },
            _ => self.fail(&format!("can't evaluate field {name} in type {type_name}")),
        }
    }

    fn function(&mut self, dot: &Seen, name: &str, call: Call<'t>) -> Done<Seen> {
        if let Some(signature) = self.host.signature(name) {
            let args = self.arguments(dot, name, signature, call.args, call.last)?;
            return match self.host.call(&self.place, name, args) {
                Ok(value) => Ok(Seen::plain(value)),
                Err(told) => {
                    self.spot = Some(call.spot);
                    self.fail(&format!("error calling {name}: {told}"))
                }
            };
        }
        if matches!(name, "and" | "or") {
            return self.and_or(dot, name, call);
        }
        let Some(signature) = crate::builtins::signature(name) else {
            return self.fail(&format!("{} is not a defined function", quoted(name)));
        };
        let piped = call.last.is_some();
        let args = self.arguments(dot, name, signature, call.args, call.last)?;
        if name == "len" && piped && matches!(args[0], Val::Nil) {
            self.spot = Some(call.spot);
            return self.fail("error calling len: reflect: call of reflect.Value.Type on zero Value");
        }
        match crate::builtins::call(name, &args) {
            Ok(value) => Ok(Seen::plain(value)),
            Err(told) => {
                self.spot = Some(call.spot);
                self.fail(&format!("error calling {name}: {told}"))
            }
        }
    }

    /// They look at no more arguments than they need.
    fn and_or(&mut self, dot: &Seen, name: &str, call: Call<'t>) -> Done<Seen> {
        let args = call.args.get(1..).unwrap_or(&[]);
        if args.is_empty() && call.last.is_none() {
            return self.fail(&format!("wrong number of args for {name}: want at least 1 got 0"));
        }
        let mut value = Val::Nil;
        for arg in args {
            value = self.argument(dot, 'r', arg)?;
            if value.truth() == (name == "or") {
                return Ok(Seen::plain(value));
            }
        }
        Ok(Seen::plain(call.last.map_or(value, |last| last.val)))
    }

    fn arguments(
        &mut self,
        dot: &Seen,
        name: &str,
        signature: &str,
        args: &'t [Operand],
        last: Option<Seen>,
    ) -> Done<Vec<Val>> {
        let args = args.get(1..).unwrap_or(&[]);
        let variadic = signature.ends_with('*');
        let types: Vec<char> = signature.trim_end_matches('*').chars().collect();
        let given = args.len() + usize::from(last.is_some());
        if variadic && given < types.len() - 1 {
            let (want, got) = (types.len() - 1, args.len());
            return self.fail(&format!("wrong number of args for {name}: want at least {want} got {got}"));
        }
        if !variadic && given != types.len() {
            return self.fail(&format!("wrong number of args for {name}: want {} got {given}", types.len()));
        }
        let of = |index: usize| types.get(index).or(types.last()).copied().unwrap_or('a');
        let mut values = Vec::with_capacity(given);
        for (index, arg) in args.iter().enumerate() {
            values.push(self.argument(dot, of(index), arg)?);
        }
        if let Some(last) = last {
            values.push(self.checked(last, of(args.len()))?);
        }
        Ok(values)
    }

    fn argument(&mut self, dot: &Seen, kind: char, operand: &'t Operand) -> Done<Val> {
        self.spot = Some(Spot::Operand(operand));
        let value = match &operand.shape {
            Shape::Dot => dot.clone(),
            Shape::Nil if "armlL".contains(kind) => return Ok(Val::Nil),
            Shape::Nil => return self.fail(&format!("cannot assign nil to {}", type_of(kind))),
            Shape::Field(_) | Shape::Variable(_) | Shape::Chain(..) => {
                let call = Call { spot: Spot::Operand(operand), args: &[], last: None };
                self.reached(dot, operand, call)?
            }
            Shape::Pipe(pipe) => self.pipeline(dot, pipe)?,
            Shape::Function(name) => {
                self.function(dot, name, Call { spot: Spot::Operand(operand), args: &[], last: None })?
            }
            _ => return self.literal(kind, operand),
        };
        self.checked(value, kind)
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as Go converts constants")]
    #[expect(clippy::float_cmp, reason = "only whole numbers are integers")]
    fn literal(&self, kind: char, operand: &Operand) -> Done<Val> {
        let told = match (kind, &operand.shape) {
            ('a' | 'r', _) => return Ok(constant(operand).unwrap_or(Val::Nil)),
            ('s', Shape::Text(..)) | ('b', Shape::Bool(_)) | ('f', Shape::Float(..)) | ('i', Shape::Int(..)) => {
                return Ok(constant(operand).unwrap_or(Val::Nil));
            }
            ('f', Shape::Int(n, _)) => return Ok(Val::Float(*n as f64)),
            ('I', Shape::Int(n, _)) => return Ok(Val::Long(*n)),
            ('i', Shape::Float(x, _)) if x.trunc() == *x => return Ok(Val::Int(*x as i64)),
            ('s', _) => "expected string; found ",
            ('b', _) => "expected bool; found ",
            ('f', _) => "expected float; found ",
            ('i' | 'I', _) => "expected integer; found ",
            _ => {
                return self.fail(&format!("can't handle {} for arg of type {}", operand.shown(), type_of(kind)));
            }
        };
        self.fail(&(told.to_string() + &operand.shown()))
    }

    /// The value, where a parameter of a kind takes it.
    fn checked(&self, value: Seen, kind: char) -> Done<Val> {
        let fits = match (&value.val, kind) {
            (_, 'a' | 'r') => true,
            (Val::Nil, _) if value.iface => false,
            (Val::Nil, 'm' | 'l' | 'L') => true,
            (Val::Nil, _) => return self.fail(&format!("invalid value; expected {}", type_of(kind))),
            (Val::Map(map), 'm') => map.kind != MapKind::Texts,
            (Val::Str(_), 's')
            | (Val::Int(_), 'i')
            | (Val::Long(_), 'I')
            | (Val::Float(_), 'f')
            | (Val::Bool(_), 'b')
            | (Val::List(..), 'l' | 'L')
            | (Val::Time(_), 't') => true,
            _ => false,
        };
        if fits {
            return Ok(value.val);
        }
        let got = if matches!(value.val, Val::Nil) { value.type_name() } else { value.val.type_name() };
        self.fail(&format!("wrong type for value; expected {}; got {got}", type_of(kind)))
    }
}

fn constant(operand: &Operand) -> Option<Val> {
    Some(match &operand.shape {
        Shape::Bool(on) => Val::Bool(*on),
        Shape::Int(n, _) => Val::Int(*n),
        Shape::Float(x, _) => Val::Float(*x),
        Shape::Text(text, _) => Val::text(&**text),
        _ => return None,
    })
}

fn type_of(kind: char) -> &'static str {
    match kind {
        's' => "string",
        'i' => "int",
        'I' => "int64",
        'f' => "float64",
        'b' => "bool",
        'm' => "map[string]interface {}",
        'l' => "[]interface {}",
        'L' => "[]string",
        't' => "time.Time",
        'r' => "reflect.Value",
        _ => "interface {}",
    }
}
