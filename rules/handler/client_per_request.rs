//! Clients that every request makes for itself.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "client-per-request",
    family: "handler",
    page: include_str!("client_per_request.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for client in &project.on_request.clients {
        let handler = &project.handlers[client.handler];
        let message = format!(
            "every request makes a `{}` of its own: {} that no other request can use",
            client.callee, client.holds
        );
        let subject = format!("{}::{}", client.function, client.callee);
        sink.report(Severity::Info, client.at, subject, message)
            .note("is made for one request")
            .label(handler.registered, format!("`{}` runs it", handler.route))
            .help(help(handler, client));
    }
}

fn help(handler: &Handler, client: &RequestClient) -> String {
    let name = client.callee.rsplit('.').next().unwrap_or_default();
    let made = format!("{}(…)", client.callee);
    let with = match name {
        "Client" | "Session" | "session" => "with",
        _ => "async with",
    };
    let on_asgi = matches!(handler.framework, Framework::FastApi | Framework::Starlette);
    let lifespan = client.is_http && on_asgi;
    match lifespan {
        true => format!(
            "make it once, in the lifespan of the application, and close it there:{}",
            code(&format!(
                "{with} {made} as client:\n    app.state.client = client\n    yield"
            ))
        ),
        false => format!(
            "make it once:{}",
            code(&format!(
                "@lru_cache\ndef {}():\n    return {made}",
                getter(name)
            ))
        ),
    }
}

fn getter(name: &str) -> &'static str {
    match name {
        "create_engine" | "create_async_engine" => "get_engine",
        _ => "get_client",
    }
}
