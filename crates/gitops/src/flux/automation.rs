//! image-automation-controller: writes what policies have chosen behind `# {"$imagepolicy": "ns:name"}` in a repository's
//! files, and commits it.

use super::kinds::{GIT, POLICY, kind_of};
use super::work::{After, DEPENDENCY, Work};
use super::{Artifact, Push};
use manifest::{Value, object};
use order::OrdMap;

const MARKER: &str = "\"$imagepolicy\"";
const MESSAGE: &str = "Update from image update automation";

fn failed(work: &mut Work<'_>, reason: &'static str, told: &str) -> After {
    let known = work.status.list_at("conditions").iter().any(|one| one.str_at("message") == told);
    work.failing(reason, told);
    if !known {
        work.event(true, reason, told);
    }
    work.log("Reconciler error", told);
    work.save();
    work.retry()
}

/// Why a spec cannot be worked with: reason and message.
fn wrong(spec: &Value) -> Option<(&'static str, String)> {
    let kind = spec.str_at("sourceRef.kind");
    if kind != "GitRepository" {
        let told = format!("source kind '{kind}' not supported: invalid source configuration");
        return Some(("InvalidSourceConfiguration", told));
    }
    if spec.at("git").is_null() {
        let told = "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration";
        return Some(("InvalidSourceConfiguration", told.into()));
    }
    if spec.str_at("git.commit.messageTemplate").contains("{{") {
        let told = "templates in spec.git.commit.messageTemplate are real Flux, but not part of this sandbox yet";
        return Some(("NotSupported", told.into()));
    }
    None
}

pub(crate) fn look(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let spec = work.spec().clone();
    if let Some((reason, told)) = wrong(&spec) {
        return work.stalled(reason, &told);
    }
    let name = spec.str_at("sourceRef.name");
    let Some(source) = work.other(GIT, &work.space_of(spec.at("sourceRef")), name) else {
        let told =
            format!("failed configuring source manager: gitrepositories.source.toolkit.fluxcd.io \"{name}\" not found");
        work.failing("SourceManagerFailed", &told);
        work.save();
        return After::In(DEPENDENCY);
    };
    let url = source.value.str_at("spec.url").to_string();
    let own = spec.at("git.checkout.ref").str_at("branch");
    let from = match (own, source.value.str_at("spec.ref.branch")) {
        ("", "") => "master",
        ("", of_source) => of_source,
        (own, _) => own,
    };
    let branch = match spec.str_at("git.push.branch") {
        "" => from,
        branch => branch,
    };
    let fetched = match work.forge.fetch(&url, &object! { "branch" => from }) {
        Ok(fetched) => fetched,
        Err(told) => return failed(work, "GitOperationFailed", &["failed to checkout source: ", &told].concat()),
    };
    let path = spec.str_at("update.path").trim_start_matches("./").trim_matches('/').to_string();
    let refs = chosen(work);
    let mut seen = Value::map();
    for (policy, latest) in &refs {
        seen.put(policy.split_once(':').map_or("", |(_, name)| name), latest.clone());
    }
    let same = *work.status.at("observedPolicies") == seen
        && work.status.str_at("observedSourceRevision") == fetched.revision
        && work.is_true("Ready");
    let found = if same { Some(OrdMap::new()) } else { updated(work, &refs, (&url, &fetched.revision), &path) };
    let changed = match found {
        Some(changed) => changed,
        None => {
            let told = format!("failed to apply policies: stat {path}: no such file or directory");
            return failed(work, "UpdateFailed", &told);
        }
    };
    work.status.put("lastAutomationRunTime", work.sim.now().rfc3339());
    work.status.put("observedSourceRevision", fetched.revision.as_str());
    work.status.put("observedPolicies", seen);
    let told = "repository up-to-date";
    if changed.is_empty() {
        let news = if same { "no change since last reconciliation" } else { told };
        work.event(false, "Succeeded", news);
        work.log(news, "");
    } else if let Err(told) = pushed(work, &spec, (&url, from, branch), changed) {
        return failed(work, "GitOperationFailed", &["failed to update source: ", &told].concat());
    }
    work.ready("Succeeded", told);
    work.save();
    work.later()
}

