# Every way in which people call `use` and `unset`, with a name that exists and one that does not, where errors stop a
# script and where they do not.

. "$env:TEST_FOLDER/harness.ps1"

# Each row is a kind and a text. In it {use} is `use jekyl` or `use nosuch`, {words} the same as an array, {name} the
# name alone, and {unset} is `unset` or `unset now`, which fails.
#
# A kind has three outcomes: with a good name; with a bad name under Continue; with a bad name under Stop. An outcome is
# what is shown, if anything is, and then `on True` or `on False` for a script that goes on with that `$?` (`on` alone
# where PowerShell has no rule for it), `stops` for one that an error ends, or `exit 7`.
$kinds = @{
    statement = 'on True', 'on False', 'stops'
    inside    = 'on', 'on', 'stops'
    read      = 'on True', 'stops', 'stops'
    readin    = 'on', 'stops', 'stops'
    always    = 'on', 'stops', 'stops'
    kept      = 'on', 'on', 'stops'
    seen      = '$null=0 on', 'on', 'stops'
    piped     = '$null=0 on', 'throw on', 'stops'
    native    = '* on', '* on', 'stops'
    merged    = 'on True', '* on False', 'stops'
    yes       = 'yes on', 'on', 'stops'
    next      = 'yes on', 'on', 'stops'
    nextseen  = '$null=0 yes on', 'on', 'stops'
    both      = 'yes on', 'stops', 'stops'
    seven     = 'on', 'exit 7', 'stops'
    thrown    = 'on', 'stops', 'stops'
    caught    = 'on', 'on', 'caught on'
    trapped   = 'on', 'caught on', 'caught on'
    later     = 'on True', 'on False', 'stops'
    handed    = '* on True', '* on False', '* stops'
    text      = 'export on', 'on', 'stops'
    elsewhere = '* on', '* on', '* on'
}

