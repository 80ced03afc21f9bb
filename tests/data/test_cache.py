"""Decoded images kept on disk: found again while nothing changed, never half written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganvae import files
from ganvae.data import cache
from ganvae.data.decode import Unreadable, decode
from ganvae.data.folder import list_images
from ganvae.errors import UserError
from tests.data.pictures import numbers, write_images

SHAPE = (3, 8, 8)
COUNT = 12


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of 12 images."""
    write_images(tmp_path / "images", COUNT)
    return tmp_path / "images"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are decoded, as they are."""
    names: list[str] = []
    decode = cache.decode

    def count(path: Path, *arguments: Any) -> Any:
        names.append(path.name)
        return decode(path, *arguments)

    monkeypatch.setattr(cache, "decode", count)
    return names


def load(place: Path, shape: tuple[int, int, int] = SHAPE) -> cache.Decoded:
    return cache.load(place, list_images(place), shape)


def only_entry(cache_folder: Path) -> Path:
    (entry,) = cache_folder.iterdir()
    return entry


def check(result: cache.Decoded) -> None:
    assert numbers(result.pixels) == list(range(COUNT))
    assert result.positions == list(range(COUNT))
    assert result.skipped == []


def test_images_come_in_the_order_of_the_list(place: Path) -> None:
    result = load(place)
    check(result)
    assert result.pixels.dtype == np.uint8
    assert result.pixels.shape == (COUNT, *SHAPE)
    assert (result.pixels[:, 2] == 99).all()
    assert result.fingerprint == cache.fingerprint_of(np.array(result.pixels))


def test_the_order_holds_across_stretches(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "0005.png").write_bytes(b"broken")
    whole = load(place)
    monkeypatch.setattr(cache, "_AT_ONCE", 5)
    monkeypatch.setattr(cache, "VERSION", -1)
    result = load(place)
    assert numbers(result.pixels) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert result.positions == whole.positions == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert result.fingerprint == whole.fingerprint
    assert result.skipped == [("0005.png", "no image of a kind that can be read")]


def test_the_second_load_reads_no_image(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "a.jpg").write_bytes(b"")
    first = load(place)

    def fail(*_: Any) -> None:
        raise AssertionError("an image is decoded")

    monkeypatch.setattr(cache, "decode", fail)
    second = load(place)
    assert np.array_equal(first.pixels, second.pixels)
    assert second.positions == first.positions == list(range(COUNT))
    assert second.skipped == first.skipped == [("a.jpg", "no image of a kind that can be read")]
    assert second.fingerprint == first.fingerprint
    with pytest.raises(AssertionError):
        load(place, (1, 8, 8))


def change_size(place: Path) -> None:
    shutil.copy(place / "0001.png", place / "0000.png")
    with (place / "0000.png").open("ab") as stream:
        stream.write(b" ")


def change_time(place: Path) -> None:
    status = (place / "0000.png").stat()
    os.utime(place / "0000.png", ns=(status.st_atime_ns, status.st_mtime_ns + 1000))


def add(place: Path) -> None:
    write_images(place, 1, first=COUNT)


def remove(place: Path) -> None:
    (place / "0003.png").unlink()


def rename(place: Path) -> None:
    (place / "0003.png").rename(place / "0003 b.png")


def move_deeper(place: Path) -> None:
    (place / "0000").mkdir()
    (place / "0003.png").rename(place / "0000" / "3.png")


@pytest.mark.parametrize("change", [change_size, change_time, add, remove, rename, move_deeper])
def test_a_changed_folder_is_decoded_again(
    place: Path, decoded: list[str], change: Callable[[Path], None]
) -> None:
    load(place)
    load(place)
    assert len(decoded) == COUNT
    change(place)
    load(place)
    assert len(decoded) == COUNT + len(list_images(place))


def test_another_shape_or_crop_is_another_entry(place: Path, decoded: list[str]) -> None:
    listed = list_images(place)
    shapes = ((3, 8, 8), (1, 8, 8), (3, 4, 4), (3, 8, 4))
    for shape in shapes:
        assert cache.load(place, listed, shape).pixels.shape == (COUNT, *shape)
    cache.load(place, listed, SHAPE, crop=4)
    assert len(decoded) == 5 * COUNT


def test_the_same_images_elsewhere_have_the_same_fingerprint(place: Path, tmp_path: Path) -> None:
    write_images(tmp_path / "elsewhere" / "deep", COUNT)
    other = load(tmp_path / "elsewhere")
    assert other.fingerprint == load(place).fingerprint
    write_images(tmp_path / "other", COUNT, first=1)
    assert load(tmp_path / "other").fingerprint != other.fingerprint
    remove(place)
    assert load(place).fingerprint != other.fingerprint


@pytest.mark.parametrize("when", ["decoding", "writing"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interrupted_fill_leaves_nothing(
    place: Path,
    cache_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    when: str,
) -> None:
    def fail(*_: Any) -> None:
        raise failure

    with monkeypatch.context() as patch:
        if when == "writing":
            patch.setattr(files, "write_json", fail)
        else:
            # Nothing but Unreadable comes out of `decode`; a progress bar is where Ctrl-C strikes.
            patch.setattr(cache.tqdm, "update", fail)
        with pytest.raises(UserError if isinstance(failure, OSError) else KeyboardInterrupt):
            load(place)
    assert list(cache_folder.iterdir()) == []
    check(load(place))


def test_what_a_killed_run_left_is_not_read_and_goes_after_a_day(
    place: Path, cache_folder: Path
) -> None:
    for name, age in (("old", 25), ("young", 23)):
        leftover = cache_folder / f"{cache._UNFINISHED}{name}"
        (leftover / "entry").mkdir(parents=True)
        (leftover / "entry" / "pixels.npy").write_bytes(b"half")
        seconds = leftover.stat().st_mtime - age * 3600
        os.utime(leftover, (seconds, seconds))
    check(load(place))
    names = {path.name for path in cache_folder.iterdir()}
    assert f"{cache._UNFINISHED}old" not in names
    assert f"{cache._UNFINISHED}young" in names
    assert len(names) == 2


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def rubbish(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def zeros(path: Path) -> None:
    """As after a power cut: the length is right."""
    path.write_bytes(bytes(path.stat().st_size))


def remove_file(path: Path) -> None:
    path.unlink()


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [cut, empty, rubbish, zeros, remove_file, replace_by_a_folder]


@pytest.mark.parametrize(
    ("name", "damage"),
    [("pixels.npy", damage) for damage in (*DAMAGES, flip)]
    + [("index.json", damage) for damage in DAMAGES],
)
def test_a_damaged_entry_is_decoded_again(
    place: Path,
    cache_folder: Path,
    decoded: list[str],
    name: str,
    damage: Callable[[Path], None],
) -> None:
    first = load(place)
    damage(only_entry(cache_folder) / name)
    second = load(place)
    check(second)
    assert second.fingerprint == first.fingerprint
    assert len(decoded) == 2 * COUNT
    # It is mended for good.
    check(load(place))
    assert len(decoded) == 2 * COUNT
    assert only_entry(cache_folder).is_dir()


@pytest.mark.parametrize("text", ["[]", "null", '{"positions": 3}', '{"positions": [0, 1]}'])
def test_an_index_of_another_kind_is_decoded_again(
    place: Path, cache_folder: Path, decoded: list[str], text: str
) -> None:
    load(place)
    (only_entry(cache_folder) / "index.json").write_text(text)
    check(load(place))
    assert len(decoded) == 2 * COUNT


def test_an_entry_that_is_a_file_is_replaced(place: Path, cache_folder: Path) -> None:
    load(place)
    entry = only_entry(cache_folder)
    shutil.rmtree(entry)
    entry.write_text("what is this?")
    check(load(place))
    assert only_entry(cache_folder) == entry


def test_a_cache_that_cannot_be_written_is_one_sentence(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GANVAE_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"can't be kept in .*file \(.+\); make room, or name"):
        load(place)


def test_a_read_only_cache_is_one_sentence_until_it_holds_the_images(
    place: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        # Not by its mode: root may write everywhere.
        patch.setattr(os, "mkdir", refuse)
        with pytest.raises(UserError) as caught:
            load(place)
    assert str(caught.value) == (
        f"Decoded images can't be kept in {cache_folder} (Permission denied); make room, or name "
        f"another folder in GANVAE_CACHE."
    )
    load(place)
    monkeypatch.setattr(os, "mkdir", refuse)
    check(load(place))


def test_what_could_not_be_read_for_a_while_is_tried_again(
    place: Path, monkeypatch: pytest.MonkeyPatch, decoded: list[str]
) -> None:
    decode = cache.decode

    def unplugged(path: Path, *arguments: Any) -> Any:
        if path.name >= "0004":
            raise Unreadable("Input/output error", lasting=False)
        return decode(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(cache, "decode", unplugged)
        for _ in range(2):
            result = load(place)
            assert numbers(result.pixels) == [0, 1, 2, 3]
            assert result.skipped[0] == ("0004.png", "Input/output error")
            assert len(result.skipped) == 8
    check(load(place))
    assert len(decoded) == 4 + 4 + COUNT
    check(load(place))
    assert len(decoded) == 4 + 4 + COUNT


def test_a_folder_of_nothing_readable(tmp_path: Path) -> None:
    for name in ("a\nb.jpg", "c.jpg"):
        (tmp_path / name).write_bytes(b"broken")
    for _ in range(2):
        result = load(tmp_path)
        assert result.pixels.shape == (0, *SHAPE)
        assert [name for name, _ in result.skipped] == [r"'a\nb.jpg'", "c.jpg"]


def test_odd_files_do_not_warn_into_the_progress_bar(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice that would be an error.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check(load(place))
        assert caught == []
        decode(place / "0000.png", SHAPE)
        assert {warning.category for warning in caught} == {Image.DecompressionBombWarning}


def test_another_process_that_is_faster_does_no_harm(
    place: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first fill decodes its last image, a second one does all its work."""
    decode = cache.decode
    faster: list[cache.Decoded] = []

    def overtaken(path: Path, *arguments: Any) -> Any:
        if path.name == f"{COUNT - 1:04d}.png" and not faster:
            monkeypatch.setattr(cache, "decode", decode)
            faster.append(load(place))
        return decode(path, *arguments)

    monkeypatch.setattr(cache, "decode", overtaken)
    check(load(place))
    check(faster[0])
    only_entry(cache_folder)


