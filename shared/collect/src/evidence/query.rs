//! The statement. One reading of the log files answers every evidence query: Athena bills what is read, and log files cannot be read by column.

use std::fmt::Write as _;

use sv0_model::cloudtrail::{LOGGING_CHANGES, PERMISSION_CHANGES, PERMISSION_CHANGES_BY_PARAMETER, SESSION_ISSUES};
use sv0_model::hash::sha256_hex;

use super::event::{self, SERVICE};
use super::names::{Bucket, Prefix};
use super::table::LogTable;
use super::window::Slice;

/// An evidence query: a file of the capture (`docs/capture.md`, `athena/`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceQuery {
    /// Every call, by who, what, on which resource, in which session and from where.
    ObservedUse,
    /// Calls that issue a session, and switches of role in the console.
    Assumptions,
    /// The root user, sign-ins, role switches, changes of permissions and of logging, one by one.
    NotableEvents,
    /// From when to when the log files go. It has no statement: the rows of [`Self::ObservedUse`], which goes over every event, tell it.
    LogWindows,
}

impl EvidenceQuery {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [
        Self::ObservedUse,
        Self::Assumptions,
        Self::NotableEvents,
        Self::LogWindows,
    ];

    /// The name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ObservedUse => "observed-use",
            Self::Assumptions => "assumptions",
            Self::NotableEvents => "notable-events",
            Self::LogWindows => "log-windows",
        }
    }

    /// The column `query` of the rows that it is made of.
    pub(super) fn rows(self) -> &'static str {
        match self {
            Self::LogWindows => Self::ObservedUse.name(),
            other => other.name(),
        }
    }
}

/// Where a statement puts its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLocation {
    /// The hub's bucket.
    pub bucket: Bucket,
    /// The prefix below which each execution has a folder of its own.
    pub prefix: Prefix,
}

/// A statement with everything that makes it what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, with a `?` for each of the parameters.
    pub sql: String,
    /// The values of the parameters, as SQL literals.
    pub parameters: Vec<String>,
    /// `ClientRequestToken`: the same for the same statement over the same window, so that who asks again gets the execution that there is.
    pub token: String,
    /// The folder that holds the rows: `prefix/token/`.
    pub folder: String,
}

impl Statement {
    /// The statement for a slice. `attempt` counts from 0: an execution that failed is not begun again under its token, nor does it empty its folder.
    #[must_use]
    pub fn new(table: &LogTable, slice: &Slice, results: &ResultLocation, attempt: u32) -> Self {
        let select = select(table, slice);
        let parameters = parameters(slice);
        let asked = format!(
            "{select}\n{}\ns3://{}/{}",
            parameters.join("\n"),
            results.bucket,
            results.prefix
        );
        let token = sha256_hex(format!("{asked}\n{attempt}").as_bytes());
        let prefix = results.prefix.as_str();
        let separator = if prefix.is_empty() { "" } else { "/" };
        let folder = format!("{prefix}{separator}{token}/");
        Self {
            sql: format!(
                "UNLOAD (\n{select}\n)\nTO 's3://{}/{folder}'\nWITH (format = 'JSON', compression = 'gzip')",
                results.bucket
            ),
            parameters,
            token,
            folder,
        }
    }
}

/// Days of the folders, and the span of the events. CloudTrail writes times in UTC to the second, whose texts sort as the times do.
fn parameters(slice: &Slice) -> Vec<String> {
    let quoted = |text: String| format!("'{text}'");
    vec![
        quoted(slice.first.to_string()),
        quoted(slice.last.to_string()),
        quoted(slice.window.from.to_string()),
        quoted(slice.window.until.to_string()),
    ]
}

