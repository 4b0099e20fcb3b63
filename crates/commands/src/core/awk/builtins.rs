//! Awk's own functions.

use super::run::{Cell, Machine, Run, Stop, known};
use super::tree::Expr;
use super::value::Value;
use shell::format;
use sim::Time;
use world::Cx;

impl Machine<'_> {
    pub fn builtin(&mut self, name: &str, args: &[Expr], cx: &mut Cx<'_>) -> Run<Value> {
        match name {
            "length" => return self.length(args, cx),
            "split" => return self.split_into(args, cx),
            "sub" | "gsub" => return self.substitute(args, name == "gsub", cx),
            "match" => return self.matched(args, cx),
            _ => {}
        }
        let values = args.iter().map(|arg| self.eval(arg, cx)).collect::<Run<Vec<Value>>>()?;
        let format = self.global_text(known::CONVFMT);
        let text = |at: usize| values.get(at).map_or(String::new(), |value| value.text(&format));
        let number = |at: usize| values.get(at).map_or(0.0, Value::number);
        Ok(match name {
            "sprintf" => Value::Text(self.sprintf(&values)?),
            "substr" => Value::Text(substr(&text(0), number(1), values.get(2).map(Value::number))),
            "index" => {
                let (text, part) = (text(0), text(1));
                let at = text.find(&part).map_or(0, |at| text[..at].chars().count() + 1);
                count(at)
            }
            "tolower" => Value::Text(text(0).to_lowercase()),
            "toupper" => Value::Text(text(0).to_uppercase()),
            "int" => Value::Number(number(0).trunc()),
            "sqrt" => Value::Number(libm::sqrt(number(0))),
            "exp" => Value::Number(libm::exp(number(0))),
            "log" => Value::Number(libm::log(number(0))),
            "sin" => Value::Number(libm::sin(number(0))),
            "cos" => Value::Number(libm::cos(number(0))),
            "atan2" => Value::Number(libm::atan2(number(0), number(1))),
            "rand" => Value::Number(self.rand()),
            "srand" => {
                let before = self.last_seed;
                self.last_seed = if values.is_empty() { whole(self.now.unix_secs()) } else { number(0) };
                self.seed = self.last_seed.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                Value::Number(before)
            }
            "systime" => Value::Number(whole(self.now.unix_secs())),
            "strftime" => {
                let format = if values.is_empty() { "%c".to_string() } else { text(0) };
                let time = if values.len() > 1 { Time::from_unix_secs(secs(number(1))) } else { self.now };
                Value::Text(shell::clock::strftime(&format, time))
            }
            "mktime" => {
                let text = text(0);
                let parts: Vec<&str> = text.split_whitespace().collect();
                let [y, m, d, h, min, s, ..] = parts[..] else { return Ok(Value::Number(-1.0)) };
                let time = Time::parse_rfc3339(&format!("{y}-{m}-{d}T{h}:{min}:{s}Z"));
                Value::Number(time.map_or(-1.0, |time| whole(time.unix_secs())))
            }
            "close" => {
                self.inputs.remove(&text(0));
                Value::Number(0.0)
            }
            _ => Value::Number(0.0),
        })
    }

    fn length(&mut self, args: &[Expr], cx: &mut Cx<'_>) -> Run<Value> {
        let text = match args {
            [] => self.record().to_string(),
            [Expr::Var(place), ..] if self.is_array(*place) => {
                let array = self.array(*place)?;
                return Ok(count(self.arrays[array].len()));
            }
            [expr, ..] => self.string(expr, cx)?,
        };
        Ok(count(text.chars().count()))
    }

    fn is_array(&self, place: super::tree::Place) -> bool {
        let cell = match place {
            super::tree::Place::Global(at) => self.globals.get(at),
            super::tree::Place::Local(at) => self.frames.last().and_then(|frame| frame.get(at)),
        };
        matches!(cell, Some(Cell::Array(_)))
    }

    fn split_into(&mut self, args: &[Expr], cx: &mut Cx<'_>) -> Run<Value> {
        let [text, Expr::Var(place), rest @ ..] = args else {
            return Err(Stop::Wrong("split needs a text and an array".into()));
        };
        let text = self.string(text, cx)?;
        let separator = match rest.first() {
            None => self.global_text(known::FS),
            // A blank between slashes is one blank.
            Some(Expr::Regex(regex)) if regex == " " => "[ ]".into(),
            Some(Expr::Regex(regex)) => format!("({regex})"),
            Some(other) => self.string(other, cx)?,
        };
        let pieces = self.pieces(&text, &separator);
        let array = self.array(*place)?;
        self.arrays[array].clear();
        for (index, piece) in pieces.iter().enumerate() {
            *self.arrays[array].item(&(index + 1).to_string()) = Value::Input(piece.clone());
        }
        Ok(count(pieces.len()))
    }

    fn matched(&mut self, args: &[Expr], cx: &mut Cx<'_>) -> Run<Value> {
        let [text, pattern, ..] = args else { return Err(Stop::Wrong("match needs two arguments".into())) };
        let text = self.string(text, cx)?;
        let regex = self.regex_of(pattern, cx)?;
        let found = regex
            .find(&text)
            .map(|found| (text[..found.start()].chars().count() + 1, text[found.start()..found.end()].chars().count()));
        let start = count(found.map_or(0, |(start, _)| start));
        self.globals[known::RSTART] = Cell::Value(start.clone());
        self.globals[known::RLENGTH] = Cell::Value(found.map_or(Value::Number(-1.0), |(_, length)| count(length)));
        Ok(start)
    }

    fn substitute(&mut self, args: &[Expr], all: bool, cx: &mut Cx<'_>) -> Run<Value> {
        let [pattern, with, rest @ ..] = args else { return Err(Stop::Wrong("sub needs two arguments".into())) };
        let regex = self.regex_of(pattern, cx)?;
        let with = self.string(with, cx)?;
        let whole_record = Expr::Field(Box::new(Expr::Number(0.0)));
        let target = rest.first().unwrap_or(&whole_record);
        let text = self.string(target, cx)?;
        let (mut out, mut at, mut hits) = (String::new(), 0, 0);
        let mut last_end = usize::MAX;
        for found in regex.find_iter(&text) {
            // An empty match right behind another one is none.
            if found.start() == found.end() && found.start() == last_end {
                continue;
            }
            out.push_str(&text[at..found.start()]);
            replacement(&with, found.as_str(), &mut out);
            at = found.end();
            last_end = at;
            hits += 1;
            if !all {
                break;
            }
        }
        out.push_str(&text[at..]);
        if hits > 0 && matches!(target, Expr::Var(_) | Expr::Field(_) | Expr::Item(..)) {
            self.store(target, Value::Text(out), cx)?;
        }
        Ok(count(hits))
    }

    pub fn sprintf(&self, values: &[Value]) -> Run<String> {
        let Some((format, values)) = values.split_first() else { return Ok(String::new()) };
        let convfmt = self.global_text(known::CONVFMT);
        let chars: Vec<char> = format.text(&convfmt).chars().collect();
        let (mut out, mut at, mut next) = (String::new(), 0, 0);
        while at < chars.len() {
            if chars[at] != '%' {
                out.push(chars[at]);
                at += 1;
                continue;
            }
            if chars.get(at + 1) == Some(&'%') {
                out.push('%');
                at += 2;
                continue;
            }
            let mut stars = next;
            let mut star = || {
                stars += 1;
                values.get(stars - 1).map_or(0, |value| integer(value.number()))
            };
            let (spec, length) = format::read(&chars[at + 1..], &mut star);
            next = stars;
            at += 1 + length;
            let Some(value) = values.get(next) else {
                return Err(Stop::Wrong(
                    "not enough arguments passed to sprintf(\"".to_string() + &chars.iter().collect::<String>() + "\")",
                ));
            };
            next += 1;
            out.push_str(&match spec.conversion {
                'd' | 'i' => format::Spec { conversion: 'd', ..spec }.integer(integer(value.number())),
                'o' | 'x' | 'X' | 'u' => spec.integer(integer(value.number())),
                'e' | 'E' | 'f' | 'F' | 'g' | 'G' => spec.float(value.number()),
                'c' => match value {
                    Value::Number(number) => spec.pad(
                        &u32::try_from(integer(*number))
                            .ok()
                            .and_then(char::from_u32)
                            .map_or(String::new(), String::from),
                    ),
                    other => spec.pad(&other.text(&convfmt).chars().take(1).collect::<String>()),
                },
                's' => spec.text(&value.text(&convfmt)),
                other => return Err(Stop::Wrong(format!("bad conversion '{other}' in a format"))),
            });
        }
        Ok(out)
    }

    fn rand(&mut self) -> f64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        f64::from(u32::try_from(self.seed >> 32).unwrap_or(0)) / 4_294_967_296.0
    }
}

/// `&` stands for what was found, `\&` for itself.
fn replacement(with: &str, found: &str, out: &mut String) {
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if matches!(chars.peek(), Some('&' | '\\')) => out.extend(chars.next()),
            '&' => out.push_str(found),
            c => out.push(c),
        }
    }
}

fn substr(text: &str, start: f64, length: Option<f64>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let start = libm::rint(start);
    let end = length.map_or(f64::INFINITY, |length| start + libm::rint(length));
    chars
        .into_iter()
        .enumerate()
        .filter(|(index, _)| {
            let at = f64::from(u32::try_from(*index).unwrap_or(u32::MAX)) + 1.0;
            at >= start && at < end
        })
        .map(|(_, c)| c)
        .collect()
}

fn count(n: usize) -> Value {
    Value::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)))
}

#[expect(clippy::cast_precision_loss, reason = "seconds fit")]
fn whole(secs: u64) -> f64 {
    secs as f64
}

#[expect(clippy::cast_possible_truncation, reason = "as casts saturate")]
fn integer(number: f64) -> i64 {
    number as i64
}

fn secs(number: f64) -> u64 {
    u64::try_from(integer(number)).unwrap_or(0)
}
