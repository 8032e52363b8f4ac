"""A stream -> the same stream, up to the moment somebody stops it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def until(stream: AsyncGenerator[T, None], stop: asyncio.Event | None) -> AsyncGenerator[T, None]:
    """What `stream` gives until it ends or `stop` is set, also while nothing comes; then it is closed."""
    async with aclosing(stream):
        if stop is None:
            async for part in stream:
                yield part
            return
        stopping = asyncio.ensure_future(stop.wait())
        following: asyncio.Future[T] | None = None
        try:
            while not stop.is_set():
                following = asyncio.ensure_future(anext(stream))
                await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    return
                try:
                    part = following.result()
                except StopAsyncIteration:
                    return
                yield part
        finally:
            stopping.cancel()
            if following is not None and not following.done():
                following.cancel()
                await asyncio.wait({following})  # the stream cannot be closed while it runs
