//! Starting executions.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::{DisplayErrorContext, SdkError};
use aws_sdk_sfn::operation::start_execution::StartExecutionError;

/// Starts executions of one state machine.
pub trait Executions: Send + Sync {
    /// Starts the execution `name` with `input`. That there is one of that name already is no failure.
    fn start(&self, name: &str, input: &str) -> impl Future<Output = Result<(), String>> + Send;
}

/// Executions of a state machine of AWS Step Functions.
#[derive(Debug)]
pub struct StepFunctions {
    client: Client,
    state_machine: String,
}

impl StepFunctions {
    /// Executions of this state machine.
    #[must_use]
    pub fn new(client: Client, state_machine: String) -> Self {
        Self { client, state_machine }
    }
}

impl Executions for StepFunctions {
    async fn start(&self, name: &str, input: &str) -> Result<(), String> {
        let request = self.client.start_execution().state_machine_arn(&self.state_machine);
        match request.name(name).input(input).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if is_there(error.err()) => Ok(()),
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }
}

/// Where an execution of that name has ended; while it runs, Step Functions answers with it (API reference, "StartExecution").
fn is_there(error: &StartExecutionError) -> bool {
    error.is_execution_already_exists()
}
