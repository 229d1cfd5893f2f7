# awsenv for PowerShell 7 and Windows PowerShell 5.1: the function `awsenv`.
# To load it, add this line to $PROFILE:  Invoke-Expression (& { (awsenv init powershell | Out-String) })
#
# `__awsenv_quote` is in complete.ps1, which `awsenv init` prints after this text.

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program. This is an
# advanced function, because only WriteError can make the caller's $? false.
function global:awsenv {
    <# help #>
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromRemainingArguments)] [object[]] $Arguments,
        [Parameter(ValueFromPipeline)] [object] $InputObject
    )
    end {
        # Much faster than Get-Command.
        $program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
        $status = 127
        if ($program) {
            # As text with every word quoted, because PowerShell would expand a splatted `*` to file names.
            $call = '& $program'
            if ($PSBoundParameters.ContainsKey('Verbose')) { $call += ' --verbose' }
            $verb = ''
            $skip = $false
            foreach ($argument in $Arguments) {
                $word = $argument -join ','
                $call += ' ' + (__awsenv_quote $word)
                if ($skip) { $skip = $false }
                elseif ($word -ceq '--color') { $skip = $true }
                elseif ($verb -eq '' -and -not $word.StartsWith('-')) { $verb = $word }
            }
            $outer = $env:AWSENV_WRAPPED
            $env:AWSENV_WRAPPED = 'powershell'
            try {
                if ($verb -ceq 'use' -or $verb -ceq 'unset') {
                    $script = Invoke-Expression $call | Out-String
                    $status = $LASTEXITCODE
                    if ($status -eq 0 -and $script) {
                        try { Invoke-Expression $script } catch { $status = 1; [Console]::Error.WriteLine("awsenv: $_") }
                    }
                } elseif ($MyInvocation.ExpectingInput) {
                    $piped = @($input)
                    Invoke-Expression "`$piped | $call"
                    $status = $LASTEXITCODE
                } else {
                    Invoke-Expression $call
                    $status = $LASTEXITCODE
                }
            } finally { $env:AWSENV_WRAPPED = $outer }
        } else { [Console]::Error.WriteLine('awsenv: program not found on PATH') }
        $global:LASTEXITCODE = $status
        if ($status -ne 0) {
            # Local to this function: no text and nothing in $Error, but $? is false for the caller.
            $ErrorActionPreference = 'Ignore'
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new("awsenv: exit status $status"), 'awsenv', 'NotSpecified', $null))
        }
    }
}
