//! Secrets stay secret: a canary in every place that may hold one, then every command that comes near it, then a search
//! everywhere.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{files, private};
use crate::support::keychain::Keychain;
use crate::support::walk::Walk;
use crate::support::{Output, Run, Sandbox, require, say};

/// A planted secret.
struct Canary {
    /// The place, in a word.
    name: &'static str,
    secret: &'static str,
    /// The files in the sandbox that may hold it.
    homes: &'static [&'static str],
}

const CREDENTIALS: &str = "home/.aws/credentials";
const CONFIG: &str = "home/.aws/config";

const PLAIN: Canary = canary("plain", "PtYgjmUhBel31iEl2hpChYgCfrL1spNxnyVmihAF", &[CREDENTIALS]);
const INLINE: Canary = canary("inline", "2O76UMFxFkM/R5Kjp1vRt+1fjORS/6ilI8ihN5KT", &[CONFIG]);
const TOKEN: Canary = canary("token", "XSc7Tvo/hBKqFYY/kv5ZJr3J1TWDtkwtDDb+xHKa", &[CREDENTIALS]);
const COMMENT: Canary = canary(
    "comment",
    "s1VOqg6YYZYn9ZhyiA4uoRgnatmUdjAWtGSU8poF",
    &[CREDENTIALS, CONFIG],
);
const BOTO: Canary = canary(
    "boto",
    "799NksnRH9ucAUsdMlHUvTCQCyEZDz/TddJ8HySC",
    &["home/.boto", "home/.boto_old"],
);
const COPY: Canary = canary(
    "copy",
    "SUkCnD8zRA9a9SkpXz9w3QlY7Zkuvqdt7s8Stqca",
    &["home/.aws/credentials~"],
);
const ENV: Canary = canary("environment", "nr3yBdGBLEPH1qhT61qtc4xatws8phP9nhFyJfmG", &[]);
const ITEM: Canary = canary("item", "5di4PzJ59FHz5r1pY4OjE2jBMptUsGr7CmY+uCuT", &[]);
const STDIN: Canary = canary("stdin", "3ZR1zTOlUcR64cXQLioDnkHIfxIq2HZt/PlJhx2e", &[]);
const PASS: Canary = canary("passphrase", "IclHkCiHp6bR1IqfEouHgxzNNAL5wIScGebcy8FC", &[]);
const ARGV: Canary = canary("command line", "n3/YNBDRzrZSgqbjG3uhkWKFLf6xuI5aHUQPFeNn", &[]);

const CANARIES: [&Canary; 11] = [
    &PLAIN, &INLINE, &TOKEN, &COMMENT, &BOTO, &COPY, &ENV, &ITEM, &STDIN, &PASS, &ARGV,
];

const fn canary(name: &'static str, secret: &'static str, homes: &'static [&'static str]) -> Canary {
    Canary { name, secret, homes }
}

impl Canary {
    /// The strings to search for: parts of it, and how they look in base64 at any offset.
    fn traces(&self) -> Vec<String> {
        let mut traces: Vec<_> = [0, 8, 16, 24].map(|at| self.secret[at..at + 16].to_owned()).into();
        for skipped in 0..3 {
            let encoded = STANDARD.encode(&self.secret[skipped..skipped + 24]);
            traces.push(encoded[4..28].to_owned());
        }
        traces
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        self.traces().iter().any(|trace| text.contains(trace))
    }
}

