//! Files that cannot be replaced or cannot be private: found before a key is stored, with a remedy that works there.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use super::{CONFIG, NEW, WORK, credentials, holding, mode, private, text};
use crate::support::{AWSENV, Output, Run, Sandbox, require, say};

/// With the file store, and a key in the credentials file.
fn filed() -> Sandbox {
    let mut sandbox = Sandbox::with_config(CONFIG);
    private(&sandbox, ".aws/credentials", credentials());
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox
}

/// The items of the file store, by their files.
fn items(sandbox: &Sandbox) -> usize {
    let names = std::fs::read_dir(sandbox.path(".local/state/awsenv/keys")).expect("the store");
    let names = names.map(|name| name.expect("a name").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".age")).count()
}

/// Runs in a mount namespace of its own, after this script. `None` where the machine bars that.
fn mounted(run: Run, script: &str) -> Option<Output> {
    let unshare = require("unshare")?;
    let words: &[&str] = match is_root() {
        true => &["-m"],
        false => &["--user", "--map-root-user", "--mount"],
    };
    let script = format!("{script} || exit 99; exec \"$@\"");
    let words = words.iter().copied().chain(["sh", "-c", &script, "sh"]).map(Into::into);
    let output = run.under(unshare, words).output();
    if output.status == 99 || output.err().contains("unshare") {
        say("skipped: this machine bars mounts");
        return None;
    }
    Some(output)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// Asserts that the run said these words, changed no file and stored nothing.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, output: &Output, words: &[&str]) {
    assert_eq!(output.status, 1, "{}", output.all());
    for word in words {
        assert!(output.err().contains(word), "{word}: {}", output.all());
    }
    assert_eq!(text(sandbox, ".aws/config"), CONFIG);
    assert_eq!(text(sandbox, ".aws/credentials"), credentials());
    assert_eq!(items(sandbox), 0, "{}", output.all());
    assert_eq!(sandbox.awsenv(["key", "list"]).output().out(), "");
    let names: Vec<_> = std::fs::read_dir(sandbox.path(".aws")).expect("a directory").collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

fn add(sandbox: &Sandbox) -> Run {
    let pair = format!("{}\n{}\n", NEW.0, NEW.1);
    sandbox.awsenv(["key", "add", "new", "--stdin"]).stdin(pair)
}

fn bind(sandbox: &Sandbox, name: &str) -> String {
    let path = sandbox.path(name).display().to_string();
    format!("mount --bind '{path}' '{path}'")
}

#[test]
fn a_mount_of_one_file_is_overwritten_only_if_the_settings_say_so() {
    let sandbox = filed();
    let [config, credentials] = [".aws/config", ".aws/credentials"].map(|name| bind(&sandbox, name));
    let words = [
        "is a mount of this one file",
        "mount its directory",
        "write_through = on",
    ];
    let Some(output) = mounted(sandbox.awsenv(["key", "import", "work"]), &credentials) else {
        return;
    };
    assert_refused(&sandbox, &output, &words);
    let output = mounted(add(&sandbox), &config).expect("a mount");
    assert_refused(&sandbox, &output, &words);
    let set = ["configure", "set", "region", "x"];
    let output = mounted(sandbox.awsenv(set), &config).expect("a mount");
    assert_refused(&sandbox, &output, &words);

    sandbox.write(".config/awsenv/config", "write_through = on\n");
    let inode = |name: &str| std::fs::metadata(sandbox.path(name)).unwrap().ino();
    let before = inode(".aws/credentials");
    let output = mounted(sandbox.awsenv(["key", "import", "work"]), &credentials).expect("a mount");
    assert_eq!(output.status, 0, "{}", output.all());
    assert!(
        output.err().contains("was overwritten") && output.err().contains("torn"),
        "{}",
        output.all()
    );
    assert_eq!(
        (inode(".aws/credentials"), mode(&sandbox, ".aws/credentials")),
        (before, 0o600)
    );
    assert!(!text(&sandbox, ".aws/credentials").contains(WORK.1));
    assert_eq!(items(&sandbox), 1);
    let output = mounted(sandbox.awsenv(["key", "restore", "work"]), &credentials).expect("a mount");
    assert_eq!(output.status, 0, "{}", output.all());
    assert_eq!(
        (text(&sandbox, ".aws/credentials"), items(&sandbox)),
        (super::credentials(), 0)
    );
    assert_eq!(inode(".aws/credentials"), before);
    // Elsewhere files are replaced as always, without a word.
    let output = sandbox.awsenv(set).output();
    assert!(
        output.status == 0 && !output.err().contains("overwritten"),
        "{}",
        output.all()
    );
}

/// Nothing can be overwritten there either, so `write_through` is no remedy.
#[test]
fn a_read_only_mount_is_told_from_a_mount_of_one_file() {
    let sandbox = filed();
    let read_only = |name: &str| {
        let path = sandbox.path(name).display().to_string();
        format!("mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}'")
    };
    for settings in ["", "write_through = on\n"] {
        sandbox.write(".config/awsenv/config", settings);
        for (name, what) in [
            (".aws", "/.aws/credentials`"),
            (".aws/credentials", "/.aws/credentials`"),
        ] {
            let import = sandbox.awsenv(["key", "import", "work"]);
            let Some(output) = mounted(import, &read_only(name)) else {
                return;
            };
            assert_refused(
                &sandbox,
                &output,
                &[what, "is mounted read-only", "hint: mount it writable"],
            );
            assert!(!output.err().contains("write_through"), "{}", output.all());
        }
        let output = mounted(add(&sandbox), &read_only(".local/state/awsenv")).expect("a mount");
        assert_refused(
            &sandbox,
            &output,
            &["state/awsenv` is mounted read-only", "hint: mount it writable"],
        );
    }
    // The file alone is writable, so overwriting it helps.
    let path = sandbox.path(".aws/credentials").display().to_string();
    let script = format!(
        "{} && mount --bind '{path}' '{path}' && mount -o remount,rw,bind '{path}'",
        read_only(".aws")
    );
    let output = mounted(sandbox.awsenv(["key", "import", "work", "--keep"]), &script).expect("a mount");
    assert_eq!(output.status, 0, "{}", output.all());
}

/// Made changeable again at the end of the test in any case.
struct Fixed<'a>(&'a Path);