/// The SELECT, with four parameters: first and last day, first moment, moment after the last.
#[must_use]
pub fn select(table: &LogTable, slice: &Slice) -> String {
    let mut sql = String::new();
    let accounts: Vec<String> = slice.accounts.iter().map(|account| format!("'{account}'")).collect();
    // An event that CloudTrail delivered twice is one: the inner rows are distinct.
    let _ = write!(
        sql,
        r#"SELECT "query", "event", "session", "issued", count(*) AS "count", min("time") AS "first", max("time") AS "last",
  max(concat("time", ' ', "id"), 3) AS "newest"
FROM (
  SELECT DISTINCT "query", eventtime AS "time", eventid AS "id", substr(eventtime, 1, 10) AS "date",
    CASE WHEN "query" = 'notable-events' THEN eventid END AS "single",
    CASE WHEN "query" <> 'notable-events' THEN {session} END AS "session",
    CASE WHEN "query" = 'assumptions' THEN {issued} END AS "issued",
    CASE "query"
      WHEN 'observed-use' THEN {observed_use}
      WHEN 'assumptions' THEN {assumptions}
      ELSE {notable_events}
    END AS "event"
  FROM "{database}"."{table}" CROSS JOIN (VALUES 'observed-use', 'assumptions', 'notable-events') AS queries ("query")
  WHERE "account" IN ({accounts}) AND "day" BETWEEN ? AND ? AND eventtime >= ? AND eventtime < ?
    AND eventid IS NOT NULL AND eventname IS NOT NULL AND eventsource IS NOT NULL
    AND ("query" = 'observed-use' OR "query" = 'assumptions' AND {is_issue} OR "query" = 'notable-events' AND {is_notable})
)
GROUP BY "query", "event", "session", "issued", "date", "single""#,
        session = session("useridentity.accesskeyid"),
        issued = session("json_extract_scalar(responseelements, '$.credentials.accessKeyId')"),
        observed_use = event::observed_use().expression(),
        assumptions = event::assumptions().expression(),
        notable_events = event::notable_events().expression(),
        database = table.database,
        table = table.table,
        accounts = accounts.join(", "),
        is_issue = is_issue(),
        is_notable = is_notable(),
    );
    sql
}

/// The hash of an access key id of temporary credentials; the id itself does not leave the log files.
fn session(access_key_id: &str) -> String {
    format!("CASE WHEN {access_key_id} LIKE 'ASIA%' THEN lower(to_hex(sha256(to_utf8({access_key_id})))) END")
}

fn is_issue() -> String {
    let mut services: Vec<&str> = SESSION_ISSUES.iter().map(|(service, _)| *service).collect();
    services.dedup();
    let terms = services.iter().map(|service| {
        let names = SESSION_ISSUES
            .iter()
            .filter(|(of, _)| of == service)
            .map(|(_, name)| *name);
        format!(
            "eventsource = '{service}.amazonaws.com' AND eventname IN ({})",
            listed(names)
        )
    });
    format!("({})", terms.collect::<Vec<_>>().join(" OR "))
}

