//! stub
use crate::context::Context;
use crate::error::Error;
use crate::resolve::SsoSession;
pub fn run(_: &Context, _: &SsoSession) -> Result<(), Error> {
    Ok(())
}
