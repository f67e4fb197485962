//! What calls and assignments do to databases.

use super::last;
use crate::facts::python::{Cell, Effect, Origin};

/// `insert users email=(payload) !` of each effect; `!` where nobody looks at the result.
fn effects(lines: &str) -> Vec<String> {
    let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    let head =
        "from flask import request\nasync def f(db: Session, i: int, payload: In, cursor):\n";
    let function = last(&format!("{head}{body}"));
    function.effects.iter().map(shown).collect()
}

fn shown(effect: &Effect) -> String {
    let kind = format!("{:?}", effect.kind).to_lowercase();
    let mut parts = vec![kind];
    parts.extend(effect.entity.clone());
    let cells = |cells: &[Cell], sign: &str| {
        let cells = cells
            .iter()
            .map(|cell| format!("{}{sign}{}", cell.column, roots(&cell.origins)));
        cells.collect::<Vec<_>>()
    };
    parts.extend(cells(&effect.conditions, "=="));
    parts.extend(cells(&effect.values, "="));
    if !effect.used {
        parts.push("!".to_owned());
    }
    parts.join(" ")
}

fn roots(origins: &[Origin]) -> String {
    let roots = origins.iter().map(|origin| match origin {
        Origin::Parameter(name) => name.clone(),
        Origin::Field(name) => format!("{name}."),
        Origin::Request => "request".to_owned(),
        Origin::Row => "row".to_owned(),
        Origin::Constant => "constant".to_owned(),
        Origin::Unknown => "unknown".to_owned(),
    });
    roots.collect::<Vec<_>>().join("|")
}

#[test]
fn rows_are_written_by_sessions() {
    let cases = [
        (
            "u = User(email=payload.email, age=3)\ndb.add(u)\nawait db.commit()",
            "insert User email=payload. age=constant !; commit !",
        ),
        (
            "db.add(models.User(**payload.dict()))",
            "insert models.User *=payload !",
        ),
        (
            "db.add_all([Line(a=1) for x in payload.lines])",
            "insert Line !",
        ),
        (
            "u = User()\nu.email = payload.email\ndb.session.add(u)",
            "insert User email=payload. !",
        ),
        (
            "db.add(User.model_validate(payload))",
            "insert User *=payload !",
        ),
        (
            "u = db.get(User, i)\nif u is None:\n    raise X()\nu.email = payload.email\ndb.add(u)",
            "read User; update User email=payload.; update User !",
        ),
        (
            "u = db.get(User, i)\ndb.delete(u)",
            "read User; delete User !",
        ),
        ("row = make(payload)\ndb.add(row)", "save *=unknown !"),
        ("seen = set()\nseen.add(i)", ""),
        (
            "db.flush()\ndb.rollback()\ndb.close()",
            "flush !; rollback !; close !",
        ),
    ];
    check(&cases);
}

#[test]
fn statements_say_what_they_do_by_which_key() {
    let cases = [
        (
            "await db.execute(update(User).where(User.id == i).values(name=payload.name))",
            "update User id==i name=payload. !",
        ),
        (
            "r = db.execute(delete(User).where(User.id == i))\nreturn r.rowcount",
            "delete User id==i",
        ),
        (
            "r = db.execute(delete(User).where(User.id == i))\nreturn 1",
            "delete User id==i !",
        ),
        (
            "db.execute(insert(User), {'email': payload.email})",
            "insert User email=payload. !",
        ),
        (
            "db.execute(insert(User).values(a=i).on_conflict_do_nothing())",
            "upsert User a=i !",
        ),
        (
            "db.query(User).filter(User.id == i).update({'name': payload.name})",
            "update User id==i name=payload. !",
        ),
        (
            "db.query(User).filter_by(id=i).delete()",
            "delete User id==i !",
        ),
        (
            "stmt = select(User).where(User.id == i)\nreturn db.scalars(stmt).all()",
            "read User id==i; read User id==i",
        ),
    ];
    check(&cases);
}

#[test]
fn texts_are_bound_to_their_parameters() {
    let cases = [
        (
            "cursor.execute('INSERT INTO users (id, email) VALUES (%s, %s)', (uuid4(), payload.email))",
            "insert users id=unknown email=payload. !",
        ),
        (
            "db.execute(text('UPDATE users SET a = :a WHERE id = :id'), {'a': 1, 'id': i})",
            "update users id==i a=constant !",
        ),
        (
            "await conn.execute('DELETE FROM users WHERE id = $1', i)",
            "delete users id==i !",
        ),
        (
            "await conn.execute('DELETE FROM users WHERE id = $1 RETURNING id', i)",
            "delete users id==i",
        ),
        (
            "cursor.execute('UPDATE t SET a = ? WHERE id = ?', (1, i))\nif cursor.rowcount == 0:\n    raise X()",
            "update t id==i a=constant",
        ),
        (
            "cursor.execute(f'UPDATE t SET {payload.set} WHERE id = %s', (i,))",
            "update t id==i !",
        ),
        (
            "execute('INSERT INTO t (a) VALUES (?) ON CONFLICT DO NOTHING', (i,))",
            "upsert t a=i !",
        ),
        ("print('delete from t where id = 1')", ""),
    ];
    check(&cases);
}

#[test]
fn managers_and_rows_of_django() {
    let cases = [
        (
            "Order.objects.create(number=request.json['n'])",
            "insert Order number=request !",
        ),
        (
            "Order.objects.get_or_create(number=i)",
            "upsert Order number=i !",
        ),
        (
            "Order.objects.filter(pk=i).update(note=payload.note)",
            "update Order pk==i note=payload. !",
        ),
        (
            "Order.objects.filter(pk=i, owner__id=payload.o).delete()",
            "delete Order pk==i owner==payload. !",
        ),
        (
            "o = get_object_or_404(Order, pk=i)\no.note = payload.note\no.save()",
            "update Order note=payload.; update Order !",
        ),
        ("o = Order(number=i)\no.save()", "insert Order number=i !"),
        (
            "with transaction.atomic():\n    Order.objects.bulk_create(rows)",
            "begin; insert Order *=constant !",
        ),
        ("serializer.save(owner=i)", "save !"),
        ("plot.save('a.png')", ""),
    ];
    check(&cases);
}

#[test]
fn collections_of_documents() {
    let cases = [
        (
            "await db.users.update_one({'_id': i}, {'$set': payload.dict()})",
            "update users _id==i !",
        ),
        (
            "r = await db.users.delete_one({'_id': i})\nreturn r.deleted_count",
            "delete users _id==i",
        ),
        (
            "db.users.insert_one({'email': payload.email})",
            "insert users email==payload. !",
        ),
    ];
    check(&cases);
}

fn check(cases: &[(&str, &str)]) {
    for (lines, expected) in cases {
        assert_eq!(effects(lines).join("; "), *expected, "{lines}");
    }
}
