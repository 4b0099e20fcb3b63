//! Arithmetic: `$((…))`, `((…))`, `let`, indices. 64-bit numbers that wrap, as in bash.

use crate::expand::{Expanded, Trouble};
use crate::state::Bash;
use world::Cx;

/// Parentheses and values of variables nest at most so deep.
const DEPTH_MAX: u32 = 64;

/// Operators of two characters and more first; with how tightly they bind.
const BINARY: [(&str, u8); 19] = [
    ("||", 1),
    ("&&", 2),
    ("<<", 8),
    (">>", 8),
    ("<=", 7),
    (">=", 7),
    ("==", 6),
    ("!=", 6),
    ("**", 11),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

impl Bash {
    /// The value of an expression whose parameters have been expanded.
    pub(crate) fn arithmetic(&mut self, text: &str, cx: &Cx<'_>) -> Expanded<i64> {
        self.arithmetic_at(text, 0, cx)
    }

    fn arithmetic_at(&mut self, text: &str, depth: u32, cx: &Cx<'_>) -> Expanded<i64> {
        let text = text.trim_start();
        if text.trim().is_empty() {
            return Ok(0);
        }
        let mut sum = Sum { shell: self, cx, text, at: 0, token: 0, depth, skip: 0 };
        let value = sum.comma()?;
        sum.blanks();
        if sum.at < text.len() {
            sum.token = sum.at;
            let known = |c: char| c.is_alphanumeric() || "_=<>!+-*/%&|^~?:,()\"'".contains(c);
            return Err(sum.error(if text[sum.at..].starts_with(known) {
                "syntax error in expression"
            } else {
                "syntax error: invalid arithmetic operator"
            }));
        }
        Ok(value)
    }
}

struct Sum<'a, 'w> {
    shell: &'a mut Bash,
    cx: &'a Cx<'w>,
    text: &'a str,
    at: usize,
    /// Where the token before began: errors name the rest from there.
    token: usize,
    depth: u32,
    /// Above zero, nothing is looked up or assigned: the branch that is not taken.
    skip: u32,
}

/// What an assignment goes to.
struct Place {
    name: String,
    index: Option<String>,
}

impl<'a> Sum<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, what: &str) -> Trouble {
        let (text, token) = (self.text, &self.text[self.token.min(self.text.len())..]);
        Trouble::discards(format!("{}: {what} (error token is \"{token}\")", text.trim_end_matches('\n')))
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        let hit = self.rest().starts_with(token);
        if hit {
            self.token = self.at;
            self.at += token.len();
        }
        hit
    }

    fn comma(&mut self) -> Expanded<i64> {
        let mut value = self.choice()?;
        while self.eat(",") {
            value = self.choice()?;
        }
        Ok(value)
    }

    /// `a ? b : c`.
    fn choice(&mut self) -> Expanded<i64> {
        let condition = self.binary(1)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.skip += u32::from(condition == 0);
        let yes = self.comma()?;
        self.skip -= u32::from(condition == 0);
        if !self.eat(":") {
            return Err(self.error("`:' expected for conditional expression"));
        }
        self.skip += u32::from(condition != 0);
        let no = self.choice()?;
        self.skip -= u32::from(condition != 0);
        Ok(if condition != 0 { yes } else { no })
    }

    fn operator(&mut self) -> Option<(&'static str, u8)> {
        self.blanks();
        let rest = self.rest();
        let found = BINARY.into_iter().find(|(text, _)| rest.starts_with(text))?;
        // `a += 1` is no sum.
        let after = &rest[found.0.len()..];
        let compares = matches!(found.0, "<=" | ">=" | "==" | "!=" | "||" | "&&" | "**");
        if after.starts_with('=') && !compares && !after.starts_with("==") {
            return None;
        }
        Some(found)
    }

    fn binary(&mut self, least: u8) -> Expanded<i64> {
        let mut left = self.unary()?;
        while let Some((op, tight)) = self.operator().filter(|(_, tight)| *tight >= least) {
            self.token = self.at;
            self.at += op.len();
            let skips = (op == "&&" && left == 0) || (op == "||" && left != 0);
            self.skip += u32::from(skips);
            let right = self.binary(if op == "**" { tight } else { tight + 1 })?;
            self.skip -= u32::from(skips);
            left = self.apply(op, left, right)?;
        }
        Ok(left)
    }

    fn apply(&self, op: &str, a: i64, b: i64) -> Expanded<i64> {
        let shift = u32::try_from(b & 63).unwrap_or(0);
        Ok(match op {
            "||" => i64::from(a != 0 || b != 0),
            "&&" => i64::from(a != 0 && b != 0),
            "|" => a | b,
            "^" => a ^ b,
            "&" => a & b,
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<<" => a.wrapping_shl(shift),
            ">>" => a.wrapping_shr(shift),
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "**" if b < 0 => return Err(self.error("exponent less than 0")),
            "**" => power(a, b),
            _ if b == 0 && self.skip > 0 => 0,
            _ if b == 0 => return Err(self.error("division by 0")),
            "/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }

    fn unary(&mut self) -> Expanded<i64> {
        self.blanks();
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("expression recursion level exceeded"));
        }
        let rest = self.rest();
        let value = if rest.starts_with("++") || rest.starts_with("--") {
            let by = if rest.starts_with('+') { 1 } else { -1 };
            let before = self.at;
            self.at += 2;
            self.blanks();
            match self.place()? {
                Some(place) => {
                    let value = self.look(&place)?.wrapping_add(by);
                    self.store(&place, value)?
                }
                // `--5` is twice minus.
                None => {
                    self.at = before + 1;
                    let value = self.unary()?;
                    if by < 0 { value.wrapping_neg() } else { value }
                }
            }
        } else if self.eat("!") {
            i64::from(self.unary()? == 0)
        } else if self.eat("~") {
            !self.unary()?
        } else if self.eat("-") {
            self.unary()?.wrapping_neg()
        } else if self.eat("+") {
            self.unary()?
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Expanded<i64> {
        self.blanks();
        if self.eat("(") {
            let value = self.comma()?;
            if !self.eat(")") {
                return Err(self.error("missing `)'"));
            }
            return Ok(value);
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        let start = self.at;
        let Some(place) = self.place()? else {
            if self.at < self.text.len() {
                self.token = self.at;
            }
            return Err(self.error("syntax error: operand expected"));
        };
        self.token = start;
        self.blanks();
        let rest = self.rest();
        for by in [1, -1] {
            if rest.starts_with(if by == 1 { "++" } else { "--" }) {
                self.at += 2;
                let value = self.look(&place)?;
                self.store(&place, value.wrapping_add(by))?;
                return Ok(value);
            }
        }
        if rest.starts_with('=') && !rest.starts_with("==") {
            self.token = self.at;
            self.at += 1;
            let value = self.choice()?;
            return self.store(&place, value);
        }
        let op = BINARY.iter().find(|(op, tight)| {
            !matches!(tight, 1 | 2 | 6 | 11)
                && !matches!(*op, "<=" | ">=" | "<" | ">")
                && rest.strip_prefix(op).is_some_and(|after| after.starts_with('=') && !after.starts_with("=="))
        });
        if let Some((op, _)) = op {
            self.token = self.at;
            self.at += op.len() + 1;
            let old = self.look(&place)?;
            let value = self.choice()?;
            let value = self.apply(op, old, value)?;
            return self.store(&place, value);
        }
        self.look(&place)
    }

    fn place(&mut self) -> Expanded<Option<Place>> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = rest[..end].to_string();
        if !crate::parse::is_name(&name) {
            return Ok(None);
        }
        self.at += end;
        let mut index = None;
        if self.rest().starts_with('[') {
            let inner = &self.rest()[1..];
            let Some(close) = crate::simple_parse::closing(inner) else {
                return Err(self.error("bad array subscript"));
            };
            index = Some(inner[..close].to_string());
            self.at += close + 2;
        }
        Ok(Some(Place { name, index }))
    }

    fn look(&mut self, place: &Place) -> Expanded<i64> {
        if self.skip > 0 {
            return Ok(0);
        }
        if place.name == "RANDOM" {
            return Ok(i64::try_from(self.shell.roll()).unwrap_or(0));
        }
        let text = match &place.index {
            Some(index) => self.shell.item_at(&place.name, index, self.cx)?,
            None => self.shell.value(&place.name, self.cx),
        };
        match text {
            Some(text) if text.trim().is_empty() => Ok(0),
            Some(text) => match text.parse::<i64>() {
                Ok(number) if !text.starts_with(['0', '+']) || text == "0" => Ok(number),
                _ if self.depth > DEPTH_MAX / 2 => Err(Trouble::discards(format!(
                    "{}: expression recursion level exceeded (error token is \"{}\")",
                    text, text
                ))),
                _ => self.shell.arithmetic_at(&text, self.depth + 1, self.cx),
            },
            None if self.shell.options.nounset => Err(Trouble::exits(format!("{}: unbound variable", place.name))),
            None => Ok(0),
        }
    }

    fn store(&mut self, place: &Place, value: i64) -> Expanded<i64> {
        if self.skip == 0 {
            self.shell.assign_number(&place.name, place.index.as_deref(), value, self.cx)?;
        }
        Ok(value)
    }

    fn number(&mut self) -> Expanded<i64> {
        self.token = self.at;
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_@#".contains(c))).unwrap_or(rest.len());
        let text = &rest[..end];
        self.at += end;
        let (digits, base) = if let Some((base, digits)) = text.split_once('#') {
            match base.parse() {
                Ok(base @ 2..=64) => (digits, base),
                _ => return Err(self.error("invalid arithmetic base")),
            }
        } else if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            (digits, 16)
        } else if text.len() > 1 && text.starts_with('0') {
            (&text[1..], 8)
        } else {
            (text, 10)
        };
        let mut value: i64 = 0;
        for c in digits.chars() {
            let digit = match c {
                '0'..='9' => i64::from(u32::from(c) - u32::from('0')),
                'a'..='z' => i64::from(u32::from(c) - u32::from('a')) + 10,
                'A'..='Z' if base <= 36 => i64::from(u32::from(c) - u32::from('A')) + 10,
                'A'..='Z' => i64::from(u32::from(c) - u32::from('A')) + 36,
                '@' => 62,
                '_' => 63,
                _ => 99,
            };
            if digit >= base {
                return Err(self.error("value too great for base"));
            }
            value = value.wrapping_mul(base).wrapping_add(digit);
        }
        Ok(value)
    }
}

fn power(base: i64, exponent: i64) -> i64 {
    let (mut result, mut base, mut exponent) = (1_i64, base, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}
