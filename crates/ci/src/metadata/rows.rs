//! Rows of `tags`, and the tag that each gives.

use super::About;

/// A row such as `type=semver,pattern={{version}}`, taken apart.
pub(super) struct Row<'a> {
    pub kind: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Row<'a> {
    /// A row without `type=` is a raw value.
    #[inline(never)]
    pub fn read(text: &'a str) -> Self {
        let pairs: Vec<(&str, &str)> = text
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim()))
            .collect();
        let kind = pairs.iter().find(|(key, _)| *key == "type").map(|(_, value)| *value);
        match kind {
            Some(kind) => Self { kind, pairs },
            None => {
                Self { kind: "raw", pairs: [vec![("value", text.split(',').next().unwrap_or(text))], pairs].concat() }
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
    }

    #[inline(never)]
    pub fn priority(&self) -> Result<i64, String> {
        let own = match self.kind {
            "schedule" => 1_000,
            "semver" => 900,
            "edge" => 700,
            "ref" => 600,
            "raw" => 200,
            "sha" => 100,
            "match" | "pep440" => {
                return Err(format!("type={} is real, but not part of this sandbox yet", self.kind));
            }
            other => return Err(format!("Unknown tag type attribute: {other}")),
        };
        Ok(self.get("priority").and_then(|text| text.parse().ok()).unwrap_or(own))
    }
}

/// What stands in no tag becomes `-`.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
}

/// Major, minor, patch and what stands behind a `-`; `None` for what is no version.
fn semver(text: &str) -> Option<([&str; 3], &str)> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let (numbers, pre) = bare.split_once('-').unwrap_or((bare, ""));
    let parts: Vec<&str> = numbers.split('+').next()?.split('.').collect();
    let [major, minor, patch] = parts[..] else { return None };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    [major, minor, patch].iter().all(|part| number(part)).then_some(([major, minor, patch], pre))
}

/// The tag that a row gives, and whether `latest` goes with it.
#[inline(never)]
pub(super) fn tag_of(row: &Row<'_>, about: &About<'_>) -> Result<Option<(String, bool)>, String> {
    let plain = |text: String| Ok(Some((clean(&text), false)));
    match row.kind {
        "ref" => match (row.get("event"), about.pull) {
            (Some("branch"), None) if !about.tag => plain(about.name.into()),
            (Some("tag"), None) if about.tag => Ok(Some((clean(about.name), true))),
            (Some("pr"), Some(number)) => plain(format!("{}{number}", row.get("prefix").unwrap_or("pr-"))),
            (Some("branch" | "tag" | "pr"), _) => Ok(None),
            (event, _) => Err(format!("Invalid event for ref: {}", event.unwrap_or_default())),
        },
        "sha" => {
            let short =
                if row.get("format") == Some("long") { about.commit } else { crate::engine::short(about.commit) };
            plain(format!("{}{short}", row.get("prefix").unwrap_or("sha-")))
        }
        "raw" => plain(about.filled(row.get("value").unwrap_or_default())?),
        "edge" => {
            let branch = row.get("branch").unwrap_or(about.default_branch);
            Ok((about.pull.is_none() && !about.tag && about.name == branch).then(|| ("edge".to_string(), false)))
        }
        "semver" => {
            let value = row.get("value").unwrap_or(if about.tag { about.name } else { "" });
            let value = &about.filled(value)?;
            let Some(([major, minor, patch], pre)) = semver(value) else { return Ok(None) };
            let pattern = row.get("pattern").unwrap_or("{{version}}");
            let version = if pre.is_empty() {
                [major, ".", minor, ".", patch].concat()
            } else {
                [major, ".", minor, ".", patch, "-", pre].concat()
            };
            // A version that is not out yet has no shorter names.
            if !pre.is_empty() && !pattern.contains("{{raw}}") {
                return plain(version);
            }
            let text = pattern
                .replace("{{raw}}", value)
                .replace("{{version}}", &version)
                .replace("{{major}}", major)
                .replace("{{minor}}", minor)
                .replace("{{patch}}", patch);
            Ok(Some((clean(&text), pre.is_empty())))
        }
        _ if about.event != "schedule" => Ok(None),
        _ => plain(about.filled(row.get("pattern").unwrap_or("nightly"))?),
    }
}
