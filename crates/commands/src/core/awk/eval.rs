//! Awk's expressions.

use super::run::{Cell, Machine, Run, Stop, known};
use super::tree::Expr;
use super::value::Value;
use regex_lite::Regex;
use shell::regex::{Syntax, build};
use world::Cx;

/// Functions that call each other deeper than this are stopped.
const CALLS_MAX: usize = 100;

impl Machine<'_> {
    pub fn truth(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Run<bool> {
        Ok(self.eval(expr, cx)?.holds())
    }

    pub fn string(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Run<String> {
        let value = self.eval(expr, cx)?;
        Ok(match value {
            Value::Number(_) => value.text(&self.global_text(known::CONVFMT)),
            other => other.text("%.6g"),
        })
    }

    pub fn eval(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Run<Value> {
        let truth = |holds: bool| Value::Number(f64::from(u8::from(holds)));
        Ok(match expr {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Regex(text) => {
                let regex = self.regex(text)?;
                truth(regex.is_match(self.record()))
            }
            Expr::Var(place) => self.get_place(*place)?,
            Expr::Field(index) => {
                let index = self.eval(index, cx)?.number();
                self.field(index)?
            }
            Expr::Item(place, index) => {
                let key = self.key(index, cx)?;
                let array = self.array(*place)?;
                self.arrays[array].item(&key).clone()
            }
            Expr::Assign(sign, place, value) => self.assign(sign, place, value, cx)?,
            Expr::Choose(condition, yes, no) => {
                let chosen = if self.truth(condition, cx)? { yes } else { no };
                self.eval(chosen, cx)?
            }
            Expr::And(a, b) => truth(self.truth(a, cx)? && self.truth(b, cx)?),
            Expr::Or(a, b) => truth(self.truth(a, cx)? || self.truth(b, cx)?),
            Expr::In(index, place) => {
                let key = self.key(index, cx)?;
                let array = self.array(*place)?;
                truth(self.arrays[array].get(&key).is_some())
            }
            Expr::Match(text, pattern, negated) => {
                let text = self.string(text, cx)?;
                let regex = self.regex_of(pattern, cx)?;
                truth(regex.is_match(&text) != *negated)
            }
            Expr::Binary(sign, a, b) => {
                let (a, b) = (self.eval(a, cx)?, self.eval(b, cx)?);
                match *sign {
                    "<" | "<=" | ">" | ">=" | "==" | "!=" => truth(self.compare(sign, &a, &b)),
                    sign => Value::Number(arithmetic(sign, a.number(), b.number())?),
                }
            }
            Expr::Concat(a, b) => {
                let left = self.string(a, cx)?;
                Value::Text(left + &self.string(b, cx)?)
            }
            Expr::Not(inner) => truth(!self.truth(inner, cx)?),
            Expr::Negate(inner) => Value::Number(-self.eval(inner, cx)?.number()),
            Expr::Plus(inner) => Value::Number(self.eval(inner, cx)?.number()),
            Expr::Step(place, by, before) => {
                let old = self.eval(place, cx)?.number();
                self.store(place, Value::Number(old + by), cx)?;
                Value::Number(if *before { old } else { old + by })
            }
            Expr::Call(function, args) => self.call(*function, args, cx)?,
            Expr::Builtin(name, args) => self.builtin(name, args, cx)?,
            Expr::Getline(into, from) => self.getline(into.as_deref(), from.as_deref(), cx)?,
            Expr::Group(all) => {
                let mut last = Value::Nothing;
                for expr in all {
                    last = self.eval(expr, cx)?;
                }
                last
            }
        })
    }

    fn assign(&mut self, sign: &str, place: &Expr, value: &Expr, cx: &mut Cx<'_>) -> Run<Value> {
        let right = self.eval(value, cx)?;
        let value = if sign == "=" {
            right
        } else {
            let left = self.eval(place, cx)?.number();
            Value::Number(arithmetic(&sign[..1], left, right.number())?)
        };
        self.store(place, value.clone(), cx)?;
        Ok(value)
    }

    fn compare(&self, sign: &str, a: &Value, b: &Value) -> bool {
        let order = match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => {
                let format = self.global_text(known::CONVFMT);
                Some(a.text(&format).cmp(&b.text(&format)))
            }
        };
        let Some(order) = order else { return sign == "!=" };
        match sign {
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "==" => order.is_eq(),
            _ => order.is_ne(),
        }
    }

    pub fn regex(&mut self, text: &str) -> Run<Regex> {
        if let Some(regex) = self.regexes.get(text) {
            return Ok(regex.clone());
        }
        let regex = build(text, Syntax::Extended, false)
            .map_err(|error| Stop::Wrong(format!("regular expression compile failed ({error})\n{text}")))?;
        self.regexes.insert(text.to_string(), regex.clone());
        Ok(regex)
    }

    /// A pattern: what stands between slashes, or a text.
    pub fn regex_of(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Run<Regex> {
        match expr {
            Expr::Regex(text) => self.regex(text),
            other => {
                let text = self.string(other, cx)?;
                self.regex(&text)
            }
        }
    }

    fn call(&mut self, function: usize, args: &[Expr], cx: &mut Cx<'_>) -> Run<Value> {
        let script = self.script;
        let function = &script.functions[function];
        if self.frames.len() >= CALLS_MAX {
            return Err(Stop::Wrong("function calls are nested too deeply".into()));
        }
        if args.len() > function.params {
            return Err(Stop::Wrong("function called with too many arguments".into()));
        }
        let mut frame = Vec::new();
        for arg in args {
            let cell = match arg {
                Expr::Var(place) => {
                    let next = self.arrays.len();
                    match self.cell(*place) {
                        cell @ Cell::Empty => {
                            *cell = Cell::Maybe(next);
                            self.arrays.push(super::value::Array::default());
                            Cell::Maybe(next)
                        }
                        cell => cell.clone(),
                    }
                }
                other => Cell::Value(self.eval(other, cx)?),
            };
            frame.push(cell);
        }
        frame.resize(function.params, Cell::Empty);
        self.frames.push(frame);
        let mut result = Ok(Value::Nothing);
        for stmt in &function.body {
            match self.stmt(stmt, cx) {
                Ok(()) => {}
                Err(Stop::Return(value)) => {
                    result = Ok(value);
                    break;
                }
                Err(stop) => {
                    result = Err(stop);
                    break;
                }
            }
        }
        self.frames.pop();
        // What the function made an array is one for the caller, too.
        for arg in args {
            if let Expr::Var(place) = arg
                && let Cell::Maybe(at) = *self.cell(*place)
                && self.arrays[at].len() > 0
            {
                *self.cell(*place) = Cell::Array(at);
            }
        }
        result
    }

    fn getline(&mut self, into: Option<&Expr>, from: Option<&Expr>, cx: &mut Cx<'_>) -> Run<Value> {
        let record = match from {
            None => self.next_record(cx)?,
            Some(from) => {
                let name = self.string(from, cx)?;
                if !self.inputs.contains_key(&name) {
                    let Ok(text) = cx.files().read_text(&cx.path(&name)) else { return Ok(Value::Number(-1.0)) };
                    let mut records = self.records_of(&text);
                    records.reverse();
                    self.inputs.insert(name.clone(), records);
                }
                self.inputs.get_mut(&name).and_then(Vec::pop)
            }
        };
        let Some(record) = record else { return Ok(Value::Number(0.0)) };
        match into {
            Some(place) => self.store(place, Value::Input(record), cx)?,
            None => self.set_record(record),
        }
        Ok(Value::Number(1.0))
    }
}

fn arithmetic(sign: &str, a: f64, b: f64) -> Run<f64> {
    Ok(match sign {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "%" => a % b,
        _ => libm::pow(a, b),
    })
}
