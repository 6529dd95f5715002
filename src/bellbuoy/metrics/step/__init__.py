"""Counts become readings: the one place among the metrics that takes counts from the store."""

from bellbuoy.metrics.step.gauge import Gauge

__all__ = ["Gauge"]
