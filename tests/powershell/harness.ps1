# What the tests in this folder share. The last line of a run is `N checks, F failed`, and the exit code is 1 unless
# there were checks and all of them held.
#
#   check LABEL { … is EXPECTED ACTUAL … }   one check: every `is` in it holds, and there is at least one
#   fresh TEXT                               runs a script in a runspace of its own, as `pwsh -Command` would
#   another TEXT [-Command]                  runs it in another pwsh, by `-File` or by `-Command`
#   variables                                the variables of AWS and of awsenv, as `NAME=value` lines
#   environment HASHTABLE                    makes those variables exactly these
#   finish                                   the last line of a file
#
# $load is the line that loads the integration.

$global:harness = @{ checks = 0; failed = 0; label = ''; held = 0; wrong = 0 }
$global:load = 'Invoke-Expression (& { (awsenv init powershell --no-prompt | Out-String) })'

function global:check([string] $label, [scriptblock] $block) {
    $harness.checks++
    $harness.label = $label -replace "`n\s*", ' '
    $harness.held = 0
    $harness.wrong = 0
    try { & $block } catch { wrong 'no error' "$_ at $($_.InvocationInfo.PositionMessage)" }
    if ($harness.held + $harness.wrong -eq 0) { wrong 'a comparison' 'none' }
    if ($harness.wrong) { $harness.failed++ }
}

function global:wrong($expected, $actual) {
    $harness.wrong++
    $texts = foreach ($value in $expected, $actual) {
        $text = shown $value
        # A printed script has 20 000 characters.
        if ($text.Length -gt 400) { $text.Substring(0, 400) + '...' } else { $text }
    }
    [Console]::Out.WriteLine("FAIL $($harness.label): expected $($texts[0]) got $($texts[1])")
}

# Texts are compared exactly, arrays element by element.
function global:is($expected, $actual) {
    if ((shown $expected) -ceq (shown $actual)) { $harness.held++ } else { wrong $expected $actual }
}

# One line of ASCII, with the type of what is not text.
function global:shown($value) {
    if ($null -eq $value) { return '$null' }
    if ($value -is [array]) {
        $parts = foreach ($item in $value) { shown $item }
        return '@(' + ($parts -join ', ') + ')'
    }
    if ($value -isnot [string]) { return "[$value]" }
    $escaped = [regex]::Replace($value, '[^ -~]', { param($found) '{' + [int][char]$found.Value + '}' })
    "'$escaped'"
}

function global:names {
    $found = [string[]]@([Environment]::GetEnvironmentVariables().Keys -match '^AWS' -ne 'AWS_EC2_METADATA_DISABLED')
    [Array]::Sort($found, [StringComparer]::Ordinal)
    $found
}

function global:variables {
    @(foreach ($name in names) { "$name=$([Environment]::GetEnvironmentVariable($name))" }) -join "`n"
}

function global:environment([hashtable] $wanted) {
    foreach ($name in names) { [Environment]::SetEnvironmentVariable($name, [NullString]::Value) }
    foreach ($name in $wanted.Keys) { [Environment]::SetEnvironmentVariable($name, $wanted[$name]) }
}

# `stopped` is the error that ended the script, if one did; `shown` is what a terminal would show of its output, `told`
# of its errors and warnings; `exit` is the exit code that pwsh would have; `asked` counts questions.
function global:fresh([string] $text) {
    if (-not ('RecordingHost' -as [type])) { Add-Type -Path $env:TEST_HOST }
    $screen = [RecordingHost]::new()
    $space = [runspacefactory]::CreateRunspace($screen)
    $space.ThreadOptions = 'UseCurrentThread'
    $space.Open()
    $shell = [powershell]::Create($space)
    [void]$shell.AddScript($text).AddCommand('Out-Default')
    $shell.Commands.Commands[0].MergeMyResults('Error', 'Output')
    $stopped = ''
    try { [void]$shell.Invoke() } catch { $stopped = $_.Exception.InnerException.Message }
    $shell.Dispose()
    $space.Dispose()
    $exit = if ($null -ne $screen.ExitCode) { $screen.ExitCode } elseif ($stopped) { 1 } else { 0 }
    [pscustomobject]@{ shown = $screen.Shown; told = $screen.Told; stopped = $stopped; exit = $exit; asked = $screen.Asked }
}

function global:another([string] $text, [switch] $Command, [string[]] $Options = @()) {
    $errors = [IO.Path]::GetTempFileName()
    $how = @('-Command', $text)
    if (-not $Command) {
        $file = Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).ps1"
        [IO.File]::WriteAllText($file, $text)
        $how = @('-File', $file)
    }
    $shown = (& $env:TEST_PWSH @Options -NoLogo -NoProfile -NonInteractive @how 2> $errors | Out-String) -replace "`r"
    $exit = $LASTEXITCODE
    [pscustomobject]@{ shown = $shown; told = [IO.File]::ReadAllText($errors); exit = $exit }
}

function global:finish {
    "$($harness.checks) checks, $($harness.failed) failed"
    exit [int]($harness.failed -gt 0 -or $harness.checks -eq 0)
}
