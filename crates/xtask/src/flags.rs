//! The words and options after a command. Whatever is left over is an error, never ignored.

use anyhow::Result;

/// A command line that cannot be understood: printed as it is, exit code 2.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The words that are not yet understood.
#[derive(Debug)]
pub struct Flags {
    words: Vec<String>,
}

impl Flags {
    /// Splits `--name=value` into two words.
    pub fn new(args: &[String]) -> Self {
        let split = |arg: &String| match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => vec![name.to_owned(), value.to_owned()],
            _ => vec![arg.clone()],
        };
        Self { words: args.iter().flat_map(split).collect() }
    }

    /// Takes a switch.
    pub fn has(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes an option with its value.
    pub fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.words.iter().position(|word| word == name) else {
            return Ok(None);
        };
        if at + 1 == self.words.len() {
            return Err(Usage(format!("{name} wants a value")).into());
        }
        self.words.remove(at);
        Ok(Some(self.words.remove(at)))
    }

    /// Takes the next word that is no option.
    pub fn word(&mut self) -> Option<String> {
        let at = self.words.iter().position(|word| !word.starts_with('-'))?;
        Some(self.words.remove(at))
    }

    /// Nothing may be left.
    pub fn done(self) -> Result<()> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(Usage(format!("`{word}` is not understood here")).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(line: &str) -> Flags {
        Flags::new(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_words_and_switches_in_any_order() {
        let mut flags = flags("sizes --base=/x/ --skip-opt");
        assert!(flags.has("--skip-opt"));
        assert!(!flags.has("--skip-opt"));
        assert_eq!(flags.value("--base").unwrap().as_deref(), Some("/x/"));
        assert_eq!(flags.word().as_deref(), Some("sizes"));
        flags.done().unwrap();
    }

    #[test]
    fn what_is_left_over_is_named() {
        assert_eq!(flags("--what").done().unwrap_err().to_string(), "`--what` is not understood here");
        assert!(flags("--base").value("--base").unwrap_err().is::<Usage>());
    }
}
