# Every word reaches the program as it was typed, or an error says what to write and the program does not run.

. "$env:TEST_FOLDER/harness.ps1"

# An `awsenv` that records its words and its input byte by byte.
$real = (Get-Command awsenv -CommandType Application | Select-Object -First 1).Source
$folder = Join-Path $HOME stand-in
$null = New-Item -ItemType Directory -Force $folder
$recorder = @"
#!/bin/sh
if [ "`$1" = init ]; then exec '$real' "`$@"; fi
: >"`$HOME/ran"
for word; do printf '%s\0' "`$word"; done >"`$HOME/words"
if [ "`$TEST_READ" ]; then cat >"`$HOME/input"; fi
"@
[IO.File]::WriteAllText("$folder/awsenv", $recorder.Replace("`r", ''))
& chmod +x "$folder/awsenv"
$env:PATH = $folder + [IO.Path]::PathSeparator + $env:PATH
Invoke-Expression $load

# What `$n`, `$w`, `$list` and `$none` are in the words below.
$global:n = 7
$global:w = 'a b'
$global:list = 'x', 'y z'
$global:none = $null
$global:empty = @()

# The words of a call that is made here, `$null` if the program did not run.
function global:called([string] $text) {
    [IO.File]::Delete("$HOME/words")
    $global:LASTEXITCODE = 0
    $told = [IO.StringWriter]::new()
    $usual = [Console]::Error
    [Console]::SetError($told)
    $global:fine = $false
    try { $errors = Invoke-Expression "$text`n`$global:fine = `$?" 2>&1 } catch { $errors = $_ }
    finally { [Console]::SetError($usual) }
    $global:told = "$told$errors"
    if (-not [IO.File]::Exists("$HOME/words")) { return $null }
    $bytes = [Text.Encoding]::UTF8.GetString([IO.File]::ReadAllBytes("$HOME/words"))
    $words = $bytes.Split([char]0)
    , @($words | Select-Object -SkipLast 1)
}

# If the program does not run, an error says why. PowerShell's own errors name the parameter. A function around the call
# has its own `$?`.
function global:refused([switch] $Inside) {
    if (-not $Inside) { is $false $fine }
    is $true ($LASTEXITCODE -ne 0 -or $told -match 'parameter')
    is $true ($told -match '--|parameter')
}

