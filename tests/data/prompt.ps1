# Checks of the prompt in the PowerShell that runs this, under the user's habits that AWSENV_TEST_HABIT names. Prints each
# check that fails, and at the end how many there were.

if ($env:AWSENV_TEST_HABIT -eq 'strict') {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
}
if ($env:AWSENV_TEST_HABIT -eq 'careful') {
    $WhatIfPreference = $true
    $ConfirmPreference = 'Low'
    $WarningPreference = 'Stop'
}
if ($env:AWSENV_TEST_HABIT -eq 'redefined') {
    foreach ($cmdlet in 'Get-Item', 'Set-Item', 'Test-Path', 'Get-Variable', 'Set-Variable', 'Remove-Variable', 'Write-Error',
        'Invoke-Expression', 'Out-String', 'Where-Object', 'ForEach-Object', 'New-Object') {
        ${function:global:x} = { throw 'called' }
        Rename-Item function:x "global:$cmdlet"
    }
    foreach ($each in 'name', 'text', 'mark', 'left', 'key') { New-Variable $each constant -Option Constant, AllScope }
}

$checks = 0
function check($what, $wanted, $got) {
    $script:checks++
    if ("$wanted" -cne "$got") { [Console]::WriteLine("${what}: wanted <$wanted>, got <$("$got".Replace([char] 27, 'E'))>") }
}
function in_use($aws) {
    $env:AWS_PROFILE = $aws
    __awsenv_place
}
function load([string[]] $arguments = @()) { . ([scriptblock]::Create((awsenv init powershell @arguments) -join ' ')) }

$default = "$function:prompt"
load
check 'nothing in use' $default "$function:prompt"
in_use 'a'
check 'in use' $true (prompt).StartsWith('[a] PS ')
load
check 'loaded twice' 1 ([regex] '\[a\]').Matches((prompt)).Count
$env:AWS_PROFILE = $null
check 'nothing in use by hand' $true (prompt).StartsWith('PS ')
in_use $null
check 'given back' $default "$function:prompt"

# The user's own prompt sees the status as it was.
function global:prompt { "$?,$(if ($ExecutionContext.SessionState.PSVariable.Get('LASTEXITCODE')) { $global:LASTEXITCODE } else { 'unset' })" }
$global:LASTEXITCODE = 7
in_use 'a'
$null = 1; check 'success' '[a] True,7' (prompt)
Microsoft.PowerShell.Utility\Write-Error x -ErrorAction Ignore; check 'failure' '[a] False,7' (prompt)
/bin/false; check 'program' '[a] False,1' (prompt)
$ExecutionContext.SessionState.PSVariable.Remove('global:LASTEXITCODE')
$null = 1; check 'no program yet' '[a] True,unset' (prompt)
check 'none is invented' $null $ExecutionContext.SessionState.PSVariable.Get('global:LASTEXITCODE')

# What a prompt function may return. PowerShell shows the first object, or `PS>` for nothing.
function returns($what, $wanted, [scriptblock] $prompt) {
    $function:global:prompt = $prompt
    in_use 'a'
    check $what $wanted (@(prompt) -join '|')
    $env:AWS_PROFILE = $null
    check "$what, not in use" (@(& $prompt) -join '|') (@(prompt) -join '|')
    in_use $null
    check "$what, given back" "$prompt" "$function:prompt"
}
returns 'two objects' '[a] 1|two' { 1; 'two' }
returns 'a number' '[a] 0' { 0 }
returns 'an array' '[a] 1 2' { , @(1, 2) }
returns 'nothing' '[a] PS>' { }
returns 'null' '[a] PS>' { $null }
returns 'an empty text' '[a] PS>' { '' }
returns 'marks' "`u{1b}]133;A`a`u{1b}]9;9;x`u{1b}\[a] PS> `u{1b}]133;B`a" { "`u{1b}]133;A`a`u{1b}]9;9;x`u{1b}\PS> `u{1b}]133;B`a" }
returns 'colours' "[a] `u{1b}[31mPS> " { "`u{1b}[31mPS> " }
$function:global:prompt = { throw 'failed' }
in_use 'a'
check 'an error' '[a] PS>' (prompt)
check 'an error is kept' 'failed' $Error[0].Exception.Message
$Error.RemoveAt(0)
in_use $null

