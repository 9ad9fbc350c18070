"""Rank what can have caused the alerts of a window: entities or changes, best first, each with its reasons.

Pure: no clock, no await, no chance. The same evidence, in any order, gives the same ranking.
"""

from whence.correlate.causes.evidence import Background, Change, Evidence, Symptom
from whence.correlate.causes.graph import Graph
from whence.correlate.causes.ranking import rank

__all__ = ["Background", "Change", "Evidence", "Graph", "Symptom", "rank"]
