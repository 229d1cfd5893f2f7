# Completion of awsenv for fish 3.6 and later. `awsenv init fish` includes it; a package installs it as
# share/fish/vendor_completions.d/awsenv.fish.

# The program prints each candidate and its description, separated by a tab; fish quotes what it inserts. Status 10:
# `exec ... --` is followed by a command line of its own.
function __awsenv_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    while string match -q -- '*=*' "$words[1]"
        set -e words[1]
    end
    set -l out (command awsenv complete --shell fish -- $words[2..] "$current" 2>/dev/null)
    switch $status
        case 0
            string join \n -- $out
        case 10
            set -l rest $words[(math (contains -i -- -- $words) + 1)..]
            set -l found (complete -C (string join ' ' -- (string escape -- $rest) "$current"))
            if set -q rest[1]
                string join \n -- $found
                return
            end
            # A program starts no function, builtin or keyword.
            for line in $found
                set -l name (string split -m 1 \t -- $line)[1]
                if string match -q '*/*' -- $name; or command -q -- $name
                    string join \n -- $line
                end
            end
    end
end

complete -c awsenv -e
complete -c awsenv -f -k -a '(__awsenv_complete)'
