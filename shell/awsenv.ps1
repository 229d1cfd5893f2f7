# awsenv for PowerShell 7 and Windows PowerShell 5.1: the function `awsenv` and a prompt segment.
# To load it, put this line into $PROFILE:  Invoke-Expression (& { (awsenv init powershell | Out-String) })
#
# Settings that `awsenv init` prints before this text:
#   $global:__awsenv_no_prompt    not empty: the prompt stays as it is
#   $global:__awsenv_production   a regular expression of names to show in red
# `__awsenv_quote` is in complete.ps1, which it prints after this text.

# `use` and `unset` change this shell, so their output is run here; the rest is the program's own business. An advanced
# function, because only WriteError can make the caller's $? false.
function global:awsenv {
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromRemainingArguments)] [object[]] $Arguments,
        [Parameter(ValueFromPipeline)] [object] $InputObject
    )
    end {
        # Far quicker than Get-Command.
        $program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
        $status = 127
        if ($program) {
            # As text, every word quoted: PowerShell would take a splatted `*` for file names.
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
            # Local: no text and nothing in $Error, but $? is false for the caller.
            $ErrorActionPreference = 'Ignore'
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new("awsenv: exit status $status"), 'awsenv', 'NotSpecified', $null))
        }
    }
}

# The part of the prompt that is ours.
function global:__awsenv_segment {
    $text = $env:AWSENV_PROFILE
    if (-not $text) { return '' }
    $color = '33'
    if ((Test-Path variable:global:__awsenv_production) -and $global:__awsenv_production -and $text -cmatch $global:__awsenv_production) { $color = '31' }
    if ($env:AWS_PROFILE) {
        # What was escaped or cut for display cannot be compared; behind that AWS_PROFILE may hold anything.
        $clean = $text -replace ('[\\' + [char]0x2026 + '].*$'), ''
        if ($clean -ceq $text) { $same = $env:AWS_PROFILE -ceq $text }
        else { $same = $env:AWS_PROFILE.StartsWith($clean, [StringComparison]::Ordinal) }
        if (-not $same) { $text += '?' }
    }
    if ($env:AWSENV_EXPIRES -match '^[0-9]{1,12}$') {
        $left = [int64]$env:AWSENV_EXPIRES - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        if ($left -lt 0) { $text += ' expired' } else { $text += ' {0}m' -f [math]::Floor($left / 60) }
    }
    if ($env:NO_COLOR) { return "[$text] " }
    $escape = [char]27
    "[$escape[${color}m$text$escape[0m] "
}

# What ConstrainedLanguage forbids steps back, and so does the prompt where another program draws it.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    $__awsenv_wanted = -not ((Test-Path variable:global:__awsenv_no_prompt) -and $global:__awsenv_no_prompt)
    if ($env:STARSHIP_SHELL -eq 'powershell' -or $env:STARSHIP_SHELL -eq 'pwsh' -or $env:POSH_SHELL -eq 'pwsh' -or $env:POSH_SHELL -eq 'powershell') { $__awsenv_wanted = $false }
    if ($__awsenv_wanted -and -not (Test-Path variable:global:__awsenv_prompt)) {
        $global:__awsenv_prompt = $function:prompt
        function global:prompt {
            $ok = $?; $status = $global:LASTEXITCODE
            $segment = __awsenv_segment
            $global:LASTEXITCODE = $status
            # The saved prompt sees $? as it was.
            if ($ok) { $null = 1 } else { Write-Error '' -ErrorAction Ignore }
            $segment + (& $global:__awsenv_prompt)
        }
    }
    Remove-Variable __awsenv_wanted
}
