//! `opsfest sh`: runs a script in a fresh world; output, errors and exit code are those of its commands.

use crate::args::Given;
use crate::{Usage, lessons, proof};
use std::io::{Read, Write};
use std::path::Path;
use world::{Fd, MachineId, Pid, Spawn, World};

/// A script may take this much virtual time; after that it is stopped, as Ctrl-C does.
const VIRTUAL_DAYS_MAX: u64 = 365;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let (text, args) = take_text(args)?;
    let given = Given::read(&args, &["--lesson", "--seed", "--file", "--export"], &[])?;
    let script = script(text, &given.operands)?;
    let seed = given.seed()?;
    let mut world = match given.value("--lesson") {
        Some(id) => proof::session(&lessons::by_id(id)?, seed).map_err(Usage)?.now().world.clone(),
        None => session::empty_world(seed.max(1)),
    };
    for file in given.values("--file") {
        put_file(&mut world, file)?;
    }
    if let Some(dir) = given.value("--export").filter(|dir| Path::new(dir).is_file()) {
        return Err(Usage(format!("{dir}: is a file, not a folder")));
    }
    let code = execute(&mut world, &script)?;
    if let Some(dir) = given.value("--export") {
        export(&world, Path::new(dir)).map_err(|error| Usage(format!("{dir}: {error}")))?;
    }
    Ok(code)
}

/// `-c LINE` has no `=` form and its text may begin with a dash.
fn take_text(args: &[String]) -> Result<(Option<String>, Vec<String>), Usage> {
    let Some(at) = args.iter().position(|arg| arg == "-c") else { return Ok((None, args.to_vec())) };
    let text = args.get(at + 1).ok_or_else(|| Usage("-c needs a line".into()))?;
    let mut rest = args.to_vec();
    rest.drain(at..=at + 1);
    Ok((Some(text.clone()), rest))
}

/// What to run, and what its standard input holds.
struct Script {
    argv: Vec<String>,
    stdin: Vec<u8>,
    /// A file's name, as it was given, and its text.
    file: Option<(String, Vec<u8>)>,
}

fn script(text: Option<String>, operands: &[String]) -> Result<Script, Usage> {
    let bash = |rest: &[&str]| std::iter::once("bash").chain(rest.iter().copied()).map(String::from).collect();
    match (text, operands) {
        (Some(text), []) => Ok(Script { argv: bash(&["-c", &text]), stdin: Vec::new(), file: None }),
        (None, [file]) if file != "-" => {
            let source = std::fs::read(file).map_err(|error| Usage(format!("{file}: {error}")))?;
            Ok(Script { argv: bash(&["--", file]), stdin: Vec::new(), file: Some((file.clone(), source)) })
        }
        (None, [] | [_]) => {
            let mut source = Vec::new();
            std::io::stdin().read_to_end(&mut source).map_err(|error| Usage(error.to_string()))?;
            Ok(Script { argv: bash(&[]), stdin: source, file: None })
        }
        _ => Err(Usage("sh takes one of -c LINE, FILE and -".into())),
    }
}

fn put_file(world: &mut World, file: &str) -> Result<(), Usage> {
    let bytes = std::fs::read(file).map_err(|error| Usage(format!("{file}: {error}")))?;
    let micros = world.now().as_micros();
    let host = world.machine_mut(&MachineId::workstation()).ok_or_else(|| Usage("there is no workstation".into()))?;
    let name = Path::new(file).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let path = format!("{}/{name}", host.home());
    host.files.write(&path, bytes, micros).map_err(|error| Usage(format!("{path}: {error}")))
}

fn execute(world: &mut World, script: &Script) -> Result<i32, Usage> {
    let id = MachineId::workstation();
    let Some(host) = world.machine(&id) else { return Ok(1) };
    let (env, cwd) = (host.env.clone(), host.home().to_string());
    let (input, out, err) = (world.stream_of(script.stdin.clone()), world.new_capture(), world.new_capture());
    let fds = [(0, Fd::Stream(input)), (1, Fd::Stream(out)), (2, Fd::Stream(err))].into_iter().collect();
    let spawn = Spawn {
        parent: None,
        machine: id,
        argv: script.argv.clone(),
        env,
        cwd,
        fds,
        terminal: None,
        causes: sim::Causes::none(),
    };
    let Some(pid) = start(world, spawn, script)? else { return Ok(127) };
    let limit = world.now() + std::time::Duration::from_secs(VIRTUAL_DAYS_MAX * 86_400);
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
        drain(world, out, &mut std::io::stdout());
        drain(world, err, &mut std::io::stderr());
    }
    drain(world, out, &mut std::io::stdout());
    drain(world, err, &mut std::io::stderr());
    Ok(code.unwrap_or(130))
}

/// Starts the shell. A script file lies in the world only until the shell has read it: errors name it as those of
/// `bash FILE` do, its commands' input is not the script, and the home folder stays as it was.
fn start(world: &mut World, spawn: Spawn, script: &Script) -> Result<Option<Pid>, Usage> {
    let Some((name, text)) = &script.file else { return Ok(world.spawn(spawn)) };
    let (id, micros, path) = (spawn.machine.clone(), world.now().as_micros(), vfs::join(&spawn.cwd, name));
    let Some(host) = world.machine_mut(&id) else { return Ok(None) };
    let before = host.files.clone();
    let made = host.files.make_dir_all(vfs::parent(&path), micros);
    let written = made.and_then(|()| host.files.write(&path, text.clone(), micros));
    written.map_err(|error| Usage(format!("{path}: {error}")))?;
    let pid = world.spawn(spawn);
    // A process takes its first step, in which the shell reads its file, after this time.
    world.advance_to(world.now() + world::STEP);
    if let Some(host) = world.machine_mut(&id) {
        host.files = before;
    }
    Ok(pid)
}

fn drain(world: &mut World, stream: world::StreamId, to: &mut dyn Write) {
    let bytes = world.drain_capture(stream);
    if !bytes.is_empty() {
        // A reader that went away, such as `head`, is no error of ours.
        to.write_all(&bytes).and_then(|()| to.flush()).ok();
    }
}

/// Writes the home folder to disk, `.git` included.
fn export(world: &World, dir: &Path) -> std::io::Result<()> {
    let Some(host) = world.machine(&MachineId::workstation()) else { return Ok(()) };
    let home = host.home().to_string();
    std::fs::create_dir_all(dir)?;
    for (path, stat) in host.files.walk(&home, &mut |_| true).unwrap_or_default() {
        let target = dir.join(path[home.len()..].trim_start_matches('/'));
        match stat.kind {
            vfs::Kind::Dir => std::fs::create_dir_all(&target)?,
            vfs::Kind::File => {
                std::fs::write(&target, host.files.read(&path).unwrap_or_default())?;
                set_mode(&target, stat.mode)?;
            }
            vfs::Kind::Symlink => link(host.files.read_link(&path).unwrap_or_default(), &target)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::fs::write(path, target)
}