impl Drop for Fixed<'_> {
    fn drop(&mut self) {
        let _ = Command::new("chattr").args(["-i", "-a"]).arg(self.0).output();
    }
}

#[test]
fn what_is_immutable_is_found_before_a_key_is_stored() {
    let sandbox = filed();
    let awsenv = |args: &[&str]| sandbox.awsenv(args).output();
    for name in [".aws/credentials", ".aws"] {
        for mark in ["+i", "+a"] {
            let path = sandbox.path(name);
            let fixed = Fixed(&path);
            let made = Command::new("chattr").arg(mark).arg(&path).output();
            if !made.is_ok_and(|made| made.status.success()) {
                say("skipped: this machine makes no file immutable");
                return;
            }
            let output = awsenv(&["key", "import", "work"]);
            assert_refused(
                &sandbox,
                &output,
                &["is immutable or append-only", "as root: chattr -i -a"],
            );
            drop(fixed);
        }
    }
    assert_eq!(awsenv(&["key", "import", "work"]).status, 0);
}

/// Mounts a directory in which every file has this mode, whatever it is given; as a Windows drive in WSL is.
fn without_modes(sandbox: &Sandbox, name: &str, how: &str) -> String {
    let path = sandbox.path(name).display().to_string();
    format!("bindfs -o nonempty --force-user=0 --force-group=0 --perms=0777 {how} '{path}' '{path}'")
}

#[test]
fn where_no_file_can_be_private_no_key_is_stored() {
    if !is_root() {
        say("skipped: a file system in user space needs root here");
        return;
    }
    if require("bindfs").is_none() {
        return;
    }
    let words = ["its file system keeps no modes", "option `metadata`"];
    for how in ["--chmod-ignore", "--chmod-deny"] {
        let sandbox = filed();
        let aws = without_modes(&sandbox, ".aws", how);
        let Some(output) = mounted(sandbox.awsenv(["key", "import", "work"]), &aws) else {
            return;
        };
        assert_refused(&sandbox, &output, &words);
        let output = mounted(add(&sandbox), &aws).expect("a mount");
        assert_refused(&sandbox, &output, &words);
        // The key file.
        let mut sandbox = filed();
        let state = without_modes(&sandbox, ".local/state", how);
        let output = mounted(sandbox.awsenv(["key", "import", "work"]), &state).expect("a mount");
        assert_refused(&sandbox, &output, &words);
        std::fs::create_dir(sandbox.path("drive")).unwrap();
        let drive = without_modes(&sandbox, "drive", how);
        sandbox.set("XDG_STATE_HOME", sandbox.path("drive"));
        let unlock = ["key", "unlock", "--no-passphrase"];
        let output = mounted(sandbox.awsenv(unlock), &drive).expect("a mount");
        assert_eq!(output.status, 1, "{}", output.all());
        for word in words {
            assert!(output.err().contains(word), "{}", output.all());
        }
        assert_eq!(holding(&sandbox.path("drive"), "AGE-SECRET-KEY"), [""; 0]);
    }
}