/// What a command may show.
#[derive(Clone, Copy)]
enum Asked {
    Nothing,
    /// On stdout.
    Stdout(&'static Canary),
    /// To the programs that it starts.
    Child(&'static Canary),
}

fn planted() -> Sandbox {
    let mut sandbox = Sandbox::new();
    let pair = |secret: &str| format!("aws_access_key_id = AKIAIOSFODNN7CANARYK\naws_secret_access_key = {secret}\n");
    private(
        &sandbox,
        ".aws/config",
        format!(
            "[default]\nregion = eu-west-1\n# aws_secret_access_key = {comment}\n[profile inline]\n{inline}\
             [profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = plain\n\
             [profile broken]\nsource_profile = broken\nrole_arn = x\n",
            comment = COMMENT.secret,
            inline = pair(INLINE.secret),
        ),
    );
    private(
        &sandbox,
        ".aws/credentials",
        format!(
            "# the old one: {comment}\n[plain]\n{plain}[temporary]\n{plain}aws_session_token = {token}\n[half]\naws_secret_access_key = {plain_secret}\n",
            comment = COMMENT.secret,
            plain = pair(PLAIN.secret),
            plain_secret = PLAIN.secret,
            token = TOKEN.secret,
        ),
    );
    private(&sandbox, ".aws/credentials~", format!("[gone]\n{}", pair(COPY.secret)));
    private(&sandbox, ".boto", format!("[Credentials]\n{}", pair(BOTO.secret)));
    private(&sandbox, ".boto_old", format!("[Credentials]\n{}", pair(BOTO.secret)));
    sandbox.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7ENVKEYY");
    sandbox.set("AWS_SECRET_ACCESS_KEY", ENV.secret);
    sandbox
}

/// Searches everything that a command printed and left for every canary; counts the searches.
struct Search<'a> {
    sandbox: &'a Sandbox,
    walk: &'a Walk,
    looks: usize,
    hits: Vec<String>,
}

impl<'a> Search<'a> {
    fn new(sandbox: &'a Sandbox, walk: &'a Walk) -> Self {
        Self {
            sandbox,
            walk,
            looks: 0,
            hits: Vec::new(),
        }
    }

    fn run(&mut self, args: &[&str], asked: Asked) -> Output {
        self.run_with(args, asked, "", &[])
    }

    fn run_with(&mut self, args: &[&str], asked: Asked, stdin: &str, env: &[(&str, &str)]) -> Output {
        let set = |run: Run, (name, value): &(&str, &str)| run.env(*name, *value);
        let run = env.iter().fold(self.sandbox.awsenv(args).stdin(stdin), set);
        let (output, trace) = self.walk.traced(self.sandbox, run, "execve");
        // The first program is awsenv itself, with what the test passed to it.
        let children: String = trace.lines().filter(|line| line.contains("execve(")).skip(1).collect();
        self.look(args, asked, &output, &children);
        output
    }

