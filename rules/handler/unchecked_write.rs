//! Statements that change or remove a row that may not be there.

use std::collections::BTreeSet;

use super::carried;
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unchecked-write",
    family: "handler",
    page: include_str!("unchecked_write.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for handler in &project.handlers {
        for write in &handler.writes.unchecked {
            if !seen.insert(write.at) {
                continue;
            }
            let (severity, done) = match write.deletes {
                true => (Severity::Info, "removed"),
                false => (Severity::Warning, "changed"),
            };
            let named: Vec<String> = write.columns.iter().map(|it| format!("`{it}`")).collect();
            let message = format!(
                "when no row of `{}` has this {}, nothing is {done} and the client is told that it was: \
                 404 was due",
                write.entity,
                named.join(" and "),
            );
            let subject = format!("{}::{}", handler.route, write.entity);
            sink.report(severity, write.at, subject, message)
                .note("nobody looks at how many rows it met")
                .label(
                    handler.registered,
                    format!("`{}` lets the client name the row", handler.route),
                )
                .help(remedy(handler, write))
                .confidence(carried(write.hops));
        }
    }
}

fn remedy(handler: &Handler, write: &UncheckedWrite) -> String {
    let answer = match handler.framework {
        Framework::FastApi | Framework::Starlette => {
            "raise HTTPException(status_code=404, detail=\"Not found\")"
        }
        Framework::Flask => "abort(404)",
        Framework::Django => "raise Http404",
        Framework::Drf => "raise NotFound()",
        Framework::Aiohttp => "raise web.HTTPNotFound()",
        Framework::Litestar => "raise NotFoundException()",
    };
    let wait = if write.awaited { "await " } else { "" };
    let (holder, method) = write.callee.rsplit_once('.').unwrap_or(("", &write.callee));
    let django = matches!(handler.framework, Framework::Django | Framework::Drf);
    let is_cursor = ["cursor", "cur", "c"].contains(&holder.rsplit('.').next().unwrap_or(holder));
    let many = format!("result = {wait}{holder}.{method}(…)\n");
    let code_of = match method {
        "delete" | "adelete" if django => {
            format!("removed, _ = {wait}….{method}()\nif not removed:\n    {answer}")
        }
        "update" | "aupdate" | "delete" => {
            let arguments = if method == "delete" { "" } else { "…" };
            format!("met = {wait}….{method}({arguments})\nif not met:\n    {answer}")
        }
        "delete_one" | "delete_many" => {
            format!("{many}if not result.deleted_count:\n    {answer}")
        }
        "update_one" | "update_many" | "replace_one" => {
            format!("{many}if not result.matched_count:\n    {answer}")
        }
        "execute" if is_cursor => format!("if not {holder}.rowcount:\n    {answer}"),
        _ => format!("{many}if not result.rowcount:\n    {answer}"),
    };
    format!("ask how many rows it met:{}", code(&code_of))
}
