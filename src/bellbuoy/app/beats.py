"""Which models are due for a cycle, and the cycles themselves: a fault in one model never stops another."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import App
from bellbuoy.config.spec import Model
from bellbuoy.errors import BellbuoyError, ConfigError
from bellbuoy.profiles.step import Counted, Listener
from bellbuoy.work import Pace

_LOG = logging.getLogger(__name__)


class Beats:
    """The beats of all models of a project, each at its own pace; a model whose file was changed is due at once."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._paces: dict[str, tuple[Model, Pace]] = {}

    def chosen(self, names: Iterable[str]) -> Sequence[str]:
        """The models of these names, or all.

        Raises:
            ConfigError: there is no model of such a name.
        """
        return [self.app.project.model(name).name for name in names] or self.app.models

    def due(self, names: Iterable[str] = ()) -> list[str]:
        """Those, or all, whose next cycle is due; a model whose file is gone, or wrong for now, is not."""
        now, models = self.app.clock.now(), self.app.project.models
        wanted = set(names) or set(models)
        return [name for name, model in models.items() if name in wanted and self._pace(model).due(now)]

    def beat(self, model: str, listen: Listener | None = None, *, anew: bool = False) -> Cycled:
        """One cycle of a model; what went wrong is told in `failed`, and the next try is put off.

        `anew`: forget what was counted, and count all of it again.

        Raises:
            ConfigError: there is no such model.
        """
        now, spec = self.app.clock.now(), self.app.project.model(model)
        try:
            done = (self.app.recount if anew else self.app.cycle)(model, now, listen)
        except BellbuoyError as why:
            done = Cycled(model, now, Counted(), failed=str(why), wrong=isinstance(why, ConfigError))
        except Exception as why:  # noqa: BLE001 - the other models are watched, and this one is tried again
            _LOG.exception("a cycle of %s failed by a fault of ours", model)
            done = Cycled(model, now, Counted(), failed=f"a fault of ours ({type(why).__name__}: {why})")
        self._paces[model] = spec, self._pace(spec).after(now, failed=done.failed is not None)
        return done

    def _pace(self, model: Model) -> Pace:
        spec, pace = self._paces.get(model.name, (None, None))
        return pace if pace is not None and spec == model else Pace(model.grain.delta)
