//! What every Git command needs: the repository it runs in, configuration, identity, printing, colour.

use super::include::with_includes;
use super::process::{Child, Resume};
use git::{Config, GitError, Ignores, Pathspec, Repo, Signature, When};
use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use vfs::{Vfs, join};
use world::Cx;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// To be printed; the exit code is its own.
    Git(GitError),
    /// All is said.
    Exit(i32),
    /// A child has to run first; what comes after it is data.
    Child(Box<(Child, Resume)>),
    /// A line of standard input has to come first.
    Input(Box<Resume>),
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

/// The exit code, or why there was none.
pub(crate) type Answer = Result<i32, Stop>;

pub(crate) fn fatal<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Git(GitError::fatal(text)))
}

pub(crate) fn error<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Git(GitError::error(text)))
}

/// One running `git`.
#[derive(Debug)]
pub(crate) struct Git<'a, 'w> {
    pub cx: &'a mut Cx<'w>,
    pub cwd: String,
    /// `-c name=value`, strongest last.
    pub overrides: Vec<(String, String)>,
    /// The command's name, for messages.
    pub command: &'static str,
    /// What children said that this command has asked for before it was started over.
    pub answers: Vec<i32>,
    /// What stands behind a command that reads its own words.
    pub words: Vec<String>,
    /// What reference logs name instead of the command: `pull --rebase`.
    pub action: Option<String>,
    /// What was looked for here already.
    pub found: RefCell<Found>,
    /// `--paginate` or `--no-pager` was given.
    pub pager: Option<bool>,
    /// A pager shows the output: it is for a terminal.
    pub paged: bool,
}

/// What a running command found out about where it runs; it counts until a file changes or it goes elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files' edits then, the folder, and the number of overrides.
    at: (u64, String, usize),
    repo: Option<Repo>,
    settings: Option<Rc<Settings>>,
    ignores: Option<Rc<Ignores>>,
}

/// A repository with a work tree, and the folder in it where the command runs (`""` is the top).
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub repo: Repo,
    pub prefix: String,
}

/// All configuration that counts here, strongest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub layers: Vec<Config>,
    overrides: Vec<(String, String)>,
}

impl Settings {
    pub fn get(&self, name: &str) -> Option<String> {
        let over = self.overrides.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        over.map(|(_, value)| value.clone())
            .or_else(|| self.layers.iter().rev().find_map(|layer| layer.get(name)).map(str::to_string))
    }

    pub fn get_bool(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1" | ""))
    }
}

/// Whose identity is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Author,
    Committer,
}

impl Git<'_, '_> {
    pub fn files(&self) -> &Vfs {
        self.cx.files()
    }

    pub fn out(&mut self, text: impl AsRef<[u8]>) {
        self.cx.out(text);
    }

    pub fn err(&mut self, text: impl AsRef<[u8]>) {
        self.cx.err(text);
    }

    /// What reference logs call what is done.
    pub fn log_action(&self, usual: &str) -> String {
        self.action.clone().or_else(|| self.cx.env("GIT_REFLOG_ACTION")).unwrap_or_else(|| usual.to_string())
    }

    /// Prints each line as advice.
    pub fn hint(&mut self, text: &str) {
        let color = matches!(self.cx.fd(2), world::Fd::Terminal(_));
        let (on, off) = if color { ("\x1b[33m", "\x1b[m") } else { ("", "") };
        for line in text.lines() {
            let space = if line.is_empty() { "" } else { " " };
            self.err(format!("{on}hint:{space}{line}{off}\n"));
        }
    }

    /// Whether a piece of advice was switched off: `advice.<name>=false`.
    pub fn advises(&self, name: &str) -> bool {
        self.settings().get_bool(&format!("advice.{name}")) != Some(false)
    }

    pub fn when(&self) -> When {
        When::utc(i64::try_from(self.cx.now().unix_secs()).unwrap_or(i64::MAX))
    }

    pub fn repo(&self) -> Result<Repo, Stop> {
        if let Some(folder) = self.cx.env("GIT_DIR") {
            let git_dir = join(&self.cwd, &folder);
            let work_tree = Some(self.cx.env("GIT_WORK_TREE").map_or(self.cwd.clone(), |tree| join(&self.cwd, &tree)));
            return match Repo::at(self.files(), vfs::parent(&git_dir)).is_some()
                || Repo::at(self.files(), &git_dir).is_some()
            {
                true => Ok(Repo { git_dir, work_tree, common: None }),
                false => fatal(format!("not a git repository: '{folder}'")),
            };
        }
        if let Some(repo) = &self.found().repo {
            return Ok(repo.clone());
        }
        let mut repo = Repo::discover(self.files(), &self.cwd)?;
        if repo.work_tree.is_some() && repo.config(self.files()).get_bool("core.bare") == Some(true) {
            repo.work_tree = None;
        }
        self.found().repo = Some(repo.clone());
        Ok(repo)
    }

