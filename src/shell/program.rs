//! The name of a program -> what it is to a script. Pure.
//!
//! Distributions, packages and people mark the same shell in many ways (`bash-5.2`, `.fish-wrapped`, `zsh5-static`,
//! `dash.distrib`), so a name is a known word followed by nothing but versions and marks.

use crate::shell::Shell;

/// What a program is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Shell(Shell),
    /// A shell with a language of its own.
    Foreign,
    /// Many programs in one file, among them a POSIX shell: the name that it was called by says which one runs.
    Bundle,
    Other,
}

/// Each word by which a shell may be called.
const SHELLS: [(&str, Shell); 17] = [
    ("ash", Shell::Posix),
    ("bash", Shell::Bash),
    ("dash", Shell::Posix),
    ("fish", Shell::Fish),
    ("hush", Shell::Posix),
    ("ksh", Shell::Posix),
    ("lksh", Shell::Posix),
    ("loksh", Shell::Posix),
    ("mksh", Shell::Posix),
    ("oksh", Shell::Posix),
    ("pdksh", Shell::Posix),
    ("posix", Shell::Posix),
    ("powershell", Shell::PowerShell),
    ("pwsh", Shell::PowerShell),
    ("sh", Shell::Posix),
    ("yash", Shell::Posix),
    ("zsh", Shell::Zsh),
];

/// With a leading `r` these are the restricted form of the same shell; `rsh` is something else.
const RESTRICTED: [&str; 4] = ["bash", "ksh", "mksh", "zsh"];

const BUNDLES: [&str; 2] = ["busybox", "toybox"];

const FOREIGN: [&str; 34] = [
    "bosh",
    "brush",
    "bsd-csh",
    "closh",
    "csh",
    "elvish",
    "es",
    "gash",
    "heirloom-sh",
    "hilbish",
    "ion",
    "jsh",
    "mrsh",
    "murex",
    "ngs",
    "nsh",
    "nu",
    "nushell",
    "obosh",
    "oh",
    "oil",
    "oils",
    "oils-for-unix",
    "osh",
    "pbosh",
    "posh",
    "psh",
    "rc",
    "rush",
    "sash",
    "scsh",
    "tcsh",
    "xonsh",
    "ysh",
];

/// What packages add to the name of a program that stays the same.
const MARKS: [&str; 44] = [
    "aarch64",
    "alpha",
    "amd64",
    "arm64",
    "armhf",
    "backup",
    "bak",
    "beta",
    "bin",
    "daily",
    "debug",
    "dev",
    "devel",
    "dist",
    "distrib",
    "dynamic",
    "git",
    "gnu",
    "head",
    "i386",
    "i686",
    "linux",
    "lts",
    "minimal",
    "musl",
    "new",
    "nightly",
    "old",
    "orig",
    "original",
    "pre",
    "preview",
    "rc",
    "real",
    "release",
    "riscv64",
    "snapshot",
    "stable",
    "static",
    "unstable",
    "unwrapped",
    "wrapped",
    "x64",
    "x86",
];

impl Program {
    /// Takes a path too, and the `-` of a login shell.
    pub fn of(name: &str) -> Self {
        let name = base(name);
        if name.eq_ignore_ascii_case("cmd.exe") {
            return Program::Foreign;
        }
        let lower = name.to_ascii_lowercase();
        // Windows does not tell capitals apart.
        let name = lower.strip_suffix(".exe").unwrap_or(name);
        let known = |word: &str, name: &str| name.strip_prefix(word).is_some_and(is_mark);
        let shell = |name: &str| SHELLS.iter().find(|(word, _)| known(word, name));
        if let Some((_, shell)) = shell(name) {
            return Program::Shell(*shell);
        }
        let restricted = name.strip_prefix('r').and_then(shell);
        if let Some((_, shell)) = restricted.filter(|(word, _)| RESTRICTED.contains(word)) {
            return Program::Shell(*shell);
        }
        if BUNDLES.iter().any(|word| known(word, name)) {
            return Program::Bundle;
        }
        if FOREIGN.iter().any(|word| known(word, name)) {
            return Program::Foreign;
        }
        Program::Other
    }
}

/// Without directories, the `-` of a login shell and the dots by which wrappers hide a file.
pub(super) fn base(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.trim_start_matches(['-', '.'])
}

