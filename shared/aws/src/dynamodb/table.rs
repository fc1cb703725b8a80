//! Calls to one table, each tried again as long as DynamoDB asks for that.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, KeysAndAttributes, ReturnValue, TransactWriteItem, Update,
};

use super::TableError;
use super::attributes::{Expression, Item, Write, key_of};
use super::keys::Key;
use crate::api::Jitter;

/// How often a call is made before throttling is given up on; the waits between add up to about half a minute.
const ATTEMPTS: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// What BatchGetItem takes at once.
const KEYS_AT_ONCE: usize = 100;

/// One table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub client: Client,
    pub name: String,
    pub jitter: Arc<Jitter>,
}

impl Table {
    /// The item as it is now.
    pub async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key_of(key)));
        let answer = request.consistent_read(true).send().await;
        Ok(answer.map_err(|error| TableError::of(&error))?.item)
    }

    /// Those of the items that exist, with these attributes, in no order.
    pub async fn get_all(&self, keys: &[Key], attributes: &[&str]) -> Result<Vec<Item>, TableError> {
        let mut items = Vec::new();
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let mut left = Some(HashMap::from([(self.name.clone(), wanted(keys, attributes)?)]));
            for attempt in 0..=ATTEMPTS {
                let request = self.client.batch_get_item().set_request_items(left.take());
                let answer = request.send().await.map_err(|error| TableError::of(&error))?;
                items.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items));
                left = answer.unprocessed_keys.filter(|keys| !keys.is_empty());
                if left.is_none() {
                    break;
                }
                self.wait(attempt).await?;
            }
        }
        Ok(items)
    }

    /// Every item of a partition with these attributes, in order.
    pub async fn partition(&self, pk: &str, attributes: &[&str]) -> Result<Vec<Item>, TableError> {
        let mut condition = Expression::equals("pk", AttributeValue::S(pk.to_owned()));
        let projection: Vec<String> = attributes.iter().map(|name| condition.name(name)).collect();
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(condition.text)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .projection_expression(projection.join(", "));
        let mut pages = request.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| TableError::of(&error))?;
            items.extend(page.items.into_iter().flatten());
        }
        Ok(items)
    }

    /// Writes one item where the condition holds, and gives it as it is then.
    pub async fn update(&self, key: &Key, change: Expression, condition: Option<String>) -> Result<Item, TableError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key_of(key)))
            .update_expression(change.text)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(change.names))
            .set_expression_attribute_values(Some(change.values).filter(|values| !values.is_empty()))
            .return_values(ReturnValue::AllNew);
        let answer = request.send().await.map_err(|error| TableError::of(&error))?;
        Ok(answer.attributes.unwrap_or_default())
    }

    /// Does all of it or nothing. `token` names this one transaction: done twice, it is done once.
    pub async fn transact(&self, actions: Vec<TransactWriteItem>, token: &str) -> Result<(), TableError> {
        for attempt in 0..=ATTEMPTS {
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(actions.clone()))
                .client_request_token(token);
            let Err(error) = request.send().await else {
                return Ok(());
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons().iter();
                    let codes: Vec<&str> = reasons.filter_map(|reason| reason.code()).collect();
                    if codes.contains(&"ConditionalCheckFailed") {
                        return Err(TableError::Condition);
                    }
                    if !codes.iter().all(|code| passes(code)) {
                        return Err(TableError::of(&error));
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ => return Err(TableError::of(&error)),
            }
            self.wait(attempt).await?;
        }
        Err(TableError::Throttled { attempts: ATTEMPTS })
    }

    /// A write as a part of a transaction.
    pub fn part(&self, write: &Write, condition: Option<Expression>) -> Result<TransactWriteItem, TableError> {
        let mut expression = write.expression();
        let condition = condition.map(|condition| {
            // The placeholders of both stand in one request.
            expression.names.extend(
                condition
                    .names
                    .into_iter()
                    .map(|(key, name)| (key.replace("#n", "#c"), name)),
            );
            expression.values.extend(
                condition
                    .values
                    .into_iter()
                    .map(|(key, value)| (key.replace(":v", ":c"), value)),
            );
            condition.text.replace("#n", "#c").replace(":v", ":c")
        });
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key_of(&write.key())))
            .update_expression(expression.text)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values).filter(|values| !values.is_empty()))
            .build();
        Ok(TransactWriteItem::builder()
            .update(update.map_err(|error| built(&error))?)
            .build())
    }

    /// A condition on an item that a transaction does not write.
    pub fn check(&self, key: &Key, condition: Expression) -> Result<TransactWriteItem, TableError> {
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key_of(key)))
            .condition_expression(condition.text)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .build();
        let check = check.map_err(|error| built(&error))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// Waits before the next attempt: up to twice as long as before, at random, so that workers that were throttled together do not come back together.
    async fn wait(&self, attempt: u32) -> Result<(), TableError> {
        if attempt >= ATTEMPTS {
            return Err(TableError::Throttled { attempts: ATTEMPTS });
        }
        let most = FIRST_WAIT.saturating_mul(1 << attempt.min(16)).min(LONGEST_WAIT);
        tokio::time::sleep(self.jitter.up_to(most)).await;
        Ok(())
    }
}

/// Whether a transaction that was cancelled for this reason may be done when it is tried again.
fn passes(code: &str) -> bool {
    matches!(
        code,
        "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
    )
}

fn wanted(keys: &[Key], attributes: &[&str]) -> Result<KeysAndAttributes, TableError> {
    let mut projection = Expression::default();
    let names: Vec<String> = attributes.iter().map(|name| projection.name(name)).collect();
    let wanted = KeysAndAttributes::builder()
        .set_keys(Some(keys.iter().map(key_of).collect()))
        .projection_expression(names.join(", "))
        .set_expression_attribute_names(Some(projection.names))
        .consistent_read(true)
        .build();
    wanted.map_err(|error| built(&error))
}

fn built(error: &aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Service {
        code: "Unsent".to_owned(),
        message: error.to_string(),
    }
}