    /// What is known here, now.
    fn found(&self) -> RefMut<'_, Found> {
        let mut found = self.found.borrow_mut();
        let (edits, cwd, overrides) = &found.at;
        if *edits != self.files().edits() || *cwd != self.cwd || *overrides != self.overrides.len() {
            *found = Found { at: (self.files().edits(), self.cwd.clone(), self.overrides.len()), ..Found::default() };
        }
        found
    }

    /// Changes files that are neither configuration nor what makes a folder a repository: what was found stays true.
    pub fn keep<T>(&mut self, change: impl FnOnce(&mut Vfs) -> T) -> T {
        let before = self.files().edits();
        let done = change(self.cx.files_mut());
        let after = self.files().edits();
        let found = self.found.get_mut();
        if found.at.0 == before {
            found.at.0 = after;
        }
        done
    }

    pub fn work(&self) -> Result<Work, Stop> {
        let repo = self.repo()?;
        let top = repo.work_tree()?.to_string();
        let prefix = self.cwd.strip_prefix(&top).unwrap_or("").trim_start_matches('/').to_string();
        Ok(Work { repo, prefix })
    }

    /// Whether a person reads the output, at once or by a pager.
    pub fn out_is_terminal(&self) -> bool {
        self.paged || self.cx.stdout_is_terminal()
    }

    /// The configuration of the whole machine; `GIT_CONFIG_NOSYSTEM` leaves it out.
    pub fn system_config(&self) -> Option<String> {
        let left_out =
            self.cx.env("GIT_CONFIG_NOSYSTEM").is_some_and(|set| !matches!(set.as_str(), "" | "0" | "false"));
        (!left_out).then(|| self.cx.env("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into()))
    }

    pub fn settings(&self) -> Rc<Settings> {
        if let Some(settings) = &self.found().settings {
            return settings.clone();
        }
        let settings = Rc::new(self.read_settings());
        self.found().settings = Some(settings.clone());
        settings
    }

    fn read_settings(&self) -> Settings {
        let mut layers = Vec::new();
        let home = self.cx.env("HOME").unwrap_or_default();
        let global = self.cx.env("GIT_CONFIG_GLOBAL");
        let names = match global {
            Some(path) => vec![path],
            None => vec![join(&home, ".config/git/config"), join(&home, ".gitconfig")],
        };
        let repo = self.repo().ok();
        let mut files: Vec<(String, Config)> = Vec::new();
        for name in self.system_config().into_iter().chain(names) {
            if let Some(config) = Config::read(self.files(), &name) {
                files.push((name, config));
            }
        }
        if let Some(repo) = &repo {
            files.push((repo.file("config"), repo.config(self.files())));
        }
        for (path, config) in files {
            layers.extend(with_includes(self, repo.as_ref(), &path, config).into_iter().map(|(_, config)| config));
        }
        Settings { layers, overrides: self.overrides.clone() }
    }

    /// A file named in the configuration: `~/` is the home folder.
    fn named_file(&self, path: &str) -> String {
        let home = self.cx.env("HOME").unwrap_or_default();
        path.strip_prefix("~/").map_or_else(|| join(&self.cwd, path), |rest| join(&home, rest))
    }

    pub fn ignores(&self, repo: &Repo) -> Rc<Ignores> {
        if let Some(ignores) = &self.found().ignores {
            return ignores.clone();
        }
        let ignores = Rc::new(self.read_ignores(repo));
        self.found().ignores = Some(ignores.clone());
        ignores
    }

    fn read_ignores(&self, repo: &Repo) -> Ignores {
        let home = self.cx.env("HOME").unwrap_or_default();
        let named = self.settings().get("core.excludesfile").map(|path| self.named_file(&path));
        let path = named.unwrap_or_else(|| join(&home, ".config/git/ignore"));
        Ignores::base(repo, self.files(), &path)
    }

    /// Paths typed on the command line, seen from where the command runs.
    pub fn pathspec(&self, work: &Work, args: &[String]) -> Result<Pathspec, Stop> {
        let top = work.repo.work_tree()?;
        Pathspec::parse(args, &work.prefix, top)
            .or_else(|arg| fatal(format!("{arg}: '{arg}' is outside repository at '{top}'")))
    }

    /// Whether standard output gets colour for a command such as `status` or `diff`.
    pub fn colored(&self, slot: &str, option: Option<Option<&str>>) -> bool {
        let settings = self.settings();
        let said = match option {
            Some(value) => value.unwrap_or("always").to_string(),
            None => settings.get(&format!("color.{slot}")).or(settings.get("color.ui")).unwrap_or("auto".into()),
        };
        match said.as_str() {
            "always" => true,
            "never" | "false" | "no" | "off" => false,
            _ => self.out_is_terminal() && self.cx.env("TERM").as_deref() != Some("dumb"),
        }
    }

    /// The columns that a table may take.
    pub fn columns(&self) -> usize {
        let given = self.cx.env("COLUMNS").and_then(|text| text.parse().ok());
        given
            .filter(|columns| *columns > 0)
            .or_else(|| if self.paged { self.cx.terminal_columns() } else { self.cx.columns() })
            .unwrap_or(80)
    }

    /// Who acts, by environment and configuration; without both it says what Git says.
    pub fn identity(&mut self, whose: Whose) -> Result<Signature, Stop> {
        let (title, name, email, date) = match whose {
            Whose::Author => (
                "Author",
                ["GIT_AUTHOR_NAME", "author.name", "user.name"],
                ["GIT_AUTHOR_EMAIL", "author.email", "user.email"],
                "GIT_AUTHOR_DATE",
            ),
            Whose::Committer => (
                "Committer",
                ["GIT_COMMITTER_NAME", "committer.name", "user.name"],
                ["GIT_COMMITTER_EMAIL", "committer.email", "user.email"],
                "GIT_COMMITTER_DATE",
            ),
        };
        let settings = self.settings();
        let part =
            |[env, own, user]: [&str; 3]| self.cx.env(env).or_else(|| settings.get(own)).or_else(|| settings.get(user));
        let email = part(email).or_else(|| self.cx.env("EMAIL"));
        let name = part(name);
        let date = self.cx.env(date);
        let when = match date {
            None => self.when(),
            Some(text) if text.is_empty() => self.when(),
            Some(text) => match When::parse(&text, 0) {
                Some(when) => when,
                None => return fatal(format!("invalid date format: {text}")),
            },
        };
        let crud = |c: char| c <= ' ' || matches!(c, '.' | ',' | ':' | ';' | '<' | '>' | '"' | '\\' | '\'');
        let clean = |text: &str| {
            let mut kept = text.trim_matches(crud).to_string();
            kept.retain(|c| !matches!(c, '<' | '>' | '\n'));
            kept
        };
        let trouble = match (&email, &name) {
            (None, _) => {
                let machine = self.cx.machine();
                format!("unable to auto-detect email address (got '{}@{}.(none)')", machine.user, machine.hostname)
            }
            (Some(email), None) => format!("empty ident name (for <{email}>) not allowed"),
            (Some(email), Some(name)) if clean(name).is_empty() => {
                if name.is_empty() {
                    format!("empty ident name (for <{email}>) not allowed")
                } else {
                    return fatal(format!("name consists only of disallowed characters: {name}"));
                }
            }
            (Some(email), Some(name)) => {
                return Ok(Signature { name: clean(name), email: clean(email), when });
            }
        };
        self.err(format!(
            "{title} identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email \"you@example.com\"\n  git config --global user.name \"Your Name\"\n\nto set your account's default identity.\nOmit --global to set the identity only in this repository.\n\n"
        ));
        fatal(trouble)
    }

    /// Who stands in reference logs: the committer, or the account where nobody told a name.
    pub fn logger(&self) -> Signature {
        let settings = self.settings();
        let machine = self.cx.machine();
        let part = |name: &str| {
            self.cx
                .env(&format!("GIT_COMMITTER_{}", name.to_ascii_uppercase()))
                .or_else(|| settings.get(&format!("user.{name}")))
        };
        let when = self.cx.env("GIT_COMMITTER_DATE").and_then(|text| When::parse(&text, 0));
        Signature {
            name: part("name").unwrap_or_else(|| machine.user.clone()),
            email: part("email").unwrap_or_else(|| format!("{}@{}", machine.user, machine.hostname)),
            when: when.unwrap_or_else(|| self.when()),
        }
    }
}

/// `src/a` seen from `doc` is `../src/a`.
pub(crate) fn relative(from: &str, path: &str) -> String {
    if from.is_empty() {
        return path.to_string();
    }
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), path.split('/').collect());
    let same = from.iter().zip(&to).take_while(|(one, two)| one == two).count();
    let up = "../".repeat(from.len() - same);
    let rest = to[same..].join("/");
    match (up.is_empty(), rest.is_empty()) {
        (false, true) => up,
        (true, true) => "./".into(),
        _ => format!("{up}{rest}"),
    }
}
