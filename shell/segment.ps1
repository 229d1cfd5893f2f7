# What PowerShell shows of a profile in the prompt, without a process. `awsenv init` prints this before awsenv.ps1, and
# defines before it
#   $global:__awsenv_mode         auto, on or off; none: leave the prompt alone
#   $global:__awsenv_production   a regular expression for names to show in red
#   __awsenv_drawn                whether another program shows the profile, in a prompt function of this text, with
#                                 this mark
#
# PowerShell has no hook before the prompt, so the scripts of `use` and `unset` call __awsenv_place. Uses no cmdlet,
# because a function of the user's may have its name, and reads variables by .NET: `$env:` takes 20 times as long.

# How many of our prompt functions are running, one inside another, because a prompt may call the one before it. Only
# the outermost shows the segment.
$global:__awsenv_depth = 0
# Not before PowerShell 7.2. Looking for it in each prompt would take longer than everything else.
$global:__awsenv_style = $ExecutionContext.SessionState.PSVariable.GetValue('PSStyle')

# The segment, or nothing, for a prompt function of this text.
function global:__awsenv_segment {
    [System.Diagnostics.DebuggerHidden()] param($_prompt)
    if ($global:__awsenv_mode -cne 'auto' -and $global:__awsenv_mode -cne 'on') { return '' }
    $_name = [Environment]::GetEnvironmentVariable('AWSENV_PROFILE')
    $_aws = [Environment]::GetEnvironmentVariable('AWS_PROFILE')
    if (-not $_name -and -not $_aws) { return '' }
    $_key = [Environment]::GetEnvironmentVariable('AWS_ACCESS_KEY_ID')
    $_expect = [Environment]::GetEnvironmentVariable('AWSENV_EXPECT')
    $_default = [Environment]::GetEnvironmentVariable('AWS_DEFAULT_PROFILE')

    # Not by -ceq, which passes over invisible characters.
    $_used = "$_expect"
    if ($_used.Contains(':')) { $_used = $_used.Substring(0, $_used.LastIndexOf(':')) }
    $_text = ''
    if ($_aws -and -not ($_name -and $_used.Equals($_aws))) {
        if ($_aws -cnotmatch '[^ -~]|\\') { $_text = $_aws }
    } elseif ($_name -cnotmatch '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]') {
        $_text = $_name -creplace ' \z', ''
    }

    # What tools take may be something else: not what `use` set; set without `use`, and keys take precedence over a
    # name; so does another name.
    $_mark = ''
    if ($null -ne $_expect) {
        if (-not $_expect.Equals("${_aws}:$_key")) { $_mark = '?' }
    } elseif ($_name -or $_key) { $_mark = '?' }
    if ($null -ne $_default -and -not ($_aws -and $_aws.Equals($_default))) { $_mark = '?' }
    if (-not $_text) { $_mark = '?' }
    if ($global:__awsenv_mode -ceq 'auto' -and (__awsenv_drawn $_prompt $_mark)) { return '' }

    $_left = ''
    $_expires = [Environment]::GetEnvironmentVariable('AWSENV_EXPIRES')
    if ($_text -and $_name -and $_expires -cmatch '\A[0-9]{1,12}\z') {
        $_seconds = [long] $_expires - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        $_left = if ($_seconds -lt 0) { ' expired' } else { " $([Math]::Floor($_seconds / 60))m" }
    }
    $_text = "$_text$_mark$_left"
    $_plain = [Environment]::GetEnvironmentVariable('NO_COLOR') -or
        [Environment]::GetEnvironmentVariable('TERM') -ceq 'dumb' -or
        ($global:__awsenv_style -and $global:__awsenv_style.OutputRendering -eq 'PlainText')
    if ($_plain) { return "[$_text] " }
    # Without AWS_PROFILE, a blank at the end of the name marks a production profile.
    $_red = if ($_aws) { $global:__awsenv_production -and $_aws -cmatch $global:__awsenv_production } else { $_name.EndsWith(' ') }
    $_color = if ($_red) { 31 } else { 33 }
    $_escape = [char] 27
    "[$_escape[${_color}m$_text$_escape[0m] "
}

# Has the segment in the prompt if a profile is in use, and otherwise gives the user's own prompt function back: other
# programs install theirs only where the prompt is as they know it. Prints nothing and never fails.
function global:__awsenv_place {
    [System.Diagnostics.DebuggerHidden()] param()
    # A copy of this with its own $_own, $_text and $_is_default, which the user's own function never sees, takes the
    # place of the prompt.
    $_draw = {
        [System.Diagnostics.DebuggerHidden()] param()
        # The user's own function comes before everything else, and we count within its call, because each statement
        # sets $?.
        # If it fails, PowerShell shows `PS>`.
        try { $_shown = @(& $_own[0 * $global:__awsenv_depth++]) } catch { $_shown = @() } finally { $global:__awsenv_depth-- }
        # As the debugger does, but only where the prompt is PowerShell's own.
        if ($_is_default -and [runspace]::DefaultRunspace.Debugger.InBreakpoint) { $_shown = @("[DBG]: $_shown") }
        $_segment = if ($global:__awsenv_depth -le 0) { __awsenv_segment $_text }
        if ($_segment) {
            # PowerShell shows only the first object, and `PS>` for nothing.
            if ($_shown.Count -eq 0) { $_shown = @('') }
            $_line = "$($_shown[0])"
            if (-not $_line) { $_line = 'PS>' }
            # Behind the marks by which a terminal knows where the prompt begins.
            $_at = 0
            if ($_line[0] -eq [char] 27) { $_at = ([regex] '\A(\x1b\][^\x07\x1b]*(\x07|\x1b\\))*').Match($_line).Length }
            $_shown[0] = $_line.Insert($_at, $_segment)
        }
        $_shown
    }
    try {
        $_prompt = ${function:global:prompt}
        $_is_ours = "$_draw".Equals("$_prompt")
        $_wanted = ($global:__awsenv_mode -ceq 'auto' -or $global:__awsenv_mode -ceq 'on') -and
            ([Environment]::GetEnvironmentVariable('AWSENV_PROFILE') -or [Environment]::GetEnvironmentVariable('AWS_PROFILE'))
        if ($_wanted -and -not $_is_ours) {
            $_own = @(if ($_prompt) { $_prompt } else { { } })
            $_text = "$_prompt"
            $_is_default = $_text.Trim().StartsWith('"PS $($executionContext.')
            # VS Code calls the function that draws the prompt from its own.
            if ($_text.Contains('__VSCodeState')) { $_text += $global:__VSCodeState.OriginalPrompt }
            ${function:global:prompt} = $_draw.GetNewClosure()
        } elseif ($_is_ours -and -not $_wanted) {
            ${function:global:prompt} = $_prompt.Module.SessionState.PSVariable.GetValue('_own')[0]
        }
    } catch { if ($global:Error.Count) { $global:Error.RemoveAt(0) } }
}

__awsenv_place
