//! Terminals come, are typed into and go.

use crate::{Fd, Foreground, MachineId, Pid, Spawn, Terminal, TerminalId, World};

/// More would be lost in their row of tabs.
pub const TERMINALS_MAX: usize = 8;

impl World {
    /// Opens a terminal with an interactive shell (program `bash`) in the home folder of a machine.
    pub fn open_terminal(&mut self, machine: &MachineId) -> Option<TerminalId> {
        let home = self.machines.get(machine)?.home().to_string();
        self.open_terminal_in(machine, home)
    }

    /// Opens a terminal beside another one: on its machine, in its shell's folder. One whose shell has ended makes room.
    #[inline(never)]
    pub fn open_terminal_beside(&mut self, other: TerminalId) -> Option<TerminalId> {
        self.terminals.retain(|_, terminal| terminal.shell.is_some());
        if self.terminals.len() >= TERMINALS_MAX {
            return None;
        }
        let shell = self.terminals.get(&other).and_then(|terminal| terminal.shell);
        let Some(entry) = shell.and_then(|shell| self.processes.get(&shell)) else {
            return self.open_terminal(&MachineId::workstation());
        };
        let (machine, folder) = (entry.machine.clone(), entry.cwd.clone());
        let columns = self.terminals.get(&other).map(|terminal| terminal.columns);
        let id = self.open_terminal_in(&machine, folder)?;
        if let (Some(columns), Some(terminal)) = (columns, self.terminals.get_mut(&id)) {
            terminal.columns = columns;
        }
        Some(id)
    }

