//! `argocd proj windows`.

use super::cobra::{Command, Flag, Takes, switch, text, texts};
use super::log::Fatal;
use super::proj::{read, write};
use super::{Call, Next, summary, table, wrong_use};
use manifest::{Value, object};
use world::Cx;

pub(super) const LIST: Command = Command {
    path: "argocd proj windows list",
    operands: "PROJECT",
    summary: "List a project's sync windows",
    flags: &[Flag {
        long: "output",
        short: 'o',
        takes: Takes::Text,
        default: "wide",
        help: "form of the result: wide, json or yaml",
    }],
    missing: "",
};

pub(super) const ADD: Command = Command {
    path: "argocd proj windows add",
    operands: "PROJECT",
    summary: "Give a project a sync window",
    flags: &[
        texts("applications", '\0', "the applications it is for; patterns with commas between"),
        texts("clusters", '\0', "the clusters it is for"),
        text("description", '\0', "what it is for"),
        text("duration", '\0', "how long it is open: 1h"),
        text("kind", 'k', "allow or deny"),
        switch("manual-sync", "syncs by hand may be all the same"),
        texts("namespaces", '\0', "the namespaces it is for"),
        text("schedule", '\0', "when it opens, as cron says it"),
        switch("sync-overrun", "a sync that was let begin may go on"),
        Flag { long: "time-zone", short: '\0', takes: Takes::Text, default: "UTC", help: "time zone of the schedule" },
        switch("use-and-operator", "applications, namespaces and clusters must all fit"),
    ],
    missing: "",
};

pub(super) const DELETE: Command = Command {
    path: "argocd proj windows delete",
    operands: "PROJECT ID",
    summary: "Take a sync window away",
    flags: &[],
    missing: "",
};

pub(super) const ENABLE: Command = Command {
    path: "argocd proj windows enable-manual-sync",
    operands: "PROJECT ID",
    summary: "Let syncs by hand be all the same",
    flags: &[],
    missing: "",
};

pub(super) const DISABLE: Command = Command {
    path: "argocd proj windows disable-manual-sync",
    operands: "PROJECT ID",
    summary: "Hold back syncs by hand, too",
    flags: &[],
    missing: "",
};

/// pflag's string slices: commas divide.
fn all(texts: &[String]) -> Value {
    texts.iter().flat_map(|text| text.split(',')).filter(|one| !one.is_empty()).map(Value::from).collect()
}

pub(super) fn add(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &ADD, 1)) };
    let old = read(cx, name)?;
    let own = |long: &str| given.text(long).unwrap_or_default();
    let (kind, schedule, duration) = (own("kind"), own("schedule"), own("duration"));
    if kind.is_empty() || schedule.is_empty() || duration.is_empty() {
        let must = "require kind, schedule, duration and one or more of applications, namespaces and clusters";
        return Err(Fatal::check(["cannot create window: ", must].concat()));
    }
    let zone = given.text("time-zone").unwrap_or("UTC");
    let mut window = object! { "duration" => duration, "kind" => kind, "schedule" => schedule, "timeZone" => zone };
    for list in ["applications", "namespaces", "clusters"] {
        if !given.texts(list).is_empty() {
            window.put(list, all(given.texts(list)));
        }
    }
    for (long, field) in
        [("manual-sync", "manualSync"), ("sync-overrun", "syncOverrun"), ("use-and-operator", "andOperator")]
    {
        if given.on(long) {
            window.put(field, true);
        }
    }
    if !own("description").is_empty() {
        window.put("description", own("description"));
    }
    let mut value = old.value.clone();
    value.at_mut("spec.syncWindows").make_list().push(window);
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

/// Changes the window of a number.
fn change(
    cx: &mut Cx<'_>,
    call: &Call,
    command: &'static Command,
    act: &dyn Fn(&mut Vec<Value>, usize),
) -> Result<Next, Fatal> {
    let [name, id] = &call.given.words[..] else { return Ok(wrong_use(cx, command, 1)) };
    let at: i64 = id.parse().map_err(|_| Fatal::check(format!("strconv.Atoi: parsing \"{id}\": invalid syntax")))?;
    let old = read(cx, name)?;
    let mut value = old.value.clone();
    let windows = value.at_mut("spec.syncWindows").make_list();
    let Some(at) = usize::try_from(at).ok().filter(|at| *at < windows.len()) else {
        return Err(Fatal::check(format!("window with id '{at}' not found")));
    };
    act(windows, at);
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    change(cx, call, &DELETE, &|windows, at| {
        windows.remove(at);
    })
}

pub(super) fn enable(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    change(cx, call, &ENABLE, &|windows, at| windows[at].put("manualSync", true))
}

pub(super) fn disable(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    change(cx, call, &DISABLE, &|windows, at| {
        windows[at].make_map().remove("manualSync");
    })
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name] = &call.given.words[..] else { return Ok(wrong_use(cx, &LIST, 1)) };
    let project = read(cx, name)?;
    let windows = project.value.at("spec.syncWindows");
    let output = call.given.text("output").unwrap_or("wide");
    if let Some(text) = summary::dump(windows, output) {
        cx.out(text);
        return Ok(Next::Exit(0));
    }
    if !matches!(output, "wide" | "") {
        return Err(summary::unknown_output(output));
    }
    let head = "ID STATUS KIND SCHEDULE DURATION APPLICATIONS NAMESPACES CLUSTERS MANUALSYNC SYNCOVERRUN TIMEZONE \
        USEANDOPERATOR";
    let mut lines: Vec<Vec<String>> = vec![head.split_whitespace().map(str::to_string).collect()];
    for (at, window) in windows.items().iter().enumerate() {
        let own = |field: &str| window.str_at(field).to_string();
        let list = |field: &str| {
            let all: Vec<&str> = window.list_at(field).iter().filter_map(Value::as_str).collect();
            if all.is_empty() { "-".to_string() } else { all.join(",") }
        };
        let on = |field: &str| (if window.bool_at(field) { "Enabled" } else { "Disabled" }).to_string();
        let active = if gitops::is_active(window, cx.now()) { "Active" } else { "Inactive" };
        let mut line = vec![at.to_string(), active.into(), own("kind"), own("schedule"), own("duration")];
        line.extend([list("applications"), list("namespaces"), list("clusters")]);
        line.extend([on("manualSync"), on("syncOverrun"), own("timeZone"), on("andOperator")]);
        lines.push(line);
    }
    // The real format ends each line with a tab, so that the last column is one, too.
    lines.iter_mut().for_each(|line| line.push(String::new()));
    cx.out(table::align(&lines, 0));
    Ok(Next::Exit(0))
}
