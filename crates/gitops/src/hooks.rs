//! Hooks: to which phases of a sync a manifest belongs, and when what it made goes again (gitops-engine
//! `pkg/sync/hook`). Helm's hooks are turned into Argo CD's.

use manifest::Value;

pub(crate) const HOOK: &str = "argocd.argoproj.io/hook";
pub(crate) const FINALIZER: &str = "argocd.argoproj.io/hook-finalizer";
const POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";

/// The phases in their order.
pub(crate) const PHASES: [&str; 4] = ["PreSync", "Sync", "PostSync", "SyncFail"];

pub(crate) fn annotation<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.at("metadata").get("annotations")?.get(name)?.as_str()
}

fn words<'v>(object: &'v Value, name: &str) -> impl Iterator<Item = &'v str> {
    annotation(object, name).unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Whether a resource asks for a sync option by itself.
pub(crate) fn has_option(object: &Value, option: &str) -> bool {
    words(object, SYNC_OPTIONS).any(|word| word == option)
}

pub(crate) fn has_compare_option(object: &Value, option: &str) -> bool {
    words(object, COMPARE_OPTIONS).any(|word| word == option)
}

/// The hook types that a manifest names, Helm's only where it names none of Argo CD's.
#[inline(never)]
fn types(object: &Value) -> Vec<&'static str> {
    const KNOWN: [&str; 7] = ["PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete"];
    let own = words(object, HOOK).filter_map(|word| KNOWN.iter().find(|known| **known == word).copied());
    let own: Vec<&'static str> = own.collect();
    if !own.is_empty() {
        return own;
    }
    let helm = words(object, "helm.sh/hook").filter_map(|word| match word {
        "pre-install" | "pre-upgrade" => Some("PreSync"),
        "post-install" | "post-upgrade" => Some("PostSync"),
        "pre-delete" => Some("PreDelete"),
        "post-delete" => Some("PostDelete"),
        _ => None,
    });
    helm.collect()
}

/// Whether a manifest is not synced at all: its only type is `Skip`.
pub(crate) fn is_skipped(object: &Value) -> bool {
    types(object) == ["Skip"]
}

pub(crate) fn is_hook(object: &Value) -> bool {
    if annotation(object, HOOK).is_some() {
        return !is_skipped(object);
    }
    annotation(object, "helm.sh/hook").is_some_and(|word| word != "crd-install")
}

/// A hook of a kind that Argo CD does not know, such as Helm's `test`.
pub(crate) fn is_ignored(object: &Value) -> bool {
    is_hook(object) && types(object).is_empty()
}

/// A hook that runs when the application is deleted.
pub(crate) fn of_deletion(object: &Value) -> Option<&'static str> {
    types(object).into_iter().find(|name| name.ends_with("Delete"))
}

/// The places in [`PHASES`] of what a manifest takes part in.
pub(crate) fn phases(object: &Value) -> Vec<usize> {
    if is_skipped(object) {
        return Vec::new();
    }
    if !is_hook(object) {
        return vec![1];
    }
    let types = types(object);
    (0..PHASES.len()).filter(|at| types.contains(&PHASES[*at])).collect()
}

/// Whether a hook is to be deleted then: `BeforeHookCreation` where nothing is said.
#[inline(never)]
pub(crate) fn deletes(object: &Value, policy: &str) -> bool {
    const KNOWN: [(&str, &str); 3] = [
        ("BeforeHookCreation", "before-hook-creation"),
        ("HookSucceeded", "hook-succeeded"),
        ("HookFailed", "hook-failed"),
    ];
    let mut named = words(object, POLICY)
        .filter_map(|word| KNOWN.iter().find(|known| known.0 == word))
        .chain(
            words(object, "helm.sh/hook-delete-policy").filter_map(|word| KNOWN.iter().find(|known| known.1 == word)),
        )
        .peekable();
    if named.peek().is_none() {
        return policy == KNOWN[0].0;
    }
    named.any(|known| known.0 == policy)
}

#[cfg(test)]
mod tests {
    use super::{deletes, is_hook, is_ignored, phases};
    use manifest::Value;

    fn of(annotations: &str) -> Value {
        Value::from_yaml(&format!("metadata: {{annotations: {{{annotations}}}}}")).expect("a valid text")
    }

    #[test]
    fn hooks_are_those_of_argo_cd_and_those_of_helm() {
        for (annotations, hook, ignored, expect) in [
            ("", false, false, &[1][..]),
            ("argocd.argoproj.io/hook: PreSync", true, false, &[0]),
            ("argocd.argoproj.io/hook: 'PostSync, SyncFail'", true, false, &[2, 3]),
            ("argocd.argoproj.io/hook: Skip", false, false, &[]),
            ("argocd.argoproj.io/hook: Garbage", true, true, &[]),
            ("helm.sh/hook: 'pre-install,pre-upgrade'", true, false, &[0]),
            ("helm.sh/hook: post-upgrade, argocd.argoproj.io/hook: Sync", true, false, &[1]),
            ("helm.sh/hook: test", true, true, &[]),
            ("helm.sh/hook: crd-install", false, false, &[1]),
        ] {
            let object = of(annotations);
            assert_eq!((is_hook(&object), is_ignored(&object)), (hook, ignored), "{annotations}");
            assert_eq!(phases(&object), expect, "{annotations}");
        }
    }

    #[test]
    fn a_hook_goes_before_the_next_one_unless_it_says_otherwise() {
        let job = of("argocd.argoproj.io/hook: Sync");
        assert!(deletes(&job, "BeforeHookCreation") && !deletes(&job, "HookSucceeded"));
        let job = of("argocd.argoproj.io/hook-delete-policy: HookSucceeded");
        assert!(!deletes(&job, "BeforeHookCreation") && deletes(&job, "HookSucceeded"));
        let job = of("helm.sh/hook-delete-policy: 'hook-succeeded, hook-failed'");
        assert!(deletes(&job, "HookFailed") && !deletes(&job, "BeforeHookCreation"));
    }
}
