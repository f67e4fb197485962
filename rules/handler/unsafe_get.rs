//! GET routes that change something.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unsafe-get",
    family: "handler",
    page: include_str!("unsafe_get.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, effect) in project.unsafe_gets() {
        let message = format!(
            "`{}` changes the database: whatever follows links (browsers that load ahead, crawlers, \
             a picture in a mail) changes it too",
            handler.route
        );
        let at = match handler.framework {
            Framework::FastApi | Framework::Flask => handler.registered,
            Framework::Aiohttp | Framework::Litestar | Framework::Starlette => handler.registered,
            Framework::Django | Framework::Drf => handler.header,
        };
        sink.report(Severity::Warning, at, handler.route.as_str(), message)
            .note("answers GET, which is for reading")
            .label(effect.at, change(effect))
            .help(help(handler, effect));
    }
}

fn change(effect: &DatabaseEffect) -> String {
    let what = match effect.kind {
        EffectKind::Delete => "deletes",
        EffectKind::Insert => "makes",
        _ => "changes",
    };
    match &effect.entity {
        Some(entity) => format!("{what} rows of `{entity}`"),
        None => format!("{what} rows"),
    }
}

fn help(handler: &Handler, effect: &DatabaseEffect) -> String {
    let method = match effect.kind {
        // A form of a page sends GET or POST.
        EffectKind::Delete if !handler.replies.redirects => "delete",
        _ => "post",
    };
    let upper = method.to_uppercase();
    match handler.framework {
        Framework::Litestar => format!("answer {upper} instead:{}", code(&format!("@{method}(…)"))),
        Framework::Aiohttp if !handler.name.contains('.') => {
            format!("answer {upper} instead:{}", code(&format!("….{method}(…)")))
        }
        Framework::FastApi => format!(
            "answer {upper} instead:{}",
            code(&format!("@….{method}(…)"))
        ),
        Framework::Starlette if handler.name.contains('.') => format!(
            "answer {upper} instead:{}",
            code(&format!("async def {method}(…):"))
        ),
        Framework::Flask | Framework::Starlette => {
            format!(
                "answer {upper} instead:{}",
                code(&format!("methods=[\"{upper}\"]"))
            )
        }
        Framework::Django if !handler.name.contains('.') => format!(
            "answer POST instead:{}",
            code("from django.views.decorators.http import require_POST\n\n@require_POST")
        ),
        Framework::Drf if !handler.name.contains('.') => {
            format!(
                "answer {upper} instead:{}",
                code(&format!("@api_view([\"{upper}\"])"))
            )
        }
        _ => format!(
            "answer {upper} instead:{}",
            code(&format!("def {method}(…):"))
        ),
    }
}
