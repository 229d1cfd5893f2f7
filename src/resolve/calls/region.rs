//! The region of a call, and why that one.

use crate::config::Place;
use crate::resolve::origin::RegionSource;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRegion {
    pub value: String,
    pub because: RegionReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionReason {
    /// The plan has it.
    Named(RegionSource),
    /// Nothing names one, so it is the first of the partition that the role's ARN names.
    Partition {
        id: &'static str,
        /// The line of the role, or of its token file; `None` if the environment has it.
        place: Option<Place>,
    },
    /// Nothing names one, not even a role.
    Nothing,
}

impl CallRegion {
    /// What the user should know: the AWS CLI fails without a region.
    pub fn note(&self) -> Option<String> {
        match &self.because {
            RegionReason::Named(_) => None,
            RegionReason::Partition { id, .. } => Some(format!(
                "no region is set, so AWS STS is called in {}, the first region of the partition `{id}`",
                self.value
            )),
            RegionReason::Nothing => Some(format!("no region is set, so AWS STS is called in {}", self.value)),
        }
    }
}
