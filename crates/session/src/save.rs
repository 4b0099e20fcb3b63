//! What is kept: the journal, a snapshot beside it, the same as a file or a link.

use crate::SCHEMA;
use crate::journal::{Journal, NodeId};
use crate::moment::Moment;
use crate::recall::Recall;
use crate::session::{Lesson, Session};
use crate::start::{StartError, start_world};
use screen::Saved;
use serde::{Deserialize, Serialize};

/// A link carries at most this much.
pub const LINK_BYTES_MAX: usize = 100_000;
/// What a session file begins with.
const FILE_MAGIC: &[u8] = b"opsfest session 1\n";
/// An unpacked file may be this large.
const FILE_BYTES_MAX: usize = 256 << 20;
/// After this many inputs a new snapshot is worth its bytes.
const INPUTS_PER_SNAPSHOT: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Snapshot {
    schema: u32,
    build: String,
    /// The node whose input is already in it.
    head: Option<NodeId>,
    start: Moment,
    moment: Moment,
}

/// Why saved bytes could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("this is no Opsfest session, or it is damaged")]
    Damaged,
    #[error("this session belongs to the lesson “{0}”")]
    OtherLesson(String),
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Why a session could not be put into a link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    #[error("This session is {} kB as a link; links carry at most {} kB. Export it as a file instead.", .0 / 1_000, LINK_BYTES_MAX / 1_000)]
    TooLong(usize),
}

impl Session {
    /// Whether so much was done since the last snapshot that a new one is worth its bytes.
    pub fn wants_snapshot(&self) -> bool {
        self.inputs_since_snapshot >= INPUTS_PER_SNAPSHOT
    }

    /// What the page keeps after an input; the snapshot, which takes a while to make, only when asked for.
    #[inline(never)]
    pub fn save(&mut self, with_snapshot: bool) -> Saved {
        self.note_passed();
        let snapshot = (with_snapshot && self.now.settled()).then(|| {
            self.inputs_since_snapshot = 0;
            let snapshot = Snapshot {
                schema: SCHEMA,
                build: self.journal.build.clone(),
                head: self.journal.head(),
                start: self.start.clone(),
                moment: self.now.clone(),
            };
            postcard::to_allocvec(&snapshot).expect("a moment between two steps is plain data")
        });
        Saved { journal: self.journal.bytes(), snapshot, skip: Vec::new() }
    }

    /// Opens what was saved. A notice says what could not be taken over as it was.
    #[inline(never)]
    pub fn open(lesson: Lesson, saved: &Saved, build: &str) -> Result<(Self, Option<String>), OpenError> {
        let mut journal: Journal = postcard::from_bytes(&saved.journal).map_err(|_| OpenError::Damaged)?;
        if journal.lesson != lesson.plan.id {
            return Err(OpenError::OtherLesson(journal.lesson));
        }
        journal.skip(&saved.skip);
        let snapshot = saved.snapshot.as_ref().and_then(|bytes| read_snapshot(bytes));
        if journal.build == build {
            let mut session = Self::with_start(lesson, journal, snapshot.as_ref())?;
            session.catch_up(snapshot, saved.skip.is_empty());
            return Ok((session, None));
        }
        Ok(Self::open_of_other_build(lesson, &journal, snapshot, build)?)
    }

    fn with_start(lesson: Lesson, journal: Journal, snapshot: Option<&Snapshot>) -> Result<Self, StartError> {
        let start = match snapshot {
            Some(snapshot) => snapshot.start.clone(),
            None => start_world(&lesson, journal.seed)?,
        };
        Ok(Self::with(lesson, journal, start))
    }

    /// Goes to the journal's head: from the snapshot if it lies on the way, else from the start.
    #[inline(never)]
    fn catch_up(&mut self, snapshot: Option<Snapshot>, trust: bool) {
        let path = self.journal.path();
        let mut next = 0;
        if let Some(snapshot) = snapshot.filter(|_| trust) {
            match snapshot.head {
                None => self.now = snapshot.moment,
                Some(head) => {
                    if let Some(at) = path.iter().position(|id| *id == head) {
                        self.now = snapshot.moment;
                        next = at + 1;
                    }
                }
            }
        }
        if next > 0 {
            self.recall = Some(Recall::new(path[..next].to_vec(), self.start.clone()));
        }
        for at in next..path.len() {
            let mut moment = self.now.clone();
            if let Some(node) = self.journal.node(path[at]) {
                moment.advance_to(&self.lesson, node.at.max(moment.now()));
            }
            self.keyframes.keep(path[at], moment.clone());
            self.replay_one(&mut moment, &path, at);
            self.now = moment;
        }
        self.changed_all();
    }