/// By name, whatever the service: which of them counts is decided where log files are read. Names of Lambda's events carry the date of their API.
fn is_notable() -> String {
    let names = PERMISSION_CHANGES.iter().flat_map(|(_, names, _)| *names);
    let names = names
        .chain(LOGGING_CHANGES.iter().flat_map(|(_, names)| *names))
        .copied();
    let names = names.chain(PERMISSION_CHANGES_BY_PARAMETER.iter().map(|(_, name)| *name));
    format!(
        "(useridentity.\"type\" = 'Root' OR {SERVICE} = 'signin' AND eventname IN ('ConsoleLogin', 'SwitchRole') \
         OR regexp_replace(eventname, '[0-9]{{8}}(v[0-9]+|)$', '') IN ({}))",
        listed(names)
    )
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: std::collections::BTreeSet<&str> = names.collect();
    let quoted: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::{Account, Identifier, OrganizationId, Region, TrailLogs, Window};

    /// A statement without what its names say: literals stand as `'…'`, words as `w`.
    fn skeleton(sql: &str) -> String {
        let mut skeleton = String::new();
        let mut rest = sql.chars().peekable();
        while let Some(character) = rest.next() {
            if character == '\'' {
                for inside in rest.by_ref() {
                    if inside == '\'' {
                        break;
                    }
                }
                skeleton.push_str("'…'");
            } else if character.is_ascii_alphanumeric() || character == '_' {
                while rest
                    .next_if(|next| next.is_ascii_alphanumeric() || *next == '_')
                    .is_some()
                {}
                skeleton.push('w');
            } else {
                skeleton.push(character);
            }
        }
        skeleton
    }

    /// Both statements with these names; `None` where one of them is refused.
    fn statements(names: &[String; 6], region: &str) -> Option<[String; 2]> {
        let [database, table, bucket, prefix, organization, account] = names;
        let log_table = LogTable {
            database: Identifier::new(database).ok()?,
            table: Identifier::new(table).ok()?,
        };
        let window = Window::of_days(30, "2026-03-31T00:00:00Z".parse().ok()?);
        let accounts = [Account::new(account).ok()?];
        let slice = window.slices(&accounts, 40).pop()?;
        let results = ResultLocation {
            bucket: Bucket::new(bucket).ok()?,
            prefix: Prefix::new(prefix).ok()?,
        };
        let logs = TrailLogs {
            bucket: results.bucket.clone(),
            prefix: results.prefix.clone(),
            organization: Some(OrganizationId::new(organization).ok()?),
        };
        let definition = log_table.statement(&logs, &[Region::new(region).ok()?], slice.first);
        Some([Statement::new(&log_table, &slice, &results, 0).sql, definition])
    }

    fn reference() -> [String; 6] {
        [
            "sv0",
            "cloudtrail",
            "hub-bucket",
            "athena",
            "o-exampleorgid",
            "111122223333",
        ]
        .map(str::to_owned)
    }

    /// What begins like a name and goes on as one, as a way out of a literal, or as anything.
    fn text() -> impl Strategy<Value = String> {
        let hostile = prop_oneof![
            Just("') TO 's3://evil-bucket/'".to_owned()),
            Just("\\'".to_owned()),
            Just("a' OR '1'='1".to_owned()),
            Just("${account}".to_owned()),
            Just("x\"; DROP TABLE t; --".to_owned()),
            Just("../..".to_owned()),
            Just("a\n'b".to_owned()),
        ];
        prop_oneof![
            3 => "[a-z][a-z0-9]{2,20}",
            2 => "[a-z0-9][a-z0-9.-]{1,20}[a-z0-9]",
            1 => "[A-Za-z0-9!_.*()/=+@:-]{0,40}",
            2 => "[a-z]{0,3}".prop_flat_map(move |start| hostile.clone().prop_map(move |text| format!("{start}{text}"))),
            1 => any::<String>(),
            1 => "[0-9]{12}",
            1 => "o-[a-z0-9]{10,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_name_changes_the_structure_of_a_statement(place in 0_usize..7, text in text()) {
            let (mut names, mut region) = (reference(), "eu-west-1".to_owned());
            let expected = statements(&names, &region).unwrap().map(|sql| skeleton(&sql));
            match names.get_mut(place) {
                Some(name) => *name = text,
                None => region = text,
            }
            if let Some(statements) = statements(&names, &region) {
                prop_assert_eq!(statements.map(|sql| skeleton(&sql)), expected);
            }
        }
    }

    #[test]
    fn the_same_question_has_the_same_token() {
        let of = |days, attempt, prefix: &str| {
            let table = LogTable {
                database: Identifier::new("sv0").unwrap(),
                table: Identifier::new("cloudtrail").unwrap(),
            };
            let window = Window::of_days(days, "2026-03-31T00:00:00.5Z".parse().unwrap());
            let slice = window.slices(&[Account::new("111122223333").unwrap()], 90).remove(0);
            let results = ResultLocation {
                bucket: Bucket::new("hub-bucket").unwrap(),
                prefix: Prefix::new(prefix).unwrap(),
            };
            Statement::new(&table, &slice, &results, attempt)
        };
        let statement = of(30, 0, "athena");
        assert_eq!(statement, of(30, 0, "athena"));
        assert_eq!(statement.folder, format!("athena/{}/", statement.token));
        assert!((32..=128).contains(&statement.token.len()), "IdempotencyToken");
        assert_eq!(
            statement.parameters,
            [
                "'2026/03/01'",
                "'2026/03/31'",
                "'2026-03-01T00:00:00Z'",
                "'2026-03-31T00:00:00Z'"
            ]
        );
        assert_eq!(statement.sql.matches('?').count(), statement.parameters.len());
        for other in [of(29, 0, "athena"), of(30, 1, "athena"), of(30, 0, "other")] {
            assert_ne!(other.token, statement.token);
        }
        assert_eq!(of(30, 0, "").folder.len(), statement.token.len() + 1);
    }
}
