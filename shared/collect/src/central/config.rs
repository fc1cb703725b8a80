//! The organization's aggregator of AWS Config: one file a resource type.
//!
//! Advanced queries do not know every type that Config records, and answer with nothing for those they do not know. So where a query gives nothing, the list of
//! discovered resources is asked as well, and what it names is fetched.
//!
//! Source: AWS Config Developer Guide, "Querying the Current Configuration State of AWS Resources"; AWS Config API Reference, "BatchGetAggregateResourceConfig".

use std::collections::BTreeSet;
use std::sync::Arc;

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

/// Types of which an organization has most, which therefore come first: their pages come one after the other, and what would begin last would be waited for at the end.
const MOST_NUMEROUS: [&str; 10] = [
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
    "AWS::ECS::TaskDefinition",
    "AWS::EC2::Instance",
    "AWS::IAM::User",
];

pub(super) fn aggregator_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    vec![Box::new(Aggregator {
        target: plan.hub(),
        named: plan.options.aggregator.clone(),
    })]
}

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let accounts = plan.accounts.iter().map(|account| account.id.clone());
    let accounts: Arc<BTreeSet<String>> = Arc::new(accounts.collect());
    let mut types = config_types();
    types.sort_by_key(|name| {
        MOST_NUMEROUS
            .iter()
            .position(|most| most == name)
            .unwrap_or(MOST_NUMEROUS.len())
    });
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    for resource_type in types {
        if let Ok(file) = CaptureFile::config_items(resource_type) {
            steps.push(Box::new(Items {
                resource_type,
                file,
                target: plan.hub(),
                aggregator: plan.aggregator.clone(),
                named: plan.options.aggregator.clone(),
                accounts: Arc::clone(&accounts),
            }));
        }
    }
    steps
}

/// The name of the aggregator, out of `config/aggregator.json`; `None` where it is not known, or is not one that AWS Config gives.
///
/// Source: AWS Config API Reference, "ConfigurationAggregator", `ConfigurationAggregatorName`.
pub(crate) fn aggregator_in(documents: &[Value], named: &str) -> Option<String> {
    let lists = documents
        .iter()
        .filter_map(|document| document.get("ConfigurationAggregators")?.as_array());
    let found: Vec<Value> = lists.flatten().cloned().collect();
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = name_of_aggregator(&found, named).ok()?;
    name.bytes().all(is_of_name).then_some(name)
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

fn listed_in(answer: &mut Value, field: &str) -> Vec<Value> {
    match answer.get_mut(field).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The items of one resource type.
struct Items {
    resource_type: &'static str,
    file: CaptureFile,
    target: Target,
    /// The aggregator, where the plan knows it.
    aggregator: Option<String>,
    named: String,
    accounts: Arc<BTreeSet<String>>,
}

/// Where to go on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    token: Option<String>,
    items: u64,
    lingering: u64,
    /// Of the list of discovered resources, once the query had given nothing.
    #[serde(default)]
    discovered: Option<Discovered>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Discovered {
    token: Option<String>,
    listed: u64,
    unprocessed: u64,
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
            // Where the plan does not know it, AWS's own words stand in the row.
            let name = match &self.aggregator {
                Some(name) => name.clone(),
                None => name_of_aggregator(&aggregators(run, &self.target).await?, &self.named)?,
            };
            let mut at: At = run.cursor().unwrap_or_default();
            if at.discovered.is_none() {
                self.select(run, &name, &mut at).await?;
            }
            let mut lacking = None;
            if at.items == 0 || at.discovered.is_some() {
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

    /// What the list of discovered resources names and the query did not give, page by page; in words what of it was not had.
    async fn fetch(&self, run: &mut StepRun<'_>, aggregator: &str, at: &mut At) -> Result<Option<String>, StepError> {
        let asked = parameters(json!({"ConfigurationAggregatorName": aggregator, "ResourceType": self.resource_type}));
        let call = &calls::LIST_AGGREGATE_DISCOVERED_RESOURCES;
        let mut discovered = at.discovered.take().unwrap_or_default();
        let mut pages = PageReader::new(&self.target, call, asked, discovered.token.take());
        while let Some(mut page) = pages.next(run.api()).await? {
            let listed = listed_in(&mut page, "ResourceIdentifiers");
            discovered.listed += listed.len() as u64;
            for batch in listed.chunks(BATCH) {
                let left = self.fetch_batch(run, aggregator, batch.to_vec(), at).await?;
                discovered.unprocessed += left as u64;
            }
            if let Some(token) = pages.token() {
                discovered.token = Some(token.to_owned());
                at.discovered = Some(discovered);
                run.checkpoint(at)?;
                discovered = at.discovered.take().unwrap_or_default();
            }
        }
        let Discovered {
            listed, unprocessed, ..
        } = discovered;
        Ok((unprocessed > 0).then(|| format!("AWS Config did not process {unprocessed} of {listed} resources")))
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
            for item in listed_in(&mut answer, "BaseConfigurationItems") {
                self.keep(run, item, at)?;
            }
            wanted = listed_in(&mut answer, "UnprocessedResourceIdentifiers");
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
