"""The LlamaCpp wrapper: its argument list, the CPU limit, and a drain that follows the engine's gauges."""

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import SimpleNamespace

import pytest

from arguments import Arguments, parse
from cpus import cpu_limit
from serve import assign, drain, in_flight, member

METRICS = "# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing {}\nllamacpp:requests_deferred {}\n"


def refusal(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parse(list(argv))
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_the_operators_argument_list_reaches_the_librarys_parameters(weights: Path) -> None:
    argv = ["--model", str(weights), "--alias", "smollm2", "--ctx-size", "8192", "--parallel=4", "--metrics"]
    params = parse([*argv, "--threads", "2", "--drain-seconds", "45"]).params
    assert params["model.path"] == str(weights)
    assert params["model_alias"] == {"smollm2"}
    assert (params["n_ctx"], params["n_parallel"], params["cpuparams.n_threads"]) == (8192, 4, 2)
    assert parse([*argv, "--drain-seconds", "45"]).drain_seconds == 45


def test_without_arguments_it_listens_on_8080_and_caches_no_prompts(weights: Path) -> None:
    params = parse(["--model", str(weights)]).params
    assert (params["port"], params["hostnames"], params["cache_ram_mib"]) == (8080, ["0.0.0.0"], 0)
    assert (params["ui"], params["endpoint_slots"], params["endpoint_metrics"]) == (False, False, True)


def test_there_are_more_http_threads_than_calls_so_that_health_is_answered(weights: Path) -> None:
    assert parse(["--model", str(weights), "--parallel", "16"]).params["n_threads_http"] > 16 * 4


def test_more_slots_than_the_library_knows_become_as_many_as_it_knows(weights: Path) -> None:
    assert parse(["--model", str(weights), "--parallel", "10000"]).params["n_parallel"] == 256


@pytest.mark.parametrize(("context", "unified"), [([], True), (["--ctx-size", "4096"], False)])
def test_slots_share_the_whole_context_only_when_nobody_divided_it(
    weights: Path, context: list[str], unified: bool
) -> None:
    assert parse(["--model", str(weights), "--parallel", "4", *context]).params["kv_unified"] is unified


@pytest.mark.parametrize(("context", "longest"), [("0", 512), ("16384", 4096), ("1000000", 8192)])
def test_an_embedding_may_be_as_long_as_its_slot_within_bounds(weights: Path, context: str, longest: int) -> None:
    params = parse(["--model", str(weights), "--embeddings", "--parallel", "4", "--ctx-size", context]).params
    assert (params["n_batch"], params["n_ubatch"]) == (longest, longest)


def test_prompts_are_never_read_with_more_threads_than_answers(weights: Path) -> None:
    params = parse(["--model", str(weights), "--threads", "1", "--threads-batch", "8"]).params
    assert params["cpuparams_batch.n_threads"] == 1


def test_keys_come_from_a_file(weights: Path, key_file: Callable[[str], Path]) -> None:
    path = key_file("one\ntwo\n")
    assert parse(["--model", str(weights), "--api-key-file", str(path)]).params["api_keys"] == ["one", "two"]


def test_an_empty_key_file_is_refused_because_it_would_mean_no_key(
    weights: Path, key_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no key in it" in refusal(capsys, "--model", str(weights), "--api-key-file", str(key_file("\n")))


def test_a_missing_key_file_is_named(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refusal(capsys, "--model", str(weights), "--api-key-file", "/nowhere/key")
    assert "/nowhere/key: No such file" in message


def test_missing_weights_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "/models/none.gguf: there is no such file" in refusal(capsys, "--model", "/models/none.gguf")


@pytest.mark.parametrize(
    "argument",
    ["--path-prompts-log-dir=/tmp", "--server-tools=all", "--public-path=/", "--slot-save-path=/tmp", "--api-key=x"],
)
def test_an_argument_outside_the_list_is_refused_by_name(
    weights: Path, argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert argument in refusal(capsys, "--model", str(weights), argument)


@pytest.mark.parametrize("argument", ["--parallel=0", "--parallel=10001", "--ctx-size=-1", "--drain-seconds=1e9"])
def test_a_value_out_of_bounds_is_refused_by_name(
    weights: Path, argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert argument.partition("=")[0] in refusal(capsys, "--model", str(weights), argument)


class Type(Enum):
    TYPE_F16 = 1
    TYPE_Q8_0 = 2
    TYPE_BF16 = 3


def test_values_and_library_enums_are_set_on_nested_parameters(weights: Path) -> None:
    params = SimpleNamespace(cpuparams=SimpleNamespace(n_threads=8), cache_type_k=Type.TYPE_BF16)
    assign(params, Arguments({"cpuparams.n_threads": 2}, choices={"cache_type_k": "q8_0"}))
    assert (params.cpuparams.n_threads, params.cache_type_k) == (2, Type.TYPE_Q8_0)


def test_f16_does_not_mean_bf16() -> None:
    assert member(Type, "f16") is Type.TYPE_F16


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 1),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu,cpuacct/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}, 2),
    ],
)
def test_threads_follow_the_cpu_limit_of_either_cgroup_version(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="ascii")
    assert cpu_limit(tmp_path) == expected


@pytest.mark.parametrize(
    "files",
    [{}, {"cpu.max": "max 100000\n"}, {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}],
)
def test_without_a_limit_the_schedulers_word_counts(
    tmp_path: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="ascii")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3, 4})
    assert cpu_limit(tmp_path) == 5


def test_running_and_waiting_calls_are_in_flight() -> None:
    assert in_flight(METRICS.format(2, 3)) == 5
    assert in_flight(METRICS.format(0, 0).encode()) == 0


class ScriptedEngine:
    """Says a scripted number of running calls, then zero for ever."""

    listening_address = ""

    def __init__(self, *readings: int) -> None:
        self.readings: Iterator[int] = iter(readings)

    def handle_metrics(self) -> str:
        return METRICS.format(next(self.readings, 0), 0)


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_drain_ends_soon_after_the_last_call() -> None:
    clock = Clock()
    assert drain(ScriptedEngine(2, 1, 1), 30, clock, clock.sleep) == 0
    assert clock.now == pytest.approx(0.5)


def test_one_reading_of_zero_does_not_end_the_drain() -> None:
    clock = Clock()
    assert drain(ScriptedEngine(1, 0, 1, 1), 30, clock, clock.sleep) == 0
    assert clock.now == pytest.approx(0.6)


def test_the_drain_gives_up_at_its_limit_and_says_how_many_calls_it_cuts() -> None:
    clock = Clock()
    assert drain(ScriptedEngine(*[3] * 1000), 5, clock, clock.sleep) == 3
    assert clock.now == pytest.approx(5, abs=0.2)
