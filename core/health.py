"""The health address: whether database, Redis, workers and the clock are there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from core.db import db, installation_sql
from core.jobs import schedule, workers
from core.jobs.queue import redis
from core.web import PROGRAMS, opens

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@opens(PROGRAMS)
def health() -> Any:
    parts = {"database": _database_answers(), **_background()}
    status = "ok" if all(parts.values()) else "degraded" if parts["database"] else "down"
    return jsonify(status=status, **parts), 200 if parts["database"] else 503


def _database_answers() -> bool:
    try:
        installation_sql("select 1")
    except DBAPIError:
        db.session.rollback()
        return False
    return True


def _background() -> dict[str, bool]:
    """Tell what says that it lives; pages work without all of it."""
    try:
        worker, cron = redis().mget(workers.ALIVE_KEY, schedule.ALIVE_KEY)
    except RedisError:
        return {"redis": False, "worker": False, "cron": False}
    return {"redis": True, "worker": worker is not None, "cron": cron is not None}
