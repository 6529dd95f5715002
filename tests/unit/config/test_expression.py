"""What an expression may say, what it is refused for, and that nothing of it is ever run."""

from __future__ import annotations

import pytest

from bellbuoy.config.expression import Apply, Constant, Name, Node, Same, read_expression
from bellbuoy.config.spec import Value
from bellbuoy.errors import ConfigError

COST = "where(label == 1 and prediction == 0, -amount, 0.02 * amount)"


def test_an_expression_is_told_as_it_was_written() -> None:
    assert str(read_expression(COST)) == COST


def test_columns_are_told_once_and_without_the_rows_own_names() -> None:
    read = read_expression(COST)
    assert (read.columns, read.own) == (("amount",), frozenset({"label", "prediction"}))


def test_a_column_that_is_compared_with_a_text_is_one_of_texts() -> None:
    read = read_expression("where(channel == 'web' or 'app' != channel, amount, 0)")
    assert (read.numbers, read.texts) == (("amount",), ("channel",))


def test_a_column_may_be_both_a_number_and_a_text() -> None:
    read = read_expression("where(fee == 'free', 0, fee)")
    assert (read.numbers, read.texts, read.columns) == (("fee",), ("fee",), ("fee",))


def test_a_name_in_backquotes_is_a_column_whatever_it_is_called() -> None:
    read = read_expression("`label` + `amount (EUR)` * (`where` == 'x')")
    assert read.columns == ("label", "amount (EUR)", "where")
    assert read.own == frozenset()


def test_a_backquote_within_a_text_is_a_letter() -> None:
    assert read_expression("shop == 'Joe`s' or shop == \"`\"").columns == ("shop",)


@pytest.mark.parametrize("text", ["a +\n  b", "  a + b ", "(a + b)"])
def test_an_expression_may_go_over_several_lines(text: str) -> None:
    assert read_expression(text).root == read_expression("a + b").root


def test_arithmetic_binds_as_in_python() -> None:
    two, a = Constant(2.0), Name("a", column=True)
    assert read_expression("-a ** 2").root == Apply("minus", (Apply("**", (a, two)),))
    assert read_expression("2 + a * a").root == Apply("+", (two, Apply("*", (a, a))))


def test_comparisons_in_a_row_all_have_to_hold() -> None:
    a = Name("a", column=True)
    low, high = Apply("<", (Constant(0.0), a)), Apply("<=", (a, Constant(5.0)))
    assert read_expression("0 < a <= 5").root == Apply("and", (low, high))


def test_not_the_same_is_not_same() -> None:
    same = Same(Name("label", column=False), "good")
    assert read_expression("label != 'good'").root == Apply("not", (same,))


def test_true_and_false_are_1_and_0() -> None:
    assert [read_expression(text).root for text in ("True", "False")] == [Constant(1.0), Constant(0.0)]


def test_texts_that_the_rows_own_names_are_compared_with_are_told() -> None:
    read = read_expression("(label == 'good') + (prediction == 'bad') + (shop == 'x') + (label == 'good')")
    assert read.compared == (("label", "good"), ("prediction", "bad"))


@pytest.mark.parametrize(
    ("text", "reckoned"),
    [
        ("label == prediction", set()),
        ("label == 'good'", set()),
        ("where(label != prediction, -amount, 0)", set()),
        ("label == 1", {"label"}),
        ("abs(label - prediction)", {"label", "prediction"}),
        ("label < prediction", {"label", "prediction"}),
    ],
)
def test_classes_are_not_reckoned_with_where_they_are_only_compared(text: str, reckoned: set[str]) -> None:
    assert read_expression(text).reckoned == reckoned


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').remove('x')",
        "amount.real",
        "amount[0]",
        "open(path)",
        "(lambda: 1)()",
        "[x for x in amount]",
        "{amount}",
        "(a, b)",
        "(a := 3)",
        "a if b else c",
        "a & b",
        "~a",
        "a // b",
        "a % b",
        "a @ b",
        "a in b",
        "a is b",
        "where(*a)",
        "abs(x=a)",
        "f'{a}'",
        "b'a'",
        "None",
        "...",
        "1j",
        "'a'",
        "a + 'x'",
        "'a' == 'b'",
        "a < 'x'",
        "where(a)",
        "clip(a, 1)",
        "min(a)",
        "a; b",
        "import os",
        "",
        "  ",
        "a +",
        "1e999",
        "9" * 400,
        "-" * 300 + "1",
        "a" + ".b" * 990,
        "a" + "[0]" * 650,
        "(" * 60 + "a" + " * a)" * 60,
        "(" * 300 + ")" * 300,
        "a" * 3_000,
        "a) + (b",
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read_expression(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("whre(a, 1, 2)", "did you mean 'where'?"),
        ("a = 3", "== compares"),
        ("a if b else c", "write where(condition, value, otherwise)"),
        ("a and b & c", "write and, or, not"),
        ("loan.amount", "a column with an odd name stands in backquotes: `loan.amount`"),
        ("a in (1, 2)", 'write a == "x" or a == "y"'),
        ("'web' + 1", 'compare it: category == "web"'),
    ],
)
def test_a_refusal_says_how_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as told:
        read_expression(text)
    assert told.value.hint == hint


def test_a_refusal_quotes_columns_as_they_were_written() -> None:
    with pytest.raises(ConfigError, match="`odd name`"):
        read_expression("`odd name` % 2")


def test_a_setting_holds_what_was_read_and_is_written_back_as_text() -> None:
    value = Value.model_validate({"expression": COST})
    assert value.expression == read_expression(COST)
    assert value.model_dump(mode="json")["expression"] == COST


@pytest.mark.parametrize("text", ["a" + ".b" * 990, "a" + "[0]" * 650, "-" * 60 + "a"])
def test_what_is_nested_without_end_is_said_to_be(text: str) -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        read_expression(text)


@pytest.mark.parametrize("terms", [41, 100, 900])
def test_a_sum_may_be_as_long_as_the_text(terms: int) -> None:
    assert read_expression("+".join(["a", "b"] * (terms // 2) + ["c"])).columns == ("a", "b", "c")


def worth(node: Node) -> float:
    """What sums of numbers come to."""
    match node:
        case Constant(value=value):
            return value
        case Apply(what="+", to=parts):
            return sum(map(worth, parts))
        case Apply(what="minus", to=(part,)):
            return -worth(part)
        case Apply(what="-", to=(left, right)):
            return worth(left) - worth(right)
    raise AssertionError(node)


def test_a_long_sum_takes_off_what_is_taken_off() -> None:
    text = "-".join(str(one) for one in range(60)) + "+(1-2-3)-(4-5)"
    assert worth(read_expression(text).root) == -sum(range(60)) - 4 + 1
