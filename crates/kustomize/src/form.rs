//! The kustomization file: read, its fields checked in the words of Go's `encoding/json`, and what is deprecated named.

use crate::failure::{Done, Failure, failed, quoted};
use manifest::{Level, Map, Value};

/// Struct = field:type …, from `api/types` of Kustomize v5.5. Types: string bool int64 any, texts and bools (maps), []type,
/// or a struct's name.
const STRUCTS: &str = "\
Kustomization=apiVersion:string kind:string metadata:ObjectMeta openapi:texts namePrefix:string nameSuffix:string \
namespace:string commonLabels:texts labels:[]Label commonAnnotations:texts patchesStrategicMerge:[]string \
patchesJson6902:[]Patch patches:[]Patch images:[]Image imageTags:[]Image replacements:[]ReplacementField \
replicas:[]Replica vars:[]any sortOptions:SortOptions resources:[]string components:[]string crds:[]string \
bases:[]string configMapGenerator:[]ConfigMapArgs secretGenerator:[]SecretArgs helmGlobals:any helmCharts:[]any \
helmChartInflationGenerator:[]any generatorOptions:GeneratorOptions configurations:[]string generators:[]string \
transformers:[]string validators:[]string buildMetadata:[]string
ObjectMeta=name:string namespace:string labels:texts annotations:texts
Label=pairs:texts includeSelectors:bool includeTemplates:bool fields:[]FieldSpec
FieldSpec=group:string version:string kind:string path:string create:bool
Patch=path:string patch:string target:Selector options:bools
Selector=group:string version:string kind:string name:string namespace:string annotationSelector:string labelSelector:string
Image=name:string newName:string tagSuffix:string newTag:string digest:string
Replica=name:string count:int64
SortOptions=order:string legacySortOptions:LegacySortOptions
LegacySortOptions=orderFirst:[]string orderLast:[]string
ConfigMapArgs=namespace:string name:string behavior:string literals:[]string files:[]string envs:[]string env:string options:GeneratorOptions
SecretArgs=namespace:string name:string behavior:string literals:[]string files:[]string envs:[]string env:string options:GeneratorOptions type:string
GeneratorOptions=labels:texts annotations:texts disableNameSuffixHash:bool immutable:bool
ReplacementField=source:SourceSelector targets:[]TargetSelector path:string
Replacement=source:SourceSelector targets:[]TargetSelector
SourceSelector=group:string version:string kind:string name:string namespace:string fieldPath:string options:FieldOptions
TargetSelector=select:Selector reject:[]Selector fieldPaths:[]string options:FieldOptions
FieldOptions=delimiter:string index:int encoding:string create:bool";

fn fields_of(name: &str) -> &'static str {
    let mut lines = STRUCTS.lines().filter_map(|line| line.split_once('='));
    lines.find(|(have, _)| *have == name).map_or("", |(_, fields)| fields)
}

/// The words of `encoding/json` for a value of the wrong shape.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn go_type(kind: &str) -> String {
    match kind {
        "string" | "bool" | "int" | "int64" => kind.to_string(),
        "texts" => "map[string]string".into(),
        "bools" => "map[string]bool".into(),
        list if list.starts_with("[]") => ["[]", &go_type(&list[2..])].concat(),
        name => ["types.", name].concat(),
    }
}

/// Checks a value and spells its keys as the structs do (Go takes any case).
pub(crate) fn conform(value: &Value, kind: &str, owner: &str, path: &str) -> Done<Value> {
    let wrong = || {
        let target = if path.is_empty() {
            [" into Go value of type ", &go_type(kind)].concat()
        } else {
            [" into Go struct field ", owner, ".", path, " of type ", &go_type(kind)].concat()
        };
        failed(&["json: cannot unmarshal ", shape(value), &target])
    };
    match (kind, value) {
        (_, Value::Null) | ("any", _) | ("string", Value::Str(_)) | ("bool", Value::Bool(_)) => Ok(value.clone()),
        ("int" | "int64", Value::Int(_)) => Ok(value.clone()),
        ("int" | "int64", Value::Float(x)) => {
            let number = ["cannot unmarshal number ", &manifest::float_text(*x)].concat();
            wrong().map_err(|failure: Failure| Failure(failure.0.replacen("cannot unmarshal number", &number, 1)))
        }
        ("texts" | "bools", Value::Map(map)) => {
            let inner = if kind == "texts" { "string" } else { "bool" };
            for item in map.values() {
                conform(item, inner, owner, path)?;
            }
            Ok(value.clone())
        }
        (list, Value::List(items)) if list.starts_with("[]") => {
            items.iter().map(|item| conform(item, &list[2..], owner, path)).collect()
        }
        ("string" | "bool" | "int" | "int64" | "texts" | "bools", _) => wrong(),
        (list, _) if list.starts_with("[]") => wrong(),
        (name, Value::Map(map)) => structure(map, name, path),
        _ => wrong(),
    }
}

