//! Which region, and what names it.

use crate::config::{Place, Profile};
use crate::env::Env;

use super::Error;
use super::read::text;

/// An empty name is a name: botocore and the AWS CLI take it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub value: String,
    pub source: RegionSource,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionSource {
    Environment(&'static str),
    /// `--region`.
    Option,
    /// The profile's `region`.
    Profile(Place),
}

/// `option`, else AWS_REGION, else AWS_DEFAULT_REGION (AWS CLI v2; boto3 reads only the latter), else the profile's.
/// The environment beats even a profile that was named on the command line.
pub(super) fn region(option: Option<&str>, env: &Env, profile: Option<Profile<'_>>) -> Result<Option<Region>, Error> {
    if let Some(value) = option {
        return Ok(Some(Region {
            value: value.to_owned(),
            source: RegionSource::Option,
        }));
    }
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(value) = env.os(name) {
            let value = value.to_string_lossy().into_owned();
            return Ok(Some(Region {
                value,
                source: RegionSource::Environment(name),
            }));
        }
    }
    let Some(profile) = profile else { return Ok(None) };
    let found = text(profile, "region")?;
    Ok(found.map(|(value, place)| Region {
        value: value.to_owned(),
        source: RegionSource::Profile(place),
    }))
}

/// The areas of regions, in short and in full. Those of more than one word belong to partitions of their own.
const AREAS: [(&str, &str); 17] = [
    ("af", "af"),
    ("ap", "ap"),
    ("ca", "ca"),
    ("cn", "cn"),
    ("eu", "eu"),
    ("euisoe", "eu-isoe"),
    ("euscde", "eusc-de"),
    ("il", "il"),
    ("me", "me"),
    ("mx", "mx"),
    ("sa", "sa"),
    ("us", "us"),
    ("usg", "us-gov"),
    ("usgov", "us-gov"),
    ("usiso", "us-iso"),
    ("usisob", "us-isob"),
    ("usisof", "us-isof"),
];

/// The points of the compass, and the middle.
const DIRECTIONS: [(&str, &str); 9] = [
    ("c", "central"),
    ("e", "east"),
    ("n", "north"),
    ("ne", "northeast"),
    ("nw", "northwest"),
    ("s", "south"),
    ("se", "southeast"),
    ("sw", "southwest"),
    ("w", "west"),
];

/// The region that a common short form means: `euw1` for `eu-west-1`. A rule, not a list: an area, a direction and a
/// digit, so that it knows regions newer than this program.
pub fn long_form(short: &str) -> Option<String> {
    let end = short.len().checked_sub(1)?;
    let (rest, digit) = short.split_at_checked(end)?;
    if !digit.bytes().all(|digit| (b'1'..=b'9').contains(&digit)) {
        return None;
    }
    AREAS.iter().find_map(|(area, long)| {
        let direction = rest.strip_prefix(area)?;
        let (_, direction) = DIRECTIONS.iter().find(|(known, _)| *known == direction)?;
        Some(format!("{long}-{direction}-{digit}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_follow_one_rule() {
        for (short, long) in [
            ("afs1", "af-south-1"),
            ("ape1", "ap-east-1"),
            ("apne3", "ap-northeast-3"),
            ("aps2", "ap-south-2"),
            ("apse2", "ap-southeast-2"),
            ("cac1", "ca-central-1"),
            ("caw1", "ca-west-1"),
            ("cnn1", "cn-north-1"),
            ("cnnw1", "cn-northwest-1"),
            ("euc1", "eu-central-1"),
            ("euisoew1", "eu-isoe-west-1"),
            ("eun1", "eu-north-1"),
            ("eus2", "eu-south-2"),
            ("euscdee1", "eusc-de-east-1"),
            ("euw1", "eu-west-1"),
            ("ilc1", "il-central-1"),
            ("mec1", "me-central-1"),
            ("mes1", "me-south-1"),
            ("mxc1", "mx-central-1"),
            ("sae1", "sa-east-1"),
            ("use1", "us-east-1"),
            ("usge1", "us-gov-east-1"),
            ("usgovw1", "us-gov-west-1"),
            ("usgw1", "us-gov-west-1"),
            ("usisobe1", "us-isob-east-1"),
            ("usisoe1", "us-iso-east-1"),
            ("usisofs1", "us-isof-south-1"),
            ("usisow1", "us-iso-west-1"),
            ("usw2", "us-west-2"),
        ] {
            assert_eq!(long_form(short).as_deref(), Some(long));
        }
    }

    #[test]
    fn nothing_else_is_a_short_form() {
        for text in [
            "",
            "1",
            "eu",
            "eu1",
            "euw",
            "euw0",
            "euw12",
            "w1",
            "xxw1",
            "eux1",
            "eu-west-1",
            "eu-w1",
            "EUW1",
            " euw1",
            "euw1 ",
            "euw１",
            "local",
            "us-east-1a",
            "usgov1",
            "界",
        ] {
            assert_eq!(long_form(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_short_form_has_two_meanings() {
        let mut seen = std::collections::BTreeMap::new();
        for (area, long) in AREAS {
            for (direction, _) in DIRECTIONS {
                let other = seen.insert(format!("{area}{direction}"), long);
                assert_eq!(other, None, "{area}{direction}");
            }
        }
    }
}
