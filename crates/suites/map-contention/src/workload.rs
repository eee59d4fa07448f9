//! All workloads of maps as one, and their trials as one.

use crate::churn::{Churn, ChurnTrial, Done};
use crate::key::Key;
use crate::legacy::{Cursor, Legacy, LegacyTrial};
use crate::map::{Map, MapTrial, Seen};
use crate::mix::Mix;
use contend_harness::{Account, Observation, Trial, Worker, Workload, WrongResult};

/// What the threads do with a map.
#[derive(Clone, Debug)]
pub enum MapWorkload {
    /// Keys that stay.
    Mix(Mix),
    /// Keys that come and go.
    Churn(Churn),
    /// Another benchmark's, as they are.
    Legacy(Legacy),
}

impl MapWorkload {
    fn inner(&self) -> &dyn Described {
        match self {
            Self::Mix(mix) => mix,
            Self::Churn(churn) => churn,
            Self::Legacy(legacy) => legacy,
        }
    }
}

/// A workload behind a pointer.
trait Described {
    fn id(&self) -> String;
    fn question(&self) -> String;
    fn curated(&self) -> bool;
    fn definition(&self) -> String;
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
}

/// The trial of either workload, told apart once per slice.
pub(crate) enum AnyTrial<K, T> {
    Mix(MapTrial<K, T>),
    Churn(ChurnTrial<K, T>),
    Legacy(LegacyTrial<K, T>),
}

/// What one worker brings back from either.
pub(crate) enum AnyReport {
    Mix(Seen),
    Churn(Done),
    Legacy(Cursor),
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
}

impl<K: Key, T: Map<K>> Trial for AnyTrial<K, T> {
    type Report = AnyReport;

    fn prepare(&mut self, share: u64) -> u64 {
        match self {
            Self::Mix(trial) => trial.prepare(share),
            Self::Churn(trial) => trial.prepare(share),
            Self::Legacy(trial) => trial.prepare(share),
        }
    }

    fn work(&self, worker: &mut Worker<'_>) -> AnyReport {
        match self {
            Self::Mix(trial) => AnyReport::Mix(trial.work(worker)),
            Self::Churn(trial) => AnyReport::Churn(trial.work(worker)),
            Self::Legacy(trial) => AnyReport::Legacy(trial.work(worker)),
        }
    }

    fn check(&mut self, accounts: &[Account<AnyReport>]) -> Result<(), WrongResult> {
        match self {
            Self::Mix(trial) => trial.check(&reports(accounts, AnyReport::mix)),
            Self::Churn(trial) => trial.check(&reports(accounts, AnyReport::churn)),
            Self::Legacy(trial) => trial.check(&reports(accounts, AnyReport::legacy)),
        }
    }

    fn observe(&self) -> Observation {
        match self {
            Self::Mix(trial) => trial.observe(),
            Self::Churn(trial) => trial.observe(),
            Self::Legacy(trial) => trial.observe(),
        }
    }
}

fn reports<R>(accounts: &[Account<AnyReport>], of: impl Fn(&AnyReport) -> Option<R>) -> Vec<Account<R>> {
    let account =
        |account: &Account<AnyReport>| Some(Account { ops: account.ops, report: of(&account.report)? });
    accounts.iter().filter_map(account).collect()
}
