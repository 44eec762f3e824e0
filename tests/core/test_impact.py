from customer_delivery.core.impact import walk
from hypothesis import given
from hypothesis import strategies as st


def graph(edges):
    calls = []

    def fetch(nodes):
        calls.append(set(nodes))
        return [(i, a, b) for i, (a, b) in enumerate(edges) if a in nodes or b in nodes]

    return fetch, calls


def test_levels_are_nearest_first_and_cost_one_call_each():
    fetch, calls = graph([("a", "b"), ("b", "c"), ("c", "d"), ("x", "y")])
    found = walk(["a"], fetch, 2)
    assert [(level, node) for level, node, _link, _origin in found] == [(1, "b"), (2, "c")]
    assert len(calls) == 2


def test_links_are_walked_in_both_directions_and_loops_end():
    fetch, _calls = graph([("b", "a"), ("b", "c"), ("c", "a")])
    assert {node for _level, node, *_rest in walk(["a"], fetch, 9)} == {"b", "c"}


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20), st.integers(1, 9))
def test_every_node_is_found_once_at_its_distance(edges, levels):
    fetch, _calls = graph(edges)
    distance, frontier = {0: 0}, {0}
    for step in range(1, levels + 1):
        frontier = {
            other
            for a, b in edges
            for node, other in ((a, b), (b, a))
            if node in frontier and other not in distance
        }
        distance.update(dict.fromkeys(frontier, step))
    del distance[0]
    assert {node: level for level, node, *_rest in walk([0], fetch, levels)} == distance
