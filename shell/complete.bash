# shellcheck shell=bash
# Completion of awsenv for bash 3.2 and later. `awsenv init bash` includes it; a package installs it as
# share/bash-completion/completions/awsenv.

# The program parses the line as bash does, and prints each candidate quoted for its place on the line, so that nothing
# here splits, globs or runs it. Status 10: `exec ... --` is followed by a command line of its own.
function __awsenv_complete {
  \builtin local line out status
  COMPREPLY=() out='' status=0
  out="$(\command awsenv complete --shell bash --breaks "$COMP_WORDBREAKS" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" ||
    status=$?
  if \builtin test "$status" = 10; then
    __awsenv_complete_command
  elif \builtin test "$status" = 0 && \builtin test -n "$out"; then
    while IFS= \builtin read -r line; do
      COMPREPLY[${#COMPREPLY[@]}]=$line
    done <<<"$out"
  fi
  \builtin return 0
}

function __awsenv_complete_command {
  \builtin local at line found
  at=1
  while \builtin test "${COMP_WORDS[at]}" != --; do
    ((at += 1))
    \builtin test "$at" -le "$COMP_CWORD" || \builtin return 0
  done
  ((at += 1))
  if \builtin declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$at"
  elif \builtin declare -F _command_offset >/dev/null; then
    _command_offset "$at"
  elif \builtin test "$at" = "$COMP_CWORD"; then
    while IFS= \builtin read -r line; do
      COMPREPLY[${#COMPREPLY[@]}]=$line
    done <<<"$(\builtin compgen -c -- "${COMP_WORDS[COMP_CWORD]}")"
  elif \builtin type compopt >/dev/null 2>&1; then
    # An empty answer then means file names, which bash itself quotes.
    \builtin compopt -o bashdefault -o default
  else
    while IFS= \builtin read -r line; do
      \builtin printf -v line %q "$line"
      COMPREPLY[${#COMPREPLY[@]}]=$line
    done <<<"$(\builtin compgen -f -- "${COMP_WORDS[COMP_CWORD]}")"
  fi
  \builtin test "$at" = "$COMP_CWORD" || \builtin return 0
  # A program starts no alias, function, builtin or keyword.
  found=(${COMPREPLY[@]+"${COMPREPLY[@]}"})
  COMPREPLY=()
  for line in ${found[@]+"${found[@]}"}; do
    case $line in
      */* | '~'*) ;;
      *) \builtin type -P -- "$line" >/dev/null 2>&1 || \builtin continue ;;
    esac
    \builtin declare -F _comp_command_offset _command_offset >/dev/null || \builtin printf -v line %q "$line"
    COMPREPLY[${#COMPREPLY[@]}]=$line
  done
}

# In the program's order if bash can (4.4 and later). `complete` is missing if bash was built without completion.
\builtin complete -o nosort -F __awsenv_complete awsenv 2>&- ||
  \builtin complete -F __awsenv_complete awsenv 2>&- || \builtin :
