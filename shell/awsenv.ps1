# awsenv for PowerShell 7 and Windows PowerShell 5.1: the function `awsenv`.
# To load it, add this line to $PROFILE:  Invoke-Expression (& { (awsenv init powershell | Out-String) })
#
# `awsenv init` prints segment.ps1, words.ps1 and complete.ps1 with this text.
#
# No cmdlet is called: a function of the user may have its name, its preferences are the user's, and where modules are
# logged its arguments are. Names of variables begin with `_`, because a constant of the user may be in every scope.
# `DebuggerHidden` keeps secrets out of `Set-PSDebug -Trace`.

# An alias of this name would hide the function. One for all scopes is in each of them, and a read-only one goes too.
try {
    for ($_scope = 0; ${alias:awsenv} -and $_scope -lt 50; $_scope++) {
        $ExecutionContext.InvokeProvider.Item.Remove('alias:awsenv', $false, $true, $true)
    }
} catch { $global:Error.RemoveAt(0) }
if ($ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Alias')) {
    [Console]::Error.WriteLine('awsenv: an alias `awsenv` that cannot be removed hides the function')
}

# `use` and `unset` change this shell, so their output runs here; any other command just runs the program. This is an
# advanced function, because only WriteError can make the caller's $? false. So it has PowerShell's common parameters;
# the switches are what PowerShell would refuse as the beginning of several of these. It names a switch where the option
# has a value behind a colon, so the names say what to do. No option can be their beginning.
function global:awsenv {
    <# help #>
    [CmdletBinding(PositionalBinding = $false)]
    [System.Diagnostics.DebuggerHidden()]
    param(
        [Parameter(ValueFromRemainingArguments, DontShow)] [object[]] ${_awsenv_words},
        [Parameter(ValueFromPipeline, DontShow)] [object] ${_awsenv_input},
        [Parameter(DontShow)] [Alias('e', 'er', 'err', 'erro', 'error')] [switch] ${_e: write -- before it},
        [Parameter(DontShow)] [Alias('i', 'in', 'inf', 'info', 'infor', 'inform', 'informa', 'informat', 'informati', 'informatio', 'information')]
        [switch] ${_i: write -- before it},
        [Parameter(DontShow)] [Alias('o', 'ou', 'out')] [switch] ${_o: write -- before it},
        [Parameter(DontShow)] [Alias('p')] [switch] ${_p: write -- before it},
        [Parameter(DontShow)] [Alias('w', 'war', 'warn', 'warni', 'warnin', 'warning')] [switch] ${_w: write -- before it}
    )
    begin {
        # The preferences of the caller, which may be in a module.
        $_caller = $PSCmdlet.SessionState.PSVariable
        $_preference = $_caller.GetValue('ErrorActionPreference')
        $_is_loud = $_caller.GetValue('PSNativeCommandUseErrorActionPreference')
        $PSNativeCommandUseErrorActionPreference = $false
        $PSNativeCommandArgumentPassing = 'Standard'
        $_pipe = $null
        $_input = @()
        $_status = 127
        $_program = $ExecutionContext.InvokeCommand.GetCommand('awsenv', 'Application')
        $_words = __awsenv_typed $MyInvocation $PSBoundParameters ${_awsenv_words}
        $_switch = __awsenv_switch $(if ($null -eq $_words) { ${_awsenv_words} } else { $_words })
        $_here = $_switch -eq 'here'
        $_fault = ''
        if (-not $_program) {
            $_fault = 'program not found on PATH'
        } elseif ($null -eq $_words) {
            $_status = 2
            $_fault = 'PowerShell takes some of these words for its own; quote them, or write `--` before the words of a program'
        }
        if ($_fault) {
            $_fault = "awsenv: $_fault"
            [Console]::Error.WriteLine($_fault)
        } else {
            # As text with every word quoted, because PowerShell would expand a splatted `*` to file names.
            $_call = '&'
            foreach ($_word in @($_program.Path) + $_words) {
                # A call of a function takes longer than the match.
                $_quoted = if ($_word -cmatch '\A[A-Za-z0-9_./:=-]+\z') { "'$_word'" } else { __awsenv_quote $_word }
                # A word of its own, even in quotes, except in an array.
                $_call += if ($_word -ceq '--%') { " @($_quoted)" } else { " $_quoted" }
            }
            # If it is our own, it is that of a call in another thread.
            $_outer = if ($env:AWSENV_WRAPPED -cne 'powershell') { $env:AWSENV_WRAPPED }
            if ($MyInvocation.ExpectingInput -and -not $_here) {
                # The program gets its input as it comes.
                $env:AWSENV_WRAPPED = 'powershell'
                try {
                    $_pipe = [scriptblock]::Create($_call).GetSteppablePipeline($MyInvocation.CommandOrigin)
                    $_pipe.Begin($PSCmdlet)
                } finally { $env:AWSENV_WRAPPED = $_outer }
            }
        }
    }
    process {
        if ($_pipe) { $_pipe.Process(${_awsenv_input}) }
        elseif ($MyInvocation.ExpectingInput) { $_input += , ${_awsenv_input} }
    }
    end {
        $_text = ''
        if ($_pipe) {
            $_pipe.End()
            $_status = $global:LASTEXITCODE
        } elseif (-not $_fault) {
            $env:AWSENV_WRAPPED = 'powershell'
            try {
                if (-not $_here) { & ([scriptblock]::Create($_call)) }
                elseif ($MyInvocation.ExpectingInput) { $_text = $_input | & ([scriptblock]::Create("`$input | $_call")) }
                else { $_text = & ([scriptblock]::Create($_call)) }
                $_status = $global:LASTEXITCODE
            } finally { $env:AWSENV_WRAPPED = $_outer }
            if ($_here) {
                $_text = $_text -join "`n"
                $_fault = __awsenv_evaluate
                if ($_fault -and $_status -eq 0) { $_status = 1 }
            }
        }
        if ($_here) {
            # This shell has changed already, so a text that someone reads only succeeds or fails.
            $_reader = __awsenv_reader $MyInvocation
            if ($_reader -and $_status -eq 0) { '$null=0' }
            elseif ($_reader -eq 'code') { 'throw ' + (__awsenv_quote $_fault) }
        }
        $global:LASTEXITCODE = $_status
        if ($_status -ne 0) {
            if (-not $_fault) { $_fault = "awsenv: exit status $_status" }
            $_record = [System.Management.Automation.ErrorRecord]::new([Exception]::new($_fault), 'awsenv', 'NotSpecified', $null)
            # `use` and `unset` fail as a cmdlet does, another command as the program does.
            if (($_switch -or $_is_loud) -and $_preference -eq 'Stop') {
                # Where it is a default of the user for -ErrorAction, the caller's own preference does not stop the script.
                if ($PSBoundParameters['ErrorAction'] -eq 'Stop') { throw $_record }
                $PSCmdlet.ThrowTerminatingError($_record)
            }
            # Otherwise this is only for the caller's $?: no text, because the program has given the reason, and nothing
            # in $Error.
            $ErrorActionPreference = if ($_switch -or -not $_is_loud) { 'Ignore' } else { $_preference }
            $PSCmdlet.WriteError($_record)
        }
    }
}

# Runs $_text, which `use` or `unset` printed with $_status: the caller's variables, because arguments are logged where
# modules are. Returns why it failed, or nothing. Nothing is kept of an error, because PowerShell shows with it the line
# in which it happened, with all its keys.
function global:__awsenv_evaluate {
    [System.Diagnostics.DebuggerHidden()]
    param()
    $_fault = "awsenv: exit status $_status"
    if ($_status -eq 0) { $_fault = 'awsenv: the program printed no script' }
    elseif (-not $_text.StartsWith('throw ')) { return $_fault }
    if ($_text) {
        $_last = if ($global:Error.Count) { $global:Error[0] }
        try {
            $null = & ([scriptblock]::Create("[System.Diagnostics.DebuggerHidden()]param() $_text"))
            return
        } catch {
            # What our own text throws is a message; one of PowerShell's shows the text.
            $_fault = if ($_.Exception.Message -clike 'awsenv: *') { $_.Exception.Message } else { 'awsenv: PowerShell could not run the script' }
            while ($global:Error.Count -and -not [object]::ReferenceEquals($global:Error[0], $_last)) { $global:Error.RemoveAt(0) }
        }
    }
    if ($_status -eq 0) { [Console]::Error.WriteLine($_fault) }
    $_fault
}
