//! What `explain` shows people: three answers in order (which credentials, how they reach a shell, who reads something
//! else), then every setting with its line.

use unicode_width::UnicodeWidthStr as _;

use crate::config::Place;
use crate::config::mistakes::Mistake;
use crate::ops::describe::{self, parameters, source};
use crate::redact::{HIDDEN, shown};
use crate::resolve::{How, RegionReason, RegionSource, Source, Style, UrlReason};
use crate::text::display;

use super::calls::Way;
use super::legacy::Held;
use super::readers::Difference;
use super::{Explanation, Shown};

impl Explanation<'_> {
    /// The lines are safe for a terminal; paths are absolute.
    pub(super) fn to_text(&self) -> String {
        let mut text = self.title();
        let mut facts = vec![self.region()];
        facts.extend(self.credentials());
        facts.extend(self.mfa.rows());
        facts.extend(self.calls());
        facts.extend(self.export());
        text += &table("", &facts);
        if !self.settings.is_empty() {
            text += "\nsettings\n";
            text += &table("  ", &self.settings().collect::<Vec<_>>());
        }
        if !self.mistakes.is_empty() {
            text += "\nmistakes\n";
            text += &table("  ", &self.mistakes().collect::<Vec<_>>());
        }
        if !self.legacy.is_empty() {
            text += "\nlegacy files that botocore still reads\n";
            text += &table("  ", &self.legacy().collect::<Vec<_>>());
        }
        text + &self.others()
    }

    fn title(&self) -> String {
        let name = display(&self.choice.name);
        let how = match self.choice.how {
            How::Explicit => String::new(),
            How::Implicit => ", because no other profile is named".to_owned(),
            How::Variable(variable) => format!(", because {variable} names it"),
        };
        let boto3 = self.choice.boto3.as_ref().map(|other| {
            format!(
                "boto3 and AWS CLI v1 would use {}: they read AWS_DEFAULT_PROFILE first\n",
                display(other)
            )
        });
        format!("profile {name}{how}\n{}\n", boto3.unwrap_or_default())
    }

    fn region(&self) -> Row {
        let Some(region) = &self.plan.region else {
            return Row::new("region", "none: the AWS CLI needs --region or AWS_REGION", None);
        };
        let value = if region.value.is_empty() {
            "(empty)".to_owned()
        } else {
            shown(&region.value)
        };
        match &region.source {
            RegionSource::Environment(variable) => Row::new("region", format!("{value}, from {variable}"), None),
            RegionSource::Option => Row::new("region", format!("{value}, from --region"), None),
            RegionSource::Profile(place) => Row::new("region", value, Some(place)),
        }
    }

    fn credentials(&self) -> Vec<Row> {
        let Some(base) = &self.plan.base else {
            let none = if self.plan.asks_metadata {
                "none in the files or the environment; on an EC2 instance, those of the instance"
            } else {
                "none"
            };
            return vec![Row::new("credentials", none, None)];
        };
        let mut rows = vec![Row::new("credentials", source(base), base.place())];
        for role in &self.plan.roles {
            rows.push(Row::new(
                "  then",
                format!("the role {}", shown(&role.role_arn)),
                role.place.as_ref(),
            ));
            rows.extend(parameters(role).map(|(what, value)| Row::new("", format!("  with {what} {value}"), None)));
        }
        rows
    }

    fn calls(&self) -> Vec<Row> {
        let rows = self.calls.iter().flat_map(|call| match &call.way {
            Ok(way) => called(way),
            Err(message) => vec![Row::new(
                "calls",
                format!("{} cannot be called: {message}", call.service.title()),
                None,
            )],
        });
        rows.collect()
    }

    fn export(&self) -> Vec<Row> {
        match &self.export {
            Ok(export) => {
                let what = format!("the profile's {}: {}", export.style.as_str(), export.because);
                let warning = export
                    .warning
                    .iter()
                    .map(|warning| Row::new("", format!("but {warning}"), None));
                let region = self.region.filter(|_| export.style == Style::Name).map(|region| {
                    Row::new(
                        "",
                        format!("and the region {}, by the setting `export_region`", shown(region)),
                        None,
                    )
                });
                [Row::new("use exports", what, None)]
                    .into_iter()
                    .chain(region)
                    .chain(warning)
                    .collect()
            }
            Err(error) => {
                let error = crate::error::Error::from(error.clone());
                vec![Row::new("use exports", format!("nothing: {}", error.message), None)]
            }
        }
    }

    fn settings(&self) -> impl Iterator<Item = Row> {
        self.settings.iter().flat_map(|setting| {
            let key = display(setting.key);
            let value = match &setting.shown {
                Shown::Block(_) => String::new(),
                Shown::Secret => HIDDEN.to_owned(),
                Shown::Text(text) => display(text),
            };
            let lines = match &setting.shown {
                Shown::Block(lines) => lines.as_slice(),
                _ => &[],
            };
            let below = lines.iter().map(|(key, text)| {
                Row::new(
                    format!("  {}", display(key)),
                    text.map_or(HIDDEN.to_owned(), display),
                    None,
                )
            });
            [Row::new(key, value, Some(&setting.place))]
                .into_iter()
                .chain(below.collect::<Vec<_>>())
        })
    }

    fn mistakes(&self) -> impl Iterator<Item = Row> {
        let row = |found: &Mistake| {
            Row::new(
                found.code.as_str(),
                format!("{}: {}", found.what, found.instead),
                Some(&found.place),
            )
        };
        self.mistakes.iter().map(row)
    }

    fn legacy(&self) -> impl Iterator<Item = Row> {
        self.legacy.iter().map(|legacy| match &legacy.held {
            Held::Nothing { why } => Row {
                what: String::new(),
                value: (*why).to_owned(),
                place: Some(display(&legacy.path.to_string_lossy())),
            },
            Held::Key { id, because, place, .. } => Row::new(describe::key(id), *because, Some(place)),
        })
    }

    /// Readers that differ in the same way share a line.
    fn others(&self) -> String {
        let mut alike: Vec<(&Difference, Vec<&str>)> = Vec::new();
        for reading in &self.readers {
            let Some(differs) = &reading.differs else { continue };
            match alike.iter_mut().find(|(known, _)| *known == differs) {
                Some((_, readers)) => readers.push(reading.reader.as_str()),
                None => alike.push((differs, vec![reading.reader.as_str()])),
            }
        }
        let mut text = String::new();
        if !alike.is_empty() {
            text += "\nread differently\n";
        }
        for (differs, readers) in alike {
            let place = differs
                .place
                .as_ref()
                .map(|place| format!("  {place}"))
                .unwrap_or_default();
            text += &format!(
                "  {}: {}{}\n",
                readers.join(", "),
                shown(&differs.reads),
                display(&place)
            );
            text += &format!("    {}\n", display(&differs.because));
        }
        let agree: Vec<&str> = self
            .readers
            .iter()
            .filter(|reading| reading.differs.is_none())
            .map(|reading| reading.reader.as_str())
            .collect();
        if !agree.is_empty() {
            text += &format!("\nno known difference: {}\n", agree.join(", "));
        }
        text
    }
}