# A statement prints nothing, and its failure is an error of the caller.
$forms = @'
statement awsenv {use}
statement & awsenv {use}
statement . awsenv {use}
statement awsenv -q {use}
statement awsenv --color never {use}
statement awsenv {use} --quiet
statement awsenv {use} --name
statement awsenv {use} --shell powershell
statement awsenv {use} --shell=pwsh
statement awsenv {use} > $null
statement awsenv {use} > $HOME/log
statement awsenv {use} >> $HOME/log
statement awsenv {use} 2> $HOME/log
statement awsenv {use} 2> $null
statement awsenv {use} *> $HOME/log
merged awsenv {use} 2>&1
statement awsenv {use} | Out-Null
statement $null = awsenv {use}
statement $s = awsenv {use}
kept $s = (awsenv {use})
kept $s = @(awsenv {use})
kept [string] $s = awsenv {use}
kept $h = @{ a = awsenv {use} }
kept $a = @(1; awsenv {use})
kept $s = awsenv {use} | Out-String
kept [void](awsenv {use})
statement awsenv `{line}    {use}
statement $LASTEXITCODE = 7; awsenv {use}
statement awsenv {use}; # a comment
statement awsenv {use} # iex (
statement "iex (" > $null; awsenv {use}
statement $w = {words}; awsenv @w
statement $w = {words}; & awsenv @w
statement Set-Alias a awsenv; a {use}
statement & (Get-Command awsenv) {use}
statement & ${function:awsenv} {use}
statement 'text' | awsenv {use}
statement awsenv use hyde; awsenv {use}
statement if ($true) { awsenv {use} }
inside foreach ($i in 1) { awsenv {use} }
inside do { awsenv {use} } while ($false)
inside function f { awsenv {use} }; f
inside function f { return awsenv {use} }; f
inside function f($name) { awsenv use $name }; f {name}
always function f { [CmdletBinding()] param() awsenv {use} }; f -ErrorAction Stop
inside function f { process { awsenv {use} } }; f
always $m = New-Module { $ErrorActionPreference = 'Stop'; function g { awsenv {use} } }; g
inside $m = New-Module { function g { awsenv {use} } }; g
inside & { awsenv {use} }
inside . { awsenv {use} }
inside $b = { awsenv {use} }; & $b
inside & ([scriptblock]::Create('awsenv {use}'))
inside iex 'awsenv {use}'
inside 1 | ForEach-Object { awsenv {use} }
inside '{name}' | ForEach-Object { awsenv use $_ }
inside 1 | ForEach-Object { awsenv {use} } | Out-Null
inside Invoke-Command -ScriptBlock { awsenv {use} }
inside Invoke-Command { awsenv {use} } -NoNewScope
inside $t = Measure-Command { awsenv {use} }
caught try { awsenv {use} } catch { 'caught' }
caught function f { try { awsenv {use} } catch { 'caught' } }; f
caught trap { 'caught'; continue } awsenv {use}
seven awsenv {use}; if (-not $?) { exit 7 }
seven awsenv {use}; if ($LASTEXITCODE) { exit 7 }
seven awsenv {use} || $(exit 7)
seven function f { awsenv {use}; return $? }; if (-not (f)) { exit 7 }
next awsenv {use} && 'yes'
next awsenv {use} && awsenv unset && awsenv {use} && 'yes'
'@

# A call that is used as a value has one on success and none on failure.
$forms += "`n" + @'
seen (awsenv {use})
seen @(awsenv {use})
seen $(awsenv {use})
yes if (awsenv {use}) { 'yes' }
seven if (-not ( # iex{line} awsenv {use})) { exit 7 }
seven <# iex #> if (-not (<# why #> awsenv {use})) { exit 7 }
seven if (-not ($env:iex -or (awsenv {use}))) { exit 7 }
readin (awsenv {use}) |{line} iex
readin (awsenv {use}) | ForEach-Object { iex $_ }
seen $r = `{line} awsenv {use}; $r
seven if (-not (awsenv {use})) { exit 7 }
seven if (!(awsenv {use})) { exit 7 }
seven if (awsenv {use}) { } else { exit 7 }
thrown if (-not (awsenv {use})) { throw 'no' }
seven while (-not (awsenv {use})) { exit 7 }
yes switch (awsenv {use}) { default { 'yes' } }
nextseen (awsenv {use}) && 'yes'
'@

# Code that evaluates the output gets a text that does nothing, or one that fails.
$forms += "`n" + @'
read iex (awsenv {use} | Out-String)
read Invoke-Expression (awsenv {use} | Out-String)
read Invoke-Expression (& awsenv {use} | Out-String)
read Invoke-Expression -Command (awsenv {use} | Out-String)
read Invoke-Expression "$(awsenv {use})"
read iex "$(awsenv {use} | Out-String)"
read iex $(awsenv {use})
read iex (awsenv {use})
read iex (& awsenv {use})
read iex (awsenv {use} --shell powershell)
read iex (-join (awsenv {use}))
read iex ((awsenv {use}) -join "`n")
read iex ([string](awsenv {use}))
read iex (awsenv {use} | Out-String -Width 4096)
read iex (& { (awsenv {use} | Out-String) })
read iex (& { awsenv {use} })
read iex ({line}    awsenv {use} | Out-String{line})
read iex ({line}    awsenv {use}{line})
read iex `{line}    (awsenv {use})
read iex (awsenv {use} | Out-String) 2> $null
read Microsoft.PowerShell.Utility\Invoke-Expression (awsenv {use} | Out-String)
read awsenv {use} | iex
read awsenv {use} | Invoke-Expression
read awsenv {use} | Out-String | iex
read awsenv {use} | ForEach-Object { iex $_ }
read & ([scriptblock]::Create((awsenv {use} | Out-String)))
read . ([scriptblock]::Create((awsenv {use} | Out-String)))
read . ([scriptblock]::Create(-join (awsenv {use})))
read & ([scriptblock]::Create((awsenv {use}) -join "`n"))
kept $ExecutionContext.InvokeCommand.InvokeScript((awsenv {use} | Out-String))
readin $s = awsenv {use} | Out-String; iex $s
later $s = awsenv {use}; iex $s
later $s = -join (awsenv {use}); iex $s
later $s = "$(awsenv {use})"; iex $s
readin function f { iex (awsenv {use} | Out-String) }; f
readin if ($true) { iex (awsenv {use} | Out-String) }
readin 1 | ForEach-Object { iex (awsenv {use} | Out-String) }
both iex (awsenv {use} | Out-String) && 'yes'
both iex (awsenv {use}); 'yes'
trapped try { iex (awsenv {use} | Out-String) } catch { 'caught' }
trapped try { awsenv {use} | iex } catch { 'caught' }
piped awsenv {use} | Out-Host
piped awsenv {use} | Out-String
piped awsenv {use} | ForEach-Object { $_ }
native awsenv {use} | cat
'@

# A script for another shell is text, jobs and threads have their own shell, and `unset` follows the same rules.
$forms += "`n" + @'
handed awsenv {use} --shell bash
handed awsenv {use} --shell=zsh
handed awsenv {use} --shell fish
handed awsenv {use} --shell posix | Out-String
text $t = awsenv {use} --shell bash; if ($LASTEXITCODE -eq 0) { ("$t" -split ' ' | Where-Object { $_ -eq 'export' })[0] }
elsewhere Start-Job { awsenv {use} } | Receive-Job -Wait -AutoRemoveJob
elsewhere $j = awsenv {use} &{line}Receive-Job $j -Wait -AutoRemoveJob
elsewhere Start-ThreadJob { awsenv {use} } | Receive-Job -Wait -AutoRemoveJob
elsewhere 1 | ForEach-Object -Parallel { awsenv {use} }
statement awsenv {unset}
statement awsenv -q {unset}
statement awsenv {unset} | Out-Null
statement $null = awsenv {unset}
seven if (-not (awsenv {unset})) { exit 7 }
next awsenv {unset} && 'yes'
caught try { awsenv {unset} } catch { 'caught' }
read iex (awsenv {unset} | Out-String)
read iex (awsenv {unset})
read awsenv {unset} | iex
inside function f { awsenv {unset} }; f
'@

# What a script came to, in the words of the table above.
function outcome($result, [string] $expected) {
    $before, $after = $result.shown -split "`n?(?=<(?:True|False) )", 2
    $text = "$before".Trim() -replace '\s+', ' '
    if ($expected.StartsWith('*')) { $text = '*' } elseif ($text.StartsWith("throw 'awsenv: ")) { $text = 'throw' }
    $end = if ($after -cnotmatch '^<(True|False) (\d+)>\s+WENT ON\s*$') {
        if ($result.exit -eq 1) { 'stops' } else { "exit $($result.exit)" }
    } elseif ($result.exit -ne 0) { "on, then exit $($result.exit)" }
    elseif ($expected -cmatch 'on$') { 'on' }
    else { "on $($Matches[1])" }
    if ($expected -ceq 'stops') { $end } else { "$text $end".Trim() }
}

$mine = @{ AWS_PROFILE = 'mine'; AWS_REGION = '' }
$rows = @(foreach ($line in $forms -split "`r?`n") {
    $kind, $text = $line -split ' ', 2
    [pscustomobject]@{ kind = $kind; text = $text.Replace('{line}', "`n") }
})
# In strict mode, only what goes another way there is tried again.
$cases = if ($env:TEST_STRICT) { 'good Stop', 'bad Stop' } else { 'good Continue', 'good Stop', 'bad Continue', 'bad Stop' }
$right = 0
$at = 0
foreach ($row in $rows) {
    $before = $harness.failed
    foreach ($case in $cases) {
        $name, $preference = $case -split ' '
        $index = if ($name -eq 'good') { 0 } elseif ($preference -eq 'Continue') { 1 } else { 2 }
        $expected = $kinds[$row.kind][$index]
        if ($row.kind -eq 'elsewhere' -and $preference -eq 'Stop') { continue }
        $profile_name = if ($name -eq 'good') { 'jekyl' } else { 'nosuch' }
        $undo = if ($name -eq 'good') { 'unset' } else { 'unset now' }
        $form = $row.text.Replace('{use}', "use $profile_name").Replace('{name}', $profile_name)
        $form = $form.Replace('{words}', "'use', '$profile_name'").Replace('{unset}', $undo)
        $unsets = $row.text.Contains('{unset}')
        $start = if ($unsets) { "awsenv use hyde --name`n" } else { '' }
        $text = "`$global:ErrorActionPreference = '$preference'`n`$ErrorActionPreference = '$preference'`n" +
            "$env:TEST_STRICT`n$load`n$start$form`n`"<`$? `$LASTEXITCODE>`"`n'WENT ON'`n"
        $ways = @('fresh')
        # Some rows also run in their own pwsh, to show that a runspace does the same. TEST_ALL runs every row there.
        if ($env:TEST_ALL) { $ways += 'File', 'Command' }
        elseif ($at % 24 -eq 0 -and $name -eq 'bad' -and -not $env:TEST_STRICT) { $ways += if ($preference -eq 'Stop') { 'File' } else { 'Command' } }
        foreach ($way in $ways) {
            check "$form [$preference, $way]" {
                environment $mine
                $was = variables
                $result = switch ($way) {
                    fresh { fresh $text }
                    File { another $text }
                    Command { another $text -Command }
                }
                $now = variables
                is $expected (outcome $result $expected)
                $failure = $name -eq 'bad'
                if ($row.kind -notin 'native', 'elsewhere' -and $result.shown -cmatch '<\w+ (\d+)>') {
                    is ([int]$failure + [int]($failure -and $unsets)) ([int]$Matches[1])
                }
                if ($way -ne 'fresh') {
                    # Its environment ends with it. The message may be in a file or in what is shown.
                    if ($row.text -cnotmatch '[2*]>') { is $failure $result.told.Contains('awsenv: ') }
                    return
                }
                if ($expected -clike '*on True' -and -not $expected.StartsWith('*')) { is '' $result.told }
                if ($row.kind -in 'handed', 'text', 'elsewhere') { is $was $now }
                elseif ($unsets -and $name -eq 'good') { is $was $now }
                elseif ($unsets) { is 'hyde' $env:AWSENV_PROFILE }
                elseif ($name -eq 'good') { is 'jekyl jekyl' "$env:AWS_PROFILE $env:AWSENV_PROFILE" }
                elseif ($row.text -notmatch 'hyde') { is $was $now }
                else { is 'hyde' $env:AWSENV_PROFILE }
            }
        }
    }
    if ($harness.failed -eq $before) { $right++ }
    $at++
}
"$right of $($rows.Count) forms are right"

check 'words that PowerShell took fail as a failure of `use`' {
    foreach ($form in 'awsenv use jekyl -WarningAction Ignore', 'iex (awsenv use jekyl -wa Ignore | Out-String)', 'awsenv unset -pv x | iex') {
        environment $mine
        $was = variables
        $result = fresh "$load`n`$ErrorActionPreference = 'Stop'`n$form`n'WENT ON'"
        is $false $result.shown.Contains('WENT ON')
        is $was (variables)
    }
}
check 'help changes nothing' {
    foreach ($form in 'awsenv use --help', 'iex (awsenv use --help | Out-String)', 'awsenv unset -h | iex') {
        environment $mine
        $was = variables
        $result = fresh "$load`n$form`n`"<`$? `$LASTEXITCODE>`""
        is '<True 0>' $result.shown.Trim()
        is $was (variables)
    }
}
finish
