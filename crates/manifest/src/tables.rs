//! Upstream's table for strategic merge patches (Kubernetes 1.32, `apimachinery/pkg/util/strategicpatch/patch_test.go`).
//! Its items of one made-up type are fields of real kinds here: the list that merges by name is `spec.containers`, the one
//! of plain values `metadata.finalizers`, the one that is replaced `spec.tolerations`, the map that retains keys
//! `spec.strategy`. Taken: 25 cases of applying a patch. Left out: those that make patches (`apply` has its own tests), and
//! nested lists, for which no kind has the fields.

use crate::{Value, strategic_merge};

/// Kind and field around; the object, the patch, what comes out or, behind `!`, the error.
const CASES: &[(&str, &str, &str, &str)] = &[
    // A merging list in the patch's order.
    (
        "Pod spec",
        "{containers: [{name: 1}, {name: 2, value: b}, {name: 3}]}",
        "{containers: [{name: 3, value: c}, {name: 1, value: a}, {name: 2, other: x}]}",
        "{containers: [{name: 3, value: c}, {name: 1, value: a}, {name: 2, value: b, other: x}]}",
    ),
    (
        "Pod spec",
        "{containers: [{name: 1}, {name: 2, value: b}, {name: 3}]}",
        "{containers: [{name: 3, value: c}, {name: 1, value: a}]}",
        "{containers: [{name: 2, value: b}, {name: 3, value: c}, {name: 1, value: a}]}",
    ),
    ("Pod metadata", "{finalizers: [1, 2, 3]}", "{finalizers: [3, 1, 2]}", "{finalizers: [3, 1, 2]}"),
    ("Pod metadata", "{finalizers: [1, 2, 3]}", "{finalizers: [3, 1]}", "{finalizers: [2, 3, 1]}"),
    // `$setElementOrder` with an item that is not there.
    (
        "Pod spec",
        "{containers: [{name: 1}, {name: 3}]}",
        "{$setElementOrder/containers: [{name: 3}, {name: 2}, {name: 1}], containers: [{name: 3, value: 3}, {name: 1, value: 1}]}",
        "{containers: [{name: 3, value: 3}, {name: 1, value: 1}]}",
    ),
    ("Pod metadata", "{finalizers: [1, 3]}", "{$setElementOrder/finalizers: [3, 2, 1]}", "{finalizers: [3, 1]}"),
    // Its order is not the list's.
    (
        "Pod spec",
        "{containers: [{name: 1}, {name: 3}, {name: 2}]}",
        "{$setElementOrder/containers: [{name: 1}, {name: 2}, {name: 3}], containers: [{name: 3, value: 3}, {name: 1, value: 1}]}",
        "!doesn't match",
    ),
    (
        "Pod metadata",
        "{finalizers: [1, 3, 2]}",
        "{$setElementOrder/finalizers: [1, 2, 3], finalizers: [3, 1]}",
        "!doesn't match",
    ),
    (
        "Pod spec",
        "{containers: [{name: 1, value: a}]}",
        "{containers: [{value: b}]}",
        "!does not contain declared merge key",
    ),
    // Deleting from lists.
    (
        "Pod spec",
        "{containers: [{name: 1}, {name: 2}]}",
        "{containers: [{name: 1, $patch: delete}, {name: 2, $patch: delete}]}",
        "{containers: []}",
    ),
    (
        "Pod spec",
        "{containers: [{name: 1, other: a}, {name: 2, other: b}]}",
        "{containers: [{name: 1, $patch: delete}, {name: 2, $patch: delete}]}",
        "{containers: []}",
    ),
    (
        "Pod spec",
        "{containers: []}",
        "{containers: [{name: 1, $patch: delete}, {name: 2, $patch: delete}]}",
        "{containers: []}",
    ),
    (
        "Pod metadata",
        "{finalizers: [1, 2, 3, 4]}",
        "{$setElementOrder/finalizers: [1, 2], $deleteFromPrimitiveList/finalizers: [3]}",
        "{finalizers: [1, 2, 4]}",
    ),
    (
        "Pod metadata",
        "{finalizers: [1, 2, 3, 3, 4]}",
        "{$setElementOrder/finalizers: [1, 2], $deleteFromPrimitiveList/finalizers: [3]}",
        "{finalizers: [1, 2, 4]}",
    ),
    ("Pod spec", "{tolerations: [1, 4]}", "{tolerations: [2, 3]}", "{tolerations: [2, 3]}"),
    // Maps.
    ("Pod metadata", "{name: 1, other: a}", "{value: 1}", "{name: 1, value: 1, other: a}"),
    ("Pod metadata", "{name: a, other: a}", "{name: 1, value: 1}", "{name: 1, value: 1, other: a}"),
    ("Pod metadata", "{name: 1, other: a}", "{name: null, value: 1}", "{value: 1, other: a}"),
    (
        "Pod metadata",
        "{labels: {key1: 1, key2: 1, other: a}}",
        "{labels: {key2: null}}",
        "{labels: {key1: 1, other: a}}",
    ),
    ("Pod metadata", "{name: 1, value: a, other: a}", "{name: null, value: null}", "{other: a}"),
    ("Pod metadata", "{name: 1, value: 1, other: b}", "{name: null, value: null, other: a}", "{other: a}"),
    // A map that may retain keys, without the word for it.
    ("Deployment spec", "{strategy: {name: foo}}", "{strategy: {value: a}}", "{strategy: {name: foo, value: a}}"),
    (
        "Deployment spec",
        "{strategy: {name: foo, value: a}}",
        "{strategy: {value: b}}",
        "{strategy: {name: foo, value: b}}",
    ),
    ("Deployment spec", "{strategy: {name: foo, value: a}}", "{strategy: {value: null}}", "{strategy: {name: foo}}"),
    ("Deployment spec", "{strategy: {name: foo, value: a}}", "{strategy: {}}", "{strategy: {name: foo, value: a}}"),
];

#[test]
fn patches_are_applied_as_upstream() {
    assert_eq!(CASES.len(), 25);
    for (place, object, patch, result) in CASES {
        let (kind, field) = place.split_once(' ').unwrap();
        let wrapped = |text: &str| Value::from_yaml(&format!("{{{field}: {text}}}")).expect("the table is YAML");
        let found = strategic_merge(kind, &wrapped(object), &wrapped(patch));
        match result.strip_prefix('!') {
            None => assert_eq!(found.unwrap().to_json(), wrapped(result).to_json(), "{object} with {patch}"),
            Some(why) => assert!(found.unwrap_err().0.contains(why), "{object} with {patch}"),
        }
    }
}
