# `use` and `unset` do the same under every preference, and where the user has redefined what a script could use: they
# switch and give back exactly, or fail and change nothing.

. "$env:TEST_FOLDER/harness.ps1"

# A constant of each of these names that awsenv's own texts use, in every scope.
$init = (awsenv init powershell | Out-String) + "`n" + (awsenv use jekyl --keys --shell powershell | Out-String)
$tree = [System.Management.Automation.Language.Parser]::ParseInput($init, [ref]$null, [ref]$null)
$special = '_', 'args', 'input', 'true', 'false', 'null', 'error', 'matches', 'home', 'pwd', 'this', 'foreach', 'ofs', 'psitem',
    'executioncontext', 'myinvocation', 'psboundparameters', 'pscmdlet', 'psversiontable', 'lastexitcode', 'host', 'psstyle',
    'nestedpromptlevel', 'psscriptroot', 'pscommandpath'
$used = $tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.VariableExpressionAst] }, $true).VariablePath |
    Where-Object { $_.IsVariable -and $_.UserPath -match '^\w+$' -and $_.UserPath -notmatch 'preference$|^_+awsenv' -and $_.UserPath -notin $special } |
    ForEach-Object UserPath
$common = 'a', 'b', 'e', 'f', 'i', 'k', 'n', 'o', 'p', 'r', 's', 't', 'v', 'w', 'x', '_i', 'name', 'value', 'key', 'text', 'line', 'result', 'status', 'words'
$constants = @($used) + $common | Sort-Object -Unique
$constants = "foreach (`$__test in '$($constants -join "','")') { Set-Variable -Name `$__test -Value mine -Option Constant, AllScope -Scope Global }"

$cmdlets = 'Add-Member', 'Compare-Object', 'ConvertTo-Json', 'ForEach-Object', 'Get-Alias', 'Get-ChildItem', 'Get-Command', 'Get-Content',
    'Get-Date', 'Get-Item', 'Get-ItemProperty', 'Get-Member', 'Get-PSCallStack', 'Get-Variable', 'Invoke-Command',
    'Invoke-Expression', 'Join-Path', 'Measure-Object', 'New-Item', 'New-Object', 'New-Variable', 'Out-Null',
    'Out-String', 'Remove-Item', 'Remove-Variable', 'Select-Object', 'Select-String', 'Set-Alias', 'Set-Content', 'Set-Item', 'Set-StrictMode',
    'Set-Variable', 'Sort-Object', 'Split-Path', 'Test-Path', 'Where-Object', 'Write-Error', 'Write-Host', 'Write-Output',
    'Write-Verbose', 'Write-Warning'
$short = 'iex', 'icm', 'gi', 'si', 'ri', 'gv', 'sv', 'rv', 'nv', 'gci', 'gcm', 'echo', 'write', 'where', 'foreach', 'select', 'sort', 'cat', 'sh'

function functions($body) { ($cmdlets + $short | ForEach-Object { "function global:$_ { $body }" }) -join "`n" }
$aliases = "function global:nothing { throw 'an alias' }`n" +
    (($cmdlets + $short | ForEach-Object { "Microsoft.PowerShell.Utility\Set-Alias $_ nothing -Option AllScope -Scope Global -Force" }) -join "`n")

