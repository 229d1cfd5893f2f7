//! A plan -> the region in which AWS STS is called for it.

use super::calls::{CallRegion, RegionReason};
use super::plan::{BaseSource, CredentialPlan};
use crate::aws::Partition;

impl CredentialPlan {
    /// Whether AWS STS gives these credentials, or those of a user's session.
    pub fn calls_sts(&self) -> bool {
        let is_web = matches!(self.base, Some(BaseSource::WebIdentity(_)));
        !self.roles.is_empty() || is_web || self.user_device().is_some()
    }

    /// The region in which AWS STS is called: for all roles that of the plan, as in botocore.
    pub fn call_region(&self) -> CallRegion {
        if let Some(region) = &self.region {
            return CallRegion {
                value: region.value.clone(),
                because: RegionReason::Named(region.source.clone()),
            };
        }
        let web = match &self.base {
            Some(BaseSource::WebIdentity(web)) => Some((web.role_arn.as_str(), web.place.as_ref())),
            _ => None,
        };
        let roles = self
            .roles
            .iter()
            .map(|role| (role.role_arn.as_str(), role.place.as_ref()));
        let device = self
            .device
            .iter()
            .map(|device| (device.serial.as_str(), Some(&device.place)));
        let mut arns = web.into_iter().chain(roles).chain(device);
        match arns.find_map(|(arn, place)| Some((Partition::of_arn(arn)?, place))) {
            Some((partition, place)) => CallRegion {
                value: partition.first_region.to_owned(),
                because: RegionReason::Partition {
                    id: partition.id,
                    place: place.cloned(),
                },
            },
            None => CallRegion {
                value: "us-east-1".to_owned(),
                because: RegionReason::Nothing,
            },
        }
    }
}
