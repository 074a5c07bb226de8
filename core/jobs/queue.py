"""The way of jobs to the workers: Redis holds a copy of what the database says is waiting."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import lru_cache

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job as Delivery
from rq.serializers import JSONSerializer

from core import clock

NAME = "szansa"
FOREVER = -1
CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 3.0  # a page does not wait longer for Redis

# So long may pass between a worker's taking a job from the queue and its start.
ON_THE_WAY = timedelta(seconds=30)

log = logging.getLogger("szansa.jobs")


@lru_cache(maxsize=4)
def _impatient(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def redis() -> Redis:
    """Return a connection that gives up soon, for pages and for the clock."""
    return _impatient(str(current_app.config["SZANSA"].redis_url))


def queue_on(connection: Redis) -> Queue:
    """Return the queue of jobs."""
    return Queue(NAME, connection=connection, serializer=JSONSerializer)


def delivery_id(account_id: int, job_id: int) -> str:
    """Return the ID under which RQ knows a job."""
    return f"{account_id}-{job_id}"


def send(account_id: int, job_id: int) -> None:
    """Hand a job to the workers.

    It is no error when Redis is away: the relay sends it later.
    """
    try:
        deliver(queue_on(redis()), account_id, job_id)
    except RedisError as error:
        log.warning("job %s waits, Redis is away: %s", job_id, type(error).__name__)


def deliver(queue: Queue, account_id: int, job_id: int) -> bool:
    """Put a job into the queue unless it is there; return whether it was not."""
    try:
        queue.enqueue_call(
            "core.jobs.runner.run",
            args=(account_id, job_id),
            job_id=delivery_id(account_id, job_id),
            description=f"job {job_id}",
            timeout=FOREVER,
            result_ttl=0,
            failure_ttl=60,
            unique=True,
        )
    except DuplicateJobError:
        return False
    return True


def is_under_way(queue: Queue, account_id: int, job_id: int) -> bool:
    """Tell whether a job that is not in the queue may just be on its way to a worker."""
    try:
        delivery = Delivery.fetch(delivery_id(account_id, job_id), queue.connection, JSONSerializer)
    except NoSuchJobError:
        return False
    sent_at = delivery.enqueued_at
    return sent_at is not None and abs(clock.now() - sent_at) < ON_THE_WAY


def forget(queue: Queue, account_id: int, job_id: int) -> None:
    """Remove what a worker that is gone left of a delivery, whole or in part."""
    name = delivery_id(account_id, job_id)
    queue.connection.delete(Delivery.key_for(name))
    queue.intermediate_queue.remove(name)
