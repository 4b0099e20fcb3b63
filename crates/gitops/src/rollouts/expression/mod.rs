//! Conditions in expr-lang: what people write about a result (`expr-lang/expr` 1.17, as `utils/evaluate` uses it).

mod calls;
mod lexer;
#[cfg(test)]
mod tests;

use calls::{call, go_type, operate};
use lexer::{Token, level, tokens};
use manifest::Value;

const NOT_HERE: &str = "is real, but not part of this sandbox yet";
/// Functions of expr-lang that are not here.
const REAL: &str = "abs ceil floor round max min sum mean median sort sortBy filter map find findIndex findLast groupBy count \
    countBy reduce concat flatten uniq join split splitAfter trim trimPrefix trimSuffix upper lower repeat replace indexOf \
    lastIndexOf hasPrefix hasSuffix string type toJSON fromJSON toBase64 fromBase64 toPairs fromPairs now duration date \
    timezone first last get keys values take reverse bitand bitor bitxor let";
const DEPTH_MAX: u32 = 50;

/// Reads and computes at once: a part that does not count is read without being computed.
struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    result: &'a Value,
    /// What `#` is.
    item: Value,
    /// Whether the part that is read counts.
    live: bool,
}

type Read = Result<Value, String>;

/// Whether a condition holds for a result.
pub(crate) fn holds(text: &str, result: &Value) -> Result<bool, String> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0, result, item: Value::Null, live: true };
    let value = reader.ternary()?;
    if reader.tokens[reader.at] != Token::End {
        return Err(reader.unexpected());
    }
    match value {
        Value::Bool(found) => Ok(found),
        other => Err(format!("expected bool, but got {}", go_type(&other))),
    }
}

