//! `--set` and its kin: `a.b[0]=x,c={1,2}` into values. Helm 3.17, `pkg/strvals`.

use gotemplate::quoted;
use manifest::Value;

const INDEX_MAX: i64 = 65_536;
const NESTING_MAX: usize = 30;

/// What stands behind `=`.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function has none")]
pub enum How<'h> {
    /// `--set`: numbers, bools and null are told from texts.
    Typed,
    /// `--set-string`.
    Text,
    /// `--set-json`.
    Json,
    /// `--set-literal`: everything to the end, no escapes.
    Literal,
    /// `--set-file`: the content of what is named.
    File(&'h dyn Fn(&str) -> Result<String, String>),
}

/// Sets what a line says.
pub fn set(into: &mut Value, line: &str, how: How<'_>) -> Result<(), String> {
    let mut parser = Parser { chars: line.chars().collect(), at: 0, how };
    loop {
        match parser.key(into, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Told(told)) => return Err(told),
        }
    }
}

enum Stop {
    /// Go's `io.EOF`.
    End,
    Told(String),
}

type Done<T> = Result<T, Stop>;

fn told<T>(text: String) -> Done<T> {
    Err(Stop::Told(text))
}

struct Parser<'h> {
    chars: Vec<char>,
    at: usize,
    how: How<'h>,
}

fn kind(value: &Value) -> &'static str {
    gotemplate::Val::of(value).type_name()
}

