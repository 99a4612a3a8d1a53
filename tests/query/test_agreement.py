"""Ten thousand worlds of queries and posts: what is matched is what is meant. One of the long suites."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.lines import Line
from tests.test_match import expect_agreement, some_posts, some_queries


@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queries=some_queries, posts=some_posts, has_sample=st.booleans())
def test_the_matcher_and_the_meaning_agree(queries: list[str], posts: list[Line], has_sample: bool) -> None:
    expect_agreement(queries, posts, has_sample=has_sample)
