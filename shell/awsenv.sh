# shellcheck shell=sh disable=SC2034,SC2154,SC3041 # segment.sh sets some variables and reads others; ksh has `set -k`
# awsenv for POSIX shells (dash, busybox, mksh, yash): the function `awsenv` and a prompt segment.
# To load it, add this line to ~/.profile or to the file named by ENV:  eval "$(awsenv init posix)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_mode    auto, on or off: whether the prompt has the segment; none: leave the prompt alone for good
#   __awsenv_name    what the segment shows of the profile, and __awsenv_mark behind it (segment.sh)

# On its own line, because an alias of this name would break the definition below.
\unalias awsenv 2>&- || :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program. Writes to no
# file, because a restricted shell may not.
# POSIX has no local variables, so the ones here are unset again, and a positional parameter carries the status.
awsenv() {
  __awsenv_verb='' __awsenv_skip=''
  for __awsenv_word in "$@"; do
    case $__awsenv_skip$__awsenv_word in
      --) \break ;;
      --color) __awsenv_skip=. ;;
      --shell) __awsenv_skip=: ;;
      .* | :posix | :sh | :dash | :ash | :ksh | :mksh | --shell=posix | --shell=sh | --shell=dash | --shell=ash | --shell=ksh | --shell=mksh) __awsenv_skip='' ;;
      # The text for another shell does not run here.
      :* | --shell=*)
        __awsenv_verb=--shell
        \break
        ;;
      -*) ;;
      *) __awsenv_verb=${__awsenv_verb:-$__awsenv_word} ;;
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
  { { :; } 3>&1; } 2>&- || {
    \awsenv "$@" 1</dev/null
    \return
  }
  # The output may hold keys; tracing and, in mksh, `set -v` would print it, and automatic export would pass it on.
  __awsenv_back=:
  case $- in *a*) __awsenv_back="$__awsenv_back; \\set -a" ;; esac
  # In mksh `set -k` takes the assignments of `export` away when it reads them.
  case $- in *k*) __awsenv_back="$__awsenv_back; \\set -k" && \set +k ;; esac
  case $- in *v*) __awsenv_back="$__awsenv_back; \\set -v" ;; esac
  case $- in *x*) __awsenv_back="$__awsenv_back; \\set -x" ;; esac
  { \set +xva; } 2>&-
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  if { __awsenv_out=$(AWSENV_WRAPPED=posix:$$ \command awsenv "$@" 3>&3); } 3>&1; then
    \set -- 0
    \eval "\unset __awsenv_out; $__awsenv_out" || \set -- "$?"
  else
    \set -- "$?"
    \unset __awsenv_out
  fi
  # One eval, so that the variable is read before it is unset.
  \eval "\unset __awsenv_back; $__awsenv_back"
  \return "$1"
}

# ksh93 runs `$( )` in its own process, so a function there cannot tell an eval, which must get the text, from a call.
case ${KSH_VERSION-} in
  Version*)
    if (\eval ': "${.sh.version}"') 2>&-; then
      \unset -f awsenv
      # shellcheck disable=SC2016 # the user is to type it
      \printf '%s\n' 'awsenv: in ksh93 a function cannot tell whether its output is evaluated; run eval "$(awsenv use PROFILE)"' >&2
    fi
    ;;
esac

