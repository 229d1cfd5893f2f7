# Prints the median seconds of: the program's `use`, the function's `use`, the function's `unset` and `use`.
Invoke-Expression (& { (awsenv init powershell | Out-String) })
$program = (Get-Command awsenv -CommandType Application).Path
$turns = [ordered]@{
    program = { & $program use profile-25 --shell powershell --quiet }
    use = { awsenv use profile-25 --quiet }
    both = { awsenv unset --quiet; awsenv use profile-25 --quiet }
}
awsenv use profile-25 --quiet
$watch = [Diagnostics.Stopwatch]::new()
$times = @{ program = @(); use = @(); both = @() }
# In turn, so that what else the machine does is shared.
foreach ($round in 1..120) {
    foreach ($name in $turns.Keys) {
        $watch.Restart()
        $null = & $turns[$name]
        # The first rounds compile what the others run.
        if ($round -gt 20) { $times[$name] += $watch.Elapsed.TotalSeconds }
    }
}
$medians = foreach ($name in $turns.Keys) { ($times[$name] | Sort-Object)[$times[$name].Count / 2] }
"$medians"
