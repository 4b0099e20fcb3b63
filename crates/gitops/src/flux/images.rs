//! image-reflector-controller: the tags of an image, and which of them a policy takes.

use super::duration::duration_text;
use super::kinds::IMAGE_REPOSITORY;
use super::work::{After, DEPENDENCY, Work};
use manifest::{Value, object};
use order::Arrange;

pub(crate) fn repository(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let image = work.spec().str_at("image").to_string();
    let mut tags: Vec<String> = work.forge.tags(&image).into_iter().map(|(tag, _)| tag).collect();
    if tags.is_empty() {
        let told = format!("scan failed: GET https://{image}: NAME_UNKNOWN: repository name not known to registry");
        let known = work.status.list_at("conditions").iter().any(|one| one.str_at("message") == told);
        work.failing("ReadOperationFailed", &told);
        if !known {
            work.event(true, "ReadOperationFailed", &told);
        }
        work.log("Reconciler error", &told);
        work.save();
        return work.retry();
    }
    tags.arrange_by(|a, b| b.cmp(a));
    let count = i64::try_from(tags.len()).unwrap_or(0);
    let digest = work.forge.digest(tags.join("\n").as_bytes());
    let checksum = digest.trim_start_matches("sha256:").get(..10).unwrap_or_default().to_string();
    let latest: Value = tags.iter().take(10).map(|tag| Value::from(tag.as_str())).collect();
    let same = work.status.str_at("lastScanResult.revision") == digest;
    work.status.put("canonicalImageName", image);
    work.status.put(
        "lastScanResult",
        object! { "latestTags" => latest, "revision" => digest, "scanTime" => work.sim.now().rfc3339(), "tagCount" => count },
    );
    let told = format!("successful scan: found {count} tags with checksum {checksum}");
    work.ready("Succeeded", &told);
    let next = duration_text(work.interval("interval").unwrap_or_default());
    if same {
        let told = ["no new tags found, next scan in ", &next].concat();
        work.log(&told, "");
        work.event(false, "Succeeded", &told);
    } else {
        work.log(&told, "");
        work.event(false, "Succeeded", &told);
    }
    work.save();
    work.later()
}

pub(crate) fn policy(work: &mut Work<'_>) -> After {
    if work.object.deleting() {
        return work.release();
    }
    let reference = work.spec().at("imageRepositoryRef").clone();
    let name = reference.str_at("name").to_string();
    let Some(repository) = work.other(IMAGE_REPOSITORY, &work.space_of(&reference), &name) else {
        let told = format!(
            "failed to get the referred ImageRepository: referenced ImageRepository does not exist: \
             imagerepositories.image.toolkit.fluxcd.io \"{name}\" not found"
        );
        return waits(work, &told);
    };
    let image = repository.value.str_at("spec.image").to_string();
    if repository.value.at("status.lastScanResult").is_null() {
        return waits(work, "retrying in 30s error: no tags in database");
    }
    let all = work.forge.tags(&image);
    let tags: Vec<String> = all.iter().map(|(tag, _)| tag.clone()).collect();
    let chosen = match choose(work, &tags) {
        Ok(chosen) => chosen,
        Err((true, told)) => return work.stalled("InvalidPolicy", &told),
        Err((false, told)) => {
            work.failing("Failure", &told);
            work.event(true, "Failure", &told);
            work.save();
            return After::Never;
        }
    };
    let digest = all.iter().find(|(tag, _)| *tag == chosen).map(|(_, digest)| digest.clone()).unwrap_or_default();
    let before = work.status.at("latestRef").clone();
    let mut latest = object! { "name" => image.as_str(), "tag" => chosen.as_str() };
    match work.spec().str_at("digestReflectionPolicy") {
        "Always" => latest.put("digest", digest),
        // The digest of the first look stays while the tag does.
        "IfNotPresent" => {
            let kept = before.str_at("digest").to_string();
            let same = before.str_at("tag") == chosen && !kept.is_empty();
            latest.put("digest", if same { kept } else { digest });
        }
        _ => {}
    }
    let mut told = format!("Latest image tag for {image} resolved to {chosen}");
    if !latest.str_at("digest").is_empty() {
        told.push_str(&[" with digest ", latest.str_at("digest")].concat());
    }
    if before != latest {
        if !before.is_null() {
            let digest = before.at("digest").as_str().map_or_else(String::new, |digest| ["@", digest].concat());
            told.push_str(&format!(" (previously {}:{}{digest})", before.str_at("name"), before.str_at("tag")));
            work.status.put("observedPreviousRef", before);
        }
        work.status.put("latestRef", latest);
        work.event(false, "Succeeded", &told);
        work.log(&told, "");
        work.ready("Succeeded", &told);
    } else if !work.is_true("Ready") {
        work.ready("Succeeded", &told);
    }
    work.status.put("observedGeneration", work.object.generation());
    work.save();
    After::Never
}

