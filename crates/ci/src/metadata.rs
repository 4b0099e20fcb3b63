//! `docker/metadata-action`: names and labels of an image, out of what started the run.
//! <https://github.com/docker/metadata-action#tags-input>

use order::Arrange;

/// What it knows of the run.
pub(crate) struct About<'a> {
    pub repo: &'a str,
    /// Branch or tag.
    pub name: &'a str,
    pub tag: bool,
    pub pull: Option<u32>,
    pub commit: &'a str,
    pub created: String,
    pub default_branch: &'a str,
}

pub(crate) struct Metadata {
    pub tags: Vec<String>,
    pub labels: Vec<String>,
    pub version: String,
}

/// A row such as `type=semver,pattern={{version}}`, taken apart.
struct Row<'a> {
    kind: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Row<'a> {
    /// A row without `type=` is a raw value.
    #[inline(never)]
    fn read(text: &'a str) -> Self {
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

    fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
    }

    #[inline(never)]
    fn priority(&self) -> Result<i64, String> {
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
fn clean(text: &str) -> String {
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
fn tag_of(row: &Row<'_>, about: &About<'_>) -> Result<Option<(String, bool)>, String> {
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
        "raw" => plain(row.get("value").unwrap_or_default().into()),
        "edge" => {
            let branch = row.get("branch").unwrap_or(about.default_branch);
            Ok((about.pull.is_none() && !about.tag && about.name == branch).then(|| ("edge".to_string(), false)))
        }
        "semver" => {
            let value = row.get("value").unwrap_or(if about.tag { about.name } else { "" });
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
        // Nothing in this sandbox is scheduled.
        _ => Ok(None),
    }
}

/// What the lines of `images`, `tags` and `flavor` give for this run.
#[inline(never)]
pub(crate) fn make(images: &str, tags: &str, flavor: &str, about: &About<'_>) -> Result<Metadata, String> {
    let usual = "type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr";
    let tags = if tags.trim().is_empty() { usual } else { tags };
    let flavors: Vec<(&str, &str)> = flavor.split(['\n', ',']).filter_map(|pair| pair.trim().split_once('=')).collect();
    let flavor = |key: &str| flavors.iter().find(|(own, _)| *own == key).map(|(_, value)| *value);
    let mut rows = Vec::new();
    for line in tags.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let row = Row::read(line);
        rows.push((-row.priority()?, row));
    }
    rows.arrange_by_key(|(priority, _)| *priority);
    let (mut versions, mut latest) = (Vec::<String>::new(), flavor("latest") == Some("true"));
    for (_, row) in rows.iter().filter(|(_, row)| row.get("enable") != Some("false")) {
        if let Some((tag, newest)) = tag_of(row, about)? {
            let prefix = match row.kind {
                "sha" => "",
                "ref" if row.get("event") == Some("pr") => "",
                _ => row.get("prefix").or(flavor("prefix")).unwrap_or_default(),
            };
            let tag = [prefix, &tag, row.get("suffix").or(flavor("suffix")).unwrap_or_default()].concat();
            latest |= newest && flavor("latest").is_none_or(|value| value == "auto");
            if !tag.is_empty() && !versions.contains(&tag) {
                versions.push(tag);
            }
        }
    }
    let version = versions.first().cloned().unwrap_or_default();
    if latest && !versions.is_empty() && !versions.iter().any(|tag| tag == "latest") {
        versions.push("latest".into());
    }
    let names = images.split(['\n', ',']).map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
    let full = names.flat_map(|name| versions.iter().map(move |tag| [&name, ":", tag].concat()));
    let url = ["https://forge.encore/", about.repo].concat();
    let title = about.repo.rsplit('/').next().unwrap_or(about.repo);
    let label = |(key, value): (&str, &str)| ["org.opencontainers.image.", key, "=", value].concat();
    let labels = [
        ("created", about.created.as_str()),
        ("description", ""),
        ("licenses", ""),
        ("revision", about.commit),
        ("source", &url),
        ("title", title),
        ("url", &url),
        ("version", &version),
    ];
    Ok(Metadata { tags: full.collect(), labels: labels.into_iter().map(label).collect(), version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn tags(rows: &str, flavor: &str, name: &str, tag: bool, pull: Option<u32>) -> String {
        let about = About {
            repo: "encore/web",
            name,
            tag,
            pull,
            commit: "860c1904a1ce19322e91ac35af1ab07466440c37",
            created: String::new(),
            default_branch: "main",
        };
        let made = make("name/app", rows, flavor, &about).unwrap();
        made.tags.join(" ").replace("name/app", "")
    }

    /// Rows of the tables in its README.
    #[test]
    fn names_are_those_of_its_readme() {
        assert_eq!(tags("", "", "main", false, None), ":main");
        assert_eq!(tags("", "", "v1.2.3", true, None), ":v1.2.3 :latest");
        assert_eq!(tags("", "", "topic", false, Some(2)), ":pr-2");
        assert_eq!(tags("type=ref,event=branch", "", "releases/v1", false, None), ":releases-v1");
        assert_eq!(tags("type=sha", "", "main", false, None), ":sha-860c190");
        assert_eq!(
            tags("type=sha,prefix=,format=long", "", "main", false, None),
            ":860c1904a1ce19322e91ac35af1ab07466440c37"
        );
        let semver = "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}\ntype=sha";
        assert_eq!(tags(semver, "", "v1.2.3", true, None), ":1.2.3 :1.2 :sha-860c190 :latest");
        assert_eq!(tags(semver, "", "v2.0.8-beta.67", true, None), ":2.0.8-beta.67 :sha-860c190");
        assert_eq!(tags(semver, "latest=false", "v1.2.3", true, None), ":1.2.3 :1.2 :sha-860c190");
        assert_eq!(
            tags("type=raw,value=foo\nbar", "latest=true,suffix=-x", "main", false, None),
            ":foo-x :bar-x :latest"
        );
        assert_eq!(tags("type=edge", "", "main", false, None), ":edge");
        assert_eq!(tags("type=raw,value=x,enable=false", "", "main", false, None), "");
    }
}
