//! What is valid, what is wrong, and which side a guard takes.

use std::path::Path;
use std::time::Duration;

use super::*;

fn read(text: impl AsRef<[u8]>) -> Settings {
    Settings::parse(Path::new("s"), text.as_ref(), &["os", "file", "kernel"])
}

fn told(settings: &Settings) -> Vec<String> {
    settings.problems.iter().map(ToString::to_string).collect()
}

const ALL: &str = "every profile counts as production";

fn is_all(settings: &Settings) -> bool {
    settings.is_production("dev")
}

#[test]
fn settings_are_read() {
    let settings = read("# mine\nexport = keys\nproduction = prod*, *-live ,\nprompt=off\n");
    assert_eq!(settings.export, Export::Keys);
    assert_eq!(settings.production, ["prod*", "*-live"]);
    assert!(settings.prompt == Prompt::Off && settings.history && settings.problems.is_empty());
    assert!(settings.is_production("prod-eu") && settings.is_production("x-live"));
    assert!(!settings.is_production("nonprod"));
    assert_eq!(read(""), Settings::default());
    let settings = read("sessions = off\ncli_cache = write\n");
    assert!(!settings.sessions && settings.cli_cache == CacheUse::Write);
    assert!(read("").sessions && read("").cli_cache == CacheUse::Read);
}

#[test]
fn sections_are_read() {
    let text = "order = file\nhistory = off\nkeychain = file\n[alias]\np = prod admin\n[region]\nhome = eu-central-1\n\
                [picker]\nheight = 40%\npreview = bottom\ncolors = light, current_bg:#101010\n\
                keys = ctrl-t:toggle-preview, alt-j:preview-down\n[keychain]\nunlock = pass show x\nunlock_for = 90s\n\
                [doctor]\nignore = plaintext-keys,reading\n";
    let settings = read(text);
    assert_eq!(settings.doctor_ignore, ["plaintext-keys", "reading"]);
    assert!(settings.problems.is_empty(), "{:?}", told(&settings));
    assert_eq!((settings.order, settings.history), (Order::File, false));
    assert_eq!(settings.aliases["p"], "prod admin");
    assert_eq!(settings.regions["home"], "eu-central-1");
    assert_eq!(settings.picker.height, Height::Percent(40));
    assert_eq!(settings.picker.preview, PreviewPosition::Bottom);
    assert_eq!(settings.picker.keys.len(), 2);
    assert_eq!(settings.picker.keys[1].action, Action::PreviewDown);
    let KeychainSettings {
        store,
        unlock,
        unlock_for,
    } = settings.keychain;
    assert_eq!(store, Ok(Some("file".to_owned())));
    assert_eq!(
        (unlock.as_deref(), unlock_for),
        (Some("pass show x"), Duration::from_secs(90))
    );
}

#[test]
fn a_mistake_costs_its_own_line() {
    for (bad, why) in [
        ("promt = off", "unknown key `promt`: did you mean `prompt`?"),
        (
            "mouse = on",
            "unknown key `mouse`: expected `export`, `export_region`, `production`, `prompt`, `order`, `history`, `keychain`, `sessions`, `cli_cache`, `mfa_session` or `write_through`",
        ),
        (
            "export_region = yes",
            "`export_region` must be `on` or `off`, not `yes`",
        ),
        (
            "export_regoin = on",
            "unknown key `export_regoin`: did you mean `export_region`?",
        ),
        ("prompt = none", "`prompt` must be `auto`, `on` or `off`, not `none`"),
        ("order = name", "`order` must be `frecency` or `file`, not `name`"),
        (
            "no delimiter",
            "expected `KEY = VALUE` or `[SECTION]`; a value is on one line",
        ),
        ("= x", "expected `KEY = VALUE` or `[SECTION]`; a value is on one line"),
        (
            "color = on",
            "unknown key `color`: did you mean `colors` in `[picker]`?",
        ),
        ("height = 40%", "unknown key `height`: it belongs in `[picker]`"),
    ] {
        let settings = read(format!(
            "history = off\nwrite_through = on\n{bad}\nproduction = prod*\n[alias]\np = x\n"
        ));
        assert_eq!(told(&settings), [format!("s:3: {why}")]);
        assert!(!settings.history && settings.aliases.contains_key("p"), "{bad}");
        assert_eq!(settings.production, ["prod*"], "{bad}");
    }
    for (bad, why) in [
        (
            "[picker]\nheight = 5%",
            "`height` must be 10% to 100%, or at least 6 rows, not `5%`",
        ),
        (
            "[picker]\npreview = left",
            "`preview` must be `auto`, `right`, `bottom` or `off`, not `left`",
        ),
        ("[picker]\ncolors = pink", "`colors`: `pink`"),
        ("[picker]\ncolors = fg:pink", "`colors`: `fg:pink`"),
        ("[picker]\nkeys = ctrl-t", "`keys`: `ctrl-t`"),
        (
            "[picker]\nkeys = ctrl-t:execute(rm)",
            "`keys`: unknown action `execute(rm)`",
        ),
        ("[picker]\nkeys = super-t:up", "`keys`: unknown key `super-t`"),
        ("[picker]\nmouse = on", "unknown key `mouse`: expected `height`"),
        ("[picker]\nheigth = 9", "unknown key `heigth`: did you mean `height`?"),
        ("[alias]\np =", "`p` is empty"),
        (
            "[x]\na = b",
            "unknown section `[x]`: expected `[picker]`, `[keychain]`, `[sso]`, `[mfa]`, `[doctor]`, `[alias]` or `[region]`",
        ),
        ("[Alias]\np = x", "unknown section `[Alias]`: did you mean `[alias]`?"),
    ] {
        let settings = read(format!("history = off\n{bad}\n[region]\nhome = x\n"));
        let told = told(&settings);
        assert!(told.len() == 1 && told[0].contains(why), "{told:?}");
        assert!(!settings.history && settings.regions.contains_key("home"), "{bad}");
        assert!(
            settings.picker == Picker::default() && settings.aliases.is_empty() && !is_all(&settings),
            "{bad}"
        );
        assert!(!settings.problems[0].is_guarded);
    }
}

