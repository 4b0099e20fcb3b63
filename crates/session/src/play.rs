//! Playing scripts: what a lesson's solutions, wrong answers and console blocks do.

use crate::journal::NodeId;
use crate::moment::Said;
use crate::session::Session;
use lesson::Action;
use order::OrdMap;
use screen::Input;
use std::time::Duration;

/// A command of a script that runs longer is interrupted: an endless loop must not hold up a proof.
const COMMAND_MAX: Duration = Duration::from_secs(900);

impl Session {
    /// Does what a learner would do. Gives what the terminal printed for a command line.
    #[inline(never)]
    pub fn play_action(&mut self, action: &Action) -> String {
        match action {
            Action::Run { line, .. } => return self.run_line(&self.with_picks(line)),
            Action::Save { path, text } => {
                let path = self.home_path(path);
                self.act(Input::Save { path, text: self.with_picks(text) });
            }
            Action::Advance { secs } => self.advance(Duration::from_secs(*secs)),
            Action::Answer { step, value } => {
                let value = {
                    let moment = self.now();
                    let facts = lesson::WorldFacts { world: &moment.world, picks: &moment.picks };
                    let (latches, passed) = (lesson::Latches::default(), OrdMap::new());
                    let past = lesson::cel::Past { owner: "script", latches: &latches, passed: &passed };
                    value.render(&facts, past, &[])
                };
                self.act(Input::Answer { step: step.clone(), value });
            }
            Action::Predict { step, choice } => {
                self.act(Input::Predict { step: step.clone(), choice: choice.clone() });
            }
        }
        String::new()
    }

    /// A script's text with the words that this world picked. A placeholder that names none of them stays, so that the
    /// solution fails where its author sees it.
    fn with_picks(&self, text: &str) -> String {
        let picks = &self.now().picks;
        let look_up = |kind: &str, name: &str| picks.get(name).filter(|_| kind == "pick").cloned();
        lesson::fill(text, &look_up).unwrap_or_else(|_| text.to_owned())
    }

    /// Types a line and waits for the prompt; gives what was printed, without prompt and line, without colours.
    #[inline(never)]
    pub fn run_line(&mut self, line: &str) -> String {
        let terminal = self.now().terminal;
        let mut lines = line.lines();
        let before = self.printed();
        for part in lines.by_ref() {
            self.act_within(Input::Line { terminal: terminal.0, text: part.to_string() }, COMMAND_MAX);
        }
        let Some(screen) = self.now().world.terminal(terminal) else { return String::new() };
        // The first of the new lines is the echo of what was typed.
        let echoed = line.lines().count();
        let cleared = screen.first_line.max(before + echoed);
        let printed: Vec<String> = screen.lines.since(cleared).map(|line| world::strip_ansi(line)).collect();
        let mut text = printed.join("\n");
        let partial = world::strip_ansi(&screen.partial);
        if !partial.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&partial);
        } else if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    fn printed(&self) -> usize {
        self.now().world.terminal(self.now().terminal).map_or(0, |screen| screen.lines.len())
    }

    fn home_path(&self, path: &str) -> String {
        let home = self.now().world.machine(&world::MachineId::workstation()).map_or("/", |machine| machine.home());
        vfs::join(home, path.strip_prefix("~/").unwrap_or(path))
    }

    /// Lets the clock run, as Play does.
    pub fn advance(&mut self, span: Duration) {
        let to = self.now().now() + span;
        self.act(Input::Advance { to_micros: to.as_micros() });
    }

    /// What the open step was told last: its id and the words.
    pub fn not_yet(&self) -> Option<(&str, &str)> {
        self.now().not_yet.as_ref().map(|told| (told.step.as_str(), told.say.as_str()))
    }

    /// What was said to the last answer of a step.
    pub fn feedback(&self, step: &str) -> Option<&str> {
        self.now().feedback.get(step).map(|(_, say)| say.as_str())
    }

    /// Steps that are passed, in the lesson's order.
    pub fn passed(&self) -> Vec<String> {
        let passed = &self.now().progress.passed;
        self.lesson.plan.steps.iter().filter(|step| passed.contains_key(&step.id)).map(|step| step.id.clone()).collect()
    }

    /// Says something to the learner.
    pub fn say(&mut self, good: bool, text: impl Into<String>) {
        self.said.push(Said { good, text: text.into() });
    }

    /// The head of the journal.
    pub fn head(&self) -> Option<NodeId> {
        self.journal().head()
    }
}
