//! Variables in instructions: `$A`, `${A:-x}`, quotes (`frontend/dockerfile/shell`).

/// Fills in variables and takes quotes away.
pub(crate) fn expand(text: &str, env: &dyn Fn(&str) -> Option<String>, escape: char) -> Result<String, String> {
    Reader { chars: text.chars().collect(), at: 0, env, escape, keep: false }.read(None, 0)
}

/// Fills in variables; quotes stay.
pub(crate) fn expand_raw(text: &str, env: &dyn Fn(&str) -> Option<String>, escape: char) -> Result<String, String> {
    Reader { chars: text.chars().collect(), at: 0, env, escape, keep: true }.read(None, 0)
}

struct Reader<'e> {
    chars: Vec<char>,
    at: usize,
    env: &'e dyn Fn(&str) -> Option<String>,
    escape: char,
    keep: bool,
}

/// `${A:-${B:-…}}` goes no deeper than this.
const DEPTH_MAX: usize = 20;

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    #[inline(never)]
    fn read(&mut self, until: Option<char>, depth: usize) -> Result<String, String> {
        if depth > DEPTH_MAX {
            return Err("too many variables within variables".into());
        }
        let (mut out, mut double) = (String::new(), false);
        while let Some(c) = self.next() {
            match c {
                _ if Some(c) == until && !double => return Ok(out),
                '\'' if !double => {
                    if self.keep {
                        out.push(c);
                    }
                    loop {
                        match self.next() {
                            Some('\'') => break,
                            Some(inner) => out.push(inner),
                            None => {
                                return Err(
                                    "unexpected end of statement while looking for matching single-quote".into()
                                );
                            }
                        }
                    }
                    if self.keep {
                        out.push(c);
                    }
                }
                '"' => {
                    double = !double;
                    if self.keep {
                        out.push(c);
                    }
                }
                '$' => out.push_str(&self.variable(depth)?),
                _ if c == self.escape => {
                    if self.keep {
                        out.push(c);
                    }
                    match self.next() {
                        Some(next) if double && !self.keep && !['"', '$', self.escape].contains(&next) => {
                            out.push(c);
                            out.push(next);
                        }
                        Some(next) => out.push(next),
                        None => {}
                    }
                }
                other => out.push(other),
            }
        }
        if double {
            return Err("unexpected end of statement while looking for matching double-quote".into());
        }
        if until.is_some() { Err("syntax error: missing '}'".into()) } else { Ok(out) }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
            self.at += 1;
        }
        name
    }

    #[inline(never)]
    fn variable(&mut self, depth: usize) -> Result<String, String> {
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(if name.is_empty() { "$".into() } else { (self.env)(&name).unwrap_or_default() });
        }
        self.at += 1;
        let name = self.name();
        if name.is_empty() {
            return Err("syntax error: bad substitution".into());
        }
        let value = (self.env)(&name);
        let colon = self.peek() == Some(':');
        self.at += usize::from(colon);
        let set = value.clone().filter(|value| !colon || !value.is_empty());
        match self.next() {
            Some('}') if !colon => Ok(value.unwrap_or_default()),
            Some('-') => {
                let other = self.read(Some('}'), depth + 1)?;
                Ok(set.unwrap_or(other))
            }
            Some('+') => {
                let other = self.read(Some('}'), depth + 1)?;
                Ok(if set.is_some() { other } else { String::new() })
            }
            Some('?') => {
                let message = self.read(Some('}'), depth + 1)?;
                set.ok_or_else(|| {
                    let why = if message.is_empty() { "is not allowed to be unset".to_string() } else { message };
                    [&name, ": ", &why].concat()
                })
            }
            Some(other) => {
                Err(format!("unsupported modifier ({}{other}) in substitution", if colon { ":" } else { "" }))
            }
            None => Err("syntax error: missing '}'".into()),
        }
    }
}