fn conversion<T>(value: &Value, wanted: &str) -> Done<T> {
    let found = if value.is_null() { "nil" } else { kind(value) };
    told(format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}"))
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// What stands before one of some characters, and which; none where the text ends first.
    fn until(&mut self, stop: &str) -> (String, Option<char>) {
        let mut text = String::new();
        let escapes = !matches!(self.how, How::Literal);
        while let Some(c) = self.next() {
            if stop.contains(c) {
                return (text, Some(c));
            }
            if c == '\\' && escapes {
                match self.next() {
                    Some(c) => text.push(c),
                    None => return (text, None),
                }
            } else {
                text.push(c);
            }
        }
        (text, None)
    }

    fn key(&mut self, data: &mut Value, nesting: usize) -> Done<()> {
        let stop = if matches!(self.how, How::Literal) { "=[." } else { "=[,." };
        let (key, last) = self.until(stop);
        match last {
            None if key.is_empty() => Err(Stop::End),
            None => told(format!("key {} has no value", quoted(&key))),
            Some('[') => {
                let index = self.index()?;
                let mut list = match data.get(&key) {
                    None => Vec::new(),
                    Some(Value::List(items)) => (**items).clone(),
                    Some(other) => return conversion(other, "[]interface {}"),
                };
                let done = self.item(&mut list, index, nesting);
                put(data, &key, list.into());
                done
            }
            Some('=') => {
                let (value, done) = self.value()?;
                if let Some(value) = value {
                    put(data, &key, value);
                }
                done
            }
            Some(',') => {
                put(data, &key, "".into());
                told(format!("key {} has no value (cannot end with ,)", quoted(&key)))
            }
            _ => {
                if nesting >= NESTING_MAX {
                    return told(format!(
                        "value name nested level is greater than maximum supported nested level of {NESTING_MAX}"
                    ));
                }
                let mut inner = match data.get(&key) {
                    None => Value::map(),
                    Some(map @ Value::Map(_)) => map.clone(),
                    Some(other) => return conversion(other, "map[string]interface {}"),
                };
                let done = self.key(&mut inner, nesting + 1);
                let empty = inner.entries().is_empty();
                if done.is_ok() && empty {
                    return told(format!("key map {} has no value", quoted(&key)));
                }
                if !empty {
                    put(data, &key, inner);
                }
                done
            }
        }
    }

    /// A value, if one is to be set, and what else came of it.
    fn value(&mut self) -> Done<(Option<Value>, Done<()>)> {
        match self.how {
            How::Json => {
                if self.empty() {
                    return Ok((Some(Value::Null), Ok(())));
                }
                let (value, len) = json_prefix(&self.chars[self.at..]).map_err(Stop::Told)?;
                self.at += len;
                self.empty();
                return Ok((Some(crate::load::floats(&value)), Ok(())));
            }
            How::Literal => {
                let rest: String = self.chars[self.at..].iter().collect();
                self.at = self.chars.len();
                return Ok((Some(rest.into()), Ok(())));
            }
            _ => {}
        }
        match self.chars.get(self.at) {
            None => Ok((Some("".into()), Err(Stop::End))),
            Some('{') => {
                self.at += 1;
                let list = self.list()?;
                Ok((Some(list.into()), Ok(())))
            }
            Some(_) => {
                let (text, _) = self.until(",");
                let value = self.read(&text)?;
                Ok((Some(value), Ok(())))
            }
        }
    }

    fn list(&mut self) -> Done<Vec<Value>> {
        let mut list = Vec::new();
        loop {
            let (text, last) = self.until(",}");
            match last {
                None => return told("list must terminate with '}'".into()),
                Some(c) => {
                    if c == '}' && self.chars.get(self.at) == Some(&',') {
                        self.at += 1;
                    }
                    list.push(self.read(&text)?);
                    if c == '}' {
                        return Ok(list);
                    }
                }
            }
        }
    }

    fn read(&self, text: &str) -> Done<Value> {
        match self.how {
            How::Typed => Ok(typed(text)),
            How::File(read) => read(text).map(Value::from).map_err(Stop::Told),
            _ => Ok(text.into()),
        }
    }

    fn index(&mut self) -> Done<i64> {
        let (text, last) = self.until("]");
        if last.is_none() {
            return told("error parsing index: EOF".into());
        }
        match text.parse::<i64>() {
            Ok(n) => Ok(n),
            Err(_) => told(format!("error parsing index: strconv.Atoi: parsing {}: invalid syntax", quoted(&text))),
        }
    }

    fn item(&mut self, list: &mut Vec<Value>, index: i64, nesting: usize) -> Done<()> {
        if index < 0 {
            return told(format!("negative {index} index not allowed"));
        }
        let (text, last) = self.until("[.=");
        if !text.is_empty() {
            return told(format!("unexpected data at end of array index: {}", quoted(&text)));
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match last {
            None => Err(Stop::End),
            Some('=') => {
                let (value, done) = self.value()?;
                if let Some(value) = value {
                    put_at(list, index, value)?;
                }
                // Helm forgets here that the text ended.
                done.or(Ok(()))
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get(at) {
                    Some(Value::List(items)) => (**items).clone(),
                    Some(Value::Null) | None => Vec::new(),
                    Some(other) => return conversion(other, "[]interface {}"),
                };
                self.item(&mut inner, next, nesting)?;
                put_at(list, index, inner.into())
            }
            _ => {
                let mut inner = match list.get(at) {
                    Some(map @ Value::Map(_)) => map.clone(),
                    _ => Value::map(),
                };
                let done = self.key(&mut inner, nesting);
                done?;
                put_at(list, index, inner)
            }
        }
    }

    /// Passes spaces and a comma; whether there is no value.
    fn empty(&mut self) -> bool {
        while let Some(c) = self.chars.get(self.at) {
            if *c == ',' {
                self.at += 1;
                return true;
            }
            if !c.is_whitespace() {
                return false;
            }
            self.at += 1;
        }
        true
    }
}

fn put(data: &mut Value, key: &str, value: Value) {
    if !key.is_empty() {
        data.make_map().insert(key, value);
    }
}

fn put_at(list: &mut Vec<Value>, index: i64, value: Value) -> Done<()> {
    if index > INDEX_MAX {
        return told(format!("index of {index} is greater than maximum supported index of {INDEX_MAX}"));
    }
    let at = usize::try_from(index).unwrap_or(0);
    if list.len() <= at {
        list.resize(at + 1, Value::Null);
    }
    list[at] = value;
    Ok(())
}

fn typed(text: &str) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        "0" => Value::Int(0),
        _ if text.starts_with('0') => text.into(),
        _ => text.parse::<i64>().map_or_else(|_| text.into(), Value::Int),
    }
}

/// The JSON value that a text begins with, and how many characters it takes.
fn json_prefix(chars: &[char]) -> Result<(Value, usize), String> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut end = chars.len();
    for (index, c) in chars.iter().enumerate() {
        if quoted {
            quoted = escaped || *c != '"';
            escaped = *c == '\\' && !escaped;
            if !quoted && depth == 0 {
                end = index + 1;
                break;
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    end = index + 1;
                    break;
                }
            }
            ',' if depth == 0 => {
                end = index;
                break;
            }
            _ => {}
        }
    }
    let text: String = chars[..end].iter().collect();
    Value::from_json(&text).map(|value| (value, end)).map_err(|_| "invalid JSON".into())
}
