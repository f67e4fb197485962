//! The worked examples of what a happy-path-only handler is.

use super::*;
use crate::facts::python::Returned;

const EXAMPLES: &str = "\
@router.get('/orders/{oid}')
async def a(oid: int, db: AsyncSession = Depends(get_db)):
    o = await db.get(Order, oid)
    return {'total': o.total}

@router.get('/orders/{oid}', response_model=OrderOut | None)
async def b(oid: int, db=Depends(get_db)):
    return await db.get(Order, oid)

@router.patch('/orders/{oid}')
async def c(patch: OrderPatch, o: Order = Depends(order_or_404)):
    o.note = patch.note; await o.save()

@bp.get('/u/<int:uid>')
def d(uid):
    if (u := db.session.get(User, uid)) is None: abort(404)
    n = db.session.query(func.count(Post.id)).filter_by(author=uid).scalar()
    return jsonify(name=u.name, posts=n)

def e(request, pk):
    p = Profile.objects.get(pk=pk)
    cfg = SiteConfig.objects.get()

@app.delete('/x/{i}', status_code=204)
def g(i: int, db: Session = Depends(get_db)):
    db.query(X).filter(X.id == i).delete(); db.commit()

def h(uid, team):
    return db.scalars(select(U).filter_by(id=uid)).first()

@app.get('/k/{uid}')
def k(uid: int): return h(uid, None).name
";

#[test]
fn the_worked_examples_come_out_as_described() {
    let of = |name| steps(&last_named(EXAMPLES, name));
    assert_eq!(of("a"), ["o: o.total"]);
    assert_eq!(of("e"), ["Profile.objects.get!", "SiteConfig.objects.get!"]);
    for name in ["b", "c", "d", "g", "h"] {
        assert_eq!(of(name), [""; 0], "{name}");
    }
    let lookups = |name| {
        let returned = last_named(EXAMPLES, name).returned;
        let lookup =
            |it: &&crate::facts::python::Return| matches!(it.value, Returned::Lookup { .. });
        returned.iter().filter(lookup).count()
    };
    assert_eq!((lookups("b"), lookups("h"), lookups("d")), (1, 1, 0));
    let k = &last_named(EXAMPLES, "k").steps[0];
    assert_eq!((k.callee.as_str(), k.use_text.as_str()), ("h", "h().name"));
    let config = &last_named(EXAMPLES, "e").steps[1];
    assert_eq!(config.key, [crate::facts::python::Origin::Constant]);
}