# What is typed, and the words that it is.
$rows = @'
-c:v => '-c:v'
-c: v => '-c:', 'v'
-c:$n => '-c:7'
-c:'a b' => '-c:a b'
-c:"a $n" => '-c:a 7'
-c:-v => '-c:-v'
-c:$n,2 => '-c:7,2'
-p:Configuration=Release => '-p:Configuration=Release'
-x=$env:HOME => '-x=$env:HOME'
-x=$n => '-x=$n'
-x="a b" => '-x=a b'
--x=$n => '--x=7'
--x="a b" => '--x=a b'
--x:y => '--x:y'
--x=y => '--x=y'
-foo.bar => '-foo.bar'
-foo.$n => '-foo.7'
-c'x y' => '-cx y'
-i x => '-i', 'x'
-i => '-i'
-it => '-it'
-in => '-in'
-info => '-info'
-v => '-v'
-V => '-V'
-vv => '-vv'
-vvv => '-vvv'
-d => '-d'
-d img => '-d', 'img'
-a => '-a'
-a x => '-a', 'x'
-o => '-o'
-o x => '-o', 'x'
-ou x => '-ou', 'x'
-out => '-out'
-out x => '-out', 'x'
-p => '-p'
-p 80:80 => '-p', '80:80'
-pi => '-pi'
-w => '-w'
-w /x => '-w', '/x'
-warn => '-warn'
-wa x => '-wa', 'x'
-e => '-e'
-e A=b => '-e', 'A=b'
-ea Stop => '-ea', 'Stop'
-ev x => '-ev', 'x'
-error x => '-error', 'x'
-h => '-h'
-q => '-q'
-s => '-s'
-A => '-A'
-E x => '-E', 'x'
-I => '-I'
-O x => '-O', 'x'
-P x => '-P', 'x'
-W => '-W'
-x:y:z => '-x:y:z'
-c:v -v:w => '-c:v', '-v:w'
-e A=b -e C=d => '-e', 'A=b', '-e', 'C=d'
-i -i => '-i', '-i'
-v -d -v => '-v', '-d', '-v'
-ErrorAction x => '-ErrorAction', 'x'
-ErrorAction Stop => '-ErrorAction', 'Stop'
-ErrorVariable x => '-ErrorVariable', 'x'
-WarningAction Stop => '-WarningAction', 'Stop'
-InformationAction Ignore => '-InformationAction', 'Ignore'
-OutVariable x => '-OutVariable', 'x'
-OutBuffer 1 => '-OutBuffer', '1'
-ov x => '-ov', 'x'
-pv x => '-pv', 'x'
-PipelineVariable x => '-PipelineVariable', 'x'
-Verbose => '-Verbose'
-verb => '-verb'
-Verbose:$false => '-Verbose:False'
-Debug => '-Debug'
-Debug:$true => '-Debug:True'
-WhatIf => '-WhatIf'
-Confirm => '-Confirm'
-verb:x => '-verb:x'
-d:x => '-d:x'
--verbose => '--verbose'
--% => '--%'
--% $n "x => '$n', '"x'
- => '-'
-- => '--'
--- => '---'
- - => '-', '-'
-- -- => '--', '--'
-- -v => '--', '-v'
a -- b => 'a', '--', 'b'
-v -- -c:v => '-v', '--', '-c:v'
a,b => 'a,b'
a,b,$n => 'a,b,7'
a`,b => 'a,b'
@(1,2) => '1', '2'
$list => 'x', 'y z'
@list => 'x', 'y z'
@empty =>
@none =>
$none =>
$null =>
'' => ''
"" => ''
a '' b => 'a', '', 'b'
"$none" => ''
007 => '007'
1e3 => '1e3'
1kb => '1kb'
0x10 => '0x10'
1.50 => '1.50'
+5 => '+5'
-5 => '-5'
-1.50 => '-1.50'
-0x10 => '-0x10'
1d => '1d'
1L => '1L'
.5 => '.5'
5. => '5.'
1..3 => '1..3'
10.0.0.1 => '10.0.0.1'
1_000 => '1_000'
$n => '7'
$true => 'True'
"a b" => 'a b'
'a  b' => 'a  b'
'*' => '*'
"*" => '*'
* => '*'
'?' => '?'
[a-z]* => '[a-z]*'
'~' => '~'
~ => '~'
~/x => '~/x'
'*.ps1' => '*.ps1'
'$HOME' => '$HOME'
`$n => '$n'
`-c:v => '-c:v'
'-c:v' => '-c:v'
"-v" => '-v'
'--' => '--'
'--%' => '--%'
'it''s' => 'it''s'
"it's ``q``" => 'it''s `q`'
"say `"x`"" => 'say "x"'
'say "x"' => 'say "x"'
'\"' => '\"'
{2018}a b{2019} => 'a b'
{201a}a b{201b} => 'a b'
{201c}a b{201d} => 'a b'
'a{201c}b' => "a$([char]0x201c)b"
"a{2019}b" => "a$([char]0x2019)b"
'a{2019}{2019}b' => "a$([char]0x2019)b"
{2013}v => "$([char]0x2013)v"
{2014}x => "$([char]0x2014)x"
{e9}{4e2d} => "$([char]0xe9)$([char]0x4e2d)"
a\ => 'a\'
'a\' => 'a\'
'a b\' => 'a b\'
\\host => '\\host'
C:\x => 'C:\x'
/p:x => '/p:x'
"a`nb" => "a`nb"
"`n" => "`n"
"a`r`n" => "a`r`n"
"`t" => "`t"
"`e[31m" => "$([char]27)[31m"
a"b"c => 'abc'
a'b c'd => 'ab cd'
$w => 'a b'
$w/x => 'a b/x'
$($n)x => '7', 'x'
{ echo $n } => ' echo $n '
a=b => 'a=b'
a=$n => 'a=7'
a%b => 'a%b'
%x => '%x'
!x => '!x'
a#b => 'a#b'
^x => '^x'
x@y => 'x@y'
HEAD~1 => 'HEAD~1'
HEAD^ => 'HEAD^'
[int] => '[int]'
"[1]" => '[1]'
'a;b' => 'a;b'
'a|b' => 'a|b'
'$(throw 1)' => '$(throw 1)'
"$(1 + 1)" => '2'
([datetime]'2020-01-02') => '01/02/2020 00:00:00'
([version]'1.2') => '1.2'
1kb,0x10 => '1kb,0x10'
007,008 => '007,008'
'@.Replace("`r", '')
$rows = [regex]::Replace($rows, '\{([0-9a-f]{2,4})\}', { param($found) [char][convert]::ToInt32($found.Groups[1].Value, 16) })

