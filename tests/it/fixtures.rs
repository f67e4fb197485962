//! The fixtures: every planted fault is found on its line, and nothing else is said.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Severity, rule and place of a finding.
type Fault = (&'static str, &'static str, &'static str);

const SHOP: [Fault; 9] = [
    ("error", "float-money", "app/models.py:44"),
    ("error", "unreviewed-cascade", "app/models.py:59"),
    ("error", "missing-fk-index", "app/models.py:77"),
    ("error", "happy-path-only", "app/routers/orders.py:58"),
    ("error", "unchecked-missing-row", "app/routers/orders.py:77"),
    (
        "warning",
        "unmapped-lookup-error",
        "app/routers/products.py:36",
    ),
    ("error", "hardcoded-secret", "app/security.py:14"),
    ("info", "hardcoded-secret", "tests/test_customers.py:6"),
    ("info", "hardcoded-secret", "tests/test_customers.py:35"),
];

const BOOKING: [Fault; 9] = [
    ("error", "hardcoded-secret", "booking/__init__.py:13"),
    (
        "error",
        "unchecked-missing-row",
        "booking/views/bookings.py:83",
    ),
    (
        "warning",
        "unvalidated-request",
        "booking/views/bookings.py:96",
    ),
    ("error", "happy-path-only", "booking/views/rooms.py:37"),
    (
        "warning",
        "narrow-primary-key",
        "migrations/0002_bookings.sql:4",
    ),
    (
        "info",
        "unchecked-enum-column",
        "migrations/0002_bookings.sql:9",
    ),
    (
        "error",
        "missing-fk-index",
        "migrations/0002_bookings.sql:19",
    ),
    (
        "error",
        "unreviewed-cascade",
        "migrations/0003_invoices.sql:5",
    ),
    ("error", "float-money", "migrations/0004_discounts.sql:4"),
];

const CLINIC: [Fault; 7] = [
    (
        "warning",
        "unmapped-lookup-error",
        "appointments/views.py:37",
    ),
    ("error", "happy-path-only", "appointments/views.py:54"),
    ("error", "hardcoded-secret", "clinic/settings.py:6"),
    (
        "error",
        "missing-fk-index",
        "db/migrations/002_appointments.sql:3",
    ),
    (
        "info",
        "unchecked-enum-column",
        "db/migrations/002_appointments.sql:6",
    ),
    (
        "error",
        "unreviewed-cascade",
        "db/migrations/003_treatments.sql:3",
    ),
    ("error", "float-money", "db/migrations/003_treatments.sql:5"),
];

const TOOLS: [Fault; 6] = [
    ("error", "unreviewed-cascade", "lending/models.py:19"),
    ("error", "float-money", "lending/models.py:23"),
    ("warning", "error-as-success", "lending/views.py:27"),
    ("error", "swallowed-http-exception", "lending/views.py:54"),
    ("error", "happy-path-only", "lending/views.py:60"),
    ("warning", "unmapped-lookup-error", "lending/views.py:67"),
];

const TICKETS: [Fault; 6] = [
    ("error", "unreviewed-cascade", "app/models.py:57"),
    ("error", "float-money", "app/models.py:61"),
    ("error", "missing-fk-index", "app/models.py:85"),
    ("error", "happy-path-only", "app/routers/tickets.py:11"),
    (
        "warning",
        "blocking-index-build",
        "migrations/versions/19e6_add_refunds.py:16",
    ),
    (
        "warning",
        "blocking-constraint",
        "migrations/versions/19e6_add_refunds.py:17",
    ),
];

const COURSES: [Fault; 23] = [
    ("error", "shadowed-route", "app/routers/courses.py:24"),
    (
        "warning",
        "unvalidated-request",
        "app/routers/courses.py:32",
    ),
    (
        "warning",
        "none-returned-as-success",
        "app/routers/courses.py:47",
    ),
    (
        "error",
        "path-parameter-mismatch",
        "app/routers/courses.py:51",
    ),
    ("warning", "unchecked-write", "app/routers/courses.py:61"),
    ("warning", "unsafe-get", "app/routers/courses.py:66"),
    ("error", "wrong-status-code", "app/routers/courses.py:82"),
    (
        "warning",
        "non-atomic-writes",
        "app/routers/enrollments.py:22",
    ),
    (
        "error",
        "returned-http-exception",
        "app/routers/enrollments.py:31",
    ),
    (
        "warning",
        "swallowed-exception",
        "app/routers/enrollments.py:43",
    ),
    (
        "info",
        "unstructured-logging",
        "app/routers/enrollments.py:50",
    ),
    (
        "info",
        "client-per-request",
        "app/routers/enrollments.py:53",
    ),
    (
        "warning",
        "unchecked-response",
        "app/routers/payments.py:35",
    ),
    (
        "error",
        "blocking-call-in-async",
        "app/routers/payments.py:42",
    ),
    (
        "warning",
        "leaked-exception-text",
        "app/routers/payments.py:57",
    ),
    (
        "warning",
        "unhandled-conflict",
        "app/routers/students.py:22",
    ),
    ("warning", "broken-session", "app/routers/students.py:34"),
    (
        "info",
        "missing-response-model",
        "app/routers/students.py:45",
    ),
    (
        "warning",
        "none-returned-as-success",
        "app/routers/students.py:53",
    ),
    ("error", "missing-await", "app/routers/students.py:58"),
    (
        "warning",
        "llm-call-without-limits",
        "app/routers/tutor.py:13",
    ),
    ("warning", "no-request-timeout", "app/services/gateway.py:9"),
    ("info", "unbounded-retry", "app/services/gateway.py:18"),
];

const LIBRARY: [Fault; 5] = [
    ("error", "happy-path-only", "library/books.py:14"),
    ("error", "unchecked-missing-row", "library/books.py:28"),
    ("warning", "unvalidated-request", "library/books.py:37"),
    ("warning", "unhandled-conflict", "library/readers.py:14"),
    ("warning", "unmapped-lookup-error", "library/readers.py:26"),
];

const RECIPES: [Fault; 4] = [
    ("error", "happy-path-only", "recipes/controllers.py:22"),
    (
        "error",
        "unchecked-missing-row",
        "recipes/controllers.py:34",
    ),
    (
        "warning",
        "unmapped-lookup-error",
        "recipes/controllers.py:43",
    ),
    ("warning", "unhandled-conflict", "recipes/controllers.py:54"),
];

const DRAFT: [Fault; 5] = [
    ("error", "missing-fk-index", "draft.md:11"),
    ("error", "unreviewed-cascade", "draft.md:11"),
    ("error", "float-money", "draft.md:13"),
    ("error", "hardcoded-secret", "draft.md:26"),
    ("error", "happy-path-only", "draft.md:35"),
];

/// Runs the tool on a path with everything shown; standard input is the draft.
fn check(path: &str) -> (i32, Value) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let output = Command::new(env!("CARGO_BIN_EXE_aicheck"))
        .stdin(File::open(fixtures.join("draft.md")).unwrap())
        .current_dir(fixtures)
        .args(["check", "--show", "info", "--format", "json", path])
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), report)
}

