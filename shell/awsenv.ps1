# awsenv for PowerShell 7 and Windows PowerShell 5.1: the function `awsenv` and a prompt segment.
# To load it, add this line to $PROFILE:  Invoke-Expression (& { (awsenv init powershell | Out-String) })
#
# Variables that `awsenv init` sets before this text:
#   $global:__awsenv_mode         auto, on or off: whether the prompt has the segment; none: leave the prompt alone
#   $global:__awsenv_production   a regular expression for names to show in red
#
# `__awsenv_quote` is in complete.ps1, which `awsenv init` prints after this text.

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program. This is an
# advanced function, because only WriteError can make the caller's $? false.
function global:awsenv {
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromRemainingArguments)] [object[]] $Arguments,
        [Parameter(ValueFromPipeline)] [object] $InputObject
    )
    end {
        # Much faster than Get-Command.
        $program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
        $status = 127
        if ($program) {
            # As text with every word quoted, because PowerShell would expand a splatted `*` to file names.
            $call = '& $program'
            if ($PSBoundParameters.ContainsKey('Verbose')) { $call += ' --verbose' }
            $verb = ''
            $skip = $false
            foreach ($argument in $Arguments) {
                $word = $argument -join ','
                $call += ' ' + (__awsenv_quote $word)
                if ($skip) { $skip = $false }
                elseif ($word -ceq '--color') { $skip = $true }
                elseif ($verb -eq '' -and -not $word.StartsWith('-')) { $verb = $word }
            }
            $outer = $env:AWSENV_WRAPPED
            $env:AWSENV_WRAPPED = 'powershell'
            try {
                if ($verb -ceq 'use' -or $verb -ceq 'unset') {
                    $script = Invoke-Expression $call | Out-String
                    $status = $LASTEXITCODE
                    if ($status -eq 0 -and $script) {
                        try { Invoke-Expression $script } catch { $status = 1; [Console]::Error.WriteLine("awsenv: $_") }
                    }
                } elseif ($MyInvocation.ExpectingInput) {
                    $piped = @($input)
                    Invoke-Expression "`$piped | $call"
                    $status = $LASTEXITCODE
                } else {
                    Invoke-Expression $call
                    $status = $LASTEXITCODE
                }
            } finally { $env:AWSENV_WRAPPED = $outer }
        } else { [Console]::Error.WriteLine('awsenv: program not found on PATH') }
        $global:LASTEXITCODE = $status
        if ($status -ne 0) {
            # Local to this function: no text and nothing in $Error, but $? is false for the caller.
            $ErrorActionPreference = 'Ignore'
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new("awsenv: exit status $status"), 'awsenv', 'NotSpecified', $null))
        }
    }
}

# awsenv's part of the prompt.
function global:__awsenv_segment {
    $name = $env:AWSENV_PROFILE
    $aws = $env:AWS_PROFILE
    $expect = $env:AWSENV_EXPECT
    if (-not $name -and -not $aws) { return '' }
    $used = ''
    if ($expect) { $used = $expect -creplace ':[^:]*$', '' }
    if ($aws -and (-not $name -or $aws -cne $used)) {
        $text = $aws
        $known = $text -cnotmatch '[^ -~]|\\'
    } else {
        $text = $name -creplace ' $', ''
        $known = $text -cnotmatch '[\x00-\x1f\x7f-\x9f\\]'
    }
    # Without AWS_PROFILE, a blank at the end of the name marks a production profile.
    $color = '33'
    if ($aws) {
        if ((Test-Path variable:global:__awsenv_production) -and $global:__awsenv_production -and $aws -cmatch $global:__awsenv_production) { $color = '31' }
    } elseif ($name -cmatch ' $') { $color = '31' }
    $drift = $false
    if (Test-Path env:AWSENV_EXPECT) { $drift = $expect -cne ($aws + ':' + $env:AWS_ACCESS_KEY_ID) }
    elseif ($name -or $env:AWS_ACCESS_KEY_ID) { $drift = $true }
    if ((Test-Path env:AWS_DEFAULT_PROFILE) -and (-not $aws -or $env:AWS_DEFAULT_PROFILE -cne $aws)) { $drift = $true }
    if (-not $known) { $text = '?' }
    elseif ($drift) { $text += '?' }
    if ($known -and $name -and $env:AWSENV_EXPIRES -match '^[0-9]{1,12}$') {
        $left = [int64]$env:AWSENV_EXPIRES - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        if ($left -lt 0) { $text += ' expired' } else { $text += ' {0}m' -f [math]::Floor($left / 60) }
    }
    if ($env:NO_COLOR) { return "[$text] " }
    $escape = [char]27
    "[$escape[${color}m$text$escape[0m] "
}

# Skips what ConstrainedLanguage forbids, and leaves the prompt unchanged if another program draws it.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    $__awsenv_wanted = (Test-Path variable:global:__awsenv_mode) -and ($global:__awsenv_mode -eq 'auto' -or $global:__awsenv_mode -eq 'on')
    if ($global:__awsenv_mode -eq 'auto' -and ($env:STARSHIP_SHELL -eq 'powershell' -or $env:STARSHIP_SHELL -eq 'pwsh' -or $env:POSH_SHELL -eq 'pwsh' -or $env:POSH_SHELL -eq 'powershell')) { $__awsenv_wanted = $false }
    if ($__awsenv_wanted -and -not (Test-Path variable:global:__awsenv_prompt)) {
        $global:__awsenv_prompt = $function:prompt
        function global:prompt {
            $ok = $?; $status = $global:LASTEXITCODE
            $segment = __awsenv_segment
            $global:LASTEXITCODE = $status
            # So that the saved prompt sees the original $?.
            if ($ok) { $null = 1 } else { Write-Error '' -ErrorAction Ignore }
            $segment + (& $global:__awsenv_prompt)
        }
    }
    Remove-Variable __awsenv_wanted
}
