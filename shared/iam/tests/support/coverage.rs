//! What a run must have met, and how often, so that the generators cannot decay unseen.

use super::oracle::trace::Trace;
use super::oracle::{LAYERS, OPERATORS, QUANTIFIERS};

/// Principals, decisions and rules, each with the least number of times in 200,000 pairs.
const RULES: [(&str, u64); 39] = [
    ("allow", 20_000),
    ("implicit_deny", 20_000),
    ("explicit_deny", 20_000),
    ("principal: user", 5_000),
    ("principal: role", 5_000),
    ("principal: session", 5_000),
    ("principal: federated user", 5_000),
    ("principal: root", 5_000),
    ("principal: service", 5_000),
    ("principal: OIDC provider", 5_000),
    ("principal: SAML provider", 5_000),
    ("principal: web identity", 5_000),
    ("principal: canonical user", 5_000),
    ("principal: anonymous", 5_000),
    ("same account: direct grant", 5_000),
    ("same account: grant to the role", 2_000),
    ("same account: delegation", 1_000),
    ("cross account", 20_000),
    ("the resource policy has to allow", 20_000),
    ("service-linked role", 5_000),
    ("SCP level without policies", 1_000),
    ("NotPrincipal", 5_000),
    ("NotPrincipal with a boundary", 200),
    ("NotAction", 10_000),
    ("NotResource", 10_000),
    ("no permission needed", 1_000),
    ("called without a resource", 10_000),
    ("trust policy", 5_000),
    ("key policy", 5_000),
    ("out of reach of RCPs", 1_000),
    ("key with several values", 10_000),
    ("key that is present and empty", 5_000),
    ("variable with a value", 10_000),
    ("variable with its default", 2_000),
    ("variable without a value", 10_000),
    ("variable for a special character", 2_000),
    ("variable in a policy of 2008", 5_000),
    ("decimals beyond a float", 100),
    ("--now", 5_000),
];

/// Each layer must have stopped a request that often, and each operator given each of its results.
const OF_A_LAYER: u64 = 2_000;
const OF_AN_OPERATOR: u64 = 25;

/// What the run met too seldom, one line each.
pub fn missing(trace: &Trace) -> Vec<String> {
    let rules = RULES.into_iter().chain(LAYERS.map(|layer| (layer, OF_A_LAYER)));
    let mut missing: Vec<String> = rules
        .filter(|(rule, least)| trace.count(rule) < *least)
        .map(|(rule, least)| format!("{rule}: {} of {least}", trace.count(rule)))
        .collect();
    for (name, _) in OPERATORS.into_iter().filter(|(name, _)| *name != "BinaryNotEquals") {
        // "You can add IfExists to the end of any condition operator name except the Null condition".
        let affixes = if name == "Null" { 1 } else { 2 };
        for quantifier in QUANTIFIERS {
            for if_exists in [false, true].into_iter().take(affixes) {
                for result in [true, false] {
                    let count = trace.operator_count(quantifier, name, if_exists, result);
                    if count < OF_AN_OPERATOR {
                        missing.push(format!(
                            "{quantifier}{name}{} = {result}: {count} of {OF_AN_OPERATOR}",
                            if if_exists { "IfExists" } else { "" }
                        ));
                    }
                }
            }
        }
    }
    missing
}
