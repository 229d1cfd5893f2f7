//! MFA devices of the stand-in: profiles that name them, and a program that knows their codes.

use std::path::PathBuf;

use super::aws::{Aws, CONFIG as OF_ROLES, program};
use super::{Sandbox, executable, python};

/// `base-mfa`, whose keys are those of `base`; `audit`, as `guarded`; `long` and `long-audit`, for two hours; `beyond`, on top
/// of `guarded`; `middle`, a role of a role with a device; `wrong-serial`; `fido`; `by-program`, whose keys come from the
/// program `keys`; `pair-phone` and `pair-token`, a role with one of two devices of a user; and the user `root`.
pub const CONFIG: &str = include_str!("../aws/mfa-config");

/// Settings that get codes from [`CodeProgram`].
pub const SETTINGS: &str = "[mfa]\nprocess = code {serial}\n";

impl Aws {
    /// As [`Aws::sandbox`], with [`CONFIG`] as well. Nobody has codes there yet.
    pub fn mfa_sandbox(&self) -> Sandbox {
        let sandbox = self.sandbox();
        sandbox.write(".aws/config", format!("{OF_ROLES}\n{CONFIG}"));
        let users = [
            ("base", "base"),
            ("base-mfa", "base"),
            ("other", "other"),
            ("pair", "pair"),
        ];
        let mut credentials = String::new();
        for (profile, (id, secret)) in users
            .map(|(profile, user)| (profile, self.key(user)))
            .into_iter()
            .chain([("root", self.root_key())])
        {
            credentials += &format!("[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        }
        sandbox.write(".aws/credentials", credentials);
        let (id, secret) = self.key("base");
        let document = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
        executable(&sandbox.bin().join("keys"), format!("#!/bin/sh\necho '{document}'\n"));
        sandbox
    }

    /// The id and the secret of the key of a root user.
    pub fn root_key(&self) -> (&str, &str) {
        let users = self.world()["users"].as_array().expect("users");
        let is_root = |arn: &str| arn.ends_with(":root");
        let root = users.iter().find(|user| user["arn"].as_str().is_some_and(is_root));
        let key = &root.expect("a root user")["keys"][0];
        (
            key["id"].as_str().expect("an id"),
            key["secret"].as_str().expect("a secret"),
        )
    }
}

/// The program `code` of a sandbox: see `tests/aws/device.py`.
#[derive(Debug)]
pub struct CodeProgram {
    log: PathBuf,
}

impl CodeProgram {
    /// As the settings' program, with codes that AWS has not had.
    pub fn of_settings(aws: &Aws, sandbox: &Sandbox) -> Self {
        let log = sandbox.root().join("codes.log");
        let at = format!(
            "--log {} --at {}",
            log.display(),
            sandbox.root().join("codes.at").display()
        );
        executable(&sandbox.bin().join("code"), aws.device(&at));
        sandbox.write(".config/awsenv/config", SETTINGS);
        Self { log }
    }

    /// The serial numbers of the devices that were asked, one for each time.
    pub fn asked(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let serial = |line: &str| line.split_once(' ').expect("a process and a serial").1.to_owned();
        text.lines().map(serial).collect()
    }
}

impl Aws {
    /// A script that prints a code of the device that its argument names; `options` as in `tests/aws/device.py`.
    pub fn device(&self, options: &str) -> String {
        let python = python("botocore").expect("the Python of the stand-in");
        let device = program(&python, "device.py");
        let words = device.get_args().map(|word| word.display().to_string());
        let words: Vec<String> = words.collect();
        format!(
            "#!/bin/sh\nexec {} {} {} \"$1\" {options}\n",
            python.display(),
            words.join(" "),
            self.world_file().display(),
        )
    }
}
