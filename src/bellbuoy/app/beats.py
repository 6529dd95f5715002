"""Which models are due for a cycle, and the cycles themselves: a fault in one model never stops another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bellbuoy.app.cycle import Cycled, Listener
from bellbuoy.app.open import App
from bellbuoy.errors import BellbuoyError
from bellbuoy.profiles.step import Counted
from bellbuoy.work import Pace


class Beats:
    """The beats of all models of a project, each at its own pace."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._paces: dict[str, Pace] = {}

    def chosen(self, names: Iterable[str]) -> Sequence[str]:
        """The models of these names, or all.

        Raises:
            ConfigError: there is no model of such a name.
        """
        return [self.app.project.model(name).name for name in names] or self.app.models

    def due(self, names: Iterable[str]) -> list[str]:
        """Those whose next cycle is due."""
        now = self.app.clock.now()
        return [name for name in names if self._pace(name).due(now)]

    def beat(self, model: str, listen: Listener | None = None) -> Cycled:
        """One cycle of a model; what went wrong is told in `failed`, and the next try is put off."""
        now = self.app.clock.now()
        try:
            done = self.app.cycle(model, now, listen)
        except BellbuoyError as why:
            done = Cycled(model, now, Counted(), failed=str(why))
        self._paces[model] = self._pace(model).after(now, failed=done.failed is not None)
        return done

    def _pace(self, model: str) -> Pace:
        return self._paces.get(model) or Pace(self.app.project.model(model).grain.delta)
