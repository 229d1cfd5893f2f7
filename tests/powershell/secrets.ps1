# A secret is in no log of modules, trace, transcript, error record, history or output of a job, whether a switch succeeds
# or fails. The scenarios run in one pwsh after the other, with module logging, a transcript, and at each level of tracing.

. "$env:TEST_FOLDER/harness.ps1"

$secret = 'jekyl-secret|hyde-secret|own-secret'

# A program that prints a script which fails half-way, or is none.
$folder = Join-Path $HOME broken
$null = New-Item -ItemType Directory -Force $folder
[IO.File]::WriteAllText("$folder/awsenv", @'
#!/bin/sh
start="& { [System.Diagnostics.DebuggerHidden()]param() \$env:TEST_X='jekyl-secret'; "
case $2 in
  throws) echo "$start throw 'no' }" ;;
  fails) echo "$start \$ErrorActionPreference='Stop'; 1/0 }" ;;
  method) echo "$start \$null = 'jekyl-secret'.Substring(99) }" ;;
  unknown) echo "$start \$ErrorActionPreference='Stop'; nosuchcommand 'jekyl-secret' }" ;;
  cut) printf %s "$start if(" ;;
  quote) printf %s "$start 'jekyl-secret" ;;
  bash) echo "export AWS_SECRET_ACCESS_KEY='jekyl-secret'; if [ x ]; then" ;;
  status) echo "$start }"; exit 3 ;;
esac
'@.Replace("`r", ''))
& chmod +x "$folder/awsenv"

# With the function.
$scenarios = [ordered]@{
    'use --keys' = 'awsenv use jekyl --keys'
    'use --keys twice' = 'awsenv use jekyl --keys; awsenv use hyde --keys; awsenv use hyde --name'
    'unset' = 'awsenv use jekyl --keys; awsenv unset'
    'unset of a name' = 'awsenv use jekyl --name; awsenv unset'
    'what the user set between' = '$env:AWS_SECRET_ACCESS_KEY = Get-Own; awsenv use jekyl --keys; $env:AWS_SECRET_ACCESS_KEY = Get-Own; awsenv use hyde --keys; awsenv unset'
    'an unknown profile' = 'awsenv use jekyl --keys; awsenv use nosuch --keys'
    'an error that is caught' = 'awsenv use jekyl --keys; $ErrorActionPreference = ''Stop''; try { awsenv use nosuch --keys } catch { $_ }'
    'iex' = 'iex (awsenv use jekyl --keys | Out-String); iex (awsenv unset | Out-String)'
    'a pipeline' = 'awsenv use jekyl --keys | iex; awsenv unset | iex'
    'a value' = '$s = awsenv use jekyl --keys; $s; Write-Output $s; $s = awsenv unset; $s'
    'a pipe' = 'awsenv use jekyl --keys | Out-String | Write-Output; awsenv use hyde --keys | Out-Host; awsenv unset | cat'
    'a file' = 'awsenv use jekyl --keys > $HOME/file; awsenv unset *>> $HOME/file; Get-Content $HOME/file'
    'verbose' = '$VerbosePreference = ''Continue''; $DebugPreference = ''Continue''; awsenv use jekyl --keys; awsenv unset'
    'verbose by word' = 'awsenv use jekyl --keys -v; awsenv unset -v'
    'an output variable' = '$PSDefaultParameterValues[''*:OutVariable''] = ''kept''; awsenv use jekyl --keys; $kept; awsenv unset'
    'in a function' = 'function f { awsenv use jekyl --keys; awsenv unset }; f; & { awsenv use jekyl --keys }; . { awsenv unset }'
    'saved values that are no table' = '$global:__awsenv_saved = 5; awsenv use jekyl --keys; awsenv unset'
    'saved values of a type' = '[int] $global:__awsenv_saved = 5; awsenv use jekyl --keys; awsenv unset'
    'what the shell keeps' = 'awsenv use jekyl --keys; awsenv use hyde --keys; Get-Variable | Where-Object Name -NotLike __awsenv_saved | Out-String'
    'a module' = '[IO.File]::WriteAllText("$HOME/m.psm1", (awsenv init powershell)); Import-Module $HOME/m.psm1; awsenv use jekyl --keys; awsenv unset'
    'binding' = 'Trace-Command -Name ParameterBinding -FilePath $HOME/binding -Expression { awsenv use jekyl --keys }; Get-Content $HOME/binding'
    'background' = '$j = awsenv use jekyl --keys &{line}Receive-Job $j -Wait -AutoRemoveJob'
    'a job' = 'Start-Job { awsenv use jekyl --keys } | Receive-Job -Wait -AutoRemoveJob'
}
foreach ($way in 'throws', 'fails', 'method', 'unknown', 'cut', 'quote', 'bash', 'status') {
    $scenarios["a script that goes wrong: $way"] = "`$env:PATH = '${folder}:' + `$env:PATH; awsenv use $way; awsenv unset $way; iex (awsenv use $way | Out-String)"
}

