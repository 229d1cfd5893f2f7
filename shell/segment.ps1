# What PowerShell shows of a profile in the prompt, without a process. `awsenv init` prints this before awsenv.ps1, and
# defines before it
#   $global:__awsenv_mode         auto, on or off; none: leave the prompt alone
#   $global:__awsenv_production   a regular expression for names to show in red
#   __awsenv_drawn                whether another program shows the profile, in a prompt function of this text, with
#                                 this mark
#
# PowerShell has no hook before the prompt, so the scripts of `use` and `unset` call __awsenv_place. Uses no cmdlet,
# because a function of the user's may have its name, and reads variables by .NET: `$env:` takes 20 times as long.

# ConstrainedLanguage forbids most of this.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    # How many of our prompt functions are running, one inside another, because a prompt may call the one before it. Only
    # the outermost shows the segment.
    $global:__awsenv_depth = 0
    # Not before PowerShell 7.2. Looking for it in each prompt would take longer than everything else.
    $global:__awsenv_style = $ExecutionContext.SessionState.PSVariable.GetValue('PSStyle')

    # The segment, or nothing, for a prompt function of this text.
    function global:__awsenv_segment {
        [System.Diagnostics.DebuggerHidden()] param($prompt)
        if ($global:__awsenv_mode -cne 'auto' -and $global:__awsenv_mode -cne 'on') { return '' }
        $name = [Environment]::GetEnvironmentVariable('AWSENV_PROFILE')
        $aws = [Environment]::GetEnvironmentVariable('AWS_PROFILE')
        if (-not $name -and -not $aws) { return '' }
        $key = [Environment]::GetEnvironmentVariable('AWS_ACCESS_KEY_ID')
        $expect = [Environment]::GetEnvironmentVariable('AWSENV_EXPECT')
        $default = [Environment]::GetEnvironmentVariable('AWS_DEFAULT_PROFILE')

        # Not by -ceq, which passes over invisible characters.
        $used = "$expect"
        if ($used.Contains(':')) { $used = $used.Substring(0, $used.LastIndexOf(':')) }
        $text = ''
        if ($aws -and -not ($name -and $used.Equals($aws))) {
            if ($aws -cnotmatch '[^ -~]|\\') { $text = $aws }
        } elseif ($name -cnotmatch '[\x00-\x1f\x7f-\x9f\\]') {
            $text = $name -creplace ' \z', ''
        }

        # What tools take may be something else: not what `use` set; set without `use`, and keys take precedence over a
        # name; so does another name.
        $mark = ''
        if ($null -ne $expect) {
            if (-not $expect.Equals("${aws}:$key")) { $mark = '?' }
        } elseif ($name -or $key) { $mark = '?' }
        if ($null -ne $default -and -not ($aws -and $aws.Equals($default))) { $mark = '?' }
        if (-not $text) { $mark = '?' }
        if ($global:__awsenv_mode -ceq 'auto' -and (__awsenv_drawn $prompt $mark)) { return '' }

        $left = ''
        $expires = [Environment]::GetEnvironmentVariable('AWSENV_EXPIRES')
        if ($text -and $name -and $expires -cmatch '\A[0-9]{1,12}\z') {
            $seconds = [long] $expires - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
            $left = if ($seconds -lt 0) { ' expired' } else { " $([Math]::Floor($seconds / 60))m" }
        }
        $text = "$text$mark$left"
        $plain = [Environment]::GetEnvironmentVariable('NO_COLOR') -or
            [Environment]::GetEnvironmentVariable('TERM') -ceq 'dumb' -or
            ($global:__awsenv_style -and $global:__awsenv_style.OutputRendering -eq 'PlainText')
        if ($plain) { return "[$text] " }
        # Without AWS_PROFILE, a blank at the end of the name marks a production profile.
        $red = if ($aws) { $global:__awsenv_production -and $aws -cmatch $global:__awsenv_production } else { $name.EndsWith(' ') }
        $color = if ($red) { 31 } else { 33 }
        $escape = [char] 27
        "[$escape[${color}m$text$escape[0m] "
    }

    # Has the segment in the prompt if a profile is in use, and otherwise gives the user's own prompt function back: other
    # programs install theirs only where the prompt is as they know it. Prints nothing and never fails.
    function global:__awsenv_place {
        [System.Diagnostics.DebuggerHidden()] param()
        # A copy of this with its own $own and $text, which the user's own function never sees, takes the place of the
        # prompt.
        $draw = {
            [System.Diagnostics.DebuggerHidden()] param()
            # The user's own function comes before everything else, and we count within its call, because each statement
            # sets $?.
            try { $shown = @(& $own[0 * $global:__awsenv_depth++]) } finally { $global:__awsenv_depth-- }
            $segment = if ($global:__awsenv_depth -le 0) { __awsenv_segment $text }
            if ($segment) {
                # PowerShell shows only the first object, and `PS>` for nothing.
                if ($shown.Count -eq 0) { $shown = @('') }
                $line = "$($shown[0])"
                if (-not $line) { $line = 'PS>' }
                # Behind the marks by which a terminal knows where the prompt begins.
                $at = 0
                if ($line[0] -eq [char] 27) { $at = ([regex] '\A(\x1b\][^\x07\x1b]*(\x07|\x1b\\))*').Match($line).Length }
                $shown[0] = $line.Insert($at, $segment)
            }
            $shown
        }
        try {
            $prompt = ${function:global:prompt}
            $is_ours = "$draw".Equals("$prompt")
            $wanted = ($global:__awsenv_mode -ceq 'auto' -or $global:__awsenv_mode -ceq 'on') -and
                ([Environment]::GetEnvironmentVariable('AWSENV_PROFILE') -or [Environment]::GetEnvironmentVariable('AWS_PROFILE'))
            if ($wanted -and -not $is_ours) {
                $own = @(if ($prompt) { $prompt } else { { } })
                $text = "$prompt"
                # VS Code calls the function that draws the prompt from its own.
                if ($text.Contains('__VSCodeState')) { $text += $global:__VSCodeState.OriginalPrompt }
                ${function:global:prompt} = $draw.GetNewClosure()
            } elseif ($is_ours -and -not $wanted) {
                ${function:global:prompt} = $prompt.Module.SessionState.PSVariable.GetValue('own')[0]
            }
        } catch { if ($global:Error.Count) { $global:Error.RemoveAt(0) } }
    }

    __awsenv_place
}
