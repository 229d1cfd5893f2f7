//! Whether the shell takes the changes, tried in a subshell; and the refusal if it does not.
//!
//! Output is silenced by closing it, because a restricted shell refuses to redirect to a file.

use super::Posix;

impl Posix {
    /// Runs `work` if every name can be removed and set to an exact value; otherwise says which cannot, and fails.
    /// `changed` are the names that change, `own` those in which awsenv keeps values.
    pub(super) fn guard(self, changed: &str, own: &str, work: &str) -> String {
        let probe = self.probe(changed, own);
        let refuse = self.refuse(changed, own);
        let code = format!("if ( {probe} ) 2>&-; then @V@else {refuse}__awsenv_o=\"$__awsenv_o; (exit 1)\"; fi; ");
        self.expand_with(&code, work)
    }

    /// `unset -v` takes every attribute away but that of a constant. It would remove what a reference refers to.
    fn probe(self, changed: &str, own: &str) -> String {
        let set: String = changed.split(' ').map(|name| format!(" {name}=x")).collect();
        let export = match self {
            Posix::Sh => format!("{{{set}; B@export {changed}; }}"),
            Posix::Bash | Posix::Zsh => format!("B@export{set}"),
        };
        let values: String = changed.split(' ').map(|name| format!("${{{name}}}")).collect();
        let expected = "x".repeat(changed.split(' ').count());
        let all = format!("{changed} {own}");
        let reference = format!("if {}; then B@exit 1; fi; ", self.has_reference(&all));
        let reference = self.for_ksh(reference);
        self.expand(&format!(
            "{reference}{attributes}B@unset -v {all} && {export} && B@test \"{values}\" = {expected}",
            attributes = self.attributes(changed),
        ))
    }

    /// Whether `@N@` refers to another variable, or is tied to one.
    fn reference(self) -> &'static str {
        match self {
            // Silenced, because a bash that has no references does not know the test.
            Posix::Bash => "B@test -R @N@ 2>&-",
            Posix::Zsh => "[[ ${(t)@N@} == *tied* || ${(t)@N@} == *nameref* ]]",
            Posix::Sh => "B@test \"${!@N@}\" != @N@",
        }
    }

    /// The same for any of the names, without a loop.
    fn has_reference(self, names: &str) -> String {
        let each = |form: &str, separator: &str| -> String {
            let tests: Vec<String> = names.split(' ').map(|name| form.replace("@N@", name)).collect();
            tests.join(separator)
        };
        match self {
            Posix::Bash => each(self.reference(), " || "),
            Posix::Zsh => {
                let types = each("${(t)@N@}", "");
                format!("[[ {types} == *tied* || {types} == *nameref* ]]")
            }
            Posix::Sh => format!("B@eval 'B@test \"{}\" != {}'", each("${!@N@}", ""), each("@N@", "")),
        }
    }

    /// Of the shells that have no language of their own here, only ksh knows references.
    fn for_ksh(self, text: String) -> String {
        match self {
            Posix::Sh => format!("if B@test \"${{KSH_VERSION+y}}\"; then {text}fi; "),
            Posix::Bash | Posix::Zsh => text,
        }
    }

    /// A bash that can neither print nor restore attributes must not meet any.
    fn attributes(self, changed: &str) -> String {
        if self != Posix::Bash {
            return String::new();
        }
        format!(
            "if (( BASH_VERSINFO[0]*10+BASH_VERSINFO[1] < 44 )); then \
             case $(B@declare -p {changed} 2>&-) in *'declare -'[!-x]*|*'declare -x'[!\\ ]*) B@exit 1;; esac; fi; "
        )
    }

    fn refuse(self, changed: &str, own: &str) -> String {
        let all = format!("{changed} {own}");
        let said = |what: &str, remedy: &str| {
            format!("B@echo \"awsenv: @N@ {what} in this shell, so nothing was changed{remedy}\" >&2")
        };
        let constant = said("is read-only", "");
        let constant = format!("if ! (B@unset -v @N@) 2>&-; then {constant}; fi");
        let (what, remedy) = match self {
            Posix::Zsh => ("is tied to another variable", "; remove it with: unset @N@"),
            Posix::Bash | Posix::Sh => ("refers to another variable", "; remove it with: unset -n @N@"),
        };
        let remedy = if self == Posix::Sh {
            "; remove it with: typeset +n @N@"
        } else {
            remedy
        };
        let reference = format!("if {}; then {}; fi", self.reference(), said(what, remedy));
        let reference = self.for_ksh(self.each(&all, &reference));
        let attributes = if self == Posix::Bash {
            let said = said(
                "has attributes that this bash cannot restore",
                "; remove it with: unset$__awsenv_t @N@",
            );
            let code = format!(
                "if (B@unset -v @N@) 2>&- && ! ( {}:) 2>&-; then {said}; fi",
                self.attributes("@N@")
            );
            // bash 4.3 has references, but no test for them.
            let references =
                "__awsenv_t=; if (( BASH_VERSINFO[0]*10+BASH_VERSINFO[1] == 43 )); then __awsenv_t=' -n'; fi; ";
            references.to_owned() + &self.each(changed, &code)
        } else {
            String::new()
        };
        let unset = self.expand("B@unset -v __awsenv_n __awsenv_t; ");
        format!("{reference}{}{attributes}{unset}", self.each(&all, &constant))
    }
}