# Each runs before the integration is loaded, or after it if the text starts with `later`.
$settings = [ordered]@{
    'nothing' = ''
    'WhatIf' = '$WhatIfPreference = $true'
    'WhatIf in a function' = 'later $WhatIfPreference = $true'
    'Confirm' = '$ConfirmPreference = ''Low'''
    'Confirm none' = '$ConfirmPreference = ''None'''
    'an unset preference' = 'Remove-Variable ErrorActionPreference, WarningPreference, ConfirmPreference, WhatIfPreference -Force'
    'a preference that is no value of it' = '$global:WarningPreference = 0; $global:ConfirmPreference = 0'
    'native errors' = '$ErrorActionPreference = ''Stop''; $PSNativeCommandUseErrorActionPreference = $true'
    'no autoloading' = '$PSModuleAutoLoadingPreference = ''None'''
    'no module path' = '$env:PSModulePath = '''''
    'defaults WhatIf' = '$PSDefaultParameterValues[''*:WhatIf''] = $true'
    'defaults Confirm' = '$PSDefaultParameterValues[''*:Confirm''] = $true'
    'defaults ErrorAction' = '$PSDefaultParameterValues[''*:ErrorAction''] = ''Stop'''
    'defaults Verbose' = '$PSDefaultParameterValues[''*:Verbose''] = $true'
    'defaults OutVariable' = '$PSDefaultParameterValues[''*:OutVariable''] = ''kept'''
    'defaults of single cmdlets' = '$PSDefaultParameterValues[''Out-String:Width''] = 20; $PSDefaultParameterValues[''Get-Variable:Scope''] = ''Local''; $PSDefaultParameterValues[''Remove-Variable:Scope''] = ''Local''; $PSDefaultParameterValues[''*-Variable:Exclude''] = ''*'''
    'OFS' = '$OFS = '','''
    'OFS everywhere' = '$global:OFS = "`n# "'
    'ANSI' = '$PSStyle.OutputRendering = ''Ansi'''
    'plain text' = '$PSStyle.OutputRendering = ''PlainText'''
    'constants' = $constants
    'functions that fail' = 'later ' + (functions 'throw ''mine''')
    'functions that do nothing' = 'later ' + (functions '')
    'functions that print' = 'later ' + (functions '''mine''')
    'aliases' = 'later ' + $aliases
    'strict mode 1' = 'Set-StrictMode -Version 1'
    'a drive' = '$null = New-PSDrive -Name x -PSProvider FileSystem -Root /; Set-Location x:'
    'the environment drive' = 'Set-Location env:'
    'a variable named like a drive' = '${global:env} = ''mine''; ${global:function} = ''mine''; ${global:variable} = ''mine'''
    'constrained language' = 'later $ExecutionContext.SessionState.LanguageMode = ''ConstrainedLanguage'''
    'constrained language before' = '$ExecutionContext.SessionState.LanguageMode = ''ConstrainedLanguage'''
}
foreach ($preference in 'ErrorAction', 'Warning', 'Verbose', 'Debug', 'Information', 'Progress') {
    foreach ($value in 'SilentlyContinue', 'Ignore', 'Continue', 'Stop', 'Inquire', 'Break') {
        # Break opens a debugger for each message.
        if ($value -eq 'Break' -and $preference -ne 'ErrorAction') { continue }
        $settings["$preference $value"] = "`$${preference}Preference = '$value'"
    }
}

# What the user has: text, an empty value, absent ones, characters that end a string.
$mine = @{
    AWS_PROFILE = 'mine'; AWS_REGION = ''; AWS_ACCESS_KEY_ID = 'OWNID'
    AWS_SECRET_ACCESS_KEY = "o'wn $([char]0x2019); `$(throw 1) ``n`n`"end`" "; AWSUME_PROFILE = ' x '
}
environment $mine
$before = variables

$styles = [ordered]@{ '' = 'jekyl||'; ' --keys' = '|AKIAJEKYL|jekyl-secret' }
$middle = '$env:TEST_MIDDLE = "$?|${env:AWS_PROFILE}|${env:AWS_ACCESS_KEY_ID}|${env:AWS_SECRET_ACCESS_KEY}"'
$calls = @{
    function = 'awsenv {0}'
    plain = '. ([scriptblock]::Create((awsenv {0} --shell powershell) -join "`n"))'
}
# ConstrainedLanguage forbids the plain call.
$evaluated = 'Microsoft.PowerShell.Utility\Invoke-Expression ((awsenv {0} --shell powershell) -join "`n")'

function script($setting, $how) {
    $lines = @()
    if (-not $setting.StartsWith('later ')) { $lines += $setting }
    if ($how -eq 'function') { $lines += $load }
    if ($setting.StartsWith('later ')) { $lines += $setting.Substring(6) }
    (@($env:TEST_STRICT) + $lines) -join "`n"
}

function quiet($name, $result) {
    is 0 $result.asked
    is '' $result.stopped
    # This setting makes every cmdlet print what it does.
    if ($name -ne 'defaults Verbose') { is '' $result.told }
}

# What a shell inherits from a switched one.
$null = fresh "$load`nawsenv use hyde --keys"
$inherited = @{}
foreach ($variable in names) { $inherited[$variable] = [Environment]::GetEnvironmentVariable($variable) }

