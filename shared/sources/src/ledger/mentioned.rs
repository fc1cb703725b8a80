//! Of what a recorded ledger speaks: there it is believed, and nothing is derived.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::CoverageRow;

use super::{ORGANIZATION, Partition};

/// The accounts and Regions that recorded rows are about, by source.
#[derive(Debug, Default)]
pub(super) struct Mentioned {
    places: BTreeMap<String, BTreeSet<Partition>>,
}

impl Mentioned {
    /// Of these rows.
    pub fn of(rows: &[CoverageRow]) -> Self {
        let mut places: BTreeMap<String, BTreeSet<Partition>> = BTreeMap::new();
        for row in rows {
            let place = Partition::new(&row.account, Some(&row.region));
            places.entry(row.source.clone()).or_default().insert(place);
        }
        Self { places }
    }

    /// Whether a row is about this source in this account and Region.
    pub fn holds(&self, source: &str, account: &str, region: &str) -> bool {
        let place = Partition::new(account, Some(region));
        self.places.get(source).is_some_and(|places| places.contains(&place))
    }

    /// The accounts and Regions of a source, without what is said of it once for all.
    pub fn places(&self, source: &str) -> impl Iterator<Item = &Partition> {
        let places = self.places.get(source).into_iter().flatten();
        places.filter(|place| place.account != ORGANIZATION)
    }

    /// Whether some row of each of these accounts is about the source: then nothing is left to say of it once for all.
    pub fn in_every(&self, accounts: &BTreeSet<String>, source: &str) -> bool {
        let known: BTreeSet<&str> = self.places(source).map(|place| place.account.as_str()).collect();
        !accounts.is_empty() && accounts.iter().all(|account| known.contains(account.as_str()))
    }

    /// Whether a source's name begins so.
    pub fn any_source(&self, prefix: &str) -> bool {
        self.places.keys().any(|source| source.starts_with(prefix))
    }
}
