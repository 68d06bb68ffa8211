"""The part of the bench inside Django: visitors and agents as small clients in one loop. One line of JSON."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from asgiref.sync import sync_to_async  # noqa: E402

from steward.interfaces.chat import crowd, door  # noqa: E402
from steward.kernel import moment, parameters  # noqa: E402
from steward.modules.desk.commands.owning import take_tickets  # noqa: E402
from steward.modules.desk.models import Conversation  # noqa: E402
from steward.modules.messaging.commands.accounts import save_account  # noqa: E402
from tests import make  # noqa: E402

CODE, PATIENCE_S, SETTLE_S = "bench", 20.0, 3.0
CSRF = "b" * 32
LIMITS = (
    door.PER_ADDRESS,
    door.VISITS,
    door.MESSAGES,
    door.ADDRESS_MESSAGES,
    crowd.OPENINGS,
    crowd.OF_ADDRESS,
    crowd.OF_PROCESS,
)


@dataclass
class Chat:
    """One visitor with the agent who answers them."""

    number: int
    token: str = ""
    visit_id: int = 0
    ticket_id: int = 0
    ticket: str = ""
    cookie: str = ""
    said: dict[str, float] = field(default_factory=dict)


class Tally:
    """What was measured. Units: seconds."""

    def __init__(self) -> None:
        self.agent: list[float] = []
        self.notice: list[float] = []
        self.visitor: list[float] = []
        self.sent = 0


async def request(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """Ask once, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_head(port, method, path, headers | {"connection": "close"}, len(body)) + body)
        await writer.drain()
        raw = await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        writer.close()
    head, _, rest = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), rest


def _head(port: int, method: str, path: str, headers: dict[str, str], length: int) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}", f"content-length: {length}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


async def stream(port: int, path: str, headers: dict[str, str], hear: Any) -> None:
    """Hold an event stream open and hand every line of data on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(_head(port, "GET", path, headers, 0))
    try:
        async for line in reader:
            if line.startswith(b"data: "):
                hear(json.loads(line[6:]))
    finally:
        writer.close()


class Story:
    """All visitors and agents, and what is measured of them."""

    def __init__(self, port: int, visitors: int, agents: int, every_s: float) -> None:
        self.port, self.every_s, self.tally = port, every_s, Tally()
        self.agents = agents
        self.chats = [Chat(number) for number in range(visitors)]
        self.by_ticket: dict[int, Chat] = {}
        self.seen: dict[str, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.measures = False

    def keep(self, work: Any) -> None:
        """Run something beside."""
        self.tasks.append(asyncio.ensure_future(work))

    async def begin(self, chat: Chat) -> None:
        """Open a visit and its stream, and say something, so that there is a ticket."""
        _status, body = await request(
            self.port, "POST", f"/chat/{CODE}/session", {"content-type": "application/json"}, b"{}"
        )
        chat.token = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["token"]
        chat.visit_id = int(chat.token.split(".")[0])
        headers = {"authorization": f"Bearer {chat.token}"}
        self.keep(stream(self.port, f"/chat/{CODE}/events", headers, lambda told: self.hear_visitor(chat, told)))
        await self.write(chat)

    def hear_visitor(self, chat: Chat, told: dict[str, Any]) -> None:
        """Note that an answer is seen."""
        begun = chat.said.pop(str(told.get("text")), None) if told.get("kind") == "staff" else None
        if begun is not None and self.measures:
            self.tally.visitor.append(time.perf_counter() - begun)

    def hear_agent(self, told: dict[str, Any], mine: set[int]) -> None:
        """Fetch the ticket when its visitor wrote."""
        for kind in told.get("kinds", ()):
            word, _, rest = kind.partition(".")
            number, _, what = rest.partition(".")
            if word == "chat" and what == "said" and int(number) in mine:
                self.keep(self.look(self.by_ticket[int(number)], time.perf_counter()))

    async def look(self, chat: Chat, noticed: float) -> None:
        """Fetch the ticket as the console does, and answer what is new."""
        _status, page = await request(self.port, "GET", f"/desk/tickets/{chat.ticket}", {"cookie": chat.cookie})
        now = time.perf_counter()
        for text in [text for text in chat.said if text.startswith("w-") and text.encode() in page]:
            begun = chat.said.pop(text)
            if self.measures:
                self.tally.notice.append(noticed - begun)
                self.tally.agent.append(now - begun)
            await self.answer(chat)

    async def write(self, chat: Chat) -> None:
        """Let a visitor write."""
        text = f"w-{chat.number}-{time.perf_counter_ns()}"
        chat.said[text] = time.perf_counter()
        headers = {"authorization": f"Bearer {chat.token}", "content-type": "application/json"}
        body = json.dumps({"id": text, "text": text}).encode()
        status, raw = await request(self.port, "POST", f"/chat/{CODE}/messages", headers, body)
        assert status == 201, raw
        self.tally.sent += self.measures

    async def answer(self, chat: Chat) -> None:
        """Let the agent answer."""
        text = f"a-{chat.number}-{time.perf_counter_ns()}"
        chat.said[text] = time.perf_counter()
        headers = {"cookie": chat.cookie, "x-csrftoken": CSRF, "content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"kind": "reply", "text": text}).encode()
        status, raw = await request(self.port, "POST", f"/desk/tickets/{chat.ticket}/say", headers, body)
        assert status in (200, 302), raw[:400]
        self.tally.sent += self.measures

    async def goes_on(self, chat: Chat, chance: Random, until: float) -> None:
        """Write now and then until time is up."""
        await asyncio.sleep(chance.random() * self.every_s)
        while time.perf_counter() < until:
            await self.write(chat)
            await asyncio.sleep(self.every_s * (0.7 + chance.random() * 0.6))

    async def run(self, seconds: int, pid: int) -> dict[str, Any]:
        """Let everybody come, chat and leave."""
        begin_mb = memory_mb(pid)
        for start in range(0, len(self.chats), 10):
            await asyncio.gather(*(self.begin(chat) for chat in self.chats[start : start + 10]))
        await self._know_tickets()
        for agent in range(self.agents):
            mine = self.chats[agent :: self.agents]
            tickets = {chat.ticket_id for chat in mine}
            headers = {"cookie": mine[0].cookie}
            self.keep(stream(self.port, "/events", headers, lambda told, own=tickets: self.hear_agent(told, own)))
        await asyncio.sleep(SETTLE_S)
        for chat in self.chats:
            chat.said.clear()
        start_mb, self.measures, chance = memory_mb(pid), True, Random(7)
        until = time.perf_counter() + seconds
        await asyncio.gather(*(self.goes_on(chat, chance, until) for chat in self.chats))
        await asyncio.sleep(PATIENCE_S)
        unseen = sum(len(chat.said) for chat in self.chats)
        found = {"messages": self.tally.sent, "unseen": unseen, "begin_mb": begin_mb, "start_mb": start_mb}
        found |= {"end_mb": memory_mb(pid), "seconds": seconds}
        for name in ("agent", "notice", "visitor"):
            found |= quantiles(name, getattr(self.tally, name))
        for task in self.tasks:
            task.cancel()
        return found

    async def _know_tickets(self) -> None:
        """Wait until every visitor has a ticket, and give each an agent's session."""
        known: dict[int, tuple[int, str]] = {}
        while len(known) < len(self.chats):
            await asyncio.sleep(0.5)
            known = await sync_to_async(tickets)()
        cookies = await sync_to_async(sessions)(self.agents, sorted(id_ for id_, _number in known.values()))
        for chat in self.chats:
            chat.ticket_id, chat.ticket = known[chat.visit_id]
            chat.cookie = cookies[chat.number % self.agents]
            self.by_ticket[chat.ticket_id] = chat


