//! Sessions between processes: who gets one while others wait, what a kill, a full disk or a barred kernel leave, and the
//! commands that show and give up sessions.
//!
//! The processes are this test program, started again as [`child`].

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use awsenv::config::settings::Settings;
use awsenv::credentials::{Credentials, Timestamp};
use awsenv::env::Env;
use awsenv::provider::{NoTurn, Sessions as _};
use awsenv::secret::Secret;
use awsenv::session::{Key, Kind, Session};
use awsenv::sys;
use awsenv::sys::sessions::Store;

use crate::support::{Run, Sandbox, kernel_keyring, python, require, say, signal};

const ROLE: &str = "AWSENV_TEST_ROLE";

fn key(digit: char) -> Key {
    Key::parse(&digit.to_string().repeat(64)).expect("a key")
}

fn session(profile: &str, left: i64) -> Session {
    let obtained = sys::clock::now();
    Session {
        kind: Kind::Role,
        profile: profile.to_owned(),
        role_arn: Some("arn:aws:iam::123456789012:role/team/Ops".to_owned()),
        arn: None,
        credentials: Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("hunter2".to_owned()),
            session_token: Some(Secret::new("t".repeat(1_000))),
            expires: Some(Timestamp(obtained.0 + left)),
            account_id: Some("123456789012".to_owned()),
        },
        obtained: Timestamp(obtained.0 - 60),
        lifetime: left + 60,
    }
}

/// Prints a line that the parent reads, whatever the test runner prints.
fn tell(text: &str) {
    say(&format!("\nchild: {text}"));
}

/// Does what [`ROLE`] says; nothing where this program is not started by a test below.
#[test]
#[expect(clippy::disallowed_methods, reason = "the environment of a process of the tests")]
fn child() {
    let Some(role) = std::env::var_os(ROLE) else { return };
    let env: Env = std::env::vars_os().collect();
    let settings = Settings::default();
    let told = |text: &str| tell(&format!("told {text}"));
    let store = Store::new(&env, &settings, &told);
    match role.to_str() {
        // Has the turn until it is ended.
        Some("hold") => {
            let turn = store.turn(&key('a'), None);
            assert!(turn.is_ok());
            tell("held");
            std::thread::sleep(Duration::from_secs(300));
        }
        // Gets the session, unless it is there.
        Some("get") => match store.turn(&key('a'), None) {
            Err(NoTurn::Cancelled) => tell("cancelled"),
            Err(NoTurn::Late(_)) => tell("late"),
            Ok(_turn) if store.find(&key('a')).is_some() => tell("found"),
            Ok(_turn) => {
                std::thread::sleep(Duration::from_millis(100));
                store.keep(&key('a'), &session("dev", 3_600));
                tell("called");
            }
        },
        // Keeps sessions until the disk has no more room.
        Some("fill") => {
            let digits = "0123456789abcdef".chars();
            digits.for_each(|digit| {
                let big = Session {
                    profile: "p".repeat(10_000),
                    ..session("dev", 3_600)
                };
                store.keep(&key(digit), &big);
            });
            let found = "0123456789abcdef"
                .chars()
                .filter(|digit| store.find(&key(*digit)).is_some());
            tell(&format!("found {}", found.count()));
        }
        _ => panic!("what this process is for"),
    }
}

fn run(sandbox: &Sandbox, role: &str) -> Run {
    let program = std::env::current_exe().expect("this program");
    let words = [
        "integration::sessions::child",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ];
    sandbox.program(program).args(words).env(ROLE, role)
}

/// What the children said, without the test runner's own lines.
fn lines(stdout: &str) -> Vec<String> {
    let lines = stdout.lines().filter_map(|line| line.strip_prefix("child: "));
    lines.map(str::to_owned).collect()
}

