//! Streams between processes: pipes, captured output, files being read.

use crate::{StreamId, World};
use serde::{Deserialize, Serialize};

/// Bytes on their way, with how many descriptors may still write and read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Stream {
    pub(crate) data: Vec<u8>,
    pub(crate) writers: u32,
    pub(crate) readers: u32,
    /// Kept by an engine or a shell that will collect it, though no process reads it.
    pub(crate) kept: bool,
}

/// What a pipe holds before its writer has to wait, as on Linux.
pub(crate) const PIPE_BYTES_MAX: usize = 65_536;

/// A stream that nobody reads (a capture) keeps at most this much: its beginning.
pub(crate) const CAPTURE_BYTES_MAX: usize = 4 << 20;

impl Stream {
    pub(crate) fn ended(&self) -> bool {
        self.writers == 0
    }
}

impl World {
    /// A new empty stream. Descriptors that lead to it are counted as processes get and drop them.
    pub fn new_stream(&mut self) -> StreamId {
        self.next_stream += 1;
        let id = StreamId(self.next_stream);
        self.streams.insert(id, Stream::default());
        id
    }

    /// A new stream that an engine or a shell collects by [`Self::take_capture`].
    pub fn new_capture(&mut self) -> StreamId {
        let id = self.new_stream();
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.kept = true;
        }
        id
    }

    /// A stream that holds `bytes` and then ends: a file or text as standard input.
    pub fn stream_of(&mut self, bytes: Vec<u8>) -> StreamId {
        let id = self.new_stream();
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.data = bytes;
        }
        id
    }

    /// What a capture holds so far, and whether its writers are gone.
    pub fn capture(&self, id: StreamId) -> Option<(&[u8], bool)> {
        self.streams.get(&id).map(|stream| (&stream.data[..], stream.ended()))
    }

    /// Takes what a capture holds so far; it goes on.
    pub fn drain_capture(&mut self, id: StreamId) -> Vec<u8> {
        self.streams.get_mut(&id).map(|stream| std::mem::take(&mut stream.data)).unwrap_or_default()
    }

    /// Takes a capture out of the world.
    pub fn take_capture(&mut self, id: StreamId) -> Vec<u8> {
        self.streams.remove(&id).map(|stream| stream.data).unwrap_or_default()
    }

    /// Drops a stream that nobody can reach any more.
    pub(crate) fn sweep_stream(&mut self, id: StreamId) {
        if self.streams.get(&id).is_some_and(|s| s.readers == 0 && s.writers == 0 && !s.kept) {
            self.streams.remove(&id);
        }
    }
}
