"""Nonces for several machines, kept in Redis."""

from __future__ import annotations

import inspect
import os
import re
import secrets
from typing import Any, Protocol

from ..errors import ConfigurationError, NonceError
from .source import Rule, StoredNonces

__all__ = ["RedisNonces"]

# Scripts are atomic. Redis's own clock serves all machines; doubles hold microseconds exactly until the year 2255.
# What is stored is checked: of a number that doubles do not hold exactly, last + 1 would be the same again and again.
_CHECKED = """
local function checked(text)
    local number = string.match(text, '^%-?%d+$') and tonumber(text)
    return number and number >= -1 and number < 9007199254740992 and number
end
"""
_CLOCK = """
local time = redis.call('TIME')
local last = checked(redis.call('GET', KEYS[1]) or '0')
if not last then return {-2, 0} end
local nonce = math.max(last + 1, tonumber(ARGV[1]) + 1, time[1] * 1000000 + time[2])
redis.call('SET', KEYS[1], string.format('%.0f', nonce))
return {1, nonce}
"""

# A counter is a hash: `last`, and for each source the numbers of its latest calls (of draw and of take back), and what
# the draw gave. Redis may run a call twice, and late: a client sends it again when the reply was lost (redis-py does so
# by itself), and what it sent before may still be on its way. A call that was run gives the same number again, and one
# that later calls have overtaken changes nothing.
_CALLS = """
local function calls()
    local text = redis.call('HGET', KEYS[1], ARGV[1]) or ''
    local draw, given, back = string.match(text, '^(%d+) (%d+) (%d+)$')
    return tonumber(draw or 0), tonumber(given or 0), tonumber(back or 0)
end
local function remember(draw, given, back)
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f %.0f', draw, given, back))
end
"""
# Sources that drew nothing among the latest 256 numbers are forgotten: of one whose number was lost, the service has
# refused all since.
_COUNTER = f"""{_CALLS}
local text = redis.call('HGET', KEYS[1], 'last')
if not text then return {{-1, 0}} end
local last = checked(text)
if not last then return {{-2, 0}} end
local draw, given, back = calls()
if draw >= tonumber(ARGV[2]) then return {{1, given}} end
if last < tonumber(ARGV[3]) then return {{0, last}} end
local nonce = redis.call('HINCRBY', KEYS[1], 'last', 1)
remember(ARGV[2], nonce, back)
if draw == 0 and redis.call('HLEN', KEYS[1]) > 512 then
    local fields = redis.call('HGETALL', KEYS[1])
    for i = 1, #fields, 2 do
        local given = tonumber(string.match(fields[i + 1], '^%d+ (%d+)') or 0)
        if fields[i] ~= 'last' and given < nonce - 256 then redis.call('HDEL', KEYS[1], fields[i]) end
    end
end
return {{1, nonce}}
"""
_TAKE_BACK = f"""{_CALLS}
local draw, given, back = calls()
local call = tonumber(ARGV[2])
if back >= call then return back == call and 1 or 0 end
if redis.call('HGET', KEYS[1], 'last') ~= ARGV[3] then return 0 end
redis.call('HINCRBY', KEYS[1], 'last', -1)
remember(draw, given, call)
return 1
"""
_CREATE = """
if ARGV[2] == '0' then return redis.call('HSETNX', KEYS[1], 'last', ARGV[1]) end
redis.call('HLEN', KEYS[1])
redis.call('DEL', KEYS[1])
return redis.call('HSETNX', KEYS[1], 'last', ARGV[1])
"""
_READ = {"clock": "return redis.call('GET', KEYS[1])", "counter": "return redis.call('HGET', KEYS[1], 'last')"}


_USUAL_ADVICE = "see the error that caused this one, and try again when Redis can be reached"
_ALLOW = (
    "the user may not use this key or command: allow it eval, time, get, set, del, hget, hset, hsetnx, hlen, hgetall, "
    "hdel and hincrby on the key"
)
_ADVICE = {
    "invalid username-password": "Redis rejects the user and password of the client: correct them",
    "NOAUTH|uthentication required": "Redis requires a user and password: give them to the client",
    "no permissions|user executing the script": _ALLOW,
    "maxmemory|out of memory": "Redis has no memory left: give it more; it must not evict this key",
    "MISCONF|ersist": "Redis cannot write to its disk: free space there",
    "read only|READONLY": "this Redis is a replica: give the client of the primary",
}
"""What to do, by a pattern of what Redis says; clients leave out its first word, or do not."""