def tickets() -> dict[int, tuple[int, str]]:
    """Read which visit has which ticket."""
    rows = Conversation.objects.filter(visit_id__isnull=False).values_list("visit_id", "ticket_id", "ticket__number")
    return {visit or 0: (id_, number) for visit, id_, number in rows}


def sessions(count: int, ticket_ids: list[int]) -> list[str]:
    """Sign agents in, and let them take the tickets on; return the cookies of each."""
    take_tickets(make.agent_wang(), ticket_ids=ticket_ids, now=moment.now())
    clients = [make.browser("wang") for _agent in range(count)]
    return [f"sessionid={one.cookies['sessionid'].value}; csrftoken={CSRF}" for one in clients]


def memory_mb(pid: int) -> float:
    """Add up what a process and its children keep in memory for themselves. Units: MB."""
    ids = [pid, *(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    found = (Path(f"/proc/{one}/smaps_rollup").read_text().splitlines() for one in ids)
    return round(sum(int(line.split()[1]) for lines in found for line in lines if line.startswith("Pss:")) / 1_000, 1)


def quantiles(name: str, took: list[float]) -> dict[str, float]:
    """Say how long half, and nearly all, took at most. Units: milliseconds."""
    took = sorted(took) or [float("inf")]
    places = {"p50": 0.5, "p99": 0.99}
    return {
        f"{name}_{key}_ms": round(took[min(int(len(took) * at), len(took) - 1)] * 1_000, 1)
        for key, at in places.items()
    }


def prepare() -> None:
    """Make the account and the agent, and let nothing be too fast."""
    facts = {"origins": "https://shop.example", "start": "person", "contact": "no"}
    save_account(make.TESTER, kind="chat", code=CODE, name="Bench", facts=facts, now=moment.now())
    make.staff("wang")
    for limit in LIMITS:
        parameters.set_parameter(make.TESTER, name=limit.name, new=1_000_000, reason="bench")
    parameters.set_parameter(make.TESTER, name="desk.undo_s", new=0, reason="bench")


def main() -> None:
    """Prepare, or measure."""
    what, port, visitors, agents, seconds = sys.argv[1], *(int(one) for one in sys.argv[2:6])
    if what == "prepare":
        prepare()
        return
    story = Story(port, visitors, agents, float(sys.argv[6]))
    print(json.dumps(asyncio.run(story.run(seconds, int(sys.argv[7])))))


if __name__ == "__main__":
    main()
