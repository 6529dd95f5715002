"""The pages in a real browser, at the widths of a desk, a tablet and a phone."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

import pytest
import uvicorn
from fastapi import FastAPI
from tests.unit.web.rung import SampleBell, incident, over
from tests.unit.web.sample import SampleReads

from bellbuoy.web.pages import build_web

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (tools/browser.sh installs it)")

WIDTHS = (1440, 1024, 390)
PATHS = (
    "/",
    "/models/delays",
    "/models/crew-rest",
    "/models/delays?from=2013-11-01&to=2013-12-01",
    "/models/delays?as_of=2013-12-24T10:00",
    "/models/delays/incidents",
    "/models/fares/incidents",
    "/models/delays/incidents/2013-12-23T06:00:00Z/1",
    "/api/docs",
)


class Told(uvicorn.Server):
    """A server that tells when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a server on a port of its own."""
    taken = socket.create_server(("127.0.0.1", 0))
    server = Told(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    assert server.up.wait(10)
    yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    taken.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    bell = SampleBell([incident(), *(over(number) for number in range(12))])
    with serving(build_web(SampleReads(), None, bell, name="flights")) as place:
        yield place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as tools:
        chromium = tools.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def tab(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A tab that writes down what its console says."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_its_screen_and_the_console_is_silent(
    address: str, tab: Page, complaints: list[str], width: int, scheme: Literal["light", "dark"]
) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)
    for path in PATHS:
        tab.goto(address + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
    assert complaints == []


def test_the_filter_keeps_matching_rows_through_a_refresh(address: str, tab: Page) -> None:
    tab.goto(address)
    tab.fill("#filter", "weather")
    assert tab.locator("#fleet tbody tr:visible").count() == 1
    tab.locator("#filter").blur()
    tab.evaluate("refresh()")
    assert tab.input_value("#filter") == "weather"
    assert tab.locator("#fleet tbody tr:visible").count() == 1


def test_pointing_at_a_chart_tells_the_numbers_of_the_window(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    plot = tab.locator(".chart.lines .plot").bounding_box()
    assert plot
    tab.mouse.move(plot["x"] + plot["width"] * 182.5 / 364, plot["y"] + 40)
    tip = tab.locator("#tip").inner_text()
    assert tip.startswith("2 Jul 2013")
    assert "AUC 0.7" in tip
    assert tab.locator(".cross").count() == 2


def test_pointing_at_a_window_without_labels_tells_what_is_expected(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    plot = tab.locator(".chart.lines .plot").bounding_box()
    assert plot
    tab.mouse.move(plot["x"] + plot["width"] * 362.5 / 364, plot["y"] + 40)
    tip = tab.locator("#tip").inner_text().replace("\u00a0", " ")
    for told in ("29 Dec 2013", "AUC no labels yet", "Estimate 0.7", "0 of 715 labelled (0 %), 97 % expected"):
        assert told in tip


def test_provisional_windows_are_hatched_and_mature_ones_tinted(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    fill = "shape => getComputedStyle(shape).fill"
    assert "performance-hatch" in tab.locator("rect.ground.provisional").evaluate(fill)
    assert tab.locator("rect.ground.mature").evaluate(fill).startswith("rgba(")


def test_a_moment_to_look_back_to_becomes_the_url_and_leads_back(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.fill("input[name=as_of]", "2013-12-24T10:00")
    tab.click("#view button")
    tab.wait_for_url("**/models/delays?metric=auc&grain=1d&as_of=2013-12-24T10%3A00")
    assert "As believed at 24 Dec 2013 10:00 UTC" in tab.inner_text(".banner")
    tab.click(".banner a")
    tab.wait_for_url("**/models/delays?metric=auc&grain=1d")
    assert tab.locator(".banner").count() == 0


def test_another_metric_is_asked_for_at_the_same_past_second(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays?as_of=2013-12-24T10:00:05Z")
    tab.select_option("select[name=metric]", "brier")
    tab.wait_for_url("**metric=brier**as_of=2013-12-24T10%3A00%3A05")


def test_a_part_leads_to_its_own_chart(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.click("#parts a:text-is('B6')")
    tab.wait_for_url("**segment=carrier%3DB6**")
    assert tab.input_value("select[name=segment]") == "carrier=B6"


def test_unfolded_parts_stay_so_through_a_refresh(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.click("#parts-rest summary")
    tab.evaluate("refresh()")
    assert tab.locator("#parts-rest table").is_visible()


def test_a_stretch_dragged_over_a_chart_becomes_the_url(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    plot = tab.locator(".chart.lines .plot").bounding_box()
    assert plot
    left, y = plot["x"], plot["y"] + 40
    tab.mouse.move(left + plot["width"] * 182.5 / 364, y)
    tab.mouse.down()
    tab.mouse.move(left + plot["width"] * 272.5 / 364, y)
    tab.mouse.up()
    tab.wait_for_url(lambda url: url.endswith("?metric=auc&grain=1d&from=2013-07-02&to=2013-10-01"))


def test_after_a_stretch_the_way_back_shows_the_form_as_it_was(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.fill("input[name=from]", "2013-07-02")
    tab.click("#view button")
    tab.wait_for_url("**from=2013-07-02*")
    tab.go_back()
    assert tab.input_value("input[name=from]") == ""


def test_a_chosen_segment_becomes_the_url(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.select_option("select[name=segment]", "carrier=B6")
    tab.wait_for_url("**/models/delays?metric=auc&segment=carrier%3DB6&grain=1d")
    assert tab.input_value("select[name=segment]") == "carrier=B6"


def test_open_numbers_stay_open_through_a_refresh(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays")
    tab.click("#numbers-box summary")
    tab.evaluate("refresh()")
    assert tab.locator("#numbers").is_visible()


def test_time_that_stands_still_is_told_through_a_refresh(browser: Browser) -> None:
    with serving(build_web(SampleReads(as_of=datetime(2014, 1, 1, tzinfo=UTC)), name="flights")) as address:
        page = browser.new_page()
        page.goto(address)
        page.evaluate("refresh()")
        assert page.inner_text("#live") == "as of 1 Jan 2014 00:00 UTC"
        page.close()


def test_a_server_that_is_gone_is_told(address: str, tab: Page) -> None:
    tab.goto(address)
    assert tab.inner_text("#live") == "live"
    tab.route("**/*", lambda route: route.abort())
    tab.evaluate("refresh()")
    assert tab.inner_text("#live") == "no answer, trying again"


def test_a_browser_is_asked_for_the_token_and_then_lives_on(browser: Browser) -> None:
    app = build_web(SampleReads(), name="flights", tokens=["buoy"])
    with serving(app) as address:
        page = browser.new_page(http_credentials={"username": "anyone", "password": "buoy"})
        page.goto(address)
        page.evaluate("refresh()")
        assert page.inner_text("#live") == "live"
        assert page.locator("#fleet tbody tr").count() == 6
        page.close()


def test_an_incident_is_reached_from_the_first_page_and_marked(browser: Browser) -> None:
    """With a password, as a browser sends it, and by a form, which other sites could send as well."""
    bell = SampleBell()
    with serving(build_web(SampleReads(), None, bell, name="flights", tokens=["buoy"])) as address:
        page = browser.new_page(http_credentials={"username": "anyone", "password": "buoy"})
        page.goto(address)
        page.click("#fleet .headline a")
        page.select_option("select[name=of]", label="nulls of wind_gust")
        page.check("input[value=false]")
        page.fill("input[name=note]", "a test of ours")
        page.click(".mark button")
        page.wait_for_url("**/incidents/2013-12-23T06:00:00Z/1")
        page.close()
    ((name, feedback),) = bell.said
    assert ("wind_gust" in name, feedback.mark, feedback.note) == (True, "false", "a test of ours")


def test_a_note_that_is_being_written_is_not_swept_away(browser: Browser) -> None:
    bell = SampleBell()
    with serving(build_web(SampleReads(), None, bell, name="flights")) as address:
        page = browser.new_page()
        page.goto(f"{address}/models/delays/incidents/2013-12-23T06:00:00Z/1")
        page.fill("input[name=note]", "half a sen")
        page.locator("input[name=note]").blur()
        bell.rung = [incident(headline="something else")]
        page.evaluate("refresh()")
        assert page.input_value("input[name=note]") == "half a sen"
        page.close()


def test_incidents_that_are_over_are_filtered(address: str, tab: Page) -> None:
    tab.goto(f"{address}/models/delays/incidents")
    tab.fill("#filter-over", "(11)")
    assert tab.locator("#over tbody tr:visible").count() == 1


def test_the_page_reads_without_javascript(address: str, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}/models/delays")
    assert page.locator(".chart.lines").is_visible()
    assert page.locator("button").is_visible()
    assert not page.locator(".filter").first.is_visible()
    page.close()
