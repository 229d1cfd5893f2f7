//! The regions of AWS: their short forms, and what a value that is none was meant to be.

use crate::near::slipped;

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

/// Whether it can be a part of a host's name, as a region is in the URL of a service; botocore accepts no other
/// (`validate_region_name`).
pub fn is_label(text: &str) -> bool {
    let is_of_labels = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_of_labels)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with another one.
pub const NO_LABEL: &str = "must be letters, digits and `-`, as in `eu-west-1`";

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

/// What a region's value should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// `None` if the value resembles no region.
    pub region: Option<String>,
    /// What the value is instead, as in `` `us-east-1a` is … ``.
    pub is: String,
    /// Whether `region` is only near.
    pub is_guess: bool,
    /// Otherwise another cloud may have a region of this name.
    pub is_certain: bool,
}

/// The region that `text` was meant to be, unless it may be one: AWS adds regions, and other clouds have their own.
pub fn meant(text: &str) -> Option<Meant> {
    let near = near(text);
    match &near {
        Some(found) if found.is_certain => near,
        _ if text.is_empty() => Some(Meant {
            region: None,
            is: "empty, so every call fails".to_owned(),
            is_guess: true,
            is_certain: true,
        }),
        _ => refused(text).or(near),
    }
}

/// What botocore rejects as a region of any cloud, because it cannot be in the name of a host.
pub fn refused(text: &str) -> Option<Meant> {
    if text.is_empty() || is_label(text) {
        return None;
    }
    let first = || {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.find(|word| is_region(word)).map(str::to_owned)
    };
    Some(Meant {
        region: near(text).and_then(|near| near.region).or_else(first),
        is: "not a valid part of a host name, so every call fails".to_owned(),
        is_guess: true,
        is_certain: true,
    })
}

fn near(text: &str) -> Option<Meant> {
    let lower = text.trim().to_lowercase();
    let new = |region: &str, is: &str| {
        let is = is.replace("{}", region);
        Some(Meant {
            region: Some(region.to_owned()),
            is,
            is_guess: false,
            is_certain: true,
        })
    };
    if is_region(&lower) {
        return if lower == text {
            None
        } else {
            new(&lower, "not written as `{}`")
        };
    }
    if let Some(region) = zone(&lower) {
        return new(&region, "a zone of `{}`, not a region");
    }
    if let Some(region) = long_form(&lower) {
        return new(&region, "short for `{}`, which only awsenv's `--region` knows");
    }
    if let Some(region) = named(&lower) {
        return new(region, "the name of `{}`, not a code");
    }
    let known = PLACES.iter().map(|(region, _)| *region);
    let region = slipped(&lower.replace(' ', "-"), known).or_else(|| same(&lower))?;
    Some(Meant {
        region: Some(region.to_owned()),
        is: "unknown to AWS".to_owned(),
        is_guess: true,
        is_certain: false,
    })
}

/// A region that differs in its separators only.
fn same(lower: &str) -> Option<&'static str> {
    let letters = letters(lower);
    let is_same = |(region, _): &&(&str, &str)| self::letters(region) == letters;
    PLACES.iter().find(is_same).map(|(region, _)| *region)
}

/// Whether AWS had this region when awsenv was made.
pub fn is_known(text: &str) -> bool {
    PLACES.iter().any(|(region, _)| *region == text)
}

/// `AREA-DIRECTION-NUMBER`, also of regions newer than this program.
fn is_region(text: &str) -> bool {
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = stem.len() < text.len();
    let direction = stem.strip_suffix('-').and_then(|stem| {
        let is_direction = |(_, direction): &(&str, &str)| stem.strip_suffix(*direction)?.strip_suffix('-');
        DIRECTIONS.iter().find_map(is_direction)
    });
    numbered && direction.is_some_and(|area| AREAS.iter().any(|(_, known)| *known == area))
}

/// The region of a zone: `us-east-1a`, `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`, and the id `use1-az1`.
fn zone(text: &str) -> Option<String> {
    if let Some((short, zone)) = text.split_once("-az") {
        let is_number = !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_digit());
        return long_form(short).filter(|_| is_number);
    }
    let ends = text.char_indices().filter(|(_, c)| c.is_ascii_digit());
    let mut regions = ends.map(|(at, _)| text.split_at(at + 1));
    let (region, zone) = regions.find(|(region, _)| is_region(region))?;
    let is_letter = zone.len() == 1 && zone.bytes().all(|byte| byte.is_ascii_lowercase());
    // A letter or a number ends the names of local zones; `us-east-1-fips` was once a region.
    let is_local = zone.starts_with('-') && zone.contains(|c: char| c.is_ascii_digit());
    (is_letter || is_local).then(|| region.to_owned())
}

/// The region of a name such as `Ireland`, `EU (Ireland)` or `US East (Ohio)`.
fn named(lower: &str) -> Option<&'static str> {
    let typed = letters(lower);
    if typed.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let names = || {
        PLACES.iter().flat_map(|(region, name)| {
            let (area, place) = name.split_once(" (").unwrap_or((name, ""));
            let place = place.trim_end_matches(')');
            let whole = letters(name);
            let europe = area.starts_with("Europe").then(|| letters(&format!("EU{place}")));
            let own = (!is_vague(place)).then(|| letters(place));
            let spoken = SPOKEN
                .iter()
                .filter(move |(of, _)| of == region)
                .map(|(_, name)| letters(name));
            [Some(whole), europe, own]
                .into_iter()
                .flatten()
                .chain(spoken)
                .map(move |name| (*region, name))
        })
    };
    let exact = names().find(|(_, name)| *name == typed).map(|(region, _)| region);
    exact.or_else(|| {
        let all: Vec<_> = names().filter(|(_, name)| name.len() > 4).collect();
        let name = slipped(&typed, all.iter().map(|(_, name)| name.as_str()))?;
        all.iter().find(|(_, known)| known == name).map(|(region, _)| *region)
    })
}