def test_many_that_fill_at_once(place: Path, cache_folder: Path) -> None:
    ready = threading.Barrier(6)
    problems: list[BaseException] = []

    def fill() -> None:
        try:
            ready.wait()
            check(load(place))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=fill) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    only_entry(cache_folder)


def test_two_processes_fill_the_same_entry(tmp_path: Path, cache_folder: Path) -> None:
    write_images(tmp_path / "images", 300)
    program = (
        "import sys; from pathlib import Path\n"
        "from ganvae.data import cache, folder\n"
        "place = Path(sys.argv[1])\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "images = folder.list_images(place)\n"
        "found = cache.load(place, images, (3, 8, 8))\n"
        "print(len(found.pixels), found.fingerprint)\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "images")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    fingerprint = load(tmp_path / "images").fingerprint
    assert [output for output, _ in outputs] == [f"300 {fingerprint}\n"] * 2
    only_entry(cache_folder)


def test_the_cache_is_where_the_environment_says(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert cache.cache_folder() == cache_folder
    monkeypatch.delenv("GANVAE_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache.cache_folder() == tmp_path / ".cache" / "ganvae"


def test_an_array_is_kept_whole_or_done_without(tmp_path: Path) -> None:
    values = np.arange(6.0).reshape(2, 3)
    cache.keep_array(tmp_path / "new" / "a.npy", values)
    assert np.array_equal(np.load(tmp_path / "new" / "a.npy"), values)
    (tmp_path / "file").write_text("")
    cache.keep_array(tmp_path / "file" / "a.npy", values)
    assert (tmp_path / "file").read_text() == ""


def test_the_index_is_plain_to_read(place: Path, cache_folder: Path) -> None:
    (place / "0000.png").write_bytes(b"")
    result = load(place)
    index = json.loads((only_entry(cache_folder) / "index.json").read_text())
    assert index["positions"] == list(range(1, COUNT))
    assert index["skipped"] == [["0000.png", "no image of a kind that can be read"]]
    assert index["fingerprint"] == result.fingerprint
    assert index["lasting"] is True
