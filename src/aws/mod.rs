//! The formats of AWS's services: values -> requests, answers -> values. Nothing here opens a socket, reads a clock or
//! knows a profile, so that recorded traffic tests all of it.

mod endpoint;
mod fault;
mod message;

pub use endpoint::{Address, Partition, Service, Variant, address, without_fips};
pub use fault::{Fault, Stage};
pub use message::{Answer, Method, Request, Transport};
