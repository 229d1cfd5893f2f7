//! A real terminal: an interactive shell inside a tmux server of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Sandbox, require};

/// The shells that have a prompt and completion and can be driven here.
pub(crate) const INTERACTIVE: [&str; 3] = ["bash", "zsh", "fish"];

/// How long the shell may take to show the expected text.
const PATIENCE: Duration = Duration::from_secs(30);

/// An interactive shell with the integration loaded. Its server ends on drop.
pub(crate) struct Terminal<'a> {
    sandbox: &'a Sandbox,
    tmux: std::path::PathBuf,
    /// The server's name, never used twice, because a server that is about to end accepts no clients.
    server: String,
}

static SERVERS: AtomicUsize = AtomicUsize::new(0);

impl<'a> Terminal<'a> {
    /// `settings` are extra lines of the startup file, before the integration. `None` if a tool is missing.
    pub(crate) fn open(sandbox: &'a Sandbox, shell: &str, settings: &str) -> Option<Self> {
        Self::open_under(sandbox, shell, settings, &[])
    }

    /// As [`Terminal::open`], with a program (strace) around the shell.
    pub(crate) fn open_under(sandbox: &'a Sandbox, shell: &str, settings: &str, around: &[&str]) -> Option<Self> {
        let load = match shell {
            "fish" => "awsenv init fish | source".to_owned(),
            "pwsh" => "Invoke-Expression (& { (awsenv init powershell | Out-String) })".to_owned(),
            _ => format!("eval \"$(awsenv init {shell})\""),
        };
        Self::start(sandbox, shell, &format!("{settings}\n{load}"), around)
    }

    /// As [`Terminal::open`], without the integration.
    pub(crate) fn open_bare(sandbox: &'a Sandbox, shell: &str, settings: &str) -> Option<Self> {
        Self::start(sandbox, shell, settings, &[])
    }

    fn start(sandbox: &'a Sandbox, shell: &str, settings: &str, around: &[&str]) -> Option<Self> {
        let tmux = require("tmux")?;
        let shell_path = require(shell)?;
        let rc = match shell {
            "bash" => format!("PS1='ready$ '\n{settings}\n"),
            "zsh" => format!("autoload -Uz compinit\ncompinit -u -d ~/.zcompdump\nPROMPT='ready$ '\n{settings}\n"),
            "pwsh" => format!("function prompt {{ 'ready$ ' }}\n{settings}\n"),
            _ => format!("function fish_prompt\necho -n 'ready$ '\nend\nset -g fish_greeting\n{settings}\n"),
        };
        let mut command: Vec<String> = around.iter().map(|word| (*word).to_owned()).collect();
        command.push(shell_path.display().to_string());
        let file = match shell {
            "bash" => {
                let rc = sandbox.path(".bashrc").display().to_string();
                command.extend(["--noprofile".into(), "--rcfile".into(), rc, "-i".into()]);
                ".bashrc"
            }
            "zsh" => {
                command.extend(["-d".into(), "-i".into()]);
                ".zshrc"
            }
            "pwsh" => {
                command.push("-NoLogo".into());
                ".config/powershell/profile.ps1"
            }
            _ => ".config/fish/config.fish",
        };
        sandbox.write(file, rc);
        // Otherwise fish parses all manual pages in the background on its first start.
        sandbox.write(".local/share/fish/generated_completions/none", "");
        let server = format!("awsenv-{}", SERVERS.fetch_add(1, Ordering::Relaxed));
        let terminal = Self { sandbox, tmux, server };
        let mut args: Vec<&str> = "new-session -d -x 180 -y 50 --".split(' ').collect();
        args.extend(command.iter().map(String::as_str));
        terminal.tmux(&args);
        terminal.wait("a prompt", |screen| screen.contains("ready$"));
        Some(terminal)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let run = self.sandbox.program(&self.tmux).env("TERM", "xterm-256color");
        // bash would write its history when its terminal closes, while HOME is being removed.
        let run = run.env("HISTFILE", "/dev/null");
        let run = run.env("TMUX_TMPDIR", self.sandbox.root().join("tmp"));
        let server = ["-L", &self.server, "-f", "/dev/null"];
        let words = server.iter().chain(args);
        run.args(words).output().success().to_owned()
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) -> &Self {
        self.tmux(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
        self
    }

    /// Types text literally.
    pub(crate) fn text(&self, text: &str) -> &Self {
        self.tmux(&["send-keys", "-l", "--", text]);
        self
    }

    /// Pastes text with the markers that a terminal puts around it.
    pub(crate) fn paste(&self, text: &str) -> &Self {
        let file = self.sandbox.write("pasted", text);
        self.tmux(&["load-buffer", &file.display().to_string()]);
        self.tmux(&["paste-buffer", "-p"]);
        self
    }

    /// Presses a key by tmux's name for it.
    pub(crate) fn key(&self, name: &str) -> &Self {
        self.tmux(&["send-keys", name]);
        self
    }

    /// Types a line and Enter.
    pub(crate) fn line(&self, text: &str) -> &Self {
        self.text(text).key("Enter")
    }

    /// What the terminal shows; wrapped lines are joined.
    pub(crate) fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J"])
    }

    /// Each row of the terminal; wrapped lines are not joined.
    pub(crate) fn rows(&self) -> String {
        let rows = self.tmux(&["capture-pane", "-p"]);
        rows.lines().map(|row| row.trim_end().to_owned() + "\n").collect()
    }

    /// As [`Terminal::rows`], with colours as escape sequences.
    pub(crate) fn colored(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-e"])
    }

    #[track_caller]
    pub(crate) fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until(what, || Some(self.screen()).filter(|screen| wanted(screen)))
    }

    /// As [`Terminal::wait`], with [`Terminal::rows`].
    #[track_caller]
    pub(crate) fn wait_rows(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until(what, || Some(self.rows()).filter(|rows| wanted(rows)))
    }

    /// Waits for a file under HOME, removes it, and returns its content.
    #[track_caller]
    pub(crate) fn file(&self, relative: &str) -> String {
        let path = self.sandbox.path(relative);
        self.until(relative, || {
            let text = std::fs::read_to_string(&path).ok()?;
            std::fs::remove_file(&path).expect("a removable file");
            Some(text)
        })
    }

    #[track_caller]
    fn until(&self, what: &str, mut attempt: impl FnMut() -> Option<String>) -> String {
        let start = Instant::now();
        loop {
            if let Some(text) = attempt() {
                return text;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what}:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Waits for a prompt without a command. PowerShell takes an Enter from before it for a line end in the next line.
    #[track_caller]
    pub(crate) fn at_prompt(&self) -> &Self {
        self.wait("a prompt", at_prompt);
        self
    }

    /// Runs `command` in the shell and returns its output. Waits for the prompt first, because a shell discards what is
    /// typed while it handles a Ctrl-C.
    #[track_caller]
    pub(crate) fn answer(&self, command: &str) -> String {
        self.at_prompt();
        self.line(&format!("{command} >~/answer.new; mv ~/answer.new ~/answer"));
        self.file("answer")
    }
}

/// Whether the last line is a prompt without a command; in zsh and fish the segment is on its right.
fn at_prompt(screen: &str) -> bool {
    let command = screen.trim_end().rsplit_once("ready$").map(|(_, rest)| rest.trim());
    command.is_some_and(|rest| rest.is_empty() || rest.starts_with('[') && rest.ends_with(']'))
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let run = self
            .sandbox
            .program(&self.tmux)
            .env("TMUX_TMPDIR", self.sandbox.root().join("tmp"));
        let _ = run.args(["-L", &self.server, "kill-server"]).output();
    }
}
