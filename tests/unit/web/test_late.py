"""What a model page shows of labels that are still to come."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.web import sample
from tests.unit.web.test_pages import show, web

from bellbuoy.app.views import ModelPage, Part
from bellbuoy.web import asked, draw, order
from bellbuoy.web.beside import beside, tagged
from bellbuoy.web.look import STATIC

PAST = datetime(2013, 12, 30, 10, tzinfo=UTC)
NO_BREAK = "\u00a0"


def rows_of(html: str, table: str) -> list[str]:
    body = re.search(rf'class="{table}".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    assert body
    return [re.sub(r"<[^>]+>", "|", row).replace(NO_BREAK, " ") for row in body[1].split("<tr")[1:]]


def part(page: ModelPage, value: str) -> Part:
    return next(one for one in page.parts if one.value == value)


def test_each_state_of_maturity_has_its_words_in_the_legend() -> None:
    html = show(sample.page())
    for told in (
        "provisional: labels are missing or still arriving",
        "mature: nearly all labels",
        "final: no more labels",
    ):
        assert told in html


def test_the_legend_is_silent_about_states_that_no_window_is_in() -> None:
    final = tuple(replace(p, maturity="final") for p in sample.auc_points(9))
    assert list(tagged(sample.page(points=final))) == ["final"]
    assert "labels are missing or still arriving" not in show(sample.page(points=final))


def test_the_style_leaves_the_hatching_of_provisional_windows_alone() -> None:
    style = (STATIC / "page.css").read_text()
    fills = re.findall(r"^(\.ground[^{]*)\{[^}]*fill", style, re.MULTILINE)
    assert fills == [".ground:not(.provisional) "]


def test_every_class_that_charts_use_for_sureness_has_a_style() -> None:
    style = (STATIC / "page.css").read_text()
    for kind in (".line.provisional", ".line.estimate", ".band.estimate", ".due", ".expected", ".k-final", ".banner"):
        assert f"{kind} {{" in style


def test_the_table_tells_labels_there_and_to_come() -> None:
    third = rows_of(show(sample.page()), "numbers")[-3]
    assert "782 of 920 labelled (85 %), 97 % expected" in third
    assert "provisional" in third


def test_a_window_without_labels_has_its_estimate_in_the_table() -> None:
    newest = rows_of(show(sample.page()), "numbers")[-1]
    assert "no labels yet|||0.753|0.734–0.772|0 of 929 labelled (0 %), 97 % expected" in newest


def test_without_estimates_the_page_does_not_speak_of_them() -> None:
    html = show(sample.page(estimates=(), track=None))
    assert "stimate" not in html


def test_estimates_are_a_second_line_with_a_band_of_its_own() -> None:
    svg = draw.performance(sample.page())
    assert 'class="line estimate"' in svg
    assert 'class="band estimate"' in svg


def test_an_estimate_stands_beside_its_window() -> None:
    page = sample.page()
    pairs = beside(page)
    assert [one.point for one in pairs] == list(page.points)
    assert all(one.estimate is None or one.estimate.start == one.point.start for one in pairs)
    assert pairs[sample.OUTAGE[0]].estimate is None


def test_a_window_that_has_only_an_estimate_is_there_unmeasured() -> None:
    page = sample.page()
    pairs = beside(replace(page, points=page.points[:-1]))
    assert len(pairs) == len(page.points)
    assert (pairs[-1].point.value, pairs[-1].point.why) == (None, "no labels yet")
    assert pairs[-1].estimate == page.estimates[-1]


def test_places_for_tooltips_match_the_rows_of_the_table() -> None:
    page = sample.page()
    late = replace(page, points=page.points[:-2])
    places = draw.performance(late).split('data-x="')[1].split('"')[0].split()
    assert len(places) == len(beside(late)) == len(rows_of(show(late), "numbers"))


def test_estimates_are_files_as_well() -> None:
    html = show(sample.page(), "?version=v2")
    query = "metric=auc&amp;grain=1d&amp;version=v2&amp;estimate=true"
    assert f"/readings.csv?{query}" in html
    assert f"/readings?{query}" in html


def test_the_track_record_stands_under_the_chart() -> None:
    told = "within 0.012 of the truth in 90 % of 250 windows".replace(" %", f"{NO_BREAK}%")
    assert told in show(sample.page())


def test_a_bound_has_a_column_where_there_is_one() -> None:
    exact = tuple(replace(p, bound=0.0) for p in sample.auc_points(9))
    assert "<th>Bound" in show(sample.page())
    assert "<th>Bound" not in show(sample.page(points=exact))


def test_bars_say_that_labels_are_still_to_come_only_while_they_are() -> None:
    page = sample.page()
    settled = replace(page, points=page.points[:300], estimates=())
    assert (draw.awaits(page), draw.awaits(settled)) == (True, False)
    assert 'class="due"' in draw.volume(page)
    assert 'class="due"' not in draw.volume(settled)


def test_a_metric_with_a_unit_has_it_on_its_axis_and_in_its_numbers() -> None:
    points = tuple(replace(p, value=-12_300.0, low=-13_100.0, high=-11_500.0) for p in sample.auc_points(9))
    html = show(sample.page(points=points, estimates=(), unit="EUR")).replace(NO_BREAK, " ")
    assert '<text class="tick" x="-40"' in html
    assert "<td>−12,300 EUR<td>−13,100 to −11,500 EUR" in html
    assert "−12,300 EUR (−13,100 to −11,500 EUR) in 9 Jan 2013" in html


def test_a_past_belief_is_told_and_leads_back_to_now() -> None:
    html = show(sample.page(), "?version=v2&as_of=2013-12-30T10:00")
    assert "As believed at 30 Dec 2013 10:00 UTC." in html
    assert '<a href="/models/delays?metric=auc&amp;grain=1d&amp;version=v2">Back to now' in html
    assert 'name="as_of" value="2013-12-30T10:00"' in html


def test_what_is_believed_now_has_no_banner() -> None:
    html = show(sample.page())
    assert "Back to now" not in html
    assert 'name="as_of" value=""' in html


def test_a_past_belief_knows_no_alarm_that_began_later() -> None:
    assert "null_rate(wind_speed) is 0.41" in show(sample.page(), "?as_of=2013-12-24")
    assert "null_rate(wind_speed) is 0.41" not in show(sample.page(), "?as_of=2013-12-20")


def test_a_past_belief_is_not_asked_for_again_and_again() -> None:
    assert '<main id="main" data-live>' in show(sample.page())
    assert '<main id="main">' in show(sample.page(), "?as_of=2013-12-30")


def test_a_past_belief_is_asked_for_and_kept_in_links() -> None:
    reads = sample.SampleReads()
    html = sample.ask(web(reads), "/models/delays?as_of=2013-12-30T12:00%2B02:00").text
    assert reads.asked["as_of"] == PAST
    moment = "as_of=2013-12-30T10%3A00%3A00Z"
    assert f"readings.csv?metric=auc&amp;grain=1d&amp;{moment}" in html
    assert f"column=temp&amp;grain=1d&amp;{moment}#view" in html


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, ""),
        (PAST, "2013-12-30T10:00"),
        (PAST.replace(second=5, microsecond=9), "2013-12-30T10:00:05"),
        (PAST.replace(hour=0), "2013-12-30T00:00"),
    ],
)
def test_a_field_holds_a_moment_to_the_second_where_it_has_one(moment: datetime | None, text: str) -> None:
    assert asked.field_moment(moment) == text


def test_the_worst_part_comes_first_and_leads_to_its_view() -> None:
    html = show(sample.page(), "?version=v1")
    first = re.findall(r'class="who"><span class="quiet">(\w+)</span> <a href="([^"]+)">(\w+)<', html)[0]
    assert first == (
        "carrier",
        "/models/delays?metric=auc&amp;segment=carrier%3DB6&amp;grain=1d&amp;version=v1#view",
        "B6",
    )


def test_a_version_leads_to_its_view() -> None:
    page = sample.page(segment="origin=JFK")
    assert asked.of_part(page, part(page, "v2")) == "metric=auc&segment=origin%3DJFK&grain=1d&version=v2"


def test_a_part_is_told_with_all_its_numbers() -> None:
    row = re.sub(r"[|\s]+", " ", rows_of(show(sample.page()), "split")[0])
    for told in ("0.512 0.486–0.538", "0.738", "1,323 21 %", "−0.047", "−0.044", "+0.001"):
        assert told in row


def test_what_may_be_chance_is_not_called_a_change() -> None:
    html = show(sample.page())
    assert "may be chance" in next(row for row in rows_of(html, "split") if "JFK" in row)


def test_a_part_that_changed_as_all_rows_did_does_not_stand_out() -> None:
    page = sample.page()
    assert order.effect(page, part(page, "v2")) == ""
    assert "as all rows" in rows_of(show(page), "split")[1]


@pytest.mark.parametrize(
    ("better", "effects"),
    [("higher", ("worse", "better")), ("lower", ("better", "worse")), ("neither", ("moved", "moved"))],
)
def test_what_is_worse_depends_on_the_metric(better: str, effects: tuple[str, str]) -> None:
    page = sample.page(better=better)
    assert (order.effect(page, part(page, "B6")), order.effect(page, part(page, "UA"))) == effects


def test_a_part_that_is_not_judged_says_why_in_a_quiet_voice() -> None:
    page = sample.page()
    loud = replace(part(page, "VX"), proven=-0.2, beyond=-0.2)
    assert order.effect(page, loud) == ""
    html = show(replace(page, parts=(loud,)))
    assert '<tr class="muted">' in html
    assert "too few labelled rows to say" in html
    assert 'class="spark plot" role="img" viewBox="0 0 1000 120"' not in html


def test_parts_beyond_the_twelfth_are_folded_away() -> None:
    html = show(sample.page())
    shown, folded = html.split('<details id="parts-rest">')
    assert "2 more parts</summary>" in folded
    assert ">UA</a>" in shown
    assert ">VX</a>" in folded
    assert "parts-rest" not in show(sample.page(parts=sample.page().parts[:12]))


def test_where_nothing_is_counted_by_segment_the_page_says_how() -> None:
    html = show(sample.page(parts=(), segments={}, versions=("v1",)))
    assert "<pre><code>[segments]\nby = " in html


def test_where_no_part_could_be_compared_the_page_says_so() -> None:
    html = show(sample.page(parts=()))
    assert "No part has labelled rows enough" in html
    assert "[segments]" not in html


def test_a_metric_without_labels_is_not_divided() -> None:
    blank = tuple(replace(p, labelled=None) for p in sample.auc_points(9))
    assert not order.divides(sample.page(points=blank, parts=()))
    assert not order.divides(sample.page(column="temp", parts=()))
    assert "Where the change came from" not in show(sample.page(points=blank, parts=(), estimates=()))


def test_changes_of_a_page_share_one_scale() -> None:
    page = sample.page()
    assert draw.moved(page, -0.0001) == "0.000"
    wild = replace(part(page, "VX"), contribution=900.0)
    assert draw.moved(replace(page, parts=(*page.parts, wild)), -0.0001) == "0.000"
    assert draw.moved(replace(page, parts=()), None) == "–"
