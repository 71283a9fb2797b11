"""Walking through a listing page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

from ._types import UNSET, Unset
from .errors import ResponseError

T = TypeVar("T")


def walk(fetch: Callable[[int], list[T] | Unset], offset: int, name: str) -> Iterator[T]:
    """Items of all pages from `offset` on, one page in memory at a time.

    The end is an empty page, not a total nor a short page: totals in documented samples are wrong at times, and the
    service may give fewer items than were asked for.
    """
    previous: list[T] = []
    while (page := fetch(offset)) is not UNSET and page:
        _check_progress(page, previous, name)
        yield from page
        offset += len(page)
        previous = page


async def walk_async(fetch: Callable[[int], Awaitable[list[T] | Unset]], offset: int, name: str) -> AsyncIterator[T]:
    """As `walk`, for an async client."""
    previous: list[T] = []
    while (page := await fetch(offset)) is not UNSET and page:
        _check_progress(page, previous, name)
        for item in page:
            yield item
        offset += len(page)
        previous = page


def _check_progress(page: list[T], previous: list[T], name: str) -> None:
    """Raise when a page comes twice: a service that ignores the offset would keep the walk going for ever."""
    if page == previous:
        raise ResponseError(name, None, "the same page came twice, so the service seems to ignore the offset")
