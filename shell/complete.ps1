# Completion of awsenv for PowerShell 7 and Windows PowerShell 5.1. `awsenv init powershell` includes it; it also works
# by itself, without the function `awsenv`.

# A word as a literal. PowerShell treats five characters as a single quote; doubling escapes each.
function global:__awsenv_quote {
    [System.Diagnostics.DebuggerHidden()] param([string] $_word)
    $_quotes = '([' + [char]39 + [char]0x2018 + [char]0x2019 + [char]0x201a + [char]0x201b + '])'
    "'" + ($_word -replace $_quotes, '$1$1') + "'"
}

# ConstrainedLanguage forbids this.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    & {
        $_complete = {
            [System.Diagnostics.DebuggerHidden()] param($_word, $_ast, $_position)
            try {
                # An alias may have become one of another command.
                $_alias = $ExecutionContext.InvokeCommand.GetCommand($_ast.GetCommandName(), 'Alias')
                if ($_alias -and [string] $_alias.ResolvedCommand -notin 'awsenv', 'awsenv.exe') { return }
                $_program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
                if (-not $_program) { return }
                # The words up to the cursor, without their quotes, also if the last one is open.
                $_words = [System.Collections.Generic.List[string]]::new()
                $_start = ''
                $_behind = -1
                foreach ($_element in $_ast.CommandElements) {
                    if ($_element.Extent.StartOffset -ge $_position) { break }
                    $_text = $_element.Extent.Text
                    if ($_element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_text = $_element.Value }
                    if ($_element.Extent.EndOffset -ge $_position) { $_start = $_text; break }
                    if ($_behind -lt 0 -and $_text -ceq '--') { $_behind = $_element.Extent.EndOffset }
                    $_words.Add($_text)
                }
                $_words[0] = 'complete --shell powershell --'
                $_words.Add($_start)
                for ($_at = 1; $_at -lt $_words.Count; $_at++) {
                    $_words[$_at] = '"' + ($_words[$_at] -replace '(\\*)"', '$1$1\"' -replace '(\\+)\z', '$1$1') + '"'
                }

                # Not as a command, which would change $LASTEXITCODE.
                $_run = [System.Diagnostics.ProcessStartInfo]::new($_program.Definition, $_words -join ' ')
                $_run.UseShellExecute = $false
                $_run.CreateNoWindow = $true
                $_run.RedirectStandardInput = $true
                $_run.RedirectStandardOutput = $true
                $_run.RedirectStandardError = $true
                $_run.WorkingDirectory = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
                $_process = [System.Diagnostics.Process]::Start($_run)
                $_process.StandardInput.Close()
                $_silent = $_process.StandardError.ReadToEndAsync()
                $_output = $_process.StandardOutput.ReadToEnd()
                $_process.WaitForExit()
                if ($_process.ExitCode -eq 10 -and $_behind -ge 0) {
                    # What is behind `--` is a command line of its own, where a first word in quotes is a command too.
                    # Nothing behind it means files, as PowerShell writes them for a program.
                    # The command's text ends before the blank at the cursor.
                    $_length = $_position - $_behind
                    $_line = $_ast.Extent.Text.Substring($_behind - $_ast.Extent.StartOffset).PadRight($_length).Substring(0, $_length)
                    $_line = if ($_line.Trim()) { "& $_line" } else { '& "" ' }
                    $_found = [System.Management.Automation.CommandCompletion]::CompleteInput($_line, $_line.Length, $null)
                    if ($_found.ReplacementIndex + $_found.ReplacementLength -eq $_line.Length) { $_found.CompletionMatches }
                    return
                }

                # The program prints each candidate and its description as two literals, so that no code page can change
                # them.
                $_texts = @(& ([scriptblock]::Create($_output)))
                for ($_at = 0; $_at + 1 -lt $_texts.Count; $_at += 2) {
                    $_name = $_texts[$_at]
                    if (-not $_name.StartsWith($_start, [StringComparison]::OrdinalIgnoreCase)) { continue }
                    # Quoted where PowerShell would read a number, a parameter or code.
                    $_text = $_name
                    if ($_name -cnotmatch '\A([A-Za-z_/][A-Za-z0-9_./-]*|--[a-z-]+(=[A-Za-z0-9_./-]*)?|-[A-Za-z])\z') { $_text = __awsenv_quote $_name }
                    [System.Management.Automation.CompletionResult]::new($_text, $_name, 'ParameterValue', $_texts[$_at + 1])
                }
            } catch { if ($global:Error.Count) { $global:Error.RemoveAt(0) } }
        }
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName awsenv -ScriptBlock $_complete
        # PowerShell looks for the completion above by the name that was typed, but for this one by the function that an
        # alias stands for. Nothing from here makes it go on with the other.
        $_register = {
            [System.Diagnostics.DebuggerHidden()] param($_command, $_parameter, $_word, $_ast)
            $_name = $_ast.GetCommandName()
            if ($_name -and $_name -ne 'awsenv') {
                Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName $_name -ScriptBlock $_complete
            }
        }.GetNewClosure()
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName awsenv -ParameterName _awsenv_words -ScriptBlock $_register
    }
}
