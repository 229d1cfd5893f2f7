//! `awsenv prompt`: the segment as plain text, for prompt programs. Uses only the environment.

use crate::cli::PromptArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::prompt::{DEFAULT_FORMAT, FIELDS, Segment};

/// Prints nothing, and succeeds, if nothing is in use.
pub fn run(context: &Context, args: PromptArgs) -> Result<Outcome, Error> {
    let format = args.format.as_deref().unwrap_or(DEFAULT_FORMAT);
    let Some(segment) = Segment::of(&context.process.env, context.process.now) else {
        return Ok(Outcome::Done(0));
    };
    let text = segment.render(format).map_err(|error| {
        let fields = FIELDS.map(|field| format!("{{{field}}}")).join(" ");
        Error::new(Kind::Usage, error.to_string())
            .hint(format!("the fields are {fields}; write `{{{{` and `}}}}` for braces"))
    })?;
    Ok(Outcome::Text(text + "\n", 0))
}