    fn look(&mut self, args: &[&str], asked: Asked, output: &Output, children: &str) {
        let left = files(self.sandbox.root());
        for canary in CANARIES {
            let is = |wanted: &Canary| wanted.secret == canary.secret;
            let mut hit = |place: &str| self.hits.push(format!("{}: {args:?}: {place}", canary.name));
            let shown = matches!(asked, Asked::Stdout(wanted) if is(wanted));
            if shown {
                assert!(canary.is_in(&output.stdout), "{args:?}: {} is not found", canary.name);
            } else if canary.is_in(&output.stdout) {
                hit("stdout");
            }
            if canary.is_in(&output.stderr) {
                hit("stderr");
            }
            let given = matches!(asked, Asked::Child(wanted) if is(wanted));
            let in_child = canary.is_in(children.as_bytes());
            if given {
                assert!(in_child, "{args:?}: {} is not found", canary.name);
            } else if !is(&ENV) && in_child {
                // What a child inherits from the caller's own environment is the caller's responsibility.
                hit("a child's command line or environment");
            }
            for (name, bytes) in &left {
                if !canary.homes.contains(&name.as_str()) && canary.is_in(bytes) {
                    hit(name);
                }
            }
            self.looks += 1;
        }
    }
}

#[test]
fn no_command_sheds_a_secret() {
    let mut sandbox = planted();
    let (Some(_keychain), Some(walk)) = (Keychain::unlocked(&mut sandbox), Walk::new()) else {
        return;
    };
    let mut search = Search::new(&sandbox, &walk);
    let two_lines = |secret: &str| format!("AKIAIOSFODNN7ITEMKEYY\n{secret}\n");

    search
        .run_with(
            &["key", "add", "item", "--stdin"],
            Asked::Nothing,
            &two_lines(ITEM.secret),
            &[],
        )
        .success();
    let verbose = ["", "--verbose"];
    for verbose in verbose {
        let words = |args: &[&'static str]| -> Vec<&'static str> {
            args.iter()
                .copied()
                .chain((!verbose.is_empty()).then_some(verbose))
                .collect()
        };
        for args in [
            &["use", "plain", "--shell", "bash"][..],
            &["use", "item", "--shell", "zsh"],
            &["use", "role", "--shell", "fish"],
            &["use", "temporary", "--shell", "powershell"],
            &["use", "broken", "--shell", "bash"],
            &["use", "nobody", "--shell", "bash"],
            &["use", "--keys", "role", "--shell", "bash"],
            &["unset", "--shell", "bash"],
            &["list"],
            &["list", "--json"],
            &["current"],
            &["current", "--json"],
            &["prompt"],
            &["explain"],
            &["explain", "--json"],
            &["explain", "plain"],
            &["explain", "plain", "--json"],
            &["explain", "inline", "--json"],
            &["explain", "temporary", "--json"],
            &["explain", "item"],
            &["explain", "item", "--json"],
            &["explain", "half", "--json"],
            &["explain", "broken", "--json"],
            &["explain", "old", "--json"],
            &["doctor"],
            &["doctor", "--json"],
            &["doctor", "--keychain"],
            &["complete", "--", "use", ""],
            &["complete", "--", "key", "import", ""],
            &["history"],
            &["history", "--json"],
            &["key", "list"],
            &["key", "list", "--json"],
            &["key", "import", "half"],
            &["key", "import", "temporary"],
            &["key", "import", "nobody"],
            &["key", "import", "plain", "--dry-run"],
            &["key", "import", "inline", "--dry-run"],
            &["key", "import", "--all", "--dry-run"],
            &["key", "import", "old", "--from", "boto", "--dry-run"],
            &["key", "import", "fresh", "--from", "env", "--dry-run"],
            &["key", "restore", "nobody"],
            &["key", "restore", "item", "--dry-run"],
            &["key", "remove", "nobody", "--yes"],
            &["key", "remove", "item"],
            &["key", "move", "item", "--to", "file"],
            &["key", "move", "item", "--to", "cellar"],
            &["key", "unlock"],
            &["configure", "get", "aws_secret_access_key", "--profile", "plain"],
            &["configure", "get", "region", "--profile", "default"],
            &["configure", "set", "region", "eu-west-3", "--profile", "plain"],
            &["configure", "plain"],
            &["configure"],
            &["undo", "--dry-run"],
            &["undo"],
            &["undo"],
            &["credential-process", "nobody"],
            &["credential-process", "broken"],
            &["exec", "plain", "--", "true"],
            &["exec", "item", "--", "true"],
            &["exec", "nobody", "--", "true"],
            &["no-such-command"],
            &["use", "plain", "--no-such-flag"],
        ] {
            search.run(&words(args), Asked::Nothing);
        }
        search
            .run(
                &words(&["use", "--keys", "plain", "--shell", "bash"]),
                Asked::Stdout(&PLAIN),
            )
            .success();
        search
            .run(
                &words(&["use", "--keys", "inline", "--shell", "fish"]),
                Asked::Stdout(&INLINE),
            )
            .success();
        search
            .run(
                &words(&["use", "--keys", "item", "--shell", "bash"]),
                Asked::Stdout(&ITEM),
            )
            .success();
        // Half a pair does not count, so botocore looks on, into the old file.
        search.run(&words(&["use", "half", "--shell", "bash"]), Asked::Stdout(&BOTO));
        search.run(&words(&["credential-process", "half"]), Asked::Stdout(&BOTO));
        search
            .run(&words(&["use", "old", "--shell", "bash"]), Asked::Stdout(&BOTO))
            .success();
        search
            .run(&words(&["credential-process", "item"]), Asked::Stdout(&ITEM))
            .success();
        search
            .run(&words(&["exec", "--keys", "item", "--", "true"]), Asked::Child(&ITEM))
            .success();
        search.run(
            &words(&["key", "add", "fresh", "AKIAIOSFODNN7ARGVKEYY", ARGV.secret]),
            Asked::Nothing,
        );
        search.run(
            &words(&["key", "add", "fresh", "--secret", ARGV.secret]),
            Asked::Nothing,
        );
        search.run(
            &words(&["configure", "set", "aws_secret_access_key", ARGV.secret]),
            Asked::Nothing,
        );
    }
    // Stdin that goes wrong.
    for stdin in [
        format!("{}\n", STDIN.secret),
        format!("{0}\n{0}\n{0}\n", STDIN.secret),
        format!("{{\"AccessKeyId\": \"{}\"", STDIN.secret),
        format!("{{\"AccessKeyId\": 1, \"SecretAccessKey\": \"{}\"}}", STDIN.secret),
        format!("AKIAIOSFODNN7STDINKEY\n{}\0\n", STDIN.secret),
    ] {
        let args = ["key", "add", "fresh", "--stdin", "--verbose"];
        assert_ne!(
            search.run_with(&args, Asked::Nothing, &stdin, &[]).status,
            0,
            "{stdin:?}"
        );
    }
    search.run_with(
        &["key", "add", "item", "--stdin"],
        Asked::Nothing,
        &two_lines(STDIN.secret),
        &[],
    );
    search
        .run_with(
            &["key", "add", "item", "--stdin", "--replace"],
            Asked::Nothing,
            &two_lines(STDIN.secret),
            &[],
        )
        .success();
    // The file store, with a passphrase.
    let file = [("AWSENV_KEYCHAIN", "file")];
    let passphrase = format!("{}\n", PASS.secret);
    search.run_with(&["key", "unlock", "--stdin", "-v"], Asked::Nothing, &passphrase, &file);
    search.run_with(
        &["key", "unlock", "--stdin", "-v"],
        Asked::Nothing,
        &passphrase.to_uppercase(),
        &file,
    );
    search.run_with(&["key", "unlock", "--stdin", "-v"], Asked::Nothing, &passphrase, &file);
    search.run_with(&["doctor", "--keychain"], Asked::Nothing, "", &file);
    search.run_with(
        &["key", "add", "filed", "--stdin"],
        Asked::Nothing,
        &two_lines(STDIN.secret),
        &file,
    );
    search.run(&["key", "move", "item", "--to", "file", "-v"], Asked::Nothing);
    search.run(&["key", "move", "--all", "--to", "os", "-v"], Asked::Nothing);
    // Now the keys leave the files and come back.
    search.run(&["key", "import", "--all", "-v"], Asked::Nothing);
    search.run(&["key", "import", "old", "--from", "boto", "-v"], Asked::Nothing);
    search
        .run(&["key", "import", "fresh", "--from", "env", "-v"], Asked::Nothing)
        .success();
    search.run(&["undo", "-v"], Asked::Nothing);
    search.run(&["list", "-v"], Asked::Nothing);
    search.run(&["key", "restore", "inline", "--dry-run", "-v"], Asked::Nothing);
    search
        .run(&["key", "restore", "inline", "-v"], Asked::Nothing)
        .success();
    search
        .run(&["key", "remove", "plain", "--yes", "-v"], Asked::Nothing)
        .success();
    // A file that no parser accepts.
    private(&sandbox, ".aws/config", format!("{}\n[profile x]\n", COMMENT.secret));
    for args in [
        &["list", "--json"][..],
        &["use", "plain", "--shell", "bash"],
        &["doctor"],
        &["key", "import", "--all"],
    ] {
        search.run(args, Asked::Nothing);
    }
    let Search { looks, hits, .. } = search;
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));
    say(&format!("canaries: {looks} looks at a command for a secret, 0 hits"));
}

