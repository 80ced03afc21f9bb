"""Links that people have: each must open the same view for ever.

`links.json` is frozen: it holds links of every tab, pair and state, and what each opened when it
was written. A link may be added to it, none may change.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from ganvae import data
from tests.serving import served

LINKS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("links.json").read_text(encoding="utf-8")
)
# What a view is, whatever it is made of: the tab, the pair, the models in the panels, and what the
# tab's own controls are set to, each by its name for people who hear the page.
VIEW = r"""
() => {
  const seen = (node) => node.offsetParent !== null;
  const named = (node) => {
    const label = node.labels?.[0]?.cloneNode(true);
    for (const part of label?.querySelectorAll("select, output") ?? []) part.remove();
    const words = node.getAttribute("aria-label") ?? label?.textContent ?? node.title;
    return words.replace(/\s+/g, " ").trim();
  };
  const tab = document.querySelector("[role=tab][aria-selected=true]").dataset.tabId;
  const body = document.querySelector(`#gv-tab-${tab}`);
  const controls = {};
  const add = (node, value) => {
    const name = named(node);
    let key = name;
    for (let i = 2; key in controls; i++) key = `${name} #${i}`;
    controls[key] = value;
  };
  for (const node of body.querySelectorAll("input, select, [role=radio]")) {
    if (!seen(node) || node.type === "file") continue;
    if (node.type === "range" && tab === "explore") continue;
    if (node.getAttribute("role") === "radio") {
      if (node.getAttribute("aria-checked") !== "true") continue;
      const group = node.closest("[role=radiogroup]").getAttribute("aria-label");
      controls[group in controls ? `${group} #2` : group] = node.textContent.trim();
    } else if (node.type === "checkbox") add(node, node.checked && !node.disabled);
    else add(node, node.value);
  }
  const sliders = [...body.querySelectorAll("input[type=range][aria-valuetext]")]
    .filter((node) => tab === "explore" && node.closest(".gx-moved")).filter(seen)
    .map((node) => `${node.labels[0].textContent}: ${node.value}`);
  const models = [...body.querySelectorAll("[data-model]")].filter(seen)
    .map((node) => node.dataset.model);
  const header = document.querySelector("#gv-header");
  return { tab, pair: header.querySelector("select").value, models, controls, sliders };
}
"""
# What has to be there before a tab's controls are all set.
SETTLED = {
    "explore": ".gx[data-mode=explore][data-shown]",
    "walk": ".gx[data-mode=walk][data-loaded]",
    "bridge": ".br[data-shown]",
}


def look(page: Page, tab: str) -> dict[str, Any]:
    """What a page shows once it has settled, and the link that Share gives for it."""
    expect(page.locator(f"[role=tab][data-tab-id={tab}]")).to_have_attribute(
        "aria-selected", "true"
    )
    page.locator(SETTLED.get(tab, f"#gv-tab-{tab} .gv-dock")).first.wait_for(state="attached")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })"
    )
    seen = _settled(page)
    page.locator("#gv-header .share").click()
    field = page.get_by_label("Link to this view")
    expect(field).to_be_visible()
    seen["link"] = parse_qsl(urlsplit(field.input_value()).query)
    return seen


@pytest.fixture(scope="module")
def app(
    exported_weights: Path,
    bridge_weights: Path,
    small_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a page with untrained models of every pair and every bridge."""
    weights = tmp_path_factory.mktemp("all")
    for folder in (exported_weights, bridge_weights):
        shutil.copytree(folder, weights, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(data.DATA_VARIABLE, str(small_data))
        with served(weights) as url:
            yield url


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_what_it_opened(new_page: Callable[..., Page], app: str, link: str) -> None:
    frozen = LINKS[link]
    page = new_page()
    page.goto(f"{app}/{link}")
    assert_same(look(page, frozen["tab"]), frozen)


def _settled(page: Page) -> dict[str, Any]:
    """The view once it has been the same several times in a row: answers come one by one."""
    former: list[dict[str, Any]] = []
    while len(former) < 4 or any(one != former[-1] for one in former[-4:]):
        page.wait_for_timeout(150)
        former.append(page.evaluate(VIEW))
    return former[-1]


def assert_same(seen: dict[str, Any], frozen: dict[str, Any]) -> None:
    """The view holds all that it held; a control that came later may stand beside."""
    kept = {name: seen["controls"].get(name) for name in frozen["controls"]}
    assert kept == frozen["controls"]
    for part in ("tab", "pair", "models", "sliders"):
        assert seen[part] == frozen[part], part
    assert dict(seen["link"]) == dict(frozen["link"])


def test_the_list_names_every_tab_and_every_key_of_the_address() -> None:
    tabs = {frozen["tab"] for frozen in LINKS.values()}
    assert tabs == {
        *("sample", "explore", "walk", "map", "compare", "bridge", "reconstruct", "training")
    }
    keys = {key for link in LINKS for key, _ in parse_qsl(link[1:])}
    assert keys >= {
        *("pair", "vae", "with", "gan", "tab", "seed", "pick", "t", "n", "matched", "fitted", "x"),
        *("by", "m", "axes", "z", "z2", "walk", "to", "frames", "original", "source", "index"),
        *("bridge", "at"),
    }
