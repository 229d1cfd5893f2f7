# awsenv for zsh 5: the function `awsenv` and a prompt segment.
# To load it, add this line at the end of ~/.zshrc:  eval "$(awsenv init zsh)"
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_no_prompt    not empty: leave the prompt unchanged
#   __awsenv_production   patterns of names to show in red, separated by commas

\unalias awsenv 2>/dev/null || \builtin :

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
# Sets no trap, so Ctrl-C ends it as it would end the program.
function awsenv {
  # Independent of the user's options, which are restored when this function ends for any reason. Tracing would print
  # the output, which may hold keys; automatic export would pass it to every child.
  \builtin local __awsenv_here="zsh:$$:$ZSH_SUBSHELL:${ZSH_EVAL_CONTEXT-}"
  \builtin emulate -L zsh 2>/dev/null
  \builtin unsetopt xtrace allexport errexit errreturn 2>/dev/null
  \builtin local __awsenv_word __awsenv_verb='' __awsenv_skip='' __awsenv_out=''
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
      AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@"
      \builtin return
      ;;
  esac

  # A closed stdout cannot be passed on.
  { { \builtin :; } 3>&1; } 2>/dev/null || {
    \awsenv "$@" >/dev/null
    \builtin return
  }
  # The program gets this function's stdout too, because in an eval the shell that reads it needs the text as well.
  { __awsenv_out="$(AWSENV_WRAPPED=$__awsenv_here \command awsenv "$@" 3>&3)" || \builtin return; } 3>&1
  \builtin eval "$__awsenv_out"
}

# The segment is in psvar, which prompts show literally: nothing in a name is expanded, whatever the options are. It
# starts no process, because zsh has its own clock.
function __awsenv_precmd {
  \builtin emulate -L zsh
  \builtin local text=${AWSENV_PROFILE-} red='' clean='' pattern
  \builtin integer left
  # A theme may have set PROMPT since, or may not show psvar.
  if [[ $PROMPT != *%87v* ]]; then
    __awsenv_foreign_prompt && \builtin return 0
    PROMPT=$__awsenv_segment$PROMPT
  fi

  if [[ -n $text ]]; then
    for pattern in ${(s:,:)__awsenv_production-}; do
      [[ $text == ${~pattern} ]] && red=1
    done
    # What was escaped or cut for display cannot be compared; after that point AWS_PROFILE may hold anything.
    if [[ -n ${AWS_PROFILE-} && $AWS_PROFILE != "$text" ]]; then
      clean=${${text%%\\*}%%$'\342\200\246'*}
      [[ $clean != "$text" && $AWS_PROFILE == "$clean"* ]] || text+='?'
    fi
    # Only a number reaches the arithmetic, which would run code in a subscript.
    if [[ ${AWSENV_EXPIRES-} == <-> && ${#AWSENV_EXPIRES} -lt 13 && -n ${EPOCHSECONDS-} ]]; then
      (( left = 10#$AWSENV_EXPIRES - EPOCHSECONDS ))
      if (( left < 0 )); then text+=' expired'; else text+=" $(( left / 60 ))m"; fi
    fi
  fi
  # Each assignment copies the whole array.
  clean=${red:+$text}
  [[ -z $red ]] || text=''
  [[ ${psvar[87]-} == "$text" ]] || psvar[87]=$text
  [[ ${psvar[88]-} == "$clean" ]] || psvar[88]=$clean
  \builtin return 0
}

# Whether another program draws the prompt.
function __awsenv_foreign_prompt {
  [[ ${STARSHIP_SHELL-} == zsh ]] || (( ${+functions[starship_precmd]} || ${+functions[p10k]} ||
    ${+functions[prompt_powerlevel9k_setup]} || ${+functions[_omp_precmd]} || ${+functions[_omp_hook]} ))
}

if [[ -o interactive ]]; then
  \builtin typeset -ga precmd_functions
  precmd_functions=("${(@)precmd_functions:#__awsenv_precmd}")
  if [[ -z ${__awsenv_no_prompt-} && -o promptpercent ]]; then
    \builtin zmodload zsh/datetime 2>/dev/null || \builtin :
    if [[ -n ${NO_COLOR-} || ${TERM-dumb} == dumb ]]; then
      \builtin typeset -g __awsenv_segment='%(87V.[%87v] .)%(88V.[%88v] .)'
    else
      \builtin typeset -g __awsenv_segment='%(87V.[%F{yellow}%87v%f] .)%(88V.[%F{red}%88v%f] .)'
    fi
    precmd_functions+=(__awsenv_precmd)
  fi
fi
