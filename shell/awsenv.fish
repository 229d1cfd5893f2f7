# awsenv for fish 3.6 and later: the function `awsenv` and a prompt segment.
# To load it, add this line to ~/.config/fish/config.fish:  awsenv init fish | source
#
# Variables that `awsenv init` sets before this text:
#   __awsenv_mode         auto, on or off; none: leave the prompt unchanged
#   __awsenv_production   a regular expression for names to show in red
# and a function, if another program may draw the profile:
#   __awsenv_drawn        succeeds if it does, in a prompt that the function $argv[1] draws, with the mark $argv[2]

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program.
function awsenv --description 'Work as an AWS profile'
    # Tracing would print the output, which may hold keys.
    set -l fish_trace
    set -lx AWSENV_WRAPPED fish:$fish_pid::
    status is-command-substitution
    and set AWSENV_WRAPPED "$AWSENV_WRAPPED"cmdsubst
    set -l __awsenv_word
    set -l __awsenv_verb
    set -l __awsenv_skip
    for __awsenv_word in $argv
        switch "$__awsenv_skip$__awsenv_word"
            case --
                break
            case --color
                set __awsenv_skip .
            case --shell
                set __awsenv_skip :
            case '.*' :fish --shell=fish
                set __awsenv_skip
            case ':*' '--shell=*'
                # The text for another shell does not run here.
                set __awsenv_verb --shell
                break
            case '-*'
            case '*'
                test -n "$__awsenv_verb"
                or set __awsenv_verb "$__awsenv_word"
        end
    end
    switch "$__awsenv_verb"
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

# Prints the segment, or nothing. Uses only builtins, so it starts no process; a function of the user's may have the name
# of any builtin but `set`, `test` and `string`.
function __awsenv_prompt
    builtin contains -- "$__awsenv_mode" auto on
    or return
    # Programs do not see what is not exported.
    set -l used
    set -qx AWSENV_PROFILE
    and set used "$AWSENV_PROFILE"
    set -l named
    set -qx AWS_PROFILE
    and set named "$AWS_PROFILE"
    test -n "$used$named"
    or return

    # `?`: programs may take something else.
    set -l key
    set -qx AWS_ACCESS_KEY_ID
    and set key "$AWS_ACCESS_KEY_ID"
    set -l mark
    set -l text $named
    if set -qx AWSENV_EXPECT
        test "$AWSENV_EXPECT" = "$named:$key"
        or set mark '?'
        if test -n "$used"
            if test "$AWSENV_EXPECT" = "$named:"
                or string match -qr -- '\A'(string escape --style=regex -- "$named")':[^:]*\z' "$AWSENV_EXPECT"
                set text
            end
        end
    else if test -n "$used"
        set mark '?'
    end
    test -z "$used"
    and test -n "$key"
    and set mark '?'
    if set -qx AWS_DEFAULT_PROFILE
        test -n "$AWS_DEFAULT_PROFILE"
        and test "$AWS_DEFAULT_PROFILE" = "$named"
        or set mark '?'
    end
    if test "$__awsenv_mode" = auto
        and builtin functions -q __awsenv_drawn
        and __awsenv_drawn $argv[1] $mark
        return
    end

    # AWS_PROFILE may hold anything. \x{f600} to \x{f6ff} are bytes that fish could not decode.
    set -l hostile
    if test -n "$text"
        string match -qr '[^ -~]|\\\\' -- "$text"
        and set hostile y
    else
        string match -qr '[\x00-\x1f\x7f-\x9f\x{f600}-\x{f6ff}\\\\]' -- "$used"
        and set hostile y
        set text $used
        string match -q '* ' -- "$used"
        and set text (string sub -e -1 -- "$used")
    end
    set -l color yellow
    if test -n "$named"
        test -n "$__awsenv_production"
        and string match -qr -- $__awsenv_production "$named"
        and set color red
    else if string match -q -- '* ' "$used"
        set color red
    end
    if test -n "$hostile"
        set text '?'
    else
        set text "$text$mark"
        if test -n "$used"
            and set -qx AWSENV_EXPIRES
            and string match -qr '^[0-9]{1,12}\z' -- "$AWSENV_EXPIRES"
            # The time of a file's last change and its age add up to the present time.
            set -l now (builtin path mtime /; builtin path mtime -R /)
            set -l left (builtin math "floor(($AWSENV_EXPIRES - $now[1] - $now[2]) / 60)")
            if test "$left" -lt 0
                set text "$text expired"
            else
                set text "$text $left"m
            end
        end
    end
    if test -n "$NO_COLOR"
        builtin printf '[%s] ' $text
    else
        builtin printf '['
        builtin set_color $color
        builtin printf '%s' $text
        builtin set_color normal
        builtin printf '] '
    end
