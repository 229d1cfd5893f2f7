//! The formats of AWS's services: values -> requests, answers -> values. Nothing here opens a socket, reads a clock or
//! knows a profile, so that recorded traffic tests all of it.

pub mod callback;
mod document;
mod endpoint;
mod error;
mod fault;
mod form;
pub mod json;
mod message;
pub mod oidc;
pub mod portal;
pub mod sign;
pub mod sts;

pub use document::Unreadable;
pub use endpoint::{Address, Partition, Service, Variant, address, without_fips};
pub use error::{Class, ServiceError};
pub use fault::{Fault, Stage};
pub use message::{Answer, Method, Request, Transport};