# Without the function. A module log contains what you pass to a cmdlet yourself, so these are not searched in the log.
$plain = [ordered]@{
    'use --keys' = '. ([scriptblock]::Create(-join (awsenv use jekyl --keys)))'
    'unset' = '. ([scriptblock]::Create(-join (awsenv use jekyl --keys))); . ([scriptblock]::Create(-join (awsenv unset)))'
    'unset of a name' = '. ([scriptblock]::Create(-join (awsenv use jekyl --name))); . ([scriptblock]::Create(-join (awsenv unset)))'
    'what the user set between' = '. ([scriptblock]::Create(-join (awsenv use jekyl --keys))); $env:AWS_SECRET_ACCESS_KEY = Get-Own; & ([scriptblock]::Create(-join (awsenv use hyde --keys))); & ([scriptblock]::Create(-join (awsenv unset)))'
    'an unknown profile' = '. ([scriptblock]::Create(-join (awsenv use jekyl --keys))); . ([scriptblock]::Create(-join (awsenv use nosuch --keys)))'
    'by cmdlets, iex' = 'iex (awsenv use jekyl --keys | Out-String); iex (awsenv unset | Out-String)'
    'by cmdlets, as documented' = 'Invoke-Expression (awsenv use jekyl --keys | Out-String); Invoke-Expression (awsenv use hyde --keys | Out-String); Invoke-Expression (awsenv unset | Out-String)'
    'by cmdlets, a pipeline' = 'awsenv use jekyl --keys | iex; awsenv unset | iex'
}
# Each needs a process of its own.
$slow = 'background', 'a job'

# Writes all that can be reached from the errors, and the history, to a file. Its own steps are neither traced nor logged.
$dump = {
    Set-PSDebug -Off
    $text = [Text.StringBuilder]::new()
    $seen = [Collections.Generic.HashSet[object]]::new([Collections.Generic.ReferenceEqualityComparer]::Instance)
    function walk($value, $depth) {
        if ($null -eq $value -or $depth -gt 7) { return }
        $null = $text.AppendLine([string]$value)
        if ($value -is [string] -or $value -is [ValueType] -or $value -is [type] -or -not $seen.Add($value)) { return }
        if ($value -is [Collections.IDictionary]) { foreach ($key in @($value.Keys)) { walk $key ($depth + 1); walk $value[$key] ($depth + 1) } }
        elseif ($value -is [Collections.IEnumerable]) { foreach ($item in $value) { walk $item ($depth + 1) } }
        if ($value -is [System.Management.Automation.Language.IScriptPosition]) { walk $value.GetFullScript() $depth }
        foreach ($property in $value.PSObject.Properties) {
            if ($property.Name -in 'Module', 'Assembly', 'TargetSite', 'Runspace', 'Context', 'Parameters', 'ParameterSets', 'Ast') { continue }
            try { $inner = $property.Value } catch { continue }
            walk $inner ($depth + 1)
        }
    }
    foreach ($record in @($global:Error)) { walk $record 0 }
    foreach ($entry in @(Get-History)) { walk $entry 0 }
    [IO.File]::WriteAllText("$HOME/errors", $text.ToString())
}

