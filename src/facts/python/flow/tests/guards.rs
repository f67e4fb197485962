//! What guards a doubtful value, and what does not.

use super::*;

#[track_caller]
fn exposed(lines: &str, expected: &[&str]) {
    let text = after_lookup(lines);
    assert_eq!(steps(&last_named(&text, "f")), expected, "{text}");
}

#[track_caller]
fn silent(cases: &[&str]) {
    for lines in cases {
        exposed(lines, &[]);
    }
}

#[test]
fn every_kind_of_use_is_exposed() {
    let cases = [
        ("return o.total", "o: o.total"),
        ("return o['total']", "o: o['total']"),
        ("o.total = 1", "o: o.total"),
        ("o.total += 1", "o: o.total"),
        ("del o.total", "o: o.total"),
        ("o.save()", "o: o.save"),
        ("await o.save()", "o: o.save"),
        ("for x in o: pass", "o: o"),
        ("a, b = o", "o: a, b"),
        ("return Out(**o)", "o: **o"),
        ("return [*o]", "o: *o"),
        ("return dict(o)", "o: dict(o)"),
        ("return len(o)", "o: len(o)"),
        ("setattr(o, 'total', 1)", "o: setattr(o, 'total', 1)"),
        ("return getattr(o, 'total')", "o: getattr(o, 'total')"),
        ("setattr(o, 'password', 'hunter2')", "o: setattr()"),
        ("return f'{o.total:>10}'", "o: o.total"),
        ("return {'total': o.total}", "o: o.total"),
        ("p = o\nreturn p.total", "o: p.total"),
        ("return [x for x in rows if x.id == o.id]", "o: o.id"),
        ("with lock:\n    o.save()", "o: o.save"),
        ("while j:\n    o.save()", "o: o.save"),
        ("return o.items[0].name if j else 0", "o: o.items"),
        ("print(o.total)", "o: o.total"),
        ("yield o.total", "o: o.total"),
        ("assert o.total", "o: o.total"),
    ];
    for (lines, expected) in cases {
        exposed(lines, &[expected]);
    }
}

#[test]
fn the_first_use_is_the_finding() {
    exposed("a = o.a\nb = o.b\no.c = 1\nreturn o", &["o: o.a"]);
    exposed("if j:\n    return o.a\nelse:\n    return o.b", &["o: o.a"]);
}

