//! Decides one question: reads every layer as a formula, and the formula as an answer.

mod answer;
mod condition;
mod layers;
mod principals;
mod service_rules;
mod statement;
mod variable_match;

use std::collections::BTreeSet;

use sv0_model::decision::Caveat;

use crate::catalogue::{Fit, lookup_action, resource_type_fits};
use crate::question::{ApplicablePolicies, EvaluateError, Evaluation, Question};
use crate::request::Request;

/// Answers `question` from the policies that apply to it.
///
/// # Errors
/// When the question itself is malformed.
pub fn evaluate(question: &Question<'_>, policies: &ApplicablePolicies<'_>) -> Result<Evaluation, EvaluateError> {
    let request = Request::new(question, policies)?;
    if service_rules::needs_no_permission(&request) {
        return Ok(Evaluation::allowed_to_all());
    }
    let layers = layers::evaluate_layers(&request, policies);
    let mut evaluation = answer::decide(&request, &layers);
    let mut caveats: BTreeSet<Caveat> = evaluation.caveats.into_iter().collect();
    caveats.extend(catalogue_caveats(question));
    evaluation.caveats = caveats.into_iter().collect();
    Ok(evaluation)
}

fn catalogue_caveats(question: &Question<'_>) -> Option<Caveat> {
    if lookup_action(question.action).is_none() {
        return Some(Caveat::UnknownAction);
    }
    let ruled_out = question.resource != "*" && resource_type_fits(question.action, question.resource) == Fit::RuledOut;
    ruled_out.then_some(Caveat::ResourceTypeMismatch)
}

#[cfg(test)]
mod tests;
