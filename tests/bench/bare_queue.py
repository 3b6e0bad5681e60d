"""The queue's engine alone, as its library comes: a worker whose jobs do nothing, and nothing of deepday.

Run by :mod:`tests.bench.bench_cluster` with the arguments of :mod:`tests.integration.probing`.
"""

import sys

import procrastinate

NOTHING = "nothing"


async def nothing(tenant: int) -> None:
    """Do nothing."""
    del tenant


def main() -> None:
    """Run one worker until it is told to end."""
    url, concurrency, heartbeat = sys.argv[1].partition("?"), int(sys.argv[3]), int(sys.argv[4])
    kept = "&".join(one for one in url[2].split("&") if not one.startswith("tenant="))
    connector = procrastinate.PsycopgConnector(conninfo=f"{url[0]}?{kept}", min_size=1, max_size=concurrency + 4)
    queue = procrastinate.App(connector=connector)
    queue.task(name=NOTHING)(nothing)
    queue.run_worker(
        concurrency=concurrency,
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=heartbeat,
        delete_jobs="successful",
    )


if __name__ == "__main__":
    main()
