//! The programme `pullsim`: arguments, exit status, wiring; nothing else.

mod account_token;
mod causes;
mod check;
mod compare;
mod error;
mod exit;
mod explain;
mod hiargs;
mod kubectl;
mod lines;
mod lowargs;
mod manual;
mod node_plugins;
mod output;
mod progress;
mod render;
mod run;
mod schema;
mod secret;
mod serve;
mod stdin;
mod store;
mod what_if;

use std::process::ExitCode;

use node::Environment;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{Command, LowArgs, StoreCommand};

fn main() -> ExitCode {
    let result = match LowArgs::read(std::env::args_os()) {
        Ok(arguments) => run(&arguments),
        Err(refusal) if refusal.use_stderr() => {
            // There is nobody left to tell if that fails.
            let _ = refusal.print();
            return Exit::Input.into();
        }
        Err(help) => output::write_help(&help).map(|()| Exit::Pulled),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::write_error(&failure.render());
            failure.exit().into()
        }
    }
}

fn run(arguments: &LowArgs) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::Check(low) => check::run(low, &environment()),
        Command::Serve(low) => serve::run(low, check::today()),
        Command::Secret(command) => secret::run(command, &environment()),
        Command::Explain(low) => explain::run(low, &environment()),
        Command::Pod(low) => kubectl::run(low, &environment()),
        Command::Causes(low) => causes::run(low, &environment()),
        Command::Run(low) => run::run(low, &environment()),
        Command::Schema { of } => schema::run(*of),
        Command::Store(StoreCommand::Remove { reference, store }) => store::remove(reference, store),
        Command::Completions(low) => manual::completions(low),
        Command::Man(low) => manual::man(low),
    }
}

/// This process's environment, read once. A variable that is not UTF-8 has no meaning to Go's programmes either.
fn environment() -> Environment {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    Environment::new(std::env::vars_os().filter_map(text))
}