#[test]
fn what_cannot_be_written_is_not_shed_elsewhere() {
    let mut sandbox = planted();
    let (Some(keychain), Some(walk)) = (Keychain::unlocked(&mut sandbox), Walk::new()) else {
        return;
    };
    let Some(bash) = require("bash") else { return };
    sandbox
        .awsenv(["key", "add", "item", "--stdin"])
        .stdin(format!("AKIAIOSFODNN7ITEMKEYY\n{}\n", ITEM.secret))
        .output()
        .success();
    let mut search = Search::new(&sandbox, &walk);
    for line in [
        "awsenv credential-process item >/dev/full",
        "awsenv credential-process item >&-",
        "awsenv use --keys item --shell bash >/dev/full",
        "awsenv use --keys item --shell bash >&-",
        "awsenv credential-process item | :",
        "ulimit -f 0; awsenv key import plain -v",
        "ulimit -n 4; awsenv key import plain -v",
        "ulimit -v 100000; awsenv credential-process item >/dev/null",
    ] {
        let output = sandbox.program(&bash).args(["-c", line]).output();
        search.look(&[line], Asked::Nothing, &output, "");
    }
    drop(keychain);
    for args in [
        &["credential-process", "item", "-v"][..],
        &["use", "--keys", "item", "--shell", "bash", "-v"],
        &["key", "import", "plain", "-v"],
        &["key", "remove", "item", "--yes", "-v"],
    ] {
        assert_eq!(search.run(args, Asked::Nothing).status, 1, "{args:?}");
    }
    let Search { looks, hits, .. } = search;
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));
    say(&format!("canaries where nothing can be written: {looks} looks, 0 hits"));
}

