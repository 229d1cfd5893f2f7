//! starship's settings -> whether its prompt shows a profile.

use toml::{Table, Value};

use crate::env::names::AWSENV_PROFILE;

/// What starship's prompt shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// Each profile, by its module `aws` with `force_display`, by one for AWSENV_PROFILE, or by one that runs `awsenv
    /// prompt`.
    Every,
    /// By its module `aws`, only a profile whose credentials it finds.
    Found,
    Nothing,
}

/// What starship's prompt shows according to the text of its settings. Settings that are not TOML count as the
/// defaults, which starship uses then.
pub fn shows(text: &str) -> Shows {
    let settings = text.parse::<Table>().unwrap_or_default();
    let format = |key, default| settings.get(key).and_then(Value::as_str).unwrap_or(default);
    let mut placed = variables(format("format", "$all"));
    placed.extend(variables(format("right_format", "")));
    let is_placed = |modules: &[&str]| placed.iter().any(|name| *name == "all" || modules.contains(name));
    let table = |name| settings.get(name).and_then(Value::as_table);
    let no_settings = Table::new();

    let env = table("env_var").unwrap_or(&no_settings);
    let is_ours = |name: &str, module: &Table| text_of(module, "variable").unwrap_or(name) == AWSENV_PROFILE;
    let by_variable = is_placed(&["env_var"]) && is_ours("", env) && has(env, "env_value");
    let mut variables = tables(env).filter(|(name, module)| is_ours(name, module) && has(module, "env_value"));
    let mut commands = table("custom").into_iter().flat_map(tables).filter(|(_, module)| {
        let runs = text_of(module, "command").is_some_and(|command| command.contains("awsenv prompt"));
        let is_wanted = module.get("when").is_some_and(|when| *when != Value::Boolean(false));
        runs && is_wanted && has(module, "output")
    });
    if by_variable
        || variables.any(|(name, _)| is_placed(&["env_var", &format!("env_var.{name}")]))
        || commands.any(|(name, _)| is_placed(&["custom", &format!("custom.{name}")]))
    {
        return Shows::Every;
    }
    let aws = table("aws").unwrap_or(&no_settings);
    let is_forced = aws.get("force_display").and_then(Value::as_bool).unwrap_or(false);
    match is_placed(&["aws"]) && has(aws, "profile") {
        true if is_forced => Shows::Every,
        true => Shows::Found,
        false => Shows::Nothing,
    }
}

fn text_of<'t>(module: &'t Table, key: &str) -> Option<&'t str> {
    module.get(key)?.as_str()
}

fn tables(parent: &Table) -> impl Iterator<Item = (&str, &Table)> {
    parent
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_table()?)))
}

/// Whether a module is on and its format contains what it is there for.
fn has(module: &Table, content: &str) -> bool {
    let is_off = module.get("disabled").and_then(Value::as_bool).unwrap_or(false);
    !is_off && text_of(module, "format").is_none_or(|format| variables(format).contains(&content))
}

/// The names in `$name` and `${name}`. A backslash takes the meaning from the next character.
fn variables(format: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(['\\', '$']) {
        let after = &rest[at + 1..];
        if rest[at..].starts_with('\\') {
            let mut chars = after.chars();
            chars.next();
            rest = chars.as_str();
            continue;
        }
        let (name, left) = match after.strip_prefix('{') {
            Some(scoped) => scoped.split_once('}').unwrap_or((scoped, "")),
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                after.split_at(end.unwrap_or(after.len()))
            }
        };
        names.push(name);
        rest = left;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_shown_unless_it_is_off_or_has_no_place() {
        for (settings, shown) in [
            ("", true),
            ("add_newline = false\n[directory]\ndisabled = true", true),
            ("[aws]\nsymbol = 'x'", true),
            ("[aws]\ndisabled = false", true),
            ("[aws]\ndisabled = true", false),
            ("aws.disabled = true", false),
            ("format = '$directory$character'", false),
            ("format = '$directory${aws}$character'", true),
            ("format = \"\"\"\n$directory\\\n$aws\\\n$character\"\"\"", true),
            ("format = '''[$aws_x](red) \\$aws'''", false),
            ("format = '[($aws)](red)'", true),
            ("format = 'a\\'", false),
            ("format = '\\ä$aws'", true),
            ("format = '$directory'\nright_format = '$all'", true),
            (
                "format = '$directory'\nright_format = '$aws'\n[aws]\ndisabled = true",
                false,
            ),
            ("[aws]\nformat = '[$symbol($region)]($style)'", false),
            ("[aws]\nformat = '[$symbol$profile]($style)'", true),
            ("not toml", true),
            ("aws = 1", true),
        ] {
            let shown = if shown { Shows::Found } else { Shows::Nothing };
            assert_eq!(shows(settings), shown, "{settings}");
        }
    }

    #[test]
    fn other_modules_may_show_it() {
        let off = "[aws]\ndisabled = true\n";
        for (settings, shown) in [
            ("[env_var.AWSENV_PROFILE]\n", true),
            ("[env_var.x]\nvariable = 'AWSENV_PROFILE'\n", true),
            ("[env_var]\nvariable = 'AWSENV_PROFILE'\n", true),
            ("[env_var.x]\nvariable = 'HOST'\n", false),
            ("[env_var.AWSENV_PROFILE]\ndisabled = true\n", false),
            ("[env_var.AWSENV_PROFILE]\nformat = 'aws'\n", false),
            ("[custom.a]\ncommand = 'awsenv prompt'\nwhen = true\n", true),
            ("[custom.a]\ncommand = 'awsenv prompt'\n", false),
            ("[custom.a]\ncommand = 'date'\nwhen = true\n", false),
        ] {
            let settings = format!("{off}{settings}");
            let shown = if shown { Shows::Every } else { Shows::Nothing };
            assert_eq!(shows(&settings), shown, "{settings}");
        }
        let placed = |format| format!("format = '{format}'\n{off}[env_var.AWSENV_PROFILE]\n");
        assert_eq!(shows(&placed("${env_var.AWSENV_PROFILE}")), Shows::Every);
        assert_eq!(shows(&placed("$env_var")), Shows::Every);
        assert_eq!(shows(&placed("$directory")), Shows::Nothing);
        assert_eq!(shows("[aws]\nforce_display = true"), Shows::Every);
    }
}
