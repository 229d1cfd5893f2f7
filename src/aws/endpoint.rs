//! Where AWS has its services: a region -> partition, host, and the region of the signature.
//!
//! The rules are those of the SDKs: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html>. An
//! unknown region gets the address that it would have, so that a new one needs no new awsenv.

/// The services that awsenv calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Iam,
    /// Registrations and tokens of IAM Identity Center.
    Oidc,
    /// Tokens of `aws login`.
    Signin,
    /// The portal of IAM Identity Center: accounts, roles and their keys.
    Sso,
    Sts,
}

impl Service {
    pub const ALL: [Service; 5] = [Service::Iam, Service::Oidc, Service::Signin, Service::Sso, Service::Sts];

    /// The name in a `[services]` section.
    pub fn id(self) -> &'static str {
        match self {
            Service::Iam => "iam",
            Service::Oidc => "sso_oidc",
            Service::Signin => "signin",
            Service::Sso => "sso",
            Service::Sts => "sts",
        }
    }

    /// The variable of its endpoint URL.
    pub fn variable(self) -> &'static str {
        match self {
            Service::Iam => "AWS_ENDPOINT_URL_IAM",
            Service::Oidc => "AWS_ENDPOINT_URL_SSO_OIDC",
            Service::Signin => "AWS_ENDPOINT_URL_SIGNIN",
            Service::Sso => "AWS_ENDPOINT_URL_SSO",
            Service::Sts => "AWS_ENDPOINT_URL_STS",
        }
    }

    /// In the words of AWS.
    pub fn title(self) -> &'static str {
        match self {
            Service::Iam => "AWS IAM",
            Service::Oidc | Service::Sso => "IAM Identity Center",
            Service::Signin => "AWS Sign-In",
            Service::Sts => "AWS STS",
        }
    }
}

/// A part of AWS with accounts, regions and names of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// As in an ARN.
    pub id: &'static str,
    /// What regions begin with, before a word and a number; the first partition has all others.
    regions: &'static str,
    /// Called where nothing names a region.
    pub first_region: &'static str,
    /// Of hosts, and of dual-stack hosts.
    suffix: &'static str,
    dual_stack: &'static str,
    /// What a region comes before in the host of AWS Sign-In.
    signin: &'static str,
    /// What IAM, which has one host in a partition, has before the suffix: plain, dual-stack, FIPS, both.
    iam: [&'static str; 4],
}

/// The first is that of every region which no other claims.
static PARTITIONS: [Partition; 8] = [
    Partition {
        id: "aws",
        regions: "",
        first_region: "us-east-1",
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
        signin: "signin.aws.amazon.com",
        iam: ["iam", "iam.global", "iam-fips", "iam-fips.global"],
    },
    Partition {
        id: "aws-cn",
        regions: "cn-",
        first_region: "cn-north-1",
        suffix: "amazonaws.com.cn",
        dual_stack: "api.amazonwebservices.com.cn",
        signin: "signin.amazonaws.cn",
        iam: ["iam.cn-north-1", "iam.global", "iam-fips", "iam-fips"],
    },
    Partition {
        id: "aws-us-gov",
        regions: "us-gov-",
        first_region: "us-gov-west-1",
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
        signin: "signin.amazonaws-us-gov.com",
        iam: ["iam.us-gov"; 4],
    },
    Partition {
        id: "aws-eusc",
        regions: "eusc-de-",
        first_region: "eusc-de-east-1",
        suffix: "amazonaws.eu",
        dual_stack: "api.amazonwebservices.eu",
        signin: "signin.amazonaws-eusc.eu",
        iam: ["iam.eusc-de-east-1", "iam.global", "iam-fips", "iam-fips"],
    },
    Partition {
        id: "aws-iso",
        regions: "us-iso-",
        first_region: "us-iso-east-1",
        suffix: "c2s.ic.gov",
        dual_stack: "api.aws.ic.gov",
        signin: "signin.c2shome.ic.gov",
        iam: ["iam.us-iso-east-1", "iam", "iam-fips.us-iso-east-1", "iam-fips"],
    },
    Partition {
        id: "aws-iso-b",
        regions: "us-isob-",
        first_region: "us-isob-east-1",
        suffix: "sc2s.sgov.gov",
        dual_stack: "api.aws.scloud",
        signin: "signin.sc2shome.sgov.gov",
        iam: ["iam.us-isob-east-1", "iam", "iam-fips.us-isob-east-1", "iam-fips"],
    },
    Partition {
        id: "aws-iso-e",
        regions: "eu-isoe-",
        first_region: "eu-isoe-west-1",
        suffix: "cloud.adc-e.uk",
        dual_stack: "api.cloud-aws.adc-e.uk",
        signin: "signin.csphome.adc-e.uk",
        iam: ["iam.eu-isoe-west-1", "iam", "iam-fips", "iam-fips"],
    },
    Partition {
        id: "aws-iso-f",
        regions: "us-isof-",
        first_region: "us-isof-south-1",
        suffix: "csp.hci.ic.gov",
        dual_stack: "api.aws.hci.ic.gov",
        signin: "signin.csphome.hci.ic.gov",
        iam: ["iam.us-isof-south-1", "iam", "iam-fips", "iam-fips"],
    },
];

