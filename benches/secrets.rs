//! What looking for tokens costs, by the shape of the text: `cargo bench --bench secrets`.

use aicheck::facts::secrets::tokens;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// Python as people write it.
fn code() -> String {
    let part = |n: usize| {
        format!(
            "@router.get(\"/orders/{{order_id}}/lines/{n}\")\n\
             async def get_line_{n}(order_id: int, session: Session = Depends(get_session)) -> LineOut:\n\
             \x20   # The line belongs to the task, and the task to its desk.\n\
             \x20   line = await session.get(Line, (order_id, {n}))\n\
             \x20   if line is None:\n\
             \x20       raise HTTPException(status_code=404, detail=\"Not found\")\n\
             \x20   return LineOut.model_validate(line)\n"
        )
    };
    (0..5000).map(part).collect()
}

/// Translations, full of what only looks like a prefix.
fn json() -> String {
    let part =
        |n: usize| format!("  \"key_{n}\": {{\"lang\": \"en-us\", \"hash\": \"re_{n:040x}\"}},\n");
    (0..20_000).map(part).collect()
}

/// Long runs of base64, as images and certificates are written.
fn base64() -> String {
    let letter = |n: usize| {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        alphabet[(n * n + n / 7) % 64] as char
    };
    (0..2_000_000).map(letter).collect()
}

#[divan::bench(args = ["code", "json", "base64"])]
fn look(bencher: Bencher<'_, '_>, name: &str) {
    let text = match name {
        "code" => code(),
        "json" => json(),
        _ => base64(),
    };
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| tokens::read(&text, 0..text.len()).len());
}
