"""Makes a program of wander.py smaller while it stays wrong: formulas give way to their own parts or to constants."""
import formulas as f
import scalars

CONSTANTS = {"real": [lambda: f.Constant(0.5)], "int": [], "bool": []}
LINKS = ("array", "circle", "until", "given", "sizes", "made", "parts")


def slots(owner):
    """Where formulas hang in this one: (container, key)."""
    for key, value in vars(owner).items():
        if key in LINKS:
            continue
        if hasattr(value, "at") and hasattr(value, "kind"):
            yield vars(owner), key
        elif isinstance(value, list):
            yield from within(value)


def within(items):
    for k, item in enumerate(items):
        if hasattr(item, "at") and hasattr(item, "kind"):
            yield items, k
        elif isinstance(item, tuple) and item and hasattr(item[-1], "at"):
            yield Pair(items, k), 0


class Pair(dict):
    """The last part of a tuple in a list, as though it could be set."""

    def __init__(self, items, k):
        super().__init__({0: items[k][-1]})
        self.items_, self.k = items, k

    def __setitem__(self, _, value):
        self.items_[self.k] = (*self.items_[self.k][:-1], value)


def under(owner):
    """All slots below, the nearer ones first."""
    found, at = list(slots(owner)), 0
    while at < len(found):
        container, key = found[at]
        found += slots(container[key])
        at += 1
    return found


def roots(maker):
    for group in maker.equations:
        for _, part in group:
            yield part
            if part.circle and part.circle.until and part.circle.until[0] is part:
                yield Until(part.circle)


class Until:
    def __init__(self, circle):
        self.tests = circle.until_list = [circle.until[1]]
        self.circle = circle


def candidates(e):
    for container, key in slots(e):
        child = container[key]
        if child.kind == e.kind and (e.kind == "real" or not isinstance(child, f.Constant)):
            yield child
    if not isinstance(e, f.Constant):
        for make in CONSTANTS[e.kind]:
            yield make()


def reduce(maker, wrong):
    """Tries every smaller formula until none keeps it wrong."""
    changed = True
    while changed:
        changed = False
        for root in list(roots(maker)):
            changed |= reduce_root(root, maker, wrong)
        changed |= drop_untils(maker, wrong)
    return maker


def settle(root):
    if isinstance(root, Until):
        root.circle.until = (root.circle.until[0], root.tests[0])


def reduce_root(root, maker, wrong):
    changed, at = False, 0
    while at < len(places := under(root)):
        container, key = places[at]
        old = container[key]
        for new in candidates(old):
            container[key] = new
            settle(root)
            if wrong(maker):
                changed = True
                break
            container[key] = old
            settle(root)
        else:
            at += 1
    return changed


def drop_untils(maker, wrong):
    for circle in {id(p.circle): p.circle for g in maker.equations for _, p in g if p.circle and p.circle.until}.values():
        old, circle.until = circle.until, None
        if wrong(maker):
            return True
        circle.until = old
    return False
