//! What `use` and `exec` share: a chosen profile becomes the target of a switch.

use std::borrow::Cow;

use crate::advice::Advice;
use crate::cli::{GivenCode, SignInArgs, StyleArgs};
use crate::config::settings::Export;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::session::{RegionChange, Target};
use crate::env::style::Style;
use crate::env::wish::Wish;
use crate::error::Error;
use crate::ops::catalog;
use crate::ops::choose::{self, Chosen};
use crate::ops::export::{self, is_exportable};
use crate::ops::fit;
use crate::ops::foreseen::{self, Foreseen};
use crate::ops::mfa;
use crate::ops::now;
use crate::ops::ports::{self, Outside};
use crate::ops::refusal::{self, without_credentials};
use crate::ops::role;
use crate::ops::sign_in::{Login, Offer};
use crate::provider::{self, Fresh, Got, Wants};
use crate::redact::{self, shown};
use crate::resolve::{BaseSource, Region, RegionSource};
use crate::sys::clock::local;
use crate::text::{PRODUCTION_MARK, display, prompt_name};

#[derive(Debug)]
pub struct Switch {
    pub target: Target,
    /// Why this style was chosen.
    pub because: String,
    /// The profile, and the role on top of it.
    shown: String,
    account: Option<String>,
    region: Option<String>,
    warnings: Vec<Advice>,
}

impl Switch {
    /// What the user should know although the switch works.
    pub fn warn(&self, context: &Context) {
        self.warnings
            .iter()
            .for_each(|warning| context.ui.warn(warning.clone()));
    }

    /// What `use` reports: profile, account or region, style, expiry.
    pub fn summary(&self) -> String {
        let place = match (&self.account, &self.region) {
            (Some(account), Some(region)) => format!(" ({}, {})", shown(account), shown(region)),
            (Some(one), None) | (None, Some(one)) => format!(" ({})", shown(one)),
            (None, None) => String::new(),
        };
        let until = self.target.expires.and_then(|at| local(Timestamp(at)));
        let until = until.map_or(String::new(), |at| format!(", until {at}"));
        format!(
            "using {}{place}, by {}{until}",
            display(&self.shown),
            self.target.style.as_str()
        )
    }
}

/// What a switch is to come to.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub wish: Wish,
    /// Which keys that are kept may not be used.
    pub fresh: Fresh,
    /// For a call that takes one; it is not repeated, because AWS takes it once.
    pub code: Option<GivenCode>,
    /// Whether the user is to sign in first, if that is needed.
    pub login: bool,
}

impl Asked {
    pub fn of(style: &StyleArgs, sign_in: SignInArgs) -> Self {
        Self {
            wish: style.wish(),
            fresh: style.fresh(),
            code: style.mfa_code.clone(),
            login: sign_in.login,
        }
    }

    /// Takes over what was asked for before and is left open now; `style` is the one that it led to, if that is to stay.
    pub fn repeat(&mut self, earlier: &Wish, style: Option<Style>) {
        let by_code = self.code.is_some().then_some(Style::Keys);
        let own_style = self.wish.style.take().or(by_code);
        self.wish = std::mem::take(&mut self.wish).or(earlier);
        self.wish.style = own_style.or(style).or(earlier.style);
    }

    /// Beside the name, all that can be asked for is for keys.
    fn export(&self) -> Option<Export> {
        match self.wish.style {
            Some(Style::Name) => Some(Export::Name),
            Some(Style::Keys) => Some(Export::Keys),
            None if self.wants_keys() || self.wish.role.is_some() || self.wish.duration.is_some() => Some(Export::Keys),
            None => None,
        }
    }

    /// Whether this run is for keys in a way that no other run repeats.
    fn wants_keys(&self) -> bool {
        self.fresh != Fresh::No || self.code.is_some()
    }
}