#[test]
fn guards_guard() {
    silent(&[
        "if o:\n    return o.total",
        "if not o:\n    return None\nreturn o.total",
        "if o is None:\n    raise Gone()\nreturn o.total",
        "if o is not None:\n    return o.total",
        "if o == None:\n    raise Gone()\nreturn o.total",
        "if None is o:\n    raise Gone()\nreturn o.total",
        "if (o) is None:\n    raise Gone()\nreturn o.total",
        "if not isinstance(o, Order):\n    raise Gone()\nreturn o.total",
        "if not hasattr(o, 'total'):\n    raise Gone()\nreturn o.total",
        "if bool(o):\n    return o.total",
        "while o:\n    return o.total",
        "while o is None:\n    o = db.get(Order, i)\nreturn o.total",
        "return o.total if o else 0",
        "return 0 if o is None else o.total",
        "return o and o.total",
        "return not o or o.total",
        "return o is not None and o.total > 1",
        "assert o\nreturn o.total",
        "assert o is not None, 'gone'\nreturn o.total",
        "o = o or Order()\nreturn o.total",
        "return (o or Order()).total",
        "return getattr(o, 'total', 0)",
        "return o",
        "o = Order()\nreturn o.total",
        "if not o:\n    o = Order()\nreturn o.total",
        "if o:\n    pass\nelse:\n    raise Gone()\nreturn o.total",
        "if o is None or o.owner != j:\n    raise Gone()\nreturn o.total",
        "if not (o and o.open):\n    raise Gone()\nreturn o.total",
        "if not o or not j:\n    raise Gone()\nreturn o.total",
        "if o is None:\n    abort(404)\nreturn o.total",
        "if o is None:\n    sys.exit(1)\nreturn o.total",
        "match o:\n    case None:\n        raise Gone()\n    case _:\n        return o.total",
        "match o:\n    case None:\n        raise Gone()\nreturn o.total",
        "match o:\n    case Order():\n        return o.total",
        "for x in rows:\n    if not o:\n        continue\n    o.save()",
        "for x in rows:\n    if not o:\n        break\n    o.save()",
        "return [x for x in rows if o and x.id == o.id]",
        "if o == 'x':\n    return o.total",
        "if o != 'x':\n    return 1\nreturn o.total",
        "if o in [1, 2]:\n    return o.total",
        "try:\n    return o.total\nexcept AttributeError:\n    return 0",
        "try:\n    return o.total\nexcept (KeyError, TypeError):\n    return 0",
        "try:\n    return o.total\nexcept Exception as e:\n    raise HTTPException(500) from e",
        "try:\n    return o.total\nexcept:\n    return 0",
        "with suppress(AttributeError):\n    o.save()",
        "if not all([o, j]):\n    raise Gone()\nreturn o.total",
        "if any(x is None for x in (o, j)):\n    raise Gone()\nreturn o.total",
        "if None in (o, j):\n    raise Gone()\nreturn o.total",
        "if not is_valid(o):\n    raise Gone()\nreturn o.total",
        "missing = o is None\nif missing:\n    raise Gone()\nreturn o.total",
        "ok = check(o)\nif not ok:\n    raise Gone()\nreturn o.total",
        "errors = []\nif not o:\n    errors.append('gone')\nif errors:\n    raise Gone()\nreturn o.total",
        "status = 200\nif not o:\n    status = 404\nif status != 200:\n    raise Gone()\nreturn o.total",
        "if k and not o:\n    raise Gone()\nif k:\n    return o.total",
        "if k is not None:\n    o = db.get(Order, k)\n    if not o:\n        raise Gone()\nelse:\n    o = Order()\nreturn o.total",
        "p = o\nif p is None:\n    raise Gone()\nreturn o.total",
    ]);
}

#[test]
fn what_does_not_guard_leaves_the_use_exposed() {
    let cases = [
        "if not o:\n    logger.warning('gone')\nreturn o.total",
        "if o is None:\n    print('gone')\nreturn o.total",
        "if o is not None:\n    pass\nreturn o.total",
        "if o is None and j:\n    raise Gone()\nreturn o.total",
        "if not o and not j:\n    raise Gone()\nreturn o.total",
        "if o and o.owner != j:\n    raise Gone()\nreturn o.total",
        "if j:\n    if o is None:\n        raise Gone()\nreturn o.total",
        "if not is_valid(o):\n    logger.info('odd')\nreturn o.total",
        "if j < 0:\n    raise Bad()\nreturn o.total",
        "try:\n    return o.total\nexcept KeyError:\n    return 0",
        "try:\n    return o.total\nexcept Exception:\n    db.rollback()\n    raise",
        "try:\n    return o.total\nexcept Exception as e:\n    db.rollback()\n    raise e",
        "try:\n    pass\nexcept Exception:\n    pass\nreturn o.total",
        "try:\n    j = int(k)\nexcept ValueError:\n    raise Bad()\nreturn o.total",
        "o = db.get(Order, i)\nreturn o.total",
        "if o is None:\n    return o.total",
        "missing = o is None\nif missing:\n    logger.info('gone')\nreturn o.total",
        "match o:\n    case Order():\n        pass\nreturn o.total",
        "for x in rows:\n    if not o:\n        logger.info('x')\n    o.total",
        "def inner():\n    if not o:\n        raise Gone()\nreturn o.total",
    ];
    for lines in cases {
        exposed(lines, &["o: o.total"]);
    }
}

