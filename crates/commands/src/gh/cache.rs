//! `gh cache`: what a repository's workflows have left for each other.
//! Words: `pkg/cmd/cache` of the tool.

use super::call::{Call, fail};
use super::flags::{Command, switch, value};
use super::words::{ago, coloured, table};
use super::{Answer, End};
use ci::Cache;
use order::Arrange;
use world::Cx;

pub(super) const LIST: Command = Command {
    path: "gh cache list",
    operands: "",
    summary: "List GitHub Actions caches",
    flags: &[
        value("limit", 'L', "at most so many (30)"),
        value("order", 'O', "asc or desc (desc)"),
        value("sort", 'S', "created_at, last_accessed_at or size_in_bytes (last_accessed_at)"),
        value("key", 'k', "only keys that begin so"),
        value("ref", 'r', "only of this ref: refs/heads/NAME, refs/pull/NUMBER/merge"),
    ],
    missing: "jq q json template t",
};

pub(super) const DELETE: Command = Command {
    path: "gh cache delete",
    operands: "[<cache-id> | <cache-key> | --all]",
    summary: "Delete GitHub Actions caches",
    flags: &[
        switch("all", 'a', "all of them"),
        switch("succeed-on-no-caches", '\0', "with --all, also where there are none"),
    ],
    missing: "",
};

fn size(bytes: usize) -> String {
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "sizes of files")]
    let kib = bytes as f64 / 1_024.0;
    let (number, unit) = match kib {
        kib if kib < 1_024.0 => (kib, "KiB"),
        kib if kib < 1_048_576.0 => (kib / 1_024.0, "MiB"),
        kib => (kib / 1_048_576.0, "GiB"),
    };
    // It is cut, not rounded.
    format!("{:.2} {unit}", (number * 100.0).floor() / 100.0)
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let limit = match given.text("limit").map(str::parse::<usize>) {
        None => 30,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return fail(format!("invalid limit: {}", given.text("limit").unwrap_or_default())),
    };
    let sort = given.text("sort").unwrap_or("last_accessed_at");
    let by: fn(&Cache) -> u64 = match sort {
        "last_accessed_at" => |cache| cache.used.as_micros(),
        "created_at" => |cache| cache.created.as_micros(),
        "size_in_bytes" => |cache| cache.bytes as u64,
        other => {
            return fail(format!(
                "invalid argument \"{other}\" for \"-S, --sort\" flag: valid values are \
                 {{created_at|last_accessed_at|size_in_bytes}}"
            ));
        }
    };
    let ascending = match given.text("order").unwrap_or("desc") {
        "desc" => false,
        "asc" => true,
        other => {
            return fail(format!(
                "invalid argument \"{other}\" for \"-O, --order\" flag: valid values are {{asc|desc}}"
            ));
        }
    };
    let fits = |cache: &&Cache| {
        given.text("key").is_none_or(|key| cache.key.starts_with(key))
            && given.text("ref").is_none_or(|wanted| cache.reference == wanted)
    };
    let mut found: Vec<&Cache> = cx.world.ci.caches(&call.repo).filter(fits).collect();
    found.arrange_by_key(|cache| (by(cache), cache.id));
    if !ascending {
        found.reverse();
    }
    let total = found.len();
    found.truncate(limit);
    if found.is_empty() {
        return fail(format!("No caches found in {}", call.repo));
    }
    let (now, terminal) = (cx.now(), cx.stdout_is_terminal());
    let row = |cache: &&Cache| {
        let time = |at| if terminal { ago(now, at) } else { at.rfc3339() };
        vec![cache.id.to_string(), cache.key.clone(), size(cache.bytes), time(cache.created), time(cache.used)]
    };
    let rows = found.iter().map(row);
    let text = if terminal {
        let ending = if total == 1 { "" } else { "s" };
        let mut all = vec![["ID", "KEY", "SIZE", "CREATED", "ACCESSED"].map(String::from).to_vec()];
        all.extend(rows);
        format!("\nShowing {} of {total} cache{ending} in {}\n\n{}", found.len(), call.repo, table(&all))
    } else {
        rows.map(|row| row.join("\t") + "\n").collect()
    };
    cx.out(text);
    Ok(End::Exit(0))
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let all = call.given.on("all");
    let sign = coloured(cx, 31, "X");
    let count = cx.world.ci.caches(&call.repo).count();
    let done = match call.given.words.first() {
        Some(_) if all => return fail("specify only one of cache id, cache key, or --all"),
        None if !all => return fail("must provide either cache id, cache key, or use --all"),
        None if count == 0 && call.given.on("succeed-on-no-caches") => 0,
        None if count == 0 => return fail(format!("{sign} No caches to delete")),
        None => {
            cx.world.ci.delete_caches(&call.repo, |_| true);
            count
        }
        Some(word) => {
            let id = word.parse::<u32>().ok();
            let named = |cache: &Cache| id.map_or(cache.key == *word, |id| cache.id == id);
            if !cx.world.ci.delete_caches(&call.repo, named) {
                return fail(format!("{sign} Could not find a cache matching {word} in {}", call.repo));
            }
            1
        }
    };
    if cx.stdout_is_terminal() {
        let (sign, ending) = (coloured(cx, 32, "✓"), if done == 1 { "" } else { "s" });
        cx.out(format!("{sign} Deleted {done} cache{ending} from {}\n", call.repo));
    }
    Ok(End::Exit(0))
}
