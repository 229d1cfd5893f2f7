# awsenv for zsh 5: the function `awsenv` and a prompt segment.
# To load it, add this line at the end of ~/.zshrc:  eval "$(awsenv init zsh)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_mode         auto, on or off: whether the prompt has the segment; none: leave the prompt alone for good
#   __awsenv_production   patterns of names to show in red, separated by commas

\unalias -m awsenv || \builtin :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
# Sets no trap, so Ctrl-C ends it as it would end the program. Writes to no file, because a restricted shell may not.
function awsenv {
  # Independent of the user's options, which are restored when this function ends for any reason. Tracing would print
  # the output, which may hold keys; automatic export would pass it to every child.
  \builtin local __awsenv_here="zsh:$$:$ZSH_SUBSHELL:${ZSH_EVAL_CONTEXT-}"
  \builtin emulate -L zsh
  \builtin unsetopt xtrace verbose allexport errexit errreturn
  \builtin local __awsenv_word __awsenv_verb='' __awsenv_skip='' __awsenv_out=''
  for __awsenv_word in "$@"; do
    case $__awsenv_skip$__awsenv_word in
      --) \builtin break ;;
      --color) __awsenv_skip=. ;;
      --shell) __awsenv_skip=: ;;
      .* | :zsh | --shell=zsh) __awsenv_skip='' ;;
      # The text for another shell does not run here.
      :* | --shell=*)
        __awsenv_verb=--shell
        \builtin break
        ;;
      -*) ;;
      *) __awsenv_verb=${__awsenv_verb:-$__awsenv_word} ;;
    esac
  done
  case $__awsenv_verb in
    use | unset) ;;
    *)
      AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@"
      \builtin return
      ;;
  esac

  # A closed stdout cannot be passed on. In a subshell, because zsh ends if it cannot write its message.
  (\builtin : 3>&1) 2>&- || {
    \awsenv "$@" 1</dev/null
    \builtin return
  }
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  { __awsenv_out="$(AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@" 3>&3)" || \builtin return; } 3>&1
  \builtin eval "$__awsenv_out"
}

# The segment is in psvar, which prompts show literally: nothing in a name is expanded, whatever the options are. It
# starts no process, because zsh has its own clock.
#
# This function keeps it right before each prompt. Other programs may have set PROMPT since, so it runs after them.
function __awsenv_precmd {
  \builtin set --
  [[ ! -o promptpercent || ${(t)psvar} == *readonly* ]] || \builtin set -- percent
  \builtin emulate -L zsh
  \builtin unsetopt xtrace verbose allexport errexit errreturn
  \builtin local drift=''
  __awsenv_text
  # Nothing to do as long as this is the same.
  \builtin set -- "$__awsenv_mode $# ${NO_COLOR:+plain} ${TERM-} ${AWS_PROFILE:+name}$drift ${RPROMPT-} "
  [[ $1$PROMPT == "$__awsenv_placed" ]] || __awsenv_place "$1" "$drift"
  if [[ ${precmd_functions[-1]-} != __awsenv_precmd && ${(t)precmd_functions} != *readonly* ]]; then
    \builtin typeset -ga precmd_functions
    precmd_functions=("${(@)precmd_functions:#__awsenv_precmd}" __awsenv_precmd)
    # zsh has copied the list for this prompt, but what is due now runs after it, with the status of the last command.
    \builtin zmodload zsh/sched && \builtin sched +0 'if [[ -o errexit ]]; then __awsenv_precmd; else __awsenv_prompt; fi'
  fi
  if [[ ${preexec_functions[(r)__awsenv_preexec]-} == '' && ${(t)preexec_functions} != *readonly* ]]; then
    \builtin typeset -ga preexec_functions
    preexec_functions+=(__awsenv_preexec)
  fi
  # Only where something else has set PROMPT while a line was edited.
  if [[ -n $__awsenv_late ]]; then
    __awsenv_looks=10
    [[ -n $__awsenv_due ]] || { \builtin zmodload zsh/sched && \builtin sched +1 __awsenv_look_again && __awsenv_due=y; }
  fi
  \builtin return 0
}

