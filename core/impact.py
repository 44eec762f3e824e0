"""Walk through links, level by level."""


def walk(start, fetch, levels):
    """Return [(level, node, link, from node)] of everything reachable, nearest first.

    :param start: iterable of nodes (hashable)
    :param fetch: callable(set of nodes) -> iterable of (link, node, other node) that touch them,
        called once a level, so that a level costs one query
    :param int levels: how far to walk
    """
    known = set(start)
    frontier = set(known)
    found = []
    for level in range(1, levels + 1):
        if not frontier:
            break
        reached = {}
        for link, left, right in fetch(frontier):
            for origin, target in ((left, right), (right, left)):
                if origin in frontier and target not in known and target not in reached:
                    reached[target] = (level, target, link, origin)
        found += reached.values()
        known |= reached.keys()
        frontier = set(reached)
    return found
