//! `code=~"5.."`: one condition on a label.

use regex_lite::Regex;

#[derive(Debug, Clone)]
pub struct Matcher {
    pub name: String,
    pub value: String,
    negative: bool,
    pattern: Option<Regex>,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.value, self.operator()) == (&other.name, &other.value, other.operator())
    }
}

impl Matcher {
    /// The error is what the pattern is said to be.
    pub fn new(name: &str, operator: &str, value: &str) -> Result<Self, String> {
        let pattern = match operator {
            "=~" | "!~" => {
                let whole = ["^(?s:", value, ")$"].concat();
                Some(Regex::new(&whole).map_err(|_| format!("error parsing regexp: {value:?}"))?)
            }
            _ => None,
        };
        Ok(Self { name: name.into(), value: value.into(), negative: operator.starts_with('!'), pattern })
    }

    pub fn operator(&self) -> &'static str {
        match (self.pattern.is_some(), self.negative) {
            (false, false) => "=",
            (false, true) => "!=",
            (true, false) => "=~",
            (true, true) => "!~",
        }
    }

    pub fn fits(&self, value: &str) -> bool {
        let same = match &self.pattern {
            Some(pattern) => pattern.is_match(value),
            None => self.value == value,
        };
        same != self.negative
    }
}
