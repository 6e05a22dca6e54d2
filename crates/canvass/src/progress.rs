//! How a run tells what it is doing, without knowing who listens.

/// A stage of a run, or of a bench.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Reading the files; counts responses.
    Intake,
    /// Judging every response; counts responses.
    Ledger,
    /// Finding out in which languages the answers are; counts responses.
    Languages,
    /// Taking texts apart; counts responses.
    Text,
    /// Finding near-duplicates; counts responses.
    Duplicates,
    /// Weighing terms and finding themes; counts points.
    Themes,
    /// Putting the findings together; counts questions.
    Findings,
    /// Writing the run folder; counts files.
    Report,
    /// Reading texts to be compared; counts texts.
    Texts,
    /// Reading labelled sets; counts texts.
    Labelled,
    /// Clustering labelled sets; counts how often one is clustered.
    Clusters,
}

impl Stage {
    /// A word for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Ledger => "ledger",
            Self::Languages => "languages",
            Self::Text => "text",
            Self::Duplicates => "duplicates",
            Self::Themes => "themes",
            Self::Findings => "findings",
            Self::Report => "report",
            Self::Texts => "texts",
            Self::Labelled => "labelled",
            Self::Clusters => "clusters",
        }
    }

    /// What the stage counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Intake | Self::Ledger | Self::Languages | Self::Text | Self::Duplicates => "responses",
            Self::Themes => "points",
            Self::Findings => "questions",
            Self::Report => "files",
            Self::Texts | Self::Labelled => "texts",
            Self::Clusters => "clusterings",
        }
    }
}

/// Listens to a run. All methods do nothing unless overridden; none can change a result.
pub trait Observer: Sync {
    /// A stage begins; `total` is how much it has to do, if known.
    fn begin(&self, _stage: Stage, _total: Option<u64>) {}
    /// Some of it is done.
    fn advance(&self, _stage: Stage, _done: u64) {}
    /// The stage is done; `total` is how much that was.
    fn end(&self, _stage: Stage, _total: u64) {}
    /// What a stage, or a part of it, made was kept in a checkpoint of so many bytes.
    fn kept(&self, _stage: Stage, _checkpoint: &str, _bytes: u64) {}
    /// What a stage, or a part of it, makes was taken from a checkpoint of an earlier run.
    fn taken(&self, _stage: Stage, _checkpoint: &str) {}
    /// Something the user should know.
    fn note(&self, _stage: Stage, _message: &str) {}
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