/// Commits and pushes, and says so.
fn pushed(
    work: &mut Work<'_>,
    spec: &Value,
    (url, from, branch): (&str, &str, &str),
    changed: OrdMap<String, String>,
) -> Result<(), String> {
    let message = match spec.str_at("git.commit.messageTemplate") {
        "" => MESSAGE,
        message => message,
    };
    let text = |path: &str, other: &str| match spec.str_at(path) {
        "" => other.to_string(),
        text => text.into(),
    };
    let author = (
        text("git.commit.author.name", "fluxcdbot"),
        text("git.commit.author.email", "fluxcdbot@users.noreply.github.com"),
    );
    let causes = work.memory.causes.clone();
    let push = Push {
        url: url.into(),
        from: from.into(),
        branch: branch.into(),
        files: changed,
        author,
        message: message.into(),
        causes,
    };
    let commit = work.forge.push(push)?;
    if branch == from {
        work.status.put("observedSourceRevision", [from, "@sha1:", &commit].concat());
    }
    work.status.put("lastPushCommit", commit.as_str());
    work.status.put("lastPushTime", work.sim.now().rfc3339());
    let told = format!("pushed commit '{}' to branch '{branch}'\n{message}", commit.get(..7).unwrap_or(&commit));
    work.event(false, "Succeeded", &told);
    work.log(&told, "");
    Ok(())
}

/// The files below a folder that get another image, with their new texts; nothing where there is no such folder.
fn updated(
    work: &Work<'_>,
    refs: &OrdMap<String, Value>,
    (url, revision): (&str, &str),
    path: &str,
) -> Option<OrdMap<String, String>> {
    let at = Artifact { url: url.into(), revision: revision.into(), ignore: String::new() };
    let mut changed = OrdMap::new();
    for (file, bytes) in work.forge.files(&at, path)? {
        let yaml = file.ends_with(".yaml") || file.ends_with(".yml");
        let text = String::from_utf8_lossy(&bytes);
        if let Some(new) = yaml.then(|| replaced(&text, refs)).flatten() {
            changed.insert(if path.is_empty() { file } else { [path, "/", &file].concat() }, new);
        }
    }
    Some(changed)
}

/// What each policy of the namespace has chosen, by `namespace:name`: name, tag and digest.
fn chosen(work: &Work<'_>) -> OrdMap<String, Value> {
    let mut found = OrdMap::new();
    if let Some(kind) = kind_of(work.cluster, POLICY) {
        for policy in work.cluster.store().all(kind, Some(work.object.namespace())) {
            let latest = policy.value.at("status.latestRef");
            if !latest.is_null() {
                found.insert([policy.namespace(), ":", policy.name()].concat(), latest.clone());
            }
        }
    }
    found
}

/// A text with new values before its markers; nothing where none is new.
fn replaced(text: &str, refs: &OrdMap<String, Value>) -> Option<String> {
    if !text.contains(MARKER) {
        return None;
    }
    let lines: Vec<String> = text.split('\n').map(|line| set(line, refs).unwrap_or_else(|| line.to_string())).collect();
    let new = lines.join("\n");
    (new != text).then_some(new)
}

/// `image: a:1 # {"$imagepolicy": "ns:name"}` with another image; the quotes around it stay.
fn set(line: &str, refs: &OrdMap<String, Value>) -> Option<String> {
    let (before, comment) = line.split_once(" #")?;
    let marker = Value::from_json(comment.trim()).ok()?;
    let name = marker.get("$imagepolicy")?.as_str()?;
    let mut parts = name.splitn(3, ':');
    let policy = [parts.next()?, ":", parts.next()?].concat();
    let latest = refs.get(&policy)?;
    let (image, tag, digest) = (latest.str_at("name"), latest.str_at("tag"), latest.str_at("digest"));
    let value = match parts.next() {
        None if digest.is_empty() => [image, ":", tag].concat(),
        None => [image, ":", tag, "@", digest].concat(),
        Some("tag") => tag.into(),
        Some("name") => image.into(),
        Some("digest") => digest.into(),
        Some(_) => return None,
    };
    let start = before.find(": ").map(|at| at + 2).or_else(|| before.find("- ").map(|at| at + 2))?;
    let old = before[start..].trim();
    let quote = old.chars().next().filter(|c| matches!(c, '"' | '\'')).map_or(String::new(), String::from);
    let blanks = &before[start..][..before[start..].len() - before[start..].trim_start().len()];
    let tail = &before[before.trim_end().len()..];
    Some([&before[..start], blanks, &quote, &value, &quote, tail, " #", comment].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_get_what_the_policy_chose() {
        let latest = object! { "name" => "registry.encore/web", "tag" => "1.2.0" };
        let refs: OrdMap<String, Value> = [("flux-system:web".to_string(), latest)].into_iter().collect();
        let text = "spec:\n  image: registry.encore/web:1.0.0 # {\"$imagepolicy\": \"flux-system:web\"}\n  tag: \"1.0.0\" # {\"$imagepolicy\": \"flux-system:web:tag\"}\n  other: x:1 # {\"$imagepolicy\": \"flux-system:none\"}\n";
        let new = replaced(text, &refs).expect("it changes");
        assert_eq!(new, text.replace("web:1.0.0", "web:1.2.0").replace("\"1.0.0\"", "\"1.2.0\""));
        assert_eq!(replaced(&new, &refs), None);
        assert_eq!(replaced("image: a:1\n", &refs), None);
    }
}
