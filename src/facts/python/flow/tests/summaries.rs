//! What a function tells its callers.

use super::*;
use crate::facts::python::{ExitKind, Origin, Returned};

const EXITS: &[(&str, &str)] = &[
    ("raise HTTPException(404)", "Raise(\"HTTPException\")"),
    ("raise Http404", "Raise(\"Http404\")"),
    ("abort(404)", "Abort(\"abort\")"),
    ("api.abort(404, 'gone')", "Abort(\"api.abort\")"),
    ("sys.exit(2)", "Abort(\"sys.exit\")"),
    ("return {'error': 1}, 404", "ErrorResponse(404)"),
    (
        "return jsonify(error=1), HTTPStatus.NOT_FOUND",
        "ErrorResponse(404)",
    ),
    (
        "return JSONResponse({}, status_code=status.HTTP_404_NOT_FOUND)",
        "ErrorResponse(404)",
    ),
    ("return Response({}, status=400)", "ErrorResponse(400)"),
    ("return make_response({}, 422)", "ErrorResponse(422)"),
    ("return HttpResponseNotFound()", "ErrorResponse(404)"),
    ("response.status_code = 404", "ErrorResponse(404)"),
    ("if not o:\n    return {}", "GuardedReturn"),
    ("if o is not None:\n    return o", "GuardedReturn"),
    (
        "try:\n    ping()\nexcept ValueError:\n    return {}",
        "Catch([\"ValueError\"])",
    ),
    (
        "get_object_or_404(Order, pk=i)",
        "MappedLookup(\"get_object_or_404\")",
    ),
    (
        "return Order.query.get_or_404(i)",
        "MappedLookup(\"Order.query.get_or_404\")",
    ),
];

#[test]
fn exits_are_told_apart() {
    for (lines, expected) in EXITS {
        let function = last(&format!("import sys\n{}", after_lookup(lines)));
        let kinds: Vec<_> = function
            .exits
            .iter()
            .map(|exit| format!("{:?}", exit.kind))
            .collect();
        assert_eq!(kinds, [*expected], "{lines}");
    }
    let none = [
        "try:\n    ping()\nexcept Exception:\n    db.rollback()\n    raise",
        "try:\n    ping()\nexcept Exception as e:\n    raise e",
        "try:\n    ping()\nfinally:\n    db.close()",
        "if j:\n    return {}",
        "return {}, 201",
        "return JSONResponse({}, status_code=201)",
        "def inner():\n    raise Gone()",
        "return storage.get_object(Bucket=i)",
        "return o",
    ];
    for lines in none {
        let exits: Vec<ExitKind> = last_named(&after_lookup(lines), "f")
            .exits
            .into_iter()
            .map(|exit| exit.kind)
            .collect();
        assert_eq!(exits, [], "{lines}");
    }
}

#[test]
fn returns_are_summed_up() {
    let cases = [
        ("return o", "lookup"),
        (
            "return await db.scalar(select(Order).where(Order.id == i))",
            "lookup",
        ),
        ("return load(i)", "load"),
        ("return None", "none"),
        ("return", "none"),
        ("pass\nx = 1", "none"),
        ("return 1", "other"),
        ("if not o:\n    raise Gone()\nreturn o", "other"),
        ("if not o:\n    return None\nreturn o", "lookup other"),
        ("if o:\n    return o", "other lookup"),
        ("return o or Order()", "other"),
        ("raise Gone()", ""),
        ("while True:\n    ping()", ""),
        ("yield db", "other"),
    ];
    for (lines, expected) in cases {
        let function = last(&after_lookup(lines));
        let found: Vec<String> = function
            .returned
            .iter()
            .map(|returned| match &returned.value {
                Returned::None => "none".to_owned(),
                Returned::Lookup { .. } => "lookup".to_owned(),
                Returned::Call(callee, _) => callee.clone(),
                Returned::Other => "other".to_owned(),
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{lines}");
        assert_eq!(function.never_returns, expected.is_empty(), "{lines}");
    }
    for body in [
        "...",
        "pass",
        "'''Says what.'''",
        "raise NotImplementedError",
    ] {
        assert!(
            last(&format!("def f():\n    {body}\n")).returned.is_empty(),
            "{body}"
        );
    }
}

#[test]
fn functions_that_reject_none_are_guards() {
    let cases = [
        ("if a is None:\n        raise Gone()", true),
        ("if not a:\n        abort(404)", true),
        ("if a is None:\n        raise Gone()\n    return a", true),
        ("assert a is not None", true),
        ("if not valid(a):\n        raise Gone()", true),
        ("if a is None:\n        return", false),
        ("if a is None:\n        logger.info('x')", false),
        ("return a.x", false),
        ("a = a or 1", false),
        ("pass", false),
        ("if b and a is None:\n        raise Gone()", false),
    ];
    for (body, expected) in cases {
        let function = last(&format!("def f(a, b: Session):\n    {body}\n"));
        assert_eq!(function.rejects_none == ["a"], expected, "{body}");
    }
}

#[test]
fn dependencies_may_leave_a_parameter_empty() {
    let text = "\
from fastapi import Depends
def f(i: int, user: User = Depends(get_user), other: CurrentUser):
    if other is None:
        raise Gone()
    return user.name, other.name, i.real
";
    let found: Vec<_> = last(text)
        .steps
        .iter()
        .map(|step| (step.callee.clone(), step.use_text.clone(), step.key.clone()))
        .collect();
    let user = Origin::Parameter("user".to_owned());
    assert_eq!(found, [(String::new(), "user.name".to_owned(), vec![user])]);
}

#[test]
fn calls_know_their_surroundings() {
    let text = "\
def f(i, db):
    try:
        with transaction.atomic():
            save(i, key=i, kind='a', **more)
    except IntegrityError:
        return 409
    except Exception:
        db.rollback()
        raise
";
    let function = last(text);
    let save = function
        .calls
        .iter()
        .find(|call| call.callee == "save")
        .expect("it is called");
    assert_eq!(save.catches, ["IntegrityError"]);
    assert_eq!(save.contexts, ["transaction.atomic"]);
    assert_eq!(save.args, [vec![Origin::Parameter("i".to_owned())]]);
    let names: Vec<_> = save
        .keywords
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["key"]);
}

#[test]
fn deep_and_long_functions_are_followed() {
    let deep = format!(
        "def f():\n    return {}x{}\n",
        "g(".repeat(90),
        ")".repeat(90)
    );
    assert!(!last(&deep).broken);
    let elifs: String = (0..5000)
        .map(|n| format!("    elif a == {n}:\n        b = {n}\n"))
        .collect();
    let long = format!("def f(a):\n    if a:\n        b = 1\n{elifs}    return b\n");
    assert!(!last(&long).broken);
    let loops: String = (0..40)
        .map(|n| format!("{}for a{n} in q(b):\n", "    ".repeat(n + 1)))
        .collect();
    let body = "    ".repeat(41);
    let nested = format!("def f(q, b):\n{loops}{body}b = q(b)\n{body}b = find(b)\n");
    assert!(!last(&nested).broken);
}

#[test]
fn generic_views_fetch_with_a_mapped_error() {
    let text = "class View:\n    def get(self, request):\n        return self.get_object().name\n";
    let function = last(text);
    let kinds: Vec<_> = function.exits.iter().map(|exit| &exit.kind).collect();
    assert_eq!(
        kinds,
        [&ExitKind::MappedLookup("self.get_object".to_owned())]
    );
    assert!(function.steps.is_empty());
}
