//! Whether the shell takes the changes, tried in a subshell; and the refusal if it does not.
//!
//! Output is silenced by closing it, because a restricted shell refuses to redirect to a file.

use super::Posix;
use super::code::BASH;

impl Posix {
    /// Succeeds if every name can be removed and set to an exact value. `changed` are the names that change, `own` those in
    /// which awsenv keeps values.
    ///
    /// `unset -v` takes every attribute away but that of a constant. It would remove what a reference refers to, and it
    /// uncovers what a variable that is local to a function hides.
    pub(super) fn probe(self, changed: &str, own: &str) -> String {
        let set: String = changed.split(' ').map(|name| format!(" {name}=x")).collect();
        let export = match self {
            Posix::Sh => format!("{{{set}; ‹b›export {changed}; }}"),
            Posix::Bash | Posix::Zsh => format!("‹b›export{set}"),
        };
        let values: String = changed.split(' ').map(|name| format!("${{{name}}}")).collect();
        let set_ones: String = changed.split(' ').map(|name| format!("${{{name}+y}}")).collect();
        let expected = "x".repeat(changed.split(' ').count());
        let all = format!("{changed} {own}");
        let reference = format!("if {}; then ‹b›exit 1; fi; ", self.has_reference(&all));
        let reference = self.for_ksh(reference);
        self.expand(&format!(
            "( {reference}{attributes}‹b›unset -v {all} && ‹[› \"{set_ones}\" = \"\" ‹]› && {export} && \
             ‹[› \"{values}\" = {expected} ‹]› ) 2>&-",
            attributes = self.attributes(changed),
        ))
    }

    /// Whether `‹n›` refers to another variable, or is tied to one.
    fn reference(self) -> &'static str {
        match self {
            // Silenced, because a bash that has no references does not know the test.
            Posix::Bash => "‹[› -R ‹n› ‹]› 2>&-",
            Posix::Zsh => "[[ ${(t)‹n›} == *tied* || ${(t)‹n›} == *nameref* ]]",
            Posix::Sh => "‹[› \"${!‹n›}\" != ‹n› ‹]›",
        }
    }

    /// The same for any of the names, without a loop.
    pub(super) fn has_reference(self, names: &str) -> String {
        let each = |form: &str, separator: &str| -> String {
            let tests: Vec<String> = names.split(' ').map(|name| form.replace("‹n›", name)).collect();
            tests.join(separator)
        };
        match self {
            Posix::Bash => each(self.reference(), " || "),
            Posix::Zsh => {
                let types = each("${(t)‹n›}", "");
                format!("[[ {types} == *tied* || {types} == *nameref* ]]")
            }
            Posix::Sh => format!("‹b›eval '‹[› \"{}\" != {} ‹]›'", each("${!‹n›}", ""), each("‹n›", "")),
        }
    }

    /// Of the shells that have no language of their own here, only ksh knows references.
    pub(super) fn for_ksh(self, text: String) -> String {
        match self {
            Posix::Sh => self.expand(&format!("if ‹[› \"${{KSH_VERSION+y}}\" ‹]›; then {text}fi; ")),
            Posix::Bash | Posix::Zsh => text,
        }
    }

    /// A bash that can neither print nor restore attributes must not meet any.
    fn attributes(self, changed: &str) -> String {
        if self != Posix::Bash {
            return String::new();
        }
        format!(
            "if (( {BASH} < 44 )); then \
             case $(‹b›declare -p {changed} 2>&-) in *'declare -'[!-x]*|*'declare -x'[!\\ ]*) ‹b›exit 1;; esac; fi; "
        )
    }

    /// Says which names cannot, and has the script fail.
    pub(super) fn refuse(self, changed: &str, own: &str) -> String {
        let all = format!("{changed} {own}");
        let said = |what: &str, remedy: &str| {
            format!("‹b›echo \"awsenv: ‹n› {what} in this shell, so nothing was changed{remedy}\" >&2")
        };
        let constant = said("is read-only", "");
        let constant = format!("if ! (‹b›unset -v ‹n›) 2>&-; then {constant}; fi");
        let (what, remedy) = match self {
            Posix::Zsh => ("is tied to another variable", "; remove it with: unset ‹n›"),
            Posix::Bash | Posix::Sh => ("refers to another variable", "; remove it with: unset -n ‹n›"),
        };
        let remedy = if self == Posix::Sh {
            "; remove it with: typeset +n ‹n›"
        } else {
            remedy
        };
        let reference = format!("if {}; then {}; fi", self.reference(), said(what, remedy));
        let reference = self.for_ksh(self.each(&all, &reference));
        let attributes = if self == Posix::Bash {
            let said = said(
                "has attributes that this bash cannot restore",
                "; remove it with: unset$__awsenv_t ‹n›",
            );
            let code = format!(
                "if (‹b›unset -v ‹n›) 2>&- && ! ( {}:) 2>&-; then {said}; fi",
                self.attributes("‹n›")
            );
            // bash 4.3 has references, but no test for them.
            let references = format!("__awsenv_t=; if (( {BASH} == 43 )); then __awsenv_t=' -n'; fi; ");
            references + &self.each(changed, &code)
        } else {
            String::new()
        };
        let local = said("is local to a function", "; run awsenv outside of it");
        let local = format!("if (‹b›unset -v ‹n› && ‹[› \"${{‹n›+y}}\" ‹]›) 2>&-; then {local}; fi");
        let end = self.expand("‹b›unset -v __awsenv_n __awsenv_t; __awsenv_o=\"$__awsenv_o; (exit 1)\"");
        format!(
            "{reference}{}{attributes}{}{end}",
            self.each(&all, &constant),
            self.each(changed, &local)
        )
    }
}
