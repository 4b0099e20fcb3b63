//! Awk's tokens.

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name with a parenthesis right behind it.
    Call(String),
    /// Keywords and signs.
    Sign(&'static str),
    Newline,
    End,
}

const KEYWORDS: [&str; 20] = [
    "BEGIN", "END", "break", "continue", "delete", "do", "else", "exit", "for", "function", "func", "getline", "if",
    "in", "next", "nextfile", "print", "printf", "return", "while",
];

const SIGNS: [&str; 44] = [
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", "!~", ">>", "{",
    "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "|", "?", ":", "~", "$", "=", "&",
    "@", "\\",
];

/// Tokens with their lines.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, u32)>, String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut line): (Vec<(Token, u32)>, usize, u32) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let c = chars[at];
        match c {
            ' ' | '\t' | '\r' => at += 1,
            '\\' if chars.get(at + 1) == Some(&'\n') => {
                at += 2;
                line += 1;
            }
            '#' => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '\n' => {
                out.push((Token::Newline, line));
                line += 1;
                at += 1;
            }
            '"' => {
                let (text, end) = string(&chars, at + 1).ok_or_else(|| {
                    let shown: String = chars[at..].iter().take_while(|c| **c != '\n').take(10).collect();
                    format!("line {line}: runaway string constant {shown} ...")
                })?;
                out.push((Token::Text(text), line));
                at = end;
            }
            '/' if regex_may_come(out.last().map(|(token, _)| token)) => {
                let (text, end) = regex(&chars, at + 1).ok_or_else(|| {
                    let shown: String = chars[at..].iter().take_while(|c| **c != '\n').take(10).collect();
                    format!("line {line}: runaway regular expression {shown} ...")
                })?;
                out.push((Token::Regex(text), line));
                at = end;
            }
            c if c.is_ascii_digit() || (c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) => {
                let (number, end) = number(&chars, at);
                out.push((Token::Number(number), line));
                at = end;
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let end = (at..chars.len())
                    .find(|i| !(chars[*i].is_ascii_alphanumeric() || chars[*i] == '_'))
                    .unwrap_or(chars.len());
                let name: String = chars[at..end].iter().collect();
                at = end;
                let token = word(name, chars.get(at) == Some(&'('));
                out.push((token, line));
            }
            _ => {
                let rest: String = chars[at..].iter().take(3).collect();
                let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) else {
                    return Err(format!("line {line}: unexpected character '{c}'"));
                };
                at += sign.len();
                let sign = match sign {
                    "**" => "^",
                    "**=" => "^=",
                    sign => sign,
                };
                out.push((Token::Sign(sign), line));
            }
        }
    }
    out.push((Token::End, line));
    Ok(out)
}

/// A keyword or a name; `called`: a parenthesis stands right behind it.
fn word(name: String, called: bool) -> Token {
    match KEYWORDS.into_iter().find(|word| *word == name) {
        Some("func") => Token::Sign("function"),
        Some(word) => Token::Sign(word),
        None if called => Token::Call(name),
        None => Token::Name(name),
    }
}

fn regex_may_come(before: Option<&Token>) -> bool {
    match before {
        None | Some(Token::Newline | Token::End) => true,
        Some(Token::Number(_) | Token::Text(_) | Token::Regex(_) | Token::Name(_) | Token::Call(_)) => false,
        Some(Token::Sign(sign)) => !matches!(*sign, ")" | "]" | "$" | "++" | "--" | "getline"),
    }
}

fn string(chars: &[char], mut at: usize) -> Option<(String, usize)> {
    let mut out = String::new();
    loop {
        let c = *chars.get(at)?;
        at += 1;
        match c {
            '"' => return Some((out, at)),
            '\n' => return None,
            '\\' => {
                let next = *chars.get(at)?;
                at += 1;
                match next {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'a' => out.push('\x07'),
                    'b' => out.push('\x08'),
                    'f' => out.push('\x0c'),
                    'v' => out.push('\x0b'),
                    '\\' | '"' | '/' => out.push(next),
                    '\n' => {}
                    '0'..='7' => {
                        let mut code = next.to_digit(8).unwrap_or(0);
                        for _ in 0..2 {
                            let Some(digit) = chars.get(at).and_then(|c| c.to_digit(8)) else { break };
                            code = code * 8 + digit;
                            at += 1;
                        }
                        out.push(char::from_u32(code & 255).unwrap_or('?'));
                    }
                    other => out.extend(['\\', other]),
                }
            }
            c => out.push(c),
        }
    }
}

fn regex(chars: &[char], mut at: usize) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut inside = false;
    loop {
        let c = *chars.get(at)?;
        at += 1;
        match c {
            '/' if !inside => return Some((out, at)),
            '\n' => return None,
            '\\' => {
                let next = *chars.get(at)?;
                at += 1;
                if next != '/' {
                    out.push('\\');
                }
                out.push(next);
            }
            c => {
                match c {
                    '[' if !inside => inside = chars[at..].iter().take_while(|c| **c != '\n').any(|c| *c == ']'),
                    ']' => inside = false,
                    _ => {}
                }
                out.push(c);
            }
        }
    }
}

fn number(chars: &[char], start: usize) -> (f64, usize) {
    let digits = |from: usize| from + chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut end = digits(start);
    if chars.get(end) == Some(&'.') {
        end = digits(end + 1);
    }
    if matches!(chars.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(chars.get(end + 1), Some('+' | '-')));
        if digits(end + 1 + sign) > end + 1 + sign {
            end = digits(end + 1 + sign);
        }
    }
    let text: String = chars[start..end].iter().collect();
    (manifest::float_of(text.trim_end_matches('.')).unwrap_or(0.0), end)
}