/// `chmod` does nothing there, so it is no remedy.
#[test]
fn doctor_knows_where_modes_are_not_kept() {
    let sandbox = filed();
    let remedies = |output: &Output| {
        let lines = output.out().lines().skip_while(|line| !line.contains("file-writable"));
        lines.take(4).map(|line| line.to_owned() + "\n").collect::<String>()
    };
    let path = sandbox.path(".aws/credentials").display().to_string();
    let Some(usual) = mounted(sandbox.awsenv(["doctor"]), &format!("chmod 666 '{path}'")) else {
        return;
    };
    let usual = remedies(&usual);
    for command in ["chmod go-w ~/.aws/credentials", "chmod 600 ~/.aws/credentials"] {
        assert!(usual.contains(command), "{usual}");
    }
    if !is_root() || require("bindfs").is_none() {
        say("skipped: a file system in user space needs bindfs, and root here");
        return;
    }
    for how in ["--chmod-ignore", "--chmod-deny"] {
        let aws = without_modes(&sandbox, ".aws", how);
        let output = mounted(sandbox.awsenv(["doctor"]), &aws).expect("a mount");
        let shown = remedies(&output);
        assert_eq!(shown.matches("option `metadata`").count(), 2, "{}", output.all());
        assert!(!output.out().contains("chmod"), "{}", output.all());
    }
}

/// As a user other than root, who cannot enter root's folders.
#[test]
fn a_directory_that_bars_its_owner_is_found_before_a_key_is_stored() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = filed();
    let awsenv = sandbox.root().join("awsenv");
    std::fs::copy(AWSENV, &awsenv).unwrap();
    let around = match is_root() {
        true => {
            let status = Command::new("chown")
                .args(["-R", "65534:65534"])
                .arg(sandbox.root())
                .status();
            assert!(status.expect("chown").success());
            vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        }
        false => vec!["env"],
    };
    let aws = sandbox.path(".aws");
    let set_mode = |mode| std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(mode)).unwrap();
    let run = |args: &[&str], mode: u32| {
        set_mode(mode);
        let words = around[1..].iter().map(Into::into);
        let pair = format!("{}\n{}\n", NEW.0, NEW.1);
        let run = sandbox.program(&awsenv).args(args).stdin(pair).under(around[0], words);
        let output = run.output();
        set_mode(0o700);
        output
    };
    let import = ["key", "import", "work"];
    for mode in [0o500, 0o600, 0o000] {
        for args in [&["key", "add", "new", "--stdin"], &import[..]] {
            if args == import && mode != 0o500 {
                continue; // What cannot be found is not there, so there is nothing to import.
            }
            let output = run(args, mode);
            let said: &[&str] = match mode {
                0o500 => &["cannot put a new file into `~/.aws`", "hint: chmod u+wx"],
                _ => &["cannot read `~/.aws/config`: permission denied", "hint: give yourself"],
            };
            assert_refused(&sandbox, &output, said);
        }
    }
    // Files in it can be found and replaced, although their names cannot be listed nor synced.
    let output = run(&import, 0o300);
    assert_eq!(output.status, 0, "{}", output.all());
    assert!(output.err().contains("cannot be synced to disk"), "{}", output.all());
    assert_eq!(items(&sandbox), 1);
}

/// One byte more than awsenv reads, without taking room on the disk.
#[test]
fn what_is_too_large_is_refused_with_its_size() {
    let commands: [(&str, &[&str]); 11] = [
        (".aws/config", &["list"]),
        (".aws/credentials", &["list"]),
        (".aws/credentials", &["key", "import", "work"]),
        (".boto", &["explain", "old"]),
        (".boto_old", &["explain", "old"]),
        (".config/awsenv/config", &["doctor"]),
        (".local/state/awsenv/history", &["history"]),
        (".local/state/awsenv/keychain.json", &["key", "list"]),
        (".local/state/awsenv/journal", &["undo"]),
        (".local/state/awsenv/keys/identity", &["key", "import", "work"]),
        (".local/state/awsenv/keys/recipient", &["key", "import", "work"]),
    ];
    for (name, args) in commands {
        let sandbox = filed();
        let path = sandbox.path(name);
        if !path.exists() {
            private(&sandbox, name, "");
        }
        let file = std::fs::File::options().write(true).open(&path).expect("a file");
        file.set_len((64 << 20) + 1).expect("a large file");
        let output = sandbox.awsenv(args).output();
        assert!(
            output.all().contains("it is too large: 67108865 bytes"),
            "{name}: {}",
            output.all()
        );
        assert_eq!(output.status, 1, "{name}: {}", output.all());
        assert!(!output.err().contains("read permission"), "{name}: {}", output.all());
    }
}

#[test]
fn a_remedy_is_for_what_is_wrong_with_the_file() {
    let mut sandbox = filed();
    for (name, words) in [
        ("/dev/zero", "it is not a regular file"),
        ("~/.aws", "it is a directory"),
        ("~/none", "there is no such file"),
    ] {
        let output = sandbox
            .awsenv(["key", "import", "x", "--from", &format!("csv:{name}")])
            .output();
        assert!(output.status == 1 && output.err().contains(words), "{}", output.all());
    }
    let large = sandbox.write("large", "");
    std::fs::File::options()
        .write(true)
        .open(&large)
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    sandbox.set("BOTO_CONFIG", &large);
    for args in [&["explain", "old"][..], &["doctor", "-v"]] {
        let output = sandbox.awsenv(args).output();
        assert!(
            output.all().contains("let BOTO_CONFIG name another file") && !output.all().contains("correct the line"),
            "{}",
            output.all()
        );
    }
}
