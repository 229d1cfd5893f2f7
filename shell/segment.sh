# shellcheck shell=sh disable=SC2016,SC2034 # the prompt expands it, and other files use it
# What bash and sh show of a profile, without a process, as parameter expansions that dash, busybox, mksh, yash and
# ksh93 understand too: __awsenv_name, and __awsenv_mark for the `?` behind it. `awsenv init` prints this before the
# integrations of bash and of sh, which set three patterns: __awsenv_bad matches a character that AWSENV_PROFILE may not
# have, __awsenv_c1 one of U+0080 to U+009F, and __awsenv_strange one that AWS_PROFILE may not have to be shown.
#
# A prompt has no `if`, but removing a pattern can act as one. While __awsenv_any is `*`:
#   ${__awsenv_any#"*$x"}          `*` if $x is not empty, else nothing
#   ${w##${__awsenv_any#"*$x"}}    $w if $x is empty, else nothing

__awsenv_any='*' __awsenv_q='?' __awsenv_blank=' '
# Around something: `?` if it is empty, else nothing.
__awsenv_no='${__awsenv_q##${__awsenv_any#"*' __awsenv_on='"}}'
# In a prompt of dash and busybox a value in quotes still acts as a pattern, so there no comparison with `*`, `?` or `[`
# counts: what has one of them differs from everything. They are the shells that do not say their name.
__awsenv_wild=''
case ${BASH_VERSION-}${KSH_VERSION-}${YASH_VERSION-} in
  '')
    for __awsenv_name in AWS_PROFILE AWSENV_EXPECT AWS_ACCESS_KEY_ID AWS_DEFAULT_PROFILE; do
      __awsenv_wild=$__awsenv_wild'${'$__awsenv_name':+'$__awsenv_no'${'$__awsenv_name'##*$__awsenv_pattern*}'$__awsenv_on'}'
    done
    __awsenv_pattern='[*?[\\]'
    ;;
esac
# Not empty if AWS_PROFILE is not what `use` set. In both directions, because such a value matches more than itself.
__awsenv_other='${AWS_PROFILE##"${AWSENV_EXPECT:+${AWSENV_EXPECT%:*}}"}${AWSENV_EXPECT:+${AWSENV_EXPECT##"$AWS_PROFILE:"}}'
__awsenv_other='${AWS_PROFILE:+'$__awsenv_wild$__awsenv_other'}'
# Not empty if AWSENV_PROFILE could do something to the terminal.
__awsenv_odd=$__awsenv_no'${AWSENV_PROFILE##*$__awsenv_bad*}'$__awsenv_on
__awsenv_odd=$__awsenv_odd$__awsenv_no'${AWSENV_PROFILE##*$__awsenv_c1*}'$__awsenv_on
__awsenv_odd='${AWSENV_PROFILE:+'$__awsenv_odd'}'

# The name that `use` set, without the mark of a production profile, unless AWS_PROFILE is another.
__awsenv_name='${__awsenv_any#"*'$__awsenv_other$__awsenv_odd'"}'
__awsenv_name=$__awsenv_name'${__awsenv_blank##${__awsenv_any#"*'$__awsenv_other$__awsenv_odd$__awsenv_on
__awsenv_name='${AWSENV_PROFILE:+${AWSENV_PROFILE%%'$__awsenv_name'}}'
# Otherwise AWS_PROFILE.
__awsenv_name=$__awsenv_name'${AWS_PROFILE:+${AWS_PROFILE##*${__awsenv_strange##${__awsenv_any#"*${AWSENV_PROFILE:+'
__awsenv_name=$__awsenv_name$__awsenv_no$__awsenv_other$__awsenv_on'}'$__awsenv_on'*}}'

# `?` if anything is in use, and if one of these is not empty: AWS_PROFILE and the key are not what `use` set;
__awsenv_mark='${AWSENV_EXPECT+${AWSENV_EXPECT##"${AWS_PROFILE-}:${AWS_ACCESS_KEY_ID-}"}'$__awsenv_other
__awsenv_mark=$__awsenv_mark'${AWS_ACCESS_KEY_ID:+${AWS_ACCESS_KEY_ID##"${AWSENV_EXPECT##*:}"}}'
__awsenv_mark=$__awsenv_mark$__awsenv_no'$AWSENV_EXPECT'$__awsenv_on'}'
# nothing says what `use` set;
__awsenv_mark=$__awsenv_mark'${AWSENV_PROFILE:+'$__awsenv_no'${AWSENV_EXPECT-}'$__awsenv_on'}'
# there are keys, which take precedence over a name;
__awsenv_mark=$__awsenv_mark'${AWS_ACCESS_KEY_ID:+'$__awsenv_no'${AWSENV_PROFILE-}'$__awsenv_on'}'
# so does another name;
__awsenv_mark=$__awsenv_mark'${AWS_DEFAULT_PROFILE+'$__awsenv_no'$AWS_DEFAULT_PROFILE'$__awsenv_on
__awsenv_mark=$__awsenv_mark'${AWS_DEFAULT_PROFILE##"${AWS_PROFILE-}"}${AWS_PROFILE:+${AWS_PROFILE##"$AWS_DEFAULT_PROFILE"}}}'
# a comparison does not count;
__awsenv_mark=$__awsenv_mark$__awsenv_wild
# the name is not shown.
__awsenv_mark=$__awsenv_mark$__awsenv_odd'${AWS_PROFILE:+'
__awsenv_mark=$__awsenv_mark$__awsenv_no'${AWSENV_PROFILE-}${AWS_PROFILE##*$__awsenv_strange*}'$__awsenv_on'}'
__awsenv_mark=$__awsenv_no$__awsenv_mark$__awsenv_on$__awsenv_no'${AWSENV_PROFILE:+x}${AWS_PROFILE:+x}'$__awsenv_on
__awsenv_mark=$__awsenv_no$__awsenv_mark$__awsenv_on
\unset -v __awsenv_no __awsenv_on __awsenv_other __awsenv_odd __awsenv_wild
