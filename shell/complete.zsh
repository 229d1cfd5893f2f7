#compdef awsenv
# Completion of awsenv for zsh 5. `awsenv init zsh` includes it; a package installs it as
# share/zsh/site-functions/_awsenv.

# The program prints each candidate and its description, separated by a tab; zsh quotes what it inserts. Status 10:
# `exec ... --` is followed by a command line of its own.
function _awsenv {
  \builtin local out line value separator expl
  \builtin local -a typed values abouts shown
  \builtin local -i code width=0 at
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  out="$(\command awsenv complete --shell zsh -- "${typed[@]}" 2>/dev/null)"
  code=$?
  if (( code == 10 )); then
    code=${words[(i)--]}
    (( CURRENT -= code ))
    \builtin shift $code words
    # A program starts no alias, function, builtin or reserved word.
    if (( CURRENT == 1 )); then
      _command_names -e
    else
      _normal
    fi
    \builtin return
  fi
  (( code == 0 )) || \builtin return 1
  for line in "${(@f)out}"; do
    value=${line%%$'\t'*}
    [[ -n $value ]] || \builtin continue
    values+=("$value")
    abouts+=("${${line#"$value"}#$'\t'}")
    # One long name must not push the other descriptions away.
    (( ${(m)#value} <= width || ${(m)#value} > 40 )) || width=${(m)#value}
  done
  (( ${#values} )) || \builtin return 1
  # Not `_describe`, which groups and sorts candidates with the same description.
  if [[ -n ${(j::)abouts} ]] && \builtin zstyle -T ":completion:${curcontext}:values" verbose; then
    \builtin zstyle -s ":completion:${curcontext}:values" list-separator separator || separator=--
    for (( at = 1; at <= ${#values}; at++ )); do
      value=$values[at]
      if [[ -n $abouts[at] ]]; then
        (( ${(m)#value} >= width )) || value=${(mr:width:)value}
        value+="  $separator $abouts[at]"
      fi
      shown+=("$value")
    done
    _wanted -V values expl awsenv compadd -l -d shown -a -- values
  else
    _wanted -V values expl awsenv compadd -a -- values
  fi
}

# Runs before the first prompt, when compinit has surely run.
function __awsenv_compdef {
  \builtin emulate -L zsh
  precmd_functions=("${(@)precmd_functions:#__awsenv_compdef}")
  (( ! ${+functions[compdef]} )) || compdef _awsenv awsenv
}

# As a file in fpath, this text is the body of `_awsenv` until the first call.
if [[ ${funcstack[1]-} == _awsenv ]]; then
  _awsenv
elif [[ -o interactive ]]; then
  \builtin typeset -ga precmd_functions
  precmd_functions=("${(@)precmd_functions:#__awsenv_compdef}" __awsenv_compdef)
fi