foreach ($row in $rows -split "`n") {
    $typed, $value = $row -split ' =>', 2
    $words = @(Invoke-Expression "@($value)")
    check "awsenv exec p -- cmd $typed" {
        $actual = called "awsenv exec p -- cmd $typed"
        if ($typed -like '--%*') {
            # PowerShell has no words behind it, only the rest of the line.
            if ($null -ne $actual) { is (@('exec', 'p', '--', 'cmd') + $words) $actual } else { refused }
        } else { is (@('exec', 'p', '--', 'cmd') + $words) $actual }
    }
    foreach ($call in '& awsenv exec p cmd', 'awsenv') {
        # It is all that PowerShell gives to the function then.
        if ($call -eq 'awsenv' -and $typed -ceq '--%') { continue }
        check "$call $typed" {
            $actual = called "$call $typed"
            $expected = @(($call -replace '^& ') -split ' ' | Select-Object -Skip 1) + $words
            if ($null -eq $actual) { refused; return }
            # Only `exec` needs its `--`, so elsewhere it may be dropped.
            if ($call -eq 'awsenv') {
                $expected = @($expected -cne '--')
                $actual = @($actual -cne '--')
            }
            is $expected $actual
        }
    }
    # The text of the call does not contain these words: they are splatted, or a function passes its own on.
    if ($typed -notlike '--%*') {
        $global:given = @('exec', 'p', '--', 'cmd') + $words
        foreach ($call in 'awsenv @given', 'function hand { awsenv @args }; hand @given') {
            check "$call for $typed" {
                $actual = called $call
                if ($null -ne $actual) { is $given $actual } else { refused -Inside }
            }
        }
        # PowerShell has already changed these.
        if ($typed -cmatch '^-\w+\.|[,$@(]') { continue }
        # It drops the first `--` for each function.
        check "a function with its own words for $typed" {
            $actual = called "function hand { awsenv exec p -- @args }; hand cmd $typed"
            if ($null -eq $actual) { refused -Inside }
            else { is (@('exec', 'p', 'cmd') + ($words -cne '--')) ($actual -cne '--') }
        }
    }
}

check 'where `--` is, and what is before it' {
    foreach ($words in 'exec -- cmd -d', 'exec p --region r -- cmd -c:v -- -x', 'exec --name p -- cmd -?', 'each x y -- cmd -d', 'history remove -- -x',
        'use -- -x', 'use -- --foo', 'undo -- --help', 'list -- -v', '-q exec p -- cmd -q', '--color never exec p -- cmd --color') {
        is ($words -split ' ') (called "awsenv $words")
    }
}

check 'PowerShell may be told that its own words end' {
    is @('exec', 'p', '--', 'cmd', '-c:v', '-d') (called 'awsenv -- exec p -- cmd -c:v -d | cat')
    is @('-V') (called 'awsenv -- -V')
}