/// Whether what follows the word is at most a version and marks, such as `5`, `-5.2`, `93u+m`, `.real` and
/// `5-static`.
fn is_mark(rest: &str) -> bool {
    let mut pieces = rest.split(['-', '.', '_', '~', '@']);
    let attached = pieces.next().is_none_or(|first| first.is_empty() || is_version(first));
    attached && pieces.all(|piece| piece.is_empty() || is_version(piece) || is_word(piece))
}

/// Digits with single letters, such as `5`, `v7`, `R59c`, `1b1` and `93u+m`; two letters in a row begin a word.
fn is_version(piece: &str) -> bool {
    let number = piece.strip_prefix(['v', 'R']).unwrap_or(piece).as_bytes();
    number.first().is_some_and(u8::is_ascii_digit)
        && number.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'+')
        && !number.windows(2).any(|two| two.iter().all(u8::is_ascii_alphabetic))
}

/// A mark, which may be numbered, such as `rc1`.
fn is_word(piece: &str) -> bool {
    let word = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    MARKS.contains(&piece) || MARKS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_with_versions_and_marks() {
        for (names, shell) in [
            (
                "bash -bash /bin/bash rbash -rbash bash5 bash52 bash-5.2 bash-5.2.37 bash_5.2 bash5.2-static bash.real \
                 .bash-wrapped .bash-wrapped_ ..bash-real-real bash-static bash-static-x86_64 bash.exe BASH.EXE \
                 bash-5.3-rc1 bash-5.3_beta2 bash-4.4.23-musl bash.old bash@5 bash.orig bash-devel",
                Shell::Bash,
            ),
            (
                "zsh -zsh zsh-5.9 zsh5 zsh5-static zsh-beta zsh-static rzsh .zsh-wrapped zsh.real zsh-5.9.0.3-dev",
                Shell::Zsh,
            ),
            (
                "fish -fish fish4 fish-4.0.2 .fish-wrapped .fish-real fish4.1b1 fish.exe",
                Shell::Fish,
            ),
            (
                "pwsh pwsh-preview pwsh-lts pwsh-daily pwsh7 pwsh-7.5 powershell powershell.exe PowerShell.EXE \
                 powershell-preview C:\\Windows\\powershell.exe -pwsh",
                Shell::PowerShell,
            ),
            (
                "sh -sh dash dash.orig dash.distrib sh.distrib ash -ash hush ksh ksh93 ksh93u+ ksh93u+m ksh93v- \
                 ksh93u+m_1.0.10 ksh2020 ksh88 ksh-93 rksh rksh93 mksh mksh-static mksh-R59c lksh loksh oksh oksh-7.5 \
                 pdksh yash yash-2.57 rmksh posix",
                Shell::Posix,
            ),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(Program::of(name), Program::Shell(shell), "{name}");
            }
        }
    }

    #[test]
    fn a_name_that_goes_on_is_another_program() {
        for name in "bashtop fishnet zshrc-tool shred ksh-helper dashboard bash-language-server bash-completion \
             bash2zsh bashdb bash-git-prompt fish_indent fish_key_reader fish-lsp zshdb zsh-autosuggestions sha1sum \
             sh-session shellcheck ssh rsh sshd mosh fsh dashd ashpd hushd pwshx powershell-editor yashd ksh93helper \
             busyboxd toyboxes nudge nuget ionice esbuild rc-service rclone oilshell-doc osht cshell tcshrc cmd main \
             make sudo timeout python python3.11 env npm node script direnv perl ruby xargs nice nohup setsid strace \
             git ssh-agent login su awsenv 5 -5 .static - . ä bashä"
            .split_whitespace()
        {
            assert_eq!(Program::of(name), Program::Other, "{name}");
        }
        assert_eq!(Program::of(""), Program::Other);
    }

    #[test]
    fn other_shells_and_bundles_are_known_by_the_same_rule() {
        for name in
            "csh tcsh -tcsh tcsh-6.24 bsd-csh csh.real nu nu-0.99 elvish xonsh .xonsh-wrapped murex osh ysh oil \
             oils-for-unix rc es ion scsh sash nushell nu.exe cmd.exe CMD.EXE posh"
                .split_whitespace()
        {
            assert_eq!(Program::of(name), Program::Foreign, "{name}");
        }
        for name in "busybox busybox-1.36 busybox.static busybox-x86_64 toybox toybox-aarch64 /bin/busybox".split(' ') {
            assert_eq!(Program::of(name), Program::Bundle, "{name}");
        }
    }
}
