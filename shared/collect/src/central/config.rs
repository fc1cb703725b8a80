//! The organization's aggregator of AWS Config: one file a resource type.
//!
//! Advanced queries do not know every type that Config records, and answer with nothing for those they do not know. So where a query gives nothing, the list of
//! discovered resources is asked as well, and what it names is fetched.
//!
//! Source: AWS Config Developer Guide, "Querying the Current Configuration State of AWS Resources"; AWS Config API Reference, "BatchGetAggregateResourceConfig".

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::{CaptureFile, config_types};

use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::calls::configservice as calls;
use crate::listing::{items, parameters, text};
use crate::pages::PageReader;
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};

/// Identifiers that one batch may ask for.
const BATCH: usize = 100;
/// How often what a batch left over is asked for.
const BATCH_ROUNDS: usize = 3;

/// Fields of a task definition, whose environment Config records in plain text: values are not even asked for.
const TASK_DEFINITION_FIELDS: &str = "accountId, awsRegion, arn, resourceId, resourceName, resourceType, configurationItemCaptureTime, configurationItemStatus, tags, \
configuration.Family, configuration.TaskRoleArn, configuration.ExecutionRoleArn, configuration.ContainerDefinitions.Name, configuration.ContainerDefinitions.Image, \
configuration.ContainerDefinitions.Environment.Name, configuration.ContainerDefinitions.Secrets.Name, configuration.ContainerDefinitions.Secrets.ValueFrom";
const ALL_FIELDS: &str = "*, configuration, configurationItemStatus, relationships, supplementaryConfiguration, tags";

pub(super) fn aggregator_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    vec![Box::new(Aggregator {
        target: plan.hub(),
        named: plan.options.aggregator.clone(),
    })]
}

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let accounts: BTreeSet<String> = plan.accounts.iter().map(|account| account.id.clone()).collect();
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    for resource_type in config_types() {
        if let Ok(file) = CaptureFile::config_items(resource_type) {
            steps.push(Box::new(Items {
                resource_type,
                file,
                target: plan.hub(),
                named: plan.options.aggregator.clone(),
                accounts: accounts.clone(),
            }));
        }
    }
    steps
}

/// The aggregator and the state of its sources.
struct Aggregator {
    target: Target,
    named: String,
}

impl Step for Aggregator {
    fn place(&self) -> Place {
        Place::of_organization("config:aggregator")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::config_aggregator())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let found = aggregators(run, &self.target).await?;
            let name = name_of_aggregator(&found, &self.named)?;
            run.write(json!({"ConfigurationAggregators": found}))?;
            let asked = parameters(json!({"ConfigurationAggregatorName": name}));
            let call = &calls::DESCRIBE_CONFIGURATION_AGGREGATOR_SOURCES_STATUS;
            let statuses = items(run.api(), &self.target, call, asked, "AggregatedSourceStatusList").await?;
            run.write(json!({"AggregatedSourceStatusList": statuses}))
        })
    }
}

async fn aggregators(run: &StepRun<'_>, target: &Target) -> Result<Vec<Value>, ApiError> {
    let call = &calls::DESCRIBE_CONFIGURATION_AGGREGATORS;
    items(
        run.api(),
        target,
        call,
        parameters(json!({})),
        "ConfigurationAggregators",
    )
    .await
}

/// The aggregator that was named, else the only one of the organization.
fn name_of_aggregator(found: &[Value], named: &str) -> Result<String, ApiError> {
    let of_organization = |aggregator: &&Value| aggregator.get("OrganizationAggregationSource").is_some();
    let named_so = |aggregator: &&Value| text(aggregator, "ConfigurationAggregatorName") == Some(named);
    let mut fitting: Vec<&Value> = if named.is_empty() {
        found.iter().filter(of_organization).collect()
    } else {
        found.iter().filter(named_so).collect()
    };
    if fitting.is_empty() && named.is_empty() && found.len() == 1 {
        fitting = found.iter().collect();
    }
    let name = match *fitting.as_slice() {
        [aggregator] => text(aggregator, "ConfigurationAggregatorName"),
        _ => None,
    };
    name.map(str::to_owned).ok_or_else(|| ApiError {
        failure: Failure::NotFound,
        code: "NoSuchConfigurationAggregatorException".to_owned(),
        message: if named.is_empty() {
            format!(
                "{} aggregators of the organization: name the one to read",
                fitting.len()
            )
        } else {
            format!("no aggregator is called {named}")
        },
        call: calls::DESCRIBE_CONFIGURATION_AGGREGATORS.name(),
    })
}

/// The items of one resource type.
struct Items {
    resource_type: &'static str,
    file: CaptureFile,
    target: Target,
    named: String,
    accounts: BTreeSet<String>,
}

