//! `read` and `mapfile`.

use crate::run::Flow;
use crate::state::Bash;
use world::{Cx, Read};

#[derive(Default)]
struct Asked {
    raw: bool,
    prompt: String,
    array: Option<String>,
    end: u8,
    count: Option<usize>,
    /// `-N`: exactly so many, ends of lines among them.
    exactly: bool,
    fd: u8,
    names: Vec<String>,
    timeout: bool,
}

const USAGE: &str = "read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] \
                     [-t timeout] [-u fd] [name ...]\n";

fn asked(args: &[String]) -> Result<Asked, String> {
    let mut asked = Asked { end: b'\n', ..Asked::default() };
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|arg| arg.len() > 1 && arg.starts_with('-')) {
        at += 1;
        if arg == "--" {
            break;
        }
        let flags: Vec<char> = arg[1..].chars().collect();
        for (index, flag) in flags.iter().enumerate() {
            match flag {
                'r' => asked.raw = true,
                // The terminal shows what is typed anyway, and edits it anyway.
                's' | 'e' => {}
                'a' | 'd' | 'n' | 'N' | 'p' | 't' | 'u' | 'i' => {
                    let rest: String = flags[index + 1..].iter().collect();
                    let value = if rest.is_empty() {
                        at += 1;
                        args.get(at - 1).cloned().ok_or(format!("-{flag}: option requires an argument"))?
                    } else {
                        rest
                    };
                    value_of(&mut asked, *flag, value)?;
                    break;
                }
                other => return Err(format!("-{other}: invalid option")),
            }
        }
    }
    asked.names = args[at.min(args.len())..].to_vec();
    Ok(asked)
}

fn value_of(asked: &mut Asked, flag: char, value: String) -> Result<(), String> {
    match flag {
        'a' => asked.array = Some(value),
        'd' => asked.end = value.bytes().next().unwrap_or(0),
        'n' | 'N' => {
            asked.count = Some(value.parse().map_err(|_| format!("{value}: invalid number"))?);
            asked.exactly = flag == 'N';
        }
        'p' => asked.prompt = value,
        'u' => asked.fd = value.parse().map_err(|_| format!("{value}: invalid file descriptor specification"))?,
        't' => {
            let secs = manifest::float_of(&value).filter(|secs| *secs >= 0.0);
            secs.ok_or_else(|| format!("{value}: invalid timeout specification"))?;
            asked.timeout = true;
        }
        _ => return Err("-i: is real bash, but not part of this sandbox yet".into()),
    }
    Ok(())
}

pub(crate) fn read(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let asked = match asked(args) {
        Ok(asked) => asked,
        Err(message) => {
            shell.complain(cx, &format!("read: {message}"));
            if message.ends_with("invalid option") || message.ends_with("an argument") {
                cx.err(USAGE);
                return shell.end(2);
            }
            return shell.end(1);
        }
    };
    if !cx.has_fd(asked.fd) {
        let fd = asked.fd;
        return shell.usage(cx, &format!("read: {fd}: invalid file descriptor: Bad file descriptor"), 1);
    }
    if let Some(bad) =
        asked.names.iter().find(|name| !crate::parse::is_name(name.split('[').next().unwrap_or_default()))
    {
        return shell.usage(cx, &format!("read: `{bad}': not a valid identifier"), 1);
    }
    // What a backslash joined before is kept among the outputs of the command at hand.
    match cx.read_until(asked.fd, asked.end) {
        Read::Wait if asked.timeout => shell.end(142),
        Read::Wait => {
            if cx.stdin_is_terminal() && !asked.prompt.is_empty() {
                cx.show_prompt(Some(asked.prompt));
            }
            Flow::Input
        }
        Read::End => {
            cx.show_prompt(None);
            store(shell, &asked, "", cx);
            shell.end(1)
        }
        Read::Line(mut line) => {
            cx.show_prompt(None);
            let mut ended = line.last() == Some(&asked.end);
            if ended {
                line.pop();
            }
            while !asked.raw && ended && line.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1 {
                // A backslash before the end: the next line belongs to it.
                match cx.read_until(asked.fd, asked.end) {
                    Read::Line(more) => {
                        line.pop();
                        line.extend(more);
                        ended = line.last() == Some(&asked.end);
                        if ended {
                            line.pop();
                        }
                    }
                    _ => break,
                }
            }
            let mut text = String::from_utf8_lossy(&line).replace('\0', "");
            cut(&asked, &mut text, &mut ended, cx);
            store(shell, &asked, &text, cx);
            shell.end(i32::from(!ended))
        }
    }
}

/// `-n` and `-N`: no more than so many characters; the rest is given back.
fn cut(asked: &Asked, text: &mut String, ended: &mut bool, cx: &mut Cx<'_>) {
    if let Some(count) = asked.count {
        // Ends of lines count among the characters of `-N`.
        while asked.exactly && *ended && text.chars().count() < count {
            text.push(char::from(asked.end));
            let Read::Line(mut more) = cx.read_until(asked.fd, asked.end) else { break };
            *ended = more.last() == Some(&asked.end);
            if *ended {
                more.pop();
            }
            text.push_str(&String::from_utf8_lossy(&more));
        }
        let cut = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
        if cut < text.len() {
            let mut back = text.as_bytes()[cut..].to_vec();
            if *ended {
                back.push(asked.end);
            }
            cx.unread(asked.fd, &back);
            text.truncate(cut);
            *ended = true;
        } else if asked.exactly {
            *ended = text.chars().count() >= count;
        }
    }
}