impl Partition {
    /// That of a region; `aws` for one that no partition claims.
    pub fn of_region(region: &str) -> &'static Partition {
        let is_regional = |rest: &str| {
            let number = rest.split_once('-').map(|(_, number)| number);
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let [aws, others @ ..] = &PARTITIONS;
        let found = others.iter().find(|partition| {
            // That of Europe has no such name.
            let is_global = region.strip_suffix("-global") == Some(partition.id) && partition.id != "aws-eusc";
            is_global || region.strip_prefix(partition.regions).is_some_and(is_regional)
        });
        found.unwrap_or(aws)
    }

    /// That of an ARN; `None` if it names none that awsenv knows.
    pub fn of_arn(arn: &str) -> Option<&'static Partition> {
        let id = arn.strip_prefix("arn:")?.split(':').next()?;
        PARTITIONS.iter().find(|partition| partition.id == id)
    }
}

/// What kind of host is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    pub fips: bool,
    pub dual_stack: bool,
}

/// A region without the word that asks for FIPS in an old form, and whether it had it: `fips-us-east-1`,
/// `us-east-1-fips`.
pub fn without_fips(region: &str) -> (String, bool) {
    let plain = region.replace("fips-", "").replace("-fips", "");
    let had_it = plain != region;
    (plain, had_it)
}

/// Where a service is, and what a request to it is signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    /// The region of the signature.
    pub region: String,
}

/// The host of `service` in a region, which must be able to be a part of it.
pub fn address(service: Service, region: &str, variant: Variant) -> Address {
    let partition = Partition::of_region(region);
    let suffix = match variant.dual_stack {
        true => partition.dual_stack,
        false => partition.suffix,
    };
    let regional = |name: &str| {
        // Their plain hosts are FIPS hosts.
        let is_fips = variant.fips && (partition.id != "aws-us-gov" || variant.dual_stack);
        let fips = if is_fips { "-fips" } else { "" };
        format!("{name}{fips}.{region}.{suffix}")
    };
    let is_plain = variant == Variant::default();
    let (host, signed) = match service {
        Service::Iam => {
            let kind = usize::from(variant.dual_stack) + 2 * usize::from(variant.fips);
            (format!("{}.{suffix}", partition.iam[kind]), partition.first_region)
        }
        Service::Oidc => (regional("oidc"), region),
        Service::Signin if is_plain => (format!("{region}.{}", partition.signin), region),
        Service::Signin => (
            signin(partition, region, variant).unwrap_or_else(|| regional("signin")),
            region,
        ),
        Service::Sso => (regional("portal.sso"), region),
        Service::Sts if region == GLOBAL && is_plain => (format!("sts.{suffix}"), partition.first_region),
        Service::Sts if region == GLOBAL => (regional("sts"), partition.first_region),
        Service::Sts => (regional("sts"), region),
    };
    Address {
        host,
        region: signed.to_owned(),
    }
}

