//! Decides one question: reads every layer as a formula, and the formula as an answer.

mod answer;
mod condition;
mod decided;
mod layers;
mod principals;
mod service_rules;
mod statement;
mod variable_match;

use sv0_model::decision::Caveat;

pub use decided::{Decided, DecisiveStatement};

use crate::catalogue::{Fit, resource_type_fits_action};
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
    let layers = layers::evaluate_layers(&request, policies);
    let mut decided = answer::decide(&request, &layers);
    decided.caveats.extend(catalogue_caveats(&request));
    Ok(decided)
}

fn catalogue_caveats(request: &Request<'_>) -> Option<Caveat> {
    let Some(facts) = request.facts else {
        return Some(Caveat::UnknownAction);
    };
    let resource = request.question.resource;
    let ruled_out = resource != "*" && resource_type_fits_action(facts, resource) == Fit::RuledOut;
    ruled_out.then_some(Caveat::ResourceTypeMismatch)
}

#[cfg(test)]
mod tests;