    /// A journal of another build: its snapshot is the new start; without one that this build can read, the lesson
    /// starts anew with the passed steps kept as facts.
    #[inline(never)]
    fn open_of_other_build(
        lesson: Lesson,
        journal: &Journal,
        snapshot: Option<Snapshot>,
        build: &str,
    ) -> Result<(Self, Option<String>), StartError> {
        let mut fresh = Journal::new(build, &journal.lesson, journal.seed);
        fresh.passed.clone_from(&journal.passed);
        match snapshot {
            Some(snapshot) => {
                let session = Self::with(lesson, fresh, snapshot.moment);
                let notice = format!(
                    "Opsfest was updated since build {}. Your world is as you left it; undo goes back to here.",
                    journal.build
                );
                Ok((session, Some(notice)))
            }
            None => {
                let start = start_world(&lesson, journal.seed)?;
                let notice = format!(
                    "Opsfest was updated since build {}. The lesson starts anew; steps passed before are remembered.",
                    journal.build
                );
                Ok((Self::with(lesson, fresh, start), Some(notice)))
            }
        }
    }

    /// The session as the fragment of a link.
    pub fn link(&mut self) -> Result<String, SaveError> {
        self.stop();
        let packed = pack(&Saved { journal: self.journal.bytes(), snapshot: None, skip: Vec::new() });
        let text = base64_url(&packed);
        if text.len() > LINK_BYTES_MAX { Err(SaveError::TooLong(text.len())) } else { Ok(text) }
    }

    /// The session as a file.
    pub fn export(&mut self) -> Vec<u8> {
        self.stop();
        let saved = self.save(true);
        encode_file(&saved)
    }
}

#[inline(never)]
fn read_snapshot(bytes: &[u8]) -> Option<Snapshot> {
    // The schema comes first, so that another form is not read at all.
    let (schema, _) = postcard::take_from_bytes::<u32>(bytes).ok()?;
    if schema != SCHEMA {
        return None;
    }
    let mut snapshot: Snapshot = postcard::from_bytes(bytes).ok()?;
    snapshot.start.thaw(commands::programs());
    snapshot.moment.thaw(commands::programs());
    Some(snapshot)
}

fn pack(saved: &Saved) -> Vec<u8> {
    let raw = postcard::to_allocvec(saved).expect("saved bytes are plain data");
    miniz_oxide::deflate::compress_to_vec(&raw, 6)
}

fn unpack(packed: &[u8]) -> Result<Saved, OpenError> {
    let raw =
        miniz_oxide::inflate::decompress_to_vec_with_limit(packed, FILE_BYTES_MAX).map_err(|_| OpenError::Damaged)?;
    postcard::from_bytes(&raw).map_err(|_| OpenError::Damaged)
}

/// A session file's bytes.
pub fn encode_file(saved: &Saved) -> Vec<u8> {
    let mut bytes = FILE_MAGIC.to_vec();
    bytes.extend(pack(saved));
    bytes
}

/// Reads a session file, or the decoded fragment of a link.
pub fn decode_file(bytes: &[u8]) -> Result<Saved, OpenError> {
    match bytes.strip_prefix(FILE_MAGIC) {
        Some(packed) => unpack(packed),
        None => match std::str::from_utf8(bytes).ok().and_then(from_base64_url) {
            Some(packed) => unpack(&packed),
            None => Err(OpenError::Damaged),
        },
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for addresses, without padding.
#[inline(never)]
fn base64_url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            let six = word >> (18 - 6 * index) & 63;
            out.push(char::from(ALPHABET[six as usize]));
        }
    }
    out
}

#[inline(never)]
fn from_base64_url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.trim().as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut word = 0_u32;
        for index in 0..4 {
            let six = match chunk.get(index) {
                Some(byte) => u32::try_from(ALPHABET.iter().position(|letter| letter == byte)?).ok()?,
                None => 0,
            };
            word = word << 6 | six;
        }
        out.extend(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{base64_url, decode_file, from_base64_url};

    #[test]
    fn base64_goes_both_ways_and_refuses_other_letters() {
        for len in 0..20_u8 {
            let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(77)).collect();
            assert_eq!(from_base64_url(&base64_url(&bytes)), Some(bytes));
        }
        assert_eq!(from_base64_url("a b"), None);
        assert!(decode_file(b"junk").is_err() && decode_file(b"opsfest session 1\nxx").is_err());
    }
}