struct Started {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Started {
    fn new(sandbox: &Sandbox, role: &str) -> Self {
        let mut command = run(sandbox, role).command();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// The next line that the process says.
    fn says(&mut self) -> String {
        let mut lines = self.lines.by_ref().map_while(Result::ok);
        let line = lines.find_map(|line| line.strip_prefix("child: ").map(str::to_owned));
        line.unwrap_or_default()
    }

    fn ends_by(mut self, signal: i32) {
        let status = self.child.wait().expect("its status");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(signal));
    }
}

impl Started {
    /// Until it has waited for so long that it says so.
    fn waits(&mut self, holder: &Started) {
        let pid = holder.child.id();
        assert_eq!(self.says(), format!("told waiting for another awsenv (pid {pid})"));
    }
}

#[test]
fn many_processes_at_once_call_once() {
    let sandbox = Sandbox::new();
    let mut all: Vec<Started> = (0..20).map(|_| Started::new(&sandbox, "get")).collect();
    let mut said: Vec<String> = Vec::new();
    for process in &mut all {
        let mut line = process.says();
        while line.starts_with("told waiting") {
            line = process.says();
        }
        said.push(line);
        assert!(process.child.wait().expect("its status").success());
    }
    said.sort();
    let mut expected = vec!["found"; 19];
    expected.insert(0, "called");
    assert_eq!(said, expected);
}

#[test]
fn a_killed_holder_makes_room_for_the_next() {
    let sandbox = Sandbox::new();
    let mut holder = Started::new(&sandbox, "hold");
    assert_eq!(holder.says(), "held");
    let mut waiter = Started::new(&sandbox, "get");
    waiter.waits(&holder);
    signal(&holder.child, "KILL");
    holder.ends_by(9);
    assert_eq!(waiter.says(), "called");
    assert!(waiter.child.wait().expect("its status").success());
}

/// An SDK ends a process whose answer it no longer needs; that is not the user's wish.
#[test]
fn so_does_one_that_another_program_ends() {
    let sandbox = Sandbox::new();
    let mut holder = Started::new(&sandbox, "hold");
    assert_eq!(holder.says(), "held");
    let mut waiter = Started::new(&sandbox, "get");
    waiter.waits(&holder);
    signal(&holder.child, "TERM");
    holder.ends_by(15);
    assert_eq!(waiter.says(), "called");
    assert!(waiter.child.wait().expect("its status").success());
}

#[test]
fn a_cancelled_turn_fails_for_those_that_waited_and_not_for_those_that_come_later() {
    for (name, number) in [("INT", 2), ("QUIT", 3), ("HUP", 1)] {
        let sandbox = Sandbox::new();
        let mut holder = Started::new(&sandbox, "hold");
        assert_eq!(holder.says(), "held");
        let mut waiters: Vec<Started> = (0..4).map(|_| Started::new(&sandbox, "get")).collect();
        waiters.iter_mut().for_each(|waiter| waiter.waits(&holder));
        signal(&holder.child, name);
        holder.ends_by(number);
        for waiter in &mut waiters {
            assert_eq!(waiter.says(), "cancelled", "{name}");
            waiter.child.wait().expect("its status");
        }
        assert_eq!(Started::new(&sandbox, "get").says(), "called", "{name}");
        assert_eq!(Started::new(&sandbox, "get").says(), "found", "{name}");
    }
}

#[test]
fn a_waiting_process_can_be_interrupted() {
    let sandbox = Sandbox::new();
    let mut holder = Started::new(&sandbox, "hold");
    assert_eq!(holder.says(), "held");
    let mut waiter = Started::new(&sandbox, "get");
    waiter.waits(&holder);
    let start = Instant::now();
    signal(&waiter.child, "INT");
    waiter.ends_by(2);
    assert!(start.elapsed() < Duration::from_secs(20));
    signal(&holder.child, "KILL");
    holder.ends_by(9);
    assert_eq!(
        Started::new(&sandbox, "get").says(),
        "called",
        "the waiter had cancelled nothing"
    );
}

#[test]
fn a_full_disk_keeps_what_fits_and_is_said_once() {
    let Some(unshare) = require("unshare") else { return };
    let sandbox = Sandbox::new();
    let state = sandbox.path(".local/state");
    std::fs::create_dir_all(&state).expect("a directory");
    let mount = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$HOME/.local/state\" || exit 99; exec \"$@\"";
    let words = ["-m", "sh", "-c", mount, "sh"].map(Into::into);
    let output = run(&sandbox, "fill").under(unshare, words).output();
    if output.status == 99 || output.err().contains("unshare") {
        return say("skipped: no file system can be mounted here");
    }
    // What was there is gone with its name space, but the kernel has its key.
    sandbox.awsenv(["sessions", "clear", "--all"]).output().clean();
    let said = lines(output.success());
    let [told, found] = &*said else { panic!("{said:?}") };
    assert!(
        told.starts_with("told sessions are not kept for the next run: `"),
        "{told}"
    );
    assert!(told.contains("No space left on device"), "{told}");
    let found: u32 = found
        .strip_prefix("found ")
        .and_then(|count| count.parse().ok())
        .expect("a count");
    assert!((1..16).contains(&found), "{found}");
}

/// Lets a program use no keyring of the kernel, as containers do: it gets EPERM.
pub(crate) const BARRED: &str = r#"
import ctypes, os, platform, struct, sys
numbers = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
op = lambda code, yes, no, k: struct.pack("HBBI", code, yes, no, k)
code = op(0x20, 0, 0, 0)
for at, number in enumerate(numbers):
    code += op(0x15, len(numbers) - at, 0, number)
code += op(0x06, 0, 0, 0x7fff0000) + op(0x06, 0, 0, 0x00050001)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
text = ctypes.create_string_buffer(code, len(code))
program = Program(len(code) // 8, ctypes.cast(text, ctypes.c_void_p))
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
    sys.exit(99)
os.execv(sys.argv[1], sys.argv[1:])
"#;

/// `None` if this machine cannot bar it.
fn barred(sandbox: &Sandbox, run: impl Fn() -> Run) -> Option<crate::support::Output> {
    let python = python("ctypes")?;
    let under = |run: Run| run.under(&python, ["-c", BARRED].map(Into::into)).output();
    if under(sandbox.program("/bin/true")).status != 0 {
        say("skipped: the kernel cannot be barred here");
        return None;
    }
    Some(under(run()))
}

#[test]
fn where_the_kernel_is_barred_another_memory_has_the_key() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("XDG_RUNTIME_DIR");
    for said in ["called", "found"] {
        let Some(output) = barred(&sandbox, || run(&sandbox, "get")) else {
            return;
        };
        assert_eq!(lines(output.success()), [said]);
    }
    let doctor = || sandbox.awsenv(["doctor", "-v"]);
    let output = barred(&sandbox, doctor).expect("as before");
    assert!(
        output.out().contains("with the key in `/dev/shm/awsenv-"),
        "{}",
        output.all()
    );
    // The kernel has no key, so a program that may use it finds what the memory has.
    if kernel_keyring() {
        assert_eq!(lines(run(&sandbox, "get").output().success()), ["found"]);
    }
    let keys = || {
        let shared = std::fs::read_dir("/dev/shm").expect("a directory").flatten();
        let own = shared.filter(|entry| entry.file_name().to_string_lossy().starts_with("awsenv-"));
        let keys = own.flat_map(|entry| std::fs::read_dir(entry.path()).into_iter().flatten().flatten());
        keys.map(|entry| entry.path()).collect::<BTreeSet<_>>()
    };
    let before = keys();
    sandbox.awsenv(["sessions", "clear", "--all"]).output().clean();
    assert!(before.difference(&keys()).count() == 1, "{before:?}");
    assert_eq!(lines(run(&sandbox, "get").output().success()), ["called"]);
}

#[test]
fn where_no_memory_can_have_the_key_the_key_file_does_or_nothing_is_kept() {
    let Some(unshare) = require("unshare") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file").unset("XDG_RUNTIME_DIR");
    // A directory that is not in memory in the place of the one that is.
    let hide = "mount --bind /proc /dev/shm || exit 99; exec \"$@\"";
    let words = || ["-m", "sh", "-c", hide, "sh"].map(Into::into);
    if sandbox.program("/bin/true").under(&unshare, words()).output().status != 0 {
        return say("skipped: nothing can be mounted here");
    }
    let get = |role: &str| {
        // First unshared, then barred, because barring is for good.
        let python = python("ctypes")?;
        let run = run(&sandbox, role).under(python, ["-c", BARRED].map(Into::into));
        Some(run.under(&unshare, words()).output())
    };
    let Some(output) = get("get") else { return };
    let why = "told sessions are not kept for the next run: there is no safe place for the key that encrypts them; `awsenv doctor` says why";
    assert_eq!(lines(output.success()), [why, "called"]);
    let doctor = || {
        let run = sandbox
            .awsenv(["doctor", "-v"])
            .under(python("ctypes")?, ["-c", BARRED].map(Into::into));
        Some(run.under(&unshare, words()).output().out().to_owned())
    };
    let told = doctor().expect("as before");
    for why in [
        "not kept between runs: the kernel's keyring: ",
        "`/dev/shm/awsenv-",
        "there is no key file",
    ] {
        assert!(told.contains(why), "{why}\n{told}");
    }
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    for said in ["called", "found"] {
        let output = get("get").expect("as before");
        assert_eq!(lines(output.success()), [said]);
    }
    assert!(doctor().expect("as before").contains("with the key in the key file `"));
}

#[test]
fn a_home_that_cannot_be_written_stops_no_run() {
    let Some(unshare) = require("unshare") else { return };
    let sandbox = Sandbox::new();
    let mount = "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,bind,ro \"$HOME\" || exit 99; exec \"$@\"";
    let words = ["-m", "sh", "-c", mount, "sh"].map(Into::into);
    let output = run(&sandbox, "get").under(unshare, words).output();
    if output.status == 99 || output.err().contains("unshare") {
        return say("skipped: no file system can be mounted here");
    }
    let said = lines(output.success());
    let [told, called] = &*said else { panic!("{said:?}") };
    assert!(told.contains("Read-only file system") && called == "called", "{said:?}");
}

/// Keeps sessions as awsenv does in this sandbox.
fn keep(sandbox: &Sandbox, sessions: &[(char, &str, i64)]) {
    let runtime = sandbox.root().join("run");
    let env = [("HOME", sandbox.home()), ("XDG_RUNTIME_DIR", runtime)];
    let (env, settings): (Env, _) = (env.into_iter().collect(), Settings::default());
    let store = Store::new(&env, &settings, &|text| panic!("{text}"));
    for (digit, profile, left) in sessions {
        store.keep(&key(*digit), &session(profile, *left));
    }
}

const CONFIG: &str = "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/team/Ops\nsource_profile = base\n\
                      [profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";

#[test]
fn sessions_are_listed_without_their_secrets() {
    let mut sandbox = Sandbox::with_config(CONFIG);
    sandbox.set("TZ", "UTC");
    assert_eq!(sandbox.awsenv(["sessions", "list"]).output().clean(), "");
    assert_eq!(sandbox.awsenv(["sessions", "list", "--json"]).output().clean(), "[]\n");
    keep(&sandbox, &[('a', "gone", 600), ('b', "dev", 600), ('c', "dev", 3_600)]);
    let file = sandbox.write(
        ".aws/cli/cache/ea2bf230927f113d91263ef9922db7591d6b1908.json",
        r#"{"Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPL2", "SecretAccessKey": "hunter2", "SessionToken": "ttt", "Expiration": "2099-01-01T00:00:00+00:00", "AccountId": "123456789012"}, "AssumedRoleUser": {"AssumedRoleId": "x", "Arn": "arn:aws:sts::123456789012:assumed-role/Ops/me"}}"#,
    );
    sandbox.write(".aws/cli/cache/session.db", "hunter2");
    let text = sandbox.awsenv(["sessions", "list"]).output();
    let rows: Vec<&str> = text
        .clean()
        .lines()
        .map(|line| line.split("  ").next().unwrap_or_default())
        .collect();
    assert_eq!(rows, ["dev", "dev", "gone", ""], "{}", text.all());
    let json = sandbox.awsenv(["sessions", "list", "--json"]).output();
    for output in [&text, &json] {
        assert!(
            !output.out().contains("hunter2") && !output.out().contains("ttt"),
            "{}",
            output.all()
        );
        assert!(!output.out().contains("ASIA"));
    }
    let found: serde_json::Value = serde_json::from_str(json.clean()).expect("JSON");
    let of = |name: &str| -> Vec<String> {
        let rows = found.as_array().expect("an array");
        rows.iter().map(|row| row[name].to_string()).collect()
    };
    let names: Vec<&String> = found[0].as_object().expect("an object").keys().collect();
    let expected = "profile kind role_arn account_id access_key_id obtained expires renewable";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    assert_eq!(of("profile"), ["\"dev\"", "\"dev\"", "\"gone\"", "null"]);
    assert_eq!(of("kind"), ["\"role\"", "\"role\"", "\"role\"", "\"cli-cache\""]);
    assert_eq!(of("renewable"), ["true", "true", "false", "false"]);
    assert_eq!(
        of("access_key_id"),
        ["\"****MPLE\"", "\"****MPLE\"", "\"****MPLE\"", "\"****MPL2\""]
    );
    assert_eq!(of("expires")[3], "\"2099-01-01T00:00:00Z\"");
    assert!(file.exists());
}

#[test]
fn sessions_are_given_up_as_asked_and_never_those_of_the_aws_cli() {
    let sandbox = Sandbox::with_config(CONFIG);
    let list = || {
        let output = sandbox.awsenv(["sessions", "list"]).output();
        output
            .clean()
            .lines()
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let clear = |word: &str| {
        sandbox
            .awsenv(["-v", "sessions", "clear", word])
            .output()
            .success()
            .to_owned()
    };
    let cached = sandbox.write(".aws/cli/cache/x.json", "{}");
    keep(&sandbox, &[('a', "gone", 600), ('b', "dev", 600), ('c', "dev", 3_600)]);
    clear("dev");
    assert_eq!(list(), ["gone"]);
    keep(&sandbox, &[('b', "dev", -5)]);
    assert_eq!(list(), ["dev", "gone"]);
    clear("--expired");
    assert_eq!(list(), ["gone"]);
    clear("--all");
    assert_eq!(list(), [""; 0]);
    assert!(cached.exists());
    let refused = sandbox.awsenv(["sessions", "clear"]).output();
    assert_eq!(refused.status, 2);
    assert!(refused.err().contains("<PROFILE|--expired|--all>"), "{}", refused.all());
    for words in [["--expired", "--all"], ["dev", "--all"]] {
        let refused = sandbox.awsenv(["sessions", "clear"].iter().chain(&words)).output();
        assert_eq!(refused.status, 2, "{}", refused.all());
    }
}

#[test]
fn what_is_kept_shows_nothing_of_it() {
    let sandbox = Sandbox::new();
    keep(&sandbox, &[('a', "dev", 600)]);
    let mut files = vec![sandbox.path(".local/state")];
    let mut count = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(path)
                    .expect("a directory")
                    .flatten()
                    .map(|entry| entry.path()),
            );
            continue;
        }
        count += 1;
        let bytes = std::fs::read(&path).expect("a file");
        let has = |part: &str| bytes.windows(part.len()).any(|found| found == part.as_bytes());
        assert!(
            !has("hunter2") && !has("tttttttt") && !has("AGE-SECRET"),
            "{}",
            path.display()
        );
        assert!(Path::new(&path).starts_with(sandbox.path(".local/state/awsenv")));
    }
    assert!(count >= 1);
}
