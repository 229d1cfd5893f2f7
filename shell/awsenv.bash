# shellcheck shell=bash disable=SC2154 # segment.sh sets some variables
# awsenv for bash 3.2 and later: the function `awsenv` and a prompt segment.
# To load it, add this line at the end of ~/.bashrc:  eval "$(awsenv init bash)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_mode         auto, on or off: whether the prompt has the segment; none: leave the prompt alone for good
#   __awsenv_production   patterns of names to show in red, separated by commas
#   __awsenv_name         what the segment shows of the profile (segment.sh)

# On its own line, because an alias of this name would break the definition below.
\unalias awsenv 2>&- || \builtin :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
# Sets no trap, so Ctrl-C ends it as it would end the program. Writes to no file, because a restricted shell may not.
function awsenv {
  # Declared without values, because under `set -k` a value would go to the environment of `local`.
  \builtin local __awsenv_word __awsenv_verb __awsenv_skip __awsenv_back __awsenv_out __awsenv_status __awsenv_here
  __awsenv_verb='' __awsenv_skip='' __awsenv_back=: __awsenv_status=0 __awsenv_here=bash:$$:${BASH_SUBSHELL-}
  for __awsenv_word in "$@"; do
    case $__awsenv_skip$__awsenv_word in
      --) \builtin break ;;
      --color) __awsenv_skip=. ;;
      --shell) __awsenv_skip=: ;;
      .* | :bash | --shell=bash) __awsenv_skip='' ;;
      # The text for another shell does not run here.
      :* | --shell=*)
        __awsenv_verb=--shell
        \builtin break
        ;;
      -*) ;;
      *) __awsenv_verb=${__awsenv_verb:-$__awsenv_word} ;;
    esac
  done
  # Not from `$-`, where `nocasematch` takes E for e.
  [[ ! -o errexit ]] || __awsenv_back='\builtin set -e'
  case $__awsenv_verb in
    use | unset) ;;
    *)
      # In bash 3.2 a failing `command` ends a shell with `set -e` even if the caller checks the status.
      \builtin set +e
      AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@"
      __awsenv_status=$?
      \builtin eval "$__awsenv_back"
      \builtin return "$__awsenv_status"
      ;;
  esac

  # A closed stdout cannot be passed on.
  { { \builtin :; } 3>&1; } 2>&- || {
    \awsenv "$@" 1</dev/null
    \builtin return
  }
  # The output may hold keys: tracing and `set -v` would print it, and automatic export would pass it to every child.
  # Under `set -k` its assignments would not take effect. If `builtin eval` fails, bash ends a shell with `set -e` even
  # if the caller checks the status.
  for __awsenv_word in allexport keyword verbose xtrace; do
    [[ ! -o $__awsenv_word ]] || __awsenv_back="$__awsenv_back; \\builtin set -o $__awsenv_word"
  done
  { \builtin set +xvake; } 2>&-
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  { __awsenv_out="$(AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@" 3>&3)" || __awsenv_status=$?; } 3>&1
  if \builtin test "$__awsenv_status" = 0; then
    \builtin eval "$__awsenv_out" || __awsenv_status=$?
  fi
  \builtin eval "$__awsenv_back"
  \builtin return "$__awsenv_status"
}

# Puts the segment right: before each prompt from PROMPT_COMMAND, and at the end of each script of `use` and `unset`,
# because other programs may have set PS1 since. Keeps the status.
#
# It works the text out only when something has changed, and notes for which command it did, so that PS1 need not.
function __awsenv_prompt {
  \builtin set -- "$?" "${AWSENV_PROFILE-}|${AWS_PROFILE-}|${AWS_ACCESS_KEY_ID-}|${AWSENV_EXPECT+.$AWSENV_EXPECT}|${AWS_DEFAULT_PROFILE+.$AWS_DEFAULT_PROFILE}|${AWSENV_EXPIRES-}" \
    "${__awsenv_mode-},${__awsenv_production-},${NO_COLOR:+plain},${TERM-dumb}"
  # Without promptvars PS1 would show the code. Not `[[ x == y ]]`, where `nocasematch` takes one name for another.
  if ! \builtin shopt -q promptvars || \builtin test "$2" != "$__awsenv_seen" ||
    \builtin test "$3" != "$__awsenv_look" ||
    [[ ${PS1-} != *"$__awsenv_segment"* || ${PROMPT_COMMAND-} != *"$__awsenv_tail" ||
      ${PROMPT_COMMAND[*]-} != "${PROMPT_COMMAND-}" ]]; then
    __awsenv_refresh "$2" "$3"
  fi
  # An element of an array, because `set -a` exports none.
  [[ -z $__awsenv_number ]] || __awsenv_at[0]=${__awsenv_number@P}
  \builtin return "$1"
}

