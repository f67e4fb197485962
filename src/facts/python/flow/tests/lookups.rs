//! Which calls are lookups, and by which key.

use super::*;
use crate::facts::python::Origin;

const LOOKUPS: &[&str] = &[
    "o = db.get(Order, i)",
    "o = await db.get(Order, ident=i)",
    "o = db.session.get(Order, i)",
    "o = self.session.get(models.Order, i)",
    "o = db.query(Order).get(i)",
    "o = Order.query.get(i)",
    "o = Order.query.filter_by(id=i).first()",
    "o = db.query(Order).filter(Order.id == i).first()",
    "o = db.query(Order).filter(Order.id == i).one_or_none()",
    "o = db.query(Order.total).filter(Order.id == i).scalar()",
    "o = db.scalar(select(Order).where(Order.id == i))",
    "o = db.scalars(select(Order).where(Order.id == i)).first()",
    "o = db.exec(select(Order).where(Order.id == i)).first()",
    "o = (await db.execute(select(Order).where(Order.id == i))).scalar_one_or_none()",
    "r = await db.execute(sa.select(Order).where(Order.id == i)); o = r.scalars().first()",
    "q = select(Order); q = q.where(Order.id == i); o = db.scalars(q).first()",
    "o = db.execute(text('SELECT * FROM orders WHERE id = :i'), {'i': i}).fetchone()",
    "o = db.execute(text('SELECT * FROM orders WHERE id = :i'), {'i': i}).first()",
    "o = db.execute(update(Order).where(Order.id == i).returning(Order)).scalar_one_or_none()",
    "o = conn.execute('SELECT * FROM orders WHERE id = ?', (i,)).fetchone()",
    "cur.execute('SELECT * FROM orders WHERE id = %s', (i,)); o = cur.fetchone()",
    "cur.execute(f'SELECT * FROM orders WHERE id = {i}'); o = cur.fetchone()",
    "self.cur.execute('SELECT * FROM orders WHERE id = %s' % i); o = self.cur.fetchone()",
    "cur.execute('SELECT * ' 'FROM orders WHERE id = %s', (i,)); o = await cur.fetchone()",
    "sql = 'SELECT * FROM orders WHERE id = $1'; o = await pool.fetchrow(sql, i)",
    "o = await pool.fetchrow('SELECT * FROM orders WHERE id = $1', i)",
    "o = await pool.fetchval('SELECT data FROM orders WHERE id = $1', i)",
    "o = await database.fetch_one(query='SELECT * FROM o WHERE id = :i', values={'i': i})",
    "o = await database.fetch_one(orders.select().where(Order.id == i))",
    "o = Order.objects.filter(id=i).first()",
    "o = Order.objects.filter(id=i).order_by('x').last()",
    "o = await Order.objects.filter(id=i).afirst()",
    "qs = self.get_queryset(); o = qs.filter(pk=i).first()",
    "o = await Order.filter(id=i).first()",
    "o = await Order.get_or_none(id=i)",
    "o = Order.select().where(Order.id == i).first()",
    "o = db.orders.find_one({'_id': i})",
    "o = await collection.find_one({'_id': i})",
    "o = await orders_collection.find_one(i)",
    "o = await db['orders'].find_one_and_update({'_id': i}, {'$set': {}})",
    "o = await Order.find_one(Order.id == i)",
    "o = next((x for x in ORDERS if x.id == i), None)",
    "if (o := db.get(Order, i)): pass",
    "with Session(engine) as s: o = s.get(Order, i)",
    "async with maker() as session: o = await session.get(Order, i)",
    "async with db.execute('SELECT a FROM t WHERE i = ?', (i,)) as c: o = await c.fetchone()",
    "s = make(); r = s.execute(select(Order).where(Order.id == i)); o = r.scalar_one_or_none()",
    "r = session.execute(select(User)); o = session.get(Order, i)",
    "o = await database.fetch_one(orders.select().where(orders.c.id == i))",
];