check 'an alias and a command object' {
    Set-Alias aws-as awsenv -Scope Global
    is @('exec', 'p', '--', 'a', '-c:v', '-d') (called 'aws-as exec p -- a -c:v -d')
    is @('exec', 'p', '--', 'a', '-c:v', '-d') (called '& (Get-Command awsenv -CommandType Function) exec p -- a -c:v -d')
    is @('exec', 'p', '--', 'a', '-c:v', '-d') (called '& ${function:awsenv} exec p -- a -c:v -d')
    is @('exec', 'p', '--', 'a', '-c:v', '-d') (called '. awsenv exec p -- a -c:v -d')
}

check 'two calls in one line, and one within the other' {
    is @('exec', 'b', '--', 'y', '-d:2') (called 'awsenv exec a -- x -c:1; awsenv exec b -- y -d:2')
    is @('exec', 'b', '--', 'y', '-d:2') (called '$null = awsenv exec a -- x -c:1 | cat; awsenv exec b -- y -d:2')
    is @('exec', 'a', '--', 'x', 'z', '-c:1') (called 'awsenv exec a -- x "$(awsenv exec b -- y -d:2; ''z'')" -c:1')
    is @('exec', 'a', '--', 'x', '-c:v') (called "if (`$true) {`n  awsenv exec a -- ```n    x ```n    -c:v`n}")
    is @('exec', 'a', '--', 'x', '-c:v') (called "`$t = @(`n  awsenv exec a -- x -c:v`n)")
}

check 'a word is evaluated once' {
    $global:count = 0
    is @('exec', 'a', '--', 'x', '1') (called 'awsenv exec a -- x $($global:count++; $global:count)')
    is 1 $global:count
}

check 'redirections are no words' {
    is @('exec', 'a', '--', 'x', '-c:v') (called 'awsenv exec a -- x -c:v > $HOME/out 2> $null')
    is @('exec', 'a', '--', 'x', '-c:v') (called 'awsenv exec a -- x > $HOME/out -c:v')
    is @('exec', 'a', '--', 'x', '-c:v') (called 'awsenv exec a -- x -c:v 2>&1 | cat')
    is @('exec', 'a', '--', 'x', '-c:v') (called 'awsenv exec a -- x -c:v # a comment -d')
}

check 'input is handed on, and arrives before it ends' {
    $env:TEST_READ = 1
    is @('exec', 'p', '--', 'cat', '-c:v') (called '''a'', ''b c'' | awsenv exec p -- cat -c:v')
    is "a`nb c`n" ([IO.File]::ReadAllText("$HOME/input"))
    $null = called '1..3 | awsenv exec p -- cat'
    is "1`n2`n3`n" ([IO.File]::ReadAllText("$HOME/input"))
    $null = called '@() | awsenv exec p -- cat'
    is '' ([IO.File]::ReadAllText("$HOME/input"))
    [IO.File]::Delete("$HOME/ran")
    $null = called '& { ''a''; $end = [datetime]::Now.AddSeconds(20); while (-not [IO.File]::Exists("$HOME/ran") -and [datetime]::Now -lt $end) { [Threading.Thread]::Sleep(5) }; [IO.File]::Exists("$HOME/ran") } | awsenv exec p -- cat'
    is "a`nTrue`n" ([IO.File]::ReadAllText("$HOME/input"))
    $env:TEST_READ = ''
}

check 'the status is the one of the program' {
    [IO.File]::WriteAllText("$folder/awsenv", $recorder.Replace("`r", '') + "`nexit 41")
    $null = called 'awsenv exec p -- false'
    is @($false, 41) @($global:fine, $LASTEXITCODE)
    $null = called 'awsenv list | cat; $global:LASTEXITCODE = $null'
    $null = called '''a'' | awsenv exec p -- false'
    is @($false, 41) @($global:fine, $LASTEXITCODE)
}
finish
