# shellcheck shell=sh
# awsenv for POSIX shells (dash, busybox, mksh, yash): the function `awsenv` and a prompt segment.
# To load it, add this line to ~/.profile or to the file named by ENV:  eval "$(awsenv init posix)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_no_prompt    not empty: leave the prompt unchanged

# On its own line, because an alias of this name would break the definition below.
\unalias awsenv 2>/dev/null || :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
# POSIX has no local variables, so the ones here are unset again, and a positional parameter carries the status.
awsenv() {
  __awsenv_verb='' __awsenv_skip=''
  for __awsenv_word in "$@"; do
    case $__awsenv_skip$__awsenv_word in
      --) \break ;;
      --color) __awsenv_skip=. ;;
      -*) ;;
      .*) __awsenv_skip='' ;;
      *)
        __awsenv_verb=$__awsenv_word
        \break
        ;;
    esac
  done
  case $__awsenv_verb in
    use | unset) \unset __awsenv_verb __awsenv_skip __awsenv_word ;;
    *)
      \unset __awsenv_verb __awsenv_skip __awsenv_word
      AWSENV_WRAPPED=posix:$$ \command awsenv "$@"
      \return
      ;;
  esac

  # A closed stdout cannot be passed on.
  { :; } 2>/dev/null 3>&1 || {
    \awsenv "$@" >/dev/null
    \return
  }
  # The output may hold keys, and tracing would print it.
  __awsenv_flags=$-
  { \set +x; } 2>/dev/null
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  if { __awsenv_out=$(AWSENV_WRAPPED=posix:$$ \command awsenv "$@" 3>&3); } 3>&1; then
    \set -- 0
    \eval "\unset __awsenv_out; $__awsenv_out" || \set -- "$?"
  else
    \set -- "$?"
    \unset __awsenv_out
  fi
  case $__awsenv_flags in
    *x*)
      \unset __awsenv_flags
      \set -x
      ;;
    *) \unset __awsenv_flags ;;
  esac
  \return "$1"
}

# ksh93 runs `$( )` in its own process, so a function there cannot tell an eval, which must get the text, from a call.
case ${KSH_VERSION-} in
  Version*)
    if (\eval ': "${.sh.version}"') 2>/dev/null; then
      \unset -f awsenv
      # shellcheck disable=SC2016 # the user is to type it
      \printf '%s\n' 'awsenv: in ksh93 a function cannot tell whether its output is evaluated; run eval "$(awsenv use PROFILE)"' >&2
    fi
    ;;
esac

# Only the name, because these shells have no clock. Not if there is no prompt, or if it already has the segment.
case $-,${PS1-} in
  *i*,*AWSENV_PROFILE* | *i*,) ;;
  *i*,*)
    # shellcheck disable=SC2016 # PS1 expands it, not this line
    if \test -z "${__awsenv_no_prompt-}"; then
      PS1='${AWSENV_PROFILE:+[$AWSENV_PROFILE] }'$PS1
    fi
    ;;
esac
