//! Which view models changed: each is made again only when what it shows may have changed, and sent only if it did.

use crate::drive::Motion;
use crate::session::Session;
use order::{OrdMap, OrdSet};
use screen::{ArgoCd, Brief, Clock, Cluster, FileView, Files, Git, Past, Pipelines, Shop, TerminalTab, Update};
use sim::Time;
use world::{Foreground, MachineId, Terminal, TerminalId, World};

/// The models as the page has them, and what it chose to look at.
#[derive(Debug, Default)]
pub(crate) struct Models {
    pub shown_repo: String,
    /// The repository of the workstation that each terminal stands in.
    stands: OrdMap<TerminalId, String>,
    pub open_file: Option<String>,
    pub shown_run: Option<u32>,
    pub cluster_look: view::ClusterLook,
    /// The choice of what to show changed.
    chosen: bool,
    brief: Brief,
    clock: Option<Clock>,
    shop: Shop,
    files: Files,
    file: Option<FileView>,
    git: Git,
    pipelines: Pipelines,
    argocd: ArgoCd,
    cluster: Cluster,
    seen: Option<Seen>,
    tabs: Vec<TerminalTab>,
    screens: OrdMap<TerminalId, Sent>,
}

/// How much of a terminal the page has.
#[derive(Debug, Clone, Default)]
struct Sent {
    lines: usize,
    below: Option<Shown>,
}

/// What stands below a screen's finished lines: prompt, unfinished line, first line, whether it waits, the open file, and
/// which file of which pager is shown.
type Shown = (Option<String>, String, usize, bool, Option<world::Editing>, Option<(world::Pid, u32)>);

/// What the models were made from.
#[derive(Debug)]
struct Seen {
    at: Time,
    events: usize,
    store: u64,
    files: vfs::Vfs,
    viewing: Option<usize>,
}

impl Models {
    pub fn choose(&mut self) {
        self.chosen = true;
    }

    /// Updates for everything that changed since the last time.
    #[inline(never)]
    pub fn changed(&mut self, session: &mut Session) -> Vec<Update> {
        let (world_changed, clock_changed) = session.take_changes();
        let mut updates = Vec::new();
        if world_changed || self.chosen || self.seen.is_none() {
            self.panels(session, &mut updates);
            self.chosen = false;
        }
        if world_changed || clock_changed {
            self.terminals(session, &mut updates);
            let clock = clock(session);
            if self.clock.as_ref() != Some(&clock) {
                self.clock = Some(clock.clone());
                updates.push(Update::Clock(clock));
            }
        }
        updates
    }

    #[inline(never)]
    fn panels(&mut self, session: &Session, updates: &mut Vec<Update>) {
        let first = self.seen.is_none();
        let moment = session.shown();
        let world = &moment.world;
        let files = world.machine(&MachineId::workstation()).map(|machine| machine.files.clone()).unwrap_or_default();
        let seen = self.seen.as_ref().filter(|seen| seen.viewing == session.viewing());
        let all = seen.is_none() || self.chosen;
        let files_changed = all || seen.is_some_and(|seen| !seen.files.same(&files));
        let news = seen.map(|seen| world.sim.events().since(seen.events));
        let topics: OrdSet<&str> = news.into_iter().flatten().map(|event| &*event.topic).collect();
        let store_changed = all || seen.is_some_and(|seen| seen.store != world.cluster.store().version());
        let second = |time: Time| time.unix_secs();
        let second_changed = all || seen.is_some_and(|seen| second(seen.at) != second(world.now()));
        if files_changed {
            put(&mut self.files, view::files(world), Update::Files, updates);
            let file = self.open_file.as_ref().and_then(|path| view::file(world, path));
            put(&mut self.file, file, Update::File, updates);
        }
        if files_changed || topics.contains("git") || topics.contains("ci") {
            put(&mut self.git, view::git(world, &self.shown_repo), Update::Git, updates);
        }
        if self.follow(world) {
            put(&mut self.git, view::git(world, &self.shown_repo), Update::Git, updates);
        }
        if all || topics.contains("ci") || (second_changed && world.ci.is_busy()) {
            put(&mut self.pipelines, view::pipelines(world, self.shown_run), Update::Pipelines, updates);
        }
        if store_changed || second_changed {
            put(&mut self.argocd, view::argocd(world), Update::ArgoCd, updates);
        }
        // The buttons of a Rollout are there while a terminal stands at its prompt.
        if store_changed || world.rollouts.is_some() {
            put(&mut self.cluster, view::cluster(world, &self.cluster_look), Update::Cluster, updates);
        }
        if second_changed || !topics.is_empty() {
            put(&mut self.shop, view::shop(world), Update::Shop, updates);
        }
        put(&mut self.brief, brief(session), Update::Brief, updates);
        if first {
            // No repository, nothing that ran: the page has to know that too.
            tell_empty(&self.git, Update::Git, updates);
            tell_empty(&self.pipelines, Update::Pipelines, updates);
            tell_empty(&self.argocd, Update::ArgoCd, updates);
            tell_empty(&self.cluster, Update::Cluster, updates);
        }
        let events = world.sim.events().len();
        let store = world.cluster.store().version();
        self.seen = Some(Seen { at: world.now(), events, store, files, viewing: session.viewing() });
    }

