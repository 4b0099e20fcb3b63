//! `--resource GROUP:KIND:NAME`: which resources of an application are meant.

use super::log::Fatal;
use serde::{Deserialize, Serialize};

/// One `--resource`. `*` stands for any group, kind or name; an empty namespace for any namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Selected {
    group: String,
    kind: String,
    namespace: String,
    name: String,
    /// Written with `!`: all but these.
    exclude: bool,
}

/// Reads all of them.
pub(super) fn parse(resources: &[String]) -> Result<Vec<Selected>, Fatal> {
    resources.iter().map(|text| parse_one(text)).collect()
}

fn parse_one(text: &str) -> Result<Selected, Fatal> {
    let (exclude, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let fields: Vec<&str> = text.split(':').collect();
    let [group, kind, name] = fields[..] else {
        return Err(Fatal::check(format!("resource should have GROUP:KIND:NAME, but instead got: {text}")));
    };
    let parts: Vec<&str> = name.split('/').collect();
    let (namespace, name) = match parts[..] {
        [name] => ("", name),
        [namespace, name] => (namespace, name),
        _ => {
            let form = "resource with namespace should have GROUP:KIND:NAMESPACE/NAME";
            return Err(Fatal::check(format!("{form}, but instead got: {text}")));
        }
    };
    let own = str::to_string;
    Ok(Selected { group: own(group), kind: own(kind), namespace: own(namespace), name: own(name), exclude })
}

/// Whether a resource is meant: it is named, or nothing is; and it is not excluded.
pub(super) fn includes(all: &[Selected], group: &str, kind: &str, namespace: &str, name: &str) -> bool {
    let fits = |one: &&Selected| {
        let like = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        let here = one.namespace.is_empty() || like(&one.namespace, namespace);
        like(&one.group, group) && like(&one.kind, kind) && like(&one.name, name) && here
    };
    let mut wanted = all.iter().filter(|one| !one.exclude).peekable();
    let chosen = wanted.peek().is_none() || wanted.any(|one| fits(&one));
    chosen && !all.iter().filter(|one| one.exclude).any(|one| fits(&one))
}

#[cfg(test)]
mod tests {
    use super::{includes, parse};

    fn check(resources: &[&str], expect: [bool; 3]) {
        let resources: Vec<String> = resources.iter().map(|text| (*text).to_string()).collect();
        let all = parse(&resources).unwrap();
        let got = [("apps", "Deployment", "web"), ("", "Service", "web"), ("", "Service", "cart")]
            .map(|(group, kind, name)| includes(&all, group, kind, "shop", name));
        assert_eq!(got, expect, "{resources:?}");
    }

    #[test]
    fn resources_are_chosen_and_excluded() {
        check(&[], [true, true, true]);
        check(&[":Service:web"], [false, true, false]);
        check(&["!*:Service:*"], [true, false, false]);
        check(&["*:*:web", "!apps:Deployment:*"], [false, true, false]);
        check(&[":Service:other/web"], [false, false, false]);
    }
}
