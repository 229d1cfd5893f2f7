# Prints the microseconds of many short runs of prompts, first without the segment, then with it.
# shellcheck disable=SC2034 # the expansion is what is measured
LC_ALL=C
rounds() {
  local n i s e t
  for ((n = 0; n < SAMPLES; n++)); do
    s=$EPOCHREALTIME
    for ((i = 0; i < PROMPTS; i++)); do eval "${PROMPT_COMMAND-}"; t=${PS1@P}; done
    e=$EPOCHREALTIME
    printf '%s ' "$((${e/./} - ${s/./}))"
  done
  echo
}
PS1='\w \$ '
rounds
eval "$(awsenv init bash)"
awsenv use profile-25 --quiet
export AWSENV_EXPIRES=$((EPOCHSECONDS + 3600))
eval "${PROMPT_COMMAND-}"
[[ ${PS1@P} == *profile-25* ]] || { echo "the prompt lacks the profile: ${PS1@P}" >&2; exit 1; }
rounds