/// The FIPS hosts of AWS Sign-In that follow no rule.
fn signin(partition: &Partition, region: &str, variant: Variant) -> Option<String> {
    if partition.id != "aws-us-gov" || variant.dual_stack {
        return None;
    }
    Some(match region == partition.first_region {
        true => "signin-fips.amazonaws-us-gov.com".to_owned(),
        false => format!("{region}.signin-fips.amazonaws-us-gov.com"),
    })
}

/// The region that stands for all of the partition `aws`.
const GLOBAL: &str = "aws-global";

#[cfg(test)]
mod tests {
    use super::*;

    fn host(service: Service, region: &str, fips: bool, dual_stack: bool) -> String {
        address(service, region, Variant { fips, dual_stack }).host
    }

    #[test]
    fn hosts_of_sts() {
        for (region, fips, dual_stack, expected) in [
            ("eu-west-1", false, false, "sts.eu-west-1.amazonaws.com"),
            ("eu-west-1", true, false, "sts-fips.eu-west-1.amazonaws.com"),
            ("eu-west-1", false, true, "sts.eu-west-1.api.aws"),
            ("eu-west-1", true, true, "sts-fips.eu-west-1.api.aws"),
            ("us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"),
            ("us-gov-west-1", true, true, "sts-fips.us-gov-west-1.api.aws"),
            ("cn-north-1", false, false, "sts.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", false, false, "sts.eusc-de-east-1.amazonaws.eu"),
            ("us-isob-east-1", false, false, "sts.us-isob-east-1.sc2s.sgov.gov"),
            (
                "eu-isoe-west-1",
                false,
                true,
                "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
            ),
            ("aws-global", false, false, "sts.amazonaws.com"),
            ("moon-1", false, false, "sts.moon-1.amazonaws.com"),
        ] {
            assert_eq!(host(Service::Sts, region, fips, dual_stack), expected, "{region}");
        }
        let global = address(Service::Sts, "aws-global", Variant::default());
        assert_eq!(global.region, "us-east-1");
    }

    #[test]
    fn iam_has_one_host_and_one_region_in_a_partition() {
        for (region, host, signed) in [
            ("eu-west-1", "iam.amazonaws.com", "us-east-1"),
            ("cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("us-gov-east-1", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
        ] {
            let expected = Address {
                host: host.to_owned(),
                region: signed.to_owned(),
            };
            assert_eq!(address(Service::Iam, region, Variant::default()), expected);
        }
    }

    #[test]
    fn partitions_of_regions_and_arns() {
        for (region, id) in [
            ("cn-north-1", "aws-cn"),
            ("cn-new-99", "aws-cn"),
            ("cn-north-1-x", "aws"),
            ("cn-north-", "aws"),
            ("cn-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("aws-us-gov-global", "aws-us-gov"),
            ("aws-global", "aws"),
            ("aws-eusc-global", "aws"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isof-south-1", "aws-iso-f"),
            ("moon-1", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(Partition::of_region(region).id, id, "{region}");
        }
        let of_arn = |arn| Partition::of_arn(arn).map(|partition| partition.first_region);
        assert_eq!(of_arn("arn:aws:iam::123456789012:role/x"), Some("us-east-1"));
        assert_eq!(of_arn("arn:aws-cn:iam::123456789012:role/x"), Some("cn-north-1"));
        assert_eq!(of_arn("arn:aws-us-gov:iam::123456789012:role/x"), Some("us-gov-west-1"));
        assert_eq!(of_arn("arn:aws-eusc:iam::123456789012:role/x"), Some("eusc-de-east-1"));
        assert_eq!(of_arn("arn:moon:iam::123456789012:role/x"), None);
        assert_eq!(of_arn("x:aws:iam"), None);
    }

    #[test]
    fn old_regions_of_fips() {
        assert_eq!(without_fips("fips-us-east-1"), ("us-east-1".to_owned(), true));
        assert_eq!(without_fips("us-gov-west-1-fips"), ("us-gov-west-1".to_owned(), true));
        assert_eq!(without_fips("us-east-1"), ("us-east-1".to_owned(), false));
    }
}
