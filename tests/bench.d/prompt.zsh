# Prints the microseconds of many short runs of prompts, first without the segment, then with it.
zmodload zsh/datetime
rounds() {
  local n i f t
  local -F s
  for ((n = 0; n < SAMPLES; n++)); do
    s=$EPOCHREALTIME
    for ((i = 0; i < PROMPTS; i++)); do
      for f in $precmd_functions; do $f; done
      t=${(%%)PROMPT}${(%%)RPROMPT}
    done
    printf '%d ' $(((EPOCHREALTIME - s) * 1000000))
  done
  echo
}
PROMPT='%~ %# '
precmd_functions=()
rounds
eval "$(awsenv init zsh)"
awsenv use profile-25 --quiet
export AWSENV_EXPIRES=$((EPOCHSECONDS + 3600))
# In one command, because the segment is hidden from when a command starts until the next prompt.
() {
  for f in $precmd_functions; do $f; done
  [[ ${(%%)PROMPT}${(%%)RPROMPT} == *profile-25* ]] || { echo "the prompt lacks the profile" >&2; exit 1 }
  rounds
}
