//! Everything that can go wrong with a lesson that is already compiled, as one type.

/// Why a lesson's expression or a learner's request gives no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not an expression. `at` counts bytes from its start.
    #[error("at character {}: {message}", .at + 1)]
    Syntax { at: u32, message: String },
    /// The expression has no value in this world.
    #[error("at character {}: {message}", .at + 1)]
    Eval { at: u32, message: String },
    #[error("this lesson has no step `{0}`")]
    NoSuchStep(String),
    #[error("step `{step}` is not a {wanted} step")]
    WrongKind { step: String, wanted: &'static str },
    #[error("step `{step}` has no choice `{choice}`")]
    NoSuchChoice { step: String, choice: String },
    #[error("step `{0}` already has its prediction")]
    AlreadyPredicted(String),
    #[error("this lesson has no question `{0}`")]
    NoSuchQuestion(String),
    #[error("question `{question}` has no option {option}")]
    NoSuchOption { question: String, option: u32 },
    /// A start file asks for something that the scenario does not have.
    #[error("`@@{0}@@` stands for nothing in this scenario")]
    NoSuchPlaceholder(String),
}

impl Error {
    pub(crate) fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self::Syntax { at: u32::try_from(at).unwrap_or(u32::MAX), message: message.into() }
    }

    pub(crate) fn eval(at: u32, message: impl Into<String>) -> Self {
        Self::Eval { at, message: message.into() }
    }
}