fn faults(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let fault = |finding: &Value| {
        let start = &finding["location"]["start"]["line"];
        let place = format!("{}:{start}", text(&finding["location"]["path"]));
        (text(&finding["severity"]), text(&finding["rule"]), place)
    };
    findings.iter().map(fault).collect()
}

#[track_caller]
fn holds_exactly(path: &str, planted: &[Fault]) {
    let (status, report) = check(path);
    let mut found = faults(&report);
    for (_, _, place) in &mut found {
        *place = place.replace("<stdin>", "draft.md");
        // A file is named from the root of its project.
        *place = place.replace("fixtures/", "");
    }
    let expected: Vec<_> = planted
        .iter()
        .map(|(severity, rule, place)| (severity.to_string(), rule.to_string(), place.to_string()))
        .collect();
    assert_eq!(found, expected, "{report:#}");
    assert_eq!(report["notes"], Value::Array(Vec::new()));
    assert_eq!(status, i32::from(!planted.is_empty()));
}

#[test]
fn a_shop_on_fastapi_and_sqlalchemy() {
    holds_exactly("shop-fastapi", &SHOP);
}

#[test]
fn a_library_on_aiohttp() {
    holds_exactly("library-aiohttp", &LIBRARY);
}

#[test]
fn recipes_on_litestar() {
    holds_exactly("recipes-litestar", &RECIPES);
}

#[test]
fn a_booking_system_on_flask_and_psycopg() {
    holds_exactly("booking-flask", &BOOKING);
}

#[test]
fn a_clinic_on_django() {
    holds_exactly("clinic-django", &CLINIC);
}

#[test]
fn a_tool_lending_on_django_rest_framework() {
    holds_exactly("tools-drf", &TOOLS);
}

#[test]
fn a_ticket_shop_on_fastapi_and_alembic() {
    holds_exactly("tickets-alembic", &TICKETS);
}

#[test]
fn courses_on_fastapi_and_other_services() {
    holds_exactly("courses-fastapi", &COURSES);
}

#[test]
fn a_clean_project_is_left_alone() {
    holds_exactly("clean", &[]);
}

#[test]
fn a_pasted_draft_by_name_and_piped() {
    holds_exactly("draft.md", &DRAFT);
    holds_exactly("-", &DRAFT);
}
