//! `docker/metadata-action`: names and labels of an image, out of what started the run.
//! <https://github.com/docker/metadata-action#tags-input>

mod rows;

use crate::engine::Outcome;
use crate::expr::Data;
use order::Arrange;
use rows::{Row, clean, tag_of};
use std::sync::Arc;

/// What it knows of the run.
pub(crate) struct About<'a> {
    pub repo: &'a str,
    /// Branch or tag.
    pub name: &'a str,
    pub tag: bool,
    pub pull: Option<u32>,
    pub commit: &'a str,
    pub created: String,
    /// GitHub's word for what started the run.
    pub event: &'a str,
    /// Of a pull request, where it is to go.
    pub base: &'a str,
    pub default_branch: &'a str,
}

/// `with:`, each as it was written.
pub(crate) struct Wanted<'a> {
    pub images: &'a str,
    pub tags: &'a str,
    pub flavor: &'a str,
    pub labels: &'a str,
    pub annotations: &'a str,
}

pub(crate) struct Metadata {
    pub tags: Vec<String>,
    /// Without the images' names.
    pub names: Vec<String>,
    pub annotations: Vec<String>,
    pub labels: Vec<String>,
    pub version: String,
}

impl About<'_> {
    /// `{{branch}}`, `{{date 'YYYYMMDD'}}` and their like, filled in.
    #[inline(never)]
    fn filled(&self, text: &str) -> Result<String, String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, behind)) = rest.split_once("{{") {
            let Some((inside, after)) = behind.split_once("}}") else { break };
            out.push_str(before);
            let (word, argument) = inside.trim().split_once(' ').unwrap_or((inside.trim(), ""));
            let branch = !self.tag && self.pull.is_none();
            let default = branch && (self.name == self.default_branch || self.event == "schedule");
            match word {
                "branch" if branch => out.push_str(self.name),
                "tag" if self.tag => out.push_str(self.name),
                "branch" | "tag" => {}
                "sha" => out.push_str(crate::engine::short(self.commit)),
                "base_ref" => out.push_str(self.base),
                "is_default_branch" => out.push_str(if default { "true" } else { "false" }),
                "is_not_default_branch" => out.push_str(if default { "false" } else { "true" }),
                "date" => out.push_str(&self.date(argument)?),
                other => return Err(format!("{{{{{other}}}}} is not part of this sandbox")),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// When the run began, by a format of Moment's.
    #[inline(never)]
    fn date(&self, argument: &str) -> Result<String, String> {
        let quoted = argument.trim().strip_prefix('\'').and_then(|text| text.split_once('\''));
        let Some((format, rest)) = quoted else { return Err(format!("Unknown date format {argument}")) };
        if !matches!(rest.trim(), "" | "tz='UTC'") {
            return Err(format!("{}: only UTC is part of this sandbox", rest.trim()));
        }
        let part = |from: usize, to: usize| self.created.get(from..to).unwrap_or_default();
        let parts = [("YYYY", part(0, 4)), ("MM", part(5, 7)), ("DD", part(8, 10)), ("HH", part(11, 13))];
        let small = [("mm", part(14, 16)), ("ss", part(17, 19)), ("YY", part(2, 4))];
        let (mut out, mut left) = (String::new(), format);
        while let Some(c) = left.chars().next() {
            match parts.iter().chain(&small).find(|(sign, _)| left.starts_with(sign)) {
                Some((sign, text)) => {
                    out.push_str(text);
                    left = &left[sign.len()..];
                }
                None => {
                    out.push(c);
                    left = &left[c.len_utf8()..];
                }
            }
        }
        Ok(out)
    }
}

impl Metadata {
    /// The log and the outputs.
    #[inline(never)]
    pub fn outcome(self, between: &[String; 3]) -> Outcome {
        let texts = |list: &[String]| Data::array(list.iter().map(|text| Data::text(text)).collect());
        let pair = |label: &String| {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            (key.to_string(), Data::text(value))
        };
        let json = Data::Object(Arc::new(vec![
            ("tags".into(), texts(&self.tags)),
            ("tag-names".into(), texts(&self.names)),
            ("labels".into(), Data::Object(Arc::new(self.labels.iter().map(pair).collect()))),
            ("annotations".into(), texts(&self.annotations)),
        ]));
        let shown = json.to_json();
        let mut log = String::new();
        if self.version.is_empty() {
            log.push_str("::warning::No Docker image version has been generated. Check tags input.\n");
            log.push_str("::warning::No Docker tag has been generated. Check tags input.\n");
        }
        let groups = [
            ("Docker image version", self.version.clone()),
            ("Docker tags", if self.version.is_empty() { String::new() } else { self.tags.join("\n") }),
            ("Docker labels", self.labels.join("\n")),
            ("Annotations", self.annotations.join("\n")),
            ("JSON output", shown.clone()),
        ];
        for (title, text) in groups.into_iter().filter(|(_, text)| !text.is_empty()) {
            log.push_str(&["::group::", title, "\n", &text, "\n::endgroup::\n"].concat());
        }
        // In one line, as a program wants it.
        let line: String = shown.lines().map(str::trim_start).collect();
        let outputs = [
            ("version", self.version),
            ("tags", self.tags.join(&between[0])),
            ("tag-names", self.names.join(&between[0])),
            ("labels", self.labels.join(&between[1])),
            ("annotations", self.annotations.join(&between[2])),
            ("json", line),
        ];
        let env = |(name, value): &(&str, String)| {
            (["DOCKER_METADATA_OUTPUT_", &name.replace('-', "_").to_uppercase()].concat(), value.clone())
        };
        let env = outputs.iter().map(env).collect();
        let outputs = outputs.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        Outcome { log, outputs, env, ..Outcome::default() }
    }
}

/// `flavor`: an affix holds for `latest` too where `onlatest` stands in its line.
#[derive(Default)]
struct Flavor<'a> {
    latest: &'a str,
    prefix: &'a str,
    prefix_latest: bool,
    suffix: &'a str,
    suffix_latest: bool,
}