#[test]
fn existence_may_be_proved_before() {
    let proved = [
        "if not exists(i): raise Gone()\n    o = db.get(Order, i)",
        "if not db.query(Order).filter(Order.id == i).count(): raise Gone()\n    o = db.get(Order, i)",
        "if db.query(Order).filter(Order.id == i).count() == 0: raise Gone()\n    o = db.get(Order, i)",
        "if i not in ORDERS: raise Gone()\n    o = next((x for x in ORDERS if x.id == i), None)",
        "if not Order.objects.filter(pk=i).exists(): raise Http404\n    o = Order.objects.filter(pk=i).first()",
        "qs = Order.objects.filter(pk=i)\n    if not qs.exists(): raise Http404\n    o = qs.first()",
        "qs = Order.objects.filter(pk=i)\n    if not qs: raise Http404\n    o = qs.first()",
        "found = row_exists(i)\n    if not found: raise Gone()\n    o = db.get(Order, i)",
        "found = order_exists(i)\n    if not found: raise Gone()\n    o = db.get(Order, i)",
        "a = db.get(Order, i)\n    if a is None: raise Gone()\n    o = db.get(Order, i)",
        "get_object_or_404(Order, pk=i)\n    o = Order.objects.filter(pk=i).first()",
        "a = db.get(Order, i)\n    if a: raise Taken()\n    db.execute(q)\n    o = db.get(Order, i)",
        "db.add(Order(id=i))\n    db.commit()\n    o = db.get(Order, i)",
        "db.add(Order(**payload.model_dump()))\n    o = db.query(Order).filter(Order.id == payload.id).first()",
        "Order.objects.create(pk=i)\n    o = Order.objects.filter(pk=i).first()",
        "db.orders.insert_one({'name': 1, '_id': i})\n    o = db.orders.find_one({'_id': i})",
        "cur.execute('INSERT INTO t (a, b) VALUES (?, ?)', (payload.a, i))\n    cur.execute('SELECT * FROM t WHERE b = ?', (i,))\n    o = cur.fetchone()",
        "if str(i) in str(rows): pass\n    else: raise Gone()\n    o = db.get(Order, i)",
        "if payload['id'] not in ORDERS: raise Gone()\n    o = db.get(Order, payload['id'])",
        "if code != codes.get(i): raise Bad()\n    o = db.get(Order, i)",
        "try: item = Item.objects.get(order_id=i)\n    except Item.DoesNotExist: raise Gone()\n    o = Order.objects.filter(pk=i).first()",
        "get_object_or_404(Item, order__id=i)\n    o = Order.objects.filter(pk=i).first()",
    ];
    for call in proved {
        assert_eq!(lookup(call, "return o.total"), [""; 0], "{call}");
    }
    let unproved = [
        "if not exists(i): logger.info('gone')\n    o = db.get(Order, i)",
        "if not exists(payload.id): raise Gone()\n    o = db.get(Order, i)",
        "if len(i) < 3: raise Bad()\n    o = db.get(Order, i)",
        "if not i.isdigit(): raise Bad()\n    o = db.get(Order, i)",
        "if not i: raise Bad()\n    o = db.get(Order, i)",
        "if i < 1: raise Bad()\n    o = db.get(Order, i)",
        "if not re.match('x', i): raise Bad()\n    o = db.get(Order, i)",
        "u = db.get(User, i)\n    if not u: raise Gone()\n    o = db.get(Order, i)",
        "user = get_user(i)\n    if not user: raise Gone()\n    o = db.get(Order, i)",
        "db.add(Order(id=payload.id))\n    o = db.get(Order, i)",
        "db.add(Item(order_id=i))\n    o = db.get(Order, i)",
        "cur.execute('UPDATE t SET a = 1 WHERE b = ?', (i,))\n    cur.execute('SELECT * FROM t WHERE b = ?', (i,))\n    o = cur.fetchone()",
        "if payload['a'] not in ORDERS: raise Gone()\n    o = db.get(Order, payload['id'])",
    ];
    for call in unproved {
        assert_eq!(lookup(call, "return o.total"), ["o: o.total"], "{call}");
    }
}

