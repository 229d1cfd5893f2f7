//! The stories of `use`, `unset` and `exec`, told in every installed shell: by plain evals and through the wrapper,
//! each shell in its strict mode.

mod attributes;
mod between;
mod exec;
mod failures;
mod fish;
mod named;
mod nested;
mod options;
mod restore;
mod restricted;
mod sentence;
mod state;
mod switches;
mod teller;
