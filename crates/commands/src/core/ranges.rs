//! Lists of numbers as `cut` reads them: `1,3-5,7-`.

/// From and to, both counted from 1.
pub(crate) struct Ranges(Vec<(usize, usize)>);

impl Ranges {
    /// `what`: field or byte, for the message.
    pub fn parse(list: &str, fields: bool) -> Result<Self, String> {
        let (kind, position) = if fields {
            ("field", "fields are numbered from 1")
        } else {
            ("byte/character position", "byte/character positions are numbered from 1")
        };
        let mut all = Vec::new();
        for item in list.split([',', ' ']) {
            let number = |text: &str| -> Result<usize, String> {
                text.parse().map_err(|_| {
                    if fields {
                        format!("invalid field value ‘{text}’")
                    } else {
                        format!("invalid byte/character position ‘{text}’")
                    }
                })
            };
            let (from, to) = match item.split_once('-') {
                Some(("", "")) => return Err("invalid range with no endpoint: -".into()),
                Some((from, to)) => {
                    let from = if from.is_empty() { 1 } else { number(from)? };
                    (from, if to.is_empty() { usize::MAX } else { number(to)? })
                }
                None if item.is_empty() => return Err(position.into()),
                None => (number(item)?, number(item)?),
            };
            if from == 0 || to == 0 {
                return Err(position.into());
            }
            if to < from {
                return Err("invalid decreasing range".into());
            }
            all.push((from, to));
        }
        if all.is_empty() {
            return Err(format!("you must specify a list of {kind}s"));
        }
        Ok(Self(all))
    }

    pub fn has(&self, at: usize) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&at))
    }
}