foreach ($name in $settings.Keys) {
    $setting = $settings[$name]
    foreach ($how in 'function', 'plain') {
        # There is no function in ConstrainedLanguage, and the script is evaluated.
        $call = if ($name -like 'constrained*' -and ($how -eq 'plain' -or $name -like '*before')) { $evaluated } else { $calls[$how] }
        $start = script $setting $how
        foreach ($style in $(if ($how -eq 'function') { ' --keys' } else { $styles.Keys })) {
            check "$name, $how, use$style and unset" {
                environment $mine
                $env:TEST_MIDDLE = ''
                $use = $call -f "use jekyl$style"
                $result = fresh "$start`n$use`n$middle`n$($call -f 'unset')"
                is "True|$($styles[$style])" $env:TEST_MIDDLE
                is $before (variables)
                quiet $name $result
            }
        }
        check "$name, $how, unset of what another shell has set" {
            environment $inherited
            $result = fresh "$start`n$($call -f 'unset')`n`$env:TEST_MIDDLE = `"`$?`"`n$($call -f 'unset')"
            is 'True' $env:TEST_MIDDLE
            is "AWSUME_PROFILE= x `nAWS_PROFILE=mine`nAWS_REGION=" (variables)
            is 0 $result.asked
            is '' $result.stopped
        }
        if ($how -eq 'function' -and $name -notlike 'ErrorAction [BI]*' -and $name -ne 'constrained language before') {
            check "$name, failing" {
                environment $mine
                $env:TEST_MIDDLE = 'stopped'
                $result = fresh "$start`nawsenv use nosuch`n`$env:TEST_MIDDLE = `"`$? `$LASTEXITCODE`""
                if ($name -in 'ErrorAction Stop', 'native errors', 'defaults ErrorAction') { is 'stopped' $env:TEST_MIDDLE } else { is 'False 1' $env:TEST_MIDDLE }
                is $before (variables)
                is 0 $result.asked
            }
        }
    }
}

# If a step fails, nothing has changed.
$barriers = [ordered]@{
    'saved values that are read-only' = 'Set-Variable __awsenv_saved @{} -Scope Global -Option ReadOnly'
    'saved values that are constant' = 'Set-Variable __awsenv_saved @{} -Scope Global -Option Constant'
    'saved values that are no table' = '$global:__awsenv_saved = 5'
    'saved values that are a text' = '$global:__awsenv_saved = ''x'''
    'saved values of one type' = '[int] $global:__awsenv_saved = 5'
    'a preference that is read-only' = 'Set-Variable ErrorActionPreference -Value Continue -Scope Global -Option ReadOnly, AllScope -Force'
}
foreach ($name in $barriers.Keys) {
    foreach ($how in 'function', 'plain') {
        foreach ($style in $styles.Keys) {
            check "$name, $how, use$style" {
                environment $mine
                $start = script $barriers[$name] $how
                $env:TEST_MIDDLE = 'stopped'
                $result = fresh "$start`n$($calls[$how] -f "use jekyl$style")`n$middle"
                if ($env:TEST_MIDDLE.StartsWith('True|')) {
                    is "True|$($styles[$style])" $env:TEST_MIDDLE
                    environment $mine
                    $result = fresh "$start`n$($calls[$how] -f "use jekyl$style")`n$($calls[$how] -f 'unset')"
                }
                is $before (variables)
                is 0 $result.asked
            }
        }
    }
}

check 'in constrained language the call says what it did' {
    environment $mine
    $start = script $settings['constrained language before'] 'function'
    $null = fresh "$start`n`$null = awsenv use jekyl`n`$env:TEST_MIDDLE = `"`$? `$LASTEXITCODE `$env:AWS_PROFILE`""
    # The function, or without it the program, whose text was thrown away.
    is $true ($env:TEST_MIDDLE -in 'True 0 jekyl', 'True 0 mine')
}

check 'values of every kind come back' {
    $values = '', ' ', "'", '"', '`', '$x', '$(throw 1)', "a`nb", "a`r`nb", "`t", ([string][char]0x2018), ([string][char]0x201b),
        ([string][char]0x201c), ([char]::ConvertFromUtf32(0x1f600)), ([string][char]0xfeff), '@', ';', '#', '%PATH%', '{0}', ('x' * 4000)
    foreach ($value in $values) {
        $start = @{ AWS_PROFILE = $value; AWS_SECRET_ACCESS_KEY = $value; AWS_SESSION_TOKEN = $value; AWS_REGION = $value }
        foreach ($how in 'function', 'plain') {
            environment $start
            $before = variables
            $result = fresh "$(script '' $how)`n$($calls[$how] -f 'use -q jekyl --keys')`n$middle`n$($calls[$how] -f 'use -q hyde')`n$($calls[$how] -f 'unset -q')"
            is 'True||AKIAJEKYL|jekyl-secret' $env:TEST_MIDDLE
            is $before (variables)
            quiet '' $result
        }
    }
}
$inits = 'awsenv init powershell --no-prompt', 'awsenv init powershell'
foreach ($init in $inits) {
    $ways = "iex (& $init)", "$init | iex", "$init | Out-String | iex", "iex `"`$($init)`"", "iex (($init) -join `"``n`")", "iex ($init | Out-String)",
        ". ([scriptblock]::Create(($init | Out-String)))", "& { iex (& { ($init | Out-String) }) }", "function f { iex ($init | Out-String) }; f; f",
        "$init > ~/init.ps1; . ~/init.ps1", "`$t = $init | Out-String; Set-Alias awsenv Get-Date -Scope Global; iex `$t"
    foreach ($way in $ways) {
        check "loaded by $way" {
            environment $mine
            $result = fresh "$env:TEST_STRICT`n`$ErrorActionPreference = 'Stop'`n$way`n`$env:TEST_COMMAND = (Get-Command awsenv).CommandType`nawsenv use jekyl --keys`n$middle`nawsenv unset"
            is 'Function' $env:TEST_COMMAND
            is 'True||AKIAJEKYL|jekyl-secret' $env:TEST_MIDDLE
            is $before (variables)
            quiet '' $result
        }
    }
}
finish
