"""Two files side by side, without a project: what changed, and what is wrong."""

from __future__ import annotations

from bellbuoy.app.compare.report import compare
from bellbuoy.app.compare.values import ColumnReport, Comparison, Finding, FindingKind

__all__ = ["ColumnReport", "Comparison", "Finding", "FindingKind", "compare"]