#[test]
fn caught_exceptions_are_no_steps() {
    let get = "o = Order.objects.get(pk=i)";
    let one = "o = db.query(Order).filter(Order.id == i).one()";
    let caught = [
        (get, "Order.DoesNotExist"),
        (get, "ObjectDoesNotExist"),
        (get, "(ValueError, Order.DoesNotExist)"),
        (get, "Exception"),
        (one, "NoResultFound"),
        (one, "sqlalchemy.exc.SQLAlchemyError as e"),
    ];
    for (call, types) in caught {
        let text = format!("try:\n        {call}\n    except {types}:\n        return 404");
        assert_eq!(lookup(&text, "return o.total"), [""; 0], "{types}");
    }
    let bare = format!("try:\n        {get}\n    except:\n        return 404");
    assert_eq!(lookup(&bare, "return o.total"), [""; 0]);
    let with = format!("with suppress(Order.DoesNotExist):\n        {get}\n        return o.total");
    assert_eq!(lookup(&with, "return 1"), [""; 0]);
    let other = format!("try:\n        {get}\n    except ValueError:\n        return 404");
    assert_eq!(lookup(&other, "return o.total"), ["Order.objects.get!"]);
    let rescued = format!("try:\n        {get}\n    except Order.DoesNotExist:\n        o = None");
    assert_eq!(lookup(&rescued, "return o.total"), ["o: o.total"]);
    assert_eq!(lookup(&rescued, "return o.total if o else 0"), [""; 0]);
}

#[test]
fn helpers_that_may_guard_are_named() {
    let cases = [
        ("ensure(o)", vec![("ensure", true, false)]),
        (
            "checks.ensure(order=o)",
            vec![("checks.ensure", true, false)],
        ),
        ("if not o:\n    fail('gone')", vec![("fail", false, true)]),
        (
            "if not o:\n    self.fail('gone')",
            vec![("self.fail", false, true)],
        ),
        ("if not o:\n    logger.error('gone')", vec![]),
        (
            "if not o:\n    audit('gone')\nelse:\n    ping()",
            vec![("audit", false, true)],
        ),
        (
            "if not usable(o):\n    fail()",
            vec![("usable", true, false), ("fail", false, true)],
        ),
        ("if j:\n    ensure(o)", vec![]),
        ("ping()", vec![]),
        ("str(o)", vec![]),
    ];
    for (lines, expected) in cases {
        let text = after_lookup(&format!("{lines}\nreturn o.total"));
        let function = last(&text);
        let step = function
            .steps
            .iter()
            .find(|step| step.library.is_some())
            .expect(lines);
        let found: Vec<_> = step
            .unless
            .iter()
            .map(|it| (it.callee.as_str(), it.passed.is_some(), it.when_missing))
            .collect();
        assert_eq!(found, expected, "{lines}");
    }
}

#[test]
fn what_is_raised_for_a_missing_row_is_told() {
    let raised = |lines: &str| -> Vec<String> {
        let function = last(&after_lookup(lines));
        let steps = function.steps.iter();
        steps
            .filter(|step| step.use_kind == UseKind::Raised)
            .map(|step| format!("{}: {}", step.variable.as_deref().unwrap(), step.use_text))
            .collect()
    };
    let told = ["o: Gone()".to_owned()];
    assert_eq!(
        raised("if o is None:\n    raise Gone()\nreturn o.total"),
        told
    );
    assert_eq!(raised("if o:\n    return o.total\nraise Gone()"), told);
    assert_eq!(raised("if j:\n    raise Gone()\nreturn o.total"), [""; 0]);
    assert_eq!(raised("if o is not None:\n    raise Taken()"), [""; 0]);
}
