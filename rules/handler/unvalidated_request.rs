//! Data of the request that is parsed or indexed as it came.

use std::collections::BTreeMap;

use super::{Unhandled, chosen_by, confidence, own_steps};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unvalidated-request",
    family: "handler",
    page: include_str!("unvalidated_request.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let mut readings: BTreeMap<(Loc, &str), (&Handler, Vec<&UnhandledStep>)> = BTreeMap::new();
    for (handler, step) in project.unhandled_steps() {
        if let (Failure::Malformed(_), Some(source)) = (&step.failure, &step.entity) {
            let of_source = readings.entry((handler.header, source));
            of_source.or_insert((handler, Vec::new())).1.push(step);
        }
    }
    for ((_, source), (handler, steps)) in readings {
        let first_of_each = innermost(&steps);
        let Some((first, others)) = first_of_each.split_first() else {
            continue;
        };
        let message = format!(
            "`{source}` is used as it came: when {}, this raises {}, and the client gets {}",
            when(first),
            first.exception,
            client(handler)
        );
        let subject = format!("{}::{source}", handler.route);
        let finding = sink.report(Severity::Warning, first.at, subject, message);
        finding.note(format!("raises {}", first.exception));
        for other in others {
            let also = format!("and raises {} when {}", other.exception, when(other));
            finding.label(other.at, also);
        }
        finding
            .label(handler.registered, chosen_by(handler))
            .help(remedy(handler, &steps))
            .confidence(confidence(first));
    }
}

/// The readings of a handler that nothing checks, by what they read.
pub(super) fn steps(handler: &Handler) -> Vec<Unhandled> {
    let mut readings: BTreeMap<&str, Vec<&UnhandledStep>> = BTreeMap::new();
    for step in own_steps(handler) {
        if let (Failure::Malformed(_), Some(source)) = (&step.failure, &step.entity) {
            readings.entry(source).or_default().push(step);
        }
    }
    let sources = readings.into_values().filter_map(|steps| {
        let first_of_each = innermost(&steps);
        let first = *first_of_each.first()?;
        Some(Unhandled {
            at: first.at,
            when: match first_of_each.len() {
                1 => when(first),
                all => format!("{} (one of {all} such readings)", when(first)),
            },
            happens: format!("raises {}", first.exception),
            client: client(handler).to_owned(),
            remedy: remedy(handler, &steps),
            severity: match first_of_each.iter().all(|step| is_body(step)) {
                // No client of the project sends a body that is no JSON.
                true => Severity::Warning,
                false => Severity::Error,
            },
            confidence: confidence(first),
        })
    });
    sources.collect()
}

/// Of `int(data["x"])` only `data["x"]`: what is not there cannot be converted.
fn innermost<'s>(steps: &[&'s UnhandledStep]) -> Vec<&'s UnhandledStep> {
    let around = |nth: usize| {
        let (own, next) = (steps[nth], steps.get(nth + 1));
        next.is_some_and(|it| it.at.file == own.at.file && own.at.span.contains(it.at.span))
    };
    let kept = (0..steps.len()).filter(|nth| !around(*nth));
    kept.map(|nth| steps[nth]).collect()
}

/// When the reading fails.
fn when(step: &UnhandledStep) -> String {
    let read = match (step.key_text.as_str(), step.library.as_deref()) {
        ("", Some("json.loads")) => "the body".to_owned(),
        ("", _) => "what it takes".to_owned(),
        (text, _) => format!("`{text}`"),
    };
    match step.library.as_deref() {
        Some("request.item") => {
            format!("`{}` has no `{}`", holder(step), key(step))
        }
        Some("python.int") => format!("{read} is no integer"),
        Some("python.float" | "python.decimal") => format!("{read} is no number"),
        Some("python.uuid") => format!("{read} is no UUID"),
        Some("python.date") => format!("{read} is no date of this form"),
        Some("bson.objectid") => format!("{read} is no ObjectId"),
        Some("json.loads") => format!("{read} is no JSON"),
        _ => format!("{read} is none of its values"),
    }
}

/// Whether all that can fail is that the body is no JSON.
fn is_body(step: &UnhandledStep) -> bool {
    step.key_text.is_empty() && step.library.as_deref() == Some("json.loads")
}

/// What is indexed: `data` of `data["x"]`.
fn holder(step: &UnhandledStep) -> &str {
    step.use_text.split('[').next().unwrap_or(&step.use_text)
}

