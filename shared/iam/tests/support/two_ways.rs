//! Checks that a decision made without formulas is the one that formulas give, with everything said about it.

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::Decision;

use super::compare::{Sides, with_context};
use super::engine::context_of;
use super::generate;
use super::generate::context::ContextSpace;
use super::random::Random;

/// How many contexts an estate is asked about.
const CONTEXTS: usize = 6;

/// What was met, and what went wrong.
#[derive(Debug, Default)]
pub struct Found {
    pub decided: u64,
    pub conditional: u64,
    pub wrong: Vec<String>,
}

/// Checks estate number `number` of the seed, with keys that are absent and with keys that may have any value.
pub fn check(seed: u64, number: u64, found: &mut Found) {
    let mut random = Random::new(seed, number);
    let row = generate::estate(&mut random);
    let text = row.to_string().to_lowercase();
    let sides = Sides::read(&row).unwrap();
    let space = ContextSpace::of(&row, &text);
    let now = random.percent(20).then(|| "2026-01-01T00:00:01Z".parse().unwrap());
    for _ in 0..CONTEXTS {
        let given = space.context(&mut random);
        for (context, unknown_context) in [
            (context_of(&given), UnknownContext::Absent),
            (context_of(&given), UnknownContext::Any),
            (Context::new(), UnknownContext::Any),
        ] {
            let quick = sides.engine.evaluate(&context, now, unknown_context);
            let by_formulas = sides.engine.evaluate_by_formulas(&context, now, unknown_context);
            match quick.decision {
                Decision::Conditional => found.conditional += 1,
                _ => found.decided += 1,
            }
            if quick != by_formulas {
                let row = with_context(&row, &given);
                let at = format!("seed {seed}, estate {number}, {unknown_context:?}");
                found
                    .wrong
                    .push(format!("{at}: {row}\n  {quick:?}\n  by formulas: {by_formulas:?}"));
            }
        }
    }
}
