//! Reading options: `--name value` in any order, then operands.

use crate::Usage;

/// What stood on the command line.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub options: Vec<(String, String)>,
    pub operands: Vec<String>,
}

impl Given {
    /// `valued` take a value, `flags` do not; anything else is refused.
    pub fn read(args: &[String], valued: &[&str], flags: &[&str]) -> Result<Self, Usage> {
        let mut given = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (name, inline) = arg.split_once('=').map_or((arg.as_str(), None), |(n, v)| (n, Some(v.to_string())));
            if valued.contains(&name) {
                let value = inline.or_else(|| args.next().cloned());
                let value = value.ok_or_else(|| Usage(format!("{name} needs a value")))?;
                given.options.push((name.to_string(), value));
            } else if flags.contains(&arg.as_str()) {
                given.options.push((arg.clone(), String::new()));
            } else if arg.len() > 1 && arg.starts_with('-') {
                return Err(Usage(format!("unknown option {arg}")));
            } else {
                given.operands.push(arg.clone());
            }
        }
        Ok(given)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.options.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(n, _)| n == name)
    }

    pub fn seed(&self) -> Result<u64, Usage> {
        match self.value("--seed") {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| Usage(format!("--seed: \"{text}\" is no number"))),
        }
    }
}
