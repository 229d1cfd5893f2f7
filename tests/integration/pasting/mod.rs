//! Commands that are shown for pasting: in a real shell each runs what it says, with exactly the name it is about, and
//! nothing else.
//!
//! Programs that only record their arguments take the place of awsenv and of the others in hints.

mod places;
mod words;

use crate::support::{AWSENV, Family, RealShell, Sandbox, executable};

/// Each writes how many words it got, its name and its words, each with a NUL at the end. What the function `awsenv`
/// evaluates succeeds in every shell.
const RECORDER: &str = "#!/bin/sh\n\
    case ${AWSENV_WRAPPED-} in powershell*) echo '$null=0' ;; ?*) echo : ;; esac\n\
    name=${0##*/}\n\
    { printf '%s\\0' \"$#\" \"$name\"; for word; do printf '%s\\0' \"$word\"; done; } >>\"$RECORD\"\n";

const PROGRAMS: [&str; 5] = ["aws", "awsenv", "chmod", "chown", "fish"];

/// Its `bin` holds the recorders.
fn recorders() -> Sandbox {
    let mut sandbox = Sandbox::new();
    for program in PROGRAMS {
        let path = sandbox.bin().join(program);
        let _ = std::fs::remove_file(&path);
        executable(&path, RECORDER);
    }
    let record = sandbox.path("record");
    sandbox.set("RECORD", record);
    sandbox
}

/// The command lines that were run, each as its words, since this was last asked.
fn recorded(sandbox: &Sandbox) -> Vec<Vec<Vec<u8>>> {
    let path = sandbox.path("record");
    let bytes = std::fs::read(&path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    let mut words = bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let mut lines = Vec::new();
    while let Some(count) = words.next().filter(|count| !count.is_empty()) {
        let count: usize = String::from_utf8_lossy(&count).parse().expect("a number of words");
        lines.push(words.by_ref().take(count + 1).collect());
    }
    lines
}

/// The line that loads the function `awsenv`, from the real program.
fn function(shell: &RealShell) -> String {
    let init = format!("{AWSENV} init {} --no-prompt", shell.word);
    match shell.family {
        Family::Posix => format!("eval \"$({init})\"\n"),
        Family::Fish => format!("{init} | source\n"),
        Family::PowerShell => format!("Invoke-Expression (& {{ ({init} | Out-String) }})\n"),
    }
}

/// Without the function and with it, where the shell has one.
fn preludes(shell: &RealShell) -> Vec<String> {
    let bare = match shell.name {
        // As at the prompt, where `!` is special.
        "bash" => "set -o history -o histexpand\n",
        _ => "",
    };
    let function = shell.has_function().then(|| format!("{}{bare}", function(shell)));
    [bare.to_owned()].into_iter().chain(function).collect()
}
