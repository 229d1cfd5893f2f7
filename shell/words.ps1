# How `awsenv` was called in PowerShell: the words as they were typed, what they ask for, and who reads the output.

# The words as they were typed, or nothing if that cannot be told. PowerShell takes `-v` for a parameter of its own, cuts
# `-x:y` and `-x.y` in two and drops the first `--`, and `a,b` looks like two words, so this reads the text of the call.
function global:__awsenv_typed {
    [System.Diagnostics.DebuggerHidden()]
    param($_call, $_bound, $_given)
    # The switches that were set, by all their names. Any other parameter has taken a word with it.
    $_switches = @()
    foreach ($_name in $_bound.Keys) {
        if ($_name -like '_awsenv_*') { continue }
        if ($_bound[$_name] -isnot [switch]) { return }
        $_switches += , @(@($_name) + @($_call.MyCommand.Parameters[$_name].Aliases))
    }
    if ($null -eq $_given) { $_given = @() }
    $_is_plain = -not $_switches
    foreach ($_word in $_given) { if ($_word -isnot [string] -or $_word -cmatch '^(-[^-]|exec$)') { $_is_plain = $false } }
    if ($_is_plain) { return , $_given }
    # Before PowerShell 7.5 only the line is known.
    $_text = if ($_call.PSObject.Properties['Statement']) { $_call.Statement }
    if (-not $_text -and $_call.OffsetInLine -gt 0) { $_text = $_call.Line.Substring($_call.OffsetInLine - 1) }
    $_typed = __awsenv_words "$_text" $_given $_switches
    if ($null -ne $_typed) { return , $_typed }
    # The words are in no text, or not in this one.
    if ($_switches) { return }
    $_typed = @()
    foreach ($_word in $_given) {
        if ("$_word" -cmatch '^(-[^-].*:|--%)$') { return }
        $_typed += $_word -join ','
    }
    , $_typed
}

# The words of a call as a list, from its text and from what PowerShell made of it; nothing if these do not agree.
function global:__awsenv_words {
    [System.Diagnostics.DebuggerHidden()]
    param($_text, $_given, $_switches)
    $_tree = [System.Management.Automation.Language.Parser]::ParseInput($_text, [ref] $null, [ref] $null)
    $_command = $_tree.Find({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
    if (-not $_command) { return }
    $_typed = [System.Collections.Generic.List[string]]::new()
    $_set = $_switches.Count
    $_next = 0
    # Where the last word ends if it belongs to an option.
    $_last = -1
    for ($_at = 1; $_at -lt $_command.CommandElements.Count; $_at++) {
        $_tree = $_command.CommandElements[$_at]
        $_begin = $_tree.Extent.StartOffset
        $_is_option = $_text[$_begin] -eq '-' -or $_begin -eq $_last
        if ($_tree -is [System.Management.Automation.Language.CommandParameterAst]) {
            $_name = $_tree.ParameterName
            $_tail = $_tree.Argument
            $_is_switch = $false
            foreach ($_alias in $_switches) { foreach ($_each in $_alias) { if ($_each.StartsWith($_name, 'OrdinalIgnoreCase')) { $_is_switch = $true } } }
            if ($_is_switch) {
                if ($_tail) { return }
                $_set--
            }
            if ($_is_switch -or $_name -ceq '-') {
                # A `--` in front of all words is meant for PowerShell.
                if ($_is_switch -or $_typed.Count) { $_typed.Add($_tree.Extent.Text) }
                continue
            }
            if ($_tail) {
                if ($_next -ge $_given.Count) { return }
                $_typed.Add($_given[$_next++])
                $_last = $_begin + $_name.Length + 2
                $_tree = $_tail
                $_begin = $_tree.Extent.StartOffset
            }
        } elseif ($_tree.Extent.Text -ceq '--%' -or ($_tree -is [System.Management.Automation.Language.VariableExpressionAst] -and $_tree.Splatted)) { return }
        if ($_next -ge $_given.Count) { return }
        $_value = $_given[$_next++]
        # By `-join`, because so a number keeps its spelling.
        $_values = if ($_tree -is [System.Management.Automation.Language.ArrayLiteralAst]) { , ($_value -join ',') } else { foreach ($_each in $_value) { $_each -join ',' } }
        foreach ($_word in $_values) {
            if ($_begin -eq $_last) { $_typed[$_typed.Count - 1] += $_word } else { $_typed.Add($_word) }
            $_last = -1
        }
        if ($_is_option) { $_last = $_tree.Extent.EndOffset }
    }
    if ($_set -eq 0 -and $_next -eq $_given.Count) { , $_typed }
}

# Whether the words ask for a switch of this shell: `use` or `unset`, and not with the text for another shell.
function global:__awsenv_here {
    [System.Diagnostics.DebuggerHidden()]
    param($_words)
    $_verb = ''
    $_option = ''
    foreach ($_word in $_words) {
        if ($_option) {
            if ($_option -ceq '--shell' -and $_word -notin 'powershell', 'pwsh') { return $false }
            $_option = ''
        } elseif ($_word -ceq '--') { break }
        elseif ($_word -cin '--color', '--shell') { $_option = $_word }
        elseif ($_word -clike '--shell=*' -and $_word -notin '--shell=powershell', '--shell=pwsh') { return $false }
        elseif ($_verb -eq '' -and -not $_word.StartsWith('-')) { $_verb = $_word }
    }
    $_verb -cin 'use', 'unset'
}

# Who reads what `awsenv use` prints here: `code` if it is run, `value` if only something is expected, else nothing.
# PowerShell does not tell, so this looks at the text of the call.
function global:__awsenv_reader {
    [System.Diagnostics.DebuggerHidden()]
    param($_call)
    if ($_call.PipelinePosition -lt $_call.PipelineLength) { return 'code' }
    $_at = [Math]::Max(0, $_call.OffsetInLine - 1)
    $_before = $_call.Line.Substring(0, $_at)
    if (-not $_before.Trim()) {
        # The statement may have begun on a line before. This function and `awsenv` are the first two frames.
        $_frames = @([System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack())
        $_extent = if ($_frames.Count -gt 2) { $_frames[2].Position }
        if ($_extent -and $_extent.StartLineNumber -lt $_call.ScriptLineNumber) {
            $_lines = $_extent.Text.Split("`n")
            $_before = $_lines[0..($_call.ScriptLineNumber - $_extent.StartLineNumber - 1)] -join ' '
        }
    }
    if ($_before -match '(\b(iex|Invoke-Expression)\b|(\]::Create|\.NewScriptBlock|\.InvokeScript)\()[^;}|]*$') { return 'code' }
    if ($_call.Line.Substring($_at) -match '^[^;{}]*\)[^;{}]*\|\s*(iex|Invoke-Expression)\b') { return 'code' }
    if ($_before -match '[(=]\s*$') { 'value' }
}