# Puts the segment right at the end of each script of `use` and `unset`, because other programs may have set the prompt
# since. It is in the prompt once, or not at all if it is not wanted: only the name, because these shells have no clock.
# Keeps the status.
__awsenv_prompt() {
  \set -- "$?" "${PS1-}"
  # yash prefers its own.
  if \test "${YASH_VERSION+y}" && \test "${YASH_PS1+y}"; then
    \set -- "$1" "$YASH_PS1" yash
  fi
  # In mksh a carriage return as the second character says that the first one surrounds what has no width.
  case $2 in
    ?"$__awsenv_return"*) \set -- "$1" "${2#??}" "${3-}" "${2%"${2#??}"}" ;;
    *) \set -- "$1" "$2" "${3-}" '' ;;
  esac
  # Also that of another shell, if the prompt was inherited.
  while :; do
    case $2 in
      *"$__awsenv_begin"*"$__awsenv_close"*)
        \set -- "$1" "${2%%"$__awsenv_begin"*}${2#*"$__awsenv_begin"*"$__awsenv_close"}" "$3" "$4"
        ;;
      *) \break ;;
    esac
  done
  case ${__awsenv_mode-},$2 in
    on,?* | auto,?*) \set -- "$1" "$4$__awsenv_begin$__awsenv_segment$__awsenv_close$2" "$3" ;;
    *) \set -- "$1" "$4$2" "$3" ;;
  esac
  # An assignment to a read-only variable would end the shell.
  if \test "$3"; then
    \test "$2" = "$YASH_PS1" || { (YASH_PS1=) 2>&- && YASH_PS1=$2; } || :
  else
    \test "$2" = "${PS1-}" || { (PS1=) 2>&- && PS1=$2; } || :
  fi
  \return "$1"
}

case $-,${__awsenv_mode-} in
  *i*,none) ;;
  *i*,*)
    # shellcheck disable=SC2016 # the prompt expands it, not these lines
    __awsenv_begin='${__awsenv_q:+' __awsenv_close='${__awsenv_end-}}' __awsenv_end=''
    # Around the brackets: nothing if no profile is in use.
    # shellcheck disable=SC2016
    __awsenv_left='[' __awsenv_right='] ' __awsenv_none='${__awsenv_q##${__awsenv_any#"*${AWSENV_PROFILE:+x}${AWS_PROFILE:+x}"}}'
    # shellcheck disable=SC2016
    __awsenv_segment='${__awsenv_left##${__awsenv_any#"*'$__awsenv_none'"}}'$__awsenv_name$__awsenv_mark
    # shellcheck disable=SC2016
    __awsenv_segment=$__awsenv_segment'${__awsenv_right##${__awsenv_any#"*'$__awsenv_none'"}}'
    # Written out, because ranges depend on the locale.
    __awsenv_strange=' "#$%&'\''()*+,./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[^_`abcdefghijklmnopqrstuvwxyz{|}~-]'
    case ${KSH_VERSION-} in
      # ksh93 replaces `!` in the expanded text, and takes `]` only with a backslash, which mksh must not have.
      Version*) __awsenv_bad='[[:cntrl:]\\!]' __awsenv_strange='[!\]'$__awsenv_strange ;;
      *) __awsenv_bad='[[:cntrl:]\\]' __awsenv_strange='[!]!'$__awsenv_strange ;;
    esac
    # As bytes, of which a shell that counts characters makes something shorter.
    __awsenv_c1=$(\printf '\302[\200\201\202\203\204\205\206\207\210\211\212\213\214\215\216\217\220\221\222\223\224\225\226\227\230\231\232\233\234\235\236\237]' 2>&-) || :
    if \test "${#__awsenv_c1}" != 35; then
      __awsenv_c1=$(\printf '\302%b' '\0200' '\0201' '\0202' '\0203' '\0204' '\0205' '\0206' '\0207' '\0210' '\0211' '\0212' '\0213' '\0214' '\0215' '\0216' '\0217' '\0220' '\0221' '\0222' '\0223' '\0224' '\0225' '\0226' '\0227' '\0230' '\0231' '\0232' '\0233' '\0234' '\0235' '\0236' '\0237' 2>&-) || :
      __awsenv_c1=${__awsenv_c1:+[$__awsenv_c1]}
    fi
    \test "$__awsenv_c1" || __awsenv_c1=$__awsenv_bad
    __awsenv_return=$(\printf '\r' 2>&-) || :
    \test "$__awsenv_return" || __awsenv_return=$__awsenv_begin
    __awsenv_hook=__awsenv_prompt
    __awsenv_prompt
    ;;
esac
