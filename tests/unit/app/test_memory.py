from __future__ import annotations

from threading import Event, Thread

from bellbuoy.app.memory import Later, Memory


def test_an_answer_is_made_once_while_its_stamp_stands() -> None:
    memory, made = Memory(), iter(range(9))
    assert [memory.once(1, "page", lambda: next(made)) for _ in range(3)] == [0, 0, 0]


def test_another_stamp_is_another_answer() -> None:
    memory, made = Memory(), iter(range(9))
    assert [memory.once(stamp, "page", lambda: next(made)) for stamp in (1, 2, 2, 1)] == [0, 1, 1, 2]


def test_another_question_is_another_answer() -> None:
    memory, made = Memory(), iter(range(9))
    assert [memory.once(1, what, lambda: next(made)) for what in ("page", "glance", "page")] == [0, 1, 0]


def test_an_answer_may_be_nothing() -> None:
    memory, made = Memory(), iter([None, 1])
    assert [memory.once(1, "page", lambda: next(made)) for _ in range(2)] == [None, None]


def test_however_much_is_asked_only_the_newest_answers_are_kept() -> None:
    memory, made = Memory(), iter(range(1_000))
    for what in range(100):
        memory.once(1, what, lambda: next(made))
    assert [memory.once(1, what, lambda: next(made)) for what in (99, 0)] == [99, 100]


def test_who_asks_meanwhile_does_not_wait_for_a_slow_answer() -> None:
    memory, begun, go_on = Memory(), Event(), Event()

    def slow() -> str:
        begun.set()
        go_on.wait(10)
        return "slow"

    asking = Thread(target=lambda: memory.once(1, "page", slow))
    asking.start()
    begun.wait(10)
    assert memory.once(1, "glance", lambda: "quick") == "quick"
    go_on.set()
    asking.join()


def test_what_is_read_later_is_read_once_and_when_it_is_looked_at() -> None:
    reads: list[int] = []

    def read() -> list[str]:
        reads.append(1)
        return ["a", "b", "c"]

    rows = Later(read)
    assert reads == []
    assert (list(rows), rows[1], rows[1:], len(rows), "c" in rows) == (["a", "b", "c"], "b", ["b", "c"], 3, True)
    assert reads == [1]