class RedisClient(Protocol):
    """What is needed of a client: `redis.Redis` of redis-py has it, and so have clients that are made like it."""

    def eval(self, script: str, numkeys: int, /, *keys_and_args: Any) -> Any:
        """Run a Lua script."""
        ...


class RedisNonces(StoredNonces):
    """Nonces for the threads, tasks and processes of several machines, kept under one key of a Redis (5 or later).

    With rule `clock` a Redis that lost its data does no harm: the numbers stay ahead of Redis's clock and of what this
    process used. A counter is made by `initialise(start)` and is never guessed; give it a Redis that writes each
    command to disk (`appendonly yes`, `appendfsync always`) and does not evict keys. Replicas are written to later:
    a failover can lose the newest numbers, and then a counter is behind and other processes' clock numbers can repeat.

    Args:
        client: A synchronous client of redis-py (the extra `redis`), with the timeouts that
            you want. It is called from several threads, and is yours to close.
        key: The key in Redis: one for each API key.
        rule: `clock`: max(last + 1, microseconds of Redis's clock). `counter`: exactly last + 1.

    Raises:
        ConfigurationError: The rule is unknown, or the client is an asynchronous one.
        TypeError: The client is no client of Redis, such as a URL.
    """

    def __init__(self, client: RedisClient, *, key: str = "qredo:nonce", rule: Rule = "clock") -> None:
        super().__init__(rule, f"Redis under the key {key!r}")
        if inspect.iscoroutinefunction(getattr(client, "execute_command", None)):
            raise ConfigurationError("RedisNonces takes a synchronous client (redis.Redis), also in async code")
        if not callable(getattr(client, "eval", None)):
            raise TypeError(
                f"client must be a redis.Redis, got {type(client).__name__}: for a URL, pass redis.Redis.from_url(url)"
            )
        self._client = client
        self._key = key
        self._source = secrets.token_hex(8)
        self._draws = 0

    def _issue(self, used: int) -> int:
        if self.rule == "clock":
            state, number = self._run(_CLOCK, used)
        else:
            state, number = self._run(_COUNTER, self._identity, self._draws + 1, used)
        if state == -2:
            raise self._damaged()
        if state == -1:
            raise self._missing()
        if state == 0:
            raise self._set_back(number, used)
        # Only now: a call that failed is the same call when it is made again, so its number is not lost.
        self._draws += 1
        return int(number)

    def _take_back(self, nonce: int) -> bool:
        return bool(self._run(_TAKE_BACK, self._identity, self._returning[nonce], nonce))

    def _is_taken_back(self, nonce: int) -> bool:
        return self._take_back(nonce)  # which Redis knows to have done already

    def _create(self, last: int, *, overwrite: bool) -> bool:
        return bool(self._run(_CREATE, last, int(overwrite)))

    def _read(self) -> int | None:
        last = self._run(_READ[self.rule])
        if last is None:
            return None
        try:
            return int(last)
        except ValueError:
            raise self._damaged() from None

    @property
    def _identity(self) -> str:
        """Names this source in this process, also after a fork."""
        return f"source:{self._source}:{os.getpid()}"

    def _run(self, script: str, *arguments: str | int) -> Any:
        try:
            return self._client.eval(_CHECKED + script, 1, self._key, *arguments)
        except Exception as error:
            # Any client will do, so its errors are not known by name. Its text may name the server: it is chained only.
            if "WRONGTYPE" in str(error):
                raise self._other_rule() from error
            advice = next((advice for sign, advice in _ADVICE.items() if re.search(sign, str(error))), _USUAL_ADVICE)
            raise NonceError(f"no nonce from {self._place} ({type(error).__name__}): {advice}") from error

    def _after_fork_in_child(self) -> None:
        super()._after_fork_in_child()
        self._source = secrets.token_hex(8)