#[test]
fn production_is_every_profile_if_it_is_in_doubt() {
    for bad in [
        "producton = prod*",
        "prodution: prod*",
        "Production = prod*",
        "poduction-globs = prod*",
        "productio = prod*",
        "rpodcution = prod*",
        "production prod*",
        "production",
        "production = prod* # mine",
        "production = \"prod*\"",
        "production = prod*;live*",
        "production = prod* live*",
        "production = prod*\nproduction = live*",
        "production = \u{fffd}*",
        "[production]\nprod = on",
        "[picker]\nproduction = prod*",
        "[alias]\nproduction = prod*, live",
        "[alias]\nproductoin = prod*",
        "[region\nproduction = prod*",
        "[misc]\nproduction = prod*",
        "export = aut\rproducton = prod*",
        "production =\n    prod-*\n    *-live",
        "production = foo*,\n   prod-*",
        "production = foo\\\nprod-*",
        "production = prod-[lx]*",
        "production = {prod,live}-*",
        "production = ^prod",
        "production = /^prod/",
        "production = prod-x|foo",
        "production = .*live.*",
        "production = !stage",
        "production = prod-\\*",
        "production = [profile prod-live]",
        "production = on",
        "production = All",
        "production = x\0",
        "order = file; production = prod-*",
        "production \u{a0} prod-*",
        "production =",
        "production = , ,",
        "prod = prod*",
        "Product = prod*",
        "prod_globs = prod*",
        "[picker]\nprod = prod*",
        "[misc]\nprod = prod*",
        "[alias]\nprod = prod*, live",
        "productionGlobs = prod*",
        "[prod]\nprofiles = prod*",
    ] {
        let settings = read(bad);
        assert!(is_all(&settings), "{bad}");
        let told = told(&settings);
        assert!(told.iter().any(|told| told.contains(ALL)), "{told:?}");
        assert!(
            settings
                .problems
                .iter()
                .any(|problem| problem.is_guarded && problem.line.is_some())
        );
    }
    for good in [
        "\u{feff}  production = my?company?*",
        "production = a b",
        "[alias]\nproduction = production-admin\nhistory = old\nprod = team-prod",
        "; production",
    ] {
        let settings = read(good);
        assert!(
            !is_all(&settings) && settings.problems.is_empty(),
            "{good}: {:?}",
            told(&settings)
        );
    }
}

#[test]
fn every_guard_takes_the_safe_side() {
    let doubted = |text: &str| read(format!("export = keys\n{text}\n"));
    for bad in [
        "histry = off",
        "hist = off",
        "historyfile = off",
        "history = of",
        "history = no",
        "history",
        "[alias]\nhistory = off",
        "[history]",
    ] {
        assert!(!doubted(bad).history, "{bad}");
    }
    for bad in ["session = on", "sessions = of", "sessions", "[sessions]\nsessions = on"] {
        assert!(!doubted(bad).sessions, "{bad}");
    }
    for bad in [
        "cli_cache = wirte",
        "cli_cash = write",
        "clicache = write",
        "cli_cache = on",
    ] {
        assert_eq!(doubted(bad).cli_cache, CacheUse::Off, "{bad}");
    }
    for bad in [
        "keychain = fiel",
        "keychian = file",
        "key_chain = file",
        "keychain =",
        "[keychain]\nkeychain = file",
    ] {
        let why = doubted(bad).keychain.store.expect_err(bad);
        assert!(
            why.starts_with("s:") && why.ends_with(": correct `keychain` first, which says where the keys are"),
            "{why}"
        );
    }
    let minute = Duration::from_secs(60);
    for bad in [
        "[keychain]\nunlock =\nunlock_for = 1hour",
        "[keychan]\nunlock = x\nunlock_for = 1h",
        "[Keychain]\nunlock = x",
        "[keychain\nunlock = x",
        "[keychain]\nunlok = x\nunlockfor = 9h",
        "[keychain]\nunlock = x\nunlock = y\nunlock_for = 1h\nunlock_for = 2h",
    ] {
        let KeychainSettings {
            store,
            unlock,
            unlock_for,
        } = doubted(bad).keychain;
        assert_eq!((store, unlock, unlock_for), (Ok(None), None, minute), "{bad}");
    }
    assert_eq!(read("export = kyes").export, Export::Name);
    assert_eq!(read("exprot = keys").export, Export::Name);
    assert_eq!(doubted("order = files").export, Export::Keys);
}

