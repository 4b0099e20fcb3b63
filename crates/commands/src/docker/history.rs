//! `docker history`.

use super::{Answer, FORMAT, Failed, NO_TRUNC, Next, QUIET, Row, Words, ago, format, images, table};
use crate::cobra::{Command, Flag, Given, Takes};
use image::size_words;
use manifest::{Value, object};
use world::Cx;

pub(super) const HISTORY: Row = Row {
    command: Command {
        path: "docker history",
        operands: "IMAGE",
        summary: "Show the history of an image",
        flags: &[
            FORMAT,
            Flag {
                long: "human",
                short: 'H',
                takes: Takes::Switch,
                default: "true",
                help: "Print sizes and dates in human readable format",
            },
            NO_TRUNC,
            QUIET,
        ],
        missing: "platform",
    },
    words: Words::Exactly(1),
    front: false,
    aliases: &["image history"],
    run,
};

/// CREATED BY is this wide.
const BY_WIDTH: usize = 45;

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (host, now) = (cx.machine_id(), cx.now());
    let (store, _) = cx.world.images(&host);
    let Some(image) = store.find(&given.words[0]).cloned() else { return Err(images::no_such(&given.words[0])) };
    let (whole, human) = (given.on("no-trunc"), given.text("human") != Some("false"));
    let id = if whole { image.id.clone() } else { image.short().to_string() };
    let mut rows = Vec::new();
    for (at, line) in image.history.iter().rev().enumerate() {
        let by = line.created_by.replace('\t', " ");
        rows.push(object! {
            "ID" => if at == 0 { id.as_str() } else { "<missing>" },
            "CreatedAt" => line.created.rfc3339(),
            "CreatedSince" => if human { [&ago(now, line.created), " ago"].concat() } else { line.created.rfc3339() },
            "CreatedBy" => if whole { by } else { table::cut(&by, BY_WIDTH) },
            "Size" => if human { size_words(line.size, 3) } else { line.size.to_string() },
            "Comment" => line.comment.as_str(),
        });
    }
    let text = if given.on("quiet") {
        rows.iter().map(|row| [row.str_at("ID"), "\n"].concat()).collect()
    } else if let Some(format) = given.text("format").filter(|format| !matches!(*format, "table" | "")) {
        format::rows(format, &rows, &header).map_err(Failed::said)?
    } else {
        let mut lines =
            vec![table::line(["IMAGE", if human { "CREATED" } else { "CREATED AT" }, "CREATED BY", "SIZE", "COMMENT"])];
        let cells = |row: &Value| {
            ["ID", "CreatedSince", "CreatedBy", "Size", "Comment"].map(|key| row.str_at(key).to_string()).to_vec()
        };
        lines.extend(rows.iter().map(cells));
        table::align(&lines)
    };
    cx.out(text);
    Ok(Next::Done(0))
}

fn header(name: &str) -> String {
    match name {
        "ID" => "IMAGE".into(),
        "CreatedSince" => "CREATED".into(),
        "CreatedAt" => "CREATED AT".into(),
        "CreatedBy" => "CREATED BY".into(),
        other => other.to_uppercase(),
    }
}
