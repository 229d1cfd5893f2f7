# Completion of awsenv for PowerShell 7 and Windows PowerShell 5.1. `awsenv init powershell` includes it; it also works
# by itself, without the function `awsenv`.

# A word as a literal. PowerShell treats five characters as a single quote; doubling escapes each.
function global:__awsenv_quote {
    param([string] $word)
    $quotes = '([' + [char]39 + [char]0x2018 + [char]0x2019 + [char]0x201a + [char]0x201b + '])'
    "'" + ($word -replace $quotes, '$1$1') + "'"
}

# ConstrainedLanguage forbids this.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    # The program prints each candidate and its description as two literals, so that no code page can change them.
    Register-ArgumentCompleter -Native -CommandName awsenv -ScriptBlock {
        param($word, $ast, $position)
        $program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
        if (-not $program) { return }
        $call = '& $program complete --shell powershell --'
        $typed = @($ast.CommandElements)
        for ($at = 1; $at -lt $typed.Count; $at++) {
            # The word under the cursor is added below, with or without its quotes.
            if ($typed[$at].Extent.EndOffset -ge $position) { break }
            $text = if ($typed[$at] -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $typed[$at].Value } else { $typed[$at].Extent.Text }
            $call += ' ' + (__awsenv_quote $text)
        }
        $start = "$word".Trim([char]39)
        $call += ' ' + (__awsenv_quote $start)
        foreach ($line in (Invoke-Expression "$call 2>`$null")) {
            $name, $about = Invoke-Expression $line
            if (-not $name.StartsWith($start, [StringComparison]::OrdinalIgnoreCase)) { continue }
            $text = if ($name -match '^[A-Za-z0-9_./-]+$') { $name } else { __awsenv_quote $name }
            [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $about)
        }
    }
}