    /// Who goes into another repository is shown that one.
    #[inline(never)]
    fn follow(&mut self, world: &World) -> bool {
        let before = self.shown_repo.clone();
        for (id, _) in world.terminals() {
            let Some((_, folder)) = world.folder(id).filter(|(machine, _)| **machine == MachineId::workstation())
            else {
                continue;
            };
            let holds =
                |path: &str| folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            // The home may be one that holds others.
            let holding = self.git.repos.iter().map(|repo| &repo.path).filter(|path| holds(path));
            let Some(path) = holding.max_by_key(|path| path.len()) else { continue };
            if self.stands.insert(id, path.clone()).as_ref() != Some(path) && *path != self.git.shown {
                self.shown_repo.clone_from(path);
            }
        }
        self.shown_repo != before
    }

    fn terminals(&mut self, session: &Session, updates: &mut Vec<Update>) {
        let world = &session.shown().world;
        put(&mut self.tabs, view::terminal_tabs(world), Update::Terminals, updates);
        self.screens.retain(|id, _| world.terminal(*id).is_some());
        for (id, terminal) in world.terminals() {
            self.screen(session, id, terminal, updates);
        }
    }

    #[inline(never)]
    fn screen(&mut self, session: &Session, id: TerminalId, terminal: &Terminal, updates: &mut Vec<Update>) {
        let moment = session.shown();
        let sent = self.screens.entry(id).or_default();
        // After an undo the screen is another one: all of it is sent again.
        let seen = if terminal.lines.len() < sent.lines || session.viewing().is_some() { 0 } else { sent.lines };
        let foreground = moment.world.foreground(id);
        let waiting = match foreground {
            Foreground::Waiting(until) => Some(format!("skipping {}", view::span(until.since(moment.now())))),
            _ => None,
        };
        let (prompt, partial) = (terminal.prompt.clone(), terminal.partial.clone());
        let paging = terminal.paging.as_ref().map(|paging| (paging.pid, paging.file.0));
        let state = (prompt, partial, terminal.first_line, waiting.is_some(), terminal.editing.clone(), paging);
        if seen == terminal.lines.len() && sent.below.as_ref() == Some(&state) {
            return;
        }
        let opened = |state: &Shown| state.4.as_ref().map(|open| (open.pid, open.path.clone()));
        if let Some((pid, path)) = opened(&state)
            && sent.below.as_ref().and_then(opened) != Some((pid, path.clone()))
        {
            put(&mut self.file, view::file(&moment.world, &path), Update::File, updates);
            self.open_file = Some(path);
        }
        let mut screen = view::terminal(id, terminal, foreground, seen, waiting);
        screen.history = session.typed(id.0);
        *sent = Sent { lines: terminal.lines.len(), below: Some(state) };
        updates.push(Update::Screen(screen));
    }
}

/// What is as empty as it began was not sent.
fn tell_empty<T: Default + PartialEq>(model: &T, update: fn(T) -> Update, updates: &mut Vec<Update>) {
    if *model == T::default() {
        updates.push(update(T::default()));
    }
}

fn put<T: PartialEq + Clone>(old: &mut T, new: T, update: fn(T) -> Update, updates: &mut Vec<Update>) {
    if *old != new {
        *old = new.clone();
        updates.push(update(new));
    }
}

#[inline(never)]
fn brief(session: &Session) -> Brief {
    let moment = session.shown();
    view::brief(view::Brief {
        page: &session.lesson.page,
        plan: &session.lesson.plan,
        progress: &moment.progress,
        facts: lesson::WorldFacts { world: &moment.world, picks: &moment.picks },
        not_yet: moment.not_yet.as_ref(),
        feedback: &moment.feedback,
    })
}

#[inline(never)]
fn clock(session: &Session) -> Clock {
    let moment = session.shown();
    let now = moment.now();
    let path = session.journal().path();
    let entries = u32::try_from(path.len()).unwrap_or(u32::MAX);
    let at = session.viewing().map_or(entries, |at| u32::try_from(at).unwrap_or(u32::MAX));
    let motion = match (session.motion(), moment.foreground()) {
        (_, Foreground::Waiting(until)) => {
            screen::Motion::Skipping(format!("skipping {}", view::span(until.since(now))))
        }
        (Motion::Playing { speed, .. }, _) => screen::Motion::Playing { speed: *speed },
        (Motion::NextEvent { .. }, _) => screen::Motion::Skipping("until the next event".into()),
        (Motion::Still, Foreground::Following) => screen::Motion::Playing { speed: 1 },
        (Motion::Still, _) => screen::Motion::Paused,
    };
    let past = session.viewing().map(|at| Past {
        time: view::clock_text(now),
        input: at.checked_sub(1).and_then(|before| path.get(before)).map_or_else(String::new, |id| session.told(*id)),
    });
    Clock {
        date: view::date_text(now),
        time: view::clock_text(now),
        micros: now.as_micros(),
        motion,
        entries,
        at,
        marks: session.marks(),
        can_undo: !path.is_empty(),
        can_redo: session.journal().can_redo(),
        past,
    }
}
