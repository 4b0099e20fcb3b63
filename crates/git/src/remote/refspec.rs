//! `+refs/heads/*:refs/remotes/origin/*`.

/// Which references of one side become which of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refspec {
    /// `+`: also where history is rewritten.
    pub force: bool,
    pub from: String,
    /// Empty where only FETCH_HEAD shall know it, or for `:branch`, `from` is empty: delete.
    pub to: String,
}

impl Refspec {
    pub fn parse(text: &str) -> Self {
        let (force, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
        let (from, to) = rest.split_once(':').unwrap_or((rest, ""));
        Self { force, from: from.into(), to: to.into() }
    }

    /// What a reference of the one side is called on the other; `None` where the refspec does not name it.
    pub fn map(&self, name: &str) -> Option<String> {
        match (self.from.split_once('*'), self.to.split_once('*')) {
            (Some((before, after)), Some((to_before, to_after))) => {
                let middle = name.strip_prefix(before)?.strip_suffix(after)?;
                Some(format!("{to_before}{middle}{to_after}"))
            }
            _ => (self.from == name).then(|| self.to.clone()),
        }
    }
}
