//! A plan -> the AWS services that are called for it: where, and how.

use crate::aws::Service;
use crate::error::Error;
use crate::resolve::{self, CallRegion, CredentialPlan, Endpoint, Travel};

pub(super) struct Call {
    pub(super) service: Service,
    /// Or why it cannot be called.
    pub(super) way: Result<Way, String>,
}

pub(super) struct Way {
    pub(super) endpoint: Endpoint,
    pub(super) region: CallRegion,
    pub(super) travel: Travel,
}

pub(super) fn calls(plan: &CredentialPlan) -> Vec<Call> {
    let services = plan.calls_sts().then_some(Service::Sts);
    let call = |service| Call {
        service,
        way: way(plan, service).map_err(|error| Error::from(error).message),
    };
    services.into_iter().map(call).collect()
}

fn way(plan: &CredentialPlan, service: Service) -> Result<Way, resolve::Error> {
    let region = plan.call_region();
    let endpoint = plan.calls.endpoint(service, &region)?;
    Ok(Way {
        travel: plan.calls.travel(&endpoint.url)?,
        endpoint,
        region,
    })
}
