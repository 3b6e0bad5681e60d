"""Workers in processes of their own on a real PostgreSQL, killed in the middle of their work."""

from tests.integration.probing import cluster
from tests.postgres import server

JOBS, PEOPLE, KILLS = 240, 50, 3


def test_workers_that_are_killed_lose_no_job_leave_none_stuck_and_never_overlap_for_a_person() -> None:
    with cluster(server(), people=PEOPLE, jobs=JOBS, seconds=0.04) as made:
        made.start(3)
        made.run_to_the_end(kills=KILLS, limit=100)
        assert len(made.killed) == KILLS
        assert made.done() == JOBS
        assert made.overlaps() == []
        assert made.ask("SELECT status FROM procrastinate_jobs WHERE task_name = 'probe'") == []
        people = "SELECT count(*) FROM tenant WHERE synced_at > 0"
        assert made.ask(f"SET deepday.tenant = '0'; {people}", owner=True) == [(PEOPLE,)]
        ran = made.ask("SELECT count(DISTINCT pid) FROM probe")[0][0]
        assert ran >= 3