fn waits(work: &mut Work<'_>, told: &str) -> After {
    work.failing("DependencyNotReady", told);
    work.log("Reconciler error", told);
    work.save();
    After::In(DEPENDENCY)
}

/// The tag that the policy takes; an error says whether the policy itself is wrong.
fn choose(work: &Work<'_>, tags: &[String]) -> Result<String, (bool, String)> {
    let spec = work.spec();
    let (pattern, extract) = (spec.str_at("filterTags.pattern"), spec.str_at("filterTags.extract"));
    let found = if pattern.is_empty() {
        tags.iter().map(|tag| (tag.clone(), tag.clone())).collect()
    } else {
        filter(pattern, extract, tags)
            .map_err(|told| (true, ["invalid policy: failed to filter tags: ", &told].concat()))?
    };
    if found.is_empty() {
        return Err((false, "version list argument cannot be empty".into()));
    }
    let policy = spec.at("policy");
    let descending = |field: &str| policy.at(field).str_at("order") == "desc";
    let keys: Vec<String> = found.iter().map(|(_, key)| key.clone()).collect();
    let at = if !policy.at("semver").is_null() {
        let range = policy.str_at("semver.range");
        let best = work.forge.highest(range, &keys).map_err(|told| (true, ["invalid policy: ", &told].concat()))?;
        best.ok_or((false, "unable to determine latest version from provided list".to_string()))?
    } else if !policy.at("alphabetical").is_null() {
        extreme(&keys, &str::cmp, descending("alphabetical"))
    } else if !policy.at("numerical").is_null() {
        if let Some(bad) = keys.iter().find(|key| manifest::float_of(key).is_none()) {
            return Err((false, format!("failed to parse invalid numeric value '{bad}'")));
        }
        let number = |key: &str| manifest::float_of(key).unwrap_or(0.0);
        extreme(&keys, &|a, b| number(a).total_cmp(&number(b)), descending("numerical"))
    } else {
        return Err((true, "invalid policy: given ImagePolicyChoice object is invalid".into()));
    };
    Ok(found[at].0.clone())
}

fn extreme(keys: &[String], compare: &dyn Fn(&str, &str) -> std::cmp::Ordering, descending: bool) -> usize {
    let mut best = 0;
    for at in 1..keys.len() {
        let order = compare(&keys[at], &keys[best]);
        if (descending && order.is_lt()) || (!descending && order.is_gt()) {
            best = at;
        }
    }
    best
}

/// Tags that fit, each with what is compared of it.
fn filter(pattern: &str, extract: &str, tags: &[String]) -> Result<Vec<(String, String)>, String> {
    let told = |_| ["failed to compile regular expression '", pattern, "'"].concat();
    let pattern = regex_lite::Regex::new(pattern).map_err(told)?;
    let fits = |tag: &String| {
        let groups = pattern.captures(tag)?;
        let mut key = String::new();
        groups.expand(extract, &mut key);
        Some((tag.clone(), if extract.is_empty() { tag.clone() } else { key }))
    };
    Ok(tags.iter().filter_map(fits).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_filtered_and_a_part_of_them_compared() {
        let tags = ["main-1a2b-100", "main-9f9f-99", "dev-1"].map(String::from);
        let found = filter("^main-[a-f0-9]+-(?P<ts>[0-9]+)", "$ts", &tags).expect("a good pattern");
        let keys: Vec<&str> = found.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, ["100", "99"]);
        let number = |a: &str, b: &str| a.parse::<f64>().unwrap_or(0.0).total_cmp(&b.parse().unwrap_or(0.0));
        let owned: Vec<String> = keys.iter().map(|key| (*key).to_string()).collect();
        assert_eq!((extreme(&owned, &number, false), extreme(&owned, &str::cmp, false)), (0, 1));
        assert!(filter("(", "", &tags).is_err());
    }
}