end

# Prints the left prompt: the function that drew it, then its lines. The segment belongs to the right prompt, which fish
# hides where there is no room, and never shows in a dumb terminal: there it is on the left.
function __awsenv_left
    set -l lines $argv[2..]
    set -q lines[1]
    or set lines ''
    # For the right prompt: the segment, and the room that it leaves.
    set -gu __awsenv_shown ''
    set -l segment
    if set -qx AWSENV_PROFILE
        or set -qx AWS_PROFILE
        # A theme may have defined the right prompt while it drew the left one.
        __awsenv_wrap fish_right_prompt
        set segment (__awsenv_prompt $argv[1])
    end
    if test -n "$segment"
        set -l room (builtin math "$COLUMNS - "(string length -V -- $lines[-1]$segment))
        if test -z "$TERM" -o "$TERM" = dumb
            set lines[-1] $segment$lines[-1]
        else if test $room -lt 20
            set lines $lines[..-2] $segment $lines[-1]
        else
            set __awsenv_shown $segment $room
        end
    end
    builtin printf '%s\n' $lines
end

# Prints the right prompt: the function that drew it, then its lines, which give way where they would hide the segment.
function __awsenv_right
    set -l text $argv[2]
    set -q argv[3]
    and set text (string join '' -- $argv[2..])
    set -qg __awsenv_shown
    or set -l __awsenv_shown (__awsenv_prompt fish_prompt)
    set -q __awsenv_shown[2]
    and test -n "$text"
    and test (string length -V -- "$text") -ge $__awsenv_shown[2]
    and set text
    builtin printf '%s%s\n' "$__awsenv_shown[1]" "$text"
    set -eg __awsenv_shown
end

# Replaces a prompt function with one that lets it draw, and then adds the segment. Only the outermost one adds it, because
# others may have copied and wrapped ours. It calls the former function first, with nothing before it that would change
# $status or $pipestatus. Where only a copy of it was saved to a file, it gives the former function back.
function __awsenv_wrap --argument-names prompt
    set -l details (builtin functions -Dv $prompt)
    test "$details[5]" = 'Prompt with the profile that awsenv uses'
    and return
    set -l code (builtin functions $prompt | string collect)
    set -l codes __awsenv_code_$prompt
    set -qg $codes
    or set -gu $codes
    builtin contains -- "$code" $$codes
    or set -ga $codes "$code"
    set -l inner __awsenv_{$prompt}_(builtin contains -i -- "$code" $$codes)
    if not set -qg $inner
        set -gu $inner
        if builtin functions -q $prompt
            builtin functions -c $prompt $inner
            and set -gu $inner $inner
        end
    end
    set -l draw __awsenv_left
    test $prompt = fish_right_prompt
    and set draw __awsenv_right
    eval "function $prompt --description 'Prompt with the profile that awsenv uses'
    set -l __awsenv_outer \$__awsenv_inner
    set -gu __awsenv_inner y
    set -l __awsenv_lines
    for __awsenv_f in \$$inner
        set __awsenv_lines (\$__awsenv_f \$argv)
    end
    set -gu __awsenv_inner \$__awsenv_outer
    if not set -qg $inner
        builtin functions -e $prompt
        eval "(string escape -- "$code")"
        builtin functions -q $prompt
        and $prompt \$argv
    else if test -n \"\$__awsenv_outer\"
        builtin printf '%s\n' \$__awsenv_lines
    else
        $draw $inner \$__awsenv_lines
    end
end"
end

# Before each prompt, because whatever sets the prompt later would leave the segment out.
set -eg __awsenv_hook
builtin functions -e __awsenv_refresh
if test "$__awsenv_mode" != none
    set -gu __awsenv_hook __awsenv_refresh
    function __awsenv_refresh --on-event fish_prompt
        # What Ctrl-C left while a prompt was drawn.
        set -gu __awsenv_inner
        set -eg __awsenv_shown
        test "$__awsenv_mode" = off
        and return
        __awsenv_wrap fish_prompt
        __awsenv_wrap fish_right_prompt
    end
end
