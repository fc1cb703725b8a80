//! What the handler reaches AWS with.

use std::sync::Arc;

use aws_config::SdkConfig;
use sv0_aws::api::{AwsClient, ClientOptions, RoleOptions};
use sv0_aws::s3::{Client, S3CaptureStore, S3Location, S3ObjectStore, client};
use sv0_collect::{AwsApi, Budgets, Clock, Turns};
use sv0_sources::CaptureStore;
use tokio::runtime::Handle;

use crate::Settings;
use crate::meter::{Meter, Usage};

/// What the handler reaches AWS with; made once.
pub trait Adapters: Send + Sync {
    /// Makes calls for a run until `clock` says that the time is up. `management` is the management account, where it is known; `turns` are the worker's among others that run at the
    /// same time.
    fn api(&self, run: &str, management: Option<&str>, turns: Option<Turns>, clock: Arc<dyn Clock>) -> Arc<dyn AwsApi>;

    /// The objects below `prefix`, which ends in `/`, in [`Adapters::results`].
    fn store(&self, prefix: &str) -> Arc<dyn CaptureStore>;

    /// The place of everything that is written.
    fn results(&self) -> &S3Location;

    /// What was asked of AWS since the last time.
    fn take_usage(&self) -> Usage;
}

/// The adapters of a deployment.
#[derive(Debug)]
pub struct AwsAdapters {
    config: SdkConfig,
    settings: Settings,
    s3: Client,
    runtime: Handle,
    meter: Meter,
}

impl AwsAdapters {
    /// Adapters with the credentials and endpoints of `config`, whose calls to S3 run on `runtime`, which must be one of several threads.
    #[must_use]
    pub fn new(config: SdkConfig, settings: Settings, runtime: Handle) -> Self {
        Self {
            s3: client(&config),
            config,
            settings,
            runtime,
            meter: Meter::default(),
        }
    }
}

impl Adapters for AwsAdapters {
    fn api(&self, run: &str, management: Option<&str>, turns: Option<Turns>, clock: Arc<dyn Clock>) -> Arc<dyn AwsApi> {
        let role_of = |account: &str| (account.to_owned(), self.settings.management_role.clone());
        let options = ClientOptions {
            roles: RoleOptions {
                spoke_role: self.settings.spoke_role.clone(),
                management_role: management.map(role_of),
                external_id: Some(self.settings.external_id.clone()),
                run_id: Some(run.to_owned()),
                session_policies: self.settings.session_policies.clone(),
                ..RoleOptions::default()
            },
            budgets: Budgets::default().in_turns(turns),
            observers: vec![self.meter.observer()],
            ..ClientOptions::default()
        };
        self.meter.metered(AwsClient::new(&self.config, clock, options))
    }

    fn store(&self, prefix: &str) -> Arc<dyn CaptureStore> {
        let objects = S3ObjectStore::new(self.s3.clone(), self.settings.results.clone(), self.runtime.clone());
        Arc::new(S3CaptureStore::new(objects, prefix))
    }

    fn results(&self) -> &S3Location {
        &self.settings.results
    }

    fn take_usage(&self) -> Usage {
        self.meter.take()
    }
}