#[test]
fn a_file_that_cannot_be_read_may_have_guarded_anything() {
    let utf16: Vec<u8> = "production = x".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for settings in [
        Settings::unreadable(Path::new("s"), "it is a directory"),
        read(b"\xff\xfep\0"),
        read(utf16),
    ] {
        assert!(is_all(&settings) && !settings.history && settings.keychain.store.is_err());
        assert_eq!(settings.problems.len(), 1);
        assert!(told(&settings)[0].starts_with("s: cannot be read: it is "));
    }
    let settings = read(b"history = \xff\nproduction = prod*\n[alias]\np = \xe9\nq = x\n");
    assert!(!settings.history && !is_all(&settings) && settings.aliases.len() == 1);
    assert_eq!(settings.problems.len(), 2);
}

#[test]
fn a_key_that_was_pasted_is_not_shown() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for text in [
        secret.to_owned(),
        format!("{secret} = x"),
        format!("keychain = {secret}"),
        format!("[{secret}]"),
        format!("production = {secret};"),
        format!("[picker]\nkeys = {secret}"),
        format!("[picker]\nkeys = {secret}:up"),
        format!("[picker]\nkeys = up:{secret}"),
        format!("[picker]\ncolors = {secret}"),
    ] {
        let settings = read(&text);
        assert!(
            !settings.problems.is_empty() && !format!("{:?}", told(&settings)).contains(secret),
            "{text}"
        );
    }
}

#[test]
fn a_name_that_is_defined_twice_names_nothing() {
    let settings = read("[alias]\np = a\nq = b\np = c\n[picker]\nheight = 20\nheight = 30\n");
    assert_eq!(settings.aliases.keys().collect::<Vec<_>>(), ["q"]);
    assert_eq!(settings.picker.height, Height::Rows(20));
    assert_eq!(
        told(&settings),
        [
            "s:4: `p` is defined twice, first on line 2; until one of them is removed, neither counts",
            "s:7: `height` is defined twice, first on line 6; the first counts"
        ]
    );
}

#[test]
fn a_file_that_is_none_has_no_endless_list() {
    let lines = |number: usize| -> String { (0..number).map(|n| format!("mistake{n} = x\n")).collect() };
    let hundred = read(lines(100));
    assert!(hundred.problems.len() == 100 && !is_all(&hundred) && hundred.history);
    let many = read(lines(200) + "prompt = off\n");
    assert!(is_all(&many) && !many.history && many.keychain.store.is_err());
    assert_eq!((many.problems.len(), many.prompt), (101, Prompt::Off));
    let first = told(&many).swap_remove(0);
    assert!(
        first.starts_with("s: it has more than 100 mistakes, ") && first.contains(ALL),
        "{first}"
    );
}

#[test]
fn time_grows_with_the_size_of_the_file() {
    let lines = |line: &dyn Fn(usize) -> String| -> String { (0..60_000).map(line).collect() };
    let long = "productoin-".repeat(200_000);
    let start = std::time::Instant::now();
    for text in [
        lines(&|n| format!("productoi{n} = x\n")),
        lines(&|n| format!("[keychai{n}]\n")),
        "[alias]\n".to_owned() + &lines(&|n| format!("productoi{n} = team-{n}\n")),
        format!("[{long}]\n") + &lines(&|n| format!("k{n} = x\n")),
        format!("{long} = x\n"),
        format!("order = x;{}\n", long.replace('-', ";")),
        long.clone(),
    ] {
        let settings = read(&text);
        let all: usize = told(&settings).iter().map(String::len).sum();
        assert!(all < 50_000, "{all}: {}", &text[..20]);
        assert!(settings.problems.is_empty() || is_all(&settings), "{}", &text[..20]);
    }
    let time = start.elapsed();
    assert!(time < Duration::from_secs(20), "{time:?}");
}
