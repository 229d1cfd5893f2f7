//! A plan -> the AWS services that are called for it: where, and how.

use crate::aws::Service;
use crate::error::Error;
use crate::resolve::{self, BaseSource, CallRegion, CredentialPlan, Endpoint, Travel};

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
    let sso = match &plan.base {
        Some(BaseSource::Sso(sso)) => Some((Service::Sso, sso.session.call_region())),
        _ => None,
    };
    let sts = plan.calls_sts().then(|| (Service::Sts, plan.call_region()));
    let call = |(service, region)| Call {
        service,
        way: way(plan, service, region).map_err(|error| Error::from(error).message),
    };
    sso.into_iter().chain(sts).map(call).collect()
}

fn way(plan: &CredentialPlan, service: Service, region: CallRegion) -> Result<Way, resolve::Error> {
    let endpoint = plan.calls.endpoint(service, &region)?;
    Ok(Way {
        travel: plan.calls.travel(&endpoint.url)?,
        endpoint,
        region,
    })
}