# Has the segment in PROMPT once, or not at all if it is not wanted.
function __awsenv_place {
  \builtin local segment='' rest head=''
  if [[ $1 == 'on 1 '* || $1 == 'auto 1 '* ]]; then
    segment=$__awsenv_colored
    [[ -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]] || segment=$__awsenv_plain
    [[ $__awsenv_mode == on ]] || ! __awsenv_drawn "$2" || segment=''
  fi
  rest=${${PROMPT//"$__awsenv_colored"}//"$__awsenv_plain"}
  # A prompt that was inherited from bash may have the segment of bash.
  rest=${rest//'${__awsenv_q:+'*'${__awsenv_end-}}'}
  # powerlevel10k draws its first line over whatever is before it, so the segment begins the last one.
  [[ $rest != *'${_p9k__'<->-* ]] || head=${rest%'${_p9k__'<->-*}
  rest=$head$segment${rest#"$head"}
  [[ $rest == "$segment" || $PROMPT == "$rest" || ${(t)PROMPT} == *readonly* ]] || PROMPT=$rest
  \builtin typeset -g __awsenv_placed=$1$PROMPT __awsenv_shown=$PROMPT
}

# Before each drawing of the command line, because a widget or an asynchronous worker may have set PROMPT since.
function __awsenv_redraw {
  [[ $PROMPT == "${__awsenv_shown-}" || -z ${__awsenv_hook-} ]] || {
    __awsenv_late=y
    __awsenv_precmd
    \builtin zle .reset-prompt
  }
}

# Each second, in the first ten of a prompt: only a key draws the line, and a worker may answer before the next one.
function __awsenv_look_again {
  __awsenv_due=''
  if \builtin zle; then
    [[ $PROMPT == "${__awsenv_shown-}" ]] || { __awsenv_redraw; \builtin zle -R; }
    if (( --__awsenv_looks > 0 )); then
      __awsenv_due=y
      \builtin sched +1 __awsenv_look_again
    fi
  fi
}

# The text for psvar: element 87 is shown in yellow, or without colour, and 88 in red. Sets `drift` to `?` if
# that is due.
function __awsenv_text {
  \builtin local name=${AWSENV_PROFILE-} aws=${AWS_PROFILE-} key=${AWS_ACCESS_KEY_ID-} expect=${AWSENV_EXPECT-}
  \builtin local text='' red='' mark='' pattern
  \builtin integer left
  if [[ -n $name$aws ]]; then
    if [[ -n $aws && ( -z $name || $aws != "${expect%:*}" ) ]]; then
      [[ $aws == *[^\ -\[\]-~]* ]] || text=$aws
    else
      [[ $name == *[[:cntrl:]\\]* ]] || text=${name% }
      # U+0080 to U+009F as bytes, for every locale.
      if [[ $name == *[^\ -~]* ]]; then
        \builtin unsetopt multibyte
        [[ $name != *$'\302'[$'\200'-$'\237']* ]] || text=''
        \builtin setopt multibyte
      fi
    fi
    # What tools take may be something else: not what `use` set; set without `use`, and keys take precedence over a
    # name; so does another name.
    if (( ${+AWSENV_EXPECT} )); then
      [[ $expect == "$aws:$key" ]] || mark='?'
    elif [[ -n $name$key ]]; then
      mark='?'
    fi
    [[ ${+AWS_DEFAULT_PROFILE} == 0 || ( -n $aws && $AWS_DEFAULT_PROFILE == "$aws" ) ]] || mark='?'
    if [[ -z $text ]]; then
      mark='?'
    # Only a number reaches the arithmetic, which would run code in a subscript.
    elif [[ -n $name && ${AWSENV_EXPIRES-} == <-> && ${#AWSENV_EXPIRES} -lt 13 && -n ${EPOCHSECONDS-} ]]; then
      (( left = 10#$AWSENV_EXPIRES - EPOCHSECONDS ))
      if (( left < 0 )); then mark+=' expired'; else mark+=" $(( left / 60 ))m"; fi
    fi
    text+=$mark
    [[ $mark != '?'* ]] || drift='?'
    if [[ -n $aws ]]; then
      for pattern in ${(s:,:)__awsenv_production-}; do
        [[ $aws == ${~pattern} ]] && red=$text
      done
    elif [[ $name == *' ' ]]; then
      red=$text
    fi
    [[ -z $red ]] || text=''
  fi
  [[ ${(t)psvar} != *readonly* ]] || \builtin return 0
  # Each assignment copies the whole array.
  [[ ${psvar[87]-} == "$text" ]] || psvar[87]=$text
  [[ ${psvar[88]-} == "$red" ]] || psvar[88]=$red
  \builtin return 0
}

# Before a command, the segment becomes `[?]`, so that if __awsenv_precmd no longer runs after it no old name is shown.
function __awsenv_preexec {
  \builtin emulate -L zsh
  \builtin unsetopt xtrace verbose allexport errexit errreturn
  [[ ${(t)psvar} == *readonly* ]] || { psvar[87]='?' psvar[88]=''; }
  if [[ ${precmd_functions[(r)__awsenv_precmd]-} == '' && ${(t)precmd_functions} != *readonly* ]]; then
    \builtin typeset -ga precmd_functions
    precmd_functions+=(__awsenv_precmd)
  fi
}

# For the end of each script of `use` and `unset`. Keeps the status.
function __awsenv_prompt {
  \builtin set -- "$?"
  __awsenv_precmd
  \builtin return "$1"
}

if [[ -o interactive && ${__awsenv_mode-} != none ]]; then
  \builtin zmodload zsh/datetime || \builtin :
  \builtin typeset -g __awsenv_plain='%(87V.[%87v] .)%(88V.[%88v] .)'
  \builtin typeset -g __awsenv_colored='%(87V.[%F{yellow}%87v%f] .)%(88V.[%F{red}%88v%f] .)'
  \builtin typeset -g __awsenv_placed='' __awsenv_shown='' __awsenv_late='' __awsenv_due='' __awsenv_looks=0
  \builtin typeset -g __awsenv_hook=__awsenv_prompt
  __awsenv_prompt
  # Not before zsh 5.3.
  if [[ -o zle ]] && \builtin autoload -Uz +X add-zle-hook-widget 2>&-; then
    add-zle-hook-widget line-pre-redraw __awsenv_redraw || \builtin :
  fi
fi