#[test]
fn lookups_are_known_by_what_they_hang_on() {
    for call in LOOKUPS {
        assert_eq!(lookup(call, "return o.total"), ["o: o.total"], "{call}");
    }
    let raising = [
        ("o = Order.objects.get(pk=i)", "Order.objects.get!"),
        ("o = await Order.objects.aget(pk=i)", "Order.objects.aget!"),
        (
            "o = Order.objects.select_related('x').get(pk=i)",
            "Order.objects.select_related().get!",
        ),
        (
            "o = self.get_queryset().get(pk=i)",
            "self.get_queryset().get!",
        ),
        (
            "o = Order.objects.filter(x=i).latest()",
            "Order.objects.filter().latest!",
        ),
        (
            "o = db.query(Order).filter(Order.id == i).one()",
            "db.query().filter().one!",
        ),
        (
            "o = db.execute(select(Order).where(Order.id == i)).scalar_one()",
            "db.execute().scalar_one!",
        ),
        ("o = next(x for x in ORDERS if x.id == i)", "next!"),
    ];
    for (call, step) in raising {
        assert_eq!(lookup(call, "return o.total"), [step], "{call}");
    }
}

#[test]
fn chains_are_uses() {
    let cases = [
        (
            "x = db.query(Order).filter(Order.id == i).first().total",
            ": db.query().filter().first().total",
        ),
        (
            "x = conn.execute('SELECT a FROM t WHERE id = ?', (i,)).fetchone()[0]",
            ": conn.execute().fetchone()[0]",
        ),
        (
            "x, y = conn.execute('SELECT a, b FROM t WHERE id = ?', (i,)).fetchone()",
            ": x, y",
        ),
        ("x = (await db.get(Order, i)).total", ": db.get().total"),
        ("x = Out(**db.get(Order, i))", ": **db.get(Order, i)"),
    ];
    for (call, step) in cases {
        assert_eq!(lookup(call, "return x"), [step], "{call}");
    }
}

const CERTAIN: &[&str] = &[
    "o = db.query(func.count(Order.id)).filter_by(author=i).scalar()",
    "o = db.query(func.coalesce(func.sum(Order.x), 0)).filter(Order.id == i).first()",
    "o = db.scalar(select(func.count()).select_from(Order).where(Order.id == i))",
    "o = db.execute(select(func.max(Order.x).label('m')).where(Order.id == i)).one()",
    "o = db.scalar(select(exists().where(Order.id == i)))",
    "o = db.query(db.query(Order).filter(Order.id == i).exists()).scalar()",
    "o = db.execute(select(1)).scalar()",
    "o = db.execute(text('SELECT 1')).scalar()",
    "o = db.execute(insert(Order).values(id=i).returning(Order)).scalar_one()",
    "o = conn.execute('SELECT count(*) FROM t WHERE id = ?', (i,)).fetchone()",
    "o = conn.execute('INSERT INTO t (a) VALUES (?) RETURNING id', (i,)).fetchone()",
    "o = await pool.fetchval('SELECT count(*) FROM t WHERE id = $1', i)",
    "o = await pool.fetchval('SELECT EXISTS(SELECT 1 FROM t WHERE id = $1)', i)",
    "o = Order.objects.filter(id=i).aggregate(x=Sum('x')).get('x')",
    "o = Order.objects.filter(id=i).count()",
    "o = await db.orders.find_one_and_update({'_id': i}, {}, upsert=True)",
    "o = next((x for x in ORDERS if x.id == i), Order())",
    "o = get_object_or_404(Order, pk=i)",
    "o = Order.query.get_or_404(i)",
];

const UNKNOWN: &[&str] = &[
    "o = payload.first()",
    "o = frame.groupby('x').first('3D')",
    "o = cache.get(i)",
    "o = config.get(KEY, i)",
    "o = self.store.get(i)",
    "o = ORDERS.get(i)",
    "o = requests.get(URL, i)",
    "o = cur.fetchone()",
    "cur.execute(build(i)); o = cur.fetchone()",
    "cur.execute('SELECT a FROM t WHERE i = ?', (i,)); cur.execute(build()); o = cur.fetchone()",
    "o = self.users.find_one(i)",
    "o = repo.one(i)",
    "o = next(rows)",
    "rows = load(i); o = next((x for x in rows if x.id == i), None)",
    "o = 'select x'.get(i)",
    "o = payload.filter(name=i).first()",
];

#[test]
fn what_always_gives_a_row_is_no_lookup() {
    for call in CERTAIN.iter().chain(UNKNOWN) {
        assert_eq!(lookup(call, "return o.total"), [""; 0], "{call}");
    }
}