/// A character, and whether a backslash stood before it.
fn characters(text: &str, raw: bool) -> Vec<(char, bool)> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' && !raw {
            out.extend(chars.next().map(|c| (c, true)));
        } else {
            out.push((c, false));
        }
    }
    out
}

fn store(shell: &mut Bash, asked: &Asked, text: &str, cx: &mut Cx<'_>) {
    let chars = characters(text, asked.raw);
    let ifs = shell.ifs();
    let of_ifs = |(c, quoted): (char, bool)| !quoted && ifs.contains(c);
    let blank = |pair: (char, bool)| of_ifs(pair) && matches!(pair.0, ' ' | '\t' | '\n');
    let whole = |chars: &[(char, bool)]| chars.iter().map(|(c, _)| *c).collect::<String>();
    if asked.names.is_empty() && asked.array.is_none() {
        shell.set("REPLY", &whole(&chars));
        return;
    }
    let mut wanted = if asked.array.is_some() { usize::MAX } else { asked.names.len() };
    let mut fields: Vec<String> = Vec::new();
    if asked.exactly {
        fields.push(whole(&chars));
        wanted = 0;
    }
    let mut at = chars.iter().take_while(|pair| blank(**pair)).count();
    while at < chars.len() && wanted > 0 {
        if fields.len() + 1 == wanted {
            fields.push(last_field(&chars[at..], &ifs));
            break;
        }
        let end = chars[at..].iter().position(|pair| of_ifs(*pair)).map_or(chars.len(), |length| at + length);
        fields.push(whole(&chars[at..end]));
        at = end;
        at += chars[at..].iter().take_while(|pair| blank(**pair)).count();
        if at < chars.len() && of_ifs(chars[at]) && !blank(chars[at]) {
            at += 1;
            at += chars[at..].iter().take_while(|pair| blank(**pair)).count();
        }
    }
    if let Some(array) = &asked.array {
        shell.set_list(array, fields);
        return;
    }
    let mut fields = fields.into_iter();
    for name in &asked.names {
        let value = fields.next().unwrap_or_default();
        if let Err(trouble) = shell.assign_place(name, &value, cx) {
            shell.complain(cx, &trouble.message);
        }
    }
}

/// All that is left, without blanks at its end, and without one separator that nothing follows.
fn last_field(chars: &[(char, bool)], ifs: &str) -> String {
    let blank = |(c, quoted): &(char, bool)| !quoted && ifs.contains(*c) && matches!(c, ' ' | '\t' | '\n');
    let mut end = chars.len();
    while end > 0 && blank(&chars[end - 1]) {
        end -= 1;
    }
    let separators = chars[..end].iter().filter(|(c, quoted)| !quoted && ifs.contains(*c)).count();
    if end > 0
        && separators == 1
        && let (c, false) = chars[end - 1]
        && ifs.contains(c)
    {
        end -= 1;
    }
    chars[..end].iter().map(|(c, _)| *c).collect()
}

pub(crate) fn mapfile(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (mut trim, mut most, mut skip, mut origin, mut fd, mut end, mut name) = (false, 0, 0, 0, 0, b'\n', None);
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        at += 1;
        let flag = arg.strip_prefix('-').and_then(|rest| rest.chars().next());
        let Some(flag) = flag else {
            name = Some(arg.clone());
            continue;
        };
        if flag == 't' {
            trim = true;
            continue;
        }
        if !matches!(flag, 'n' | 's' | 'O' | 'u' | 'd') {
            shell.complain(cx, &format!("mapfile: -{flag}: is real bash, but not part of this sandbox yet"));
            return shell.end(2);
        }
        let value = if arg.len() > 2 {
            arg[2..].to_string()
        } else {
            at += 1;
            args.get(at - 1).cloned().unwrap_or_default()
        };
        let number: usize = value.parse().unwrap_or(0);
        match flag {
            'n' => most = number,
            's' => skip = number,
            'O' => origin = number,
            'u' => fd = u8::try_from(number).unwrap_or(0),
            _ => end = value.bytes().next().unwrap_or(0),
        }
    }
    let name = name.unwrap_or_else(|| "MAPFILE".into());
    // Nothing is kept between steps: the lines so far are given back until the input is whole.
    let mut lines: Vec<Vec<u8>> = Vec::new();
    loop {
        match cx.read_until(fd, end) {
            Read::Line(line) => lines.push(line),
            Read::End => break,
            Read::Wait => {
                let back = lines.concat();
                cx.unread(fd, &back);
                return Flow::Input;
            }
        }
        if most > 0 && lines.len() == most + skip {
            break;
        }
    }
    let items: Vec<String> = lines
        .into_iter()
        .skip(skip)
        .map(|mut line| {
            if trim && line.last() == Some(&end) {
                line.pop();
            }
            String::from_utf8_lossy(&line).into_owned()
        })
        .collect();
    if origin == 0 {
        shell.set_list(&name, items);
    } else {
        for (index, item) in items.into_iter().enumerate() {
            if let Err(trouble) = shell.assign(&name, Some(&(origin + index).to_string()), false, &item, cx) {
                return shell.trouble(trouble, cx);
            }
        }
    }
    shell.end(0)
}
