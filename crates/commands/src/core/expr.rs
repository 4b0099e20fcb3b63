//! `expr`: arithmetic, comparisons and pieces of texts from arguments.

use world::Cx;

/// Parentheses nest at most so deep.
const DEPTH_MAX: usize = 60;

/// From the loosest to the tightest.
const LEVELS: [&[&str]; 6] =
    [&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];

struct Parser {
    args: Vec<String>,
    at: usize,
    depth: usize,
}

type Parsed = Result<String, String>;

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let mut args = cx.args();
    if let [only] = &args[..]
        && only == "--help"
    {
        cx.out("Usage: expr EXPRESSION\nPrint the value of EXPRESSION.\n");
        return 0;
    }
    if args.first().is_some_and(|arg| arg == "--") {
        args.remove(0);
    }
    if args.is_empty() {
        cx.err("expr: missing operand\nTry 'expr --help' for more information.\n");
        return 2;
    }
    let mut parser = Parser { args, at: 0, depth: 0 };
    let value = parser.level(0, true).and_then(|value| match parser.args.get(parser.at) {
        Some(rest) => Err(format!("syntax error: unexpected argument ‘{rest}’")),
        None => Ok(value),
    });
    match value {
        Ok(value) => {
            let code = i32::from(is_nothing(&value));
            cx.out(value + "\n");
            code
        }
        Err(message) => {
            cx.err(format!("expr: {message}\n"));
            2
        }
    }
}

/// Empty, or zero.
fn is_nothing(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    value.is_empty() || (!digits.is_empty() && digits.bytes().all(|b| b == b'0'))
}

fn number(value: &str) -> Option<i64> {
    if value.starts_with('+') { None } else { value.parse().ok() }
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.args.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Parsed {
        match self.args.get(self.at) {
            Some(arg) => {
                self.at += 1;
                Ok(arg.clone())
            }
            None => Err(format!("syntax error: missing argument after ‘{}’", self.args[self.args.len() - 1])),
        }
    }

    /// Operators of one level. What an `|` or `&` does not need is read, and not computed.
    fn level(&mut self, level: usize, counts: bool) -> Parsed {
        let Some(signs) = LEVELS.get(level) else { return self.term(counts) };
        let mut left = self.level(level + 1, counts)?;
        while let Some(sign) = self.peek().and_then(|arg| signs.iter().find(|sign| **sign == arg)) {
            self.at += 1;
            let needed = match *sign {
                "|" => is_nothing(&left),
                "&" => !is_nothing(&left),
                _ => true,
            };
            let right = self.level(level + 1, counts && needed)?;
            if counts {
                left = operate(sign, &left, &right)?;
            }
        }
        Ok(left)
    }

    fn term(&mut self, counts: bool) -> Parsed {
        let word = self.next()?;
        match word.as_str() {
            "(" => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err("syntax error: the expression is nested too deeply".into());
                }
                let value = self.level(0, counts)?;
                self.depth -= 1;
                match self.peek() {
                    Some(")") => self.at += 1,
                    Some(other) => return Err(format!("syntax error: expecting ')' instead of ‘{other}’")),
                    None => return Err(format!("syntax error: expecting ')' after ‘{}’", self.args[self.at - 1])),
                }
                Ok(value)
            }
            ")" => Err("syntax error: unexpected ')'".into()),
            "+" => self.next(),
            "length" => Ok(self.argument(counts)?.chars().count().to_string()),
            "match" => {
                let (text, pattern) = (self.argument(counts)?, self.argument(counts)?);
                if counts { matched(&text, &pattern) } else { Ok(text) }
            }
            "index" => {
                let (text, set) = (self.argument(counts)?, self.argument(counts)?);
                Ok(text.chars().position(|c| set.contains(c)).map_or(0, |at| at + 1).to_string())
            }
            "substr" => {
                let (text, from, count) = (self.argument(counts)?, self.argument(counts)?, self.argument(counts)?);
                let at = |value: &str| number(value).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                Ok(match at(&from) {
                    0 => String::new(),
                    from => text.chars().skip(from - 1).take(at(&count)).collect(),
                })
            }
            _ => Ok(word),
        }
    }

    /// What a word like `length` works on: a term, whatever stands around it.
    fn argument(&mut self, counts: bool) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("syntax error: the expression is nested too deeply".into());
        }
        let value = self.term(counts);
        self.depth -= 1;
        value
    }
}

fn operate(sign: &str, left: &str, right: &str) -> Parsed {
    let nothing = |text: &str| is_nothing(text);
    let truth = |holds: bool| Ok(if holds { "1" } else { "0" }.to_string());
    match sign {
        "|" if !nothing(left) => Ok(left.into()),
        "|" => Ok(if nothing(right) { "0" } else { right }.into()),
        "&" => Ok(if nothing(left) || nothing(right) { "0" } else { left }.into()),
        ":" => matched(left, right),
        "<" | "<=" | "=" | "==" | "!=" | ">=" | ">" => {
            let order = match (number(left), number(right)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => left.cmp(right),
            };
            truth(match sign {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                "!=" => order.is_ne(),
                ">=" => order.is_ge(),
                ">" => order.is_gt(),
                _ => order.is_eq(),
            })
        }
        _ => {
            let (Some(a), Some(b)) = (number(left), number(right)) else { return Err("non-integer argument".into()) };
            if b == 0 && matches!(sign, "/" | "%") {
                return Err("division by zero".into());
            }
            let result = match sign {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            // Unlike expr: numbers end where 64 bits do.
            result.map(|n| n.to_string()).ok_or_else(|| format!("{left}: Numerical result out of range"))
        }
    }
}

/// How much of the text's beginning the pattern takes; with a group, what that one holds.
fn matched(text: &str, pattern: &str) -> Parsed {
    let whole = format!("^\\({pattern}\\)");
    let regex = shell::regex::build(&whole, shell::regex::Syntax::Basic, false)?;
    let grouped = regex.captures_len() > 2;
    let found = regex.captures(text);
    Ok(match (grouped, found) {
        (true, found) => found.and_then(|all| all.get(2)).map_or("", |group| group.as_str()).to_string(),
        (false, found) => found.map_or(0, |all| all[0].chars().count()).to_string(),
    })
}
