"""The access engine: one rule behind every list, count, check and explanation."""

from core.access.actor import Actor, actor_of, actors, actors_of
from core.access.effects import Effect, Holding, effects_of
from core.access.engine import (
    Access,
    Basic,
    NoAccess,
    everything,
    fetch,
    levels_of,
    trashed_among,
)
from core.access.reasons import Answer, why, why_not
from core.access.rule import Rule, rule_for

__all__ = [
    "Access",
    "Actor",
    "Answer",
    "Basic",
    "Effect",
    "Holding",
    "NoAccess",
    "Rule",
    "actor_of",
    "actors",
    "actors_of",
    "effects_of",
    "everything",
    "fetch",
    "levels_of",
    "rule_for",
    "trashed_among",
    "why",
    "why_not",
]
