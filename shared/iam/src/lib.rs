//! The IAM policy language: parse, match, evaluate with honest uncertainty, explain.
//!
//! Evaluation is symbolic. What a request does not tell becomes a test on a condition key; policies combine these tests into one formula,
//! and an answer is `allow` or a deny only where the formula has that value in every context that the question admits.
//!
//! Architecture invariant: this crate knows no AWS SDK, no graph, no clock, no file and no environment. Same question, same bytes.

mod action_index;
mod action_list;
mod asked;
mod atom;
pub mod catalogue;
mod context;
mod decimal;
mod document;
mod evaluate;
mod expression;
mod formula;
mod gate;
mod glob;
mod hash;
mod language;
mod operator;
mod overlap;
mod parse;
mod policy;
mod predicate;
mod principal;
mod question;
mod request;
mod row;
mod sentence;
mod simplify;
mod solve;
mod suppose;
mod truth;
mod variables;

pub use action_list::ActionList;
pub use asked::{Classified, ClassifiedSet, OneAction};
pub use context::{Context, UnknownContext};
pub use document::{DocumentError, decode_document};
pub use evaluate::{Decided, DecisiveStatement, decide, evaluate, evaluate_by_formulas};
pub use expression::condition_holds;
pub use glob::{Glob, WildcardScope, action_matches, resource_matches};
pub use operator::{ConditionOperator, OperatorName, Quantifier};
pub use overlap::patterns_overlap;
pub use parse::{ParsedPolicy, PolicyDiagnostic, parse_policy};
pub use policy::{
    ActionPattern, ConditionClause, Element, Entries, Policy, PolicyVersion, PrincipalPattern, Statement,
};
pub use principal::{Principal, PrincipalError, PrincipalKind, PrincipalType};
pub use question::{
    ApplicablePolicies, EvaluateError, Evaluation, NamedPolicy, PolicyLevel, Question, ResourcePolicyInput,
    UncollectedPolicy,
};
pub use row::{RowAnswer, RowErrorCode, RowEvaluator, RowOptions, evaluate_line};
pub use sentence::sentence;
pub use suppose::StatementElement;
pub use variables::Template;