impl Reader<'_> {
    fn unexpected(&self) -> String {
        match &self.tokens[self.at] {
            Token::End => "unexpected token EOF".into(),
            Token::Sign(sign) => format!("unexpected token Operator(\"{sign}\")"),
            Token::Name(name) => format!("unexpected token Identifier(\"{name}\")"),
            Token::Text(text) => format!("unexpected token String(\"{text}\")"),
            Token::Number(value) => format!("unexpected token Number(\"{}\")", value.to_json()),
        }
    }

    fn eat(&mut self, sign: &str) -> bool {
        let there = matches!(&self.tokens[self.at], Token::Sign(own) if *own == sign);
        self.at += usize::from(there);
        there
    }

    fn want(&mut self, sign: &str) -> Result<(), String> {
        if self.eat(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Reads a part that counts only where `live`.
    fn part(&mut self, live: bool, least: u8) -> Read {
        let before = self.live;
        self.live = before && live;
        let value = if least == 0 { self.ternary() } else { self.binary(least) };
        self.live = before;
        value
    }

    fn ternary(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("expression is nested too deeply".into());
        }
        let value = self.binary(1)?;
        let done = if self.eat("?") {
            let truth = self.truth(&value)?;
            let yes = self.part(truth, 0)?;
            self.want(":")?;
            let no = self.part(!truth, 0)?;
            if truth { yes } else { no }
        } else {
            value
        };
        self.depth -= 1;
        Ok(done)
    }

    fn truth(&self, value: &Value) -> Result<bool, String> {
        match value {
            Value::Bool(found) => Ok(*found),
            _ if !self.live => Ok(false),
            other => Err(format!("interface conversion: interface {{}} is {}, not bool", go_type(other))),
        }
    }

    fn binary(&mut self, least: u8) -> Read {
        let mut left = self.unary()?;
        loop {
            let negated = matches!(&self.tokens[self.at], Token::Name(name) if name == "not")
                && matches!(&self.tokens[self.at + 1], Token::Name(name) if name == "in");
            self.at += usize::from(negated);
            let Some((op, own)) = level(&self.tokens[self.at]).filter(|(_, own)| *own >= least) else {
                return Ok(left);
            };
            self.at += 1;
            let needed = match op {
                "||" | "or" => !self.truth(&left)?,
                "&&" | "and" => self.truth(&left)?,
                "??" => left.is_null(),
                _ => true,
            };
            let right = self.part(needed, if own == 100 { own } else { own + 1 })?;
            left = match op {
                "||" | "or" => Value::Bool(!needed || self.truth(&right)?),
                "&&" | "and" => Value::Bool(needed && self.truth(&right)?),
                "??" => {
                    if needed {
                        right
                    } else {
                        left
                    }
                }
                _ if !self.live => Value::Null,
                _ => operate(op, &left, &right)?,
            };
            if negated {
                left = Value::Bool(!self.truth(&left)?);
            }
        }
    }

    fn unary(&mut self) -> Read {
        let not = self.eat("!")
            || matches!(&self.tokens[self.at], Token::Name(name) if name == "not") && {
                self.at += 1;
                true
            };
        if not {
            let value = self.part(true, 50)?;
            return Ok(Value::Bool(!self.truth(&value)?));
        }
        if self.eat("-") {
            let value = self.part(true, 90)?;
            return Ok(match value {
                Value::Int(number) => Value::Int(-number),
                Value::Float(number) => Value::Float(-number),
                _ if !self.live => Value::Null,
                other => return Err(format!("invalid operation: - {}", go_type(&other))),
            });
        }
        self.eat("+");
        let value = self.primary()?;
        self.postfix(value)
    }

    fn postfix(&mut self, mut value: Value) -> Read {
        loop {
            if self.eat("[") {
                let index = self.part(true, 0)?;
                if self.eat(":") {
                    return Err(format!("slices: {NOT_HERE}"));
                }
                self.want("]")?;
                value = self.index(&value, &index)?;
            } else if self.eat(".") || self.eat("?.") {
                let Token::Name(name) = self.tokens[self.at].clone() else { return Err(self.unexpected()) };
                self.at += 1;
                value = self.index(&value, &Value::from(name.as_str()))?;
            } else {
                return Ok(value);
            }
        }
    }

    fn index(&self, value: &Value, index: &Value) -> Read {
        if !self.live {
            return Ok(Value::Null);
        }
        match (value, index) {
            (Value::List(items), Value::Int(at)) => {
                let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let at = if *at < 0 { count + at } else { *at };
                let found = usize::try_from(at).ok().and_then(|at| items.get(at));
                found.cloned().ok_or_else(|| "reflect: slice index out of range".into())
            }
            (Value::Map(_), Value::Str(key)) => Ok(value.get(key).cloned().unwrap_or_default()),
            _ => Err(format!(
                "cannot fetch {} from {}",
                index.as_str().map_or_else(|| index.to_json(), String::from),
                go_type(value)
            )),
        }
    }

    fn primary(&mut self) -> Read {
        let token = self.tokens[self.at].clone();
        self.at += 1;
        match token {
            Token::Number(number) => Ok(number),
            Token::Text(text) => Ok(Value::from(text.as_str())),
            Token::Sign("(") => {
                let value = self.part(true, 0)?;
                self.want(")")?;
                Ok(value)
            }
            Token::Sign("[") => {
                let mut items = Vec::new();
                while !self.eat("]") {
                    items.push(self.part(true, 0)?);
                    if !self.eat(",") {
                        self.want("]")?;
                        break;
                    }
                }
                Ok(Value::list(items))
            }
            Token::Sign("#") => Ok(self.item.clone()),
            Token::Sign("{") => Err(format!("maps: {NOT_HERE}")),
            Token::Name(name) => self.name(&name),
            _ => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn name(&mut self, name: &str) -> Read {
        match name {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "nil" => return Ok(Value::Null),
            "result" => return Ok(self.result.clone()),
            _ => {}
        }
        let known = ["len", "isNaN", "isInf", "isNil", "default", "asInt", "asFloat", "int", "float"];
        let tests = ["all", "any", "none", "one"];
        if !self.eat("(") || !known.contains(&name) && !tests.contains(&name) {
            let real = REAL.split_whitespace().any(|one| one == name);
            return Err(if real { format!("{name} {NOT_HERE}") } else { format!("unknown name {name}") });
        }
        if tests.contains(&name) {
            return self.test(name);
        }
        let mut args = Vec::new();
        while !self.eat(")") {
            args.push(self.part(true, 0)?);
            if !self.eat(",") {
                self.want(")")?;
                break;
            }
        }
        if !self.live {
            return Ok(Value::Null);
        }
        call(name, &args, self.result)
    }

    /// `all(result, # < 0.05)`
    fn test(&mut self, name: &str) -> Read {
        let list = self.part(true, 0)?;
        self.want(",")?;
        let braces = self.eat("{");
        let (start, before) = (self.at, std::mem::take(&mut self.item));
        let mut hits = 0;
        let items: Vec<Value> = list.items().to_vec();
        // With no item it is read once, for its end.
        let live = self.live && !items.is_empty();
        for item in if items.is_empty() { vec![Value::Null] } else { items.clone() } {
            self.at = start;
            self.item = item;
            let value = self.part(live, 0)?;
            hits += usize::from(live && self.truth(&value)?);
        }
        self.item = before;
        if braces {
            self.want("}")?;
        }
        self.want(")")?;
        Ok(Value::Bool(match name {
            "all" => hits == items.len(),
            "any" => hits > 0,
            "one" => hits == 1,
            _ => hits == 0,
        }))
    }
}
