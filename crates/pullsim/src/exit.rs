use std::process::ExitCode;

/// How the programme ends. The numbers are documented in `--help` and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The image would be pulled.
    Pulled = 0,
    /// It would not.
    NotPulled = 1,
    /// The input or the usage is wrong.
    Input = 2,
    /// pullsim itself failed.
    Internal = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
