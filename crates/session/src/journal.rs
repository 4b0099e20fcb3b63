//! The journal: an append-only tree of inputs. Undo and rewind move its head; what was done otherwise stays.

use screen::Input;
use serde::{Deserialize, Serialize};
use sim::Time;

/// A place in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub parent: Option<NodeId>,
    /// Virtual time at which it was given.
    pub at: Time,
    pub input: Input,
    /// It killed a worker: replays leave it out.
    pub skipped: bool,
}

/// Everything needed to make the session again, beside the lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    pub schema: u32,
    /// The build that wrote it.
    pub build: String,
    pub lesson: String,
    pub seed: u64,
    nodes: Vec<Node>,
    head: Option<NodeId>,
    /// What redo would do, next one last.
    undone: Vec<NodeId>,
    /// Steps passed, as facts: they outlive the build that can replay them.
    pub passed: Vec<String>,
}

impl Journal {
    #[inline(never)]
    pub fn new(build: &str, lesson: &str, seed: u64) -> Self {
        Self {
            schema: crate::SCHEMA,
            build: build.into(),
            lesson: lesson.into(),
            seed,
            nodes: Vec::new(),
            head: None,
            undone: Vec::new(),
            passed: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn head(&self) -> Option<NodeId> {
        self.head
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// Appends behind the head and moves the head there.
    pub fn append(&mut self, at: Time, input: Input) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than four billion inputs"));
        self.nodes.push(Node { parent: self.head, at, input, skipped: false });
        self.head = Some(id);
        self.undone.clear();
        id
    }

    /// The inputs from the start to the head.
    #[inline(never)]
    pub fn path(&self) -> Vec<NodeId> {
        let mut path = Vec::new();
        let mut at = self.head;
        // A damaged journal may hold a loop: no path is longer than the journal.
        while let Some(id) = at.filter(|_| path.len() <= self.nodes.len()) {
            path.push(id);
            at = self.node(id).and_then(|node| node.parent).filter(|parent| parent.0 < id.0);
        }
        path.reverse();
        path
    }

    /// Moves the head before its input; the input undone.
    pub fn undo(&mut self) -> Option<NodeId> {
        let id = self.head?;
        self.head = self.node(id)?.parent;
        self.undone.push(id);
        Some(id)
    }

    /// Moves the head behind what was undone last.
    pub fn redo(&mut self) -> Option<NodeId> {
        let id = self.undone.pop()?;
        self.head = Some(id);
        Some(id)
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Moves the head to just before a node; what comes next is another branch.
    pub fn branch_before(&mut self, id: NodeId) {
        self.head = self.node(id).and_then(|node| node.parent);
        self.undone.clear();
    }

    /// Marks inputs that killed a worker.
    pub fn skip(&mut self, ids: &[u64]) {
        for id in ids {
            if let Some(node) = usize::try_from(*id).ok().and_then(|id| self.nodes.get_mut(id)) {
                node.skipped = true;
            }
        }
    }

    pub fn skipped(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.skipped)
    }

    /// Reads a journal's bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, crate::OpenError> {
        postcard::from_bytes(bytes).map_err(|_| crate::OpenError::Damaged)
    }

    pub fn bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a journal is plain data")
    }
}
