"""A second feature of the same engine: embeddings."""

from __future__ import annotations

import pytest

from tests.kube_fixtures import ROOT
from tests.system.platform import Installation, Place

pytestmark = pytest.mark.node


def cosine(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def test_texts_that_mean_alike_are_near(platform: Installation, place: Place) -> None:
    text = (ROOT / "k8s/samples/model-embed.yaml").read_text().replace("tenant-acme", place.namespace)
    platform.kube.apply(text, place.namespace)
    platform.wait("model", "minilm", place.namespace)
    client = platform.client(platform.create_key(place.name))
    texts = ["A cat sits on the mat.", "A kitten is on the rug.", "Interest rates rose by a quarter point."]
    vectors = [item.embedding for item in client.embeddings.create(model="minilm", input=texts).data]
    assert [len(vector) for vector in vectors] == [384, 384, 384]
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "minilm", "--wait=false")
