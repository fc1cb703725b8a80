//! A step that follows one recipe in one account and Region.

use std::sync::Arc;

use serde_json::Value;
use sv0_model::coverage::CoverageStatus;
use sv0_sources::{CaptureFile, WriteError, is_recorded};

use super::recipe::{Ask, Recipe};
use super::values::Scope;
use super::walk::Walk;
use super::{Asked, identity, recorders};
use crate::api::BoxFuture;
use crate::step::{Place, Step, StepError, StepRun};

/// One file of an account and Region.
pub(super) struct RecipeStep {
    pub recipe: &'static Recipe,
    pub asked: Arc<Asked>,
}

impl Step for RecipeStep {
    fn place(&self) -> Place {
        let source = format!("{}:{}", self.recipe.service, self.recipe.what);
        Place::of(&self.asked.account, &self.asked.region, &source)
    }

    fn file(&self) -> Option<CaptureFile> {
        let Asked { account, region, .. } = self.asked.as_ref();
        let file = CaptureFile::service_items(account, region, self.recipe.service, self.recipe.what);
        file.or_else(|_| CaptureFile::key_grants(account, region)).ok()
    }

    fn after(&self) -> Vec<Place> {
        let mut before = vec![identity::place(&self.asked.account)];
        if self.config_type().is_some() {
            before.push(recorders::place(&self.asked.account, &self.asked.region));
        }
        before
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let Some(target) = &self.asked.target else {
                return Ok(());
            };
            if let Some(reason) = self.left_out(run)? {
                run.judge(CoverageStatus::Excluded, reason);
                return Ok(());
            }
            let scope = Scope {
                partition: self.asked.partition.clone(),
                region: self.asked.region.clone(),
                account: self.asked.account.clone(),
                now: self.asked.now,
                items: Vec::new(),
                answer: Value::Null,
            };
            Walk::new(self.recipe, target, scope).run(run).await
        })
    }
}

impl RecipeStep {
    /// The type whose items stand for the file, where the aggregator is up to date with the account and Region.
    fn config_type(&self) -> Option<&'static str> {
        match self.recipe.ask {
            Ask::WhenConfigLacks(resource_type) if self.asked.is_aggregated => Some(resource_type),
            _ => None,
        }
    }

    /// Why nothing is asked.
    fn left_out(&self, run: &StepRun<'_>) -> Result<Option<String>, StepError> {
        if matches!(self.recipe.ask, Ask::EnvironmentKeys(_)) && !self.asked.environment_keys {
            return Ok(Some("names of environment variables are not asked for".to_owned()));
        }
        let Some(resource_type) = self.config_type() else {
            return Ok(None);
        };
        let is_held = self.recorders(run)?.iter().any(|line| is_recorded(line, resource_type));
        Ok(is_held.then(|| format!("AWS Config records {resource_type} here: config:{resource_type} stands for it")))
    }

    /// What the recorders of the Region said, read once for all of its steps: they wait for it.
    fn recorders(&self, run: &StepRun<'_>) -> Result<&[Value], StepError> {
        if let Some(lines) = self.asked.recorders.get() {
            return Ok(lines);
        }
        let mut lines = Vec::new();
        if let Some(file) = recorders::file(&self.asked.account, &self.asked.region) {
            let work = run.work();
            if let Some(stored) = work.store.get(file.path()).map_err(WriteError::Sink)? {
                work.writer.each_stored(&file, &stored, &mut |line| lines.push(line))?;
            }
        }
        Ok(self.asked.recorders.get_or_init(|| lines))
    }
}
