from customer_delivery.core.rate import Window


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_the_event_after_the_last_allowed_one_is_refused_until_time_has_passed():
    clock = Clock()
    window = Window(limit=2, seconds=60, clock=clock)
    assert [window.allows("a") for _ in range(3)] == [True, True, False]
    assert window.allows("b")
    clock.now += 60
    assert window.allows("a")


def test_a_refused_event_does_not_prolong_the_wait():
    clock = Clock()
    window = Window(limit=1, seconds=60, clock=clock)
    assert window.allows("a")
    clock.now += 59
    assert not window.allows("a")
    clock.now += 1
    assert window.allows("a")


def test_memory_stays_bounded():
    window = Window(limit=1, seconds=60, kept=3, clock=Clock())
    for number in range(10):
        window.allows(number)
    assert len(window._events) == 3
    window.forget()
    assert window.allows(9)
