//! Leases.

use aws_sdk_dynamodb::types::AttributeValue;
use sv0_state::{Lease, LeaseAnswer};

use super::TableError;
use super::attributes::{Expression, Write, needed, time};
use super::keys::Key;
use super::table::Table;

/// A lease that changes hands between being asked for and looked at is asked for again so often.
const ATTEMPTS: u32 = 5;

/// Takes or prolongs a lease.
pub(super) async fn acquire(table: &Table, lease: &Lease<'_>) -> Result<LeaseAnswer, TableError> {
    let (key, until) = (Key::lease(lease.name), lease.until());
    for _ in 0..ATTEMPTS {
        let mut write = Write::to(key.clone());
        write.set("holder", lease.holder);
        write.set("until", until.to_string());
        // Numbers are compared; the text is for people.
        write.set("until_ms", until.as_millisecond());
        let mut change = write.expression();
        let (holder, held_until) = (change.name("holder"), change.name("until_ms"));
        let me = change.value(AttributeValue::S(lease.holder.to_owned()));
        let now = change.value(AttributeValue::N(lease.now.as_millisecond().to_string()));
        let condition = format!("attribute_not_exists({holder}) OR {holder} = {me} OR {held_until} <= {now}");
        match table.update(&key, change, Some(condition)).await {
            Ok(_) => return Ok(LeaseAnswer::Granted { until }),
            Err(TableError::Condition) => {}
            Err(error) => return Err(error),
        }
        let Some(item) = table.get(&key).await? else { continue };
        if let (Ok(holder), Some(until)) = (needed(&item, "holder"), time(&item, "until")?) {
            return Ok(LeaseAnswer::Held {
                holder: holder.to_owned(),
                until,
            });
        }
    }
    Err(TableError::Throttled { attempts: ATTEMPTS })
}

/// Gives a lease back, if it is the holder's.
pub(super) async fn release(table: &Table, name: &str, holder: &str) -> Result<(), TableError> {
    let mut write = Write::to(Key::lease(name));
    for attribute in ["holder", "until", "until_ms"] {
        write.remove(attribute);
    }
    let mut change = write.expression();
    let held_by = change.name("holder");
    let me = change.value(AttributeValue::S(holder.to_owned()));
    match table
        .update(&Key::lease(name), change, Some(format!("{held_by} = {me}")))
        .await
    {
        Ok(_) | Err(TableError::Condition) => Ok(()),
        Err(error) => Err(error),
    }
}

/// That a lease is held by somebody.
pub(super) fn is_held_by(holder: &str) -> Expression {
    Expression::equals("holder", AttributeValue::S(holder.to_owned()))
}
