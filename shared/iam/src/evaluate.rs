//! Decides one question: reads every layer as a formula, and the formula as an answer.

mod answer;
mod condition;
mod decided;
mod layers;
mod principals;
mod service_rules;
mod statement;
mod uncollected;
mod variable_match;

use sv0_model::decision::Caveat;

pub use decided::{Decided, DecisiveStatement};

use crate::catalogue::resource_type_is_ruled_out;
use crate::question::{ApplicablePolicies, EvaluateError, Evaluation, Question};
use crate::request::Request;

/// Answers `question` from the policies that apply to it.
///
/// # Errors
/// When the question itself is malformed.
pub fn evaluate(question: &Question<'_>, policies: &ApplicablePolicies<'_>) -> Result<Evaluation, EvaluateError> {
    decide(question, policies).map(Decided::evaluation)
}

/// As [`evaluate`], without copying what the answer says of statements: for those who ask often and look rarely at why.
///
/// # Errors
/// As [`evaluate`].
pub fn decide<'a>(question: &Question<'_>, policies: &ApplicablePolicies<'a>) -> Result<Decided<'a>, EvaluateError> {
    let request = Request::new(question, policies)?;
    if service_rules::needs_no_permission(&request) {
        return Ok(Decided::allowed_to_all());
    }
    let mut decided = decide_known(&request, policies).unwrap_or_else(|| decide_open(&request, policies));
    decided.caveats.extend(catalogue_caveats(&request));
    Ok(decided)
}

/// As [`evaluate`], always by formulas, which other questions are spared: for tests that both ways give one answer.
///
/// # Errors
/// As [`evaluate`].
#[doc(hidden)]
pub fn evaluate_by_formulas(
    question: &Question<'_>,
    policies: &ApplicablePolicies<'_>,
) -> Result<Evaluation, EvaluateError> {
    let request = Request::new(question, policies)?;
    if service_rules::needs_no_permission(&request) {
        return Ok(Decided::allowed_to_all().evaluation());
    }
    let mut decided = decide_open(&request, policies);
    decided.caveats.extend(catalogue_caveats(&request));
    Ok(decided.evaluation())
}

/// The answer where nothing of it hangs on what is not known.
fn decide_known<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>) -> Option<Decided<'a>> {
    let layers = layers::evaluate_layers(request, policies);
    (!layers.is_left_open()).then(|| answer::decide_known(&layers))
}

/// The answer whatever it hangs on: formulas are read, combined and solved.
fn decide_open<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>) -> Decided<'a> {
    answer::decide_open(request, &layers::evaluate_layers(request, policies))
}

fn catalogue_caveats(request: &Request<'_>) -> Option<Caveat> {
    let Some(facts) = request.facts else {
        return Some(Caveat::UnknownAction);
    };
    let resource = request.question.resource;
    let ruled_out = resource != "*" && resource_type_is_ruled_out(facts, resource);
    ruled_out.then_some(Caveat::ResourceTypeMismatch)
}

#[cfg(test)]
mod tests;
