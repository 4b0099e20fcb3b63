//! The words and signs of a condition.

use manifest::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(Value),
    Text(String),
    Name(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 30] = [
    "**", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "..", "(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "<",
    ">", "+", "-", "*", "/", "%", "^", "!", "#",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let len = if c.is_ascii_digit() {
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
            let plain = rest[..len].replace('_', "");
            let whole = plain.parse::<i64>().map(Value::from);
            let number = whole.or_else(|_| plain.parse::<f64>().map(Value::from));
            found.push(Token::Number(number.map_err(|_| format!("bad number syntax: {:?}", &rest[..len]))?));
            len
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
            found.push(Token::Name(rest[..len].into()));
            len
        } else if matches!(c, '"' | '\'' | '`') {
            let end = rest[1..].find(c).ok_or("literal not terminated")?;
            found.push(Token::Text(rest[1..=end].into()));
            end + 2
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| format!("unrecognized character: U+{:04X} {c:?}", u32::from(c)))?;
            found.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest[len..].trim_start();
    }
    found.push(Token::End);
    Ok(found)
}

/// Left and right binding of the binary operators.
pub(super) fn level(token: &Token) -> Option<(&'static str, u8)> {
    let own = match token {
        Token::Sign(sign) => sign,
        Token::Name(name) => name.as_str(),
        _ => return None,
    };
    let all = [
        ("||", 10),
        ("or", 10),
        ("&&", 15),
        ("and", 15),
        ("==", 20),
        ("!=", 20),
        ("<", 20),
        (">", 20),
        ("<=", 20),
        (">=", 20),
        ("in", 20),
        ("+", 30),
        ("-", 30),
        ("*", 60),
        ("/", 60),
        ("%", 60),
        ("**", 100),
        ("^", 100),
        ("??", 101),
    ];
    all.into_iter().find(|(op, _)| *op == own)
}
