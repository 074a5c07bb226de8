"""The worker role: processes that take jobs from the queue and fork for each."""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job as Delivery
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker

from core import processes
from core.db import db
from core.jobs import runner
from core.jobs.queue import queue_on

PAUSE = 1.0  # seconds before another try to reach Redis, and before a killed worker is replaced
IDLE_SECONDS = 45  # a worker that waits says so a little more often
ENDING = (signal.SIGTERM, signal.SIGINT)
ALIVE_KEY, ALIVE_SECONDS = "szansa:worker", 120

log = logging.getLogger("szansa.jobs")


class JobDelivery(Delivery):
    """A delivery that can only run one of our jobs, whatever Redis says it is."""

    def perform(self) -> None:
        """Run the job that the delivery names."""
        account_id, job_id = self.id.split("-")
        runner.run(int(account_id), int(job_id))


class SturdyWorker(Worker):
    """A worker that goes on with its job while Redis is away, and ends it politely."""

    job_class = JobDelivery
    max_connection_wait_time = 4.0
    app: Flask
    is_stopping = False

    def main_work_horse(self, job: Delivery, queue: Queue) -> None:
        """Run one job in the forked process."""
        with self.app.app_context():
            db.engine.dispose(close=False)  # connections are not shared with the parent
            super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """Let the forked process end at its next checkpoint when it is asked to."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, runner.end_soon)

    def handle_warm_shutdown_request(self) -> None:
        """Pass the wish to end on to the job."""
        self.is_stopping = True
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def set_shutdown_requested_date(self) -> None:
        """Note in Redis that we end, if it is there."""
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that we live, if Redis is there."""
        connection: Any = self.connection if pipeline is None else pipeline
        with suppress(RedisError):
            super().heartbeat(timeout, pipeline)
            connection.set(ALIVE_KEY, 1, ex=ALIVE_SECONDS)

    def maintain_heartbeats(self, job: Delivery, execution: Execution) -> None:
        """Say that the job lives, if Redis is there."""
        with suppress(RedisError):
            super().maintain_heartbeats(job, execution)

    def subscribe(self) -> None:
        """Take no commands through Redis: a job is stopped through the database."""


def serve(app: Flask) -> None:
    """Run jobs until a signal ends it, in as many processes as the settings say.

    All of them end with us, whatever ends us.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.register_at_fork(after_in_child=processes.die_with_parent)
    gc.collect()
    gc.freeze()  # the forked processes share what is loaded now
    count = app.config["SZANSA"].job_workers
    if count == 1:
        _work(app)
    else:
        _keep_running(app, count)


def _work(app: Flask) -> None:
    """Take one job after another; Redis may come and go."""
    worker: SturdyWorker | None = None
    while not (worker and worker.is_stopping):
        try:
            worker = _worker(app)
            worker.work(logging_level="WARNING")
        except StopRequested:
            return
        except RedisError as error:
            log.warning("Redis is away: %s", type(error).__name__)
        if worker is None or not worker.is_stopping:
            time.sleep(PAUSE)


def _worker(app: Flask) -> SturdyWorker:
    connection = Redis.from_url(app.config["SZANSA"].redis_url)
    worker = SturdyWorker(
        [queue_on(connection)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=IDLE_SECONDS,
        log_job_description=False,
        maintenance_interval=int(timedelta(minutes=10).total_seconds()),
    )
    worker.app = app
    return worker


def _keep_running(app: Flask, count: int) -> None:
    """Fork so many workers, and another one for each that ends, until a signal ends all."""
    stopping = False

    def stop(*_signal: Any) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    children: set[int] = set()
    for number in ENDING:
        signal.signal(number, stop)
    while not stopping or children:
        while len(children) < count and not stopping:
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # none may end between fork and add
            children.add(_fork(app))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        ended, _status = os.wait()
        children.discard(ended)
        if not stopping:
            time.sleep(PAUSE)


def _fork(app: Flask) -> int:
    child = os.fork()
    if child == 0:
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        try:
            _work(app)
        finally:
            os._exit(0)
    return child
