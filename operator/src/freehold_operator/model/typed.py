"""Typed Models from raw ones, parsed once per resourceVersion."""

from collections import OrderedDict

from freehold_crds import InvalidResourceError, Model, ModelSpec, parse_model
from freehold_operator import errors

CACHE_LIMIT = 2_000


class ModelReader:
    """Remembers what it parsed: the autoscaler looks at every Model every few seconds."""

    def __init__(self) -> None:
        self._specs: OrderedDict[tuple[str, int], ModelSpec | None] = OrderedDict()

    def model(self, raw: dict[str, object]) -> Model:
        """The typed Model. Raises `errors.GiveUp` for one that this version cannot read at all."""
        try:
            return parse_model(raw)
        except InvalidResourceError as error:
            raise errors.GiveUp("Unreadable", str(error)) from error

    def spec(self, raw: dict[str, object]) -> ModelSpec | None:
        """The typed spec, None for an unreadable one; the generation moves with every change of a spec."""
        metadata = raw["metadata"]
        assert isinstance(metadata, dict)
        key = (str(metadata["uid"]), int(metadata.get("generation") or 0))
        if key not in self._specs:
            self._specs[key] = self._parsed(raw)
            while len(self._specs) > CACHE_LIMIT:
                self._specs.popitem(last=False)
        return self._specs[key]

    def _parsed(self, raw: dict[str, object]) -> ModelSpec | None:
        try:
            return parse_model(raw).spec
        except InvalidResourceError:
            return None
