# Completion of awsenv for PowerShell 7 and Windows PowerShell 5.1. `awsenv init powershell` includes it; it also works
# by itself, without the function `awsenv`.

# A word as a literal. PowerShell treats five characters as a single quote; doubling escapes each.
function global:__awsenv_quote {
    [System.Diagnostics.DebuggerHidden()] param([string] $word)
    $quotes = '([' + [char]39 + [char]0x2018 + [char]0x2019 + [char]0x201a + [char]0x201b + '])'
    "'" + ($word -replace $quotes, '$1$1') + "'"
}

# ConstrainedLanguage forbids this.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    & {
        $complete = {
            [System.Diagnostics.DebuggerHidden()] param($word, $ast, $position)
            try {
                # An alias may have become one of another command.
                $alias = $ExecutionContext.InvokeCommand.GetCommand($ast.GetCommandName(), 'Alias')
                if ($alias -and $alias.Definition -ne 'awsenv') { return }
                $program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
                if (-not $program) { return }
                # The words up to the cursor, without their quotes, also if the last one is open.
                $words = [System.Collections.Generic.List[string]]::new()
                $start = ''
                $behind = -1
                foreach ($element in $ast.CommandElements) {
                    if ($element.Extent.StartOffset -ge $position) { break }
                    $text = $element.Extent.Text
                    if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $text = $element.Value }
                    if ($element.Extent.EndOffset -ge $position) { $start = $text; break }
                    if ($behind -lt 0 -and $text -ceq '--') { $behind = $element.Extent.EndOffset }
                    $words.Add($text)
                }
                $words[0] = 'complete --shell powershell --'
                $words.Add($start)
                for ($at = 1; $at -lt $words.Count; $at++) {
                    $words[$at] = '"' + ($words[$at] -replace '(\\*)"', '$1$1\"' -replace '(\\+)\z', '$1$1') + '"'
                }

                # Not as a command, which would change $LASTEXITCODE.
                $run = [System.Diagnostics.ProcessStartInfo]::new($program.Definition, $words -join ' ')
                $run.UseShellExecute = $false
                $run.CreateNoWindow = $true
                $run.RedirectStandardInput = $true
                $run.RedirectStandardOutput = $true
                $run.RedirectStandardError = $true
                $run.WorkingDirectory = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
                $process = [System.Diagnostics.Process]::Start($run)
                $process.StandardInput.Close()
                $silent = $process.StandardError.ReadToEndAsync()
                $output = $process.StandardOutput.ReadToEnd()
                $process.WaitForExit()
                if ($process.ExitCode -eq 10 -and $behind -ge 0) {
                    # What is behind `--` is a command line of its own, where a first word in quotes is a command too.
                    # Nothing behind it means files, as PowerShell writes them for a program.
                    # The command's text ends before the blank at the cursor.
                    $length = $position - $behind
                    $line = $ast.Extent.Text.Substring($behind - $ast.Extent.StartOffset).PadRight($length).Substring(0, $length)
                    $line = if ($line.Trim()) { "& $line" } else { '& "" ' }
                    $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
                    if ($found.ReplacementIndex + $found.ReplacementLength -eq $line.Length) { $found.CompletionMatches }
                    return
                }

                # The program prints each candidate and its description as two literals, so that no code page can change
                # them.
                $texts = @(& ([scriptblock]::Create($output)))
                for ($at = 0; $at + 1 -lt $texts.Count; $at += 2) {
                    $name = $texts[$at]
                    if (-not $name.StartsWith($start, [StringComparison]::OrdinalIgnoreCase)) { continue }
                    # Quoted where PowerShell would read a number, a parameter or code.
                    $text = $name
                    if ($name -cnotmatch '\A([A-Za-z_/][A-Za-z0-9_./-]*|--[a-z-]+(=[A-Za-z0-9_./-]*)?|-[A-Za-z])\z') { $text = __awsenv_quote $name }
                    [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $texts[$at + 1])
                }
            } catch { if ($global:Error.Count) { $global:Error.RemoveAt(0) } }
        }
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName awsenv -ScriptBlock $complete
        # PowerShell looks for the completion above by the name that was typed, but for this one by the function that an
        # alias stands for. Nothing from here makes it go on with the other.
        $register = {
            [System.Diagnostics.DebuggerHidden()] param($command, $parameter, $word, $ast)
            $name = $ast.GetCommandName()
            if ($name -and $name -ne 'awsenv') {
                Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName $name -ScriptBlock $complete
            }
        }.GetNewClosure()
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName awsenv -ParameterName _awsenv_words -ScriptBlock $register
    }
}
