//! `argocd app set`, `unset` and `patch`: another spec for an application.

use super::cobra::{APP_NAMESPACE, Command, Flag, Takes, switch, text, texts};
use super::log::Fatal;
use super::spec_flags::{self, image_name};
use super::{Call, Next, find, help, wrong_use};
use manifest::{Value, json_merge, json_patch};
use world::Cx;

const FLAGS: &[Flag] = &spec_flags::SHARED;

pub(super) const SET: Command = Command {
    path: "argocd app set",
    operands: "APPNAME",
    summary: "Change an application's source, destination or policy",
    flags: FLAGS,
    missing: spec_flags::MISSING,
};

pub(super) const UNSET: Command = Command {
    path: "argocd app unset",
    operands: "APPNAME parameters",
    summary: "Take back what an application sets over its source",
    flags: &[
        APP_NAMESPACE,
        switch("ignore-missing-value-files", "values files must be there again"),
        texts("kustomize-image", '\0', "image that is no longer changed"),
        switch("kustomize-namespace", "the namespace is no longer changed"),
        texts("kustomize-replica", '\0', "number of replicas that is no longer changed"),
        switch("nameprefix", "nothing stands before names"),
        switch("namesuffix", "nothing stands behind names"),
        texts("parameter", 'p', "value of the chart that is no longer set"),
        texts("values", '\0', "values file that is no longer read"),
        switch("values-literal", "the chart's values written into the application"),
    ],
    missing: "ignore-missing-components kustomize-version pass-credentials plugin-env ref source-name source-position",
};

pub(super) const PATCH: Command = Command {
    path: "argocd app patch",
    operands: "APPNAME",
    summary: "Change an application by a patch",
    flags: &[
        APP_NAMESPACE,
        text("patch", '\0', "the patch, as JSON"),
        Flag {
            long: "type",
            short: '\0',
            takes: Takes::Text,
            default: "json",
            help: "form of the patch: json or merge",
        },
    ],
    missing: "",
};

fn update(cx: &mut Cx<'_>, app: Value, validate: bool, outer: &str) -> Result<Value, Fatal> {
    let causes = cx.causes();
    let done = cx.world.by_argocd(|argocd, to, sources| argocd.update_app(to, sources, app, validate, &causes));
    done.map_err(|mut refusal| {
        refusal.message.insert_str(0, outer);
        find::refused(refusal)
    })
}

const UPDATING: &str = "error validating and updating app: ";

pub(super) fn set(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &SET, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    if !FLAGS.iter().any(|flag| given.text(flag.long).is_some()) {
        call.style.tell(cx, "error", "Please set at least one option to update");
        cx.out(help::command(&SET));
        return Ok(Next::Exit(1));
    }
    let mut value = app.value.clone();
    spec_flags::write(cx, given, FLAGS, value.at_mut("spec"))?;
    spec_flags::parameters(given, &mut value)?;
    update(cx, value, given.text("validate") != Some("false"), UPDATING)?;
    Ok(Next::Exit(0))
}

pub(super) fn unset(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &UNSET, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let mut value = app.value.clone();
    let asked = |flags: &[&str]| flags.iter().any(|flag| given.text(flag).is_some());
    let source = value.at_mut("spec.source");
    let kustomize = ["kustomize-image", "kustomize-namespace", "kustomize-replica", "nameprefix", "namesuffix"];
    let helm = ["ignore-missing-value-files", "parameter", "values", "values-literal"];
    let idle = |kind: &str, flags: &[&str]| !source.at(kind).is_null() && !asked(flags);
    if idle("kustomize", &kustomize) || idle("helm", &helm) {
        return Ok(wrong_use(cx, &UNSET, 1));
    }
    let before = source.clone();
    if !source.at("kustomize").is_null() {
        for (long, field) in
            [("nameprefix", "namePrefix"), ("namesuffix", "nameSuffix"), ("kustomize-namespace", "namespace")]
        {
            if given.on(long) {
                source.at_mut("kustomize").make_map().remove(field);
            }
        }
        for image in given.texts("kustomize-image") {
            retain(source, "kustomize", "images", &|one| one.as_str().map(image_name) != Some(image_name(image)));
        }
        for replica in given.texts("kustomize-replica") {
            retain(source, "kustomize", "replicas", &|one| one.str_at("name") != replica);
        }
    }
    if !source.at("helm").is_null() {
        for parameter in given.texts("parameter") {
            retain(source, "helm", "parameters", &|one| one.str_at("name") != parameter);
        }
        for file in given.texts("values") {
            retain(source, "helm", "valueFiles", &|one| one.as_str() != Some(file));
        }
        let fields = source.at_mut("helm").make_map();
        if given.on("values-literal") {
            fields.remove("values");
            fields.remove("valuesObject");
        }
        if given.on("ignore-missing-value-files") {
            fields.remove("ignoreMissingValueFiles");
        }
    }
    if *source != before {
        update(cx, value, true, UPDATING)?;
    }
    Ok(Next::Exit(0))
}

/// Takes items out of a list; a list of nothing goes.
fn retain(source: &mut Value, kind: &str, field: &str, keep: &dyn Fn(&Value) -> bool) {
    let of = source.at_mut(kind);
    let left: Vec<Value> = of.list_at(field).iter().filter(|one| keep(one)).cloned().collect();
    if left.is_empty() {
        of.make_map().remove(field);
    } else {
        of.put(field, Value::list(left));
    }
}

pub(super) fn patch(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &PATCH, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let unknown = |what: String| Fatal::check(format!("rpc error: code = Unknown desc = {what}"));
    let text = given.text("patch").unwrap_or_default();
    let read = |what: &str| Value::from_json(text).map_err(|error| unknown(format!("{what}: {error}")));
    let patched = match given.text("type").unwrap_or("json") {
        "json" | "" => json_patch(&app.value, &read("error decoding json patch")?)
            .map_err(|error| unknown(format!("error applying patch: {error}")))?,
        "merge" => json_merge(&app.value, &read("error calculating merge patch")?),
        other => {
            let why = format!("Patch type '{other}' is not supported");
            return Err(Fatal::check(format!("rpc error: code = InvalidArgument desc = {why}")));
        }
    };
    let written = update(cx, patched, true, "")?;
    cx.out([written.to_yaml().as_str(), "\n"].concat());
    Ok(Next::Exit(0))
}