function __awsenv_refresh {
  if [[ -o allexport ]]; then
    \builtin set +a
    __awsenv_refresh "$@"
    \builtin set -a
    \builtin return 0
  fi
  if \builtin test "$2" != "$__awsenv_look"; then
    __awsenv_compose
    __awsenv_look=$2 __awsenv_seen=''
  fi
  if \builtin test "$1" != "$__awsenv_seen"; then
    \builtin eval "__awsenv_drift=\"$__awsenv_mark\" __awsenv_text=\"$__awsenv_name\" __awsenv_until=\"$__awsenv_time\" __awsenv_color=\"$__awsenv_paint\""
    __awsenv_text=$__awsenv_text$__awsenv_drift __awsenv_seen=$1
  fi
  __awsenv_place
  __awsenv_move_last
}

# Makes the code of the segment from the settings: __awsenv_live, which reads the variables themselves, and what PS1
# shows, which is the text that __awsenv_refresh made if that is of this command, else __awsenv_live. So the segment
# stays right if __awsenv_prompt is no longer called. bash decodes `\#`, the number of the command, and `\D{%s}`, its
# clock, before it expands the rest, and never expands the value of a variable again.
#
# __awsenv_q is not exported, so in a shell that inherits PS1 the segment is nothing. It is still parsed there, also by
# dash and ksh93, so arithmetic is in quotes, and has no parentheses of its own, in which ksh93 takes no `{`.
# shellcheck disable=SC1003,SC2016,SC2089,SC2090 # PS1 expands it, not these lines
function __awsenv_compose {
  \builtin local pattern begin middle end clock left text
  # `33` is yellow and `33;31` red.
  __awsenv_paint=33 __awsenv_patterns=()
  \builtin set -- "${__awsenv_production-},"
  while \builtin test -n "$1"; do
    pattern=${1%%,*}
    \builtin set -- "${1#*,}"
    \builtin test -n "$pattern" || \builtin continue
    __awsenv_paint=$__awsenv_paint'${AWS_PROFILE:+${__awsenv_red##${__awsenv_any#"*${AWS_PROFILE##${__awsenv_patterns['${#__awsenv_patterns[@]}']}}"}}}'
    __awsenv_patterns[${#__awsenv_patterns[@]}]=$pattern
  done
  __awsenv_paint=$__awsenv_paint'${AWSENV_PROFILE:+${__awsenv_red##${__awsenv_any#"*${AWS_PROFILE-}${AWSENV_PROFILE##* }"}}}'
  # The end of the keys, if it is a number of at most 12 digits and a name is shown: only that reaches the arithmetic,
  # which would run code in a subscript.
  __awsenv_time='${__awsenv_q##${__awsenv_any#"*${AWSENV_EXPIRES##*$__awsenv_nondigit*}"}}${__awsenv_q##${__awsenv_any#"*'$__awsenv_name'"}}'
  __awsenv_time=$__awsenv_time'${__awsenv_q##${__awsenv_any#"*${AWSENV_EXPIRES##?????????????*}"}}'
  __awsenv_time='${AWSENV_PROFILE:+${AWSENV_EXPIRES:+${AWSENV_EXPIRES##${__awsenv_any#"*'$__awsenv_time'"}}}}'
  begin='' middle='' end=''
  if \builtin test -z "${NO_COLOR-}" && \builtin test "${TERM-dumb}" != dumb; then
    begin='\[\e[' middle='m\]' end='\[\e[0m\]'
  fi
  # Rounded down, also below zero.
  clock='${__awsenv_zero#"$((__awsenv_left[0]=10#0'
  left='-\D{%s}+60,__awsenv_left[0]/=60,__awsenv_left[0]-=1,0))"}${__awsenv_left[0]%%-*}${__awsenv_words[__awsenv_left[0]<0]}'
  __awsenv_live='${__awsenv_not[0${__awsenv_one##${__awsenv_any#"*'$__awsenv_time'"}}]:+ '$clock'${AWSENV_EXPIRES//[!0123456789]/}'"$left}$end"
  __awsenv_live=$begin${begin:+$__awsenv_paint}$middle$__awsenv_name$__awsenv_mark$__awsenv_live
  __awsenv_live='${__awsenv_not[0${__awsenv_one##${__awsenv_any#"*${AWSENV_PROFILE-}${AWS_PROFILE-}"}}]:+['$__awsenv_live'] }'
  text=$begin${begin:+'${__awsenv_color}'}$middle'${__awsenv_text}${__awsenv_until:+ '"$clock"'${__awsenv_until}'"$left}$end"
  text=':+${__awsenv_text:+['$text'] }}'
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
    __awsenv_number='\#'
    text='${__awsenv_is[\#==__awsenv_at[0]]'$text'${__awsenv_not[\#==__awsenv_at[0]]:+${__awsenv_live@P}}'
  else
    # Before bash 4.4 only PS1 expands code, and only PS1 knows the number, so it compares the variables.
    __awsenv_number=''
    text='${__awsenv_is[__awsenv_at[0]]'$text'${__awsenv_not[__awsenv_at[0]]:+'$__awsenv_live'}'
    begin='${__awsenv_seen#"${AWSENV_PROFILE-}|${AWS_PROFILE-}|${AWS_ACCESS_KEY_ID-}|${AWSENV_EXPECT+.$AWSENV_EXPECT}|${AWS_DEFAULT_PROFILE+.$AWS_DEFAULT_PROFILE}|${AWSENV_EXPIRES-}"}'
    text='${__awsenv_zero#"$((__awsenv_at[0]=0${__awsenv_one##${__awsenv_any#"*'$begin'"}},0))"}'$text
  fi
  __awsenv_code='${__awsenv_q:+'$text'${__awsenv_end-}}'
}

# Has the segment in PS1 once, or not at all if it is not wanted. __awsenv_segment is what __awsenv_prompt looks for.
# shellcheck disable=SC2016 # PS1 expands it, not these lines
function __awsenv_place {
  \builtin local begin end rest
  begin='${__awsenv_q:+' end='${__awsenv_end-}}' rest=${PS1-} __awsenv_segment=''
  # Also that of another shell, if PS1 was inherited.
  while [[ $rest == *"$begin"*"$end"* ]]; do
    rest=${rest%%"$begin"*}${rest#*"$begin"*"$end"}
  done
  if \builtin test "${__awsenv_mode-}" = on ||
    { \builtin test "${__awsenv_mode-}" = auto && ! __awsenv_drawn "$__awsenv_drift"; }; then
    __awsenv_segment=$__awsenv_code
    if \builtin test -n "$rest" && \builtin shopt -q promptvars; then
      rest=$__awsenv_segment$rest
    fi
  fi
  # `printf` fails where an assignment to a read-only variable would end the function.
  \builtin test "$rest" = "${PS1-}" || \builtin printf -v PS1 %s "$rest" 2>&- || \builtin :
}

# Has PROMPT_COMMAND end in __awsenv_prompt, so that PS1 is checked after everything else. In a shell that inherits
# PROMPT_COMMAND, that end does nothing. __awsenv_tail is what __awsenv_prompt looks for.
# shellcheck disable=SC2016 # bash evaluates it, not these lines
function __awsenv_move_last {
  \builtin local line run keep at last text new
  line=$'\n' run='"${__awsenv_hook-:}" || :' keep='' last=0
  # Before bash 5.1 only the first element runs.
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) && [[ -n ${PROMPT_COMMAND[*]+x} ]]; then
    \builtin set -- "${!PROMPT_COMMAND[@]}"
    last=${!#}
  else
    \builtin set -- 0
  fi
  __awsenv_tail=$run
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    # bash-preexec takes what runs after its own last command for a command of the user. It adds that at the first
    # prompt; until then it only has a list of functions.
    if [[ ${PROMPT_COMMAND[last]-} == *__bp_interactive_mode ]]; then
      keep=__bp_interactive_mode __awsenv_tail=$run${line}__bp_interactive_mode
    else
      last='' __awsenv_tail=$line$line
    fi
    __awsenv_list_last "$last"
  fi
  for at in "$@"; do
    text=${PROMPT_COMMAND[at]-}
    new=${text//"$line$run"/}
    \builtin test "$new" != "$run" || new=''
    # Something else may be on the same line.
    new=${new//"$run"/:}
    if \builtin test "$at" = "$last"; then
      new=${new%"$keep"}
      new=${new%"$line"}
      new=${new:+$new$line}$__awsenv_tail
    fi
    # The first element by the name alone, because bash 3.2 knows no subscript here.
    \builtin test "$at" != 0 && at="PROMPT_COMMAND[$at]" || at=PROMPT_COMMAND
    \builtin test "$new" = "$text" || \builtin printf -v "$at" %s "$new" 2>&- || \builtin :
  done
}

# Has precmd_functions of bash-preexec end in __awsenv_prompt, unless PROMPT_COMMAND does.
function __awsenv_list_last {
  \builtin local function rest
  rest=()
  for function in ${precmd_functions[@]+"${precmd_functions[@]}"}; do
    [[ $function == __awsenv_prompt ]] || rest[${#rest[@]}]=$function
  done
  \builtin test -n "$1" || rest[${#rest[@]}]=__awsenv_prompt
  precmd_functions=(${rest[@]+"${rest[@]}"})
}

if [[ $- == *i* && ${__awsenv_mode-} != none ]]; then
  # Written out, because ranges depend on the locale. Bytes, which bash compares as bytes in every locale.
  __awsenv_bad='[[:cntrl:]\\]' __awsenv_nondigit='[!0123456789]'
  __awsenv_c1=$'\302[\200\201\202\203\204\205\206\207\210\211\212\213\214\215\216\217\220\221\222\223\224\225\226\227\230\231\232\233\234\235\236\237]'
  __awsenv_strange='[!] !"#$%&'\''()*+,./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[^_`abcdefghijklmnopqrstuvwxyz{|}~-]'
  __awsenv_end='' __awsenv_zero=0 __awsenv_one=1 __awsenv_red=';31' __awsenv_words=(m expired)
  __awsenv_is=('' x) __awsenv_not=(x '') __awsenv_at=(0) __awsenv_left=(0)
  __awsenv_look='' __awsenv_seen='' __awsenv_segment='' __awsenv_tail=none
  __awsenv_hook=__awsenv_prompt
  __awsenv_prompt
fi
