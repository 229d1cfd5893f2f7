//! Text of AWS, boto and awsenv files -> typed values, each with its file and line.