fn structure(map: &Map, name: &str, path: &str) -> Done<Value> {
    let fields = fields_of(name);
    let mut out = Map::new();
    for (key, value) in map.iter() {
        let mut known = fields.split(' ').filter_map(|field| field.split_once(':'));
        let Some((field, kind)) = known.find(|(field, _)| field.eq_ignore_ascii_case(key)) else {
            return failed(&["json: unknown field ", &quoted(key)]);
        };
        let here = if path.is_empty() { field.to_string() } else { [path, ".", field].concat() };
        out.insert(field, conform(value, kind, name, &here)?);
    }
    Ok(out.into())
}

/// The first document of a text, as `sigs.k8s.io/yaml` reads it.
pub(crate) fn first_document(text: &str) -> Done<Value> {
    let (documents, diagnostics) = Value::parse_yaml(text);
    match (documents.into_iter().next(), diagnostics.into_iter().find(|one| one.level == Level::Error)) {
        (Some(document), _) => Ok(document.value),
        (None, Some(error)) => failed(&["yaml: ", &error.message]),
        (None, None) => Ok(Value::Null),
    }
}

/// Reads a kustomization file. Warnings are told even where an error follows.
pub(crate) fn read(text: &str, root: &str, warnings: &mut Vec<String>) -> Done<Value> {
    let invalid = |failure: Failure| failure.within("invalid Kustomization");
    let value = first_document(text).map_err(invalid)?;
    let mut value = conform(&value, "Kustomization", "", "").map_err(invalid)?;
    value.make_map().retain(|_, value| !value.is_null());
    warn(&value, warnings);
    let given = |(key, value): (&std::sync::Arc<str>, &Value)| {
        !matches!(key.as_ref(), "apiVersion" | "kind") && value.as_str() != Some("")
    };
    if !value.entries().iter().any(given) {
        return failed(&["kustomization.yaml is empty"]);
    }
    enforce(&value, root)?;
    settle(&mut value);
    Ok(value)
}

fn warn(value: &Value, warnings: &mut Vec<String>) {
    let deprecated = [
        ("bases", "resources"),
        ("commonLabels", "labels"),
        ("imageTags", "images"),
        ("patchesJson6902", "patches"),
        ("patchesStrategicMerge", "patches"),
        ("vars", "replacements"),
    ];
    for (field, instead) in deprecated {
        if value.get(field).is_some() {
            let trial = if field == "vars" { "[EXPERIMENTAL] " } else { "" };
            let parts = ["# Warning: '", field, "' is deprecated. Please use '", instead, "' instead. ", trial];
            warnings.push(
                [&parts.concat(), "Run 'kustomize edit fix' to update your Kustomization automatically."].concat(),
            );
        }
    }
}

fn enforce(value: &Value, root: &str) -> Done<()> {
    let (kind, version) = (value.str_at("kind"), value.str_at("apiVersion"));
    let mut wrong = String::new();
    if !matches!(kind, "" | "Kustomization" | "Component") {
        wrong.push_str("\nkind should be Kustomization or Component");
    }
    let required =
        if kind == "Component" { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
    if !version.is_empty() && version != required {
        let named = if kind.is_empty() { "Kustomization" } else { kind };
        wrong.push_str(&["\napiVersion for ", named, " should be ", required].concat());
    }
    if wrong.is_empty() { Ok(()) } else { failed(&["Failed to read kustomization file under ", root, ":", &wrong]) }
}

/// Moves what is deprecated to where it belongs.
fn settle(value: &mut Value) {
    for (old, new) in [("bases", "resources"), ("imageTags", "images")] {
        if let Some(more) = value.remove(old) {
            value.at_mut(new).make_list().extend(more.items().iter().cloned());
        }
    }
    for generator in ["configMapGenerator", "secretGenerator"] {
        if value.get(generator).is_none() {
            continue;
        }
        for one in value.at_mut(generator).make_list() {
            if let Some(env) = one.remove("env").filter(|env| !env.is_zero()) {
                one.at_mut("envs").make_list().push(env);
            }
        }
    }
}
