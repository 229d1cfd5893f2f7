# awsenv for fish 3.6 and later: the function `awsenv` and a prompt segment.
# To load it, add this line to ~/.config/fish/config.fish:  awsenv init fish | source
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_no_prompt    not empty: leave the prompt unchanged
#   __awsenv_production   a regular expression for names to show in red

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
function awsenv --description 'Work as an AWS profile'
    # Tracing would print the output, which may hold keys.
    set -l fish_trace
    set -lx AWSENV_WRAPPED fish:$fish_pid::
    status is-command-substitution
    and set AWSENV_WRAPPED "$AWSENV_WRAPPED"cmdsubst
    set -l __awsenv_word
    set -l __awsenv_skip
    for __awsenv_word in $argv
        switch "$__awsenv_skip$__awsenv_word"
            case --color
                set __awsenv_skip .
            case '-*'
            case '.*'
                set __awsenv_skip
            case '*'
                break
        end
    end
    switch "$__awsenv_word"
        case use unset
            set -l __awsenv_out (command awsenv $argv)
            set -l __awsenv_status $status
            if test $__awsenv_status = 0
                builtin string join \n -- $__awsenv_out | builtin source
                set __awsenv_status $status
            end
            # 127: the program does not exist.
            test $__awsenv_status = 0 -o $__awsenv_status = 127
            and return $__awsenv_status
            # If a shell reads what this prints, its eval must fail too.
            command awsenv fail $__awsenv_status
        case '*'
            command awsenv $argv
    end
end

# Uses only builtins, so it starts no process. The status does not change.
function __awsenv_prompt
    set -l code $status
    if test -n "$AWSENV_PROFILE"
        set -l text $AWSENV_PROFILE
        # What was escaped or cut for display cannot be compared; after that point AWS_PROFILE may hold anything.
        set -l clean (string replace -r '(\\\\|\x{2026}).*' '' -- $text)
        if test -n "$AWS_PROFILE"; and test "$AWS_PROFILE" != "$text"
            if test "$clean" = "$text"; or test "$clean" != (string sub -l (string length -- "$clean") -- "$AWS_PROFILE")
                set text "$text?"
            end
        end
        if string match -qr '^[0-9]{1,12}$' -- "$AWSENV_EXPIRES"
            # The time of a file's last change and its age add up to the present time.
            set -l left (math "floor(($AWSENV_EXPIRES - "(path mtime /)" - "(path mtime -R /)") / 60)")
            if test "$left" -lt 0
                set text "$text expired"
            else
                set text "$text $left"m
            end
        end
        set -l color yellow
        if test -n "$__awsenv_production"; and string match -qr -- $__awsenv_production $AWSENV_PROFILE
            set color red
        end
        if test -n "$NO_COLOR"
            printf '[%s] ' $text
        else
            printf '[%s%s%s] ' (set_color $color) $text (set_color normal)
        end
    end
    return $code
end

# Wraps the right prompt once, unless another program draws the prompt.
if status is-interactive
    and test -z "$__awsenv_no_prompt"
    and test "$STARSHIP_SHELL" != fish
    and not functions -q _omp_get_prompt
    and not functions -q _omp_hook
    and not functions -q __awsenv_right_prompt
    if functions -q fish_right_prompt
        functions -c fish_right_prompt __awsenv_right_prompt
    else
        function __awsenv_right_prompt
        end
    end
    function fish_right_prompt --description 'The right prompt, behind what awsenv shows'
        __awsenv_prompt
        __awsenv_right_prompt
    end
end