/// The switch to the chosen profile, in the region from the option. `may_have_keys` is asked before any key is read.
///
/// # Errors
/// Whatever prevents it, from the plan to the keys.
pub fn to(
    context: &Context,
    chosen: &Chosen,
    asked: &Asked,
    may_have_keys: impl FnOnce() -> Result<(), Error>,
) -> Result<Switch, Error> {
    let Chosen {
        files,
        choice,
        is_named,
    } = chosen;
    let env = &files.env;
    fit::check_name(&choice.name)?;
    let wish = &asked.wish;
    let outside = Outside::of(context, &choice.name)?
        .with_code(asked.code.clone())
        .for_wish(wish);
    role::check_style(wish, &choice.name)?;
    let asked_region = choose::asked_region(context, files, wish.region.as_deref())?;
    let (mut plan, broken) = files.resolve_past_boto(choice, asked_region.as_deref())?;
    let own = files.profiles.profile(&choice.name);
    if let Some(arn) = &wish.role {
        role::on_top(&mut plan, &choice.name, arn)?;
    }
    let shown = role::titled(&choice.name, wish.role.as_deref());
    if let Some(seconds) = wish.duration {
        role::check_duration(&plan, &choice.name, seconds)?;
    }
    let decision = files.style(&plan, choice, asked.export());
    let decision = decision.map_err(|error| without_credentials(&files.profiles, &choice.name, error.into()))?;
    let mut prompt = prompt_name(&role::titled_in(env, &choice.name, wish.role.as_deref()));
    let mut kept_back = Vec::new();
    let offer = Offer {
        context,
        plan: &plan,
        login: Login::of(asked.login, &files.settings),
        until: None,
    };
    let (vars, expires) = match decision.style {
        Style::Name => {
            if let Some(BaseSource::CredentialProcess(process)) = &plan.base {
                ports::check_name_style(context, &choice.name, process)?;
            }
            offer.ahead()?;
            (export::name(&choice.name), None)
        }
        Style::Keys => {
            may_have_keys()?;
            let wants = Wants {
                duration: wish.duration,
                fresh: asked.fresh,
                ..role::wants(context)
            };
            let Got { credentials, ends } = offer.around(|| provider::credentials(&plan, &wants, outside.ports()))?;
            let mut vars = export::keys(&prompt, &credentials);
            vars.extend(
                own.into_iter()
                    .flat_map(|profile| export::settings(env, &files.profiles, profile)),
            );
            kept_back = export::keep_secrets_back(&mut vars);
            (vars, ends.map(|at| at.0))
        }
    };
    mfa::tell_idle(&plan, outside.ports());
    if outside.has_code_left() {
        mfa::tell_left(context, &plan, &choice.name);
    }
    let account = export::account(&plan, own);
    let is_production = |name: &str| files.settings.is_production(name);
    let of_role = || is_production(&shown) || account.as_deref().is_some_and(is_production);
    if decision.style == Style::Keys && (is_production(&choice.name) || wish.role.is_some() && of_role()) {
        prompt.push(PRODUCTION_MARK);
    }
    let region = own
        .and_then(|profile| profile.text("region"))
        .filter(|region| !region.is_empty());
    let region = asked_region.as_deref().or(region).map(str::to_owned);
    let stays = plan.region.as_ref().filter(|region| {
        let is_from_environment = matches!(region.source, RegionSource::Environment(_));
        !is_named && is_from_environment
    });
    let change = match (stays, &region, decision.style) {
        (Some(stays), ..) => now::keep_region(context, &stays.value),
        (None, Some(region), _) if !is_exportable(region) => RegionChange::Own,
        (None, Some(region), Style::Name) if wish.region.is_none() && !files.settings.export_region => {
            RegionChange::Clear(region.clone())
        }
        (None, Some(region), _) => RegionChange::Set(region.clone()),
        (None, None, _) => RegionChange::Own,
    };
    let mut warnings: Vec<Advice> = decision.warning.into_iter().map(Advice::from).collect();
    if let Some(region) = region.as_deref().filter(|region| !is_exportable(region)) {
        let why = "is not a word of letters, digits and `-`, or may be a secret, so it is not exported";
        warnings.push(format!("the region `{}` {why}", redact::shown(region)).into());
    }
    warnings.extend(
        kept_back
            .iter()
            .map(|name| format!("{name} is not exported: the value in the files may be a secret").into()),
    );
    if let Some(base) = &plan.base {
        let of_profile = own.and_then(|profile| profile.get("region")).map(|value| Region {
            value: value.text().to_owned(),
            source: RegionSource::Profile(value.place()),
        });
        let region = stays.cloned().or(of_profile).filter(|_| asked_region.is_none());
        let values = foreseen::of_values(files, env, &choice.name, &choice.name, &plan, region.as_ref());
        let keys = foreseen::of_written(files, env, plan.owner(&choice.name), base);
        let now = context.process.now;
        let signed_out = foreseen::of_sso(env, plan.owner(&choice.name), base, now);
        let signed_out = foreseen::spared(files, &plan, signed_out, now).into_iter();
        let signed_out = signed_out.filter(|found| found.is_certain);
        let of_name: Vec<Foreseen> = keys.into_iter().chain(signed_out).collect();
        let of_name = of_name.iter().filter(|_| decision.style == Style::Name);
        warnings.extend(of_name.chain(&values).map(Foreseen::warning));
    } else {
        warnings.extend(refusal::mistakes(&files.profiles, &choice.name).map(Advice::from));
    }
    warnings.extend(broken.map(|error| error.message.into()));
    warnings.extend(own.and_then(catalog::plaintext).map(|found| found.warning()));
    warnings.extend(export::environment_warnings(env, &vars).into_iter().map(Advice::from));
    let paths = files.path_warnings().filter(|_| decision.style == Style::Name);
    warnings.extend(paths.map(Advice::from));
    Ok(Switch {
        account,
        shown,
        because: decision.because,
        warnings,
        target: Target {
            wish: Wish {
                // A return to the profile is by keys too.
                style: wish.style.or(asked.wants_keys().then_some(decision.style)),
                region: asked_region.map(Cow::into_owned),
                ..wish.clone()
            },
            shown: prompt,
            style: decision.style,
            vars,
            region: change,
            container: matches!(plan.base, Some(BaseSource::Container { .. })),
            expires,
            profile: choice.name.clone(),
        },
        region,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sessions come by keys only, whatever was used before.
    #[test]
    fn a_code_is_for_keys_also_where_the_rest_is_repeated() {
        let earlier = Wish {
            style: Some(Style::Name),
            ..Wish::default()
        };
        let repeated = |code| {
            let mut asked = Asked {
                code,
                ..Asked::default()
            };
            asked.repeat(&earlier, Some(Style::Name));
            asked.wish.style
        };
        assert_eq!(repeated(None), Some(Style::Name));
        assert_eq!(repeated(Some(GivenCode::Stdin)), Some(Style::Keys));
    }
}