#[test]
fn the_search_finds_what_is_there() {
    let sandbox = planted();
    let Some(walk) = Walk::new() else { return };
    let mut search = Search::new(&sandbox, &walk);
    search.run(&["use", "--keys", "plain", "--shell", "bash"], Asked::Nothing);
    search.run(&["exec", "--keys", "plain", "--", "true"], Asked::Nothing);
    private(&sandbox, "copy", STANDARD.encode(format!("key: {}", PLAIN.secret)));
    search.run(&["current"], Asked::Nothing);
    let places: Vec<_> = search.hits.iter().filter_map(|hit| hit.rsplit(": ").next()).collect();
    assert_eq!(places, ["stdout", "a child's command line or environment", "home/copy"]);
}

#[test]
fn a_crash_writes_no_secret_to_disk() {
    let mut sandbox = planted();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let stdin = format!("AKIAIOSFODNN7ITEMKEYY\n{}\n", ITEM.secret);
    sandbox
        .awsenv(["key", "add", "item", "--stdin"])
        .stdin(stdin)
        .output()
        .success();
    for program in ["awsenv credential-process item", "awsenv use --keys item --shell bash"] {
        let Some(status) = aborted(&sandbox, program) else {
            return;
        };
        assert!(!status.core_dumped(), "{program} leaves its memory");
        let left = files(sandbox.root());
        let hits: Vec<_> = left
            .iter()
            .filter(|(_, bytes)| ITEM.is_in(bytes))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(hits, Vec::<&String>::new(), "{program}");
    }
    // Only if the system dumps another program's memory at all.
    if aborted(&sandbox, "cat /dev/zero").is_some_and(|status| !status.core_dumped()) {
        say("skipped: this system writes no core dumps");
    }
}

/// The status of a program that was aborted while it waited for a stdout that takes nothing. The shell allows core
/// dumps as far as it can.
fn aborted(sandbox: &Sandbox, program: &str) -> Option<ExitStatus> {
    let bash = require("bash")?;
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut filler = writer.try_clone().expect("a pipe");
    let filled = thread::spawn(move || filler.write_all(&vec![b'x'; 1 << 22]));
    thread::sleep(Duration::from_millis(100));
    let name = program.split(' ').next().expect("a program");
    let run = sandbox
        .program(bash)
        .args(["-c", &format!("ulimit -c unlimited; exec {program}")]);
    let mut command = run.command();
    command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null());
    let mut child = command.spawn().expect("bash");
    drop(command);
    let mut asleep = 0;
    let start = Instant::now();
    while asleep < 30 {
        assert!(start.elapsed() < Duration::from_secs(30), "{program} does not wait");
        thread::sleep(Duration::from_millis(10));
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("a process");
        asleep = if stat.contains(&format!("({name}) S ")) {
            asleep + 1
        } else {
            0
        };
    }
    let status = Command::new("kill").args(["-ABRT", &child.id().to_string()]).status();
    assert!(status.expect("kill").success(), "{program} is gone");
    let status = child.wait().expect("a status");
    assert_eq!(status.signal(), Some(6), "{program}");
    drop(reader);
    let _ = filled.join();
    Some(status)
}
