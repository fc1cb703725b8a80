//! The client against a server on loopback: what is sent, what is tried again, whose credentials are used.

mod faults;
mod roles;
mod server;
mod support;