/// Where a service is called, and how.
fn called(way: &Way) -> Vec<Row> {
    let endpoint = &way.endpoint;
    let at = format!("{} at {}", endpoint.service.title(), shown(&endpoint.url));
    let mut rows = vec![match &endpoint.because {
        UrlReason::Own { .. } => Row::new("calls", at, None),
        UrlReason::Set(source) => Row::of("calls", at, source),
    }];
    let mut more = |row: Row| rows.push(row);
    match &way.region.because {
        RegionReason::Partition { id, place } => {
            let why = format!("  in {}, the first region of the partition `{id}`", endpoint.region);
            more(Row::new("", why, place.as_ref()));
        }
        RegionReason::Nothing => {
            let why = format!("  in {}, because no region is set", endpoint.region);
            more(Row::new("", why, None));
        }
        RegionReason::Named(_) if way.region.value == endpoint.region => {}
        RegionReason::Named(_) => {
            more(Row::new("", format!("  signed for {}", shown(&endpoint.region)), None));
        }
    }
    if let UrlReason::Own { fips, dual_stack } = &endpoint.because {
        let kinds = [("FIPS", fips), ("dual-stack", dual_stack)];
        let kinds = kinds
            .into_iter()
            .filter_map(|(kind, source)| Some((kind, source.as_ref()?)));
        kinds.for_each(|(kind, source)| more(Row::of("", format!("  at the {kind} address"), source)));
    }
    if let Some(bundle) = &way.travel.ca_bundle {
        let what = format!("  with the certificates in {}", shown(&bundle.path.to_string_lossy()));
        more(Row::of("", what, &bundle.source));
    }
    if let Some(proxy) = &way.travel.proxy {
        more(Row::of(
            "",
            format!("  through the proxy {}", shown(&proxy.shown)),
            &proxy.source,
        ));
    }
    if endpoint.warning().is_some() {
        more(Row::new(
            "",
            "  but without TLS, so others on the way can read the keys",
            None,
        ));
    }
    rows
}

/// A line: a name, its value, and where that is defined.
pub(super) struct Row {
    what: String,
    value: String,
    place: Option<String>,
}

impl Row {
    pub(super) fn new(what: impl Into<String>, value: impl Into<String>, place: Option<&Place>) -> Self {
        Self {
            what: what.into(),
            value: value.into(),
            place: place.map(|place| display(&place.to_string())),
        }
    }

    /// A variable is no place.
    fn of(what: &str, value: String, source: &Source) -> Self {
        match source {
            Source::Profile(place) => Self::new(what, value, Some(place)),
            Source::Variable(variable) => Self::new(what, format!("{value}, from {variable}"), None),
        }
    }
}

/// In columns; a wider cell does not widen its column.
const WIDEST: [usize; 2] = [28, 48];

fn table(indent: &str, rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> &str, widest| rows.iter().map(|row| of(row).width()).filter(|w| *w <= widest).max();
    let what = width(|row| &row.what, WIDEST[0]).unwrap_or(0);
    let value = width(|row| &row.value, WIDEST[1]).unwrap_or(0);
    let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
    let mut text = String::new();
    for row in rows {
        let mut line = format!("{indent}{}{}  {}", row.what, pad(&row.what, what), row.value);
        if let Some(place) = &row.place {
            line += &format!("{}  {place}", pad(&row.value, value));
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}