impl<'a> Flavor<'a> {
    #[inline(never)]
    fn read(text: &'a str) -> Result<Self, String> {
        let mut own = Self { latest: "auto", ..Self::default() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let on_latest = line.split(',').any(|pair| pair.trim() == "onlatest=true");
            for pair in line.split(',') {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                match key.trim() {
                    "latest" if ["auto", "true", "false"].contains(&value.trim()) => own.latest = value.trim(),
                    "latest" => return Err(format!("Invalid latest flavor entry: {line}")),
                    "prefix" => (own.prefix, own.prefix_latest) = (value.trim(), on_latest),
                    "suffix" => (own.suffix, own.suffix_latest) = (value.trim(), on_latest),
                    "onlatest" => {}
                    _ => return Err(format!("Unknown flavor entry: {line}")),
                }
            }
        }
        Ok(own)
    }
}

/// What the inputs give for this run.
#[inline(never)]
pub(crate) fn make(wanted: &Wanted<'_>, about: &About<'_>) -> Result<Metadata, String> {
    let usual = "type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr";
    let tags = if wanted.tags.trim().is_empty() { usual } else { wanted.tags };
    let flavor = Flavor::read(wanted.flavor)?;
    let mut rows = Vec::new();
    for line in tags.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let row = Row::read(line);
        rows.push((-row.priority()?, row));
    }
    rows.arrange_by_key(|(priority, _)| *priority);
    // The first tag decides on `latest`.
    let (mut versions, mut latest) = (Vec::<String>::new(), None);
    for (_, row) in &rows {
        match about.filled(row.get("enable").unwrap_or("true"))?.as_str() {
            "true" => {}
            "false" => continue,
            other => return Err(format!("Invalid value for enable attribute: {other}")),
        }
        if let Some((tag, newest)) = tag_of(row, about)? {
            let prefix = match row.kind {
                "sha" => "",
                "ref" if row.get("event") == Some("pr") => "",
                _ => row.get("prefix").unwrap_or(flavor.prefix),
            };
            let suffix = row.get("suffix").unwrap_or(flavor.suffix);
            let tag = clean(&[about.filled(prefix)?, tag, about.filled(suffix)?].concat());
            if !tag.is_empty() {
                latest.get_or_insert(if flavor.latest == "auto" { newest } else { flavor.latest == "true" });
            }
            if !tag.is_empty() && !versions.contains(&tag) {
                versions.push(tag);
            }
        }
    }
    let version = versions.first().cloned().unwrap_or_default();
    if latest == Some(true) {
        let affix = |on: bool, text: &'static str, own: &str| if on { own.to_string() } else { text.to_string() };
        let (before, behind) =
            (affix(flavor.prefix_latest, "", flavor.prefix), affix(flavor.suffix_latest, "", flavor.suffix));
        let name = [before, "latest".into(), behind].concat();
        if !versions.contains(&name) {
            versions.push(name);
        }
    }
    let mut names = Vec::new();
    for line in wanted.images.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (first, on) = line.split_once(",enable=").unwrap_or((line, "true"));
        if about.filled(on)? == "true" {
            names.extend(first.split(',').map(|name| name.trim().trim_start_matches("name=").to_lowercase()));
        }
    }
    let full: Vec<String> =
        names.iter().flat_map(|name| versions.iter().map(move |tag| [name, ":", tag].concat())).collect();
    let labels = labels(wanted.labels, about, &version)?;
    let annotations = self::labels(wanted.annotations, about, &version)?;
    let annotations = annotations.into_iter().map(|line| ["manifest:", &line].concat()).collect();
    let tags = if names.is_empty() { versions.clone() } else { full };
    Ok(Metadata { tags, names: versions, annotations, labels, version })
}

