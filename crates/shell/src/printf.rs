//! `printf`, as bash's builtin of this name.

use crate::echo::{Escapes, unescape_bytes};
use crate::format;
use crate::run::Flow;
use crate::state::Bash;
use sim::Time;
use world::Cx;

pub(crate) fn printf(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut args = args;
    let mut into = None;
    if let [flag, name, rest @ ..] = args
        && flag == "-v"
    {
        into = Some(name.clone());
        args = rest;
    }
    if args.first().is_some_and(|arg| arg == "--") {
        args = &args[1..];
    }
    let Some((format, values)) = args.split_first() else {
        cx.err("printf: usage: printf [-v var] format [arguments]\n");
        return shell.end(2);
    };
    let mut printer = Printer { values, at: 0, out: Vec::new(), wrong: Vec::new(), stop: false, now: cx.now() };
    let format: Vec<char> = format.chars().collect();
    loop {
        let before = printer.at;
        let fatal = printer.round(&format);
        if fatal || printer.stop || printer.at >= values.len() || printer.at == before {
            break;
        }
    }
    let Printer { out, wrong, .. } = printer;
    for message in &wrong {
        shell.complain(cx, &format!("printf: {message}"));
    }
    match into {
        Some(name) => {
            if let Err(trouble) = shell.assign_place(&name, &String::from_utf8_lossy(&out), cx) {
                return shell.trouble(trouble, cx);
            }
        }
        None => cx.out(out),
    }
    shell.end(i32::from(!wrong.is_empty()))
}

struct Printer<'a> {
    values: &'a [String],
    at: usize,
    out: Vec<u8>,
    wrong: Vec<String>,
    /// `%b` met a `\c`.
    stop: bool,
    now: Time,
}

impl Printer<'_> {
    fn next(&mut self) -> Option<String> {
        let value = self.values.get(self.at).cloned();
        self.at += 1;
        value
    }

    /// The format once; true where it cannot go on.
    fn round(&mut self, format: &[char]) -> bool {
        let mut at = 0;
        while at < format.len() {
            if format[at] == '\\' {
                let length = escape_length(&format[at..]);
                let text: String = format[at..at + length].iter().collect();
                self.out.extend(unescape_bytes(&text, Escapes::Format).0);
                at += length;
                continue;
            }
            if format[at] != '%' {
                self.out.extend(format[at].encode_utf8(&mut [0; 4]).bytes());
                at += 1;
                continue;
            }
            at += 1;
            if format.get(at) == Some(&'%') {
                self.out.push(b'%');
                at += 1;
                continue;
            }
            if format[at..].contains(&'(')
                && let Some(length) = self.time(&format[at..])
            {
                at += length;
                continue;
            }
            let mut stars = Vec::new();
            let (spec, length) = {
                let mut star = || {
                    let value = self.next().unwrap_or_default();
                    let number = value.trim().parse().unwrap_or(0);
                    stars.push(value);
                    number
                };
                format::read(&format[at..], &mut star)
            };
            at += length;
            if self.convert(spec) {
                return true;
            }
            if self.stop {
                return false;
            }
        }
        false
    }

    fn convert(&mut self, spec: format::Spec) -> bool {
        match spec.conversion {
            's' => {
                let value = self.next().unwrap_or_default();
                self.out.extend(spec.text(&value).into_bytes());
            }
            'b' => {
                let value = self.next().unwrap_or_default();
                let (bytes, stop) = unescape_bytes(&value, Escapes::Echo);
                match spec.width == 0 && spec.precision.is_none() {
                    true => self.out.extend(bytes),
                    false => self.out.extend(spec.text(&String::from_utf8_lossy(&bytes)).into_bytes()),
                }
                self.stop |= stop;
            }
            'c' => {
                let value = self.next().unwrap_or_default();
                let first: String = value.chars().take(1).collect();
                self.out.extend(spec.pad(&first).into_bytes());
            }
            'q' => {
                let value = self.next().unwrap_or_default();
                self.out.extend(spec.text(&crate::quote::backslashed(&value)).into_bytes());
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let value = self.integer();
                self.out.extend(spec.integer(value).into_bytes());
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let value = self.next().unwrap_or_default();
                let text = value.trim();
                let number = match text.chars().next() {
                    None => 0.0,
                    Some('\'' | '"') => text.chars().nth(1).map_or(0.0, |c| f64::from(u32::from(c))),
                    Some(_) => manifest::float_of(text).unwrap_or_else(|| {
                        self.wrong.push(format!("{value}: invalid number"));
                        0.0
                    }),
                };
                self.out.extend(spec.float(number).into_bytes());
            }
            '\0' => {
                self.wrong.push("`%': missing format character".into());
                return true;
            }
            other => {
                self.wrong.push(format!("`{other}': invalid format character"));
                return true;
            }
        }
        false
    }

    fn integer(&mut self) -> i64 {
        let Some(value) = self.next() else { return 0 };
        let text = value.trim_start();
        if let Some(rest) = text.strip_prefix(['\'', '"']) {
            return rest.chars().next().map_or(0, |c| i64::from(u32::from(c)));
        }
        if text.is_empty() {
            return 0;
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, radix) = match digits {
            d if d.starts_with("0x") || d.starts_with("0X") => (&d[2..], 16),
            d if d.starts_with('0') && d.len() > 1 => (&d[1..], 8),
            d => (d, 10),
        };
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        if end < digits.len() || (end == 0 && radix != 8) {
            self.wrong.push(format!("{value}: invalid {}number", if radix == 8 && end > 0 { "octal " } else { "" }));
        }
        i64::from_str_radix(&digits[..end], radix).unwrap_or(if end > 0 { i64::MAX } else { 0 }).wrapping_mul(sign)
    }

    /// `%(format)T`: its length; `None` where this is something else.
    fn time(&mut self, format: &[char]) -> Option<usize> {
        let open = format.iter().position(|c| *c == '(')?;
        if !format[..open].iter().all(|c| "-0123456789".contains(*c)) {
            return None;
        }
        let close = format.windows(2).position(|pair| pair == [')', 'T'])?;
        let inner: String = format[open + 1..close].iter().collect();
        let value = self.next().and_then(|text| text.parse::<i64>().ok());
        let time = match value {
            Some(secs) if secs >= 0 => Time::from_unix_secs(secs.unsigned_abs()),
            _ => self.now,
        };
        let inner = if inner.is_empty() { "%H:%M:%S".into() } else { inner };
        self.out.extend(crate::clock::strftime(&inner, time).into_bytes());
        Some(close + 2)
    }
}

/// How many characters an escape takes.
fn escape_length(chars: &[char]) -> usize {
    let run = |from: usize, radix: u32, most: usize| {
        chars[from..].iter().take(most).take_while(|c| c.is_digit(radix)).count()
    };
    match chars.get(1) {
        None => 1,
        Some('0'..='7') => 1 + run(1, 8, 3),
        Some('x') => 2 + run(2, 16, 2),
        Some('u') => 2 + run(2, 16, 4),
        Some('U') => 2 + run(2, 16, 8),
        Some(_) => 2,
    }
}
