# shellcheck shell=bash
# awsenv for bash 3.2 and later: the function `awsenv` and a prompt segment.
# To load it, add this line at the end of ~/.bashrc:  eval "$(awsenv init bash)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_no_prompt    not empty: leave the prompt unchanged
#   __awsenv_production   patterns of names to show in red, separated by commas

# On its own line, because an alias of this name would break the definition below.
\unalias awsenv 2>/dev/null || \builtin :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
# Sets no trap, so Ctrl-C ends it as it would end the program.
function awsenv {
  # Declared without values, because under `set -k` a value would go to the environment of `local`.
  \builtin local __awsenv_word __awsenv_verb __awsenv_skip __awsenv_flags __awsenv_out __awsenv_status __awsenv_here
  __awsenv_verb='' __awsenv_skip='' __awsenv_flags=$- __awsenv_status=0 __awsenv_here=bash:$$:${BASH_SUBSHELL-}
  for __awsenv_word in "$@"; do
    case $__awsenv_skip$__awsenv_word in
      --) \builtin break ;;
      --color) __awsenv_skip=. ;;
      -*) ;;
      .*) __awsenv_skip='' ;;
      *) __awsenv_verb=${__awsenv_verb:-$__awsenv_word} ;;
    esac
  done
  case $__awsenv_verb in
    use | unset) ;;
    *)
      # In bash 3.2 a failing `command` ends a shell with `set -e` even if the caller checks the status.
      \builtin set +e
      AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@"
      __awsenv_status=$?
      case $__awsenv_flags in *e*) \builtin set -e ;; esac
      \builtin return "$__awsenv_status"
      ;;
  esac

  # A closed stdout cannot be passed on.
  { \builtin :; } 2>/dev/null 3>&1 || {
    \awsenv "$@" >/dev/null
    \builtin return
  }
  # The output may hold keys: tracing would print it, and automatic export would pass it to every child. Under `set -k`
  # its assignments would not take effect.
  { \builtin set +x; } 2>/dev/null
  # If `builtin eval` fails, bash ends a shell with `set -e` even if the caller checks the status.
  \builtin set +a +e +k
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  { __awsenv_out="$(AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@" 3>&3)" || __awsenv_status=$?; } 3>&1
  if \builtin test "$__awsenv_status" = 0; then
    \builtin eval "$__awsenv_out" || __awsenv_status=$?
  fi
  case $__awsenv_flags in *a*) \builtin set -a ;; esac
  case $__awsenv_flags in *e*) \builtin set -e ;; esac
  case $__awsenv_flags in *k*) \builtin set -k ;; esac
  case $__awsenv_flags in *x*) \builtin set -x ;; esac
  \builtin return "$__awsenv_status"
}

# The segment is in PS1 itself: no PROMPT_COMMAND, no process, and `$?` stays as it is. bash decodes `\D{%s}`, its
# clock, before it expands the rest, and never expands the value of a variable again.
#
# PS1 has no `if`, but removing a pattern can act as one. While __awsenv_ask is `*`:
#   ${__awsenv_ask#"*$x"}             `*` if $x is not empty, else nothing
#   ${w##${__awsenv_ask#"*$x"}}       $w if $x is empty, else nothing
# and a variable set in the offset of a substring of length 0 shows nothing.
# shellcheck disable=SC1003,SC2016 # PS1 expands it, not these lines
function __awsenv_prompt {
  \builtin local begin tail mark left color off pattern
  color='' off=''
  # The name up to where it was escaped or cut for display; after that point AWS_PROFILE may hold anything.
  begin='"${AWSENV_PROFILE%%[\\\\'$'\342\200\246'']*}"'
  tail='${__awsenv_ask#"*${AWSENV_PROFILE#'$begin'}"}'
  mark='${AWS_PROFILE:+${__awsenv_drift#"?${AWS_PROFILE##'$begin$tail'}"}}'
  # Only digits reach the arithmetic, which would run code in a subscript. Rounded down, also below zero.
  left='${AWSENV_EXPIRES:+ ${__awsenv_drift:(__awsenv_left=(10#0${AWSENV_EXPIRES//[^0123456789]/}-\D{%s}+60)/60-1)*0:0}'
  left=$left'${__awsenv_left%%-*}${__awsenv_words[__awsenv_left<0]}}'
  if \builtin test -z "${NO_COLOR-}" && \builtin test "${TERM-dumb}" != dumb; then
    color='\[\e[33'
    \builtin set -- "${__awsenv_production-},"
    __awsenv_patterns=()
    while \builtin test -n "$1"; do
      pattern=${1%%,*}
      \builtin set -- "${1#*,}"
      \builtin test -n "$pattern" || \builtin continue
      color=$color'${__awsenv_red##${__awsenv_ask#"*${AWSENV_PROFILE##${__awsenv_patterns['${#__awsenv_patterns[@]}']}}"}}'
      __awsenv_patterns[${#__awsenv_patterns[@]}]=$pattern
    done
    color=$color'm\]' off='\[\e[0m\]'
  fi
  __awsenv_ask='*' __awsenv_drift='?' __awsenv_red=';31' __awsenv_words=(m expired)
  PS1='${AWSENV_PROFILE:+['$color'${AWSENV_PROFILE}'$mark$left$off'] }'$PS1
}

# Not if there is no prompt, if it already has the segment, or if another program draws it.
case $-,${PS1-} in
  *i*,*AWSENV_PROFILE* | *i*,) ;;
  *i*,*)
    if \builtin test -z "${__awsenv_no_prompt-}" && \builtin shopt -q promptvars &&
      \builtin test "${STARSHIP_SHELL-}" != bash && ! \builtin declare -F starship_precmd >/dev/null &&
      ! \builtin declare -F _omp_hook >/dev/null; then
      __awsenv_prompt
    fi
    ;;
esac
