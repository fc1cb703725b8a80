//! A share of an estate's workloads, so that several processes find its paths.

use super::starts::Start;

/// One of several shares of an estate's accounts. Shares are of accounts next to each other and of about equally many workloads: one after the other they hold the
/// routes that the whole holds, in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, counted from 0.
    pub number: usize,
    /// How many there are, at least one.
    pub of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 0, of: 1 };

    /// The starts of the share; `starts` are those of the estate, by account.
    pub(crate) fn of_starts<'s, 'e>(self, starts: &'s [Start<'e>]) -> &'s [Start<'e>] {
        let (begin, end) = (self.begin(self.number, starts), self.begin(self.number + 1, starts));
        starts.get(begin..end).unwrap_or_default()
    }

    /// Where the share with that number begins: with the first account of which at least the first start is past the share's part of all.
    fn begin(self, number: usize, starts: &[Start<'_>]) -> usize {
        let of = self.of.max(1);
        let even = starts.len().saturating_mul(number.min(of)).div_ceil(of);
        let Some(before) = even.checked_sub(1).and_then(|last| starts.get(last)) else {
            return 0;
        };
        starts.partition_point(|start| start.account() <= before.account())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use sv0_model::observation::Evidence;
    use sv0_model::route::RoutePaths;

    use super::*;
    use crate::estate::Estate;
    use crate::paths::{PathOptions, each_route};
    use crate::testkit::graph;

    fn routes(estate: &Estate<'_>, shard: Shard) -> Vec<RoutePaths> {
        let mut routes = Vec::new();
        let options = PathOptions {
            shard,
            ..PathOptions::default()
        };
        let each = |found| {
            routes.push(found);
            Ok::<(), Infallible>(())
        };
        let Ok(_) = each_route(estate, &Evidence::default(), &options, &|_| {}, each);
        routes
    }

    #[test]
    fn shares_hold_together_what_the_whole_holds() {
        let account = |number: usize| {
            let account = number.to_string().repeat(12);
            let workers = (0..number % 3 + 1).map(|worker| {
                format!(
                    "role {account}/r{worker}\n trust service lambda.amazonaws.com\n allow s3:GetObject on *\n lambda {account}/w{worker} runs-as r{worker}\n"
                )
            });
            format!("bucket {account}/orders-{account}\n{}", workers.collect::<String>())
        };
        let graph = graph(&(1..8).map(account).collect::<String>());
        let estate = Estate::new(&graph);
        let whole = routes(&estate, Shard::WHOLE);
        assert!(whole.len() >= 14, "{}", whole.len());
        for of in [1, 2, 3, 8, 40] {
            let shares: Vec<Vec<RoutePaths>> = (0..of).map(|number| routes(&estate, Shard { number, of })).collect();
            assert_eq!(shares.concat(), whole, "of {of}");
            assert!(
                of > 3 || shares.iter().all(|share| !share.is_empty()),
                "each of {of} has something to do"
            );
        }
    }
}
