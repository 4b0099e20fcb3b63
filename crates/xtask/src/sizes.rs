//! Size budgets: what a visitor's browser loads, measured as static hosts send it.

use crate::files;
use crate::outcome::Counts;
use crate::{engine, pack};
use anyhow::Result;
use std::path::Path;

/// One built part in bytes.
#[derive(Debug, Clone, Default)]
pub struct Size {
    pub raw: usize,
    pub gzip: usize,
    pub brotli: usize,
}

/// What counts as what, by place and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Page,
    Editor,
    /// What runs at once: all that lesson 0 calls.
    WorkerFirst,
    /// What comes behind.
    WorkerRest,
    /// What comes when it is first called: functions of bytes to bytes.
    Pure,
    /// What comes when it is first called: controllers that few worlds have, and their tools.
    Addons,
    /// What comes when it is first called: command-line tools.
    Tools,
    /// What comes when it is first called: Prometheus.
    Metrics,
}

/// All parts of the built site, each summed up.
#[derive(Debug, Default)]
pub struct Sizes {
    pub page: Size,
    pub editor: Size,
    pub worker_first: Size,
    pub worker_rest: Size,
    pub pure: Size,
    pub addons: Size,
    pub tools: Size,
    pub metrics: Size,
}

/// A budget of the design: what it holds, the figure and the limit in bytes of brotli.
#[derive(Debug)]
pub struct Budget {
    pub name: &'static str,
    pub bytes: usize,
    pub limit: usize,
}

pub fn measure(dist: &Path) -> Result<Sizes> {
    let engine = engine::current(dist)?;
    let mut sizes = Sizes::default();
    let mut html = Size::default();
    for file in files::walk(dist)? {
        let name = files::relative(dist, &file);
        let Some(part) = part_of(&name, &engine) else {
            continue;
        };
        let size = Size::of(&files::read(&file)?)?;
        match part {
            // A visitor loads one document: the largest stands for all.
            Part::Page if name.ends_with(".html") && size.brotli <= html.brotli => {}
            Part::Page if name.ends_with(".html") => html = size,
            Part::Page => sizes.page.add(&size),
            Part::Editor => sizes.editor.add(&size),
            Part::WorkerFirst => sizes.worker_first.add(&size),
            Part::WorkerRest => sizes.worker_rest.add(&size),
            Part::Pure => sizes.pure.add(&size),
            Part::Addons => sizes.addons.add(&size),
            Part::Tools => sizes.tools.add(&size),
            Part::Metrics => sizes.metrics.add(&size),
        }
    }
    sizes.page.add(&html);
    Ok(sizes)
}

fn part_of(name: &str, engine: &str) -> Option<Part> {
    let loaded = [".wasm", ".js", ".css", ".html"].iter().any(|end| name.ends_with(end));
    let file = name.rsplit('/').next().unwrap_or(name);
    let worker_script = file.starts_with("sw") || file.starts_with("service-worker");
    match name {
        _ if !loaded || worker_script => None,
        _ if name == format!("engine/{engine}/rest.wasm") => Some(Part::WorkerRest),
        _ if name == format!("engine/{engine}/pure.wasm") => Some(Part::Pure),
        _ if name == format!("engine/{engine}/addons.wasm") => Some(Part::Addons),
        _ if name == format!("engine/{engine}/tools.wasm") => Some(Part::Tools),
        _ if name == format!("engine/{engine}/metrics.wasm") => Some(Part::Metrics),
        _ if name.starts_with(&format!("engine/{engine}/")) => Some(Part::WorkerFirst),
        _ if name.starts_with("engine/") || name.starts_with("lessons/") => None,
        _ if name.starts_with("editor") => Some(Part::Editor),
        _ => Some(Part::Page),
    }
}

impl Size {
    fn of(bytes: &[u8]) -> Result<Self> {
        let (gzip, brotli) = (pack::gzip(bytes)?.len(), pack::brotli(bytes, pack::BEST)?.len());
        Ok(Self { raw: bytes.len(), gzip, brotli })
    }

    fn add(&mut self, other: &Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

impl Sizes {
    pub fn budgets(&self) -> [Budget; 8] {
        [
            Budget { name: "page", bytes: self.page.brotli, limit: 250_000 },
            Budget { name: "editor", bytes: self.editor.brotli, limit: 160_000 },
            Budget { name: "worker", bytes: self.worker_first.brotli + self.worker_rest.brotli, limit: 2_000_000 },
            Budget { name: "pure", bytes: self.pure.brotli, limit: 250_000 },
            Budget { name: "addons", bytes: self.addons.brotli, limit: 250_000 },
            Budget { name: "tools", bytes: self.tools.brotli, limit: 250_000 },
            Budget { name: "metrics", bytes: self.metrics.brotli, limit: 250_000 },
            Budget { name: "lesson_0", bytes: self.page.brotli + self.worker_first.brotli, limit: 1_000_000 },
        ]
    }
}

/// Every budget is one check.
pub fn check(dist: &Path) -> Result<Counts> {
    let mut counts = Counts::default();
    for Budget { name, bytes, limit } in measure(dist)?.budgets() {
        let holds = bytes <= limit;
        counts.count(holds);
        let verdict = if holds { "within" } else { "OVER" };
        println!("sizes: {name} {:.1} kB brotli, {verdict} {:.0} kB", kb(bytes), kb(limit));
    }
    Ok(counts)
}

pub fn kb(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_counts_once() {
        assert_eq!(part_of("page-1_bg.wasm", "e"), Some(Part::Page));
        assert_eq!(part_of("engine/e/worker.js", "e"), Some(Part::WorkerFirst));
        assert_eq!(part_of("engine/e/rest.wasm", "e"), Some(Part::WorkerRest));
        assert_eq!(part_of("engine/e/pure.wasm", "e"), Some(Part::Pure));
        assert_eq!(part_of("engine/e/addons.wasm", "e"), Some(Part::Addons));
        assert_eq!(part_of("engine/e/metrics.wasm", "e"), Some(Part::Metrics));
        assert_eq!(part_of("engine/old/worker.js", "e"), None);
        assert_eq!(part_of("editor/cm.js", "e"), Some(Part::Editor));
        assert_eq!(part_of("unlike.json", "e"), None);
        assert_eq!(part_of("sw.js", "e"), None);
    }

    #[test]
    fn what_is_over_its_budget_is_named() {
        let sizes = Sizes { page: Size { brotli: 250_001, ..Size::default() }, ..Sizes::default() };
        let over: Vec<&str> =
            sizes.budgets().iter().filter(|budget| budget.bytes > budget.limit).map(|budget| budget.name).collect();
        assert_eq!(over, ["page"]);
    }
}
