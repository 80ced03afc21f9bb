"""Which files of a folder are images, and how they are split."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvae.data import folder
from ganvae.data.folder import ImageFile, draw, list_images, split, write_split
from ganvae.errors import UserError
from tests.data.pictures import write_images


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names_in(place: Path) -> list[str]:
    return [image.name for image in list_images(place)]


def contents(place: Path) -> dict[str, tuple[bytes, int]]:
    """Each file below a folder: what is in it and when it was changed."""
    return {
        path.relative_to(place).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in place.rglob("*")
        if path.is_file()
    }


def files_of(names: list[str]) -> list[ImageFile]:
    return [ImageFile(name, 1, 1) for name in names]


def test_images_are_found_by_suffix_at_any_depth_and_sorted(tmp_path: Path) -> None:
    kept = ["B.JPG", "a b/ü ñ.jpeg", "a b/x/y/z.WebP", "a.png", "c.jfif", "new\nline.gif", "z.heic"]
    left = ["notes.txt", "a b/list.csv", "jpg", "photo.jpg.part"]
    for name in kept + left:
        touch(tmp_path / name, b"12345")
    assert names_in(tmp_path) == sorted(kept)
    image = list_images(tmp_path)[0]
    status = (tmp_path / "B.JPG").stat()
    assert image == ImageFile("B.JPG", 5, status.st_mtime_ns)


def test_hidden_files_and_copies_of_macos_are_ignored(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    for name in ("._a.jpg", ".b.png", ".hidden/c.jpg", "__MACOSX/._a.jpg", "d/__MACOSX/e.jpg"):
        touch(tmp_path / name)
    assert names_in(tmp_path) == ["a.jpg"]


def test_links_to_files_count_and_those_that_lead_nowhere_do_not(tmp_path: Path) -> None:
    real = touch(tmp_path / "elsewhere" / "real.jpg", b"123")
    place = tmp_path / "place"
    place.mkdir()
    (place / "a.jpg").symlink_to(real)
    (place / "b.jpg").symlink_to(tmp_path / "missing.jpg")
    assert [(image.name, image.size) for image in list_images(place)] == [("a.jpg", 3)]


def test_linked_folders_count_once_and_end(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "a.jpg")
    place = tmp_path / "place"
    touch(place / "b.jpg")
    (place / "first").symlink_to(tmp_path / "elsewhere")
    (place / "second").symlink_to(tmp_path / "elsewhere")
    (place / "itself").symlink_to(place)
    assert names_in(place) == ["b.jpg", "first/a.jpg"]
    (tmp_path / "link").symlink_to(place)
    assert names_in(tmp_path / "link") == ["b.jpg", "first/a.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").mkdir()
    assert names_in(tmp_path) == []


def test_no_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^There is no folder of images '.*nowhere'\.$"):
        list_images(tmp_path / "nowhere")
    with pytest.raises(UserError, match="There is no folder of images"):
        list_images(touch(tmp_path / "file.jpg"))


def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not left out in silence: half of somebody's images could be in it."""
    touch(tmp_path / "secret" / "a.jpg")
    list_folder = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UserError, match=r"secret can't be listed \(Permission denied\); make it"):
        list_images(tmp_path)


def test_names_are_shown_in_one_line() -> None:
    assert folder.shown("a b/ü.jpg") == "a b/ü.jpg"
    assert folder.shown("a\nb.jpg") == r"'a\nb.jpg'"
    assert folder.shown(os.fsdecode(b"\xff.jpg")).isprintable()


@given(count=st.integers(0, 3000))
def test_a_split_is_a_partition(count: int) -> None:
    parts = split(files_of([f"{number:05d}.jpg" for number in range(count)]))
    assert sorted(parts["train"] + parts["test"]) == list(range(count))
    assert len(parts["test"]) == round(0.2 * count)
    assert all(part == sorted(part) for part in parts.values())


@given(names=st.sets(st.from_regex(r"\A(train|test)/[a-z]{1,6}\.jpg\Z"), min_size=1))
def test_train_and_test_folders_keep_their_images(names: set[str]) -> None:
    listed = files_of(sorted(names))
    parts = split(listed)
    assert sorted(parts["train"] + parts["test"]) == list(range(len(listed)))
    if {name.split("/")[0] for name in names} == {"train", "test"}:
        for part, positions in parts.items():
            assert {listed[i].name for i in positions} == {n for n in names if n.startswith(part)}


