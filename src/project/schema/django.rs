//! Django: how its models and migrations become a schema.

#[allow(
    dead_code,
    reason = "what reads models and migrations names things with it"
)]
mod names;