# Prompts that are defined later, and those that call the one before.
function global:prompt { 'first> ' }
in_use 'a'
function global:prompt { 'again> ' }
check 'defined again' 'again> ' (prompt)
in_use 'a'
check 'wrapped again' '[a] again> ' (prompt)
$global:before = $function:prompt
function global:prompt { "<$(& $global:before)>" }
check 'calls ours' '<[a] again> >' (prompt)
in_use 'a'
in_use 'a'
check 'calls ours, wrapped' '[a] <again> >' (prompt)
in_use $null
check 'calls ours, not in use' '<again> >' (prompt)
# As a virtualenv does.
function global:prompt { 'user> ' }
in_use 'a'
Microsoft.PowerShell.Management\Copy-Item function:prompt function:global:old_prompt -WhatIf:$false -Confirm:$false
function global:prompt { '(venv) ' + (old_prompt) }
in_use 'a'
check 'a virtualenv' '[a] (venv) user> ' (prompt)
Microsoft.PowerShell.Management\Copy-Item function:old_prompt function:global:prompt -WhatIf:$false -Confirm:$false
in_use 'a'
check 'a virtualenv that was left' '[a] user> ' (prompt)
in_use $null
check 'a virtualenv that was left, not in use' " 'user> ' " "$function:prompt"

# Who draws the prompt is decided by its function.
$starship = { 'starship --path=x'; }
$env:STARSHIP_SHELL = 'pwsh'
$env:POSH_SHELL = 'pwsh'
function global:prompt { 'user> ' }
in_use 'a'
check 'inherited names' '[a] user> ' (prompt)
in_use $null
$function:global:prompt = $starship
in_use 'a'
check 'starship' 'starship --path=x' (prompt)
$env:AWS_ACCESS_KEY_ID = 'K'
check 'starship, where a mark is due' '[a?] starship --path=x' (prompt)
$env:AWS_ACCESS_KEY_ID = $null
$global:__awsenv_mode = 'on'
check 'starship, prompt = on' '[a] starship --path=x' (prompt)
$global:__awsenv_mode = 'off'
check 'starship, prompt = off' 'starship --path=x' (prompt)
__awsenv_place
check 'off gives the prompt back' "$starship" "$function:prompt"
$global:__awsenv_mode = 'auto'
$global:__VSCodeState = @{ OriginalPrompt = $starship }
function global:prompt { "`u{1b}]633;A`a$(& $global:__VSCodeState.OriginalPrompt)" }
in_use 'a'
check 'starship in VS Code' "`u{1b}]633;A`astarship --path=x" (prompt)
$env:AWS_ACCESS_KEY_ID = 'K'
check 'in VS Code, where a mark is due' "`u{1b}]633;A`a[a?] starship --path=x" (prompt)
$env:AWS_ACCESS_KEY_ID = $null
in_use $null

# A prompt that cannot be replaced.
Microsoft.PowerShell.Management\Set-Item function:global:prompt { 'fixed> ' } -Options ReadOnly -WhatIf:$false -Confirm:$false
in_use 'a'
check 'read-only' 'fixed> ' (prompt)
Microsoft.PowerShell.Management\Remove-Item function:prompt -Force -WhatIf:$false -Confirm:$false
in_use 'a'
check 'no function' '[a] PS>' (prompt)

load '--no-prompt'
check 'no prompt' '' (prompt)
check 'no prompt, for good' $null ${function:__awsenv_place}
check 'errors' 0 $Error.Count
[Console]::WriteLine("$checks checks")