fn key(step: &UnhandledStep) -> &str {
    step.key_text.trim_matches(['"', '\''])
}

fn client(handler: &Handler) -> &'static str {
    match handler.framework {
        Framework::FastApi => "a 500 where 422 was due",
        _ => "a 500 where 400 was due",
    }
}

/// What to do about the readings of one source.
fn remedy(handler: &Handler, readings: &[&UnhandledStep]) -> String {
    let steps = innermost(readings);
    let fields = fields(readings);
    match (handler.framework, fields.as_slice(), steps.as_slice()) {
        (Framework::FastApi, [], [step, ..]) => converted(step, "FastAPI", 422),
        (Framework::Litestar, [], [step, ..]) => converted(step, "Litestar", 400),
        (Framework::Litestar, fields, _) => format!(
            "declare the fields with their types, and take them as `data`; Litestar then answers \
             400:{}",
            code(&format!(
                "{}\ndata: Body",
                model("@dataclass\nclass Body", fields)
            ))
        ),
        (Framework::FastApi, fields @ [_, ..], [step, ..]) if is_header(step) => format!(
            "take them as parameters; FastAPI then answers 422:{}",
            code(&headers(fields))
        ),
        (Framework::FastApi, fields, _) => format!(
            "declare the fields with their types, and take them as a parameter; FastAPI then \
             answers 422:{}",
            code(&format!(
                "{}\nbody: Body",
                model("class Body(BaseModel)", fields)
            ))
        ),
        (Framework::Drf, fields, [step, ..]) if is_item(step) => format!(
            "let a serializer check the data; it answers 400:{}",
            code(&checked_by_serializer(holder(step), fields))
        ),
        (framework, fields, [step, ..]) if is_item(step) => format!(
            "answer 400 where it is missing:{}",
            code(&tested(framework, holder(step), fields))
        ),
        (framework, _, [step, ..]) => caught(framework, step),
        _ => String::new(),
    }
}

/// A field that is read, and the library fact of what it is converted to.
type Field<'s> = (&'s str, Option<&'s str>);

fn is_item(step: &UnhandledStep) -> bool {
    step.library.as_deref() == Some("request.item")
}

fn is_header(step: &UnhandledStep) -> bool {
    is_item(step) && holder(step).ends_with(".headers")
}

/// The fields that are read of the holder that is read first.
fn fields<'s>(readings: &[&'s UnhandledStep]) -> Vec<Field<'s>> {
    let of_first = readings.iter().find(|it| is_item(it));
    let of_first = of_first.map(|it| holder(it));
    let items = readings.iter().filter(|it| is_item(it));
    let mut fields: Vec<Field> = items
        .filter(|it| Some(holder(it)) == of_first)
        .map(|item| {
            let around = readings.iter().find(|it| it.key_text == item.use_text);
            (key(item), around.and_then(|it| it.library.as_deref()))
        })
        .collect();
    fields.sort_unstable();
    fields.dedup_by_key(|field| field.0);
    fields
}

/// A class with the fields that are read.
fn model(header: &str, fields: &[Field]) -> String {
    let class = |conversion| match conversion {
        Some("python.int") => "int",
        Some("python.float") => "float",
        Some("python.decimal") => "Decimal",
        Some("python.uuid") => "UUID",
        Some("python.date") => "datetime",
        _ => "str",
    };
    let fields = fields.iter();
    let fields = fields.map(|(name, to)| format!("    {name}: {}\n", class(*to)));
    format!("{header}:\n{}", fields.collect::<String>())
}

/// Parameters of FastAPI, which reads `x_shop` from `X-Shop`.
fn headers(fields: &[Field]) -> String {
    let names = fields.iter().map(|field| field.0.to_lowercase());
    let lines =
        names.map(|name| format!("{}: Annotated[str, Header()],\n", name.replace('-', "_")));
    lines.collect()
}