    fn open_terminal_in(&mut self, machine: &MachineId, folder: String) -> Option<TerminalId> {
        let host = self.machines.get(machine)?;
        let mut env = (*host.env).clone();
        env.insert("TERM".into(), "xterm-256color".into());
        env.insert("PWD".into(), folder.clone());
        self.last_terminal += 1;
        let id = TerminalId(self.last_terminal);
        let input = self.new_stream();
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.writers = 1;
        }
        self.terminals.insert(id, Terminal::new(input));
        let shell = self.spawn(Spawn {
            parent: None,
            machine: machine.clone(),
            argv: vec!["bash".into(), "-i".into()],
            env: env.into(),
            cwd: folder,
            fds: (0..3).map(|number| (number, Fd::Terminal(id))).collect(),
            terminal: Some(id),
            causes: sim::Causes::none(),
        })?;
        self.terminals.get_mut(&id)?.shell = Some(shell);
        Some(id)
    }

    /// Closes a terminal as its window would: SIGHUP ends its shell and all that the shell has started, jobs too.
    pub fn close_terminal(&mut self, id: TerminalId) {
        let Some(terminal) = self.terminals.get(&id) else { return };
        if let Some(shell) = terminal.shell {
            self.kill(shell, 129);
        }
        self.drop_terminal(id);
    }

    /// A shell has ended by itself: its terminal goes with it, unless it is the only one. Jobs in the background go on.
    #[inline(never)]
    pub(crate) fn shell_ended(&mut self, shell: Pid) {
        let Some(id) = self.terminals().find(|(_, terminal)| terminal.shell == Some(shell)).map(|(id, _)| id) else {
            return;
        };
        if self.terminals.len() > 1 {
            self.drop_terminal(id);
        } else if let Some(terminal) = self.terminals.get_mut(&id) {
            terminal.shell = None;
            terminal.prompt = None;
        }
    }

    fn drop_terminal(&mut self, id: TerminalId) {
        if let Some(terminal) = self.terminals.remove(&id) {
            self.streams.remove(&terminal.input);
        }
    }

    /// What runs in the foreground of a terminal, as it was typed; `None` at a prompt.
    pub fn running(&self, id: TerminalId) -> Option<String> {
        let mut pid = self.terminals.get(&id).filter(|terminal| terminal.prompt.is_none())?.shell?;
        let mut words = None;
        // Down to the newest program: what is between are shells of pipelines and loops.
        for _ in 0..16 {
            let children = self.children(pid).into_iter().rev();
            let mut moving = children.filter(|child| self.is_running(*child) && !self.background.contains(child));
            let Some(child) = moving.next() else { break };
            let entry = self.processes.get(&child)?;
            if entry.program != "bash" || !entry.args.is_empty() {
                words = Some(entry);
            }
            pid = child;
        }
        words.map(|entry| {
            let args = entry.args.iter().map(String::as_str);
            std::iter::once(entry.program.as_str()).chain(args).collect::<Vec<&str>>().join(" ")
        })
    }

    /// The folder that a terminal's shell stands in, on its machine.
    pub fn folder(&self, id: TerminalId) -> Option<(&MachineId, &str)> {
        let entry = self.processes.get(&self.terminals.get(&id)?.shell?)?;
        Some((&entry.machine, &entry.cwd))
    }

    /// What all terminals are doing, as far as the clock is concerned: what computes comes first, then what waits for a
    /// known time, then what follows without an end.
    pub fn foreground_of_all(&self) -> Foreground {
        let mut all = Foreground::Prompt;
        for (id, _) in self.terminals() {
            all = match (all, self.foreground(id)) {
                (Foreground::Busy, _) | (_, Foreground::Busy) => Foreground::Busy,
                (Foreground::Waiting(one), Foreground::Waiting(other)) => Foreground::Waiting(one.min(other)),
                (Foreground::Waiting(until), _) | (_, Foreground::Waiting(until)) => Foreground::Waiting(until),
                (Foreground::Following, _) | (_, Foreground::Following) => Foreground::Following,
                (Foreground::Reading, _) | (_, Foreground::Reading) => Foreground::Reading,
                (Foreground::Prompt, Foreground::Prompt) => Foreground::Prompt,
            };
        }
        all
    }

    pub fn terminal(&self, id: TerminalId) -> Option<&Terminal> {
        self.terminals.get(&id)
    }

    /// All terminals share one window.
    pub fn resize_terminals(&mut self, columns: u16) {
        for terminal in self.terminals.values_mut() {
            terminal.columns = columns.clamp(20, 1_000);
        }
    }

    pub fn terminals(&self) -> impl Iterator<Item = (TerminalId, &Terminal)> {
        self.terminals.iter().map(|(id, terminal)| (*id, terminal))
    }

    /// Types a line and Enter: echoes it behind the prompt and gives it to whoever reads. `causes` is the input's event.
    pub fn type_line(&mut self, id: TerminalId, line: &str, causes: &sim::Causes) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        let prompt = terminal.prompt.take().unwrap_or_default();
        let is_seen = terminal.paging.is_none();
        terminal.editing = terminal.editing.take().filter(|editing| editing.waits);
        if is_seen {
            terminal.write(format!("{prompt}{line}\n").as_bytes());
        }
        let (input, shell) = (terminal.input, terminal.shell);
        if let Some(entry) = shell.and_then(|pid| self.processes.get_mut(&pid)) {
            entry.causes = causes.clone();
        }
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.extend_from_slice(line.as_bytes());
            stream.data.push(b'\n');
        }
        self.wake_readers(input);
    }

    /// Ctrl-D: ends the input of whoever reads the terminal.
    pub fn end_input(&mut self, id: TerminalId) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        let prompt = terminal.prompt.take().unwrap_or_default();
        terminal.write(prompt.as_bytes());
        let input = terminal.input;
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.push(4);
        }
        self.wake_readers(input);
    }

    /// Ctrl-C: ends what runs in the foreground; the shell goes back to its prompt.
    #[inline(never)]
    pub fn interrupt(&mut self, id: TerminalId) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        terminal.write(b"^C\n");
        terminal.prompt = None;
        let (input, shell) = (terminal.input, terminal.shell);
        if let Some(stream) = self.streams.get_mut(&input) {
            stream.data.clear();
        }
        let Some(shell) = shell else { return };
        for child in self.children(shell) {
            if !self.background.contains(&child) {
                self.kill(child, 130);
            }
        }
        self.interrupted.insert(shell);
        self.wake(shell);
    }

    /// Whether Ctrl-C came since the last time this was asked.
    pub fn take_interrupt(&mut self, pid: Pid) -> bool {
        self.interrupted.remove(&pid)
    }
}
