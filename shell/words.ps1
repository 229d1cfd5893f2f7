# How `awsenv` was called in PowerShell: the words as they were typed, what they ask for, and who reads the output.

# The words as they were typed, or nothing if that cannot be told. PowerShell takes `-v` for a parameter of its own, cuts
# `-x:y` and `-x.y` in two and drops the first `--`, and `a,b` looks like two words, so this reads the text of the call.
function global:__awsenv_typed {
    [System.Diagnostics.DebuggerHidden()]
    param($_call, $_bound, $_given)
    if ($null -eq $_given) { $_given = @() }
    # What PowerShell has taken for parameters, under all its names. Those of $PSDefaultParameterValues are here too.
    $_taken = @(foreach ($_name in $_bound.Keys) {
            if ($_name -notlike '_awsenv_*') {
                @{
                    names = @($_name) + @($_call.MyCommand.Parameters[$_name].Aliases)
                    is_switch = $_bound[$_name] -is [switch]
                    is_explained = @($global:PSDefaultParameterValues.Keys -like "*:$_name").Count -gt 0
                }
            }
        })
    # Before PowerShell 7.5 only the line is known.
    $_text = if ($_call.PSObject.Properties['Statement']) { $_call.Statement }
    if (-not $_text -and $_call.OffsetInLine -gt 0) { $_text = $_call.Line.Substring($_call.OffsetInLine - 1) }
    # Most calls have nothing that PowerShell changes. A list of words looks like the words.
    $_is_plain = -not $_taken -and "$_text" -cnotmatch ',|\s--\s'
    foreach ($_word in $_given) { if ($_word -isnot [string] -or $_word -cmatch '^(-[^-]|--%|exec$)') { $_is_plain = $false } }
    if ($_is_plain) { return , $_given }

    $_typed = __awsenv_words "$_text" $_given $_taken
    if ($null -ne $_typed) { return , $_typed }
    # The words are in no text, or not in this one.
    foreach ($_parameter in $_taken) { if (-not $_parameter.is_explained) { return } }
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
    param($_text, $_given, $_taken)
    $_tree = [System.Management.Automation.Language.Parser]::ParseInput($_text, [ref] $null, [ref] $null)
    $_command = $_tree.Find({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
    if (-not $_command) { return }

    # What is in the text: where it begins and ends, how many words PowerShell made of it, and its tree.
    $_pieces = @()
    $_splat = $null
    $_left = $_given.Count
    for ($_at = 1; $_at -lt $_command.CommandElements.Count; $_at++) {
        $_tree = $_command.CommandElements[$_at]
        $_piece = @{ tree = $_tree; begin = $_tree.Extent.StartOffset; end = $_tree.Extent.EndOffset; count = 1 }
        if ($_tree -is [System.Management.Automation.Language.CommandParameterAst]) {
            $_name = $_tree.ParameterName
            $_parameter = __awsenv_parameter $_name $_taken
            if ($_parameter) {
                if ($_tree.Argument -or -not $_parameter.is_switch) { return }
                $_parameter.is_explained = $true
            }
            if ($_parameter -or $_name -ceq '-') {
                $_piece.count = 0
            } elseif ($_tree.Argument) {
                $_left--
                $_pieces += @{ tree = $_tree; begin = $_piece.begin; end = $_piece.begin + $_name.Length + 2; count = 1 }
                $_piece.tree = $_tree.Argument
                $_piece.begin = $_tree.Argument.Extent.StartOffset
            }
        } elseif ($_tree -is [System.Management.Automation.Language.VariableExpressionAst] -and $_tree.Splatted) {
            # How many words it has can be told of one only.
            if ($_splat) { return }
            $_splat = $_piece
            $_piece.count = 0
        } elseif ($_tree.Extent.Text -ceq '--%') { return }
        $_left -= $_piece.count
        $_pieces += $_piece
    }
    foreach ($_parameter in $_taken) { if (-not $_parameter.is_explained) { return } }
    if ($_splat -and $_left -ge 0) {
        $_splat.count = $_left
        # PowerShell may have cut one of its words before.
        if (@($_given -cmatch '^-[^-].*:$')) { return }
    }
    # PowerShell takes a single list for all of the words.
    elseif ($_left -ne 0 -and $_left -eq $_given.Count - 1) { $_given = , $_given }
    elseif ($_left -ne 0) { return }

    $_typed = [System.Collections.Generic.List[string]]::new()
    $_next = 0
    # Where the last piece ends if it belongs to an option.
    $_last = -1
    foreach ($_piece in $_pieces) {
        $_is_option = $_text[$_piece.begin] -eq '-' -or $_piece.begin -eq $_last
        $_values = @()
        if ($_piece.count -eq 0 -and $_piece -ne $_splat) {
            # A `--` in front of all words is meant for PowerShell.
            if ($_typed.Count -or $_piece.tree.ParameterName -cne '-') { $_values = @($_piece.tree.Extent.Text) }
        } elseif ($_piece.tree -is [System.Management.Automation.Language.ArrayLiteralAst]) {
            $_values = @(__awsenv_joined $_piece.tree.Elements $_given[$_next++])
        } else {
            # By `-join`, because so a number keeps its spelling.
            for (; $_piece.count -gt 0; $_piece.count--) { foreach ($_each in $_given[$_next++]) { $_values += $_each -join ',' } }
        }
        foreach ($_value in $_values) {
            if ($_piece.begin -eq $_last) { $_typed[$_typed.Count - 1] += $_value } else { $_typed.Add($_value) }
            $_last = -1
        }
        $_last = if ($_is_option) { $_piece.end } else { -1 }
    }
    , $_typed
}

# The parameter that PowerShell took an option for, or nothing. It takes the beginning of a name too.
function global:__awsenv_parameter {
    [System.Diagnostics.DebuggerHidden()]
    param($_name, $_taken)
    foreach ($_parameter in $_taken) { if ($_parameter.names -contains $_name) { return $_parameter } }
    foreach ($_parameter in $_taken) {
        foreach ($_each in $_parameter.names) { if ($_each.StartsWith($_name, [StringComparison]::OrdinalIgnoreCase)) { return $_parameter } }
    }
}

# `a,b` as one word, with its numbers as they are spelled.
function global:__awsenv_joined {
    [System.Diagnostics.DebuggerHidden()]
    param($_trees, $_values)
    $_parts = for ($_at = 0; $_at -lt $_values.Count; $_at++) {
        $_is_number = $_trees[$_at] -is [System.Management.Automation.Language.ConstantExpressionAst] -and
        $_trees[$_at] -isnot [System.Management.Automation.Language.StringConstantExpressionAst]
        if ($_is_number) { $_trees[$_at].Extent.Text } else { $_values[$_at] -join ',' }
    }
    $_parts -join ','
}

# What the words ask of this shell: `here` if `use` or `unset` is to switch it, `elsewhere` if they are to print the text
# for another shell, nothing if it is another command.
function global:__awsenv_switch {
    [System.Diagnostics.DebuggerHidden()]
    param($_words)
    $_verb = ''
    $_option = ''
    $_where = 'here'
    foreach ($_word in [string[]] @($_words)) {
        if ($_option -ceq '--shell' -or $_word -clike '--shell=*') {
            if (($_word -creplace '^--shell=') -notin 'powershell', 'pwsh') { $_where = 'elsewhere' }
            $_option = ''
        } elseif ($_option) { $_option = '' }
        elseif ($_word -ceq '--') { break }
        elseif ($_word -cin '--color', '--shell') { $_option = $_word }
        elseif ($_verb -eq '' -and -not $_word.StartsWith('-')) { $_verb = $_word }
    }
    if ($_verb -cin 'use', 'unset') { $_where }
}

# Who reads what `awsenv use` prints here: `code` if it is run, `value` if only something is expected, else nothing.
# PowerShell does not tell, so this looks at the text of the call.
function global:__awsenv_reader {
    [System.Diagnostics.DebuggerHidden()]
    param($_call)
    if ($_call.PipelinePosition -lt $_call.PipelineLength) { return 'code' }
    $_at = [Math]::Max(0, $_call.OffsetInLine - 1)
    $_before = $_call.Line.Substring(0, $_at)
    $_behind = $_call.Line.Substring($_at)
    # The statement may have other lines. This function and `awsenv` are the first two frames.
    $_frames = @([System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack())
    $_extent = if ($_frames.Count -gt 2) { $_frames[2].Position }
    if ($_extent -and $_extent.StartLineNumber -lt $_extent.EndLineNumber) {
        $_lines = $_extent.Text.Split("`n")
        $_line = $_call.ScriptLineNumber - $_extent.StartLineNumber
        if ($_line -gt 0) { $_before = ($_lines[0..($_line - 1)] -join "`n") + "`n$_before" }
        if ($_line -ge 0 -and $_line + 1 -lt $_lines.Count) { $_behind += "`n" + ($_lines[($_line + 1)..($_lines.Count - 1)] -join "`n") }
    }
    # Without comments.
    $_before = $_before -replace '(?s)<#.*?#>' -replace '(?m)(?<![^\s(){};|])#.*$' -replace '`\r?\n', ' '
    if ($_before -match '((?<![\w$:-])(iex|Invoke-Expression)\b|(\]::Create|\.NewScriptBlock|\.InvokeScript)\()[^;}|]*\z') { return 'code' }
    if ($_behind -match '^[^;{}|]*\)[^;{}|]*\|[^;]*(?<![\w$:-])(iex|Invoke-Expression)\b') { return 'code' }
    if ($_before -match '[(=]\s*\z') { 'value' }
}