# Runs scenarios in one pwsh. Returns what each sink got from each of them, as `sink` to a list of texts.
function sinks($texts, [switch] $Bare, [int] $Trace, [switch] $Command) {
    [IO.File]::WriteAllText($env:TEST_LOG, '')
    environment @{ AWS_SECRET_ACCESS_KEY = 'own-secret'; AWS_ACCESS_KEY_ID = 'OWNID' }
    $parts = @($env:TEST_STRICT, 'function global:Get-Own { $env:TEST_OWN }', '$null = Start-Transcript $HOME/transcript -Force')
    if (-not $Bare) { $parts += $load }
    # The controls: what a sink would get.
    $parts += "Set-PSDebug -Trace $Trace"
    $parts += 'Write-Output ''control'' | Out-Default', '$null = ''control''', 'try { throw ''control'' } catch { }',
        'try { iex ''if ( "control"'' } catch { }', 'try { iex ''$null = "control"; [int]"x"'' } catch { }'
    foreach ($name in $texts.Keys) {
        $parts += "Write-Output '## $name' | Out-Default", '& {', 'try {', $texts[$name].Replace('{line}', "`n"), '} catch { ''caught'' }', '}'
        $parts += '$env:AWS_SECRET_ACCESS_KEY = Get-Own; $env:PATH = $env:TEST_PATH; Remove-Variable __awsenv_saved -Scope Global -Force -ErrorAction Ignore; $env:AWSENV_STATE = $env:AWSENV_EXPECT = $env:AWSENV_PROFILE = $null; $PSDefaultParameterValues.Clear()'
    }
    $parts += '''## end''', 'Set-PSDebug -Off', '$null = Stop-Transcript', '[IO.File]::Copy($env:TEST_LOG, "$HOME/log", $true)', "& { $dump }"
    $env:TEST_OWN = 'own-secret'
    $env:TEST_PATH = $env:PATH
    $env:LD_PRELOAD = $env:TEST_SYSLOG
    $result = another ($parts -join "`n") -Command:$Command -Options '-SettingsFile', $env:TEST_SETTINGS
    $env:LD_PRELOAD = ''
    @{
        shown = $result.shown
        told = $result.told
        transcript = [IO.File]::ReadAllText("$HOME/transcript")
        log = [IO.File]::ReadAllText("$HOME/log")
        errors = [IO.File]::ReadAllText("$HOME/errors")
    }
}

# The lines of a sink with a secret, below the last mark before them.
function leaks($text, $except) {
    $mark = 'start'
    $found = @(foreach ($line in $text -split "`n") {
        if ($line -cmatch '^(?:.*value=")?## ([^"'']+?)"?\s*$') { $mark = $Matches[1] }
        if ($line -cmatch $secret -and $mark -notlike "$except*") { "$mark - $($line.Substring(0, [Math]::Min(120, $line.Length)))" }
    })
    @($found | Select-Object -Unique -First 8) -join "`n"
}

foreach ($trace in $(if ($env:TEST_STRICT) { 1 } else { 0, 1, 2 })) {
    foreach ($kind in 'function', 'plain') {
        $texts = [ordered]@{}
        $all = if ($kind -eq 'function') { $scenarios } else { $plain }
        foreach ($name in $all.Keys) { if (-not $trace -or $name -notin $slow) { $texts[$name] = $all[$name] } }
        $got = sinks $texts -Bare:($kind -eq 'plain') -Trace $trace -Command:($trace -eq 1)
        check "$kind, trace $trace, the sinks work" {
            is $true $got.shown.Contains('## end')
            is $true ($got.transcript -cmatch 'control')
            is $true ($got.errors -cmatch 'control')
            is $true ($got.log -cmatch 'name="InputObject"; value="control"')
            if ($trace) { is $true ($got.shown -cmatch 'DEBUG: .*\$null = .control.') }
        }
        foreach ($sink in 'shown', 'told', 'transcript', 'errors', 'log') {
            # A cmdlet of the call gets the script.
            $except = if ($sink -eq 'log') { 'by cmdlets' } else { 'nothing' }
            check "$kind, trace $trace, $sink" {
                $found = leaks $got[$sink] $except
                # A trace shows each line that is evaluated, as docs/security.md says; the function evaluates none.
                if ($kind -eq 'plain' -and $trace -and $sink -eq 'shown') { is $true $found.Contains('use --keys') } else { is '' $found }
            }
        }
    }
}
finish