/// A line, the key of the lookup after it, the roots of the key and its text.
const KEYS: &[(&str, &str, &str, &str)] = &[
    ("pass", "i", "i", "i"),
    ("pass", "payload.order_id", "payload", "payload.order_id"),
    ("x = int(i)", "x", "i", "x"),
    ("x = f'a{i}'.strip()", "x", "i", "x"),
    ("x = payload.model_dump()['id']", "x", "payload", "x"),
    ("pass", "uuid.UUID(i)", "i", "i"),
    (
        "pass",
        "request.args['id']",
        "request",
        "request.args['id']",
    ),
    (
        "x = request.get_json(force=True)['id']",
        "x",
        "request",
        "x",
    ),
    ("x = await request.json()", "x['id']", "request", "x['id']"),
    ("x = self.kwargs['pk']", "x", "request", "x"),
    (
        "pass",
        "self.request.GET.get('id')",
        "request",
        "self.request.GET.get('id')",
    ),
    (
        "pass",
        "request.match_info['id']",
        "request",
        "request.match_info['id']",
    ),
    (
        "pass",
        "serializer.validated_data['id']",
        "request",
        "serializer.validated_data['id']",
    ),
    ("pass", "request.user.id", "unknown", "request.user.id"),
    ("x = load(i)", "x.id", "unknown", "x.id"),
    ("x = Order(id=i)", "x.id", "unknown", "x.id"),
    (
        "x = db.get(User, i) or abort(404)",
        "x.order_id",
        "row",
        "x.order_id",
    ),
    (
        "for x in db.query(User).all(): pass",
        "x.order_id",
        "row",
        "x.order_id",
    ),
    ("pass", "settings.MAIN_ID", "constant", ""),
    ("pass", "1", "constant", ""),
    ("x = i if i else 2", "x", "i", "x"),
    ("x = self.current", "x", "unknown", "x"),
    (
        "x = payload.a + request.args['b']",
        "x",
        "payload request",
        "x",
    ),
];

#[test]
fn keys_have_roots() {
    for (line, key, roots, text) in KEYS {
        let source = format!(
            "from flask import request
class C:
    def f(self, db: Session, i: int, payload: In):
        {line}
        o = db.get(Order, {key})
        return o.total
"
        );
        let function = last(&source);
        let step = function
            .steps
            .iter()
            .find(|step| step.use_text == "o.total")
            .expect(line);
        assert_eq!(named(&step.key), *roots, "{line} {key}");
        assert_eq!(step.key_text, *text, "{line} {key}");
        assert_eq!(step.entity.as_deref(), Some("Order"));
    }
}

fn named(roots: &[Origin]) -> String {
    let names: Vec<&str> = roots
        .iter()
        .map(|root| match root {
            Origin::Parameter(name) => name.as_str(),
            Origin::Field(name) => name.as_str(),
            Origin::Request => "request",
            Origin::Row => "row",
            Origin::Constant => "constant",
            Origin::Unknown => "unknown",
        })
        .collect();
    names.join(" ")
}

#[test]
fn all_conditions_of_a_query_are_its_key() {
    let text = "\
def f(db: Session, i: int, user: User):
    o = db.query(Order).filter(Order.owner_id == user.id, Order.id == i).first()
    return o.total
";
    let step = &last(text).steps[0];
    assert_eq!(named(&step.key), "i user");
    let text = "def f(rows: list, i: int):\n    return next(x for x in self.rows if x.id == i)\n";
    assert_eq!(named(&last(text).steps[0].key), "i");
    let text = "def f(body: In):\n    return next(x for x in body.rows if x.kind == 'a')\n";
    assert_eq!(named(&last(text).steps[0].key), "constant");
}

#[test]
fn calls_of_the_project_are_conditional_steps() {
    let text = "\
from .crud import get_order
from . import crud
def f(self, service: Service, i: int):
    a = get_order(i)
    a.x
    b = crud.get(i)
    b.x
    c = service.get(i)
    c.x
    local = Thing()
    d = local.get(i)
    d.x
    e = Order(i)
    e.x
    g = unknown().get(i)
    g.x
    h = str(i)
    h.x
    for item in service.items:
        k = item.load(i)
        k.x
";
    let function = last(text);
    let found: Vec<_> = function
        .steps
        .iter()
        .filter(|step| step.library.is_none() && !step.callee.is_empty())
        .map(|step| (step.callee.as_str(), step.use_text.as_str()))
        .collect();
    let expected = [
        ("get_order", "a.x"),
        ("crud.get", "b.x"),
        ("service.get", "c.x"),
        ("local.get", "d.x"),
        ("unknown", "unknown().get"),
    ];
    assert_eq!(found, expected);
}
