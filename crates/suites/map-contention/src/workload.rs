//! All workloads of maps as one, and their trials as one.

use crate::blend::{self, Blend, BlendTrial};
use crate::churn::{Churn, ChurnTrial, Done};
use crate::grow::{Grow, GrowTrial};
use crate::key::Key;
use crate::legacy::{Cursor, Legacy, LegacyTrial};
use crate::map::Map;
use crate::mix::Mix;
use crate::mix_trial::{MapTrial, Seen};
use crate::scan::{self, Scan, ScanTrial};
use contend_harness::{Account, Observation, Setting, Trial, Worker, Workload, WrongResult};

/// What the threads do with a map.
#[derive(Clone, Debug)]
pub enum MapWorkload {
    /// Keys that stay.
    Mix(Mix),
    /// Keys that come and go.
    Churn(Churn),
    /// Another benchmark's, as they are.
    Legacy(Legacy),
    /// Maps that fill up.
    Grow(Grow),
    /// Several kinds of operations in fixed shares.
    Blend(Blend),
    /// The whole map at once.
    Scan(Scan),
}

impl MapWorkload {
    fn inner(&self) -> &dyn Described {
        match self {
            Self::Mix(mix) => mix,
            Self::Churn(churn) => churn,
            Self::Legacy(legacy) => legacy,
            Self::Grow(grow) => grow,
            Self::Blend(blend) => blend,
            Self::Scan(scan) => scan,
        }
    }
}

/// A workload behind a pointer.
trait Described {
    fn id(&self) -> String;
    fn question(&self) -> String;
    fn curated(&self) -> bool;
    fn definition(&self) -> String;
    fn analysis(&self) -> &'static str;
    fn parameters(&self) -> Vec<(&'static str, String)>;
}

impl<W: Workload> Described for W {
    fn id(&self) -> String {
        Workload::id(self)
    }

    fn question(&self) -> String {
        Workload::question(self)
    }

    fn curated(&self) -> bool {
        Workload::curated(self)
    }

    fn definition(&self) -> String {
        Workload::definition(self)
    }

    fn analysis(&self) -> &'static str {
        Workload::analysis(self)
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Workload::parameters(self)
    }
}

/// As what it is: a name or a definition does not change because there are other workloads.
impl Workload for MapWorkload {
    fn id(&self) -> String {
        self.inner().id()
    }

    fn question(&self) -> String {
        self.inner().question()
    }

    fn curated(&self) -> bool {
        self.inner().curated()
    }

    fn definition(&self) -> String {
        self.inner().definition()
    }

    fn analysis(&self) -> &'static str {
        self.inner().analysis()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        self.inner().parameters()
    }
}

/// The trial of any workload, told apart once per slice.
pub(crate) enum AnyTrial<K, T> {
    Mix(MapTrial<K, T>),
    Churn(ChurnTrial<K, T>),
    Legacy(LegacyTrial<K, T>),
    Grow(GrowTrial<K, T>),
    Blend(BlendTrial<K, T>),
    Scan(ScanTrial<K, T>),
}

/// What one worker brings back from any.
pub(crate) enum AnyReport {
    Mix(Seen),
    Churn(Done),
    Legacy(Cursor),
    Grow(u64),
    Blend(blend::Done),
    Scan(scan::Seen),
}

impl AnyReport {
    fn mix(&self) -> Option<Seen> {
        if let Self::Mix(seen) = self { Some(*seen) } else { None }
    }

    fn churn(&self) -> Option<Done> {
        if let Self::Churn(done) = self { Some(*done) } else { None }
    }

    fn legacy(&self) -> Option<Cursor> {
        if let Self::Legacy(cursor) = self { Some(*cursor) } else { None }
    }

    fn grow(&self) -> Option<u64> {
        if let Self::Grow(new) = self { Some(*new) } else { None }
    }

    fn blend(&self) -> Option<blend::Done> {
        if let Self::Blend(done) = self { Some(*done) } else { None }
    }

    fn scan(&self) -> Option<scan::Seen> {
        if let Self::Scan(seen) = self { Some(*seen) } else { None }
    }
}

impl<K: Key, T: Map<K>> AnyTrial<K, T> {
    pub(crate) fn new(workload: &MapWorkload, setting: &Setting) -> Self {
        match workload {
            MapWorkload::Mix(mix) => Self::Mix(MapTrial::new(mix, setting)),
            MapWorkload::Churn(churn) => Self::Churn(ChurnTrial::new(churn, setting)),
            MapWorkload::Legacy(legacy) => Self::Legacy(LegacyTrial::new(legacy, setting)),
            MapWorkload::Grow(grow) => Self::Grow(GrowTrial::new(grow, setting)),
            MapWorkload::Blend(blend) => Self::Blend(BlendTrial::new(blend, setting)),
            MapWorkload::Scan(scan) => Self::Scan(ScanTrial::new(scan, setting)),
        }
    }
}

impl<K: Key, T: Map<K>> Trial for AnyTrial<K, T> {
    type Report = AnyReport;

    fn prepare(&mut self, share: u64) -> u64 {
        match self {
            Self::Mix(trial) => trial.prepare(share),
            Self::Churn(trial) => trial.prepare(share),
            Self::Legacy(trial) => trial.prepare(share),
            Self::Grow(trial) => trial.prepare(share),
            Self::Blend(trial) => trial.prepare(share),
            Self::Scan(trial) => trial.prepare(share),
        }
    }

    fn work(&self, worker: &mut Worker<'_>) -> AnyReport {
        match self {
            Self::Mix(trial) => AnyReport::Mix(trial.work(worker)),
            Self::Churn(trial) => AnyReport::Churn(trial.work(worker)),
            Self::Legacy(trial) => AnyReport::Legacy(trial.work(worker)),
            Self::Grow(trial) => AnyReport::Grow(trial.work(worker)),
            Self::Blend(trial) => AnyReport::Blend(trial.work(worker)),
            Self::Scan(trial) => AnyReport::Scan(trial.work(worker)),
        }
    }

    fn check(&mut self, accounts: &[Account<AnyReport>]) -> Result<(), WrongResult> {
        match self {
            Self::Mix(trial) => trial.check(&reports(accounts, AnyReport::mix)),
            Self::Churn(trial) => trial.check(&reports(accounts, AnyReport::churn)),
            Self::Legacy(trial) => trial.check(&reports(accounts, AnyReport::legacy)),
            Self::Grow(trial) => trial.check(&reports(accounts, AnyReport::grow)),
            Self::Blend(trial) => trial.check(&reports(accounts, AnyReport::blend)),
            Self::Scan(trial) => trial.check(&reports(accounts, AnyReport::scan)),
        }
    }

    fn observe(&self) -> Observation {
        match self {
            Self::Mix(trial) => trial.observe(),
            Self::Churn(trial) => trial.observe(),
            Self::Legacy(trial) => trial.observe(),
            Self::Grow(trial) => trial.observe(),
            Self::Blend(trial) => trial.observe(),
            Self::Scan(trial) => trial.observe(),
        }
    }
}

fn reports<R>(accounts: &[Account<AnyReport>], of: impl Fn(&AnyReport) -> Option<R>) -> Vec<Account<R>> {
    let account =
        |account: &Account<AnyReport>| Some(Account { ops: account.ops, report: of(&account.report)? });
    accounts.iter().filter_map(account).collect()
}