def test_the_split_is_drawn_and_always_the_same() -> None:
    listed = files_of([f"{number:03d}.jpg" for number in range(500)])
    parts = split(listed)
    assert {part: len(positions) for part, positions in parts.items()} == {
        "train": 400,
        "test": 100,
    }
    assert parts == split(listed) == draw(500)
    # Of all parts of the list, not its end: 20 of every 100, give or take.
    for start in range(0, 500, 100):
        assert 8 <= sum(start <= position < start + 100 for position in parts["test"]) <= 34
    assert parts["test"][:5] == [2, 5, 15, 18, 19]


@pytest.mark.parametrize(
    "extra", ["valid/a.jpg", "cover.jpg"], ids=["a third folder", "a file beside them"]
)
def test_only_exactly_train_and_test_are_a_split(extra: str) -> None:
    names = [f"train/{number}.jpg" for number in range(9)] + ["test/a.jpg"]
    assert len(split(files_of(sorted(names)))["test"]) == 1
    assert len(split(files_of(sorted([*names, extra])))["test"]) == 2


def test_write_split_copies_every_image_once(tmp_path: Path) -> None:
    place, target = tmp_path / "mine", tmp_path / "new" / "split"
    write_images(place, 60)
    # The same base names a second time; and a folder of a name that the split uses itself.
    write_images(place / "more", 30)
    write_images(place / "train", 30)
    before = contents(place)
    assert write_split(place, target) == {"train": 96, "test": 24}
    assert contents(place) == before
    listed = list_images(place)
    parts = split(listed)
    expected = {
        f"{part}/{listed[i].name}": before[listed[i].name] for part in parts for i in parts[part]
    }
    assert len(expected) == 120
    # Their times are copied too.
    assert contents(target) == expected
    assert sorted(path.name for path in target.parent.iterdir()) == ["split"]


def test_what_was_split_keeps_its_split(tmp_path: Path) -> None:
    write_images(tmp_path / "mine", 110)
    write_split(tmp_path / "mine", tmp_path / "one")
    write_split(tmp_path / "mine", tmp_path / "two")
    write_split(tmp_path / "one", tmp_path / "three")
    first = contents(tmp_path / "one")
    assert len(first) == 110
    assert first == contents(tmp_path / "two") == contents(tmp_path / "three")
    assert {part: len(found) for part, found in split(list_images(tmp_path / "one")).items()} == {
        "train": 88,
        "test": 22,
    }


def test_write_split_refuses_what_it_would_harm(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    write_images(place, 99)
    with pytest.raises(UserError, match="mine has 99 images; 100 are the least to split"):
        write_split(place, tmp_path / "target")
    write_images(place, 1, first=99)
    before = contents(tmp_path)
    with pytest.raises(UserError, match="mine exists already"):
        write_split(place, place)
    (tmp_path / "there").mkdir()
    with pytest.raises(UserError, match="there exists already; name a folder that doesn't"):
        write_split(place, tmp_path / "there")
    with pytest.raises(UserError, match=r"deep lies inside .*mine; name a folder outside of it"):
        write_split(place, place / "new" / "deep")
    (tmp_path / "link").symlink_to(place)
    with pytest.raises(UserError, match="lies inside"):
        write_split(place, tmp_path / "link" / "new")
    (tmp_path / "link").unlink()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_split_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    place = tmp_path / "mine"
    write_images(place, 100)
    # Hidden files of the user's, beside the target, that look like something left behind.
    touch(tmp_path / ".target.new" / "a.jpg")
    touch(tmp_path / ".vimrc.old")
    before = contents(tmp_path)
    copy, calls = shutil.copy2, []

    def copy_some(source: Path, target: Path) -> Any:
        calls.append(target)
        if len(calls) == 50:
            raise failure
        return copy(source, target)

    monkeypatch.setattr(shutil, "copy2", copy_some)
    expected = UserError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        write_split(place, tmp_path / "target")
    if expected is UserError:
        assert "can't be copied" in str(caught.value)
        assert "(No space left on device); make room" in str(caught.value)
    assert len(calls) == 50
    assert contents(tmp_path) == before
    assert not (tmp_path / "target").exists()
    monkeypatch.setattr(shutil, "copy2", copy)
    write_split(place, tmp_path / "target")
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 100
