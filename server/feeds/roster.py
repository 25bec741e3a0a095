"""Who is who: the people of a feed and their ids in our log."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from server.feeds.told import Official, Person
from server.feeds.values import plain


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the box of a feed. key: the feed's own; number: of the shirt, or ""."""

    key: Hashable
    number: str
    name: str
    official: Official | None


@dataclass(slots=True)
class Roster:
    """Both sides; grows when somebody acts whom no box lists."""

    _ids: dict[Hashable, str] = field(default_factory=dict)
    _people: dict[str, dict[str, Person]] = field(default_factory=lambda: {"home": {}, "away": {}})

    def seat(self, side: str, people: list[Listed]) -> None:
        """Take in the box of a side."""
        ids = ids_of(side, {str(someone.key): plain(someone.number) for someone in people})
        for someone in people:
            player = ids[str(someone.key)]
            self._ids[someone.key] = player
            self._people[side][player] = Person(player, plain(someone.name), someone.official)

    def find(self, key: Hashable) -> str | None:
        """Our id of the feed's key, if that is a player of the box or was admitted."""
        return self._ids.get(key)

    def admit(self, side: str, key: Hashable, name: str) -> str:
        """Our id of somebody who acts; whoever is in no box gets a line without official
        figures."""
        if key not in self._ids:
            player = f"{side}-p{plain(key)}"[:64]
            self._ids[key] = player
            self._people[side].setdefault(player, Person(player, plain(name)))
        return self._ids[key]

    def side_of(self, key: Hashable) -> str | None:
        """The side that somebody plays for."""
        player = self._ids.get(key)
        return None if player is None else player.partition("-")[0]

    def people(self, side: str) -> tuple[Person, ...]:
        """Everybody of a side, the box first."""
        return tuple(self._people[side].values())


def ids_of(side: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """Feed's key of each player -> id. numbers: shirt numbers by the feed's key; one that is
    missing or worn twice is replaced by the feed's own key."""
    worn = [number.strip() for number in numbers.values()]
    found = {}
    for key, number in numbers.items():
        shirt = number.strip()
        found[key] = f"{side}-{shirt if shirt and worn.count(shirt) == 1 else 'p' + key.strip()}"
    return found