/// A serializer with the fields that are read.
fn checked_by_serializer(source: &str, fields: &[Field]) -> String {
    let class = |conversion| match conversion {
        Some("python.int") => "IntegerField()",
        Some("python.float") => "FloatField()",
        Some("python.decimal") => "DecimalField(max_digits=12, decimal_places=2)",
        Some("python.uuid") => "UUIDField()",
        Some("python.date") => "DateTimeField()",
        _ => "CharField()",
    };
    let declared = fields.iter();
    let declared = declared.map(|(name, to)| format!("    {name} = serializers.{}\n", class(*to)));
    let read = fields.iter();
    let read = read.map(|(name, _)| format!("\n{name} = serializer.validated_data[\"{name}\"]"));
    format!(
        "class RequestSerializer(serializers.Serializer):\n{}\n\
         serializer = RequestSerializer(data={source})\n\
         serializer.is_valid(raise_exception=True){}",
        declared.collect::<String>(),
        read.collect::<String>()
    )
}

/// A test for the fields in front of their first reading.
fn tested(framework: Framework, holder: &str, fields: &[Field]) -> String {
    let bad_request = bad_request(framework);
    let names: Vec<&str> = fields.iter().map(|field| field.0).collect();
    let missing = match names.as_slice() {
        [name] => format!("\"{name}\" not in {holder}"),
        names => format!("not {{\"{}\"}} <= {holder}.keys()", names.join("\", \"")),
    };
    let parsed = !holder.starts_with("request.") || holder.ends_with(".json");
    match names.as_slice() {
        _ if parsed => {
            format!("if not isinstance({holder}, dict) or {missing}:\n    {bad_request}")
        }
        [name] if !name.contains(|it: char| !it.is_alphanumeric() && it != '_') => {
            format!("{name} = {holder}.get(\"{name}\")\nif {name} is None:\n    {bad_request}")
        }
        _ => format!("if {missing}:\n    {bad_request}"),
    }
}

/// The conversion that a framework makes by itself, and the status it answers with where it cannot.
fn converted(step: &UnhandledStep, framework: &str, status: u16) -> String {
    let name = &step.key_text;
    let class = match step.library.as_deref() {
        Some("python.int") => "int",
        Some("python.float") => "float",
        Some("python.decimal") => "Decimal",
        Some("python.uuid") => "UUID",
        Some("python.date") => "datetime",
        Some("json.loads") => {
            let body = match framework {
                "FastAPI" => "class Body(BaseModel):\n    ...\n\nbody: Body",
                _ => "@dataclass\nclass Body:\n    ...\n\ndata: Body",
            };
            return format!(
                "take the body as a parameter; {framework} then answers {status}:{}",
                code(body)
            );
        }
        Some("bson.objectid") => {
            return format!(
                "test it before:{}",
                code(&format!(
                    "if not ObjectId.is_valid({name}):\n    \
                     raise HTTPException(status_code={status}, detail=\"No valid id\")"
                ))
            );
        }
        _ => step.use_text.split('(').next().unwrap_or("Enum"),
    };
    format!(
        "let {framework} convert the parameter; it answers {status}:{}",
        code(&format!("{name}: {class}"))
    )
}

fn caught(framework: Framework, step: &UnhandledStep) -> String {
    let waits = !matches!(
        framework,
        Framework::Flask | Framework::Django | Framework::Drf
    );
    let reading = match step.use_text.ends_with(".json()") && waits {
        true => format!("await {}", step.use_text),
        false => step.use_text.replace("()", "(…)"),
    };
    let text = format!(
        "try:\n    {} = {reading}\nexcept {}:\n    {}",
        step.variable.as_deref().unwrap_or("value"),
        match step.exception.as_str() {
            "JSONDecodeError" => "ValueError",
            // What is not there is None, which no conversion takes.
            "ValueError" if is_optional(&step.key_text) => "(TypeError, ValueError)",
            exception => exception,
        },
        bad_request(framework)
    );
    format!("answer 400 where it is none:{}", code(&text))
}

/// `request.form.get("x")`, without anything to take its place.
fn is_optional(read: &str) -> bool {
    let arguments = read.split_once(".get(").map(|(_, arguments)| arguments);
    arguments.is_some_and(|it| it.ends_with(')') && !it.contains(','))
}

fn bad_request(framework: Framework) -> &'static str {
    match framework {
        Framework::FastApi => "raise HTTPException(status_code=422)",
        Framework::Starlette => "raise HTTPException(status_code=400)",
        Framework::Flask => "abort(400)",
        Framework::Django => "return HttpResponseBadRequest()",
        Framework::Drf => "raise ValidationError()",
        Framework::Aiohttp => "raise web.HTTPBadRequest()",
        Framework::Litestar => "raise ValidationException()",
    }
}