/// The usual labels and some of one's own, in order; what comes later wins.
#[inline(never)]
fn labels(own: &str, about: &About<'_>, version: &str) -> Result<Vec<String>, String> {
    let url = ["https://forge.encore/", about.repo].concat();
    let title = about.repo.rsplit('/').next().unwrap_or(about.repo);
    let label = |(key, value): (&str, &str)| (["org.opencontainers.image.", key].concat(), value.to_string());
    let mut all: order::OrdMap<String, String> = [
        ("created", about.created.as_str()),
        ("description", ""),
        ("licenses", ""),
        ("revision", about.commit),
        ("source", &url),
        ("title", title),
        ("url", &url),
        ("version", version),
    ]
    .into_iter()
    .map(label)
    .collect();
    for line in own.lines().map(str::trim) {
        if let Some((key, value)) = about.filled(line)?.split_once('=') {
            all.insert(key.into(), value.into());
        }
    }
    Ok(all.into_iter().map(|(key, value)| [&key, "=", &value].concat()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn tags(rows: &str, flavor: &str, name: &str, tag: bool, pull: Option<u32>) -> String {
        tags_on("push", rows, flavor, name, tag, pull)
    }

    fn tags_on(event: &str, rows: &str, flavor: &str, name: &str, tag: bool, pull: Option<u32>) -> String {
        let about = About {
            repo: "encore/web",
            name,
            tag,
            pull,
            commit: "860c1904a1ce19322e91ac35af1ab07466440c37",
            created: "2026-06-05T18:30:02Z".into(),
            event,
            base: "",
            default_branch: "main",
        };
        let wanted = Wanted { images: "name/app", tags: rows, flavor, labels: "", annotations: "" };
        let made = make(&wanted, &about).unwrap();
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
        let newest = "type=raw,value=latest,enable={{is_default_branch}}\ntype=ref,event=branch";
        assert_eq!(tags(newest, "", "main", false, None), ":main :latest");
        assert_eq!(tags(newest, "", "topic", false, None), ":topic");
        let nightly = "type=schedule\ntype=schedule,pattern={{date 'YYYYMMDD-HHmm'}}";
        assert_eq!(tags_on("schedule", nightly, "", "main", false, None), ":nightly :20260605-1830");
        assert_eq!(tags(nightly, "", "main", false, None), "");
        let affixes = "prefix=a-,onlatest=true\nsuffix=-z";
        assert_eq!(tags("type=semver,pattern={{version}}", affixes, "v1.2.3", true, None), ":a-1.2.3-z :a-latest");
        assert_eq!(tags("type=raw,value={{branch}}-{{sha}}", "", "main", false, None), ":main-860c190");
        let rows = "type=raw,value=own,priority=1000\ntype=semver,pattern={{version}}";
        assert_eq!(tags(rows, "", "v1.2.3", true, None), ":own :1.2.3", "the first one decides on latest");
    }
}