/// A place that is not the name of one region.
fn is_vague(place: &str) -> bool {
    ["", "Central", "US-East", "US-West"].contains(&place)
}

/// In lower case, without blanks, punctuation and accents.
fn letters(text: &str) -> String {
    let letters = text.chars().filter_map(|c| match c {
        'ã' | 'Ã' => Some('a'),
        'ü' | 'Ü' => Some('u'),
        c => c.is_alphanumeric().then(|| c.to_ascii_lowercase()),
    });
    letters.collect()
}

/// Names that people use and AWS does not.
const SPOKEN: [(&str, &str); 7] = [
    ("ca-central-1", "Canada"),
    ("me-central-1", "Dubai"),
    ("us-east-1", "Virginia"),
    ("us-east-1", "North Virginia"),
    ("us-east-1", "Northern Virginia"),
    ("us-west-1", "California"),
    ("us-west-1", "Northern California"),
];

/// The regions of today with the names that AWS gives them.
pub const PLACES: [(&str, &str); 38] = [
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (Sao Paulo)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
];

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

    #[test]
    fn what_a_region_was_meant_to_be() {
        for (text, region) in [
            ("us-east-1a", "us-east-1"),
            ("US-EAST-1A", "us-east-1"),
            ("us-west-2-lax-1a", "us-west-2"),
            ("us-west-2-lax-1", "us-west-2"),
            ("us-east-1-wl1-bos-wlz-1", "us-east-1"),
            ("us-gov-west-1b", "us-gov-west-1"),
            ("use1-az1", "us-east-1"),
            ("Ireland", "eu-west-1"),
            ("Frankfurt", "eu-central-1"),
            ("frankfrut", "eu-central-1"),
            ("N. Virginia", "us-east-1"),
            ("virginia", "us-east-1"),
            ("EU (Ireland)", "eu-west-1"),
            ("Europe (Ireland)", "eu-west-1"),
            ("US East (Ohio)", "us-east-2"),
            ("São Paulo", "sa-east-1"),
            ("Canada (Central)", "ca-central-1"),
            ("AWS GovCloud (US-West)", "us-gov-west-1"),
            ("eu-wst-1", "eu-west-1"),
            ("eu-west1", "eu-west-1"),
            ("euwest1", "eu-west-1"),
            ("us_east_1", "us-east-1"),
            ("us east 1", "us-east-1"),
            ("EU-West-1", "eu-west-1"),
            ("us-esat-1", "us-east-1"),
            ("euw1", "eu-west-1"),
        ] {
            let found = meant(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.region.as_deref(), Some(region), "{text}");
            assert!(found.is_guess || found.is.contains(region), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_region_is_left_alone() {
        let known = PLACES.iter().map(|(region, _)| *region);
        let new = [
            "us-east-9",
            "ap-southeast-12",
            "eusc-de-east-1",
            "us-isob-west-1",
            "us-west-004",
            "us-central-1",
        ];
        let others = [
            "local",
            "localhost",
            "auto",
            "garage",
            "fsn1",
            "nbg1",
            "fr-par",
            "nyc3",
            "ru-central1",
            "us-ashburn-1",
            "eu-frankfurt-1",
            "ch-gva-2",
            "at-vie-1",
            "europe-west1",
            "asia-east1",
            "aws-global",
            "fips-us-east-1",
            "us-east-1-fips",
            "s3-external-1",
            "r",
            "x",
            "r1",
            "home",
            "custom",
            "eu-de",
            "oss-eu-central-1",
        ];
        for text in known.chain(new).chain(others) {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn a_region_is_a_label_of_a_host() {
        for label in ["eu-west-1", "RegionOne", "local", "a1"] {
            assert!(is_label(label), "{label}");
        }
        let long = "a".repeat(64);
        for other in [
            "",
            "a b",
            "a\nb",
            "a/b",
            "-a",
            "a-",
            "123",
            "us_east",
            "eu-w\u{e9}st",
            &long,
        ] {
            assert!(!is_label(other), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_in_the_name_of_a_host_is_no_region_anywhere() {
        let long = "x".repeat(64);
        for (text, region) in [
            ("eu-west-1,us-east-1", Some("eu-west-1")),
            ("eu-west-1 // mine", Some("eu-west-1")),
            ("eu_west_1", Some("eu-west-1")),
            ("eu west 1", Some("eu-west-1")),
            ("eu–west–1", Some("eu-west-1")),
            ("eu-west-1\u{200b}", Some("eu-west-1")),
            ("\"eu-west-1", Some("eu-west-1")),
            ("<region>", None),
            ("$AWS_REGION", None),
            ("-", None),
            ("garage-", None),
            ("123", None),
            ("fr.par", None),
            (&long, None),
        ] {
            for found in [meant(text), refused(text)] {
                let found = found.unwrap_or_else(|| panic!("{text}"));
                assert_eq!((found.region.as_deref(), found.is_certain), (region, true), "{text}");
            }
        }
        assert!(meant("").is_some_and(|found| found.is_certain) && refused("").is_none());
        for text in ["us-east-1a", "Ireland", "garage", "a-1", &long[1..]] {
            assert_eq!(refused(text), None, "{text}");
        }
    }
}