/// Where to go on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    token: Option<String>,
    items: u64,
    lingering: u64,
}

impl Step for Items {
    fn place(&self) -> Place {
        Place::of_organization(&format!("config:{}", self.resource_type))
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(self.file.clone())
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let found = aggregators(run, &self.target).await?;
            let name = name_of_aggregator(&found, &self.named)?;
            let mut at: At = run.cursor().unwrap_or_default();
            self.select(run, &name, &mut at).await?;
            let mut lacking = None;
            if at.items == 0 {
                lacking = self.fetch(run, &name, &mut at).await?;
            }
            let lingering = (at.lingering > 0).then(|| {
                format!(
                    "{} items of accounts that have left the organization are left out",
                    at.lingering
                )
            });
            let status = match lacking {
                Some(_) => CoverageStatus::Partial,
                None => CoverageStatus::Ok,
            };
            let reasons: Vec<String> = lacking.into_iter().chain(lingering).collect();
            if !reasons.is_empty() {
                run.judge(status, reasons.join("; "));
            }
            Ok(())
        })
    }
}

impl Items {
    fn expression(&self) -> String {
        let fields = match self.resource_type {
            "AWS::ECS::TaskDefinition" => TASK_DEFINITION_FIELDS,
            _ => ALL_FIELDS,
        };
        format!("SELECT {fields} WHERE resourceType = '{}'", self.resource_type)
    }

    async fn select(&self, run: &mut StepRun<'_>, aggregator: &str, at: &mut At) -> Result<(), StepError> {
        let asked = parameters(json!({"ConfigurationAggregatorName": aggregator, "Expression": self.expression()}));
        let call = &calls::SELECT_AGGREGATE_RESOURCE_CONFIG;
        let mut pages = PageReader::new(&self.target, call, asked, at.token.clone());
        while let Some(page) = pages.next(run.api()).await? {
            for row in page.get("Results").and_then(Value::as_array).into_iter().flatten() {
                // The API prints each row as a text.
                let parsed = row.as_str().and_then(|row| serde_json::from_str(row).ok());
                self.keep(run, parsed.unwrap_or_else(|| row.clone()), at)?;
            }
            at.token = pages.token().map(str::to_owned);
            if at.token.is_some() {
                run.checkpoint(at)?;
            }
        }
        Ok(())
    }

    /// What the list of discovered resources names and the query did not give; in words what of it was not had.
    async fn fetch(&self, run: &mut StepRun<'_>, aggregator: &str, at: &mut At) -> Result<Option<String>, StepError> {
        let asked = parameters(json!({"ConfigurationAggregatorName": aggregator, "ResourceType": self.resource_type}));
        let call = &calls::LIST_AGGREGATE_DISCOVERED_RESOURCES;
        let listed = items(run.api(), &self.target, call, asked, "ResourceIdentifiers").await?;
        let mut unprocessed = 0;
        for batch in listed.chunks(BATCH) {
            unprocessed += self.fetch_batch(run, aggregator, batch.to_vec(), at).await?;
        }
        Ok(
            (unprocessed > 0)
                .then(|| format!("AWS Config did not process {unprocessed} of {} resources", listed.len())),
        )
    }

    /// What AWS Config leaves over is asked for again; how many are left in the end.
    async fn fetch_batch(
        &self,
        run: &mut StepRun<'_>,
        aggregator: &str,
        mut wanted: Vec<Value>,
        at: &mut At,
    ) -> Result<usize, StepError> {
        for _ in 0..BATCH_ROUNDS {
            if wanted.is_empty() {
                break;
            }
            let asked = json!({"ConfigurationAggregatorName": aggregator, "ResourceIdentifiers": wanted});
            let call = &calls::BATCH_GET_AGGREGATE_RESOURCE_CONFIG;
            let mut answer = run.call(&self.target, call, parameters(asked)).await?;
            let mut list = |field: &str| match answer.get_mut(field).map(Value::take) {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            };
            for item in list("BaseConfigurationItems") {
                self.keep(run, item, at)?;
            }
            wanted = list("UnprocessedResourceIdentifiers");
        }
        Ok(wanted.len())
    }

    /// Accounts that left the organization linger in its aggregator.
    fn keep(&self, run: &mut StepRun<'_>, item: Value, at: &mut At) -> Result<(), StepError> {
        at.items += 1;
        let account = text(&item, "accountId").or_else(|| text(&item, "AccountId"));
        let is_member = |account: &str| self.accounts.is_empty() || self.accounts.contains(account);
        if account.is_some_and(|account| !is_member(account)) {
            at.lingering += 1;
            return Ok(());
        }
        run.write(item)
    }
}
