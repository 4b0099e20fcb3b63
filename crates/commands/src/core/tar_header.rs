//! A member of a tar archive: 512 bytes of header, as GNU tar writes them, and its data padded to 512.

use vfs::Kind;

pub(super) const BLOCK: usize = 512;
/// An archive is filled up to a multiple of twenty blocks.
const RECORD: usize = 20 * BLOCK;

/// The last second of the year 9999.
const TIME_MAX: u64 = 253_402_300_799;

/// What an archive knows of a file.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// A folder's name ends with a slash.
    pub name: String,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub mtime_secs: u64,
    pub kind: Kind,
    /// Where a link leads; what else it is a name of.
    pub target: String,
    pub hard: bool,
    pub user: String,
    pub group: String,
    pub data: Vec<u8>,
}

fn octal(out: &mut [u8], mut value: u64) {
    // The last byte is a zero.
    for at in (0..out.len() - 1).rev() {
        out[at] = b'0' + u8::try_from(value & 7).unwrap_or(0);
        value >>= 3;
    }
}

fn put(out: &mut [u8], text: &[u8]) {
    let len = text.len().min(out.len());
    out[..len].copy_from_slice(&text[..len]);
}

/// Adds a header and its data.
#[expect(clippy::too_many_arguments, reason = "the fields of the format")]
fn block(
    out: &mut Vec<u8>,
    name: &[u8],
    letter: u8,
    (mode, uid, gid): (u32, u32, u32),
    mtime_secs: u64,
    target: &[u8],
    (user, group): (&str, &str),
    data: &[u8],
) {
    let mut head = [0_u8; BLOCK];
    put(&mut head[..100], name);
    octal(&mut head[100..108], u64::from(mode));
    octal(&mut head[108..116], u64::from(uid));
    octal(&mut head[116..124], u64::from(gid));
    octal(&mut head[124..136], data.len() as u64);
    octal(&mut head[136..148], mtime_secs);
    head[156] = letter;
    put(&mut head[157..257], target);
    put(&mut head[257..265], b"ustar  \0");
    put(&mut head[265..296], user.as_bytes());
    put(&mut head[297..328], group.as_bytes());
    head[148..156].fill(b' ');
    let sum: u64 = head.iter().map(|byte| u64::from(*byte)).sum();
    head[154] = 0;
    octal(&mut head[148..155], sum);
    out.extend(head);
    out.extend(data);
    out.extend(std::iter::repeat_n(0, data.len().next_multiple_of(BLOCK) - data.len()));
}

pub(super) fn write(out: &mut Vec<u8>, member: &Member) {
    let long = |out: &mut Vec<u8>, letter: u8, text: &str| {
        let data = [text.as_bytes(), b"\0"].concat();
        block(out, b"././@LongLink", letter, (0o644, 0, 0), 0, b"", ("root", "root"), &data);
    };
    if member.target.len() > 100 {
        long(out, b'K', &member.target);
    }
    if member.name.len() > 100 {
        long(out, b'L', &member.name);
    }
    let letter = match member.kind {
        _ if member.hard => b'1',
        Kind::File => b'0',
        Kind::Dir => b'5',
        Kind::Symlink => b'2',
    };
    let (name, target) = (member.name.as_bytes(), member.target.as_bytes());
    let who = (member.mode, member.uid, member.gid);
    block(out, name, letter, who, member.mtime_secs, target, (&member.user, &member.group), &member.data);
}

/// The two empty blocks behind the last member, and what fills the record.
pub(super) fn end(out: &mut Vec<u8>) {
    let len = (out.len() + 2 * BLOCK).next_multiple_of(RECORD);
    out.resize(len, 0);
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn number(field: &[u8]) -> Option<u64> {
    // A number that is too large for its digits stands in base 256.
    if field[0] & 0x80 != 0 {
        let bytes = &field[field.len().saturating_sub(8)..];
        return Some(bytes.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)));
    }
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| (b'0'..=b'7').contains(byte));
    let mut value = 0_u64;
    for digit in digits {
        value = value.checked_mul(8)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some(value)
}

/// Why an archive ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    NotTar,
    Cut,
}

/// All members, and whether the archive is whole.
pub(super) fn read(bytes: &[u8]) -> (Vec<Member>, Option<Broken>) {
    let mut members = Vec::new();
    let (mut at, mut name, mut target) = (0, None, None);
    while let Some(head) = bytes.get(at..at + BLOCK) {
        if head.iter().all(|byte| *byte == 0) {
            return (members, None);
        }
        let sum: u64 = head
            .iter()
            .enumerate()
            .map(|(at, byte)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte }))
            .sum();
        if number(&head[148..156]) != Some(sum) {
            return (members, Some(Broken::NotTar));
        }
        let letter = head[156];
        let size = number(&head[124..136]).and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
        let size = if matches!(letter, b'1' | b'2' | b'5') { 0 } else { size };
        at += BLOCK;
        let Some(data) = at.checked_add(size).and_then(|end| bytes.get(at..end)) else {
            return (members, Some(Broken::Cut));
        };
        at = at.saturating_add(size.next_multiple_of(BLOCK));
        match letter {
            b'L' => name = Some(text(data)),
            b'K' => target = Some(text(data)),
            b'x' => pax(data, &mut name, &mut target),
            b'g' => {}
            _ => {
                let prefix = if &head[257..263] == b"ustar\0" { text(&head[345..500]) } else { String::new() };
                let short = text(&head[..100]);
                let short = if prefix.is_empty() { short } else { format!("{prefix}/{short}") };
                let name = name.take().unwrap_or(short);
                let folder = letter == b'5' || (letter != b'2' && name.ends_with('/'));
                members.push(Member {
                    mode: u32::try_from(number(&head[100..108]).unwrap_or(0) & 0o7777).unwrap_or(0),
                    uid: u32::try_from(number(&head[108..116]).unwrap_or(0)).unwrap_or(0),
                    gid: u32::try_from(number(&head[116..124]).unwrap_or(0)).unwrap_or(0),
                    mtime_secs: number(&head[136..148]).unwrap_or(0).min(TIME_MAX),
                    kind: match letter {
                        _ if folder => Kind::Dir,
                        b'2' => Kind::Symlink,
                        _ => Kind::File,
                    },
                    target: target.take().unwrap_or_else(|| text(&head[157..257])),
                    hard: letter == b'1',
                    user: text(&head[265..297]),
                    group: text(&head[297..329]),
                    data: data.to_vec(),
                    name,
                });
            }
        }
    }
    let broken = if at == 0 || members.is_empty() { Broken::NotTar } else { Broken::Cut };
    // An archive without its empty blocks is taken as it is.
    (members, (at != bytes.len() || bytes.is_empty()).then_some(broken))
}

/// POSIX records: `LENGTH KEY=VALUE`, of which a path and a link's target matter.
fn pax(data: &[u8], name: &mut Option<String>, target: &mut Option<String>) {
    let all = String::from_utf8_lossy(data);
    for record in all.split('\n') {
        let Some((_, pair)) = record.split_once(' ') else { continue };
        match pair.split_once('=') {
            Some(("path", value)) => *name = Some(value.to_string()),
            Some(("linkpath", value)) => *target = Some(value.to_string()),
            _ => {}
        }
    }
}
