# Prints the microseconds of many short runs of prompts, first without the segment, then with it.
function rounds {
    $watch = [Diagnostics.Stopwatch]::new()
    $times = for ($n = 0; $n -lt [int] $env:SAMPLES; $n++) {
        $watch.Restart()
        for ($i = 0; $i -lt [int] $env:PROMPTS; $i++) { $null = prompt }
        [long] ($watch.Elapsed.TotalMilliseconds * 1000)
    }
    "$times"
}
$null = rounds
rounds
Invoke-Expression (& { (awsenv init powershell | Out-String) })
awsenv use profile-25 --quiet
$env:AWSENV_EXPIRES = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() + 3600
if (-not (prompt).Contains('profile-25')) { throw "the prompt lacks the profile: $(prompt)" }
$null = rounds
rounds
